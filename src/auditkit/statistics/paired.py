"""Two forecasts on the same incidents: a test that looks only at what one of them caught, and what swaps bring."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p-value that two forecasts of the same incidents are equally good (exact McNemar test).

    Incidents caught by both or by neither say nothing. The incidents must be independent: cluster by day first where
    they come in series.

    Parameters
    ----------
    only_first, only_second
        Incidents that only the first, only the second forecast caught. With none at all nothing speaks against
        equality, and p is 1.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    McNemar, Q. (1947), Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12, 153-157; exact binomial form.

    >>> round(mcnemar_exact(30, 18), 4)
    0.1114
    """
    if min(only_first, only_second) < 0:
        msg = f"expected counts of at least 0, found {only_first} and {only_second}"
        raise ValueError(msg)
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))


def net_of_swaps(gains: ArrayLike, swaps: ArrayLike) -> NDArray[np.float64]:
    """Gain of a forecast in each cell, less what a flagged cell brings on average where the two disagree.

    Both forecasts flag as many cells, so swaps add up to 0 whatever happens, and the sum of the gains stays the same.
    But where blocks are drawn again, their swaps no longer add up to 0. Without this correction that alone would make
    the spread of the gain several times too wide.

    Parameters
    ----------
    gains
        Incidents caught by the first forecast less those caught by the second; any shape.
    swaps
        1 where only the first flags, -1 where only the second does, else 0; same shape. They add up to 0.

    Raises
    ------
    ValueError
        If the shapes differ or the swaps do not add up to 0.

    References
    ----------
    Cochran, W. G. (1977), Sampling techniques, 3rd ed., Wiley, chapter 7: regression estimates with a known total,
    through the origin.

    >>> # 6 caught alone in one cell, 4 missed alone in another: 5 each would be no gain
    >>> net_of_swaps([6, -4, 0], [1, -1, 0])
    array([1., 1., 0.])
    """
    gain, swap = np.asarray(gains, dtype=np.float64), np.asarray(swaps, dtype=np.float64)
    if gain.shape != swap.shape or swap.sum() != 0:
        msg = f"expected as many cells flagged by both, found shapes {gain.shape} and {swap.shape}, {swap.sum():g} more"
        raise ValueError(msg)
    disagreed = float((swap**2).sum())
    return gain - swap * (float((gain * swap).sum()) / disagreed if disagreed else 0.0)
