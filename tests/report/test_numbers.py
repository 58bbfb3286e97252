"""Numbers are written as Babel writes them, which is the reference; ours takes less time, and puts in a language's digits."""

import unicodedata

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.report.numbers import decimal, shortest, whole

LANGUAGES = ("en", "es", "ar", "ar_EG", "de", "fa", "hi", "fr", "pl", "sv")
NUMBERS = st.floats(min_value=-1e12, max_value=1e12) | st.sampled_from(
    [0.0, -0.0, 0.125, 2.5, 3.5, -0.005, 999.995, 1000.0, 12345.6, 1e-9]
)


def by_babel(value: float, pattern: str, language: str) -> str:
    """Write a number with Babel, which leaves digits as 0 to 9 and the minus as it stands in the pattern."""
    return str(format_decimal(value, pattern, locale=language, numbering_system="default"))


def with_plain_digits(text: str, language: str) -> str:
    """Take a language's own digits and minus back."""
    locale = Locale.parse(language)
    minus = locale.number_symbols[locale.default_numbering_system]["minusSign"]
    plain = text.replace(minus, "-", 1)
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(value=NUMBERS, digits=st.integers(0, 7))
def test_a_number_with_so_many_digits_is_written_as_babel_writes_it(
    language: str, value: float, digits: int
) -> None:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")

    written = with_plain_digits(decimal(value, locale=language, digits=digits), language)

    assert written == by_babel(value, pattern, language)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(value=NUMBERS)
def test_counts_and_numbers_with_all_their_digits_are_written_as_babel_writes_them(
    language: str, value: float
) -> None:
    exact = int(value) if value.is_integer() else value
    written = with_plain_digits(shortest(value, locale=language), language)
    counted = with_plain_digits(whole(value, locale=language), language)

    assert written == by_babel(exact, "#,##0.########", language)
    assert counted == by_babel(round(value), "#,##0", language)


def test_languages_group_thousands_by_their_own_signs() -> None:
    # CLDR: a comma and a point in English, the other way round in Spanish and German, a narrow space in French;
    # Arabic in Egypt has its own digits and signs
    languages = ("en", "es", "de", "fr", "ar_EG")
    written = {language: decimal(-1234567.895, locale=language) for language in languages}

    assert written == {
        "en": "-1,234,567.90",
        "es": "-1.234.567,90",
        "de": "-1.234.567,90",
        "fr": "-1\u202f234\u202f567,90",
        "ar_EG": "\u061c-\u0661\u066c\u0662\u0663\u0664\u066c\u0665\u0666\u0667\u066b\u0669\u0660",
    }
