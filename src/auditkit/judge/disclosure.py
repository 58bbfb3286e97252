"""Publication safety: withholds what could show something about single people (methods 8.1, 8.2).

Counts from 1 to `smallest_cell` - 1 are hidden, and so is every rate from which such a count follows: its own counts
and complements, the other error rates of the group (together they give each other away), and every comparison with a
hidden rate. What is hidden must not follow from totals either: see `auditkit.judge.sums`.
"""

from collections.abc import Iterator, Set
from dataclasses import replace

from auditkit.judge.bounds_disclosure import Place, few_inferred, missing_hidden, open_rows, without_bounds
from auditkit.judge.finer_counts import Row
from auditkit.judge.finer_disclosure import COUNTED, family, withheld_rows
from auditkit.judge.protection import Protection
from auditkit.judge.search_disclosure import named_items, of_searches, safe_subgroups, withhold_rules
from auditkit.judge.small_counts import ALL, hidden_metrics
from auditkit.results.checks import CheckResult, Observed
from auditkit.results.measurements import (
    ASSUMING,
    Estimate,
    Group,
    Measurement,
    Measurements,
    NotEstimable,
    Withheld,
)
from auditkit.results.tally import ELSEWHERE, GroupTally, Tally, counts_by_group, is_known

OF_AREAS = ("incident_rate", "incident_rate_smoothed")
OF_REPORTS = ("reports_per_1000_residents", "answer_minutes_median")
OF_RULES = ("hit_rate", "predictive_accuracy_index", "prediction_efficiency_index", "paired_test")
SUFFIXES = (
    "_smallest_detectable", "_sample_needed", "_p_value_holm", "_p_value_bh", "_cmh_p_value", "_breslow_day_p_value", "_range_p_value",
    "_p_value", "_strata_used", "_excess", "_common_odds_ratio", "_odds_ratio", "_difference", "_ratio", "_range",
)  # fmt: skip
"""Endings of numbers that compare a rate; they are taken off in this order."""
RESTS_ON = {
    "adverse_impact": "favourable_rate",
    "adverse_impact_shortfall": "favourable_rate",
    "adverse_impact_flip_one": "favourable_rate",
    "adverse_impact_by_chance": "favourable_rate",
    "impact": "favourable_rate",
    "implied_false_positive_rate": "prevalence",
    "area_under_curve": "prevalence",
    "calibration_slope": "prevalence",
    "calibration_log_odds": "prevalence",
    "calibration_in_the_large": "prevalence",
    "search_threshold": "selection_rate",
}
"""Numbers that are hidden with another one."""
STOPS = "stops_per_"
"""Numbers of stops, each over a benchmark; hidden with the number of people who were stopped."""
FROM_EVERYONE = {"implied_false_positive_rate": "false_positive_rate"}
"""Numbers of a group from which, with its prevalence, another one of everyone follows."""


def withhold(
    measurements: Measurements,
    tally: Tally | None,
    *,
    smallest_cell: int,
    protection: Protection | None = None,
) -> Measurements:
    """Replace numbers that are not safe to publish.

    Parameters
    ----------
    measurements
        Everything measured.
    tally
        The counts behind it; None for a place tool, whose numbers carry their own counts.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    protection
        What else protects people, with the same smallest cell.
    """
    if smallest_cell == 0:
        return measurements
    protection = protection or Protection(smallest_cell=smallest_cell)
    changed = protection.changed(measurements.items)
    subgroups = safe_subgroups(measurements.subgroups, measurements.alternatives, smallest_cell=smallest_cell)
    searched = withhold_rules(
        filter(of_searches, measurements.items), measurements.alternatives, smallest_cell=smallest_cell
    )
    after = tuple(named_items(searched, subgroups))
    measurements = replace(
        measurements, subgroups=subgroups,
        items=tuple(item for item in measurements.items if not of_searches(item)),
    )  # fmt: skip
    unsafe = {*_of_areas(measurements, smallest_cell, changed), *_of_reports(measurements, smallest_cell)}
    rows, open_there = frozenset[Row](), frozenset[Row]()
    if tally is not None:
        hidden = hidden_metrics(tally, protection)
        unsafe |= {(name, *node) for node, names in hidden.items() for name in names}
        unsafe |= set(few_inferred(tally, smallest_cell))
        counted = (*tally.dimensions, *(() if tally.areas is None else (tally.areas,)))
        unsafe |= {place for one in counted for place in _unknown(one, unsafe, smallest_cell)}
        rows = withheld_rows(
            measurements, tally, hidden, protection=protection, changed=changed
        )  # fmt: skip
        open_there = open_rows(measurements, tally, smallest_cell=smallest_cell)
    unsafe |= set(_to_the_highest(measurements, unsafe))
    safe = tuple(
        without_bounds(_safe(item, unsafe, rows, smallest_cell), unsafe, rows | open_there)
        for item in measurements.items
    )
    items = (*safe, *after)
    shown = {item.id for item in items if isinstance(item.result, Estimate)}
    tipping = tuple(one for one in measurements.tipping if one.measurement in shown)
    return replace(measurements, items=items, tipping=tipping)


