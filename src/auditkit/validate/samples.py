"""A bounded sample of rows for models; it never leaves the facts that are gathered from it."""

from functools import reduce

import ibis
import numpy as np
import pandas as pd
from ibis import Table, Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import ROWS, Column, Rows, value

MOST = 10_000
SMALL = 100_000
"""Rows up to which each row is digested; a digest of a million takes more than a second."""
FEW = 100_000
"""Combinations of values up to which rows are drawn from their counts."""
SPARE = 8
"""How many times as many rows as are wanted stand the first choice among many."""
_DIGEST = "auditkit: digest"


def sample(rows: Rows, audit: AuditFile, roles: tuple[str, ...]) -> pd.DataFrame:
    """Read at most 10,000 rows by role, chosen by the seed alone: the same on every run.

    Of a small table, and of a large one in which nearly every row differs, those with the smallest hash of the seed and
    the row are read; rows that are alike are then chosen together. Of a large table with few combinations of values
    rows are drawn by chance from the counts of each, with replacement.

    The hash is MD5, which every engine computes alike; it serves to shuffle and keeps nothing secret. Only where nearly
    every row of a large table differs, a faster hash leaves most rows out first. It is the engine's own, and another
    version of the engine may choose other rows.
    """
    columns = [column for role in roles if (column := rows.column(role)) is not None]
    if int(rows.table.count().execute()) <= SMALL or not columns:
        return _smallest(rows.table, rows, audit, columns)
    if int(_hashed(rows.table, [column.name for column in columns]).approx_nunique().execute()) <= FEW:
        return _drawn(rows, audit, columns)
    few = _smallest(_thinned(rows), rows, audit, columns)
    return few if len(few) == MOST else _smallest(rows.table, rows, audit, columns)


def _smallest(table: Table, rows: Rows, audit: AuditFile, columns: list[Column]) -> pd.DataFrame:
    read = {column.role: value(table, column) for column in columns}
    parts = [table[name].cast("string").fill_null("") for name in rows.original]
    row = reduce(lambda first, second: first + ibis.literal("|") + second, parts)
    digest = (ibis.literal(f"auditkit {audit.run.seed}: ") + row).hexdigest("md5")
    table = table.select(**{_DIGEST: digest}, **read)
    few = table.order_by([table[_DIGEST], *(table[role] for role in read)]).limit(MOST)
    frame: pd.DataFrame = few.to_pyarrow().to_pandas()
    return frame.drop(columns=_DIGEST)


def _drawn(rows: Rows, audit: AuditFile, columns: list[Column]) -> pd.DataFrame:
    counted = rows.counts(*dict.fromkeys(column.name for column in columns))
    read = {column.role: value(counted, column) for column in columns}
    cells = counted.select(**{_DIGEST: counted[ROWS]}, **read)
    cells = cells.order_by([cells[role].asc(nulls_first=True) for role in read])
    frame: pd.DataFrame = cells.to_pyarrow().to_pandas()
    rng = np.random.default_rng(np.random.SeedSequence(audit.run.seed, spawn_key=tuple(b"sample")))
    n = frame.pop(_DIGEST).to_numpy(dtype=float)
    return frame.iloc[rng.choice(len(n), size=MOST, p=n / n.sum())].reset_index(drop=True)


def _thinned(rows: Rows) -> Table:
    """Keep about eight times as many rows as are wanted, by the engine's own hash."""
    one_in = int(rows.table.count().execute()) // (SPARE * MOST)
    return rows.table.filter(_hashed(rows.table, rows.original) % max(1, one_in) == 0)


def _hashed(table: Table, names: list[str] | tuple[str, ...]) -> Value:
    return ibis.struct({name: table[name] for name in names}).hash()
