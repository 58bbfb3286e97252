"""Numbers as people read them, in their language; rounding never carries a number across a limit."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_decimal

WIDEST = 8
"""The most digits after the point that are ever shown."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
ZEROS = {
    "latn": "0",
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "deva": "\u0966",
    "mymr": "\u1040",
}
"""The zero of each way of writing digits, which the other nine follow; languages with another one get 0 to 9."""


class Number(str):
    """A number as it is written, which remembers its value: grammar asks for it."""

    __slots__ = ("value",)
    value: float


def _written(value: float, digits: int, locale: str) -> Number:
    """Write a number as Babel does with `#,##0.00`: half to even of the digits that it shows, then the language's signs."""
    return _number(_plain(value, digits).translate(_signs(locale)), value)


def _plain(value: float, digits: int) -> str:
    return f"{Decimal(str(value)):,.{digits}f}"


def _number(text: str, value: float) -> Number:
    number = Number(text)
    number.value = value
    return number


@cache
def language_of(locale: str) -> Locale:
    """Return what Babel knows of a language."""
    return Locale.parse(locale)


@cache
def _digits(locale: str) -> str:
    system = language_of(locale).default_numbering_system
    return system if system in ZEROS else "latn"


def own_digits(text: str, *, locale: str) -> str:
    """Write digits as the language does; Babel puts in its other signs alone.

    >>> own_digits("2026", locale="fa"), own_digits("2026", locale="es")
    ('۲۰۲۶', '2026')
    """
    zero = ord(ZEROS[_digits(locale)])
    return text if zero == ord("0") else text.translate({ord("0") + k: zero + k for k in range(10)})


@cache
def _signs(locale: str) -> dict[int, str]:
    """Say what stands for each sign and digit in a language; the signs between digits are Babel's in a number it writes."""
    text = format_decimal(
        1000.5, format="#,##0.0", locale=language_of(locale), numbering_system=_digits(locale)
    )
    signs = {"-": _sign(locale, "minusSign"), ",": text[1:-5], ".": text[-2]}
    return str.maketrans(signs | {digit: own_digits(digit, locale=locale) for digit in "0123456789"})


@cache
def _sign(locale: str, name: str) -> str:
    return str(language_of(locale).number_symbols[_digits(locale)][name])


def _moved(shown: float, value: float, limits: Iterable[float]) -> bool:
    """Tell whether rounding takes a number to or across a limit, or away from one."""
    for limit in limits:  # noqa: SIM110  # a generator takes twice as long, tens of thousands of times
        if (shown > limit) != (value > limit) or (shown < limit) != (value < limit):
            return True
    return False


def decimal(value: float, *, locale: str, digits: int = 2, limits: Iterable[float] = ()) -> Number:
    """Write a number with so many digits, or more where fewer would move it to or across a limit.

    >>> decimal(0.796, locale="en", limits=[0.8])
    '0.796'
    >>> decimal(1.9121, locale="en", limits=[1.25])
    '1.91'
    """
    for shown in range(digits, WIDEST):
        if not _moved(round(value, shown), value, limits):
            return _written(value, shown, locale)
    return shortest(value, locale=locale)


def shortest(value: float, *, locale: str) -> Number:
    """Write a number with as many digits as it has.

    >>> shortest(300.0, locale="en"), shortest(1.5, locale="en")
    ('300', '1.5')
    """
    exact = int(value) if float(value).is_integer() else value
    text = _plain(exact, WIDEST).rstrip("0").rstrip(".")
    return _number(text.translate(_signs(locale)), exact)


def as_written(text: str, *, locale: str) -> str:
    """Write a number of a name, such as that of a score limit, as the language does; other texts stay.

    >>> as_written("1.5", locale="es"), as_written("low", locale="es")
    ('1,5', 'low')
    """
    return shortest(float(text), locale=locale) if _NUMBER.fullmatch(text) else text


def p_value(value: float, *, locale: str) -> str:
    """Write a p-value with three digits.

    >>> p_value(0.0004, locale="en"), p_value(0.0312, locale="es")
    ('<0.001', '0,031')
    """
    least = 0.001
    return (
        f"<{decimal(least, locale=locale, digits=3)}"
        if value < least
        else decimal(value, locale=locale, digits=3)
    )


def whole(value: float, *, locale: str) -> Number:
    """Write a count.

    >>> whole(7214, locale="en")
    '7,214'
    """
    return _written(round(value), 0, locale)


def per_thousand(rate: float, *, locale: str) -> Number:
    """Write a rate as so many of 1,000; small ones keep a decimal, so that few is not none.

    >>> per_thousand(0.448468, locale="en"), per_thousand(0.0042, locale="en"), per_thousand(0.0, locale="en")
    ('448', '4.2', '0')
    """
    number = 1000 * rate
    if number in {0, 1000} or 10 <= number <= 990:
        return whole(number, locale=locale)
    return decimal(number, locale=locale, digits=1, limits=(0.0, 1000.0))


def signed(value: float, *, locale: str, digits: int = 1) -> Number:
    """Write a gap with its sign.

    >>> signed(1.34, locale="en"), signed(-0.2, locale="en"), signed(0.0, locale="en")
    ('+1.3', '-0.2', '0.0')
    """
    text = decimal(value, locale=locale, digits=digits)
    return _number(_sign(locale, "plusSign") + text, value) if value > 0 else text


def unsigned(number: Number) -> Number:
    """Leave the sign of a number out, where words say it.

    >>> unsigned(decimal(-0.25, locale="en")), unsigned(signed(0.25, locale="ar"))
    ('0.25', '0.2')
    """
    return _number(number.lstrip("\u200e\u200f\u061c+-\u2212"), abs(number.value))


def per_cent(rate: float, *, locale: str) -> Number:
    """Write a rate as a percentage with one decimal.

    >>> per_cent(0.448468, locale="en")
    '44.8%'
    """
    return in_per_cent(decimal(100 * rate, locale=locale, digits=1, limits=(0.0, 100.0)), locale)


def whole_per_cent(rate: float, *, locale: str) -> Number:
    r"""Write a rate as a percentage without decimals, as on an axis.

    >>> whole_per_cent(0.25, locale="en"), whole_per_cent(0.25, locale="es")
    ('25%', '25\xa0%')
    """
    return in_per_cent(whole(100 * rate, locale=locale), locale)


def in_per_cent(number: Number, locale: str) -> Number:
    """Put the per cent sign where the language has it."""
    before, after = _around_per_cent(locale)
    return _number(f"{before}{number}{after}", number.value)


@cache
def _around_per_cent(locale: str) -> tuple[str, str]:
    pattern = language_of(locale).percent_formats[None]
    before, after = (
        part.replace("%", _sign(locale, "percentSign")) for part in (pattern.prefix[0], pattern.suffix[0])
    )
    return before, after
