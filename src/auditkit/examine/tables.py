"""What each table can be, by what its columns seem to hold, and which column of one names the areas of another."""

from dataclasses import dataclass
from functools import cached_property

from auditkit.examine import words as w
from auditkit.examine.meanings import Guess, guess
from auditkit.examine.profiles import SMALL, Opened
from auditkit.results.examination import ExaminedColumn, ExaminedTable, Meaning, TableKind

JOINED = 0.5
"""A column names the areas of another table if at least this share of its values stands there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A table with guesses about its columns."""

    opened: Opened
    guesses: tuple[Guess, ...]

    def of(self, *meanings: Meaning) -> tuple[Guess, ...]:
        """Return the columns that were taken for one of these, in the order of the file."""
        return tuple(one for one in self.guesses if one.meaning in meanings)

    def first(self, *meanings: Meaning) -> Guess | None:
        """Return the first of them, where there is one."""
        found = self.of(*meanings)
        return found[0] if found else None

    @cached_property
    def groups(self) -> tuple[Guess, ...]:
        """Columns that divide people: by their names, or else the one column of labels of a small table."""
        found = self.of("group")
        if found or not self.opened.cells:
            return found
        labels = [one for one in self.of("unknown", "area", "id") if _labels(one)]
        return tuple(labels[:1])

    @cached_property
    def kind(self) -> tuple[TableKind, str]:
        """Say what one row of the table can be, and why."""
        checks = (_of_cells, _of_areas, _of_counts, _of_incidents, _of_places, _of_alerts, _of_rows)
        found = (check(self) for check in checks)
        return next((one for one in found if one), ("unknown", "its columns fit no table that audits read"))

    def result(self) -> ExaminedTable:
        """Return what a reader is told about the table."""
        kind, reason = self.kind
        columns = tuple(_told(one, self) for one in self.guesses)
        return ExaminedTable(
            file=self.opened.file, kind=kind, reason=reason, rows=self.opened.rows, columns=columns
        )


def candidate(opened: Opened) -> Candidate:
    """Take guesses at a table's columns."""
    return Candidate(opened=opened, guesses=tuple(guess(profile) for profile in opened.profiles))


def _labels(one: Guess) -> bool:
    profile = one.profile
    return bool(profile.values) and profile.numbers == 0 and profile.filled > 0


def _told(one: Guess, table: Candidate) -> ExaminedColumn:
    meanings = ("group", "decision", "outcome", "disposition")
    divides = one in table.groups and table.kind[0] in {"confusion", "totals", "counts", "rates"}
    return ExaminedColumn(
        name=one.name, meaning="group" if divides else one.meaning, reason=one.reason, blanks=one.profile.blanks,
        distinct=one.profile.distinct, values=one.profile.values if divides or one.meaning in meanings else (),
    )  # fmt: skip


Kinded = tuple[TableKind, str] | None


def _of_cells(table: Candidate) -> Kinded:
    whole = all((table.of("tn"), table.of("fp"), table.of("fn"), table.of("tp"), table.groups))
    return ("confusion", "it has the four cells of a confusion matrix for each group") if whole else None


def _of_areas(table: Candidate) -> Kinded:
    described = table.opened.boundaries or len(table.of("resident_group")) > 1
    if not described or area_id(table) is None:
        return None
    return (
        "areas",
        f"it has one row per area, with {'outlines' if table.opened.boundaries else 'groups of residents'}",
    )


def _of_counts(table: Candidate) -> Kinded:
    """Recognise published tables: one row per group, or per cell."""
    if not table.groups or table.opened.rows > SMALL or table.of("id"):
        return None
    acts = table.of("decision", "outcome")
    count = table.first("count", "whole")
    found: Kinded = None
    if acts and count and _once(table, tuple(one.name for one in (*table.groups, *acts))):
        found = "counts", "it has a count for each group, decision or outcome"
    elif totals(table) is not None:
        found = "totals", "it says for each group how many of how many were flagged"
    elif table.of("rate", "ratio") and not acts:
        found = "rates", "it has rates of groups, and not what they were counted from"
    return found


