"""What was published before, as a board keeps it from one release to the next, and why numbers are withheld."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Reason = Literal["few", "follows", "earlier_release", "alike", "one_source"]
"""Few stand behind it; it follows from other numbers; few joined or left since an earlier release; everybody in it is
alike; one source provides most of it."""
REASONS: tuple[Reason, ...] = get_args(Reason)
Cell = tuple[int | None, int | None]
"""Numerator and denominator of a published number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The counts of one earlier release."""

    created: str
    cells: Mapping[str, Cell]
    """By id of the measurement; what was withheld is not among them."""
