"""Where the data came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """One input file, so that a stranger can tell whether theirs is the same."""

    table: str
    """The role of the table, such as `records`."""
    file: str
    """The path as the audit file gives it."""
    format: str
    """`csv`, `parquet` or `geojson`."""
    bytes: int
    sha256: str
    rows: int
    """Rows of the file, before any reshaping."""
    columns: tuple[str, ...]
