"""For whom a report is arranged."""

from typing import Literal, get_args

from auditkit.errors import InputError, Problem, closest, shown

Audience = Literal["board", "vendor", "journalist"]
"""Who reads a report: it decides the order of sections and what is added, never a figure."""
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


def check_audience(audience: str) -> None:
    """Refuse an audience that no report is arranged for.

    Raises
    ------
    InputError
        If it is not one of `AUDIENCES`.
    """
    if audience not in AUDIENCES:
        near = closest(audience, AUDIENCES)
        hint = f"Did you mean '{near}'? " if near else ""
        found = f"there is no audience '{audience}'."
        raise InputError(
            [Problem(where="audience", found=found, mend=f"{hint}Name one of: {shown(AUDIENCES)}.")]
        )
