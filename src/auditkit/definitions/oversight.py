"""What a board keeps beside its audits: corrective actions, and residents' notes."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from auditkit.definitions.strict import Definition
from auditkit.errors import shown

LARGEST_NOTE = 1000
"""So many characters a note has at most."""
WORDS = ("feedback", "records", "other")
"""What an action or a note may be about besides limits, data checks, questions and areas."""
Line = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
About = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
ABOUT = (
    "a limit such as 'missed' or 'missed/race', a data check, 'feedback' (the feedback test), 'records' (all data "
    "checks) or 'other' (what no audit measures)."
)


class CorrectiveAction(Definition):
    """Something that somebody has promised to do about a finding."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] = Field(
        description="its name; it stays the same from one audit to the next."
    )
    what: Line = Field(description="what is to be done.")
    about: About = Field(description=ABOUT)
    owner: Line = Field(description="the office or role that does it.")
    due: dt.date = Field(description="the day by which it is to be done, such as 2026-12-01.")
    done: dt.date | None = Field(None, description="the day on which it was done; absent until then.")
    note: Line | None = Field(None, description="anything readers should know.")


class ActionList(Definition):
    """A list of corrective actions."""

    action: Annotated[tuple[CorrectiveAction, ...], Field(strict=False, max_length=1000)] = Field(
        (), description="one [[action]] each."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [one.id for one in self.action]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"each action has an id of its own; these stand twice: {shown(twice)}"
            raise ValueError(msg)
        return self


class ResidentNote(Definition):
    """What a resident says about a finding."""

    by: Line | None = Field(
        None, description="who says it, in words that name no private person, such as 'a resident of ward 3'."
    )
    date: dt.date = Field(description="the day on which it was said.")
    about: About = Field(
        description="as for an action, or 'question-1' for the first question of the audit file, or an area."
    )
    text: Annotated[str, Field(min_length=1, max_length=LARGEST_NOTE, pattern=r"\S")] = Field(
        description="what is said, at most 1,000 characters; it is printed as it stands."
    )


class NoteList(Definition):
    """Residents' notes."""

    note: Annotated[tuple[ResidentNote, ...], Field(strict=False, max_length=1000)] = Field(
        (), description="one [[note]] each."
    )
