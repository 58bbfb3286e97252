"""What a run of the loop is made of: an assumed world, ways of sending patrols, and what is kept of many runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditkit.simulate.forecasters import Forecaster, Past
from auditkit.simulate.rules import Rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sees = Literal["all", "reported", "rescaled", "weighted", "spread"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """What is assumed to be true; rates have shape (areas,), or (replicates, areas) where each run has its own."""

    rates: Floats
    """Incidents per round where nobody patrols."""
    reporting: Floats
    """Share of them that others report."""
    discovery: Floats
    """Share of them that one visit discovers; shape (1,), or (replicates, 1)."""

    def part(self, rows: slice) -> "World":
        """Keep some replicates."""
        kept = [
            rates[rows] if rates.ndim == 2 else rates
            for rates in (self.rates, self.reporting, self.discovery)
        ]
        return World(rates=kept[0], reporting=kept[1], discovery=kept[2])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arm:
    """One way of sending patrols."""

    name: str
    make: Callable[[], Forecaster] | None
    """Makes a forecaster of its own; None where nothing is learnt."""
    rule: Rule
    fixed: Floats | None = None
    """Shape (areas,): chances that never change, instead of scores."""
    retrained: bool = True
    """Whether it learns after the first round."""
    sees: Sees = "all"
    """Which records it learns from: all, reported ones alone, reported ones over their rate, discovered ones kept in
    inverse proportion to the chance of a visit, or discovered ones as if visits were spread evenly."""
    explore: float = 0.0
    """Share of visits that go anywhere."""
    most: float | None = None
    """Largest share of visits that an area may have."""
    elasticity: float = 0.0
    """By how many per cent incidents change when patrols rise by one per cent."""
    past: Past | None = None
    """A history of its own, such as one with a head start."""
    thompson: bool = False
    """Whether scores are drawn from what is known of finds per visit, instead of a forecaster."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """How long and how often arms are played."""

    rounds: int
    replicates: int
    seed: np.random.SeedSequence
    slice_size: int | None = None
    """Replicates that go on at once; by default as many as fit."""
    workers: int = 1
    """Threads that play slices; they change no number."""
    watch: Ints | None = None
    """Positions of areas whose share of visits is kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """Many runs of one arm."""

    final: NDArray[np.float32]
    """Shape (replicates, areas): share of visits over the last tenth of the rounds."""
    kept: Ints
    """Last round of each stretch."""
    leading: Floats
    """Shape (stretches, replicates): share of visits of the most visited tenth of areas."""
    excess: Floats
    """The same over the true share of those areas."""
    top: Floats
    """Shape (stretches, replicates): share of visits of the tenth of areas with most incidents."""
    group: Floats | None
    """Shape (stretches, replicates): share of visits of the watched areas."""
    found: Floats
    """Shape (replicates,): incidents that visits discovered, per round."""
    happened: Floats
    """Shape (replicates,): incidents expected to happen, per round."""


def leaders(rates: Floats, *, count: int | None = None) -> Ints:
    """Positions of the areas with most incidents along the last axis: by default a tenth of them, rounded up.

    References
    ----------
    Weisburd, D. (2015), The law of crime concentration and the criminology of place, Criminology 53, 133-157.

    >>> leaders(np.array([1.0, 5.0, 3.0])).tolist()
    [1]
    """
    return np.argsort(-rates, axis=-1, kind="stable")[..., : count or -(-rates.shape[-1] // 10)]
