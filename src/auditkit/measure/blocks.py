"""One rate in one dimension: by group, between groups, and over all groups."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, difference, extreme, impact_ratio, pairing, ratio
from auditkit.measure.groups import Rate, rate_result
from auditkit.measure.pairs import (
    by_chance,
    excess,
    four_fifths,
    p_values,
    range_p_value,
    sample_needed,
    smallest_detectable,
)
from auditkit.measure.registry import ENTITLED, rests_on
from auditkit.results.measurements import Group, Measurement, Result
from auditkit.results.tally import is_known
from auditkit.statistics import critical

GroupKey = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBlock:
    """One rate of every group of a dimension."""

    metric: str
    dimension: tuple[str, ...]
    reference: GroupKey | None
    rates: Mapping[GroupKey, Rate]
    stratum: str | None = None
    """What the people have in common, where they are not everyone."""


def named(dimension: tuple[str, ...], group: GroupKey) -> Group:
    """Write a group as pairs of dimension and value."""
    return tuple(zip(dimension, group, strict=True))


def alone(
    metric: str, dimension: tuple[str, ...], group: GroupKey, result: Result, *, stratum: str | None = None
) -> Measurement:
    """Make the measurement of one group by itself."""
    return Measurement(
        metric=metric,
        dimension=dimension,
        group=named(dimension, group),
        against=None,
        result=result,
        stratum=stratum,
    )


def reported(block: RateBlock, measuring: Measuring) -> Iterator[Measurement]:
    """Measure a rate of each group, between groups and over all groups."""
    known = {group: rate for group, rate in block.rates.items() if is_known(group)}
    joint = _each_critical(block, known, measuring)
    for group, rate in block.rates.items():
        result = rate_result(rate, family_critical=joint if group in known else None)
        yield alone(block.metric, block.dimension, group, result, stratum=block.stratum)
    if not block.dimension:
        return
    if block.reference is not None and block.reference not in known:  # an intersection that nobody belongs to
        known = known | {block.reference: Rate(numerator=0, denominator=0, value=0.0, reason="NE-DENOM")}
    yield from _between(block, known, measuring)
    if block.stratum is None:
        yield from _about_pairs(block, known, measuring)
        yield from _over_all(block, known, measuring)


def _each_critical(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> float | None:
    family = measuring.family(block.metric, block.dimension, reference=block.reference)
    if family.compare != "each" or block.stratum is not None:
        return None
    sound = sum(1 for rate in known.values() if rate.reason is None)
    return None if sound <= 1 and family.level == 0.95 else critical.bonferroni(family.level, max(1, sound))


def pairs_of(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring, *, kind: str) -> Pairing:
    """Lay out the comparisons of a rate's differences or ratios."""
    family = measuring.family(f"{block.metric}_{kind}", block.dimension, reference=block.reference)
    return pairing(known, family, reference=block.reference)


def _pair(block: RateBlock, name: str, pair: tuple[GroupKey, GroupKey], result: Result) -> Measurement:
    group, other = pair
    return Measurement(
        metric=f"{block.metric}_{name}", dimension=block.dimension, group=named(block.dimension, group),
        against=named(block.dimension, other), result=result, stratum=block.stratum,
    )  # fmt: skip


def _between(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> Iterator[Measurement]:
    differences = pairs_of(block, known, measuring, kind="difference")
    ratios = pairs_of(block, known, measuring, kind="ratio")
    for pair in differences.pairs:
        yield _pair(block, "difference", pair, difference(known[pair[0]], known[pair[1]], differences))
    for pair in ratios.pairs:
        result = ratio(known[pair[0]], known[pair[1]], ratios, kind=measuring.ratio_interval)
        yield _pair(block, "ratio", pair, result)


def _about_pairs(
    block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring
) -> Iterator[Measurement]:
    """Say of each pair how many people a gap stands for, how it tests, and how small a gap could have been found."""
    differences = pairs_of(block, known, measuring, kind="difference")
    raw, adjusted = p_values(known, differences)
    found = {"p_value": raw, "p_value_holm": adjusted}
    if block.metric in ENTITLED:
        found["excess"] = [
            excess(known[group], known[other], differences) for group, other in differences.pairs
        ]
    for name, results in found.items():
        for pair, result in zip(differences.pairs, results, strict=True):
            yield _pair(block, name, pair, result)
    yield from _power(block, known, measuring, differences=differences)


def _power(
    block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring, *, differences: Pairing
) -> Iterator[Measurement]:
    limited = {name for name, where in measuring.limited if where == block.dimension}
    ratios = pairs_of(block, known, measuring, kind="ratio")
    wanted = any(rests_on(name) == block.metric for name in limited)
    for group, other in ratios.pairs if wanted else ():
        least = smallest_detectable(known[group], known[other], ratios, kind="ratio")
        yield _pair(block, "ratio_smallest_detectable", (group, other), least)
        if measuring.declared(f"{block.metric}_ratio", block.dimension):
            needed = sample_needed(known[group], known[other], ratios, detect=measuring.detect_ratio)
            yield _pair(block, "ratio_sample_needed", (group, other), needed)
    if measuring.declared(f"{block.metric}_difference", block.dimension):
        for group, other in differences.pairs:
            least = smallest_detectable(known[group], known[other], differences, kind="difference")
            yield _pair(block, "difference_smallest_detectable", (group, other), least)


def _over_all(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> Iterator[Measurement]:
    kind = measuring.ratio_interval
    summaries: dict[str, Callable[[float], Result]] = {
        f"{block.metric}_range": lambda level: extreme(known, level=level, what="range", kind=kind)
    }
    if block.metric == "favourable_rate":
        summaries["adverse_impact_ratio"] = lambda level: extreme(
            known, level=level, what="lowest_to_highest", kind=kind
        )
    measured = {
        name: result(measuring.family(name, block.dimension, reference=block.reference).level)
        for name, result in summaries.items()
    }
    if block.metric == "favourable_rate":
        measured |= four_fifths(known)
        if measuring.declared("adverse_impact_by_chance", block.dimension):
            measured["adverse_impact_by_chance"] = by_chance(known)
    name = f"{block.metric}_range_p_value"
    measured[name] = range_p_value(known, rng=measuring.rng(f"{name}/{'+'.join(block.dimension)}"))
    for name, found in measured.items():
        yield Measurement(metric=name, dimension=block.dimension, group=(), against=None, result=found)
    if block.metric == "favourable_rate":
        level = measuring.family("impact_ratio", block.dimension, reference=block.reference).level
        for group, one in impact_ratio(known, level=level, kind=kind).items():
            yield alone("impact_ratio", block.dimension, group, one)
