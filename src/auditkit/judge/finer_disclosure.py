"""Publication safety of numbers by score, score limit, circumstances and follow-up (methods 8.1, 8.2).

Such numbers add up to others that are published, in many ways. So a group's whole row is withheld where any of its
counts, or the step from one count to the next, is small; and where a single group of a dimension is withheld, the
smallest other group goes with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from auditkit.results.measurements import Estimate, Group, Measurement, Measurements, NotEstimable

Key = tuple[str, tuple[str, ...]]
"""Family and dimension."""
UNPUBLISHED = "NE-SMALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group's numbers of one family."""

    family: str
    dimension: tuple[str, ...]
    group: Group


def withheld_rows(measurements: Measurements, *, smallest_cell: int) -> frozenset[Row]:
    """Name the rows of groups that are not published.

    Parameters
    ----------
    measurements
        Everything measured.
    smallest_cell
        Counts from 1 to one less are not published.
    """
    whole = {(item.metric, item.group): item for item in measurements.items if item.stratum is None}
    rows: dict[Key, dict[Group, list[Measurement]]] = {}
    for item in measurements.items:
        if item.stratum is not None and item.against is None:
            rows.setdefault((family(item), item.dimension), {}).setdefault(item.group, []).append(item)
    found = set[Row]()
    for (name, dimension), by_group in rows.items():
        hidden = {
            group
            for group, items in by_group.items()
            if any(_small(count, smallest_cell) for count in _counts(items, whole))
        }
        unpublished = {group for group, items in by_group.items() if _absent(items)}
        hidden |= _partner(hidden | unpublished, by_group, whole)
        found |= {Row(family=name, dimension=dimension, group=group) for group in hidden}
    return frozenset(found)


def family(item: Measurement) -> str:
    """Name what a number adds up with: scores, score limits, follow-up, or circumstances."""
    stratum = item.stratum or ""
    if item.metric == "outcome_rate_at_score":
        return "score"
    return (
        "limit"
        if stratum.startswith("score at least")
        else "follow-up"
        if _is_follow_up(stratum)
        else "circumstances"
    )


def _is_follow_up(stratum: str) -> bool:
    return stratum == "follow-up complete" or stratum.startswith("day ")


def _small(count: int, smallest_cell: int) -> bool:
    return 0 < count < smallest_cell


def _counts(items: list[Measurement], whole: dict[tuple[str, Group], Measurement]) -> Iterator[int]:
    """List every count that follows from a group's row, and from the row together with the whole table."""
    steps: dict[str, list[int]] = {}
    for item in items:
        pair = _pair(item)
        if pair is None:
            continue
        numerator, denominator = pair
        yield from (numerator, denominator - numerator, denominator)
        steps.setdefault(item.metric, []).append(numerator)
        if family(item) == "follow-up" and (all_people := _pair(whole.get((item.metric, item.group)))):
            lost, among = all_people[0] - numerator, all_people[1] - denominator
            yield from (lost, among - lost, among)
    if items and family(items[0]) == "limit":
        for numerators in steps.values():
            yield from (abs(after - before) for before, after in pairwise(numerators))


def _pair(item: Measurement | None) -> tuple[int, int] | None:
    result = item.result if item is not None else None
    if not isinstance(result, Estimate) or result.numerator is None or result.denominator is None:
        return None
    return result.numerator, result.denominator


def _absent(items: list[Measurement]) -> bool:
    """Tell whether a group has people here of whom no number is published."""
    return any(item.result == NotEstimable(reason=UNPUBLISHED) for item in items)


def _partner(
    gone: set[Group], rows: dict[Group, list[Measurement]], whole: dict[tuple[str, Group], Measurement]
) -> set[Group]:
    rest = [group for group in rows if group not in gone]
    if len(gone) != 1 or not rest:
        return set()
    return {min(rest, key=lambda group: (_people(group, whole), group))}


def _people(group: Group, whole: dict[tuple[str, Group], Measurement]) -> int:
    result = whole[("people", group)].result if ("people", group) in whole else None
    return result.numerator or 0 if isinstance(result, Estimate) else 0
