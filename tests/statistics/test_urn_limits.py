"""Limits of the urn against the methods reference (F1 to F3), the two-area quadratic and linear algebra."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.amplification import log_odds_amplification
from auditkit.statistics.urn import Urn, mean_field
from auditkit.statistics.urn_limits import (
    FixedPoint,
    corrected_limit,
    fixed_points,
    invasion_numbers,
    retraining_slope,
)

Floats = npt.NDArray[np.float64]
PAIR, OTHER = np.array([3.68511, 2.816466]), np.array([3.68511, 2.35592])  # rates of Ensign et al. (2018)
quick = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def urn_rates(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Discovered and reported rates of two to six areas, with many zeros and ties."""
    areas = draw(st.integers(2, 6))
    tenths = st.lists(st.integers(0, 8), min_size=areas, max_size=areas)
    discovered, reported = np.array(draw(tenths)) / 10, np.array(draw(tenths)) / 10
    silent = np.array(draw(st.lists(st.booleans(), min_size=areas, max_size=areas)))
    discovered[0] += 0.1
    return discovered, np.where(silent, 0.0, reported)


def rates(discovered: Sequence[float], reported: Sequence[float]) -> list[FixedPoint]:
    return list(fixed_points(np.array(discovered, dtype=float), np.array(reported, dtype=float)))


def drift(shares: Floats, discovered: Floats, reported: Floats) -> Floats:
    """Right-hand side of the limiting equation, as written in the module."""
    gained = shares * discovered + reported
    return np.asarray(gained - shares * gained.sum(), dtype=np.float64)


def leading_eigenvalue(point: FixedPoint, discovered: Floats) -> float:
    """From the dense Jacobian diag(d - S) - p d', on a basis of the vectors that sum to 0."""
    areas = len(discovered)
    total = float(point.shares @ discovered)
    basis = np.linalg.qr(np.column_stack([np.ones(areas), np.eye(areas)[:, 1:]]))[0][:, 1:]
    jacobian = np.diag(discovered) - np.outer(point.shares, discovered)
    return float(np.max(np.linalg.eigvals(basis.T @ jacobian @ basis).real)) - total


def test_corrected_limit_is_the_true_share() -> None:
    assert corrected_limit(PAIR)[0] == pytest.approx(0.566803, abs=5e-7)  # F1
    assert corrected_limit(OTHER)[0] == pytest.approx(0.610014, abs=5e-7)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (1.0, 1.0),
        (0.9, 0.775890),
        (0.8, 0.682591),
        (0.7, 0.638738),
        (0.6, 0.614287),
        (0.5, 0.598897),
        (0.4, 0.588374),
        (0.3, 0.580744),
        (0.2, 0.574965),
        (0.1, 0.570440),
        (0.0, 0.566803),
    ],
)
def test_stable_share_falls_to_the_true_one_as_reports_gain_weight(weight: float, expected: float) -> None:
    stable = next(fixed_points(weight * PAIR, (1 - weight) * PAIR))  # F2

    assert stable.shares[0] == pytest.approx(expected, abs=5e-7)
    assert stable.stability == "stable"


@pytest.mark.parametrize(("weight", "expected"), [(0.9, 2.646), (0.5, 1.141)])
def test_odds_amplification_at_the_fixed_point(weight: float, expected: float) -> None:
    stable = next(fixed_points(weight * PAIR, (1 - weight) * PAIR))

    assert np.exp(log_odds_amplification(stable.shares, corrected_limit(PAIR)))[0] == pytest.approx(
        expected, abs=5e-4
    )


def test_both_weights_at_one() -> None:
    assert next(fixed_points(OTHER, OTHER)).shares[0] == pytest.approx(0.659428, abs=5e-7)  # F2b
    assert next(fixed_points(PAIR, PAIR)).shares[0] == pytest.approx(0.598897, abs=5e-7)


def test_discovered_records_alone_rest_at_each_area() -> None:
    stable, unstable = fixed_points(PAIR, np.zeros(2))

    assert stable.shares.tolist() == [1.0, 0.0]
    assert unstable.shares.tolist() == [0.0, 1.0]
    assert (stable.stability, unstable.stability) == ("stable", "unstable")
    assert stable.eigenvalue == pytest.approx(2.816466 - 3.68511)
    assert unstable.slope == pytest.approx(1.308, abs=5e-4)


@pytest.mark.parametrize(("share", "expected"), [(0.566803, 0.948), (1.0, 0.764), (0.0, 1.308)])
def test_a_slope_below_one_at_the_true_share_is_not_safety(share: float, expected: float) -> None:
    assert retraining_slope(PAIR, np.zeros(2), share=share) == pytest.approx(expected, abs=5e-4)  # F3


