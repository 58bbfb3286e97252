"""Stops and searches: stops held against a benchmark, and how sure officers were before they searched."""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import combinations

from auditkit.measure.blocks import named
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import limits, without_interval
from auditkit.measure.thresholds import thresholds
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.stops import StopTally
from auditkit.results.tally import Tally
from auditkit.statistics import benchmark
from auditkit.statistics.benchmark import BenchmarkTest

Pair = tuple[int, int]
"""Places of a group and of the one it is compared with."""


def stops(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Compare how often groups are stopped per benchmark unit, in the whole city and within areas.

    The benchmark decides the answer; several stand side by side.

    References
    ----------
    Methods 3.14: benchmark test; Gelman, Fagan and Kiss 2007.
    """
    for table in tally.stops:
        for name in table.benchmarks:
            yield from _held_against(table, name, measuring)
        if tally.threshold_test:
            yield from thresholds(table, measuring)


def _held_against(table: StopTally, name: str, measuring: Measuring) -> Iterator[Measurement]:
    units = table.benchmarks[name]
    by_area = len(units) == len(table.areas)
    counts = table.stops if by_area else (tuple(map(sum, zip(*table.stops, strict=True))),)
    kinds = {"": benchmark.crude}
    if by_area and len(units) > 1:
        kinds["_within_areas"] = benchmark.within_areas
    pairs = _pairs(table)
    for kind, test in kinds.items():
        metric = f"stops_per_{name}{kind}_ratio"
        level = measuring.family(metric, table.dimension, reference=table.reference).level
        joint = 1 - (1 - level) / max(1, len(pairs))
        levels = {"interval": 0.95, "interval_90": 0.90, "interval_family": joint}
        for group, other in pairs:
            found: dict[str, BenchmarkTest] = {}
            with suppress(ValueError):
                found = {key: test(counts, units, reference=other, level=one) for key, one in levels.items()}
            result = (
                _ratio(found, group, single=joint == 0.95)
                if len(units) > 1
                else _of_city(counts[0], units[0], group, other)
            )
            yield Measurement(
                metric=metric, dimension=table.dimension, group=named(table.dimension, (table.groups[group],)),
                against=named(table.dimension, (table.groups[other],)),
                result=result,
            )  # fmt: skip


def _pairs(table: StopTally) -> list[Pair]:
    places = range(len(table.groups))
    if table.reference is None or table.reference[0] not in table.groups:
        return list(combinations(places, 2))
    other = table.groups.index(table.reference[0])
    return [(group, other) for group in places if group != other]


def _of_city(stops: Sequence[int], units: Sequence[float], group: int, other: int) -> Result:
    """Divide stops per unit; from one area nobody can tell how much stops vary beyond chance, so there is no interval."""
    if not (units[group] and units[other] and stops[other]):
        return NotEstimable(reason="NE-DENOM")
    value = stops[group] / units[group] / (stops[other] / units[other])
    return without_interval(value, method="quasi_poisson")


def _ratio(found: dict[str, BenchmarkTest], group: int, *, single: bool) -> Result:
    ratios = {key: test.ratios[group] for key, test in found.items()}
    known = {key: ratio for key, ratio in ratios.items() if ratio is not None}
    if len(known) < 3:
        return NotEstimable(reason="NE-DENOM")
    intervals = {key: limits(ratio.interval) for key, ratio in known.items()}
    return Estimate(
        value=math.exp(known["interval"].log_ratio), interval=intervals["interval"],
        interval_90=intervals["interval_90"], interval_family=None if single else intervals["interval_family"],
        method="quasi_poisson",
    )  # fmt: skip
