"""The area under the curve from counts, against scikit-learn and DeLong's formulas on rows."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from auditkit.statistics import critical, discrimination
from auditkit.statistics.discrimination import Area

Z = critical.normal(0.95)
BINS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 12), min_size=n, max_size=n)] * 2)
)

# COMPAS by decile 1 to 10 (methods G25: n, and rate times n rounded): arrested again, and not.
BLACK = (
    [91, 119, 145, 177, 176, 215, 237, 245, 269, 227],
    [307, 274, 201, 208, 189, 169, 163, 114, 111, 59],
)
WHITE = ([142, 113, 93, 113, 111, 111, 88, 82, 68, 45], [539, 248, 180, 172, 130, 83, 55, 32, 30, 19])


def delong_by_rows(positives: list[int], negatives: list[int]) -> tuple[float, float]:
    """DeLong, DeLong and Clarke-Pearson (1988), equations 3 to 6, on every pair of people."""
    x, y = np.repeat(np.arange(len(positives)), positives), np.repeat(np.arange(len(negatives)), negatives)
    wins = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return float(wins.mean()), float(v10.var(ddof=1) / x.size + v01.var(ddof=1) / y.size)


@given(bins=BINS)
def test_counts_give_what_delong_gives_on_rows(bins: tuple[list[int], list[int]]) -> None:
    if min(map(sum, bins)) < 2:
        return

    found = discrimination.area_under_curve(*bins)

    assert found[:2] == pytest.approx(delong_by_rows(*bins), abs=1e-12)
    assert found[2:4] == (sum(bins[0]), sum(bins[1]))


@pytest.mark.parametrize("bins", [BLACK, WHITE, ([0, 1, 4], [5, 0, 2]), ([2, 2], [2, 2])])
def test_the_area_is_scikit_learns(bins: tuple[list[int], list[int]]) -> None:
    from sklearn.metrics import roc_auc_score

    scores, n = np.arange(len(bins[0])), len(bins[0])
    expected = roc_auc_score(
        np.repeat([1, 0], n), np.concatenate((scores, scores)), sample_weight=np.concatenate(bins)
    )

    assert discrimination.area_under_curve(*bins).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("bins", "value", "limits"), [(BLACK, 0.69183, (0.6751, 0.7086)), (WHITE, 0.69315, (0.6720, 0.7143))]
)
def test_compas_has_the_published_areas(
    bins: tuple[list[int], list[int]], value: float, limits: tuple[float, float]
) -> None:
    area = discrimination.area_under_curve(*bins)

    assert area.value == pytest.approx(value, abs=5e-6)
    assert discrimination.interval(area, critical=Z) == pytest.approx(limits, abs=5e-5)


def test_the_difference_between_compas_groups_is_the_published_one() -> None:
    black, white = discrimination.area_under_curve(*BLACK), discrimination.area_under_curve(*WHITE)
    found = discrimination.difference(black, white, critical=Z)
    half = Z * math.sqrt(black.variance + white.variance)

    assert found == pytest.approx((-0.0283, 0.0257), abs=5e-5)
    assert found == pytest.approx((black.value - white.value - half, black.value - white.value + half))


@given(bins=BINS)
def test_a_score_turned_round_has_the_other_part_of_the_area(bins: tuple[list[int], list[int]]) -> None:
    if min(map(sum, bins)) < 2:
        return

    area = discrimination.area_under_curve(*bins)
    turned = discrimination.area_under_curve(bins[0][::-1], bins[1][::-1])

    assert turned[:2] == pytest.approx((1 - area.value, area.variance), abs=1e-12)


def test_empty_bins_change_nothing() -> None:
    plain = discrimination.area_under_curve([1, 2], [3, 1])

    assert discrimination.area_under_curve([0, 1, 0, 2], [0, 3, 0, 1]) == plain


@pytest.mark.parametrize(
    "bins",
    [([0, 0], [3, 4]), ([3, 4], [0, 0]), ([1, 0], [3, 4]), ([3, 4], [0, 1]), ([2, 2], [2, 2, 2])],
)
def test_too_few_people_and_unequal_bins_are_refused(bins: tuple[list[int], list[int]]) -> None:
    with pytest.raises(ValueError, match="the area needs two counts per bin and two people"):
        discrimination.area_under_curve(*bins)


@pytest.mark.parametrize("counts", [[-1, 5], [1.5, 2], [math.nan, 4], [[1, 2], [3, 4]], [math.inf, 1]])
def test_counts_that_are_none_are_refused(counts: list[float]) -> None:
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="expected whole numbers"):
        discrimination.area_under_curve(counts, [2, 2])


def test_small_groups_have_intervals_on_the_log_odds() -> None:
    # log odds of .9 are 2.1972; half 1.96 x .05 / (.9 x .1) = 1.0889: from 1.1083 to 3.2861
    found = discrimination.interval(Area(0.9, 0.0025, 99, 500), critical=1.96)

    assert found == pytest.approx((0.7518, 0.9639), abs=5e-5)


def test_small_groups_have_quantiles_of_students_t() -> None:
    # t with 20 degrees of freedom has .975 of its mass below 2.0860 (printed tables): half 2.086 x .05 / .09 = 1.1589,
    # so from 2.1972 - 1.1589 = 1.0383 to 3.3561 in log odds
    found = discrimination.interval(Area(0.9, 0.0025, 99, 500, 20.0), critical=Z)

    assert found == pytest.approx((0.7385, 0.9663), abs=1e-4)


def test_degrees_of_freedom_are_welchs() -> None:
    cases, others = [1, 0, 2, 3, 4], [5, 3, 1, 2, 0]
    scores = [np.repeat(np.arange(5), counts) for counts in (cases, others)]
    wins = np.sign(scores[0][:, None] - scores[1][None, :]) / 2 + 0.5
    welch = scipy.stats.ttest_ind(wins.mean(axis=1), wins.mean(axis=0), equal_var=False)

    assert discrimination.area_under_curve(cases, others).degrees == pytest.approx(welch.df)


def test_large_groups_have_delongs_interval_cut_off_at_one() -> None:
    assert discrimination.interval(Area(0.9, 0.0025, 100, 500), critical=1.96) == pytest.approx(
        (0.802, 0.998)
    )
    assert discrimination.interval(Area(0.99, 0.0025, 100, 500), critical=1.96).high == 1
    assert discrimination.interval(Area(0.01, 0.0025, 100, 500), critical=1.96).low == 0


@pytest.mark.parametrize("area", [Area(0.7, 0.01, 9, 50), Area(0.7, 0.01, 50, 9), Area(1.0, 0.0, 50, 50)])
def test_no_interval_for_fewer_than_ten_people_or_without_spread(area: Area) -> None:
    with pytest.raises(ValueError, match="the interval needs 10 people"):
        discrimination.interval(area, critical=Z)
    with pytest.raises(ValueError, match="the interval needs 10 people"):
        discrimination.difference(Area(0.7, 0.001, 50, 50), area, critical=Z)


def test_separated_scores_have_an_area_of_one_without_variance() -> None:
    assert discrimination.area_under_curve([0, 12], [11, 0]) == (1.0, 0.0, 12, 11, math.inf)


@pytest.mark.parametrize(
    ("m", "n", "target"), [(10, 10, 0.8), (20, 20, 0.9), (30, 300, 0.7), (100, 100, 0.8)]
)
def test_intervals_hold_the_true_area_about_as_often_as_they_say(m: int, n: int, target: float) -> None:
    rng = np.random.default_rng(20)
    shift = float(ndtri(target)) * math.sqrt(2)
    edges = np.concatenate(([-np.inf], 1.2 * ndtri(np.arange(1, 10) / 10) + shift / 2, [np.inf]))
    with_it, without = np.diff(ndtr(edges - shift)), np.diff(ndtr(edges))
    truth = float(with_it @ (np.cumsum(without) - without / 2))

    areas = [
        discrimination.area_under_curve(rng.multinomial(m, with_it), rng.multinomial(n, without))
        for _ in range(1500)
    ]
    found = [discrimination.interval(area, critical=Z) for area in areas if area.variance > 0]

    assert len(found) > 1480
    assert 0.925 <= np.mean([low <= truth <= high for low, high in found]) <= 0.975
