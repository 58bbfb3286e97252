"""What a measurement needs to know besides the counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from auditkit.definitions.frontier import Frontier
from auditkit.definitions.records import HiddenOutcomes
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
    seed: int = 0
    """From which every permutation test draws, each by its own name, so that one moves no other's numbers."""
    marks: Mapping[tuple[str, tuple[str, ...]], tuple[float, ...]] = field(default_factory=dict)
    """Values of a measure in a dimension at which its reading changes, besides equality."""
    hidden: HiddenOutcomes | None = None
    """Which share of each group's outcomes may have gone unrecorded."""
    detect_ratio: float = 1.25
    """The ratio for which the needed sample is worked out."""
    frontier: Frontier | None = None
    """For a place tool: whose share is capped, where the audit file asks."""

    @cached_property
    def _declared(self) -> dict[tuple[str, tuple[str, ...]], Family]:
        return {(family.metric, family.dimension): family for family in self.families}

    def rng(self, name: str) -> np.random.Generator:
        """Return the random numbers of one measurement."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=tuple(name.encode())))

    @property
    def limited(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Measures that the policy limits, each with its dimension."""
        return tuple(self._declared)

    def limits_of(self, dimension: tuple[str, ...]) -> frozenset[str]:
        """Name the measures that the policy limits in a dimension."""
        return frozenset(name for name, where in self._declared if where == dimension)

    def declared(self, metric: str, dimension: tuple[str, ...]) -> bool:
        """Tell whether the policy limits a measure in a dimension."""
        return (metric, dimension) in self._declared

    def family(self, metric: str, dimension: tuple[str, ...], *, reference: tuple[str, ...] | None) -> Family:
        """Return the declared family, or the one that follows from the reference group."""
        compare: Literal["reference", "all_pairs"] = "reference" if reference else "all_pairs"
        undeclared = Family(metric=metric, dimension=dimension, compare=compare, level=0.95)
        return self._declared.get((metric, dimension), undeclared)
