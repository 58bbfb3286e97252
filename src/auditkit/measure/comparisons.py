"""Comparisons of two groups: differences and ratios, alone and jointly over a declared family."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from auditkit.measure.groups import Rate, limits
from auditkit.results.measurements import Estimate, Family, NotEstimable
from auditkit.statistics import critical, intervals
from auditkit.statistics.intervals import Interval

Group = tuple[str, ...]
RatioInterval = Literal["katz", "koopman"]


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
    if reason := first.reason or second.reason:
        return NotEstimable(reason=reason)
    joint = intervals.agresti_caffo if pairs.simultaneous else intervals.newcombe
    counts = (first.numerator, first.denominator, second.numerator, second.denominator)
    return Estimate(
        value=first.value - second.value,
        interval=limits(intervals.newcombe(*counts, critical=critical.normal(0.95))),
        interval_90=limits(intervals.newcombe(*counts, critical=critical.normal(0.90))),
        interval_family=None if pairs.critical is None else limits(joint(*counts, critical=pairs.critical)),
        method="newcombe",
    )


def ratio(first: Rate, second: Rate, pairs: Pairing, *, kind: RatioInterval) -> Estimate | NotEstimable:
    """Compare two rates by their ratio: Katz where all cells are filled, else Koopman's score interval."""
    if reason := first.reason or second.reason:
        return NotEstimable(reason=reason)
    if first.numerator == second.numerator == 0:
        return NotEstimable(reason="NE-BOTHZERO")
    name, interval = _ratio_interval(first, second, kind=kind)
    return Estimate(
        value=first.value / second.value if second.numerator else None,
        interval=limits(interval(critical.normal(0.95))),
        interval_90=limits(interval(critical.normal(0.90))),
        interval_family=None if pairs.critical is None else limits(interval(pairs.critical)),
        method=name,
    )


def _ratio_interval(
    first: Rate, second: Rate, *, kind: RatioInterval
) -> tuple[str, Callable[[float], Interval]]:
    x, m, y, n = first.numerator, first.denominator, second.numerator, second.denominator
    filled = 0 < x < m and 0 < y < n
    if kind == "katz" and filled:
        return "katz", lambda value: intervals.katz(x, m, y, n, critical=value)
    return "koopman", lambda value: intervals.koopman(x, m, y, n, critical=value)


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

    def interval(joint: float) -> Interval:
        value = critical.all_pairs(joint, len(sound))
        return _extreme_interval(list(sound.values()), value, what=what, kind=kind)

    alone = interval(0.95)
    return Estimate(
        value=spread, interval=limits(alone), interval_90=limits(interval(0.90)),
        interval_family=None if level == 0.95 else limits(interval(level)),
        method="simultaneous_agresti_caffo" if what == "range" else f"simultaneous_{_kinds(sound, kind)}",
        reason=left_out,
    )  # fmt: skip


def _kinds(rates: dict[Group, Rate], kind: RatioInterval) -> str:
    """Name the ratio intervals that a summary rests on; a group with an empty cell brings in Koopman's."""
    full = all(0 < rate.numerator < rate.denominator for rate in rates.values())
    return kind if full or kind == "koopman" else "katz_and_koopman"


def _extreme_interval(rates: list[Rate], value: float, *, what: str, kind: RatioInterval) -> Interval:
    ordered = [(first, second) for first in rates for second in rates if first is not second]
    if what == "range":
        return intervals.largest_difference(
            [
                intervals.agresti_caffo(
                    a.numerator, a.denominator, b.numerator, b.denominator, critical=value
                )
                for a, b in ordered
            ]
        )
    return intervals.smallest_ratio(
        [_ratio_interval(a, b, kind=kind)[1](value) for a, b in ordered if a.numerator or b.numerator]
    )
