"""The feedback loop as flat tables, and what a flat table is."""

from dataclasses import dataclass

from auditkit.results.feedback import Span
from auditkit.results.place_records import FeedbackRecord

Cell = str | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A named table."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def loop_tables(feedback: FeedbackRecord) -> tuple[Table, ...]:
    """Flatten what was played: arms, steps of the ladder, layers of doubt, areas; nothing where nothing was."""
    if not feedback.arms:
        return ()
    spans = ("top_share", "log_odds", "found", "found_difference", "top_share_difference")
    return (
        Table(
            name="loop_arms",
            columns=("arm", "rounds", "replicates", "top_mean", "top_sd", "spread", "concentrated", "low", "high"),
            rows=tuple(
                (arm.name, arm.rounds, arm.replicates, arm.top_mean, arm.top_sd, arm.spread, arm.concentrated, *arm.concentrated_interval)
                for arm in feedback.arms
            ),
        ),
        Table(
            name="loop_rounds", columns=("arm", "round", "low", "middle", "high"),
            rows=tuple((arm.name, *point) for arm in feedback.arms for point in arm.path),
        ),
        Table(
            name="loop_ladder",
            columns=("step", "replicates", *(f"{name}{end}" for name in spans for end in ("", "_low", "_high")), "missed", "spread"),
            rows=tuple(
                (step.name, step.replicates, *(number for name in spans for number in _span(getattr(step, name))), step.missed, step.spread)
                for step in feedback.ladder
            ),
        ),
        Table(
            name="loop_doubt", columns=("kind", "name", "log_odds", "low", "high"),
            rows=tuple((layer.kind, layer.name, layer.log_odds, layer.low, layer.high) for layer in feedback.layers),
        ),
        Table(
            name="loop_areas",
            columns=("area", "true_share", "limit_share", "amplification", "hot", "tipping", "withheld"),
            rows=tuple(
                (area.area, area.true_share, area.limit_share, area.amplification, area.hot, area.tipping, str(area.withheld).lower())
                for area in feedback.areas
            ),
        ),
    )  # fmt: skip


def _span(span: Span | None) -> tuple[float | None, ...]:
    return (None, None, None) if span is None else span
