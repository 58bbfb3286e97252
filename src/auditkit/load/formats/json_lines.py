"""JSON lines: one object a line; each value becomes the text it is written as, and an absent key is a blank."""

from typing import Any

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
from auditkit.load.formats.text import as_utf8
from auditkit.results.inputs import Reading

_OTHERS = "SELECT count(*) FROM read_ndjson_objects(?, compression = ?) WHERE json_type(json) <> 'OBJECT'"
_TWICE = """
SELECT count(*) FROM read_ndjson_objects(?, compression = ?)
WHERE len(json_keys(json)) <> len(list_distinct(json_keys(json)))
"""
_FIRST = "SELECT json_keys(json) FROM read_ndjson_objects(?, compression = ?) LIMIT 1"
_KEYS = "SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects(?, compression = ?)"
_MEND = "One JSON object in every line was expected, each with the same keys."


def read_json_lines(connection: Any, file: SourceFile, reading: Reading) -> Read:
    """Read JSON lines of known encoding; the columns are all keys that some line has.

    Raises
    ------
    InputError
        If a line is no JSON object, or two keys differ in capitals at most.
    """
    written = as_utf8(file, reading)
    try:
        names = column_names(_keys(connection, written), where=file.shown_as)
        opened = connection.read_json(
            pattern_free(written.path), columns=dict.fromkeys(names, "VARCHAR"), format="newline_delimited",
            compression=written.compression or "uncompressed",
        )  # fmt: skip
        return Read(table=kept(connection, opened, written), reading=reading)
    except engine_errors() as error:
        raise unreadable(written, "JSON lines", error, _MEND) from error


def _keys(connection: Any, file: SourceFile) -> list[str]:
    """Name every key of the file: those of the first line in its order, then the others by name."""
    given = [pattern_free(file.path), file.compression or "uncompressed"]
    others = connection.con.execute(_OTHERS, given).fetchone()
    if others and others[0]:
        raise problem(file.shown_as, f"{others[0]} of its lines hold something else than an object.", _MEND)
    twice = connection.con.execute(_TWICE, given).fetchone()
    if twice and twice[0]:
        raise problem(file.shown_as, f"{twice[0]} of its lines name a key twice.", _MEND)
    first = connection.con.execute(_FIRST, given).fetchone()
    every = connection.con.execute(_KEYS, given).fetchall()
    return list(dict.fromkeys([*(first[0] if first else ()), *sorted(row[0] for row in every)]))
