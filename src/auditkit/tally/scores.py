"""Counting people by score: every score apart where there are few, else in bins of about equal size."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import ibis

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.finer_tallies import ScoreBin, ScoreCell, ScoreTally
from auditkit.results.rows import SCORE_BIN, Column, Rows, value

APART = 1_000
"""So many distinct scores are kept apart."""
BINS, NARROW = 100, 10_000
"""Otherwise scores fall into about so many bins of equal size, which are put together from so many narrow ones."""


def score_tallies(rows: Rows, audit: AuditFile) -> tuple[ScoreTally, ...]:
    """Count scores by group, decision and outcome, for everyone and for each single way of dividing people."""
    dimensions = tuple(dimension for dimension in ((), *audit.counted_dimensions) if len(dimension) <= 1)
    if rows.column("outcome") is None:
        return ()
    return count_scores(rows, audit, dimensions)


def count_scores(
    rows: Rows, audit: AuditFile, dimensions: tuple[tuple[str, ...], ...]
) -> tuple[ScoreTally, ...]:
    """Count scores in some ways of dividing people, of which the first is everyone together."""
    column = rows.column("score")
    if column is None or rows.weight_withheld():
        return ()
    held = rows.holding(column.name)
    seen = value(held, column)
    look = held.agg(low=seen.min(), high=seen.max(), different=seen.approx_nunique())
    facts: dict[str, Any] = look.to_pyarrow().to_pylist()[0]
    if facts["low"] is None:
        return ()
    limit = audit.records.decision.score_at_least if audit.records.decision else None
    if facts["different"] <= 1.2 * APART:  # the count is approximate
        apart = tuple(_apart(rows, audit, dimension, limit=limit) for dimension in dimensions)
        if len(apart[0].bins) <= APART:
            return apart
    scale = _Scale(low=facts["low"], width=(facts["high"] - facts["low"]) / NARROW, limit=limit)
    return _binned(rows, audit, dimensions, score=value(rows.table, column), scale=scale)


def _reference(audit: AuditFile, dimension: tuple[str, ...]) -> tuple[str, ...] | None:
    return audit.reference(dimension) if dimension in audit.dimensions else None


def _apart(rows: Rows, audit: AuditFile, dimension: tuple[str, ...], *, limit: float | None) -> ScoreTally:
    groups = [f"group.{name}" for name in dimension]
    found = rows.cells(*groups, "score", "decision", "outcome").to_pyarrow().to_pylist()
    scored = [row for row in found if row["score"] is not None]
    known = sorted({row["score"] for row in scored})
    place = {score: at for at, score in enumerate(known)}
    cells = tuple(
        ScoreCell(
            group=tuple(row[role] for role in groups), bin=place[row["score"]], decision=row["decision"],
            outcome=row["outcome"], n=row["n"],
        )
        for row in scored
    )  # fmt: skip
    return ScoreTally(
        dimension=dimension, reference=_reference(audit, dimension), exact=True, limit=limit, cells=cells,
        bins=tuple(ScoreBin(low=score, mean=score) for score in known),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Narrow bins of equal width; the one that holds the tool's own limit is cut there in two."""

    low: float
    width: float
    limit: float | None

    def place(self, score: ibis.Value) -> ibis.Value:
        narrow = ((score - self.low) / self.width).floor().cast("int64").clip(0, NARROW - 1)
        beyond = 0 if self.limit is None else (score >= self.limit).cast("int64")
        return 2 * narrow + beyond

    def lowest(self, place: int, before: int | None) -> float:
        """Return where a bin starts; the first one from the limit on starts there."""
        if self.limit is not None and before is not None and place % 2 > before % 2:
            return self.limit
        return self.low + (place // 2) * self.width

    def middle(self, place: int) -> float:
        return self.low + (place // 2 + 0.5) * self.width


def _binned(
    rows: Rows, audit: AuditFile, dimensions: tuple[tuple[str, ...], ...], *, score: ibis.Value, scale: _Scale
) -> tuple[ScoreTally, ...]:
    column = Column(role="score_bin", name=SCORE_BIN, kind="number")
    table = rows.table.mutate(**{SCORE_BIN: ibis.cases((score.notnull(), scale.place(score)), else_=None)})
    placed = replace(rows, table=table, columns=(*rows.columns, column))
    found = {dimension: _narrow(placed, dimension) for dimension in dimensions}
    people = Counter[int]()
    for row in found[()]:
        people[int(row["score_bin"])] += row["n"]
    starts = _starts(people, scale)
    bins = tuple(
        ScoreBin(low=scale.lowest(first, before), mean=_mean(people, scale, first=first, after=after))
        for before, first, after in zip([None, *starts], starts, [*starts[1:], None], strict=False)
    )
    return tuple(
        ScoreTally(
            dimension=dimension, reference=_reference(audit, dimension), bins=bins, exact=False, limit=scale.limit,
            cells=_merged(found[dimension], dimension, starts),
        )
        for dimension in dimensions
    )  # fmt: skip


def _narrow(rows: Rows, dimension: tuple[str, ...]) -> list[dict[str, Any]]:
    groups = [f"group.{name}" for name in dimension]
    found = rows.cells(*groups, "score_bin", "decision", "outcome").to_pyarrow().to_pylist()
    return [row for row in found if row["score_bin"] is not None]


def _starts(people: Counter[int], scale: _Scale) -> list[int]:
    """Choose where bins of about equally many people start; the tool's own limit is always such a place."""
    total, reached, before = people.total(), 0, 0
    starts: list[int] = []
    for place in sorted(people):
        at_limit = scale.limit is not None and place % 2 and not any(start % 2 for start in starts)
        if not starts or at_limit or reached * BINS // total > (reached - before) * BINS // total:
            starts.append(place)
        before = people[place]
        reached += before
    return starts


def _mean(people: Counter[int], scale: _Scale, *, first: int, after: int | None) -> float:
    inside = {place: n for place, n in people.items() if place >= first and (after is None or place < after)}
    return sum(n * scale.middle(place) for place, n in sorted(inside.items())) / sum(inside.values())


def _merged(
    found: list[dict[str, Any]], dimension: tuple[str, ...], starts: list[int]
) -> tuple[ScoreCell, ...]:
    counts = Counter[tuple[tuple[str, ...], int, int | None, int | None]]()
    for row in found:
        group = tuple(row[f"group.{name}"] for name in dimension)
        place = bisect_right(starts, int(row["score_bin"])) - 1
        counts[group, place, row["decision"], row["outcome"]] += row["n"]
    ordered = sorted(counts.items(), key=lambda item: (item[0][:2], str(item[0][2:])))
    return tuple(
        ScoreCell(group=group, bin=place, decision=decision, outcome=outcome, n=n)
        for (group, place, decision, outcome), n in ordered
    )
