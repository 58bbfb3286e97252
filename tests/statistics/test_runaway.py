"""Counts of runaway runs and times of lock-in, on runs written out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.runaway import (
    Runs,
    concentrated_probability,
    leading_excess,
    leading_share,
    lock_in,
    runaway_probability,
)

quick = settings(max_examples=60, deadline=None, derandomize=True)


def test_share_of_runs_is_reached_over_total() -> None:
    assert Runs(3, 4).probability == 0.75


@pytest.mark.parametrize(("areas", "tenth"), [(2, 1), (10, 1), (11, 2), (100, 10)])
def test_leading_areas_are_a_tenth_rounded_up(areas: int, tenth: int) -> None:
    shares = np.full((3, areas), 1 / areas)

    assert leading_share(shares) == pytest.approx(np.full(3, tenth / areas))


@given(st.lists(st.integers(0, 100), min_size=2, max_size=40).filter(any), st.integers(0, 99))
@quick
def test_order_of_areas_does_not_matter(values: list[int], seed: int) -> None:
    shares = np.array([values]) / sum(values)
    order = np.random.default_rng(seed).permutation(len(values))

    assert leading_share(shares) == pytest.approx(leading_share(shares[:, order]))
    assert leading_share(shares)[0] >= max(values) / sum(values) - 1e-12


def test_a_run_at_the_threshold_has_run_away() -> None:
    assert runaway_probability(np.array([[0.95, 0.05], [0.94, 0.06]]), threshold=0.95) == (1, 2)


def test_leading_areas_are_compared_with_their_own_true_share() -> None:
    truth = np.array([0.6, 0.2, 0.2])
    runs = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])  # .8 is 1.33 times .6; .7 is 3.5 times .2

    assert concentrated_probability(runs, truth, multiple=2) == (1, 2)


def test_concentration_needs_true_shares() -> None:
    with pytest.raises(ValueError, match="true shares"):
        concentrated_probability(np.array([[0.5, 0.5]]), np.array([1.0, 0.0]), multiple=2)


def test_lock_in_is_the_start_of_the_last_stay() -> None:
    inside = np.array([[True, True, False], [True, False, False], [True, True, False], [True, True, True]])

    entered = lock_in(inside, np.array([10, 20, 30, 40]), dwell=0)

    assert entered.rounds.tolist() == [10, 30, 40]
    assert entered.locked.tolist() == [True, True, True]


def test_a_short_stay_is_censored_at_the_last_round() -> None:
    inside = np.array([[True, False], [True, False], [True, True], [True, False]])

    entered = lock_in(inside, np.array([10, 20, 30, 40]), dwell=20)

    assert entered.rounds.tolist() == [10, 40]
    assert entered.locked.tolist() == [True, False]


def test_a_run_that_is_outside_at_the_end_never_locked_in() -> None:
    assert not lock_in(np.array([[True], [False]]), np.array([1, 2]), dwell=0).locked[0]


def test_what_the_leaders_have_is_held_against_what_those_areas_are_due() -> None:
    # the second area leads with .5 and is due .25
    shares = np.array([[0.2, 0.5, 0.3]])

    assert leading_excess(shares, np.array([0.4, 0.25, 0.35])).tolist() == [2.0]
    with pytest.raises(ValueError, match="true shares above 0"):
        leading_excess(shares, np.array([0.5, 0.5, 0.0]))
