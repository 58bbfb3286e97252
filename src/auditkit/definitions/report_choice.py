"""How the report is written, what it answers, and what it is held against."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition
from auditkit.errors import shown


class ReportChoice(Definition):
    """How the report is written, and what is kept beside it."""

    languages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = ("en",)
    words: dict[str, dict[Text, Text]] = Field(
        default_factory=dict,
        description="texts of this audit in other languages, such as names of groups: by language, then by text.",
    )
    previous: Text | None = Field(
        None, description="the run folder of the audit before this one, relative to the audit file."
    )
    actions: Text | None = Field(
        None, description="a list of corrective actions, such as 'actions.toml', relative to the audit file."
    )
    notes: Text | None = Field(
        None, description="residents' notes, such as 'notes.toml', relative to the audit file."
    )

    @model_validator(mode="after")
    def _words_of_its_languages(self) -> Self:
        other = [language for language in self.words if language not in self.languages]
        if other:
            msg = f"words are given in {shown(other)}, but languages are {shown(self.languages)}"
            raise ValueError(msg)
        return self


class Contact(Definition):
    """How a resident challenges the tool or a decision of it."""

    decides: Text = Field(description="who decides about the tool.")
    appeal_to: Text = Field(description="where a resident turns.")
    answer_within_days: Annotated[int, Field(ge=1)] = Field(description="how soon an answer is due.")
