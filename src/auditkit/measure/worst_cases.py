"""Bounds beside what is measured: of the sample, and with the range that chance adds at the worst case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Literal

from auditkit.measure.comparisons import (
    Pairing,
    RatioInterval,
    difference_interval,
    ratio_interval,
)
from auditkit.measure.designs import combined
from auditkit.measure.groups import Rate, limits
from auditkit.measure.unseen import Fills
from auditkit.results.measurements import Estimate, NotEstimable, Result
from auditkit.statistics import critical, intervals, worst_case
from auditkit.statistics.intervals import Interval
from auditkit.statistics.worst_case import Fill, Pair
from auditkit.statistics.worst_sample import SampleFill

GroupKey = tuple[str, ...]
Gap = Literal["difference", "ratio", "excess"]
Ends = tuple[tuple[Rate, Rate], tuple[Rate, Rate]]
"""Two rates where the gap between them is lowest, and where it is highest."""
GAPS = {"difference": worst_case.difference, "ratio": worst_case.ratio, "excess": worst_case.excess}


def bounded(
    result: Result, bounds: Interval, at: Callable[[float], Interval] | None, *, joint: float | None
) -> Result:
    """Put bounds beside an estimate, and beside them the range that chance adds: 95 % or joint, and 90 %."""
    if not isinstance(result, Estimate):
        return result
    if at is None:
        return replace(result, bounds=limits(bounds))
    return replace(
        result, bounds=limits(bounds), bounds_interval=limits(at(joint or critical.normal(0.95))),
        bounds_interval_90=limits(at(critical.normal(0.90))),
    )  # fmt: skip


def only_bounds(result: Result) -> Result:
    """Keep the bounds alone: under an assumption that settles no number, only its limits are known."""
    if not isinstance(result, Estimate) or result.bounds is None:
        return result
    return replace(
        result, value=None, interval=None, interval_90=None, interval_family=None, numerator=None, denominator=None
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class WorstCases:
    """The worst cases of one rate in one dimension.

    References
    ----------
    Methods 3.12 and 3.11. The range around the bounds runs from the lower confidence limit at the lowest fill to the
    upper one at the highest: Horowitz and Manski (2000), Nonparametric analysis of randomized experiments with missing
    covariate and outcome data, JASA 95, 77-84. Given how many people a fill counts, the filled rates are binomial.
    """

    fills: Fills
    rates: Mapping[GroupKey, Rate]
    kind: RatioInterval
    chance: Literal["added", "left out"] = "added"

    def of_rate(self, group: GroupKey, result: Result, *, joint: float | None) -> Result:
        """Bound the rate of one group."""
        if not isinstance(result, Estimate):
            return result
        low, high = self.fills.alone(group)
        least, most = self._filled(group, low), self._filled(group, high)

        def at(reach: float) -> Interval:
            return Interval(least.interval(reach)[0] or 0.0, _or(most.interval(reach)[1], 1.0))

        return bounded(result, Interval(low.rate, high.rate), self._chance([group], at), joint=joint)

    def of_pair(self, pair: tuple[GroupKey, GroupKey], gap: Gap, result: Result, pairs: Pairing) -> Result:
        """Bound the difference, ratio or excess of two groups."""
        if result == NotEstimable(reason="NE-BOTHZERO"):
            return self._both_zero(pair, result)
        if not isinstance(result, Estimate):
            return result
        low, high = self.fills.pair(*pair, GAPS[gap])
        if gap == "excess" and isinstance(low[0], SampleFill):  # not at its extreme where the two rates are
            return result
        bounds, ends = Interval(GAPS[gap](low), GAPS[gap](high)), self._ends(pair, (low, high))

        def at(reach: float) -> Interval:
            joint = pairs.simultaneous and reach == pairs.critical
            return self._wide(ends, gap, reach, simultaneous=joint)

        return bounded(result, bounds, self._chance(pair, at), joint=pairs.critical)

    def _both_zero(self, pair: tuple[GroupKey, GroupKey], result: Result) -> Result:
        """Say that nothing at all is known of a ratio, where every person counted is of unknown group."""
        _, high = self.fills.pair(*pair, worst_case.ratio)
        return NotEstimable(reason="NE-GROUP") if high[0].x else result

    def of_all(self, what: Literal["range", "lowest_to_highest"], result: Result, *, level: float) -> Result:
        """Bound the gap between the highest and the lowest rate of all groups."""
        groups = self._sound()
        if not isinstance(result, Estimate):
            return result
        lowest, highest = self.fills.meeting(groups)
        gap: Gap = "difference" if what == "range" else "ratio"
        fills = {pair: self.fills.pair(*pair, GAPS[gap]) for pair in permutations(groups, 2)}
        ends = [self._ends(pair, fill) for pair, fill in fills.items()]
        if what == "range":
            bounds = Interval(
                max(0.0, highest - lowest), max(worst_case.difference(high) for _, high in fills.values())
            )
        else:
            bounds = Interval(
                min(worst_case.ratio(low) for low, _ in fills.values()), _at_most_one(lowest, highest)
            )

        def at(reach: float) -> Interval:
            wide = [self._wide(both, gap, reach, simultaneous=True) for both in ends]
            if what == "range":
                return intervals.largest_difference(wide)
            return intervals.smallest_ratio([Interval(1.0, 1.0), *wide])

        return self._summarised(result, bounds, self._chance(groups, at), level=level, groups=len(groups))

    def of_highest(self, group: GroupKey, result: Result, *, level: float) -> Result:
        """Bound a group's rate over the highest of any group."""
        if not isinstance(result, Estimate):
            return result
        others = [other for other in self._sound() if other != group]
        fills = {(group, other): self.fills.pair(group, other, worst_case.ratio) for other in others}
        ends = [self._ends(pair, fill) for pair, fill in fills.items()]
        low = min(1.0, *(worst_case.ratio(low) for low, _ in fills.values()))
        highest = _at_most_one(self.fills.alone(group)[1].rate, self.fills.meeting(others)[1])

        def at(reach: float) -> Interval:
            wide = [self._wide(both, "ratio", reach, simultaneous=True) for both in ends]
            return intervals.smallest_ratio([Interval(1.0, 1.0), *wide])

        return self._summarised(
            result, Interval(low, highest), self._chance([group, *others], at), level=level, groups=len(others) + 1
        )  # fmt: skip

    def _summarised(
        self, result: Estimate, bounds: Interval, at: Callable[[float], Interval] | None, *, level: float, groups: int
    ) -> Result:  # fmt: skip
        if at is None:
            return replace(result, bounds=limits(bounds))
        return replace(
            result, bounds=limits(bounds), bounds_interval=limits(at(critical.all_pairs(level, groups))),
            bounds_interval_90=limits(at(critical.all_pairs(0.90, groups))),
        )  # fmt: skip

    def _sound(self) -> list[GroupKey]:
        return [group for group, rate in self.rates.items() if rate.reason is None]

    def _chance(
        self, groups: Sequence[GroupKey], at: Callable[[float], Interval]
    ) -> Callable[[float], Interval] | None:
        """Leave out the range that chance adds where people are too few for one."""
        few = any(self.rates[group].reason for group in groups)
        return None if few or self.chance == "left out" else at

    def _filled(self, group: GroupKey, fill: Fill) -> Rate:
        """Make the rate of a fill; where people repeat, its rows are taken to repeat like the known ones."""
        if isinstance(fill, SampleFill):
            return combined(fill.kind, fill.samples, value=fill.rate, design="_weighted")
        rate = self.rates[group]
        shrink = rate.trials / (rate.denominator or 1)
        size = None if rate.size is None else (fill.x * shrink, fill.m * shrink)
        return rate.counting(int(fill.x), int(fill.m), value=fill.rate, size=size)

    def _ends(self, pair: tuple[GroupKey, GroupKey], fills: tuple[Pair, Pair]) -> Ends:
        first, second = pair
        low, high = ((self._filled(first, one), self._filled(second, other)) for one, other in fills)
        return low, high

    def _wide(self, ends: Ends, gap: Gap, reach: float, *, simultaneous: bool) -> Interval:
        """Run from the lower limit of chance at the lowest fill to the upper one at the highest."""
        low, high = ends
        if gap == "ratio":
            return Interval(_ratio_at(low, self.kind, reach).low, _ratio_at(high, self.kind, reach).high)
        down = difference_interval(*low, reach, simultaneous=simultaneous).low
        up = difference_interval(*high, reach, simultaneous=simultaneous).high
        if gap == "excess":
            return Interval(down * (low[0].denominator or 0), up * (high[0].denominator or 0))
        return Interval(down, up)


def _ratio_at(pair: tuple[Rate, Rate], kind: RatioInterval, reach: float) -> Interval:
    if not pair[0].value and not pair[1].value:
        return Interval(0.0, float("inf"))
    return ratio_interval(*pair, kind=kind)[1](reach)


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _at_most_one(low: float, high: float) -> float:
    return 1.0 if low >= high else low / high
