"""Critical values against scipy, published tables and the values printed in methods 3.3 and 3.4."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, studentized_range

from auditkit.statistics import critical

LEVELS = st.floats(0.5, 0.999)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99, 0.9975])
def test_the_normal_critical_value_equals_scipys_normal_quantile(level: float) -> None:
    assert critical.normal(level) == pytest.approx(norm.ppf(1 - (1 - level) / 2), rel=1e-12)


@pytest.mark.parametrize(("level", "table"), [(0.95, 1.959964), (0.90, 1.644854), (0.99, 2.575829)])
def test_the_normal_critical_value_is_the_one_of_printed_tables(level: float, table: float) -> None:
    assert critical.normal(level) == pytest.approx(table, abs=5e-7)


@pytest.mark.parametrize("comparisons", [1, 2, 3, 5, 40])
def test_bonferroni_divides_the_error_rate_by_the_number_of_comparisons(comparisons: int) -> None:
    expected = norm.ppf(1 - 0.05 / (2 * comparisons))

    assert critical.bonferroni(0.95, comparisons) == pytest.approx(expected, rel=1e-10)


def test_bonferroni_over_a_single_comparison_is_the_normal_value() -> None:
    assert critical.bonferroni(0.95, 1) == pytest.approx(critical.normal(0.95), rel=1e-12)


@pytest.mark.parametrize(("groups", "printed"), [(3, 2.3437), (4, 2.5690), (5, 2.7278)])
def test_the_all_pairs_value_is_the_one_printed_in_methods_3_4(groups: int, printed: float) -> None:
    assert critical.all_pairs(0.95, groups) == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize("groups", [3, 4, 7])
@pytest.mark.parametrize("level", [0.90, 0.95, 0.975])
def test_the_all_pairs_value_is_scipys_studentized_range_over_root_two(level: float, groups: int) -> None:
    expected = float(studentized_range.ppf(level, groups, math.inf)) / math.sqrt(2)

    assert critical.all_pairs(level, groups) == pytest.approx(expected, rel=1e-9)


def test_the_all_pairs_value_gives_back_its_level_in_the_studentized_range_distribution() -> None:
    quantile = critical.all_pairs(0.95, 6) * math.sqrt(2)

    assert float(studentized_range.cdf(quantile, 6, math.inf)) == pytest.approx(0.95, abs=1e-6)


@pytest.mark.parametrize("groups", [0, 1, 2])
def test_two_groups_are_one_comparison_and_need_no_simultaneous_value(groups: int) -> None:
    # For two groups the range of two standard normals is root two times |Z|: q / root two is the normal quantile.
    assert critical.all_pairs(0.95, groups) == critical.normal(0.95)


@pytest.mark.parametrize("groups", [3, 4, 5, 8])
def test_all_pairs_lies_between_a_single_comparison_and_bonferroni_over_all_pairs(groups: int) -> None:
    # Methods 3.4: Bonferroni over k (k - 1) / 2 pairs is valid and slightly wider.
    value = critical.all_pairs(0.95, groups)

    assert critical.normal(0.95) < value < critical.bonferroni(0.95, groups * (groups - 1) // 2)


@given(low=LEVELS, high=LEVELS)
def test_a_higher_level_never_lowers_the_normal_critical_value(low: float, high: float) -> None:
    low, high = sorted((low, high))

    assert critical.normal(low) <= critical.normal(high)


@given(level=LEVELS, comparisons=st.integers(1, 200))
def test_one_more_comparison_raises_the_bonferroni_value(level: float, comparisons: int) -> None:
    assert critical.bonferroni(level, comparisons + 1) > critical.bonferroni(level, comparisons)
