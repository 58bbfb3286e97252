"""Flagged areas and their indices against the tests of PredictCode (P2) and hand arithmetic (P1)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditkit.statistics import accuracy

SCORES = arrays.arrays(
    np.float64,
    st.integers(1, 30),
    elements=st.one_of(st.floats(0, 100).map(round).map(float), st.just(math.nan)),
)


def test_ties_go_to_the_earlier_area() -> None:
    assert accuracy.highest([1, 2, 2, 2], 2).tolist() == [False, True, True, False]


def test_areas_without_a_score_are_never_flagged() -> None:
    flagged = accuracy.highest([math.nan, -1.0, math.nan, -math.inf], 4)

    assert flagged.tolist() == [False, True, False, True]


def test_no_area_may_be_flagged() -> None:
    assert not accuracy.highest([3.0, 4.0], 0).any()


def test_a_negative_number_of_areas_is_refused() -> None:
    with pytest.raises(ValueError, match="found -1"):
        accuracy.highest([1.0], -1)


@given(scores=SCORES, count=st.integers(0, 35))
def test_flagged_areas_score_at_least_as_high_as_all_others(scores: np.ndarray, count: int) -> None:
    flagged = accuracy.highest(scores, count)
    known = ~np.isnan(scores)

    assert flagged.sum() == min(count, known.sum())
    assert not flagged[~known].any()
    others = scores[known & ~flagged]
    assert not flagged.any() or not others.size or scores[flagged].min() >= others.max()


@pytest.mark.parametrize(
    ("share", "n", "expected"),
    [  # methods P2: PredictCode's grid of eight cells, and its top slice of six
        (0.5, 8, 4), (0.49, 8, 3), (0.01, 8, 0), (0.02, 8, 0), (0.05, 8, 0), (0.7, 6, 4),
        # 0.29 x 100 is 28.999999999999996 in floating point
        (0.29, 100, 29), (0.0, 5, 0), (1.0, 5, 5), (0.1, 0, 0),
    ],
)  # fmt: skip
def test_a_share_of_areas_is_rounded_down(share: float, n: int, expected: int) -> None:
    assert accuracy.share_of_areas(share, n) == expected


@given(n=st.integers(1, 10_000), data=st.data())
def test_a_share_that_means_whole_areas_gives_them(n: int, data: st.DataObject) -> None:
    areas = data.draw(st.integers(0, n))

    assert accuracy.share_of_areas(areas / n, n) == areas


@pytest.mark.parametrize(("share", "n"), [(-0.1, 5), (1.1, 5), (math.nan, 5), (0.5, -1)])
def test_a_share_outside_its_range_is_refused(share: float, n: int) -> None:
    with pytest.raises(ValueError, match="share"):
        accuracy.share_of_areas(share, n)


def test_eight_cells_with_one_event_each_give_the_published_hit_rates() -> None:
    # P2: a grid of 2 x 4 cells, intensities 1 to 8, one event per cell; half of the area catches half of the events.
    events, intensities = np.ones(8), np.arange(1, 9)

    caught = [
        events[accuracy.highest(intensities, accuracy.share_of_areas(s, 8))].sum() for s in (0.5, 0.49, 0.05)
    ]

    assert caught == [4, 3, 0]


@pytest.mark.parametrize(("all_size", "expected"), [(50, 7.5), (20, 3.0)])
def test_predictive_accuracy_index_depends_on_the_area_counted(all_size: float, expected: float) -> None:
    # P1: (30/100) / (2/50) = 0.3 / 0.04; with 20 usable units (30/100) / (2/20) = 0.3 / 0.1
    assert accuracy.predictive_accuracy_index(30, 100, 2, all_size) == expected


@pytest.mark.parametrize(
    "numbers",
    [(0, 0, 2, 50), (30, 100, 0, 50), (30, 100, 2, 0), (101, 100, 2, 50), (-1, 100, 2, 50), (3, 9, 5, 4)],
)
def test_predictive_accuracy_index_needs_parts_of_positive_wholes(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="parts of positive wholes"):
        accuracy.predictive_accuracy_index(*numbers)


def test_prediction_efficiency_is_the_ratio_of_the_two_accuracy_indices() -> None:
    # P1: 30 of the 40 that the best choice catches; (30/100)/(2/50) over (40/100)/(2/50) is 7.5/10
    tool = accuracy.predictive_accuracy_index(30, 100, 2, 50)
    best = accuracy.predictive_accuracy_index(40, 100, 2, 50)

    assert accuracy.prediction_efficiency_index(30, 40) == pytest.approx(tool / best) == 0.75


@pytest.mark.parametrize(("caught", "best"), [(0, 0), (5, 4), (-1, 4)])
def test_prediction_efficiency_needs_a_best_at_least_as_good(caught: int, best: int) -> None:
    with pytest.raises(ValueError, match="best"):
        accuracy.prediction_efficiency_index(caught, best)


def test_the_oracle_takes_the_areas_with_most_events() -> None:
    assert accuracy.oracle_caught([4, math.nan, 1, 9], 2) == 13


@given(
    outcomes=arrays.arrays(np.int64, st.integers(1, 20), elements=st.integers(0, 50)),
    count=st.integers(0, 20),
)
def test_no_choice_catches_more_than_the_oracle(outcomes: np.ndarray, count: int) -> None:
    choice = accuracy.highest(np.arange(outcomes.size), count)

    assert outcomes[choice].sum() <= accuracy.oracle_caught(outcomes, count) <= outcomes.sum()
