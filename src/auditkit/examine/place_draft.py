"""The proposed audit files of tools that name places and of systems that raise alerts."""

import csv
import datetime as dt
from io import StringIO
from itertools import pairwise
from typing import Literal

from auditkit.examine.choosing import Choice
from auditkit.examine.draft import MEANS, SOURCE, Draft, quoted
from auditkit.examine.meanings import Guess, binary, group_of_residents, yes_values
from auditkit.examine.past import draft_past
from auditkit.examine.people_draft import plainest, write_time
from auditkit.examine.tables import Candidate
from auditkit.results.examination import Extract

Period = Literal["day", "week", "month", "year"]


def draft_place(draft: Draft, choice: Choice) -> None:
    """Write [records], [areas] and [history] for a tool that names places."""
    table = choice.records
    draft.section("records")
    extract = counts_extract(choice)
    if extract is None:
        draft.path(table)
    else:
        draft.extract(extract, table)
    draft.column("area", choice.area)
    if table.kind[0] == "forecasts":
        _forecasts(draft, table)
    else:
        _flags_counted(draft, table)
    if choice.areas is not None:
        _areas(draft, choice, choice.areas)
    else:
        draft.section("areas")
        draft.blank("path", "a table with one row per area, best with residents by group, from the census")
        draft.blank("id", "its column with the areas, spelled as in the records")
    if choice.past is not None:
        draft_past(draft, choice.past)


def _flags_counted(draft: Draft, table: Candidate) -> None:
    count = flag_count(table)
    draft.guess("decision", "all", "each counted flag is one decision")
    draft.column("counts", count)


def counts_extract(choice: Choice) -> Extract | None:
    """Take areas and counts out of a file with boundaries, if the records are in one."""
    table, count = choice.records, flag_count(choice.records)
    if not table.opened.boundaries or count is None or choice.area is None:
        return None
    text = StringIO()
    cells = table.opened.cells
    rows = zip(cells[choice.area.name], cells[count.name], strict=True)
    csv.writer(text, lineterminator="\n").writerows([(choice.area.name, count.name), *rows])
    return Extract(file=f"{table.opened.path.stem}-counts.csv", text=text.getvalue())


def flag_count(table: Candidate) -> Guess | None:
    """Return the column that counts flags: predictions rather than anything else."""
    counts = table.of("count")
    named = [
        one
        for one in counts
        if one.profile.words & {"pred", "preds", "prediction", "predictions", "predicciones"}
    ]
    return next(iter([*named, *counts]), None)


def _forecasts(draft: Draft, table: Candidate) -> None:
    time = table.first("time")
    write_time(draft, time)
    if time is not None and time.profile.mostly(time.profile.dates):
        draft.guess("period", period_of(table, time), "so far apart its dates are")
    score = plainest(table.of("score"))
    draft.column("score", score)
    flag = next((one for one in table.of("decision") if binary(one.profile)), None)
    if flag is not None:
        draft.guess("decision", {"column": flag.name, "flagged": yes_values(flag.profile)}, flag.reason)
    elif score is not None:
        value = {"top_k": "", "per": time.name if time else ""}
        draft.blank("decision", "how many areas are flagged in each period", value=value, within=("top_k",))
    else:
        _flags_counted(draft, table)
    _incidents(draft, table.first("incidents"))


def _incidents(draft: Draft, incidents: Guess | None) -> None:
    if incidents is None:
        draft.note(
            "No column counts incidents, so whether flags fall where incidents are cannot be measured."
        )
        return
    draft.also_blank("outcome", "means", "the incidents in words, such as 'recorded burglaries'")
    draft.also_blank("outcome", "source", SOURCE)
    value = {"column": incidents.name, "kind": "count", "means": "", "source": ""}
    draft.guess("outcome", value, incidents.reason)


def period_of(table: Candidate, time: Guess) -> Period:
    """Say how far apart the dates of a table are."""
    texts = table.opened.table
    values = (
        texts.filter(texts[time.name].notnull())
        .select(value=texts[time.name].left(10))
        .distinct()
        .order_by("value")
    )
    found = [row["value"] for row in values.limit(1000).to_pyarrow().to_pylist()]
    if all(len(text) == 4 for text in found):
        return "year"
    if all(len(text) == 7 for text in found):
        return "month"
    days = sorted(day for text in found if (day := _day(text)) is not None)
    gap = min((b - a for a, b in pairwise(days)), default=1)
    limits: tuple[tuple[int, Period], ...] = ((365, "year"), (28, "month"), (7, "week"))
    return next((period for least, period in limits if gap >= least), "day")


