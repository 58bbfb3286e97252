"""What retraining does to a difference: reference cases F3 and F11, and hand calculations."""

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.statistics.retraining import (
    dominant_gain,
    head_start_gain,
    rank_stability,
    retraining_limit,
    spectral_radius,
)
from auditkit.statistics.urn_limits import fixed_points, retraining_slope

Floats = NDArray[np.float64]
FIRST, SECOND = 3.68511, 2.816466


def window_map(discovered: Floats, reported: Floats, shares: Floats) -> Floats:
    """Shares after one retraining on a window of records."""
    gained = shares * discovered + reported
    return np.asarray(gained / gained.sum(), dtype=np.float64)


def test_f11_repeated_retraining_settles_at_the_mean_over_one_minus_the_sensitivity() -> None:
    theta = 0.0
    for _ in range(60):
        theta = 1 + 0.5 * theta

    assert retraining_limit(1, 0.5) == pytest.approx(2.0)
    assert theta == pytest.approx(retraining_limit(1, 0.5))


@pytest.mark.parametrize("sensitivity", [1.0, -1.0, 1.5])
def test_f11_retraining_does_not_settle_at_a_sensitivity_of_one(sensitivity: float) -> None:
    with pytest.raises(ValueError, match="settles only"):
        retraining_limit(1, sensitivity)


def test_f3_finite_differences_give_the_slope_at_the_true_share() -> None:
    rates = np.array([FIRST, SECOND])
    share = rates / rates.sum()

    found = spectral_radius(lambda a: window_map(rates, np.zeros(2), a), share)

    assert found == pytest.approx(0.948, abs=0.0005)
    assert found == pytest.approx(retraining_slope(rates, np.zeros(2), share=float(share[0])), abs=1e-6)


@pytest.mark.parametrize(("weight", "expected"), [(0.9, 0.715), (0.5, 0.322), (0.0, 0.0)])
def test_f3_slopes_at_rest_of_the_weighted_urn(weight: float, expected: float) -> None:
    rates = np.array([FIRST, SECOND])
    discovered, reported = weight * rates, (1 - weight) * rates
    rest = next(point for point in fixed_points(discovered, reported) if point.stability == "stable")

    found = spectral_radius(lambda a: window_map(discovered, reported, a), rest.shares)

    assert found == pytest.approx(expected, abs=0.0005)


def test_f3_equal_areas_keep_every_difference() -> None:
    rates = np.full(3, 2.0)

    found = spectral_radius(lambda a: window_map(rates, np.zeros(3), a), np.array([0.5, 0.3, 0.2]))

    assert found == pytest.approx(1, abs=1e-6)


def test_the_gain_of_many_areas_is_that_of_the_equation() -> None:
    discovered, reported = np.array([3.0, 2.0, 1.0]), np.array([1.0, 1.0, 1.0])
    rest = next(iter(fixed_points(discovered, reported)))

    found = spectral_radius(lambda a: window_map(discovered, reported, a), rest.shares)

    assert found == pytest.approx(rest.slope, abs=1e-6)


def test_the_dominant_gain_is_the_largest_absolute_eigenvalue_whatever_the_noise() -> None:
    # a retraining that multiplies differences by -.8, .5 and .2, along directions that are not at right angles
    rng = np.random.default_rng(4)
    directions = np.array([[1.0, -1, 0, 0], [1, 1, -2, 0], [1, 1, 1, -3]]) @ (np.eye(4) + 0.2)
    directions -= directions.mean(axis=1, keepdims=True)
    retrain = np.linalg.pinv(directions) @ np.diag([-0.8, 0.5, 0.2]) @ directions

    def respond(along: Floats) -> Floats:
        return np.asarray(along @ retrain + rng.normal(0, 0.05, (400, 4)), dtype=np.float64)

    found = dominant_gain(respond, np.array([0.0, 1, 2, 4]), applications=12, repeats=4)

    assert found.radius == pytest.approx(0.8, abs=0.02)
    assert found.low < found.radius < found.high
    # v·Jv / v·v with noise of .05 in each area has a deviation of .05 / |v|; 1,600 answers
    along = directions[0] / np.maximum(directions[0], 0).sum()
    assert found.high - found.radius == pytest.approx(1.96 * 0.05 / np.linalg.norm(along) / 40, rel=0.1)


def test_a_difference_that_is_lost_at_once_has_no_gain() -> None:
    found = dominant_gain(
        lambda along: np.zeros((5, along.size)), np.array([1.0, 0.0]), applications=3, repeats=2
    )

    assert (found.radius, found.low, found.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="a difference between areas"):
        dominant_gain(lambda along: along[None], np.ones(3), applications=1, repeats=1)


def test_a_share_too_small_to_be_moved_is_refused() -> None:
    with pytest.raises(ValueError, match="shares above"):
        spectral_radius(lambda a: a, np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="shares above"):
        spectral_radius(lambda a: a, np.array([1.0]))


def test_what_is_left_of_a_head_start_is_a_power_of_the_gain() -> None:
    # a tenth is left after two retrainings: the gain is the root of .1
    gain = head_start_gain(np.array([0.1, 0.3]), np.array([0.01, 0.03]), retrainings=2)

    assert gain.left == pytest.approx(0.1)
    assert gain.per_retraining == pytest.approx(np.sqrt(0.1))
    assert (gain.left_low, gain.left_high) == pytest.approx((0.1, 0.1))  # every pair agrees


def test_a_head_start_that_turns_round_has_no_gain_below_nothing() -> None:
    gain = head_start_gain(np.array([0.2, 0.2]), np.array([-0.1, -0.1]), retrainings=3)

    assert (gain.per_retraining, gain.low, gain.left) == pytest.approx((0, 0, -0.5))


@pytest.mark.parametrize("first", [[0.0, 0.0], [-0.1, 0.0], [0.1]])
def test_a_head_start_that_moves_nothing_says_nothing(first: list[float]) -> None:
    with pytest.raises(ValueError, match="head start"):
        head_start_gain(np.array(first), np.array(first), retrainings=2)


def test_equal_reporting_leaves_the_list_as_it_is() -> None:
    found = rank_stability(
        np.array([5.0, 4.0, 3.0, 2.0]), top=2, lowest=0.4, highest=0.4, draws=20, rng=np.random.default_rng(1)
    )

    assert (found.overlap, found.low) == (1.0, 1.0)
    assert found.chance.tolist() == [1, 1, 0, 0]


def test_areas_of_equal_records_share_the_list_by_chance() -> None:
    # two areas, one place: either is first in half of the draws, so the overlap is 1 or 0
    found = rank_stability(
        np.array([4.0, 4.0]), top=1, lowest=0.3, highest=0.6, draws=4000, rng=np.random.default_rng(2)
    )

    assert found.chance == pytest.approx([0.5, 0.5], abs=0.03)
    assert found.overlap == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("lowest", "highest", "top"), [(0.0, 0.5, 1), (0.6, 0.5, 1), (0.5, 1.1, 1), (0.3, 0.6, 3)]
)
def test_impossible_rates_and_lists_are_refused(lowest: float, highest: float, top: int) -> None:
    with pytest.raises(ValueError, match="expected 0 < lowest"):
        rank_stability(
            np.ones(3), top=top, lowest=lowest, highest=highest, draws=2, rng=np.random.default_rng(1)
        )
