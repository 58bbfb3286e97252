"""Comparisons within strata against statsmodels and the Berkeley admissions (methods G24)."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from auditkit.statistics.stratified import (
    breslow_day,
    cochran_mantel_haenszel,
    crude_odds_ratio,
    informative_strata,
)

Z = 1.959963984540054  # the normal quantile at 0.975
BERKELEY = np.array([
    [[512, 313], [89, 19]], [[353, 207], [17, 8]], [[120, 205], [202, 391]],
    [[138, 279], [131, 244]], [[53, 138], [94, 299]], [[22, 351], [24, 317]],
])  # fmt: skip
"""Six departments: men, women; admitted, rejected."""
EMPTY = [[[0, 0], [0, 0]], [[3, 4], [0, 0]], [[0, 7], [0, 2]], [[5, 0], [6, 0]]]
"""Nobody; no others; no event; nothing but events."""
FILLED = arrays.arrays(
    np.int64, st.tuples(st.integers(2, 6), st.just(2), st.just(2)), elements=st.integers(1, 60)
)


# Cochran-Mantel-Haenszel


def test_berkeley_shows_no_difference_within_departments() -> None:
    effect = cochran_mantel_haenszel(BERKELEY)
    log_ratio, reach = math.log(effect.common_odds_ratio), Z * effect.log_standard_error

    assert effect.chi2_corrected == pytest.approx(1.42695, abs=5e-6)
    assert effect.chi2 == pytest.approx(1.52461, abs=5e-6)
    assert effect.common_odds_ratio == pytest.approx(0.904697, abs=5e-7)
    assert math.exp(log_ratio - reach) == pytest.approx(0.7719, abs=5e-5)
    assert math.exp(log_ratio + reach) == pytest.approx(1.0603, abs=5e-5)
    assert effect.strata_used == 6


@given(tables=FILLED)
def test_the_common_effect_equals_statsmodels(tables: np.ndarray) -> None:
    expected = StratifiedTable(list(tables))
    effect = cochran_mantel_haenszel(tables)

    assert effect.chi2 == pytest.approx(expected.test_null_odds(correction=False).statistic, abs=1e-9)
    assert effect.common_odds_ratio == pytest.approx(expected.oddsratio_pooled)
    assert effect.log_standard_error == pytest.approx(expected.logodds_pooled_se)
    assume(effect.chi2_corrected > 0)  # statsmodels turns a difference below one half into a larger one
    corrected = expected.test_null_odds(correction=True)
    assert effect.chi2_corrected == pytest.approx(corrected.statistic, abs=1e-9)
    assert effect.p_value == pytest.approx(corrected.pvalue, abs=1e-9)


def test_the_correction_never_turns_a_small_difference_into_a_larger_one() -> None:
    # 5 of 10 in both groups but for one: a - E = 5 - 10 x 11 / 21 = -.238, so nothing is left after the correction.
    effect = cochran_mantel_haenszel([[[5, 5], [6, 5]]])

    assert effect.chi2 > 0
    assert effect.chi2_corrected == 0
    assert effect.p_value == 1


def test_empty_and_one_sided_strata_contribute_nothing_and_are_listed() -> None:
    together = np.concatenate([BERKELEY, EMPTY, [[[1, 0], [0, 0]]]])

    assert cochran_mantel_haenszel(together) == cochran_mantel_haenszel(BERKELEY)
    assert informative_strata(together).tolist() == [True] * 6 + [False] * 5
    ratio = cochran_mantel_haenszel(BERKELEY).common_odds_ratio
    assert breslow_day(together, ratio) == breslow_day(BERKELEY, ratio)


@given(tables=FILLED)
def test_swapping_the_groups_inverts_the_common_odds_ratio(tables: np.ndarray) -> None:
    effect, swapped = cochran_mantel_haenszel(tables), cochran_mantel_haenszel(tables[:, ::-1])

    assert swapped.common_odds_ratio == pytest.approx(1 / effect.common_odds_ratio)
    assert swapped.chi2_corrected == pytest.approx(effect.chi2_corrected, abs=1e-9)


def test_strata_that_say_nothing_have_no_common_effect() -> None:
    with pytest.raises(ValueError, match="no stratum has both groups and both outcomes, found 4 strata"):
        cochran_mantel_haenszel(EMPTY)


@pytest.mark.parametrize(("table", "ratio"), [([[0, 5], [3, 5]], "0"), ([[3, 5], [0, 5]], "infinite")])
def test_a_common_odds_ratio_without_a_logarithm_is_refused(table: list[list[int]], ratio: str) -> None:
    with pytest.raises(ValueError, match=f"the common odds ratio is {ratio} in the 1 strata"):
        cochran_mantel_haenszel([table])


@pytest.mark.parametrize(
    "tables", [[[1, 2], [3, 4]], [[[1, 2, 3], [4, 5, 6]]], [[[1, -2], [3, 4]]], [[[1, math.nan], [3, 4]]]]
)
def test_strata_are_tables_of_four_counts(tables: Any) -> None:
    with pytest.raises(ValueError, match=r"shape \(strata, 2, 2\)"):
        cochran_mantel_haenszel(tables)


# Crude odds ratio


def test_berkeley_looks_different_without_departments() -> None:
    crude = crude_odds_ratio(BERKELEY.sum(axis=0))

    assert crude.value == pytest.approx(1.84108, abs=5e-6)
    assert crude.log_standard_error == pytest.approx(Table2x2(BERKELEY.sum(axis=0)).log_oddsratio_se)


@pytest.mark.parametrize("table", [[[0, 5], [3, 5]], [[1, 2]], [[1, -2], [3, 4]], [[1, math.inf], [3, 4]]])
def test_a_crude_odds_ratio_needs_four_filled_cells(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="four counts above 0"):
        crude_odds_ratio(table)


# Breslow-Day


def test_departments_of_berkeley_differ_in_their_odds_ratio() -> None:
    found = breslow_day(BERKELEY, cochran_mantel_haenszel(BERKELEY).common_odds_ratio)

    assert found.statistic == pytest.approx(18.83, abs=5e-3)
    assert found.p_value == pytest.approx(0.0021, abs=5e-5)
    assert found.degrees == 5


@given(tables=FILLED)
def test_the_test_of_heterogeneity_equals_statsmodels(tables: np.ndarray) -> None:
    ratio = cochran_mantel_haenszel(tables).common_odds_ratio
    assume(abs(ratio - 1) > 1e-3)  # statsmodels divides by 1 - ratio
    expected = StratifiedTable(list(tables)).test_equal_odds(adjust=True)

    found = breslow_day(tables, ratio)

    assert found.statistic == pytest.approx(expected.statistic, rel=1e-5, abs=1e-7)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-5, abs=1e-7)
    assert found.degrees == len(tables) - 1


def test_opposite_strata_around_an_odds_ratio_of_one_by_hand() -> None:
    # At ratio 1 each stratum expects 5 of 10. Variance 1/(4/5) = 1.25; the squares are (7-5)² and (3-5)², so
    # 4/1.25 + 4/1.25 = 6.4, and Tarone's adjustment (2 - 2)² is 0.
    found = breslow_day([[[7, 3], [3, 7]], [[3, 7], [7, 3]]], 1.0)

    assert found.statistic == pytest.approx(6.4)


def test_strata_with_the_same_odds_ratio_do_not_differ() -> None:
    tables = [
        [[12, 10], [7, 15]],
        [[48, 40], [28, 60]],
    ]  # the second is four times the first; rounding goes below 0

    found = breslow_day(tables, cochran_mantel_haenszel(tables).common_odds_ratio)

    assert found.statistic == pytest.approx(0)
    assert found.statistic >= 0
    assert found.p_value == pytest.approx(1)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_strata_cannot_differ_from_an_odds_ratio_that_does_not_exist(ratio: float) -> None:
    with pytest.raises(ValueError, match="finite odds ratio above 0"):
        breslow_day(BERKELEY, ratio)


def test_one_stratum_cannot_differ_from_itself() -> None:
    with pytest.raises(ValueError, match=r"found 2\.0 and 1"):
        breslow_day([[[7, 3], [3, 7]], [[1, 0], [3, 0]]], 2.0)
