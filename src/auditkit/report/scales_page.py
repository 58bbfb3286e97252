"""What the report shows of the same city drawn otherwise: each headline as drawn, and its range over other scales."""

from dataclasses import dataclass

from auditkit.report.lookup import label
from auditkit.report.numbers import decimal, per_cent
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.measurements import ASSUMING

SCALES = ("areas-in-pairs", "areas-in-fours", "shifted-origin")
NO_TOOL = ("hit_rate", "predictive_accuracy_index", "prediction_efficiency_index")
"""Numbers of every rule, of which the tool's are headlines."""
SHARES = ("hit_rate", "most_targeted_share")
HEADLINES = (
    "hit_rate", "predictive_accuracy_index", "prediction_efficiency_index", "hit_rate_difference",
    "most_targeted_share", "rank_correlation", "flag_gini", "incident_gini", "flag_overlap",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number at one scale, written."""

    measurement: str
    text: str
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """One headline as drawn and otherwise."""

    metric: str
    kind: str
    """share, points, ratio or number."""
    dimension: str
    group: str
    against: str
    drawn: Cell
    others: tuple[Cell | None, ...]
    """In the order of `SCALES`; None where a scale has no such number."""
    least: str
    most: str
    turns: bool
    """Whether the direction is another at some scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesPage:
    """Every headline at every scale."""

    scales: tuple[str, ...]
    """Other ways of drawing the areas that could be had."""
    rows: tuple[ScaleRow, ...]
    turned: tuple[ScaleRow, ...]


def scales_page(document: AuditDocument, *, locale: str) -> ScalesPage:
    """Read every headline with what other ways of drawing the areas give."""
    items = {item.id: item for item in document.measurements}
    had = tuple(
        name for name in SCALES if any(item.stratum == ASSUMING + name for item in document.measurements)
    )
    rows = [
        row
        for item in document.measurements
        if item.stratum is None and _headline(item) and item.status == "estimated"
        if (row := _row(item, items, locale=locale)) is not None
    ]
    return ScalesPage(scales=had, rows=tuple(rows), turned=tuple(row for row in rows if row.turns))


def _headline(item: MeasurementRecord) -> bool:
    if item.metric in NO_TOOL:
        return item.group.get("rule") == "tool"
    compared = item.metric.startswith("exposure") and item.metric.endswith("_ratio")
    return item.metric in HEADLINES or compared


def _row(item: MeasurementRecord, items: dict[str, MeasurementRecord], *, locale: str) -> ScaleRow | None:
    """Put a headline beside the same number at other scales."""
    found = [items.get(_id_at(item, scale)) for scale in SCALES]
    known = [one.value for one in found if one is not None and one.value is not None]
    if item.value is None or not any(found):
        return None
    kind = _kind(item.metric)
    equal = 1.0 if kind == "ratio" else 0.0
    sides = {(value > equal) - (value < equal) for value in (item.value, *known)} - {0}

    def written(value: float | None) -> str:
        return "" if value is None else _written(value, kind, locale=locale)

    def cell(one: MeasurementRecord) -> Cell:
        return Cell(measurement=one.id, text=written(one.value), withheld=one.status == "withheld")

    return ScaleRow(
        metric=item.metric, kind=kind, dimension=item.dimension, group=label(item.group), against=label(item.against),
        drawn=cell(item), others=tuple(None if one is None else cell(one) for one in found),
        least=written(min(known, default=None)), most=written(max(known, default=None)),
        turns=kind in {"ratio", "points", "correlation"} and len(sides) > 1,
    )  # fmt: skip


def _id_at(item: MeasurementRecord, scale: str) -> str:
    """Name the same number at another scale: the stratum stands before what is compared with."""
    alone, _, against = item.id.partition("~")
    return f"{alone}@{ASSUMING.replace(':', '%3A')}{scale}" + (f"~{against}" if against else "")


def _kind(metric: str) -> str:
    if metric in SHARES:
        return "share"
    if metric == "hit_rate_difference":
        return "points"
    if metric == "rank_correlation":
        return "correlation"
    return "ratio" if metric.endswith("_ratio") else "number"


def _written(value: float, kind: str, *, locale: str) -> str:
    if kind == "share":
        return per_cent(value, locale=locale)
    if kind == "points":
        text = decimal(100 * value, locale=locale, digits=1, limits=(0.0,))
        return f"+{text}" if value > 0 else text
    return decimal(value, locale=locale, limits=(1.0,) if kind == "ratio" else ())
