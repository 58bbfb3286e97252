"""Rates of groups of which only probabilities are known: weighted estimates, and everything that is possible.

Nobody is given a group. The weighted estimate is off wherever, within a zone, belonging goes with being counted; so no
interval is put around it, and verdicts rest on the bounds with the range that chance adds to them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from auditkit.measure.blocks import named
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import pairing
from auditkit.measure.groups import Rate, limits, refusal
from auditkit.measure.registry import RateMetric
from auditkit.results.finer_tallies import InferredTally, ZoneCell
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import CELLS, Tally
from auditkit.statistics import inferred_groups
from auditkit.statistics.inferred_groups import Floats, Zones
from auditkit.statistics.intervals import Interval

METHOD = "weighted_by_probability"
REPLICATES = 999
Ends = tuple[Floats, Floats]
GAPS: dict[str, Callable[[Ends, Ends], Ends]] = {
    "difference": lambda first, other: (first[0] - other[1], first[1] - other[0]),
    "ratio": lambda first, other: (_over(first[0], other[1]), _over(first[1], other[0])),
}


def _over(first: Floats, second: Floats) -> Floats:
    zero = second <= 0
    return np.where(zero, np.where(first > 0, np.inf, 0.0), first / np.where(zero, 1.0, second))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Group:
    """One group's rate: weighted, in the sample and in tables drawn again."""

    rate: Rate
    ends: Ends
    drawn: Ends


def inferred(
    table: InferredTally, metrics: list[RateMetric], whole: Tally, measuring: Measuring
) -> Iterator[Measurement]:
    """Measure rates of groups whose members nobody knows, alone and between groups.

    References
    ----------
    Methods 3.12; Chen et al. (2019), Fairness under unawareness, for the bias of the weighted estimate; Kallus, Mao and
    Zhou (2022) for the bounds.
    """
    for metric in metrics:
        groups: dict[tuple[str, ...], _Group] = {
            (group,): one for group, one in _groups(table, metric, whole, measuring).items()
        }
        for key, one in groups.items():
            yield Measurement(
                metric=metric.name, dimension=table.dimension, group=named(table.dimension, key), against=None,
                result=_estimate(one.rate.value, one.ends, one.drawn, 0.95, reason=one.rate.reason),
            )  # fmt: skip
        for kind, gap in GAPS.items():
            yield from _between(table, metric, groups, measuring, kind=kind, gap=gap)


def _groups(
    table: InferredTally, metric: RateMetric, whole: Tally, measuring: Measuring
) -> Mapping[str, _Group]:
    """Add up the zones of a metric; people of whom it needs something that is missing are left out."""
    used = [cell for cell in table.cells if _place(metric, cell) is not None]
    zones = _laid_out(used, metric)
    reason = refusal(metric.name, whole.refused) or (
        "NE-SELECT" if whole.sampled and metric.needs_outcome else "NE-DENOM" if not used else None
    )
    rng = measuring.rng(f"{metric.name}/{table.dimension[0]}/inferred")
    drawn = None if reason else inferred_groups.drawn_again(zones, replicates=REPLICATES, rng=rng)
    found = {}
    for at, group in enumerate(table.groups):
        counted, among = (
            sum(cell.mass[at] for cell in used if _place(metric, cell) in places) for places in ((0,), (0, 1))
        )
        few = "NE-DENOM" if not among else "NE-SMALL" if among < measuring.minimum_n else None
        share = _shares(used, at)
        ends = inferred_groups.rate_bounds(zones, share) if used else (np.zeros(1), np.ones(1))
        rate = Rate(
            numerator=None, denominator=None, value=counted / among if among else 0.0, reason=reason or few
        )
        again = ends if drawn is None else inferred_groups.rate_bounds(drawn, share)
        found[group] = _Group(rate=rate, ends=ends, drawn=again)
    return found


def _place(metric: RateMetric, cell: ZoneCell) -> int | None:
    """Tell where a cell belongs: 0 counted, 1 otherwise in the denominator, 2 out; None where that is not known."""
    if cell.decision is None or (metric.needs_outcome and cell.outcome is None):
        return None
    names = ["flagged" if cell.decision else "unflagged"]
    names += [name for name, pair in CELLS.items() if pair == (cell.outcome, cell.decision)]
    if any(name in metric.counted for name in names):
        return 0
    return 1 if any(name in metric.among for name in names) else 2


def _laid_out(cells: list[ZoneCell], metric: RateMetric) -> Zones:
    order = sorted({cell.zone for cell in cells})
    table = np.zeros((3, len(order)))
    for cell in cells:
        table[_place(metric, cell), order.index(cell.zone)] += cell.n
    return Zones(*table)


def _shares(cells: list[ZoneCell], at: int) -> Floats:
    """Divide the probabilities of a zone by its people: zones that were taken together have a mean."""
    order = sorted({cell.zone for cell in cells})
    mass, people = np.zeros(len(order)), np.zeros(len(order))
    for cell in cells:
        mass[order.index(cell.zone)] += cell.mass[at]
        people[order.index(cell.zone)] += cell.n
    shares: Floats = mass / np.maximum(1, people)
    return shares


def _between(  # one kind of comparison, and what it is made of
    table: InferredTally,
    metric: RateMetric,
    groups: Mapping[tuple[str, ...], _Group],
    measuring: Measuring,
    *,
    kind: str,
    gap: Callable[[Ends, Ends], Ends],
) -> Iterator[Measurement]:
    family = measuring.family(f"{metric.name}_{kind}", table.dimension, reference=table.reference)
    pairs = pairing({key: one.rate for key, one in groups.items()}, family, reference=table.reference)
    level = 1 - (1 - family.level) / max(1, len(pairs.pairs))
    for first, second in pairs.pairs:
        one, other = groups[first], groups[second]
        reason = one.rate.reason or other.rate.reason
        if kind == "ratio" and not reason and not one.rate.value and not other.rate.value:
            reason = "NE-BOTHZERO"
        value = (
            one.rate.value - other.rate.value
            if kind == "difference"
            else one.rate.value / other.rate.value
            if other.rate.value
            else None
        )
        yield Measurement(
            metric=f"{metric.name}_{kind}", dimension=table.dimension, group=named(table.dimension, first),
            against=named(table.dimension, second),
            result=_estimate(value, gap(one.ends, other.ends), gap(one.drawn, other.drawn), level, reason=reason),
        )  # fmt: skip


def _estimate(value: float | None, ends: Ends, drawn: Ends, level: float, *, reason: str | None) -> Result:
    if reason is not None:
        return NotEstimable(reason=reason)
    around = partial(inferred_groups.around, *(_finite(end) for end in drawn))
    bounds = Interval(float(ends[0].sum()), float(ends[1].sum()))
    if bounds == (0.0, float("inf")):
        return NotEstimable(reason="NE-GROUP")
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=METHOD, bounds=limits(bounds),
        bounds_interval=limits(_open_again(around(level=level))),
        bounds_interval_90=limits(_open_again(around(level=0.90))),
    )  # fmt: skip


HUGE = 1e300


def _finite(end: Floats) -> Floats:
    """Keep quantiles of unbounded ratios from being no number."""
    return np.minimum(end, HUGE)


def _open_again(interval: Interval) -> Interval:
    return Interval(*(float("inf") if limit >= HUGE / 2 else limit for limit in interval))