@pytest.mark.parametrize(("weight", "expected"), [(0.9, 0.715), (0.5, 0.322), (0.0, 0.0)])
def test_slope_at_the_mixed_fixed_point(weight: float, expected: float) -> None:
    discovered, reported = weight * PAIR, (1 - weight) * PAIR
    stable = next(fixed_points(discovered, reported))

    slope = retraining_slope(discovered, reported, share=float(stable.shares[0]))

    assert slope == pytest.approx(expected, abs=5e-4)
    assert stable.slope == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_equal_rates_have_slope_one_everywhere(share: float) -> None:
    assert retraining_slope(np.array([3.0, 3.0]), np.zeros(2), share=share) == pytest.approx(1)


def test_equal_rates_without_reports_are_non_correcting() -> None:
    (everywhere,) = rates([3, 3, 3], [0, 0, 0])

    assert everywhere.stability == "neutral"
    assert everywhere.tied == 3
    assert (everywhere.eigenvalue, everywhere.slope) == (0.0, 1.0)


def test_a_tie_for_the_lower_rate_is_an_unstable_continuum() -> None:
    winner, tie = rates([3, 1, 1], [0, 0, 0])

    assert (winner.stability, winner.tied) == ("stable", 0)
    assert tie.shares == pytest.approx([0, 0.5, 0.5])
    assert (tie.stability, tie.tied, tie.eigenvalue) == ("unstable", 2, 2.0)


def test_an_area_without_reports_may_invade_the_reporting_ones() -> None:
    inside, outside = rates([3, 1, 1.5], [0, 1, 0])

    # Reporting area alone: S = 1 + 1 = 2. The first area's rate 3 exceeds it: there S = 3, the second keeps
    # 1 / (3 - 1) = .5 and the first takes the rest. The third, 1.5, is below S = 2 and can rest nowhere else.
    assert inside.shares == pytest.approx([0.5, 0.5, 0])
    assert inside.stability == "stable"
    assert outside.shares == pytest.approx([0, 1, 0])
    assert outside.eigenvalue == pytest.approx(3 - 2)


def test_an_area_on_the_edge_of_invading_is_neutral() -> None:
    (edge,) = rates([2, 1], [0, 1])  # the second alone has S = 2, the rate of the first

    assert edge.shares == pytest.approx([0, 1])
    assert edge.stability == "neutral"


def test_reports_alone_set_the_shares() -> None:
    (point,) = rates([0, 0, 0], [1, 2, 1])

    assert point.shares == pytest.approx([0.25, 0.5, 0.25])
    assert point.slope == pytest.approx(0)


def test_an_area_where_nothing_is_recorded_is_left_at_once() -> None:
    assert [point.slope for point in rates([3, 0], [0, 0])] == [0.0, np.inf]


def test_ten_thousand_areas_are_answered_one_by_one() -> None:
    discovered = np.arange(1.0, 10_001.0)

    points = fixed_points(discovered, np.zeros(10_000))

    assert next(points).shares[-1] == 1.0
    assert next(points).stability == "unstable"


@given(urn_rates())
@quick
def test_fixed_points_rest_and_their_eigenvalues_are_those_of_the_jacobian(
    case: tuple[Floats, Floats],
) -> None:
    discovered, reported = case

    points = list(fixed_points(discovered, reported))

    assert 1 <= len(points) <= len(np.unique(discovered)) + 1
    for point in points:
        assert point.shares.sum() == pytest.approx(1)
        assert drift(point.shares, discovered, reported) == pytest.approx(
            np.zeros(len(discovered)), abs=1e-12
        )
        dense = leading_eigenvalue(point, discovered) - reported.sum()
        assert point.eigenvalue == pytest.approx(
            dense, abs=1e-6
        )  # dense ones of a tie lose half their digits
    assert [point.stability for point in points[1:]].count("stable") == 0


@given(urn_rates(), st.integers(0, 99))
@quick
def test_order_of_areas_only_permutes_fixed_points(case: tuple[Floats, Floats], seed: int) -> None:
    discovered, reported = case
    order = np.random.default_rng(seed).permutation(len(discovered))

    points = list(fixed_points(discovered, reported))
    permuted = list(fixed_points(discovered[order], reported[order]))

    assert len(points) == len(permuted)
    for point, other in zip(points, permuted, strict=True):
        assert other.shares == pytest.approx(point.shares[order])
        assert other.eigenvalue == pytest.approx(point.eigenvalue, abs=1e-9)


