"""Which areas simple rules would have flagged: the baselines every place tool is measured against.

References
----------
Methods 4.2: count in a recent window, all earlier data, the previous period, residents, and the best possible choice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.places import Grid, PlaceTally
from auditkit.statistics.accuracy import highest

Flags = NDArray[np.bool_]
TOOL, ORACLE, RANDOM = "tool", "best possible", "random"
HISTORY = ("count in the recent window", "all earlier counts", "previous period")
"""Rules that need earlier data."""
RESIDENTS = "residents"
"""The rule that flags the areas with most residents."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choices:
    """Which areas each rule flags, in the same periods and as many as the tool flags."""

    periods: NDArray[np.int64]
    """Positions of the audited periods that have earlier data, or all where none have."""
    flags: dict[str, Flags]
    """By rule: shape (areas, periods)."""
    outcomes: Grid
    """Shape (areas, periods)."""


def choices(tally: PlaceTally) -> Choices | None:
    """Let every rule choose as many areas per period as the tool did.

    Rules that need earlier data are compared in the periods that have some. None without outcomes.
    """
    if tally.outcomes is None:
        return None
    earlier, first = earlier_counts(tally)
    periods = np.arange(len(tally.periods))
    usable = periods if first or len(periods) == 1 else periods[1:]
    flagged = tally.flags > 0
    counts = flagged.sum(axis=0)
    rules: dict[str, Callable[[int], NDArray[np.float64]]] = {}
    if first or len(periods) > 1:
        window = tally.baseline_periods
        rules[HISTORY[0]] = lambda at: earlier[:, max(0, first + at - window) : first + at].sum(axis=1)
        rules[HISTORY[1]] = lambda at: earlier[:, : first or at].sum(
            axis=1
        )  # a fixed list, where there is a history
        rules[HISTORY[2]] = lambda at: earlier[:, first + at - 1]
    if tally.areas.residents is not None:
        residents = np.nan_to_num(tally.areas.residents, nan=0.0)
        rules[RESIDENTS] = lambda _at: residents
    outcomes = tally.outcomes
    rules[ORACLE] = lambda at: outcomes[:, at]
    chosen = {
        name: np.column_stack([highest(score(at), int(counts[at])) for at in usable])
        for name, score in rules.items()
    }
    return Choices(periods=usable, flags={TOOL: flagged[:, usable], **chosen}, outcomes=outcomes[:, usable])


def earlier_counts(tally: PlaceTally) -> tuple[Grid, int]:
    """Put the history before the audited periods in front of them; return it and how many periods are in front."""
    assert tally.outcomes is not None  # noqa: S101  # the caller looked
    if tally.past is None or not tally.periods:
        return tally.outcomes, 0
    before = [index for index, name in enumerate(tally.past.periods) if name < tally.periods[0]]
    return np.hstack([tally.past.total[:, before], tally.outcomes]), len(before)
