"""What the audit file of stops and searches adds: what stops are held against, and the threshold test."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from auditkit.definitions.places import Name
from auditkit.definitions.records import Records
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition
from auditkit.errors import shown


class Benchmark(TableSource):
    """How many people, calls or past arrests stops are held against, by group and area."""

    path: str = Field(description="the table's path, relative to the audit file.")
    area: str | None = Field(None, description="the column with the area; absent, the whole city is one.")
    groups: Annotated[dict[Name, str], Field(min_length=1)] = Field(
        description="for each way of dividing people: its column, with the same values as the records."
    )
    counts: Annotated[dict[Name, str], Field(min_length=1)] = Field(
        description="for each benchmark a name and its column, such as residents = 'pop'."
    )


class Stops(Definition):
    """Each row is a stop; the decision is the search, and the outcome what it found."""

    benchmark: Benchmark | None = None
    threshold_test: bool = Field(
        False,
        description="estimate how sure officers were before they searched; needs area, decision and outcome.",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.benchmark is None and not self.threshold_test:
            msg = "give a 'benchmark', 'threshold_test = true' or both"
            raise ValueError(msg)
        return self


def stop_complaints(stops: Stops | None, records: Records, groups: tuple[str, ...]) -> list[str]:
    """Say what in [stops] does not fit the rest of the audit file."""
    if stops is None:
        return []
    found = []
    if stops.threshold_test and (records.area is None or records.outcome is None):
        found.append(
            "the threshold test needs [records] area and outcome: where stops were, what searches found"
        )
    if stops.benchmark and (unknown := [name for name in stops.benchmark.groups if name not in groups]):
        found.append(f"[stops.benchmark] groups names {shown(unknown)}; declared are {shown(groups)}")
    return found
