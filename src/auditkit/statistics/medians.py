"""The middle of a list of numbers, with an interval that assumes no shape."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

FEWEST = 6
"""With fewer values no interval of 95 % exists: even the smallest and the largest hold the median less often."""


class Median(NamedTuple):
    """A median with its interval; limits are None where so few values give none."""

    value: float
    low: float | None
    high: float | None


def median(values: ArrayLike, counts: ArrayLike, *, level: float) -> Median:
    """Median of numbers that stand several times each, with the interval between two of them (order statistics).

    The interval holds the median at least as often as it says, whatever the shape: how many values lie below the median
    is binomial.

    Parameters
    ----------
    values
        Shape (values,), in increasing order.
    counts
        Shape (values,); how often each stands.
    level
        Confidence level, such as 0.95.

    Raises
    ------
    ValueError
        If there are no values, they are not in order, or a count is not above 0.

    References
    ----------
    Thompson, W. R. (1936), On confidence ranges for the median and other expectation distributions for populations of
    unknown distribution form, Annals of Mathematical Statistics 7, 122-128.

    >>> median(
    ...     [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1] * 10, level=0.95
    ... )  # 97.9 % between the second and the ninth
    Median(value=5.5, low=2.0, high=9.0)
    """
    from scipy.stats import binom

    numbers, times = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.int64)
    if (
        numbers.size == 0
        or numbers.shape != times.shape
        or (np.diff(numbers) <= 0).any()
        or (times <= 0).any()
    ):
        msg = f"a median needs values in order, each standing at least once; found {numbers.size} values"
        raise ValueError(msg)
    upto = np.cumsum(times)
    n = int(upto[-1])

    def at(rank: int) -> float:
        return float(numbers[np.searchsorted(upto, rank)])

    middle = (at((n + 1) // 2) + at(n // 2 + 1)) / 2
    below = int(binom.ppf((1 - level) / 2, n, 0.5))  # P(X < below) is at most the tail
    return Median(middle, at(below), at(n - below + 1)) if below else Median(middle, None, None)
