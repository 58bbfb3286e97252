"""What the audit file declares to ask whether incidents moved next door: roles of areas, and days before and after."""

import datetime as dt
from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.records import Period
from auditkit.definitions.sources import TableSource
from auditkit.definitions.values import SomeValues, Values
from auditkit.errors import shown

ROLES = ("treated", "buffer", "control", "buffer_control")
Days = Annotated[tuple[dt.date, dt.date], Field(strict=False)]


class Displacement(TableSource):
    """Where something was done, what lies beside it, and what both are compared with."""

    path: str = Field(description="the table of areas and their roles, relative to the audit file.")
    area: str = Field(description="the column with the area.")
    role: str = Field(description="the column with the area's role.")
    treated: SomeValues = Field(description="values that mean: something was done there.")
    buffer: Values = Field((), description="values that mean: beside a treated area.")
    control: Values = Field((), description="values that mean: compared with the treated areas.")
    buffer_control: Values = Field((), description="values that mean: compared with the buffer.")
    before: Days = Field(description="first and last day before it was done.")
    after: Days = Field(description="first and last day after.")
    incidents: Literal["records", "history"] = Field(
        "records",
        description="which table's incidents are counted: the outcome of the records, or the history.",
    )

    @property
    def roles(self) -> dict[str, Values]:
        """Values of the column by role."""
        return {role: getattr(self, role) for role in ROLES}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for one, other in combinations(ROLES, 2):
            if both := {*self.roles[one]} & {*self.roles[other]}:
                msg = f"{shown(sorted(both))} cannot be both '{one}' and '{other}'"
                raise ValueError(msg)
        if not self.before[0] <= self.before[1] < self.after[0] <= self.after[1]:
            days = " to ".join(map(str, self.before)), " to ".join(map(str, self.after))
            msg = f"'before' ends before 'after' begins, first day first; found {days[0]} and {days[1]}"
            raise ValueError(msg)
        return self

    def whole_periods(self, period: Period) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the first days of the whole periods before and after; a period cut by a limit is left out."""
        before, after = (
            tuple(day.isoformat() for day in whole(days, period)) for days in (self.before, self.after)
        )
        return before, after


def whole(days: tuple[dt.date, dt.date], period: Period) -> Iterator[dt.date]:
    """Return the first day of every day, week from Monday, month or year that lies wholly between two days.

    >>> [str(day) for day in whole((dt.date(2020, 1, 15), dt.date(2020, 3, 31)), "month")]
    ['2020-02-01', '2020-03-01']
    """
    first, last = days
    begin = _first(first, period)
    if begin < first:
        begin = _next(begin, period)
    while (end := _next(begin, period)) - dt.timedelta(days=1) <= last:
        yield begin
        begin = end


def _first(day: dt.date, period: Period) -> dt.date:
    match period:
        case "day":
            return day
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def _next(begin: dt.date, period: Period) -> dt.date:
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[period]
    return _first(begin + dt.timedelta(days=longest), period)


def displacement_complaints(
    table: Displacement | None, *, period: Period | None, outcome: bool, history: bool
) -> list[str]:
    """Say what else [displacement] needs."""
    if table is None:
        return []
    if period is None:
        return ["[displacement] needs [records] time and period, which tell before from after"]
    before, after = (len(days) for days in table.whole_periods(period))
    complaints = {
        f"[displacement] before and after hold as many whole periods, at least one; found {before} and {after} "
        f"of kind '{period}'": before != after or before == 0,
        '[displacement] incidents = "records" needs [records] outcome': table.incidents == "records"
        and not outcome,
        '[displacement] incidents = "history" needs [history]': table.incidents == "history" and not history,
    }
    return [complaint for complaint, holds in complaints.items() if holds]
