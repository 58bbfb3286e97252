"""Facts about positions: how many there are, whether areas differ in that, and what is odd about them (methods D3, D4)."""

import ibis
import numpy as np
import pandas as pd
from ibis import Table, Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, PlaceRows, Rows, canonical, value
from auditkit.validate.registry import facts
from auditkit.validate.shares import one, share, where
from auditkit.validate.tables import history_of
from auditkit.validate.testing import p_value_of_equal_shares

NEAR_DEGREES = 2.0
"""Positions of one city lie within so many degrees of the middle one."""
FINE = 4
"""Decimals of a degree: four are about ten metres, three are a block of houses."""
POSITION = ("longitude", "latitude")


def _positions(rows: Rows, *more: str) -> Table:
    """Read longitude and latitude, row by row."""
    roles = (*POSITION, *more)
    columns = {role: column for role in roles if (column := rows.column(role)) is not None}
    return rows.table.select(
        n=rows.weight.fill_null(0), **{role: value(rows.table, column) for role, column in columns.items()}
    )


def _lost(table: Table) -> Value:
    """Tell which rows have no position."""
    return table.longitude.isnull() | table.latitude.isnull()


def _missing(rows: Rows) -> Table:
    table = _positions(rows)
    gone = where(_lost(table), table.n)
    return table.agg(item=ibis.literal(""), value=gone.cast("float64"), count=gone.cast("int64"))


def _found(rows: Rows) -> pd.DataFrame:
    """Return the lower limit of the Wilson interval for the share of rows with a position: what can be relied on."""
    from auditkit.statistics.critical import normal
    from auditkit.statistics.intervals import wilson

    table = _positions(rows)
    counted = table.agg(found=where(~_lost(table), table.n), n=table.n.sum()).to_pandas()
    found, n = (int(counted[name].fillna(0).iloc[0]) for name in ("found", "n"))
    lowest = wilson(found, n, critical=normal(0.95)).low if n else 0.0
    return pd.DataFrame({"item": [f"{found:,} of {n:,} rows"], "value": [lowest]})


def _by_area(rows: Rows) -> pd.DataFrame:
    table = _positions(rows, "area")
    table = table.filter(table.area.notnull())
    gone = table.group_by("area").agg(gone=where(_lost(table), table.n), n=table.n.sum())
    return one(p_value_of_equal_shares(gone.order_by("area").to_pandas()), "positions by area")


def _coarse(rows: Rows) -> Table:
    """Return the share of positions written with fewer than four decimals, of both coordinates."""
    columns = [rows.column(role) for role in POSITION]
    texts = {
        column.role: canonical(rows.table[column.name].cast("string"))
        for column in columns
        if column is not None
    }
    table = rows.table.select(n=rows.weight.fill_null(0), **texts)
    given = table.longitude.notnull() & table.latitude.notnull()
    fine = rf"\.[0-9]{{{FINE},}}$"
    short = ~table.longitude.re_search(fine) & ~table.latitude.re_search(fine)
    return table.agg(item=ibis.literal(""), value=share(where(given & short, table.n), where(given, table.n)))


def _spike(rows: Rows) -> Table:
    table = _positions(rows)
    known = table.filter(~_lost(table))
    spots = known.group_by(list(POSITION)).agg(n=known.n.sum())
    return spots.agg(
        item=ibis.literal(""), value=share(spots.n.max().fill_null(0), spots.n.sum().fill_null(0))
    )


def _shifted(rows: Rows) -> pd.DataFrame:
    """Count rows in which another column holds a number that belongs to one of the coordinates, by that column."""
    read = _positions(rows)
    middles = read.agg(**{role: read[role].median() for role in POSITION}).to_pandas()
    own = {column.name for role in POSITION if (column := rows.column(role)) is not None}
    others = [name for name in rows.original if name not in own]
    table = rows.table
    odd = {}
    for name in others:
        text = canonical(table[name].cast("string"))
        number = text.try_cast("float64")
        near: Value = ibis.literal(False)
        for role in POSITION:
            middle = float(middles[role].iloc[0])
            near = near | (((number - middle).abs() < 1.0) if np.isfinite(middle) else ibis.literal(False))
        odd[name] = ibis.cases((near & text.contains("."), 1), else_=0).sum()
    counted = table.agg(rows=table.count(), **odd).to_pandas().iloc[0]
    # a column that holds coordinates throughout is another way to write the position, and nothing has shifted
    found = {name: float(counted[name]) for name in others if 0 < counted[name] < 0.5 * counted["rows"]}
    return pd.DataFrame({"item": list(found) or [""], "value": list(found.values()) or [0.0]})


@facts("positions_missing")
def positions_missing(rows: AlertRows, audit: AuditFile) -> Table:
    """Alerts without a position."""
    return _missing(rows)


@facts("positions_found_share")
def positions_found_share(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of alerts with a position, at least (Wilson)."""
    return _found(rows)


@facts("positions_found_by_area")
def positions_found_by_area(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """How likely areas would differ so much by chance in the share of alerts with a position (chi-square)."""
    return _by_area(rows)


@facts("positions_coarse_share")
def positions_coarse_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of positions written with fewer than four decimals."""
    return _coarse(rows)


@facts("columns_shifted")
def columns_shifted(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Rows in which another column holds what looks like a coordinate."""
    return _shifted(rows)


@facts("near_duplicate_share")
def near_duplicate_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts at the same position and on the same day as another one."""
    table = _positions(rows, "time")
    known = table.filter(~_lost(table) & table.time.notnull())
    spots = known.group_by([*POSITION, "time"]).agg(n=known.n.sum())
    extra = (spots.n.sum() - spots.count()).fill_null(0)
    return spots.agg(item=ibis.literal(""), value=share(extra, spots.n.sum().fill_null(0)), count=extra)


@facts("history_positions_missing")
def history_positions_missing(rows: PlaceRows, audit: AuditFile) -> Table:
    """Count records of the history without a position."""
    return _missing(history_of(rows))


@facts("history_positions_found_share")
def history_positions_found_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of records of the history with a position, at least (Wilson)."""
    return _found(history_of(rows))


@facts("history_positions_found_by_area")
def history_positions_found_by_area(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """How likely areas would differ so much by chance in the share of records with a position (chi-square)."""
    return _by_area(history_of(rows))


@facts("history_positions_coarse_share")
def history_positions_coarse_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of positions of the history written with fewer than four decimals."""
    return _coarse(history_of(rows))


@facts("history_position_spike_share")
def history_position_spike_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history at the single most common position."""
    return _spike(history_of(rows))


@facts("history_columns_shifted")
def history_columns_shifted(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Rows of the history in which another column holds what looks like a coordinate."""
    return _shifted(history_of(rows))
