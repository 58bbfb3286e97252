"""Publication safety: withholds what could show something about single people (methods 8.1).

Counts from 1 to `smallest_cell` - 1 are hidden, and so is every rate from which such a count follows: its own counts
and complements, the other error rates of the group (together they give each other away), and every comparison with a
hidden rate.
"""

from dataclasses import replace

from auditkit.results.checks import CheckResult, Observed
from auditkit.results.measurements import Estimate, Measurement, Measurements, Withheld

JOINT = (
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
)
"""Rates whose counts are cells of decision by outcome; knowing two of them can give away a third."""
MARGINAL = ("selection_rate", "favourable_rate", "prevalence", "people")
"""Numbers whose counts are margins of decision by outcome."""
SUFFIXES = ("_difference", "_ratio", "_range")
Place = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]


def withhold(measurements: Measurements, *, smallest_cell: int) -> Measurements:
    """Replace numbers that are not safe to publish.

    Parameters
    ----------
    measurements
        Everything measured.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    if smallest_cell == 0:
        return measurements
    small = [
        _place(item)
        for item in measurements.items
        if item.against is None and _small(item.result, smallest_cell)
    ]
    unsafe = {
        (name, dimension, group)
        for metric, dimension, group in small
        for name in (metric, *_given_away(metric))
    }
    items = tuple(
        replace(item, result=Withheld())
        if _hidden(item, unsafe) and isinstance(item.result, Estimate)
        else item
        for item in measurements.items
    )
    return Measurements(items=items)


def _given_away(metric: str) -> tuple[str, ...]:
    """Name the other rates of a group from which a small count of this one follows."""
    if metric == "people":
        return (*MARGINAL, *JOINT)
    if metric in MARGINAL:  # both are parts of the group, and the error rates divide by them
        return (*JOINT, "selection_rate", "favourable_rate") if metric != "prevalence" else JOINT
    return JOINT if metric in JOINT else ()


def _place(item: Measurement) -> Place:
    return item.metric, item.dimension, item.group


def _small(result: object, smallest_cell: int) -> bool:
    if not isinstance(result, Estimate) or result.numerator is None:
        return False
    rest = 0 if result.denominator is None else result.denominator - result.numerator
    return any(0 < count < smallest_cell for count in (result.numerator, rest, result.denominator or 0))


def _hidden(item: Measurement, unsafe: set[Place]) -> bool:
    metric = item.metric
    for suffix in SUFFIXES:
        metric = metric.removesuffix(suffix)
    metric = "favourable_rate" if metric == "adverse_impact" else metric
    if item.against is None and item.metric == metric:
        return _place(item) in unsafe
    if item.against is None:  # a number about all groups: hidden with any of them
        return any(name == metric and dimension == item.dimension for name, dimension, _ in unsafe)
    return any((metric, item.dimension, group) in unsafe for group in (item.group, item.against))


def withhold_checks(checks: tuple[CheckResult, ...], *, smallest_cell: int) -> tuple[CheckResult, ...]:
    """Replace facts of checks that rest on few people."""
    return tuple(
        replace(check, observed=tuple(_covered(fact, smallest_cell) for fact in check.observed))
        for check in checks
    )


def _covered(fact: Observed, smallest_cell: int) -> Observed:
    if fact.count is None or not 0 < fact.count < smallest_cell:
        return fact
    return Observed(item=fact.item, value=None, count=None, withheld=True)
