"""Counting reports by residents by area, and by minutes until an answer."""

import ibis
import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.resident_reports import ReportTally, Waits
from auditkit.results.rows import Rows, value


def tally_reports(rows: Rows | None, audit: AuditFile, *, areas: tuple[str, ...]) -> ReportTally | None:
    """Reduce reports to areas, and to whole minutes within each; None where the audit file names no reports.

    What took longer than the declared cap, and what nobody answered, is counted at the cap.
    """
    table = audit.resident_reports
    if rows is None or table is None:
        return None
    columns = {column.role: value(rows.table, column) for column in rows.columns}
    cap = int(table.within_minutes)
    minutes = columns.get("minutes", ibis.null("float64")).floor()
    read = rows.table.select(
        area=columns["area"],
        time=columns["time"],
        minutes=ibis.least(minutes.fill_null(cap), cap).cast("int64"),
    )
    counted = read.group_by(["area", "minutes"]).agg(n=read.count()).order_by(["area", "minutes"])
    cells = counted.to_pyarrow().to_pylist()
    days = read.agg(first=read.time.min(), last=read.time.max()).to_pyarrow().to_pylist()[0]
    waits: dict[str, list[tuple[int, int]]] = {area: [] for area in areas}
    unmatched = 0
    for cell in cells:
        if cell["area"] in waits:
            waits[cell["area"]].append((cell["minutes"], cell["n"]))
        else:
            unmatched += cell["n"]
    counts = np.array([sum(n for _, n in waits[area]) for area in areas], dtype=np.float64)
    counts.setflags(write=False)
    timed: tuple[Waits, ...] = tuple(tuple(waits[area]) for area in areas)
    first, last = (None if day is None else str(day) for day in (days["first"], days["last"]))
    return ReportTally(
        first=first, last=last, counts=counts, unmatched=unmatched, waits=timed if "minutes" in columns else None,
        cap=cap,
    )  # fmt: skip
