"""Intervals put together, against Newcombe's and the textbook case of symmetric ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics import intervals, mover
from auditkit.statistics.intervals import Interval

VALUES = st.floats(-5, 5)
WIDTHS = st.floats(0, 3)


@given(m=st.integers(1, 50), n=st.integers(1, 50), data=st.data())
def test_the_difference_of_two_rates_is_newcombes(m: int, n: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    wilson = [intervals.wilson(x, m, critical=1.96), intervals.wilson(y, n, critical=1.96)]

    found = mover.weighted_sum([x / m, y / n], wilson, weights=[1, -1])

    assert found == pytest.approx(intervals.newcombe(x, m, y, n, critical=1.96), abs=1e-12)


def test_symmetric_intervals_give_the_root_of_the_summed_squares() -> None:
    # 2 x 1 - 3 x 2 = -4; half widths 2 x 1.5 = 3 and 3 x 4/3 = 4, together 5
    found = mover.weighted_sum([1, 2], [Interval(-0.5, 2.5), Interval(2 / 3, 10 / 3)], weights=[2, -3])

    assert found == pytest.approx((-9, 1))


def test_a_negative_weight_lets_the_upper_limit_count_below() -> None:
    found = mover.weighted_sum([0.0, 0.0], [Interval(-3, 0), Interval(0, 4)], weights=[1, -1])

    assert found == (-5, 0)


@given(terms=st.lists(st.tuples(VALUES, WIDTHS, WIDTHS, VALUES), min_size=1, max_size=5))
def test_the_sum_lies_inside_and_turning_all_signs_turns_the_interval(
    terms: list[tuple[float, float, float, float]],
) -> None:
    values, limits = [v for v, *_ in terms], [Interval(v - low, v + high) for v, low, high, _ in terms]
    weights = [w for *_, w in terms]
    total = math.fsum(w * v for w, v in zip(weights, values, strict=True))

    found = mover.weighted_sum(values, limits, weights=weights)
    turned = mover.weighted_sum(values, limits, weights=[-w for w in weights])

    assert found.low <= total + 1e-9
    assert total <= found.high + 1e-9
    assert (-turned.high, -turned.low) == pytest.approx(found, abs=1e-9)


def test_every_value_needs_an_interval_and_a_weight() -> None:
    with pytest.raises(ValueError, match="shorter"):
        mover.weighted_sum([1.0, 2.0], [Interval(0, 2)], weights=[1, -1])
