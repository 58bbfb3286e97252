"""What a report shows of the audit before, of corrective actions and of residents' notes."""

from dataclasses import dataclass

from auditkit.report.kinds import base, in_points
from auditkit.report.lookup import Lookup, label
from auditkit.report.numbers import decimal
from auditkit.results.document import LimitRecord, MeasurementRecord
from auditkit.results.oversight_records import Direction, FigureChangeRecord, PreviousRecord

MOST = 20
"""So many figures are listed at most; all of them stand in tables/changes.csv."""
OF_DEFINITIONS = ("flagged by", "outcome", "orientation", "groups")
"""What makes two figures of one name the same figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure that a limit is about and that changed."""

    measurement: str
    pointer: str
    """Where its earlier value stands in audit.json."""
    metric: str
    kind: str
    points: bool
    group: str
    against: str
    dimension: str
    before: str
    now: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed since the audit before."""

    rows: tuple[FigureRow, ...]
    more: int
    """Figures with a limit that changed and are not listed."""
    unlimited: int
    """Figures that changed and that no limit is about."""
    changed: int
    within_chance: int
    cannot_tell: int
    worse: int
    """Limits and data checks."""
    better: int
    definitions: tuple[str, ...]
    """What is defined otherwise than in the audit before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightPage:
    """Everything about oversight."""

    since: Since | None
    setbacks: int
    overdue: int
    dropped: int
    areas: dict[str, str]
    """Names of areas."""


def oversight_page(look: Lookup) -> OversightPage:
    """Read what was kept beside the audit; all is empty where nothing was."""
    document = look.document
    kinds = [kind for kind in (document.places, document.alerts) if kind is not None]
    oversight = document.oversight
    return OversightPage(
        since=None if oversight.previous is None else _since(oversight.previous, look),
        setbacks=oversight.in_state("setback"),
        overdue=oversight.in_state("overdue"),
        dropped=oversight.in_state("dropped"),
        areas={area.id: area.name for kind in kinds for area in kind.areas},
    )


def _since(previous: PreviousRecord, look: Lookup) -> Since:
    limits = {
        one.measurement: finding.limit for finding in look.document.findings for one in finding.comparisons
    }
    moved = [(at, one) for at, one in enumerate(previous.figures) if one.verdict in {"changed", "differs"}]
    limited = [
        (at, one) for at, one in moved if one.id in limits and base(look.items[one.id].metric)[1] != "p_value"
    ]
    rows = [_row(at, one, look.items[one.id], limits[one.id], look.locale) for at, one in limited[:MOST]]
    went = [one.direction for one in (*previous.findings, *previous.checks)]
    return Since(
        rows=tuple(rows),
        more=len(limited) - len(rows),
        unlimited=len(moved) - len(limited),
        changed=len(moved),
        within_chance=_verdicts(previous, "within_chance"),
        cannot_tell=_verdicts(previous, "cannot_tell"),
        worse=went.count("worse"),
        better=went.count("better"),
        definitions=tuple(fact.name for fact in previous.facts if fact.name in OF_DEFINITIONS),
    )


def _verdicts(previous: PreviousRecord, verdict: str) -> int:
    return sum(1 for one in previous.figures if one.verdict == verdict)


def _row(
    at: int, one: FigureChangeRecord, item: MeasurementRecord, limit: LimitRecord, locale: str
) -> FigureRow:
    points = in_points(item.metric)
    scale = 100.0 if points else 1.0
    limits = [scale * end for end in (limit.at_least, limit.at_most) if end is not None]

    def shown(value: float | None) -> str:
        return (
            ""
            if value is None
            else decimal(scale * value, locale=locale, digits=1 if points else 2, limits=limits)
        )

    metric, kind = base(item.metric)
    return FigureRow(
        measurement=item.id, pointer=f"/oversight/previous/figures/{at}", metric=metric, kind=kind, points=points,
        group=label(item.group), against=label(item.against), dimension=item.dimension, before=shown(one.before),
        now=shown(item.value), direction=one.direction,
    )  # fmt: skip
