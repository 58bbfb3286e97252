"""Stops and searches: what they are held against, and their counts by area and group."""

from collections.abc import Mapping
from dataclasses import dataclass

from auditkit.results.inputs import InputRecord

CITY = "(everywhere)"
"""The one area of a table without areas."""
Table = tuple[tuple[int, ...], ...]
"""Counts by area and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBenchmark:
    """The table that stops are held against."""

    source: InputRecord
    units: Mapping[tuple[str, str], Mapping[tuple[str, str], float]]
    """Benchmark units by name of benchmark and dimension, then by area and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTally:
    """Stops of one dimension by area and group; people of unknown group or area are left out."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    groups: tuple[str, ...]
    areas: tuple[str, ...]
    stops: Table
    searches: Table
    """Stops with a decision to search."""
    hits: Table
    """Searches with the outcome."""
    benchmarks: Mapping[str, tuple[tuple[float, ...], ...]]
    """Benchmark units by name, then by area and group; 0 where the table has no row."""
    left_out: int
    """Stops of unknown group or area."""
