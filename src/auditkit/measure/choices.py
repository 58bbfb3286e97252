"""What a measurement needs to know besides the counts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from auditkit.measure.comparisons import RatioInterval
from auditkit.results.measurements import Family


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """Orientation, declared families and minimum sizes; limits are not among them."""

    orientation: Literal["burden", "benefit"]
    families: tuple[Family, ...]
    minimum_n: int
    """Smaller denominators are not estimated."""
    ratio_interval: RatioInterval
    minimum_share: float = 0.0
    """Groups that are a smaller share of everyone are not compared."""
    detect_ratio: float = 1.25
    """The ratio for which the needed sample is worked out."""

    @cached_property
    def _declared(self) -> dict[tuple[str, tuple[str, ...]], Family]:
        return {(family.metric, family.dimension): family for family in self.families}

    @property
    def limited(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Measures that the policy limits, each with its dimension."""
        return tuple(self._declared)

    def declared(self, metric: str, dimension: tuple[str, ...]) -> bool:
        """Tell whether the policy limits a measure in a dimension."""
        return (metric, dimension) in self._declared

    def family(self, metric: str, dimension: tuple[str, ...], *, reference: tuple[str, ...] | None) -> Family:
        """Return the declared family, or the one that follows from the reference group."""
        compare: Literal["reference", "all_pairs"] = "reference" if reference else "all_pairs"
        undeclared = Family(metric=metric, dimension=dimension, compare=compare, level=0.95)
        return self._declared.get((metric, dimension), undeclared)
