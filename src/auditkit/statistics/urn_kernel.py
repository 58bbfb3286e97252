"""The urn's visits in machine code, where numba is installed; without it numpy gives the same numbers, more slowly.

Counts of a replicate are kept in a Fenwick tree, so that finding the area of a record and adding to it both take the
logarithm of the number of areas.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
USUAL = 8
"""Counts that are compared without a branch; tables have more."""
LANES = 8
"""Replicates that go on side by side."""
Kernel = Callable[[Counts, Floats, Floats, Counts, Counts], None]


def poisson_table(rates: Floats) -> Floats:
    """Distribution functions of Poisson counts by area, to turn uniform numbers into counts.

    Shape (areas, counts): the chance of at most so many; the last column is 1.

    References
    ----------
    Devroye, L. (1986), Non-uniform random variate generation, Springer, chapter X.3 (inversion by sequential search).

    >>> poisson_table(np.array([0.0, 1.0]))[:, :2].round(4).tolist()
    [[1.0, 1.0], [0.3679, 0.7358]]
    """
    most = float(rates.max(initial=0.0))
    counts = np.arange(int(most + 12 * np.sqrt(most) + 25))
    steps = np.log(np.maximum(counts, 1)).cumsum()  # logarithms of factorials
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(counts == 0, 0.0, counts * np.log(rates[:, None])) - rates[:, None] - steps
    table = np.exp(logs).cumsum(axis=1)
    table[:, -1] = 1.0
    return np.asarray(np.minimum(table, 1.0), dtype=np.float64)


def available() -> bool:
    """Whether numba is installed (`pip install auditkit[sim]`).

    References
    ----------
    Lam, S. K., Pitrou, A., Seibert, S. (2015), Numba: a LLVM-based Python JIT compiler, LLVM-HPC.
    """
    return find_spec("numba") is not None


@lru_cache(maxsize=1)
def kernel() -> Kernel:
    """Compile the loop over replicates, rounds and visits; the first call takes a few seconds.

    References
    ----------
    Fenwick, P. M. (1994), A new data structure for cumulative frequency tables, Software: Practice and Experience 24,
    327-336.
    """
    from numba import njit

    parts = (cast("Callable[..., int]", njit(part, nogil=True)) for part in (grow, add, place, count))
    return cast("Kernel", njit(loops(*parts), nogil=True))


def grow(trees: Counts, lane: int, counts: Counts, row: int) -> int:
    """Build the tree of one replicate's records and return their sum.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    total, last = 0, trees.shape[1]
    trees[lane, :] = 0
    for area in range(counts.shape[1]):
        trees[lane, area + 1] += counts[row, area]
        total += counts[row, area]
    for node in range(1, last):
        above = node + (node & -node)
        if above < last:
            trees[lane, above] += trees[lane, node]
    return total


def add(trees: Counts, lane: int, area: int, number: int) -> None:
    """Add records to an area.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    node = area + 1
    while node < trees.shape[1]:
        trees[lane, node] += number
        node += node & -node


def place(trees: Counts, lane: int, record: int) -> int:
    """Find the area of a record, counted from 0 over all areas.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    node, step, left = 0, (trees.shape[1] - 1) >> 1, record
    while step > 0:  # no branch inside: which way it goes is chance, and a processor that guesses loses time
        rest = left - trees[lane, node + step]
        before = rest >> 63  # all bits set where the record lies before this node, else none
        node += step & ~before
        left = rest + ((left - rest) & before)
        step >>= 1
    return node


def count(table: Floats, area: int, uniform: float) -> int:
    """Turn a uniform number into a count by an area's distribution function.

    References
    ----------
    Devroye (1986), as in `poisson_table`.
    """
    number = 0
    for at in range(USUAL):  # no branch, as in `place`
        number += uniform > table[area, at]
    while uniform > table[area, number]:
        number += 1
    return number


def loops(  # noqa: C901  # one loop over replicates, rounds and visits, as numba compiles it
    grow: Callable[..., int], add: Callable[..., object], place: Callable[..., int], count: Callable[..., int]
) -> Kernel:
    """Put the four parts together; compiled parts give compiled loops.

    Some replicates go on side by side: a visit waits for the one before it, and a processor can do others meanwhile.

    References
    ----------
    Ensign et al. (2018), PMLR 81, 160-171: one round of the urn.
    """

    def visit(  # noqa: C901, PLR0912  # as `loops`
        counts: Counts, uniforms: Floats, table: Floats, reports: Counts, found: Counts
    ) -> None:
        """Play rounds: counts (size, areas), uniforms (size, rounds, 2, visits), reports (size, rounds, areas) or empty."""
        size, areas = counts.shape
        width, visits = 1, uniforms.shape[3]
        while width < areas:
            width *= 2
        trees = np.zeros((LANES, width + 1), dtype=np.int64)
        totals = np.zeros(LANES, dtype=np.int64)
        picked = np.zeros((LANES, visits, 2), dtype=np.int64)
        for first in range(0, size, LANES):
            rows = min(LANES, size - first)
            for lane in range(rows):
                totals[lane] = grow(trees, lane, counts, first + lane)
            for at in range(uniforms.shape[1]):
                for lane in range(rows):
                    for one in range(visits):  # all visits of a round see the records before it
                        record = np.int64(uniforms[first + lane, at, 0, one] * totals[lane])
                        area = place(trees, lane, record)
                        picked[lane, one, 0] = area
                        picked[lane, one, 1] = count(table, area, uniforms[first + lane, at, 1, one])
                for lane in range(rows):
                    for one in range(visits):
                        area, number = picked[lane, one, 0], picked[lane, one, 1]
                        counts[first + lane, area] += number
                        found[first + lane] += number
                        totals[lane] += number
                        add(trees, lane, area, number)
                    for area in range(areas if reports.shape[0] else 0):
                        number = reports[first + lane, at, area]
                        if number:
                            counts[first + lane, area] += number
                            totals[lane] += number
                            add(trees, lane, area, number)

    return visit
