"""Rates of alerts: what became of them and what they led to, for everyone, by group and between groups (methods 5).

References
----------
Methods 5: two denominators with bounds for missing dispositions, three-way outcomes, actions per alert; Manski, C. F.
(1989), Anatomy of the selection problem, Journal of Human Resources 24, 343-360, for the bounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auditkit.measure.comparisons import RatioInterval, difference, extreme, pairing, ratio
from auditkit.measure.groups import Rate, limits, rate_result
from auditkit.results.alerts import DISPOSITIONS, AlertCounts, AlertGroups, AlertTally
from auditkit.results.measurements import (
    Bounds,
    Estimate,
    Family,
    Group,
    Measurement,
    NotEstimable,
    Result,
)
from auditkit.results.tally import is_known
from auditkit.statistics import critical
from auditkit.statistics.intervals import wilson
from auditkit.statistics.multinomial import goodman

PPV, PPV_ALL = "positive_predictive_value", "positive_predictive_value_all"
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a measurement of alerts needs to know besides the counts."""

    families: dict[tuple[str, tuple[str, ...]], Family]
    """By metric and dimension."""
    minimum_n: int
    ratio_interval: RatioInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Fraction:
    """A rate as counts, with the limits that missing dispositions leave open."""

    metric: str
    numerator: int
    denominator: int
    bounds: Bounds | None = None


def fractions(counts: AlertCounts, tally: AlertTally) -> Iterator[Fraction]:
    """Lay out every rate of some alerts."""
    if tally.has_dispositions:
        least, most = counts.confirmed, counts.confirmed + counts.unknown
        bounds = (least / counts.alerts, most / counts.alerts) if counts.alerts else None
        yield Fraction(metric=PPV_ALL, numerator=least, denominator=counts.alerts, bounds=bounds)
        yield Fraction(metric=PPV, numerator=least, denominator=counts.known, bounds=bounds)
        yield Fraction(metric="disposition_recorded_rate", numerator=counts.known, denominator=counts.alerts)
    if tally.has_dispatch:
        sent = counts.dispatched + counts.not_dispatched
        yield Fraction(metric="dispatch_rate", numerator=counts.dispatched, denominator=sent)
    for action in counts.actions:
        yield Fraction(
            metric=f"action_rate_{action.action}", numerator=action.yes, denominator=action.yes + action.no
        )


def dispositions(tally: AlertTally, setting: Setting) -> Iterator[Measurement]:
    """Measure how many alerts were confirmed, by both denominators, and what became of the others."""
    for groups in tally.dimensions:
        yield from _sizes(groups)
        yield from _rates(groups, tally, setting, actions=False)
    if tally.has_dispositions:
        yield from _three_ways(tally, setting)


def actions(tally: AlertTally, setting: Setting) -> Iterator[Measurement]:
    """Measure how many alerts led to each action."""
    for groups in tally.dimensions:
        yield from _rates(groups, tally, setting, actions=True)


def rates_of_alerts(groups: AlertGroups, tally: AlertTally, setting: Setting) -> Iterator[Measurement]:
    """Count alerts of one dimension, and measure what became of them and what they led to."""
    yield from (item for item in _sizes(groups) if item.metric == "alerts")
    yield from _rates(groups, tally, setting, actions=False)
    yield from _rates(groups, tally, setting, actions=True)


def _named(groups: AlertGroups, group: tuple[str, ...]) -> Group:
    return tuple(zip(groups.dimension, group, strict=True))


def _sizes(groups: AlertGroups) -> Iterator[Measurement]:
    """Count alerts by group, and the share whose group is unknown."""
    for group, counts in groups.counts:
        size: Result = NotEstimable(reason="NE-SUPP")
        if not counts.suppressed:
            size = Estimate(
                value=float(counts.alerts), interval=None, interval_90=None, interval_family=None, method="count",
                numerator=counts.alerts,
            )  # fmt: skip
        yield _one("alerts", groups, group, size)
    if groups.dimension:
        unknown = sum(counts.alerts for group, counts in groups.counts if not is_known(group))
        everyone = sum(counts.alerts for _, counts in groups.counts)
        hidden = any(counts.suppressed for _, counts in groups.counts)
        reason = "NE-SUPP" if hidden else None if everyone else "NE-DENOM"
        rate = Rate(numerator=unknown, denominator=everyone, value=unknown / max(1, everyone), reason=reason)
        yield Measurement(
            metric="unknown_group_rate", dimension=groups.dimension, group=(), against=None,
            result=rate_result(rate, family_critical=None),
        )  # fmt: skip


def _one(metric: str, groups: AlertGroups, group: tuple[str, ...], result: Result) -> Measurement:
    return Measurement(
        metric=metric, dimension=groups.dimension, group=_named(groups, group), against=None, result=result
    )


