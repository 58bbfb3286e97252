"""What was judged: measurements against a policy's limits."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.alternatives import AlternativesVerdict

Verdict = Literal["meets", "does_not_meet", "cannot_tell", "not_checked"]
Note = Literal["small_difference", "unclear_difference", "withheld"]
"""A gap exists but stays within the limit, or exists and may lie on either side of it (methods 3.7).

Or the number is withheld, and no verdict rests on it.
"""
Alternative = Literal["exists", "none_found", "cannot_tell"]
"""Whether a choice within the tolerated loss falls less on a group (methods 7)."""
Code = Literal["do_not_deploy", "not_ready", "ready_for_board_vote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The verdict on one number; it refers to the number and copies none."""

    measurement: str
    """The measurement's id."""
    status: Verdict
    note: Note | None = None
    smallest_detectable: str | None = None
    """Id of the smallest gap that this audit would have found between the two groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedLimit:
    """A limit as it was applied."""

    measure: str
    dimension: str
    compare: str
    at_most: float | None
    at_least: float | None
    required: bool
    judged_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One limit in one dimension."""

    id: str
    limit_id: str
    status: Verdict
    evidence: tuple[str, ...]
    """Ids of the measurements that decided the status."""
    comparisons: tuple[Comparison, ...]
    """Every number the limit applies to, with its own verdict."""
    limit: AppliedLimit
    scope: str
    source: str
    why: str
    smallest_detectable: str | None = None
    """Id of the largest of its comparisons' smallest detectable gaps: what the audit would have found everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """Something the audit did not look at, and what it would need."""

    topic: str
    because: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Every finding, and what follows from them all."""

    findings: tuple[Finding, ...]
    recommendation: Code
    decided_by: tuple[str, ...]
    """Ids of the findings that decided the recommendation."""
    alternatives: AlternativesVerdict | None = None
    """Whether a less harmful rule was found, where the audit file asks."""
