"""Counting what comparing rules needs: people of two halves by group, score, decision and outcome."""

from collections import Counter

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.alternatives import Aim, AlternativesTally, HalfCell
from auditkit.results.finer_tallies import ScoreBin, ScoreCell, ScoreTally
from auditkit.results.rows import Rows
from auditkit.tally.halves import HALF, dealt, halved
from auditkit.tally.models import Fitted, fitted_rules
from auditkit.tally.scores import count_scores

FLAG = (ScoreBin(low=0.0, mean=0.0), ScoreBin(low=1.0, mean=1.0))
"""The flag itself, where there are no scores: a rule can then only drop flags, or add some, by chance."""


def tally_alternatives(rows: Rows, audit: AuditFile) -> AlternativesTally | None:
    """Count people by half, group, score, decision and outcome, and what models fitted on one half would decide.

    Without `[alternatives]` nothing is counted; where outcomes are unknown or counts withheld, there are no cells.
    """
    chosen = audit.alternatives
    if chosen is None:
        return None
    by = {"+".join(names): names for names in audit.dimensions}
    dimension = by[chosen.by or "+".join(audit.dimensions[0])]
    usable = rows.column("outcome") is not None and not rows.weight_withheld()
    divided = halved(rows, audit)
    table = _scores(divided or rows, audit, dimension, divided=divided is not None) if usable else None
    wants_models = usable and divided is not None and bool(chosen.inputs)
    fitted = fitted_rules(divided, audit, dimension) if wants_models and divided is not None else Fitted()
    return AlternativesTally(
        aim=Aim(
            need=chosen.need, utility=chosen.utility, disparity=chosen.disparity or _usual(audit),
            tolerated_loss=chosen.tolerated_loss, smallest_reduction=chosen.smallest_reduction,
            flags_within=chosen.flags_within, methods=chosen.methods,
        ),
        dimension=dimension, reference=audit.reference(dimension),
        bins=FLAG if table is None else table.bins, scored=table is not None and table.bins != FLAG,
        limit=None if table is None else table.limit,
        cells=() if table is None else _halves(table, audit, divided=divided is not None),
        fitted=fitted.rules, fitted_on=fitted.people, sampled=fitted.sampled,
        smallest=audit.publication.smallest_cell,
    )  # fmt: skip


def _usual(audit: AuditFile) -> str:
    """Name the gap that is meant where no policy names one: in the error that costs people most."""
    burden = audit.tool.orientation == "burden"
    return "false_positive_rate_ratio" if burden else "false_negative_rate_ratio"


def _scores(rows: Rows, audit: AuditFile, dimension: tuple[str, ...], *, divided: bool) -> ScoreTally:
    """Count by score, or by the flag where there is no score; halves are one more way of dividing people."""
    groups = (HALF, *dimension) if divided else dimension
    found = count_scores(rows, audit, ((), groups))
    if found:
        return found[1]
    roles = [f"group.{name}" for name in groups]
    cells = rows.cells(*roles, "decision", "outcome").to_pyarrow().to_pylist()
    counts = Counter[tuple[tuple[str, ...], int | None, int | None]]()
    for row in cells:
        counts[tuple(row[role] for role in roles), row["decision"], row["outcome"]] += row["n"]
    return ScoreTally(
        dimension=groups, reference=None, bins=FLAG, exact=True, limit=1.0,
        cells=tuple(
            _flag_cell(group, decision, outcome, n) for (group, decision, outcome), n in counts.items() if decision is not None
        ),
    )  # fmt: skip


def _flag_cell(group: tuple[str, ...], decision: int, outcome: int | None, n: int) -> ScoreCell:
    return ScoreCell(group=group, bin=decision, decision=decision, outcome=outcome, n=n)


def _halves(table: ScoreTally, audit: AuditFile, *, divided: bool) -> tuple[HalfCell, ...]:
    known = [cell for cell in table.cells if cell.decision is not None and cell.outcome is not None]
    counts = Counter[tuple[int, tuple[str, ...], int, int, int]]()
    if divided:
        for cell in known:
            half_of, *group = cell.group
            if half_of in {"0", "1"}:
                counts[
                    int(half_of), tuple(group), cell.bin, int(cell.decision or 0), int(cell.outcome or 0)
                ] += cell.n
    else:
        known.sort(key=lambda cell: (cell.group, cell.bin, cell.decision, cell.outcome))
        for cell, both in zip(known, dealt([cell.n for cell in known], audit), strict=True):
            for half, n in enumerate(both):
                counts[half, cell.group, cell.bin, int(cell.decision or 0), int(cell.outcome or 0)] += n
    return tuple(
        HalfCell(half=half, group=group, bin=place, decision=decision, outcome=outcome, n=n)
        for (half, group, place, decision, outcome), n in sorted(counts.items())
    )  # fmt: skip
