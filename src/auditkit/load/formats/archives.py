"""Archives: how large they are unpacked, and that no name in them leads out of them."""

from collections import Counter
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from auditkit.errors import shown
from auditkit.load.formats.opening import SourceFile, problem

LARGEST, MOST = 2 << 30, 10_000
"""Bytes that an archive may hold unpacked, and files."""


def check_archive(file: SourceFile, *, most: int | None = None) -> tuple[str, ...]:
    """Return the names in an archive, which may hold `most` bytes unpacked, or else two gigabytes.

    Raises
    ------
    InputError
        If it is no archive, says that it would unpack to more, is locked, or holds a name twice or one that leads
        elsewhere.
    """
    largest = LARGEST if most is None else most
    try:
        with ZipFile(file.path) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError) as error:
        mend = "Save or pack it again, without a password."
        raise problem(file.shown_as, "it is no archive that can be read, or it is damaged.", mend) from error
    if len(parts) > MOST or sum(part.file_size for part in parts) > largest:
        found = f"it would unpack to more than {largest >> 30} GB or {MOST:,} files."
        raise problem(file.shown_as, found, "Send the table as CSV or Parquet if it is so large.")
    if any(part.flag_bits & 1 for part in parts):
        raise problem(file.shown_as, "it is locked with a password.", "Save it without one.")
    names = tuple(part.filename for part in parts)
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise problem(file.shown_as, f"it holds {shown(repeated)} more than once.", "Pack each file once.")
    outside = [name for name in names if _leads_out(name)]
    if outside:
        mend = "Plain names were expected in an archive; pack it again."
        raise problem(file.shown_as, f"it holds names that lead out of it: {shown(outside)}.", mend)
    return names


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name
