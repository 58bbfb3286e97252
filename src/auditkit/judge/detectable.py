"""Which measured number says how small a gap an audit would have found.

References
----------
Methods 3.6: the smallest detectable gap stands next to every "no difference".
"""

from auditkit.results.measurements import Estimate, Measurement, Measurements

SUFFIX = "_smallest_detectable"
OF_FAVOURABLE = ("adverse_impact_ratio", "impact_ratio")


def detectable(item: Measurement, measurements: Measurements) -> str | None:
    """Return the id of the smallest gap that would have been found between the two groups of a comparison."""
    for other in _measured(_kind(item.metric), item.dimension, measurements):
        if other.group == item.group and other.against == item.against:
            return other.id
    return None


def largest_detectable(measure: str, dimension: tuple[str, ...], measurements: Measurements) -> str | None:
    """Return the id of the largest such gap in a dimension: a gap of that size would have been found anywhere."""
    found = _measured(_kind(measure), dimension, measurements)
    return max(found, key=lambda item: (_size(item), item.id)).id if found else None


def _kind(measure: str) -> str:
    if measure in OF_FAVOURABLE:
        return f"favourable_rate_ratio{SUFFIX}"
    return measure.removesuffix("_range") + ("_ratio" if measure.endswith("_range") else "") + SUFFIX


def _measured(metric: str, dimension: tuple[str, ...], measurements: Measurements) -> list[Measurement]:
    return [
        item
        for item in measurements.items
        if item.metric == metric and item.dimension == dimension and isinstance(item.result, Estimate)
    ]


def _size(item: Measurement) -> float:
    """Order gaps by how far they lie from equality; a ratio of 0.8 is as far as one of 1.25."""
    value = item.result.value if isinstance(item.result, Estimate) else None
    if value is None:
        return 0.0
    ratio = item.metric.endswith(f"_ratio{SUFFIX}")
    return max(value, 1 / value) if ratio and value > 0 else abs(value)
