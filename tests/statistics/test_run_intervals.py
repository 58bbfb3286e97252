"""Intervals over runs: by hand, and how often they hold the truth."""

import numpy as np
import pytest

from auditkit.statistics.run_intervals import log_odds_over_runs, mean_over_runs, variance_ratio_over_runs

Z = 1.959964


def test_the_interval_of_a_mean_is_its_standard_error_times_196() -> None:
    # 1, 2, 3: mean 2, deviation 1, standard error 1 / sqrt(3)
    found = mean_over_runs(np.array([1.0, 2.0, 3.0]))

    assert found == pytest.approx((2, 2 - Z / np.sqrt(3), 2 + Z / np.sqrt(3)), abs=1e-6)


def test_log_odds_are_of_the_mean_share() -> None:
    # mean .75 against .5: log 3; the derivative of the log odds at .75 is 1 / (.75 x .25)
    found = log_odds_over_runs(np.array([0.7, 0.8]), truth=0.5)
    half = Z * (0.05 * np.sqrt(2)) / np.sqrt(2) / (0.75 * 0.25)

    assert found == pytest.approx((np.log(3), np.log(3) - half, np.log(3) + half), abs=1e-6)


def test_pairs_of_runs_take_out_the_chance_they_share() -> None:
    shares = np.array([0.3, 0.5, 0.7])

    assert log_odds_over_runs(shares, truth=0.5, others=shares) == pytest.approx((0, 0, 0))


def test_all_or_nothing_has_no_log_odds() -> None:
    assert log_odds_over_runs(np.ones(3), truth=0.5) is None
    assert log_odds_over_runs(np.full(3, 0.5), truth=0.5, others=np.zeros(3)) is None


def test_a_run_that_favours_the_same_area_each_time_is_not_quiet() -> None:
    final = np.array([[0.9, 0.1], [0.9, 0.1]])
    free = np.array([[0.6, 0.4], [0.4, 0.6]])

    assert variance_ratio_over_runs(final, free).value == 0  # no spread between runs
    # 2 x .4^2 over 2 x .1^2
    assert variance_ratio_over_runs(final, free, around=0.5).value == pytest.approx(16)


def test_equal_spreads_have_a_ratio_of_one_19_times_in_20() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        one, other = rng.dirichlet(np.full(5, 4.0), size=(2, 200))
        low, high = variance_ratio_over_runs(one, other)[1:]
        inside += low <= 1 <= high

    assert inside / 400 == pytest.approx(0.95, abs=0.04)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="two runs or more"):
        mean_over_runs(np.array([1.0]))
    with pytest.raises(ValueError, match="two runs or more"):
        log_odds_over_runs(np.array([[0.5, 0.5]]), truth=0.5)
    with pytest.raises(ValueError, match="true share between"):
        log_odds_over_runs(np.array([0.5, 0.6]), truth=1)
    with pytest.raises(ValueError, match="as many runs"):
        variance_ratio_over_runs(np.ones((2, 2)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="do not differ"):
        variance_ratio_over_runs(np.ones((2, 2)), np.ones((2, 2)))
