"""The population stability index is Jeffreys' divergence, as scipy's relative entropies give it."""

import numpy as np
import pytest
from scipy.stats import entropy

from auditkit.statistics.drift import stability


def test_the_index_is_the_sum_of_both_relative_entropies() -> None:
    before, now = np.array([40, 25, 0, 35]), np.array([10, 30, 20, 140])
    p, q = before + 0.5, now + 0.5  # scipy divides by the sums

    assert stability(before, now) == pytest.approx(entropy(p, q) + entropy(q, p))


def test_a_population_that_has_not_moved_has_an_index_of_zero() -> None:
    assert stability([10, 20, 30], [10, 20, 30]) == 0


@pytest.mark.parametrize("now", [[1, 2, 3], [1, -1], [1, float("nan")]])
def test_counts_that_do_not_fit_are_refused(now: list[float]) -> None:
    with pytest.raises(ValueError, match="counts from 0 up"):
        stability([1, 2], now)