def _safe(item: Measurement, unsafe: set[Place], rows: frozenset[Row], smallest_cell: int) -> Measurement:
    """Withhold a number, or a reason that says something about counts; other reasons stay."""
    if isinstance(item.result, NotEstimable) and item.result.reason not in COUNTED:
        return item
    whole = item.stratum is None or item.stratum.startswith(ASSUMING)
    hidden = _in_row(item, rows) or (whole and _hidden(item, unsafe)) or missing_hidden(item, unsafe)
    return replace(item, result=Withheld()) if hidden or _few_in_pair(item, smallest_cell) else item


def _unknown(tally: GroupTally, unsafe: set[Place], smallest_cell: int) -> Iterator[Place]:
    """Name the share of people of unknown group, if it is small or gives a hidden number of them away."""
    people = {group: counts.n["people"] for group, counts in counts_by_group(tally).items()}
    known = sum(n for group, n in people.items() if is_known(group))
    few = any(0 < n < smallest_cell for n in (known, sum(people.values()) - known))
    hidden = any(
        (name, tally.dimension, tuple(zip(tally.dimension, group, strict=True))) in unsafe
        for group in people if not is_known(group) for name in ALL
    )  # fmt: skip
    if few or hidden:
        yield "unknown_group_rate", tally.dimension, ()


def _of_areas(measurements: Measurements, smallest_cell: int, changed: Set[str]) -> Iterator[Place]:
    """Name rates of areas, and of rules that flag areas, behind which few incidents or residents stand."""
    for item in measurements.items:
        family = next((names for names in (OF_AREAS, OF_RULES) if item.metric in names), ())
        if item.against is None and (_few(item, smallest_cell) or item.id in changed):
            yield from ((name, item.dimension, item.group) for name in family)


def _of_reports(measurements: Measurements, smallest_cell: int) -> Iterator[Place]:
    """Name figures of areas with few reports; one alone would follow from the total, so the next smallest goes with it."""
    reports: dict[Place, int] = {}
    for item in measurements.items:
        if item.metric in OF_REPORTS and isinstance(item.result, Estimate) and item.result.numerator:
            reports["", item.dimension, item.group] = item.result.numerator
    hidden = [place for place, n in reports.items() if n < smallest_cell]
    others = [place for place in reports if place not in hidden]
    if len(hidden) == 1 and others:
        hidden.append(min(others, key=lambda place: (reports[place], place)))
    yield from ((name, dimension, group) for _, dimension, group in hidden for name in OF_REPORTS)
    yield from (
        (item.metric, item.dimension, item.group)
        for item in measurements.items
        if item.metric in {"resident_reports", "unmatched_reports"} and _few(item, smallest_cell)
    )


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
    if item.against is not None:
        return _pair_hidden(
            item, "people" if metric.startswith(STOPS) else RESTS_ON.get(metric, metric), unsafe
        )
    if item.group:
        everyone = (FROM_EVERYONE.get(metric, metric), (), ())
        rests_on = RESTS_ON.get(metric, item.metric)
        places = [(name, item.dimension, item.group) for name in (item.metric, rests_on)]
        return any(place in unsafe for place in places) or (metric in FROM_EVERYONE and everyone in unsafe)
    if item.metric == metric and metric not in RESTS_ON:
        return (metric, item.dimension, ()) in unsafe
    metric = RESTS_ON.get(metric, metric)  # a number about all groups: hidden with any of them
    return any(name == metric and dimension == item.dimension for name, dimension, _ in unsafe)


def _pair_hidden(item: Measurement, metric: str, unsafe: set[Place]) -> bool:
    against = item.against or ()
    if _elsewhere(against) and (metric, (), ()) in unsafe:  # all others are everyone without the area
        return True
    return any((metric, item.dimension, group) in unsafe for group in (item.group, against))


def _elsewhere(group: Group) -> bool:
    return ELSEWHERE in [value for _, value in group]


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
    if item.stratum is None or item.stratum.startswith(ASSUMING):
        return False
    groups = [item.group, *(() if item.against is None else (item.against,))]
    return any(
        Row(family=family(item), dimension=item.dimension, group=group, stratum=stratum) in rows
        for group in groups for stratum in (None, item.stratum)
    )  # fmt: skip


def _few_in_pair(item: Measurement, smallest_cell: int) -> bool:
    """Tell whether few people are counted in a comparison; the number of strata counts nobody."""
    of_people = not item.metric.endswith("_strata_used")
    return item.against is not None and of_people and _few(item, smallest_cell)


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
