"""Bounds for people whose place is not known, against every way of placing them."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.worst_case import (
    Filled,
    Open,
    Pair,
    difference,
    excess,
    meeting,
    pair_fills,
    rate_fills,
    ratio,
)

FEW = st.integers(0, 2)
OPEN = st.builds(Open, FEW, FEW, FEW)
KNOWN = st.integers(1, 6).flatmap(lambda m: st.builds(Filled, st.integers(0, m), st.just(m)))


def placings(people: Open, groups: int) -> list[list[tuple[int, int]]]:
    """Every way of adding open people to so many groups, or to none, as (counted, denominator) per group."""
    ways: list[list[tuple[int, int]]] = [[(0, 0)] * groups]
    for number, adds in (
        (people.counted, [(1, 1)]), (people.among, [(0, 1)]), (people.either, [(1, 1), (0, 1)]),
    ):  # fmt: skip
        for _ in range(number):
            ways = [
                [(x + a, m + b) if at == where else (x, m) for where, (x, m) in enumerate(way)]
                for way in ways
                for at, (a, b) in [(-1, (0, 0)), *product(range(groups), adds)]
            ]
            ways = [list(way) for way in {tuple(way) for way in ways}]
    return ways


@given(KNOWN, OPEN)
@settings(max_examples=12, deadline=None)
def test_no_way_of_placing_open_people_leaves_the_bounds_of_a_rate(known: Filled, people: Open) -> None:
    low, high = rate_fills(*known, people)
    every = [
        (known.x + x) / (known.m + m) for ((x, m),) in placings(people, 1)
    ]  # an open person may also be nobody's

    assert low.rate == pytest.approx(min(every))
    assert high.rate == pytest.approx(max(every))


@given(KNOWN, KNOWN, OPEN)
@settings(max_examples=10, deadline=None)
def test_bounds_of_gaps_are_the_extremes_over_every_placing(
    first: Filled, second: Filled, shared: Open
) -> None:
    pairs = [
        (Filled(first.x + a, first.m + b), Filled(second.x + c, second.m + d))
        for (a, b), (c, d) in placings(shared, 2)
    ]
    for gap in (difference, excess, ratio):
        low, high = pair_fills((first, Open()), (second, Open()), shared, gap=gap)
        known = [gap(pair) for pair in pairs if gap is not ratio or _defined(pair)]

        if gap is not ratio or (_defined(low) and _defined(high)):
            assert (gap(low), gap(high)) == pytest.approx((min(known), max(known)))


def _defined(pair: Pair) -> bool:
    return bool(pair[0].x or pair[1].x)


@given(st.lists(KNOWN, min_size=2, max_size=3), st.builds(Open, FEW, FEW, st.just(0)))
@settings(max_examples=10, deadline=None)
def test_rates_can_be_brought_no_nearer_to_each_other_than_said(groups: list[Filled], people: Open) -> None:
    lowest, highest = meeting(groups, people)
    nearest = min(
        max(rates) - min(rates)
        for way in placings(people, len(groups))
        for rates in [[(one.x + x) / (one.m + m) for one, (x, m) in zip(groups, way, strict=True)]]
    )

    assert max(0.0, highest - lowest) <= nearest + 1e-9  # whole people can do no better than parts of people


def test_the_case_of_the_methods_has_its_bounds() -> None:
    # methods G31: A 40/100, B 20/100, 50 unknown with 25 flagged; bounds 40/125 : 45/125 and 65/125 : 20/125
    low, high = pair_fills((Filled(40, 100), Open()), (Filled(20, 100), Open()), Open(25, 25), gap=ratio)

    assert (round(ratio(low), 4), ratio(high)) == (0.8889, 3.25)


def test_people_of_one_group_alone_do_not_move_the_other() -> None:
    low, high = pair_fills(
        (Filled(1, 4), Open(counted=1)), (Filled(1, 4), Open(among=2, either=1)), Open(), gap=difference
    )

    assert (low, high) == ((Filled(1, 4), Filled(2, 5)), (Filled(2, 5), Filled(1, 7)))


def test_a_ratio_to_zero_is_infinite_unless_both_are_zero() -> None:
    assert ratio((Filled(1, 5), Filled(0, 5))) == math.inf
    assert ratio((Filled(0, 5), Filled(0, 5))) == 0


def test_with_enough_open_people_all_rates_can_meet() -> None:
    lowest, highest = meeting([Filled(0, 10), Filled(10, 10)], Open(100, 100))

    assert lowest > highest


def test_rates_of_zero_need_nobody_to_stay_there() -> None:
    assert meeting([Filled(0, 10), Filled(0, 20)], Open()) == pytest.approx((0, 0), abs=1e-12)
