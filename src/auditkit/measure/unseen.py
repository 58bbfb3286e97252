"""Who is open in a rate: people whose group, decision or outcome is not known, or whose outcome may be hidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from auditkit.definitions.records import HiddenOutcomes
from auditkit.measure.registry import RateMetric
from auditkit.results.tally import CELLS, UNKNOWN, Cell, GroupTally, counts_by_group, is_known
from auditkit.statistics import hidden_positives, worst_case
from auditkit.statistics.hidden_positives import Table
from auditkit.statistics.worst_case import Fill, Filled, Gap, Open, Pair

GroupKey = tuple[str, ...]
Kind = Literal["group", "outcome"]
"""What is not known of a person: the group, or the decision or outcome."""
KINDS: tuple[Kind, ...] = ("group", "outcome")
BOTH = frozenset(KINDS)
Ranges = Mapping[GroupKey, tuple[float, float]]
"""Least and greatest share of a group's people whose outcome is hidden."""
HIDDEN_RATES = tuple(hidden_positives.RATES)
"""Rates that hidden outcomes are worked out for."""


class Fills(Protocol):
    """The worst cases of one rate in one dimension."""

    def alone(self, group: GroupKey) -> tuple[Fill, Fill]:
        """Return the counts that make a group's rate lowest and highest."""
        ...

    def pair(self, group: GroupKey, other: GroupKey, gap: Gap) -> tuple[Pair, Pair]:
        """Return the counts that make the gap between two groups lowest and highest."""
        ...

    def meeting(self, groups: Sequence[GroupKey]) -> tuple[float, float]:
        """Return how high the lowest and how low the highest rate of some groups could be."""
        ...


@dataclass(frozen=True, kw_only=True)
class OpenPeople:
    """People whose place is not known; each could belong to any group that what is known of them allows."""

    counts: Mapping[GroupKey, Filled]
    """Counts of known people by group."""
    own: Mapping[GroupKey, Open]
    """People of a known group of whom something else is missing."""
    nobodys: Mapping[GroupKey, Open]
    """People of unknown group, by what is known of it."""

    def alone(self, group: GroupKey) -> tuple[Filled, Filled]:
        """Return the counts that make a group's rate lowest and highest."""
        may_be = [people for key, people in self.nobodys.items() if allows(key, group)]
        return worst_case.rate_fills(*self.counts[group], _sum((self._own(group), *may_be)))

    def pair(self, group: GroupKey, other: GroupKey, gap: Gap) -> tuple[Pair, Pair]:
        """Return the counts that make the gap between two groups lowest and highest."""
        first, second, shared = self._own(group), self._own(other), Open()
        for key, people in self.nobodys.items():
            may_be_first, may_be_second = allows(key, group), allows(key, other)
            if may_be_first and may_be_second:
                shared = shared.plus(people)
            elif may_be_first:
                first = first.plus(people)
            elif may_be_second:
                second = second.plus(people)
        return worst_case.pair_fills(
            (self.counts[group], first), (self.counts[other], second), shared, gap=gap
        )

    def meeting(self, groups: Sequence[GroupKey]) -> tuple[float, float]:
        """Return how high the lowest and how low the highest rate of some groups could be."""
        everyone = _sum((*(self._own(group) for group in groups), *self.nobodys.values()))
        return worst_case.meeting([self.counts[group] for group in groups], everyone)

    def beside(self, group: GroupKey, others: GroupKey) -> "OpenPeople":
        """Take all other known groups together; somebody of unknown group belongs to the group or to them."""
        (x, m), (counted, among, either) = self._everyone
        one, own = self.counts[group], self._own(group)
        rest = Open(counted - own.counted, among - own.among, either - own.either)
        return OpenPeople(
            counts={group: one, others: Filled(x - one.x, m - one.m)},
            own={group: own, others: rest},
            nobodys=self.nobodys,
        )

    @cached_property
    def _everyone(self) -> tuple[Filled, Open]:
        known = [counts for group, counts in self.counts.items() if is_known(group)]
        together = Filled(sum(one.x for one in known), sum(one.m for one in known))
        return together, _sum(self.own.values())

    def _own(self, group: GroupKey) -> Open:
        return self.own.get(group, Open())


def allows(key: GroupKey, group: GroupKey) -> bool:
    """Tell whether somebody of whose group so much is known may belong to a group."""
    return all(part in (UNKNOWN, value) for part, value in zip(key, group, strict=True))


