"""Confidence intervals for one rate, for the difference and for the ratio of two independent rates.

All take counts (`x` of `m` in one group, `y` of `n` in the other) and a critical value from
`auditkit.statistics.critical`, so that the same formulas serve single and simultaneous intervals. All assume
independent units; where units depend on each other or were sampled, effective counts from `clusters` or `two_phase`
take their place, which need not be whole. Limits that do not exist are infinite.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import NamedTuple, TypeVar, cast

from scipy.optimize import brentq

NEAR = 1.0
"""How far, in logarithms, the correction for skewness may move the end of a ratio's interval."""


class Interval(NamedTuple):
    """Lower and upper limit; an absent upper limit is infinite."""

    low: float
    high: float


F = TypeVar("F", bound=Callable[..., Interval])


def _kept(interval: F) -> F:
    """Keep intervals that were worked out: the same counts come up under each assumption about people who are not known."""
    found = lru_cache(maxsize=16_384, typed=True)(interval)

    @wraps(interval)
    def looked_up(*counts: float, **critical: float) -> Interval:
        return found(*counts, **critical)

    return cast("F", looked_up)


def _counts(x: float, m: float) -> None:
    if not 0 <= x <= m or m == 0:
        msg = f"expected 0 <= count <= total and total > 0, found {x} of {m}"
        raise ValueError(msg)


@_kept
def wilson(x: float, m: float, *, critical: float) -> Interval:
    """Interval for one proportion that behaves near 0 and 1 (Wilson score).

    Raises
    ------
    ValueError
        If `m` is 0 or `x` is not between 0 and `m`.

    References
    ----------
    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.

    >>> [round(limit, 4) for limit in wilson(81, 263, critical=1.959964)]  # Newcombe 1998
    [0.2553, 0.3662]
    """
    _counts(x, m)
    p, z2 = x / m, critical**2
    centre = (p + z2 / (2 * m)) / (1 + z2 / m)
    half = critical * math.sqrt(p * (1 - p) / m + z2 / (4 * m * m)) / (1 + z2 / m)
    return Interval(0.0 if x == 0 else centre - half, 1.0 if x == m else centre + half)


