"""Counting people by every column at once, so that no combination of them goes unseen."""

from collections import Counter
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.alternatives import SubgroupCell, SubgroupTally
from auditkit.results.rows import Rows
from auditkit.results.tally import UNKNOWN
from auditkit.tally.halves import HALF, dealt, halved

MOST = 250_000
"""So many combinations at most are counted; beyond, columns are left out from the last."""
QUARTERS = 4
FEW = 10
"""Numbers with so few different values are not cut into quarters."""


def tally_subgroups(rows: Rows, audit: AuditFile) -> SubgroupTally | None:
    """Count people by half, by every group and column, and by decision and outcome; None where nobody asked."""
    chosen = audit.subgroups
    if chosen is None:
        return None
    has_outcome = rows.column("outcome") is not None
    metric = chosen.measure or ("false_positive_rate" if has_outcome else "selection_rate")
    roles = {name: f"group.{name}" for name in audit.groups}
    roles |= {name: f"subgroup.{name}" for name in chosen.columns}
    divided = halved(rows, audit)
    found: list[dict[str, Any]] = []
    left_out: list[str] = []
    if not rows.weight_withheld():
        found, left_out = _counted(divided or rows, roles, divided=divided is not None)
    names = tuple(name for name in roles if name not in left_out)
    return SubgroupTally(
        columns=names, left_out=tuple(left_out), named=audit.row_dimensions, depth=chosen.depth,
        smallest=chosen.smallest, metric=metric, control=chosen.control, by_id=divided is not None,
        cells=_cells(found, {name: roles[name] for name in names}, audit, divided=divided is not None),
    )  # fmt: skip


def _counted(rows: Rows, roles: dict[str, str], *, divided: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Count by as many columns as there is room for."""
    kept, left_out = [*roles], list[str]()
    half = [f"group.{HALF}"] if divided else []
    acts = [role for role in ("decision", "outcome") if rows.column(role) is not None]
    while True:
        wanted = (*half, *(roles[name] for name in kept), *acts)
        found = rows.cells(*wanted).limit(MOST + 1).to_pyarrow().to_pylist()
        if len(found) <= MOST or len(kept) == 1:
            return found, left_out
        left_out.insert(0, kept.pop())


def _cells(
    found: list[dict[str, Any]], roles: dict[str, str], audit: AuditFile, *, divided: bool
) -> tuple[SubgroupCell, ...]:
    cuts = {name: _cuts(found, role) for name, role in roles.items() if name not in audit.groups}
    counts = Counter[tuple[int, tuple[str, ...], int | None, int | None]]()
    if divided:
        halves = [row[f"group.{HALF}"] for row in found]
        shares = [
            (row["n"] * (half == "0"), row["n"] * (half == "1"))
            for row, half in zip(found, halves, strict=True)
        ]
    else:
        shares = list(dealt([row["n"] for row in found], audit))
    for row, both in zip(found, shares, strict=True):
        values = tuple(_named(row[role], cuts.get(name)) for name, role in roles.items())
        for half, n in enumerate(both):
            counts[half, values, row.get("decision"), row.get("outcome")] += n
    ordered = sorted(counts.items(), key=lambda item: (item[0][:2], str(item[0][2:])))
    return tuple(
        SubgroupCell(half=half, values=values, decision=decision, outcome=outcome, n=n)
        for (half, values, decision, outcome), n in ordered
        if n
    )


def _cuts(found: list[dict[str, Any]], role: str) -> list[float] | None:
    """Return where a column of numbers is cut into quarters of people; None where it is kept as it is."""
    people = Counter[float]()
    for row in found:
        number = _number(row[role])
        if number is None:
            if row[role] != UNKNOWN:
                return None
        else:
            people[number] += row["n"]
    if len(people) <= FEW:
        return None
    total, reached, cuts = people.total(), 0, list[float]()
    for number in sorted(people):
        if cuts or reached:
            due = len(cuts) + 1
            if due < QUARTERS and reached * QUARTERS >= due * total:
                cuts.append(number)
        reached += people[number]
    return cuts


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _named(text: str, cuts: list[float] | None) -> str:
    """Name the quarter a number lies in; other values are their own name."""
    number = _number(text) if cuts else None
    if cuts is None or number is None:
        return text
    below = [cut for cut in cuts if cut <= number]
    above = [cut for cut in cuts if cut > number]
    if not below:
        return f"below {above[0]:g}"
    return f"{below[-1]:g} to below {above[0]:g}" if above else f"{below[-1]:g} and more"
