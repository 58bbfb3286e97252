"""Which periods are touched by a time of unlawful practice."""

import datetime as dt
from collections.abc import Iterable

from auditkit.definitions.outside_knowledge import UnlawfulPeriod
from auditkit.definitions.records import Period


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
