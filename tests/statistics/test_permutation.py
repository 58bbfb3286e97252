"""The permutation p-value by hand."""

import math

import pytest

from auditkit.statistics.permutation import permutation_p


def test_the_observed_arrangement_counts_as_one_of_the_permutations() -> None:
    assert permutation_p(5.0, [1, 2, 3, 4]) == 1 / 5  # none as large: (0 + 1)/(4 + 1), not 0
    assert permutation_p(0.0, [1, 2, 3, 4]) == 1.0


def test_values_that_differ_by_rounding_count_as_equal() -> None:
    assert permutation_p(0.3, [0.1 + 0.2 - 1e-15, 0.0, 0.0]) == 2 / 4


@pytest.mark.parametrize(("observed", "permuted"), [(1.0, []), (math.nan, [1.0]), (1.0, [math.nan])])
def test_no_p_value_without_finite_permutations(observed: float, permuted: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one permutation"):
        permutation_p(observed, permuted)
