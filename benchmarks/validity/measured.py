"""What is true of summaries over groups: of the groups that a draw could measure, because an audit leaves small ones out."""

from collections import defaultdict
from collections.abc import Iterable

from auditkit.results.measurements import Estimate, Measurement
from benchmarks.validity.scores import Truth
from benchmarks.validity.truths import Truths, who


def of_measured(items: Iterable[Measurement], truths: Truths) -> Truths:
    """Put the truth of the groups that have a figure in place of the truth of all groups.

    A range is the largest minus the smallest rate of groups with at least ten people to count. A group with fewer has no
    figure, and the audit says so; what it says of the others is held to what is true of the others.
    """
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    for item in items:
        known = truths.get((item.metric, who(item)))
        if known is not None and item.group and item.against is None and isinstance(item.result, Estimate):
            rates[item.metric][who(item)] = known.value
    found = dict(truths)
    for (metric, name), truth in truths.items():
        values = rates.get(metric.removesuffix("_range") if metric.endswith("_range") else "favourable_rate")
        if not values:
            continue
        low, high = min(values.values()), max(values.values())
        if metric.endswith("_range"):
            value = high - low
        elif metric == "adverse_impact_ratio":
            value = low / high
        elif metric == "impact_ratio" and name in values:
            value = values[name] / high
        else:
            continue
        found[metric, name] = Truth(value=value, size=truth.size, equal=truth.equal)
    return found
