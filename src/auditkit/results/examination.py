"""What was found out about partial data: what each table can be, what looks wrong in it, and what can be concluded."""

from dataclasses import dataclass
from typing import Literal

TableKind = Literal[
    "people", "counts", "confusion", "totals", "rates", "alerts", "forecasts", "area_counts", "areas", "incidents",
    "unknown",
]  # fmt: skip
"""What one row of a table is: a person, a cell of counts, a group, an alert, an area in a period, an area, or incidents."""
Meaning = Literal[
    "personal", "id", "group", "area", "time", "score", "decision", "outcome", "disposition", "count", "incidents",
    "tn", "fp", "fn", "tp", "flagged", "whole", "residents", "resident_group", "coverage", "latitude", "longitude",
    "rate", "ratio", "unknown",
]  # fmt: skip
"""What a column may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedColumn:
    """A column, and what it was taken for."""

    name: str
    meaning: Meaning
    """What the column seems to hold; a guess from its name and its values."""
    reason: str
    """Why it was taken for that."""
    blanks: int
    distinct: int
    values: tuple[str, ...]
    """Its values, where they name groups, decisions or outcomes; never those of a column that may name people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedTable:
    """A file as it was read, and what it was taken for."""

    file: str
    kind: TableKind
    reason: str
    rows: int
    columns: tuple[ExaminedColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something in a table that looks wrong, or that a reader has to know."""

    code: str
    """Which question was put to the table, such as `rate-above-one`."""
    file: str
    found: str
    ask: str
    """What to do about it, or whom to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question that an audit asks, and whether these tables can answer it."""

    question: str
    possible: bool
    why: str
    ask: str
    """What to ask for next; empty where the question can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A table that is taken out of a file with boundaries, because records are read from tables alone."""

    file: str
    """Its name, beside the proposed audit file."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything that `auditkit examine` has to say."""

    tables: tuple[ExaminedTable, ...]
    remarks: tuple[Remark, ...]
    answers: tuple[Answer, ...]
    blanks: tuple[str, ...]
    """Keys of the proposed audit file that no table can fill."""
    proposal: str | None
    """The proposed audit file; None where the tables hold nothing that can be audited."""
    extract: Extract | None
    """A table that the proposal names and that has to be written with it."""
