"""Counting people by group, decision and outcome."""

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import CheckedRows, Rows
from auditkit.results.tally import Cell, GroupTally, Tally


def tally(checked: CheckedRows, audit: AuditFile) -> Tally:
    """Reduce the main table to one small count table for each dimension.

    It takes only what `validate` returns, so that unchecked rows cannot be counted.
    """
    rows = checked.rows
    has_outcome = rows.column("outcome") is not None
    dimensions = tuple(
        GroupTally(dimension=dimension, reference=audit.reference(dimension), cells=_cells(rows, dimension))
        for dimension in ((), *audit.dimensions)
    )
    return Tally(dimensions=dimensions, has_outcome=has_outcome, refused=checked.refused)


def _cells(rows: Rows, dimension: tuple[str, ...]) -> tuple[Cell, ...]:
    groups = [f"group.{name}" for name in dimension]
    acts = [role for role in ("decision", "outcome") if rows.column(role)]
    return tuple(
        Cell(
            group=tuple(row[role] for role in groups), decision=row.get("decision"), outcome=row.get("outcome"),
            n=row["n"], suppressed=row["suppressed"],
        )
        for row in rows.cells(*groups, *acts).to_pyarrow().to_pylist()
    )  # fmt: skip
