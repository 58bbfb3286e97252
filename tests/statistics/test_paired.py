"""McNemar's exact test against scipy's binomial test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from auditkit.statistics import paired
from auditkit.statistics.accuracy import highest
from auditkit.statistics.blocks import block_totals

COUNT = st.integers(0, 300)


def test_mcnemar_gives_the_reference_value() -> None:
    assert paired.mcnemar_exact(30, 18) == pytest.approx(0.1114, abs=5e-5)  # methods P3


def test_mcnemar_of_a_few_incidents_by_hand() -> None:
    # All five only with the first: 2 x (1/2)^5
    assert paired.mcnemar_exact(5, 0) == pytest.approx(2 / 32)


@given(first=COUNT, second=COUNT)
def test_mcnemar_equals_the_binomial_test_and_has_no_order(first: int, second: int) -> None:
    p = paired.mcnemar_exact(first, second)

    if first + second:
        assert p == pytest.approx(binomtest(first, first + second).pvalue)
    assert p == paired.mcnemar_exact(second, first)


def test_without_any_difference_nothing_speaks_against_equality() -> None:
    assert paired.mcnemar_exact(0, 0) == 1.0


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="found 3 and -1"):
        paired.mcnemar_exact(3, -1)


def test_swaps_take_nothing_from_the_sum_of_the_gains() -> None:
    # 5 and 3 caught alone, 2 and 4 missed alone: 14 over 4 swaps is 3.5 each.
    gains, swaps = [[5.0, -2.0], [3.0, -4.0], [0.0, 0.0]], [[1, -1], [1, -1], [0, 0]]

    net = paired.net_of_swaps(gains, swaps)

    assert net.tolist() == [[1.5, 1.5], [-0.5, -0.5], [0.0, 0.0]]
    assert net.sum() == 2


def test_forecasts_that_flag_the_same_cells_gain_nothing() -> None:
    assert paired.net_of_swaps([0.0, 0.0], [0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize(("gains", "swaps"), [([1.0, 2.0], [1, 0]), ([1.0], [1, -1])])
def test_swaps_that_do_not_add_up_or_fit_are_refused(gains: list[float], swaps: list[int]) -> None:
    with pytest.raises(ValueError, match="as many cells flagged by both"):
        paired.net_of_swaps(gains, swaps)


def test_net_of_swaps_blocks_spread_as_widely_as_gains_do_and_otherwise_far_more_widely() -> None:
    # 160 areas in 40 blocks; two forecasts of equal merit flag 16 of them, each by counts of its own.
    rng = np.random.default_rng(20260117)
    blocks = np.repeat(np.arange(40), 4)
    gains, errors = [], []
    for _ in range(300):
        rate = rng.lognormal(1, 0.7, 160)
        found, first, second = rng.poisson(rate, size=(3, 160)).astype(np.float64)
        swaps = highest(first, 16).astype(np.float64) - highest(second, 16)
        sums = block_totals(
            np.stack([swaps * found, paired.net_of_swaps(swaps * found, swaps)], axis=1), blocks
        )
        gains.append(float(sums[:, 0].sum()))
        errors.append(40 * sums.var(axis=0, ddof=1))  # the variance of a sum over 40 blocks
    plain, net = np.sqrt(np.mean(errors, axis=0)) / np.std(gains)

    assert plain > 1.5
    assert 0.85 < net < 1.15
