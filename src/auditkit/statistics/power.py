"""What an audit of this size could have seen: smallest detectable effects, and the sample that an effect needs.

To detect means that the interval which the audit itself uses excludes equality, on the side of the true effect. For
ratios that is Koopman's interval, or Katz's where all four cells are filled and the policy asks for it. For differences
it is Newcombe's, or the simultaneous one of Agresti and Caffo where all pairs are compared.

The chance of that is summed over the outcomes of both groups. For each count of the comparison group there is a first
count of the group from which on the interval excludes equality; so one binomial tail per count of the comparison group
is enough, and the sum is exact while that group's likely counts are at most `NODES`. Beyond that every k-th count
stands for its neighbours.

`base` is the rate of the comparison group, with `n` people; the group itself has `m`. People must be independent:
divide both by the `design_effect` first if they come in clusters.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betainc, gammaln, ndtri

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Excludes = Callable[[Floats, Floats], Bools]
"""Whether the interval excludes equality for counts of the group and of the comparison group."""
RatioInterval = Literal["katz", "koopman"]
DifferenceInterval = Literal["newcombe", "agresti_caffo"]
Direction = Literal["higher", "lower"]

NODES = 128
"""Counts of the comparison group that are looked at."""
SPREAD = 5
"""Standard deviations that these reach to each side: what lies beyond has less than a millionth of the weight."""


def design_effect(m: float, icc: float) -> float:
    """How many times larger a sample must be because people come in clusters of `m` that resemble each other.

    Parameters
    ----------
    m
        People per cluster.
    icc
        Intraclass correlation: how much two people of one cluster resemble each other, from 0 to 1.

    Raises
    ------
    ValueError
        If `m` is below 1, or `icc` is not between 0 and 1.

    References
    ----------
    Kish, L. (1965), Survey Sampling, Wiley, chapter 5. Expected number: methods P19.

    >>> round(design_effect(20, 0.1), 1)
    2.9
    """
    if m < 1 or not 0 <= icc <= 1:
        msg = f"expected clusters of at least 1 and a correlation between 0 and 1, found {m} and {icc}"
        raise ValueError(msg)
    return 1 + (m - 1) * icc


def sample_size(p1: float, p2: float, *, power: float = 0.8, critical: float) -> int:
    """How many people each group needs for the pooled z test to tell two rates apart.

    Raises
    ------
    ValueError
        If a rate is not between 0 and 1, the rates are equal, `power` is not in [.5, 1), or `critical` is below 1.

    References
    ----------
    Fleiss, J. L., Levin, B., Paik, M. C. (2003), Statistical Methods for Rates and Proportions, 3rd ed., Wiley,
    chapter 4, without continuity correction. Expected number: methods G22.

    >>> sample_size(0.2, 0.16, critical=1.959964)
    1447
    """
    _demands(power, critical)
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2:
        msg = f"expected two different rates between 0 and 1, found {p1} and {p2}"
        raise ValueError(msg)
    mean = (p1 + p2) / 2
    under_equality = critical * math.sqrt(2 * mean * (1 - mean))
    otherwise = float(ndtri(power)) * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return math.ceil(((under_equality + otherwise) / (p1 - p2)) ** 2)


def smallest_detectable_ratio(  # noqa: PLR0913  # each belongs to the question
    base: float,
    m: int,
    n: int,
    *,
    critical: float,
    power: float = 0.8,
    direction: Direction,
    kind: RatioInterval = "koopman",
) -> float | None:
    """Find from which ratio on the audit's own interval would have excluded 1 with probability `power`.

    Above 1 for a group with the "higher" rate, below 1 for the "lower" one; None if there is no such ratio.

    Raises
    ------
    ValueError
        If `base` is not strictly between 0 and 1, a group is empty, `power` is not in [.5, 1), or `critical` is below
        1.

    References
    ----------
    Definition: methods 3.6, with the power of the intervals of Katz et al. (1978) and Koopman (1984) themselves;
    Agresti, A. (2013), Categorical Data Analysis, 3rd ed., Wiley, for sample size and power.

    >>> ratio = smallest_detectable_ratio(0.2, 1447, 1447, critical=1.959964, direction="lower")
    >>> round(ratio, 3)  # methods G22: 1,447 people show a ratio of .8
    0.8
    """
    _sizes(base, m, n)
    _demands(power, critical)
    excludes = _ratio_excludes(m, n, critical=critical, direction=direction, kind=kind)
    start = base if direction == "higher" else 1 - base
    chance = _smallest_chance(_power_curve(excludes, base, m, n), start, power)
    if chance is None:
        return None
    return (chance if direction == "higher" else 1 - chance) / base


def smallest_detectable_difference(  # noqa: PLR0913  # each belongs to the question
    base: float,
    m: int,
    n: int,
    *,
    critical: float,
    power: float = 0.8,
    direction: Direction,
    kind: DifferenceInterval = "newcombe",
) -> float | None:
    """Find from which difference on the audit's own interval would have excluded 0 with probability `power`.

    Above 0 for a group with the "higher" rate, below 0 for the "lower" one; None if there is no such difference.

    Raises
    ------
    ValueError
        As `smallest_detectable_ratio`.

    References
    ----------
    Definition: methods 3.6, with the power of the intervals of Newcombe (1998) and of Agresti and Caffo (2000)
    themselves.

    >>> gap = smallest_detectable_difference(0.2, 1447, 1447, critical=1.959964, direction="lower")
    >>> round(gap, 3)  # methods G22: 1,447 people tell .16 from .20
    -0.04
    """
    _sizes(base, m, n)
    _demands(power, critical)
    # The interval of the complements is the mirror image, so "lower" is "higher" for those without the event.
    start, sign = (base, 1) if direction == "higher" else (1 - base, -1)
    made = _newcombe_excludes if kind == "newcombe" else _agresti_caffo_excludes
    chance = _smallest_chance(_power_curve(made(m, n, critical=critical), start, m, n), start, power)
    return None if chance is None else sign * (chance - start)


@lru_cache(maxsize=4096)
def needed_sample(
    base: float, ratio: float, *, critical: float, power: float = 0.8, kind: RatioInterval = "koopman"
) -> int:
    """How many people each group needs for the audit's own interval to exclude 1 at this ratio.

    Power rises with size, but not at every single step: a few more people may bring it slightly below `power` again.

    Raises
    ------
    ValueError
        If `base` is not strictly between 0 and 1, `ratio` is not above 0, is 1, or leads to a rate above 1, `power` is
        not in [.5, 1), or `critical` is below 1.

    References
    ----------
    As `smallest_detectable_ratio`; the search starts from `sample_size`.

    >>> needed_sample(0.1, 0.8, critical=1.959964)  # by the normal approximation 3,213: methods G22
    3206
    """
    if not 0 < base < 1 or ratio <= 0 or ratio * base > 1:
        msg = f"expected a rate between 0 and 1 and a ratio that leads to one, found {base} and {ratio}"
        raise ValueError(msg)
    direction: Direction = "higher" if ratio > 1 else "lower"
    chance = ratio * base if direction == "higher" else 1 - ratio * base

    def enough(size: int) -> bool:
        excludes = _ratio_excludes(size, size, critical=critical, direction=direction, kind=kind)
        return _power_curve(excludes, base, size, size)(chance) >= power

    high = sample_size(ratio * base, base, power=power, critical=critical)
    while not enough(high):
        high *= 2
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _sizes(base: float, m: int, n: int) -> None:
    if not 0 < base < 1 or m < 1 or n < 1:
        msg = f"expected a rate strictly between 0 and 1 and two groups, found {base}, {m} and {n} people"
        raise ValueError(msg)


def _demands(power: float, critical: float) -> None:
    if not (0.5 <= power < 1 and critical >= 1):
        msg = f"expected a power in [.5, 1) and a critical value of 1 or more, found {power} and {critical}"
        raise ValueError(msg)


def _ratio_excludes(
    m: int, n: int, *, critical: float, direction: Direction, kind: RatioInterval
) -> Excludes:
    """Say when the ratio's interval excludes 1; it takes the group's people with the event, or those without.

    Koopman's interval excludes 1 where the pooled z test rejects equality.
    """
    sign = 1 if direction == "higher" else -1

    def excludes(k: Floats, y: Floats) -> Bools:
        x = k if direction == "higher" else m - k
        by_katz = (kind == "katz") & (x > 0) & (x < m) & (y > 0) & (y < n)
        pooled = (x + y) / (m + n)
        with np.errstate(divide="ignore", invalid="ignore"):
            katz = np.log(x / m / (y / n)) / np.sqrt(1 / x - 1 / m + 1 / y - 1 / n)
            score = (x / m - y / n) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
            return (
                sign * np.where(by_katz, katz, score) > critical
            )  # without variation NaN, which exceeds nothing

    return excludes


def _agresti_caffo_excludes(m: int, n: int, *, critical: float) -> Excludes:
    """Say when Agresti and Caffo's interval lies above 0."""

    def excludes(x: Floats, y: Floats) -> Bools:
        p, q = (x + 1) / (m + 2), (y + 1) / (n + 2)
        return p - q > critical * np.sqrt(p * (1 - p) / (m + 2) + q * (1 - q) / (n + 2))

    return excludes


