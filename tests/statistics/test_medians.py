"""Medians and their intervals are those of scipy's quantile test, which counts the same binomial."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import quantile_test

from auditkit.statistics.medians import median


@pytest.mark.parametrize("n", [6, 7, 20, 61, 300])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_that_of_the_quantile_test(n: int, level: float) -> None:
    drawn = np.random.default_rng(n).integers(0, 40, size=n)
    values, counts = np.unique(drawn, return_counts=True)

    found = median(values, counts, level=level)

    expected: Any = quantile_test(drawn, q=0, p=0.5).confidence_interval(level)
    assert found.value == np.median(drawn)
    assert (found.low, found.high) == (expected.low, expected.high)


def test_five_values_have_no_interval_of_95_per_cent() -> None:
    # smallest to largest holds the median in 1 - 2 / 2^5 = 93.75 %
    assert median([1, 2, 3, 4, 5], [1] * 5, level=0.95) == (3.0, None, None)


@pytest.mark.parametrize(("values", "counts"), [([], []), ([2, 1], [1, 1]), ([1, 2], [1, 0])])
def test_lists_without_order_or_numbers_are_refused(values: list[int], counts: list[int]) -> None:
    with pytest.raises(ValueError, match="values in order"):
        median(values, counts, level=0.95)
