"""What residents of areas are exposed to, and which areas are targeted most."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditkit.statistics.intervals import Interval


def mean_exposure(residents: ArrayLike, x: ArrayLike) -> float:
    """Mean of `x` over areas, weighted by residents: what the average resident's area receives.

    Parameters
    ----------
    residents
        Shape (areas,); people of one group; NaN where not known.
    x
        Shape (areas,); predictions, patrol-hours or alerts per area; NaN where not known. Areas with either missing
        are left out.

    Raises
    ------
    ValueError
        If residents are negative, or no one lives where `x` is known.

    References
    ----------
    Definition: methods 4.3, case P8.

    >>> mean_exposure([80, 20], [10, 30]), mean_exposure([20, 80], [10, 30])
    (14.0, 26.0)
    """
    people, amounts = np.asarray(residents, dtype=np.float64), np.asarray(x, dtype=np.float64)
    known = ~(np.isnan(people) | np.isnan(amounts))
    people, amounts = people[known], amounts[known]
    if (people < 0).any() or not people.sum() > 0:
        msg = f"exposure needs residents where the amount is known, found {people.sum():g} in {people.size} areas"
        raise ValueError(msg)
    return float(people @ amounts / people.sum())


def most_targeted(counts: ArrayLike, residents_total: ArrayLike, *, share: float = 0.05) -> NDArray[np.int64]:
    """Positions of the most targeted areas, most targeted first: the top w + 1 with w = round(share x areas).

    The window is The Markup's, who take ranks from n - w to n, so both ends: in a small city it is well above the
    share. Halves round to even in both R and Python (w of 50 areas is 2). Ties go to the area with more residents,
    then to the earlier position.

    Parameters
    ----------
    counts
        Shape (areas,); predictions; none missing.
    residents_total
        Shape (areas,); residents of all groups; NaN where not known, which ranks after every known number.

    Raises
    ------
    ValueError
        If there are no areas, a count is missing, or `share` is outside [0, 1].

    References
    ----------
    Sankin, A., Mehrotra, D., Mattu, S., Gilbertson, A. (2021), Crime prediction software promised to be free of
    biases. New data shows it perpetuates them, The Markup and Gizmodo; code in `rank-and-label.R`.

    >>> most_targeted([5, 9, 9, 0], [100, 50, 70, 10])
    array([2])
    """
    if not 0 <= share <= 1:
        msg = f"expected a share between 0 and 1, found {share}"
        raise ValueError(msg)
    order = _by_count_then_residents(counts, residents_total)
    return order[: round(order.size * share) + 1]


def strict_ranks(counts: ArrayLike, residents_total: ArrayLike) -> NDArray[np.float64]:
    """Ranks of counts without ties, 1 the lowest: of equal counts the area with more residents ranks higher.

    Parameters
    ----------
    counts, residents_total
        As `most_targeted`.

    Raises
    ------
    ValueError
        If there are no areas or a count is missing.

    References
    ----------
    As `most_targeted`: the column `pred_pop_rank`.

    >>> strict_ranks([5, 9, 9, 0], [100, 50, 70, 10])
    array([2., 3., 4., 1.])
    """
    order = _by_count_then_residents(counts, residents_total)
    ranks = np.empty(order.size)
    ranks[order] = np.arange(order.size, 0, -1)
    return ranks


def _by_count_then_residents(counts: ArrayLike, residents_total: ArrayLike) -> NDArray[np.int64]:
    """Positions from the highest count to the lowest."""
    values = np.asarray(counts, dtype=np.float64)
    people = np.asarray(residents_total, dtype=np.float64)
    if values.size == 0 or np.isnan(values).any():
        msg = "ranking needs areas, and a count for each of them"
        raise ValueError(msg)
    return np.lexsort((-np.where(np.isnan(people), -np.inf, people), -values)).astype(np.int64)


def rank_correlation(x: ArrayLike, y: ArrayLike) -> float:
    """Whether areas with more of one have more of the other: Spearman's correlation, equal values sharing a rank.

    The Markup's figures come from `strict_ranks` of the predictions as `x` and the group's share as `y`, areas
    without residents left out; plain counts as `x` give average ranks on both sides.

    Parameters
    ----------
    x, y
        Shape (areas,); any unit; NaN where not known: areas with either missing are left out.

    Raises
    ------
    ValueError
        If fewer than two areas are left, or one side is constant.

    References
    ----------
    Spearman, C. (1904), The proof and measurement of association between two things, American Journal of Psychology
    15, 72-101.

    >>> rank_correlation([1, 2, 3, 4], [10, 20, 40, 30])  # 1 - 6 (1 + 1) / (4 x 15)
    0.8
    """
    from scipy.stats import rankdata

    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    known = ~(np.isnan(first) | np.isnan(second))
    a, b = rankdata(first[known]), rankdata(second[known])
    if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        msg = f"rank correlation needs at least two areas and differing values, found {a.size} areas"
        raise ValueError(msg)
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / math.sqrt((a @ a) * (b @ b)))


def rank_correlation_interval(
    correlation: float,
    n: int,
    *,
    critical: float,
    variance: Literal["bonett_wright", "fisher"] = "bonett_wright",
) -> Interval:
    """Interval for a rank correlation of `n` independent areas, on Fisher's z scale.

    The variance of z is (1 + r^2/2)/(n - 3) for Spearman's correlation (Bonett and Wright); Fisher's 1/(n - 3) is for
    Pearson's and is too narrow here. Areas near each other are not independent, so the true interval is wider yet.

    Raises
    ------
    ValueError
        If `n` is below 4, or the correlation is not inside (-1, 1), where z is infinite.

    References
    ----------
    Bonett, D. G., Wright, T. A. (2000), Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations, Psychometrika 65, 23-28.

    >>> [round(limit, 2) for limit in rank_correlation_interval(0.6154, 13, critical=1.959964)]
    [0.04, 0.88]
    >>> [
    ...     round(limit, 2)
    ...     for limit in rank_correlation_interval(0.6154, 13, critical=1.959964, variance="fisher")
    ... ]
    [0.1, 0.87]
    """
    if n < 4 or not -1 < correlation < 1:
        msg = f"an interval needs at least 4 areas and a correlation inside (-1, 1), found {correlation} of {n} areas"
        raise ValueError(msg)
    inflation = 1 + correlation**2 / 2 if variance == "bonett_wright" else 1.0
    z, half = math.atanh(correlation), critical * math.sqrt(inflation / (n - 3))
    return Interval(math.tanh(z - half), math.tanh(z + half))
