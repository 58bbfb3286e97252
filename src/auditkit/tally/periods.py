"""Periods from the first to the last, also those in which nothing happened."""

import datetime as dt

from auditkit.definitions.records import Period

ALL_TIME, MOST_PERIODS = "all", 4000
"""The one period of records without a time; and how many empty periods a mistyped date may bring."""


def periods_between(found: set[str], period: Period) -> tuple[str, ...]:
    """Name every period from the first to the last, also those in which nothing happened."""
    if not found or ALL_TIME in found:
        return tuple(sorted(found))
    day, last = dt.date.fromisoformat(min(found)), dt.date.fromisoformat(max(found))
    names: list[str] = []
    while day <= last and len(names) <= MOST_PERIODS:
        names.append(day.isoformat())
        day = _after(day, period)
    return tuple(names) if len(names) <= MOST_PERIODS else tuple(sorted(found))


def _after(day: dt.date, period: Period) -> dt.date:
    if period in {"day", "week"}:
        return day + dt.timedelta(days=1 if period == "day" else 7)
    months = 12 if period == "year" else 1
    return dt.date(day.year + (day.month + months - 1) // 12, (day.month + months - 1) % 12 + 1, 1)
