"""One rate in one dimension: by group, between groups, and over all groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

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
from auditkit.measure.unseen import Fills
from auditkit.measure.worst_cases import WorstCases
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
    fills: Fills | None = None
    """The worst cases, where somebody's group or outcome is not known."""
    chance: Literal["added", "left out"] = "added"
    """Whether the range that chance adds stands beside bounds; numbers that are never judged leave it out."""

    def worst(self, measuring: Measuring) -> WorstCases | None:
        """Return what bounds the block's numbers, if anything does."""
        known = {group: rate for group, rate in self.rates.items() if is_known(group)}
        return (
            None
            if self.fills is None
            else WorstCases(fills=self.fills, rates=known, kind=measuring.ratio_interval, chance=self.chance)
        )


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
    yield from _alone(block, known, measuring)
    if not block.dimension:
        return
    known = _with_reference(block, known)
    yield from _between(block, known, measuring)
    if block.stratum is None:
        yield from _about_pairs(block, known, measuring)
        yield from _over_all(block, known, measuring)
        yield from _facts(block, known, measuring)


def judged(block: RateBlock, measuring: Measuring) -> Iterator[Measurement]:
    """Measure what limits are about, without tests and power: a rate of each group, between groups and over all."""
    known = {group: rate for group, rate in block.rates.items() if is_known(group)}
    yield from _alone(block, known, measuring)
    if block.dimension:
        known = _with_reference(block, known)
        yield from _between(block, known, measuring)
        yield from _over_all(block, known, measuring)


def _with_reference(block: RateBlock, known: dict[GroupKey, Rate]) -> dict[GroupKey, Rate]:
    """Add the reference, if it is an intersection that nobody belongs to."""
    if block.reference is None or block.reference in known:
        return known
    return known | {block.reference: Rate(numerator=0, denominator=0, value=0.0, reason="NE-DENOM")}


def _alone(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> Iterator[Measurement]:
    joint, worst = _each_critical(block, known, measuring), block.worst(measuring)
    for group, rate in block.rates.items():
        own = joint if group in known else None
        result: Result = rate_result(rate, family_critical=own)
        if worst is not None and group in known:
            result = worst.of_rate(group, result, joint=own)
        yield alone(block.metric, block.dimension, group, result, stratum=block.stratum)


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
    ratios, worst = pairs_of(block, known, measuring, kind="ratio"), block.worst(measuring)
    for pair in differences.pairs:
        gap: Result = difference(known[pair[0]], known[pair[1]], differences)
        yield _pair(
            block, "difference", pair, gap if worst is None else worst.of_pair(pair, "difference", gap, differences)
        )  # fmt: skip
    for pair in ratios.pairs:
        gap = ratio(known[pair[0]], known[pair[1]], ratios, kind=measuring.ratio_interval)
        yield _pair(block, "ratio", pair, gap if worst is None else worst.of_pair(pair, "ratio", gap, ratios))


def _about_pairs(
    block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring
) -> Iterator[Measurement]:
    """Say of each pair how many people a gap stands for, how it tests, and how small a gap could have been found."""
    differences = pairs_of(block, known, measuring, kind="difference")
    raw, adjusted = p_values(known, differences)
    found = {"p_value": raw, "p_value_holm": adjusted}
    if block.metric in ENTITLED:
        found["excess"] = _excesses(block, known, measuring, differences)
    for name, results in found.items():
        for pair, result in zip(differences.pairs, results, strict=True):
            yield _pair(block, name, pair, result)
    yield from _power(block, known, measuring, differences=differences)


def _excesses(
    block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring, differences: Pairing
) -> list[Result]:
    worst = block.worst(measuring)
    return [
        result if worst is None else worst.of_pair((group, other), "excess", result, differences)
        for group, other in differences.pairs
        for result in (excess(known[group], known[other], differences),)
    ]


def _power(
    block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring, *, differences: Pairing
) -> Iterator[Measurement]:
    limited = {name for name, where in measuring.limited if where == block.dimension}
    ratios = pairs_of(block, known, measuring, kind="ratio")
    wanted = any(rests_on(name) == block.metric for name in limited)
    for group, other in ratios.pairs if wanted else ():
        least = smallest_detectable(known[group], known[other], ratios, kind=measuring.ratio_interval)
        yield _pair(block, "ratio_smallest_detectable", (group, other), least)
        if measuring.declared(f"{block.metric}_ratio", block.dimension):
            pair = known[group], known[other]
            needed = sample_needed(
                *pair, ratios, detect=measuring.detect_ratio, kind=measuring.ratio_interval
            )
            yield _pair(block, "ratio_sample_needed", (group, other), needed)
    if measuring.declared(f"{block.metric}_difference", block.dimension):
        for group, other in differences.pairs:
            least = smallest_detectable(known[group], known[other], differences, kind="difference")
            yield _pair(block, "difference_smallest_detectable", (group, other), least)


def _over_all(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> Iterator[Measurement]:
    kind, worst = measuring.ratio_interval, block.worst(measuring)
    summaries: dict[str, Literal["range", "lowest_to_highest"]] = {f"{block.metric}_range": "range"}
    if block.metric == "favourable_rate":
        summaries["adverse_impact_ratio"] = "lowest_to_highest"
    for name, what in summaries.items():
        level = measuring.family(name, block.dimension, reference=block.reference).level
        found: Result = extreme(known, level=level, what=what, kind=kind)
        yield _of_all(block, name, found if worst is None else worst.of_all(what, found, level=level))
    if block.metric == "favourable_rate":
        level = measuring.family("impact_ratio", block.dimension, reference=block.reference).level
        for group, one in impact_ratio(known, level=level, kind=kind).items():
            result = one if worst is None else worst.of_highest(group, one, level=level)
            yield alone("impact_ratio", block.dimension, group, result, stratum=block.stratum)


def _facts(block: RateBlock, known: dict[GroupKey, Rate], measuring: Measuring) -> Iterator[Measurement]:
    """Say what belongs to the four-fifths rule, and test whether all rates are equal."""
    found = four_fifths(known) if block.metric == "favourable_rate" else {}
    if block.metric == "favourable_rate" and measuring.declared("adverse_impact_by_chance", block.dimension):
        found["adverse_impact_by_chance"] = by_chance(known)
    name = f"{block.metric}_range_p_value"
    found[name] = range_p_value(known, rng=measuring.rng(f"{name}/{'+'.join(block.dimension)}"))
    for one, result in found.items():
        yield _of_all(block, one, result)


def _of_all(block: RateBlock, name: str, result: Result) -> Measurement:
    return Measurement(
        metric=name, dimension=block.dimension, group=(), against=None, result=result, stratum=block.stratum
    )
