"""The types that carry rows. No stage after `tally` can import them: an import contract holds that.

A table stays where it is, as an Ibis expression. What the audit file declares about a column (which values mean not
known, which mean positive) is a `Column`; `Rows.cells` counts combinations of columns. It groups by the values as they
stand and rewrites only the few groups, so that a hundred million rows cost one grouped scan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import ibis
from ibis import Table, Value

from auditkit.results.checks import CheckResult, Refusal
from auditkit.results.inputs import InputRecord
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.tally import UNKNOWN

WEIGHT, DECIDED, OCCURRED, PERIOD = (
    "auditkit: weight",
    "auditkit: decided",
    "auditkit: occurred",
    "auditkit: period",
)
"""Columns that `load` adds; their names cannot be mistaken for a file's."""
_PEOPLE, _HIDDEN = "auditkit: people", "auditkit: hidden"
Kind = Literal["text", "group", "binary", "number", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the main table, by the role it plays in the audit."""

    role: str
    """Role, such as `group.race`, `decision`, `outcome`, `score` or `area`."""
    name: str
    """The column's name in the table."""
    kind: Kind
    """How values are read: a `group` never has missing values, a `binary` is 1, 0 or missing."""
    missing: tuple[str, ...] = ()
    """Canonical values that mean not recorded."""
    positive: tuple[str, ...] = ()
    """For a `binary`: canonical values that are 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """A main table as opened: where it came from, and what its columns mean."""

    table: Table
    """The file's columns, and those that `load` added."""
    source: InputRecord
    columns: tuple[Column, ...]
    counted: bool
    """Whether rows are published counts, not people."""
    original: tuple[str, ...]
    """The column names of the file."""

    @property
    def weight(self) -> Value:
        """How many people a row stands for; missing where the source withheld the count."""
        return self.table[WEIGHT]

    @property
    def sources(self) -> tuple[InputRecord, ...]:
        """Every file that the rows came from."""
        return (self.source,)

    def column(self, role: str) -> Column | None:
        """Return the column that plays a role, if one does."""
        return next((column for column in self.columns if column.role == role), None)

    def roles(self, prefix: str) -> tuple[str, ...]:
        """Return the roles that start with a prefix, in declared order."""
        return tuple(column.role for column in self.columns if column.role.startswith(prefix))

    def cells(self, *roles: str) -> Table:
        """Count people by the values of some columns: columns named by role, `n` and `suppressed`."""
        columns = [column for column in self.columns if column.role in roles]
        names = list(dict.fromkeys(column.name for column in columns))
        people = self.weight.sum().fill_null(0)
        hidden = self.weight.isnull().any()
        raw = self.table.group_by(names).agg(**{_PEOPLE: people, _HIDDEN: hidden})  # no file has such columns
        read = raw.select(n=raw[_PEOPLE], suppressed=raw[_HIDDEN], **{c.role: value(raw, c) for c in columns})
        if not roles:
            return read
        grouped = read.group_by(list(roles)).agg(
            n=read.n.sum().cast("int64"), suppressed=read.suppressed.any()
        )
        return grouped.order_by([grouped[role].asc(nulls_first=True) for role in roles])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedRows:
    """Rows that the checks let through; `tally` takes nothing else."""

    rows: Rows
    checks: tuple[CheckResult, ...]
    refused: tuple[Refusal, ...]
    """Measures that a failed blocking check refuses."""


def canonical(text: Value) -> Value:
    """Rewrite a text column as `auditkit.definitions.values.canonical` rewrites one value."""
    trimmed = text.strip().nullif("")
    plain = trimmed.re_replace(r"^\+", "").re_replace(r"^(-?)0+([0-9])", r"\1\2")
    short = ibis.cases(
        (plain.contains("."), plain.re_replace(r"0+$", "").re_replace(r"\.$", "")), else_=plain
    )
    number = ibis.cases((short == "-0", "0"), else_=short)
    return ibis.cases((trimmed.re_search(r"^[+-]?[0-9]+(\.[0-9]*)?$"), number), else_=trimmed)


def value(table: Table, column: Column) -> Value:
    """Read a column as its kind says."""
    raw = table[column.name]
    if column.kind == "number" and raw.type().is_numeric():
        return raw.cast("float64")
    if column.kind == "binary" and raw.type().is_integer() and not column.positive:
        return raw.cast("int8")
    text = canonical(raw.cast("string"))
    if column.missing:
        text = ibis.cases((text.isin(column.missing), ibis.null("string")), else_=text)
    return _as(text, column)


def _as(text: Value, column: Column) -> Any:
    readers: dict[Kind, Callable[[], Value]] = {
        "text": lambda: text,
        "group": lambda: text.fill_null(UNKNOWN),
        "binary": lambda: ibis.cases((text.isin(column.positive), 1), (text.notnull(), 0), else_=None).cast(
            "int8"
        ),
        "number": lambda: text.try_cast("float64"),
        "date": lambda: text.try_cast("date"),
    }
    return readers[column.kind]()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceRows(Rows):
    """The main table of a place tool, areas by period, together with its other tables."""

    areas: LoadedAreas
    history: Rows | None
    """What the tool learns from; roles `area`, `period` and, where declared, `source`."""

    @property
    def sources(self) -> tuple[InputRecord, ...]:
        """Every file that the rows came from."""
        return (self.source, self.areas.source, *(() if self.history is None else (self.history.source,)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedPlaceRows:
    """Tables of a place tool that the checks let through."""

    rows: PlaceRows
    checks: tuple[CheckResult, ...]
    refused: tuple[Refusal, ...]
