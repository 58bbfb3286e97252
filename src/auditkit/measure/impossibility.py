"""Which kinds of equality exclude each other, given how often the outcome is recorded in each group."""

from collections.abc import Iterator

from auditkit.measure.blocks import alone
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import Rate, measure_rate, metrics_for, rate_result
from auditkit.measure.unseen import BOTH, open_people
from auditkit.measure.worst_cases import WorstCases
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import Counts, GroupTally, Tally, counts_by_group, is_known
from auditkit.statistics.impossibility import implied_false_positive_rate


def impossibility(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Work out the false positive rate each group would have if a flag meant the same and as many were missed in all.

    If the outcome is recorded more often in one group, equal predictive values and equal false negative rates force
    unequal false positive rates. The interval is that of the group's prevalence, carried through the identity.

    References
    ----------
    Chouldechova, A. (2017), Fair prediction with disparate impact, Big Data 5, 153-163.
    """
    if not tally.has_outcome or tally.sampled or tally.every_row:
        return
    everyone = counts_by_group(tally.dimensions[0]).get((), None)
    if everyone is None:
        return
    common = {
        name: _rate(name, everyone, tally, measuring)
        for name in ("positive_predictive_value", "false_negative_rate")
    }
    for dimension in tally.dimensions[1:]:
        if len(dimension.dimension) == 1:
            for group, prevalence in _prevalences(dimension, tally, measuring).items():
                yield alone(
                    "implied_false_positive_rate", dimension.dimension, group, _implied(prevalence, common)
                )


def _prevalences(dimension: GroupTally, tally: Tally, measuring: Measuring) -> dict[tuple[str, ...], Result]:
    """Measure how often the outcome is recorded in each known group, with bounds for people of unknown group.

    Where outcomes are missing, those of everyone are as well, and nothing is bounded.
    """
    rates = {
        group: _rate("prevalence", counts, tally, measuring)
        for group, counts in counts_by_group(dimension).items()
        if is_known(group)
    }
    found: dict[tuple[str, ...], Result] = {
        group: rate_result(rate, family_critical=None) for group, rate in rates.items()
    }
    metric = metrics_for(measuring.orientation)["prevalence"]
    missing = any(None in (cell.decision, cell.outcome) for cell in dimension.cells)
    fills = None if missing else open_people(metric, dimension, kinds=BOTH)
    if fills is None:
        return found
    worst = WorstCases(fills=fills, rates=rates, kind=measuring.ratio_interval)
    return {group: worst.of_rate(group, result, joint=None) for group, result in found.items()}


def _rate(name: str, counts: Counts, tally: Tally, measuring: Measuring) -> Rate:
    metric = metrics_for(measuring.orientation)[name]
    return measure_rate(metric, counts, minimum_n=measuring.minimum_n, refused=tally.refused)


def _implied(known: Result, common: dict[str, Rate]) -> Result:
    reason = next((rate.reason for rate in common.values() if rate.reason), None)
    if reason:
        return NotEstimable(reason=reason)
    if not isinstance(known, Estimate):
        return known
    ppv, fnr = common["positive_predictive_value"].value, common["false_negative_rate"].value

    def carried(bounds: Bounds | None) -> Bounds | None:
        low, high = bounds or (None, None)
        return None if low is None or high is None else (_through(low, ppv, fnr), _through(high, ppv, fnr))

    value = None if known.value is None else _through(known.value, ppv, fnr)
    if value is None:  # nobody rightly flagged, or no tool could have these values at all
        return NotEstimable(reason="NE-MODEL")
    return Estimate(
        value=value, interval=carried(known.interval), interval_90=carried(known.interval_90), interval_family=None,
        method="chouldechova_identity_of_wilson", bounds=carried(known.bounds),
        bounds_interval=carried(known.bounds_interval), bounds_interval_90=carried(known.bounds_interval_90),
    )  # fmt: skip


def _through(prevalence: float, ppv: float, fnr: float) -> float | None:
    """Carry a prevalence through the identity; above 1, no tool could have these values at all."""
    try:
        return implied_false_positive_rate(prevalence, ppv, fnr)
    except ValueError:
        return None
