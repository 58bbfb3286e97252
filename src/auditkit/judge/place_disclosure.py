"""Publication safety of what is measured again or beside: other scales, the trade-off, and displacement.

A number measured twice gives away the difference: hits at two scales that differ by few incidents would show what one
more area holds. So of two such numbers the later one is withheld (methods 8.1 to 8.3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditkit.judge.area_counts import hidden_areas
from auditkit.judge.protection import Protection
from auditkit.results.measurements import (
    ASSUMING,
    Estimate,
    Measurement,
    Measurements,
    NotEstimable,
    Withheld,
)
from auditkit.results.places import PlaceTally

OF_RULES = ("hit_rate", "predictive_accuracy_index", "prediction_efficiency_index")
OF_AREAS = ("incident_rate", "incident_rate_smoothed")
ORACLE = "best possible"
Key = tuple[str, str | None]
"""What chose the areas, and the stratum; the trade-off has a stratum of its own."""
TRADE_OFF = "frontier"


def withhold_places(
    measurements: Measurements,
    tally: PlaceTally | None,
    *,
    smallest_cell: int,
    protection: Protection | None = None,
) -> Measurements:
    """Replace numbers of a place tool that are not safe beside others.

    Parameters
    ----------
    measurements
        Everything measured, with what is unsafe by itself already withheld.
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
    areas = _areas(measurements, tally, protection)
    hidden = _close_to_others(measurements, smallest_cell)
    shares = {
        _name(item)
        for item in measurements.items
        if item.metric == "frontier_group_share" and _few(_counts(item), smallest_cell)
    }
    roles = _small_roles(tally, smallest_cell)
    items = tuple(
        replace(item, result=Withheld())
        if (isinstance(item.result, Estimate) or item.result == NotEstimable(reason="NE-GAIN"))
        and (
            _of_hidden_rule(item, hidden)
            or _of_shares(item, shares)
            or _of_roles(item, roles)
            or _of_areas(item, areas)
        )
        else item
        for item in measurements.items
    )
    return replace(measurements, items=items)


def _areas(measurements: Measurements, tally: PlaceTally, protection: Protection) -> set[str] | None:
    """Name areas whose incidents are hidden, with those that would give them away; None if it is all of them.

    Areas that are flagged in every period, where no other is flagged in any, have their incidents published together.
    """
    hidden = {
        _name(item) for item in measurements.items
        if item.metric == "incident_rate" and not isinstance(item.result, Estimate)
    }  # fmt: skip
    if tally.outcomes is None or not hidden:
        return set()
    counts = {
        area: round(n) for area, n in zip(tally.areas.ids, tally.outcomes.sum(axis=1).tolist(), strict=True)
    }
    flags = dict(zip(tally.areas.ids, tally.flags.tolist(), strict=True))
    always = {area for area, row in flags.items() if min(row) > 0}
    fixed = all(area in always or not any(row) for area, row in flags.items())
    few = {area for area in hidden if protection.small(counts[area])}
    return hidden_areas(
        counts, hidden, few, protection, together=always if fixed and always < {*counts} else frozenset()
    )


def _of_areas(item: Measurement, areas: set[str] | None) -> bool:
    """Tell whether a number shows incidents of a hidden area, or of the whole city where all are hidden."""
    if areas is None:
        return item.metric in OF_AREAS or item.metric.removesuffix("_difference") in OF_RULES
    return item.metric in OF_AREAS and _name(item) in areas


def _name(item: Measurement) -> str:
    return next((value for _, value in item.group), "")


def _counts(item: Measurement) -> tuple[int, int] | None:
    result = item.result
    if not isinstance(result, Estimate) or result.numerator is None or result.denominator is None:
        return None
    return result.numerator, result.denominator


def _small(count: int, smallest_cell: int) -> bool:
    return 0 < abs(count) < smallest_cell


