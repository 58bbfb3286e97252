"""Exact interval for the mean behind a count."""

from scipy.special import gammaincinv

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
