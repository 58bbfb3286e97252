"""Subgroups that nobody named: the worst treated of one half, tested in the other.

References
----------
Methods 3.5, 3.6 and 7.3: a declared family, a search in one half, tests with correction in the other.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, ratio
from auditkit.measure.groups import Rate, metrics_for, rate_result, refusal
from auditkit.measure.registry import RateMetric
from auditkit.results.alternatives import ESTIMATE, SEARCH, Around, Subgroup, Subgroups, SubgroupTally
from auditkit.results.measurements import Estimate, Group, Measurement, NotEstimable, Result
from auditkit.results.tally import CELLS, ELSEWHERE, UNKNOWN, Tally
from auditkit.statistics import critical, multiplicity, power, two_proportions

SHOWN = 10
"""So many subgroups at most are tested."""
JOINT = 0.95
Condition = tuple[tuple[str, str], ...]
"""Columns and values that make a subgroup, in the order of the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """People of a subgroup in one half: those its rate counts, those among whom, and everybody."""

    part: int = 0
    whole: int = 0
    people: int = 0

    def plus(self, other: "Counted", sign: int = 1) -> "Counted":
        """Add other people, or take them away."""
        return Counted(
            part=self.part + sign * other.part, whole=self.whole + sign * other.whole,
            people=self.people + sign * other.people,
        )  # fmt: skip

    @property
    def rate(self) -> float:
        """The share; 0 where nobody is among them."""
        return self.part / max(1, self.whole)


Half = Mapping[Condition, Counted]


def find_subgroups(tally: Tally, measuring: Measuring) -> tuple[list[Measurement], Subgroups]:
    """Find the subgroups that fare worst in one half, and test them against everyone else in the other.

    References
    ----------
    Methods 3.5, 3.6, 7.3.
    """
    given = tally.subgroups
    assert given is not None  # noqa: S101  # asked for only where it was counted
    worse = worse_rate(given.metric, measuring.orientation)
    metric = metrics_for(measuring.orientation)[given.metric]
    none = Subgroups(
        columns=given.columns, left_out=given.left_out, depth=given.depth, smallest=given.smallest,
        metric=given.metric, control=given.control, worse=worse, looked_at=0, tested=(), by_id=given.by_id,
    )  # fmt: skip
    reason = _reason(tally, metric)
    if reason is not None:
        return [], replace(none, reason=reason)
    search, estimate = (_by_subgroup(given, metric, half) for half in (SEARCH, ESTIMATE))
    family = [one for one in search if _looked_at(one, search, estimate, given, measuring)]
    if not family:
        return [], replace(none, reason="NE-SMALL")
    worst = _worst(family, search, worse=worse)
    items, tested = _tested(worst, estimate, given, measuring, worse=worse)
    items += _detectable(search, estimate, given, worst, worse=worse)
    return items, replace(none, looked_at=len(family), tested=tested, around=_around(worst, estimate))


def worse_rate(metric: str, orientation: str) -> Literal["higher", "lower"]:
    """Tell which rate is the worse one: more flags and more wrong flags where a flag is a burden, fewer where it helps.

    References
    ----------
    Methods 1.3: orientation is declared and never assumed.
    """
    burden = orientation == "burden"
    return "higher" if burden == (metric != "false_negative_rate") else "lower"


def _reason(tally: Tally, metric: RateMetric) -> str | None:
    if tally.subgroups is not None and not tally.subgroups.cells:
        return "NE-SUPP"
    if metric.needs_outcome and not tally.has_outcome:
        return "NE-TRUTH"
    if metric.needs_outcome and tally.sampled:
        return "NE-SELECT"
    return "NE-BLOCKS" if tally.repeated else refusal(metric.name, tally.refused)


