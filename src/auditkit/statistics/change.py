"""Intervals for the change of a figure between two independent audits, from the interval of each alone.

An arm is the distance from a figure to a limit of its interval. Limits that do not exist are infinite.
"""

import math
from typing import NamedTuple

from scipy.special import stdtrit

from auditkit.statistics.critical import bonferroni, normal
from auditkit.statistics.intervals import Interval
from auditkit.statistics.mover import weighted_sum


class Known(NamedTuple):
    """A figure with the limits of its interval."""

    value: float
    low: float
    high: float


def widening(level: float, comparisons: int, *, df: float | None = None) -> float:
    """How many times longer the arms of an interval become when it shares its level with others (Bonferroni).

    Exact for arms that are critical values times a standard error; for others an approximation.

    Parameters
    ----------
    level
        Level of each interval alone, and joint level of all.
    comparisons
        How many intervals share it.
    df
        Degrees of freedom of Student's t; None for normal intervals.

    References
    ----------
    Dunn, O. J. (1961), Multiple comparisons among means, JASA 56, 52-64.

    >>> round(widening(0.95, 5), 4)  # 2.5758 / 1.9600
    1.3142
    """
    if df is None:
        return bonferroni(level, comparisons) / normal(level)
    share = (1 - level) / 2
    return float(stdtrit(df, 1 - share / comparisons) / stdtrit(df, 1 - share))


def difference(
    first: Known, second: Known, *, widen_first: float = 1.0, widen_second: float = 1.0
) -> Interval:
    """Interval for second minus first that keeps the skewness of both (MOVER: variance estimates recovered).

    Two Wilson intervals give Newcombe's method 10.

    Parameters
    ----------
    first, second
        The figures with their intervals, from independent data.
    widen_first, widen_second
        What the arms of each are multiplied by before; see `widening`.

    References
    ----------
    Zou, G. Y., Donner, A. (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27, 1693-1702, equation 4.

    >>> from auditkit.statistics.intervals import wilson
    >>> first = Known(48 / 80, *wilson(48, 80, critical=1.959964))
    >>> second = Known(56 / 70, *wilson(56, 70, critical=1.959964))
    >>> [round(limit, 4) for limit in difference(first, second)]  # Newcombe 1998, case a
    [0.0524, 0.3339]
    """
    before, after = _widened(first, widen_first), _widened(second, widen_second)
    return weighted_sum([second.value, first.value], [after, before], weights=[1, -1])


def ratio(first: Known, second: Known, *, widen_first: float = 1.0, widen_second: float = 1.0) -> Interval:
    """Interval for second over first, by `difference` on the log scale.

    Raises
    ------
    ValueError
        If a figure is not above 0.

    References
    ----------
    Zou, G. Y., Donner, A. (2008), as for `difference`, section 3.2.

    >>> [
    ...     round(limit, 3) for limit in ratio(Known(1.0, 0.5, 2.0), Known(2.0, 1.0, 4.0))
    ... ]  # ln 2 either way: √2 of it
    [0.75, 5.33]
    """
    low, high = difference(_log(first), _log(second), widen_first=widen_first, widen_second=widen_second)
    return Interval(math.exp(low), math.exp(high))


def _widened(known: Known, widen: float) -> Interval:
    """Lengthen both arms; a figure beyond a limit of its own interval has none on that side."""
    below, above = max(0.0, known.value - known.low), max(0.0, known.high - known.value)
    return Interval(known.value - widen * below, known.value + widen * above)


def _log(known: Known) -> Known:
    if known.value <= 0:
        msg = f"a ratio above 0 was expected, found {known.value}"
        raise ValueError(msg)
    return Known(*(math.log(limit) if limit > 0 else -math.inf for limit in known))
