"""Opening the logs of a tool in use: where it sent police in each period, and what was recorded there."""

from collections.abc import Iterator
from pathlib import Path

import ibis
from ibis import Table

from auditkit.definitions.loops import DeploymentTable
from auditkit.errors import SHOWN, InputError, Problem, shown
from auditkit.load.files import check_named, open_table
from auditkit.load.periods import Period, first_day
from auditkit.results.rows import PERIOD, WEIGHT, Column, Rows, canonical

NUMBERS = ("discovered", "reported", "control", "rank")


def load_deployment(
    connection: ibis.BaseBackend, table: DeploymentTable, *, period: Period, folder: Path, audit_name: str
) -> Rows:
    """Open the logs; roles are `area`, `period`, `deployment` and, where declared, counts by source, rank and limit.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The [deployment] section.
    period
        The length of a period.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every missing column; else with what is no number from 0 up, and with dates that cannot be read.
    """
    found = open_table(connection, table, folder=folder, section="deployment")
    opened, source = found.table, found.source
    check_named(_named(table), found.columns, where=source.file, audit_name=audit_name)
    if problems := [*_odd_numbers(opened, table), *_odd_dates(opened, table)]:
        raise InputError(problems)
    named = first_day(opened[table.time], period).strftime("%Y-%m-%d")
    shaped = opened.mutate(**{PERIOD: named, WEIGHT: ibis.literal(1, "int64")})
    columns = [
        Column(role="area", name=table.area, kind="text"),
        Column(role="period", name=PERIOD, kind="text"),
    ]
    columns += [Column(role=role, name=name, kind="number") for role, name in _numbers(table)]
    return Rows(table=shaped, source=source, columns=tuple(columns), counted=False, original=found.columns)


def _numbers(table: DeploymentTable) -> Iterator[tuple[str, str]]:
    """Pair the role of each column of numbers with its name."""
    yield "deployment", table.hours or table.flags or ""
    yield from ((role, name) for role in NUMBERS if (name := getattr(table, role)) is not None)
    if isinstance(table.limit, str):
        yield "limit", table.limit


def _key(role: str, table: DeploymentTable) -> str:
    return f"[deployment] {('hours' if table.hours else 'flags') if role == 'deployment' else role}"


def _named(table: DeploymentTable) -> Iterator[tuple[str, str]]:
    yield from (("[deployment] area", table.area), ("[deployment] time", table.time))
    yield from ((_key(role, table), name) for role, name in _numbers(table))


def _odd_numbers(opened: Table, table: DeploymentTable) -> Iterator[Problem]:
    for role, name in _numbers(table):
        text = canonical(opened[name].cast("string"))
        number = text.try_cast("float64")
        odd = opened.filter(
            text.notnull() & (number.isnull() | number.isnan() | number.isinf() | (number < 0))
        )
        values = odd.select(text=canonical(odd[name].cast("string"))).distinct().order_by("text")
        if few := [row["text"] for row in values.limit(SHOWN + 1).to_pyarrow().to_pylist()]:
            mend = f"Numbers from 0 up were expected ({_key(role, table)}); leave blank what was not logged."
            yield Problem(where=table.path, found=f"column '{name}' holds {shown(few)}.", mend=mend)


def _odd_dates(opened: Table, table: DeploymentTable) -> Iterator[Problem]:
    odd = opened.filter(first_day(opened[table.time], "day").isnull())
    rows = int(odd.count().execute())
    if rows:
        values = odd.select(text=odd[table.time].cast("string").fill_null("")).distinct().order_by("text")
        few = [row["text"] for row in values.limit(SHOWN + 1).to_pyarrow().to_pylist()]
        mend = "Dates such as 2019-04-30 were expected ([deployment] time)."
        yield Problem(
            where=table.path, found=f"column '{table.time}' holds {shown(few)} ({rows} rows).", mend=mend
        )
