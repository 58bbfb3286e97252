"""Where the marks of the picture of usefulness against disparity go."""

import math
from dataclasses import dataclass
from typing import Literal

from auditkit.report.numbers import in_per_cent, shortest

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 320, 52, 14, 16, 44
EDGE = 0.06
"""Share of the picture that is left free around the marks."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5
Shape = Literal["own", "threshold", "group_thresholds", "model", "reduction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePoint:
    """A rule: how well it serves, what gap it leaves, each with its range."""

    letter: str
    shape: Shape
    across: tuple[float, float, float]
    """Value, low and high."""
    up: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMark:
    """A mark and the two lines through it."""

    letter: str
    shape: Shape
    x: float
    y: float
    low_x: float
    high_x: float
    low_y: float
    high_y: float
    letter_x: float
    letter_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeChart:
    """Rules by usefulness and disparity."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    marks: tuple[TradeMark, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    equal: float | None
    """Height of equality, where the picture holds it."""
    least: float | None
    """Where the tolerated loss lies, where the picture holds it."""
    ticks_y: int
    name_y: int
    middle: int


class _Axis:
    """One axis: from values to places."""

    def __init__(self, values: list[float], start: int, end: int) -> None:
        low, high = min(values), max(values)
        room = (high - low or 1.0) * EDGE
        self.low, self.high, self.start, self.end = low - room, high + room, start, end

    def place(self, value: float) -> float:
        """Return where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the picture."""
        return self.low <= value <= self.high

    def ticks(self) -> list[float]:
        """Return round values across the axis."""
        rough = (self.high - self.low) / TICKS
        size = 10 ** math.floor(math.log10(rough))
        step = next(size * one for one in STEPS if size * one >= rough)
        first = math.ceil(self.low / step)
        return [step * at for at in range(first, math.floor(self.high / step) + 1)]


def trade_chart(
    points: tuple[TradePoint, ...], *, equality: float, least: float, per_cent: tuple[bool, bool], locale: str
) -> TradeChart:
    """Lay out rules by usefulness, to the right, and disparity, upwards.

    Parameters
    ----------
    points
        At least one rule.
    equality
        Where there is no disparity: 1 for ratios, 0 for differences.
    least
        The usefulness that is left after the tolerated loss.
    per_cent
        Whether values across and upwards are written in per cent.
    locale
        The language of the numbers.
    """
    x = _Axis([value for one in points for value in one.across], LEFT, WIDTH - RIGHT)
    y = _Axis([*(value for one in points for value in one.up), equality], HEIGHT - BOTTOM, TOP)
    return TradeChart(
        width=WIDTH, height=HEIGHT, left=LEFT, right=WIDTH - RIGHT, top=TOP, bottom=HEIGHT - BOTTOM,
        marks=tuple(
            TradeMark(
                letter=one.letter, shape=one.shape, x=x.place(one.across[0]), y=y.place(one.up[0]),
                low_x=x.place(one.across[1]), high_x=x.place(one.across[2]), low_y=y.place(one.up[1]),
                high_y=y.place(one.up[2]), letter_x=x.place(one.across[0]) + 8, letter_y=y.place(one.up[0]) - 7,
            )
            for one in points
        ),
        across=tuple((x.place(value), _written(value, per_cent=per_cent[0], locale=locale)) for value in x.ticks()),
        up=tuple((y.place(value), _written(value, per_cent=per_cent[1], locale=locale)) for value in y.ticks()),
        equal=y.place(equality), least=x.place(least) if x.holds(least) else None,
        ticks_y=HEIGHT - BOTTOM + 16, name_y=HEIGHT - 8, middle=(LEFT + WIDTH - RIGHT) // 2,
    )  # fmt: skip


def _written(value: float, *, per_cent: bool, locale: str) -> str:
    """Write a tick.

    >>> _written(0.65, per_cent=True, locale="en"), _written(1.5, per_cent=False, locale="de")
    ('65%', '1,5')
    """
    number = shortest(float(f"{100 * value if per_cent else value:.4g}"), locale=locale)
    return in_per_cent(number, locale) if per_cent else number
