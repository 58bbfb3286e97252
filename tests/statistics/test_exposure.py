"""Exposure, most targeted areas and rank correlation against P8 to P10, scipy and The Markup's published figures."""

import json
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from auditkit.statistics import critical, exposure

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "predpol_prediction_bias" / "geojson"
NEEDS_DATA = pytest.mark.skipif(not FOLDER.exists(), reason="the shared data are not here")
PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30)


def city(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predictions, residents and Black residents of each block group."""
    document = json.loads((FOLDER / f"{name}-geojson-with-data.json").read_text(encoding="utf-8"))
    rows = [feature["properties"] for feature in document["features"]]
    columns = np.array(
        [[row["count"], row["total_estimate"], row["black_alone"]] for row in rows], dtype=float
    )
    return columns[:, 0], columns[:, 1], columns[:, 2]


# Mean exposure


def test_mean_exposure_gives_the_reference_values() -> None:
    # P8: (80 x 10 + 20 x 30)/100 and (20 x 10 + 80 x 30)/100
    assert exposure.mean_exposure([80, 20], [10, 30]) == 14
    assert exposure.mean_exposure([20, 80], [10, 30]) == 26


def test_areas_with_a_missing_number_are_left_out() -> None:
    assert exposure.mean_exposure([80, nan, 20, 50], [10, 99, 30, nan]) == 14


@given(st.lists(st.tuples(st.integers(0, 1000), st.floats(0, 100)), min_size=1, max_size=20))
def test_mean_exposure_lies_between_the_lowest_and_the_highest_amount(areas: list[tuple[int, float]]) -> None:
    residents, amounts = np.array(areas, dtype=float).T
    assume(residents.sum() > 0)

    value = exposure.mean_exposure(residents, amounts)

    assert amounts.min() - 1e-9 <= value <= amounts.max() + 1e-9


@pytest.mark.parametrize("residents", [[0, 0], [nan, nan], [-5, 10], []])
def test_exposure_needs_residents(residents: list[float]) -> None:
    with pytest.raises(ValueError, match="needs residents"):
        exposure.mean_exposure(residents, [1.0] * len(residents))


# Most targeted areas and strict ranks


@pytest.mark.parametrize(
    ("n", "expected"),
    [  # w + 1; .05 n is .65, 2.2, 2.5 (to even), 1.5 (to even), 0.5 (to even)
        (13, 2), (44, 3), (50, 3), (30, 3), (10, 1), (1, 1),
    ],
)  # fmt: skip
def test_the_window_has_one_area_more_than_the_share(n: int, expected: int) -> None:
    assert exposure.most_targeted(np.arange(n), np.ones(n)).tolist() == list(range(n))[::-1][:expected]


def test_equal_counts_go_to_the_area_with_more_residents_then_to_the_earlier() -> None:
    counts, residents = [7, 7, 7, 7, 9], [nan, 100, 200, 100, 1]

    assert exposure.most_targeted(counts, residents, share=0.8).tolist() == [4, 2, 1, 3, 0]
    assert exposure.strict_ranks(counts, residents).tolist() == [1, 3, 4, 2, 5]


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_window_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        exposure.most_targeted([1, 2], [1, 2], share=share)


@pytest.mark.parametrize("counts", [[], [1, nan]])
def test_ranking_needs_every_count(counts: list[float]) -> None:
    with pytest.raises(ValueError, match="ranking needs"):
        exposure.strict_ranks(counts, [1.0] * len(counts))


@NEEDS_DATA
@pytest.mark.parametrize(
    ("name", "areas", "there", "overall"),
    [  # methods P9
        ("salisbury", 3, 0.6084, 0.3301), ("jacksonvilletx", 2, 0.4304, 0.1599), ("farmersbranch", 3, 0.1490, 0.0551),
    ],
)  # fmt: skip
def test_most_targeted_areas_hold_the_published_share(
    name: str, areas: int, there: float, overall: float
) -> None:
    counts, residents, black = city(name)

    targeted = exposure.most_targeted(counts, residents)

    assert targeted.size == areas
    assert black[targeted].sum() / residents[targeted].sum() == pytest.approx(there, abs=5e-5)
    assert black.sum() / residents.sum() == pytest.approx(overall, abs=5e-5)


# Rank correlation


@given(pairs=PAIRS)
def test_rank_correlation_equals_scipy(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    assume(np.ptp(x) > 0)
    assume(np.ptp(y) > 0)

    value = exposure.rank_correlation(x, y)

    assert value == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    assert exposure.rank_correlation(y, -x) == pytest.approx(-value, abs=1e-12)


def test_areas_missing_on_either_side_are_left_out_of_the_correlation() -> None:
    assert exposure.rank_correlation([1, 2, 3, nan, 5], [10, 30, 20, 40, nan]) == 0.5  # 1 - 6 x 2/(3 x 8)


@pytest.mark.parametrize(("x", "y"), [([1], [1]), ([1, 1], [1, 2]), ([1, 2], [3, 3]), ([], [])])
def test_rank_correlation_needs_differing_values(x: list[float], y: list[float]) -> None:
    with pytest.raises(ValueError, match="differing values"):
        exposure.rank_correlation(x, y)


@NEEDS_DATA
@pytest.mark.parametrize(
    ("name", "strict", "average"),
    [  # methods P10; the strict ones of the first two are those published in race_corr_pred_count.csv
        ("farmersbranch", 0.3091, 0.3080), ("jacksonvilletx", 0.6154, 0.6154), ("salisbury", 0.4272, 0.4413),
    ],
)  # fmt: skip
def test_rank_correlations_equal_the_reference_values(name: str, strict: float, average: float) -> None:
    counts, residents, black = city(name)
    share = np.divide(black, residents, out=np.full(black.size, nan), where=residents > 0)

    ranks = exposure.strict_ranks(counts, residents)

    assert exposure.rank_correlation(ranks, share) == pytest.approx(strict, abs=5e-5)
    assert exposure.rank_correlation(counts, share) == pytest.approx(average, abs=5e-5)


@NEEDS_DATA
def test_an_empty_area_counted_as_share_0_moves_the_correlation() -> None:
    counts, residents, black = city("farmersbranch")

    value = exposure.rank_correlation(counts, black / np.maximum(residents, 1))

    assert value == pytest.approx(0.3352, abs=5e-5)  # methods P10; average ranks


def test_fishers_variance_gives_the_reference_interval_and_the_default_is_wider() -> None:
    z = critical.normal(0.95)

    fisher = exposure.rank_correlation_interval(0.6154, 13, critical=z, variance="fisher")
    default = exposure.rank_correlation_interval(0.6154, 13, critical=z)

    assert fisher == pytest.approx((0.10, 0.87), abs=0.005)  # methods P10
    assert default.low < fisher.low < fisher.high < default.high


def test_the_default_interval_equals_the_package_of_its_author() -> None:
    # ci.spear of the R package statpsych (D. G. Bonett), its printed example
    y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19]
    x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51]
    value = exposure.rank_correlation(x, y)

    limits = exposure.rank_correlation_interval(value, 15, critical=critical.normal(0.95))

    assert value == pytest.approx(0.8699639, abs=5e-8)
    assert limits == pytest.approx((0.5840951, 0.9638297), abs=5e-8)


@pytest.mark.parametrize(("correlation", "n"), [(0.5, 3), (1.0, 10), (-1.0, 10), (nan, 10)])
def test_no_interval_from_three_areas_or_for_a_perfect_order(correlation: float, n: int) -> None:
    with pytest.raises(ValueError, match="inside"):
        exposure.rank_correlation_interval(correlation, n, critical=2.0)
