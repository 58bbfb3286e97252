"""Whose outcome counts, and for how long people were followed: samples of unflagged people, and days since scoring."""

from dataclasses import replace

import ibis
from ibis import Table, Value

from auditkit.definitions.records import AuditSample, Records
from auditkit.load.periods import first_day
from auditkit.results.rows import FOLLOWED, HAPPENED, LEFT_ON, OCCURRED, Column, Rows, value


def follow(rows: Rows, records: Records) -> Rows:
    """Add what the audit file declares about outcomes that are not seen for everyone.

    With an audit sample, an unflagged person's outcome counts only if the person was drawn: outcomes of others came to
    light for some reason, and that reason may be what is audited. With a window of follow-up, each row says whether it
    was followed to the end; with dates of outcomes, also when it left.
    """
    if records.audit_sample is not None:
        rows = _only_sampled(rows, records.audit_sample)
    if rows.column("outcome") and records.time and records.observed_until and records.follow_up_days:
        rows = _with_follow_up(rows, records)
    return rows


def _only_sampled(rows: Rows, sample: AuditSample) -> Rows:
    table, drawn = (
        rows.table,
        Column(role="drawn", name=sample.column, kind="binary", positive=sample.sampled),
    )
    counts = (_read(rows, "decision") == 1) | (value(table, drawn) == 1)
    occurred = ibis.cases((counts, _read(rows, "outcome")), else_=None).cast("int8")
    columns = tuple(column for column in rows.columns if column.role != "outcome")
    seen = Column(role="outcome", name=OCCURRED, kind="binary")
    return replace(rows, table=table.mutate(**{OCCURRED: occurred}), columns=(*columns, seen))


def _read(rows: Rows, role: str) -> Value:
    column = rows.column(role)
    assert column is not None  # noqa: S101  # the definition of an audit sample holds both
    return value(rows.table, column)


def _with_follow_up(rows: Rows, records: Records) -> Rows:
    table, horizon = rows.table, records.follow_up_days or 0
    scored = first_day(table[records.time or ""], "day").cast("date")
    watched = ibis.literal(records.observed_until).delta(scored, unit="day")
    added = {FOLLOWED: (watched >= horizon).cast("int8")}
    columns = [Column(role="followed", name=FOLLOWED, kind="binary")]
    if records.outcome is not None and records.outcome.date is not None:
        added |= _leaving(rows, table, scored=scored, watched=watched, records=records)
        columns += [
            Column(role="left_on", name=LEFT_ON, kind="number"),
            Column(role="happened", name=HAPPENED, kind="binary"),
        ]
    return replace(rows, table=table.mutate(**added), columns=(*rows.columns, *columns))


def _leaving(
    rows: Rows, table: Table, *, scored: Value, watched: Value, records: Records
) -> dict[str, Value]:
    """Say on which day each person leaves: with the outcome, at the end of the window, or when records end.

    An outcome without a date, or dated before the scoring, leaves the day unknown.
    """
    assert records.outcome is not None  # noqa: S101  # the caller looked
    horizon = records.follow_up_days or 0
    outcome = _read(rows, "outcome")
    recorded = first_day(table[records.outcome.date or ""], "day").cast("date")
    after = recorded.delta(scored, unit="day")
    last = ibis.least(watched, ibis.literal(horizon))
    happened = (outcome == 1) & (after <= last)
    with_outcome = ibis.cases((after.isnull(), None), (after <= last, after), else_=last)
    day = ibis.cases((outcome == 1, with_outcome), (outcome == 0, last), else_=None)
    return {LEFT_ON: ibis.cases((day >= 0, day), else_=None), HAPPENED: happened.cast("int8")}
