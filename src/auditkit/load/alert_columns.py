"""Columns of the main table that only alert systems have, and what they may hold."""

from collections.abc import Iterator

import ibis
from ibis import Table, Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.loops import AlertFeedback
from auditkit.definitions.records import Outcome
from auditkit.errors import SHOWN, Problem, shown
from auditkit.load.values import absent, distinct
from auditkit.results.alerts import DISPOSITIONS
from auditkit.results.rows import OCCURRED, Column, Rows, canonical

DISPOSITION = "auditkit: disposition"
"""A column added to the file's own: what an alert turned out as."""


def alert_columns(audit: AuditFile) -> Iterator[tuple[str, str]]:
    """Pair every column that only an alert system names with the key that names it."""
    records, actions = audit.records, audit.actions
    for key in ("longitude", "latitude"):
        if (name := getattr(records, key)) is not None:
            yield f"[records] {key}", name
    if actions is not None:
        yield from ((f"[actions] taken.{name}", declared.column) for name, declared in actions.taken.items())
        if actions.officer_hours is not None:
            yield "[actions] officer_hours", actions.officer_hours
    asked = None if not isinstance(audit.feedback, AlertFeedback) else audit.feedback.confirmation
    if asked is not None and asked.minutes is not None:
        yield "[feedback.confirmation] minutes", asked.minutes
    if asked is not None and asked.by_lot is not None:
        yield "[feedback.confirmation] by_lot.column", asked.by_lot.column


def disposed(table: Table, outcome: Outcome, missing: tuple[str, ...]) -> tuple[Table, tuple[Column, ...]]:
    """Add what each alert turned out as: confirmed, unfounded, neither, or nothing recorded."""
    text = canonical(table[outcome.column].cast("string"))
    gone = (*outcome.unknown, *missing)
    blank = text.isnull() | (text.isin(gone) if gone else ibis.literal(False))
    confirmed, unfounded, unconfirmed = DISPOSITIONS
    became = ibis.cases(
        (blank, ibis.null("string")),
        (text.isin(outcome.confirmed or ()), confirmed),
        (text.isin(outcome.unfounded) if outcome.unfounded else ibis.literal(False), unfounded),
        else_=unconfirmed,
    )
    table = table.mutate(**{DISPOSITION: became})
    right = ibis.cases(
        (table[DISPOSITION].isnull(), None), else_=(table[DISPOSITION] == confirmed).cast("int8")
    )
    return table.mutate(**{OCCURRED: right.cast("int8")}), (
        Column(role="disposition", name=DISPOSITION, kind="text"),
        Column(role="disposition.stated", name=outcome.column, kind="text", missing=gone),
        Column(role="outcome", name=OCCURRED, kind="binary"),
    )


def more_columns(audit: AuditFile) -> tuple[Column, ...]:
    """Describe the columns of positions, actions and hours."""
    gone, actions = audit.records.missing, audit.actions
    found = [
        Column(role=key, name=name, kind="number", missing=gone)
        for key in ("longitude", "latitude")
        if (name := getattr(audit.records, key)) is not None
    ]
    if actions is not None:
        found += [
            Column(
                role=f"action.{name}",
                name=declared.column,
                kind="binary",
                missing=gone,
                positive=declared.yes,
            )
            for name, declared in actions.taken.items()
        ]
        if actions.officer_hours is not None:
            found.append(Column(role="hours", name=actions.officer_hours, kind="number", missing=gone))
    asked = None if not isinstance(audit.feedback, AlertFeedback) else audit.feedback.confirmation
    if asked is not None and asked.minutes is not None:
        found.append(Column(role="minutes", name=asked.minutes, kind="number", missing=gone))
    if asked is not None and asked.by_lot is not None:
        lot = asked.by_lot
        found.append(Column(role="by_lot", name=lot.column, kind="binary", missing=gone, positive=lot.yes))
    return tuple(found)


def alert_problems(rows: Rows, audit: AuditFile) -> Iterator[Problem]:
    """List declared values that never occur, and hours that are none."""
    outcome, where = audit.records.outcome, audit.records.path
    if outcome is not None:
        declared = (*(outcome.confirmed or ()), *outcome.unfounded, *outcome.unknown)
        found = distinct(rows, "disposition.stated")
        yield from absent(
            declared, found, where=where, key="[records] outcome.confirmed", column=outcome.column
        )
    taken = {} if audit.actions is None else audit.actions.taken
    for name, action in taken.items():
        found = distinct(rows, f"action.{name}")
        if len(found) > 1:  # with a single value, it may never have come to that: a finding, not a mistake
            yield from absent(
                action.yes, found, where=where, key=f"[actions] taken.{name}.yes", column=action.column
            )
    for role, key in (("hours", "[actions] officer_hours"), ("minutes", "[feedback.confirmation] minutes")):
        yield from _number_problems(rows, where, role=role, key=key)


def _number_problems(rows: Rows, where: str, *, role: str, key: str) -> Iterator[Problem]:
    column = rows.column(role)
    if column is None:
        return
    text: Value = canonical(rows.table[column.name].cast("string"))
    number = text.try_cast("float64")
    given = text.notnull() & (~text.isin(column.missing) if column.missing else ibis.literal(True))
    odd = rows.table.filter(given & (number.isnull() | number.isnan() | number.isinf() | (number < 0)))
    values = odd.select(text=canonical(odd[column.name].cast("string"))).distinct().order_by("text")
    found = [row["text"] for row in values.limit(SHOWN + 1).to_pyarrow().to_pylist()]
    if found:
        mend = f"{role.capitalize()} from 0 up were expected ({key}). Leave a cell blank where they are not known."
        yield Problem(where=where, found=f"column '{column.name}' holds {shown(found)}.", mend=mend)
