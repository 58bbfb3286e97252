"""Who is flagged, and how many people a row of a published table stands for."""

import ibis
from ibis import Table

from auditkit.definitions.records import Decision, Records
from auditkit.results.rows import DECIDED, Column, canonical

LARGEST_COUNT = 10**12
"""No published count is larger; sums of larger ones would leave the numbers that engines count in."""


def decide(table: Table, records: Records, *, tie: str | None) -> tuple[Table, Column]:
    """Say who is flagged, from a column, a score limit or a rank.

    Parameters
    ----------
    table
        The main table.
    records
        What the audit file declares about it; its decision is given.
    tie
        The column whose text decides between equal scores, so that a re-run repeats them.
    """
    decision, score = records.decision, records.score
    if decision is None or decision.every_row:
        return table.mutate(**{DECIDED: ibis.literal(1, "int8")}), Column(
            role="decision", name=DECIDED, kind="binary"
        )
    if decision.column is not None:
        column = Column(
            role="decision", name=decision.column, kind="binary", missing=records.missing,
            positive=decision.flagged or (),
        )  # fmt: skip
        return table, column
    number = _number(table, score or "", records.missing)
    if decision.score_at_least is not None:
        flagged = (number >= float(decision.score_at_least)).cast("int8")
    else:
        flagged = _highest(table, number, decision, tie=tie or score or "")
    column = Column(role="decision", name=DECIDED, kind="binary")
    return table.mutate(**{DECIDED: flagged}), column


def _number(table: Table, name: str, missing: tuple[str, ...]) -> ibis.Value:
    if table[name].type().is_numeric():
        return table[name].cast("float64")
    text = canonical(table[name].cast("string"))
    return (ibis.cases((text.isin(missing), None), else_=text) if missing else text).try_cast("float64")


def _highest(table: Table, number: ibis.Value, decision: Decision, *, tie: str) -> ibis.Value:
    """Flag the highest scores within each `per`; a share means no more than that share."""
    window = ibis.window(
        group_by=[table[decision.per or ""], number.isnull()],
        order_by=[number.desc(), table[tie].cast("string").asc()],
    )
    place = ibis.row_number().over(window) + 1
    scored = number.count().over(ibis.window(group_by=[table[decision.per or ""], number.isnull()]))
    most = (
        decision.top_k if decision.top_k is not None else (scored * (decision.top_share or 0) + 1e-9).floor()
    )
    return ibis.cases((number.isnull(), None), else_=(place <= most).cast("int8"))


def count(table: Table, name: str, suppressed: tuple[str, ...]) -> ibis.Value:
    """Read a column of published counts; a count withheld at the source is missing."""
    text = canonical(table[name].cast("string"))
    return (ibis.cases((text.isin(suppressed), None), else_=text) if suppressed else text).try_cast("int64")
