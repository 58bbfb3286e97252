"""Counts of a place tool: what happened in each area and period; no stage after `tally` sees more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.areas import Areas
from auditkit.results.checks import Refusal
from auditkit.results.displacement import DisplacementTally
from auditkit.results.logs import LogTally
from auditkit.results.resident_reports import ReportTally

Grid = NDArray[np.float64]
"""Shape (areas, periods), read-only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """Records whose area is not among the areas; they are shown, never dropped."""

    areas: tuple[str, ...]
    """Ids in the records that no area has, in order."""
    flags: float
    outcomes: float
    without_records: tuple[str, ...]
    """Ids of areas that no record names."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastCounts:
    """What the tool learnt from, before or during the audited periods."""

    periods: tuple[str, ...]
    total: Grid
    """Recorded incidents of every source."""
    reported: Grid | None
    """Of them, reported by others; None where sources are not declared."""
    discovered: Grid | None
    """Of them, discovered by police."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceTally:
    """Every count table of an audit of a place tool."""

    areas: Areas
    periods: tuple[str, ...]
    """Audited periods in order of time; one period `all` where the records have no time."""
    flags: Grid
    """How often an area was flagged in a period: 0 or 1, or a count where each row is a flag."""
    outcomes: Grid | None
    """Recorded incidents; None where the records have none."""
    past: PastCounts | None
    unmatched: Unmatched
    baseline_periods: int
    """Window of the rolling-count baseline."""
    refused: tuple[Refusal, ...]
    scores: Grid | None = None
    """The tool's scores, NaN where an area has none; None where the records have none."""
    displacement: DisplacementTally | None = None
    """Incidents before and after where something was done; None where the audit file does not ask."""
    logs: LogTally | None = None
    """Logs of a tool in use."""
    unlawful: frozenset[str] = frozenset()
    """Periods of the records or the history that are touched by a time of unlawful practice."""
    reports: ReportTally | None = None
    """Reports by residents; None where the audit file names none."""
