"""Areas as every stage after load sees them: residents, sizes, neighbours and blocks, as read-only arrays."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ring = tuple[tuple[float, float], ...]
"""A closed line of (longitude, latitude)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidentGroup:
    """Residents of one group, area by area."""

    dimension: str
    """The way of dividing residents, such as `race`."""
    group: str
    residents: Floats
    """Shape (areas,); people; NaN where not known."""
    reference: bool
    """Whether the others are compared with this group."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Areas:
    """Every area of the jurisdiction, in order of its id as text."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    residents: Floats | None
    """Shape (areas,); people; NaN where not known; None where not declared."""
    groups: tuple[ResidentGroup, ...]
    size_km2: Floats | None
    """Shape (areas,); None where areas count equally."""
    centroids: Floats | None
    """Shape (areas, 2): longitude, latitude in degrees; NaN where not known."""
    neighbours: tuple[tuple[int, ...], ...]
    """For each area the positions of its neighbours; empty tuples where nothing is known."""
    contiguity: Literal["queen", "rook", "nearest", "none"]
    """How neighbours were found: shared borders, the six nearest centroids, or not at all."""
    blocks: NDArray[np.int64]
    """Shape (areas,): number of the block each area belongs to, from 0."""
    blocks_from: Literal["declared", "made"]
    denominators: tuple[tuple[str, Floats], ...]
    """Declared denominators by name, shape (areas,) each."""
    boundaries: tuple[tuple[Ring, ...], ...] | None
    """For each area its outlines, simplified for a map; None without boundaries."""
    stops: tuple[tuple[str, Floats], ...] = ()
    """Recorded stops by name (`all`, or a group), shape (areas,) each."""
