"""Facts about what the tool learns from (methods D1, D9, D10, D11, D22)."""

import ibis
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import PlaceRows, Rows
from auditkit.validate.registry import facts
from auditkit.validate.shares import share

QUARTERS = 4


def _history(rows: PlaceRows) -> Rows:
    assert rows.history is not None  # noqa: S101  # the check needs a history
    return rows.history


@facts("history_unmatched_share")
def history_unmatched_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history whose area is not in the table of areas."""
    cells = _history(rows).cells("area")
    known = cells.area.isin(rows.areas.areas.ids).fill_null(False)
    lost = ibis.cases((known, 0), else_=cells.n).sum()
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()))


@facts("history_date_unreadable_share")
def history_date_unreadable_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history whose date cannot be read."""
    cells = _history(rows).cells("period")
    lost = ibis.cases((cells.period.isnull(), cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()))


@facts("history_date_stray_share")
def history_date_stray_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of records of the history dated more than ten years before the median record."""
    frame = _periods(rows)
    years = frame["period"].str[:4].astype(int)
    middle = years[frame["n"].cumsum() >= frame["n"].sum() / 2].iloc[0] if len(frame) else 0
    lost = frame.loc[(years - middle).abs() > 10, "n"].sum()
    return pd.DataFrame({"item": [""], "value": [float(lost) / max(1.0, float(frame["n"].sum()))]})


@facts("history_late_share")
def history_late_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of records of the history dated in or after the first audited period."""
    frame = _periods(rows)
    audited = rows.cells("period").period.min().execute()
    late = frame.loc[frame["period"] >= str(audited), "n"].sum() if isinstance(audited, str) else 0
    return pd.DataFrame({"item": [""], "value": [float(late) / max(1.0, float(frame["n"].sum()))]})


@facts("history_source_undeclared_share")
def history_source_undeclared_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history that are declared neither reported nor discovered."""
    cells = _history(rows).cells("source")
    lost = ibis.cases((cells.source.isnull(), cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()))


@facts("history_discovered_share")
def history_discovered_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history that police discovered."""
    cells = _history(rows).cells("source")
    found = ibis.cases((cells.source == "discovered", cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(found, cells.n.sum()))


@facts("history_level_ratio")
def history_level_ratio(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Return records in the busiest quarter of the history over those in the quietest."""
    frame = _periods(rows)
    if len(frame) < QUARTERS:
        return pd.DataFrame({"item": [""], "value": [1.0]})
    part = (pd.Series(range(len(frame))) * QUARTERS // len(frame)).to_numpy()
    means = frame["n"].groupby(part).mean()
    return pd.DataFrame({"item": [""], "value": [float(means.max() / max(means.min(), 0.5))]})


@facts("history_periods")
def history_periods(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Periods of the history, over those that the rolling-count baseline wants."""
    return pd.DataFrame({"item": [""], "value": [len(_periods(rows)) / audit.records.baseline_periods]})


def _periods(rows: PlaceRows) -> pd.DataFrame:
    """Return records of the history by period, in order of time."""
    cells = _history(rows).cells("period")
    frame: pd.DataFrame = cells.filter(cells.period.notnull()).order_by("period").to_pandas()
    return frame
