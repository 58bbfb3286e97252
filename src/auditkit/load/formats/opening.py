"""What every reader takes and returns, and the few things that several of them need."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from ibis import Table

from auditkit.definitions.sources import TableSource
from auditkit.errors import InputError, Problem, closest, shown
from auditkit.results.inputs import Compression, Reading

CHUNK = 1 << 20
SCRATCH_BATCH = 100_000
"""Rows that are held in memory at once, where rows pass through Python."""
_VALUE = re.compile(r"\s*([+-]?[0-9]*[.,]?[0-9]+|[0-9]{4}-[0-9]{2}(-[0-9]{2}.*)?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What identifies a file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to be read, and what the audit file says about it."""

    path: Path
    shown_as: str
    """Its name in messages."""
    source: TableSource
    scratch: Path
    """A folder for files that last as long as the engine."""
    compression: Compression | None = None

    def new(self, suffix: str) -> Path:
        """Name a file of the scratch folder that is not there yet."""
        return new_file(self.scratch, suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A table, and how it was read."""

    table: Table
    reading: Reading = field(default_factory=Reading)


Reader = Callable[[Any, SourceFile], Read]
"""Takes an engine from `connect` and a file."""


def new_file(folder: Path, suffix: str) -> Path:
    """Name a file of a folder that is not there yet."""
    return folder / f"{uuid4().hex}{suffix}"


def problem(where: str, found: str, mend: str) -> InputError:
    """Make the error for a single problem with an input."""
    return InputError([Problem(where=where, found=found, mend=mend)])


def unreadable(file: SourceFile, kind: str, error: Exception, mend: str) -> InputError:
    """Say that a library could not read a file, in one line and without a path of this machine."""
    reason = " ".join(str(error).split("\n\n")[0].split())
    for path in (str(file.path), pattern_free(file.path)):
        reason = reason.replace(path, file.shown_as)
    reason = re.sub(rf"{re.escape(str(file.scratch))}\S*", file.shown_as, reason)
    return problem(file.shown_as, f"it cannot be read as {kind}: {reason[:300].rstrip('.')}.", mend)


def fingerprint(
    path: Path, *, shown_as: str, section: str, look: Callable[[bytes], object] | None = None
) -> Fingerprint:
    """Hash a file, and let something else look at its bytes on the way.

    Raises
    ------
    InputError
        If the file cannot be opened, or is empty.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if look is not None:
                    look(chunk)
    except OSError as error:
        mend = f"Check [{section}] path; it is relative to the audit file."
        raise problem(shown_as, f"the file cannot be opened ({error.strerror}).", mend) from error
    if size == 0:
        mend = "A table with a header and at least one row was expected."
        raise problem(shown_as, "the file is empty.", mend)
    return Fingerprint(bytes=size, sha256=digest.hexdigest())


def pattern_free(path: Path) -> str:
    """Write a path so that DuckDB, which reads `*`, `?` and `[` as a pattern, takes it for that file alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def column_names(names: Sequence[str | None], *, where: str) -> tuple[str, ...]:
    """Name nameless columns by their place, and refuse a header that is none or names a column twice.

    Raises
    ------
    InputError
        If the header is blank, or two names differ in capitals at most.
    """
    if not any((name or "").strip() for name in names):
        mend = "A header with the column names was expected there."
        raise problem(where, "the first line is blank.", mend)
    found = [name or f"column {at}" for at, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in found]
    repeated = sorted({name for name in found if folded.count(name.casefold()) > 1})
    if repeated and all(_VALUE.fullmatch(name) for name in repeated):
        raise no_header(found, where=where)
    if repeated:
        text = f"the header names the column '{repeated[0]}' more than once; capitals make no difference."
        raise problem(where, text, "Give each column a name of its own.")
    return tuple(found)


def no_header(names: Iterable[str], *, where: str) -> InputError:
    """Say that values stand where column names were expected."""
    mend = "Add a first line with the column names; the audit file then names them."
    return problem(where, f"its first line looks like data, not like column names: {shown(names)}.", mend)


def looks_like_values(names: Iterable[str]) -> bool:
    """Tell whether some of these are numbers or dates, as in a line of data."""
    return any(_VALUE.fullmatch(name) for name in names)


def choose(
    named: str | None, found: Sequence[str], *, key: str, where: str, several: str | None = None
) -> str:
    """Choose the table, sheet or layer that the audit file names, or the only one there is.

    `several` is what more than one are called, where that is not the key with an `s`.

    Raises
    ------
    InputError
        If there is none of that name, or several and none is named.
    """
    if named is None and len(found) == 1:
        return found[0]
    if named in found:
        return named or ""
    known = f"Found: {shown(found, most=30)}."
    if named is None:
        mend = f'{known} Name one of them, such as {key} = "{found[0]}".' if found else "One was expected."
        raise problem(
            where, f"it holds {len(found)} {several or f'{key}s'}, and the audit file names none.", mend
        )
    near = closest(named, found)
    hint = f"Did you mean '{near}'? " if near else ""
    raise problem(where, f"it holds no {key} '{named}'.", f"{hint}{known} Mend '{key}'.")


def write_texts(target: Path, names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Write rows of text to a Parquet file, some thousands at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(target, schema) as writer:
        for batch in _batches(rows):
            columns = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
            writer.write_table(pa.table(columns, schema=schema))


def _batches(rows: Iterable[Sequence[str | None]]) -> Iterator[list[Sequence[str | None]]]:
    batch: list[Sequence[str | None]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == SCRATCH_BATCH // 5:
            yield batch
            batch = []
    if batch:
        yield batch


def kept(connection: Any, table: Table, file: SourceFile) -> Table:
    """Copy a table to a Parquet file of the scratch folder, so that text is taken apart only once."""
    target = file.new(".parquet")
    connection.to_parquet(table, target)
    return scratch_table(connection, target)


def scratch_table(connection: Any, target: Path) -> Table:
    """Open a Parquet file of the scratch folder."""
    opened: Table = connection.read_parquet(pattern_free(target), table_name=f"auditkit_{target.stem}")
    return opened


def engine_errors() -> tuple[type[Exception], ...]:
    """Name what the engine raises when it cannot read something."""
    import duckdb
    import pyarrow as pa

    return (duckdb.Error, pa.ArrowException, OSError, ValueError)
