"""How the report is written, what it answers, and what it is held against."""

from typing import Annotated

from pydantic import Field

from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition


class ReportChoice(Definition):
    """How the report is written, and what is kept beside it."""

    languages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = ("en",)
    previous: Text | None = Field(
        None, description="the run folder of the audit before this one, relative to the audit file."
    )
    actions: Text | None = Field(
        None, description="a list of corrective actions, such as 'actions.toml', relative to the audit file."
    )
    notes: Text | None = Field(
        None, description="residents' notes, such as 'notes.toml', relative to the audit file."
    )


class Contact(Definition):
    """How a resident challenges the tool or a decision of it."""

    decides: Text = Field(description="who decides about the tool.")
    appeal_to: Text = Field(description="where a resident turns.")
    answer_within_days: Annotated[int, Field(ge=1)] = Field(description="how soon an answer is due.")
