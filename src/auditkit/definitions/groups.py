"""Groups that the audit file declares: the column, who assigned them, and the population they are drawn from."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import SomeValues, Value, Values
from auditkit.errors import shown


class Population(Definition):
    """The people that a claim is about, such as the residents of a city, by group."""

    shares: Annotated[dict[Value, Annotated[float, Field(ge=0, le=1)]], Field(min_length=2)] = Field(
        description="each group's share of them, such as { Black = 0.3, White = 0.7 }; together 1."
    )
    means: Text = Field(description="these people in words, such as 'adult residents of the county'.")

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        if abs(sum(self.shares.values()) - 1) > 0.011:
            msg = f"'shares' add up to 1; found {sum(self.shares.values()):.3g}"
            raise ValueError(msg)
        return self


class Group(Definition):
    """A way of dividing people, such as race."""

    column: str = Field(description="the column that holds it.")
    reference: Value | None = Field(None, description="the group that the others are compared with.")
    unknown: Values = Field((), description="values that mean 'not known'; blanks always do.")
    assigned_by: Literal["self", "officer", "records", "mixed"] | None = Field(
        None, description="who said who belongs to it: 'self', 'officer', other 'records', or 'mixed'."
    )
    population: Population | None = Field(
        None, description="who the claim is about, to see who is scored at all."
    )
    values: dict[Value, SomeValues] = Field(
        default_factory=dict,
        description="for groups written in several ways: name = values, such as Black = ['B', 'AA'].",
    )

    @model_validator(mode="after")
    def _each_value_once(self) -> Self:
        """Refuse a value that stands for two groups, or for a group and for 'not known'."""
        named = [value for values in (self.unknown, *self.values.values()) for value in set(values)]
        if repeated := sorted({value for value in named if named.count(value) > 1}):
            msg = f"each value stands for one group, or for 'unknown'; {shown(repeated)} stands for several"
            raise ValueError(msg)
        return self

    @property
    def renamed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Pair each group that is written in several ways with its values."""
        return tuple(self.values.items())


class Intersection(Definition):
    """Groups taken together, such as race and sex."""

    of: Annotated[tuple[str, ...], Field(strict=False, min_length=2)] = Field(
        description="two or more groups."
    )
