"""What an alert costs: hours over alerts, or over confirmed events, from a few sums."""

import math
from typing import NamedTuple

from auditkit.statistics.intervals import Interval


class CostSums(NamedTuple):
    """Sums over alerts of their cost y and of what the cost is divided by, x (1 for each alert, or 1 if confirmed)."""

    n: int
    y: float
    yy: float
    x: float
    xx: float
    xy: float


def cost_per(sums: CostSums, *, critical: float) -> Interval:
    """Interval for the sum of costs over the sum of what they bought, on the log scale.

    The variance is the delta method's for a ratio of means. It takes alerts as independent of each other.

    Raises
    ------
    ValueError
        If there are fewer than two alerts, either sum is not positive, or costs do not vary.

    References
    ----------
    Cochran, W. G. (1977), Sampling Techniques, 3rd ed., Wiley, section 6.3: variance of a ratio of means; methods 5.

    >>> alerts = CostSums(n=4, y=10, yy=30, x=4, xx=4, xy=10)  # hours 1 to 4: log error 1.291 / (2 x 2.5)
    >>> [round(limit, 3) for limit in cost_per(alerts, critical=1.959964)]
    [1.507, 4.147]
    """
    if sums.n < 2 or not sums.y > 0 or not sums.x > 0:
        msg = f"expected two alerts with positive sums, found {sums.n} with {sums.y:g} over {sums.x:g}"
        raise ValueError(msg)
    n, ratio = sums.n, sums.y / sums.x
    residuals = (
        sums.yy - 2 * ratio * sums.xy + ratio**2 * sums.xx
    )  # they add up to 0, so this is their variation
    if not residuals > 1e-12 * sums.yy:
        msg = "costs do not vary, so that there is no standard error"
        raise ValueError(msg)
    error = math.sqrt(residuals / (n - 1) * n) / sums.y
    return Interval(ratio * math.exp(-critical * error), ratio * math.exp(critical * error))
