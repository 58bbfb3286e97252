"""Who is open in a rate where outcomes of unflagged people are those of a random sample."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from auditkit.measure.registry import RateMetric
from auditkit.measure.unseen import Fills, GroupKey, Kind, allows, open_people
from auditkit.results.tally import Cell, GroupTally, is_known
from auditkit.statistics import two_phase, worst_sample
from auditkit.statistics.worst_case import Gap, Pair
from auditkit.statistics.worst_sample import Place, SampleFill

OUT: Place = "out"


@dataclass(frozen=True, kw_only=True)
class OpenInSample:
    """People whose place among flagged, drawn and other people of a group is not known."""

    known: Mapping[GroupKey, Counter[Place]]
    """Known people by group and place."""
    own: Mapping[GroupKey, Counter[frozenset[Place]]]
    """People of a known group, by where they could stand."""
    nobodys: Mapping[GroupKey, Counter[frozenset[Place]]]
    """People of unknown group, by what is known of it."""
    kind: worst_sample.Kind

    def alone(self, group: GroupKey) -> tuple[SampleFill, SampleFill]:
        """Return the samples that make a group's rate lowest and highest."""
        unknown = Counter(self.own.get(group, {}))
        for key, people in self.nobodys.items():
            if allows(key, group):
                unknown += people
        return worst_sample.sample_fills(self.known[group], unknown, kind=self.kind)

    def pair(self, group: GroupKey, other: GroupKey, gap: Gap) -> tuple[Pair, Pair]:  # noqa: ARG002  # one protocol
        """Return the samples that make the gap between two groups lowest and highest.

        Nobody whose decision is known is wanted by both groups, but for the share of people who were not drawn in a
        prevalence; where somebody is, they count twice, and the limits are too wide.
        """
        (low, high), (other_low, other_high) = self.alone(group), self.alone(other)
        return (low, other_high), (high, other_low)

    def meeting(self, groups: Sequence[GroupKey]) -> tuple[float, float]:
        """Return how high the lowest and how low the highest rate of some groups could be, at most."""
        reach = [self.alone(group) for group in groups]
        return min(high.rate for _, high in reach), max(low.rate for low, _ in reach)


def open_in(metric: RateMetric, tally: GroupTally, *, kinds: frozenset[Kind], sampled: bool) -> Fills | None:
    """Find who is open in a rate, also where outcomes are those of a sample; None if nobody is, or nobody can tell.

    References
    ----------
    Methods 3.12 and 3.13. An unflagged person without an outcome was not drawn, and is not taken as a missing outcome.
    """
    if not (sampled and metric.needs_outcome):
        return open_people(metric, tally, kinds=kinds)
    if metric.name in two_phase.RATES:
        return _open_in_sample(metric, tally, kinds=kinds)
    if {*metric.among} <= {"tn", "fn"}:
        looked_up = tuple(cell for cell in tally.cells if cell.outcome is not None)
        return open_people(metric, replace(tally, cells=looked_up), kinds=kinds)
    return open_people(metric, tally, kinds=kinds) if {*metric.among} <= {"fp", "tp"} else None


def _open_in_sample(metric: RateMetric, tally: GroupTally, *, kinds: frozenset[Kind]) -> OpenInSample | None:
    known: dict[GroupKey, Counter[Place]] = {}
    own: dict[GroupKey, Counter[frozenset[Place]]] = {}
    nobodys: dict[GroupKey, Counter[frozenset[Place]]] = {}
    for cell in tally.cells:
        of_group = is_known(cell.group)
        could = frozenset(_places(cell, kinds)) if of_group or "group" in kinds else frozenset()
        if of_group and len(could) == 1:
            known.setdefault(cell.group, Counter()).update(dict.fromkeys(could, cell.n))
        elif could and cell.suppressed:
            return None
        elif of_group and could:
            own.setdefault(cell.group, Counter())[could] += cell.n
        elif could and could != {"blank"}:
            nobodys.setdefault(cell.group, Counter())[could | {OUT}] += cell.n
    if not own and not nobodys:
        return None
    for group in own:
        known.setdefault(group, Counter())
    return OpenInSample(known=known, own=own, nobodys=nobodys, kind=cast("worst_sample.Kind", metric.name))


def _places(cell: Cell, kinds: frozenset[Kind]) -> Iterator[Place]:
    """Name where the people of a cell could stand; nowhere if what is not known of them is not looked at."""
    if cell.decision is None and "outcome" not in kinds:
        return
    if cell.outcome is None:
        if cell.decision != 0:
            yield from ("tp", "fp") if "outcome" in kinds else ("blank",)
        if cell.decision != 1:
            yield "rest"
        return
    for decision in (0, 1) if cell.decision is None else (cell.decision,):
        yield (("tn", "fn"), ("fp", "tp"))[decision][cell.outcome]
