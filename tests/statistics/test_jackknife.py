"""Block intervals: hand arithmetic, scipy, invariants, and whether they cover the truth as often as they say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from auditkit.statistics import critical, jackknife
from auditkit.statistics.jackknife import mean_interval, ratio_of_sums_interval

SEEDS = st.integers(0, 10_000)


def city(rng: np.random.Generator, blocks: int, *, ratio: float) -> np.ndarray:
    """Sums of blocks with skewed amounts, shape (blocks, 4)."""
    residents, share = rng.lognormal(0, 0.5, blocks), rng.uniform(0, 1, blocks)
    amount = rng.lognormal(0, 0.7, blocks)
    reference = amount if ratio == 1 else rng.lognormal(0, 0.7, blocks)
    group = residents * share
    return np.stack(
        [group * amount * ratio, group, (residents - group) * reference, residents - group], axis=1
    )


def test_mean_of_symmetric_blocks_by_hand() -> None:
    # Totals 1, 2, 3, 4 over denominators of 1: left out one at a time, log of (9, 8, 7, 6)/3; Tukey's variance is
    # 3/4 of the sum of squares. Skewness and heavy tails: the moves are nearly even, so t has 3 degrees of freedom.
    logs = np.log([9 / 3, 8 / 3, 7 / 3, 6 / 3])
    error = math.sqrt(3 / 4 * ((logs - logs.mean()) ** 2).sum())
    reach = math.exp(student.ppf(0.975, 3) * error)

    low, high = mean_interval([[1, 1], [2, 1], [3, 1], [4, 1]], level=0.95)

    assert (low, high) == pytest.approx((2.5 / reach, 2.5 * reach))


def test_two_blocks_have_one_degree_of_freedom_and_no_skewness() -> None:
    # Left out one at a time: log 3 and log 1, half their squared distances from the middle summed is (log 3)^2 / 4.
    reach = math.exp(student.ppf(0.975, 1) * math.log(3) / 2)

    low, high = mean_interval([[1, 1], [3, 1]], level=0.95)

    assert (low, high) == pytest.approx((2 / reach, 2 * reach))


def test_heavy_tails_leave_fewer_degrees_of_freedom() -> None:
    # One block in twenty stands out: kurtosis of the moves is that of a share of 1/20, 1/(.05 x .95) - 3 = 18.05;
    # 2/(2/19 + 15.05/20) = 2.331 degrees of freedom instead of 19.
    totals = np.column_stack([np.append(np.full(19, 1.0), 2.0), np.ones(20)])
    logs = np.log((totals[:, 0].sum() - totals[:, 0]) / 19)
    error = math.sqrt(19 / 20 * ((logs - logs.mean()) ** 2).sum())

    low, _ = mean_interval(totals, level=0.95)

    assert math.log(21 / 20 / low) == pytest.approx(
        student.ppf(0.975, 2 / (2 / 19 + 15.0526316 / 20)) * error
    )


def test_skewed_blocks_reach_farther_up() -> None:
    low, high = mean_interval(np.column_stack([np.append(np.ones(19), 12.0), np.ones(20)]), level=0.95)
    mean = 31 / 20

    assert high / mean > mean / low


@given(seed=SEEDS, blocks=st.integers(3, 30))
@settings(max_examples=50)
def test_intervals_hold_the_value_and_turn_with_the_ratio(seed: int, blocks: int) -> None:
    totals = city(np.random.default_rng(seed), blocks, ratio=2)
    a, b, c, d = totals.sum(axis=0)

    low, high = ratio_of_sums_interval(totals, level=0.95)
    narrow = ratio_of_sums_interval(totals, level=0.80)
    turned = ratio_of_sums_interval(totals[:, [2, 3, 0, 1]], level=0.95)

    assert 0 < low < narrow.low < (a / b) / (c / d) < narrow.high < high
    assert turned == pytest.approx((1 / high, 1 / low))
    assert ratio_of_sums_interval(totals[::-1] * [7, 1, 1, 1], level=0.95) == pytest.approx(
        (7 * low, 7 * high)
    )


@given(seed=SEEDS)
@settings(max_examples=25)
def test_two_ways_are_never_narrower_in_variance_than_either(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.lognormal(0, 1, (12, 6, 1)) * rng.lognormal(0, 0.5, (12, 6, 2))
    contrast = np.array([1.0, -1.0])

    both = jackknife._crossed(table, contrast)

    one, two = jackknife._spread(table.sum(axis=1), contrast), jackknife._spread(table.sum(axis=0), contrast)
    assert both.variance >= max(one.variance, two.variance)
    assert min(one.df, two.df) <= both.df <= one.df + two.df


def test_periods_that_all_agree_change_nothing() -> None:
    totals = city(np.random.default_rng(5), 20, ratio=1)
    cube = np.repeat(totals[:, np.newaxis, :], 6, axis=1)

    crossed = ratio_of_sums_interval(cube, level=0.95)

    assert crossed == pytest.approx(ratio_of_sums_interval(totals, level=0.95))


def covered(cities: list[np.ndarray], ratio: float) -> float:
    limits = [ratio_of_sums_interval(totals, level=0.95) for totals in cities]
    return float(np.mean([low <= ratio <= high for low, high in limits]))


@pytest.mark.parametrize("blocks", [20, 40, 80])
@pytest.mark.parametrize("ratio", [1, 2])
def test_ratio_intervals_cover_as_often_as_they_say(blocks: int, ratio: float) -> None:
    rng = np.random.default_rng(20_000 + blocks)
    cities = [city(rng, blocks, ratio=ratio) for _ in range(1500)]

    assert covered(cities, ratio) == pytest.approx(0.955, abs=0.02)  # three standard errors are .017


def test_mean_intervals_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(21)
    limits = [mean_interval(city(rng, 40, ratio=1)[:, :2], level=0.95) for _ in range(1500)]

    truth = math.exp(0.7**2 / 2)  # the mean amount, independent of residents
    assert np.mean([low <= truth <= high for low, high in limits]) == pytest.approx(0.946, abs=0.018)


def test_crossed_intervals_cover_where_time_matters_and_blocks_alone_do_not() -> None:
    # Both rates swing with the period, each on its own: 40 blocks of areas, 12 of periods.
    rng, cities = np.random.default_rng(22), []
    for _ in range(500):
        totals = city(rng, 40, ratio=2)[:, np.newaxis, :]
        swing = np.ones((12, 4))
        swing[:, [0, 2]] = rng.lognormal(0, 0.7, (12, 2))
        cities.append(totals * swing)

    assert covered(cities, 2) >= 0.92
    assert covered([cube.sum(axis=1) for cube in cities], 2) < 0.85


def test_many_even_blocks_give_the_normal_interval_of_a_mean() -> None:
    # With many blocks of nearly equal sums the log interval is the usual one, mean -+ z s / root n.
    amounts = np.random.default_rng(6).normal(100, 5, 4000)

    low, high = mean_interval(np.column_stack([amounts, np.ones(4000)]), level=0.95)

    half = critical.normal(0.95) * amounts.std(ddof=1) / math.sqrt(4000)
    assert (low, high) == pytest.approx((amounts.mean() - half, amounts.mean() + half), rel=1e-4)


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ([[1, 2], [2, 3]], "4 columns"), ([1, 2, 3, 4], "4 columns"), ([[1, 1, 1, -1], [1, 1, 1, 2]], "at least 0"),
        ([[1, 1, 1, math.nan], [1, 1, 1, 2]], "at least 0"), ([[1, 1, 1, math.inf], [1, 1, 1, 2]], "at least 0"), ([[1, 1, 1, 1]], "found 1 blocks"),
        ([[0, 1, 1, 1], [5, 1, 2, 1], [0, 1, 1, 1]], "without one of them"),
        ([[0, 1, 1, 1], [0, 1, 2, 1], [0, 1, 1, 1]], "without one of them"),
        ([[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]], "all blocks agree"),
        (np.ones((3, 4, 4)), "all blocks agree"), (np.ones((3, 1, 4)), "found 1 blocks"),
    ],
)  # fmt: skip
def test_what_has_no_interval_is_refused(totals: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ratio_of_sums_interval(np.asarray(totals, dtype=float), level=0.95)
