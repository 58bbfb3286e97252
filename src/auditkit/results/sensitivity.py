"""What conclusions hang on: each judged number again under other assumptions, and where it would tip."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.findings import Verdict
from auditkit.results.measurements import TippingPoint

Outcome = Literal["holds", "flips", "cannot_tell", "not_applicable"]
"""What becomes of a conclusion under an assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One conclusion under one assumption."""

    assumption: str
    outcome: Outcome
    measurement: str | None
    """Id of the number that was judged; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One judged number under every assumption."""

    finding: str
    measurement: str | None
    """Id of the number; None for the verdict on the feedback loop, which is no single number."""
    verdict: Verdict
    """The audit's."""
    as_counted: Verdict
    """The verdict on the data as they stand, which the cells are held against."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Which conclusions are robust, and which hang on an assumption."""

    assumptions: tuple[str, ...]
    """Short names, in the order of the columns."""
    rows: tuple[Row, ...]
    """Broken limits first."""
    tipping: tuple[TippingPoint, ...]
    """Of every comparison of error rates that is published, judged or not."""
