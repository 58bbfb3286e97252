"""Counting flags and incidents by area and period."""

from collections.abc import Iterable
from dataclasses import replace

import ibis
import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.outside_knowledge import touched
from auditkit.results.places import Grid, PastCounts, PlaceTally, Unmatched
from auditkit.results.rows import CheckedPlaceRows, Rows, value
from auditkit.tally.displacement import tally_roles
from auditkit.tally.logs import tally_logs
from auditkit.tally.resident_reports import tally_reports

Cell = tuple[str | None, str | None, float, float, float | None]
"""Area, period, flags, outcomes, score."""


def tally_places(checked: CheckedPlaceRows, audit: AuditFile) -> PlaceTally:
    """Reduce the tables of a place tool to areas by periods.

    An area without a row in a period counts as not flagged and without incidents; a data check says so.
    """
    rows, areas = checked.rows, checked.rows.areas.areas
    place = {name: index for index, name in enumerate(areas.ids)}
    cells = _cells(rows)
    periods = tuple(sorted({period for _, period, *_ in cells if period is not None}))
    has_outcome, has_score = (rows.column(role) is not None for role in ("outcome", "score"))
    lost = [cell for cell in cells if cell[0] not in place]
    named = {area for area, *_ in cells}
    past = None if rows.history is None else _past(rows.history, place)
    tally = PlaceTally(
        areas=areas, periods=periods, flags=_grid(cells, place, periods, position=2),
        outcomes=_grid(cells, place, periods, position=3) if has_outcome else None,
        past=past, unlawful=_unlawful((*periods, *(() if past is None else past.periods)), audit),
        unmatched=Unmatched(
            areas=tuple(sorted({area or "" for area, *_ in lost})), flags=sum(cell[2] for cell in lost),
            outcomes=sum(cell[3] for cell in lost),
            without_records=tuple(name for name in areas.ids if name not in named),
        ),
        baseline_periods=audit.records.baseline_periods, refused=checked.refused,
        scores=_scores(cells, place, periods) if has_score else None,
        logs=tally_logs(rows.deployment, audit, areas=areas.ids, history=rows.history),
        reports=tally_reports(rows.reports, audit, areas=areas.ids),
    )  # fmt: skip
    roles, asked, period = rows.roles_of_areas, audit.displacement, audit.records.period
    if roles is None or asked is None or period is None:
        return tally
    return replace(tally, displacement=tally_roles(tally, roles, asked, period=period))


def _unlawful(periods: tuple[str, ...], audit: AuditFile) -> frozenset[str]:
    return touched(periods, audit.unlawful_periods, period=audit.records.period or "year")


def _cells(rows: Rows) -> list[Cell]:
    """Add up flags and outcomes by area and period."""
    columns = {role: rows.column(role) for role in ("area", "period", "decision", "outcome", "score")}
    read = {role: value(rows.table, column) for role, column in columns.items() if column is not None}
    table = rows.table.select(weight=rows.weight.fill_null(0), **read)
    flags = (table.decision.fill_null(0).cast("int64") * table.weight).sum().cast("float64")
    outcomes = table.outcome.sum().fill_null(0.0).cast("float64") if "outcome" in read else flags * 0
    score = table.score.mean() if "score" in read else ibis.null("float64")
    summed = table.group_by(["area", "period"]).agg(flags=flags, outcomes=outcomes, score=score)
    return [
        (row["area"], row["period"], row["flags"], row["outcomes"], row["score"])
        for row in summed.order_by(["area", "period"]).to_pyarrow().to_pylist()
    ]


def _grid(cells: Iterable[Cell], place: dict[str, int], periods: tuple[str, ...], *, position: int) -> Grid:
    time = {name: index for index, name in enumerate(periods)}
    grid = np.zeros((len(place), len(periods)))
    for cell in cells:
        area, period = cell[0], cell[1]
        if area in place and period is not None:
            grid[place[area], time[period]] += float(cell[position] or 0)
    grid.setflags(write=False)
    return grid


def _scores(cells: Iterable[Cell], place: dict[str, int], periods: tuple[str, ...]) -> Grid:
    """Return the tool's scores; NaN where an area has none in a period."""
    time = {name: index for index, name in enumerate(periods)}
    grid = np.full((len(place), len(periods)), np.nan)
    for area, period, *_, score in cells:
        if area in place and period is not None and score is not None:
            grid[place[area], time[period]] = score
    grid.setflags(write=False)
    return grid


def _past(history: Rows, place: dict[str, int]) -> PastCounts:
    """Add up the history by area and period, in total and by how records came about."""
    has_source = history.column("source") is not None
    rows = history.cells("area", "period", *(["source"] if has_source else [])).to_pyarrow().to_pylist()
    periods = tuple(sorted({row["period"] for row in rows if row["period"] is not None}))

    def counted(source: str | None) -> Grid:
        cells = [
            (row["area"], row["period"], float(row["n"]), 0.0, None)
            for row in rows
            if source is None or row["source"] == source
        ]
        return _grid(cells, place, periods, position=2)

    return PastCounts(
        periods=periods, total=counted(None), reported=counted("reported") if has_source else None,
        discovered=counted("discovered") if has_source else None,
    )  # fmt: skip
