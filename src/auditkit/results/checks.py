"""What a data check found."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "failed", "not_applicable", "could_not_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One fact that a check looked at."""

    item: str
    """What it is about, such as a column or a group; empty for the whole table."""
    value: float | str | None
    """What was found, in the check's unit."""
    count: int | None = None
    """The number of people behind the value; small ones are withheld on publication."""
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check; a failed check is a finding, not an error."""

    id: str
    table: str
    severity: Literal["blocking", "serious", "note"]
    status: Status
    unit: str
    """What the values are: share, count, people, number, date or text."""
    observed: tuple[Observed, ...]
    """The facts that failed, at most ten; where none did, the fact nearest to failing."""
    more: int
    """How many failing facts are not listed."""
    expected: str
    title: str
    why: str
    ask: str
    refuses: tuple[str, ...]
    """Measures that this check refused; empty unless it failed."""
    source: str
    lacks: tuple[str, ...] = ()
    """What the audit file does not declare, where the check did not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Measures that cannot be estimated because a blocking check failed."""

    measures: tuple[str, ...]
    reason: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedData:
    """Data that cannot support an audit: a result that still gets a report. It carries no rows."""

    checks: tuple[CheckResult, ...]
