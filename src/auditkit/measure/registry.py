"""The register of metrics: rates of one group, from which differences and ratios between groups follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Rate = Callable[[Any, Any, Any], float]
"""A metric function over weighted cells: outcomes (1 or 0), decisions (1 or 0), counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateMetric:
    """A rate of one group: which cells count, and among which."""

    name: str
    among: tuple[str, ...]
    """Cells of the denominator: tn, fp, fn, tp; or flagged, unflagged where the outcome does not matter."""
    counted: tuple[str, ...]
    """Cells of the numerator."""
    point: Rate
    doc: str

    @property
    def needs_outcome(self) -> bool:
        """Tell whether the metric looks at outcomes."""
        return "flagged" not in self.among


RATES: dict[str, RateMetric] = {}
SUMMARIES: dict[str, str] = {
    "people": "How many people there are.",
    "unknown_group_rate": "Share of people whose group is not known.",
    "adverse_impact_ratio": "Lowest favourable rate of any group over the highest (29 CFR 1607.4(D)).",
}
"""Measures that are not rates of one group, each with its meaning."""
COMPARISONS: dict[str, str] = {"difference": "group minus other group", "ratio": "group over other group"}


def rate_metric(*, among: tuple[str, ...], counted: tuple[str, ...]) -> Callable[[Rate], Rate]:
    """Record a rate under its function's name; its point estimate comes from the function itself."""

    def record(point: Rate) -> Rate:
        name = point.__name__
        if name in RATES:
            msg = f"the metric '{name}' is registered twice"
            raise ValueError(msg)
        doc = (point.__doc__ or "").strip()
        RATES[name] = RateMetric(name=name, among=among, counted=counted, point=point, doc=doc)
        return point

    return record
