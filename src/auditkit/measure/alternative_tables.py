"""Counts of two halves as arrays, and how finely score limits may be told apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.alternatives import AlternativesTally
from auditkit.results.tally import is_known

Floats = NDArray[np.float64]
MOST = 40
"""Score limits are told apart where at least one in so many people lies between them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halves:
    """People by half, group, bin of scores, decision and outcome."""

    counts: Floats
    """Axes in this order: half, group, bin, decision, outcome."""

    def deployed(self, half: int) -> Floats:
        """Return people by group, the tool's decision, the same again, and outcome."""
        by_decision = self.counts[half].sum(axis=1)
        found = np.zeros((*by_decision.shape[:1], 2, 2, 2))
        for decision in (0, 1):
            found[:, decision, decision] = by_decision[:, decision]
        return found

    def decided(self, half: int, chances: Floats) -> Floats:
        """Return people by group, the tool's decision, another rule's, and outcome.

        `chances` are the other rule's chances of a flag, by group and bin.
        """
        both = np.stack([1 - chances, chances], axis=-1)
        found: Floats = np.einsum("gbdy,gbc->gdcy", self.counts[half], both)
        return found

    def joined(self, starts: list[int]) -> "Halves":
        """Join bins; each joined one starts at the next of these places."""
        return Halves(counts=np.add.reduceat(self.counts, starts, axis=2))


def table_of(cells: tuple[float, ...]) -> Floats:
    """Return one group's table of decision, decision and outcome."""
    return np.array(cells).reshape(2, 2, 2)


def eligible(given: AlternativesTally, *, minimum_n: int) -> tuple[tuple[str, ...], ...]:
    """Name the known groups with enough people of every decision and outcome in both halves.

    Enough is twice what may be published, so that score limits can be told apart at all.
    """
    least = max(minimum_n, 2 * given.smallest, 1)
    counts: dict[tuple[str, ...], dict[tuple[int, int, int], int]] = {}
    for cell in given.cells:
        own = counts.setdefault(cell.group, {})
        key = (cell.half, cell.decision, cell.outcome)
        own[key] = own.get(key, 0) + cell.n
    return tuple(
        group
        for group, own in sorted(counts.items())
        if is_known(group) and len(own) == 8 and min(own.values()) >= least
    )


def halves(given: AlternativesTally, groups: tuple[tuple[str, ...], ...]) -> Halves:
    """Lay the counts of some groups out."""
    counts = np.zeros((2, len(groups), len(given.bins), 2, 2))
    place = {group: at for at, group in enumerate(groups)}
    for cell in given.cells:
        if cell.group in place:
            counts[cell.half, place[cell.group], cell.bin, cell.decision, cell.outcome] += cell.n
    return Halves(counts=counts)


def cut_bins(given: AlternativesTally, table: Halves) -> list[int]:
    """Choose where joined bins of scores start: no finer than may be published, and at the tool's own limit.

    Between two limits that are both shown, the people of a group follow by subtraction. So bins are joined, outward
    from the tool's own limit, until no group has few people with a decision and an outcome in one of them.
    """
    bins = len(given.bins)
    limit = given.limit
    own = 0 if limit is None else next((at for at, one in enumerate(given.bins) if one.low >= limit), 0)
    least = float(table.counts.sum()) / MOST if bins > MOST else 1.0
    below = _pieces(table.counts[:, :, :own][:, :, ::-1], given.smallest, least)
    above = _pieces(table.counts[:, :, own:], given.smallest, least)
    return sorted(
        {
            0,
            *(own - size for size in below if size < own),
            *(own + size for size in (0, *above) if own + size < bins),
        }
    )


def _pieces(counts: Floats, smallest: int, least: float) -> list[int]:
    """Return after how many bins each piece ends; what is left over joins the last one."""
    ends: list[int] = []
    inside = np.zeros(counts.shape[:2] + counts.shape[3:])
    for at in range(counts.shape[2]):
        inside = inside + counts[:, :, at]
        few = ((inside > 0) & (inside < smallest)).any()
        if not few and inside.sum() >= least and not _few_after(counts, at, smallest):
            ends.append(at + 1)
            inside = np.zeros_like(inside)
    return ends


def _few_after(counts: Floats, at: int, smallest: int) -> bool:
    """Tell whether what lies beyond would be too few to stand alone."""
    rest = counts[:, :, at + 1 :].sum(axis=2)
    return bool(((rest > 0) & (rest < smallest)).any())
