"""How much two sets of areas have in common."""

import numpy as np
import numpy.typing as npt


def jaccard(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Areas in both sets, as a share of the areas in either: 1 is the same set, 0 has nothing in common.

    Raises
    ------
    ValueError
        If both sets are empty.

    References
    ----------
    Jaccard, P. (1912), The distribution of the flora in the alpine zone, New Phytologist 11, 37-50.

    >>> jaccard(np.array([True, True, False]), np.array([True, False, True])).__round__(4)
    0.3333
    """
    either = int((one | other).sum())
    if either == 0:
        msg = "two empty sets have no overlap"
        raise ValueError(msg)
    return int((one & other).sum()) / either
