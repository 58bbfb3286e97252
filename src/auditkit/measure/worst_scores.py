"""Bounds of what scores say, where somebody's group or outcome is not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.groups import Rate
from auditkit.measure.unseen import GroupKey, Kind, OpenPeople
from auditkit.measure.worst_cases import WorstCases, bounded
from auditkit.results.finer_tallies import ScoreTally
from auditkit.results.measurements import Estimate, Result
from auditkit.results.tally import is_known
from auditkit.statistics import calibration, discrimination, mover, worst_scores
from auditkit.statistics.intervals import Interval, wilson
from auditkit.statistics.worst_case import Filled, Open
from auditkit.statistics.worst_scores import Table

Floats = NDArray[np.float64]
At = Callable[[float], Interval]
"""An interval by its critical value."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorstScores:
    """Who is open in one dimension, by score.

    References
    ----------
    Methods 3.9 and 3.12. The range around the bounds adds each number's own interval at the filled tables.
    """

    known: Mapping[GroupKey, Table]
    """People whose outcome is known, by group."""
    own: Mapping[GroupKey, Floats]
    """People of a known group whose outcome is not known, by bin."""
    without: Floats
    """People of unknown group without the outcome, by bin."""
    with_outcome: Floats
    """People of unknown group with it."""
    nobodys: Floats
    """People of whom neither is known."""

    def at_score(self, group: GroupKey, rate: Rate, result: Result, *, first: int, after: int) -> Result:
        """Bound the share with the outcome among people of some bins."""
        unknown = self._open(group)

        def within(values: Floats) -> int:
            return int(values[first:after].sum())

        table = self.known[group]
        open_people = Open(
            counted=within(unknown.with_outcome),
            among=within(unknown.without),
            either=within(unknown.own + unknown.nobodys),
        )
        counts = {group: Filled(within(table.with_outcome), within(table.people))}
        fills = OpenPeople(counts=counts, own={group: open_people}, nobodys={})
        return WorstCases(fills=fills, rates={group: rate}, kind="katz").of_rate(group, result, joint=None)

    def area(self, group: GroupKey, result: Result) -> Result:
        """Bound the area under the curve of a group."""
        if not isinstance(result, Estimate):
            return result
        return _between(result, *self._areas(group), joint=None)

    def area_gap(self, pair: tuple[GroupKey, GroupKey], result: Result, *, joint: float | None) -> Result:
        """Bound the difference of two areas; somebody whom both extremes want counts twice."""
        if not isinstance(result, Estimate):
            return result
        return _gap(result, self._areas(pair[0]), self._areas(pair[1]), joint=joint)

    def _areas(self, group: GroupKey) -> tuple["_End", "_End"]:
        low, high = worst_scores.area_fills(self.known[group], self._open(group))
        return _area_end(low), _area_end(high)

    def in_the_large(self, group: GroupKey, scores: Floats, result: Result) -> Result:
        """Bound the outcome rate minus the mean score of a group."""
        if not isinstance(result, Estimate):
            return result
        low, high = worst_scores.large_fills(self.known[group], self._open(group), scores)
        return _between(result, _large_end(low, scores), _large_end(high, scores), joint=None)

    def slope(self, group: GroupKey, scale: Floats, result: Result) -> Result:
        """Bound how fast the outcome's log odds rise with the score in a group."""
        ends = self._slopes(group, scale) if isinstance(result, Estimate) else None
        return result if ends is None else _between(result, *ends, joint=None)

    def slope_gap(
        self, pair: tuple[GroupKey, GroupKey], scale: Floats, result: Result, *, joint: float | None
    ) -> Result:
        """Bound the difference of two slopes; somebody whom both extremes want counts twice."""
        ends = [self._slopes(group, scale) for group in pair] if isinstance(result, Estimate) else []
        first, second = ends or (None, None)
        return result if first is None or second is None else _gap(result, first, second, joint=joint)

    def _slopes(self, group: GroupKey, scale: Floats) -> tuple["_End", "_End"] | None:
        try:
            low, high = worst_scores.slope_fills(self.known[group], self._open(group), scale)
            return _slope_end(low, scale), _slope_end(high, scale)
        except ValueError:  # too many different scores, or a fit that does not end
            return None

    def _open(self, group: GroupKey) -> worst_scores.Open:
        own = self.own.get(group, np.zeros_like(self.nobodys))
        return worst_scores.Open(self.without, self.with_outcome, own, self.nobodys)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """A number at one of its extremes, and its interval there."""

    value: float
    at: At


def _between(result: Result, low: _End, high: _End, *, joint: float | None) -> Result:
    return bounded(
        result, Interval(low.value, high.value), lambda reach: Interval(low.at(reach).low, high.at(reach).high),
        joint=joint,
    )  # fmt: skip


def _gap(
    result: Result, first: tuple[_End, _End], second: tuple[_End, _End], *, joint: float | None
) -> Result:
    low, high = (first[0], second[1]), (first[1], second[0])

    def chance(pair: tuple[_End, _End], reach: float) -> Interval:
        return mover.weighted_sum(
            [one.value for one in pair], [one.at(reach) for one in pair], weights=[1, -1]
        )

    return bounded(
        result, Interval(low[0].value - low[1].value, high[0].value - high[1].value),
        lambda reach: Interval(chance(low, reach).low, chance(high, reach).high), joint=joint,
    )  # fmt: skip


def _area_end(table: Table) -> _End:
    area = discrimination.area_under_curve(table.with_outcome, table.without)

    def at(reach: float) -> Interval:
        return discrimination.interval(area, critical=reach) if area.variance > 0 else Interval(0.0, 1.0)

    return _End(value=area.value, at=at)


def _large_end(table: Table, scores: Floats) -> _End:
    n, x = float(table.people.sum()), float(table.with_outcome.sum())
    mean = float(table.people @ scores) / n

    def at(reach: float) -> Interval:
        low, high = wilson(x, n, critical=reach)
        return Interval(low - mean, high - mean)

    return _End(value=x / n - mean, at=at)


def _slope_end(table: Table, scale: Floats) -> _End:
    slope = calibration.calibration_line(scale, table.with_outcome, table.people).slope
    return _End(value=slope.value, at=lambda reach: calibration.effect_interval(slope, critical=reach))


def open_scores(table: ScoreTally, *, kinds: frozenset[Kind]) -> WorstScores | None:
    """Find who is open in what scores say; None if nobody is.

    People without a score stand in no bin, and are not looked at.
    """
    known: dict[GroupKey, Floats] = {}
    own: dict[GroupKey, Floats] = {}
    unknown = np.zeros((3, len(table.bins)))
    for cell in table.cells:
        row = 2 if cell.outcome is None else cell.outcome
        if not is_known(cell.group):
            wanted = "group" in kinds and (row < 2 or "outcome" in kinds)
            unknown[row, cell.bin] += cell.n if wanted else 0
        elif row < 2:
            known.setdefault(cell.group, np.zeros((2, len(table.bins))))[row, cell.bin] += cell.n
        elif "outcome" in kinds:
            own.setdefault(cell.group, np.zeros(len(table.bins)))[cell.bin] += cell.n
    if not own and not unknown.any():
        return None
    tables = {group: Table(*counts) for group, counts in known.items()}
    return WorstScores(known=tables, own=own, without=unknown[0], with_outcome=unknown[1], nobodys=unknown[2])
