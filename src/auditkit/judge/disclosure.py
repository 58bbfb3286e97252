"""Publication safety: withholds what could show something about single people (methods 8.1, 8.2).

Counts from 1 to `smallest_cell` - 1 are hidden, and so is every rate from which such a count follows: its own counts
and complements, the other error rates of the group (together they give each other away), and every comparison with a
hidden rate. Where a single group of a dimension is hidden, the total would give it away, so the next smallest group is
hidden with it; within an intersection that holds for the parts of each larger group.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditkit.judge.finer_disclosure import Row, family, withheld_rows
from auditkit.results.checks import CheckResult, Observed
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, Withheld
from auditkit.results.tally import GroupTally, Tally, counts_by_group, is_known

JOINT = (
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "false_positive_share",
    "false_negative_share",
)
"""Rates whose counts are cells of decision by outcome; knowing two of them can give away a third."""
SELECTION = ("selection_rate", "favourable_rate")
ALL = ("people", *SELECTION, "prevalence", *JOINT)
OF_AREAS = ("incident_rate", "incident_rate_smoothed")
OF_RULES = ("hit_rate", "predictive_accuracy_index", "prediction_efficiency_index", "paired_test")
SMALL = NotEstimable(reason="NE-SMALL")
"""Not published for being small: it can follow from a total, as a withheld number can."""
SUFFIXES = (
    "_smallest_detectable", "_sample_needed", "_p_value_holm", "_p_value_bh", "_cmh_p_value", "_breslow_day_p_value", "_range_p_value",
    "_p_value", "_strata_used", "_excess", "_common_odds_ratio", "_odds_ratio", "_difference", "_ratio", "_range",
)  # fmt: skip
"""Endings of numbers that compare a rate; they are taken off in this order."""
RESTS_ON = {
    "adverse_impact": "favourable_rate",
    "adverse_impact_shortfall": "favourable_rate",
    "adverse_impact_flip_one": "favourable_rate",
    "impact": "favourable_rate",
    "implied_false_positive_rate": "prevalence",
    "area_under_curve": "prevalence",
    "calibration_slope": "prevalence",
    "calibration_log_odds": "prevalence",
    "calibration_in_the_large": "prevalence",
}
"""Numbers that are hidden with another one."""
Place = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
"""Metric, dimension and group."""


def withhold(measurements: Measurements, tally: Tally | None, *, smallest_cell: int) -> Measurements:
    """Replace numbers that are not safe to publish.

    Parameters
    ----------
    measurements
        Everything measured.
    tally
        The counts behind it; None for a place tool, whose numbers carry their own counts.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    if smallest_cell == 0:
        return measurements
    unsafe = set(_of_areas(measurements, smallest_cell))
    for dimension in () if tally is None else _all_dimensions(tally):
        unsafe |= _with_partners(set(_small_places(dimension, smallest_cell)), dimension, measurements)
    rows = withheld_rows(measurements, smallest_cell=smallest_cell)
    unsafe |= set(_to_the_highest(measurements, unsafe))
    items = tuple(
        replace(item, result=Withheld())
        if isinstance(item.result, Estimate)
        and (_hidden(item, unsafe) or _few_in_pair(item, smallest_cell) or _in_row(item, rows))
        else item
        for item in measurements.items
    )
    return Measurements(items=items)


def _small_places(tally: GroupTally, smallest_cell: int) -> Iterator[Place]:
    """Name every number of a group that a small count stands behind, or that would give one away."""
    for group, counts in counts_by_group(tally).items():
        named = tuple(zip(tally.dimension, group, strict=True))
        for metric in _unsafe_metrics(counts.n, smallest_cell):
            yield metric, tally.dimension, named
    people = {group: counts.n["people"] for group, counts in counts_by_group(tally).items()}
    known = sum(n for group, n in people.items() if is_known(group))
    if any(0 < n < smallest_cell for n in (known, sum(people.values()) - known)):
        yield "unknown_group_rate", tally.dimension, ()


def _unsafe_metrics(n: Mapping[str, int], smallest_cell: int) -> set[str]:
    def small(*counts: int) -> bool:
        return any(0 < count < smallest_cell for count in counts)

    decided, known = n["flagged"] + n["unflagged"], n["tn"] + n["fp"] + n["fn"] + n["tp"]
    found: set[str] = set()
    if small(n["tn"], n["fp"], n["fn"], n["tp"]):
        found |= {*JOINT}
    if small(n["flagged"], n["unflagged"]):
        found |= {*SELECTION, *JOINT}
    if small(n["tn"] + n["fp"], n["fn"] + n["tp"]) or small(decided - known):
        found |= {"prevalence", *JOINT}
    if small(n["people"] - decided):
        found |= {"people"}
    return {*ALL} if small(n["people"]) else found


def _with_partners(unsafe: set[Place], tally: GroupTally, measurements: Measurements) -> set[Place]:
    """Hide a partner wherever one hidden group alone would follow from the total and the others."""
    if not tally.dimension:
        return unsafe
    people = {group: counts.n["people"] for group, counts in counts_by_group(tally).items()}
    unpublished = {
        (item.metric, item.group)
        for item in measurements.items
        if item.dimension == tally.dimension and item.against is None and item.result == SMALL
    }
    for metric in ALL:
        hidden = {group for group in people if (metric, tally.dimension, _named(tally, group)) in unsafe}
        gone = hidden | {
            group for group in people if (metric, _named(tally, group)) in unpublished and people[group]
        }
        for partner in _partners(people, gone, tally):
            given_away = (
                {metric, *JOINT} if metric in JOINT else {metric, *(SELECTION if metric in SELECTION else ())}
            )
            unsafe = unsafe | {(name, tally.dimension, _named(tally, partner)) for name in given_away}
    return unsafe


