"""Tables of past incidents: which one a place tool may have learned from, and what the proposal says about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.errors import shown
from auditkit.examine import words as w
from auditkit.examine.draft import Draft
from auditkit.examine.meanings import Guess
from auditkit.examine.profiles import FEW
from auditkit.examine.tables import JOINED, Candidate, share_known


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """A table of past incidents, and how it names areas."""

    table: Candidate
    area: Guess | None = None
    """The column that names areas; without one, positions do."""
    matched: float = 0.0
    """Share of the areas that it names which the audited table has."""


def past_incidents(tables: tuple[Candidate, ...], *, known: set[str | None], drawn: bool) -> Past | None:
    """Find the table of past incidents whose areas match best; else one with positions, if areas have outlines.

    Parameters
    ----------
    tables
        Tables that are used for nothing else.
    known
        The areas of the audited table.
    drawn
        Whether the table of areas has outlines.
    """
    found = [table for table in tables if table.kind[0] == "incidents"]
    named = [past for table in found for past in _named(table, known)]
    if named:
        return max(named, key=lambda one: one.matched)
    placed = [table for table in found if drawn and table.of("longitude") and table.of("latitude")]
    return Past(table=placed[0]) if placed else None


def _named(table: Candidate, known: set[str | None]) -> Iterator[Past]:
    for one in table.of("area", "id", "unknown"):
        share = share_known(table, one, known)
        if share >= JOINED:
            yield Past(table=table, area=one, matched=share)


def counted(table: Candidate) -> Guess | None:
    """Return the column that counts incidents; a number of each incident is none, and neither is a code."""
    found = (one for one in table.of("incidents", "count") if not one.profile.words & w.NOT_COUNTS)
    return next(
        (one for one in found if table.opened.rows <= FEW or one.profile.distinct < table.opened.rows), None
    )


def draft_past(draft: Draft, past: Past) -> None:
    """Write [history], or why there is none."""
    table, time = past.table, past.table.first("time")
    if time is None or not time.profile.mostly(time.profile.dates):
        draft.note(
            f"{shown([table.opened.file])} may hold past incidents, with dates in a form that is not read."
        )
        draft.note("Write them year-month-day, and add [history] with path, area and time.")
        return
    draft.section("history")
    draft.note(
        f"guess: the tool learned from {shown([table.opened.file])}: {table.kind[1]}. Take it out if it did not."
    )
    draft.path(table)
    if past.area is not None:
        draft.guess("area", past.area.name, f"{past.matched:.0%} of its areas are among those of the audit")
    else:
        draft.column("longitude", table.first("longitude"))
        draft.column("latitude", table.first("latitude"))
    draft.column("time", time)
    if (count := counted(table)) is None:
        draft.note("guess: each row is one incident, since no column counts them.")
    draft.column("count", count)
    draft.note(
        'source = { column = "…", reported = ["…"], discovered = ["…"] }: who reported each one; '
        "the feedback test needs it"
    )
