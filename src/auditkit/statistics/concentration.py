"""How unevenly something falls on areas, and how much the same areas return from one period to the next."""

import numpy as np
from numpy.typing import ArrayLike


def gini(x: ArrayLike) -> float:
    """How unequally an amount is spread over areas: 0 all equal, towards 1 all in one (Gini coefficient).

    It depends on the number of areas, so compare only figures over the same areas; areas that do not exist (codes
    such as "not assignable") raise it.

    Parameters
    ----------
    x
        Shape (areas,); amounts of at least 0, none missing.

    Raises
    ------
    ValueError
        If an amount is negative or missing, or all are 0, or there are none.

    References
    ----------
    Gini, C. (1912), Variabilita e mutabilita, Bologna; the formula over ordered values, without the correction
    n/(n - 1), is methods 4.4.

    >>> gini([0, 0, 0, 10]), gini([1, 2, 3, 4])
    (0.75, 0.25)
    """
    values = np.sort(np.asarray(x, dtype=np.float64))
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        msg = "concentration needs finite amounts of at least 0, not all 0"
        raise ValueError(msg)
    n = values.size
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float(weights @ values / (n * values.sum()))


def jaccard(a: ArrayLike, b: ArrayLike) -> float:
    """Share of the areas in either set that are in both.

    Parameters
    ----------
    a, b
        Shape (areas,); whether each area is in the set.

    Raises
    ------
    ValueError
        If both sets are empty.

    References
    ----------
    Jaccard, P. (1912), The distribution of the flora in the alpine zone, New Phytologist 11, 37-50.

    >>> jaccard([True, True, False], [False, True, True])
    0.3333333333333333
    """
    first, second = np.asarray(a, dtype=np.bool_), np.asarray(b, dtype=np.bool_)
    either = int(np.count_nonzero(first | second))
    if either == 0:
        msg = "the overlap of two empty sets is not defined"
        raise ValueError(msg)
    return int(np.count_nonzero(first & second)) / either


def mean_overlap(flags: ArrayLike) -> float:
    """How much the flagged areas of one period return in the next: 1 always the same, 0 never.

    The mean of the Jaccard index over consecutive periods; two consecutive periods without any flag are left out.

    Parameters
    ----------
    flags
        Shape (areas, periods); whether each area was flagged.

    Raises
    ------
    ValueError
        If there are fewer than two periods, or no two consecutive ones with a flag.

    References
    ----------
    Jaccard (1912), as in `jaccard`; its use as turnover: methods 4.4.

    >>> mean_overlap([[True, True, False], [False, True, True]])  # 1/2 and 1/2
    0.5
    """
    marked = np.asarray(flags, dtype=np.bool_)
    before, after = marked[:, :-1], marked[:, 1:]
    both, either = (before & after).sum(axis=0), (before | after).sum(axis=0)
    seen = either > 0
    if not seen.any():
        msg = f"overlap needs two consecutive periods with a flag, found {marked.shape[1]} periods"
        raise ValueError(msg)
    return float(np.mean(both[seen] / either[seen]))
