"""Exact intervals for the mean behind a count, and for the ratio of two such means."""

import math

from scipy.special import betaincinv, gammaincinv

from auditkit.statistics.intervals import Interval


def exact_poisson(count: int, *, level: float) -> Interval:
    """Interval for the mean of a Poisson count that covers at least as often as it says (Garwood).

    Divide both limits by what the count is over, such as hours or residents, to get an interval of a rate. Events that
    come in clusters vary more than a Poisson count does, so the true interval is then wider.

    Raises
    ------
    ValueError
        If the count is negative, or the level is outside (0, 1).

    References
    ----------
    Garwood, F. (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.

    >>> [round(limit, 3) for limit in exact_poisson(10, level=0.95)]
    [4.795, 18.39]
    """
    if count < 0 or not 0 < level < 1:
        msg = f"expected a count of at least 0 and a level inside (0, 1), found {count} and {level}"
        raise ValueError(msg)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return Interval(low, float(gammaincinv(count + 1, 1 - tail)))


def exact_ratio(count: int, other: int, *, level: float) -> Interval:
    """Interval for the ratio of two Poisson means, from counts over equal times; infinite above where the other is 0.

    Given their sum, the first count is binomial; Clopper and Pearson's limits of its share give those of the ratio.

    Raises
    ------
    ValueError
        If a count is negative, both are 0, or the level is outside (0, 1).

    References
    ----------
    Przyborowski, J., Wilenski, H. (1940), Homogeneity of results in testing samples from Poisson series, Biometrika 31,
    313-323; Clopper, C. J., Pearson, E. S. (1934), Biometrika 26, 404-413.

    >>> [round(limit, 3) for limit in exact_ratio(10, 5, level=0.95)]
    [0.623, 7.457]
    """
    if count < 0 or other < 0 or count + other == 0 or not 0 < level < 1:
        msg = f"expected counts that are not both 0 and a level inside (0, 1), found {count}, {other} and {level}"
        raise ValueError(msg)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, other + 1, tail))
    high = 1.0 if other == 0 else float(betaincinv(count + 1, other, 1 - tail))
    return Interval(low / (1 - low), math.inf if high == 1.0 else high / (1 - high))
