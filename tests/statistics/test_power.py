"""Power against exact sums and simulations of the audit's own intervals, and methods G22 and P19."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from auditkit.statistics import intervals
from auditkit.statistics.power import (
    design_effect,
    needed_sample,
    sample_size,
    smallest_detectable_difference,
    smallest_detectable_ratio,
)

Direction = Literal["higher", "lower"]
Kind = Literal["katz", "koopman"]
Gap = Literal["newcombe", "agresti_caffo"]
Detects = Callable[[int, int, int, int, float, Direction], bool]
Z = 1.959963984540054  # the normal quantile at 0.975
WIDE = 2.575829303548901  # the same for five comparisons by Bonferroni: the quantile at 0.995


def ratio_is_seen(x: int, m: int, y: int, n: int, critical: float, direction: Direction) -> bool:
    """Whether the interval that an audit shows for a ratio excludes 1."""
    if x == y == 0:
        return False  # not estimable
    low, high = intervals.koopman(x, m, y, n, critical=critical)
    return low > 1 if direction == "higher" else high < 1


def katz_ratio_is_seen(x: int, m: int, y: int, n: int, critical: float, direction: Direction) -> bool:
    """Do the same where a policy asks for Katz's interval."""
    if not (0 < x < m and 0 < y < n):
        return ratio_is_seen(x, m, y, n, critical, direction)
    low, high = intervals.katz(x, m, y, n, critical=critical)
    return low > 1 if direction == "higher" else high < 1


def joint_difference_is_seen(x: int, m: int, y: int, n: int, critical: float, direction: Direction) -> bool:
    low, high = intervals.agresti_caffo(x, m, y, n, critical=critical)
    return low > 0 if direction == "higher" else high < 0


def difference_is_seen(x: int, m: int, y: int, n: int, critical: float, direction: Direction) -> bool:
    low, high = intervals.newcombe(x, m, y, n, critical=critical)
    return low > 0 if direction == "higher" else high < 0


def exact_power(
    p: float, m: int, q: float, n: int, *, critical: float, direction: Direction, seen: Detects
) -> float:
    """Add up the probabilities of all outcomes in which the interval excludes equality."""
    first, second = binom.pmf(np.arange(m + 1), m, p), binom.pmf(np.arange(n + 1), n, q)
    return sum(
        float(first[x] * second[y])
        for x in range(m + 1)
        for y in range(n + 1)
        if first[x] * second[y] > 1e-9 and seen(x, m, y, n, critical, direction)
    )


def simulated_power(
    p: float, m: int, q: float, n: int, *, critical: float, direction: Direction, seen: Detects
) -> float:
    rng = np.random.default_rng(1)
    draws = zip(rng.binomial(m, p, size=4_000), rng.binomial(n, q, size=4_000), strict=True)
    return sum(seen(int(x), m, int(y), n, critical, direction) for x, y in draws) / 4_000


# Sample size


@pytest.mark.parametrize(
    ("base", "expected"),
    [(0.5, 388), (0.2, 1_447), (0.1, 3_213), (0.05, 6_745), (0.01, 35_001), (0.003, 117_415)],  # methods G22
)
def test_sample_sizes_for_a_ratio_of_four_fifths(base: float, expected: int) -> None:
    assert sample_size(base, 0.8 * base, critical=Z) == expected


@given(p1=st.floats(0.05, 0.95), p2=st.floats(0.05, 0.95))
def test_a_sample_size_has_the_power_that_statsmodels_computes(p1: float, p2: float) -> None:
    assume(0.02 < abs(p1 - p2) < 0.4)
    size = sample_size(p1, p2, critical=Z)

    def power(n: int) -> float:
        return float(power_proportions_2indep(p1 - p2, p2, n, return_results=False))

    assert power(size - 1) < 0.8 + 1e-6
    assert power(size) >= 0.8 - 1e-6


@pytest.mark.parametrize(("p1", "p2"), [(0.2, 0.2), (-0.1, 0.2), (0.2, 1.1), (math.nan, 0.2)])
def test_equal_or_impossible_rates_have_no_sample_size(p1: float, p2: float) -> None:
    with pytest.raises(ValueError, match="two different rates"):
        sample_size(p1, p2, critical=Z)


@pytest.mark.parametrize(("power", "critical"), [(0.49, Z), (1.0, Z), (0.8, 0.9), (0.8, math.nan)])
def test_power_and_critical_value_keep_within_their_ranges(power: float, critical: float) -> None:
    with pytest.raises(ValueError, match=r"a power in \[.5, 1\)"):
        sample_size(0.1, 0.2, power=power, critical=critical)
    for smallest in (smallest_detectable_ratio, smallest_detectable_difference):
        with pytest.raises(ValueError, match=r"a power in \[.5, 1\)"):
            smallest(0.1, 50, 50, critical=critical, power=power, direction="higher")


# Smallest detectable ratio

