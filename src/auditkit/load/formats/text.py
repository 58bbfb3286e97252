"""Text files: unpacked within limits, and in which encoding they are written.

Unicode tells itself: a mark at the start, or bytes that are UTF-8 from end to end. Anything else is read as
Windows-1252, which older exports use, and the reading says that this was assumed.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from auditkit.errors import InputError
from auditkit.load.formats.opening import CHUNK, SourceFile, problem
from auditkit.results.inputs import Reading

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LARGEST, _TIMES = 1 << 30, 100
"""A packed file may unpack to a gigabyte, or to so many times its own size, whichever is more."""
UTF8 = ("utf-8", "utf-8-sig")


@dataclass(slots=True)
class Look:
    """What is learned of a text while its bytes go by."""

    mark: str | None = None
    size: int = 0
    zero: bool = False
    broken: int | None = None
    """About where the first byte stands that is not UTF-8."""
    decoder: codecs.IncrementalDecoder | None = None

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if self.size == 0:
            self.mark = next((name for mark, name in _MARKS.items() if chunk.startswith(mark)), None)
            self.decoder = codecs.getincrementaldecoder("utf-8")()
        if self.mark != "utf-16":
            self.zero = self.zero or b"\0" in chunk
            self._decode(chunk)
        self.size += len(chunk)

    def end(self) -> None:
        """Say that no more bytes follow."""
        if self.mark != "utf-16":
            self._decode(b"", final=True)

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        if self.broken is None and self.decoder is not None:
            try:
                self.decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                self.broken = self.size + error.start


@contextmanager
def unpacked(file: SourceFile) -> Iterator[Any]:
    """Open a text file as bytes, packed or not, and say in one sentence where it is damaged."""
    import pyarrow as pa

    try:
        with pa.input_stream(str(file.path), compression=file.compression) as stream:
            yield stream
    except (OSError, pa.ArrowException) as error:
        found = f"it cannot be unpacked as {file.compression}: {' '.join(str(error).split())[:200]}."
        raise problem(file.shown_as, found, "Pack it again, or send it unpacked.") from error


def check_unpacked(file: SourceFile, look: Look) -> None:
    """Look at a packed text, and refuse one that unpacks to far more than a table would.

    Raises
    ------
    InputError
        If it is damaged or too large.
    """
    with unpacked(file) as stream:
        for _ in passing(file, stream, look):
            pass


def passing(file: SourceFile, stream: Any, look: Look) -> Iterator[bytes]:
    """Look at what a packed file unpacks to, and hand it on piece by piece.

    Raises
    ------
    InputError
        If it is empty, or far larger than a table would be.
    """
    most = at_most(file)
    while chunk := stream.read(CHUNK):
        look.feed(chunk)
        if look.size > most:
            found = f"it unpacks to more than {most >> 20:,} MB, over {_TIMES} times its own size."
            raise problem(file.shown_as, found, "Send it unpacked if it is so large.")
        yield chunk
    if look.size == 0:
        mend = "A table with a header and at least one row was expected."
        raise problem(file.shown_as, "the file is empty.", mend)


def at_most(file: SourceFile) -> int:
    """Say how many bytes a packed file may unpack to."""
    return max(_LARGEST, _TIMES * file.path.stat().st_size)


def encoding(file: SourceFile, look: Look) -> Reading:
    """Say in which encoding a text is written, and how that is known.

    Raises
    ------
    InputError
        If it holds what no text holds, or not what the audit file declares.
    """
    declared = file.source.encoding
    if look.zero and declared != "utf-16":
        mend = "Save it as UTF-8; spreadsheet programs call this 'CSV UTF-8'."
        raise problem(file.shown_as, "it holds zero bytes, which no text in UTF-8 does.", mend)
    if declared == "utf-8" and (look.broken is not None or look.mark == "utf-16"):
        found = f"it is not UTF-8 text (near byte {look.broken or 0:,})."
        raise problem(file.shown_as, found, "Save it as UTF-8, or mend 'encoding' in the audit file.")
    name = declared or look.mark or ("utf-8" if look.broken is None else "windows-1252")
    if name == "utf-8" and look.mark == "utf-8-sig":
        name = look.mark
    if declared:
        return Reading(encoding=name, encoding_from="declared", compression=file.compression)
    assumed = name == "windows-1252"
    return Reading(
        encoding=name, encoding_from="assumed" if assumed else "file", compression=file.compression
    )


def as_utf8(file: SourceFile, reading: Reading) -> SourceFile:
    """Write the text as UTF-8 into the scratch folder, unless it is so already.

    Raises
    ------
    InputError
        If a byte stands for nothing in the encoding.
    """
    if reading.encoding in UTF8:
        return file
    target, decoder = file.new(file.path.suffix), codecs.getincrementaldecoder(reading.encoding or "utf-8")()
    try:
        with unpacked(file) as stream, target.open("wb") as written:
            while chunk := stream.read(CHUNK):
                written.write(decoder.decode(chunk).encode())
            written.write(decoder.decode(b"", final=True).encode())
    except UnicodeError as error:
        raise _undecodable(file, reading) from error
    return replace(file, path=target, compression=None)


def _undecodable(file: SourceFile, reading: Reading) -> InputError:
    if reading.encoding_from == "declared":
        found = f"it is not {reading.encoding} text, as the audit file declares."
        return problem(file.shown_as, found, "Mend 'encoding' in the audit file, or save the file as UTF-8.")
    neither = "UTF-16 as its first bytes say" if reading.encoding == "utf-16" else "UTF-8 nor Windows-1252"
    found = f"its text is {'not' if reading.encoding == 'utf-16' else 'neither'} {neither}."
    mend = "Save it as UTF-8, or name its 'encoding' in the audit file."
    return problem(file.shown_as, found, mend)
