"""Intervals for sums and differences of independent numbers, put together from an interval of each.

Newcombe's interval for two rates is the case of two Wilson intervals. Where every interval is symmetric, the result
is the usual one: root of the sum of squared standard errors.
"""

import math
from collections.abc import Sequence

from auditkit.statistics.intervals import Interval


def weighted_sum(
    values: Sequence[float], intervals: Sequence[Interval], *, weights: Sequence[float]
) -> Interval:
    """Interval for the sum of weight times value; weights 1 and -1 make it a difference.

    Parameters
    ----------
    values, intervals
        Independent estimates, and an interval at the same level for each.
    weights
        Known numbers, one for each value; their sign says which limit counts below and which above.

    Raises
    ------
    ValueError
        If the three differ in length.

    References
    ----------
    Zou, G. Y., Donner, A. (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27, 1693-1702.

    >>> from auditkit.statistics.intervals import wilson
    >>> both = [wilson(56, 70, critical=1.959964), wilson(48, 80, critical=1.959964)]
    >>> [round(limit, 4) for limit in weighted_sum([0.8, 0.6], both, weights=[1, -1])]  # Newcombe 1998
    [0.0524, 0.3339]
    """
    terms = list(zip(values, intervals, weights, strict=True))
    centre = sum(weight * value for value, _, weight in terms)
    reaches = [sorted((w * (limits.low - v), w * (limits.high - v))) for v, limits, w in terms]
    return Interval(
        centre - math.hypot(*(low for low, _ in reaches)), centre + math.hypot(*(high for _, high in reaches))
    )