def _few(counts: tuple[int, int] | None, smallest_cell: int) -> bool:
    """Tell whether a part, the rest or the whole is small."""
    return counts is not None and any(
        _small(count, smallest_cell) for count in (counts[0], counts[1] - counts[0], counts[1])
    )


def _close_to_others(measurements: Measurements, smallest_cell: int) -> set[Key]:
    """Name hits that are small, or within few incidents of the same rule's hits as published before."""
    hidden: set[Key] = set()
    seen: dict[str, list[int]] = {}
    wholes: list[int] = []
    for item in (
        measurements.items
    ):  # numbers as drawn come before those of other scales, and these before the trade-off
        counts = _counts(item)
        if item.metric not in {"hit_rate", "frontier_hit_rate"}:
            continue
        stratum = TRADE_OFF if item.metric == "frontier_hit_rate" else item.stratum
        if isinstance(item.result, Withheld):
            hidden.add((_name(item), stratum))
        if counts is None:
            continue
        hits, whole = counts
        before = seen.setdefault(_name(item), [])
        apart = [*(hits - other for other in before), *(whole - other for other in wholes)]
        if _few(counts, smallest_cell) or any(_small(gap, smallest_cell) for gap in apart):
            hidden.add((_name(item), stratum))
        else:
            before.append(hits)
            wholes.append(whole)
    return hidden


def _sides(item: Measurement) -> Iterator[str]:
    """Name both sides of a comparison, or the one rule that a number is about."""
    yield from (value for group in (item.group, item.against or ()) for _, value in group)


def _of_hidden_rule(item: Measurement, hidden: set[Key]) -> bool:
    trade_off = item.metric.startswith("frontier_hit_rate")
    if (
        not trade_off
        and item.metric.removesuffix("_difference") not in OF_RULES
        and item.metric != "paired_test"
    ):
        return False
    stratum = TRADE_OFF if trade_off else item.stratum
    if item.metric == "prediction_efficiency_index" and (ORACLE, stratum) in hidden:
        return True  # hits over it would be the hidden hits
    return any((name, stratum) in hidden for name in _sides(item))


def _of_shares(item: Measurement, shares: set[str]) -> bool:
    return item.metric.startswith("frontier_group_share") and any(name in shares for name in _sides(item))


def _small_roles(tally: PlaceTally, smallest_cell: int) -> frozenset[str]:
    """Name roles with few incidents, or that leave few for one of their areas, for other periods or for other areas."""
    if tally.displacement is None:
        return frozenset()

    def few(counts: Iterable[float]) -> int:
        return sum(_small(round(count), smallest_cell) for count in counts)

    found, counted = set(), 0.0
    for role in tally.displacement.roles:
        before, after, ever = (float(counts.sum()) for counts in (role.before, role.after, role.area_totals))
        counted += before + after
        if few((before, after, ever - before - after)) or few(role.area_totals.tolist()) == 1:
            found.add(role.role)
    if tally.outcomes is not None and few([float(tally.outcomes.sum()) - counted]):
        found |= {
            role.role for role in tally.displacement.roles
        }  # what no role holds would follow from the rest
    return frozenset(found)


def _of_roles(item: Measurement, roles: frozenset[str]) -> bool:
    """Tell whether a number of displacement rests on a role that is hidden; some rest on several."""
    if not item.metric.startswith("displacement_") or not roles:
        return False
    rests_on = {
        "displacement_dispersion": set(roles),
        "displacement_wdq": {"treated", "buffer", "control"},
    }.get(item.metric, set(_sides(item)))
    if any(" and " in name for name in rests_on):  # both parts together
        rests_on = set(roles)
    return bool(rests_on & roles)


def at_other_scales(measurements: Measurements) -> bool:
    """Tell whether anything was measured with the areas drawn otherwise."""
    scales = {f"{ASSUMING}{name}" for name in ("areas-in-pairs", "areas-in-fours", "shifted-origin")}
    return any(item.stratum in scales for item in measurements.items)
