"""What counts show of ways in which an alert system can feed on itself: nothing is assumed and nothing is played.

References
----------
Methods 6.8: circular confirmation, enforcement spill-over, and lists of plates or faces.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from auditkit.results.alerts import AlertLoopCounts, Confirmed, HotListCounts, StopCounts
from auditkit.results.measurements import Bounds, Estimate, Family, Measurement, Result
from auditkit.results.other_loops import LOOP
from auditkit.simulate.played import missing, of_loop
from auditkit.statistics.critical import normal
from auditkit.statistics.equal_tailed import laud_difference
from auditkit.statistics.intervals import Interval, newcombe, wilson
from auditkit.statistics.poisson import exact_poisson, exact_ratio

Families = tuple[Family, ...]
Levels = dict[str, float]
Names = tuple[str, str, str]
RESPONSE: Names = ("confirmed_fast", "confirmed_late", "confirmed_fast_minus_late")
LOT: Names = ("confirmed_by_lot", "confirmed_as_usual", "confirmed_as_usual_minus_by_lot")
PER = 1000


def part_counts(counts: AlertLoopCounts) -> dict[str, tuple[int, ...]]:
    """Name the counts behind each part: no number of it is published where one of them is small.

    References
    ----------
    Methods 8.1.
    """
    found: dict[str, tuple[int, ...]] = {}
    for name, confirmed in (("response", counts.response), ("lot", counts.lot)):
        if confirmed is not None:
            found[name] = (*confirmed.first, *confirmed.second, *confirmed.unknown)
    if (stops := counts.stops) is not None:
        rest = () if stops.naming is None else (stops.after + stops.before + stops.far - stops.naming,)
        found["stops"] = (stops.linked, stops.after, stops.before, stops.far, stops.naming or 0, *rest)
    if (listed := counts.hot_list) is not None:
        found["hot_list"] = (listed.hits, *(listed.entries or ()), *(listed.entry_hits or ()))
    return found


def alert_loop_numbers(
    counts: AlertLoopCounts, *, suppressed: bool, residents: float | None, families: Families
) -> Iterator[Measurement]:
    """Measure every part whose counts there are.

    Parameters
    ----------
    counts
        What was counted.
    suppressed
        Whether the source withheld a count of alerts.
    residents
        People of the city; None where nobody says.
    families
        Families that the policy declares; their level is that of the joint interval.

    References
    ----------
    Methods 6.8.
    """
    levels = {family.metric: family.level for family in families if family.dimension == LOOP}
    for confirmed, names in ((counts.response, RESPONSE), (counts.lot, LOT)):
        if confirmed is not None:
            yield from _confirmed(confirmed, names, suppressed=suppressed, levels=levels)
    if counts.stops is not None:
        yield from _stops(counts.stops, levels)
    if counts.hot_list is not None:
        yield from _hot_list(counts.hot_list, residents, levels)


def _confirmed(
    confirmed: Confirmed, names: Names, *, suppressed: bool, levels: Levels
) -> Iterator[Measurement]:
    """Compare the share confirmed; the second way less the first where chance chose the first."""
    if suppressed:
        yield from (of_loop(name, missing("NE-SUPP")) for name in names)
        return
    parts = [confirmed.first, confirmed.second]
    for name, (yes, no) in zip(names, parts, strict=False):
        yield of_loop(name, _share(name, yes, no, levels))
    (x, rest), (y, others) = parts if names is RESPONSE else parts[::-1]
    m, n = x + rest, y + others
    if not (m and n):
        yield of_loop(names[2], missing("NE-DENOM"))
        return
    gap = _estimate(
        x / m - y / n, lambda level: newcombe(x, m, y, n, critical=normal(level)), method="newcombe",
        level=levels.get(names[2]),
    )  # fmt: skip
    low, high = laud_difference(x, m, y, n, critical=normal(0.9))  # a claim rests on one end of it
    yield of_loop(names[2], replace(gap, interval_90=(low, high)))


def _stops(stops: StopCounts, levels: Levels) -> Iterator[Measurement]:
    """Compare stops after alerts with stops before them, over as long a time."""
    name = "stops_after_over_before"
    ratio: Result = missing("NE-DENOM")
    if stops.after + stops.before:
        ratio = _estimate(
            stops.after / stops.before if stops.before else None,
            lambda level: exact_ratio(stops.after, stops.before, level=level),
            method="exact_ratio", level=levels.get(name),
        )  # fmt: skip
    yield of_loop(name, ratio)
    if stops.naming is not None:
        free = stops.after + stops.before + stops.far
        yield of_loop(
            "stops_naming_system", _share("stops_naming_system", stops.naming, free - stops.naming, levels)
        )


def _hot_list(listed: HotListCounts, residents: float | None, levels: Levels) -> Iterator[Measurement]:
    """Measure hits by what was read and by who lives there, and how many of them earlier hits made."""
    for name, base in (("hits_per_1000_reads", listed.reads), ("hits_per_1000_residents", residents)):
        if base is not None:
            yield of_loop(name, _rate(name, listed.hits, float(base), levels))
    for name, pair in (("entries_from_hits", listed.entries), ("hits_from_hits", listed.entry_hits)):
        if pair is not None:
            yield of_loop(name, _share(name, *pair, levels))


def _rate(name: str, hits: int, base: float, levels: Levels) -> Result:
    if base <= 0:
        return missing("NE-DENOM")

    def interval(level: float) -> Interval:
        low, high = exact_poisson(hits, level=level)
        return Interval(PER * low / base, PER * high / base)

    return _estimate(PER * hits / base, interval, method="exact_poisson", level=levels.get(name))


def _share(name: str, yes: int, no: int, levels: Levels) -> Result:
    if yes + no == 0:
        return missing("NE-DENOM")
    return _estimate(
        yes / (yes + no), lambda level: wilson(yes, yes + no, critical=normal(level)), method="wilson",
        level=levels.get(name),
    )  # fmt: skip


def _estimate(
    value: float | None, interval: Callable[[float], Interval], *, method: str, level: float | None
) -> Estimate:
    def limits(at: float) -> Bounds:
        low, high = interval(at)
        return low, None if math.isinf(high) else high

    return Estimate(
        value=value, interval=limits(0.95), interval_90=limits(0.9),
        interval_family=None if level is None else limits(level), method=method,
    )  # fmt: skip
