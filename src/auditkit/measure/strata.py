"""Groups compared among people in similar circumstances."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.blocks import named
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import counted_rate, metrics_for, rate_result, refusal
from auditkit.measure.normal import on_log_scale
from auditkit.results.finer_tallies import StratumCell, StratumTally
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import Cell, GroupTally, Tally, counts_by_group, is_known
from auditkit.statistics import critical, stratified

AMONG: Mapping[str, tuple[int | None, ...]] = {
    "selection_rate": (0, 1, None),
    "false_positive_rate": (0,),
    "false_negative_rate": (1,),
}
"""Outcomes of the people whom each rate is about."""
COUNTED = {"selection_rate": 1, "false_positive_rate": 1, "false_negative_rate": 0}
"""The decision that each rate counts."""
MOST, UNEVEN = 40, 0.05
"""Strata are shown one by one if there are no more than this and their odds ratios differ at this level."""


def strata(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Compare groups within strata: crude and common odds ratio, and whether one ratio describes all strata.

    A stratum made by the tool or by police, such as earlier arrests, explains away what it should measure.

    References
    ----------
    Methods 3.8: Cochran-Mantel-Haenszel, Breslow-Day.
    """
    for table in () if tally.every_row else tally.strata:
        for metric in AMONG:
            needs = metric != "selection_rate"
            if refusal(metric, tally.refused) is None and (tally.has_outcome or not needs):
                yield from _within(metric, table, measuring)


def _within(metric: str, table: StratumTally, measuring: Measuring) -> Iterator[Measurement]:
    counts = _counts(metric, table)
    groups = sorted({group for group, _ in counts if is_known(group)})
    strata_names = sorted({stratum for _, stratum in counts})
    pairs = (
        [(group, table.reference) for group in groups if group != table.reference]
        if table.reference is not None
        else list(combinations(groups, 2))
    )
    family = measuring.family(f"{metric}_common_odds_ratio", table.dimension, reference=table.reference)
    joint = (
        None
        if len(pairs) <= 1 and family.level == 0.95
        else critical.bonferroni(family.level, max(1, len(pairs)))
    )
    uneven = False
    for group, other in pairs:
        tables = np.array([[counts.get((one, s), (0, 0)) for one in (group, other)] for s in strata_names])
        results = _results(tables, joint=joint, minimum_n=measuring.minimum_n)
        breslow_day = results["breslow_day_p_value"]
        uneven = uneven or (isinstance(breslow_day, Estimate) and (breslow_day.value or 0.0) < UNEVEN)
        for name, result in results.items():
            yield Measurement(
                metric=f"{metric}_{name}", dimension=table.dimension, group=named(table.dimension, group),
                against=named(table.dimension, other), result=result,
            )  # fmt: skip
    if uneven and len(strata_names) <= MOST:
        yield from _by_stratum(metric, table, measuring)


def _counts(
    metric: str, table: StratumTally
) -> dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[int, int]]:
    """Count, by group and stratum, who has the decision that a rate counts and who has the other."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for cell in table.cells:
        if cell.decision is not None and cell.outcome in AMONG[metric]:
            pair = found.setdefault((cell.group, cell.stratum), [0, 0])
            pair[0 if cell.decision == COUNTED[metric] else 1] += cell.n
    return {key: (yes, no) for key, (yes, no) in found.items()}


def _results(tables: NDArray[np.int64], *, joint: float | None, minimum_n: int) -> dict[str, Result]:
    names = ("odds_ratio", "common_odds_ratio", "cmh_p_value", "breslow_day_p_value", "strata_used")
    if (tables.sum(axis=(0, 2)) < minimum_n).any():
        small = NotEstimable(reason="NE-SMALL" if tables.sum(axis=(0, 2)).all() else "NE-DENOM")
        return dict.fromkeys(names, small)
    results: dict[str, Result] = dict.fromkeys(names, NotEstimable(reason="NE-STRATA"))
    used = int(stratified.informative_strata(tables).sum())
    results["strata_used"] = Estimate(
        value=float(used), interval=None, interval_90=None, interval_family=None, method="count",
        numerator=used, denominator=len(tables),
    )  # fmt: skip
    results["odds_ratio"] = _crude(tables.sum(axis=0))
    try:
        common = stratified.cochran_mantel_haenszel(tables)
        results["common_odds_ratio"] = on_log_scale(
            common.common_odds_ratio, common.log_standard_error, joint=joint, method="mantel_haenszel"
        )
        results["cmh_p_value"] = _p(common.p_value, "cochran_mantel_haenszel")
        results["breslow_day_p_value"] = _p(
            stratified.breslow_day(tables, common.common_odds_ratio).p_value, "breslow_day"
        )
    except ValueError:  # without any stratum to compare in, or with an odds ratio of 0 or without end
        if used:
            results |= {
                name: NotEstimable(reason="NE-MODEL") for name in ("common_odds_ratio", "cmh_p_value")
            }
    return results


def _crude(table: NDArray[np.int64]) -> Result:
    try:
        crude = stratified.crude_odds_ratio(table)
    except ValueError:  # one of the four counts is 0
        return NotEstimable(reason="NE-MODEL")
    return on_log_scale(crude.value, crude.log_standard_error, joint=None, method="woolf")


def _p(value: float, method: str) -> Estimate:
    return Estimate(value=value, interval=None, interval_90=None, interval_family=None, method=method)


def _by_stratum(metric: str, table: StratumTally, measuring: Measuring) -> Iterator[Measurement]:
    known = metrics_for(measuring.orientation)[metric]
    for stratum in sorted({cell.stratum for cell in table.cells}):
        cells = tuple(_as_cell(cell) for cell in table.cells if cell.stratum == stratum)
        counted = GroupTally(dimension=table.dimension, reference=table.reference, cells=cells)
        for group, counts in counts_by_group(counted).items():
            rate = counted_rate(known, counts, minimum_n=measuring.minimum_n, refused=())
            where = "; ".join(f"{name} = {value}" for name, value in zip(table.names, stratum, strict=True))
            yield Measurement(
                metric=metric, dimension=table.dimension, group=named(table.dimension, group), against=None,
                result=rate_result(rate, family_critical=None), stratum=where,
            )  # fmt: skip


def _as_cell(cell: StratumCell) -> Cell:
    return Cell(group=cell.group, decision=cell.decision, outcome=cell.outcome, n=cell.n, suppressed=False)
