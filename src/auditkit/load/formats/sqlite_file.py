"""Tables and views of SQLite files, opened so that nothing is written and a view does nothing but read them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditkit.load.formats.opening import (
    Read,
    SourceFile,
    column_names,
    problem,
    scratch_table,
    unreadable,
    write_texts,
)
from auditkit.load.formats.views import running, table_or_view
from auditkit.results.inputs import Reading

MAGIC = b"SQLite format 3\0"
_BATCH = 10_000
_LONGEST = 64 << 20
"""A value that a view makes up may have so many bytes."""
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
"""What a view may do."""


def read_sqlite(connection: Any, file: SourceFile) -> Read:
    """Read one table or view of a SQLite file row by row; values become text.

    Raises
    ------
    InputError
        If it is no SQLite file, changes have not been written back to it, it holds no such table, or a view does more
        than read tables or takes too long.
    """
    with opened(file) as database:
        tables, views = _named(database, "table"), _named(database, "view")
        name = table_or_view(file.source.table, tables, views, where=file.shown_as)
        kind = "view" if name in views else "table"
        if kind == "view":
            with running(name, file, interrupt=database.interrupt, errors=sqlite3.Error):
                target = _copied(_confined(database), name, file)
        else:
            target = _copied(database, name, file)
    return Read(table=scratch_table(connection, target), reading=Reading(inside=f"{kind} {name}"))


def _copied(database: sqlite3.Connection, name: str, file: SourceFile) -> Path:
    cursor = database.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608  # the name is quoted
    names = column_names([column[0] for column in cursor.description], where=file.shown_as)
    target = file.new(".parquet")
    write_texts(target, names, (tuple(_text(value) for value in row) for row in _rows(cursor)))
    return target


def _confined(database: sqlite3.Connection) -> sqlite3.Connection:
    """Let what runs from now on read the file's tables, and nothing else."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return database


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


def _named(database: sqlite3.Connection, kind: str) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name", [kind])
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
