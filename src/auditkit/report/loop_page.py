"""What the page about the feedback loop shows: where it leads, who gets more than their share, what would help."""

from dataclasses import dataclass
from typing import Literal

from auditkit.report.charts import Chart, point, rate_chart
from auditkit.report.maps import Map, few_records, shaded_map
from auditkit.report.numbers import decimal, per_cent, signed, whole
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.feedback import Span
from auditkit.results.place_records import FeedbackRecord, StepRecord

A_YEAR = {"day": (360, 366), "week": (52, 53), "month": (12, 12), "year": (1, 1)}
"""Rounds that people would call a year."""
EDGES = (0.5, 0.8, 1.25, 2.0)
"""Between shades: far below the due share, below, near it, above, far above."""
METRICS = (
    "loop_log_odds_amplification", "loop_added_log_odds", "loop_share_amplification", "loop_runaway_probability", "loop_lock_in_probability",
    "loop_gain", "loop_spectral_radius", "loop_null_spread", "loop_null_noise", "loop_group_amplification",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How long the tool was retrained."""

    unit: Literal["year", "day", "week", "month", "years", "round"]
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopFact:
    """One measured number of the loop."""

    measurement: str
    metric: str
    of: str
    value: str
    low: str
    high: str
    least: str
    """Worst-case limits over the assumptions; empty where there are none."""
    most: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One way of sending as many patrols."""

    name: str
    top: str
    found: str
    missed: str
    difference: str
    low: str
    high: str
    odds: str
    spread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """A name, a number and its range."""

    kind: str
    name: str
    value: str
    low: str
    high: str
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPage:
    """Everything the page shows besides its picture."""

    own: int | None
    """Place in the document of the runs of the tool as submitted, and of the middle assumption."""
    middle: int | None
    after: After | None
    top_true: str
    """Share of incidents of the busiest areas, under the middle assumption."""
    top_now: str
    """Their share of visits after all rounds."""
    top_due: str
    """The share that the decision rule would give them if it knew every incident; empty where that is their share of
    incidents."""
    facts: tuple[LoopFact, ...]
    steps: tuple[StepRow, ...]
    more: Chart | None
    """How much more each way discovers than the tool."""
    doubts: tuple[SpanRow, ...]
    doubted: Chart | None
    """Of doubts; rows are named by their places."""
    starts: tuple[SpanRow, ...]
    deterrence: tuple[SpanRow, ...]
    locked: tuple[tuple[str, str], ...]
    """Rounds, and the share of runs locked in by then."""
    dwell: str
    overlap: str
    rank: str
    withheld: int
    map: Map | None


class _Pen:
    """Writes numbers in one language."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    def number(self, value: float | None, digits: int = 2) -> str:
        return "" if value is None else decimal(round(value, digits) + 0.0, locale=self.locale, digits=digits)

    def gap(self, value: float | None, digits: int = 2) -> str:
        # what rounds to nothing has no sign
        return "" if value is None else signed(round(value, digits) + 0.0, locale=self.locale, digits=digits)

    def share(self, value: float | None) -> str:
        return "" if value is None else per_cent(value, locale=self.locale)


def loop_page(document: AuditDocument, *, locale: str) -> LoopPage:
    """Read what the page shows; empty parts where the test was not made or holds no assumed truth."""
    feedback, pen = document.feedback, _Pen(locale)
    middle = next((one for one in feedback.scenarios if one.name == "middle"), None)
    own = next((arm for arm in feedback.arms if arm.name == "as_submitted"), None)
    lock = feedback.lock_in
    return LoopPage(
        own=feedback.arms.index(own) if own else None, middle=feedback.scenarios.index(middle) if middle else None,
        after=_after(feedback, locale), top_true=pen.share(middle.top_true if middle else None),
        top_now=pen.share(own.top_mean if own else None), top_due=pen.share(middle.top_due if middle else None), facts=_facts(document, pen),
        steps=tuple(_step(step, pen) for step in feedback.ladder), more=_more(feedback, pen),
        doubts=tuple(
            SpanRow(kind=one.kind, name=one.name, value=pen.gap(one.log_odds), low=pen.gap(one.low), high=pen.gap(one.high))
            for one in feedback.layers
        ),
        doubted=_doubted(feedback, pen),
        starts=tuple(_start(one.name, one.top_share, one.log_odds_apart, pen) for one in feedback.starts),
        deterrence=tuple(
            SpanRow(
                kind="elasticity", name=pen.number(one.elasticity, 1), value=pen.share(one.top_share[0]),
                low=pen.number(one.found[0]), high=pen.number(one.prevented), more=pen.gap(one.log_odds[0] if one.log_odds else None),
            )
            for one in feedback.deterrence
        ),
        locked=() if lock is None else _locked(lock.rounds, lock.probability, pen),
        dwell="" if lock is None else whole(lock.dwell, locale=locale), overlap=pen.share(feedback.overlap),
        rank=pen.share(feedback.rank_overlap[0] if feedback.rank_overlap else None),
        withheld=sum(area.withheld for area in feedback.areas), map=_map(document),
    )  # fmt: skip


def _more(feedback: FeedbackRecord, pen: _Pen) -> Chart | None:
    points = tuple(
        point(step.name, pen.gap(found[0]), found[0], found[1:], source=f"/feedback/ladder/{at}")
        for at, step in enumerate(feedback.ladder)
        if (found := step.found_difference) is not None
    )
    return rate_chart(points, reference=0.0, share=False, tall=True) if points else None


def _doubted(feedback: FeedbackRecord, pen: _Pen) -> Chart | None:
    points = tuple(
        point(
            str(at), pen.gap(one.log_odds), one.log_odds, (one.low, one.high), source=f"/feedback/layers/{at}"
        )
        for at, one in enumerate(feedback.layers)
        if one.log_odds is not None
    )
    return rate_chart(points, reference=0.0, share=False, tall=True) if points else None


def _after(feedback: FeedbackRecord, locale: str) -> After | None:
    rounds, period = feedback.rounds, feedback.period
    if rounds is None:
        return None
    first, last = A_YEAR.get(period or "", (0, 0))
    count = whole(rounds, locale=locale)
    if first <= rounds <= last:
        return After(unit="year", count=count)
    units: dict[str, Literal["day", "week", "month", "years"]] = {
        "day": "day", "week": "week", "month": "month", "year": "years",
    }  # fmt: skip
    return After(unit=units.get(period or "", "round"), count=count)


def _facts(document: AuditDocument, pen: _Pen) -> tuple[LoopFact, ...]:
    return tuple(
        _fact(item, pen)
        for metric in METRICS
        for item in document.measurements
        if item.metric == metric and item.status != "withheld"
    )


def _fact(item: MeasurementRecord, pen: _Pen) -> LoopFact:
    write = pen.share if item.metric.endswith(("_probability", "_spread")) else pen.number
    low, high = item.interval or (None, None)
    least, most = item.bounds or (None, None)
    return LoopFact(
        measurement=item.id, metric=item.metric, of=" ".join(item.group.values()), value=write(item.value),
        low=write(low), high=write(high), least=write(least), most=write(most), reason=item.reason,
    )  # fmt: skip


def _step(step: StepRecord, pen: _Pen) -> StepRow:
    gap, low, high = step.found_difference or (None, None, None)
    return StepRow(
        name=step.name, top=pen.share(step.top_share[0]), found=pen.number(step.found[0]), missed=pen.number(step.missed),
        difference=pen.gap(gap), low=pen.gap(low), high=pen.gap(high),
        odds=pen.gap(step.log_odds[0] if step.log_odds else None), spread=pen.share(step.spread),
    )  # fmt: skip


def _start(name: str, share: Span, apart: Span | None, pen: _Pen) -> SpanRow:
    value, low, high = apart or (None, None, None)
    return SpanRow(
        kind="start",
        name=name,
        value=pen.share(share[0]),
        low=pen.gap(low),
        high=pen.gap(high),
        more=pen.gap(value),
    )


def _locked(
    rounds: tuple[int, ...], probability: tuple[float, ...], pen: _Pen
) -> tuple[tuple[str, str], ...]:
    """Take four moments of the curve, the last among them."""
    last = len(rounds) - 1
    at = sorted({last // 4, last // 2, 3 * last // 4, last})
    return tuple((whole(rounds[index], locale=pen.locale), pen.share(probability[index])) for index in at)


def _map(document: AuditDocument) -> Map | None:
    """Shade areas by the share of visits they end with over what is due; areas without a number stay out.

    As on the map of flags, areas with few records are marked.
    """
    if document.places is None:
        return None
    known = {
        area.area: area.amplification for area in document.feedback.areas if area.amplification is not None
    }
    areas = {at: area for at, area in enumerate(document.places.areas) if area.id in known}
    if not areas:
        return None
    shades = {name: sum(value > edge for edge in EDGES) for name, value in known.items()}
    return shaded_map(
        areas,
        shades,
        least=document.publication.map_residents,
        at="/places/areas",
        unsure=few_records(document),
    )
