"""The part of `audit.json` about oversight: the audit before, corrective actions and residents' notes."""

from typing import Annotated, Literal

from pydantic import Field

from auditkit.results.changes import ChangeVerdict, Relation
from auditkit.results.findings import Verdict
from auditkit.results.record import Record

Limits = Annotated[tuple[float | None, float | None], Field(strict=False)]
Direction = Literal["worse", "better", "open", "not_compared"]
"""Which way a verdict or a check went; `open` where that cannot be told, `not_compared` where one audit lacks it."""
State = Literal["setback", "overdue", "dropped", "done_cannot_tell", "open", "done_met"]
"""What became of an action, worst first."""
Part = Literal["what", "about", "owner", "due", "done"]


class OversightFileRecord(Record):
    """A file that was read beside the data."""

    role: Literal["previous", "actions", "notes"]
    file: str
    bytes: int
    sha256: str


class ChangedPartRecord(Record):
    """A part of an action that is not as the audit before had it."""

    part: Part
    before: str | None
    now: str | None


class ActionRecord(Record):
    """A corrective action, held against this audit and the one before."""

    id: str
    what: str
    about: str
    owner: str
    due: str
    done: str | None
    note: str | None
    state: State = Field(
        description="'setback' done, and its limit or data check is not met; 'overdue' its day has passed; 'dropped' "
        "the audit before lists it and the present list does not; 'done_cannot_tell' done, and this audit cannot tell "
        "what came of it; 'open' not done, not yet due; 'done_met' done, and its limit or data check is met."
    )
    found: Verdict | None = Field(
        description="What this audit found about it, the worst of several limits; null where nothing of that name is."
    )
    found_before: Verdict | None
    changed: tuple[ChangedPartRecord, ...] = ()
    first_due: str = Field(description="The day it was due when an audit first listed it.")


class NoteRecord(Record):
    """A resident's note, as it was given; it is no finding."""

    by: str | None
    date: str
    about: str
    text: str


class VerdictChangeRecord(Record):
    """A limit or a data check whose result is not the same; null where an audit does not have it."""

    id: str
    before: str | None
    now: str | None
    direction: Direction


class FigureChangeRecord(Record):
    """A figure that both audits name and that may be shown in both; its present value stands among measurements."""

    id: str
    before: float | None
    before_interval: Limits | None
    change: float | None = Field(description="Now minus before, or now over before for ratios.")
    scale: Literal["difference", "ratio"]
    interval: Limits | None = Field(description="95 % interval of this change alone.")
    interval_joint: Limits | None = Field(description="Holds jointly over all figures compared.")
    verdict: ChangeVerdict
    because: str | None = Field(description="Why it cannot be told.")
    direction: Direction = Field(
        description="'worse' farther from what a limit asks for; 'not_compared' where no limit is about it."
    )


class FactChangeRecord(Record):
    """Something that the two audits do not say alike about themselves."""

    name: str
    before: str | None
    now: str | None


class PreviousRecord(Record):
    """The audit before, and what changed since."""

    created: str
    tool: str
    version: str
    recommendation: str
    same_policy: bool
    relation: Relation
    facts: tuple[FactChangeRecord, ...]
    findings: tuple[VerdictChangeRecord, ...]
    checks: tuple[VerdictChangeRecord, ...]
    figures: tuple[FigureChangeRecord, ...] = Field(description="All but those that are the same.")
    compared: int = Field(description="How many figures share one 5 % chance of a false alarm.")
    same: int = Field(description="With the same records: figures that are the same.")
    only_before: int
    only_now: int
    withheld: int = Field(description="Figures withheld in one of the two; nothing more is said about them.")


class OversightRecord(Record):
    """What was kept beside the audit; everything is empty where the audit file names nothing."""

    files: tuple[OversightFileRecord, ...] = ()
    previous: PreviousRecord | None = None
    listed: bool = Field(False, description="Whether the audit file names a list of actions.")
    actions: tuple[ActionRecord, ...] = Field((), description="Worst first.")
    notes: tuple[NoteRecord, ...] = ()

    def in_state(self, *states: str) -> int:
        """Count the actions in some states."""
        return sum(1 for one in self.actions if one.state in states)
