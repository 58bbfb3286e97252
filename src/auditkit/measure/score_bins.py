"""Score tables as arrays, and the few bins in which a report shows them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.finer_tallies import ScoreTally

SHOWN = 10
"""So many bins of scores are shown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Counts of one group by bin of scores."""

    without: NDArray[np.int64]
    """People without the outcome, by bin."""
    with_outcome: NDArray[np.int64]
    """People with the outcome, by bin."""

    @property
    def people(self) -> NDArray[np.int64]:
        """People whose outcome is known, by bin."""
        return self.without + self.with_outcome


def by_group(tally: ScoreTally) -> dict[tuple[str, ...], Scored]:
    """Count each group's people by bin and outcome; people without a known outcome are left out."""
    arrays: dict[tuple[str, ...], NDArray[np.int64]] = {}
    for cell in tally.cells:
        if cell.outcome is not None:
            table = arrays.setdefault(cell.group, np.zeros((2, len(tally.bins)), dtype=np.int64))
            table[cell.outcome, cell.bin] += cell.n
    return {
        group: Scored(without=arrays[group][0], with_outcome=arrays[group][1]) for group in sorted(arrays)
    }


def shown_bins(tally: ScoreTally, everyone: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Join neighbouring bins until no more are left than a report shows, each of about as many people.

    Returns the first bin of each and the one after its last.
    """
    if len(tally.bins) <= SHOWN:
        return [(at, at + 1) for at in range(len(tally.bins))]
    reached = np.cumsum(everyone) / max(1, everyone.sum())
    ends = sorted(
        {int(np.searchsorted(reached, share)) + 1 for share in np.arange(1, SHOWN) / SHOWN}
        | {len(tally.bins)}
    )
    starts = [0, *ends[:-1]]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def bin_name(tally: ScoreTally, first: int, after: int) -> str:
    """Name the scores of some bins, such as `score 5`, `score 5 to 7` or `score 0.42 and more`."""
    low, last = tally.written(first), after - 1
    if tally.exact:
        return f"score {low}" if first == last else f"score {low} to {tally.written(last)}"
    if after == len(tally.bins):
        return f"score {low} and more"
    return f"score {low} to below {tally.written(after)}"
