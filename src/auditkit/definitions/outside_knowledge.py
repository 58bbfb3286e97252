"""What the audit file says from outside the data: unlawful periods, totals of a second source, rates of reporting."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.alerts import RateRange
from auditkit.definitions.records import Period, Text
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import Values

if TYPE_CHECKING:
    from auditkit.definitions.audit_file import AuditFile


class UnlawfulPeriod(Definition):
    """A time in which police practice was found unlawful, such as by a consent decree or a finding of misconduct."""

    first: dt.date = Field(description="the first day.")
    last: dt.date = Field(description="the last day.")
    areas: Values = Field((), description="the areas it concerns; absent, all of them.")
    finding: Text = Field(description="what was found, and by whom.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first > self.last:
            msg = f"'first' is not after 'last'; found {self.first} and {self.last}"
            raise ValueError(msg)
        return self


def touched(
    periods: Iterable[str], unlawful: tuple[UnlawfulPeriod, ...], *, period: Period
) -> frozenset[str]:
    """Name the periods of which some day lies in a declared unlawful period, wherever in the city it was.

    >>> one = UnlawfulPeriod(first=dt.date(2019, 1, 9), last=dt.date(2019, 1, 20), finding="consent decree")
    >>> sorted(touched(["2019-01-07", "2019-01-14", "2019-01-21"], (one,), period="week"))
    ['2019-01-07', '2019-01-14']
    """
    found = set()
    for name in periods:
        try:
            first = dt.date.fromisoformat(name)
        except ValueError:  # records without a time have one period with a name of its own
            continue
        last = _next(first, period) - dt.timedelta(days=1)
        if any(first <= one.last and one.first <= last for one in unlawful):
            found.add(name)
    return frozenset(found)


def _next(first: dt.date, period: Period) -> dt.date:
    days = {"day": 1, "week": 7}
    if period in days:
        return first + dt.timedelta(days=days[period])
    after = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return after if period == "month" else first.replace(year=first.year + 1)


class SecondSource(Definition):
    """What another source says that a table adds up to."""

    table: Literal["records", "history", "areas"] = Field(
        description="'records' (people, incidents or alerts), 'history' (records) or 'areas' (residents)."
    )
    total: Annotated[float, Field(gt=0)] = Field(description="the total of the other source.")
    first: dt.date | None = Field(None, description="the first day it counts; absent, all of the table.")
    last: dt.date | None = Field(None, description="the last day it counts.")
    source: Text = Field(description="where that total stands.")

    @model_validator(mode="after")
    def _window(self) -> Self:
        if (self.first is None) != (self.last is None):
            msg = "'first' and 'last' go together"
            raise ValueError(msg)
        if self.first and self.last and self.first > self.last:
            msg = f"'first' is not after 'last'; found {self.first} and {self.last}"
            raise ValueError(msg)
        if self.first and self.table == "areas":
            msg = "residents have no days: leave out 'first' and 'last'"
            raise ValueError(msg)
        return self


SURVEYED: dict[str, tuple[float, float]] = {
    "violent crime": (0.40, 0.46),
    "robbery": (0.42, 0.64),
    "motor vehicle theft": (0.72, 0.81),
}
"""Share of victimisations reported to police, lowest and highest of the years given: US national survey (NCVS), annual
bulletins 2016 to 2023. National rates are not local, and they swing by year."""
NCVS = "US national crime victimization survey (NCVS), annual bulletins; national, and it swings by year"


class Reporting(Definition):
    """Which share of incidents comes to be reported: of one kind in a survey, or as stated."""

    offence: Literal["violent crime", "robbery", "motor vehicle theft"] | None = Field(
        None, description="take the range of the US national survey for these incidents."
    )
    rate: RateRange | None = Field(None, description="lowest and highest share reported, area by area.")
    source: Text = Field(NCVS, description="where 'rate' comes from.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.offence is None) == (self.rate is None):
            msg = "give either 'offence', for a range of the national survey, or 'rate' with its 'source'"
            raise ValueError(msg)
        if self.rate is not None and not 0 < self.rate[0] <= self.rate[1] <= 1:
            msg = f"'rate' is [lowest, highest], above 0 and up to 1; found {list(self.rate)}"
            raise ValueError(msg)
        if self.rate is not None and self.source == NCVS:
            msg = "name the 'source' of 'rate'"
            raise ValueError(msg)
        return self

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest share reported."""
        return self.rate if self.rate is not None else SURVEYED[self.offence or "robbery"]


def outside_complaints(audit: "AuditFile") -> list[str]:
    """Say which knowledge from outside has nothing in the tables to be held against."""
    told = {one.table for one in audit.second_source}
    complaints = {
        "[[unlawful_periods]] needs [records] time, or a [history]": bool(audit.unlawful_periods)
        and audit.records.time is None
        and audit.history is None,
        "[[second_source]] on 'history' needs [history]": "history" in told and audit.history is None,
        "[[second_source]] on 'areas' needs [areas] residents": "areas" in told
        and (audit.areas is None or audit.areas.residents is None),
        "[reporting] needs [records] outcome": audit.reporting is not None and audit.outcome is None,
        "[resident_reports] needs [areas]": audit.resident_reports is not None and audit.areas is None,
    }
    return [complaint for complaint, holds in complaints.items() if holds]
