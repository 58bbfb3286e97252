"""Publication safety of numbers by score, score limit, circumstances and follow-up (methods 8.1, 8.2).

Such numbers add up to others that are published, in many ways. So a group's whole row is withheld where any count that
follows from it is small, or where a number of the group is withheld in the whole table; and no hidden row may follow
from sums over groups. Scores and score limits are one family: the counts of one are sums of the other's.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import pairwise

from auditkit.judge.finer_counts import COUNTS, LIMIT, Row, divisions
from auditkit.judge.finer_proof import Tables, proven_rows
from auditkit.judge.people_counts import Numbers, expanded, people_counts
from auditkit.judge.proof import Hidden
from auditkit.judge.protection import Protection
from auditkit.judge.small_counts import nodes, references, small_counts
from auditkit.judge.sums import Node, Sum, complete, sums
from auditkit.results.measurements import (
    ASSUMING,
    LAWFUL_RECORDS,
    Estimate,
    Measurement,
    Measurements,
    NotEstimable,
)
from auditkit.results.tally import CELLS, Tally

COUNTED = ("NE-DENOM", "NE-SMALL", "NE-BOTHZERO", "NE-CENSOR", "NE-POWER")
"""Reasons that say something about counts; within a hidden row they are withheld as well."""


def withheld_rows(
    measurements: Measurements,
    tally: Tally,
    hidden: Hidden,
    *,
    protection: Protection,
    changed: Set[str] = frozenset(),
) -> frozenset[Row]:
    """Name the rows of groups that are not published.

    Parameters
    ----------
    measurements
        Everything measured.
    tally
        The counts.
    hidden
        Rates of each group that are withheld in the whole table.
    protection
        What is withheld, and how it is proven that nobody can narrow a small count down.
    changed
        Numbers that differ by few people from an earlier release.
    """  # fmt: skip
    whole: dict[Node, list[Measurement]] = {}
    rows: dict[str, dict[Node, list[Measurement]]] = {}
    for item in measurements.items:
        if item.against is None and not (item.stratum or "").startswith(ASSUMING):
            table = whole if item.stratum is None else rows.setdefault(family(item), {})
            table.setdefault((item.dimension, item.group), []).append(item)
    counts = nodes(tally)
    found = set[Row]()
    for name, table in rows.items():
        small = {
            node for node, items in table.items()
            if hidden.get(node) or any(one.id in changed for one in items)
            or _gives_away(items, whole.get(node, []), protection.smallest_cell)
        }  # fmt: skip
        found |= {
            Row(family=name, dimension=dimension, group=group)
            for dimension, group in _completed(small, table.keys(), counts)
        }
    of_row = {
        Row(family=name, dimension=d, group=g): items
        for name, table in rows.items()
        for (d, g), items in table.items()
    }
    return (
        proven_rows(_tables(of_row, tally, hidden, protection, changed), frozenset(found))
        if of_row
        else frozenset()
    )


def _tables(
    rows: Mapping[Row, list[Measurement]],
    tally: Tally,
    hidden: Hidden,
    protection: Protection,
    changed: Set[str],
) -> Tables:
    groups = people_counts(tally)
    items = [item for one in rows.values() for item in one]
    return Tables(
        groups=groups, hidden=hidden, divisions=divisions(tally, groups, items), rows=rows, changed=changed,
        few=small_counts(tally, groups, protection), protection=protection, last=references(tally),
    )  # fmt: skip


def family(item: Measurement) -> str:
    """Name what a number adds up with: scores, follow-up, lawful records, or circumstances."""
    stratum = item.stratum or ""
    if item.metric == "outcome_rate_at_score" or _is_limit(stratum):
        return "score"
    if stratum == "follow-up complete" or stratum.startswith("day "):
        return "follow-up"
    if stratum == LAWFUL_RECORDS:
        return "lawful"
    return "circumstances"


def _is_limit(stratum: str) -> bool:
    return stratum.startswith(LIMIT)


def _completed(small: Set[Node], rows: Set[Node], counts: Mapping[Node, Numbers]) -> set[Node]:
    """Hide more rows until none follows from sums over groups, cell by cell: a cell of zero hides no other."""
    equations = [Sum(total, tuple(part for part in parts if part in rows)) for total, parts in sums(counts)]
    found, before = {*small}, -1
    while len(found) > before:
        before = len(found)
        for cell in CELLS:
            filled = {node for node in counts if counts[node][cell]}
            order = {node: (counts[node]["people"], node) for node in filled}
            found |= complete(found & filled, equations, may=rows, order=order.get)
    return found


def _gives_away(items: list[Measurement], whole: list[Measurement], smallest_cell: int) -> bool:
    """Tell whether a small count follows from a row, or from the row together with the whole table.

    A number that is not estimated for being small is such a count: it follows from the others and their total.
    """
    if any(item.result == NotEstimable(reason="NE-SMALL") for item in items):
        return True
    return any(0 < abs(count) < smallest_cell for count in _following(items, whole))


def _following(items: list[Measurement], whole: list[Measurement]) -> Iterator[int]:
    strata: dict[str, list[Measurement]] = {}
    for item in items:
        strata.setdefault(item.stratum or "", []).append(item)
    all_people, steps, parts = _numbers(whole), list[Numbers](), list[Numbers]()
    for stratum, of_stratum in strata.items():
        numbers = _numbers(of_stratum)
        yield from numbers.values()
        if _is_limit(stratum):
            equal = {"known": "decided", "flagged known": "flagged"}  # a sweep leaves out unknown outcomes
            same = {name: numbers[other] for name, other in equal.items() if other in numbers}
            steps.append(expanded({**same, **numbers}))
            yield from steps[-1].values()
        elif family(of_stratum[0]) in {"follow-up", "lawful"}:
            yield from _less(all_people, numbers).values()
        else:
            parts.append(numbers)
    for before, after in pairwise(steps):
        yield from _less(after, before).values()
    names = {name for numbers in parts for name in numbers}
    yield from _less(all_people, {name: sum(one.get(name, 0) for one in parts) for name in names}).values()


def _numbers(items: Iterable[Measurement]) -> Numbers:
    """List every count that follows from rates of the same people."""
    found: dict[str, int | None] = {}
    for item in items:
        result = item.result
        if isinstance(result, Estimate) and item.metric in COUNTS:
            counted, among = COUNTS[item.metric]
            found |= {counted: result.numerator, among: result.denominator}
    return expanded(found)


def _less(all_of: Numbers, some: Numbers) -> Numbers:
    return expanded({name: all_of[name] - some[name] for name in all_of.keys() & some.keys()})
