"""Where the data came from, and how it was read."""

from dataclasses import dataclass
from typing import Literal

Compression = Literal["gzip", "zstd", "zip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file was read, so that nothing about it is guessed in silence."""

    encoding: str | None = None
    """How text was written, such as `utf-8`; None for files that are no text."""
    encoding_from: Literal["file", "declared", "assumed"] | None = None
    """`file` where the bytes leave no doubt, `declared` in the audit file, `assumed` where something else is possible."""
    delimiter: str | None = None
    """What separates the columns of a CSV."""
    header: str | None = None
    """Where the column names stand, such as `line 1`; None where the format carries them itself."""
    compression: Compression | None = None
    inside: str | None = None
    """The table, view, sheet, layer or file of an archive that was read, such as `table people`."""
    coordinates: str | None = None
    """What coordinates were in, where they were brought to longitude and latitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPart:
    """One of several files that were read as one table."""

    file: str
    bytes: int
    sha256: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """One input table, so that a stranger can tell whether theirs is the same."""

    table: str
    """The role of the table, such as `records`."""
    file: str
    """The path as the audit file gives it; of a server, the address without the user."""
    format: str
    """What it is, such as `csv`, `parquet`, `excel`, `postgresql` or `geojson`."""
    bytes: int
    sha256: str
    """Of the bytes of the file, or of what `hashed` says."""
    rows: int
    """Rows of the table, before any reshaping."""
    columns: tuple[str, ...]
    reading: Reading = Reading()
    """How it was read; of several files, the first."""
    hashed: Literal["file", "files", "rows"] = "file"
    """Of `files`, the SHA-256 is that of their list, as `sha256sum` writes it; of `rows`, that of the rows as CSV text
    with a header, ordered by every column as text."""
    parts: tuple[InputPart, ...] = ()
    """The single files, where there are several."""
