"""Counting stops, searches and hits by area and group, beside what they are held against."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Rows
from auditkit.results.stops import CITY, StopTally, Table
from auditkit.results.tally import UNKNOWN


def stop_tallies(rows: Rows, audit: AuditFile) -> tuple[StopTally, ...]:
    """Count stops of each single way of dividing people, where the audit file says that rows are stops."""
    if audit.stops is None:
        return ()
    return tuple(_tally(rows, audit, name) for name in audit.groups)


def _tally(rows: Rows, audit: AuditFile, name: str) -> StopTally:
    role = f"group.{name}"
    acts = tuple(act for act in ("decision", "outcome") if rows.column(act))
    by_area = rows.column("area") is not None
    counted = rows.cells(role, *(("area",) if by_area else ()), *acts).to_pyarrow().to_pylist()
    cells = [
        row for row in counted if row[role] != UNKNOWN and (row["area"] is not None if by_area else True)
    ]
    groups = tuple(sorted({row[role] for row in cells}))
    areas = tuple(sorted({row["area"] for row in cells})) if by_area else (CITY,)

    def table(belongs: Callable[[dict[str, Any]], bool]) -> Table:
        counts = Counter[tuple[str, str]]()
        for row in cells:
            counts[row["area"] if by_area else CITY, row[role]] += row["n"] if belongs(row) else 0
        return tuple(tuple(counts[area, group] for group in groups) for area in areas)

    return StopTally(
        dimension=(name,), reference=audit.reference((name,)), groups=groups, areas=areas,
        stops=table(lambda _: True), searches=table(lambda row: row.get("decision") == 1),
        hits=table(lambda row: row.get("decision") == 1 and row.get("outcome") == 1),
        benchmarks=_benchmarks(rows, name, groups=groups, areas=areas),
        left_out=sum(row["n"] for row in counted) - sum(row["n"] for row in cells),
    )  # fmt: skip


def _benchmarks(
    rows: Rows, dimension: str, *, groups: Sequence[str], areas: Sequence[str]
) -> dict[str, tuple[tuple[float, ...], ...]]:
    """Lay the benchmark out like the stops; without areas of its own, or of theirs, it is one for the whole city."""
    if rows.benchmark is None:
        return {}
    found = {}
    for (name, of), units in rows.benchmark.units.items():
        if of != dimension:
            continue
        shared = {area for area, _ in units} != {CITY} and tuple(areas) != (CITY,)
        city = {group: sum(n for (_, one), n in units.items() if one == group) for group in groups}
        found[name] = (
            tuple(tuple(units.get((area, group), 0.0) for group in groups) for area in areas)
            if shared
            else (tuple(city[group] for group in groups),)
        )
    return found
