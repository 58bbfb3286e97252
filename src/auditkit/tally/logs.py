"""Adding up the logs of a tool in use by area and period."""

from typing import Any

import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.logs import Grid, LogTally
from auditkit.results.rows import Rows, value
from auditkit.tally.periods import periods_between

Cells = list[dict[str, Any]]
SUMMED = ("deployment", "discovered", "reported", "control")


def tally_logs(
    rows: Rows | None, audit: AuditFile, *, areas: tuple[str, ...], history: Rows | None
) -> LogTally | None:
    """Reduce the logs to areas by periods; what is not logged stays unknown, and is not taken for nothing.

    Where the logs have no counts by source of their own, those of the history are taken, for the periods it covers.
    """
    table = audit.deployment
    if rows is None or table is None:
        return None
    cells = _cells(rows)
    periods = periods_between(
        {cell["period"] for cell in cells} - {None}, audit.records.period or _default(audit)
    )
    found = {
        role: _grid(cells, role, areas, periods) for role in (*SUMMED, "rank", "limit") if rows.column(role)
    }
    if "discovered" not in found and history is not None and history.column("source") is not None:
        found |= _of_history(history, areas, periods)
    if isinstance(table.limit, int):
        found["limit"] = _locked(np.full((len(areas), len(periods)), float(table.limit)))
    named = {cell["area"] or "" for cell in cells}
    return LogTally(
        areas=areas, periods=periods, deployment=found["deployment"], flags=table.flags is not None,
        discovered=found.get("discovered"), reported=found.get("reported"), control=found.get("control"),
        rank=found.get("rank"), limit=found.get("limit"), unmatched=tuple(sorted(named - {*areas})),
    )  # fmt: skip


def _default(audit: AuditFile) -> Any:
    return "month" if audit.kind == "alert" else "year"


def _cells(rows: Rows) -> Cells:
    """Add rows of one area and period up; of ranks the first counts, of limits the largest."""
    columns = {column.role: value(rows.table, column) for column in rows.columns}
    table = rows.table.select(**columns)
    measures = {role: table[role].sum() for role in SUMMED if role in columns}
    measures |= {role: table[role].min() for role in ("rank",) if role in columns}
    measures |= {role: table[role].max() for role in ("limit",) if role in columns}
    grouped = table.group_by(["area", "period"]).agg(**measures)
    cells: Cells = grouped.order_by(["area", "period"]).to_pyarrow().to_pylist()
    return cells


def _grid(cells: Cells, role: str, areas: tuple[str, ...], periods: tuple[str, ...]) -> Grid:
    place, time = ({name: at for at, name in enumerate(names)} for names in (areas, periods))
    grid = np.full((len(areas), len(periods)), np.nan)
    for cell in cells:
        if cell["area"] in place and cell["period"] in time and cell[role] is not None:
            grid[place[cell["area"]], time[cell["period"]]] = float(cell[role])
    return _locked(grid)


def _of_history(history: Rows, areas: tuple[str, ...], periods: tuple[str, ...]) -> dict[str, Grid]:
    """Count the history by source; a period that it covers and an area that it does not name is a count of 0."""
    cells: Cells = history.cells("area", "period", "source").to_pyarrow().to_pylist()
    covered = {cell["period"] for cell in cells if cell["period"] is not None}
    within = [bool(covered) and min(covered) <= period <= max(covered) for period in periods]
    found = {}
    for source in ("discovered", "reported"):
        counted = [cell for cell in cells if cell["source"] == source]
        grid = np.nan_to_num(_grid(counted, "n", areas, periods))
        found[source] = _locked(np.where(np.array(within)[None, :], grid, np.nan))
    return found


def _locked(grid: Grid) -> Grid:
    grid.setflags(write=False)
    return grid
