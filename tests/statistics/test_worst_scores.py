"""Bounds of what scores say, against every way of placing the open people of small tables."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.statistics import calibration, discrimination
from auditkit.statistics.worst_scores import (
    MOST_SCORES,
    Ends,
    Open,
    Table,
    area_fills,
    large_fills,
    slope_fills,
)

Floats = NDArray[np.float64]


def every_way(known: Table, unknown: Open) -> list[Table]:
    """Put each open person into the group with each outcome they may have, and those of unknown group outside it as well."""
    per_bin: list[list[tuple[int, int]]] = []
    for w, u, own, nobody in zip(*unknown, strict=True):
        per_bin.append(
            sorted({
                (a + own - c + e, b + c + d)
                for a in range(int(w) + 1) for b in range(int(u) + 1) for c in range(int(own) + 1)
                for d in range(int(nobody) + 1) for e in range(int(nobody) - d + 1)
            })
        )  # fmt: skip
    return [
        Table(known.without + np.array([a for a, _ in way]), known.with_outcome + np.array([b for _, b in way]))
        for way in product(*per_bin)
    ]  # fmt: skip


def made(*, outcomes_missing: bool, seed: int, worlds: int) -> Iterator[tuple[Table, Open, Floats]]:
    rng = np.random.default_rng(seed)
    for _ in range(worlds):
        bins = int(rng.integers(2, 5))
        known = Table(*rng.integers(1, 6, (2, bins)).astype(float))
        some = rng.integers(0, 3, (4, bins)).astype(float)
        some[2:] *= rng.random((2, bins)) < (0.3 if outcomes_missing else 0.0)
        yield known, Open(*some), np.sort(rng.random(bins))


def gap(table: Table, scores: Floats) -> float:
    return float((table.with_outcome @ (1 - scores) - table.without @ scores) / table.people.sum())


def area(table: Table, _scores: Floats) -> float:
    return discrimination.area_under_curve(table.with_outcome, table.without).value


def slope(table: Table, scores: Floats) -> float:
    return calibration.calibration_line(scores, table.with_outcome, table.people).slope.value


NUMBERS: dict[str, tuple[Callable[[Table, Floats], float], Callable[[Table, Open, Floats], Ends]]] = {
    "gap": (gap, large_fills),
    "area": (area, lambda known, unknown, _scores: area_fills(known, unknown)),
    "slope": (slope, slope_fills),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("outcomes_missing", [False, True])
def test_bounds_are_the_extremes_over_every_placing(name: str, *, outcomes_missing: bool) -> None:
    number, fills = NUMBERS[name]
    sharp = worlds = 0
    for known, unknown, scores in made(outcomes_missing=outcomes_missing, seed=5, worlds=8):
        every = [number(table, scores) for table in every_way(known, unknown)[:600]]
        low, high = (number(table, scores) for table in fills(known, unknown, scores))

        assert low <= min(every) + 1e-7
        assert high >= max(every) - 1e-7
        worlds += 1
        whole = len(every_way(known, unknown)) <= 600
        sharp += not whole or (low, high) == pytest.approx((min(every), max(every)), abs=1e-6)
    # areas take somebody of unknown outcome as both; a slope may take part of a person at one score
    least = 0 if name == "area" and outcomes_missing else worlds - 1 if name == "slope" else worlds
    assert sharp >= least


def test_nobody_open_leaves_every_number_where_it_is() -> None:
    known, nobody = Table(np.array([3.0, 2, 1]), np.array([1.0, 2, 3])), Open(*np.zeros((4, 3)))
    scores = np.array([0.2, 0.5, 0.8])
    for number, fills in NUMBERS.values():
        assert [number(table, scores) for table in fills(known, nobody, scores)] == pytest.approx(
            [number(known, scores)] * 2
        )


def test_slopes_over_very_many_scores_or_without_a_line_have_no_bounds() -> None:
    many = np.ones(MOST_SCORES + 1)
    with pytest.raises(ValueError, match="at most 250"):
        slope_fills(Table(many, many), Open(many, many, many, many), np.arange(len(many)))
    apart, nobody = Table(np.array([9.0, 0.0]), np.array([0.0, 9.0])), Open(*np.zeros((4, 2)))
    with pytest.raises(ValueError, match="no most likely line"):
        slope_fills(apart, nobody, [0.0, 1.0])
    one_score = Table(np.array([5.0, 0.0]), np.array([5.0, 0.0]))
    with pytest.raises(ValueError, match="no most likely line"):
        slope_fills(one_score, nobody, [0.0, 1.0])


def test_where_the_centre_passes_a_score_part_of_its_people_join() -> None:
    """Seven in ten of the people stand at one score, so that the steepest line takes in only some of those who are open there."""
    known = Table(np.array([4.0, 2, 1]), np.array([1.0, 2, 4]))
    unknown = Open(np.array([0.0, 30, 0]), np.array([0.0, 30, 0]), np.zeros(3), np.zeros(3))
    scores = np.array([0.0, 0.45, 1.0])
    _, high = slope_fills(known, unknown, scores)

    every = [slope(table, scores) for table in every_way(known, unknown)]
    assert slope(high, scores) >= max(every) - 1e-9
    assert slope(high, scores) == pytest.approx(max(every), rel=2e-2)