def _day(text: str) -> int | None:
    try:
        return dt.date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def draft_alert(draft: Draft, choice: Choice) -> None:
    """Write [records], [areas] and [coverage] for a system that raises alerts."""
    table = choice.records
    draft.section("records")
    draft.path(table)
    counted = None if table.of("id") else table.first("count")
    draft.column("id", table.first("id"))
    draft.column("counts", counted)
    draft.column("area", choice.area)
    time = table.first("time")
    write_time(draft, time)
    if time is not None and time.profile.mostly(time.profile.dates):
        draft.guess("period", "month", "alerts are compared month by month")
    if table.of("longitude") and table.of("latitude"):
        draft.column("longitude", table.first("longitude"))
        draft.column("latitude", table.first("latitude"))
    _disposition(draft, table.first("disposition", "outcome"))
    if choice.areas is not None:
        _areas(draft, choice, choice.areas)
        _coverage(draft, choice, choice.areas)


def _disposition(draft: Draft, found: Guess | None) -> None:
    if found is None:
        draft.note("No column says what became of an alert, so how many were right cannot be measured.")
        return
    draft.also_blank("outcome", "confirmed", f"which of {quoted(found)} say that the alert was right")
    draft.also_blank("outcome", "means", MEANS)
    draft.also_blank("outcome", "source", SOURCE)
    value = {"column": found.name, "confirmed": [], "unfounded": [], "unknown": [], "means": "", "source": ""}
    draft.guess("outcome", value, found.reason)


def _areas(draft: Draft, choice: Choice, table: Candidate) -> None:
    draft.section("areas")
    draft.path(table)
    if choice.id is not None:
        shared = (
            f"{choice.matched:.0%} of the areas of the records stand there"
            if choice.matched
            else choice.id.reason
        )
        draft.guess("id", choice.id.name, shared)
    groups = residents_by_group(table)
    total = resident_total(table, groups)
    draft.column("residents", total)
    if groups and total is not None:
        draft.guess(
            "resident_groups.race",
            {group: one.name for group, one in groups.items()},
            "these names are those of groups",
        )
        if are_shares(groups):
            draft.guess("resident_values", "share", "none of them is above 1")
        draft.note('reference.race = "…": optional; without it every pair of groups is compared')
    elif groups:
        draft.note("Residents by group are there, and no column with all residents of an area.")


def residents_by_group(table: Candidate) -> dict[str, Guess]:
    """Return the columns of residents by group; of several for one group the first."""
    found: dict[str, Guess] = {}
    for one in table.of("resident_group"):
        found.setdefault(group_of_residents(one.name) or one.name, one)
    return found


def are_shares(groups: dict[str, Guess]) -> bool:
    """Tell whether residents by group are given as shares."""
    return all((one.profile.most or 0) <= 1 for one in groups.values())


def resident_total(table: Candidate, groups: dict[str, Guess]) -> Guess | None:
    """Return the column with all residents: the smallest that is nowhere below the sum of the groups."""
    named, wholes = table.of("residents"), table.of("whole")
    fitting = [one for one in (*named, *wholes) if (left_over(table, one, groups) is not None)]
    return min(fitting, key=lambda one: left_over(table, one, groups) or 0, default=(named or (None,))[0])


def left_over(table: Candidate, total: Guess, groups: dict[str, Guess]) -> float | None:
    """Count residents that stand in no group; None where groups of several areas exceed the total."""
    if not groups or not table.opened.cells or are_shares(groups):
        return None
    parts = list(zip(*(_numbers(table, one) for one in groups.values()), strict=True))
    gaps = [whole - sum(part) for whole, part in zip(_numbers(table, total), parts, strict=True)]
    return None if sum(gap < 0 for gap in gaps) > 0.05 * len(gaps) else sum(gaps)


def _numbers(table: Candidate, one: Guess) -> list[float]:
    texts = table.opened.cells[one.name]
    return [float(text) if text and text.replace(".", "", 1).isdigit() else 0.0 for text in texts]


def _coverage(draft: Draft, choice: Choice, table: Candidate) -> None:
    share = table.first("coverage")
    if share is None or choice.id is None:
        draft.note("No column says where the sensors are. Without [coverage], areas cannot be compared.")
        return
    draft.section("coverage")
    draft.path(table)
    draft.guess("area", choice.id.name, "it is the id of the areas")
    draft.guess("share", share.name, share.reason)
