"""Roles of areas where something was done, and the incidents counted by role before and after."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.inputs import InputRecord

Series = NDArray[np.float64]
"""Shape (periods,), read-only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRoles:
    """The table of roles as opened."""

    source: InputRecord
    areas: tuple[tuple[str, tuple[str, ...]], ...]
    """For each role that some area has, the ids of its areas in order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoleCounts:
    """Incidents in all areas of one role, period by period."""

    role: str
    areas: int
    before: Series
    after: Series
    area_totals: Series
    """Shape (areas,): incidents of each area over all audited periods, which the report shows if they are many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DisplacementTally:
    """Everything counted to ask whether incidents moved."""

    roles: tuple[RoleCounts, ...]
    """In the order treated, buffer, control, buffer_control; roles that no area has are absent."""
    before: tuple[str, ...]
    """First days of the periods."""
    after: tuple[str, ...]
