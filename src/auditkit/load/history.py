"""Opening the history: the dated records of each area that the tool learns from, and how they came about."""

from collections.abc import Iterator
from pathlib import Path

import ibis
from ibis import Table, Value

from auditkit.definitions.places import PLACED, HistorySource, HistoryTable
from auditkit.errors import SHOWN, InputError, Problem, closest, shown
from auditkit.load.decisions import LARGEST_COUNT, count
from auditkit.load.files import check_named, open_table
from auditkit.load.periods import first_day
from auditkit.load.placing import place
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.rows import WEIGHT, Column, Rows, canonical

DAY, CAME_ABOUT, WRITTEN = "auditkit: day", "auditkit: came about", "auditkit: written down"
"""Columns added to the history's own."""
REPORTED, DISCOVERED = "reported", "discovered"
"""Values of the role `source`: reported by others, or discovered by police being there; else missing."""


def load_history(
    connection: ibis.BaseBackend,
    table: HistoryTable,
    *,
    folder: Path,
    audit_name: str,
    loaded: LoadedAreas | None = None,
) -> Rows:
    """Open the history and check that it holds what the audit file says.

    Roles are `area` (text), `time` and `recorded` (dates), `longitude` and `latitude`, and with a declared source `source` (`reported`, `discovered`, or missing
    for any other value) and `source.stated` (the value as it stands, so that a check can name what is not declared).
    A row weighs 1, or its count.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The [history] section.
    loaded
        The areas in which points are placed, where the history has positions in place of an area.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every missing column; else with counts that are no counts, a time that never is a date, and declared
        sources of which none occurs.
    """
    found = open_table(connection, table, folder=folder, section="history")
    opened, source = found.table, found.source
    check_named(_named(table), found.columns, where=source.file, audit_name=audit_name)
    problems = [
        *_count_problems(opened, table),
        *_time_problems(opened, table),
        *_source_problems(opened, table),
    ]
    if problems:
        raise InputError(problems)
    shaped, columns = _shape(place(connection, opened, table, loaded), table)
    return Rows(
        table=shaped, source=source, columns=columns, counted=table.count is not None, original=found.columns
    )


def _named(table: HistoryTable) -> Iterator[tuple[str, str]]:
    single = ("area", "time", "count", "recorded", "longitude", "latitude", "neighbourhood")
    keys = [(key, getattr(table, key)) for key in single if getattr(table, key) != PLACED]
    keys.append(("source.column", table.source.column if table.source else None))
    yield from ((f"[history] {key}", name) for key, name in keys if name is not None)


def _shape(opened: Table, table: HistoryTable) -> tuple[Table, tuple[Column, ...]]:
    added: dict[str, Value] = {DAY: first_day(opened[table.time], "day")}
    columns = [Column(role="area", name=table.area, kind="text"), Column(role="time", name=DAY, kind="date")]
    if table.recorded is not None:
        added[WRITTEN] = first_day(opened[table.recorded], "day")
        columns.append(Column(role="recorded", name=WRITTEN, kind="date"))
    columns += [
        Column(role=key, name=name, kind="number")
        for key in ("longitude", "latitude")
        if (name := getattr(table, key)) is not None
    ]
    if table.neighbourhood is not None:
        columns.append(Column(role="neighbourhood", name=table.neighbourhood, kind="text"))
    if table.source is not None:
        added[CAME_ABOUT] = _came_about(opened, table.source)
        columns.append(Column(role="source", name=CAME_ABOUT, kind="text"))
        columns.append(Column(role="source.stated", name=table.source.column, kind="text"))
    added[WEIGHT] = ibis.literal(1, "int64") if table.count is None else count(opened, table.count, ())
    return opened.mutate(**added), tuple(columns)


def _came_about(opened: Table, source: HistorySource) -> Value:
    text = canonical(opened[source.column].cast("string"))
    return ibis.cases(
        (text.isin(source.reported), REPORTED), (text.isin(source.discovered), DISCOVERED), else_=None
    )


def _distinct(opened: Table, name: str) -> list[str]:
    texts = opened.select(text=canonical(opened[name].cast("string"))).distinct()
    few = texts.filter(texts.text.notnull()).order_by("text").limit(1000)
    return [row["text"] for row in few.to_pyarrow().to_pylist()]


def _count_problems(opened: Table, table: HistoryTable) -> Iterator[Problem]:
    if table.count is None:
        return
    text = canonical(opened[table.count].cast("string"))
    number = text.try_cast("int64")
    odd = opened.filter(number.isnull() | (number < 0) | (number > LARGEST_COUNT) | text.contains("."))
    rows = int(odd.count().execute())
    if rows:
        values = odd.select(text=canonical(odd[table.count].cast("string")).fill_null("")).distinct()
        few = [row["text"] for row in values.order_by("text").limit(SHOWN + 1).to_pyarrow().to_pylist()]
        found = f"column '{table.count}' holds {shown(few)} ({rows} rows)."
        yield Problem(
            where=table.path, found=found, mend="Whole numbers from 0 up were expected ([history] count)."
        )


def _time_problems(opened: Table, table: HistoryTable) -> Iterator[Problem]:
    dated = opened.filter(first_day(opened[table.time], "day").notnull())
    if int(dated.count().execute()):
        return
    found = (
        f"column '{table.time}' never holds a date; it holds {shown(_distinct(opened, table.time), most=3)}."
    )
    mend = "Dates such as 2019-04-30, months such as 2019-04 or years were expected ([history] time)."
    yield Problem(where=table.path, found=found, mend=mend)


def _source_problems(opened: Table, table: HistoryTable) -> Iterator[Problem]:
    if table.source is None:
        return
    declared = (*table.source.reported, *table.source.discovered)
    text = canonical(opened[table.source.column].cast("string"))
    if int(opened.filter(text.isin(declared)).count().execute()):
        return
    values = _distinct(opened, table.source.column)
    near = closest(declared[0], values)
    hint = f" Did you mean '{near}'?" if near else ""
    found = f"column '{table.source.column}' never holds {shown(declared)}."
    mend = f"Values found: {shown(values)}.{hint} Mend [history] source.reported and source.discovered."
    yield Problem(where=table.path, found=found, mend=mend)
