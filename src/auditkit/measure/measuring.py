"""Measuring every declared metric in every dimension."""

from collections.abc import Callable, Iterator
from typing import Literal

from auditkit.measure.comparisons import RatioInterval, difference, extreme, pairing, ratio
from auditkit.measure.groups import Rate, measure_rate, metrics_for, rate_result
from auditkit.measure.registry import RateMetric
from auditkit.results.measurements import (
    Estimate,
    Family,
    Group,
    Measurement,
    Measurements,
    NotEstimable,
    Result,
)
from auditkit.results.tally import GroupTally, Tally, counts_by_group, is_known
from auditkit.statistics import critical


class Measuring:
    """What a measurement needs to know besides the counts; it holds nothing that changes."""

    def __init__(
        self,
        *,
        orientation: Literal["burden", "benefit"],
        families: tuple[Family, ...],
        minimum_n: int,
        ratio_interval: RatioInterval,
    ) -> None:
        self.orientation = orientation
        self.minimum_n = minimum_n
        self.ratio_interval = ratio_interval
        self._families = {(family.metric, family.dimension): family for family in families}

    def family(self, metric: str, tally: GroupTally) -> Family:
        """Return the declared family, or the one that follows from the reference group."""
        compare: Literal["reference", "all_pairs"] = "reference" if tally.reference else "all_pairs"
        undeclared = Family(metric=metric, dimension=tally.dimension, compare=compare, level=0.95)
        return self._families.get((metric, tally.dimension), undeclared)


def measure(
    tally: Tally, *, metrics: tuple[str, ...], measuring: Measuring, progress: Callable[[str], None]
) -> Measurements:
    """Measure each metric for everyone, for each group and between groups.

    Parameters
    ----------
    tally
        Counts.
    metrics
        Names of the measures of the tool type.
    measuring
        Orientation, families and minimum sizes.
    progress
        Called with a few words as each dimension starts.
    """
    known = metrics_for(measuring.orientation)
    rates = [known[name] for name in metrics if name in known]
    if not tally.has_outcome:
        rates = [metric for metric in rates if not metric.needs_outcome]
    items: list[Measurement] = []
    for dimension in tally.dimensions:
        progress(" and ".join(dimension.dimension) or "everyone")
        items += _people(dimension)
        for metric in rates:
            items += _rate(metric, dimension, tally, measuring)
    return Measurements(items=tuple(items))


def _named(dimension: tuple[str, ...], group: tuple[str, ...]) -> Group:
    return tuple(zip(dimension, group, strict=True))


def _people(tally: GroupTally) -> Iterator[Measurement]:
    """Count people by group, and the share whose group is unknown."""
    counts = counts_by_group(tally)
    for group, count in counts.items():
        n = count.n["people"]
        size = Estimate(
            value=float(n), interval=None, interval_90=None, interval_family=None, method="count", numerator=n
        )
        yield _alone("people", tally, group, NotEstimable(reason="NE-SUPP") if count.suppressed else size)
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


def _alone(metric: str, tally: GroupTally, group: tuple[str, ...], result: Result) -> Measurement:
    named = _named(tally.dimension, group)
    return Measurement(metric=metric, dimension=tally.dimension, group=named, against=None, result=result)


def _rate(metric: RateMetric, tally: GroupTally, whole: Tally, measuring: Measuring) -> Iterator[Measurement]:
    rates = {
        group: measure_rate(metric, counts, minimum_n=measuring.minimum_n, refused=whole.refused)
        for group, counts in counts_by_group(tally).items()
    }
    known = {group: rate for group, rate in rates.items() if is_known(group)}
    joint = _each_critical(metric.name, tally, known, measuring)
    for group, rate in rates.items():
        result = rate_result(rate, family_critical=joint if group in known else None)
        yield _alone(metric.name, tally, group, result)
    if tally.dimension:
        yield from _compared(metric, tally, known, measuring)


def _each_critical(
    metric: str, tally: GroupTally, known: dict[tuple[str, ...], Rate], measuring: Measuring
) -> float | None:
    family = measuring.family(metric, tally)
    if family.compare != "each":
        return None
    sound = sum(1 for rate in known.values() if rate.reason is None)
    return None if sound <= 1 and family.level == 0.95 else critical.bonferroni(family.level, max(1, sound))


def _compared(
    metric: RateMetric, tally: GroupTally, known: dict[tuple[str, ...], Rate], measuring: Measuring
) -> Iterator[Measurement]:
    kind = measuring.ratio_interval
    if tally.reference is not None and tally.reference not in known:  # an intersection that nobody belongs to
        known = known | {tally.reference: Rate(numerator=0, denominator=0, value=0.0, reason="NE-DENOM")}
    differences = pairing(
        known, measuring.family(f"{metric.name}_difference", tally), reference=tally.reference
    )
    ratios = pairing(known, measuring.family(f"{metric.name}_ratio", tally), reference=tally.reference)
    for name, pairs in (("difference", differences), ("ratio", ratios)):
        for group, other in pairs.pairs:
            first, second = known[group], known[other]
            result = (
                difference(first, second, pairs)
                if name == "difference"
                else ratio(first, second, pairs, kind=kind)
            )
            yield Measurement(
                metric=f"{metric.name}_{name}", dimension=tally.dimension, group=_named(tally.dimension, group),
                against=_named(tally.dimension, other), result=result,
            )  # fmt: skip
    summaries: dict[str, Literal["range", "lowest_to_highest"]] = {f"{metric.name}_range": "range"}
    if metric.name == "favourable_rate":
        summaries["adverse_impact_ratio"] = "lowest_to_highest"
    for name, what in summaries.items():
        level = measuring.family(name, tally).level
        result = extreme(known, level=level, what=what, kind=kind)
        yield Measurement(metric=name, dimension=tally.dimension, group=(), against=None, result=result)
