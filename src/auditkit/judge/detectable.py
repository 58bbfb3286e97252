"""Which measured number says how small a gap an audit would have found.

References
----------
Methods 3.6: the smallest detectable gap stands next to every "no difference".
"""

from collections.abc import Collection, Iterable

from auditkit.results.measurements import Estimate, Measurement, Measurements

SUFFIX = "_smallest_detectable"
OF_FAVOURABLE = ("adverse_impact_ratio", "impact_ratio")


def detectables(
    measure: str, dimension: tuple[str, ...], measurements: Measurements
) -> tuple[Measurement, ...]:
    """Return the smallest gaps that would have been found between the groups of a dimension."""
    metric = _kind(measure)
    return tuple(
        item
        for item in measurements.items
        if item.metric == metric and item.dimension == dimension and isinstance(item.result, Estimate)
    )


def detectable(item: Measurement, found: Iterable[Measurement]) -> str | None:
    """Return the id of the smallest gap that would have been found between the two groups of a comparison."""
    pairs = (other for other in found if (other.group, other.against) == (item.group, item.against))
    return next((other.id for other in pairs), None)


def largest_detectable(found: Collection[Measurement]) -> str | None:
    """Return the id of the largest such gap: one of that size would have been found anywhere."""
    return max(found, key=lambda item: (_size(item), item.id)).id if found else None


def _kind(measure: str) -> str:
    if measure in OF_FAVOURABLE:
        return f"favourable_rate_ratio{SUFFIX}"
    return measure.removesuffix("_range") + ("_ratio" if measure.endswith("_range") else "") + SUFFIX


def _size(item: Measurement) -> float:
    """Order gaps by how far they lie from equality; a ratio of 0.8 is as far as one of 1.25."""
    value = item.result.value if isinstance(item.result, Estimate) else None
    if value is None:
        return 0.0
    ratio = item.metric.endswith(f"_ratio{SUFFIX}")
    return max(value, 1 / value) if ratio and value > 0 else abs(value)
