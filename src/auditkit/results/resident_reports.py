"""Counts of reports by residents: how many came from each area, and how long answers took."""

from dataclasses import dataclass

from auditkit.results.areas import Floats

Waits = tuple[tuple[int, int], ...]
"""Whole minutes from report to answer, in order, each with the number of reports; the longest stand at the cap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportTally:
    """Reports by residents, by area."""

    first: str | None
    """First and last day of a report."""
    last: str | None
    counts: Floats
    """Shape (areas,); reports of each area."""
    unmatched: int
    """Reports whose area is not in the table of areas."""
    waits: tuple[Waits, ...] | None
    """Of each area; None where answers are not timed."""
    cap: int
    """Slower answers, and reports without one, stand at so many minutes."""
