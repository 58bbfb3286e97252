"""Rates of groups that nobody recorded, from the probability of belonging to them.

People fall into zones in which everyone has the same probabilities. Of a zone it is known how many belong to a group, at
least about, and how many were counted; not how many of those counted belong to the group. Everything that agrees with
both is possible (Frechet). The bounds of a rate are its extremes over all of that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditkit.statistics.intervals import Interval

Floats = NDArray[np.float64]


class Zones(NamedTuple):
    """Counts of people by zone, in the last axis; draws may stand before it."""

    counted: Floats
    """In the numerator of the rate."""
    among: Floats
    """Otherwise in its denominator."""
    out: Floats
    """In neither, such as people with the outcome for a false positive rate."""


def frechet(p: float, q: float) -> Interval:
    """How large a share of people can be both in a group of share `p` and in one of share `q`.

    References
    ----------
    Frechet (1951), Sur les tableaux de correlation dont les marges sont donnees, Annales de l'Universite de Lyon A 14.

    >>> both = frechet(0.7, 0.4)  # methods G32
    >>> round(both.low, 4), both.high
    (0.1, 0.4)
    """
    return Interval(max(0.0, p + q - 1), min(p, q))


def rate_bounds(zones: Zones, share: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest rate of a group whose members nobody knows; 0 and 1 where it may have no members at all.

    Parameters
    ----------
    zones
        Counts by zone, of shape (..., zones).
    share
        Share of each zone that belongs to the group, of shape (zones,).

    References
    ----------
    Kallus, N., Mao, X., Zhou, A. (2022), Assessing algorithmic fairness with unobserved protected class using data
    combination, Management Science 68, 1959-1981. Zone by zone, members are placed first among those counted, then
    outside the rate, then among the others, for the highest; the other way round for the lowest. Two groups of one zone
    never compete for the same people at opposite extremes, so a difference or a ratio has the bounds that follow.

    >>> zones = Zones(np.array([460.0, 230.0]), np.array([540.0, 770.0]), np.zeros(2))  # methods G32
    >>> low, high = rate_bounds(zones, np.array([0.8, 0.3]))
    >>> round(float(low), 4), round(float(high), 4)  # (260 + 0) / 1,100 and (460 + 230) / 1,100
    (0.2364, 0.6273)
    """
    low = _filled(zones.among, zones.out, zones.counted, share)
    high = _filled(zones.counted, zones.out, zones.among, share)
    return _rate(low[1], low[0], empty=0.0), _rate(high[0], high[1], empty=1.0)


def _filled(first: Floats, second: Floats, last: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Place members in `first`, then in `second`, then in `last`; return how many stand in the first and the last."""
    members = share * (first + second + last)
    in_first = np.minimum(members, first)
    rest = members - in_first
    in_last = rest - np.minimum(rest, second)
    return in_first.sum(axis=-1), in_last.sum(axis=-1)


def _rate(counted: Floats, among: Floats, *, empty: float) -> Floats:
    whole = counted + among
    filled = whole > 1e-12
    return np.where(filled, counted / np.where(filled, whole, 1.0), empty)


def drawn_again(zones: Zones, *, replicates: int, rng: np.random.Generator) -> Zones:
    """Draw the whole table again, as another sample of as many people would have given it.

    Parameters
    ----------
    zones
        Counts by zone, of shape (zones,).
    replicates
        How many tables to draw.
    rng
        Random numbers.

    References
    ----------
    Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 6: multinomial draws from counts.

    >>> zones = Zones(np.array([30.0]), np.array([70.0]), np.zeros(1))
    >>> drawn_again(zones, replicates=5, rng=np.random.default_rng(1)).counted.shape
    (5, 1)
    """
    table = np.stack(zones, axis=-1)
    people = int(table.sum())
    draws = rng.multinomial(people, (table / max(1, people)).ravel(), size=replicates)
    shaped = draws.reshape(replicates, *table.shape).astype(np.float64)
    return Zones(shaped[..., 0], shaped[..., 1], shaped[..., 2])


def around(low: Floats, high: Floats, *, level: float) -> Interval:
    """From the lower percentile of drawn lower bounds to the upper percentile of drawn upper ones.

    Parameters
    ----------
    low, high
        Bounds of each drawn table.
    level
        Confidence level.

    References
    ----------
    Horowitz and Manski 2000: an interval that holds the whole identified range with the stated probability.

    >>> [round(limit, 2) for limit in around(np.arange(100.0), np.arange(100.0) + 5, level=0.9)]
    [4.95, 99.05]
    """
    tail = (1 - level) / 2
    return Interval(float(np.quantile(low, tail)), float(np.quantile(high, 1 - tail)))
