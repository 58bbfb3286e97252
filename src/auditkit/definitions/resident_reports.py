"""What the audit file says of reports by residents: calls or an app, and how long an answer took."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import SomeValues


class ReportSource(Definition):
    """The reports of residents among other records."""

    column: str = Field(description="the column that says how a record came about.")
    reported: SomeValues = Field(description="the values that mean a report by a resident.")


class ResidentReports(TableSource):
    """A table of reports by residents: who reports, and how long an answer takes."""

    path: str = Field(description="the table's path, relative to the audit file.")
    by: Literal["call", "app_report"] = Field(description="how residents report: 'call' or 'app_report'.")
    area: str = Field(description="the column with the area, as [areas] names it.")
    time: str = Field(description="the column with the date, or the date and time, of the report.")
    answered: str | None = Field(
        None, description="the column with the date and time at which somebody came or answered."
    )
    minutes: str | None = Field(None, description="or the column with the minutes from report to answer.")
    within_minutes: Annotated[float, Field(gt=0)] = Field(
        1440.0,
        description="slower answers, and reports without one, count as this long; a day unless you say.",
    )
    source: ReportSource | None = Field(
        None, description="which rows are reports by residents; absent, all of them."
    )

    @model_validator(mode="after")
    def _one_way_to_time(self) -> Self:
        if self.answered is not None and self.minutes is not None:
            msg = "'answered' and 'minutes' are two ways to say how long it took; name one"
            raise ValueError(msg)
        return self