def _partners(
    people: dict[tuple[str, ...], int], gone: set[tuple[str, ...]], tally: GroupTally
) -> set[tuple[str, ...]]:
    """Choose groups to hide until no published total has exactly one hidden part."""
    chosen: set[tuple[str, ...]] = set()
    changed = True
    while changed:
        changed = False
        for total in _families(list(people), tally):
            missing = [group for group in total if group in gone | chosen]
            if len(missing) == 1 and len(total) > 1:
                rest = [group for group in total if group not in missing and group != tally.reference]
                rest = rest or [group for group in total if group not in missing]
                chosen.add(min(rest, key=lambda group: (people[group], group)))
                changed = True
    return chosen


def _families(groups: list[tuple[str, ...]], tally: GroupTally) -> Iterator[list[tuple[str, ...]]]:
    """Name sets of groups whose total is published: all of them, and those that share a part of an intersection."""
    yield groups
    if len(tally.dimension) > 1:
        for at in range(len(tally.dimension)):
            for value in dict.fromkeys(group[at] for group in groups):
                yield [group for group in groups if group[at] == value]


def _named(tally: GroupTally, group: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(zip(tally.dimension, group, strict=True))


def _of_areas(measurements: Measurements, smallest_cell: int) -> Iterator[Place]:
    """Name rates of areas, and of rules that flag areas, behind which few incidents or residents stand."""
    for item in measurements.items:
        family = next((names for names in (OF_AREAS, OF_RULES) if item.metric in names), ())
        if item.against is None and _few(item, smallest_cell):
            yield from ((name, item.dimension, item.group) for name in family)


def _few(item: Measurement, smallest_cell: int) -> bool:
    """Tell whether few people or incidents are counted in a number, or are missing from it."""
    result = item.result
    if not isinstance(result, Estimate) or result.numerator is None:
        return False
    whole = result.denominator or 0
    rest = whole - result.numerator if item.metric not in OF_AREAS else 0
    return any(0 < count < smallest_cell for count in (result.numerator, rest, whole))


def _hidden(item: Measurement, unsafe: set[Place]) -> bool:
    metric = item.metric
    for suffix in SUFFIXES:
        metric = metric.removesuffix(suffix)
    if item.against is None and item.group:
        rests_on = RESTS_ON.get(metric, item.metric)
        return any((name, item.dimension, item.group) in unsafe for name in (item.metric, rests_on))
    if item.against is None and item.metric == metric and metric not in RESTS_ON:
        return (metric, item.dimension, ()) in unsafe
    metric = RESTS_ON.get(metric, metric)
    if item.against is None:  # a number about all groups: hidden with any of them
        return any(name == metric and dimension == item.dimension for name, dimension, _ in unsafe)
    return any((metric, item.dimension, group) in unsafe for group in (item.group, item.against))


def _all_dimensions(tally: Tally) -> Iterator[GroupTally]:
    yield from tally.dimensions
    if tally.areas is not None:
        yield tally.areas


def _to_the_highest(measurements: Measurements, unsafe: set[Place]) -> Iterator[Place]:
    """Name every ratio to the highest rate of a dimension whose highest rate is hidden: each would give it away."""
    ratios = [item for item in measurements.items if item.metric == "impact_ratio"]
    hidden = {
        item.dimension
        for item in ratios
        if isinstance(item.result, Estimate) and item.result.value == 1.0
        and ("favourable_rate", item.dimension, item.group) in unsafe
    }  # fmt: skip
    yield from (("impact_ratio", item.dimension, item.group) for item in ratios if item.dimension in hidden)


def _in_row(item: Measurement, rows: frozenset[Row]) -> bool:
    """Tell whether a number by score, limit, circumstances or follow-up stands in a withheld row."""
    if item.stratum is None:
        return False
    groups = [item.group, *(() if item.against is None else (item.against,))]
    return any(Row(family=family(item), dimension=item.dimension, group=group) in rows for group in groups)


def _few_in_pair(item: Measurement, smallest_cell: int) -> bool:
    return item.against is not None and _few(item, smallest_cell)


def withhold_checks(checks: tuple[CheckResult, ...], *, smallest_cell: int) -> tuple[CheckResult, ...]:
    """Replace facts of checks that rest on few people; one alone would follow from the others, so they go with it."""
    return tuple(replace(check, observed=_facts(check.observed, smallest_cell)) for check in checks)


def _facts(facts: tuple[Observed, ...], smallest_cell: int) -> tuple[Observed, ...]:
    covered = tuple(_covered(fact, smallest_cell) for fact in facts)
    if sum(1 for fact in covered if fact.withheld) != 1:
        return covered
    return tuple(Observed(item=fact.item, value=None, withheld=True) for fact in facts)


def _covered(fact: Observed, smallest_cell: int) -> Observed:
    """Hide a fact behind which few people stand, or whose complement is few people."""
    counts = [] if fact.count is None else [fact.count]
    if fact.count and isinstance(fact.value, float) and 0 < fact.value <= 1:
        counts.append(round(fact.count / fact.value) - fact.count)  # the rest, where the value is a share
    if not any(0 < count < smallest_cell for count in counts):
        return fact
    return Observed(item=fact.item, value=None, count=None, withheld=True)
