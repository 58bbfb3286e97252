"""Where the marks of the picture of outcomes by score go."""

from dataclasses import dataclass

WIDTH, LEFT, RIGHT, TOP, BOTTOM, LEGEND = 400, 40, 8, 12, 42, 18
HEIGHT = 300
APART = 6
"""Pixels between groups at the same score, so that their ranges do not cover each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """The outcome rate of one group at some scores."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group over all scores; None where it has no number."""

    group: str
    points: tuple[ScorePoint | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A dot and its range."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One group as it is drawn: its dots, the line through them, and its name in the legend."""

    group: str
    dots: tuple[Dot, ...]
    line: str
    """Points of an SVG polyline."""
    legend_y: int
    name_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChart:
    """Outcome rates by score, one series per group."""

    width: int
    height: int
    left: int
    right: int
    scores_y: int
    """Where scores stand below the axis, and the name of the axis below them."""
    name_y: int
    legend: tuple[int, int, int]
    """Where in a line of the legend the dot lies, its stroke ends, and the group's name starts."""
    series: tuple[Series, ...]
    across: tuple[tuple[float, str], ...]
    """Place and score of each bin."""
    up: tuple[tuple[float, float], ...]
    """Height and label of each line across."""


def score_chart(lines: tuple[Line, ...], scores: tuple[str, ...]) -> ScoreChart | None:
    """Lay out outcome rates by score; nothing is drawn where no group has two numbers."""
    drawn = [line for line in lines if sum(1 for point in line.points if point) >= 2]
    if not drawn:
        return None
    top = TOP + LEGEND * len(drawn)
    step = (WIDTH - LEFT - RIGHT) / len(scores)
    span = HEIGHT - BOTTOM - top

    def height(rate: float) -> float:
        return round(top + span * (1 - rate), 1)

    def place(at: int, line: int) -> float:
        return round(LEFT + step * (at + 0.5) + APART * (line - (len(drawn) - 1) / 2), 1)

    series = tuple(
        Series(
            group=line.group, legend_y=TOP + LEGEND * index, name_y=TOP + LEGEND * index + 4,
            dots=(
                dots := tuple(
                    Dot(x=place(at, index), y=height(point.rate), low=height(point.low), high=height(point.high))
                    for at, point in enumerate(line.points)
                    if point is not None
                )
            ),
            line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        )
        for index, line in enumerate(drawn)
    )  # fmt: skip
    return ScoreChart(
        width=WIDTH, height=HEIGHT, left=LEFT, right=WIDTH - RIGHT, scores_y=HEIGHT - BOTTOM + 16, name_y=HEIGHT - 6,
        legend=(LEFT + 11, LEFT + 22, LEFT + 30), series=series,
        across=tuple((round(LEFT + step * (at + 0.5), 1), score) for at, score in enumerate(scores)),
        up=tuple((height(rate), rate) for rate in (0.0, 0.25, 0.5, 0.75, 1.0)),
    )  # fmt: skip
