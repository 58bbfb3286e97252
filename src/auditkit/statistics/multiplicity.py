"""Adjusted p-values: what a p-value is worth when it is one of many.

Each function takes the p-values of one family, declared before the results were seen, and returns adjusted ones in
the same order. Compare them with .05 as one would a single p-value.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def _family(p_values: ArrayLike) -> Floats:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        msg = f"expected a list of p-values between 0 and 1, found {p}"
        raise ValueError(msg)
    return p


def bonferroni(p_values: ArrayLike) -> Floats:
    """Adjust so that all rejections of the family are right with probability .95, whatever the dependence.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1.

    References
    ----------
    Dunn, O. J. (1961), Multiple comparisons among means, JASA 56, 52-64.

    >>> bonferroni([0.01, 0.5])
    array([0.02, 1.  ])
    """
    p = _family(p_values)
    return np.minimum(1.0, p * p.size)


def holm(p_values: ArrayLike) -> Floats:
    """Adjust as `bonferroni` does, with the same guarantee and never less power: step down from the smallest.

    Raises
    ------
    ValueError
        As `bonferroni`.

    References
    ----------
    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    65-70.

    >>> holm([0.02, 0.01, 0.04])  # 3 x .01, 2 x .02, 1 x .04, none below the one before
    array([0.04, 0.03, 0.04])
    """
    p = _family(p_values)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return np.minimum(1.0, adjusted)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjust so that at most 5 % of all rejections are expected to be wrong: for screening many areas.

    It holds for independent tests and for positively dependent ones. A single rejection is less sure than under
    `holm`.

    Raises
    ------
    ValueError
        As `bonferroni`.

    References
    ----------
    Benjamini, Y., Hochberg, Y. (1995), Controlling the false discovery rate, Journal of the Royal Statistical Society
    B 57, 289-300.

    >>> benjamini_hochberg([0.02, 0.01, 0.04])  # 3/1 x .01, 3/2 x .02, 3/3 x .04, none above the one after
    array([0.03, 0.03, 0.04])
    """
    p = _family(p_values)
    order = np.argsort(p, kind="stable")[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(p[order] * p.size / np.arange(p.size, 0, -1))
    return np.minimum(1.0, adjusted)
