"""Facts about alerts: dispositions, positions, quiet spells, hours and actions (methods D4, D12, D16, D25, 5)."""

import ibis
import numpy as np
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, value
from auditkit.validate.registry import facts
from auditkit.validate.shares import share, stack, where

ENOUGH = 100
"""Alerts of an area; shares on fewer swing by chance and are not compared here."""
NEAR_DEGREES = 2.0
"""Alerts of one city lie within so many degrees of the middle one."""
SPELLS = 50
LONGEST_HOURS = 24.0


def _one(value: float, item: str = "") -> pd.DataFrame:
    return pd.DataFrame({"item": [item], "value": [float(value)]})


@facts("disposition_missing_by_area")
def disposition_missing_by_area(rows: AlertRows, audit: AuditFile) -> Table:
    """How far an area's share of missing dispositions lies from the city's, where there are enough alerts."""
    cells = rows.cells("area", "outcome")
    sizes = cells.group_by("area").agg(gone=where(cells.outcome.isnull(), cells.n), alerts=cells.n.sum())
    overall = sizes.gone.sum().over(ibis.window()) / sizes.alerts.sum().over(ibis.window()).nullif(0)
    sizes = sizes.mutate(gap=(sizes.gone / sizes.alerts.nullif(0) - overall).abs())
    sizes = sizes.filter(sizes.alerts >= ENOUGH)
    item = ibis.literal("area ") + sizes.area.fill_null("not recorded")
    part = sizes.order_by([sizes.gap.desc(), sizes.area]).select(item=item, value=sizes.gap, count=sizes.gone)
    return stack([part] if part.count().execute() else [])


@facts("unfounded_alerts")
def unfounded_alerts(rows: AlertRows, audit: AuditFile) -> Table:
    """Alerts whose disposition says that they were wrong."""
    cells = rows.cells("disposition")
    return cells.agg(
        item=ibis.literal(""), value=where(cells.disposition == "unfounded", cells.n).cast("float64")
    )


@facts("positions_out_of_place")
def positions_out_of_place(rows: AlertRows, audit: AuditFile) -> Table:
    """Alerts without a position, or with one far from the middle of all positions, as when columns have shifted."""
    columns = [rows.column(role) for role in ("longitude", "latitude")]
    read = {column.role: value(rows.table, column) for column in columns if column is not None}
    table = rows.table.select(**read)
    middle = table.agg(x=table.longitude.median(), y=table.latitude.median())
    both = table.cross_join(middle)
    far = ((both.longitude - both.x).abs() > NEAR_DEGREES) | ((both.latitude - both.y).abs() > NEAR_DEGREES)
    lost = both.longitude.isnull() | both.latitude.isnull() | far
    return both.agg(item=ibis.literal(""), value=ibis.cases((lost, 1.0), else_=0.0).sum())


@facts("position_spike_share")
def position_spike_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts at the single most common position."""
    cells = rows.cells("longitude", "latitude")
    known = cells.filter(cells.longitude.notnull() & cells.latitude.notnull())
    return known.agg(
        item=ibis.literal(""), value=share(known.n.max().fill_null(0), known.n.sum().fill_null(0))
    )


@facts("quiet_spells")
def quiet_spells(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """List runs of days without any alert, with how many runs of that length chance alone would bring.

    With n alerts in d days at one pace, n exp(-n g / d) gaps between alerts are expected to last longer than g days.
    """
    cells = rows.cells("time")
    frame: pd.DataFrame = cells.filter(cells.time.notnull()).order_by("time").to_pandas()
    days = pd.to_datetime(frame["time"])
    gaps = days.diff().dt.days.to_numpy()[1:] - 1
    length = float((days.iloc[-1] - days.iloc[0]).days + 1) if len(days) else 1.0
    n = float(frame["n"].sum())
    longest = [at for at in np.argsort(-gaps, kind="stable")[:SPELLS] if gaps[at] > 0]
    if not longest:
        return _one(n)
    first = [(days.iloc[at] + pd.Timedelta(days=1)).date().isoformat() for at in longest]
    return pd.DataFrame(
        {
            "item": [f"{int(gaps[at])} days from {start}" for at, start in zip(longest, first, strict=True)],
            "value": [n * float(np.exp(-n * gaps[at] / length)) for at in longest],
        }
    )


@facts("hours_missing_share")
def hours_missing_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts without officer-hours."""
    cells = rows.cells("hours")
    gone = where(cells.hours.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("hours_beyond_a_day")
def hours_beyond_a_day(rows: AlertRows, audit: AuditFile) -> Table:
    """Alerts that took more than a day of officers' time, as when minutes were written."""
    cells = rows.cells("hours")
    return cells.agg(item=ibis.literal(""), value=where(cells.hours > LONGEST_HOURS, cells.n).cast("float64"))


@facts("action_missing_share")
def action_missing_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts of which nobody recorded whether they led to an action, for each action."""
    parts = []
    for role in rows.roles("action."):
        cells = rows.cells(role)
        gone = where(cells[role].isnull(), cells.n)
        item = ibis.literal(role.removeprefix("action."))
        parts.append(cells.agg(item=item, value=share(gone, cells.n.sum()), count=gone))
    return stack(parts)
