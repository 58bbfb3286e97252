"""Groups compared among people in similar circumstances."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.assuming import under_assumptions
from auditkit.measure.blocks import named
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import counted_rate, metrics_for, rate_result, refusal
from auditkit.measure.normal import on_log_scale
from auditkit.measure.registry import RateMetric
from auditkit.measure.unseen import BOTH, Kind
from auditkit.measure.worst_cases import WorstCases
from auditkit.measure.worst_odds import WorstOdds, tally_of, worst_odds
from auditkit.results.finer_tallies import StratumTally
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import Tally, counts_by_group, is_known
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
                yield from _of_rate(metric, table, tally, measuring)


def _of_rate(metric: str, table: StratumTally, tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure within strata, and bound what the policy limits once more, under each assumption alone."""
    known = metrics_for(measuring.orientation)[metric]

    def open_people(kinds: frozenset[Kind]) -> WorstOdds | None:
        return worst_odds(known, table, kinds=kinds, sampled=tally.sampled)

    worst = open_people(BOTH)
    uneven = False
    for item in _within(metric, table, measuring, worst):
        p_value = item.result if item.metric == f"{metric}_breslow_day_p_value" else None
        uneven = uneven or (isinstance(p_value, Estimate) and (p_value.value or 0.0) < UNEVEN)
        yield item
    if uneven and len({cell.stratum for cell in table.cells}) <= MOST:
        yield from _by_stratum(known, table, measuring, worst)
    limited = measuring.limits_of(table.dimension) & {f"{metric}_odds_ratio", f"{metric}_common_odds_ratio"}
    if limited and worst is not None:
        yield from under_assumptions(
            lambda kinds: _within(metric, table, measuring, open_people(kinds)), limited
        )


def _within(
    metric: str, table: StratumTally, measuring: Measuring, worst: WorstOdds | None
) -> Iterator[Measurement]:
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
    for group, other in pairs:
        tables = np.array([[counts.get((one, s), (0, 0)) for one in (group, other)] for s in strata_names])
        results = _results(tables, joint=joint, minimum_n=measuring.minimum_n)
        if worst is not None:
            pair = group, other
            results["odds_ratio"] = worst.odds(pair, results["odds_ratio"])
            results["common_odds_ratio"] = worst.common_odds(pair, results["common_odds_ratio"], joint=joint)
        for name, result in results.items():
            yield Measurement(
                metric=f"{metric}_{name}", dimension=table.dimension, group=named(table.dimension, group),
                against=named(table.dimension, other), result=result,
            )  # fmt: skip


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


def _by_stratum(
    metric: RateMetric, table: StratumTally, measuring: Measuring, worst: WorstOdds | None
) -> Iterator[Measurement]:
    for stratum in sorted({cell.stratum for cell in table.cells}):
        counted = tally_of(table, tuple(cell for cell in table.cells if cell.stratum == stratum))
        rates = {
            group: counted_rate(metric, counts, minimum_n=measuring.minimum_n, refused=())
            for group, counts in counts_by_group(counted).items()
        }
        for group, rate in rates.items():
            result: Result = rate_result(rate, family_critical=None)
            if worst is not None and is_known(group):
                cases = WorstCases(fills=worst.strata[stratum], rates=rates, kind=measuring.ratio_interval)
                result = cases.of_rate(group, result, joint=None)
            yield Measurement(
                metric=metric.name, dimension=table.dimension, group=named(table.dimension, group), against=None,
                result=result, stratum=table.written(stratum),
            )  # fmt: skip
