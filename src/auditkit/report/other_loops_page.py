"""What a report shows of the loops of person tools and alert systems, and of logs: numbers looked up and written."""

from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, label
from auditkit.results.document import MeasurementRecord
from auditkit.results.other_loops import LOOP

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


def other_loops(look: Lookup) -> OtherLoops:
    """Read every number of these loops; empty where none was measured."""
    whole = [
        item for item in look.document.measurements if item.dimension == LOOP[0] and item.stratum is None
    ]
    pairs = [item for item in look.document.measurements if item.metric == "supervision_explaining_ratio"]
    pairs = pairs or [
        item for item in look.document.measurements if item.metric == "supervision_recorded_ratio"
    ]
    return OtherLoops(
        figures={item.metric: _written(look, item) for item in whole},
        pairs=tuple(_pair(look, one) for one in pairs),
    )


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
