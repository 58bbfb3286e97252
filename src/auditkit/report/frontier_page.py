"""What the report shows of the trade-off: each choice of areas, what it finds, whom it falls on, and both beside the tool."""

from collections.abc import Callable
from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, reach
from auditkit.report.numbers import per_cent, whole
from auditkit.results.document import MeasurementRecord

CHOICE, TOOL, NO_CAP, CAP = "choice", "tool", "no cap", "cap "
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 440, 312, 48, 12, 26, 52


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """One choice of areas."""

    name: str
    cap: str
    """The cap as a percentage; empty for the tool, a simple rule, or no cap."""
    kind: str
    """tool, rule or searched."""
    found: Figure
    share: Figure | None
    loss: Figure | None
    """Hit rate less the tool's, in percentage points."""
    gap: Figure | None
    """Share of the group less the tool's, in percentage points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A choice on the picture."""

    measurement: str
    name: str
    cap: str
    kind: str
    x: float
    y: float
    low_x: float
    high_x: float
    low_y: float
    high_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierChart:
    """Share of incidents over share of the group."""

    width: int
    height: int
    left: int
    right: int
    tick_x: int
    scale_y: int
    """Where numbers stand below the axis, and the name of the axis below them."""
    name_y: int
    spots: tuple[Spot, ...]
    line: str
    """Points of a polyline through the searched choices."""
    across: tuple[tuple[float, float], ...]
    up: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPage:
    """Everything about the trade-off."""

    measurements: tuple[str, ...]
    """Of the numbers of areas and periods."""
    reason: str | None
    """Why there is none."""
    areas: str
    of_areas: str
    earlier: str
    later: str
    tolerated: str
    rows: tuple[ChoiceRow, ...]
    chart: FrontierChart | None


def frontier_page(look: Lookup) -> FrontierPage | None:
    """Read the trade-off; None where the audit file does not ask."""
    places = look.document.places
    if places is None or places.frontier is None:
        return None
    found = look.alone("frontier_hit_rate", CHOICE)
    shares = {item.group[CHOICE]: item for item in look.alone("frontier_group_share", CHOICE)}
    ordered = sorted(found, key=lambda item: _order(item.group[CHOICE]))
    alone = {name: next(iter(look.alone(name, "")), None) for name in ("frontier_areas", "frontier_periods")}
    areas, periods = alone["frontier_areas"], alone["frontier_periods"]
    tolerated = places.frontier.tolerated_loss
    return FrontierPage(
        measurements=tuple(item.id for item in (areas, periods) if item is not None),
        reason=None if areas else next((item.reason for item in found), "NE-DATA"),
        areas=_count(areas, look), of_areas=whole((areas and areas.denominator) or 0, locale=look.locale),
        earlier=whole(_earlier(periods), locale=look.locale), later=_count(periods, look),
        tolerated="" if tolerated is None else per_cent(tolerated, locale=look.locale)[:-1],
        rows=tuple(_row(look, item, shares.get(item.group[CHOICE])) for item in ordered) if areas else (),
        chart=_chart(ordered, shares, look),
    )  # fmt: skip


def _count(item: MeasurementRecord | None, look: Lookup) -> str:
    return whole((item and item.value) or 0, locale=look.locale)


def _earlier(periods: MeasurementRecord | None) -> int:
    return ((periods and periods.denominator) or 0) - ((periods and periods.numerator) or 0)


def _order(name: str) -> tuple[int, float]:
    """Put the tool first, then simple rules, then searched choices from no cap to the strictest."""
    if name == TOOL:
        return 0, 0.0
    if name == NO_CAP:
        return 2, -1.0
    return (2, -float(name.removeprefix(CAP))) if name.startswith(CAP) else (1, 0.0)


def _kind(name: str) -> str:
    return "tool" if name == TOOL else "searched" if name == NO_CAP or name.startswith(CAP) else "rule"


def _cap(name: str, look: Lookup) -> str:
    return per_cent(float(name.removeprefix(CAP)), locale=look.locale) if name.startswith(CAP) else ""


def _row(look: Lookup, item: MeasurementRecord, share: MeasurementRecord | None) -> ChoiceRow:
    name = item.group[CHOICE]

    def beside(metric: str) -> Figure | None:
        pair = next((one for one in look.pairs(metric, CHOICE) if one.group == item.group), None)
        return None if pair is None else look.number(pair, digits=1, scale=100.0)

    return ChoiceRow(
        name=name, cap=_cap(name, look), kind=_kind(name), found=look.rate(item),
        share=None if share is None else look.rate(share), loss=beside("frontier_hit_rate_difference"),
        gap=beside("frontier_group_share_difference"),
    )  # fmt: skip


def _chart(
    items: list[MeasurementRecord], shares: dict[str, MeasurementRecord], look: Lookup
) -> FrontierChart | None:
    """Lay out every choice of which both numbers are shown."""
    drawn = [
        (item.group[CHOICE], item, shares[item.group[CHOICE]])
        for item in items
        if item.value is not None
        and item.group[CHOICE] in shares
        and shares[item.group[CHOICE]].value is not None
    ]
    if len(drawn) < 2:
        return None
    most_x = _top([share.value or 0.0 for _, _, share in drawn])
    most_y = _top([item.value or 0.0 for _, item, _ in drawn])

    def across(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(value, 0.0), most_x) / most_x, 1)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(value, 0.0), most_y) / most_y, 1)

    def spot(name: str, item: MeasurementRecord, share: MeasurementRecord) -> Spot:
        (low_y, high_y), (low_x, high_x) = (
            tuple(one.value or 0.0 if limit is None else limit for limit in reach(one))
            for one in (item, share)
        )
        return Spot(
            measurement=item.id, name=name, cap=_cap(name, look), kind=_kind(name), x=across(share.value or 0.0), y=up(item.value or 0.0),
            low_x=across(low_x), high_x=across(high_x), low_y=up(low_y), high_y=up(high_y),
        )  # fmt: skip

    spots = tuple(spot(*one) for one in sorted(drawn, key=lambda one: one[0] == TOOL))  # the tool on top
    searched = [one for one in spots if one.kind == "searched"]
    return FrontierChart(
        width=WIDTH, height=HEIGHT, left=LEFT, right=WIDTH - RIGHT, tick_x=LEFT - 6, scale_y=HEIGHT - BOTTOM + 16,
        name_y=HEIGHT - BOTTOM + 32, spots=spots,
        line=" ".join(f"{one.x},{one.y}" for one in searched), across=_ticks(most_x, across), up=_ticks(most_y, up),
    )  # fmt: skip


def _top(values: list[float]) -> float:
    """Return the end of an axis: a round share not far above the largest."""
    return next(top for top in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0) if top >= min(1.0, max(values)))


def _ticks(most: float, place: Callable[[float], float]) -> tuple[tuple[float, float], ...]:
    steps = 4 if most in {0.2, 0.4, 0.8, 1.0} else 5 if most in {0.05, 0.1, 0.5} else 3
    return tuple((place(most * k / steps), most * k / steps) for k in range(steps + 1))
