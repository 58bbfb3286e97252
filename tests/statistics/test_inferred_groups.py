"""Bounds of rates of inferred groups, against linear programs over everything that is possible."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from auditkit.statistics.inferred_groups import Zones, around, drawn_again, frechet, rate_bounds

COUNTED, AMONG = np.array([460.0, 230.0]), np.array([540.0, 770.0])
CASE = Zones(COUNTED, AMONG, np.zeros(2))  # methods G32: two zones of 1,000
A, B = np.array([0.8, 0.3]), np.array([0.2, 0.7])


def test_shares_of_two_events_overlap_as_much_as_frechet_says() -> None:
    assert frechet(0.7, 0.4) == pytest.approx((0.1, 0.4))  # methods G32


def lp_difference(
    counted: list[int], among: list[int], first: list[float], other: list[float]
) -> tuple[float, float]:
    """Extremes of the gap in flag rates between two groups, with members of both as unknowns of a linear program."""
    zones = len(counted)
    people = [x + y for x, y in zip(counted, among, strict=True)]
    size = [sum(p * n for p, n in zip(share, people, strict=True)) for share in (first, other)]
    cost = np.array(
        [1 / size[0], 0, -1 / size[1], 0] * zones
    )  # flagged and not, of the first and of the other
    equal, right = [], []
    less, most = [], []
    for z in range(zones):
        for at, share in enumerate((first, other)):
            row = np.zeros(4 * zones)
            row[[4 * z + 2 * at, 4 * z + 2 * at + 1]] = 1
            equal.append(row)
            right.append(share[z] * people[z])
        for act, n in enumerate((counted[z], among[z])):
            row = np.zeros(4 * zones)
            row[[4 * z + act, 4 * z + 2 + act]] = 1
            less.append(row)
            most.append(n)
    found = [
        linprog(sign * cost, A_ub=np.array(less), b_ub=most, A_eq=np.array(equal), b_eq=right)
        for sign in (1, -1)
    ]
    return float(found[0].fun or 0), -float(found[1].fun or 0)


def closed(
    counted: list[int], among: list[int], first: list[float], other: list[float]
) -> tuple[float, float]:
    zones = Zones(np.array(counted, float), np.array(among, float), np.zeros(len(counted)))
    (low, high), (other_low, other_high) = (rate_bounds(zones, np.array(share)) for share in (first, other))
    return float(low - other_high), float(high - other_low)


def test_the_case_of_the_methods_has_the_bounds_of_the_linear_program() -> None:
    given_case = ([460, 230], [540, 770], [0.8, 0.3], [0.2, 0.7])

    assert closed(*given_case) == pytest.approx(lp_difference(*given_case), abs=1e-8)


SHARES = st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)).map(
    lambda pair: (pair[0], min(pair[1], 1 - pair[0]))
)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), SHARES), min_size=1, max_size=3))
@settings(max_examples=8, deadline=None)
def test_gaps_between_groups_of_shared_zones_have_the_bounds_of_the_linear_program(
    zones: list[tuple[int, int, tuple[float, float]]],
) -> None:
    counted, among, shares = (list(part) for part in zip(*zones, strict=True))
    case = (counted, among, [one for one, _ in shares], [other for _, other in shares])

    assert closed(*case) == pytest.approx(lp_difference(*case), abs=1e-6)


def test_people_outside_a_rate_take_members_out_of_it() -> None:
    # half of 30 people belong: 10 are counted, 10 in the denominator only, 10 in neither. Highest: 10 counted and 5 out,
    # so 10 of 10; lowest: 10 not counted and 5 out, so 0 of 10.
    ten = np.array([10.0])

    low, high = rate_bounds(Zones(ten, ten, ten), np.array([0.5]))

    assert (float(low), float(high)) == pytest.approx((0.0, 1.0))


def test_a_group_that_may_have_no_members_can_have_any_rate() -> None:
    # a fifth of 30 people belong, and all of them may stand outside the rate
    ten = np.array([10.0])
    low, high = rate_bounds(Zones(np.zeros(1), ten, 2 * ten), np.array([0.2]))

    assert (float(low), float(high)) == (0.0, 1.0)


def test_tables_drawn_again_have_as_many_people_and_the_same_mean() -> None:
    draws = drawn_again(CASE, replicates=2000, rng=np.random.default_rng(5))

    assert set((draws.counted + draws.among + draws.out).sum(axis=1)) == {2000.0}
    assert draws.counted.mean(axis=0) == pytest.approx(COUNTED, abs=2)


def test_chance_widens_bounds_by_about_their_standard_errors() -> None:
    draws = drawn_again(CASE, replicates=4000, rng=np.random.default_rng(5))
    low, high = rate_bounds(draws, A)
    interval = around(low, high, level=0.95)

    # the upper bound is (460 + 230) / 1,100; the sum of counted people is binomial with variance 2,000 x .345 x .655
    assert interval.high == pytest.approx(690 / 1100 + 1.96 * np.sqrt(2000 * 0.345 * 0.655) / 1100, abs=0.01)
    assert interval.low < float(rate_bounds(CASE, A)[0])
