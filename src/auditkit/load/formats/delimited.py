"""CSV: values stay text, nothing is guessed but the delimiter, and the reading says what was found."""

import csv
import io
import re
from dataclasses import replace
from typing import Any

from ibis import Table

from auditkit.load.formats.opening import (
    Read,
    SourceFile,
    column_names,
    engine_errors,
    kept,
    pattern_free,
    problem,
    unreadable,
)
from auditkit.load.formats.text import as_utf8, unpacked
from auditkit.results.inputs import Reading

DELIMITERS = ",;\t|"
_LONGEST = 1 << 20
"""A header is no longer than this many bytes."""
_QUOTED = re.compile(r'"[^"]*"')


def read_delimited(connection: Any, file: SourceFile, reading: Reading) -> Read:
    """Read a CSV of known encoding with one header line.

    Raises
    ------
    InputError
        If the header cannot be used, or a line has another number of columns.
    """
    written = as_utf8(file, reading)
    names, delimiter = _header(written)
    reading = replace(reading, delimiter=delimiter, header="line 1")
    return Read(table=_table(connection, written, names, delimiter), reading=reading)


def _table(connection: Any, file: SourceFile, names: tuple[str, ...], delimiter: str) -> Table:
    try:
        # Every value as text, and nothing guessed: a guess drops lines that do not fit it.
        opened = connection.read_csv(
            pattern_free(file.path), auto_detect=False, columns=dict.fromkeys(names, "VARCHAR"), header=True,
            delim=delimiter, quote='"', escape='"', comment="", skip=0, strict_mode=True,
            compression=file.compression or "none",
        )  # fmt: skip
        return kept(connection, opened, file)
    except engine_errors() as error:
        mend = "A table with one header line and the same number of columns in every line was expected."
        raise unreadable(file, "CSV", error, mend) from error


def _header(file: SourceFile) -> tuple[tuple[str, ...], str]:
    """Read the column names and find the delimiter: of `,;|` and tab, the one that the first line holds most of."""
    with unpacked(file) as stream:
        start = stream.read(_LONGEST)
    first = start.splitlines(keepends=True)[0] if start else b""
    if len(first) == _LONGEST:
        mend = "A header line, and then one line for each row, was expected."
        raise problem(file.shown_as, "its first line is longer than a megabyte.", mend)
    text = start.decode("utf-8-sig", errors="ignore")
    line = _QUOTED.sub("", text.splitlines()[0] if text else "")
    delimiter: str = file.source.delimiter or max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        mend = "A header with the column names was expected there."
        raise problem(file.shown_as, f"its first line cannot be read: {error}.", mend) from error
    return column_names(names, where=file.shown_as), delimiter
