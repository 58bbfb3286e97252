"""Intervals for ratios of sums, their differences and means over blocks, found by leaving out one block at a time.

Blocks are few (20 to 40) and their sums skewed. Percentiles of a block bootstrap then miss too often, and so does its
standard error with Student's t. What is done instead: the jackknife variance of the logarithm, Student's t with the
degrees of freedom that heavy tails leave, and on each side the farther of that limit and the one corrected for
skewness. A difference that also counts how alike near blocks may be needs no such reserve on its shorter side.

Coverage of 95 % intervals in 8,000 simulated cities each (percentile bootstrap: 1,500), the true ratio being 1, or 2
because rates differ, or 2 because areas with more of the group receive more. Residents of a block are lognormal with a
log standard deviation of 0.5, the group's share is uniform, the amount lognormal with 0.7 (1.0):

| blocks | ratio 1 | ratio 2, rates | ratio 2, areas | mean | percentile bootstrap of the ratios |
|---|---|---|---|---|---|
| 20 | .964 (.956) | .952 (.950) | .913 (.916) | .929-.935 (.919-.922) | .845-.910 (.855-.915) |
| 40 | .961 (.964) | .959 (.961) | .931 (.929) | .946-.951 (.934-.941) | .891-.932 (.865-.931) |
| 80 | .959 (.963) | .956 (.958) | .945 (.936) | .950-.961 (.945-.951) | .907-.940 (.902-.935) |

Areas crossed with time, 40 blocks by 12, 4,000 cities each: .981 where cells vary alone, .961 and .923 for ratio 1
and 2 (areas) where places weigh most, .947 and .948 where time weighs as much or most; leaving time out then covers
.780 and .221.

References
----------
Miller, R. G. (1974), The jackknife - a review, Biometrika 61, 1-15. Satterthwaite, F. E. (1946), An approximate
distribution of estimates of variance components, Biometrics Bulletin 2, 110-114. Hall, P. (1992), On the removal of
skewness by transformation, Journal of the Royal Statistical Society B 54, 221-228. Cameron, A. C., Gelbach, J. B.,
Miller, D. L. (2011), Robust inference with multiway clustering, Journal of Business and Economic Statistics 29,
238-249.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from auditkit.statistics.intervals import Interval

Floats = NDArray[np.float64]


class _Spread(NamedTuple):
    """How far the log of the statistic moves when one unit is left out."""

    variance: float
    skewness: float
    """Of the statistic, not of its units: theirs over the root of their number."""
    df: float


def ratio_of_sums_interval(totals: ArrayLike, *, level: float) -> Interval:
    """Interval for (a / b) / (c / d), where each is a sum over blocks whose areas share their fortunes.

    So for the exposure of a group over that of its reference: amount times residents of the group, residents of the
    group, amount times residents of the reference, residents of the reference.

    Parameters
    ----------
    totals
        Shape (blocks, 4), from `blocks.block_totals`, or (blocks, blocks of periods, 4), from
        `blocks.crossed_totals`; columns a, b, c, d, at least 0. Below about 20 blocks do not trust the interval.
    level
        Confidence level, such as 0.95.

    Raises
    ------
    ValueError
        If there are fewer than two blocks, a sum is 0 or would be without one block (which then holds it all), or all
        blocks agree so that there is no standard error.

    References
    ----------
    Miller, R. G. (1974), The jackknife - a review, Biometrika 61, 1-15. See the module for what is added to it.

    >>> low, high = ratio_of_sums_interval(
    ...     [[2, 1, 1, 1], [8, 2, 2, 2], [3, 1, 1, 1], [7, 2, 2, 2]], level=0.95
    ... )
    >>> low < (20 / 6) / (6 / 6) < high
    True
    """
    return _interval(totals, np.array([1.0, -1.0, -1.0, 1.0]), level)


def mean_interval(totals: ArrayLike, *, level: float) -> Interval:
    """Interval for a / b, a positive mean or rate whose parts are sums over blocks.

    The upper limit of a rate may pass 1: the log scale does not know it.

    Parameters
    ----------
    totals
        As `ratio_of_sums_interval`, with the columns a and b.
    level
        Confidence level, such as 0.95.

    Raises
    ------
    ValueError
        As `ratio_of_sums_interval`.

    References
    ----------
    As `ratio_of_sums_interval`.

    >>> low, high = mean_interval([[2, 1], [8, 2], [3, 1], [7, 2]], level=0.95)
    >>> low < 20 / 6 < high
    True
    """
    return _interval(totals, np.array([1.0, -1.0]), level)


def difference_interval(
    totals: ArrayLike, *, level: float, widening: Callable[[Floats], float] | None = None
) -> Interval:
    """Interval for a / b - c / d, or for a / b where a may be negative; parts are sums over blocks.

    Parameters
    ----------
    totals
        Shape (blocks, 4) or (blocks, blocks of periods, 4), columns a, b, c, d; or the columns a and b alone.
        Below about 20 blocks do not trust the interval.
    level
        Confidence level, such as 0.95.
    widening
        Given how far the difference moves when a block is left out, shape (blocks,): how many times farther blocks
        that may resemble their neighbours let it stray than blocks that do not. None where nobody knows: then neither
        side is shorter than Student's t, in reserve.

    Raises
    ------
    ValueError
        If there are fewer than two blocks, b or d is 0 or would be without one block, or all blocks agree.

    References
    ----------
    As `ratio_of_sums_interval`, without the logarithm.

    >>> low, high = difference_interval([[1, 1, 1, 1], [2, 1, 1, 1], [3, 1, 1, 1]], level=0.95)
    >>> bool(low < 2 - 1 < high)
    True
    """
    table = np.asarray(totals, dtype=np.float64)
    if table.ndim not in {2, 3} or table.shape[-1] not in {2, 4} or not np.isfinite(table).all():
        msg = f"expected finite sums in 2 or 4 columns over one or two ways, found shape {table.shape}"
        raise ValueError(msg)
    spread = _spread_of(table, _DIFFERENCE, widening or (lambda _: 1.0))
    value = float(_DIFFERENCE.of(table.reshape(1, -1, table.shape[-1]).sum(axis=1))[0])
    below, above = (_reaches if widening is None else _skewed_reaches)(spread, level)
    return Interval(value - below, value + above)


def log_parts(totals: ArrayLike) -> Floats:
    """How far the log of a ratio of sums, or of a mean, moves when a block is left out; they add up to 0.

    Parameters
    ----------
    totals
        Shape (blocks, 4) as for `ratio_of_sums_interval`, or (blocks, 2) as for `mean_interval`.

    Returns
    -------
    Shape (blocks,); NaN or infinite where nothing is left without a block.

    References
    ----------
    Miller, R. G. (1974), as above.

    >>> log_parts([[1, 1], [2, 1]]).round(3)  # the mean is 1.5; 2 or 1 without one block
    array([-0.347,  0.347])
    """
    table = np.asarray(totals, dtype=np.float64)
    contrast = np.array([1.0, -1.0, -1.0, 1.0])[: table.shape[1]]
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = -(np.log(table.sum(axis=0) - table) @ contrast)
        return np.asarray(moves - moves.mean())


def _interval(totals: ArrayLike, contrast: Floats, level: float) -> Interval:
    """Reach from the log of the statistic."""
    table = np.asarray(totals, dtype=np.float64)
    if (
        table.ndim not in {2, 3}
        or table.shape[-1] != contrast.size
        or not ((table >= 0) & (table < np.inf)).all()
    ):
        msg = f"expected finite sums of at least 0 in {contrast.size} columns over one or two ways, found shape {table.shape}"
        raise ValueError(msg)
    statistic = _Statistic(lambda sums: np.log(sums) @ contrast, slice(None))
    spread = _spread_of(table, statistic)
    value = float(np.log(table.reshape(-1, contrast.size).sum(axis=0)) @ contrast)
    below, above = _reaches(spread, level)
    return Interval(float(np.exp(value - below)), float(np.exp(value + above)))


def _reaches(spread: _Spread, level: float) -> tuple[float, float]:
    """How far down and up, farther on the side to which skewed sums hide values."""
    error, q = spread.variance**0.5, float(ndtri((1 + level) / 2))
    t = float(stdtrit(spread.df, (1 + level) / 2))
    return max(t, _unskewed(q, spread.skewness)) * error, max(t, -_unskewed(-q, spread.skewness)) * error


def _skewed_reaches(spread: _Spread, level: float) -> tuple[float, float]:
    """As `_reaches`, but on the side on which skewed sums hide nothing the transformed t, which is shorter."""
    t, skewness = float(stdtrit(spread.df, (1 + level) / 2)), abs(spread.skewness)
    short, long = _unskewed(t, skewness) * spread.variance**0.5, max(_reaches(spread, level))
    return (short, long) if spread.skewness > 0 else (long, short)


class _Statistic(NamedTuple):
    of: Callable[[Floats], Floats]
    """Turns sums of shape (n, m) into n values."""
    needed: slice
    """Columns whose sum may not be 0."""


def _difference_of(sums: Floats) -> Floats:
    shares = sums[:, ::2] / sums[:, 1::2]
    return shares[:, 0] - shares[:, 1] if shares.shape[1] > 1 else shares[:, 0]


_DIFFERENCE = _Statistic(_difference_of, slice(1, None, 2))


def _spread_of(
    table: Floats, statistic: _Statistic, widening: Callable[[Floats], float] = lambda _: 1.0
) -> _Spread:
    spread = (_spread if table.ndim == 2 else _crossed)(table, statistic, widening)
    if not spread.variance > 0:
        msg = "all blocks agree, so that there is no standard error"
        raise ValueError(msg)
    return spread


def _spread(
    table: Floats, statistic: _Statistic, widening: Callable[[Floats], float] = lambda _: 1.0
) -> _Spread:
    """Variance over one way of leaving out: Tukey's, with the degrees of freedom that heavy tails leave.

    The variance of a sample variance grows with the kurtosis; the chi-squared variable with the same mean and
    variance has `df` degrees of freedom (Satterthwaite 1946; n - 1 for normal tails).
    """
    units = len(table)
    sums = table.sum(axis=0)
    left = sums - table
    if units < 2 or (left[:, statistic.needed] <= 1e-9 * sums[statistic.needed]).any():
        msg = f"expected at least two blocks, and no sum that is 0 without one of them; found {units} blocks"
        raise ValueError(msg)
    moves = -statistic.of(left)
    moves -= moves.mean()
    square = float(np.mean(moves**2))
    if square < 1e-24:
        return _Spread(0.0, 0.0, units - 1)
    skewness = float(np.mean(moves**3)) / square**1.5 / units**0.5
    kurtosis = float(np.mean(moves**4)) / square**2
    df = 2 / (2 / (units - 1) + max(0.0, kurtosis - 3) / units)
    return _Spread((units - 1) * square * widening(moves) ** 2, skewness, df)


def _crossed(
    table: Floats, statistic: _Statistic, widening: Callable[[Floats], float] = lambda _: 1.0
) -> _Spread:
    """Variance over two ways at once: their sum less what both count, never below either (Cameron et al. 2011).

    Where one way alone is as much, its few units say nothing of how sure the other's variance is.
    """
    one = _spread(table.sum(axis=1), statistic, widening)
    two = _spread(table.sum(axis=0), statistic)
    both = _spread(table.reshape(-1, table.shape[-1]), statistic)
    total = max(one.variance, two.variance, one.variance + two.variance - both.variance)
    for alone in (one, two):
        if total == alone.variance:
            return alone
    df = total**2 / (one.variance**2 / one.df + two.variance**2 / two.df)
    third = one.skewness * one.variance**1.5 + two.skewness * two.variance**1.5
    return _Spread(total, third / total**1.5, max(df, min(one.df, two.df)))


def _unskewed(q: float, skewness: float) -> float:
    """Reach in standard errors after the transformation that removes skewness (Hall 1992)."""
    if abs(skewness) < 1e-6:
        return q
    return 3 / skewness * (float(np.cbrt(1 + skewness * (q - skewness / 6))) - 1)
