"""Gini and overlap against hand arithmetic (P11) and the mean absolute difference."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditkit.statistics import concentration

AMOUNTS = arrays.arrays(np.int64, st.integers(1, 25), elements=st.integers(0, 1000))
FLAGS = arrays.arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(2, 6)))


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [  # methods P11; (2i - n - 1) is -3, -1, 1, 3 for four areas
        ([0, 0, 0, 10], 30 / 40), ([1, 2, 3, 4], (-3 - 2 + 3 + 12) / 40), ([5, 5, 5, 5], 0.0),
    ],
)  # fmt: skip
def test_gini_gives_the_reference_values(amounts: list[int], expected: float) -> None:
    assert concentration.gini(amounts) == expected


@given(amounts=AMOUNTS, factor=st.integers(1, 50))
def test_gini_is_half_the_relative_mean_difference_whatever_the_unit(
    amounts: np.ndarray, factor: int
) -> None:
    assume(amounts.sum() > 0)
    n = amounts.size
    differences = (
        np.abs(amounts[:, None] - amounts[None, :]).sum() / n**2
    )  # another definition of the same number

    value = concentration.gini(amounts)

    assert value == pytest.approx(differences / (2 * amounts.mean()), abs=1e-12)
    assert concentration.gini(amounts[::-1] * factor) == pytest.approx(value, abs=1e-12)
    assert -1e-12 <= value <= 1 - 1 / n + 1e-12


@pytest.mark.parametrize("amounts", [[0, 0], [], [1, -1], [1, math.nan], [1, math.inf]])
def test_gini_of_nothing_or_of_unknown_amounts_is_refused(amounts: list[float]) -> None:
    with pytest.raises(ValueError, match="not all 0"):
        concentration.gini(amounts)


def test_overlap_of_two_sets_is_common_over_either() -> None:
    # areas 1 and 2 are in both, 0 to 3 in either
    assert concentration.jaccard([1, 1, 1, 0, 0], [0, 1, 1, 1, 0]) == 2 / 4


def test_overlap_of_two_empty_sets_is_refused() -> None:
    with pytest.raises(ValueError, match="two empty sets"):
        concentration.jaccard([False], [False])


def test_mean_overlap_leaves_out_pairs_of_empty_periods() -> None:
    # periods: {0, 1}, {1}, {}, {}, {1}: 1/2, 0, left out, 0
    flags = [[1, 0, 0, 0, 0], [1, 1, 0, 0, 1]]

    assert concentration.mean_overlap(flags) == pytest.approx((1 / 2 + 0 + 0) / 3)


@given(flags=FLAGS)
def test_mean_overlap_is_the_mean_of_overlaps_in_either_direction(flags: np.ndarray) -> None:
    pairs = [(flags[:, t], flags[:, t + 1]) for t in range(flags.shape[1] - 1)]
    overlaps = [concentration.jaccard(a, b) for a, b in pairs if a.any() or b.any()]
    assume(overlaps)

    assert concentration.mean_overlap(flags) == pytest.approx(np.mean(overlaps))
    assert concentration.mean_overlap(flags[:, ::-1]) == pytest.approx(np.mean(overlaps))


@pytest.mark.parametrize("flags", [[[1], [0]], [[0, 0], [0, 0]], np.zeros((3, 0))])
def test_overlap_needs_two_periods_with_flags(flags: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="two consecutive periods"):
        concentration.mean_overlap(flags)
