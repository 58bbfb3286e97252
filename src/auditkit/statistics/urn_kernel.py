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


def grow(tree: Counts, records: Counts) -> int:
    """Build the tree of one replicate's records and return their sum.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    tree[:] = 0
    total = 0
    for area in range(records.size):
        tree[area + 1] += records[area]
        total += records[area]
    for node in range(1, tree.size):
        above = node + (node & -node)
        if above < tree.size:
            tree[above] += tree[node]
    return total


def add(tree: Counts, area: int, number: int) -> None:
    """Add records to an area.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    node = area + 1
    while node < tree.size:
        tree[node] += number
        node += node & -node


def place(tree: Counts, record: int) -> int:
    """Find the area of a record, counted from 0 over all areas.

    References
    ----------
    Fenwick (1994), as in `kernel`.
    """
    node, step, left = 0, tree.size - 1, record
    while step > 0:
        ahead = node + step
        if ahead < tree.size and tree[ahead] <= left:
            node = ahead
            left -= tree[ahead]
        step >>= 1
    return node


def count(chances: Floats, uniform: float) -> int:
    """Turn a uniform number into a count by the distribution function of counts.

    References
    ----------
    Devroye (1986), as in `poisson_table`.
    """
    number = 0
    while uniform > chances[number]:
        number += 1
    return number


def loops(  # noqa: C901  # one loop over replicates, rounds and visits, as numba compiles it
    grow: Callable[..., int], add: Callable[..., object], place: Callable[..., int], count: Callable[..., int]
) -> Kernel:
    """Put the four parts together; compiled parts give compiled loops.

    References
    ----------
    Ensign et al. (2018), PMLR 81, 160-171: one round of the urn.
    """

    def visit(counts: Counts, uniforms: Floats, table: Floats, reports: Counts, found: Counts) -> None:
        """Play rounds: counts (size, areas), uniforms (size, rounds, 2, visits), reports (size, rounds, areas) or empty."""
        size, areas = counts.shape
        width = 1
        while width < areas:
            width *= 2
        tree = np.zeros(width + 1, dtype=np.int64)
        picked = np.zeros((uniforms.shape[3], 2), dtype=np.int64)
        for row in range(size):
            total = grow(tree, counts[row])
            for at in range(uniforms.shape[1]):
                for one in range(picked.shape[0]):  # all visits of a round see the records before it
                    area = place(tree, np.int64(uniforms[row, at, 0, one] * total))
                    picked[one, 0], picked[one, 1] = area, count(table[area], uniforms[row, at, 1, one])
                for one in range(picked.shape[0]):
                    counts[row, picked[one, 0]] += picked[one, 1]
                    found[row] += picked[one, 1]
                    total += picked[one, 1]
                    add(tree, picked[one, 0], picked[one, 1])
                for area in range(areas if reports.shape[0] else 0):
                    if reports[row, at, area]:
                        counts[row, area] += reports[row, at, area]
                        total += reports[row, at, area]
                        add(tree, area, reports[row, at, area])

    return visit