SMALL = [
    (0.3, 40, 40, Z, "higher"), (0.3, 40, 40, Z, "lower"), (0.1, 30, 60, Z, "higher"), (0.02, 25, 90, WIDE, "higher"),
    (0.6, 90, 30, WIDE, "lower"), (0.9, 40, 30, Z, "lower"), (0.5, 12, 80, WIDE, "lower"), (0.05, 80, 20, Z, "higher"),
]  # fmt: skip
"""Small tables, in which empty cells and single counts matter."""
LARGE = [
    (0.2, 1_447, 1_447, Z, "higher"), (0.2, 1_447, 1_447, Z, "lower"), (0.4, 1_795, 1_488, WIDE, "higher"),
    (0.05, 40, 60_000, Z, "higher"), (0.003, 200_000, 30_000, Z, "lower"), (0.3, 2_000_000, 1_000_000, Z, "higher"),
    (0.02, 3_000, 50_000, WIDE, "lower"), (0.97, 5_000, 4_000, Z, "lower"), (0.5, 25, 9_000, Z, "lower"),
]  # fmt: skip
"""Tables whose likely counts are too many to look at each."""


@pytest.mark.parametrize("shown", [("koopman", ratio_is_seen), ("katz", katz_ratio_is_seen)])
@pytest.mark.parametrize(("base", "m", "n", "critical", "direction"), SMALL)
def test_the_smallest_detectable_ratio_has_its_power_exactly(
    base: float, m: int, n: int, critical: float, direction: Direction, shown: tuple[Kind, Detects]
) -> None:
    kind, seen = shown
    ratio = smallest_detectable_ratio(base, m, n, critical=critical, direction=direction, kind=kind)

    assert ratio is not None
    assert (ratio > 1) == (direction == "higher")
    assert exact_power(
        ratio * base, m, base, n, critical=critical, direction=direction, seen=seen
    ) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(
    "shown", [("newcombe", difference_is_seen), ("agresti_caffo", joint_difference_is_seen)]
)
@pytest.mark.parametrize(("base", "m", "n", "critical", "direction"), SMALL)
def test_the_smallest_detectable_difference_has_its_power_exactly(
    base: float, m: int, n: int, critical: float, direction: Direction, shown: tuple[Gap, Detects]
) -> None:
    kind, seen = shown
    difference = smallest_detectable_difference(base, m, n, critical=critical, direction=direction, kind=kind)

    assert difference is not None
    assert (difference > 0) == (direction == "higher")
    power = exact_power(base + difference, m, base, n, critical=critical, direction=direction, seen=seen)
    assert power == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(("base", "m", "n", "critical", "direction"), LARGE)
def test_the_smallest_detectable_effects_of_large_groups_have_their_power(
    base: float, m: int, n: int, critical: float, direction: Direction
) -> None:
    # 4,000 simulated audits: a standard deviation of .63 percentage points.
    ratio = smallest_detectable_ratio(base, m, n, critical=critical, direction=direction)
    difference = smallest_detectable_difference(base, m, n, critical=critical, direction=direction)

    assert ratio is not None
    assert difference is not None
    by_ratio = simulated_power(
        ratio * base, m, base, n, critical=critical, direction=direction, seen=ratio_is_seen
    )
    by_difference = simulated_power(
        base + difference, m, base, n, critical=critical, direction=direction, seen=difference_is_seen
    )
    assert by_ratio == pytest.approx(0.8, abs=0.02)
    assert by_difference == pytest.approx(0.8, abs=0.02)


def test_large_groups_detect_what_the_normal_formula_says() -> None:
    # statsmodels' power of a two-sided z test for the log ratio: effect ln r over the standard deviation of one pair.
    ratio = smallest_detectable_ratio(0.3, 100_000, 100_000, critical=Z, direction="higher")

    assert ratio is not None
    spread = math.sqrt(1 / (0.3 * ratio) - 1 + 1 / 0.3 - 1)
    effect = math.log(ratio) / (spread / math.sqrt(2))
    assert NormalIndPower().power(effect, 100_000, 0.05) == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize(
    ("base", "m", "n", "direction"),
    [(0.01, 20, 100, "lower"), (0.5, 2, 6, "higher"), (0.3, 1, 5, "lower"), (0.95, 30, 30, "higher")],
)
def test_some_groups_are_too_small_to_show_any_effect(
    base: float, m: int, n: int, direction: Direction
) -> None:
    certain = 1.0 if direction == "higher" else 0.0

    assert exact_power(certain, m, base, n, critical=Z, direction=direction, seen=ratio_is_seen) < 0.8
    assert smallest_detectable_ratio(base, m, n, critical=Z, direction=direction) is None
    assert smallest_detectable_difference(base, m, n, critical=Z, direction=direction) is None


