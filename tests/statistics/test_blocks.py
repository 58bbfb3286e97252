"""Sums over blocks, by hand and against a plain loop."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics import blocks


def test_blocks_of_periods_are_consecutive_and_the_last_may_be_shorter() -> None:
    assert blocks.period_blocks(5, length=2).tolist() == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(("periods", "length"), [(0, 1), (5, 0)])
def test_blocks_of_periods_need_periods(periods: int, length: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        blocks.period_blocks(periods, length=length)


def test_a_number_that_no_area_has_is_a_block_with_sums_of_0() -> None:
    assert blocks.block_totals([[1.0], [2.0]], [2, 0]).tolist() == [[2], [0], [1]]


@given(areas=st.integers(1, 8), periods=st.integers(1, 6), seed=st.integers(0, 1000))
def test_crossed_totals_equal_a_plain_loop_and_keep_the_sum(areas: int, periods: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cube = rng.integers(0, 50, (3, areas, periods))
    of_areas, of_periods = rng.integers(0, 3, areas), rng.integers(0, 2, periods)

    table = blocks.crossed_totals(cube, of_areas, period_blocks=of_periods)

    for a in range(table.shape[0]):
        for p in range(table.shape[1]):
            chosen = cube[:, of_areas == a][:, :, of_periods == p]
            assert table[a, p].tolist() == chosen.sum(axis=(1, 2)).tolist()
    assert table.sum(axis=(0, 1)).tolist() == cube.sum(axis=(1, 2)).tolist()


@pytest.mark.parametrize(
    ("values", "labels"), [([[1.0], [nan]], [0, 1]), ([[1.0]], [0, 1]), ([1.0, 2.0], [0, 1])]
)
def test_totals_need_finite_values_for_each_area(values: object, labels: list[int]) -> None:
    with pytest.raises(ValueError, match="finite values"):
        blocks.block_totals(np.array(values), labels)


@pytest.mark.parametrize("labels", [[], [-1], [[0]]])
def test_labels_are_numbers_from_0(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="block number"):
        blocks.block_totals([[1.0]], labels)


def test_a_cube_has_three_ways() -> None:
    with pytest.raises(ValueError, match="areas, periods"):
        blocks.crossed_totals([[1.0]], [0], period_blocks=[0])
