"""Questions that residents asked, each with the standard question that comes nearest."""

from collections.abc import Sequence
from typing import Literal, get_args

from pydantic import Field, field_validator

from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition
from auditkit.errors import closest, shown

About = Literal[
    "neighbourhood", "wrongly_flagged", "better_than_counting", "feeds_itself", "records", "what_would_change",
    "withheld", "reduces_crime", "limits", "not_checked", "challenge",
]  # fmt: skip
"""The questions that every report answers, in the order of its pages."""
ABOUT: tuple[About, ...] = get_args(About)


class Question(Definition):
    """A question that residents asked."""

    asked_by: Text = Field(description="who asked, and when.")
    text: Text = Field(description="the question, in their words.")
    about: About | None = Field(
        None, description="the page of the report that answers it; without it, the question is only repeated."
    )
    area: Text | None = Field(
        None, description="with about = 'neighbourhood': the id of an area, whose entry is the answer."
    )

    @field_validator("about", mode="before")
    @classmethod
    def _known(cls, name: object) -> object:
        if isinstance(name, str) and name not in ABOUT:
            near = closest(name, ABOUT)
            hint = f"did you mean '{near}'? " if near else ""
            msg = f"{hint}a question is about one of: {shown(ABOUT, most=len(ABOUT))}"
            raise ValueError(msg)
        return name


def question_complaints(questions: Sequence[Question], *, areas: bool) -> list[str]:
    """Name questions about an area that no audit could answer; `areas` says whether this one knows areas."""
    asked = [one for one in questions if one.area is not None]
    found = []
    if any(one.about != "neighbourhood" for one in asked):
        found.append("[[question]] area belongs to about = 'neighbourhood'")
    if asked and not areas:
        found.append("[[question]] area needs areas: name them in [records] area, or in [areas]")
    return found
