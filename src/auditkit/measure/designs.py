"""Rates where rows are no independent draws: repeated people, samples of outcomes, unequal follow-up."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.choices import Measuring
from auditkit.measure.groups import Design, Rate, measure_rate, point
from auditkit.measure.registry import RateMetric
from auditkit.results.checks import Refusal
from auditkit.results.tally import CELLS, DENOMINATORS, PAIRS, Counts, GroupTally, Repeats, counts_by_group
from auditkit.statistics import clusters, critical, two_phase
from auditkit.statistics.intervals import Interval
from auditkit.statistics.two_phase import TwoSamples

FEWEST_PEOPLE, FEWEST_FREE = 20, 5
"""Where people repeat, fewer different people give no interval, nor do fewer degrees of freedom: then a few people
have most of the rows."""


def rates_of(
    metric: RateMetric,
    tally: GroupTally,
    *,
    measuring: Measuring,
    sampled: bool,
    refused: tuple[Refusal, ...],
) -> dict[tuple[str, ...], Rate]:
    """Compute one rate of every group, with the size of the independent sample that would know as much.

    References
    ----------
    Rao and Scott 1992 for repeated people; Begg and Greenes 1983 for samples of outcomes (methods 3.13).
    """
    counted = counts_by_group(tally)
    repeats = {one.group: one for one in tally.repeats}
    everyone = sum(counts.n["people"] for counts in counted.values())
    found = {}
    for group, counts in counted.items():
        rate = measure_rate(metric, counts, minimum_n=measuring.minimum_n, refused=refused)
        if tally.dimension and counts.n["people"] < measuring.minimum_share * everyone:
            rate = replace(rate, reason=rate.reason or "NE-SMALL")
        if sampled and metric.needs_outcome:
            rate = _from_samples(rate, metric, counts)
        if group in repeats:
            rate = _clustered(rate, metric, repeats[group])
        found[group] = rate
    return found


def _from_samples(rate: Rate, metric: RateMetric, counts: Counts) -> Rate:
    """Weigh the outcomes that are known by how many flagged or unflagged people each stands for."""
    n, drawn = counts.n, counts.n["tn"] + counts.n["fn"]
    alone = {*metric.among} <= {"fp", "tp"} or {*metric.among} <= {"tn", "fn"}
    if rate.reason is not None or alone or drawn == n["unflagged"]:
        return rate
    if metric.name not in two_phase.RATES or drawn == 0:
        return replace(rate, reason="NE-SELECT")
    samples = TwoSamples(
        n["flagged"],
        n["flagged"] + n["unflagged"],
        two_phase.Counts(n["tp"], n["fp"] + n["tp"]),
        two_phase.Counts(n["tn"], drawn),
    )
    looked_up = {"tn": drawn, "fn": drawn, "fp": n["fp"] + n["tp"], "tp": n["fp"] + n["tp"]}
    stand_for = {"tn": n["unflagged"], "fn": n["unflagged"], "fp": n["flagged"], "tp": n["flagged"]}
    weights = {name: n[name] * stand_for[name] / max(1, looked_up[name]) for name in CELLS}
    return combined(metric.name, samples, value=point(metric, weights), design="_weighted")


def combined(metric: str, samples: TwoSamples, *, value: float | None = None, design: Design) -> Rate:
    """Put a rate together from outcomes of flagged and of unflagged people.

    References
    ----------
    Begg and Greenes 1983, as in `auditkit.statistics.two_phase`.
    """
    try:
        found = two_phase.RATES[metric](samples)
    except ValueError:
        return Rate(numerator=None, denominator=None, value=0.0, reason="NE-DENOM")
    known = found.value if value is None else value
    if isinstance(found, two_phase.Prevalence):
        own = partial(_prevalence_interval, samples)
        return Rate(
            numerator=None, denominator=None, value=known, reason=None, design=design, own_interval=own
        )
    size = (found.counts.x, found.counts.n)
    return Rate(numerator=None, denominator=None, value=known, reason=None, design=design, size=size)


def _prevalence_interval(samples: TwoSamples, reach: float) -> Interval:
    return two_phase.prevalence_interval(samples, critical=reach)


def _clustered(rate: Rate, metric: RateMetric, repeats: Repeats) -> Rate:
    """Divide the counts by the design effect, and by more where it rests on few people."""
    counted, among = _cells(metric.counted), _cells(metric.among)
    moments, m = np.array(repeats.moments), float(rate.denominator or 0)
    if rate.reason is not None or float(among @ moments @ among) == m:  # nobody stands in two rows
        return rate
    at = list(DENOMINATORS).index(metric.among)
    if repeats.people[at] < FEWEST_PEOPLE:
        return replace(rate, reason="NE-BLOCKS")
    spread = clusters.Spread(repeats.people[at], m, float(among @ moments @ among), *repeats.powers[at])
    found = clusters.design_effect(
        float(rate.numerator or 0), spread, sum_xx=float(counted @ moments @ counted),
        sum_xm=float(counted @ moments @ among),
    )  # fmt: skip
    if found.freedom < FEWEST_FREE:
        return replace(rate, reason="NE-BLOCKS")
    effect = found.effect * (critical.student(0.95, found.freedom) / critical.normal(0.95)) ** 2
    return replace(rate, size=(rate.events / effect, m / effect), design="_clustered")


def _cells(names: tuple[str, ...]) -> NDArray[np.float64]:
    """Mark the kinds of rows that belong to some cells."""
    flags = {"flagged": 1, "unflagged": 0}
    marks = [
        any(pair[0] == flags[name] if name in flags else pair == CELLS[name][::-1] for name in names)
        for pair in PAIRS
    ]
    return np.array(marks, dtype=np.float64)
