"""Numbers as people read them, in their language; rounding never carries a number across a limit."""

from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.numbers import NumberPattern, format_decimal, parse_pattern

DIGITS: tuple[NumberPattern, ...] = tuple(parse_pattern(f"#,##0.{'0' * digits}") for digits in range(8))
"""How a number is written with so many digits after the point."""
WHOLE, ANY = parse_pattern("#,##0"), parse_pattern("#,##0.########")


def _written(value: float, pattern: NumberPattern, locale: str) -> str:
    return str(format_decimal(value, format=pattern, locale=_language(locale)))


@cache
def _language(locale: str) -> Locale:
    return Locale.parse(locale)


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


def decimal(value: float, *, locale: str, digits: int = 2, limits: Iterable[float] = ()) -> str:
    """Write a number with so many digits, or more where fewer would move it to or across a limit.

    >>> decimal(0.796, locale="en", limits=[0.8])
    '0.796'
    >>> decimal(1.9121, locale="en", limits=[1.25])
    '1.91'
    """
    for shown in range(digits, 8):
        if all(_side(round(value, shown), limit) == _side(value, limit) for limit in limits):
            return _written(value, DIGITS[shown], locale)
    return shortest(value, locale=locale)


def shortest(value: float, *, locale: str) -> str:
    """Write a number with as many digits as it has.

    >>> shortest(300.0, locale="en"), shortest(1.5, locale="en")
    ('300', '1.5')
    """
    return _written(value, ANY, locale)


def whole(value: float, *, locale: str) -> str:
    """Write a count.

    >>> whole(7214, locale="en")
    '7,214'
    """
    return _written(round(value), WHOLE, locale)


def per_thousand(rate: float, *, locale: str) -> str:
    """Write a rate as so many of 1,000; small ones keep a decimal, so that few is not none.

    >>> per_thousand(0.448468, locale="en"), per_thousand(0.0042, locale="en"), per_thousand(0.0, locale="en")
    ('448', '4.2', '0')
    """
    number = 1000 * rate
    if number in {0, 1000} or 10 <= number <= 990:
        return whole(number, locale=locale)
    return decimal(number, locale=locale, digits=1, limits=(0.0, 1000.0))


def signed(value: float, *, locale: str, digits: int = 1) -> str:
    """Write a gap with its sign.

    >>> signed(1.34, locale="en"), signed(-0.2, locale="en"), signed(0.0, locale="en")
    ('+1.3', '-0.2', '0.0')
    """
    text = decimal(value, locale=locale, digits=digits)
    return f"+{text}" if value > 0 else text


def per_cent(rate: float, *, locale: str) -> str:
    """Write a rate as a percentage with one decimal.

    >>> per_cent(0.448468, locale="en")
    '44.8%'
    """
    return f"{decimal(100 * rate, locale=locale, digits=1, limits=(0.0, 100.0))}%"
