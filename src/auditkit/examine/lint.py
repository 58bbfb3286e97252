"""Everything that looks wrong in the tables: each table by itself, and held against the others."""

from collections.abc import Iterator
from itertools import combinations

from auditkit.errors import shown
from auditkit.examine import words as w
from auditkit.examine.choosing import Choice
from auditkit.examine.lint_rates import rate_remarks
from auditkit.examine.lint_sums import resident_remarks, spelling_remarks, sum_remarks
from auditkit.examine.meanings import dimension
from auditkit.examine.tables import Candidate
from auditkit.results.examination import Remark, TableKind

PUBLISHED: tuple[TableKind, ...] = (
    "confusion",
    "counts",
    "totals",
    "rates",
    "areas",
    "area_counts",
    "unknown",
)
"""Kinds of table whose rows are numbers of groups or areas, so that sums and rates can be looked at."""


def remarks(tables: tuple[Candidate, ...], choice: Choice | None) -> Iterator[Remark]:
    """Yield what looks wrong, table by table."""
    for table in tables:
        yield from _personal(table)
        if table.opened.cells:
            yield from spelling_remarks(table)
        if table.opened.cells and table.kind[0] in PUBLISHED:
            yield from rate_remarks(table)
            yield from sum_remarks(table)
        yield from _outcomes(table)
    for one, other in combinations(tables, 2):
        yield from _groups_of_one(one, other)
    yield from resident_remarks(choice)
    yield from _joined(choice)
    yield from _unused(tables, choice)


def _remark(table: Candidate, code: str, found: str, ask: str) -> Remark:
    return Remark(code=code, file=table.opened.file, found=found, ask=ask)


def _personal(table: Candidate) -> Iterator[Remark]:
    names = [one.name for one in table.of("personal")]
    if names:
        found = f"columns {shown(names)} may name people. Their values are not shown, and the proposal leaves them out."
        yield _remark(table, "personal-columns", found, "Take them out before you pass the table on.")


def _outcomes(table: Candidate) -> Iterator[Remark]:
    arrests = [one.name for one in table.of("outcome") if one.profile.words & w.ARREST]
    if arrests:
        found = f"columns {shown(arrests)} seem to hold arrests. They show where police acted, not only what people did."
        yield _remark(table, "arrest-as-outcome", found, 'Write source = "arrest", and never call it crime.')
    half = [one.name for one in table.of("outcome") if one.profile.blanks > 0.2 * table.opened.rows]
    if half:
        found = f"the outcome is blank for more than a fifth of the rows in {shown(half)}."
        yield _remark(
            table,
            "outcome-for-some",
            found,
            "Ask whether it was looked up only for flagged people (NE-SELECT).",
        )


def _groups_of_one(one: Candidate, other: Candidate) -> Iterator[Remark]:
    """Look for groups that stand in one of two tables only."""
    values = [
        {
            name: set(map(w.plain, guess.profile.values))
            for guess in table.groups
            if (name := dimension(guess.profile))
        }
        for table in (one, other)
    ]
    for name in sorted(set(values[0]) & set(values[1])):
        for table, here, there in ((one, values[0], values[1]), (other, values[1], values[0])):
            alone = sorted(value for value in here[name] - there[name] if not w.TOTAL.match(value))
            if alone:
                missing = other if table is one else one
                found = f"groups of {name} that {shown([missing.opened.file])} does not have: {shown(alone)}."
                yield _remark(
                    table,
                    "group-in-one-table",
                    found,
                    "Ask where they went: left out, merged, or spelled differently.",
                )


def _joined(choice: Choice | None) -> Iterator[Remark]:
    if choice is None or choice.areas is None or choice.area is None or choice.matched >= 1:
        return
    found = f"{1 - choice.matched:.0%} of the areas in {shown([choice.area.name])} are not in {shown([choice.areas.opened.file])}."
    yield _remark(
        choice.records,
        "areas-unmatched",
        found,
        "Ask for the missing areas, or for the spelling that the other table has.",
    )


def _unused(tables: tuple[Candidate, ...], choice: Choice | None) -> Iterator[Remark]:
    used = () if choice is None else (choice.records, choice.areas, choice.past and choice.past.table)
    for table in tables:
        if table not in used and choice is not None:
            found = f"the proposal does not use this table ({table.kind[1]})."
            yield _remark(table, "not-used", found, "If it belongs to the audit, add its section by hand.")
