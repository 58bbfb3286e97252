"""Putting worlds together: coverage by measure and size, with Monte Carlo standard errors."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.validity.running import Record

SIZES = ((100.0, "100 and more"), (10.0, "10 to 100"), (2.0, "2 to 10"), (0.0, "below 2"))
"""Classes of the smallest expected count."""
ENOUGH = 200
"""A world whose intervals were fewer says nothing about the lowest coverage."""


@dataclass(slots=True, kw_only=True)
class Line:
    """Coverage of one kind of interval over many worlds."""

    by_world: list[list[tuple[float, int, float]]] = field(default_factory=list)
    """Per world, each interval's coverage, how often it was given, and in what share of draws."""
    given: int = 0
    below: int = 0
    above: int = 0
    absent: int = 0

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return len(self.by_world)

    @property
    def mean(self) -> float:
        """Coverage, averaged over the intervals of each world, then over worlds; by the share of draws that gave one."""
        return sum(sum(p * w for p, _, w in world) / len(world) for world in self.by_world) / self._weight

    @property
    def _weight(self) -> float:
        return sum(sum(w for *_, w in world) / len(world) for world in self.by_world)

    @property
    def mean_error(self) -> float:
        """Monte Carlo standard error of the mean, as if the intervals of a world always failed together."""
        spread = (sum(w**2 * p * (1 - p) / n for p, n, w in world) / len(world) for world in self.by_world)
        return math.sqrt(sum(spread)) / self._weight

    @property
    def lowest(self) -> tuple[float, float]:
        """Return the lowest coverage in a single world, and its standard error."""
        every = [(p, n) for world in self.by_world for p, n, _ in world if n >= ENOUGH]
        if not every:
            return math.nan, math.nan
        p, n = min(every)
        return p, math.sqrt(p * (1 - p) / n)

    @property
    def without(self) -> float:
        """Share of draws that gave no interval."""
        return self.absent / max(1, self.given + self.absent)


Row = tuple[str, str, str, float, bool, int, int, int, int]
"""Measure, which interval, of whom, size, equality, held, below, above, absent: as the cache keeps them."""


def coverage(
    records: Iterable[Record], key: Callable[[Record, Row], tuple[str, ...] | None]
) -> dict[tuple[str, ...], Line]:
    """Sort the intervals of every world into lines; None leaves one out."""
    lines: dict[tuple[str, ...], Line] = defaultdict(Line)
    for record in records:
        here: dict[tuple[str, ...], list[tuple[float, int, float]]] = defaultdict(list)
        for row in record["intervals"]:
            name = key(record, row)
            *_, held, below, above, absent = row
            given = held + below + above
            if name is None:
                continue
            line = lines[name]
            line.given, line.absent = line.given + given, line.absent + absent
            line.below, line.above = line.below + below, line.above + above
            if given:
                here[name].append((held / given, given, given / (given + absent)))
        for name, pairs in here.items():
            lines[name].by_world.append(pairs)
    return {name: line for name, line in lines.items() if line.by_world}


def size_class(size: float) -> str:
    """Name the class of a smallest expected count."""
    return next(name for least, name in SIZES if size >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How often something happened in one world, or on average."""

    world: str
    value: float
    error: float


def shares(records: Iterable[Record], event: str) -> Iterator[Share]:
    """Return how often an event happened in each world in which it could."""
    for record in records:
        if event in record["events"]:
            n, total, squares = record["events"][event]
            mean = total / n
            spread = max(0.0, squares / n - mean**2)
            yield Share(world=record["name"], value=mean, error=math.sqrt(spread / n))


def highest(found: Sequence[Share]) -> Share:
    """Return the world in which something happened most often."""
    return max(found, key=lambda one: one.value)


def mean(found: Sequence[Share]) -> tuple[float, float]:
    """Average over worlds, with its Monte Carlo standard error."""
    n = len(found)
    return sum(one.value for one in found) / n, math.sqrt(sum(one.error**2 for one in found)) / n
