"""Where the marks of the picture of many possible futures go."""

from collections.abc import Callable
from dataclasses import dataclass

from auditkit.results.place_records import ArmRecord, FeedbackRecord

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 360, 220, 40, 8, 10, 30
NAMES = ("as_submitted", "corrected", "equal_rates", "equal_rates_corrected")

Place = Callable[[int, float], tuple[float, float]]
"""Turns a round and a share into a point of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Runs of one variant: the middle of them as a line, nine in ten of them as a band."""

    name: str
    line: str
    band: str
    """Points of an SVG polyline and polygon."""
    end_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopChart:
    """Share of visits of the most visited tenth of areas over rounds."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, float], ...]
    """Height and label of each line across."""
    rounds: int


def loop_chart(feedback: FeedbackRecord) -> LoopChart | None:
    """Draw the tool as submitted beside the corrected loop; without an assumed truth, equal areas alone."""
    arms = {arm.name: arm for arm in feedback.arms}
    names = [name for name in NAMES[:2] if name in arms] or [name for name in NAMES[2:] if name in arms]
    if not names:
        return None
    chosen = [arms[name] for name in names]
    rounds = max(arm.rounds for arm in chosen)
    top = max(high for arm in chosen for *_, high in arm.path)
    step = 0.1 if top <= 0.5 else 0.2
    most = step * -(-top // step)

    def at(round_: int, share: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * round_ / rounds
        return round(x, 1), round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share / most), 1)

    ticks = tuple((at(0, step * k)[1], step * k) for k in range(round(most / step) + 1))
    return LoopChart(
        width=WIDTH, height=HEIGHT, left=LEFT, right=WIDTH - RIGHT, bottom=HEIGHT - BOTTOM, rounds=rounds,
        bands=tuple(_band(arm, at) for arm in chosen), ticks=ticks,
    )  # fmt: skip


def _band(arm: ArmRecord, at: Place) -> Band:
    middle = [at(round_, half) for round_, _, half, _ in arm.path]
    upper = [at(round_, high) for round_, _, _, high in arm.path]
    lower = [at(round_, low) for round_, low, _, _ in reversed(arm.path)]
    return Band(name=arm.name, line=_points(middle), band=_points([*upper, *lower]), end_y=middle[-1][1])


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
