"""What outcomes that happened and were not recorded could do to error rates.

Of the people of a group, `k` had the outcome although the records say that they had not; `k1` of these were flagged.
Nobody knows `k1`. Then FPR = (FP - k1) / (N0 - k), FNR = (FN + k - k1) / (P + k) and PPV = (TP + k1) / (TP + FP). Each is
monotone in `k1`, so its bounds are its values at the two ends that are possible: max(0, k - TN) and min(k, FP).
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from auditkit.statistics.worst_case import Filled

Kind = Literal["false_positive_rate", "false_negative_rate", "positive_predictive_value"]


class Table(NamedTuple):
    """A confusion matrix as recorded."""

    tn: int
    fp: int
    fn: int
    tp: int

    @property
    def people(self) -> int:
        """Everyone in it."""
        return sum(self)


RATES: dict[Kind, Callable[[Table], Filled]] = {
    "false_positive_rate": lambda t: Filled(t.fp, t.tn + t.fp),
    "false_negative_rate": lambda t: Filled(t.fn, t.fn + t.tp),
    "positive_predictive_value": lambda t: Filled(t.tp, t.fp + t.tp),
}
"""Rates as counts of a confusion matrix."""


def moved(table: Table, k: int, flagged: int) -> Table:
    """Move hidden outcomes to where they belong.

    Parameters
    ----------
    table
        What was recorded.
    k
        People whose outcome is hidden.
    flagged
        How many of them were flagged.

    References
    ----------
    Methods 3.11.

    >>> moved(Table(1139, 349, 461, 505), 25, 0)
    Table(tn=1114, fp=349, fn=486, tp=505)
    """
    rest = k - flagged
    return Table(table.tn - rest, table.fp - flagged, table.fn + rest, table.tp + flagged)


def hidden_fills(table: Table, k: tuple[int, int], *, kind: Kind) -> tuple[Filled, Filled]:
    """Hide so many outcomes that an error rate is lowest, and that it is highest.

    Parameters
    ----------
    table
        What was recorded.
    k
        Fewest and most hidden outcomes.
    kind
        The error rate.

    References
    ----------
    Fogliato, R., G'Sell, M., Chouldechova, A. (2020), Fairness evaluation in presence of biased noisy labels, AISTATS,
    with bounds sharpened to what is possible (methods 3.11).

    >>> low, high = hidden_fills(Table(1139, 349, 461, 505), (491, 491), kind="false_negative_rate")
    >>> round(low.rate, 4), round(high.rate, 4)  # methods G29
    (0.4139, 0.6534)
    """
    least, most = (min(max(0, one), table.tn + table.fp) for one in k)
    corners = {least, most, *(min(max(end, least), most) for end in (table.tn, table.fp))}
    tables = [
        moved(table, one, flagged)
        for one in sorted(corners)
        for flagged in (max(0, one - table.tn), min(one, table.fp))
    ]
    fills = [fill for one in tables if (fill := RATES[kind](one)).m]
    return min(fills, key=lambda fill: fill.rate), max(fills, key=lambda fill: fill.rate)


def hidden_to_reach(table: Table, level: float, *, kind: Kind) -> int | None:
    """Fewest hidden outcomes with which an error rate could be at a level, or beyond it; None if no number could.

    Parameters
    ----------
    table
        What was recorded.
    level
        The rate to reach.
    kind
        The error rate.

    References
    ----------
    Methods 3.11: the tipping point; Fogliato, G'Sell and Chouldechova 2020.

    >>> white = Table(1139, 349, 461, 505)
    >>> hidden_to_reach(white, 1369 / 2174, kind="positive_predictive_value")  # methods G30
    33
    >>> hidden_to_reach(white, 532 / 1901, kind="false_negative_rate") is None
    True
    """
    rises = level > RATES[kind](table).rate

    def reached(fill: Filled) -> bool:
        return fill.rate >= level if rises else fill.rate <= level

    return fewest_hidden(table, reached, kind=kind, rises=rises)


def fewest_hidden(table: Table, reached: Callable[[Filled], bool], *, kind: Kind, rises: bool) -> int | None:
    """Fewest hidden outcomes with which something could hold of an error rate that rises, or falls, as far as it can.

    Parameters
    ----------
    table
        What was recorded.
    reached
        What is asked of the rate; once it holds, it holds for rates farther that way.
    kind
        The error rate.
    rises
        Whether the rate is to rise.

    References
    ----------
    Methods 3.11. Predictive values rise, and the other rates fall, with hidden outcomes of flagged people; beyond the
    number of such people a rate goes no farther.

    >>> fewest_hidden(
    ...     Table(50, 50, 50, 50), lambda fill: fill.rate > 0.6, kind="false_negative_rate", rises=True
    ... )
    26
    """
    of_flagged = rises == (kind == "positive_predictive_value")
    stuck = kind == "positive_predictive_value" and not rises  # no hidden outcome lowers it
    most = 0 if stuck else table.fp if of_flagged else table.tn

    def holds(k: int) -> bool:
        fill = RATES[kind](moved(table, k, k if of_flagged else 0))
        return fill.m > 0 and reached(fill)

    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low if holds(low) else None
