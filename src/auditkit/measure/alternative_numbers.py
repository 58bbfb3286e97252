"""Numbers about one rule beside the tool's own: how well it serves, what gap it leaves, whom it flags."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.blocks import named
from auditkit.measure.groups import limits
from auditkit.results.alternatives import ALTERNATIVE, ESTIMATE, Aim
from auditkit.results.measurements import Bounds, Estimate, Group, Measurement, NotEstimable, Result
from auditkit.statistics import critical
from auditkit.statistics.intervals import Interval, wilson
from auditkit.statistics.paired_rules import (
    Quantity,
    interval,
    logarithm,
    proportion,
    smaller_of,
    weighted,
)

Floats = NDArray[np.float64]
DECIDED, OTHER, OUTCOME = (np.indices((2, 2, 2))[axis] for axis in range(3))
RATES = ("selection_rate", "false_positive_rate", "false_negative_rate")
"""Rates of each group under each rule."""
LEVEL = 0.95


class Named(Protocol):
    """A rule, as far as its numbers go."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """What kind of rule it is."""

    @property
    def tables(self) -> tuple[Floats, Floats]:
        """Its people in both halves."""

    @property
    def randomised(self) -> bool:
        """Whether it draws lots."""


def _masks(rate: str, acts: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which cells a rate counts, and among which."""
    everyone = np.ones_like(acts, dtype=bool)
    found = {
        "selection_rate": (acts == 1, everyone),
        "false_positive_rate": ((acts == 1) & (OUTCOME == 0), OUTCOME == 0),
        "false_negative_rate": ((acts == 0) & (OUTCOME == 1), OUTCOME == 1),
        "accuracy": (acts == OUTCOME, everyone),
        "true_positive_rate": ((acts == 1) & (OUTCOME == 1), OUTCOME == 1),
        "positive_predictive_value": ((acts == 1) & (OUTCOME == 1), acts == 1),
    }
    return found[rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What rules are compared on."""

    aim: Aim
    dimension: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    pair: tuple[int, int]
    """Places of the group and of the one it is compared with."""
    burden: bool

    def named(self, which: int) -> Group:
        """Name one of the two groups."""
        return named(self.dimension, self.groups[self.pair[which]])

    def rate(self, table: Floats, rate: str, *, candidate: bool, group: int | None = None) -> Quantity | None:
        """Return a rate of everyone or of one group, under one of the two rules; None where nobody is in it."""
        counted, among = _masks(rate, OTHER if candidate else DECIDED)
        here = np.ones((len(table), 1, 1, 1)) if group is None else np.zeros((len(table), 1, 1, 1))
        if group is not None:
            here[group] = 1
        try:
            return proportion(table, counted=here * counted, among=here * among)
        except ValueError:
            return None

    def gap(self, table: Floats, *, candidate: bool) -> Quantity | None:
        """Return how far apart the two groups are: a difference, or the logarithm of a ratio."""
        rate, _, kind = self.aim.disparity.rpartition("_")
        both = [self.rate(table, rate, candidate=candidate, group=group) for group in self.pair]
        first, second = both
        if first is None or second is None:
            return None
        if kind == "ratio":
            if min(first.value, second.value) <= 0:
                return None
            first, second = logarithm(first), logarithm(second)
        return weighted((1, first), (-1, second))

    def gain(self, table: Floats) -> Quantity | None:
        """Return how much better the other rule serves the need."""
        after, before = (
            self.rate(table, self.aim.utility, candidate=candidate) for candidate in (True, False)
        )
        return None if after is None or before is None else weighted((1, after), (-1, before))

    def flags(self, table: Floats) -> Quantity | None:
        """Return the logarithm of how many times as many people the other rule flags."""
        after, before = (
            self.rate(table, "selection_rate", candidate=candidate) for candidate in (True, False)
        )
        if after is None or before is None or min(after.value, before.value) <= 0:
            return None
        return weighted((1, logarithm(after)), (-1, logarithm(before)))

    def within(self, table: Floats) -> bool:
        """Tell whether the other rule flags about as many people, as far as that is harm."""
        flags = self.flags(table)
        if flags is None:
            return False
        times = math.exp(flags.value)
        return times <= 1 + self.aim.flags_within if self.burden else times >= 1 - self.aim.flags_within

    def sides(self, table: Floats) -> tuple[Quantity, Quantity] | None:
        """Return by how much the other rule's gap is small enough, on both sides of equality."""
        before, after = self.gap(table, candidate=False), self.gap(table, candidate=True)
        if before is None or after is None:
            return None
        left = (1 - self.aim.smallest_reduction) * (1 if before.value >= 0 else -1)
        sign = 1 if before.value >= 0 else -1
        return weighted((left, before), (-sign, after)), weighted((left, before), (sign, after))

    def margin(self, table: Floats) -> Quantity | None:
        """Return the smaller of both."""
        sides = self.sides(table)
        return None if sides is None else min(sides, key=lambda one: one.value)


def numbers(rule: Named, compared: Compared, *, shortlisted: int) -> Iterator[Measurement]:
    """Measure a rule in the estimating half.

    Parameters
    ----------
    rule
        The rule.
    compared
        What rules are compared on.
    shortlisted
        Among how many rules it is tested; 0 where it is not.

    References
    ----------
    Methods 7.3: paired intervals on common units. The family is the shortlist, by Bonferroni.
    """
    table, aim = rule.tables[ESTIMATE], compared.aim
    joint = critical.bonferroni(LEVEL, shortlisted) if shortlisted > 1 else None
    own = rule.kind == "deployed"

    def item(metric: str, result: Result, *, group: Group = (), against: Group | None = None) -> Measurement:
        dimension = compared.dimension if group else ()
        return Measurement(
            metric=f"alternative_{metric}", dimension=dimension, group=group, against=against, result=result,
            stratum=f"{ALTERNATIVE}{rule.name}",
        )  # fmt: skip

    def paired(quantity: Quantity | None, as_read: Callable[[float], float] = float) -> Result:
        return _estimate(quantity, lambda reach, q: interval(table, q, critical=reach), joint, as_read)

    rate, _, kind = aim.disparity.rpartition("_")
    as_read = math.exp if kind == "ratio" else float
    pair = {"group": compared.named(0), "against": compared.named(1)}
    yield item(aim.utility, _rate(table, aim.utility, None, lots=rule.randomised))
    yield item(aim.disparity, paired(compared.gap(table, candidate=True), as_read), **pair)
    for at, group in enumerate(compared.groups):
        where = named(compared.dimension, group)
        for name in RATES:
            yield item(name, _rate(table, name, at, lots=rule.randomised), group=where)
    if own:
        return
    yield item(f"{aim.utility}_gain", paired(compared.gain(table)))
    yield item("flags_ratio", paired(compared.flags(table), math.exp))
    yield item(f"{rate}_gap_change", paired(_change(compared, table), as_read), **pair)
    sides = compared.sides(table)
    yield item(f"{rate}_gap_margin", _margin(table, sides, joint), **pair)
    for at, group in enumerate(compared.groups):
        after, before = (compared.rate(table, "selection_rate", candidate=c, group=at) for c in (True, False))
        change = None if after is None or before is None else weighted((1, after), (-1, before))
        yield item("flagged_change", paired(change), group=named(compared.dimension, group))


def _change(compared: Compared, table: Floats) -> Quantity | None:
    before, after = compared.gap(table, candidate=False), compared.gap(table, candidate=True)
    return None if before is None or after is None else weighted((1, after), (-1, before))


def _margin(table: Floats, sides: tuple[Quantity, Quantity] | None, joint: float | None) -> Result:
    if sides is None:
        return NotEstimable(reason="NE-DENOM")
    smaller = min(sides, key=lambda one: one.value)

    def both(reach: float, _: Quantity) -> Interval:
        return smaller_of(interval(table, one, critical=reach) for one in sides)

    return _estimate(smaller, both, joint, float)


def _estimate(
    quantity: Quantity | None,
    reach: Callable[[float, Quantity], Interval],
    joint: float | None,
    as_read: Callable[[float], float],
) -> Result:
    if quantity is None:
        return NotEstimable(reason="NE-DENOM")

    def read(level: float) -> Bounds:
        low, high = reach(level, quantity)
        return as_read(low), as_read(high)

    return Estimate(
        value=as_read(quantity.value), interval=read(critical.normal(LEVEL)), interval_90=read(critical.normal(0.90)),
        interval_family=None if joint is None else read(joint), method="paired_delta",
    )  # fmt: skip


def _rate(table: Floats, rate: str, group: int | None, *, lots: bool) -> Result:
    """Measure a rate under the other rule: Wilson's interval, on expected counts where the rule draws lots."""
    counted, among = _masks(rate, OTHER)
    people = table if group is None else table[group : group + 1]
    part, whole = float((people * counted).sum()), float((people * among).sum())
    if whole <= 0:
        return NotEstimable(reason="NE-DENOM")

    def read(level: float) -> Bounds:
        return limits(wilson(min(part, whole), whole, critical=critical.normal(level)))

    return Estimate(
        value=part / whole, interval=read(LEVEL), interval_90=read(0.90), interval_family=None,
        method="wilson_expected" if lots else "wilson", numerator=None if lots else round(part),
        denominator=None if lots else round(whole),
    )  # fmt: skip
