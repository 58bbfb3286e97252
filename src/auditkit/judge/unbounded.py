"""Numbers that have no bounds of their own, although what they are about has some."""

from auditkit.results.measurements import Estimate, Group, Measurements

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


def open_gaps(measure: str, dimension: tuple[str, ...], measurements: Measurements) -> frozenset[Pair]:
    """Name the groups, with whom they are compared, of whom a number without bounds is about a gap that may move.

    It moves with people of unknown group or record. Such a number is never shown to meet a limit: a test that finds
    nothing among known people says nothing about all.
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
        and isinstance(item.result, Estimate)
        and item.result.bounds is not None
    )
