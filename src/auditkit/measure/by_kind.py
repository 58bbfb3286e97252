"""Measuring what the tally holds: people, places or alerts."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from auditkit.definitions.alerts import TestRates
from auditkit.measure.alert_rates import Setting
from auditkit.measure.alerts import measure_alerts
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.measure.places import measure_places
from auditkit.results.alerts import AlertTally
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Measurements, NotEstimable
from auditkit.results.places import PlaceTally
from auditkit.results.tally import Tally

COMPARED = re.compile(r"_(difference|ratio|range)$")


def measure_by_kind(
    tally: Tally | PlaceTally | AlertTally,
    *,
    parts: tuple[str, ...],
    measuring: Measuring,
    test_rates: TestRates | None,
    rng: np.random.Generator,
    progress: Callable[[str], None],
) -> Measurements:
    """Measure everything that a tool type names.

    Parameters
    ----------
    tally
        Counts of people, places or alerts.
    parts
        Names of what is measured, from the tool type.
    measuring
        Orientation, families and minimum sizes.
    test_rates
        Error rates of an alert system under test conditions, where they are given.
    rng
        Draws blocks and permutations.
    progress
        Called with a few words as each part starts.
    """
    if isinstance(tally, PlaceTally):
        found = measure_places(
            tally,
            parts=parts,
            asked=measuring.frontier,
            families=measuring.families,
            rng=rng,
            progress=progress,
        )
        return without_refused(found, tally.refused)
    if isinstance(tally, AlertTally):
        setting = Setting(
            families={(family.metric, family.dimension): family for family in measuring.families},
            minimum_n=measuring.minimum_n, ratio_interval=measuring.ratio_interval,
        )  # fmt: skip
        found = measure_alerts(tally, parts=parts, setting=setting, test_rates=test_rates, progress=progress)
        return without_refused(found, tally.refused)
    return measure(tally, metrics=parts, measuring=measuring, progress=progress)


def without_refused(measured: Measurements, refused: tuple[Refusal, ...]) -> Measurements:
    """Replace what a blocking check refuses by its reason, comparisons included."""
    reasons = {name: refusal.reason for refusal in refused for name in refusal.measures}
    if not reasons:
        return measured
    items = tuple(
        replace(item, result=NotEstimable(reason=reasons[named]))
        if (named := item.metric if item.metric in reasons else COMPARED.sub("", item.metric)) in reasons
        else item
        for item in measured.items
    )
    return replace(measured, items=items)
