"""What changed between two audits, called A and B."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.findings import Verdict
from auditkit.results.measurements import Bounds

Relation = Literal["same_files", "same_records", "different_records"]
"""Whether A and B rest on the same files, on the same main table with other files beside it, or on other records."""
ChangeVerdict = Literal["changed", "within_chance", "cannot_tell", "same", "differs"]
"""With different records: changed by more than chance, within chance, or cannot tell. With the same records, where
chance has no part: the same, or differs.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that both audits say about themselves."""

    name: str
    """Such as `policy` or `input: records`."""
    a: str | None
    b: str | None

    @property
    def same(self) -> bool:
        """Tell whether both say the same."""
        return self.a == self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """A limit in one dimension whose verdict is not the same; None where an audit does not have it."""

    id: str
    a: Verdict | None
    b: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure that both audits name."""

    id: str
    a: float | None
    a_interval: Bounds | None
    b: float | None
    b_interval: Bounds | None
    scale: Literal["difference", "ratio"]
    """Whether the change is B minus A, or B over A, as it is for figures that are ratios themselves."""
    change: float | None
    interval: Bounds | None
    """The 95 % interval of this change alone."""
    interval_joint: Bounds | None
    """The interval that holds jointly over all figures compared; the verdict rests on it."""
    verdict: ChangeVerdict
    because: str | None
    """Why it cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that changed between two audits."""

    facts: tuple[Fact, ...]
    recommendation_a: str
    recommendation_b: str
    same_policy: bool
    relation: Relation
    findings: tuple[FindingChange, ...]
    figures: tuple[FigureChange, ...]
    compared: int
    """How many figures share the 5 % chance of a false alarm (Bonferroni)."""
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    withheld: tuple[str, ...]
    """Figures withheld in A or in B, which nothing is said about."""

    def of(self, verdict: ChangeVerdict) -> tuple[FigureChange, ...]:
        """Return the figures with a verdict."""
        return tuple(figure for figure in self.figures if figure.verdict == verdict)
