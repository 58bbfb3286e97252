"""Block intervals: hand arithmetic, scipy, invariants, and whether they cover the truth as often as they say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from auditkit.statistics import critical, jackknife
from auditkit.statistics.jackknife import difference_interval, mean_interval, ratio_of_sums_interval

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


def test_difference_of_a_mean_and_nothing_is_the_one_sample_t_interval() -> None:
    # Left out one at a time a mean moves by deviation / (n - 1); Tukey's variance of it is s^2 / n.
    amounts = np.array([-3.0, -1, 0, 0, 1, 3])  # symmetric, and with tails no heavier than the normal's
    alone = np.column_stack([amounts, np.ones(6)])
    beside = np.column_stack([alone, np.zeros(6), np.ones(6)])
    expected = ttest_1samp(amounts, 0.0).confidence_interval(0.95)

    assert difference_interval(alone, level=0.95) == pytest.approx((expected.low, expected.high))
    assert difference_interval(beside, level=0.95) == pytest.approx((expected.low, expected.high))


def test_likeness_of_blocks_widens_a_difference_as_often_as_it_says() -> None:
    totals = np.column_stack([[-3.0, -1, 0, 0, 1, 3], np.ones(6)])
    seen: list[np.ndarray] = []

    def twice(parts: np.ndarray) -> float:
        seen.append(parts)
        return 2.0

    low, high = difference_interval(totals, level=0.95)
    wide = difference_interval(totals, level=0.95, widening=twice)

    assert wide == pytest.approx((2 * low, 2 * high))  # the difference itself is 0
    assert seen[0] == pytest.approx(totals[:, 0] / 5)  # the mean without a block, -deviation / (n - 1) away


@pytest.mark.parametrize("sign", [1, -1])
def test_a_side_away_from_the_skew_is_shorter_than_t_where_likeness_of_blocks_was_asked_for(
    sign: int,
) -> None:
    # The mean of 1, 0, 0, 0, 0 strays .2; left out one at a time it moves by deviation / 4: .2, -.05 four times. Mean
    # square .01, third moment (.2^3 - 4 * .05^3) / 5 = .0015, so skewness 1.5 / sqrt(5); fourth (.2^4 + 4 * .05^4) / 5 =
    # .000325, kurtosis 3.25, df 2 / (2 / 4 + .25 / 5).
    totals = np.column_stack([sign * np.array([1.0, 0, 0, 0, 0]), np.ones(5)])
    skewness, t, error = 1.5 / 5**0.5, student.ppf(0.975, 2 / 0.55), 0.2
    shorter = 3 / skewness * ((1 + skewness * (t - skewness / 6)) ** (1 / 3) - 1)

    wide = difference_interval(totals, level=0.95)
    asked = difference_interval(totals, level=0.95, widening=lambda _: 1.0)

    near, far = (0, 1) if sign > 0 else (1, 0)
    assert asked[far] == pytest.approx(wide[far])
    assert (sign * wide[near], sign * asked[near]) == pytest.approx((0.2 - t * error, 0.2 - shorter * error))


def test_difference_over_areas_and_periods_by_hand() -> None:
    # Area effects 0, 6 and period effects 0, 2, 4 add up without a remainder; denominators of 1. Means over cells: areas
    # 2, 8; periods 3, 5, 7. Variance of the grand mean by areas: s2/n = 18/2 = 9; by periods: 4/3; by cells: leaving
    # out one of six moves the mean by deviation/5, so 5/6 x sum of squared deviations/25 = 70/30 = 7/3.
    # Together 9 + 4/3 - 7/3 = 8, less than by areas alone, which counts: 1 degree of freedom.
    cells = np.array([[0.0, 2, 4], [6, 8, 10]])

    low, high = difference_interval(np.stack([cells, np.ones((2, 3))], axis=-1), level=0.95)

    reach = student.ppf(0.975, 1) * 3
    assert (low, high) == pytest.approx((5 - reach, 5 + reach))


def test_differences_are_covered_as_often_as_they_say_whatever_varies() -> None:
    # Cells that vary alone; with their area; with their period; a true difference of 0. 40 areas by 12 periods.
    rng = np.random.default_rng(23)
    for of_area, of_period in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)):
        held = 0
        for _ in range(400):
            found = (
                rng.normal(size=(40, 12))
                + of_area * rng.normal(size=(40, 1))
                + of_period * rng.normal(size=12)
            )
            low, high = difference_interval(np.stack([found, np.ones((40, 12))], axis=-1), level=0.95)
            held += low <= 0 <= high
        assert 0.92 <= held / 400 <= 0.995  # three standard errors below .95; above it wider than it need be


@pytest.mark.parametrize("totals", [[[1, 1, 1]] * 3, [[math.nan, 1]] * 3, [1.0, 2.0]])
def test_differences_need_two_or_four_finite_columns(totals: ArrayLike) -> None:
    with pytest.raises(ValueError, match="2 or 4 columns"):
        difference_interval(totals, level=0.95)


@pytest.mark.parametrize("totals", [[[1.0, 1.0]] * 3, [[1.0, 1.0], [2.0, 0.0]], [[1.0, 1.0]]])
def test_differences_without_spread_or_without_a_denominator_have_no_interval(totals: ArrayLike) -> None:
    with pytest.raises(ValueError, match=r"all blocks agree|no sum that is 0"):
        difference_interval(totals, level=0.95)


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
    log_mean = jackknife._Statistic(lambda sums: np.log(sums) @ [1.0, -1.0], slice(None))

    both = jackknife._crossed(table, log_mean)

    one, two = jackknife._spread(table.sum(axis=1), log_mean), jackknife._spread(table.sum(axis=0), log_mean)
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
