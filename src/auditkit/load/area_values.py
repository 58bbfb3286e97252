"""Numbers and ids of the table of areas, read from text; what cannot be read stops the audit with one message."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from auditkit.definitions.places import AreaTable
from auditkit.definitions.values import BLANKS, canonical
from auditkit.errors import Problem, shown
from auditkit.results.areas import Floats

Texts = Sequence[dict[str, str | None]]
"""Rows of the table, values as text by column."""
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """A column of numbers, and what the audit file takes them for."""

    key: str
    column: str
    least: float = 0.0
    most: float = math.inf
    expected: str = "Numbers from 0 up were expected"
    needed: bool = False
    """Whether every area needs a number above `least`."""


def named_columns(table: AreaTable) -> tuple[tuple[str, str], ...]:
    """Pair every column that the audit file names with the key that names it."""
    single = ("id", "name", "residents", "margin", "size_km2", "block", "longitude", "latitude")
    keys = [(key, getattr(table, key)) for key in single]
    for dimension, columns in table.resident_groups.items():
        keys += [(f"resident_groups.{dimension}.{group}", column) for group, column in columns.items()]
    keys += [(f"denominators.{name}", column) for name, column in table.denominators.items()]
    keys += [(f"stops.{name}", column) for name, column in table.stops.items()]
    return tuple((f"[areas] {key}", column) for key, column in keys if column is not None)


def numeric_columns(table: AreaTable) -> tuple[Numeric, ...]:
    """List every declared column of numbers with the range that its meaning allows."""
    found = []
    share = table.resident_values == "share"
    degrees = {"longitude": 180.0, "latitude": 90.0}
    for key, column in named_columns(table):
        part = key.removeprefix("[areas] ").split(".")[0]
        if part in {"id", "name", "block"}:
            continue
        if part in degrees:
            expected = f"Degrees from -{degrees[part]:.0f} to {degrees[part]:.0f} were expected"
            found.append(
                Numeric(key=key, column=column, least=-degrees[part], most=degrees[part], expected=expected)
            )
        elif part == "resident_groups" and share:
            expected = "Shares from 0 to 1 were expected, as resident_values says"
            found.append(Numeric(key=key, column=column, most=1.0, expected=expected))
        elif part == "size_km2":
            expected = "A size above 0 was expected for every area"
            found.append(Numeric(key=key, column=column, expected=expected, needed=True))
        else:
            found.append(Numeric(key=key, column=column))
    return tuple(found)


def read_numbers(rows: Texts, column: Numeric, *, where: str) -> tuple[Floats, list[Problem]]:
    """Read a column of numbers, NaN where blank, and list what is no number or out of range."""
    texts = [(row.get(column.column) or "").strip(BLANKS) for row in rows]
    numbers = np.array([_number(text) for text in texts], dtype=np.float64)
    given = np.array([bool(text) for text in texts], dtype=np.bool_)
    odd = given & ~np.isfinite(numbers)
    low, high = numbers < column.least, numbers > column.most
    empty = column.needed & ((numbers <= column.least) | ~given)
    kinds = (
        (odd, ""),
        (low & ~empty, ""),
        (high, ", a rate above 1" if column.most == 1 else ""),
        (empty, ""),
    )
    problems = []
    for hit, meaning in kinds:
        if not hit.any():
            continue
        values = dict.fromkeys(text for text, bad in zip(texts, hit, strict=True) if bad)
        found = f"column '{column.column}' holds {shown(values)}{meaning} ({int(hit.sum())} rows)."
        hint = "" if column.needed else " Leave a cell blank where the number is not known."
        problems.append(Problem(where=where, found=found, mend=f"{column.expected} ({column.key}).{hint}"))
    return numbers, problems


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def id_problems(rows: Texts, table: AreaTable) -> list[Problem]:
    """List areas without an id, and ids that stand more than once."""
    ids = [canonical(row.get(table.id) or "") for row in rows]
    problems = []
    if blank := sum(one is None for one in ids):
        found = f"column '{table.id}' is blank in {blank} of {len(ids)} rows."
        mend = "Each area needs an id, spelled as in the records. Remove rows that are no areas."
        problems.append(Problem(where=table.path, found=found, mend=mend))
    if repeated := sorted(one for one, times in Counter(filter(None, ids)).items() if times > 1):
        found = f"column '{table.id}' names an area more than once: {shown(repeated)}."
        mend = (
            "One row or feature per area was expected. Merge them, or name the column that tells areas apart."
        )
        problems.append(Problem(where=table.path, found=found, mend=mend))
    return problems


def block_problems(rows: Texts, table: AreaTable) -> list[Problem]:
    """List areas without a block, where blocks are declared."""
    if table.block is None:
        return []
    blank = [row.get(table.id) or "" for row in rows if canonical(row.get(table.block) or "") is None]
    if not blank:
        return []
    found = f"column '{table.block}' is blank for the areas {shown(blank)}."
    mend = "Each area belongs to one block. Fill it in, or leave out [areas] block: contiguous blocks are then made."
    return [Problem(where=table.path, found=found, mend=mend)]


def texts(rows: Texts, column: str) -> Iterable[str]:
    """Read a column as text; blanks are the empty string."""
    return [(row.get(column) or "").strip(BLANKS) for row in rows]
