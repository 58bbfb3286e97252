"""The embedded query engine: one private DuckDB connection per audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis

from auditkit.definitions.audit_file import Engine


@contextmanager
def connect(engine: Engine) -> Iterator[ibis.BaseBackend]:
    """Open an engine that downloads nothing, and leave nothing behind."""
    with TemporaryDirectory(prefix="auditkit-") as scratch:
        connection = ibis.duckdb.connect()
        try:
            connection.raw_sql("SET autoinstall_known_extensions = false")
            connection.raw_sql("SET autoload_known_extensions = false")
            connection.raw_sql(f"SET temp_directory = '{Path(scratch) / 'spill'}'")
            connection.raw_sql(f"SET memory_limit = '{engine.memory}'")
            yield connection
        finally:
            connection.disconnect()


def scratch_folder(connection: Any) -> Path:
    """Return a folder for files that last as long as an engine from `connect`."""
    (spill,) = connection.con.execute("SELECT current_setting('temp_directory')").fetchone()
    return Path(spill).parent
