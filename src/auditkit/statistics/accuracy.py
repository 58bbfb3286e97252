"""How well flagged areas catch what happens: which areas are highest, and the two indices of the field."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def highest(scores: ArrayLike, count: int) -> NDArray[np.bool_]:
    """Which areas hold the `count` highest scores; equal scores go to the earlier position.

    Callers order areas by id as text, so that ties are settled by id.

    Parameters
    ----------
    scores
        Shape (areas,); any unit; NaN where an area has no score: it is never flagged.
    count
        How many areas to flag; all that have a score if there are fewer.

    Raises
    ------
    ValueError
        If `count` is negative.

    References
    ----------
    Definition: methods 4.2, "same k, same periods, fixed tie rule".

    >>> highest([3.0, float("nan"), 5.0, 3.0], 2)
    array([ True, False,  True, False])
    """
    if count < 0:
        msg = f"expected a number of areas of at least 0, found {count}"
        raise ValueError(msg)
    values = np.asarray(scores, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    flagged = np.zeros(values.shape, dtype=np.bool_)
    flagged[order[:count]] = True
    return flagged & ~np.isnan(values)


def share_of_areas(share: float, n: int) -> int:
    """How many of `n` areas a share means: rounded down, undisturbed by floating error.

    Raises
    ------
    ValueError
        If `share` is outside [0, 1] or `n` is negative.

    References
    ----------
    PredictCode, `open_cp.evaluation` and its tests (coverage of a grid never exceeds the share asked for).

    >>> share_of_areas(0.49, 8), share_of_areas(0.7, 6), share_of_areas(0.29, 100)
    (3, 4, 29)
    """
    if not 0 <= share <= 1 or n < 0:
        msg = f"expected a share between 0 and 1 and at least 0 areas, found {share} of {n}"
        raise ValueError(msg)
    return math.floor(round(share * n, 9))


def oracle_caught(outcomes: ArrayLike, count: int) -> float:
    """Most outcomes that `count` areas could have caught, had they been known beforehand.

    Parameters
    ----------
    outcomes
        Shape (areas,); events of one period; NaN where not known: such an area is never chosen.
    count
        How many areas are flagged.

    Raises
    ------
    ValueError
        As `highest`.

    References
    ----------
    Hunt, J. M. (2016), Do crime hot spots move?, doctoral dissertation, American University: the best forecast of
    the same area.

    >>> oracle_caught([1, 5, 0, 3], 2)
    8.0
    """
    values = np.asarray(outcomes, dtype=np.float64)
    return float(values[highest(values, count)].sum())


def predictive_accuracy_index(caught: float, total: float, flagged_size: float, all_size: float) -> float:
    """How many times more events the flagged areas hold than their size alone would (PAI).

    Sizes are areas or street lengths in one unit, or numbers of areas where they count equally. The index depends on
    `all_size`: leave uninhabitable land out.

    Raises
    ------
    ValueError
        If `total`, `flagged_size` or `all_size` is not positive, or a part exceeds its whole.

    References
    ----------
    Chainey, S., Tompson, L., Uhlig, S. (2008), The utility of hotspot mapping for predicting spatial patterns of
    crime, Security Journal 21, 4-28.

    >>> predictive_accuracy_index(30, 100, 2, 50), predictive_accuracy_index(30, 100, 2, 20)
    (7.5, 3.0)
    """
    if not (0 <= caught <= total and total > 0 and 0 < flagged_size <= all_size):
        msg = f"expected parts of positive wholes, found events {caught} of {total}, size {flagged_size} of {all_size}"
        raise ValueError(msg)
    return caught * all_size / (total * flagged_size)


def prediction_efficiency_index(caught: float, best_caught: float) -> float:
    """Share of the events caught that the best choice of equally many areas would have caught (PEI).

    This form holds for areas of equal size, where the index of the flagged areas over that of the best ones is the
    ratio of the events; it is unreliable with unequal areas.

    Parameters
    ----------
    caught
        Events in the flagged areas.
    best_caught
        Events in the best areas, from `oracle_caught`, summed over the same periods.

    Raises
    ------
    ValueError
        If `best_caught` is not positive or smaller than `caught`.

    References
    ----------
    Hunt (2016), as in `oracle_caught`.

    >>> prediction_efficiency_index(30, 40)
    0.75
    """
    if not (0 <= caught <= best_caught and best_caught > 0):
        msg = f"expected events caught within a positive best, found {caught} of {best_caught}"
        raise ValueError(msg)
    return caught / best_caught
