"""Rates of single groups from their counts."""

from dataclasses import dataclass, replace

from auditkit.measure import rates
from auditkit.measure.registry import RATES, RateMetric
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Bounds, Estimate, NotEstimable
from auditkit.results.tally import CELLS, Counts
from auditkit.statistics import critical, intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate of one group as counts, or the reason why there is none."""

    numerator: int
    denominator: int
    value: float
    reason: str | None


def metrics_for(orientation: str) -> dict[str, RateMetric]:
    """Return the registered rates; which decision is favourable depends on the orientation."""
    assert rates.__name__  # noqa: S101  # importing the module is what registers its metrics
    if orientation == "burden":
        return dict(RATES)
    return RATES | {"favourable_rate": replace(RATES["selection_rate"], name="favourable_rate")}


def measure_rate(metric: RateMetric, counts: Counts, *, minimum_n: int, refused: tuple[Refusal, ...]) -> Rate:
    """Compute one rate of one group, or say why it cannot be estimated."""
    numerator = sum(counts.n[name] for name in metric.counted)
    denominator = sum(counts.n[name] for name in metric.among)
    reason = next((refusal.reason for refusal in refused if metric.name in refusal.measures), None)
    if reason is None and counts.suppressed & {*metric.among}:
        reason = "NE-SUPP"
    if reason is None and denominator == 0:
        reason = "NE-DENOM"
    if reason is None and denominator < minimum_n:
        reason = "NE-SMALL"
    value = 0.0 if reason else _point(metric, counts)
    return Rate(numerator=numerator, denominator=denominator, value=value, reason=reason)


def _point(metric: RateMetric, counts: Counts) -> float:
    if metric.needs_outcome:
        cells = [(*pair, counts.n[name]) for name, pair in CELLS.items()]
    else:
        cells = [(0, 0, counts.n["unflagged"]), (1, 1, counts.n["flagged"])]
    outcomes, decisions, n = zip(*cells, strict=True)
    return metric.point(outcomes, decisions, n)


def rate_result(rate: Rate, *, family_critical: float | None) -> Estimate | NotEstimable:
    """Put Wilson intervals around a rate."""
    if rate.reason is not None:
        return NotEstimable(reason=rate.reason)
    x, m = rate.numerator, rate.denominator
    family = None if family_critical is None else limits(intervals.wilson(x, m, critical=family_critical))
    return Estimate(
        value=rate.value, interval=limits(intervals.wilson(x, m, critical=critical.normal(0.95))),
        interval_90=limits(intervals.wilson(x, m, critical=critical.normal(0.90))), interval_family=family,
        method="wilson", numerator=x, denominator=m,
    )  # fmt: skip


def limits(interval: intervals.Interval) -> Bounds:
    """Turn an interval into limits; an infinite one becomes None."""
    low, high = interval
    return (None if low == float("-inf") else low, None if high == float("inf") else high)
