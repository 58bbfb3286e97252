"""Opening the tables of a place tool: areas by period, the areas themselves, and what the tool learns from."""

from dataclasses import replace
from pathlib import Path

import ibis
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.errors import SHOWN, InputError, Problem, shown
from auditkit.load.areas import load_areas
from auditkit.load.decisions import LARGEST_COUNT, count, decide
from auditkit.load.deployment import load_deployment
from auditkit.load.displacement import check_covered, load_roles
from auditkit.load.files import open_table
from auditkit.load.history import load_history
from auditkit.load.people import check_columns
from auditkit.load.periods import Period, first_day
from auditkit.load.placing import place
from auditkit.load.resident_reports import load_resident_reports
from auditkit.load.values import check_counts, check_values
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.rows import PERIOD, WEIGHT, Column, PlaceRows, Rows, canonical

ALL_TIME = "all"
"""The one period of records without a time."""


def load_places(
    connection: ibis.BaseBackend, audit: AuditFile, *, folder: Path, audit_name: str
) -> PlaceRows:
    """Open every table of a place tool.

    Raises
    ------
    InputError
        With every problem of the first table that has any.
    """
    assert audit.areas is not None  # noqa: S101  # the definition of a place tool holds areas
    loaded = load_areas(connection, audit.areas, folder=folder, audit_name=audit_name)
    records = _records(connection, audit, loaded, folder=folder, audit_name=audit_name)
    history = None
    if audit.history is not None:
        opened = load_history(connection, audit.history, folder=folder, audit_name=audit_name, loaded=loaded)
        history = _by_period(opened, audit.history.time, period=audit.records.period or "year")
        history = replace(history, table=without_pseudo_areas(history.table, audit.history.area, audit))
    roles = deployment = reports = None
    if audit.displacement is not None:
        roles = load_roles(
            connection, audit.displacement, loaded.areas.ids, folder=folder, audit_name=audit_name
        )
        counted = records if history is None or audit.displacement.incidents == "records" else history
        check_covered(counted, audit.displacement, period=audit.records.period or "year")
    if audit.deployment is not None:
        period = audit.records.period or "year"
        deployment = load_deployment(
            connection, audit.deployment, period=period, folder=folder, audit_name=audit_name
        )
    if audit.resident_reports is not None:
        reports = load_resident_reports(
            connection, audit.resident_reports, folder=folder, audit_name=audit_name
        )
    return PlaceRows(
        table=records.table, source=records.source, columns=records.columns, counted=records.counted,
        original=records.original, areas=loaded, history=history, roles_of_areas=roles, deployment=deployment,
        reports=reports,
    )  # fmt: skip


def without_pseudo_areas(table: Table, area: str, audit: AuditFile) -> Table:
    """Leave out codes that are declared to stand for no area, before anything is ranked or counted."""
    codes = () if audit.areas is None else audit.areas.not_areas
    if not codes:
        return table
    text = canonical(table[area].cast("string"))
    return table.filter(text.isnull() | ~text.isin(codes))


def _by_period(history: Rows, time: str, *, period: Period) -> Rows:
    table = history.table.mutate(**{PERIOD: first_day(history.table[time], period).strftime("%Y-%m-%d")})
    column = Column(role="period", name=PERIOD, kind="text")
    return replace(history, table=table, columns=(*history.columns, column))


def _records(
    connection: ibis.BaseBackend, audit: AuditFile, loaded: LoadedAreas, *, folder: Path, audit_name: str
) -> Rows:
    records = audit.records
    opened = open_table(connection, records, folder=folder)
    table, source, original = opened.table, opened.source, opened.columns
    check_columns(audit, original, audit_name=audit_name)
    table = place(connection, table, records, loaded)
    table = without_pseudo_areas(table, records.area or "", audit)
    check_counts(table, audit)
    weight = (
        ibis.literal(1, "int64")
        if records.counts is None
        else count(table, records.counts, records.suppressed)
    )
    shaped, decision = decide(table.mutate(**{WEIGHT: weight}), records, tie=records.area)
    time = None if records.time is None else shaped[records.time]
    period = (
        ibis.literal(ALL_TIME)
        if time is None
        else first_day(time, records.period or "day").strftime("%Y-%m-%d")
    )
    shaped = shaped.mutate(**{PERIOD: period})
    columns = [
        Column(role="area", name=records.area or "", kind="text", missing=records.missing),
        Column(role="period", name=PERIOD, kind="text"),
        decision,
    ]
    if records.score:
        columns.append(Column(role="score", name=records.score, kind="number", missing=records.missing))
    if records.outcome:
        columns.append(
            Column(role="outcome", name=records.outcome.column, kind="number", missing=records.missing)
        )
    if records.neighbourhood:
        columns.append(
            Column(role="neighbourhood", name=records.neighbourhood, kind="text", missing=records.missing)
        )
    rows = Rows(
        table=shaped, source=source, columns=tuple(columns), counted=bool(records.counts), original=original
    )
    check_values(rows, audit)
    _check_outcome(shaped, audit)
    _check_repeated(shaped, audit)
    return rows


def _check_outcome(table: Table, audit: AuditFile) -> None:
    """Refuse outcomes that are no counts: text, negative numbers, infinities, more than anybody could count."""
    outcome, records = audit.records.outcome, audit.records
    if outcome is None:
        return
    text = canonical(table[outcome.column].cast("string"))
    number = text.try_cast("float64")
    given = text.notnull() & (~text.isin(records.missing) if records.missing else ibis.literal(True))
    odd = table.filter(given & (number.isnull() | number.isnan() | (number < 0) | (number > LARGEST_COUNT)))
    values = odd.select(text=canonical(odd[outcome.column].cast("string"))).distinct().order_by("text")
    found = [row["text"] for row in values.limit(SHOWN + 1).to_pyarrow().to_pylist()]
    if found:
        mend = "Counts from 0 up were expected, a trillion at most. Declare marks for 'not recorded' in [records] missing."
        text_found = f"the outcome '{outcome.column}' holds {shown(found)}."
        raise InputError([Problem(where=records.path, found=text_found, mend=mend)])


def _check_repeated(table: Table, audit: AuditFile) -> None:
    """Refuse an area that stands twice in one period, where each row is one area."""
    records = audit.records
    if records.decision and records.decision.every_row:
        return
    keys = {"area": canonical(table[records.area or ""].cast("string")), "period": table[PERIOD]}
    keyed = table.select(**keys)
    twice = keyed.group_by(list(keys)).agg(times=keyed.count())
    repeated = twice.filter(twice.times > 1).order_by(list(keys)).limit(SHOWN).to_pyarrow().to_pylist()
    if repeated:
        cells = [", ".join(str(row[key]) for key in keys) for row in repeated]
        found = f"an area stands more than once in a period: {shown(cells, most=3)}."
        mend = 'One row per area and period was expected; sum the rows, or write decision = "all" if each row is a flag.'
        raise InputError([Problem(where=records.path, found=found, mend=mend)])
