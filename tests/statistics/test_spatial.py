"""Moran's I against the reference cases P12, a plain double loop and every permutation; P19."""

from itertools import permutations
from math import nan

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditkit.statistics import spatial

Links = list[list[int]]


def rook(rows: int, columns: int) -> Links:
    """Cells of a grid that share a side."""
    cells = [(i, j) for i in range(rows) for j in range(columns)]
    return [[k for k, (a, b) in enumerate(cells) if abs(a - i) + abs(b - j) == 1] for i, j in cells]


def moran(
    values: object, neighbours: Links, *, standardised: bool = False, times: int = 99
) -> spatial.Autocorrelation:
    return spatial.morans_i(
        np.asarray(values, dtype=float),
        neighbours,
        standardised=standardised,
        permutations=times,
        rng=np.random.default_rng(7),
    )


@pytest.mark.parametrize(("standardised", "expected"), [(False, 0.5), (True, 5 / 9)])
def test_nine_cells_in_order_give_the_reference_values(*, standardised: bool, expected: float) -> None:
    result = moran(range(1, 10), rook(3, 3), standardised=standardised)

    assert result.value == pytest.approx(expected, abs=1e-12)  # methods P12: .5 and .5556
    assert result.expected == -0.125
    assert result.islands == 0


@pytest.mark.parametrize("standardised", [False, True])
def test_a_checkerboard_is_perfectly_negative(*, standardised: bool) -> None:
    board = [(i + j) % 2 for i in range(4) for j in range(4)]

    result = moran(board, rook(4, 4), standardised=standardised)

    assert result.value == pytest.approx(-1)
    assert result.p_value == 1.0


@given(values=st.lists(st.integers(-20, 20), min_size=12, max_size=12), standardised=st.booleans())
@settings(max_examples=40)
def test_moran_equals_its_formula_and_ignores_unit_and_origin(
    values: list[int], *, standardised: bool
) -> None:
    assume(len(set(values)) > 1)
    links, y = rook(3, 4), np.array(values, dtype=float)
    z, top, weight = y - y.mean(), 0.0, 0.0
    for i, others in enumerate(links):
        for j in others:
            w = 1 / len(others) if standardised else 1.0
            top += w * z[i] * z[j]
            weight += w

    result = moran(y, links, standardised=standardised)

    assert result.value == pytest.approx(12 / weight * top / (z @ z), abs=1e-12)
    assert moran(3 * y + 5, links, standardised=standardised).value == pytest.approx(result.value, abs=1e-12)


def test_the_p_value_approaches_the_share_of_all_arrangements() -> None:
    links, values = rook(2, 3), [1, 2, 4, 1, 3, 9]
    all_of_them = [moran(order, links, times=1).value for order in permutations(values)]
    exact = np.mean(np.array(all_of_them) >= moran(values, links).value - 1e-12)

    assert moran(values, links, times=20_000).p_value == pytest.approx(exact, abs=0.012)  # 3 standard errors


def test_areas_without_neighbours_or_value_are_left_out() -> None:
    # cells 0 to 8 as before; 9 an island; 10 and 11 only neighbours of each other, and 11 has no value
    links = [*rook(3, 3), [], [11], [10]]

    result = moran([*range(1, 10), 100, 50, nan], links, standardised=True)

    assert result.value == pytest.approx(5 / 9)
    assert result.islands == 2


def test_chunks_of_permutations_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = moran(range(1, 10), rook(3, 3), times=50)
    monkeypatch.setattr(spatial, "CHUNK", 9 * 7)

    chunks = moran(range(1, 10), rook(3, 3), times=50)

    assert chunks.value == whole.value
    assert chunks.p_value <= 3 / 51
    assert chunks.p_value * 51 == pytest.approx(round(chunks.p_value * 51))  # all 50 were drawn


@pytest.mark.parametrize(
    ("values", "links", "message"),
    [
        ([1, 1, 1], [[1], [0, 2], [1]], "differing values"), ([1, 2], [[], []], "found 0 areas"),
        ([nan, nan], [[1], [0]], "found 0 areas"), ([1, 2], [[1], []], "from either side"),
        ([1, 2], [[1, 1], [0, 0]], "from either side"), ([1, 2], [[1]], "found 1 lists"),
        ([1, 2], [[2], [0]], "found 2 lists"), ([1, 2], [[-1], [0]], "found 2 lists"),
        ([1, 2], [[0], [1]], "other than itself"),
    ],
)  # fmt: skip
def test_moran_refuses_what_it_cannot_measure(values: list[float], links: Links, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        moran(values, links)


def test_moran_needs_permutations() -> None:
    with pytest.raises(ValueError, match="at least one permutation"):
        moran([1, 2, 4], [[1], [0, 2], [1]], times=0)


def test_design_effect_gives_the_reference_value() -> None:
    assert spatial.design_effect(20, 0.1) == pytest.approx(2.9)  # methods P19
    assert spatial.effective_sample_size(1000, 20, 0.1) == pytest.approx(1000 / 2.9)


@pytest.mark.parametrize(("size", "icc"), [(0.5, 0.1), (20, 1.5), (20, -0.1), (20, nan)])
def test_design_effect_refuses_impossible_correlations(size: float, icc: float) -> None:
    with pytest.raises(ValueError, match="possible correlation"):
        spatial.design_effect(size, icc)


def test_a_sample_has_no_negative_size() -> None:
    with pytest.raises(ValueError, match="at least 0 units"):
        spatial.effective_sample_size(-1, 20, 0.1)
