"""How often the four-fifths rule fires when nothing is wrong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Floats = NDArray[np.float64]
POINTS = 2_000
"""A group's counts are taken one by one up to so many of them, else in steps too small to matter."""
REACH = 12.0
"""Standard deviations around the mean that are looked at; beyond them lies less than 1e-30."""


def fires_by_chance(rate: float, sizes: Sequence[int], *, limit: float = 0.8) -> float:
    """Probability that the lowest rate falls below four fifths of the highest although all true rates are equal.

    Parameters
    ----------
    rate
        The common true rate of the better decision, above 0 and at most 1.
    sizes
        People in each group; two groups or more.
    limit
        The share of the highest rate below which the rule fires.

    Raises
    ------
    ValueError
        If there are fewer than two groups, one is empty, or the rate lies outside.

    References
    ----------
    29 CFR 1607.4(D); methods 3.2. The highest rate is one group's count; all others lie between four fifths of it and
    it, or the rule fires. Samples in which nobody anywhere has the better decision have no ratio and do not count.
    Expected numbers: methods G13.

    >>> [round(fires_by_chance(p, [n, n]), 4) for p, n in ((0.05, 200), (0.3, 50), (0.05, 5000))]
    [0.5985, 0.4567, 0.0108]
    """
    if len(sizes) < 2 or min(sizes) < 1 or not 0 < rate <= 1:
        msg = f"expected at least two groups of people and a rate above 0 and at most 1, found {list(sizes)}, {rate}"
        raise ValueError(msg)
    quiet = 0.0
    for at, size in enumerate(sizes):
        counts, mass = _counts(rate, size)
        highest = counts / size
        for other, people in enumerate(sizes):
            if other != at:
                # ties go to the group named first, so that every sample counts once
                top = (
                    np.floor(highest * people + 1e-9) if other > at else np.ceil(highest * people - 1e-9) - 1
                )
                bottom = np.ceil(limit * highest * people - 1e-9) - 1
                mass = mass * np.maximum(0, binom.cdf(top, people, rate) - binom.cdf(bottom, people, rate))
        quiet += float(mass.sum())
    nobody = float(np.prod([binom.pmf(0, size, rate) for size in sizes]))
    return min(1.0, max(0.0, 1.0 - quiet - nobody))


def _counts(rate: float, size: int) -> tuple[Floats, Floats]:
    """Return counts above 0 that a group may have, and their probabilities."""
    spread = REACH * float(np.sqrt(size * rate * (1 - rate)))
    low, high = max(0, int(size * rate - spread) - 1), min(size, int(size * rate + spread) + 1)
    edges = np.unique(np.linspace(low, high, min(high - low, POINTS) + 1).round())
    mass = np.diff(binom.cdf(edges, size, rate))
    middle = np.floor((edges[:-1] + 1 + edges[1:]) / 2)
    return middle, mass
