"""Measuring an alert system: what became of alerts, what they led to and cost, what was missed, who is covered."""

from collections.abc import Callable, Iterable

from auditkit.definitions.alerts import TestRates
from auditkit.measure.alert_coverage import coverage
from auditkit.measure.alert_events import base_rate, costs, recall
from auditkit.measure.alert_rates import Setting, actions, dispositions
from auditkit.measure.lawful import lawful_alerts
from auditkit.measure.place_exposure import exposure
from auditkit.measure.resident_reports import resident_reports
from auditkit.results.alerts import AlertTally
from auditkit.results.measurements import Measurement, Measurements

RATES = {
    "positive_predictive_value": "Share of alerts with a recorded disposition that were confirmed.",
    "positive_predictive_value_all": "Share of all alerts that were confirmed; missing dispositions count as not confirmed.",
    "disposition_recorded_rate": "Share of alerts with a recorded disposition.",
    "dispatch_rate": "Share of alerts to which officers were sent.",
}
"""Rates of alerts, of everyone and by group."""
ALERT_MEASURES = {
    "alerts": "How many alerts there are.",
    **RATES,
    **{
        f"{name}_{kind}": f"{name} compared: {meaning}."
        for name in RATES
        for kind, meaning in (("difference", "group minus other group"), ("ratio", "group over other group"))
    },
    **{f"{name}_range": f"Largest minus smallest {name} of the groups that have a figure." for name in RATES},
    "disposition_share": "Share of each disposition among those recorded: confirmed, unfounded, unconfirmed.",
    "recall": "Share of known events that raised an alert.",
    "miss_rate": "Share of known events that raised none.",
    "events_outside_coverage": "Known events without sensors, which are left out of recall.",
    "events_without_answer": "Known events of which nobody recorded whether there was an alert.",
    "officer_hours_per_alert": "Officer-hours spent on an alert.",
    "officer_hours_per_confirmed_event": "Officer-hours spent on all alerts, over confirmed events.",
    "coverage_share": "Share of a group's residents who live under sensors.",
    "coverage_share_difference": "Coverage share of one group minus another's.",
    "coverage_share_ratio": "Coverage share of one group over another's.",
    "mostly_covered_areas": "Share of areas of which sensors cover more than half.",
    "mostly_covered_share": "Share of a group among residents of mostly covered areas.",
    "elsewhere_share": "Share of a group among residents of all other areas.",
    "alerts_in_mostly_covered_areas": "Share of alerts that come from mostly covered areas.",
    "alert_rate_per_1000_residents": "Alerts per 1,000 residents under sensors.",
    "alert_rate_per_sensor_hour": "Alerts per hour that sensors were on.",
    "unmatched_alerts": "Alerts in areas that the table of areas lacks.",
    "base_rate_ppv": "Share of alerts that are right, from a test's error rates and how rare true events are.",
}
"""Every measure of an alert system beside those of exposure, with its meaning."""
ALERT_PARTS = (
    "dispositions", "actions", "events", "coverage", "exposure", "base_rate", "resident_reports", "lawful_records",
)  # fmt: skip
"""What can be measured; a tool type names the parts it wants."""


def action_measures(actions: Iterable[str]) -> frozenset[str]:
    """Measures that exist because the audit file declares an action, such as `action_rate_stop_ratio`."""
    kinds = ("", "_difference", "_ratio", "_range")
    return frozenset(f"action_rate_{name}{kind}" for name in actions for kind in kinds)


def measure_alerts(
    tally: AlertTally,
    *,
    parts: tuple[str, ...] = ALERT_PARTS,
    setting: Setting,
    test_rates: TestRates | None,
    progress: Callable[[str], None],
) -> Measurements:
    """Measure an alert system from its counts.

    Parameters
    ----------
    tally
        Alerts by group and disposition, and by area and period.
    parts
        Which of `ALERT_PARTS` to measure.
    setting
        Families and minimum sizes.
    test_rates
        Error rates of a test, where the audit file gives some.
    progress
        Called with the name of each part as it starts.
    """
    places = None if tally.everyone.suppressed else tally.places
    measured: dict[str, Callable[[], Iterable[Measurement]]] = {
        "dispositions": lambda: dispositions(tally, setting),
        "actions": lambda: (*actions(tally, setting), *costs(tally)),
        "events": lambda: recall(tally, minimum_n=setting.minimum_n),
        "coverage": lambda: coverage(tally),
        "exposure": lambda: () if places is None else exposure(places, families=setting.families),
        "base_rate": lambda: base_rate(test_rates),
        "lawful_records": lambda: lawful_alerts(tally, setting),
        "resident_reports": lambda: (
            () if tally.places is None else resident_reports(tally.places, families=setting.families)
        ),
    }
    items: list[Measurement] = []
    for part in parts:
        progress(part)
        items += measured[part]()
    return Measurements(items=tuple(items))
