"""What is true of rates and of their comparisons, and scoring measurements by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import NamedTuple

from auditkit.results.measurements import Estimate, Measurement, Result
from benchmarks.validity.scores import Scores, Truth


class TrueRate(NamedTuple):
    """One group's rate."""

    rate: float
    people: float
    """Expected size of the denominator."""

    @property
    def size(self) -> float:
        """The smaller of the expected counts with and without the event."""
        return self.people * min(self.rate, 1 - self.rate)


Truths = dict[tuple[str, str], Truth]
"""By measure and by whom it is about: `B`, `B~A`, or nothing for all groups."""


def of_rates(metric: str, rates: Mapping[str, TrueRate]) -> Truths:
    """Truths of a rate, of its comparisons between every pair, and of its summaries."""
    found: Truths = {}
    for name, one in rates.items():
        found[metric, name] = Truth(value=one.rate, size=one.size)
    for (name, one), (against, other) in permutations(rates.items(), 2):
        size, equal, pair = min(one.size, other.size), one.rate == other.rate, f"{name}~{against}"
        found[f"{metric}_difference", pair] = Truth(value=one.rate - other.rate, size=size, equal=equal)
        found[f"{metric}_excess", pair] = Truth(value=one.rate - other.rate, size=size, equal=equal)
        if other.rate > 0:
            found[f"{metric}_ratio", pair] = Truth(value=one.rate / other.rate, size=size, equal=equal)
    values = [one.rate for one in rates.values()]
    size, equal = min(one.size for one in rates.values()), min(values) == max(values)
    found[f"{metric}_range", ""] = Truth(value=max(values) - min(values), size=size, equal=equal)
    if metric == "favourable_rate":
        found["adverse_impact_ratio", ""] = Truth(value=min(values) / max(values), size=size, equal=equal)
        for name, one in rates.items():
            found["impact_ratio", name] = Truth(value=one.rate / max(values), size=size, equal=equal)
    return found


def who(item: Measurement) -> str:
    """Say whom a measurement is about."""
    group = "+".join(value for _, value in item.group)
    return group if item.against is None else f"{group}~{'+'.join(value for _, value in item.against)}"


JOINT = ("_difference", "_ratio")


def score(
    items: Iterable[Measurement], truths: Truths, scores: Scores, *, stratum: str | None = None
) -> None:
    """Score every measurement whose truth is known, alone and with its family."""
    families: dict[str, list[tuple[Result, Truth]]] = defaultdict(list)
    for item in items:
        name = who(item)
        truth = truths.get((item.metric, name))
        if truth is None or item.stratum != stratum:
            continue
        if item.metric.endswith("_excess") and isinstance(item.result, Estimate):
            people = item.result.denominator or 0
            truth = Truth(value=truth.value * people, size=truth.size, equal=truth.equal)
        scores.estimate(item.metric, name, item.result, truth)
        if item.metric.endswith(JOINT) and name:
            families[item.metric].append((item.result, truth))
    for measure, members in families.items():
        if len(members) > 1:
            scores.family(measure, members)
