"""Opening a file as a table: what it is, whether it can be read, and its fingerprint."""

import codecs
import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
from ibis import Table

from auditkit.errors import InputError, Problem

_CHUNK = 1 << 20
FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What identifies a file."""

    bytes: int
    sha256: str


def problem(where: str, found: str, mend: str) -> InputError:
    """Make the error for a single problem with an input."""
    return InputError([Problem(where=where, found=found, mend=mend)])


def open_table(connection: ibis.BaseBackend, path: Path, *, shown_as: str) -> tuple[Table, Fingerprint, str]:
    """Open a CSV or Parquet file; a CSV's values stay text.

    Raises
    ------
    InputError
        If the file is absent, empty, of another format, not UTF-8, or not a table.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted(FORMATS))
        raise problem(shown_as, f"the format '{path.suffix}' is not read.", f"Convert it to one of: {known}.")
    fingerprint = _fingerprint(path, text=kind == "csv", shown_as=shown_as)
    if kind == "csv":
        _check_header(path, shown_as=shown_as)
    table = _read(connection, path, kind, shown_as=shown_as)
    if table.count().execute() == 0:
        raise problem(
            shown_as, "the file has a header and no rows.", "At least one row was expected; check the export."
        )
    return table, fingerprint, kind


def _read(connection: Any, path: Path, kind: str, *, shown_as: str) -> Table:
    import duckdb

    # A path is data: DuckDB would read `*`, `?` and `[` in it as a pattern.
    literal = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
    try:
        if kind == "csv":
            # Every value as text, read to the end now, so that a broken line is reported here and not in a later query.
            table = connection.read_csv(
                literal, table_name="records", all_varchar=True, header=True, strict_mode=True
            )
        else:
            table = connection.read_parquet(literal, table_name="records")
        table.count().execute()
    except duckdb.Error as error:
        reason = " ".join(str(error).split("\n\n")[0].split())
        mend = "A table with one header line and the same number of columns in every line was expected."
        raise problem(shown_as, f"it cannot be read as {kind.upper()}: {reason[:300]}.", mend) from error
    return table


def _fingerprint(path: Path, *, text: bool, shown_as: str) -> Fingerprint:
    digest, size = hashlib.sha256(), 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                if text:
                    decoder.decode(chunk)
                size += len(chunk)
            if text:
                decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 text (near byte {size + error.start:,})."
        mend = "Save it as UTF-8; spreadsheet programs call this 'CSV UTF-8'."
        raise problem(shown_as, found, mend) from error
    except OSError as error:
        mend = "Check [records] path; it is relative to the audit file."
        raise problem(shown_as, f"the file cannot be opened ({error.strerror}).", mend) from error
    if size == 0:
        raise problem(
            shown_as, "the file is empty.", "A table with a header and at least one row was expected."
        )
    return Fingerprint(bytes=size, sha256=digest.hexdigest())


def _check_header(path: Path, *, shown_as: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
    if not first.strip():
        raise problem(
            shown_as, "the first line is blank.", "A header with the column names was expected there."
        )
    delimiter = max(",;\t|", key=first.count)
    names = next(csv.reader([first], delimiter=delimiter))
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        found = f"the header names the column '{repeated[0]}' more than once."
        raise problem(shown_as, found, "Give each column a name of its own.")
