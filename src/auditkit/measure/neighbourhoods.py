"""People by area: each area's rates, compared with the rest of the city and screened together."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.measure.assuming import under_assumptions
from auditkit.measure.blocks import alone, named
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, difference, ratio
from auditkit.measure.groups import Rate, counted_rate, metrics_for, rate_result
from auditkit.measure.missing_groups import unknown_rate
from auditkit.measure.pairs import screened
from auditkit.measure.registry import SCREENED, RateMetric, rests_on
from auditkit.measure.unseen import BOTH, GroupKey, Kind, OpenPeople, open_people
from auditkit.measure.worst_cases import Gap, WorstCases
from auditkit.results.measurements import Measurement, Result
from auditkit.results.tally import ELSEWHERE, Counts, GroupTally, Tally, counts_by_group, is_known
from auditkit.statistics import critical


def neighbourhoods(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure each area's rates, and compare each area with all others together.

    Tests of many areas are adjusted for the share of false discoveries. An area that is not flagged so is not cleared.

    References
    ----------
    Methods 3.5: Benjamini-Hochberg for screening many areas.
    """
    if tally.areas is None or tally.sampled or tally.every_row:
        return
    if not all(is_known(cell.group) for cell in tally.areas.cells):
        yield unknown_rate(tally.areas)
    known = metrics_for(measuring.orientation)
    for name in SCREENED:
        if tally.has_outcome or not known[name].needs_outcome:
            yield from _screened(known[name], tally.areas, tally, measuring, kinds=BOTH)
            yield from _assuming(known[name], tally.areas, tally, measuring)


def _assuming(
    metric: RateMetric, areas: GroupTally, tally: Tally, measuring: Measuring
) -> Iterator[Measurement]:
    """Bound what the policy limits once more, under each assumption alone."""
    limited = {name for name in measuring.limits_of(areas.dimension) if rests_on(name) == metric.name}
    if limited and open_people(metric, areas, kinds=BOTH) is not None:
        yield from under_assumptions(
            lambda kinds: _screened(metric, areas, tally, measuring, kinds=kinds), limited
        )


def _screened(
    metric: RateMetric, areas: GroupTally, tally: Tally, measuring: Measuring, *, kinds: frozenset[Kind]
) -> Iterator[Measurement]:
    counts = counts_by_group(areas)
    everyone = _added(list(counts.values()))

    def rate(of: Counts) -> Rate:
        return counted_rate(metric, of, minimum_n=measuring.minimum_n, refused=tally.refused)

    rates = {group: rate(one) for group, one in counts.items()}
    rest = {group: rate(_less(everyone, one)) for group, one in counts.items() if is_known(group)}
    sound = sum(1 for group, other in rest.items() if not (rates[group].reason or other.reason))
    worst = _worst(metric, areas, rates, rest, measuring, kinds=kinds)
    for group, one in rates.items():
        joint = _joint(metric.name, areas, measuring, sound=sound) if group in rest else None
        result: Result = rate_result(one, family_critical=joint)
        if worst is not None and group in rest:
            result = worst.of_rate(group, result, joint=joint)
        yield alone(metric.name, areas.dimension, group, result)
    raw, adjusted = screened([(rates[group], other) for group, other in rest.items()])
    for at, (group, other) in enumerate(rest.items()):
        pairs = {
            kind: _pairing(f"{metric.name}_{kind}", areas, measuring, sound=sound)
            for kind in ("difference", "ratio")
        }
        compared: dict[str, Result] = {
            "difference": difference(rates[group], other, pairs["difference"]),
            "ratio": ratio(rates[group], other, pairs["ratio"], kind=measuring.ratio_interval),
            "p_value": raw[at],
            "p_value_bh": adjusted[at],
        }
        if worst is not None:
            gaps: tuple[Gap, ...] = ("difference", "ratio")
            compared |= {gap: worst.of_pair(group, gap, compared[gap], pairs[gap]) for gap in gaps}
        for name, result in compared.items():
            yield Measurement(
                metric=f"{metric.name}_{name}", dimension=areas.dimension, group=named(areas.dimension, group),
                against=named(areas.dimension, (ELSEWHERE,)), result=result,
            )  # fmt: skip


def _joint(metric: str, areas: GroupTally, measuring: Measuring, *, sound: int) -> float | None:
    """Return the critical value of a declared family over all areas; undeclared ones are looked at one by one."""
    if not measuring.declared(metric, areas.dimension):
        return None
    level = measuring.family(metric, areas.dimension, reference=None).level
    return critical.bonferroni(level, max(1, sound))


def _pairing(metric: str, areas: GroupTally, measuring: Measuring, *, sound: int) -> Pairing:
    value = _joint(metric, areas, measuring, sound=sound)
    return Pairing(pairs=(), critical=value, simultaneous=False)


def _added(counts: list[Counts]) -> Counts:
    names = counts[0].n if counts else {}
    hidden = frozenset(name for one in counts for name in one.suppressed)
    return Counts(n={name: sum(one.n[name] for one in counts) for name in names}, suppressed=hidden)


def _less(everyone: Counts, one: Counts) -> Counts:
    """Count everyone who is not in an area."""
    n = {name: everyone.n[name] - one.n[name] for name in one.n}
    return Counts(n=n, suppressed=everyone.suppressed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WorstOfAreas:
    """The worst cases of each area beside all others; somebody of unknown area belongs to it or to them."""

    open_people: OpenPeople
    rates: dict[GroupKey, Rate]
    rest: dict[GroupKey, Rate]
    measuring: Measuring

    def of_rate(self, area: GroupKey, result: Result, *, joint: float | None) -> Result:
        return self._of(area).of_rate(area, result, joint=joint)

    def of_pair(self, area: GroupKey, gap: Gap, result: Result, pairs: Pairing) -> Result:
        return self._of(area).of_pair((area, (ELSEWHERE,)), gap, result, pairs)

    def _of(self, area: GroupKey) -> WorstCases:
        return WorstCases(
            fills=self.open_people.beside(area, (ELSEWHERE,)), kind=self.measuring.ratio_interval,
            rates={area: self.rates[area], (ELSEWHERE,): self.rest[area]},
        )  # fmt: skip


def _worst(
    metric: RateMetric, areas: GroupTally, rates: dict[GroupKey, Rate], rest: dict[GroupKey, Rate], measuring: Measuring,
    *, kinds: frozenset[Kind],
) -> _WorstOfAreas | None:  # fmt: skip
    people = open_people(metric, areas, kinds=kinds)
    if people is None:
        return None
    return _WorstOfAreas(open_people=people, rates=rates, rest=rest, measuring=measuring)
