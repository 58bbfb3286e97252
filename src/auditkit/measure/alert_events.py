"""What was missed, what an alert costs, and what an alert means where true events are rare (methods 5).

References
----------
Methods 5: recall on an independent list, officer-hours per alert and per confirmed event, base-rate predictive value.
"""

from collections.abc import Iterator

from auditkit.definitions.alerts import TestRates
from auditkit.measure.alert_rates import Fraction, rate
from auditkit.measure.groups import limits, rate_result
from auditkit.results.alerts import AlertTally, HourSums
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result
from auditkit.statistics import critical
from auditkit.statistics.base_rates import base_rate_ppv, base_rate_ppv_range
from auditkit.statistics.costs import CostSums, cost_per


def everyone(metric: str, result: Result) -> Measurement:
    """Name a number about all alerts together."""
    return Measurement(metric=metric, dimension=(), group=(), against=None, result=result)


def count(value: int) -> Estimate:
    """Return a count."""
    return Estimate(
        value=float(value),
        interval=None,
        interval_90=None,
        interval_family=None,
        method="count",
        numerator=value,
    )


def recall(tally: AlertTally, *, minimum_n: int) -> Iterator[Measurement]:
    """Measure which known events raised an alert; without an independent list nobody can tell."""
    events = tally.events
    if events is None or not events.independent:
        yield everyone("recall", NotEstimable(reason="NE-TRUTH"))
        yield everyone("miss_rate", NotEstimable(reason="NE-TRUTH"))
        return
    whole = events.alerted + events.missed
    for metric, numerator in (("recall", events.alerted), ("miss_rate", events.missed)):
        fraction = Fraction(metric=metric, numerator=numerator, denominator=whole)
        yield everyone(
            metric, rate_result(rate(fraction, minimum_n=minimum_n, reason=None), family_critical=None)
        )
    yield everyone("events_outside_coverage", count(events.outside))
    yield everyone("events_without_answer", count(events.unknown))


def costs(tally: AlertTally) -> Iterator[Measurement]:
    """Measure officer-hours per alert and per confirmed event."""
    if not tally.hours_declared:
        return
    sums = tally.hours
    per_alert: Result = NotEstimable(reason="NE-RECORDS")
    per_event: Result = NotEstimable(reason="NE-RECORDS")
    if sums is not None:
        per_alert = _cost(_of_alerts(sums), counted=sums.alerts)
        per_event = _cost(_of_confirmed(sums), counted=sums.confirmed)
    yield everyone("officer_hours_per_alert", per_alert)
    if tally.has_dispositions:
        yield everyone("officer_hours_per_confirmed_event", per_event)


def _of_alerts(sums: HourSums) -> CostSums:
    return CostSums(
        n=sums.alerts, y=sums.hours, yy=sums.squares, x=sums.alerts, xx=sums.alerts, xy=sums.hours
    )


def _of_confirmed(sums: HourSums) -> CostSums:
    return CostSums(
        n=sums.alerts, y=sums.hours, yy=sums.squares, x=sums.confirmed, xx=sums.confirmed, xy=sums.confirmed_hours
    )  # fmt: skip


def _cost(sums: CostSums, *, counted: int) -> Result:
    if counted == 0:
        return NotEstimable(reason="NE-DENOM")
    if sums.y == 0 or sums.n < 2:
        return NotEstimable(reason="NE-SMALL")
    wide, narrow = _cost_limits(sums)
    return Estimate(
        value=sums.y / sums.x, interval=wide, interval_90=narrow, interval_family=None, method="delta_log",
        numerator=counted,
    )  # fmt: skip


def _cost_limits(sums: CostSums) -> tuple[Bounds | None, Bounds | None]:
    try:
        wide, narrow = (limits(cost_per(sums, critical=critical.normal(level))) for level in (0.95, 0.90))
    except ValueError:  # every alert took the same time
        return None, None
    return wide, narrow


def base_rate(rates: TestRates | None) -> Iterator[Measurement]:
    """Work out what an alert means from the error rates of a test; ranges of rates give a range."""
    if rates is None:
        return
    parts = {
        "prevalence": rates.prevalence, "sensitivity": rates.sensitivity,
        "false_positive_rate": rates.false_positive_rate,
    }  # fmt: skip
    single = all(low == high for low, high in parts.values())
    value = base_rate_ppv(**{name: low for name, (low, _) in parts.items()}) if single else None
    low, high = base_rate_ppv_range(**parts)
    yield everyone(
        "base_rate_ppv",
        Estimate(
            value=value, interval=None, interval_90=None, interval_family=None, method="bayes",
            bounds=None if single else (low, high),
        ),
    )  # fmt: skip
