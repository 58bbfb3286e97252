"""Numbers as they are printed in published tables: each stands for a range, because it was rounded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from auditkit.examine.tables import Candidate

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<decimals>\.[0-9]+)?(?P<percent> ?%)?")
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number and the range that it was rounded from."""

    value: float
    low: float
    high: float

    def meets(self, low: float, high: float) -> bool:
        """Tell whether its range and another have a point in common."""
        return self.low <= high + _SLACK and low <= self.high + _SLACK


def exact(value: float) -> Printed:
    """Return a number that was not rounded, such as a count."""
    return Printed(value, value, value)


def read_printed(texts: Sequence[str | None]) -> list[Printed | None]:
    """Read a column; every number has the decimals of the most precise one, since zeros at the end may be gone."""
    found = [_NUMBER.fullmatch(text) if text else None for text in texts]
    half = 0.5 * 10.0 ** -max((len((one["decimals"] or ".")) - 1 for one in found if one), default=0)
    numbers: list[Printed | None] = []
    for one in found:
        if one is None:
            numbers.append(None)
            continue
        scale = 0.01 if one["percent"] else 1.0
        value = float(one[0].rstrip(" %").replace(",", ""))
        numbers.append(Printed(value * scale, (value - half) * scale, (value + half) * scale))
    return numbers


def counts(table: Candidate, name: str) -> list[float | None]:
    """Read a column of counts; None where no number stands."""
    return [None if one is None else one.value for one in read_printed(table.opened.cells[name])]


def quotient(above: Printed, below: Printed) -> tuple[float, float] | None:
    """Return the range of one number over another; None where that may be a division by zero.

    >>> quotient(exact(1), Printed(4, 3.5, 4.5))
    (0.2222222222222222, 0.2857142857142857)
    """
    return (above.low / below.high, above.high / below.low) if below.low > 0 else None


def label(table: Candidate, row: int) -> str:
    """Name a row by its groups or its area; where nothing is known of the columns, by its number."""
    if table.kind[0] == "unknown":
        return f"row {row + 1}"
    named = table.groups or table.of("area")[:1]
    parts = [table.opened.cells[one.name][row] or "" for one in named]
    return ", ".join(parts).strip(", ") or f"row {row + 1}"
