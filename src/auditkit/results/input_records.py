"""The parts of `audit.json` about input tables and how they were read."""

from typing import Literal

from pydantic import Field

from auditkit.results.record import Record, Texts


class ReadingRecord(Record):
    """How an input file was read."""

    encoding: str | None = None
    encoding_from: Literal["file", "declared", "assumed"] | None = None
    delimiter: str | None = None
    header: str | None = None
    compression: Literal["gzip", "zstd", "zip"] | None = None
    inside: str | None = Field(None, description="The table, view, sheet, layer or file of an archive.")
    coordinates: str | None = Field(None, description="What coordinates were in, where they were changed.")


class InputPartRecord(Record):
    """One of several files that are one table."""

    file: str
    bytes: int
    sha256: str
    reading: ReadingRecord


class InputFileRecord(Record):
    """One input table."""

    table: str
    file: str
    format: str
    bytes: int
    sha256: str
    rows: int
    columns: Texts
    reading: ReadingRecord = ReadingRecord()
    hashed: Literal["file", "files", "rows"] = Field(
        "file",
        description="What sha256 is of: the file; the list of files as sha256sum writes it; or the rows as CSV text "
        "with a header, ordered by every column as text.",
    )
    parts: tuple[InputPartRecord, ...] = ()
