"""Counting how often intervals held the truth, and how often something happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from auditkit.results.measurements import Bounds, Estimate, Result

ROUNDING = 1e-9
"""Limits of floating point numbers may miss a truth that they equal."""
Key = tuple[str, str, str]
"""Measure, which interval, and of whom."""


@dataclass(slots=True, kw_only=True)
class Held:
    """How often one interval of one world held the truth."""

    size: float
    """The smallest count to be expected behind it, or whatever else says how much it rests on."""
    equal: bool
    """Whether the truth is equality."""
    held: int = 0
    below: int = 0
    """The interval lay wholly below the truth."""
    above: int = 0
    absent: int = 0
    """There was none."""

    @property
    def given(self) -> int:
        """How often there was an interval."""
        return self.held + self.below + self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an interval should hold."""

    value: float
    size: float
    equal: bool = False


@dataclass(slots=True)
class Scores:
    """Everything that was counted in one world."""

    intervals: dict[Key, Held] = field(default_factory=dict)
    events: dict[str, list[float]] = field(default_factory=dict)
    """By name: number of draws, sum and sum of squares of what happened in each."""

    def interval(self, key: Key, bounds: Bounds | None, truth: Truth) -> bool:
        """Score one interval; say whether it held the truth. An absent one holds nothing and misses nothing."""
        item = self.intervals.setdefault(key, Held(size=truth.size, equal=truth.equal))
        if bounds is None:
            item.absent += 1
            return True
        low, high = bounds
        if low is not None and low > truth.value + ROUNDING:
            item.above += 1
            return False
        if high is not None and high < truth.value - ROUNDING:
            item.below += 1
            return False
        item.held += 1
        return True

    def estimate(self, measure: str, who: str, result: Result, truth: Truth) -> None:
        """Score the interval of a number alone."""
        bounds = result.interval if isinstance(result, Estimate) else None
        self.interval((measure, "alone", who), bounds, truth)

    def family(self, measure: str, pairs: Iterable[tuple[Result, Truth]]) -> None:
        """Score the intervals of a family together: they hold if each holds its own truth."""
        members = [(result, truth) for result, truth in pairs]
        given = [
            (result.interval_family or result.interval, truth)
            for result, truth in members
            if isinstance(result, Estimate) and result.interval is not None
        ]
        size = min(truth.size for _, truth in members)
        equal = all(truth.equal for _, truth in members)
        item = self.intervals.setdefault((measure, "family", ""), Held(size=size, equal=equal))
        if not given:
            item.absent += 1
        elif all(_holds(bounds, truth.value) for bounds, truth in given):
            item.held += 1
        else:
            item.below += 1

    def event(self, name: str, happened: bool) -> None:  # noqa: FBT001  # it is the datum
        """Count whether something happened."""
        self.share(name, float(happened))

    def share(self, name: str, value: float) -> None:
        """Average a share over draws; keep what its standard error needs."""
        sums = self.events.setdefault(name, [0, 0.0, 0.0])
        sums[0] += 1
        sums[1] += value
        sums[2] += value * value

    def as_record(self) -> dict[str, Any]:
        """Return what a line of the cache holds."""
        rows = [
            [*key, item.size, item.equal, item.held, item.below, item.above, item.absent]
            for key, item in self.intervals.items()
        ]
        return {"intervals": rows, "events": self.events}


def _holds(bounds: Bounds | None, value: float) -> bool:
    low, high = bounds or (None, None)
    return (low is None or low <= value + ROUNDING) and (high is None or high >= value - ROUNDING)
