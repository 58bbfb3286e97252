"""Excel workbooks: one sheet, column names in its first row, values as the text that they stand for."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

from auditkit.errors import shown
from auditkit.load.formats.archives import check_archive
from auditkit.load.formats.opening import (
    CHUNK,
    Read,
    SourceFile,
    choose,
    column_names,
    problem,
    scratch_table,
    unreadable,
    write_texts,
)
from auditkit.results.inputs import Reading

_ROWS = 1_048_576
"""A sheet holds no more rows than this."""
_STRINGS = 256 << 20
_FORMULA, _MERGED = re.compile(rb"<(?:\w+:)?f[ >/]"), re.compile(rb"<(?:\w+:)?mergeCell[ >/]")
Cells = Sequence[Any]


def read_excel(connection: Any, file: SourceFile) -> Read:
    """Read one sheet of a workbook; a formula stands for the value that was stored with it.

    Raises
    ------
    InputError
        If the workbook is none or too large, or the sheet has merged cells, a title above its header, values beside
        it, or formulas without a stored value.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_strings(file, check_archive(file))
        with _book(file, data_only=True) as book:
            titles = [one.title for one in book.worksheets]
            sheet = book[choose(file.source.sheet, titles, key="sheet", where=file.shown_as)]
            where = f"{file.shown_as} sheet '{sheet.title}'"
            formulas = _check_parts(file, sheet, where)
            target = file.new(".parquet")
            rows = _checked_rows(sheet, where)
            names = column_names(next(rows), where=where)
            if formulas:
                _check_formulas(file, sheet.title, where)
            write_texts(target, names, rows)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise unreadable(file, "Excel", error, "A workbook (.xlsx) was expected; save it again.") from error
    return Read(
        table=scratch_table(connection, target),
        reading=Reading(header="row 1", inside=f"sheet {sheet.title}"),
    )


def _check_strings(file: SourceFile, names: tuple[str, ...]) -> None:
    """Refuse a workbook whose texts, which its reader holds all at once, are too large for that."""
    with ZipFile(file.path) as archive:
        size = sum(
            archive.getinfo(name).file_size for name in names if name.lower().endswith("sharedstrings.xml")
        )
    if size > _STRINGS:
        found = f"it holds more than {_STRINGS >> 20} MB of text."
        raise problem(file.shown_as, found, "Send the table as CSV or Parquet if it is so large.")


def _check_parts(file: SourceFile, sheet: Any, where: str) -> bool:
    """Refuse merged cells, and tell whether the sheet has formulas, from the bytes of the sheet."""
    formulas = False
    with ZipFile(file.path) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as part:  # noqa: SLF001  # openpyxl has no public name for it
        before = b""
        while chunk := part.read(CHUNK):
            seen = before + chunk
            if _MERGED.search(seen):
                mend = "Unmerge all cells, and give every column a name in the first row."
                raise problem(where, "it has merged cells, so it is no plain table.", mend)
            formulas = formulas or _FORMULA.search(seen) is not None
            before = chunk[-32:]
    return formulas


def _checked_rows(sheet: Any, where: str) -> Iterator[tuple[str | None, ...]]:
    """Yield the header, then every row as wide as it; blank rows at the end are nothing."""
    sheet.reset_dimensions()
    header: tuple[str | None, ...] | None = None
    blank = 0
    for at, values in enumerate(_limited(sheet, where), start=1):
        row = tuple(_text(value) for value in values)
        while row and row[-1] is None:
            row = row[:-1]
        if header is None:
            header = row
            yield header
        elif len(row) > len(header):
            raise _too_wide(header, row, at, where)
        elif not row:
            blank += 1
        else:
            yield from ((None,) * len(header) for _ in range(blank))
            blank = 0
            yield row + (None,) * (len(header) - len(row))
    if header is None:
        raise problem(where, "it is empty.", "A header with the column names was expected in its first row.")


def _limited(sheet: Any, where: str) -> Iterator[Cells]:
    for at, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if at > _ROWS:
            mend = f"At most {_ROWS:,} rows were expected, as Excel allows; save the workbook again."
            raise problem(where, "it names a row beyond the last that a sheet has.", mend)
        yield cast("Cells", values)


def _too_wide(header: Cells, row: Cells, at: int, where: str) -> Exception:
    named = [name for name in header if name]
    if len(named) <= 1:
        found = f"its first row looks like a title ({shown(named)}), and row {at} holds {len(row)} values."
        return problem(where, found, "Delete the rows above the column names.")
    found = f"row {at} holds a value in column {len(row)}, which has no name in the first row."
    return problem(
        where, found, "Give every column a name in the first row, or clear what stands beside the table."
    )


def _check_formulas(file: SourceFile, title: str, where: str) -> None:
    """Refuse formulas that no program has worked out: their cells would read as blanks."""
    with _book(file, data_only=False) as plain, _book(file, data_only=True) as worked_out:
        both = (book[title] for book in (plain, worked_out))
        for formulas, values in zip(*(sheet.iter_rows() for sheet in both), strict=False):
            for formula, value in zip(formulas, values, strict=False):
                if formula.data_type == "f" and value.value is None:
                    found = f"cell {formula.coordinate} holds a formula without a stored value."
                    mend = "Open and save the workbook in a spreadsheet program, or replace formulas by their values."
                    raise problem(where, found, mend)


@contextmanager
def _book(file: SourceFile, *, data_only: bool) -> Iterator[Any]:
    """Open a workbook through a file of our own, which is closed even while rows are half read."""
    from openpyxl import load_workbook

    with file.path.open("rb") as stream:
        yield load_workbook(stream, read_only=True, data_only=data_only, keep_links=False)


def _text(value: object) -> str | None:
    """Write a value as text: dates as ISO 8601, whole numbers without a point, blanks as nothing.

    >>> import datetime as dt
    >>> [
    ...     _text(one)
    ...     for one in (5.0, 2.5, True, dt.datetime(2020, 1, 31), dt.datetime(2020, 1, 31, 9, 30), "N/A", " ")
    ... ]
    ['5', '2.5', 'true', '2020-01-31', '2020-01-31 09:30:00', 'N/A', None]
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    return str(value).lower() if isinstance(value, bool) else str(value)
