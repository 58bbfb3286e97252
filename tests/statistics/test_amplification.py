"""Amplification, spread and break-even reporting rates, each against arithmetic in a comment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.amplification import (
    between_run_spread,
    group_amplification,
    log_odds_amplification,
    noise_amplification,
    recorded_share,
    share_amplification,
    tipping_reporting_ratio,
)

quick = settings(max_examples=60, deadline=None, derandomize=True)
counts = st.lists(st.integers(1, 1000), min_size=2, max_size=8)


@given(counts)
@quick
def test_allocation_equal_to_the_truth_has_no_amplification(values: list[int]) -> None:
    truth = np.array(values) / sum(values)

    assert share_amplification(truth, truth) == pytest.approx(np.ones(len(values)))
    assert log_odds_amplification(truth, truth) == pytest.approx(np.zeros(len(values)))
    assert group_amplification(truth, truth, np.tile([0.3, 0.7], (len(values), 1))) == pytest.approx([1, 1])


def test_log_odds_treat_over_and_under_allocation_alike() -> None:
    first, second = log_odds_amplification(np.array([0.9, 0.1]), np.array([0.6, 0.4]))

    assert first == pytest.approx(np.log((0.9 / 0.1) / (0.6 / 0.4)))  # odds 9 against 1.5
    assert second == pytest.approx(-first)


def test_an_area_that_gets_all_or_nothing_has_infinite_log_odds() -> None:
    assert log_odds_amplification(np.array([1.0, 0.0]), np.array([0.6, 0.4])).tolist() == [np.inf, -np.inf]


def test_amplification_is_worked_out_for_every_run() -> None:
    runs = np.array([[0.75, 0.25], [0.5, 0.5]])

    assert share_amplification(runs, np.array([0.5, 0.5])).tolist() == [[1.5, 0.5], [1.0, 1.0]]


@pytest.mark.parametrize("truth", [[1.0, 0.0], [0.0, 1.0]])
def test_amplification_needs_true_shares_inside(truth: list[float]) -> None:
    with pytest.raises(ValueError, match="true shares"):
        log_odds_amplification(np.array([0.5, 0.5]), np.array(truth))
    with pytest.raises(ValueError, match="true shares"):
        share_amplification(np.array([0.5, 0.5]), np.array(truth))


def test_a_group_that_no_true_share_reaches_has_no_amplification() -> None:
    with pytest.raises(ValueError, match="of groups"):
        group_amplification(np.array([0.5, 0.5]), np.array([0.5, 0.5]), np.array([[1.0, 0.0], [1.0, 0.0]]))


def test_spread_is_summarised_over_areas() -> None:
    spread = between_run_spread(np.array([[0.1, 0.5, 0.4], [0.3, 0.5, 0.2]]))

    # Two runs that differ by .2 have variance .02; the middle area does not vary.
    assert spread.by_area == pytest.approx([np.sqrt(0.02), 0, np.sqrt(0.02)])
    assert spread.root_mean_square == pytest.approx(np.sqrt(0.04 / 3))
    assert spread.largest == pytest.approx(np.sqrt(0.02))


def test_spread_needs_two_runs() -> None:
    with pytest.raises(ValueError, match="two runs"):
        between_run_spread(np.array([[0.5, 0.5]]))


def test_noise_amplification_is_one_against_itself_and_needs_noise_to_compare_with() -> None:
    runs = np.array([[0.4, 0.6], [0.6, 0.4]])

    assert noise_amplification(runs, runs) == pytest.approx(1)
    with pytest.raises(ValueError, match="unbiased runs"):
        noise_amplification(runs, np.array([[0.5, 0.5], [0.5, 0.5]]))


def test_equal_crime_with_unequal_reporting_looks_unequal() -> None:
    assert recorded_share(np.array([5.0, 5.0]), np.array([0.3, 0.6])) == pytest.approx([1 / 3, 2 / 3])  # F12


def test_recorded_shares_need_records() -> None:
    with pytest.raises(ValueError, match="recorded rate"):
        recorded_share(np.array([1.0, 0.0]), np.array([0.0, 0.5]))


def test_tipping_ratio_is_the_reporting_that_would_make_allocation_proportionate() -> None:
    # F13: records 300 / 200 = 1.5, allocation odds .75 / .25 = 3, so reporting in A would have to be half of B's.
    assert tipping_reporting_ratio(np.array([300.0, 200.0]), np.array([0.75, 0.25]), reference=1)[
        0
    ] == pytest.approx(0.5)


@given(counts)
@quick
def test_at_the_tipping_ratio_the_true_shares_are_the_allocation(values: list[int]) -> None:
    records = np.array(values, dtype=float)
    allocation = records[::-1] / records.sum()

    ratio = tipping_reporting_ratio(records, allocation, reference=0)

    truth = records / ratio
    assert truth / truth.sum() == pytest.approx(allocation)
    assert ratio[0] == 1


def test_an_area_without_allocation_has_no_tipping_point() -> None:
    assert np.isinf(tipping_reporting_ratio(np.array([3.0, 2.0]), np.array([0.0, 1.0]), reference=1)[0])


@pytest.mark.parametrize(("records", "allocation"), [([3.0, 0.0], [0.5, 0.5]), ([3.0, 2.0], [1.0, 0.0])])
def test_tipping_ratio_needs_records_and_a_reference(records: list[float], allocation: list[float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        tipping_reporting_ratio(np.array(records), np.array(allocation), reference=1)
