"""Which reader reads what: by the ending of a file's name, and for `.db` by its first bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditkit.load.formats.columnar import read_arrow, read_parquet
from auditkit.load.formats.delimited import read_delimited
from auditkit.load.formats.duckdb_file import read_duckdb
from auditkit.load.formats.excel import read_excel
from auditkit.load.formats.features import Features
from auditkit.load.formats.geojson import read_geojson
from auditkit.load.formats.geopackage import read_geopackage
from auditkit.load.formats.json_lines import read_json_lines
from auditkit.load.formats.opening import Read, Reader, SourceFile, problem
from auditkit.load.formats.shapefile import read_shapefile
from auditkit.load.formats.sqlite_file import MAGIC, read_sqlite
from auditkit.load.formats.zipped import ZIP
from auditkit.results.inputs import Compression, Reading

BOUNDARIES: Mapping[str, tuple[str, Callable[[SourceFile], Features], tuple[str, ...]]] = {
    ".geojson": ("geojson", read_geojson, ()), ".json": ("geojson", read_geojson, ()),
    ".gpkg": ("geopackage", read_geopackage, ("table",)), ".zip": ("shapefile", read_shapefile, ("table", "encoding")),
}  # fmt: skip
"""Files with boundaries: what they are called, how they are read, and the keys they understand."""
TextReader = Callable[[Any, SourceFile, Reading], Read]
"""A reader of text, which is told the encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file: its name in the report, how it is read, and which keys of the audit file it understands."""

    name: str
    read: Reader | None = None
    read_text: TextReader | None = None
    keys: tuple[str, ...] = ()


_CSV = Format(name="csv", read_text=read_delimited, keys=("encoding", "delimiter"))
_JSON = Format(name="json lines", read_text=read_json_lines, keys=("encoding",))
_PARQUET, _ARROW = Format(name="parquet", read=read_parquet), Format(name="arrow", read=read_arrow)
_EXCEL = Format(name="excel", read=read_excel, keys=("sheet",))
_SQLITE = Format(name="sqlite", read=read_sqlite, keys=("table",))
_DUCKDB = Format(name="duckdb", read=read_duckdb, keys=("table",))
FORMATS: Mapping[str, Format] = {
    ".csv": _CSV, ".tsv": _CSV, ".txt": _CSV, ".jsonl": _JSON, ".ndjson": _JSON, ".parquet": _PARQUET, ".pq": _PARQUET,
    ".arrow": _ARROW, ".feather": _ARROW, ".xlsx": _EXCEL, ".xlsm": _EXCEL, ".sqlite": _SQLITE, ".sqlite3": _SQLITE,
    ".duckdb": _DUCKDB, ".db": _DUCKDB,
}  # fmt: skip
_BOUNDARIES = "Files with boundaries are read under [areas]."
_HINTS = {
    ".xls": "Open it in a spreadsheet program and save it as .xlsx or as CSV.", ".geojson": _BOUNDARIES,
    ".gpkg": _BOUNDARIES, ".json": "Write one JSON object in each line (.jsonl).",
}  # fmt: skip
"""What to do with a file that is near to one that is read."""
PACKED: Mapping[str, Compression] = {".gz": "gzip", ".zst": "zstd"}
TEXTS = {ending: known for ending, known in FORMATS.items() if known.read_text is not None}
"""What may be packed."""


def format_of(path: Path, *, shown_as: str) -> tuple[Format, Compression | None]:
    """Tell what a file is.

    Raises
    ------
    InputError
        If no reader reads it.
    """
    packed = PACKED.get(path.suffix.lower())
    ending = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    found = FORMATS.get(ending)
    if found is None:
        mend = _HINTS.get(ending) or f"Convert it to one of: {_known()}."
        raise problem(shown_as, f"the format '{ending}' is not read.", mend)
    if packed and found.read_text is None:
        raise problem(shown_as, f"a packed {found.name} file is not read.", "Unpack it.")
    return (_SQLITE if ending == ".db" and _is_sqlite(path) else found), packed


def _known() -> str:
    return ", ".join(sorted(FORMATS)) + "; text also packed as " + " or ".join((*PACKED, ZIP))


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False  # whoever opens it next says why


def check_keys(file: SourceFile, name: str, understood: tuple[str, ...]) -> None:
    """Refuse keys that this kind of file has no use for.

    Raises
    ------
    InputError
        With the key that does not fit.
    """
    for key in ("table", "sheet", "encoding", "delimiter", "password_env"):
        if getattr(file.source, key) is not None and key not in understood:
            found = f"'{key}' says nothing about a {name} file."
            raise problem(file.shown_as, found, f"Leave '{key}' out, or mend 'path'.")
