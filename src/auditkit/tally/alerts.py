"""Counting alerts by group and disposition, by area and period, and what they led to."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.alerts import (
    DISPOSITIONS,
    ActionCounts,
    AlertCounts,
    AlertGroups,
    AlertTally,
    EventCounts,
    HourSums,
)
from auditkit.results.places import PlaceTally, Unmatched
from auditkit.results.rows import LAWFUL, AlertRows, CheckedAlertRows, value
from auditkit.tally.alert_loops import tally_alert_loops
from auditkit.tally.logs import tally_logs
from auditkit.tally.periods import periods_between
from auditkit.tally.resident_reports import tally_reports

Group = tuple[str, ...]
Cells = dict[Group, list[dict[str, Any]]]


def tally_alerts(checked: CheckedAlertRows, audit: AuditFile) -> AlertTally:
    """Reduce the tables of an alert system to small tables of counts.

    It takes only what `validate` returns, so that unchecked rows cannot be counted.
    """
    rows, outcome = checked.rows, audit.records.outcome
    lawful, others = _apart(rows)
    return AlertTally(
        dimensions=_dimensions(rows, audit), lawful=_dimensions(lawful, audit), not_lawful=_dimensions(others, audit), has_dispositions=outcome is not None,
        merged=outcome is not None and not outcome.unfounded,
        has_dispatch=rows.column("decision") is not None, hours=_hours(rows),
        hours_declared=rows.column("hours") is not None, events=_events(rows, audit), places=_places(rows, audit),
        coverage=rows.coverage, refused=checked.refused,
        logs=tally_logs(rows.deployment, audit, areas=_ids(rows), history=None),
        loops=tally_alert_loops(rows, audit),
    )  # fmt: skip


def _dimensions(rows: AlertRows | None, audit: AuditFile) -> tuple[AlertGroups, ...]:
    """Count everyone's alerts together, then those of each declared dimension."""
    if rows is None:
        return ()
    return tuple(
        AlertGroups(
            dimension=dimension, reference=audit.reference(dimension), counts=_counts(rows, dimension)
        )
        for dimension in ((), *audit.row_dimensions)
    )


def _apart(rows: AlertRows) -> tuple[AlertRows | None, AlertRows | None]:
    """Divide alerts into those outside unlawful periods, and all others; nothing where no period is declared."""
    if rows.column("lawful") is None:
        return None, None
    outside = (rows.table[LAWFUL] == 1).fill_null(False)
    return replace(rows, table=rows.table.filter(outside)), replace(rows, table=rows.table.filter(~outside))


def _cells(rows: AlertRows, dimension: Group, *roles: str) -> Cells:
    """Count alerts by the values of some columns, for each group; the list of roles may name columns nobody declared."""
    groups = [f"group.{name}" for name in dimension]
    named = [*groups, *(role for role in roles if rows.column(role))] or ["period"]  # every table has one
    found: Cells = {} if dimension else {(): []}
    for row in rows.cells(*named).to_pyarrow().to_pylist():
        found.setdefault(tuple(row[role] for role in groups), []).append(row)
    return dict(sorted(found.items()))


def _counts(rows: AlertRows, dimension: Group) -> tuple[tuple[Group, AlertCounts], ...]:
    actions = rows.roles("action.")
    by_action = {role: _cells(rows, dimension, role) for role in actions}
    found = []
    for group, cells in _cells(rows, dimension, "disposition", "decision").items():
        became: Counter[str | None] = Counter()
        sent: Counter[int | None] = Counter()
        for cell in cells:
            became[cell.get("disposition")] += cell["n"]
            sent[cell.get("decision")] += cell["n"]
        taken = tuple(_action(role.removeprefix("action."), by_action[role][group], role) for role in actions)
        named = {name: became[name] for name in DISPOSITIONS}
        counts = AlertCounts(
            alerts=sum(became.values()), unknown=became[None], dispatched=sent[1], not_dispatched=sent[0],
            actions=taken, suppressed=any(cell["suppressed"] for cell in cells), **named,
        )  # fmt: skip
        found.append((group, counts))
    return tuple(found)


