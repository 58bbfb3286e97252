"""Where the marks of a chart go; templates draw them and compute nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor, inf, isfinite, log10

from auditkit.report.lookup import Bounds, Shown, reach
from auditkit.results.document import MeasurementRecord

WIDTH, LEFT, RIGHT, TOP = 360, 8, 8, 22
ROW, DOT = 40, 28
"""Height of a row, and where its dot lies."""
TALL_ROW, PAIR_ROW, PAIR_DOTS = 55, 66, (43, 55)
"""The same for rows whose numbers have a line of their own: with one dot, and with two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """The other number in a row of a chart, and the range around it."""

    measurement: str
    text: str
    y: int
    x: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One row of a chart: a label, a dot and the range around it."""

    measurement: str
    source: str
    """Where the document holds the number, if it is no measurement."""
    label: str
    text: str
    y: int
    y_text: int
    y_value: int
    x: float
    low: float
    high: float
    second: Second | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on the axis."""

    x: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Dots with ranges on one axis that holds 0."""

    width: int
    height: int
    left: int
    right: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    reference: float | None
    """Where the line of the reference group, or of equality, runs."""
    share: bool
    """Whether the numbers are shares."""
    tall: bool
    """Whether numbers have a line of their own below the label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A number to draw, and perhaps another one for the same row."""

    label: str
    text: str
    value: float
    low: float
    high: float
    measurement: str = ""
    source: str = ""
    second: "Point | None" = None


def dots(
    items: Iterable[tuple[str, str, MeasurementRecord]], *, reference: float | None = None, share: bool = True
) -> Chart | None:
    """Draw numbers with their ranges, each with its label and its text; one without a range is a dot alone.

    Nothing is drawn where no number has a range: the table says as much.
    """
    known = [one for one in items if one[2].value is not None]
    points = tuple(
        point(label, text, item.value, item.interval, measurement=item.id)
        for label, text, item in known
        if item.value is not None
    )
    ranged = any(item.interval is not None for _, _, item in known)
    return rate_chart(points, reference=reference, share=share) if ranged else None


def pairs(
    rows: Iterable[tuple[str, Shown | None, Shown | None]],
    *,
    reference: float | None = None,
    share: bool = True,
    scale: float = 1.0,
) -> Chart | None:
    """Draw two numbers in each row, as the table writes them; rows without the first are left out.

    Parameters
    ----------
    rows
        Labels, each with two numbers and how the table writes them.
    reference
        Where a line runs across all rows, on the axis.
    share
        Whether the axis shows shares.
    scale
        The axis shows so many times the numbers, such as 1,000 for people of every 1,000.
    """

    def drawn(label: str, shown: Shown | None) -> Point | None:
        if shown is None or shown[1].value is None:
            return None
        text, item = shown
        low, high = (None if end is None else scale * end for end in reach(item))
        return point(label, text, scale * shown[1].value, (low, high), measurement=item.id)

    known = [(drawn(label, first), drawn(label, second)) for label, first, second in rows]
    points = tuple(replace(first, second=second) for first, second in known if first is not None)
    paired = any(one.second for one in points)
    return rate_chart(points, reference=reference, share=share) if paired else None


def point(
    label: str, text: str, value: float, ends: Bounds | None, *, measurement: str = "", source: str = ""
) -> Point:
    """Take a number and its range, which may be open at an end, or missing."""
    low, high = (value, value) if ends is None or ends == (None, None) else ends
    return Point(
        label=label, text=text, value=value, low=min(0.0, value) if low is None else low,
        high=inf if high is None else high, measurement=measurement, source=source,
    )  # fmt: skip


def rate_chart(
    points: tuple[Point, ...], *, reference: float | None, share: bool = True, tall: bool = False
) -> Chart:
    """Lay out rates or other numbers as dots with ranges, in the order given, on an axis that holds 0.

    Rows with two numbers are tall, and so are rows whose labels may be long.
    """
    every = [one for first in points for one in (first, first.second) if one is not None]
    ends = [end for one in every for end in (one.low, one.value, one.high) if isfinite(end)]
    bottom, top = min(0.0, *ends), max(0.0, *ends, reference or 0.0)
    step = _share_step(max(0.1, top - bottom)) if share else _step(top - bottom)
    least = step * floor(bottom / step)
    most = step * ceil(max(0.1 if share and bottom == 0 else step, top) / step)
    most = min(1.0, most) if share else most
    span = WIDTH - LEFT - RIGHT

    def across(value: float) -> float:
        return round(LEFT + span * (min(value, most) - least) / (most - least), 1)

    paired = any(one.second for one in points)
    row, dot = (PAIR_ROW, PAIR_DOTS[0]) if paired else (TALL_ROW, PAIR_DOTS[0]) if tall else (ROW, DOT)

    def second(one: Point | None, start: int) -> Second | None:
        if one is None:
            return None
        return Second(
            measurement=one.measurement, text=one.text, y=start + PAIR_DOTS[1], x=across(one.value), low=across(one.low),
            high=across(one.high),
        )  # fmt: skip

    marks = tuple(
        Mark(
            measurement=one.measurement, source=one.source, label=one.label, text=one.text, y=start + dot, y_text=start + 18,
            y_value=start + (33 if paired or tall else 18), x=across(one.value), low=across(one.low), high=across(one.high),
            second=second(one.second, start),
        )
        for start, one in ((TOP + row * index, one) for index, one in enumerate(points))
    )  # fmt: skip
    count = round((most - least) / step)
    ticks = tuple(Tick(x=across(least + step * k), value=least + step * k) for k in range(count + 1))
    return Chart(
        width=WIDTH, height=TOP + row * len(points) + 12, left=LEFT, right=WIDTH - RIGHT, marks=marks, ticks=ticks,
        reference=None if reference is None else across(reference), share=share, tall=paired or tall,
    )  # fmt: skip


def _share_step(top: float) -> float:
    return next((step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5), 0.5)


def _step(top: float) -> float:
    """Choose a round step, so that the axis has five at most."""
    if top <= 0:
        return 1.0
    power = 10.0 ** floor(log10(top / 5))
    return next(power * step for step in (1, 2, 5, 10) if top / (power * step) <= 5)
