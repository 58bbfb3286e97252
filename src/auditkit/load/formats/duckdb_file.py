"""Tables and views of DuckDB files; a view runs in an engine of its own that opens no other file."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from auditkit.load.formats.opening import Read, SourceFile, engine_errors, scratch_table, unreadable
from auditkit.load.formats.sqlite_file import quoted
from auditkit.load.formats.views import running, table_or_view
from auditkit.results.inputs import Reading

_NAMES = """
SELECT schema_name, {0}_name FROM duckdb_{0}s() WHERE database_name = ? AND NOT internal ORDER BY ALL
"""
_WIDE = {"HUGEINT", "UHUGEINT"}
"""Whole numbers, such as every sum, that Parquet would round; as decimals they stay exact, or are refused."""


def read_duckdb(connection: Any, file: SourceFile) -> Read:
    """Attach a DuckDB file and open one of its tables where it is, or copy what a view yields; types are kept.

    Raises
    ------
    InputError
        If it is no DuckDB file of a known version, is in use, or holds no such table; if a view reads other files or
        takes too long.
    """
    alias = f"auditkit_{uuid4().hex}"
    try:
        connection.raw_sql(f"ATTACH {_text(file.path)} AS {quoted(alias)} (TYPE duckdb, READ_ONLY)")
        tables, views = (_names(connection, kind, alias) for kind in ("table", "view"))
        chosen = table_or_view(file.source.table, list(tables), list(views), where=file.shown_as)
        if chosen in views:
            connection.raw_sql(f"DETACH {quoted(alias)}")
            target = _copied(connection, file, chosen, views[chosen])
            return Read(table=scratch_table(connection, target), reading=Reading(inside=f"view {chosen}"))
        schema, name = tables[chosen]
        table = connection.table(name, database=(alias, schema))
        table[table.columns[-1]].count().execute()  # read to the end now, so that damage is reported here
    except engine_errors() as error:
        mend = "A DuckDB file that no other program is writing was expected."
        raise unreadable(file, "DuckDB", error, mend) from error
    return Read(table=table, reading=Reading(inside=f"table {chosen}"))


def _names(connection: Any, kind: str, alias: str) -> dict[str, tuple[str, str]]:
    found = connection.con.execute(_NAMES.format(kind), [alias]).fetchall()
    return {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in found}


def _copied(connection: Any, file: SourceFile, shown: str, named: tuple[str, str]) -> Path:
    """Write what a view yields to the scratch folder, with no other file in reach."""
    import duckdb

    (memory,) = connection.con.execute("SELECT current_setting('memory_limit')").fetchone()
    target, view = file.new(".parquet"), ".".join(map(quoted, named))
    settings = {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": memory,
        "temp_directory": str(file.scratch / "spill"), "python_enable_replacements": "false",
    }  # fmt: skip
    with duckdb.connect(str(file.path), read_only=True, config=settings) as engine:
        engine.execute(f"SET allowed_paths = [{_text(target)}]")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        with running(shown, file, interrupt=engine.interrupt, errors=duckdb.Error):
            columns = engine.execute(f"DESCRIBE {view}").fetchall()
            wide = [
                f"{quoted(name)}::DECIMAL(38, 0) AS {quoted(name)}"
                for name, kind, *_ in columns
                if kind in _WIDE
            ]
            exact = f"REPLACE ({', '.join(wide)})" if wide else ""
            engine.execute(
                f"COPY (SELECT * {exact} FROM {view}) TO {_text(target)} (FORMAT parquet, USE_TMP_FILE false)"  # noqa: S608  # names and paths are quoted
            )
    return target


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
