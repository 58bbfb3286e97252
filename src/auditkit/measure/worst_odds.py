"""Bounds of odds ratios, and of rates within circumstances, where somebody's group, decision or outcome is not known.

In every stratum the highest common odds ratio R / S, with R the sum of ad/n and S that of bc/n, gives all open people to
`a` and `d` who could stand there, and nobody to `b` or `c`: (ad - k bc)/n rises with a and d and falls with b and c, for
every k of 0 or more. So the same fill makes R - k S largest for every k, and with it R / S.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.registry import RateMetric
from auditkit.measure.unseen import GroupKey, Kind, OpenPeople, counted, open_people
from auditkit.measure.worst_cases import bounded
from auditkit.results.finer_tallies import StratumCell, StratumTally
from auditkit.results.measurements import Estimate, Result
from auditkit.results.tally import Cell, GroupTally
from auditkit.statistics import stratified, worst_case
from auditkit.statistics.intervals import Interval
from auditkit.statistics.stratified import OddsRatio
from auditkit.statistics.worst_case import Fill, Filled

Stratum = tuple[str, ...]
Tables = NDArray[np.float64]


def tally_of(table: StratumTally, cells: tuple[StratumCell, ...]) -> GroupTally:
    """Count some people of a table by group, decision and outcome."""
    plain = tuple(
        Cell(group=cell.group, decision=cell.decision, outcome=cell.outcome, n=cell.n, suppressed=False)
        for cell in cells
    )
    return GroupTally(dimension=table.dimension, reference=table.reference, cells=plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstOdds:
    """The worst cases of one rate's odds ratios.

    References
    ----------
    Methods 3.8 and 3.12. The range around the bounds adds the intervals of Woolf, and of Robins, Breslow and Greenland, at
    the filled tables, as in `auditkit.measure.worst_cases`.
    """

    whole: OpenPeople
    """Everyone, whatever their circumstances."""
    strata: Mapping[Stratum, OpenPeople]

    def odds(self, pair: tuple[GroupKey, GroupKey], result: Result) -> Result:
        """Bound the odds ratio of two groups without regard to circumstances."""
        if not isinstance(result, Estimate):
            return result
        return _around(result, _filled([self.whole], pair), _crude)

    def common_odds(self, pair: tuple[GroupKey, GroupKey], result: Result, *, joint: float | None) -> Result:
        """Bound the odds ratio of two groups within circumstances."""
        if not isinstance(result, Estimate):
            return result
        return _around(result, _filled(self.strata.values(), pair), _common, joint=joint)


def worst_odds(
    metric: RateMetric, table: StratumTally, *, kinds: frozenset[Kind], sampled: bool
) -> WorstOdds | None:
    """Find who is open in the odds ratios of a rate; None if nobody is.

    With a sample of outcomes, an unflagged person without one was not drawn, and is not taken as a missing outcome.
    """
    if sampled and metric.needs_outcome:
        seen = (cell for cell in table.cells if cell.decision != 0 or cell.outcome is not None)
        table = replace(table, cells=tuple(seen))
    whole = open_people(metric, tally_of(table, table.cells), kinds=kinds)
    if whole is None:
        return None
    by_stratum: dict[Stratum, list[StratumCell]] = {}
    for cell in table.cells:
        by_stratum.setdefault(cell.stratum, []).append(cell)
    nobody = dict.fromkeys(whole.counts, Filled(0, 0))
    strata = {}
    for stratum, cells in sorted(by_stratum.items()):
        of_stratum = tally_of(table, tuple(cells))
        people = open_people(metric, of_stratum, kinds=kinds)
        known = counted(metric, of_stratum)
        own, nobodys = ({}, {}) if people is None else (people.own, people.nobodys)
        strata[stratum] = OpenPeople(counts=nobody | known, own=own, nobodys=nobodys)
    return WorstOdds(whole=whole, strata=strata)


def _filled(people: Iterable[OpenPeople], pair: tuple[GroupKey, GroupKey]) -> tuple[Tables, Tables]:
    """Fill each stratum so that the odds ratio is lowest, and so that it is highest."""
    ends = [one.pair(*pair, worst_case.cross) for one in people]
    low, high = (np.array([[_row(fill) for fill in end[at]] for end in ends]) for at in (0, 1))
    return low, high


def _row(fill: Fill) -> tuple[float, float]:
    return fill.x, fill.m - fill.x


def _around(
    result: Result, ends: tuple[Tables, Tables], ratio: Callable[[Tables], OddsRatio], *, joint: float | None = None
) -> Result:  # fmt: skip
    low, high = (ratio(tables) for tables in ends)

    def at(reach: float) -> Interval:
        return Interval(
            low.value * math.exp(-reach * low.log_standard_error), high.value * math.exp(reach * high.log_standard_error)
        )  # fmt: skip

    return bounded(result, Interval(low.value, high.value), at, joint=joint)


def _crude(tables: Tables) -> OddsRatio:
    return stratified.crude_odds_ratio(tables[0])


def _common(tables: Tables) -> OddsRatio:
    found = stratified.cochran_mantel_haenszel(tables)
    return OddsRatio(found.common_odds_ratio, found.log_standard_error)
