"""Weighted displacement, the E-test and dispersion: reference cases, hand calculations, and what chance alone gives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from auditkit.statistics.displacement import (
    Change,
    dispersion,
    displacement_quotient_interval,
    e_test,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

P15 = (Change(100, 70), Change(50, 45), Change(500, 480))
TREATED, BUFFER = (Change(20, 10), Change(20, 20)), (Change(30, 20), Change(30, 30))
Z = 1.959964


def test_p15_quotient_of_the_change_next_door_over_that_of_the_treated_areas() -> None:
    # (45/480 - 50/500) / (70/480 - 100/500) = -.00625 / -.0541667
    assert weighted_displacement_quotient(*P15) == pytest.approx(0.00625 / (0.2 - 70 / 480))
    assert round(weighted_displacement_quotient(*P15), 4) == 0.1154


@pytest.mark.parametrize(
    ("pairs", "value", "error"),
    [
        ((TREATED,), -10, 8.3666),  # root of 20 + 10 + 20 + 20
        ((BUFFER,), -10, 10.4881),  # root of 30 + 20 + 30 + 30; ptools gives 31.30
        ((TREATED, BUFFER), -20, 13.4164),
    ],
)
def test_p16_net_change_and_its_standard_error(
    pairs: tuple[tuple[Change, Change], ...], value: float, error: float
) -> None:
    found = weighted_displacement_difference(*pairs)

    assert found.value == value
    assert found.standard_error == pytest.approx(error, abs=5e-5)


def test_p16_the_total_is_one_and_a_half_standard_errors_from_none() -> None:
    found = weighted_displacement_difference(TREATED, BUFFER)

    assert found.value / found.standard_error == pytest.approx(-1.4907, abs=5e-5)


@pytest.mark.parametrize(("pair", "p"), [((3, 0), 0.0884), ((6, 2), 0.1749), ((20, 10), 0.0688)])
def test_p17_two_counts_by_the_e_test(pair: tuple[int, int], p: float) -> None:
    assert e_test(*pair) == pytest.approx(p, abs=5e-5)


@given(first=st.integers(0, 60), second=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_the_e_test_is_the_sum_over_every_pair_of_counts_that_is_as_far_apart(
    first: int, second: int
) -> None:
    if first == second:
        assert e_test(first, second) == 1
        return
    mean = (first + second) / 2
    counts = np.arange(0, 200)
    one, other = np.meshgrid(counts, counts)
    together = np.maximum(one + other, 1)
    far = np.abs(one - other) / np.sqrt(together) >= abs(first - second) / math.sqrt(first + second) - 1e-9
    expected = (poisson.pmf(one, mean) * poisson.pmf(other, mean) * far).sum()

    assert e_test(first, second) == pytest.approx(expected, abs=1e-9)
    assert e_test(second, first) == e_test(first, second)


def test_the_e_test_takes_counts_of_millions() -> None:
    # about normal: 3000 / root of 2,003,000 is 2.1197 standard errors, two-sided .0340
    assert e_test(1_003_000, 1_000_000) == pytest.approx(0.0340, abs=2e-4)


@given(
    treated=st.tuples(st.integers(200, 900), st.integers(1, 150)),
    buffer=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    control=st.tuples(st.integers(300, 900), st.integers(300, 900)),
)
@settings(max_examples=60, deadline=None)
def test_the_interval_of_the_quotient_holds_it_and_ends_where_counts_contradict_it(
    treated: tuple[int, int], buffer: tuple[int, int], control: tuple[int, int]
) -> None:
    a, b, c = Change(*treated), Change(*buffer), Change(*control)
    gain, move = a.after / c.after - a.before / c.before, b.after / c.after - b.before / c.before
    if gain >= 0:
        with pytest.raises(ValueError, match="did not improve"):
            displacement_quotient_interval(a, b, c, critical=Z)
        return
    low, high = displacement_quotient_interval(a, b, c, critical=Z)

    assert low <= weighted_displacement_quotient(a, b, c) <= high
    # at a limit q, move - q gain is Z of its standard errors away from 0; counts of the control are shared
    for q in (low, high):
        if math.isfinite(q):
            own = sum((y + q * q * x) / n**2 for x, y, n in zip(a, b, c, strict=True))
            shared = sum((y - q * x) ** 2 / n**3 for x, y, n in zip(a, b, c, strict=True))
            assert (move - q * gain) ** 2 == pytest.approx(Z**2 * (own + shared), rel=1e-6, abs=1e-12)


def test_the_interval_of_the_quotient_is_open_where_chance_could_have_made_the_gain() -> None:
    assert displacement_quotient_interval(*P15, critical=Z) == (-math.inf, math.inf)
    narrow = displacement_quotient_interval(Change(400, 100), Change(50, 45), Change(500, 480), critical=Z)
    wide = displacement_quotient_interval(
        Change(400, 100), Change(50, 45), Change(500, 480), critical=Z, dispersion=4
    )

    assert wide.low < narrow.low < narrow.high < wide.high


def test_how_often_the_interval_of_the_quotient_holds_the_truth() -> None:
    # True means: 300 to 180 treated, 200 to 230 next door, 1000 to 1000 beside: the quotient is .03 / -.12 = -.25.
    rng = np.random.default_rng(20261127)
    held = 0
    for a, b, c in zip(
        rng.poisson([300, 180], (2000, 2)),
        rng.poisson([200, 230], (2000, 2)),
        rng.poisson([1000, 1000], (2000, 2)),
        strict=True,
    ):
        low, high = displacement_quotient_interval(Change(*a), Change(*b), Change(*c), critical=Z)
        held += low <= -0.25 <= high

    assert 0.935 <= held / 2000 <= 0.965


def test_dispersion_is_one_for_poisson_counts_and_more_for_clustered_ones() -> None:
    rng = np.random.default_rng(20261127)
    plain = [rng.poisson(20, 50) for _ in range(8)]
    clustered = [3 * rng.poisson(20, 50) for _ in range(8)]

    assert dispersion([[4, 6], [10, 10, 10]]) == pytest.approx((1 / 5 + 1 / 5) / 3)
    assert dispersion(plain) == pytest.approx(1, abs=0.2)
    assert dispersion(clustered) == pytest.approx(3, abs=0.6)
    assert dispersion([[5], [0, 0]]) is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (weighted_displacement_difference, "found \\[\\]"),
        (lambda: weighted_displacement_difference((Change(-1, 2), Change(1, 1))), "at least 0"),
        (lambda: weighted_displacement_quotient(Change(5, 9), Change(1, 1), Change(9, 9)), "did not improve"),
        (lambda: weighted_displacement_quotient(Change(9, 5), Change(1, 1), Change(9, 0)), "found 9 and 0"),
        (lambda: e_test(-1, 2), "found -1 and 2"),
        (lambda: dispersion([[1, -1]]), "found -1"),
    ],
)
def test_what_cannot_be_computed_is_refused(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=words):
        call()
