"""How far a population has moved between two times."""

import numpy as np
from numpy.typing import ArrayLike


def stability(before: ArrayLike, now: ArrayLike) -> float:
    """How far counts by part have moved: population stability index, the sum of (q - p) ln(q / p) over shares.

    Half a person is added to every part, so that an empty one does not make it infinite.

    Parameters
    ----------
    before, now
        Shape (parts,); people or incidents in each part at the two times.

    Raises
    ------
    ValueError
        If the two differ in shape, or a count is negative or missing.

    References
    ----------
    Siddiqi, N. (2006), Credit risk scorecards, Wiley: above .25 the population has changed. It is Jeffreys' divergence
    (Jeffreys 1946).

    >>> round(stability([500, 500], [800, 200]), 2)  # 0.3 ln 1.6 + 0.3 ln 2.5
    0.41
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(now, dtype=np.float64)
    if first.shape != second.shape or not ((first >= 0) & (second >= 0)).all():
        msg = f"two lists of counts from 0 up were expected; found shapes {first.shape} and {second.shape}"
        raise ValueError(msg)
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, second))
    return float(((q - p) * np.log(q / p)).sum())
