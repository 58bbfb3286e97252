"""A finding with the numbers that it rests on, as sentences need them."""

from dataclasses import dataclass

from auditkit.report.burdens import Excess
from auditkit.results.document import FindingRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A number judged against a limit, with what a sentence about it needs."""

    measurement: str
    metric: str
    """The rate that is compared."""
    kind: str
    """What is compared and how, as `auditkit.report.kinds` names it."""
    dimension: str
    group: str
    against: str
    status: str
    result: str
    """estimated, not_estimable or withheld."""
    reason: str | None
    value: str | None
    low: str | None
    high: str | None
    direction: str | None
    """above or below equality, where the whole range lies on that side; None where it holds equality."""
    group_rate: str | None
    """Of 1,000."""
    against_rate: str | None
    note: str | None
    """small_difference or unclear_difference, where a gap was shown to exist."""
    power: "Power | None"
    too_small: bool
    """Whether no gap at all could have been found between two groups of these sizes."""
    excess: Excess | None
    hangs: str | None
    """The assumption about unknown people that its verdict hangs on, with the limits that it leaves."""
    inferred: bool
    """Whether its groups are inferred, so that its range is everything possible."""
    open_low: str | None
    open_high: str | None
    measurements: tuple[str, ...]
    """Ids of the other numbers that a sentence about it shows: rates, the sample needed, and limits it hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The smallest gap that an audit of this size would have found 4 times in 5."""

    measurement: str
    value: str
    lower: bool
    """Whether it lies below equality, where none above it could be found."""
    points: bool
    needed: str | None
    """People in each group that finding the policy's ratio would take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with the statement that decided it, and all the others."""

    finding: FindingRecord
    metric: str
    """The rate that the limit is about."""
    at_least: str | None
    at_most: str | None
    points: bool
    """Whether the limit is in percentage points."""
    first: Statement | None
    power: Power | None
    """The gap that would have been found between any two groups that are large enough to compare."""
    statements: tuple[Statement, ...]
    within: tuple[str, ...]
    """Groups that are within the limit, where the number that decided is not shown."""
    counts: dict[str, int]
