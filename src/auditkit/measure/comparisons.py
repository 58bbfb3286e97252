"""Comparisons of two groups: differences and ratios, alone and jointly over a declared family."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from auditkit.measure.groups import Rate, limits, without_interval
from auditkit.results.measurements import Bounds, Estimate, Family, NotEstimable
from auditkit.statistics import critical, intervals, mover
from auditkit.statistics.equal_tailed import laud_difference
from auditkit.statistics.intervals import Interval

Group = tuple[str, ...]
RatioInterval = Literal["katz", "koopman"]
Tails = Literal["both", "each"]
"""Whether an interval errs as often as promised over both ends together, or at each end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Which pairs of groups are compared, and the critical value at which their intervals hold jointly."""

    pairs: tuple[tuple[Group, Group], ...]
    """Pairs of group and the group it is compared with."""
    critical: float | None
    """None where the family is a single comparison at 95 %."""
    simultaneous: bool
    """Whether all pairs are compared, so that differences take the simultaneous Agresti-Caffo interval."""


def pairing(rates: dict[Group, Rate], family: Family, *, reference: Group | None) -> Pairing:
    """Lay out the comparisons of a family.

    Against a reference the critical value is Bonferroni's over the comparisons that can be estimated; among all pairs
    it is the studentized range's. Pairs of unordered groups stand in order of name, with the reference, where there is
    one, always as the group compared with.
    """
    groups = list(rates)
    if family.compare == "all_pairs" or reference is None:
        rest = [group for group in groups if group != reference]
        against = [(group, reference) for group in rest if reference in rates and reference is not None]
        pairs = (*against, *combinations(rest, 2))
    else:
        pairs = tuple((group, reference) for group in groups if group != reference)
    sound = {group for group, rate in rates.items() if rate.reason is None}
    comparisons = sum(1 for pair in pairs if sound.issuperset(pair))
    simultaneous = family.compare == "all_pairs" or reference is None
    if comparisons <= 1 and family.level == 0.95:
        return Pairing(pairs=pairs, critical=None, simultaneous=simultaneous)
    value = (
        critical.all_pairs(family.level, len(sound))
        if simultaneous
        else critical.bonferroni(family.level, max(1, comparisons))
    )
    return Pairing(pairs=pairs, critical=value, simultaneous=simultaneous)


def difference(first: Rate, second: Rate, pairs: Pairing) -> Estimate | NotEstimable:
    """Compare two rates by their difference: Newcombe alone and against a reference, Agresti-Caffo among all pairs."""
    if reason := _reason(first, second):
        if reason == "NE-BLOCKS":
            return without_interval(first.value - second.value, method="newcombe_clustered")
        return NotEstimable(reason=reason)

    def interval(reach: float, *, simultaneous: bool = False, tails: Tails = "both") -> Bounds:
        return limits(difference_interval(first, second, reach, simultaneous=simultaneous, tails=tails))

    joint = None if pairs.critical is None else interval(pairs.critical, simultaneous=pairs.simultaneous)
    return Estimate(
        value=first.value - second.value, interval=interval(critical.normal(0.95)),
        interval_90=interval(critical.normal(0.90), tails="each"), interval_family=joint,
        method=f"newcombe{_design(first, second)}",
    )  # fmt: skip


def _reason(first: Rate, second: Rate) -> str | None:
    """Return why two rates cannot be compared; that people are too few for an interval counts least."""
    reasons = [rate.reason for rate in (first, second) if rate.reason]
    return next((reason for reason in reasons if reason != "NE-BLOCKS"), reasons[0] if reasons else None)


def _design(first: Rate, second: Rate) -> str:
    return first.design or second.design


def difference_interval(
    first: Rate, second: Rate, reach: float, *, simultaneous: bool, tails: Tails = "both"
) -> Interval:
    """Put an interval of so many standard errors around a difference."""
    if first.own_interval or second.own_interval:
        both = [Interval(*_closed(rate.interval(reach))) for rate in (first, second)]
        return mover.weighted_sum([first.value, second.value], both, weights=[1, -1])
    if tails == "each":
        kind = laud_difference
    else:
        kind = intervals.agresti_caffo if simultaneous else intervals.newcombe
    return kind(first.events, first.trials, second.events, second.trials, critical=reach)


def _closed(bounds: Bounds) -> tuple[float, float]:
    low, high = bounds
    return low or 0.0, 1.0 if high is None else high


def ratio(first: Rate, second: Rate, pairs: Pairing, *, kind: RatioInterval) -> Estimate | NotEstimable:
    """Compare two rates by their ratio: Koopman's score interval, or Katz's where it is asked for and all cells are filled."""
    if (reason := _reason(first, second)) not in {None, "NE-BLOCKS"}:
        return NotEstimable(reason=reason or "")
    if first.value == second.value == 0:
        return NotEstimable(reason="NE-BOTHZERO")
    if reason:
        value = first.value / second.value if second.value else None
        return without_interval(value, method=f"{kind}_clustered")
    name, interval = ratio_interval(first, second, kind=kind)
    return Estimate(
        value=first.value / second.value if second.value else None,
        interval=limits(interval(critical.normal(0.95))),
        interval_90=limits(equal_tailed(first, second, kind=kind)(critical.normal(0.90))),
        interval_family=None if pairs.critical is None else limits(interval(pairs.critical)),
        method=f"{name}{_design(first, second)}",
    )


def ratio_interval(
    first: Rate, second: Rate, *, kind: RatioInterval
) -> tuple[str, Callable[[float], Interval]]:
    """Choose the interval of a ratio, by name, as a function of its critical value."""
    if first.own_interval or second.own_interval:
        return "mover", lambda value: _log_interval(first, second, value)
    x, m, y, n = first.events, first.trials, second.events, second.trials
    filled = 0 < x < m and 0 < y < n
    if kind == "katz" and filled:
        return "katz", lambda value: intervals.katz(x, m, y, n, critical=value)
    return "koopman", lambda value: intervals.koopman(x, m, y, n, critical=value)


def equal_tailed(first: Rate, second: Rate, *, kind: RatioInterval) -> Callable[[float], Interval]:
    """Choose the interval of a ratio for a claim that rests on one end of it: the score interval corrected for skewness.

    References
    ----------
    Laud 2017, as in `auditkit.statistics.intervals.laud`; docs/decisions/0019.
    """
    name, interval = ratio_interval(first, second, kind=kind)
    if name != "koopman":
        return interval
    x, m, y, n = first.events, first.trials, second.events, second.trials
    return lambda value: intervals.laud(x, m, y, n, critical=value)


def _log_interval(first: Rate, second: Rate, reach: float) -> Interval:
    """Combine two intervals on the log scale; a rate or a limit of zero leaves that side open."""
    (low, high), (other_low, other_high) = (_closed(rate.interval(reach)) for rate in (first, second))
    if not first.value or not second.value:
        return Interval(low / other_high, high / other_low if other_low and second.value else math.inf)
    down = math.hypot(_log(low / first.value), _log(second.value / other_high))
    up = math.hypot(_log(first.value / high), _log(other_low / second.value))
    centre = first.value / second.value
    return Interval(centre * math.exp(-down), math.inf if math.isinf(up) else centre * math.exp(up))


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf


def extreme(
    rates: dict[Group, Rate],
    *,
    level: float,
    what: Literal["range", "lowest_to_highest"],
    kind: RatioInterval,
) -> Estimate | NotEstimable:
    """Compare the highest and the lowest rate of all groups, from simultaneous intervals of every pair.

    Groups whose rate cannot be estimated are left out, and the estimate then carries the reason.
    """
    sound = {group: rate for group, rate in rates.items() if rate.reason is None}
    left_out = next((rate.reason for rate in rates.values() if rate.reason), None)
    values = [rate.value for rate in sound.values()]
    if len(sound) < 2:
        return NotEstimable(reason=left_out or "NE-DENOM")
    if what == "lowest_to_highest" and max(values) == 0:
        return NotEstimable(reason="NE-BOTHZERO")
    spread = max(values) - min(values) if what == "range" else min(values) / max(values)

    def interval(joint: float, *, tails: Tails = "both") -> Interval:
        value = critical.all_pairs(joint, len(sound))
        return _extreme_interval(list(sound.values()), value, what=what, kind=kind, tails=tails)

    alone = interval(0.95)
    return Estimate(
        value=spread, interval=limits(alone), interval_90=limits(interval(0.90, tails="each")),
        interval_family=None if level == 0.95 else limits(interval(level)),
        method="simultaneous_agresti_caffo" if what == "range" else f"simultaneous_{_kinds(sound, kind)}",
        reason=left_out,
    )  # fmt: skip


def impact_ratio(
    rates: dict[Group, Rate], *, level: float, kind: RatioInterval
) -> dict[Group, Estimate | NotEstimable]:
    """Compare each group's rate with the highest of all groups; at most 1, and 1 for the group that has it.

    The interval follows from simultaneous intervals of every pair: the true ratio is the smallest of the group's
    ratios to all groups.

    References
    ----------
    New York City Local Law 144 of 2021, 6 RCNY 5-300: the selection rate of a category over that of the most selected.
    """
    sound = {group: rate for group, rate in rates.items() if rate.reason is None}
    top = max((rate.value for rate in sound.values()), default=0.0)
    found: dict[Group, Estimate | NotEstimable] = {}
    for group, rate in rates.items():
        if rate.reason is not None:
            found[group] = NotEstimable(reason=rate.reason)
        elif len(sound) < 2 or top == 0:
            found[group] = NotEstimable(reason="NE-DENOM" if top else "NE-BOTHZERO")
        else:
            others = [other for name, other in sound.items() if name != group]
            found[group] = _to_highest(rate, others, top=top, level=level, kind=kind)
    return found


def _to_highest(rate: Rate, others: list[Rate], *, top: float, level: float, kind: RatioInterval) -> Estimate:
    def interval(joint: float, *, tails: Tails = "both") -> Interval:
        value = critical.all_pairs(joint, len(others) + 1)
        pairs = [
            _of_pair(rate, other, kind=kind, tails=tails)(value)
            for other in others
            if rate.events or other.events
        ]
        return intervals.smallest_ratio([Interval(1.0, 1.0), *pairs])  # a group is as good as itself

    alone = interval(0.95)
    return Estimate(
        value=rate.value / top, interval=limits(alone), interval_90=limits(interval(0.90, tails="each")),
        interval_family=None if level == 0.95 else limits(interval(level)),
        method=f"simultaneous_{_kinds(dict(enumerate((rate, *others))), kind)}",
        numerator=rate.numerator, denominator=rate.denominator,
    )  # fmt: skip


def _kinds(rates: Mapping[Any, Rate], kind: RatioInterval) -> str:
    """Name the ratio intervals that a summary rests on; a group with an empty cell brings in Koopman's."""
    full = all(0 < rate.events < rate.trials for rate in rates.values())
    return kind if full or kind == "koopman" else "katz_and_koopman"


def _of_pair(first: Rate, second: Rate, *, kind: RatioInterval, tails: Tails) -> Callable[[float], Interval]:
    return (
        equal_tailed(first, second, kind=kind)
        if tails == "each"
        else ratio_interval(first, second, kind=kind)[1]
    )


def _extreme_interval(
    rates: list[Rate], value: float, *, what: str, kind: RatioInterval, tails: Tails
) -> Interval:
    if what == "range":
        pairs = [
            difference_interval(a, b, value, simultaneous=True, tails=tails)
            for a, b in combinations(rates, 2)
        ]
        return intervals.largest_difference([*pairs, *(Interval(-high, -low) for low, high in pairs)])
    ratios = [
        _of_pair(a, b, kind=kind, tails=tails)(value) for a, b in combinations(rates, 2) if a.value or b.value
    ]
    return intervals.smallest_ratio([*ratios, *(_turned(each) for each in ratios)])


def _turned(ratio: Interval) -> Interval:
    """Give the interval of the ratio turned round."""
    return Interval(1 / ratio.high, 1 / ratio.low if ratio.low else math.inf)
