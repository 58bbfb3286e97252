"""The proposed audit file of a tool that scores people, from rows or from published tables."""

import re
from collections.abc import Iterator

from auditkit.errors import shown
from auditkit.examine import words as w
from auditkit.examine.draft import MEANS, SOURCE, Draft, name_of, quoted
from auditkit.examine.meanings import Guess, dimension, no_values, yes_values
from auditkit.examine.tables import Candidate, totals

UNKNOWN = re.compile(
    r"^(?:unknown|unk|not (?:known|recorded|stated)|desconocido|desconocida|sin dato|no especificado)$"
)
_MANY_AREAS = 200


def draft_people(draft: Draft, table: Candidate) -> None:
    """Write [records] and [groups] for a table of people or of counts of them."""
    draft.section("records")
    draft.path(table)
    _suppressed(draft, table)
    kind = table.kind[0]
    if kind == "confusion":
        _confusion(draft, table)
    elif kind == "totals":
        _totals(draft, table)
    else:
        _acts(draft, table)
    _groups(draft, table)


def _confusion(draft: Draft, table: Candidate) -> None:
    draft.section("records.confusion")
    for one in table.of("tn", "fp", "fn", "tp"):
        draft.guess(one.meaning, one.name, "its name is that of the cell")
    draft.blank("means", MEANS)
    draft.blank("source", SOURCE)


def _totals(draft: Draft, table: Candidate) -> None:
    found = totals(table)
    if found is not None:
        columns = {"flagged": found[0].name, "of": found[1].name}
        draft.guess("totals", columns, "the first says how many were flagged, the second of how many")


def _acts(draft: Draft, table: Candidate) -> None:
    """Write columns of people, decision and outcome."""
    counted = table.first("count", "whole") if table.kind[0] == "counts" else None
    draft.column("counts", counted)
    if counted is None:
        draft.column("id", table.first("id"))
    score = None if counted else plainest(table.of("score"))
    draft.column("score", score)
    _decision(draft, table, score)
    _outcome(draft, table)
    if counted is None:
        write_time(draft, table.first("time"))
        area = table.first("area")
        if area is not None and area.profile.distinct <= _MANY_AREAS:
            draft.column("area", area)


def write_time(draft: Draft, time: Guess | None) -> None:
    """Write the column of dates, or say that its dates are written another way."""
    if time is not None and time.profile.mostly(time.profile.dates):
        draft.column("time", time)
    elif time is not None:
        draft.note(
            f"{shown([time.name])} holds dates in another form. Write them year-month-day to use them as 'time'."
        )


def plainest(guesses: tuple[Guess, ...]) -> Guess | None:
    """Return the column with the shortest name, which is seldom a copy or a variant."""
    return min(guesses, key=lambda one: len(one.name), default=None)


def _decision(draft: Draft, table: Candidate, score: Guess | None) -> None:
    chosen = plainest(table.of("decision"))
    if chosen is not None:
        value = {"column": chosen.name, "flagged": yes_values(chosen.profile)}
        draft.guess("decision", value, f"{chosen.reason}; its values are {quoted(chosen)}")
    elif score is not None:
        meaning = f"the score from which on a person is flagged; scores run from {score.profile.least:g} to {score.profile.most:g}"
        draft.blank("decision", meaning, value={"score_at_least": ""}, within=("score_at_least",))
    else:
        meaning = "the column that says who was flagged, and its values that mean flagged"
        draft.blank("decision", meaning, value={"column": "", "flagged": []}, within=("column", "flagged"))


def _outcome(draft: Draft, table: Candidate) -> None:
    found = table.of("outcome")
    if not found:
        draft.note("No column says what was recorded later, so who is wrongly flagged cannot be measured.")
        return
    chosen = outcome_of(found)
    others = [one.name for one in found if one is not chosen]
    draft.also_blank("outcome", "means", MEANS)
    draft.also_blank("outcome", "source", SOURCE)
    value = {
        "column": chosen.name, "positive": yes_values(chosen.profile), "negative": no_values(chosen.profile), "means": "",
        "source": "",
    }  # fmt: skip
    also = f"; {shown(others)} may be meant instead" if others else ""
    draft.guess("outcome", value, f"{chosen.reason}{also}")


def outcome_of(found: tuple[Guess, ...]) -> Guess:
    """Return the outcome whose name states its period, or else the one with the shortest name."""
    period = {"year", "years", "month", "months", "days", "ano", "anos", "meses", "dias"}
    return min(found, key=lambda one: (not one.profile.words & period, one.profile.blanks, len(one.name)))


def _suppressed(draft: Draft, table: Candidate) -> None:
    marks = sorted(set(withheld_marks(table))) if table.kind[0] != "people" else []
    if marks:
        draft.guess("suppressed", marks, "in columns of counts these stand where a number was withheld")


def withheld_marks(table: Candidate) -> Iterator[str]:
    """Find what stands in columns of counts where a number was withheld."""
    for one in table.of(
        "tn", "fp", "fn", "tp", "count", "whole", "flagged", "residents", "resident_group", "rate"
    ):
        yield from (
            value for value in table.opened.cells.get(one.name, ()) if value and w.MARKS.match(w.plain(value))
        )


def _groups(draft: Draft, table: Candidate) -> None:
    taken: dict[str, Guess] = {}
    for one in sorted(table.groups, key=lambda one: len(one.name)):
        name = dimension(one.profile) or name_of(one.name)
        if name in taken:
            draft.note(f"{shown([one.name])} may say {name} as well; it is left out.")
            continue
        taken[name] = one
        draft.section(f"groups.{name}")
        draft.guess("column", one.name, f"{one.reason}; its values are {quoted(one)}")
        unknown = [value for value in one.profile.values if UNKNOWN.match(w.plain(value))]
        if unknown:
            draft.guess("unknown", unknown, "these say that nobody knows")
    if not taken:
        draft.section("groups.group")
        draft.blank("column", "the column that says which group a person belongs to")