def test_an_effect_short_of_the_largest_is_found_where_a_full_cell_brings_in_a_wider_interval() -> None:
    # 24 of 24 against 143 of 183: Koopman's interval includes 1, while Katz's of 23 of 24 excludes it.
    assert not katz_ratio_is_seen(24, 24, 143, 183, 2.8, "higher")
    assert katz_ratio_is_seen(23, 24, 143, 183, 2.8, "higher")
    ratio = smallest_detectable_ratio(0.72, 24, 183, critical=2.8, direction="higher", kind="katz")

    assert ratio is not None
    power, certain = (
        exact_power(p, 24, 0.72, 183, critical=2.8, direction="higher", seen=katz_ratio_is_seen)
        for p in (0.72 * ratio, 1.0)
    )
    assert power == pytest.approx(0.8, abs=1e-4)
    assert certain < 0.8


@settings(deadline=None)
@given(
    base=st.floats(0.001, 0.999), m=st.integers(1, 5_000), n=st.integers(1, 5_000), critical=st.floats(1, 4),
    power=st.floats(0.5, 0.99), direction=st.sampled_from(["higher", "lower"]),
)  # fmt: skip
def test_a_detectable_effect_leads_to_a_rate_on_its_side(
    base: float, m: int, n: int, critical: float, power: float, direction: Direction
) -> None:
    ratio = smallest_detectable_ratio(base, m, n, critical=critical, power=power, direction=direction)
    difference = smallest_detectable_difference(
        base, m, n, critical=critical, power=power, direction=direction
    )

    low, high = (base, 1) if direction == "higher" else (0, base)
    assert ratio is None or low <= ratio * base <= high + 1e-12
    assert difference is None or low <= base + difference <= high + 1e-12


@settings(deadline=None)
@given(base=st.floats(0.02, 0.9), m=st.integers(20, 2_000), n=st.integers(20, 2_000))
def test_more_power_needs_a_larger_difference(base: float, m: int, n: int) -> None:
    found = [
        smallest_detectable_difference(base, m, n, critical=Z, power=power, direction="higher")
        for power in (0.6, 0.8, 0.95)
    ]
    differences = [1.0 if difference is None else difference for difference in found]

    assert differences == sorted(differences)


@pytest.mark.parametrize(
    ("base", "m", "n"), [(0.0, 50, 50), (1.0, 50, 50), (math.nan, 50, 50), (0.3, 0, 50), (0.3, 50, 0)]
)
@pytest.mark.parametrize("smallest", [smallest_detectable_ratio, smallest_detectable_difference])
def test_without_people_or_with_a_certain_rate_nothing_is_detectable(
    smallest: Callable[..., float | None], base: float, m: int, n: int
) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1 and two groups"):
        smallest(base, m, n, critical=Z, direction="higher")


# Needed sample


@pytest.mark.parametrize(("base", "ratio"), [(0.4, 0.5), (0.5, 0.2), (0.3, 2.5), (0.07, 14.0), (0.5, 2.0)])
def test_the_needed_sample_is_where_a_small_study_reaches_its_power(base: float, ratio: float) -> None:
    direction: Direction = "higher" if ratio > 1 else "lower"

    def power(size: int) -> float:
        return exact_power(
            ratio * base, size, base, size, critical=Z, direction=direction, seen=ratio_is_seen
        )

    size = needed_sample(base, ratio, critical=Z)
    assert power(size) >= 0.8
    assert power(size - 1) < 0.8


@pytest.mark.parametrize(("base", "ratio"), [(0.5, 0.8), (0.01, 0.8), (0.1, 1.25), (0.003, 1.5)])
def test_the_needed_sample_is_where_the_ratio_becomes_detectable(base: float, ratio: float) -> None:
    size = needed_sample(base, ratio, critical=Z)

    direction: Direction = "higher" if ratio > 1 else "lower"
    assert smallest_detectable_ratio(base, size, size, critical=Z, direction=direction) == pytest.approx(
        ratio, rel=2e-3
    )


@pytest.mark.parametrize(("base", "ratio"), [(0.0, 0.8), (1.0, 0.8), (0.5, 0.0), (0.5, 2.1)])
def test_a_ratio_that_leads_to_no_rate_has_no_needed_sample(base: float, ratio: float) -> None:
    with pytest.raises(ValueError, match="a ratio that leads to one"):
        needed_sample(base, ratio, critical=Z)


def test_equality_has_no_needed_sample() -> None:
    with pytest.raises(ValueError, match="two different rates"):
        needed_sample(0.5, 1.0, critical=Z)


# Design effect


def test_clusters_of_twenty_that_resemble_each_other_a_little_need_almost_three_times_the_people() -> None:
    assert design_effect(20, 0.1) == pytest.approx(2.9)  # methods P19: 1 + 19 x .1
    assert design_effect(1, 0.7) == 1


@pytest.mark.parametrize(("m", "icc"), [(0.5, 0.1), (20, -0.1), (20, 1.1), (20, math.nan)])
def test_a_design_effect_needs_clusters_and_a_correlation(m: float, icc: float) -> None:
    with pytest.raises(ValueError, match="clusters of at least 1"):
        design_effect(m, icc)
