"""Rates of single groups from their counts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from auditkit.measure import rates
from auditkit.measure.registry import RATES, RateMetric
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Bounds, Estimate, NotEstimable
from auditkit.results.tally import CELLS, Counts
from auditkit.statistics import critical, intervals

Design = Literal["", "_clustered", "_weighted", "_followed"]
"""How the people behind a rate came into it, where they are not as good as independent draws; it ends a method's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate of one group as counts, or the reason why there is none."""

    numerator: int | None
    denominator: int | None
    value: float
    reason: str | None
    size: tuple[float, float] | None = None
    """Events and trials of the simple random sample that would know as much; None where the counts are one."""
    design: Design = ""
    own_interval: Callable[[float], intervals.Interval] | None = None
    """The interval by its critical value, where Wilson's on `size` would cover too little."""

    def interval(self, reach: float) -> Bounds:
        """Put an interval of so many standard errors around the rate."""
        if self.own_interval is not None:
            return limits(self.own_interval(reach))
        return limits(intervals.wilson(self.events, self.trials, critical=reach))

    def counting(
        self, numerator: int, denominator: int, *, value: float, size: tuple[float, float] | None
    ) -> "Rate":
        """Make the same kind of rate of other counts; written out, since worst cases make thousands."""
        return Rate(
            numerator=numerator, denominator=denominator, value=value, reason=self.reason, size=size, design=self.design,
            own_interval=self.own_interval,
        )  # fmt: skip

    @property
    def events(self) -> float:
        """How many events the interval rests on."""
        return self.size[0] if self.size else float(self.numerator or 0)

    @property
    def trials(self) -> float:
        """How many trials the interval rests on."""
        return self.size[1] if self.size else float(self.denominator or 0)


def metrics_for(orientation: str) -> dict[str, RateMetric]:
    """Return the registered rates; which decision is favourable depends on the orientation."""
    assert rates.__name__  # noqa: S101  # importing the module is what registers its metrics
    if orientation == "burden":
        return dict(RATES)
    return RATES | {"favourable_rate": replace(RATES["selection_rate"], name="favourable_rate")}


def measure_rate(metric: RateMetric, counts: Counts, *, minimum_n: int, refused: tuple[Refusal, ...]) -> Rate:
    """Compute one rate of one group with the library's metric function, or say why it cannot be estimated."""
    rate = counted_rate(metric, counts, minimum_n=minimum_n, refused=refused)
    return rate if rate.reason else replace(rate, value=point(metric, counts.n))


def counted_rate(metric: RateMetric, counts: Counts, *, minimum_n: int, refused: tuple[Refusal, ...]) -> Rate:
    """Compute the same as a count over a count, which is a hundred times faster where there are thousands of rates."""
    numerator = sum(counts.n[name] for name in metric.counted)
    denominator = sum(counts.n[name] for name in metric.among)
    reason = refusal(metric.name, refused)
    if reason is None and counts.suppressed & {*metric.among}:
        reason = "NE-SUPP"
    if reason is None and denominator == 0:
        reason = "NE-DENOM"
    if reason is None and denominator < minimum_n:
        reason = "NE-SMALL"
    value = 0.0 if reason else numerator / denominator
    return Rate(numerator=numerator, denominator=denominator, value=value, reason=reason)


def refusal(metric: str, refused: tuple[Refusal, ...]) -> str | None:
    """Return the reason why a data check refused a metric, if one did."""
    return next((one.reason for one in refused if metric in one.measures), None)


def point(metric: RateMetric, n: Mapping[str, float]) -> float:
    """Compute a rate from the number of people, or their weight, in each cell."""
    if metric.needs_outcome:
        cells = [(*pair, n[name]) for name, pair in CELLS.items()]
    else:
        cells = [(0, 0, n["unflagged"]), (1, 1, n["flagged"])]
    outcomes, decisions, weights = zip(*cells, strict=True)
    return metric.point(outcomes, decisions, weights)


def rate_result(rate: Rate, *, family_critical: float | None) -> Estimate | NotEstimable:
    """Put Wilson intervals around a rate."""
    if rate.reason == "NE-BLOCKS":
        return without_interval(rate.value, method=f"wilson{rate.design}")
    if rate.reason is not None:
        return NotEstimable(reason=rate.reason)
    return Estimate(
        value=rate.value, interval=rate.interval(critical.normal(0.95)),
        interval_90=rate.interval(critical.normal(0.90)),
        interval_family=None if family_critical is None else rate.interval(family_critical),
        method=f"wilson{rate.design}", numerator=rate.numerator, denominator=rate.denominator,
    )  # fmt: skip


def without_interval(value: float | None, *, method: str) -> Estimate:
    """Keep a value that rests on too few independent people for an interval."""
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=method, reason="NE-BLOCKS"
    )


def limits(interval: intervals.Interval) -> Bounds:
    """Turn an interval into limits; an infinite one becomes None, as for a ratio that is infinite in every case."""
    low, high = (None if math.isinf(limit) else limit for limit in interval)
    return low, high
