"""Where the marks of a chart go; templates draw them and compute nothing."""

from dataclasses import dataclass

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
    share: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A rate to draw."""

    measurement: str
    label: str
    text: str
    value: float
    low: float
    high: float


def rate_chart(points: tuple[Point, ...], *, reference: float | None) -> Chart:
    """Lay out rates as dots with ranges, in the order given."""
    top = max([0.1, *(point.high for point in points)])
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5)
    most = min(1.0, step * -(-top // step))
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
    ticks = tuple(Tick(x=across(step * k), share=step * k) for k in range(count + 1))
    return Chart(
        width=WIDTH, height=TOP + ROW * len(points) + 12, left=LEFT, right=WIDTH - RIGHT, marks=marks, ticks=ticks,
        reference=None if reference is None else across(reference),
    )  # fmt: skip
