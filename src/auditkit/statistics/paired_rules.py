"""Two rules on the same people: how much better one of them is, and how sure that is.

A table holds people by group, decision of the first rule, decision of the second and outcome, in that order of axes,
each of the last three 0 or 1. People are independent draws of its cells. Where a rule draws lots, a person may count in
fractions, with the chance of each decision; intervals are then those of one draw for each person.

Every quantity carries its influence: how far one more person of each cell would move it, times the number of people.
Variances of anything put together from quantities follow from that, so that what two rules share cancels.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditkit.statistics.intervals import Interval

Floats = NDArray[np.float64]
EXTRA = 0.5
"""People added to each way in which two rules can disagree, before a variance is taken."""


class Quantity(NamedTuple):
    """A number that follows from a table, and what one person of each cell does to it."""

    value: float
    influence: Floats


def proportion(table: ArrayLike, *, counted: ArrayLike, among: ArrayLike) -> Quantity:
    """Share of some people among others, with its influence.

    Parameters
    ----------
    table
        People, shape (groups, 2, 2, 2).
    counted, among
        1 for the cells of the numerator and of the denominator, else 0; shapes that fit the table's.

    Raises
    ------
    ValueError
        If nobody is in the denominator, or a cell is counted and not among it.

    References
    ----------
    van der Vaart, A. W. (1998), Asymptotic Statistics, Cambridge, chapter 20: influence functions and the delta
    method.

    >>> table = np.array([[[[4, 1], [2, 3]], [[0, 0], [0, 0]]]])  # nobody is flagged by the first rule
    >>> flagged = np.zeros_like(table)
    >>> flagged[:, :, 1] = 1
    >>> proportion(table, counted=flagged, among=np.ones_like(table)).value
    0.5
    """
    people = np.asarray(table, dtype=np.float64)
    part = np.broadcast_to(np.asarray(counted, dtype=np.float64), people.shape)
    whole = np.broadcast_to(np.asarray(among, dtype=np.float64), people.shape)
    size = float((people * whole).sum())
    if size <= 0 or (part > whole).any():
        msg = f"expected people in the denominator, and counted cells among them; found {size:g} people"
        raise ValueError(msg)
    share = float((people * part).sum()) / size
    return Quantity(share, (part - share * whole) * float(people.sum()) / size)


def weighted(*terms: tuple[float, Quantity]) -> Quantity:
    """Sum of quantities times weights; weights 1 and -1 make it a difference.

    References
    ----------
    As `proportion`: influences add up as the quantities do.

    >>> half = Quantity(0.5, np.array([1.0]))
    >>> weighted((1, half), (-1, half))
    Quantity(value=0.0, influence=array([0.]))
    """
    value = sum(weight * quantity.value for weight, quantity in terms)
    return Quantity(value, np.asarray(sum(weight * quantity.influence for weight, quantity in terms)))


def logarithm(quantity: Quantity) -> Quantity:
    """Logarithm of a quantity; the difference of two is the logarithm of their ratio.

    Raises
    ------
    ValueError
        If it is not above 0.

    References
    ----------
    As `proportion`.

    >>> logarithm(Quantity(1.0, np.array([2.0])))
    Quantity(value=0.0, influence=array([2.]))
    """
    if quantity.value <= 0:
        msg = f"expected a quantity above 0, found {quantity.value:g}"
        raise ValueError(msg)
    return Quantity(math.log(quantity.value), quantity.influence / quantity.value)


def standard_error(table: ArrayLike, quantity: Quantity) -> float:
    """Spread of a quantity over samples like this one, each person drawn for itself.

    Half a person is added to each way in which the two rules can disagree, divided among groups as people with that
    outcome are. Without them rules that never disagreed in a small sample would seem to be the same for certain.

    Raises
    ------
    ValueError
        If the table is empty.

    References
    ----------
    As `proportion`. Agresti, A., Min, Y. (2005), Simple improved confidence intervals for comparing matched
    proportions, Statistics in Medicine 24, 729-740: half a person added to each cell.

    >>> table = np.array([[[[40, 10], [0, 0]], [[0, 0], [20, 30]]]])  # the rules agree on everybody
    >>> first, second = np.zeros_like(table), np.zeros_like(table)
    >>> first[:, 1], second[:, :, 1] = 1, 1
    >>> everyone = np.ones_like(table)
    >>> both = [proportion(table, counted=one, among=everyone) for one in (first, second)]
    >>> gap = weighted((1, both[1]), (-1, both[0]))
    >>> round(standard_error(table, gap), 4)  # root of 2 people who would disagree, of 100
    0.0141
    """
    people = np.asarray(table, dtype=np.float64)
    size = float(people.sum())
    if size <= 0:
        msg = "expected people in the table"
        raise ValueError(msg)
    by_outcome = people.sum(axis=(1, 2))
    shares = by_outcome / np.maximum(by_outcome.sum(axis=0), 1.0)
    extra = np.zeros_like(people)
    for decision in (0, 1):
        extra[:, decision, 1 - decision, :] = EXTRA * shares
    return math.sqrt(float(((people + extra) * quantity.influence**2).sum())) / size


def interval(table: ArrayLike, quantity: Quantity, *, critical: float) -> Interval:
    """Interval for a quantity that two rules on the same people share.

    Raises
    ------
    ValueError
        As `standard_error`.

    References
    ----------
    As `standard_error`.

    >>> table = np.array([[[[40, 10], [0, 0]], [[0, 0], [20, 30]]]])
    >>> same = Quantity(0.0, np.zeros(table.shape))
    >>> interval(table, same, critical=1.959964)
    Interval(low=0.0, high=0.0)
    """
    reach = critical * standard_error(table, quantity)
    return Interval(quantity.value - reach, quantity.value + reach)


def smaller_of(intervals: Iterable[Interval]) -> Interval:
    """Interval for the smallest of several quantities, from one interval of each.

    Its lower limit is right as often as each of theirs. Its upper limit can be wrong where any of theirs is.

    Raises
    ------
    ValueError
        If there is none.

    References
    ----------
    Berger, R. L. (1982), Multiparameter hypothesis testing and acceptance sampling, Technometrics 24, 295-300: all of
    several claims are shown when each is, without adjustment.

    >>> smaller_of([Interval(0.1, 0.5), Interval(-0.2, 0.9)])
    Interval(low=-0.2, high=0.5)
    """
    known = list(intervals)
    if not known:
        msg = "expected an interval"
        raise ValueError(msg)
    return Interval(min(one.low for one in known), min(one.high for one in known))
