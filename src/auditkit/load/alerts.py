"""Opening the tables of an alert system: alerts, areas, where the sensors are, and events known from elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import ibis
from ibis import Table

from auditkit.definitions.alerts import EventTable
from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.loops import AlertFeedback
from auditkit.errors import InputError, Problem
from auditkit.load.alert_columns import alert_problems, disposed, more_columns
from auditkit.load.alert_loops import MOMENT, load_alert_loops, with_moment
from auditkit.load.areas import load_areas
from auditkit.load.coverage import load_coverage
from auditkit.load.decisions import count, decide
from auditkit.load.deployment import load_deployment
from auditkit.load.files import check_named, open_table
from auditkit.load.lawful import mark_lawful
from auditkit.load.people import check_columns
from auditkit.load.periods import first_day
from auditkit.load.places import ALL_TIME, without_pseudo_areas
from auditkit.load.placing import place
from auditkit.load.resident_reports import load_resident_reports
from auditkit.load.values import (
    absent,
    check_counts,
    check_references,
    check_repeated_cells,
    check_values,
    distinct,
)
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.rows import PERIOD, WEIGHT, AlertLoopRows, AlertRows, Column, Rows

DAY, WRITTEN = "auditkit: day", "auditkit: written down"


def load_alerts(
    connection: ibis.BaseBackend, audit: AuditFile, *, folder: Path, audit_name: str
) -> AlertRows:
    """Open every table of an alert system.

    Raises
    ------
    InputError
        With every problem of the first table that has any.
    """
    areas = coverage = events = None
    if audit.areas is not None:
        areas = load_areas(connection, audit.areas, folder=folder, audit_name=audit_name)
    records = _records(connection, audit, areas, folder=folder, audit_name=audit_name)
    if areas is not None and audit.coverage is not None:
        coverage = load_coverage(
            connection, audit.coverage, areas.areas.ids, folder=folder, audit_name=audit_name
        )
    if audit.events is not None:
        events = _events(connection, audit.events, folder=folder, audit_name=audit_name)
    deployment = None
    if audit.deployment is not None:
        deployment = load_deployment(
            connection,
            audit.deployment,
            period=audit.records.period or "month",
            folder=folder,
            audit_name=audit_name,
        )
    loops = AlertLoopRows()
    if isinstance(audit.feedback, AlertFeedback):
        loops = load_alert_loops(connection, audit.feedback, folder=folder, audit_name=audit_name)
    reports = None
    if audit.resident_reports is not None:
        reports = load_resident_reports(
            connection, audit.resident_reports, folder=folder, audit_name=audit_name
        )
    return AlertRows(
        table=records.table, source=records.source, columns=records.columns, counted=records.counted,
        original=records.original, areas=areas, coverage=coverage, events=events, deployment=deployment,
        loops=loops, reports=reports,
    )  # fmt: skip


def _records(
    connection: ibis.BaseBackend,
    audit: AuditFile,
    loaded: LoadedAreas | None,
    *,
    folder: Path,
    audit_name: str,
) -> Rows:
    records = audit.records
    opened = open_table(connection, records, folder=folder)
    table, source, original = opened.table, opened.source, opened.columns
    check_columns(audit, original, audit_name=audit_name)
    table = place(connection, table, records, loaded)
    if records.area:
        table = without_pseudo_areas(table, records.area, audit)
    check_counts(table, audit)
    shaped, columns = _shape(table, audit)
    counted = records.counts is not None
    rows = Rows(table=shaped, source=source, columns=columns, counted=counted, original=original)
    check_values(rows, audit)
    if problems := list(alert_problems(rows, audit)):
        raise InputError(problems)
    if counted and (keys := _keys(rows, audit)):
        check_repeated_cells(rows, audit, names=keys)
    check_references(rows, audit)
    return rows


def _keys(rows: Rows, audit: AuditFile) -> tuple[str, ...]:
    """Columns of the file that tell the cells of a table of counts apart."""
    roles = ("id", "area", "decision", "disposition.stated", *rows.roles("group."), *rows.roles("action."))
    names = [column.name for column in rows.columns if column.role in roles]
    return tuple(dict.fromkeys((*names, *filter(None, [audit.records.time]))))


def _shape(table: Table, audit: AuditFile) -> tuple[Table, tuple[Column, ...]]:
    """Add weight, day, period and disposition to the columns of the file."""
    records, gone = audit.records, audit.records.missing
    weight = (
        ibis.literal(1, "int64")
        if records.counts is None
        else count(table, records.counts, records.suppressed)
    )
    time = None if records.time is None else table[records.time]
    period = (
        ibis.literal(ALL_TIME)
        if time is None
        else first_day(time, records.period or "month").strftime("%Y-%m-%d")
    )
    table = table.mutate(**{WEIGHT: weight, PERIOD: period})
    columns = [Column(role="period", name=PERIOD, kind="text")]
    if time is not None:
        table = table.mutate(**{DAY: first_day(time, "day")})
        columns.append(Column(role="time", name=DAY, kind="date"))
    if records.time is not None and isinstance(audit.feedback, AlertFeedback) and audit.feedback.stops:
        table = with_moment(table, records.time, where=records.path, key="[records] time")
        columns.append(Column(role="moment", name=MOMENT, kind="number"))
    if records.recorded is not None:
        table = table.mutate(**{WRITTEN: first_day(table[records.recorded], "day")})
        columns.append(Column(role="recorded", name=WRITTEN, kind="date"))
    columns += [
        Column(role=role, name=name, kind="text", missing=gone)
        for role in ("id", "area", "neighbourhood")
        if (name := getattr(records, role)) is not None
    ]
    if records.decision is not None and records.decision.column is not None:
        table, decision = decide(table, records, tie=None)
        columns.append(decision)
    if records.outcome is not None:
        table, outcome = disposed(table, records.outcome, gone)
        columns += outcome
    columns += [
        Column(
            role=f"group.{name}",
            name=group.column,
            kind="group",
            missing=(*group.unknown, *gone),
            renamed=group.renamed,
        )
        for name, group in audit.groups.items()
    ]
    table, lawful = mark_lawful(table, audit)
    return table, (*columns, *more_columns(audit), *lawful)


def _events(connection: ibis.BaseBackend, table: EventTable, *, folder: Path, audit_name: str) -> Rows:
    """Open the list of known events; roles are `alerted` and, where declared, `area`."""
    found = open_table(connection, table, folder=folder, section="events")
    opened, source, original = found.table, found.source, found.columns
    check_named(_named(table), original, where=source.file, audit_name=audit_name)
    weight = ibis.literal(1, "int64") if table.counts is None else count(opened, table.counts, ())
    columns = [Column(role="alerted", name=table.alerted.column, kind="binary", positive=table.alerted.yes)]
    if table.area is not None:
        columns.append(Column(role="area", name=table.area, kind="text"))
    rows = Rows(
        table=opened.mutate(**{WEIGHT: weight}), source=source, columns=tuple(columns),
        counted=table.counts is not None, original=original,
    )  # fmt: skip
    if problems := [*_count_problems(rows, table), *_alerted_problems(rows, table)]:
        raise InputError(problems)
    return rows


def _named(table: EventTable) -> Iterator[tuple[str, str]]:
    keys = [("alerted.column", table.alerted.column), ("area", table.area), ("counts", table.counts)]
    yield from ((f"[events] {key}", name) for key, name in keys if name is not None)


def _count_problems(rows: Rows, table: EventTable) -> Iterator[Problem]:
    odd = rows.table.filter(rows.weight.isnull() | (rows.weight < 0)).count()
    if table.counts is not None and (found := int(odd.execute())):
        text = f"column '{table.counts}' holds no whole number from 0 up in {found} rows."
        yield Problem(where=table.path, found=text, mend="Counts of events were expected ([events] counts).")


def _alerted_problems(rows: Rows, table: EventTable) -> Iterator[Problem]:
    found = distinct(rows, "alerted")
    if len(found) > 1:
        yield from absent(
            table.alerted.yes,
            found,
            where=table.path,
            key="[events] alerted.yes",
            column=table.alerted.column,
        )
