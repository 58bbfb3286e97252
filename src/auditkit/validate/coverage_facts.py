"""Facts about where the sensors are, and about events known from elsewhere (methods D22, D25, 5)."""

import ibis
import numpy as np
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.alerts import Coverage
from auditkit.results.rows import AlertRows
from auditkit.validate.registry import facts
from auditkit.validate.shares import share, where


def _listed(items: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"item": items or [""], "value": [1.0] * len(items) or [0.0]})


def _coverage(rows: AlertRows) -> tuple[tuple[str, ...], Coverage]:
    assert rows.coverage is not None  # noqa: S101  # the check needs it
    assert rows.areas is not None  # noqa: S101  # and coverage needs areas
    return rows.areas.areas.ids, rows.coverage


def _bare(rows: AlertRows) -> list[str]:
    ids, coverage = _coverage(rows)
    return [area for area, part in zip(ids, coverage.share, strict=True) if part == 0]


@facts("alerts_without_sensors_share")
def alerts_without_sensors_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of alerts in areas that no sensor covers."""
    cells = rows.cells("area")
    lost = where(cells.area.isin(_bare(rows)).fill_null(False), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()), count=lost)


@facts("coverage_unmatched")
def coverage_unmatched(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Areas of the table of sensors that are not in the table of areas."""
    return _listed(list(_coverage(rows)[1].unmatched))


@facts("areas_without_coverage")
def areas_without_coverage(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Areas of which the table of sensors says nothing."""
    ids, coverage = _coverage(rows)
    return _listed([area for area, part in zip(ids, coverage.share, strict=True) if np.isnan(part)])


@facts("partly_covered_residents_share")
def partly_covered_residents_share(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Of residents of areas with sensors, the share whose area is covered only in part."""
    ids, coverage = _coverage(rows)
    loaded = rows.areas.areas if rows.areas is not None else None
    people = (
        np.ones(len(ids)) if loaded is None or loaded.residents is None else np.nan_to_num(loaded.residents)
    )
    some, part = coverage.share > 0, (coverage.share > 0) & (coverage.share < 1)
    whole = float(people[some].sum())
    return pd.DataFrame({"item": [""], "value": [float(people[part].sum()) / whole if whole else 0.0]})


@facts("events_without_sensors_share")
def events_without_sensors_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of known events in areas that no sensor covers."""
    assert rows.events is not None  # noqa: S101  # the check needs it
    cells = rows.events.cells("area")
    lost = where(cells.area.isin(_bare(rows)).fill_null(False), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()), count=lost)


@facts("events_source")
def events_source(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Return who decides that an event is on the list, as declared."""
    events = audit.events
    return pd.DataFrame(
        {"item": [events.means if events else ""], "value": [events.source if events else "none"]}
    )
