"""Measuring every declared metric in every dimension."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from auditkit.measure.alternatives import find_alternatives
from auditkit.measure.blocks import RateBlock, alone, judged, reported
from auditkit.measure.choices import Measuring
from auditkit.measure.designs import rates_of
from auditkit.measure.follow_up import follow_up
from auditkit.measure.groups import Rate, metrics_for, rate_result
from auditkit.measure.impossibility import impossibility
from auditkit.measure.inferred import inferred
from auditkit.measure.missing_groups import missing_groups
from auditkit.measure.neighbourhoods import neighbourhoods
from auditkit.measure.registry import RateMetric, rests_on
from auditkit.measure.scores import scores
from auditkit.measure.stops import stops
from auditkit.measure.strata import strata
from auditkit.measure.subgroups import find_subgroups
from auditkit.measure.sweep import sweep
from auditkit.measure.tipping import tipping_points
from auditkit.measure.unseen import Fills, Kind, hidden_people, open_people
from auditkit.measure.worst_cases import only_bounds
from auditkit.results.measurements import (
    ASSUMING,
    Estimate,
    Measurement,
    Measurements,
    NotEstimable,
    TippingPoint,
)
from auditkit.results.tally import GroupTally, Tally, counts_by_group, is_known

PARTS: dict[str, Callable[[Tally, Measuring], Iterable[Measurement]]] = {
    "scores": scores,
    "sweep": sweep,
    "strata": strata,
    "areas": neighbourhoods,
    "follow_up": follow_up,
    "impossibility": impossibility,
    "stops": stops,
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
    if item.result.interval is None:
        return item
    bare = replace(item.result, interval=None, interval_90=None, interval_family=None, reason="NE-BLOCKS")
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
        unknown = sum(count.n["people"] for group, count in counts.items() if not is_known(group))
        everyone = sum(count.n["people"] for count in counts.values())
        hidden = any(count.suppressed for count in counts.values())
        reason = "NE-SUPP" if hidden else None if everyone else "NE-DENOM"
        rate = Rate(numerator=unknown, denominator=everyone, value=unknown / max(1, everyone), reason=reason)
        result = rate_result(rate, family_critical=None)
        yield Measurement(
            metric="unknown_group_rate", dimension=tally.dimension, group=(), against=None, result=result
        )


KINDS: tuple[Kind, ...] = ("group", "outcome")
BOTH = frozenset(KINDS)


def _block(metric: RateMetric, tally: GroupTally, whole: Tally, measuring: Measuring) -> RateBlock:
    """Measure a rate of every group; where outcomes come from a sample, nobody counts who is open."""
    rates = rates_of(metric, tally, measuring=measuring, sampled=whole.sampled, refused=whole.refused)
    sampled = whole.sampled and metric.needs_outcome
    return RateBlock(
        metric=metric.name, dimension=tally.dimension, reference=tally.reference, rates=rates,
        fills=None if sampled else open_people(metric, tally, kinds=BOTH),
    )  # fmt: skip


def _assuming(
    block: RateBlock, metric: RateMetric, tally: GroupTally, whole: Tally, measuring: Measuring
) -> Iterator[Measurement]:
    """Bound what the policy limits once more, under each assumption alone."""
    limited = {name for name, where in measuring.limited if where == tally.dimension}
    if whole.sampled or not any(rests_on(name) == metric.name for name in limited):
        return
    by_kind = {kind: open_people(metric, tally, kinds=frozenset({kind})) for kind in KINDS}
    both = open_people(metric, tally, kinds=BOTH)
    fills: dict[str, Fills | None] = {
        "unknown-group": by_kind["group"],
        "missing-outcomes": by_kind["outcome"],
        "all-unknown": None if both in by_kind.values() else both,
        "hidden-outcomes": hidden_people(metric, tally, hidden=measuring.hidden),
    }
    for name, found in fills.items():
        if found is not None:
            for item in judged(replace(block, fills=found), measuring):
                if item.metric in limited and is_known(tuple(value for _, value in item.group)):
                    yield replace(item, stratum=f"{ASSUMING}{name}", result=only_bounds(item.result))
