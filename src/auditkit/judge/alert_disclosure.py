"""Publication safety of alert systems: withholds what few alerts stand behind, and what would give it away.

All rates that divide the same counts are hidden together: any two of them can give away the third. Where a single group
is hidden, the total would give it away, so the next smallest is hidden with it (methods 8.1, 8.2).
"""

from collections.abc import Iterator, Set
from dataclasses import replace

from auditkit.judge.alert_counts import INSIDE, alert_counts, lawful, node_of, tables
from auditkit.judge.area_counts import hidden_areas
from auditkit.judge.proof import Groups, Hidden, proven
from auditkit.judge.protection import Protection
from auditkit.judge.sums import Node
from auditkit.results.alerts import AlertCounts, AlertTally
from auditkit.results.measurements import LAWFUL_RECORDS, Estimate, Measurement, Measurements, Withheld

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
    measurements: Measurements,
    tally: AlertTally | None,
    *,
    smallest_cell: int,
    protection: Protection | None = None,
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
    protection
        What else protects people, with the same smallest cell.
    """  # fmt: skip
    if tally is None or smallest_cell == 0:
        return measurements
    protection = protection or Protection(smallest_cell=smallest_cell)
    changed = protection.changed(measurements.items)
    moved = {(_family(item), *_node(item, item.group)) for item in measurements.items if item.id in changed}
    unsafe = {*_of_groups(tally, protection, moved), *_of_areas(measurements, protection, moved)}
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


def _of_groups(tally: AlertTally, protection: Protection, moved: Set[Place]) -> Iterator[Place]:
    """Name families of numbers that are hidden: for few alerts, for what follows from others, and until that is proven."""
    groups = alert_counts(tally)
    hidden: Hidden = dict.fromkeys(groups.n, frozenset())
    for one in tables(tally):
        sizes = {group: counts.alerts for group, counts in one.counts}
        nodes = {group: node_of(one, group) for group in sizes}
        by_family: dict[str, set[tuple[str, ...]]] = {}
        for group, counts in one.counts:
            for family, few in _families(counts, protection.smallest_cell):
                hide = few or (family, *nodes[group]) in moved
                by_family.setdefault(family, set()).update({group} if hide else ())
        for family, few_groups in by_family.items():
            for group in few_groups | _partners(sizes, few_groups, one.reference):
                hidden[nodes[group]] |= {family}
    hidden |= _with_lawful(groups, hidden) if tally.lawful else {}
    yield from (
        (family, *node)
        for node, families in _proven(groups, hidden, protection, moved).items()
        for family in families
        if (LAWFUL_RECORDS, INSIDE) not in node[1]  # no number is about these alone
    )


def _with_lawful(groups: Groups, hidden: Hidden) -> Hidden:
    """Hide lawful records of a group with what is hidden of all its records, or of the others; these are not published."""
    found: Hidden = {}
    for node in groups.n:
        if (rest := lawful(node, INSIDE)) in groups.n:
            found[rest] = groups.rates
            found[lawful(node)] = hidden[lawful(node)] | hidden[node] | hidden[rest]
    return found


def _proven(groups: Groups, hidden: Hidden, protection: Protection, moved: Set[Place]) -> Hidden:
    if protection.possible is None:
        return hidden
    given_by = {
        name: frozenset(family for family, counts in groups.published.items() if name in counts)
        or groups.rates
        for name in groups.parts
    } | {"alerts": groups.rates}
    few = [
        (node, name)
        for node in groups.n for name in groups.parts
        if protection.small(groups.count(node, name)) or any((family, *node) in moved for family in given_by[name])
    ]  # fmt: skip
    return proven(
        groups, hidden, few, given_by=given_by, last=frozenset(), possible=protection.possible, enough=protection.enough,
        completed=lambda wider: wider,
    )  # fmt: skip


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


def _of_areas(measurements: Measurements, protection: Protection, moved: Set[Place]) -> Iterator[Place]:
    """Name areas with few alerts; where it is one alone, the next smallest with it."""
    counts: dict[tuple[str, ...], int] = {
        (item.group[0][1],): item.result.numerator
        for item in measurements.items
        if item.metric == "alerts"
        and item.dimension == ("area",)
        and isinstance(item.result, Estimate)
        and item.result.numerator is not None
    }
    sizes = {area: n for area, n in counts.items() if n}
    few = {area for area, n in sizes.items() if protection.small(n)}
    few |= {area for area in counts if ("area", ("area",), (("area", *area),)) in moved}
    hidden = {name for (name,) in few | _partners(sizes, few, None)}
    by_name = {name: n for (name,), n in counts.items()}
    found = hidden_areas(by_name, hidden, {name for (name,) in few}, protection, together=frozenset())
    for name in by_name if found is None else found:
        yield "area", ("area",), (("area", name),)


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
        of = _node(item, ())[0]
        return any(name == family and dimension == of for name, dimension, _ in unsafe)
    groups = (item.group, *(() if item.against is None else (item.against,)))
    return any((family, *_node(item, group)) in unsafe for group in groups)


def _node(item: Measurement, group: Named) -> Node:
    """Name the alerts that a number is about."""
    whole: Node = (item.dimension, group)
    return lawful(whole) if item.stratum == LAWFUL_RECORDS else whole


def _family(item: Measurement) -> str:
    metric = item.metric
    for suffix in SUFFIXES:
        metric = metric.removesuffix(suffix)
    if item.dimension == ("area",):
        return "area" if metric in PER_AREA else metric
    if metric in EVENTS:
        return "events"
    return "became" if metric in BECAME else metric
