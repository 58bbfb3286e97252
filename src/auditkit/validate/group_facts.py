"""Facts about group membership: who is unknown, how small groups are, how they are spelt (methods D12, D13, D17, D20)."""

import ibis
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import PEOPLE, Rows, canonical
from auditkit.results.tally import UNKNOWN
from auditkit.validate.registry import facts
from auditkit.validate.shares import group_names, labelled, share, stack, where

NA_TOKENS = (
    "na", "n/a", "nan", "none", "null", "nil", "-", "--", "?", ".", "#n/a", "unknown", "unk", "missing",
    "not available", "not recorded",
)  # fmt: skip
"""Spellings that usually mean 'not recorded', in lower case."""
ENOUGH = 30
"""Shares on fewer people swing by chance and are not compared here."""


@facts("group_unknown_share")
def group_unknown_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people whose group is unknown, per group column."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role)
        unknown = where(cells[role] == UNKNOWN, cells.n)
        parts.append(cells.agg(item=ibis.literal(name), value=share(unknown, cells.n.sum()), count=unknown))
    return stack(parts)


def _unknown_by(rows: Rows, other: str) -> Table:
    """Gap in the share of unknown groups between the two values of a decision or an outcome."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role, other)
        unknown, yes, no = cells[role] == UNKNOWN, cells[other] == 1, cells[other] == 0
        first = share(where(unknown & yes, cells.n), where(yes, cells.n))
        second = share(where(unknown & no, cells.n), where(no, cells.n))
        count = where(unknown, cells.n)
        parts.append(cells.agg(item=ibis.literal(name), value=(first - second).abs(), count=count))
    return stack(parts)


@facts("group_unknown_by_decision")
def group_unknown_by_decision(rows: Rows, audit: AuditFile) -> Table:
    """Gap in the share of unknown groups between flagged and unflagged people."""
    return _unknown_by(rows, "decision")


@facts("group_unknown_by_outcome")
def group_unknown_by_outcome(rows: Rows, audit: AuditFile) -> Table:
    """Gap in the share of unknown groups between people with and without the outcome."""
    return _unknown_by(rows, "outcome")


@facts("group_unknown_by_area")
def group_unknown_by_area(rows: Rows, audit: AuditFile) -> Table:
    """Share of unknown groups per area with enough people."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role, "area")
        areas = cells.group_by("area").agg(
            unknown=where(cells[role] == UNKNOWN, cells.n), people=cells.n.sum()
        )
        areas = areas.filter(areas.people >= ENOUGH).order_by(
            [(areas.unknown / areas.people).desc(), areas.area]
        )
        item = ibis.literal(f"{name}, area ") + areas.area.fill_null("not recorded")
        parts.append(areas.select(item=item, value=areas.unknown / areas.people, count=areas.unknown))
    return stack([part for part in parts if part.count().execute()])


@facts("group_sizes")
def group_sizes(rows: Rows, audit: AuditFile) -> Table:
    """People per known group."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role)
        cells = cells.filter(cells[role] != UNKNOWN)
        parts.append(
            cells.select(item=labelled(name, cells[role]), value=cells.n.cast("float64"), count=cells.n)
        )
    return stack(parts)


@facts("group_outcome_sizes")
def group_outcome_sizes(rows: Rows, audit: AuditFile) -> Table:
    """People with and without the recorded outcome per known group, whichever are fewer."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role, "outcome")
        cells = cells.filter(cells[role] != UNKNOWN)
        sizes = cells.group_by(role).agg(
            yes=where(cells.outcome == 1, cells.n), no=where(cells.outcome == 0, cells.n)
        )
        fewer = ibis.least(sizes.yes, sizes.no)
        parts.append(sizes.select(item=labelled(name, sizes[role]), value=fewer.cast("float64"), count=fewer))
    return stack(parts)


@facts("na_tokens")
def na_tokens(rows: Rows, audit: AuditFile) -> Table:
    """People whose value merely looks like 'not recorded' and is not declared so."""
    parts = []
    for column in rows.columns:
        if column.kind not in {"group", "binary"} or column.name not in rows.original:
            continue
        raw = rows.counts(column.name)
        raw = raw.select(raw=raw[column.name], n=raw[PEOPLE])
        text = canonical(raw.raw.cast("string"))
        undeclared = ~text.isin(column.missing) if column.missing else ibis.literal(True)
        undeclared = undeclared & ~text.isin(column.positive) if column.positive else undeclared
        found = raw.filter(text.lower().isin(NA_TOKENS) & undeclared)
        item = ibis.literal(f"{column.name} = ") + canonical(found.raw.cast("string"))
        parts.append(found.select(item=item, value=found.n.cast("float64"), count=found.n.cast("int64")))
    return stack([part for part in parts if part.count().execute()])


@facts("group_spellings")
def group_spellings(rows: Rows, audit: AuditFile) -> Table:
    """Spellings of a group that differ only in case, spaces or punctuation."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role)
        plain = cells[role].lower().re_replace(r"[^a-z0-9<>=+]+", "")
        spelled = cells.mutate(plain=ibis.cases((plain == "", cells[role]), else_=plain))
        counted = spelled.group_by("plain").agg(spellings=spelled[role].nunique(), first=spelled[role].min())
        item = labelled(name, counted["first"])
        parts.append(
            counted.select(item=item, value=counted.spellings.cast("float64"), count=ibis.null("int64"))
        )
    return stack(parts)


@facts("total_rows")
def total_rows(rows: Rows, audit: AuditFile) -> Table:
    """Mark groups as large as all the others of their column together, or named like a total."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role)
        everyone = cells.n.sum().over(ibis.window())
        named = (
            cells[role]
            .lower()
            .re_search(r"^(grand |sub-?)?totals?$|^(all( groups| races| people)?|everyone|overall|sum)$")
        )
        is_total = (cells.n * 2 == everyone) & (cells.count().over(ibis.window()) > 2) | named
        value = ibis.cases((is_total, 1.0), else_=0.0)
        parts.append(cells.select(item=labelled(name, cells[role]), value=value, count=ibis.null("int64")))
    return stack(parts)
