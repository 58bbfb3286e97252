"""Tipping points: how many unrecorded outcomes in one group would move a comparison to equality, or to a limit.

References
----------
Methods 3.11; Fogliato, R., G'Sell, M., Chouldechova, A. (2020), Fairness evaluation in presence of biased noisy labels.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from auditkit.measure.blocks import RateBlock, named, pairs_of
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, difference_interval, ratio_interval
from auditkit.measure.groups import Rate
from auditkit.measure.unseen import HIDDEN_RATES, tables
from auditkit.results.measurements import Measurement, NotEstimable, TippingPoint
from auditkit.results.tally import GroupTally, is_known
from auditkit.statistics import critical
from auditkit.statistics.hidden_positives import Kind, Table, fewest_hidden, hidden_to_reach
from auditkit.statistics.intervals import Interval
from auditkit.statistics.worst_case import Filled

GroupKey = tuple[str, ...]
Gap = Literal["ratio", "difference"]
EQUAL: dict[Gap, float] = {"ratio": 1.0, "difference": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """Two rates as they are compared, and which of them hides outcomes."""

    first: Rate
    second: Rate
    gap: Gap
    pairs: Pairing
    measuring: Measuring

    def with_hidden(self, fill: Filled, *, in_first: bool) -> "_Comparison":
        rate = self.first if in_first else self.second
        rate = rate.counting(fill.x, fill.m, value=fill.rate, size=rate.size)
        first, second = (rate, self.second) if in_first else (self.first, rate)
        return _Comparison(
            first=first, second=second, gap=self.gap, pairs=self.pairs, measuring=self.measuring
        )

    def target(self, value: float, *, in_first: bool) -> float:
        """Return the rate of the group that hides outcomes at which the comparison has a value."""
        other = self.second.value if in_first else self.first.value
        if self.gap == "difference":
            return other + value if in_first else other - value
        return other * value if in_first else other / value if value else math.inf

    def interval(self) -> Interval:
        reach = self.pairs.critical or critical.normal(0.95)
        if self.gap == "difference":
            joint = self.pairs.critical is not None and self.pairs.simultaneous
            return difference_interval(self.first, self.second, reach, simultaneous=joint)
        if not self.first.value and not self.second.value:
            return Interval(0.0, float("inf"))
        return ratio_interval(self.first, self.second, kind=self.measuring.ratio_interval)[1](reach)


def tipping_points(block: RateBlock, tally: GroupTally, measuring: Measuring) -> Iterator[TippingPoint]:
    """Work out tipping points of a rate's comparisons: to equality for all, to each limit for those under one."""
    if block.metric not in HIDDEN_RATES or not block.dimension:
        return
    known = {group: rate for group, rate in block.rates.items() if is_known(group) and rate.reason is None}
    recorded = tables(tally)
    for gap in EQUAL:
        name = f"{block.metric}_{gap}"
        marks = measuring.marks.get((name, block.dimension), ())
        if gap == "difference" and not marks:
            continue  # equality of rates is the same for both; ratios carry it
        pairs = pairs_of(block, known, measuring, kind=gap)
        for pair in pairs.pairs:
            if not known.keys() >= {*pair} or not recorded.keys() >= {*pair}:
                continue
            compared = _Comparison(
                first=known[pair[0]], second=known[pair[1]], gap=gap, pairs=pairs, measuring=measuring
            )
            if gap == "ratio" and not (compared.first.value and compared.second.value):
                continue
            yield from _of_pair(block, name, pair, compared, marks=marks, recorded=recorded)


def _of_pair(
    block: RateBlock, name: str, pair: tuple[GroupKey, GroupKey], compared: _Comparison, *, marks: tuple[float, ...],
    recorded: dict[GroupKey, Table],
) -> Iterator[TippingPoint]:  # fmt: skip
    first, second = (named(block.dimension, group) for group in pair)
    absent = NotEstimable(reason="NE-DENOM")
    item = Measurement(metric=name, dimension=block.dimension, group=first, against=second, result=absent).id
    kind = cast("Kind", block.metric)
    for value in dict.fromkeys((EQUAL[compared.gap], *marks)):
        for at, group in enumerate(pair):
            table = recorded[group]
            yield TippingPoint(
                measurement=item, hidden_in=named(block.dimension, group), reaches=value,
                parity=value == EQUAL[compared.gap], of=table.people,
                hidden=hidden_to_reach(table, compared.target(value, in_first=at == 0), kind=kind),
                undecided=_undecided(table, value, compared, in_first=at == 0, kind=kind),
            )  # fmt: skip


def _undecided(
    table: Table, value: float, compared: _Comparison, *, in_first: bool, kind: Kind
) -> int | None:
    """Find from how many hidden outcomes on the range that chance allows holds a value."""
    target = compared.target(value, in_first=in_first)
    rises = target > (compared.first if in_first else compared.second).value
    gap_rises = rises == in_first

    def holds(fill: Filled) -> bool:
        low, high = compared.with_hidden(fill, in_first=in_first).interval()
        return high >= value if gap_rises else low <= value

    return fewest_hidden(table, holds, kind=kind, rises=rises)
