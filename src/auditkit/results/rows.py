"""The types that carry rows. No stage after `tally` can import them: an import contract holds that.

A table stays where it is, as an Ibis expression. What the audit file declares about a column (which values mean not
known, which mean positive) is a `Column`; `Rows.cells` counts combinations of columns. It groups by the values as they
stand and rewrites only the few groups, so that a hundred million rows cost one grouped scan. `Rows.counted_ahead`
counts in few scans what many will ask for; `cells` then answers from those counts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Literal, Self

import ibis
from ibis import Table, Value

from auditkit.results.checks import CheckResult, Refusal
from auditkit.results.inputs import InputRecord
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.passes import plan
from auditkit.results.stops import LoadedBenchmark
from auditkit.results.tally import UNKNOWN

WEIGHT, DECIDED, OCCURRED, PERIOD = (
    "auditkit: weight",
    "auditkit: decided",
    "auditkit: occurred",
    "auditkit: period",
)
FOLLOWED, LEFT_ON, HAPPENED, SCORE_BIN = (
    "auditkit: followed",
    "auditkit: left on",
    "auditkit: happened",
    "auditkit: score bin",
)
"""Columns that `load` adds; their names cannot be mistaken for a file's."""
PEOPLE, HIDDEN, ROWS = "auditkit: people", "auditkit: hidden", "auditkit: rows"
"""Columns of counts: people, whether the source withheld a count among them, and rows."""
_SPOTS, _AT_A_SPOT, _MANY = 4, 25_000, 1_000
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
class Ahead:
    """Counts made ahead of the questions; they hold for one table only, and are passed over once it is replaced."""

    rows: Table
    """The table whose rows were counted."""
    tables: tuple[Table, ...]
    """Small tables of counts, by columns as they stand."""


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
    benchmark: LoadedBenchmark | None = None
    """What stops are held against, where rows are stops."""
    ahead: Ahead | None = None
    """Counts made ahead, from which `cells` is served where they suffice."""

    @property
    def weight(self) -> Value:
        """How many people a row stands for; missing where the source withheld the count."""
        return self.table[WEIGHT]

    @property
    def sources(self) -> tuple[InputRecord, ...]:
        """Every file that the rows came from."""
        return (self.source,) if self.benchmark is None else (self.source, self.benchmark.source)

    def column(self, role: str) -> Column | None:
        """Return the column that plays a role, if one does."""
        return next((column for column in self.columns if column.role == role), None)

    def roles(self, prefix: str) -> tuple[str, ...]:
        """Return the roles that start with a prefix, in declared order."""
        return tuple(column.role for column in self.columns if column.role.startswith(prefix))

    def cells(self, *roles: str) -> Table:
        """Count people by the values of some columns: columns named by role, `n` and `suppressed`."""
        columns = [column for column in self.columns if column.role in roles]
        raw = self.counts(*dict.fromkeys(column.name for column in columns))
        read = raw.select(n=raw[PEOPLE], suppressed=raw[HIDDEN], **{c.role: value(raw, c) for c in columns})
        if not roles:
            return read
        grouped = read.group_by(list(roles)).agg(
            n=read.n.sum().cast("int64"), suppressed=read.suppressed.any()
        )
        return grouped.order_by([grouped[role].asc(nulls_first=True) for role in roles])

    def counts(self, *names: str) -> Table:
        """Count people and rows by columns as they stand: those columns, `PEOPLE`, `HIDDEN` and `ROWS`."""
        table = self.holding(*names)
        if table is self.table:
            people, hidden, rows = self.weight.sum().fill_null(0), self.weight.isnull().any(), table.count()
        else:
            people, hidden, rows = table[PEOPLE].sum(), table[HIDDEN].any(), table[ROWS].sum()
        counts = {PEOPLE: people.cast("int64"), HIDDEN: hidden, ROWS: rows.cast("int64")}
        return table.group_by(list(names)).agg(**counts)  # no file has such columns

    def holding(self, *names: str) -> Table:
        """Return a table with every combination of these columns that there is: counts made ahead, else the rows."""
        made = self.ahead.tables if self.ahead is not None and self.ahead.rows is self.table else ()
        return next((table for table in made if set(names) <= set(table.columns)), self.table)

    def counted_ahead(self, requests: Iterable[tuple[str, ...]]) -> Self:
        """Count, in few passes over the rows, what calls of `cells` with these roles will need.

        Parameters
        ----------
        requests
            Roles as given to `cells`; roles that no column plays are passed over. What is not named here, and what
            would make a large table of counts, is counted when it is asked for.
        """
        names = {column.role: column.name for column in self.columns}
        wanted = [frozenset(names[role] for role in roles if role in names) for roles in requests]
        wanted = [columns for columns in wanted if columns and self.holding(*columns) is self.table]
        passes = plan(wanted, self._distinct(frozenset().union(*wanted)))
        made = tuple(ibis.memtable(self.counts(*sorted(columns)).to_pyarrow()) for columns in passes)
        held = self.ahead.tables if self.ahead is not None and self.ahead.rows is self.table else ()
        return replace(self, ahead=Ahead(rows=self.table, tables=(*made, *held)))

    def _distinct(self, names: frozenset[str]) -> dict[str, int]:
        """Tell about how many values each column has, from rows at a few spots of the file."""
        kinds = {column.name: column.kind for column in self.columns}
        if not names & {*self.original}:
            return {name: 3 if kinds[name] == "binary" else _MANY for name in names}
        read = self.table.select(*sorted(names & {*self.original}))
        found = {name: 3 if kinds[name] == "binary" else _MANY for name in names - {*read.columns}}
        step = max(_AT_A_SPOT, self.source.rows // _SPOTS)
        spots = [read.limit(_AT_A_SPOT, offset=step * spot) for spot in range(_SPOTS)]
        sample = reduce(Table.union, spots).to_pyarrow()
        least = {
            name: _MANY if kinds[name] == "date" else 1 for name in read.columns
        }  # files are sorted by date
        return found | {name: max(len(sample[name].unique()), least[name]) for name in read.columns}


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
