"""Tables of SQLite files, opened so that nothing is written and no code in them runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditkit.load.formats.opening import (
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

MAGIC = b"SQLite format 3\0"
_BATCH = 10_000


def read_sqlite(connection: Any, file: SourceFile) -> Read:
    """Read one table of a SQLite file row by row; values become text.

    Raises
    ------
    InputError
        If it is no SQLite file, changes have not been written back to it, or it holds no such table.
    """
    with opened(file) as database:
        name = choose(file.source.table, tables(database), key="table", where=file.shown_as)
        cursor = database.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608  # the name is quoted
        names = column_names([column[0] for column in cursor.description], where=file.shown_as)
        target = file.new(".parquet")
        write_texts(target, names, (tuple(_text(value) for value in row) for row in _rows(cursor)))
    return Read(table=scratch_table(connection, target), reading=Reading(inside=f"table {name}"))


@contextmanager
def opened(file: SourceFile) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file for reading alone, and turn what goes wrong into one sentence."""
    for ending in ("-wal", "-journal"):
        beside = Path(f"{file.path}{ending}")
        if beside.is_file() and beside.stat().st_size:
            mend = "Close the program that uses it, or send a copy made with its backup."
            raise problem(file.shown_as, f"changes to it still stand in '{beside.name}'.", mend)
    address = f"file:{quote(str(file.path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.text_factory = _decoded
            yield database
    except sqlite3.Error as error:
        mend = "A SQLite file that is whole and not locked was expected."
        raise unreadable(file, "SQLite", error, mend) from error
    except UnicodeDecodeError as error:
        raise problem(file.shown_as, "it holds text that is not UTF-8.", "Write it as UTF-8.") from error


def tables(database: sqlite3.Connection) -> list[str]:
    """Name the tables; views are queries, which would run here, and are left out."""
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if not name.startswith("sqlite_")]


def quoted(name: str) -> str:
    """Write a name so that SQL takes it for a name, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8")


def _rows(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else repr(value)
