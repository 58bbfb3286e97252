"""Whether incidents fell where something was done, and moved next door: counts before and after, beside comparison areas.

Counts are taken as independent Poisson counts unless a dispersion says otherwise. Nothing here can tell a cause from a
coincidence; only a comparison area that nothing was done to, and that would have moved alike, supports one.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import poisson

from auditkit.statistics.intervals import Interval


class Change(NamedTuple):
    """Incidents of a kind of area in two periods of equal length."""

    before: float
    after: float


class Difference(NamedTuple):
    """A net change and its standard error, in incidents."""

    value: float
    standard_error: float


def weighted_displacement_difference(*pairs: tuple[Change, Change]) -> Difference:
    """Incidents more (or, below 0, fewer) than the comparison areas lead one to expect (WDD).

    Parameters
    ----------
    *pairs
        Areas of interest with their comparison areas: treated with control, and for the total also buffer with the
        control of the buffer. Comparison areas should have about as many incidents; periods are of equal length.

    Raises
    ------
    ValueError
        If nothing is compared, or a count is negative.

    References
    ----------
    Wheeler, A. P., Ratcliffe, J. H. (2018), A simple weighted displacement difference test to evaluate place based
    crime interventions, Crime Science 7, 11. The variance is the sum of all counts. `wdd` of the R package ptools
    puts a parenthesis in the wrong place: case P16 has a standard error of 10.4881, not 31.30.

    >>> treated = Change(20, 10), Change(20, 20)
    >>> buffer = Change(30, 20), Change(30, 30)
    >>> [round(n, 4) for n in weighted_displacement_difference(treated, buffer)]
    [-20, 13.4164]
    """
    counts = [count for pair in pairs for change in pair for count in change]
    if not counts or min(counts) < 0:
        msg = f"expected counts of at least 0 of areas and their comparison areas, found {counts}"
        raise ValueError(msg)
    value = sum((one.after - one.before) - (other.after - other.before) for one, other in pairs)
    return Difference(value, math.sqrt(sum(counts)))


def weighted_displacement_quotient(treated: Change, buffer: Change, control: Change) -> float:
    """Change next door over the change in the treated areas, each relative to the comparison areas (WDQ).

    Above 0 the buffer improved as well (diffusion of benefit), below 0 it got worse (displacement); below -1 more came
    back next door than was gained.

    Raises
    ------
    ValueError
        If the comparison areas have no incidents in a period, or the treated areas did not improve beside them: the
        quotient then means nothing.

    References
    ----------
    Bowers, K. J., Johnson, S. D. (2003), Measuring the geographical displacement and diffusion of benefit effects of
    crime prevention activity, Journal of Quantitative Criminology 19, 275-301; the form of methods 4.9.

    >>> round(weighted_displacement_quotient(Change(100, 70), Change(50, 45), Change(500, 480)), 4)  # P15
    0.1154
    """
    gain = _relative(treated, control)
    if gain >= 0:
        msg = f"the treated areas did not improve beside the comparison areas: {gain:+.4g} per incident there"
        raise ValueError(msg)
    return _relative(buffer, control) / gain


def _relative(change: Change, control: Change) -> float:
    """How far incidents per incident of the comparison areas moved."""
    if min(control) <= 0:
        msg = f"the comparison areas need incidents before and after, found {control.before:g} and {control.after:g}"
        raise ValueError(msg)
    return change.after / control.after - change.before / control.before


def displacement_quotient_interval(
    treated: Change, buffer: Change, control: Change, *, critical: float, dispersion: float = 1.0
) -> Interval:
    """Interval for the quotient of `weighted_displacement_quotient`, unbounded where the gain may be none.

    Every quotient that the counts do not contradict: buffer less quotient times treated is then 0 but for chance. Where
    chance could have made the gain, no quotient can be ruled out on some side, and both limits are infinite.

    Parameters
    ----------
    treated, buffer, control
        Counts; those of the comparison areas above 0.
    critical
        Normal quantile, from `critical.normal`.
    dispersion
        Variance of counts over that of Poisson counts.

    Raises
    ------
    ValueError
        As `weighted_displacement_quotient`.

    References
    ----------
    Fieller, E. C. (1954), Some problems in interval estimation, Journal of the Royal Statistical Society B 16,
    175-185, with first-order variances of the two changes, which share the comparison areas.

    >>> low, high = displacement_quotient_interval(
    ...     Change(900, 500), Change(500, 450), Change(5000, 4900), critical=1.959964
    ... )
    >>> low < weighted_displacement_quotient(Change(900, 500), Change(500, 450), Change(5000, 4900)) < high
    True
    """
    weighted_displacement_quotient(treated, buffer, control)
    gain, move = _relative(treated, control), _relative(buffer, control)

    def shared(one: Change, other: Change) -> float:
        return sum(a * b / c**3 for a, b, c in zip(one, other, control, strict=True))

    def own(change: Change) -> float:
        return sum(a / c**2 for a, c in zip(change, control, strict=True)) + shared(change, change)

    spread = critical**2 * dispersion
    a = gain**2 - spread * own(treated)
    b = gain * move - spread * shared(treated, buffer)
    c = move**2 - spread * own(buffer)
    if a <= 0:
        return Interval(-math.inf, math.inf)
    reach = math.sqrt(max(0.0, b * b - a * c))
    return Interval((b - reach) / a, (b + reach) / a)


def e_test(first: int, second: int) -> float:
    """P-value of two Poisson counts over equal exposure differing by chance alone; two-sided, exact in its spread.

    Parameters
    ----------
    first, second
        Counts of at least 0.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    Krishnamoorthy, K., Thomson, J. (2004), A more powerful test for comparing two Poisson means, Journal of
    Statistical Planning and Inference 119, 23-35.

    >>> [round(e_test(*pair), 4) for pair in ((3, 0), (6, 2), (20, 10))]  # P17
    [0.0884, 0.1749, 0.0688]
    """
    if min(first, second) < 0:
        msg = f"expected counts of at least 0, found {first} and {second}"
        raise ValueError(msg)
    if first == second:
        return 1.0
    mean = (first + second) / 2
    square = (first - second) ** 2 / (first + second)
    least, most = (float(poisson.ppf(tail, mean)) for tail in (1e-13, 1 - 1e-13))
    one = np.arange(least, most + 1)
    # The other count is as far away where (one - other)^2 >= square (one + other): outside two roots.
    middle, reach = one + square / 2, np.sqrt(square * (2 * one + square / 4))
    below, above = np.floor(middle - reach + 1e-9), np.ceil(middle + reach - 1e-9)
    far = poisson.cdf(below, mean) + poisson.sf(above - 1, mean)
    nothing = float(poisson.pmf(0, mean)) ** 2 if least == 0 else 0.0  # no incident at all is not far apart
    return min(1.0, float(poisson.pmf(one, mean) @ far) - nothing)


def dispersion(series: Sequence[ArrayLike]) -> float | None:
    """How many times more counts of single periods vary than Poisson counts would; None where nothing can tell.

    Parameters
    ----------
    series
        Counts of single periods, one series for each kind of area before and after.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989), Generalized linear models, 2nd ed., Chapman and Hall, section 6.2: Pearson's
    statistic over its degrees of freedom.

    >>> dispersion([[4, 6], [10, 10, 10]])  # (1/5 + 1/5 + 0) over 1 + 2
    0.13333333333333333
    """
    squares, freedom = 0.0, 0
    for one in series:
        counts = np.asarray(one, dtype=np.float64)
        if (counts < 0).any():
            msg = f"expected counts of at least 0, found {counts.min():g}"
            raise ValueError(msg)
        if counts.size > 1 and counts.sum() > 0:
            squares += float(((counts - counts.mean()) ** 2).sum() / counts.mean())
            freedom += counts.size - 1
    return squares / freedom if freedom else None