def _action(name: str, cells: list[dict[str, Any]], role: str) -> ActionCounts:
    times: Counter[int | None] = Counter()
    for cell in cells:
        times[cell[role]] += cell["n"]
    return ActionCounts(action=name, yes=times[1], no=times[0], unknown=times[None])


def _hours(rows: AlertRows) -> HourSums | None:
    """Add up officer-hours and their squares; a table of counts does not have those of single alerts."""
    column = rows.column("hours")
    if column is None or rows.counted:
        return None
    outcome = rows.column("outcome")
    table = rows.table.select(
        hours=value(rows.table, column),
        confirmed=value(rows.table, outcome).fill_null(0) if outcome else rows.weight * 0,
    )
    known = table.filter(table.hours.notnull())
    sums = known.agg(
        alerts=known.count(), confirmed=known.confirmed.sum(), hours=known.hours.sum(),
        squares=(known.hours * known.hours).sum(), confirmed_hours=(known.hours * known.confirmed).sum(),
    )  # fmt: skip
    (row,) = sums.to_pyarrow().to_pylist()
    return HourSums(
        alerts=row["alerts"], confirmed=int(row["confirmed"] or 0), hours=float(row["hours"] or 0),
        squares=float(row["squares"] or 0), confirmed_hours=float(row["confirmed_hours"] or 0),
    )  # fmt: skip


def _events(rows: AlertRows, audit: AuditFile) -> EventCounts | None:
    """Count known events by whether the system alerted; those in areas without sensors stand apart."""
    if rows.events is None or audit.events is None:
        return None
    placed = rows.events.column("area") is not None and rows.coverage is not None and rows.areas is not None
    bare: set[str] = set()
    if placed and rows.coverage is not None and rows.areas is not None:
        covered = zip(rows.areas.areas.ids, rows.coverage.share, strict=True)
        bare = {area for area, share in covered if not share > 0}
    times: Counter[int | str | None] = Counter()
    for cell in rows.events.cells("alerted", *(["area"] if placed else [])).to_pyarrow().to_pylist():
        outside = placed and (cell["area"] in bare or cell["area"] not in _ids(rows))
        times["outside" if outside else cell["alerted"]] += cell["n"]
    return EventCounts(
        alerted=times[1], missed=times[0], unknown=times[None], outside=times["outside"],
        independent=audit.events.source != "sensor",
    )  # fmt: skip


def _ids(rows: AlertRows) -> tuple[str, ...]:
    return () if rows.areas is None else rows.areas.areas.ids


def _places(rows: AlertRows, audit: AuditFile) -> PlaceTally | None:
    """Count alerts by area and period; periods without any alert in the city count too."""
    if rows.areas is None:
        return None
    areas = rows.areas.areas
    place = {name: at for at, name in enumerate(areas.ids)}
    cells = rows.cells("area", "period").to_pyarrow().to_pylist()
    periods = periods_between({cell["period"] for cell in cells} - {None}, audit.records.period or "month")
    time = {name: at for at, name in enumerate(periods)}
    grid, lost = np.zeros((len(areas.ids), len(periods))), []
    for cell in cells:
        if cell["area"] not in place:
            lost.append(cell)
        elif cell["period"] is not None:
            grid[place[cell["area"]], time[cell["period"]]] += cell["n"]
    grid.setflags(write=False)
    named = {cell["area"] for cell in cells}
    return PlaceTally(
        areas=areas, periods=periods, flags=grid, outcomes=None, past=None,
        unmatched=Unmatched(
            areas=tuple(sorted({cell["area"] or "" for cell in lost})), flags=float(sum(cell["n"] for cell in lost)),
            outcomes=0.0, without_records=tuple(name for name in areas.ids if name not in named),
        ),
        baseline_periods=audit.records.baseline_periods, refused=(),
        reports=tally_reports(rows.reports, audit, areas=areas.ids),
    )  # fmt: skip
