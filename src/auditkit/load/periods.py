"""Dates as periods: days, weeks from Monday, months or years, each named by its first day."""

from typing import Literal

import ibis
from ibis import Value

from auditkit.results.rows import canonical

Period = Literal["day", "week", "month", "year"]
_UNITS = {"day": "D", "week": "W", "month": "M", "year": "Y"}


def first_day(column: Value, period: Period) -> Value:
    """Return the first day of the period a date lies in; what is no date is missing.

    Years (`2019`), months (`2019-04`), dates and dates with a time are read.
    """
    if column.type().is_date() or column.type().is_timestamp():
        return column.cast("date").truncate(_UNITS[period])
    text = canonical(column.cast("string"))
    whole = ibis.cases(
        (text.re_search(r"^[0-9]{4}$"), text + "-01-01"),
        (text.re_search(r"^[0-9]{4}-[0-9]{2}$"), text + "-01"),
        else_=text.left(10),
    )
    return whole.try_cast("date").truncate(_UNITS[period])
