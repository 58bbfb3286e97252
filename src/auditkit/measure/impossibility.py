"""Which kinds of equality exclude each other, given how often the outcome is recorded in each group."""

from collections.abc import Iterator

from auditkit.measure.blocks import alone
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import Rate, measure_rate, metrics_for, rate_result
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result
from auditkit.results.tally import Counts, Tally, counts_by_group, is_known
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
            for group, counts in counts_by_group(dimension).items():
                if is_known(group):
                    prevalence = _rate("prevalence", counts, tally, measuring)
                    yield alone(
                        "implied_false_positive_rate",
                        dimension.dimension,
                        group,
                        _implied(prevalence, common),
                    )


def _rate(name: str, counts: Counts, tally: Tally, measuring: Measuring) -> Rate:
    metric = metrics_for(measuring.orientation)[name]
    return measure_rate(metric, counts, minimum_n=measuring.minimum_n, refused=tally.refused)


def _implied(prevalence: Rate, common: dict[str, Rate]) -> Result:
    known = rate_result(prevalence, family_critical=None)
    reason = next((rate.reason for rate in common.values() if rate.reason), None)
    if reason or not isinstance(known, Estimate):
        return NotEstimable(reason=reason or prevalence.reason or "NE-DENOM")
    ppv, fnr = common["positive_predictive_value"].value, common["false_negative_rate"].value

    def carried(bounds: Bounds | None) -> Bounds | None:
        low, high = bounds or (None, None)
        return None if low is None or high is None else (_through(low, ppv, fnr), _through(high, ppv, fnr))

    value = _through(prevalence.value, ppv, fnr)
    if value is None:  # nobody rightly flagged, or no tool could have these values at all
        return NotEstimable(reason="NE-MODEL")
    return Estimate(
        value=value, interval=carried(known.interval), interval_90=carried(known.interval_90), interval_family=None,
        method="chouldechova_identity_of_wilson",
    )  # fmt: skip


def _through(prevalence: float, ppv: float, fnr: float) -> float | None:
    """Carry a prevalence through the identity; above 1, no tool could have these values at all."""
    try:
        return implied_false_positive_rate(prevalence, ppv, fnr)
    except ValueError:
        return None
