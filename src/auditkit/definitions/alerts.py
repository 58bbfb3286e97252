"""What the audit file of an alert system adds: sensors, linked actions, known events and the error rates of tests."""

from itertools import combinations
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from auditkit.definitions.places import Name
from auditkit.definitions.records import LabelSource, Text
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import SomeValues, Values
from auditkit.errors import shown


class CoverageTable(TableSource):
    """Where the sensors are: the share of each area that they cover, and how long they were on."""

    path: str = Field(description="the table's path, relative to the audit file.")
    area: str = Field(description="the column with the area, as [areas] names it.")
    share: str = Field(description="the column with the covered share of the area, from 0 to 1.")
    hours: str | None = Field(None, description="the column with the hours that the area's sensors were on.")


class YesColumn(Definition):
    """A column that says yes or no."""

    column: str = Field(description="the column.")
    yes: SomeValues = Field(description="the values that mean yes; blanks mean not recorded, the rest no.")


class Actions(Definition):
    """What alerts led to, linked to each alert."""

    linked_by: Text = Field(
        description="the rule that links an action to an alert, in words, such as 'incident number'."
    )
    taken: dict[Name, YesColumn] = Field(
        default_factory=dict,
        description="for each action, such as stop, search, arrest or injury: its column.",
    )
    officer_hours: str | None = Field(
        None, description="the column with the officer-hours spent on the alert."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.taken and self.officer_hours is None:
            msg = "name at least one action under 'taken', or 'officer_hours'"
            raise ValueError(msg)
        return self


class EventTable(TableSource):
    """Events that are known from elsewhere, whether or not the system alerted."""

    path: str = Field(description="the table's path, relative to the audit file.")
    alerted: YesColumn = Field(description="which events the system alerted to.")
    area: str | None = Field(
        None, description="the column with the area; events without sensors are left out."
    )
    counts: str | None = Field(
        None, description="the column of counts, when each row stands for several events."
    )
    means: Text = Field(description="the events in words, such as 'shootings with a victim in hospital'.")
    source: LabelSource = Field(description="who decides that an event is recorded.")


def _as_range(value: object) -> object:
    return [value, value] if isinstance(value, int | float) and not isinstance(value, bool) else value


RateRange = Annotated[tuple[float, float], Field(strict=False), BeforeValidator(_as_range)]
"""One rate, or the lowest and the highest that it may be."""


class TestRates(Definition):
    """Error rates from a test of the system, and how often there is something to find."""

    __test__ = False  # pytest would take the name for a test
    sensitivity: RateRange = Field(description="share of true events that raise an alert.")
    false_positive_rate: RateRange = Field(description="share of other occasions that raise one.")
    prevalence: RateRange = Field(description="share of occasions with a true event, or [lowest, highest].")
    source: Text = Field(description="where the rates come from.")

    @model_validator(mode="after")
    def _rates(self) -> Self:
        for name in ("sensitivity", "false_positive_rate", "prevalence"):
            low, high = getattr(self, name)
            if not 0 <= low <= high <= 1:
                msg = f"'{name}' is a rate, or [lowest, highest], within 0 and 1; found [{low}, {high}]"
                raise ValueError(msg)
        if self.prevalence[0] * self.sensitivity[0] == 0 == self.false_positive_rate[0]:
            msg = "these rates may raise no alert at all, so nothing can be said of one"
            raise ValueError(msg)
        return self


def disposition_complaints(lists: dict[str, Values]) -> list[str]:
    """Say which values stand in two lists of dispositions."""
    return [
        f"{shown(sorted(both))} cannot be both {first} and {second}"
        for first, second in combinations(lists, 2)
        if (both := set(lists[first]) & set(lists[second]))
    ]
