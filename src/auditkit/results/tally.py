"""Counts: the only thing that stages after `tally` see of the data."""

from dataclasses import dataclass

from auditkit.results.checks import Refusal

UNKNOWN = "(unknown)"
"""The group of everyone whose group is not known; it is shown and never compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many people share a group, a decision and an outcome."""

    group: tuple[str, ...]
    """One value per part of the dimension; `(unknown)` where membership is not known."""
    decision: int | None
    """1 flagged, 0 not flagged, None not decided."""
    outcome: int | None
    """1 the outcome was recorded, 0 it was not, None not known."""
    n: int
    suppressed: bool
    """Whether the source withheld a count that belongs here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """The counts of one dimension, such as race, or race and sex together."""

    dimension: tuple[str, ...]
    """Names of the groups; empty for everyone together."""
    reference: tuple[str, ...] | None
    """The group that others are compared with."""
    cells: tuple[Cell, ...]

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Every group with a cell, in order of name."""
        return tuple(sorted({cell.group for cell in self.cells}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Every count table of an audit."""

    dimensions: tuple[GroupTally, ...]
    """Everyone together first, then each declared dimension."""
    has_outcome: bool
    refused: tuple[Refusal, ...]


def is_known(group: tuple[str, ...]) -> bool:
    """Tell whether every part of a group is known."""
    return UNKNOWN not in group