@_kept
def newcombe(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the difference x/m - y/n built from two Wilson intervals (Newcombe's method 10).

    Raises
    ------
    ValueError
        As `wilson`.

    References
    ----------
    Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890.

    >>> [round(limit, 4) for limit in newcombe(56, 70, 48, 80, critical=1.959964)]
    [0.0524, 0.3339]
    """
    first, second = wilson(x, m, critical=critical), wilson(y, n, critical=critical)
    p, q = x / m, y / n
    below = math.hypot(p - first.low, second.high - q)
    above = math.hypot(first.high - p, q - second.low)
    return Interval(max(-1.0, p - q - below), min(1.0, p - q + above))


@_kept
def agresti_caffo(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the difference x/m - y/n after adding one success and one failure to each group.

    With a critical value from `critical.all_pairs` the intervals of all pairs of groups hold jointly.

    Raises
    ------
    ValueError
        As `wilson`.

    References
    ----------
    Agresti, A., Caffo, B. (2000), Simple and effective confidence intervals for proportions and differences of
    proportions, The American Statistician 54, 280-288.

    >>> [round(limit, 4) for limit in agresti_caffo(56, 70, 48, 80, critical=1.959964)]
    [0.0525, 0.3358]
    """
    _counts(x, m)
    _counts(y, n)
    p, q = (x + 1) / (m + 2), (y + 1) / (n + 2)
    half = critical * math.sqrt(p * (1 - p) / (m + 2) + q * (1 - q) / (n + 2))
    return Interval(max(-1.0, p - q - half), min(1.0, p - q + half))


def katz(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the ratio (x/m) / (y/n) on the log scale; it needs all four cells.

    Raises
    ------
    ValueError
        As `wilson`, or if a count is 0, or if both are full and the standard error vanishes.

    References
    ----------
    Katz, D., Baptista, J., Azen, S. P., Pike, M. C. (1978), Obtaining confidence intervals for the risk ratio in
    cohort studies, Biometrics 34, 469-474.

    >>> [round(limit, 4) for limit in katz(805, 1795, 349, 1488, critical=1.959964)]
    [1.7212, 2.1241]
    """
    _counts(x, m)
    _counts(y, n)
    if x == 0 or y == 0 or (x == m and y == n):
        msg = f"the log interval needs events in both groups and a standard error, found {x} of {m} and {y} of {n}"
        raise ValueError(msg)
    log_ratio = math.log((x / m) / (y / n))
    half = critical * math.sqrt(1 / x - 1 / m + 1 / y - 1 / n)
    return Interval(math.exp(log_ratio - half), math.exp(log_ratio + half))


@_kept
def koopman(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the ratio (x/m) / (y/n) by inverting the score test, without correction.

    It exists unless both counts are 0; with `y` 0 the upper limit is infinite.

    Raises
    ------
    ValueError
        As `wilson`, or if both counts are 0.

    References
    ----------
    Koopman, P. A. R. (1984), Confidence intervals for the ratio of two binomial proportions, Biometrics 40, 513-517.
    That its limits solve a cubic: Nam, J. (1995), Confidence limits for the ratio of two binomial proportions based on
    likelihood scores: non-iterative method, Biometrical Journal 37, 375-379.

    >>> [round(limit, 4) for limit in koopman(36, 40, 16, 80, critical=1.959964)]
    [2.9396, 7.1522]
    """
    _counts(x, m)
    _counts(y, n)
    if x == y == 0:
        msg = "the ratio of two zero rates has no interval"
        raise ValueError(msg)

    upper = _score_limit(y, n, x, m, critical)
    return Interval(_score_limit(x, m, y, n, critical), 1 / upper if upper > 0 else math.inf)


@_kept
def laud(x: float, m: float, y: float, n: float, *, critical: float) -> Interval:
    """Interval for the ratio (x/m) / (y/n) by inverting the score test corrected for skewness: both ends err equally often.

    Koopman's interval errs too often at one end and too rarely at the other where one group is much larger. That evens
    out for a two-sided interval, and not for a claim that rests on one end. Where a cell is empty it is Koopman's, and so
    is an end to which the correction gives no value, as with one event in a small group.

    Raises
    ------
    ValueError
        As `koopman`.

    References
    ----------
    Laud, P. J. (2017), Equal-tailed confidence intervals for comparison of rates, Pharmaceutical Statistics 16, 334-348;
    Gart, J. J., Nam, J. (1988), Approximate interval estimation of the ratio of binomial parameters: a review and
    corrections for skewness, Biometrics 44, 323-338.

    >>> a, b = laud(40, 1000, 5, 100, critical=1.644854), laud(5, 100, 40, 1000, critical=1.644854)
    >>> [round(a.low * b.high, 9), round(a.high * b.low, 9)]  # turned round, it is the reciprocal
    [1.0, 1.0]
    """
    start = koopman(x, m, y, n, critical=critical)
    if not (0 < x < m and 0 < y < n):
        return start

    def gap(log_ratio: float, at: float) -> float:
        return _skewed(x, m, y, n, ratio=math.exp(log_ratio)) - at

    low = _meeting(lambda log_ratio: gap(log_ratio, critical), math.log(start.low))
    high = _meeting(lambda log_ratio: gap(log_ratio, -critical), math.log(start.high))
    return Interval(math.exp(low), math.exp(high))


def _skewed(x: float, m: float, y: float, n: float, *, ratio: float) -> float:
    """Signed score of the hypothesis that the ratio has this value, corrected for skewness; falls as the ratio rises."""
    p, not_p = _fitted(y, n, x, m, 1 / ratio)
    q, not_q = _fitted(x, m, y, n, ratio)
    first, second = p * not_p / m, ratio**2 * q * not_q / n
    score = (x / m - ratio * y / n) / math.sqrt(first + second)
    third = first * (not_p - p) / m - ratio * second * (not_q - q) / n
    skew = third / (6 * math.pow(first + second, 1.5))
    inside = 1 + 4 * skew * (score + skew)
    if abs(skew) < 1e-9 or inside < 0:
        return score
    return (math.sqrt(inside) - 1) / (2 * skew)


def _fitted(x: float, m: float, y: float, n: float, ratio: float) -> tuple[float, float]:
    """Rate of the second group, and one minus it, most likely where the first group's is so many times as high.

    Both are roots of a quadratic, written without differences of numbers that are nearly the same: there may be a
    billion people and one exception.
    """
    a = (m + n) * ratio
    b = ratio * (m + y) + x + n
    root = math.sqrt(max(0.0, b * b - 4 * a * (x + y)))
    turn = b - 2 * a
    rest = 2 * (1 - ratio) * (n - y) / (turn + root) if turn > 0 else (root - turn) / (2 * a)
    return 2 * (x + y) / (b + root), rest


def _meeting(gap: Callable[[float], float], start: float) -> float:
    """Find where a falling function is 0 near a start; the start itself where it is 0 nowhere near."""
    low, high = start, start
    while gap(low) < 0 and low > start - NEAR:
        low -= NEAR / 16
    while gap(high) > 0 and high < start + NEAR:
        high += NEAR / 16
    if low == high or gap(low) < 0 or gap(high) > 0:
        return start
    return float(brentq(gap, low, high, xtol=1e-12))


def _score_limit(x: float, m: float, y: float, n: float, critical: float) -> float:
    """Lower limit of the ratio, from the rates p and q fitted under each ratio p/q.

    With `y` full, q is 1 and only the first group speaks: the limit is Wilson's for p. The other cases are below.
    """
    if x == 0:
        return 0.0
    if y == n:
        return wilson(x, m, critical=critical).low
    return _limit_of_full(m, y, n, critical) if x == m else _limit_of_cubic(x, m, y, n, critical)


def _limit_of_full(m: float, y: float, n: float, critical: float) -> float:
    """Lower limit where the whole first group counts.

    Then the likelihood (ratio q)^m q^y (1 - q)^(n - y) is largest at q = (m + y)/(m + n), and at 1/ratio where p would
    exceed 1. There the second group alone speaks, and the limit is Wilson's for q; else m(1 - p)/p of the first group
    and m²(n - y)/(n(m + y)) of the second are together the critical value.
    """
    second = m * m * (n - y) / (n * (m + y))
    if second >= critical**2:
        return 1 / wilson(y, n, critical=critical).high
    return m / (m + critical**2 - second) * (m + n) / (m + y)


def _limit_of_cubic(x: float, m: float, y: float, n: float, critical: float) -> float:
    """Lower limit where neither group is full and the first is not empty.

    With rates p and q fitted under the ratio p/q, a = (x - m p)/(1 - p) is also -(y - n q)/(1 - q). So p and q are
    (x - a)/(m - a) and (y + a)/(n + a), and the score statistic a²[(1 - p)/(m p) + (1 - q)/(n q)] meets its critical
    value where a cubic in a is 0. It is below 0 for a = 0 and above for a = x, and has one root between. Of t = 1/a it
    is concave from 1/x on, and at the start, where it lacks its constant, it falls: Newton's steps then lead to the root,
    from the second on always downwards.
    """
    z2mn = critical**2 * m * n
    constant = (m * y - n * x) / z2mn
    slope = 1 + (n * y * (m - x) + m * x * (n - y)) / z2mn
    gap, product = x - y, x * y
    root = math.sqrt(gap**2 + 4 * product * slope)
    t, step = 2 * slope / (root + gap) if gap > 0 else (root - gap) / (2 * product), math.inf
    while abs(step) > 1e-9 * t:  # each step squares the error
        value = ((-product * t - gap) * t + slope) * t + constant
        step = value / ((3 * product * t + 2 * gap) * t - slope)
        t += step
    return (x * t - 1) * (n * t + 1) / ((m * t - 1) * (y * t + 1))


def largest_difference(pairs: Sequence[Interval]) -> Interval:
    """Interval for the largest minus the smallest rate, from simultaneous intervals of every ordered pair.

    Never a percentile bootstrap of the range, which cannot contain zero.

    References
    ----------
    Agresti et al. (2008), as in `critical.all_pairs`; the range follows from joint coverage of all pairs.

    >>> largest_difference([Interval(-0.1, 0.3), Interval(-0.3, 0.1)])
    Interval(low=0.0, high=0.3)
    """
    return Interval(max(0.0, *(pair.low for pair in pairs)), max(pair.high for pair in pairs))


def smallest_ratio(pairs: Sequence[Interval]) -> Interval:
    """Interval for the smallest over the largest rate, from simultaneous ratio intervals of every ordered pair.

    References
    ----------
    As `largest_difference`: the smallest ratio lies between the smallest lower and the smallest upper limit.

    >>> smallest_ratio([Interval(0.5, 0.9), Interval(1.1, 2.0)])
    Interval(low=0.5, high=0.9)
    """
    return Interval(min(pair.low for pair in pairs), min(1.0, *(pair.high for pair in pairs)))
