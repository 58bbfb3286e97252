"""Measuring every declared metric in every dimension."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from auditkit.measure.alternatives import find_alternatives
from auditkit.measure.assuming import assumed, under_assumptions
from auditkit.measure.blocks import RateBlock, alone, judged, reported
from auditkit.measure.choices import Measuring
from auditkit.measure.designs import rates_of
from auditkit.measure.follow_up import follow_up
from auditkit.measure.groups import metrics_for
from auditkit.measure.impossibility import impossibility
from auditkit.measure.inferred import inferred
from auditkit.measure.lawful import lawful_people
from auditkit.measure.missing_groups import missing_groups, unknown_rate
from auditkit.measure.neighbourhoods import neighbourhoods
from auditkit.measure.open_samples import open_in
from auditkit.measure.registry import RateMetric, rests_on
from auditkit.measure.scores import scores
from auditkit.measure.stops import stops
from auditkit.measure.strata import strata
from auditkit.measure.subgroups import find_subgroups
from auditkit.measure.sweep import sweep
from auditkit.measure.tipping import tipping_points
from auditkit.measure.unseen import BOTH, Fills, Kind, hidden_people
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, TippingPoint
from auditkit.results.tally import GroupTally, Tally, counts_by_group

PARTS: dict[str, Callable[[Tally, Measuring], Iterable[Measurement]]] = {
    "scores": scores,
    "sweep": sweep,
    "strata": strata,
    "areas": neighbourhoods,
    "follow_up": follow_up,
    "impossibility": impossibility,
    "stops": stops,
    "lawful_records": lawful_people,
}
"""What a tool type can have measured besides rates of groups."""
SEARCHES = ("alternatives", "subgroups")
"""What is looked for only where the audit file asks."""


def measure(
    tally: Tally, *, metrics: tuple[str, ...], measuring: Measuring, progress: Callable[[str], None]
) -> Measurements:
    """Measure each metric for everyone, for each group and between groups.

    Parameters
    ----------
    tally
        Counts.
    metrics
        Names of the measures of the tool type: rates, and `PARTS`.
    measuring
        Orientation, families and minimum sizes.
    progress
        Called with a few words as each dimension or part starts.
    """
    known = metrics_for(measuring.orientation)
    rates = [known[name] for name in metrics if name in known]
    if not tally.has_outcome:
        rates = [metric for metric in rates if not metric.needs_outcome]
    if tally.every_row:  # nobody is without the decision, so that only outcomes can differ
        rates = [metric for metric in rates if metric.name == "prevalence"]
    items: list[Measurement] = []
    tipping: list[TippingPoint] = []
    for dimension in tally.dimensions:
        progress(" and ".join(dimension.dimension) or "everyone")
        items += _people(dimension)
        items += () if tally.every_row else missing_groups(dimension, measuring)
        for metric in rates:
            block = _block(metric, dimension, tally, measuring)
            items += reported(block, measuring)
            items += _assuming(block, metric, dimension, tally, measuring)
            tipping += () if tally.sampled else tipping_points(block, dimension, measuring)
    for table in tally.inferred:
        progress(" and ".join(table.dimension))
        items += inferred(table, rates, tally, measuring)
    for name in metrics:
        if name in PARTS:
            progress(name)
            part = PARTS[name](tally, measuring)
            items += [_dependent(item) for item in part] if tally.repeated else part
    found = _searched(items, tally, measuring, metrics=metrics, progress=progress)
    return replace(found, tipping=tuple(tipping))


def _searched(
    items: list[Measurement],
    tally: Tally,
    measuring: Measuring,
    *,
    metrics: tuple[str, ...],
    progress: Callable[[str], None],
) -> Measurements:
    """Look for less harmful rules and for subgroups that nobody named, where the audit file asks."""
    alternatives, subgroups = None, None
    found: list[Measurement] = []
    if "alternatives" in metrics and tally.alternatives is not None:
        progress("alternatives")
        rules, alternatives = find_alternatives(tally, measuring)
        found += rules
    if "subgroups" in metrics and tally.subgroups is not None:
        progress("subgroups")
        people, subgroups = find_subgroups(tally, measuring)
        found += people
    items += [_dependent(item) for item in found] if tally.repeated else found
    return Measurements(items=tuple(items), alternatives=alternatives, subgroups=subgroups)


def _dependent(item: Measurement) -> Measurement:
    """Drop what takes rows as independent people, where people stand in several; the value itself stays."""
    if not isinstance(item.result, Estimate):
        return item
    if "p_value" in item.metric:
        return replace(item, result=NotEstimable(reason="NE-BLOCKS"))
    if item.result.interval is None and item.result.bounds_interval is None:
        return item
    bare = replace(
        item.result, interval=None, interval_90=None, interval_family=None, bounds_interval=None,
        bounds_interval_90=None, reason="NE-BLOCKS",
    )  # fmt: skip
    return replace(item, result=bare)


def _people(tally: GroupTally) -> Iterator[Measurement]:
    """Count people by group, and the share whose group is unknown."""
    counts = counts_by_group(tally)
    for group, count in counts.items():
        n = count.n["people"]
        size = Estimate(
            value=float(n), interval=None, interval_90=None, interval_family=None, method="count", numerator=n
        )
        result = NotEstimable(reason="NE-SUPP") if count.suppressed else size
        yield alone("people", tally.dimension, group, result)
    if tally.dimension:
        yield unknown_rate(tally)


def _block(metric: RateMetric, tally: GroupTally, whole: Tally, measuring: Measuring) -> RateBlock:
    """Measure a rate of every group, with whoever is open in it."""
    rates = rates_of(metric, tally, measuring=measuring, sampled=whole.sampled, refused=whole.refused)
    return RateBlock(
        metric=metric.name, dimension=tally.dimension, reference=tally.reference, rates=rates,
        fills=open_in(metric, tally, kinds=BOTH, sampled=whole.sampled),
    )  # fmt: skip


def _assuming(
    block: RateBlock, metric: RateMetric, tally: GroupTally, whole: Tally, measuring: Measuring
) -> Iterator[Measurement]:
    """Bound what the policy limits once more, under each assumption alone."""
    limited = {name for name in measuring.limits_of(tally.dimension) if rests_on(name) == metric.name}
    made: list[tuple[Fills, tuple[Measurement, ...]]] = []

    def bounded(kinds: frozenset[Kind]) -> tuple[Measurement, ...]:
        """Bound with the same open people only once: often only one kind of people is open."""
        fills = open_in(metric, tally, kinds=kinds, sampled=whole.sampled)
        if fills is None:
            return ()
        items = next((items for same, items in made if same == fills), None)
        if items is None:
            items = tuple(judged(replace(block, fills=fills), measuring))
            made.append((fills, items))
        return items

    if limited and block.fills is not None:
        yield from under_assumptions(bounded, limited)
    hidden = None if whole.sampled else hidden_people(metric, tally, hidden=measuring.hidden)
    if limited and hidden is not None:
        yield from assumed("hidden-outcomes", judged(replace(block, fills=hidden), measuring), limited)
