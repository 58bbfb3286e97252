"""Days as people write them, in their language."""

from datetime import date

from babel.dates import format_date

from auditkit.report.numbers import language_of, own_digits


def long_date(day: str | date, *, locale: str) -> str:
    """Write a day in full; what is no day stays as it is.

    Parameters
    ----------
    day
        A day, or text that starts with one as ISO 8601 writes it.
    locale
        The language.

    >>> long_date("2026-03-01T10:00:00+00:00", locale="en"), long_date("week 7", locale="en")
    ('March 1, 2026', 'week 7')
    """
    try:
        known = day if isinstance(day, date) else date.fromisoformat(day[:10])
    except ValueError:
        return str(day)
    return own_digits(format_date(known, format="long", locale=language_of(locale)), locale=locale)
