"""The types that carry rows. No stage after `tally` can import them: an import contract holds that.

A table stays where it is, as an Ibis expression. What the audit file declares about a column (which values mean not
known, which mean positive) is a `Column`; `Rows.cells` counts combinations of columns. It groups by the values as they
stand and rewrites only the few groups, so that a hundred million rows cost one grouped scan. `Rows.counted_ahead`
counts in few scans what many will ask for; `cells` then answers from those counts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import ibis
from ibis import Table, Value

from auditkit.results.alerts import Coverage
from auditkit.results.checks import CheckResult, Refusal
from auditkit.results.displacement import AreaRoles
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
LAWFUL, FOLLOWED, LEFT_ON, HAPPENED, SCORE_BIN = (
    "auditkit: lawful",
    "auditkit: followed",
    "auditkit: left on",
    "auditkit: happened",
    "auditkit: score bin",
)
"""Columns that `load` adds; their names cannot be mistaken for a file's."""
PEOPLE, HIDDEN, ROWS = "auditkit: people", "auditkit: hidden", "auditkit: rows"
"""Columns of counts: people, whether the source withheld a count among them, and rows."""
_LOOKED_AT, _MANY, _TOO_MANY = 20_000, 1_000, 250_000
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
    renamed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For a `group`: names, each with the canonical values that it stands for; other values name themselves."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """Counts made ahead of the questions; they hold for one table only, and are passed over once it is replaced."""

    table: Table
    """The table whose rows were counted."""
    columns: tuple[Column, ...]
    """How its columns were read."""
    raw: tuple[Table, ...]
    """Counts by columns as they stand."""
    read: tuple[Table, ...]
    """The same by role, with values as their kind says."""


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
    training: "Rows | None" = None
    """Rows that the tool learned from, with the same columns; they are checked, and count in no figure."""
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

    def weight_withheld(self) -> bool:
        """Tell whether the source withheld a count; sums over the rows would then be too small."""
        return self.counted and bool(
            self.table.agg(hidden=self.weight.isnull().any()).to_pyarrow()["hidden"][0].as_py()
        )

    def column(self, role: str) -> Column | None:
        """Return the column that plays a role, if one does."""
        return next((column for column in self.columns if column.role == role), None)

    def roles(self, prefix: str) -> tuple[str, ...]:
        """Return the roles that start with a prefix, in declared order."""
        return tuple(column.role for column in self.columns if column.role.startswith(prefix))

    def cells(self, *roles: str) -> Table:
        """Count people by the values of some columns: columns named by role, `n` and `suppressed`."""
        read = _covering(self._ahead.read, roles)
        if read is None or not roles:
            columns = [column for column in self.columns if column.role in roles]
            read = _by_role(self._counted(columns), columns)
        if not roles:
            return read
        grouped = read.group_by(list(roles)).agg(
            n=read.n.sum().cast("int64"), suppressed=read.suppressed.any()
        )
        return grouped.order_by([grouped[role].asc(nulls_first=True) for role in roles])

    def counts(self, *names: str) -> Table:
        """Count people and rows by columns as they stand: those columns, `PEOPLE`, `HIDDEN` and `ROWS`."""
        return self._counts_in(self.holding(*names), names)

    def _counted(self, columns: list[Column]) -> Table:
        """Count by columns as they stand, but by the day of a time of day, of which there may be as many as rows."""
        names = tuple(dict.fromkeys(column.name for column in columns))
        days = {column.name: value(self.table, column) for column in columns if column.kind == "date"}
        as_days = all(column.kind == "date" for column in columns if column.name in days)
        if not days or not as_days or self.holding(*names) is not self.table:
            return self.counts(*names)
        return self._counts_in(self.table.mutate(**days), names)

    def _counts_in(self, table: Table, names: tuple[str, ...]) -> Table:
        people: Value = table.count()
        hidden: Value = ibis.literal(False)
        rows = people
        if PEOPLE in table.columns:  # counts made ahead
            people, hidden, rows = table[PEOPLE].sum(), table[HIDDEN].any(), table[ROWS].sum()
        elif self.counted:
            people, hidden = table[WEIGHT].sum().fill_null(0), table[WEIGHT].isnull().any()
        counts = {PEOPLE: people.cast("int64"), HIDDEN: hidden, ROWS: rows.cast("int64")}
        return table.aggregate(counts, by=list(names))  # no file has such columns

    def holding(self, *names: str) -> Table:
        """Return a table with every combination of these columns that there is: counts made ahead, else the rows."""
        ahead = _covering(self._ahead.raw, names)
        return self.table if ahead is None else ahead

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
        held = self._ahead
        for columns in plan(wanted, self._distinct(frozenset().union(*wanted))):
            found = self.counts(*sorted(columns)).limit(_TOO_MANY).to_pyarrow()
            if found.num_rows == _TOO_MANY:  # sorted files show few values at their start
                continue
            raw = ibis.memtable(found)
            read = _by_role(raw, [column for column in self.columns if column.name in columns])
            held = replace(held, raw=(*held.raw, raw), read=(*held.read, ibis.memtable(read.to_pyarrow())))
        return replace(self, ahead=held)

    @property
    def _ahead(self) -> Ahead:
        """The counts made ahead that hold for this table."""
        held = self.ahead
        if held is not None and held.table is self.table and held.columns is self.columns:
            return held
        return Ahead(table=self.table, columns=self.columns, raw=(), read=())

    def _distinct(self, names: frozenset[str]) -> dict[str, int]:
        """Tell about how many values each column has, from the first rows."""
        kinds = {column.name: column.kind for column in self.columns}
        looked = sorted(names & {*self.original})
        first = self.table.select(*looked).limit(_LOOKED_AT).to_pyarrow() if looked else None

        def about(name: str) -> int:
            if first is None or name not in looked:
                return 3 if kinds[name] == "binary" else _MANY  # load adds 1, 0 or missing; or a number
            seen = len({str(value) for value in first[name].to_pylist()})
            return max(seen, _MANY) if kinds[name] in {"date", "text"} else seen  # files are sorted by these

        return {name: about(name) for name in names}


def _covering(tables: Iterable[Table], names: Iterable[str]) -> Table | None:
    return next((table for table in tables if set(names) <= set(table.columns)), None)


def _by_role(raw: Table, columns: Iterable[Column]) -> Table:
    """Read values as their kind says; a combination may then stand in several rows."""
    return raw.select(n=raw[PEOPLE], suppressed=raw[HIDDEN], **{c.role: value(raw, c) for c in columns})


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
    if column.kind == "date" and not column.missing and _has_day(raw):
        return raw.cast("date")
    text = raw.cast("string")
    text = text.strip() if column.kind == "date" else canonical(text)  # no number is a day
    if column.missing:
        text = ibis.cases((text.isin(column.missing), ibis.null("string")), else_=text)
    if column.renamed:
        text = ibis.cases(*((text.isin(values), name) for name, values in column.renamed), else_=text)
    return _as(text, column)


def _has_day(raw: Value) -> bool:
    """Tell whether a column is one of days, or of times whose day no time zone can move."""
    kind = raw.type()
    return bool(kind.is_date() or (kind.is_timestamp() and kind.timezone is None))


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
    roles_of_areas: AreaRoles | None = None
    """Where something was done, and what it is compared with."""
    deployment: Rows | None = None
    """Logs of a tool in use; roles `area`, `period`, `deployment` and, where declared, counts by source."""
    reports: Rows | None = None
    """Reports by residents; roles `area`, `time` and, where declared, `minutes`."""

    @property
    def sources(self) -> tuple[InputRecord, ...]:
        """Every file that the rows came from."""
        others = (self.history, self.roles_of_areas, self.deployment, self.reports)
        return (self.source, self.areas.source, *(other.source for other in others if other is not None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedPlaceRows:
    """Tables of a place tool that the checks let through."""

    rows: PlaceRows
    checks: tuple[CheckResult, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLoopRows:
    """Tables of an alert system that show how it may feed on itself."""

    stops: Rows | None = None
    """Roles `moment`, `longitude`, `latitude` and, where declared, `linked` and `names_system`."""
    reads: Rows | None = None
    """Roles `reads` and `hits`."""
    entries: Rows | None = None
    """Entries of a list; roles `from_hit` and, where declared, `hits`."""

    @property
    def tables(self) -> tuple[Rows, ...]:
        """Those that there are."""
        return tuple(table for table in (self.stops, self.reads, self.entries) if table is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlertRows(Rows):
    """The main table of an alert system, one row an alert, together with its other tables."""

    areas: LoadedAreas | None
    coverage: Coverage | None
    events: Rows | None
    """Events known from elsewhere; roles `alerted` and, where declared, `area`."""
    deployment: Rows | None = None
    """Logs of a system in use, as for a place tool."""
    loops: AlertLoopRows = AlertLoopRows()
    """Stops near alerts, and lists of plates or faces."""
    reports: Rows | None = None
    """Reports by residents, as for a place tool."""

    @property
    def sources(self) -> tuple[InputRecord, ...]:
        """Every file that the rows came from."""
        others = (self.areas, self.coverage, self.events, self.deployment, self.reports, *self.loops.tables)
        return (self.source, *(other.source for other in others if other is not None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedAlertRows:
    """Tables of an alert system that the checks let through."""

    rows: AlertRows
    checks: tuple[CheckResult, ...]
    refused: tuple[Refusal, ...]
