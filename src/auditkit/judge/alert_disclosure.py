"""Publication safety of alert systems: withholds what few alerts stand behind, and what would give it away.

All rates that divide the same counts are hidden together: any two of them can give away the third. Where a single group
is hidden, the total would give it away, so the next smallest is hidden with it (methods 8.1, 8.2).
"""

from collections.abc import Iterator
from dataclasses import replace

from auditkit.results.alerts import AlertCounts, AlertTally
from auditkit.results.measurements import Estimate, Measurement, Measurements, Withheld

BECAME = (
    "positive_predictive_value",
    "positive_predictive_value_all",
    "disposition_recorded_rate",
    "disposition_share",
    "officer_hours_per_confirmed_event",
)
"""Numbers that divide confirmed, unfounded, unconfirmed and missing dispositions."""
EVENTS = ("recall", "miss_rate", "events_outside_coverage", "events_without_answer")
PER_AREA = ("alerts", "alert_rate_per_1000_residents", "alert_rate_per_sensor_hour")
SUFFIXES = ("_difference", "_ratio", "_range")
Named = tuple[tuple[str, str], ...]
Place = tuple[str, tuple[str, ...], Named]
"""Family of numbers, dimension and group."""


def withhold_alerts(
    measurements: Measurements, tally: AlertTally | None, *, smallest_cell: int
) -> Measurements:
    """Replace numbers about alerts that are not safe to publish.

    Parameters
    ----------
    measurements
        Everything measured.
    tally
        The counts behind it; None for another type of tool, which changes nothing.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    if tally is None or smallest_cell == 0:
        return measurements
    unsafe = {*_of_groups(tally, smallest_cell), *_of_areas(measurements, smallest_cell)}
    if any(_few(item, smallest_cell) for item in measurements.items if item.metric in EVENTS):
        unsafe.add(("events", (), ()))
    items = tuple(
        replace(item, result=Withheld())
        if isinstance(item.result, Estimate) and (_hidden(item, unsafe) or _few_alone(item, smallest_cell))
        else item
        for item in measurements.items
    )
    return replace(measurements, items=items)


def _families(counts: AlertCounts, smallest_cell: int) -> Iterator[tuple[str, bool]]:
    """Name every family of numbers with whether a small count stands behind it."""

    def small(*parts: int) -> bool:
        return any(0 < part < smallest_cell for part in parts)

    all_of_it = small(counts.alerts)
    rest = counts.known - counts.confirmed
    yield "alerts", all_of_it
    yield (
        "became",
        all_of_it
        or small(counts.confirmed, counts.unfounded, counts.unconfirmed, counts.unknown, rest, counts.known),
    )
    unsent = counts.alerts - counts.dispatched - counts.not_dispatched
    yield "dispatch_rate", all_of_it or small(counts.dispatched, counts.not_dispatched, unsent)
    for one in counts.actions:
        yield f"action_rate_{one.action}", all_of_it or small(one.yes, one.no, one.unknown)


def _of_groups(tally: AlertTally, smallest_cell: int) -> Iterator[Place]:
    for groups in tally.dimensions:
        sizes = {group: counts.alerts for group, counts in groups.counts}
        by_family: dict[str, set[tuple[str, ...]]] = {}
        for group, counts in groups.counts:
            for family, hidden in _families(counts, smallest_cell):
                by_family.setdefault(family, set()).update({group} if hidden else ())
        for family, hidden_groups in by_family.items():
            for group in hidden_groups | _partners(sizes, hidden_groups, groups.reference):
                yield family, groups.dimension, tuple(zip(groups.dimension, group, strict=True))


def _partners(
    sizes: dict[tuple[str, ...], int], hidden: set[tuple[str, ...]], reference: tuple[str, ...] | None
) -> set[tuple[str, ...]]:
    """Choose groups to hide until no total, of all groups or of those that share a part, has one hidden part."""
    chosen: set[tuple[str, ...]] = set()
    parts = {(at, value) for group in sizes for at, value in enumerate(group) if len(group) > 1}
    families = [list(sizes), *([g for g in sizes if g[at] == value] for at, value in sorted(parts))]
    changed = True
    while changed:
        changed = False
        for family in families:
            gone = [group for group in family if group in hidden | chosen]
            rest = [group for group in family if group not in gone]
            if len(gone) == 1 and rest:
                others = [group for group in rest if group != reference] or rest
                chosen.add(min(others, key=lambda group: (sizes[group], group)))
                changed = True
    return chosen


def _of_areas(measurements: Measurements, smallest_cell: int) -> Iterator[Place]:
    """Name areas with few alerts; where it is one alone, the next smallest with it."""
    sizes: dict[tuple[str, ...], int] = {
        (item.group[0][1],): item.result.numerator
        for item in measurements.items
        if item.metric == "alerts"
        and item.dimension == ("area",)
        and isinstance(item.result, Estimate)
        and item.result.numerator
    }
    hidden = {area for area, n in sizes.items() if n < smallest_cell}
    for (area,) in hidden | _partners(sizes, hidden, None):
        yield "area", ("area",), (("area", area),)


def _few(item: Measurement, smallest_cell: int) -> bool:
    result = item.result
    if not isinstance(result, Estimate) or result.numerator is None:
        return False
    rest = 0 if result.denominator is None else result.denominator - result.numerator
    return any(0 < part < smallest_cell for part in (result.numerator, rest, result.denominator or 0))


def _few_alone(item: Measurement, smallest_cell: int) -> bool:
    """Tell whether few alerts stand behind a number that no family holds."""
    alone = ("alerts_in_mostly_covered_areas", "unknown_group_rate", "officer_hours_per_alert")
    return item.metric in alone and _few(item, smallest_cell)


def _hidden(item: Measurement, unsafe: set[Place]) -> bool:
    family = _family(item)
    if item.dimension == ("disposition",):
        return ("became", (), ()) in unsafe
    if (
        item.against is None and not item.group and item.dimension
    ):  # about all groups: hidden with any of them
        return any(name == family and dimension == item.dimension for name, dimension, _ in unsafe)
    groups = (item.group, *(() if item.against is None else (item.against,)))
    return any((family, item.dimension, group) in unsafe for group in groups)


def _family(item: Measurement) -> str:
    metric = item.metric
    for suffix in SUFFIXES:
        metric = metric.removesuffix(suffix)
    if item.dimension == ("area",):
        return "area" if metric in PER_AREA else metric
    if metric in EVENTS:
        return "events"
    return "became" if metric in BECAME else metric
