"""Whether a score means the same in every group: calibration and discrimination."""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.assuming import under_assumptions
from auditkit.measure.blocks import alone, named
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import pairing
from auditkit.measure.groups import Rate, limits, rate_result, refusal
from auditkit.measure.score_bins import Scored, bin_name, by_group, shown_bins
from auditkit.measure.unseen import BOTH
from auditkit.measure.worst_scores import WorstScores, open_scores
from auditkit.results.finer_tallies import ScoreTally
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import Tally, is_known
from auditkit.statistics import calibration, critical, discrimination
from auditkit.statistics.intervals import Interval

GroupKey = tuple[str, ...]
Floats = NDArray[np.float64]
Compare = Callable[[GroupKey, GroupKey, float | None], Result]
REFUSED_WITH = "positive_predictive_value"
"""A check that refuses this rate refuses what scores mean as well: both need outcomes of everyone."""


BOUNDED = frozenset({
    "area_under_curve", "area_under_curve_difference", "calibration_slope", "calibration_slope_difference",
    "calibration_in_the_large",
})  # fmt: skip
"""Numbers of the whole table that have bounds where somebody's group or outcome is not known."""


def scores(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure how often the outcome came at each score, how scores rank people, and how groups differ in both.

    References
    ----------
    Methods 3.9: calibration within groups, area under the curve. Both measure agreement with recorded outcomes.
    """
    known = bool(tally.scores) and bool(by_group(tally.scores[0]))
    if tally.sampled or not known or refusal(REFUSED_WITH, tally.refused) is not None:
        return
    for table in tally.scores:
        worst = open_scores(table, kinds=BOTH)
        yield from _at_scores(table, tally, measuring, worst)
        yield from _of_table(table, tally, measuring, worst)
        if worst is not None:
            yield from _assuming(table, tally, measuring)


def _assuming(table: ScoreTally, tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Bound what the policy limits once more, under each assumption alone."""
    limited = measuring.limits_of(table.dimension) & BOUNDED
    if limited:
        yield from under_assumptions(
            lambda kinds: _of_table(table, tally, measuring, open_scores(table, kinds=kinds)), limited
        )


def _of_table(
    table: ScoreTally, tally: Tally, measuring: Measuring, worst: WorstScores | None
) -> Iterator[Measurement]:
    groups, score = by_group(table), np.array([one.mean for one in table.bins])
    areas = {group: _area(scored) for group, scored in groups.items()}
    bounds = {group: worst for group in groups if worst is not None and is_known(group)}
    for group, area in areas.items():
        ranked = _alone(area)
        if group in bounds:
            ranked = bounds[group].area(group, ranked)
        yield alone("area_under_curve", table.dimension, group, ranked)
    for group, scored in groups.items():
        slope = _slope(score, scored, tally)
        if group in bounds and isinstance(slope, Estimate):
            slope = bounds[group].slope(group, _scale(score, tally), slope)
        yield alone("calibration_slope", table.dimension, group, slope)
    for group, scored in groups.items() if tally.probability_scores else ():
        gap = _in_the_large(score, scored, measuring)
        if group in bounds:
            gap = bounds[group].in_the_large(group, score, gap)
        yield alone("calibration_in_the_large", table.dimension, group, gap)
    if table.dimension:
        yield from _between(table, groups, areas, measuring, worst)


def _at_scores(
    table: ScoreTally, tally: Tally, measuring: Measuring, worst: WorstScores | None
) -> Iterator[Measurement]:
    everyone, groups = by_group(tally.scores[0])[()].people, by_group(table)
    for first, after in shown_bins(table, everyone):
        for group, scored in groups.items():
            n, x = int(scored.people[first:after].sum()), int(scored.with_outcome[first:after].sum())
            reason = "NE-DENOM" if n == 0 else "NE-SMALL" if n < measuring.minimum_n else None
            rate = Rate(numerator=x, denominator=n, value=x / max(1, n), reason=reason)
            result: Result = rate_result(rate, family_critical=None)
            if worst is not None and is_known(group):
                result = worst.at_score(group, rate, result, first=first, after=after)
            yield alone(
                "outcome_rate_at_score", table.dimension, group, result, stratum=bin_name(table, first, after)
            )


def _area(scored: Scored) -> discrimination.Area | str:
    """Return the area, or the reason why it has none with an interval."""
    with_outcome, without = int(scored.with_outcome.sum()), int(scored.without.sum())
    if min(with_outcome, without) < discrimination.FEWEST:
        return "NE-SMALL" if with_outcome and without else "NE-DENOM"
    area = discrimination.area_under_curve(scored.with_outcome, scored.without)
    return area if area.variance > 0 else "NE-MODEL"  # a score that never errs, or is the same for all


def _alone(area: discrimination.Area | str) -> Result:
    if isinstance(area, str):
        return NotEstimable(reason=area)
    return _estimate(
        area.value, lambda reach: discrimination.interval(area, critical=reach), joint=None, method="delong"
    )


def _estimate(
    value: float, interval: Callable[[float], Interval], *, joint: float | None, method: str
) -> Estimate:
    return Estimate(
        value=value, interval=limits(interval(critical.normal(0.95))),
        interval_90=limits(interval(critical.normal(0.90))),
        interval_family=None if joint is None else limits(interval(joint)), method=method,
    )  # fmt: skip


def _scale(score: Floats, tally: Tally) -> Floats:
    """Return the scale on which log odds are a straight line; with log odds of probabilities, a slope of 1 is ideal."""
    return calibration.predicted_log_odds(score) if tally.probability_scores else score


def _slope(score: Floats, scored: Scored, tally: Tally) -> Result:
    """Fit how fast the outcome's log odds rise with the score."""
    try:
        scale = _scale(score, tally)
        slope = calibration.calibration_line(scale, scored.with_outcome, scored.people).slope
    except ValueError:
        return NotEstimable(reason="NE-MODEL")
    return _estimate(
        slope.value,
        lambda reach: calibration.effect_interval(slope, critical=reach),
        joint=None,
        method="logistic",
    )


def _in_the_large(score: Floats, scored: Scored, measuring: Measuring) -> Result:
    n, x = int(scored.people.sum()), int(scored.with_outcome.sum())
    if n < measuring.minimum_n:
        return NotEstimable(reason="NE-SMALL")
    mean = float(scored.people @ score) / n
    try:
        value = calibration.calibration_in_the_large(mean, x, n, critical=critical.normal(0.95)).value
    except ValueError:  # scores beyond 0 and 1 are no probabilities
        return NotEstimable(reason="NE-MODEL")
    return _estimate(
        value, lambda reach: calibration.calibration_in_the_large(mean, x, n, critical=reach).interval, joint=None,
        method="wilson_less_mean_score",
    )  # fmt: skip


def _between(
    table: ScoreTally,
    groups: dict[GroupKey, Scored],
    areas: dict[GroupKey, discrimination.Area | str],
    measuring: Measuring,
    worst: WorstScores | None,
) -> Iterator[Measurement]:
    with_area = {group: _as_rate(areas[group]) for group in groups if is_known(group)}
    all_known = {
        group: _as_rate(None) for group in with_area
    }  # which models cannot be fitted shows only later
    compared: dict[str, Compare] = {
        "area_under_curve_difference": lambda a, b, joint: _area_gap(areas[a], areas[b], joint),
        "calibration_log_odds_difference": lambda a, b, joint: _effect(
            table, groups[a], groups[b], joint, kind="level"
        ),
        "calibration_slope_difference": lambda a, b, joint: _effect(
            table, groups[a], groups[b], joint, kind="slope"
        ),
    }
    for metric, compare in compared.items():
        known = with_area if metric == "area_under_curve_difference" else all_known
        family = measuring.family(metric, table.dimension, reference=table.reference)
        pairs = pairing(known, family, reference=table.reference)
        for group, other in pairs.pairs:
            absent = other not in known
            result = NotEstimable(reason="NE-DENOM") if absent else compare(group, other, pairs.critical)
            if worst is not None:
                result = _bounded(metric, table, (group, other), result, worst, joint=pairs.critical)
            yield Measurement(
                metric=metric, dimension=table.dimension, group=named(table.dimension, group),
                against=named(table.dimension, other), result=result,
            )  # fmt: skip


def _bounded(
    metric: str, table: ScoreTally, pair: tuple[GroupKey, GroupKey], result: Result, worst: WorstScores,
    *, joint: float | None,
) -> Result:  # fmt: skip
    """Bound the gap between two groups; effects at equal score come from a fit of both together, which has no bounds."""
    if metric == "area_under_curve_difference":
        return worst.area_gap(pair, result, joint=joint)
    if metric == "calibration_slope_difference":
        return worst.slope_gap(pair, np.array([one.mean for one in table.bins]), result, joint=joint)
    return result


def _as_rate(area: discrimination.Area | str | None) -> Rate:
    """Mark a group as one that can be compared, or not."""
    return Rate(numerator=None, denominator=None, value=0.0, reason=area if isinstance(area, str) else None)


def _area_gap(
    first: discrimination.Area | str, second: discrimination.Area | str, joint: float | None
) -> Result:
    if isinstance(first, str) or isinstance(second, str):
        return NotEstimable(reason=first if isinstance(first, str) else str(second))
    return _estimate(
        first.value - second.value, lambda reach: discrimination.difference(first, second, critical=reach), joint=joint,
        method="delong",
    )  # fmt: skip


def _effect(
    table: ScoreTally, first: Scored, second: Scored, joint: float | None, *, kind: Literal["level", "slope"]
) -> Result:
    score = np.array([one.mean for one in table.bins])
    find = calibration.difference_at_equal_score if kind == "level" else calibration.difference_of_slopes
    in_group = np.repeat([True, False], len(score))
    try:
        effect = find(
            np.tile(score, 2), np.concatenate((first.with_outcome, second.with_outcome)),
            np.concatenate((first.people, second.people)), in_group=in_group,
        )  # fmt: skip
    except ValueError:
        return NotEstimable(reason="NE-MODEL")
    return _estimate(
        effect.value,
        lambda reach: calibration.effect_interval(effect, critical=reach),
        joint=joint,
        method="logistic",
    )
