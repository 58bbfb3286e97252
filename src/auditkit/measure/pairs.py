"""What else is said of a pair of rates: people it stands for, tests, the smallest gap that could have been found."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import numpy as np

from auditkit.measure.comparisons import Pairing, RatioInterval, difference
from auditkit.measure.groups import Rate
from auditkit.results.measurements import Bounds, Estimate, NotEstimable, Result
from auditkit.statistics import critical, multiplicity, power, two_proportions
from auditkit.statistics.four_fifths import fires_by_chance

GroupKey = tuple[str, ...]
FOUR_FIFTHS = 0.8
REPLICATES = 1_999
"""Permutations of a test; its smallest p-value is one in 2,000."""


def excess(first: Rate, second: Rate, pairs: Pairing) -> Result:
    """Count the people of a group beyond those whom the other group's rate would give it.

    References
    ----------
    The difference of the two rates times the people whom the first is about; its interval likewise.
    """
    gap = difference(first, second, pairs)
    if not isinstance(gap, Estimate):
        return gap
    if first.denominator is None:  # a rate put together from samples is about people whom nobody counted
        return NotEstimable(reason="NE-SELECT")
    people = first.denominator

    def scaled(bounds: Bounds | None) -> Bounds | None:
        return None if bounds is None else (_times(bounds[0], people), _times(bounds[1], people))

    return Estimate(
        value=_times(gap.value, people), interval=scaled(gap.interval), interval_90=scaled(gap.interval_90),
        interval_family=scaled(gap.interval_family), method=gap.method, denominator=people,
    )  # fmt: skip


def _times(value: float | None, people: int) -> float | None:
    return None if value is None else value * people


def p_values(rates: Mapping[GroupKey, Rate], pairs: Pairing) -> tuple[list[Result], list[Result]]:
    """Test each pair of rates for equality, raw and by Holm's adjustment over the pairs that can be tested.

    References
    ----------
    Methods 3.5; `auditkit.statistics.two_proportions`, `auditkit.statistics.multiplicity`.
    """
    return _tested([(rates[group], rates[other]) for group, other in pairs.pairs], adjust="holm")


def range_p_value(rates: Mapping[GroupKey, Rate], *, rng: np.random.Generator) -> Result:
    """Test whether the highest and the lowest rate lie farther apart than dealing the same flags anew would put them.

    References
    ----------
    Methods 3.4: groups are permuted; a bootstrap of the range always finds a gap.
    """
    sound = [rate for rate in rates.values() if rate.reason is None]
    if len(sound) < 2:
        return NotEstimable(reason=next((rate.reason for rate in rates.values() if rate.reason), "NE-DENOM"))
    if any(rate.design for rate in sound):
        return NotEstimable(reason="NE-BLOCKS")  # rows cannot be dealt anew where they depend on each other
    value = two_proportions.range_permutation(
        [rate.numerator or 0 for rate in sound],
        [rate.denominator or 0 for rate in sound],
        replicates=REPLICATES,
        rng=rng,
    )
    return _probability(value, "permutation")


def screened(pairs: list[tuple[Rate, Rate]]) -> tuple[list[Result], list[Result]]:
    """Test many pairs and adjust for the share of false discoveries, as one does when screening areas.

    References
    ----------
    Methods 3.5; Benjamini and Hochberg 1995.
    """
    return _tested(pairs, adjust="benjamini_hochberg")


def _tested(
    pairs: list[tuple[Rate, Rate]], *, adjust: Literal["holm", "benjamini_hochberg"]
) -> tuple[list[Result], list[Result]]:
    reasons = [_untestable(first, second) for first, second in pairs]
    tests = {
        at: two_proportions.compare(*_whole(first), *_whole(second))
        for at, (first, second) in enumerate(pairs)
        if reasons[at] is None
    }
    together = getattr(multiplicity, adjust)([test.p_value for test in tests.values()])
    adjusted = dict(zip(tests, together.tolist(), strict=True))
    raw: list[Result] = []
    joint: list[Result] = []
    for at, reason in enumerate(reasons):
        test = tests.get(at)
        raw.append(
            NotEstimable(reason=reason or "") if test is None else _probability(test.p_value, test.method)
        )
        joint.append(
            NotEstimable(reason=reason or "") if test is None else _probability(adjusted[at], adjust)
        )
    return raw, joint


def _untestable(first: Rate, second: Rate) -> str | None:
    """Return why two rates have no test; those with an interval of their own are no counts of a plain sample."""
    own = any(rate.own_interval is not None for rate in (first, second))
    return first.reason or second.reason or ("NE-MODEL" if own else None)


def _whole(rate: Rate) -> tuple[int, int]:
    trials = max(1, round(rate.trials))
    return min(round(rate.events), trials), trials


def _probability(value: float, method: str) -> Result:
    return Estimate(value=value, interval=None, interval_90=None, interval_family=None, method=method)


def smallest_detectable(
    first: Rate, second: Rate, pairs: Pairing, *, kind: RatioInterval | Literal["difference"]
) -> Result:
    """Find the smallest gap between two groups of these sizes that this audit would have found 4 times in 5.

    Found means that the interval used for verdicts, joint over its family, leaves out equality: the ratio's interval of
    this kind, or the difference's. It is the gap above equality; where none can exist, because the other rate is high,
    it is the one below.

    References
    ----------
    Methods 3.6; `auditkit.statistics.power`.
    """
    if reason := _untestable(first, second):
        return NotEstimable(reason=reason)
    find: Callable[..., float | None]
    if kind == "difference":
        joint = pairs.simultaneous and pairs.critical is not None
        find = partial(power.smallest_detectable_difference, kind="agresti_caffo" if joint else "newcombe")
    else:
        find = partial(power.smallest_detectable_ratio, kind=kind)
    value = pairs.critical or critical.normal(0.95)
    for direction in ("higher", "lower"):
        try:
            found = find(
                second.value, round(first.trials), round(second.trials), critical=value, direction=direction
            )
        except ValueError:
            continue
        if found is None:
            continue
        return Estimate(
            value=found, interval=None, interval_90=None, interval_family=None, method=f"power_80_{direction}"
        )
    return NotEstimable(reason="NE-POWER")


def sample_needed(first: Rate, second: Rate, pairs: Pairing, *, detect: float, kind: RatioInterval) -> Result:
    """Work out how many people each group would need for a ratio to be found 4 times in 5.

    References
    ----------
    Methods 3.6; `auditkit.statistics.power`.
    """
    if reason := _untestable(first, second):
        return NotEstimable(reason=reason)
    value = pairs.critical or critical.normal(0.95)
    for direction, ratio in (("higher", detect), ("lower", 1 / detect)):
        try:
            needed = power.needed_sample(second.value, ratio, critical=value, kind=kind)
        except ValueError:
            continue
        return _fact(float(needed), method=f"power_80_{direction}")
    return NotEstimable(reason="NE-POWER")


def four_fifths(rates: Mapping[GroupKey, Rate]) -> dict[str, Result]:
    """Measure what belongs to the four-fifths rule: how many people short, and what one decision would change.

    The shortfall counts how many fewer adverse decisions in the group with the lowest rate would bring the ratio to
    four fifths. The flip moves one better decision from the group with the highest rate to the one with the lowest.

    References
    ----------
    29 CFR 1607.4(D): small numbers, and the effect of a single decision; methods 3.2.
    """
    sound = {group: rate for group, rate in rates.items() if rate.reason is None}
    left_out = next((rate.reason for rate in rates.values() if rate.reason), None)
    found: dict[str, Result] = dict.fromkeys(
        ("adverse_impact_shortfall", "adverse_impact_flip_one"), NotEstimable(reason=left_out or "NE-DENOM")
    )
    if len(sound) >= 2:
        low = min(sound, key=lambda group: (sound[group].value, group))
        high = max(sound, key=lambda group: (sound[group].value, group))
        found = {
            "adverse_impact_shortfall": _shortfall(sound[low], sound[high], left_out=left_out),
            "adverse_impact_flip_one": _flip_one(sound, low, high, left_out=left_out),
        }
    return found


def by_chance(rates: Mapping[GroupKey, Rate]) -> Result:
    """Work out how often the four-fifths rule would fire on groups of these sizes if all had their common rate.

    References
    ----------
    `auditkit.statistics.four_fifths.fires_by_chance`; methods 3.2, G13.
    """
    sound = [rate for rate in rates.values() if rate.reason is None]
    if len(sound) < 2:
        return NotEstimable(reason=next((rate.reason for rate in rates.values() if rate.reason), "NE-DENOM"))
    trials = [max(1, round(rate.trials)) for rate in sound]
    common = sum(rate.value * size for rate, size in zip(sound, trials, strict=True)) / sum(trials)
    if common == 0:
        return NotEstimable(reason="NE-BOTHZERO")
    return _fact(fires_by_chance(min(1.0, common), trials, limit=FOUR_FIFTHS), method="exact_binomial")


def _fact(value: float, *, method: str = "count", reason: str | None = None) -> Result:
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=method, reason=reason
    )


def _shortfall(low: Rate, high: Rate, *, left_out: str | None) -> Result:
    wanted = FOUR_FIFTHS * high.value * (low.denominator or 0)
    return _fact(float(max(0, math.ceil(wanted - (low.numerator or 0) - 1e-9))), reason=left_out)


def _flip_one(
    rates: Mapping[GroupKey, Rate], low: GroupKey, high: GroupKey, *, left_out: str | None
) -> Result:
    better = {group: rate.numerator or 0 for group, rate in rates.items()}
    people = {group: rate.denominator or 1 for group, rate in rates.items()}
    if not better[high]:
        return NotEstimable(reason="NE-BOTHZERO")
    if better[low] == people[low]:  # everyone everywhere has the better decision
        return NotEstimable(reason="NE-DENOM")
    better |= {low: better[low] + 1, high: better[high] - 1}
    after = [better[group] / people[group] for group in rates]
    return _fact(min(after) / max(after), reason=left_out)
