"""Marshall's estimator against the reference case P13 and hand arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics.small_areas import empirical_bayes

AREAS = st.lists(st.tuples(st.integers(0, 500), st.floats(0.5, 5000)), min_size=1, max_size=20)


def test_rates_equal_the_reference_case() -> None:
    smoothed = empirical_bayes([0, 9, 10, 120], [100, 200, 1000, 5000])

    assert smoothed.rates == pytest.approx([0.018932, 0.027765, 0.014545, 0.023791], abs=5e-7)  # methods P13
    assert smoothed.mean == pytest.approx(139 / 6300)


def test_variance_between_areas_by_hand() -> None:
    # rates 0 and .2, m = .1; (10 x .01 + 10 x .01)/20 - .1/10 = 0: nothing left, so both are drawn to the mean
    none = empirical_bayes([0, 2], [10, 10])
    # rates 0 and .4, m = .2; .04 - .2/10 = .02; weight .02/(.02 + .2/10) = 1/2
    half = empirical_bayes([0, 4], [10, 10])

    assert none.between_variance == pytest.approx(0, abs=1e-15)
    assert none.rates == pytest.approx([0.1, 0.1])
    assert half.between_variance == pytest.approx(0.02)
    assert half.rates == pytest.approx([0.1, 0.3])


def test_areas_without_expectation_or_count_take_no_part() -> None:
    whole = empirical_bayes([0, 4], [10, 10])

    smoothed = empirical_bayes([0, 7, 4, math.nan, 3], [10, 0, 10, 50, math.nan])

    assert smoothed.rates[[0, 2]] == pytest.approx(whole.rates)
    assert np.isnan(smoothed.rates[[1, 3, 4]]).all()
    assert smoothed.mean == whole.mean


def test_areas_without_any_event_have_rate_0() -> None:
    smoothed = empirical_bayes([0, 0], [10, 20])

    assert smoothed.rates.tolist() == [0, 0]
    assert smoothed.between_variance == 0


@given(areas=AREAS)
def test_every_rate_lies_between_its_own_and_the_mean(areas: list[tuple[int, float]]) -> None:
    observed, expected = np.array(areas, dtype=float).T

    rates, mean, between = empirical_bayes(observed, expected)

    own = observed / expected
    slack = 1e-9 * (1 + own.max())
    assert between >= 0
    assert (rates >= np.minimum(own, mean) - slack).all()
    assert (rates <= np.maximum(own, mean) + slack).all()


@pytest.mark.parametrize(("observed", "expected"), [([-1, 2], [1, 1]), ([1, 2], [-1, 1])])
def test_negative_numbers_are_refused(observed: list[float], expected: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        empirical_bayes(observed, expected)


@pytest.mark.parametrize(("observed", "expected"), [([1, 2], [0, 0]), ([], []), ([math.nan], [1])])
def test_a_rate_needs_an_expectation(observed: list[float], expected: list[float]) -> None:
    with pytest.raises(ValueError, match="no area"):
        empirical_bayes(observed, expected)