def _by_subgroup(given: SubgroupTally, metric: RateMetric, half: int) -> dict[Condition, Counted]:
    """Count every combination of values of up to so many columns; the empty one is everyone."""
    counts: dict[Condition, list[int]] = {}
    chosen = [
        places for size in range(given.depth + 1) for places in combinations(range(len(given.columns)), size)
    ]
    by_values: dict[tuple[str, ...], list[int]] = {}
    for cell in given.cells:
        if cell.half == half:
            found = by_values.setdefault(cell.values, [0, 0, 0])
            part, whole = _counts(cell.decision, cell.outcome, metric)
            for at, n in enumerate((part * cell.n, whole * cell.n, cell.n)):
                found[at] += n
    for values, three in by_values.items():
        for places in chosen:
            key = tuple((given.columns[at], values[at]) for at in places)
            found = counts.setdefault(key, [0, 0, 0])
            for at in range(3):
                found[at] += three[at]
    return {key: Counted(part=a, whole=b, people=c) for key, (a, b, c) in sorted(counts.items())}


def _counts(decision: int | None, outcome: int | None, metric: RateMetric) -> tuple[int, int]:
    if not metric.needs_outcome:
        return int(decision == 1), int(decision is not None)
    name = next((name for name, pair in CELLS.items() if pair == (outcome, decision)), "")
    return int(name in metric.counted), int(name in metric.among)


def _looked_at(
    one: Condition, search: Half, estimate: Half, given: SubgroupTally, measuring: Measuring
) -> bool:
    """Tell whether a subgroup belongs to the family: large enough in sum, known, not declared, and not everyone."""
    columns = tuple(name for name, _ in one)
    if not one or columns in {tuple(sorted(names, key=given.columns.index)) for names in _named(given)}:
        return False
    if any(value == UNKNOWN for _, value in one):
        return False
    both = [search[one], estimate.get(one, Counted())]
    large = sum(half.people for half in both) >= given.smallest
    rest = search[()].plus(search[one], -1)
    return large and min(*(half.whole for half in both), rest.whole) >= measuring.minimum_n


def _named(given: SubgroupTally) -> Iterator[tuple[str, ...]]:
    """Return declared ways of dividing people whose columns are all looked at."""
    return (names for names in given.named if set(names) <= set(given.columns))


def _worst(family: list[Condition], search: Half, *, worse: str) -> list[Condition]:
    """Return the subgroups that fare worst, at most `SHOWN`, and worse than every larger one that holds them.

    Without the second rule one badly treated group would come back with each further column.
    """
    sign = 1 if worse == "higher" else -1
    everyone = search[()]

    def apart(one: Condition) -> float:
        own, rest = search[one], everyone.plus(search[one], -1)
        pooled = everyone.rate
        spread = pooled * (1 - pooled) * (1 / own.whole + 1 / rest.whole)
        return sign * (own.rate - rest.rate) / math.sqrt(spread) if spread > 0 else 0.0

    def stands_out(one: Condition) -> bool:
        larger = [tuple(part for part in one if part != left) for left in one]
        return all(sign * (search[one].rate - search[parent].rate) > 0 for parent in larger)

    ranked = sorted((-apart(one), one) for one in family if stands_out(one))
    return [one for distance, one in ranked if distance < 0][:SHOWN]


def _around(worst: list[Condition], estimate: Half) -> tuple[Around, ...]:
    """Count everyone, and every group of fewer columns that holds a tested one."""
    larger = {part for one in worst for size in range(len(one)) for part in combinations(one, size)}
    return tuple(
        Around(group=one, counted=estimate[one].part, among=estimate[one].whole) for one in sorted(larger - {*worst})
    )  # fmt: skip


def _rate(counted: Counted, measuring: Measuring) -> Rate:
    reason = "NE-DENOM" if counted.whole == 0 else "NE-SMALL" if counted.whole < measuring.minimum_n else None
    return Rate(
        numerator=counted.part,
        denominator=counted.whole,
        value=0.0 if reason else counted.rate,
        reason=reason,
    )


def _elsewhere(one: Condition) -> Group:
    return tuple((name, ELSEWHERE) for name, _ in one)


