"""Parquet and Arrow: tables with types, which are kept."""

from typing import Any

from auditkit.load.formats.opening import (
    Read,
    SourceFile,
    column_names,
    engine_errors,
    pattern_free,
    scratch_table,
    unreadable,
)

_SMALLEST = 65_536
"""Rows that are written together at least, where a file comes in small pieces."""


def read_parquet(connection: Any, file: SourceFile) -> Read:
    """Open a Parquet file where it is.

    Raises
    ------
    InputError
        If it is none, or is damaged.
    """
    try:
        table = connection.read_parquet(pattern_free(file.path), table_name=f"auditkit_{file.new('').name}")
        table[table.columns[-1]].count().execute()  # read to the end now, so that damage is reported here
    except engine_errors() as error:
        raise unreadable(
            file, "Parquet", error, "A whole Parquet file was expected; export it again."
        ) from error
    return Read(table=table)


def read_arrow(connection: Any, file: SourceFile) -> Read:
    """Read an Arrow or Feather (version 2) file piece by piece.

    Raises
    ------
    InputError
        If it is none, or is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    target, few, rows = file.new(".parquet"), list[Any](), 0
    try:
        with pa.memory_map(str(file.path)) as mapped, pa.ipc.open_file(mapped) as source:
            column_names(source.schema.names, where=file.shown_as)
            with pq.ParquetWriter(target, source.schema) as writer:
                for at in range(source.num_record_batches):
                    batch = source.get_batch(at)
                    batch.validate(full=True)
                    few.append(batch)
                    rows += batch.num_rows
                    if rows >= _SMALLEST or at == source.num_record_batches - 1:
                        writer.write_table(pa.Table.from_batches(few, source.schema))
                        few, rows = [], 0
        return Read(table=scratch_table(connection, target))
    except engine_errors() as error:
        mend = "An Arrow file or Feather file of version 2 was expected; export it again."
        raise unreadable(file, "Arrow", error, mend) from error
