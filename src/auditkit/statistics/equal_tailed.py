"""An interval for the difference of two independent rates whose ends err equally often, for claims that rest on one end."""

import math

from scipy.optimize import brentq

from auditkit.statistics.intervals import Interval, _kept, newcombe

FLAT = 1e-9
"""Skewness below which the correction is none."""
NEAR = 1e-12
"""How near to a limit the search for it ends."""
SECANTS = 10
"""Steps after which a search that is no faster than halving is given up for one that cannot fail."""
IMPOSSIBLE = 1e12
"""Score of a hypothesis under which the counts cannot come up."""


@_kept
def laud_difference(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the difference x/m - y/n by inverting the score test corrected for skewness ("SCAS").

    Newcombe's and Agresti and Caffo's intervals err too often at one end and too rarely at the other where rates are
    near 0 or 1 or one group is much larger. That evens out for a two-sided interval, and not for a claim that rests on
    one end.

    Raises
    ------
    ValueError
        As `auditkit.statistics.intervals.wilson`.

    References
    ----------
    Laud, P. J. (2017), Equal-tailed confidence intervals for comparison of rates, Pharmaceutical Statistics 16, 334-348.

    >>> [round(limit, 4) for limit in laud_difference(5, 56, 0, 29, critical=1.959964)]  # by R's ratesci
    [-0.0186, 0.1867]
    """
    near = newcombe(x, m, y, n, critical=critical)
    return Interval(
        -_upper(y, n, x, m, near=-near.low, critical=critical),
        _upper(x, m, y, n, near=near.high, critical=critical),
    )


def _upper(x: float, m: float, y: float, n: float, *, near: float, critical: float) -> float:
    if x == m and y == 0:
        return 1.0
    estimate = x / m - y / n

    def excess(difference: float) -> float:
        return _skewed_score(difference, x, m, y, n) + critical

    before = (estimate + 15 * near) / 16  # inside, where the counts can come up
    missed = excess(before)
    found = before + missed * (before - estimate) / critical
    for _ in range(SECANTS):
        if not estimate < found < 1:
            break
        misses = excess(found)
        if abs(found - before) < NEAR or misses == missed:
            return found
        before, missed, found = found, misses, found - misses * (found - before) / (misses - missed)
    return float(brentq(excess, estimate, 1.0, xtol=NEAR))


def _skewed_score(difference: float, x: float, m: float, y: float, n: float) -> float:
    """Signed score of the hypothesis that the difference has this value, corrected for skewness; falls as it rises.

    Where the correction gives no value, as with very few events, it is the score itself.
    """
    p, q = _fitted(difference, x, m, y, n)
    first, second = p * (1 - p) / m, q * (1 - q) / n
    variance = (first + second) * (m + n) / (m + n - 1)
    gap = x / m - y / n - difference
    if variance <= 0:
        return math.copysign(IMPOSSIBLE, gap)
    score = gap / math.sqrt(variance)
    skew = (first * (1 - 2 * p) / m - second * (1 - 2 * q) / n) / (6 * variance * math.sqrt(variance))
    inside = 1 + 4 * skew * (score + skew)
    if abs(skew) < FLAT or inside < 0:
        return score
    return (math.sqrt(inside) - 1) / (2 * skew)


def _fitted(difference: float, x: float, m: float, y: float, n: float) -> tuple[float, float]:
    """Rates that fit the counts best among those with this difference: the likelihood's root of a cubic.

    References
    ----------
    Miettinen, O., Nurminen, M. (1985), Comparative analysis of two rates, Statistics in Medicine 4, 213-226, appendix I.
    """
    difference = min(1.0, max(-1.0, difference))
    third = m + n
    second = ((m + 2 * n) * difference - third - x - y) / (3 * third)
    first = (n * difference - third - 2 * y) * difference + x + y
    turn = second * (second * second - first / (2 * third)) + y * difference * (1 - difference) / (2 * third)
    reach = math.copysign(math.sqrt(max(0.0, second * second - first / (3 * third))), turn)
    cosine = min(1.0, max(-1.0, turn / reach**3)) if reach else 0.0
    q = 2 * reach * math.cos((math.pi + math.acos(cosine)) / 3) - second
    q = min(1.0, 1 - difference, max(0.0, -difference, q))
    return q + difference, q
