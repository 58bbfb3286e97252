"""Tables and views on a PostgreSQL server: copied once, in a stated order, within one read-only transaction."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from auditkit.definitions.sources import TableSource
from auditkit.errors import MissingExtraError
from auditkit.load.formats.delimited import read_delimited
from auditkit.load.formats.opening import Fingerprint, Read, SourceFile, column_names, problem
from auditkit.results.inputs import Reading

_OPTIONS = {"sslmode", "sslrootcert"}
"""What may follow a `?` in an address; others would read files or run programs of this machine."""
_SECONDS = 15
_KINDS = {"v": "view", "m": "materialized view"}
"""What PostgreSQL's catalogue calls them (`pg_class.relkind`); anything else that can be read is a table."""


def shown_address(source: TableSource) -> str:
    """Write an address for people: without the user, and with the table."""
    address = urlsplit(source.path)
    return f"postgresql://{address.netloc.rpartition('@')[2]}{address.path} table {source.table or '(none named)'}"


def read_postgres(connection: Any, source: TableSource, *, scratch: Path) -> tuple[Read, Fingerprint]:
    """Copy a table or view from a server to the scratch folder, and read it from there; values become text.

    The fingerprint is that of the rows as CSV text with a header, ordered by every column as text, byte by byte.

    Raises
    ------
    InputError
        If the server cannot be reached, lets nobody in, or holds no such table.
    MissingExtraError
        If psycopg is not installed.
    """
    where = shown_address(source)
    target = SourceFile(path=scratch / "server.csv", shown_as=where, source=source, scratch=scratch).new(
        ".csv"
    )
    with _connected(source, where=where) as server:
        found = _copy(server, source.table or "", target, where=where)
        kind = _kind(server, source.table or "")
    file = SourceFile(
        path=target, shown_as=where, source=TableSource(path="server.csv", delimiter=","), scratch=scratch
    )
    read = read_delimited(connection, file, Reading(encoding="utf-8"))
    target.unlink()
    return Read(table=read.table, reading=Reading(inside=f"{kind} {source.table}")), found


@contextmanager
def _connected(source: TableSource, *, where: str) -> Iterator[Any]:
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtraError(
            feature="Reading from PostgreSQL", command="pip install 'auditkit[postgres]'"
        ) from error
    if source.table is None:
        raise problem(where, "the audit file names no table.", 'Write table = "name", or "schema.name".')
    try:
        with psycopg.connect(**_keys(source, where=where)) as server:
            server.read_only = True
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield server
    except psycopg.OperationalError as error:
        found = f"the server cannot be read: {' '.join(str(error).split())[:300]}."
        mend = "Check the address, and that PGPASSWORD or the variable that 'password_env' names holds the password."
        raise problem(where, found, mend) from error
    except psycopg.Error as error:
        found = f"the table cannot be read: {' '.join(str(error).split())[:300]}."
        raise problem(where, found, "Check 'table', and that the user may read it.") from error


def _keys(source: TableSource, *, where: str) -> dict[str, Any]:
    """Take an address apart, so that nothing in it is understood but what is listed here."""
    address = urlsplit(source.path)
    given = {key: values[-1] for key, values in parse_qs(address.query, keep_blank_values=True).items()}
    try:
        keys: dict[str, Any] = {
            "host": address.hostname, "port": address.port, "user": address.username and unquote(address.username),
            "dbname": unquote(address.path.lstrip("/")) or None,
        }  # fmt: skip
    except ValueError:
        keys = {}
    if not keys or set(given) - _OPTIONS:
        mend = f"Expected: postgresql://user@host:5432/database, and of options {' and '.join(sorted(_OPTIONS))}."
        raise problem(where, "the address cannot be understood.", mend) from None
    if source.password_env is not None:
        if source.password_env not in os.environ:
            found = f"the environment variable {source.password_env} is not set."
            raise problem(where, found, "Set it to the password, or leave 'password_env' out.")
        keys["password"] = os.environ[source.password_env]
    defaults = {"connect_timeout": _SECONDS, "client_encoding": "utf8", "application_name": "auditkit"}
    return {key: value for key, value in {**keys, **given, **defaults}.items() if value is not None}


def _copy(server: Any, table: str, target: Path, *, where: str) -> Fingerprint:
    """Copy every row as CSV text, in an order that depends on nothing but the rows."""
    from psycopg import sql

    cursor = server.cursor()
    for setting in (
        "datestyle = 'ISO, YMD'",
        "timezone = 'UTC'",
        "intervalstyle = 'iso_8601'",
        "bytea_output = 'hex'",
    ):
        cursor.execute(sql.SQL("SET LOCAL {}").format(sql.SQL(setting)))
    named = _identifier(table)
    cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(named))
    names = column_names([column.name for column in cursor.description], where=where)
    texts = sql.SQL(", ").join(sql.SQL("{0}::text AS {0}").format(sql.Identifier(name)) for name in names)
    order = sql.SQL(", ").join(sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(name)) for name in names)
    statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)")
    digest, size = hashlib.sha256(), 0
    with cursor.copy(statement.format(texts, named, order)) as copy, target.open("wb") as written:
        for block in copy:
            digest.update(block)
            size += written.write(block)
    return Fingerprint(bytes=size, sha256=digest.hexdigest())


def _identifier(table: str) -> Any:
    from psycopg import sql

    return sql.Identifier(*table.split(".", 1))


def _kind(server: Any, table: str) -> str:
    """Say what was copied, so that the report does not call a query a table."""
    found = server.execute(
        "SELECT relkind::text FROM pg_class WHERE oid = %s::regclass", [_identifier(table).as_string(server)]
    )
    return _KINDS.get(found.fetchone()[0], "table")
