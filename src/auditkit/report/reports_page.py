"""What a report shows of reports by residents: who reports, and how long an answer takes."""

from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, label, side
from auditkit.results.document import MeasurementRecord

RATE, MEDIAN, WAIT = "reports_per_1000_residents", "answer_minutes_median", "answer_minutes"
AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Reports where the average resident of one group lives."""

    group: str
    rate: Figure | None
    wait: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two groups compared."""

    group: str
    against: str
    value: Figure
    side: str | None
    """above or below equality, where the whole range is; None where it holds both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """One way of dividing residents."""

    dimension: str
    rows: tuple[GroupRow, ...]
    rates: tuple[Pair, ...]
    """Reports of one group over those of another."""
    waits: tuple[Pair, ...]
    """Minutes of one group minus those of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area."""

    name: str
    rate: Figure | None
    median: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """Everything about reports by residents."""

    reports: Figure
    unmatched: Figure
    tables: tuple[GroupTable, ...]
    areas: tuple[AreaRow, ...]


def reports_page(look: Lookup) -> ReportsPage | None:
    """Read what was measured of reports by residents; None where there are none."""
    whole = next(iter(look.alone("resident_reports", "")), None)
    lost = next(iter(look.alone("unmatched_reports", "")), None)
    if whole is None or lost is None:
        return None
    dimensions = dict.fromkeys((*look.dimensions(RATE), *look.dimensions(WAIT)))
    return ReportsPage(
        reports=look.count(whole), unmatched=look.count(lost),
        tables=tuple(_table(look, dimension) for dimension in dimensions if dimension != AREA), areas=_areas(look),
    )  # fmt: skip


def _figures(look: Lookup, metric: str, dimension: str) -> dict[str, Figure]:
    return {label(item.group): look.number(item, digits=1) for item in look.alone(metric, dimension)}


def _table(look: Lookup, dimension: str) -> GroupTable:
    rates, waits = (_figures(look, metric, dimension) for metric in (RATE, WAIT))
    names = dict.fromkeys((*rates, *waits))
    return GroupTable(
        dimension=dimension,
        rows=tuple(GroupRow(group=name, rate=rates.get(name), wait=waits.get(name)) for name in names),
        rates=_pairs(look, f"{RATE}_ratio", dimension, equal=1.0, digits=2),
        waits=_pairs(look, f"{WAIT}_difference", dimension, equal=0.0, digits=1),
    )  # fmt: skip


def _pairs(look: Lookup, metric: str, dimension: str, *, equal: float, digits: int) -> tuple[Pair, ...]:
    def pair(item: MeasurementRecord) -> Pair:
        return Pair(
            group=label(item.group), against=label(item.against), value=look.number(item, digits=digits),
            side=side(item, equal=equal),
        )  # fmt: skip

    return tuple(pair(item) for item in look.pairs(metric, dimension) if item.status == "estimated")


def _areas(look: Lookup) -> tuple[AreaRow, ...]:
    places = look.document.places
    called = {} if places is None else {area.id: area.name for area in places.areas}
    rates, medians = (_figures(look, metric, AREA) for metric in (RATE, MEDIAN))
    names = dict.fromkeys((*rates, *medians))
    return tuple(
        AreaRow(name=called.get(name, name), rate=rates.get(name), median=medians.get(name)) for name in names
    )
