"""How far people whose group, decision or outcome is not known could move a rate, or the gap between two rates.

A rate is `x` of `m`. Each open person could add to it in one of a few ways, and nobody knows in which. The extremes over
all ways are the bounds: they hold whatever the truth is about these people, and no narrower ones do. They are bounds
of the sample; sampling error comes on top.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Fill(Protocol):
    """A rate, once every open person has been given a place."""

    @property
    def x(self) -> float:
        """People counted."""
        ...

    @property
    def m(self) -> float:
        """People among whom they are counted."""
        ...

    @property
    def rate(self) -> float:
        """`x / m`."""
        ...


class Filled(NamedTuple):
    """A rate as counts, once every open person has been given a place."""

    x: int
    m: int

    @property
    def rate(self) -> float:
        """`x / m`."""
        return self.x / self.m


class Open(NamedTuple):
    """Open people of one rate, by what they could add to it."""

    counted: int = 0
    """Either one to `x` and `m`, or nothing: flagged people who may belong to another group."""
    among: int = 0
    """Either one to `m`, or nothing."""
    either: int = 0
    """One to `m`, and perhaps one to `x`: flagged people whose outcome is missing, for the predictive value."""

    def plus(self, other: "Open") -> "Open":
        """Take two sets of open people together."""
        return Open(self.counted + other.counted, self.among + other.among, self.either + other.either)


Pair = tuple[Fill, Fill]
Gap = Callable[[Pair], float]
"""What is compared: rises with the first rate and falls with the second."""


def difference(pair: Pair) -> float:
    """First rate minus the second.

    References
    ----------
    Methods 3.2.

    >>> difference((Filled(40, 100), Filled(20, 100)))
    0.2
    """
    return pair[0].rate - pair[1].rate


def ratio(pair: Pair) -> float:
    """First rate over the second; infinite where only the second is zero.

    References
    ----------
    Methods 3.2.

    >>> ratio((Filled(40, 100), Filled(20, 100)))
    2.0
    """
    if pair[1].x == 0:
        return math.inf if pair[0].x else 0.0
    return pair[0].rate / pair[1].rate


def excess(pair: Pair) -> float:
    """People counted in the first group beyond those whom the second's rate would give it.

    References
    ----------
    Methods 3.2: the difference times the people whom the first rate is about.

    >>> excess((Filled(40, 100), Filled(20, 100)))
    20.0
    """
    return pair[0].x - pair[0].m * pair[1].rate


def cross(pair: Pair) -> float:
    """How far one product of a table of two groups exceeds the other; it rises with the odds ratio.

    References
    ----------
    Methods 3.8: counted in the first times not counted in the second, minus the reverse.

    >>> cross((Filled(40, 100), Filled(20, 100)))
    2000
    """
    first, second = pair
    return first.x * (second.m - second.x) - (first.m - first.x) * second.x


def rate_fills(x: int, m: int, unknown: Open) -> tuple[Filled, Filled]:
    """Fill the open people so that the rate is lowest, and so that it is highest.

    Parameters
    ----------
    x, m
        Counts of people whose place is known; `m` may be zero only if somebody is open.
    unknown
        Open people who could belong here.

    References
    ----------
    Manski, C. F. (1989), Anatomy of the selection problem, Journal of Human Resources 24, 343-360; Horowitz and Manski
    (1995), Identification and robustness with contaminated and corrupted data, Econometrica 63, 281-302.

    >>> rate_fills(40, 100, Open(counted=25, among=25))
    (Filled(x=40, m=125), Filled(x=65, m=125))
    """
    more = unknown.counted + unknown.either
    return Filled(x, m + unknown.among + unknown.either), Filled(x + more, m + more)


def pair_fills(
    first: tuple[Filled, Open], second: tuple[Filled, Open], shared: Open, *, gap: Gap
) -> tuple[Pair, Pair]:
    """Fill open people so that the gap between two groups is lowest, and so that it is highest.

    At its highest, everyone who could raise the first rate belongs to the first group, and everyone who could lower the
    second belongs to the second. Those who could do either are split where the gap is largest; it is concave in the split.

    Parameters
    ----------
    first, second
        Counts of each group, and open people who could belong to it but not to the other.
    shared
        Open people who could belong to either group, or to neither.
    gap
        `difference`, `ratio` or `excess`.

    References
    ----------
    Methods 3.12; Manski 1989.

    >>> low, high = pair_fills((Filled(40, 100), Open()), (Filled(20, 100), Open()), Open(25, 25), gap=ratio)
    >>> round(ratio(low), 4), ratio(high)  # methods G31
    (0.8889, 3.25)
    """
    high = _highest(first, second, shared, gap)

    def reverse(pair: Pair) -> float:
        return -gap((pair[1], pair[0]))

    down = _highest(second, first, shared, reverse)
    return (down[1], down[0]), high


def _highest(first: tuple[Filled, Open], second: tuple[Filled, Open], shared: Open, gap: Gap) -> Pair:
    (x, m), own = first
    (y, n), other = second
    up = own.counted + own.either + shared.counted
    down = other.among + other.either + shared.among

    def at(split: int) -> Pair:
        rest = shared.either - split
        return Filled(x + up + split, m + up + split), Filled(y, n + down + rest)

    low, high = 0, shared.either
    while low < high:  # concave: climb towards the larger side
        middle = (low + high) // 2
        if gap(at(middle + 1)) > gap(at(middle)):
            low = middle + 1
        else:
            high = middle
    return at(low)


def meeting(groups: Sequence[Filled], unknown: Open) -> tuple[float, float]:
    """How high the lowest rate, and how low the highest, of several groups could be.

    Where the first is at least the second, open people could make all rates equal. Open people may go to any of the
    groups; where they may not, the true limits lie within these.

    Parameters
    ----------
    groups
        Counts of each group.
    unknown
        Open people, shared by all of them.

    References
    ----------
    Methods 3.12: raising every rate below a level to it takes so many counted people; the highest level that the open
    people suffice for is the first limit, and the second likewise.

    >>> lowest, highest = meeting([Filled(40, 100), Filled(20, 100)], Open(0, 50))
    >>> round(lowest, 4), round(highest, 4)  # 40 of 150
    (0.2, 0.2667)
    """
    up, down = unknown.counted + unknown.either, unknown.among + unknown.either
    least, most = min(one.rate for one in groups), max(one.rate for one in groups)

    def raising(level: float) -> float:
        return sum(max(0.0, (level * one.m - one.x) / (1 - level)) for one in groups)

    def lowering(level: float) -> float:
        return sum(max(0.0, one.x / level - one.m) for one in groups)

    lowest = _reach(least, 1.0, lambda level: level < 1 and raising(level) <= up)
    highest = -_reach(-most, 0.0, lambda level: level < 0 and lowering(-level) <= down)
    return lowest, highest


def _reach(start: float, end: float, possible: Callable[[float], bool]) -> float:
    """Find how far a level can go from where it is towards an end that is out of reach."""
    for _ in range(60):
        middle = (start + end) / 2
        start, end = (middle, end) if possible(middle) else (start, middle)
    return end