def _newcombe_excludes(m: int, n: int, *, critical: float) -> Excludes:
    """Say when Newcombe's interval lies above 0."""

    def excludes(x: Floats, y: Floats) -> Bools:
        p, q = x / m, y / n
        below = p - _wilson(p, m, -critical)
        above = _wilson(q, n, critical) - q
        return p - q > np.hypot(below, above)

    return excludes


def _wilson(p: Floats, n: int, critical: float) -> Floats:
    """Wilson's upper limits of many rates, or the lower ones where the critical value is negative."""
    z2 = critical**2
    return (p + z2 / (2 * n) + critical * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)


def _power_curve(excludes: Excludes, base: float, m: int, n: int) -> Callable[[float], float]:
    """Return the chance of detection as a function of the chance that one person of the group counts."""
    y, weights = _likely_counts(n, base)
    # The first count from which on the interval excludes equality. Halving: `low` never does, `first` always does or
    # is m. What happens at m is asked separately, because another interval serves a group with an empty cell.
    low, first = np.zeros_like(y), np.full_like(y, m)
    for _ in range(m.bit_length()):
        middle = (low + first) // 2
        found = excludes(middle, y)
        low, first = np.where(found, low, middle), np.where(found, middle, first)
    missed_at_most = float(weights @ ~excludes(np.full_like(y, m), y))

    def power_at(chance: float) -> float:
        return float(weights @ betainc(first, m - first + 1, chance)) - chance**m * missed_at_most

    return power_at


def _likely_counts(n: int, p: float) -> tuple[Floats, Floats]:
    """List the counts that a binomial gives nearly always, every one or every k-th, and their weights."""
    reach = SPREAD * math.sqrt(n * p * (1 - p)) + 2 * SPREAD
    low, high = max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach))
    y = np.arange(low, high + 1, math.ceil((high - low + 1) / NODES), dtype=np.float64)
    logs = y * math.log(p) + (n - y) * math.log1p(-p) - gammaln(y + 1) - gammaln(n - y + 1)
    weights = np.exp(logs - logs.max())
    return y, weights / weights.sum()


def _smallest_chance(power_at: Callable[[float], float], start: float, power: float) -> float | None:
    """Find where power is reached above `start`; None if nowhere.

    Power rises nearly always up to the end. Where it does not, because a full cell brings in another interval, a grid
    finds where it is high enough.
    """
    reached = next((p for p in np.linspace(1, start, 33)[:-1].tolist() if power_at(p) >= power), None)
    if reached is None:
        return None
    precision = 1e-8 * min(start, 1 - start)
    return float(brentq(lambda p: power_at(p) - power, start, reached, xtol=precision))
