"""Opening a file as a table: what it is, whether it can be read, and its fingerprint."""

import codecs
import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
from ibis import Table

from auditkit.errors import InputError, Problem, closest, shown

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


def open_table(
    connection: ibis.BaseBackend, path: Path, *, shown_as: str, section: str = "records"
) -> tuple[Table, Fingerprint, str]:
    """Open a CSV or Parquet file as the table of a section of the audit file; a CSV's values stay text.

    Raises
    ------
    InputError
        If the file is absent, empty, of another format, not UTF-8, or not a table.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted(FORMATS))
        raise problem(shown_as, f"the format '{path.suffix}' is not read.", f"Convert it to one of: {known}.")
    fingerprint = _fingerprint(path, text=kind == "csv", shown_as=shown_as, section=section)
    header = _header(path, shown_as=shown_as) if kind == "csv" else None
    table = _read(connection, path, header, shown_as=shown_as, section=section)
    if table.count().execute() == 0:
        raise problem(
            shown_as, "the file has a header and no rows.", "At least one row was expected; check the export."
        )
    return table, fingerprint, kind


def _read(
    connection: Any, path: Path, header: tuple[tuple[str, ...], str] | None, *, shown_as: str, section: str
) -> Table:
    import duckdb

    # A path is data: DuckDB would read `*`, `?` and `[` in it as a pattern.
    literal = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
    try:
        if header is not None:
            names, delimiter = header
            # Every value as text, and nothing guessed: a guess drops lines that do not fit it.
            table = connection.read_csv(
                literal, table_name=section, auto_detect=False, columns=dict.fromkeys(names, "VARCHAR"), header=True,
                delim=delimiter, quote='"', escape='"', comment="", skip=0, strict_mode=True,
            )  # fmt: skip
        else:
            table = connection.read_parquet(literal, table_name=section)
        for name in table.columns[-1:]:  # read to the end now, so that a broken line is reported here
            table[name].count().execute()
        table.count().execute()
    except duckdb.Error as error:
        reason = (
            " ".join(str(error).split("\n\n")[0].split())
            .replace(literal, shown_as)
            .replace(str(path), shown_as)
        )
        kind = "Parquet" if header is None else "CSV"
        mend = "A table with one header line and the same number of columns in every line was expected."
        raise problem(shown_as, f"it cannot be read as {kind}: {reason[:300]}.", mend) from error
    return table


def _fingerprint(path: Path, *, text: bool, shown_as: str, section: str) -> Fingerprint:
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
        mend = f"Check [{section}] path; it is relative to the audit file."
        raise problem(shown_as, f"the file cannot be opened ({error.strerror}).", mend) from error
    if size == 0:
        raise problem(
            shown_as, "the file is empty.", "A table with a header and at least one row was expected."
        )
    return Fingerprint(bytes=size, sha256=digest.hexdigest())


def _header(path: Path, *, shown_as: str) -> tuple[tuple[str, ...], str]:
    """Read the column names and find the delimiter: the one of `,;|` and tab that the first line holds most of."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max(",;\t|", key=first.count)
        file.seek(0)
        names = next(csv.reader(file, delimiter=delimiter), [])
    if not any(name.strip() for name in names):
        raise problem(
            shown_as, "the first line is blank.", "A header with the column names was expected there."
        )
    names = [name or f"column {at}" for at, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in names]
    if repeated := sorted({name for name in names if folded.count(name.casefold()) > 1}):
        found = f"the header names the column '{repeated[0]}' more than once; capitals make no difference."
        raise problem(shown_as, found, "Give each column a name of its own.")
    return tuple(names), delimiter


def check_named(
    named: Iterable[tuple[str, str]], found: tuple[str, ...], *, where: str, audit_name: str
) -> None:
    """Refuse a table that lacks columns, all in one go; `named` pairs each key of the audit file with its column."""
    problems = []
    for key, name in named:
        if name in found:
            continue
        near = closest(name, found)
        hint = f"Did you mean '{near}'? " if near else ""
        mend = f"{hint}Columns found: {shown(found)}. Map it in {audit_name} under {key}."
        problems.append(Problem(where=where, found=f"column '{name}' is missing.", mend=mend))
    if problems:
        raise InputError(problems)
