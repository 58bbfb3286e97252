"""Facts about logs of a tool in use, lists of events, benchmarks of stops and reports by residents (methods D3 to D25)."""

import ibis
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, PlaceRows, Rows, value
from auditkit.results.stops import CITY
from auditkit.results.tally import UNKNOWN
from auditkit.validate.column_facts import repeated_rows_share
from auditkit.validate.registry import facts
from auditkit.validate.shares import group_names, listed, one, share, where
from auditkit.validate.table_facts import personal_columns
from auditkit.validate.tables import area_ids, benchmark_of, deployment_of, events_of, history_of, reports_of
from auditkit.validate.testing import p_value_of_equal_shares

FEW_COLUMNS = 3


def _unmatched(table: Rows, ids: tuple[str, ...]) -> Table:
    cells = table.cells("area")
    lost = where(~cells.area.isin(ids).fill_null(False), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(lost, cells.n.sum()), count=lost)


def _stray(table: Rows, role: str) -> pd.DataFrame:
    """Return the share of rows dated more than ten years from the median row."""
    cells = table.cells(role).to_pandas().dropna(subset=role).sort_values(role)
    years = pd.to_datetime(cells[role]).dt.year
    if cells.empty:
        return one(0.0)
    middle = years[cells["n"].cumsum() >= cells["n"].sum() / 2].iloc[0]
    return one(float(cells.loc[(years - middle).abs() > 10, "n"].sum() / cells["n"].sum()))


@facts("logs_unmatched_share")
def logs_unmatched_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of rows of the logs whose area is not in the table of areas."""
    return _unmatched(deployment_of(rows), area_ids(rows))


@facts("areas_without_logs")
def areas_without_logs(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Areas that no row of the logs names."""
    named = set(deployment_of(rows).cells("area").to_pandas()["area"].dropna())
    return listed([area for area in area_ids(rows) if area not in named])


@facts("logs_gaps_share")
def logs_gaps_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of combinations of logged areas and periods without a row."""
    cells = deployment_of(rows).cells("area", "period").to_pandas().dropna(subset=["area", "period"])
    whole = cells["area"].nunique() * cells["period"].nunique()
    return one(1 - len(cells) / whole if whole else 0.0)


@facts("logs_date_stray_share")
def logs_date_stray_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of rows of the logs dated more than ten years from the median row."""
    return _stray(deployment_of(rows), "period")


@facts("logs_outside_share")
def logs_outside_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of periods of the logs in which neither the records nor the history have a row."""
    logged = set(deployment_of(rows).cells("period").to_pandas()["period"].dropna())
    known = set(rows.cells("period").to_pandas()["period"].dropna())
    if isinstance(rows, PlaceRows) and rows.history is not None:
        known |= set(history_of(rows).cells("period").to_pandas()["period"].dropna())
    return one(len(logged - known) / max(1, len(logged)))


@facts("logs_blank_share")
def logs_blank_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of rows of the logs that do not say whether police were sent."""
    cells = deployment_of(rows).cells("deployment")
    gone = where(cells.deployment.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("history_personal_columns")
def history_personal_columns(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Columns of the history named in the audit file whose names say that they hold personal data."""
    return personal_columns(history_of(rows), audit)


@facts("logs_personal_columns")
def logs_personal_columns(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Columns of the logs named in the audit file whose names say that they hold personal data."""
    return personal_columns(deployment_of(rows), audit)


@facts("reports_personal_columns")
def reports_personal_columns(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Columns of the reports named in the audit file whose names say that they hold personal data."""
    return personal_columns(reports_of(rows), audit)


@facts("events_unmatched_share")
def events_unmatched_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of known events whose area is not in the table of areas."""
    return _unmatched(events_of(rows), area_ids(rows))


@facts("events_unknown_share")
def events_unknown_share(rows: AlertRows, audit: AuditFile) -> Table:
    """Share of known events of which nobody knows whether the system alerted."""
    cells = events_of(rows).cells("alerted")
    gone = where(cells.alerted.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("events_repeated_share")
def events_repeated_share(rows: AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of known events that repeat another one in every column; nothing where few columns tell them apart."""
    events = events_of(rows)
    return one(repeated_rows_share(events) if len(events.original) > FEW_COLUMNS else 0.0)


@facts("benchmark_unmatched_share")
def benchmark_unmatched_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of stops in areas that the benchmark does not name; nothing where the benchmark is one for the whole city."""
    areas = {area for units in benchmark_of(rows).units.values() for area, _ in units}
    cells = rows.cells("area")
    lost = where(~cells.area.isin(sorted(areas)).fill_null(False), cells.n)
    part = ibis.literal(0.0) if areas == {CITY} else share(lost, cells.n.sum())
    return cells.agg(item=ibis.literal(""), value=part)


@facts("benchmark_groups_missing")
def benchmark_groups_missing(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """List groups of the stops that the benchmark does not name, or that it gives nothing."""
    units = benchmark_of(rows).units
    found = []
    for role, name in group_names(rows):
        measured: dict[str, float] = {}
        for (_, dimension), cells in units.items():
            for (_, group), n in cells.items():
                if dimension == name:
                    measured[group] = measured.get(group, 0.0) + n
        stopped = rows.cells(role).to_pandas()[role]
        if measured:
            found += [
                f"{name} = {group}"
                for group in sorted(stopped)
                if group != UNKNOWN and not measured.get(group)
            ]
    return listed(found)


@facts("reports_unmatched_share")
def reports_unmatched_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of reports whose area is not in the table of areas."""
    return _unmatched(reports_of(rows), area_ids(rows))


@facts("reports_date_unreadable_share")
def reports_date_unreadable_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of reports whose date cannot be read."""
    cells = reports_of(rows).cells("time")
    gone = where(cells.time.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("reports_date_stray_share")
def reports_date_stray_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of reports dated more than ten years from the median report."""
    return _stray(reports_of(rows), "time")


@facts("reports_unanswered_share")
def reports_unanswered_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of reports without an answer, or with one dated before the report."""
    cells = reports_of(rows).cells("minutes")
    gone = where(cells.minutes.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("reports_unanswered_by_area")
def reports_unanswered_by_area(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """How likely areas would differ so much by chance in the share of reports without an answer (chi-square)."""
    reports = reports_of(rows)
    columns = {column.role: value(reports.table, column) for column in reports.columns}
    table = reports.table.select(area=columns["area"], gone=columns["minutes"].isnull().cast("int64"))
    known = table.filter(table.area.notnull())
    counted = known.group_by("area").agg(gone=known.gone.sum(), n=known.count()).order_by("area")
    return one(p_value_of_equal_shares(counted.to_pandas()), "answers by area")
