"""What a report shows of stops and searches: stops held against benchmarks, hits of searches, and thresholds."""

from dataclasses import dataclass

from auditkit.report.charts import Chart, pairs
from auditkit.report.lookup import Figure, Lookup, label
from auditkit.results.document import MeasurementRecord

START, WITHIN = "stops_per_", "_within_areas"
HITS = "positive_predictive_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Stops of one pair of groups, held against one benchmark."""

    measurement: str
    group: str
    against: str
    benchmark: str
    city: Figure
    """Stops per unit, times those of the other group, in the whole city."""
    within: Figure | None
    """The same within areas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """How sure officers were before they searched people of one group."""

    measurement: str
    group: str
    hits: Figure | None
    threshold: Figure
    gap: Figure | None
    """Minus that of the group compared with, in percentage points."""
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopsPage:
    """Everything about stops and searches."""

    held: tuple[Held, ...]
    held_chart: Chart | None
    """Rows are named by their places."""
    benchmarks: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    searched: Chart | None


def stops_page(look: Lookup) -> StopsPage | None:
    """Read what was measured of stops; None where rows are no stops."""
    names = dict.fromkeys(
        item.metric.removeprefix(START).removesuffix("_ratio").removesuffix(WITHIN)
        for item in look.document.measurements
        if item.metric.startswith(START)
    )
    held = tuple(_held(look, item, name) for name in names for item in _pairs(look, f"{START}{name}_ratio"))
    thresholds = tuple(
        _threshold(look, item) for item in look.document.measurements if item.metric == "search_threshold"
    )
    if not held and not thresholds:
        return None
    times = [(str(at), look.shown(one.city), look.shown(one.within)) for at, one in enumerate(held)]
    searches = [(one.group, look.shown(one.hits), look.shown(one.threshold)) for one in thresholds]
    return StopsPage(
        held=held, held_chart=pairs(times, reference=1.0, share=False), benchmarks=tuple(names), thresholds=thresholds,
        searched=pairs(searches),
    )  # fmt: skip


def _pairs(look: Lookup, metric: str) -> list[MeasurementRecord]:
    return [item for item in look.document.measurements if item.metric == metric]


def _held(look: Lookup, item: MeasurementRecord, name: str) -> Held:
    within = look.pair(f"{START}{name}{WITHIN}_ratio", item)
    return Held(
        measurement=item.id, group=label(item.group), against=label(item.against or {}), benchmark=name,
        city=look.number(item), within=None if within is None else look.number(within),
    )  # fmt: skip


def _threshold(look: Lookup, item: MeasurementRecord) -> Threshold:
    gap = next(
        (one for one in look.pairs("search_threshold_difference", item.dimension) if one.group == item.group),
        None,
    )
    hits = look.one(HITS, item)
    return Threshold(
        measurement=item.id, group=label(item.group), hits=None if hits is None else look.rate(hits),
        threshold=look.rate(item), gap=None if gap is None else look.number(gap, digits=1, scale=100.0),
        against="" if gap is None else label(gap.against or {}),
    )  # fmt: skip
