"""Areas as opened: what every later stage sees of them, and what only the data checks ask about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.results.areas import Areas, Floats
from auditkit.results.inputs import InputRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSum:
    """How the residents of all groups of one dimension compare with the residents, where both are known."""

    dimension: str
    residents: float
    """People, over the areas where residents and every group are known."""
    in_groups: float
    """People of all groups together, over the same areas."""
    highest: float
    """Largest sum of groups per resident in any such area with residents; 1 where the two agree."""
    highest_area: str | None
    """Id of that area; None where no area has both."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedAreas:
    """The table of areas as opened, with what was left out or mended on the way."""

    areas: Areas
    source: InputRecord
    not_areas: tuple[tuple[str, int], ...]
    """Codes declared to stand for no area, each with the number of its rows, which were left out."""
    without_outline: tuple[str, ...]
    """Ids of areas with an empty or no geometry; empty for a table without boundaries."""
    repaired: tuple[str, ...]
    """Ids of areas whose outline crossed itself and was made valid."""
    margin: Floats | None = None
    """Shape (areas,); margin of error of the residents; None where it is not declared."""
    shapes: NDArray[Any] | None = None
    """Outlines in degrees, in which points are placed; empty where an area has none, None without boundaries."""

    @property
    def islands(self) -> tuple[str, ...]:
        """Ids of areas without a neighbour; empty where nothing is known about neighbours."""
        if self.areas.contiguity == "none":
            return ()
        pairs = zip(self.areas.ids, self.areas.neighbours, strict=True)
        return tuple(area for area, neighbours in pairs if not neighbours)

    @property
    def without_residents(self) -> tuple[str, ...]:
        """Ids of areas where nobody lives."""
        return self._where(self.areas.residents, zero=0.0)

    @property
    def residents_unknown(self) -> tuple[str, ...]:
        """Ids of areas whose number of residents is blank."""
        return self._where(self.areas.residents, zero=None)

    @property
    def resident_sums(self) -> tuple[ResidentSum, ...]:
        """Groups added up and compared with residents, for each way of dividing residents."""
        if self.areas.residents is None:
            return ()
        dimensions = dict.fromkeys(group.dimension for group in self.areas.groups)
        return tuple(self._sum(dimension, self.areas.residents) for dimension in dimensions)

    def _sum(self, dimension: str, residents: Floats) -> ResidentSum:
        parts = [group.residents for group in self.areas.groups if group.dimension == dimension]
        together = np.sum(parts, axis=0)
        known = np.isfinite(together) & np.isfinite(residents)
        settled = np.flatnonzero(known & (residents > 0))
        ratio = together[settled] / residents[settled]
        top = int(np.argmax(ratio)) if ratio.size else None
        return ResidentSum(
            dimension=dimension,
            residents=float(residents[known].sum()),
            in_groups=float(together[known].sum()),
            highest=1.0 if top is None else float(ratio[top]),
            highest_area=None if top is None else self.areas.ids[int(settled[top])],
        )

    def _where(self, values: Floats | None, *, zero: float | None) -> tuple[str, ...]:
        if values is None:
            return ()
        hit = np.isnan(values) if zero is None else values == zero
        return tuple(self.areas.ids[place] for place in np.flatnonzero(hit))
