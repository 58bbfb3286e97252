"""Opening the table of reports by residents: where and when they reported, and how long an answer took."""

from collections.abc import Iterator
from pathlib import Path

import ibis
from ibis import Table, Value

from auditkit.definitions.resident_reports import ResidentReports
from auditkit.errors import SHOWN, InputError, Problem, shown
from auditkit.load.files import check_named, open_table
from auditkit.load.periods import first_day
from auditkit.results.rows import WEIGHT, Column, Rows, canonical

DAY, MINUTES = "auditkit: day", "auditkit: minutes"


def load_resident_reports(
    connection: ibis.BaseBackend, table: ResidentReports, *, folder: Path, audit_name: str
) -> Rows:
    """Open the reports; roles are `area` (text), `time` (date) and, where answers are timed, `minutes` (number).

    Minutes are missing where nobody answered, or where an answer is dated before its report. Rows that the audit file
    does not take for reports by residents are left out.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The [resident_reports] section.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every missing column; else with minutes that are no numbers, times that never are any, and sources of
        which none occurs.
    """
    found = open_table(connection, table, folder=folder, section="resident_reports")
    opened, source, original = found.table, found.source, found.columns
    check_named(_named(table), original, where=source.file, audit_name=audit_name)
    reported = _only_reports(opened, table)
    if problems := [*_odd_minutes(reported, table), *_odd_times(reported, table)]:
        raise InputError(problems)
    added: dict[str, Value] = {DAY: first_day(reported[table.time], "day"), WEIGHT: ibis.literal(1, "int64")}
    columns = [Column(role="area", name=table.area, kind="text"), Column(role="time", name=DAY, kind="date")]
    if (minutes := _minutes(reported, table)) is not None:
        added[MINUTES] = minutes
        columns.append(Column(role="minutes", name=MINUTES, kind="number"))
    return Rows(
        table=reported.mutate(**added), source=source, columns=tuple(columns), counted=False, original=original
    )  # fmt: skip


def _named(table: ResidentReports) -> Iterator[tuple[str, str]]:
    for key in ("area", "time", "answered", "minutes"):
        if (name := getattr(table, key)) is not None:
            yield f"[resident_reports] {key}", name
    if table.source is not None:
        yield "[resident_reports] source.column", table.source.column


def _only_reports(opened: Table, table: ResidentReports) -> Table:
    if table.source is None:
        return opened
    text = canonical(opened[table.source.column].cast("string"))
    kept = opened.filter(text.isin(table.source.reported).fill_null(False))
    if not int(kept.count().execute()):
        few = _few(opened.select(text=text.fill_null("")))
        found = f"column '{table.source.column}' never holds {shown(table.source.reported)}."
        mend = f"Values found: {shown(few)}. Mend [resident_reports] source.reported."
        raise InputError([Problem(where=table.path, found=found, mend=mend)])
    return kept


def _few(texts: Table) -> list[str]:
    values = texts.distinct().order_by("text").limit(SHOWN + 1)
    return [row["text"] for row in values.to_pyarrow().to_pylist()]


def _moment(column: Value) -> Value:
    return column if column.type().is_timestamp() else column.cast("string").try_cast("timestamp")


def _minutes(reported: Table, table: ResidentReports) -> Value | None:
    if table.minutes is not None:
        return canonical(reported[table.minutes].cast("string")).try_cast("float64")
    if table.answered is None:
        return None
    seconds = (
        _moment(reported[table.answered]).epoch_seconds() - _moment(reported[table.time]).epoch_seconds()
    )
    return ibis.cases((seconds >= 0, seconds / 60.0), else_=None)


def _odd_minutes(reported: Table, table: ResidentReports) -> Iterator[Problem]:
    if table.minutes is None:
        return
    text = canonical(reported[table.minutes].cast("string"))
    number = text.try_cast("float64")
    wrong = text.notnull() & (number.isnull() | number.isnan() | number.isinf() | (number < 0))
    if few := _few(reported.filter(wrong).select(text=canonical(reported[table.minutes].cast("string")))):
        mend = (
            "Minutes from 0 up were expected ([resident_reports] minutes); leave blank what nobody answered."
        )
        yield Problem(where=table.path, found=f"column '{table.minutes}' holds {shown(few)}.", mend=mend)


def _odd_times(reported: Table, table: ResidentReports) -> Iterator[Problem]:
    dated = {table.time: first_day(reported[table.time], "day").notnull()}
    if table.answered is not None:
        dated[table.answered] = _moment(reported[table.answered]).notnull()
    for name, known in dated.items():
        if not int(reported.filter(known).count().execute()):
            few = _few(reported.select(text=reported[name].cast("string").fill_null("")))
            mend = "Dates and times such as 2019-04-30 21:05 were expected ([resident_reports])."
            yield Problem(
                where=table.path,
                found=f"column '{name}' never holds a time; it holds {shown(few)}.",
                mend=mend,
            )
