"""Numbers that have no bounds of their own, although what they are about has some, or none that may be published."""

from collections.abc import Set

from auditkit.results.measurements import Estimate, Group, Measurement, Measurements, Withheld

Pair = tuple[Group, Group | None]
"""A group, and whom it is compared with."""
TESTS = ("_breslow_day_p_value", "_cmh_p_value", "_range_p_value", "_p_value_holm", "_p_value_bh", "_p_value")
"""Endings of tests; each is about a comparison."""
ABOUT = {
    "calibration_log_odds_difference": "calibration",
    "adverse_impact_shortfall": "adverse_impact",
    "adverse_impact_flip_one": "adverse_impact",
    "adverse_impact_by_chance": "adverse_impact",
}
"""Other numbers without bounds, with how the names of those begin that stand for them."""


def open_gaps(
    measure: str, dimension: tuple[str, ...], measurements: Measurements, *, unbounded: Set[str] = frozenset()
) -> frozenset[Pair]:
    """Name the groups, with whom they are compared, of whom a number without bounds is about a gap that may move.

    It moves with people of unknown group or record. Such a number is never shown to meet a limit: a test that finds
    nothing among known people says nothing about all. What is withheld, or in `unbounded`, may have bounds.
    """
    about = ABOUT.get(measure) or next(
        (measure.removesuffix(ending) for ending in TESTS if measure.endswith(ending)), None
    )
    if about is None:
        return frozenset()
    return frozenset(
        (item.group, item.against)
        for item in measurements.items
        if item.dimension == dimension
        and item.metric.startswith(f"{about}_")
        and (item.id in unbounded or _may_be_bounded(item))
    )


def _may_be_bounded(item: Measurement) -> bool:
    result = item.result
    return isinstance(result, Withheld) or (isinstance(result, Estimate) and result.bounds is not None)
