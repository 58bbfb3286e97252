"""Who lives under the sensors, and how many alerts come for each of them (methods 4.3 and 5).

References
----------
Methods 5: coverage share with areal-weighting bounds, alerts per covered resident and sensor-hour; case A4.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from auditkit.measure.alert_events import count, everyone
from auditkit.measure.groups import limits
from auditkit.results.alerts import AlertTally, Coverage
from auditkit.results.areas import Floats, ResidentGroup
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.statistics.coverage import Covered, coverage_share, difference_bounds, ratio_bounds
from auditkit.statistics.poisson import exact_poisson

AREA, PER = ("area",), 1000.0
MOSTLY = 0.5
"""An area is mostly covered above this share."""
AREAL = "areal_weighting"
PER_RESIDENTS, PER_HOUR = "alert_rate_per_1000_residents", "alert_rate_per_sensor_hour"


def coverage(tally: AlertTally) -> Iterator[Measurement]:
    """Measure who lives under the sensors, and alerts per covered resident and per hour of sensors."""
    places = tally.places
    if places is None:
        return
    yield everyone("unmatched_alerts", count(round(places.unmatched.flags)))
    yield from _rates(places, tally.coverage, suppressed=tally.everyone.suppressed)
    if tally.coverage is None:
        return
    yield from _mostly(places, tally.coverage)
    for dimension in dict.fromkeys(group.dimension for group in places.areas.groups):
        yield from _groups(dimension, places, tally.coverage)


def _named(group: ResidentGroup) -> tuple[tuple[str, str], ...]:
    return ((group.dimension, group.group),)


def _of(metric: str, group: ResidentGroup, result: Result, other: ResidentGroup | None = None) -> Measurement:
    against = None if other is None else _named(other)
    return Measurement(
        metric=metric, dimension=(group.dimension,), group=_named(group), against=against, result=result
    )


def _known(
    value: float | None, *, method: str, bounds: Bounds | None = None, counts: tuple[int, int] | None = None
) -> Estimate:
    """Return a number that rests on a map and a census, not on a sample."""
    numerator, denominator = counts or (None, None)
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=method, bounds=bounds,
        numerator=numerator, denominator=denominator,
    )  # fmt: skip


def _groups(dimension: str, places: PlaceTally, sensors: Coverage) -> Iterator[Measurement]:
    groups = [group for group in places.areas.groups if group.dimension == dimension]
    found: list[tuple[ResidentGroup, Covered]] = []
    for group in groups:
        known = ~np.isnan(group.residents) & ~np.isnan(sensors.share)
        if not group.residents[known].sum() > 0:
            yield _of("coverage_share", group, NotEstimable(reason="NE-DENOM"))
            continue
        covered = coverage_share(group.residents, sensors.share, everyone=places.areas.residents)
        counts = round(covered.covered), round(covered.residents)
        share = _known(covered.share, method=AREAL, bounds=limits(covered.bounds), counts=counts)
        yield _of("coverage_share", group, share)
        found.append((group, covered))
    reference = [one for one in found if one[0].reference]
    pairs = (
        [(one, reference[0]) for one in found if not one[0].reference]
        if reference
        else combinations(found, 2)
    )
    for (group, first), (other, second) in pairs:
        gap = _known(
            first.share - second.share, method=AREAL, bounds=limits(difference_bounds(first, second))
        )
        yield _of("coverage_share_difference", group, gap, other)
        yield _of("coverage_share_ratio", group, _ratio(first, second), other)


def _ratio(first: Covered, second: Covered) -> Result:
    if second.share == 0:
        return NotEstimable(reason="NE-BOTHZERO" if first.share == 0 else "NE-DENOM")
    bounds = limits(ratio_bounds(first, second))
    return _known(first.share / second.share, method=AREAL, bounds=bounds)


def _mostly(places: PlaceTally, sensors: Coverage) -> Iterator[Measurement]:
    """Describe the areas that sensors mostly cover, and who lives there and elsewhere."""
    inside = sensors.share > MOSTLY
    areas, alerts = int(inside.sum()), places.flags.sum(axis=1)
    share = _known(areas / len(inside), method="count", counts=(areas, len(inside)))
    yield everyone("mostly_covered_areas", share)
    yield everyone("alerts_in_mostly_covered_areas", _share(alerts[inside], alerts, method="share_of_alerts"))
    if places.areas.residents is None:
        return
    people = np.nan_to_num(places.areas.residents)
    for group in places.areas.groups:
        residents = np.nan_to_num(group.residents)
        for metric, where in (("mostly_covered_share", inside), ("elsewhere_share", ~inside)):
            yield _of(metric, group, _share(residents[where], people[where], method="share_of_residents"))


def _share(part: Floats, whole: Floats, *, method: str) -> Result:
    if not whole.sum() > 0:
        return NotEstimable(reason="NE-DENOM")
    counts = round(float(part.sum())), round(float(whole.sum()))
    return _known(float(part.sum() / whole.sum()), method=method, counts=counts)


def _rates(places: PlaceTally, sensors: Coverage | None, *, suppressed: bool) -> Iterator[Measurement]:
    """Divide alerts by what could have raised them; where no sensor stands, no alert means nothing."""
    alerts = places.flags.sum(axis=1)
    for at, name in enumerate(places.areas.ids):
        size: Result = NotEstimable(reason="NE-SUPP") if suppressed else count(round(float(alerts[at])))
        yield _area("alerts", name, size)
    if sensors is None or suppressed:
        reason = "NE-SUPP" if suppressed else "NE-STRUCT"
        yield everyone(PER_RESIDENTS, NotEstimable(reason=reason))
        return
    covered = sensors.share > 0
    per: dict[str, tuple[Floats, float]] = {}
    if places.areas.residents is not None:
        per[PER_RESIDENTS] = np.nan_to_num(places.areas.residents * sensors.share), PER
    if sensors.hours is not None:
        per[PER_HOUR] = np.where(covered, np.nan_to_num(sensors.hours), 0.0), 1.0
    for metric, (over, scale) in per.items():
        whole = float(alerts[covered & (over > 0)].sum()), float(over[covered].sum())
        yield everyone(metric, _rate(*whole, scale=scale))
        for at, name in enumerate(places.areas.ids):
            result: Result = NotEstimable(reason="NE-STRUCT")
            if covered[at]:
                result = _rate(float(alerts[at]), float(over[at]), scale=scale)
            yield _area(metric, name, result)


def _area(metric: str, name: str, result: Result) -> Measurement:
    return Measurement(metric=metric, dimension=AREA, group=(("area", name),), against=None, result=result)


def _rate(alerts: float, over: float, *, scale: float) -> Result:
    if over <= 0:
        return NotEstimable(reason="NE-DENOM")

    def at(level: float) -> Bounds:
        low, high = exact_poisson(round(alerts), level=level)
        return scale * low / over, scale * high / over

    return Estimate(
        value=scale * alerts / over, interval=at(0.95), interval_90=at(0.90), interval_family=None,
        method="poisson_exact", numerator=round(alerts), denominator=round(over),
    )  # fmt: skip