def _tested(
    worst: list[Condition],
    estimate: Half,
    given: SubgroupTally,
    measuring: Measuring,
    *,
    worse: Literal["higher", "lower"],
) -> tuple[list[Measurement], tuple[Subgroup, ...]]:
    """Test each against everyone else, in people nobody has looked at yet."""
    own = [_rate(estimate[one], measuring) for one in worst]
    rest = [_rate(estimate[()].plus(estimate[one], -1), measuring) for one in worst]
    pairs = list(zip(own, rest, strict=True))
    raw = [_p_value(*pair, worse=worse) for pair in pairs]
    adjusted = getattr(multiplicity, given.control)(raw).tolist()
    joint = critical.bonferroni(JOINT, max(1, len(worst)))
    items: list[Measurement] = []
    tested: list[Subgroup] = []
    for at, one in enumerate(worst):
        results: dict[str, Result] = {
            given.metric: rate_result(own[at], family_critical=joint),
            f"{given.metric}_ratio": ratio(
                own[at], rest[at], Pairing(pairs=(), critical=joint, simultaneous=False), kind=measuring.ratio_interval
            ),
            f"{given.metric}_p_value": _probability(raw[at], "fisher_exact_twice_one_sided"),
            f"{given.metric}_p_value_{_adjusted(given.control)}": _probability(adjusted[at], given.control),
        }  # fmt: skip
        items += [_item(name, one, result) for name, result in results.items()]
        items.append(_item(f"{given.metric}_elsewhere", one, rate_result(rest[at], family_critical=None)))
        tested.append(
            Subgroup(
                group=one, found=adjusted[at] <= 1 - JOINT + 1e-12, counted=estimate[one].part, among=estimate[one].whole
            )
        )  # fmt: skip
    return items, tuple(tested)


def _p_value(own: Rate, rest: Rate, *, worse: Literal["higher", "lower"]) -> float:
    """Test for the worse rate alone, and double that, so that the test agrees with two-sided ranges."""
    counts = own.numerator or 0, own.denominator or 0, rest.numerator or 0, rest.denominator or 0
    return min(1.0, 2 * two_proportions.exact_tail(*counts, side=worse))


def _probability(value: float, method: str) -> Estimate:
    return Estimate(value=value, interval=None, interval_90=None, interval_family=None, method=method)


def _adjusted(control: str) -> str:
    return "holm" if control == "holm" else "bh"


def _item(name: str, one: Condition, result: Result) -> Measurement:
    against = _elsewhere(one) if name.rpartition("_")[2] in {"ratio", "value", "holm", "bh"} else None
    return Measurement(
        metric=f"subgroup_{name}", dimension=tuple(column for column, _ in one), group=one, against=against,
        result=result,
    )  # fmt: skip


def _detectable(
    search: Half, estimate: Half, given: SubgroupTally, worst: list[Condition], *, worse: Literal["higher", "lower"]
) -> list[Measurement]:  # fmt: skip
    """Find the smallest ratio that the test would have shown 4 times in 5, of the smallest and of a larger subgroup.

    References
    ----------
    Methods 3.6; it holds for a subgroup that the search has picked.
    """
    everyone = estimate[()]
    reach = critical.bonferroni(JOINT, max(1, len(worst)))
    share = everyone.whole / max(1, everyone.people + search[()].people)
    items = []
    for name, size in (("smallest", given.smallest), ("tenth", (everyone.people + search[()].people) / 10)):
        group = max(1, round(size * share))
        result: Result = NotEstimable(reason="NE-POWER")
        if 0 < everyone.rate < 1 and group < everyone.whole:
            found = power.smallest_detectable_ratio(
                everyone.rate, group, everyone.whole - group, critical=reach, direction=worse
            )
            if found is not None:
                result = Estimate(
                    value=found, interval=None, interval_90=None, interval_family=None, method=f"power_80_{worse}"
                )  # fmt: skip
        metric = f"subgroup_{given.metric}_ratio_smallest_detectable"
        items.append(
            Measurement(
                metric=metric, dimension=(), group=(), against=None, result=result, stratum=f"subgroup of {name} size"
            )
        )  # fmt: skip
    return items
