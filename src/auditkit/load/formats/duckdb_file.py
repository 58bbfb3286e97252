"""Tables of DuckDB files, attached for reading; views are refused, because a view may read other files."""

from typing import Any
from uuid import uuid4

from auditkit.load.formats.opening import Read, SourceFile, choose, engine_errors, unreadable
from auditkit.load.formats.sqlite_file import quoted
from auditkit.results.inputs import Reading


def read_duckdb(connection: Any, file: SourceFile) -> Read:
    """Attach a DuckDB file and open one of its tables where it is; types are kept.

    Raises
    ------
    InputError
        If it is no DuckDB file of a known version, is in use, or holds no such table.
    """
    alias = f"auditkit_{uuid4().hex}"
    address = str(file.path).replace("'", "''")
    try:
        connection.raw_sql(f"ATTACH '{address}' AS {quoted(alias)} (TYPE duckdb, READ_ONLY)")
        found = connection.con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal ORDER BY ALL",
            [alias],
        ).fetchall()
        names = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in found}
        chosen = choose(file.source.table, list(names), key="table", where=file.shown_as)
        schema, name = names[chosen]
        table = connection.table(name, database=(alias, schema))
        table[table.columns[-1]].count().execute()  # read to the end now, so that damage is reported here
    except engine_errors() as error:
        mend = "A DuckDB file that no other program is writing was expected."
        raise unreadable(file, "DuckDB", error, mend) from error
    return Read(table=table, reading=Reading(inside=f"table {chosen}"))
