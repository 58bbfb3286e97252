"""Counting people by zone: those who share their probabilities of belonging to each group."""

from typing import Any

from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.finer_tallies import InferredTally, ZoneCell
from auditkit.results.rows import Rows, value

MOST = 1_000
"""So many different sets of probabilities are kept apart; else they are taken together by rounding."""
DIGITS = (9, 3, 2, 1, 0)
"""Digits that probabilities are rounded to, until there are few enough zones."""


def inferred_tallies(rows: Rows, audit: AuditFile) -> tuple[InferredTally, ...]:
    """Count zones by decision and outcome, with the sums of their probabilities; rows and persons stop here."""
    if rows.weight_withheld():
        return ()
    return tuple(_tally(rows, audit, name) for name in audit.inferred)


def _tally(rows: Rows, audit: AuditFile, name: str) -> InferredTally:
    groups = tuple(audit.inferred[name].probabilities)
    shares = {f"p{at}": f"probability.{name}.{group}" for at, group in enumerate(groups)}
    acts = [act for act in ("decision", "outcome") if rows.column(act)]
    wanted = {**shares, **{act: act for act in acts}}
    columns = {as_: next(one for one in rows.columns if one.role == role) for as_, role in wanted.items()}
    read = rows.table.select(
        n=rows.weight.cast("int64"), **{as_: value(rows.table, column) for as_, column in columns.items()}
    )
    cells = _zones(read, list(shares), acts)
    keys = sorted({tuple(row[f"z{at}"] for at in range(len(groups))) for row in cells})
    return InferredTally(
        dimension=(name,), reference=audit.reference((name,)), groups=groups,
        cells=tuple(
            ZoneCell(
                zone=keys.index(tuple(row[f"z{at}"] for at in range(len(groups)))), decision=row.get("decision"),
                outcome=row.get("outcome"), n=row["n"], mass=tuple(round(row[f"m{at}"], 6) for at in range(len(groups))),
            )
            for row in cells
        ),
    )  # fmt: skip


def _zones(read: Table, shares: list[str], acts: list[str]) -> list[dict[str, Any]]:
    keys = [f"z{at}" for at in range(len(shares))]
    zoned = read
    for digits in DIGITS:
        zoned = read.mutate(
            **{key: read[share].round(digits) for key, share in zip(keys, shares, strict=True)}
        )
        if int(zoned.select(*keys).distinct().count().execute()) <= MOST:
            break
    masses = {f"m{at}": (zoned.n * zoned[share]).sum() for at, share in enumerate(shares)}
    found = zoned.group_by([*keys, *acts]).agg(n=zoned.n.sum().cast("int64"), **masses)
    ordered = found.order_by([found[name].asc(nulls_first=True) for name in (*keys, *acts)])
    cells: list[dict[str, Any]] = ordered.to_pyarrow().to_pylist()
    return cells
