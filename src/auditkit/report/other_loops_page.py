"""What a report shows of the loops of person tools and alert systems, and of logs: numbers looked up and written."""

from dataclasses import dataclass

from auditkit.report.charts import Chart, pairs, point, rate_chart
from auditkit.report.lookup import Figure, Lookup, label
from auditkit.report.numbers import per_cent
from auditkit.results.document import MeasurementRecord
from auditkit.results.other_loops import LOOP

Played = tuple[str, float | None, tuple[float, float] | None]
"""What was assumed or done, what many runs of the loop gave, and its range."""
SHARES = (
    "supervision_stayed", "supervision_slope", "sites_to_existing", "confirmed_fast", "confirmed_late",
    "confirmed_fast_minus_late", "confirmed_by_lot", "confirmed_as_usual", "confirmed_as_usual_minus_by_lot",
    "stops_naming_system", "entries_from_hits", "hits_from_hits",
)  # fmt: skip
"""Numbers that are read as percentages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPair:
    """Two groups in the loop of a person tool."""

    dimension: str
    group: str
    against: str
    recorded: Figure | None
    """Recorded outcomes of the first, times those of the second."""
    alone: Figure | None
    """The same if both behaved alike."""
    explaining: Figure | None
    """How many times as much supervision must find to explain the recorded gap."""
    now: Figure | None
    """Gap in shares flagged, in percentage points."""
    lasting: Figure | None
    """What is left of it after the rounds, if both behave alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLoops:
    """Numbers of these loops."""

    figures: dict[str, Figure]
    """By measure, of the loop as a whole."""
    pairs: tuple[LoopPair, ...]
    assumed: Chart | None
    """What follows from each assumption; rows are named low, middle and high."""
    rules: Chart | None
    """What follows from each rule."""
    recorded: Chart | None
    """Of pairs; rows are named by their places."""


def other_loops(look: Lookup) -> OtherLoops:
    """Read every number of these loops; empty where none was measured."""
    whole = [
        item for item in look.document.measurements if item.dimension == LOOP[0] and item.stratum is None
    ]
    compared = [item for item in look.document.measurements if item.metric == "supervision_explaining_ratio"]
    compared = compared or [
        item for item in look.document.measurements if item.metric == "supervision_recorded_ratio"
    ]
    found = tuple(_pair(look, one) for one in compared)
    times = [(str(at), look.shown(one.recorded), look.shown(one.alone)) for at, one in enumerate(found)]
    assumed, rules = _played(look)
    return OtherLoops(
        figures={item.metric: _written(look, item) for item in whole}, pairs=found, assumed=assumed, rules=rules,
        recorded=pairs(times, reference=1.0, share=False),
    )  # fmt: skip


def _played(look: Lookup) -> tuple[Chart | None, Chart | None]:
    """Draw what runs of the loop gave, by assumption and by rule."""
    person, alert = look.document.feedback.person, look.document.feedback.alert
    levels: list[Played] = []
    rules: list[Played] = []
    if person is not None:
        levels = [(one.name, one.stayed, one.stayed_interval) for one in person.scenarios]
        rules = [(arm.rule, arm.stayed, arm.stayed_interval) for arm in person.arms]
    elif alert is not None:
        levels = [(one.name, one.to_existing, one.to_existing_interval) for one in alert.scenarios]
        rules = [(arm.rule, arm.to_existing, arm.interval) for arm in alert.arms]
    place, line = ("alert", alert.due_share) if alert is not None else ("person", 0.0)
    return (
        _drawn(look, levels, f"/feedback/{place}/scenarios", line),
        _drawn(look, rules, f"/feedback/{place}/arms", line),
    )


def _drawn(look: Lookup, found: list[Played], place: str, reference: float | None) -> Chart | None:
    points = tuple(
        point(name, per_cent(value, locale=look.locale), value, ends, source=f"{place}/{at}")
        for at, (name, value, ends) in enumerate(found)
        if value is not None
    )
    return rate_chart(points, reference=reference, tall=True) if points else None


def _written(look: Lookup, item: MeasurementRecord) -> Figure:
    return look.rate(item) if item.metric in SHARES else look.number(item)


def _pair(look: Lookup, item: MeasurementRecord) -> LoopPair:
    def found(metric: str, *, scale: float = 1.0) -> Figure | None:
        one = look.pair(metric, item)
        return None if one is None else look.number(one, digits=1 if scale > 1 else 2, scale=scale)

    return LoopPair(
        dimension=item.dimension, group=label(item.group), against=label(item.against),
        recorded=found("prevalence_ratio"), alone=found("supervision_recorded_ratio"),
        explaining=found("supervision_explaining_ratio"), now=found("selection_rate_difference", scale=100.0),
        lasting=found("supervision_lasting_difference", scale=100.0),
    )  # fmt: skip
