"""Logs of a tool in use, as counts: deployment and incidents of each area and period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
"""Shape (areas, periods), read-only; NaN where nothing was logged."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogTally:
    """Where police were sent and what was recorded there, area by area and period by period."""

    areas: tuple[str, ...]
    periods: tuple[str, ...]
    deployment: Grid
    """Patrol-hours, or how often the area was flagged."""
    flags: bool
    """Whether it is flags that were logged, not hours."""
    discovered: Grid | None
    """Incidents recorded because police were there; None where sources are not told apart."""
    reported: Grid | None
    """Incidents that others reported."""
    control: Grid | None
    """Incidents that police cannot discover."""
    rank: Grid | None
    limit: Grid | None
    """How many ranks could be served."""
    unmatched: tuple[str, ...]
    """Areas of the logs that are not in the table of areas."""
