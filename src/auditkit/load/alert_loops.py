"""Opening tables that show how an alert system may feed on itself: stops near alerts, and lists of plates or faces."""

from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
from ibis import Table, Value

from auditkit.definitions.alert_loops import HotList, ListEntries, NearbyStops
from auditkit.definitions.loops import AlertFeedback
from auditkit.definitions.sources import TableSource
from auditkit.errors import SHOWN, InputError, Problem, shown
from auditkit.load.files import check_named, open_table
from auditkit.load.values import absent, distinct
from auditkit.results.rows import WEIGHT, AlertLoopRows, Column, Rows, canonical

MOMENT = "auditkit: moment"
"""A column added to the file's own: seconds since 1970."""
DAY = 86_400
Named = tuple[tuple[str, str], ...]


def load_alert_loops(
    connection: ibis.BaseBackend, feedback: AlertFeedback, *, folder: Path, audit_name: str
) -> AlertLoopRows:
    """Open the tables that the [feedback] section of an alert system names.

    Raises
    ------
    InputError
        With every problem of the first table that has any.
    """

    def opened(source: TableSource, section: str, named: Named) -> Rows:
        found = open_table(connection, source, folder=folder, section=section)
        check_named(named, found.columns, where=found.source.file, audit_name=audit_name)
        weighted = found.table.mutate(**{WEIGHT: ibis.literal(1, "int64")})
        return Rows(table=weighted, source=found.source, columns=(), counted=False, original=found.columns)

    stops, listed = feedback.stops, feedback.hot_list
    entries = None if listed is None else listed.entries
    return AlertLoopRows(
        stops=None if stops is None else _stops(opened(stops, "feedback.stops", _of_stops(stops)), stops),
        reads=None if listed is None else _reads(opened(listed, "feedback.hot_list", _of_reads(listed)), listed),
        entries=None if entries is None else _entries(
            opened(entries, "feedback.hot_list.entries", _of_entries(entries)), entries
        ),
    )  # fmt: skip


def with_moment(table: Table, time: str, *, where: str, key: str) -> Table:
    """Add the second at which something happened; what is no date is missing.

    Raises
    ------
    InputError
        If every time is a day without a time of day: nothing can then be told before from after.
    """
    column = table[time]
    stamp = column if column.type().is_timestamp() else canonical(column.cast("string")).try_cast("timestamp")
    table = table.mutate(**{MOMENT: stamp.cast("timestamp").epoch_seconds().cast("float64")})
    clocked = table.filter(table[MOMENT].notnull() & (table[MOMENT] % DAY != 0))
    if not int(clocked.count().execute()):
        found = f"column '{time}' holds no time of day."
        mend = f"Times such as 2021-04-30 23:10 were expected ({key}); stops before and after an alert need them."
        raise InputError([Problem(where=where, found=found, mend=mend)])
    return table


def _of_stops(stops: NearbyStops) -> Named:
    named = [(key, getattr(stops, key)) for key in ("time", "longitude", "latitude")]
    named += [
        (f"{key}.column", declared.column)
        for key in ("linked", "names_system")
        if (declared := getattr(stops, key)) is not None
    ]
    return tuple((f"[feedback.stops] {key}", name) for key, name in named)


def _stops(rows: Rows, stops: NearbyStops) -> Rows:
    degrees = (("longitude", stops.longitude, 180), ("latitude", stops.latitude, 90))
    problems = [
        one
        for role, name, most in degrees
        for one in _odd(rows, name, _beyond(most), f"Degrees were expected ([feedback.stops] {role}).")
    ]  # fmt: skip
    columns = [Column(role=role, name=name, kind="number") for role, name, _ in degrees]
    columns += [
        Column(role=role, name=declared.column, kind="binary", positive=declared.yes)
        for role in ("linked", "names_system")
        if (declared := getattr(stops, role)) is not None
    ]
    if problems:
        raise InputError(problems)
    table = with_moment(rows.table, stops.time, where=stops.path, key="[feedback.stops] time")
    columns.append(Column(role="moment", name=MOMENT, kind="number"))
    return Rows(
        table=table, source=rows.source, columns=tuple(columns), counted=False, original=rows.original
    )


def _of_reads(listed: HotList) -> Named:
    return tuple((f"[feedback.hot_list] {key}", getattr(listed, key)) for key in ("reads", "hits"))


def _reads(rows: Rows, listed: HotList) -> Rows:
    problems = [
        one
        for role in ("reads", "hits")
        for one in _odd(rows, getattr(listed, role), _no_count, f"Counts were expected ([feedback.hot_list] {role}).")
    ]  # fmt: skip
    columns = tuple(
        Column(role=role, name=getattr(listed, role), kind="number") for role in ("reads", "hits")
    )
    reads, hits = (
        rows.table[name].cast("string").try_cast("float64") for name in (listed.reads, listed.hits)
    )
    if not problems and (more := int(rows.table.filter(hits > reads).count().execute())):
        text = f"{more} rows have more hits than reads."
        problems.append(Problem(where=listed.path, found=text, mend="A hit is a read that is on the list."))
    if problems:
        raise InputError(problems)
    return Rows(table=rows.table, source=rows.source, columns=columns, counted=False, original=rows.original)


def _of_entries(entries: ListEntries) -> Named:
    named = [("from_hit.column", entries.from_hit.column)]
    named += [("hits", entries.hits)] if entries.hits else []
    return tuple((f"[feedback.hot_list.entries] {key}", name) for key, name in named)


def _entries(rows: Rows, entries: ListEntries) -> Rows:
    made = entries.from_hit
    columns = [Column(role="from_hit", name=made.column, kind="binary", positive=made.yes)]
    problems: list[Problem] = []
    if entries.hits:
        columns.append(Column(role="hits", name=entries.hits, kind="number"))
        mend = "Counts were expected ([feedback.hot_list.entries] hits)."
        problems += _odd(rows, entries.hits, _no_count, mend)
    found = Rows(
        table=rows.table, source=rows.source, columns=tuple(columns), counted=False, original=rows.original
    )
    values = distinct(found, "from_hit")
    if len(values) > 1:  # with a single value no hit may have made an entry: a finding, not a mistake
        key = "[feedback.hot_list.entries] from_hit.yes"
        problems += absent(made.yes, values, where=entries.path, key=key, column=made.column)
    if problems:
        raise InputError(problems)
    return found


def _no_count(number: Value) -> Value:
    return (number < 0) | (number != number.round())


def _beyond(most: float) -> Callable[[Value], Value]:
    return lambda number: number.abs() > most


def _odd(rows: Rows, name: str, wrong: Callable[[Value], Value], mend: str) -> Iterator[Problem]:
    """Name values that are no numbers, or wrong ones; blanks are not known."""
    text = canonical(rows.table[name].cast("string"))
    number = text.try_cast("float64")
    odd = rows.table.filter(
        text.notnull() & (number.isnull() | number.isnan() | number.isinf() | wrong(number))
    )
    values = odd.select(text=canonical(odd[name].cast("string"))).distinct().order_by("text")
    if few := [row["text"] for row in values.limit(SHOWN + 1).to_pyarrow().to_pylist()]:
        yield Problem(where=rows.source.file, found=f"column '{name}' holds {shown(few)}.", mend=mend)
