"""Intervals for the difference of two independent rates whose two ends err equally often, for claims that rest on one end."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
FLAT = 1e-9
"""Skewness below which the correction is none."""
IMPOSSIBLE = 1e12
"""Score of a hypothesis under which the counts cannot come up."""


class Limits(NamedTuple):
    """Lower and upper limits, one of each for every pair."""

    low: Numbers
    high: Numbers


def laud_differences(x: ArrayLike, m: ArrayLike, y: ArrayLike, n: ArrayLike, *, critical: float) -> Limits:
    """Intervals for the differences x/m - y/n by inverting the score test corrected for skewness ("SCAS").

    Newcombe's and Agresti and Caffo's intervals err too often at one end and too rarely at the other where rates are
    near 0 or 1 or one group is much larger.

    Parameters
    ----------
    x, m, y, n
        Counts and totals of the first and of the second group of each pair; they need not be whole.
    critical
        How many standard errors the intervals reach.

    Raises
    ------
    ValueError
        If a total is 0 or a count is not between 0 and its total.

    References
    ----------
    Laud, P. J. (2017), Equal-tailed confidence intervals for comparison of rates, Pharmaceutical Statistics 16, 334-348.

    >>> [
    ...     limit.round(4).item() for limit in laud_differences(5, 56, 0, 29, critical=1.959964)
    ... ]  # by R's ratesci
    [-0.0186, 0.1867]
    """
    counts = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x, m, y, n)))
    x, m, y, n = (np.atleast_1d(each) for each in counts)
    if ((m <= 0) | (n <= 0) | (x < 0) | (y < 0) | (x > m) | (y > n)).any():
        msg = "expected 0 <= count <= total and total > 0 in every pair"
        raise ValueError(msg)
    low, high = _upper(y, n, x, m, critical), _upper(x, m, y, n, critical)
    shape = counts[0].shape
    return Limits(-low.reshape(shape), high.reshape(shape))


def _upper(x: Numbers, m: Numbers, y: Numbers, n: Numbers, critical: float) -> Numbers:
    from scipy.optimize.elementwise import find_root

    def excess(difference: Numbers, *counts: Numbers) -> Numbers:
        return _skewed_score(difference, *counts) + critical

    found = find_root(
        excess, (x / m - y / n, np.ones_like(x)), args=(x, m, y, n), tolerances={"xatol": 1e-14}
    )
    return np.where(found.success, found.x, 1.0)  # no root: the test refuses no difference up to 1


def _skewed_score(difference: Numbers, x: Numbers, m: Numbers, y: Numbers, n: Numbers) -> Numbers:
    """Signed score of the hypothesis that the difference has this value, corrected for skewness; falls as it rises.

    Where the correction gives no value, as with very few events, it is the score itself.
    """
    p, q = _fitted(difference, x, m, y, n)
    first, second = p * (1 - p) / m, q * (1 - q) / n
    variance = (first + second) * (m + n) / (m + n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (x / m - y / n - difference) / np.sqrt(variance)
        skew = (first * (1 - 2 * p) / m - second * (1 - 2 * q) / n) / (6 * variance**1.5)
        inside = 1 + 4 * skew * (score + skew)
        corrected = (np.sqrt(inside) - 1) / (2 * skew)
    score = np.where(variance > 0, score, np.copysign(IMPOSSIBLE, x / m - y / n - difference))
    return np.where((variance > 0) & (np.abs(skew) > FLAT) & (inside >= 0), corrected, score)


def _fitted(difference: Numbers, x: Numbers, m: Numbers, y: Numbers, n: Numbers) -> tuple[Numbers, Numbers]:
    """Rates that fit the counts best among those with this difference: the likelihood's root of a cubic.

    References
    ----------
    Miettinen, O., Nurminen, M. (1985), Comparative analysis of two rates, Statistics in Medicine 4, 213-226, appendix I.
    """
    third = m + n
    second = (m + 2 * n) * difference - third - x - y
    first = (n * difference - third - 2 * y) * difference + x + y
    zeroth = y * difference * (1 - difference)
    turn = (second / (3 * third)) ** 3 - second * first / (6 * third**2) + zeroth / (2 * third)
    reach = np.copysign(np.sqrt(np.maximum(0, (second / third) ** 2 / 9 - first / (3 * third))), turn)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(reach == 0, 0.0, turn / reach**3)
    angle = (math.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    q = np.clip(
        2 * reach * np.cos(angle) - second / (3 * third),
        np.maximum(0, -difference),
        np.minimum(1, 1 - difference),
    )
    return q + difference, q
