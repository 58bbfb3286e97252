"""Where the marks of a chart go; templates draw them and compute nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10

from auditkit.results.document import MeasurementRecord

WIDTH, LEFT, RIGHT, TOP, ROW = 360, 8, 8, 22, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One row of a chart: a label, a dot and the range around it."""

    measurement: str
    label: str
    text: str
    y: int
    y_text: int
    x: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on the axis."""

    x: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Dots with ranges on one axis from 0."""

    width: int
    height: int
    left: int
    right: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    reference: float | None
    """Where the line of the reference group runs."""
    share: bool
    """Whether the numbers are shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A number to draw."""

    measurement: str
    label: str
    text: str
    value: float
    low: float
    high: float


def dots(
    items: Iterable[tuple[str, str, MeasurementRecord]], *, reference: float | None = None, share: bool = True
) -> Chart | None:
    """Draw numbers with their ranges, each with its label and its text; one without a range is a dot alone.

    Nothing is drawn where no number has a range: the table says as much.
    """
    known = [one for one in items if one[2].value is not None]
    points = tuple(
        _point(label, text, item.value, item) for label, text, item in known if item.value is not None
    )
    ranged = any(item.interval is not None for _, _, item in known)
    return rate_chart(points, reference=reference, share=share) if ranged else None


def _point(label: str, text: str, value: float, item: MeasurementRecord) -> Point:
    low, high = item.interval or (value, value)
    return Point(
        measurement=item.id, label=label, text=text, value=value, low=0.0 if low is None else low,
        high=max(1.0, value) if high is None else high,
    )  # fmt: skip


def rate_chart(points: tuple[Point, ...], *, reference: float | None, share: bool = True) -> Chart:
    """Lay out rates, or other numbers from 0 on, as dots with ranges, in the order given."""
    top = max(point.high for point in points)
    step = _share_step(max(0.1, top)) if share else _step(top)
    most = step * -(-max(0.1 if share else step, top) // step)
    most = min(1.0, most) if share else most
    span = WIDTH - LEFT - RIGHT

    def across(value: float) -> float:
        return round(LEFT + span * min(value, most) / most, 1)

    marks = tuple(
        Mark(
            measurement=point.measurement, label=point.label, text=point.text, y=TOP + ROW * index + 28, y_text=TOP + ROW * index + 18, x=across(point.value),
            low=across(point.low), high=across(point.high),
        )
        for index, point in enumerate(points)
    )  # fmt: skip
    count = round(most / step)
    ticks = tuple(Tick(x=across(step * k), value=step * k) for k in range(count + 1))
    return Chart(
        width=WIDTH, height=TOP + ROW * len(points) + 12, left=LEFT, right=WIDTH - RIGHT, marks=marks, ticks=ticks,
        reference=None if reference is None else across(reference), share=share,
    )  # fmt: skip


def _share_step(top: float) -> float:
    return next(step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5)


def _step(top: float) -> float:
    """Choose a round step, so that the axis has five at most."""
    if top <= 0:
        return 1.0
    power = 10.0 ** floor(log10(top / 5))
    return next(power * step for step in (1, 2, 5, 10) if top / (power * step) <= 5)
