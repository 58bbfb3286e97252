"""Facts about when and how records are written down: lag, order of dates, changes of level (methods D8, D9, D10, D11)."""

from collections.abc import Iterable

import ibis
import numpy as np
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, PlaceRows, Rows
from auditkit.validate.registry import facts
from auditkit.validate.shares import listed, one, share, where
from auditkit.validate.tables import history_of

UNTIL = 120
"""A series of more periods is added up to at most so many."""
JUMP = 1.0
"""What is shown for a series without a change that chance could not bring."""
PARTS = 400
SHOWN = 60
"""Latest days of which it is said how many of their records can be expected to be there."""


def _lags(rows: Rows) -> pd.DataFrame:
    """Read records by day and by days until they were written down; both dates known."""
    cells = rows.cells("time", "recorded")
    known = cells.filter(cells.time.notnull() & cells.recorded.notnull())
    days = known.recorded.delta(known.time, unit="day")
    frame: pd.DataFrame = known.mutate(lag=days).to_pandas()
    return frame


def _complete(rows: Rows) -> pd.DataFrame:
    """Tell for each of the latest days which share of its records can be expected to be written down by now.

    Records older than the longest usual lag (99 of 100) say how soon records are written down.
    """
    frame = _lags(rows)
    frame = frame[frame["lag"] >= 0]
    if frame.empty:
        return one(1.0)
    day = pd.to_datetime(frame["time"])
    age = (pd.to_datetime(frame["recorded"]).max() - day).dt.days.to_numpy()
    lag, n = frame["lag"].to_numpy(), frame["n"].to_numpy(dtype=float)
    order = np.argsort(lag)
    longest = lag[order][min(len(lag) - 1, int(np.searchsorted(np.cumsum(n[order]), 0.99 * n.sum())))]
    old = age > longest
    if not old.any():
        return one(0.0, "the whole table")
    ages = sorted(set(age[age <= longest]))[:SHOWN]
    found = {
        (day[age == one_age].iloc[0].date().isoformat()): float(
            n[old & (lag <= one_age)].sum() / n[old].sum()
        )
        for one_age in ages
    }
    return listed([*found], [*found.values()]) if found else one(1.0)


def _before(rows: Rows) -> Table:
    cells = rows.cells("time", "recorded")
    early = where((cells.recorded < cells.time).fill_null(False), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(early, cells.n.sum()), count=early)


def _jumps(series: dict[str, pd.Series], periods: list[str], *, level: float) -> pd.DataFrame:
    """Look for a change of level in each series of counts by period; absent periods count as nothing recorded."""
    from auditkit.statistics.change_points import CRITICAL, FEWEST, level_change

    if len(periods) < FEWEST:
        return one(JUMP)
    width = -(-len(periods) // UNTIL)
    starts = periods[::width]
    found = {}
    for name, counts in series.items():
        values = counts.reindex(periods).fillna(0).to_numpy(dtype=float)
        whole = len(values) // width * width
        summed = values[:whole].reshape(-1, width).sum(axis=1)
        if summed.size < FEWEST or not summed.sum():
            continue
        change = level_change(summed)
        if change.statistic > CRITICAL[level]:
            since = f"from {starts[change.at]}"
            found[f"{name}, {since}" if name else since] = min(change.ratio, 1000.0)
    return listed([*found], [*found.values()]) if found else one(JUMP)


def _series(frame: pd.DataFrame, by: Iterable[str]) -> tuple[dict[str, pd.Series], list[str]]:
    """Count records by period: of everything, and of each value of some columns."""
    known = frame[frame["period"].notna()]
    series = {"": known.groupby("period")["n"].sum()}
    for role in by:
        for value, part in known[known[role].notna()].groupby(role):
            if part["n"].sum() >= PARTS:
                series[f"{role} {value}"] = part.groupby("period")["n"].sum()
    return series, sorted(known["period"].unique())


@facts("history_change_points")
def history_change_points(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """List lasting changes of level in the history: of all records, by area and by source, after over before."""
    history = history_of(rows)
    by = [role for role in ("area", "source") if history.column(role)]
    series, periods = _series(history.cells("period", *by).to_pandas(), by)
    return _jumps(series, periods, level=0.001)


@facts("alert_change_points")
def alert_change_points(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """List lasting changes of level of alerts: of all, and by area, after over before."""
    by = [role for role in ("area",) if rows.column(role)]
    series, periods = _series(rows.cells("period", *by).to_pandas(), by)
    return _jumps(series, periods, level=0.001)


@facts("outcome_change_points")
def outcome_change_points(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """List a lasting change in the share of outcomes by month of scoring, after over before."""
    cells = rows.cells("time", "outcome")
    known = cells.filter(cells.time.notnull() & cells.outcome.notnull())
    frame = known.mutate(month=known.time.strftime("%Y-%m")).to_pandas()
    people = frame.groupby("month")["n"].sum()
    with_outcome = frame[frame["outcome"] == 1].groupby("month")["n"].sum().reindex(people.index).fillna(0)
    # as many outcomes as if equally many people had been scored each month
    return _jumps({"": with_outcome / people * people.mean()}, sorted(people.index), level=0.01)


@facts("history_complete_by_day")
def history_complete_by_day(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of the records of each of the latest days that can be expected to be written down."""
    return _complete(history_of(rows))


@facts("history_recorded_before_share")
def history_recorded_before_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history written down before the day they are about."""
    return _before(history_of(rows))


@facts("history_unknown_then_share")
def history_unknown_then_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history that were written down in or after the first audited period."""
    history = history_of(rows)
    audited = rows.cells("period").period.min().execute()
    cells = history.cells("recorded", "period")
    before = cells.filter(cells.period < str(audited)) if isinstance(audited, str) else cells
    late = where((before.recorded.cast("string") >= str(audited)).fill_null(False), before.n)
    return before.agg(item=ibis.literal(""), value=share(late, before.n.sum().fill_null(0)), count=late)


@facts("alerts_complete_by_day")
def alerts_complete_by_day(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of the alerts of each of the latest days that can be expected to be written down."""
    return _complete(rows)


@facts("alerts_recorded_before_share")
def alerts_recorded_before_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts written down before the day they are about."""
    return _before(rows)