def _sum(people: Iterable[Open]) -> Open:
    total = Open()
    for one in people:
        total = total.plus(one)
    return total


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenPeople:
    """People whose outcome happened without being recorded, as many as a source says there could be."""

    tables: Mapping[GroupKey, Table]
    ranges: Ranges
    kind: hidden_positives.Kind

    def alone(self, group: GroupKey) -> tuple[Filled, Filled]:
        """Return the counts that make a group's rate lowest and highest."""
        table, shares = self.tables[group], self.ranges.get(group, (0.0, 0.0))
        least, most = (round(share * table.people) for share in shares)
        return hidden_positives.hidden_fills(table, (least, most), kind=self.kind)

    def pair(self, group: GroupKey, other: GroupKey, gap: Gap) -> tuple[Pair, Pair]:  # noqa: ARG002  # one protocol
        """Return the counts that make the gap between two groups lowest and highest."""
        (low, high), (other_low, other_high) = self.alone(group), self.alone(other)
        return (low, other_high), (high, other_low)

    def meeting(self, groups: Sequence[GroupKey]) -> tuple[float, float]:
        """Return how high the lowest and how low the highest rate of some groups could be."""
        reach = [self.alone(group) for group in groups]
        lowest, highest = min(high.rate for _, high in reach), max(low.rate for low, _ in reach)
        return lowest, highest


def open_people(metric: RateMetric, tally: GroupTally, *, kinds: frozenset[Kind]) -> OpenPeople | None:
    """Find who is open in a rate; None if nobody is, or if the source withheld how many.

    Parameters
    ----------
    metric
        The rate.
    tally
        Counts of one dimension.
    kinds
        What not knowing is looked at; people of whom something else is missing as well are left out, as the rate
        itself leaves them out.
    """
    own: dict[GroupKey, Open] = {}
    nobodys: dict[GroupKey, Open] = {}
    for cell in tally.cells:
        known = is_known(cell.group)
        found = _open(metric, cell, kinds, known=known)
        if found is None:
            continue
        if cell.suppressed:
            return None
        table = own if known else nobodys
        table[cell.group] = table.get(cell.group, Open()).plus(found)
    if not any(sum(people) for people in (*own.values(), *nobodys.values())):
        return None
    return OpenPeople(counts=counted(metric, tally), own=own, nobodys=nobodys)


def counted(metric: RateMetric, tally: GroupTally) -> dict[GroupKey, Filled]:
    """Count the people of whom everything is known, by group."""
    return {
        group: Filled(sum(one.n[name] for name in metric.counted), sum(one.n[name] for name in metric.among))
        for group, one in counts_by_group(tally).items()
    }


def _open(metric: RateMetric, cell: Cell, kinds: frozenset[Kind], *, known: bool) -> Open | None:
    """Say what the people of a cell could add to a rate; None where that is settled, or not looked at."""
    blank = cell.decision is None or (metric.needs_outcome and cell.outcome is None)
    if (not known and "group" not in kinds) or (blank and "outcome" not in kinds):
        return None
    could = {
        _adds(metric, decision, outcome)
        for decision in ((0, 1) if cell.decision is None else (cell.decision,))
        for outcome in ((0, 1) if cell.outcome is None else (cell.outcome,))
    } | (set() if known else {(0, 0)})
    if len(could) == 1:
        return None
    if could >= {(1, 1), (0, 1)}:
        return Open(either=cell.n)
    return Open(counted=cell.n) if (1, 1) in could else Open(among=cell.n)


def _adds(metric: RateMetric, decision: int, outcome: int) -> tuple[int, int]:
    names = ["flagged" if decision else "unflagged"]
    names += [name for name, pair in CELLS.items() if pair == (outcome, decision)]
    return int(any(name in metric.counted for name in names)), int(
        any(name in metric.among for name in names)
    )


def hidden_people(
    metric: RateMetric, tally: GroupTally, *, hidden: HiddenOutcomes | None
) -> HiddenPeople | None:
    """Lay out what hidden outcomes could do to a rate; None where it is none of `HIDDEN_RATES`, or nothing is hidden."""
    if metric.name not in HIDDEN_RATES or hidden is None:
        return None
    ranges = {group: _shares(tally.dimension, group, hidden) for group in tally.groups}
    return HiddenPeople(tables=tables(tally), ranges=ranges, kind=metric.name)


def _shares(dimension: tuple[str, ...], group: GroupKey, hidden: HiddenOutcomes) -> tuple[float, float]:
    """Find the range of a group; of an intersection, the widest of its parts that have their own."""
    own = [
        hidden.groups[name][value]
        for name, value in zip(dimension, group, strict=True)
        if value in hidden.groups.get(name, {})
    ] or [hidden.share]
    return min(least for least, _ in own), max(most for _, most in own)


def tables(tally: GroupTally) -> dict[GroupKey, Table]:
    """Read the confusion matrix of each group; withheld counts leave a group out."""
    return {
        group: Table(*(counts.n[name] for name in ("tn", "fp", "fn", "tp")))
        for group, counts in counts_by_group(tally).items()
        if not counts.suppressed & {*CELLS}
    }