@given(st.lists(st.integers(1, 50), min_size=4, max_size=4))
@quick
def test_two_areas_solve_the_published_quadratic(tenths: list[int]) -> None:
    discovered, reported = np.array(tenths[:2]) / 10, np.array(tenths[2:]) / 10
    a, b, c, d = discovered[0] + reported[0], reported[1], reported[0], discovered[1] + reported[1]

    roots = np.roots([c + d - a - b, a - 2 * c - d, c])
    (point,) = fixed_points(discovered, reported)

    inside = roots[(roots > -1e-12) & (roots < 1 + 1e-12)]
    assert inside == pytest.approx([point.shares[0]])
    assert 2 * (c + d - a - b) * point.shares[0] + (a - 2 * c - d) == pytest.approx(
        point.eigenvalue, abs=1e-9
    )
    assert point.stability == "stable"


@given(urn_rates())
@quick
def test_invasion_number_is_the_growth_of_a_vanishing_share(case: tuple[Floats, Floats]) -> None:
    discovered, reported = case

    numbers = invasion_numbers(discovered, reported)

    for area in range(len(discovered)):
        rest = np.arange(len(discovered)) != area
        if reported[area] or not (discovered[rest].any() or reported[rest].any()):
            assert np.isinf(numbers[area])
            continue
        others = next(fixed_points(np.append(discovered[rest], 0), np.append(reported[rest], 0))).shares[:-1]
        shares = np.full(len(discovered), 1e-9)
        shares[rest] = others * (1 - 1e-9)
        gained = shares * discovered + reported
        assert numbers[area] == pytest.approx(gained[area] / gained.sum() / 1e-9, rel=1e-6)


def test_a_neglected_area_stays_neglected_when_its_rate_is_lower() -> None:
    assert invasion_numbers(PAIR, np.zeros(2)) == pytest.approx([1.308, 0.764], abs=5e-4)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12))
@quick
def test_corrected_limit_equals_the_truth(values: list[int]) -> None:
    truth = np.array(values, dtype=float)

    assert corrected_limit(truth) == pytest.approx(truth / truth.sum())
    # ... and with reports in the same proportion
    assert corrected_limit(truth, 0.3 * truth) == pytest.approx(truth / truth.sum())


def test_the_correction_does_not_mend_unequal_reporting() -> None:
    discovered, reported = np.array([1.0, 1.0, 2.0]), np.array([0.3, 0.6, 0.6])
    urn = Urn(
        recorded=np.array([10, 10, 10]), discovered=discovered, reported=reported, correction="importance"
    )

    limit = corrected_limit(discovered, reported)

    assert limit == pytest.approx(mean_field(urn, steps=20_000).final, abs=1e-3)
    assert limit[0] < 0.25 < limit[1]


def test_an_area_where_nothing_happens_stops_the_correction() -> None:
    # Its share goes to 0, and so does the probability of keeping any discovered record: reports decide.
    assert corrected_limit(np.array([5.0, 1.0, 0.0]), np.array([1.0, 3.0, 0.0])) == pytest.approx(
        [0.25, 0.75, 0]
    )


def test_mean_field_ends_at_the_most_attracting_fixed_point() -> None:
    discovered, reported = np.array([9.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.5])
    urn = Urn(recorded=np.array([1, 1, 1]), discovered=discovered, reported=reported)

    assert mean_field(urn, steps=20_000).final == pytest.approx(
        next(fixed_points(discovered, reported)).shares, abs=1e-3
    )


@pytest.mark.parametrize(
    ("discovered", "reported", "match"),
    [
        ([1.0], [1.0], "two areas"),
        ([1.0, 1.0], [1.0], "two areas"),
        ([1.0, -1.0], [0.0, 0.0], "finite"),
        ([0.0, 0.0], [0.0, 0.0], "nothing is recorded"),
    ],
)
def test_limits_need_rates(discovered: list[float], reported: list[float], match: str) -> None:
    for quantity in (lambda d, r: list(fixed_points(d, r)), invasion_numbers, corrected_limit):
        with pytest.raises(ValueError, match=match):
            quantity(np.array(discovered), np.array(reported))


def test_the_correction_needs_discovered_records() -> None:
    with pytest.raises(ValueError, match="needs discovered"):
        corrected_limit(np.zeros(2), np.ones(2))


@pytest.mark.parametrize(
    ("discovered", "share"), [([1.0, 1.0, 1.0], 0.5), ([1.0, 1.0], 1.5), ([1.0, 0.0], 0.0)]
)
def test_slope_needs_two_areas_with_records(discovered: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="expected two areas"):
        retraining_slope(np.array(discovered), np.zeros(len(discovered)), share=share)