def totals(table: Candidate) -> tuple[Guess, Guess] | None:
    """Find the columns 'flagged' and 'of how many' in a table with one row per group."""
    counted = table.of("flagged", "count", "whole", "residents", "incidents")
    if table.of("resident_group", "time", "score") or not _once(
        table, tuple(one.name for one in table.groups)
    ):
        return None
    parts = [one for one in counted if one.profile.words & w.FLAGGED]
    wholes = [one for one in counted if one.profile.words & w.WHOLE and one not in parts]
    return (parts[0], wholes[0]) if parts and wholes else None


def _once(table: Candidate, names: tuple[str, ...]) -> bool:
    """Tell whether each combination of values stands about once, as in a table of counts."""
    cells = table.opened.cells
    combinations = set(zip(*(cells[name] for name in names), strict=True))
    return len(combinations) >= 0.8 * table.opened.rows


def _of_incidents(table: Candidate) -> Kinded:
    """Recognise records of what happened, which a tool may have learned from: nothing in them was named by a tool."""
    told = _told_words(table)
    named = sorted(told & w.INCIDENTS)
    placed = table.of("area") or (table.of("longitude") and table.of("latitude"))
    acts = table.of("score", "decision", "group", "disposition")
    if not named or not placed or not table.of("time") or acts or told & (w.FORECASTS | w.ALERTS):
        return None
    return "incidents", f"its name or a column says '{named[0]}', and its rows have a date and a place"


def _told_words(table: Candidate) -> set[str]:
    return set(w.words(table.opened.file)) | {word for one in table.guesses for word in one.profile.words}


def _of_places(table: Candidate) -> Kinded:
    """Recognise tables of areas, and of areas in periods."""
    area, acts = table.first("area"), table.first("score", "decision", "count")
    if area is None or acts is None or table.of("group", "disposition"):
        return None
    if table.of("time") and area.profile.distinct < table.opened.rows:
        return "forecasts", "it has areas that stand once in each period, with a score, a flag or a count"
    once = area.profile.distinct == table.opened.rows
    return ("area_counts", "it has one row per area, with a count") if once and table.of("count") else None


def area_id(table: Candidate) -> Guess | None:
    """Find the column that tells the areas of a table apart."""
    alone = [
        one
        for one in table.of("area", "id", "unknown")
        if one.profile.distinct == table.opened.rows and not one.profile.blanks
    ]
    named = [one for one in alone if one.meaning in {"area", "id"}]
    return next(iter([*named, *alone]), None)


def _of_alerts(table: Candidate) -> Kinded:
    told = _told_words(table)
    if table.of("time", "latitude", "disposition") and told & w.ALERTS and not table.of("score"):
        found = min(told & w.ALERTS)
        return (
            "alerts",
            f"its name or a column says '{found}', and each row has a time, a place or a disposition",
        )
    return None


def _of_rows(table: Candidate) -> Kinded:
    if table.of("group") and table.of("score", "decision", "outcome"):
        return "people", "its rows have groups, and a score, a decision or an outcome"
    return None


def joined(records: Candidate, areas: Candidate) -> tuple[Guess, Guess, float] | None:
    """Find the column of one table that names the areas of the other, and the share of its values found there."""
    best: tuple[Guess, Guess, float] | None = None
    ids = [
        one for one in areas.guesses if one.profile.distinct == areas.opened.rows and not one.profile.blanks
    ]
    for key in ids:
        known = set(areas.opened.cells.get(key.name, ()))
        for one in records.of("area", "id", "unknown"):
            share = share_known(records, one, known)
            if share >= JOINED and (best is None or share > best[2]):
                best = (one, key, share)
    return best


def share_known(records: Candidate, one: Guess, known: set[str | None]) -> float:
    """Return the share of a column's values that are among these."""
    if not known or not one.profile.filled or one.profile.distinct > SMALL:
        return 0.0
    found = values(records, one)
    return sum(value in known for value in found) / len(found)


def values(table: Candidate, one: Guess) -> set[str | None]:
    """Return the different values of a column."""
    texts = table.opened.table
    filled = texts.filter(texts[one.name].notnull()).select(value=texts[one.name])
    return {row["value"] for row in filled.distinct().to_pyarrow().to_pylist()}