def rate(fraction: Fraction, *, minimum_n: int, reason: str | None) -> Rate:
    """Turn counts into a rate, or into the reason why there is none."""
    if reason is None and fraction.denominator == 0:
        reason = "NE-DENOM"
    if reason is None and fraction.denominator < minimum_n:
        reason = "NE-SMALL"
    value = 0.0 if reason else fraction.numerator / fraction.denominator
    return Rate(numerator=fraction.numerator, denominator=fraction.denominator, value=value, reason=reason)


def _refusal(metric: str, tally: AlertTally, counts: AlertCounts) -> str | None:
    refused = (refusal.reason for refusal in tally.refused if metric in refusal.measures)
    return next(refused, "NE-SUPP" if counts.suppressed else None)


def _rates(
    groups: AlertGroups, tally: AlertTally, setting: Setting, *, actions: bool
) -> Iterator[Measurement]:
    found: dict[str, dict[tuple[str, ...], tuple[Rate, Bounds | None]]] = {}
    for group, counts in groups.counts:
        for fraction in fractions(counts, tally):
            if fraction.metric.startswith("action_rate_") == actions:
                reason = _refusal(fraction.metric, tally, counts)
                one = rate(fraction, minimum_n=setting.minimum_n, reason=reason)
                found.setdefault(fraction.metric, {})[group] = one, fraction.bounds
    for metric, rates in found.items():
        known = {group: one for group, (one, _) in rates.items() if is_known(group)}
        joint = _each(metric, groups, known, setting)
        for group, (one, bounds) in rates.items():
            result = rate_result(one, family_critical=joint if group in known else None)
            if isinstance(result, Estimate):
                result = replace(result, bounds=bounds)
            yield _one(metric, groups, group, result)
        if groups.dimension:
            yield from _compared(metric, groups, known, setting)


def _family(metric: str, groups: AlertGroups, setting: Setting) -> Family:
    compare: Literal["reference", "all_pairs"] = "reference" if groups.reference else "all_pairs"
    undeclared = Family(metric=metric, dimension=groups.dimension, compare=compare, level=LEVEL)
    return setting.families.get((metric, groups.dimension), undeclared)


def _each(
    metric: str, groups: AlertGroups, known: dict[tuple[str, ...], Rate], setting: Setting
) -> float | None:
    family = _family(metric, groups, setting)
    sound = sum(1 for one in known.values() if one.reason is None)
    if family.compare != "each" or (sound <= 1 and family.level == LEVEL):
        return None
    return critical.bonferroni(family.level, max(1, sound))


def _compared(
    metric: str, groups: AlertGroups, known: dict[tuple[str, ...], Rate], setting: Setting
) -> Iterator[Measurement]:
    reference = groups.reference
    if reference is not None and reference not in known:
        known = known | {reference: Rate(numerator=0, denominator=0, value=0.0, reason="NE-DENOM")}
    for kind in ("difference", "ratio"):
        pairs = pairing(known, _family(f"{metric}_{kind}", groups, setting), reference=reference)
        for group, other in pairs.pairs:
            result = (
                difference(known[group], known[other], pairs)
                if kind == "difference"
                else ratio(known[group], known[other], pairs, kind=setting.ratio_interval)
            )
            yield Measurement(
                metric=f"{metric}_{kind}", dimension=groups.dimension, group=_named(groups, group),
                against=_named(groups, other), result=result,
            )  # fmt: skip
    level = _family(f"{metric}_range", groups, setting).level
    spread = extreme(known, level=level, what="range", kind=setting.ratio_interval)
    yield Measurement(
        metric=f"{metric}_range", dimension=groups.dimension, group=(), against=None, result=spread
    )


def _three_ways(tally: AlertTally, setting: Setting) -> Iterator[Measurement]:
    """Share each disposition among those recorded, with intervals that hold together (Goodman 1965)."""
    everyone = tally.everyone
    counts: dict[str, int] = {name: getattr(everyone, name) for name in DISPOSITIONS}
    if tally.merged:  # the source does not tell them apart, so nothing can be said of either alone
        counts = {"confirmed": everyone.confirmed, "not confirmed": everyone.unconfirmed}
    whole = Fraction(metric="disposition_share", numerator=0, denominator=everyone.known)
    reason = rate(
        whole, minimum_n=setting.minimum_n, reason=_refusal("disposition_share", tally, everyone)
    ).reason
    joint = dict(zip(counts, goodman(tuple(counts.values()), level=LEVEL), strict=True)) if not reason else {}
    for name in (*counts, *(name for name in DISPOSITIONS if name not in counts)):
        result: Result = NotEstimable(reason=reason or "NE-STRUCT")
        if name in joint:
            x, m = counts[name], everyone.known
            alone, narrow = (wilson(x, m, critical=critical.normal(level)) for level in (LEVEL, 0.90))
            result = Estimate(
                value=x / m, interval=limits(alone), interval_90=limits(narrow), interval_family=limits(joint[name]),
                method="goodman", numerator=x, denominator=m,
            )  # fmt: skip
        yield Measurement(
            metric="disposition_share", dimension=("disposition",), group=(("disposition", name),), against=None,
            result=result,
        )  # fmt: skip
