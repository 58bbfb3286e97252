"""How a value in a file is compared: as text, numerals by value, blanks as missing."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_NUMERAL = re.compile(r"^[+-]?[0-9]+(\.[0-9]*)?$")
BLANKS = " \t\r\n\v\f"


def canonical(value: str) -> str | None:
    """Write a value the one way it is compared; a blank is None.

    Numerals compare by value, so `1`, `1.0`, `01` and `+1` are the same; everything else compares as trimmed text.
    `auditkit.results.rows.canonical` does the same to a column.

    >>> [canonical(text) for text in ("1", "1.0", " 01 ", "+1.50", "-0.0", "10.", "N/A", " ")]
    ['1', '1', '1', '1.5', '0', '10', 'N/A', None]
    """
    text = value.strip(BLANKS)
    if not text:
        return None
    if not _NUMERAL.match(text):
        return text
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return number if number == "0" else sign + number


def _as_value(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return canonical(repr(value)) or ""
    return canonical(value) or "" if isinstance(value, str) else value


Value = Annotated[str, BeforeValidator(_as_value)]
"""A value as it is compared; TOML numbers are accepted and written canonically. A blank is the empty string."""
Values = Annotated[tuple[Value, ...], Field(strict=False)]
"""Several values."""
SomeValues = Annotated[tuple[Value, ...], Field(strict=False, min_length=1)]
"""At least one value."""
Names = Annotated[tuple[str, ...], Field(strict=False)]
"""Several column names, spelled as in the table's header."""
