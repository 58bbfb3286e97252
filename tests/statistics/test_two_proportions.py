"""Tests of equal rates against scipy, statsmodels and the reference cases G14, G15, G17, G19 and G24 of the methods."""

import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact, hypergeom
from statsmodels.stats.proportion import proportions_ztest

from auditkit.statistics import two_proportions
from auditkit.statistics.two_proportions import (
    compare,
    exact_tail,
    pooled_z,
    range_permutation,
    standardised_count,
)

COUNTS = st.integers(1, 400).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))
SMALL = st.integers(1, 30).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))


# Pooled z


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((805, 1795, 349, 1488), 12.780), ((2174, 3696, 854, 2454), 18.451)],  # methods G15
)
def test_pooled_z_gives_the_reference_values(counts: tuple[int, int, int, int], expected: float) -> None:
    assert pooled_z(*counts) == pytest.approx(expected, abs=5e-4)


@given(first=COUNTS, second=COUNTS)
def test_pooled_z_equals_statsmodels_and_changes_sign_with_the_order(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (x, m), (y, n) = first, second
    if x + y in (0, m + n):
        with pytest.raises(ValueError, match="both kinds of outcome"):
            pooled_z(x, m, y, n)
    else:
        expected = proportions_ztest([x, y], [m, n])[0]

        assert pooled_z(x, m, y, n) == pytest.approx(expected, abs=1e-9)
        assert pooled_z(y, n, x, m) == pytest.approx(-pooled_z(x, m, y, n), abs=1e-9)


@pytest.mark.parametrize("counts", [(3, 2, 1, 4), (-1, 2, 1, 4), (1, 4, 5, 4), (0, 0, 1, 4), (1, 4, 0, 0)])
def test_a_count_must_lie_within_its_total(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= count <= total"):
        pooled_z(*counts)
    with pytest.raises(ValueError, match="0 <= count <= total"):
        compare(*counts)


# Which test


@pytest.mark.parametrize(
    ("counts", "expected"),
    # methods G19. By hand for the first: (1 + 16 + 16 + 1)/70, as 34 of the 70 ways are no more likely than 16/70.
    [((3, 4, 1, 4), 34 / 70), ((8, 10, 1, 6), 0.034965)],
)
def test_fisher_gives_the_reference_values(counts: tuple[int, int, int, int], expected: float) -> None:
    found = compare(*counts)

    assert found.p_value == pytest.approx(expected, abs=5e-7)
    assert found.method == "fisher_exact"


@pytest.mark.parametrize(
    ("counts", "method"),
    [  # the smallest expected count is smaller group x rarer outcome / all: 10 x 10 / 20 = 5, then 10 x 9 / 20 = 4.5
        ((2, 10, 8, 10), "pooled_z"), ((2, 10, 7, 10), "fisher_exact"),
        ((8, 10, 2, 10), "pooled_z"), ((8, 10, 3, 10), "fisher_exact"),  # 11 events, so 9 without
    ],
)  # fmt: skip
def test_fisher_takes_over_below_five_expected(counts: tuple[int, int, int, int], method: str) -> None:
    assert compare(*counts).method == method


@pytest.mark.parametrize("counts", [(0, 10, 0, 20), (10, 10, 20, 20)])
def test_without_variation_nothing_speaks_against_equality(counts: tuple[int, int, int, int]) -> None:
    assert compare(*counts) == (1.0, "no_variation")


@example(first=(2, 3), second=(0, 2_000))
@example(first=(3, 900_000), second=(5, 2_000_000))
@example(first=(10, 10), second=(0, 8))
@given(first=st.one_of(COUNTS, SMALL), second=st.one_of(COUNTS, SMALL))
def test_the_p_value_equals_scipy_or_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    (x, m), (y, n) = first, second

    found = compare(x, m, y, n)

    if found.method == "pooled_z":
        assert found.p_value == pytest.approx(proportions_ztest([x, y], [m, n])[1], rel=1e-9, abs=1e-15)
    else:
        expected = fisher_exact(np.array([[x, m - x], [y, n - y]])).pvalue
        assert found.p_value == pytest.approx(expected, rel=1e-6)
    assert compare(y, n, x, m).p_value == pytest.approx(found.p_value, rel=1e-9, abs=1e-300)


def test_a_thousand_exact_comparisons_take_less_than_half_a_second() -> None:
    start = time.process_time()
    for _ in range(1_000):
        compare(8, 10, 1, 6)

    assert time.process_time() - start < 0.5


# Standardised count


@pytest.mark.parametrize(
    ("observed", "n", "p", "z"),
    [  # methods G14
        (339, 870, 0.791, -29.11), (10, 282, 0.154, -5.51), (5, 123, 0.154, -3.48),
        (10, 282, 0.057, -1.56), (5, 123, 0.057, -0.78),
    ],
)  # fmt: skip
def test_standardised_counts_give_the_reference_values(observed: int, n: int, p: float, z: float) -> None:
    assert standardised_count(observed, n, p).z == pytest.approx(z, abs=5e-3)


@example(observed=0, n=1, p=0.5)
@example(observed=400, n=400, p=0.01)
@example(observed=150, n=380, p=0.95)
@given(observed=st.integers(0, 400), n=st.integers(1, 400), p=st.floats(0.001, 0.999))
def test_small_standardised_counts_get_the_p_value_of_scipy(observed: int, n: int, p: float) -> None:
    observed = min(observed, n)

    found = standardised_count(observed, n, p)

    if n * p * (1 - p) >= 25:
        assert found.method == "normal"
        assert found.p_value == pytest.approx(math.erfc(abs(found.z) / math.sqrt(2)), rel=1e-9, abs=1e-300)
    else:
        assert found.method == "exact_binomial"
        assert found.p_value == pytest.approx(binomtest(observed, n, p).pvalue, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(("observed", "n", "p"), [(7, 1_000_000, 1e-6), (999_980, 1_000_000, 1 - 1e-5)])
def test_rare_events_among_many_get_the_exact_p_value(observed: int, n: int, p: float) -> None:
    found = standardised_count(observed, n, p)

    assert found.method == "exact_binomial"
    assert found.z == pytest.approx((observed - n * p) / math.sqrt(n * p * (1 - p)))
    assert found.p_value == pytest.approx(binomtest(observed, n, p).pvalue, rel=1e-6)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan])
def test_a_certain_rate_has_no_standardised_count(p: float) -> None:
    with pytest.raises(ValueError, match="strictly between"):
        standardised_count(1, 10, p)


def test_a_count_above_its_total_is_not_standardised() -> None:
    with pytest.raises(ValueError, match="0 <= count <= total"):
        standardised_count(11, 10, 0.5)


# Range by permutation


@pytest.mark.parametrize("mostly", [False, True])
def test_the_range_of_a_billion_people_is_as_surprising_as_the_exact_test_says(mostly: bool) -> None:  # noqa: FBT001  # two cases
    # 480 and 420 of two times 600 million: given 900 in all, a binomial of 1/2 to a millionth. Flagging all others is as odd.
    totals = np.array([600_000_000, 600_000_000])
    flagged = totals - [480, 420] if mostly else np.array([480, 420])

    found = range_permutation(flagged, totals, replicates=20_000, rng=np.random.default_rng(5))

    assert found == pytest.approx(binomtest(480, 900).pvalue, abs=0.005)  # three Monte Carlo standard errors


def test_half_of_a_billion_people_vary_as_a_hypergeometric_count_does() -> None:
    people, drawn = np.array([400_000_000, 800_000_000]), 500_000_000

    dealt = two_proportions._dealt(people, drawn, replicates=20_000, rng=np.random.default_rng(6))

    expected = hypergeom(people.sum(), people[0], drawn)
    assert dealt.sum(axis=1) == pytest.approx(drawn)
    assert dealt[:, 0].mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / 20_000**0.5)
    assert dealt[:, 0].std() == pytest.approx(expected.std(), rel=0.02)


def test_the_range_of_two_groups_has_the_exact_permutation_p_value() -> None:
    # Two groups: the range is |x/m - y/n|, and x is hypergeometric. 12 of 30 and 6 of 40, so 18 flags among 70 people.
    x = np.arange(19)
    ranges = np.abs(x / 30 - (18 - x) / 40)
    exact = hypergeom.pmf(x, 70, 30, 18)[ranges >= ranges[12] - 1e-12].sum()

    found = range_permutation([12, 6], [30, 40], replicates=40_000, rng=np.random.default_rng(1))

    assert found == pytest.approx(exact, abs=4 * math.sqrt(exact / 40_000))


def test_five_equal_groups_rarely_look_different() -> None:
    # methods G17: groups of 200 with a rate of .3. Of 400 audits 5 % are 20, with a standard deviation of 4.4.
    rng = np.random.default_rng(2)
    alarms = sum(
        range_permutation(rng.binomial(200, 0.3, size=5), [200] * 5, replicates=199, rng=rng) <= 0.05
        for _ in range(400)
    )

    assert 4 <= alarms <= 36


def test_strata_explain_a_range_that_the_crude_rates_show() -> None:
    # methods G24: men and women at Berkeley. Within departments two groups differ as in the Cochran-Mantel-Haenszel
    # test, whose p-values are .2169 (chi2 1.52461) and .2323 (with its correction, 1.42695).
    admitted = np.array([[512, 89], [353, 17], [120, 202], [138, 131], [53, 94], [22, 24]])
    applied = np.array([[825, 108], [560, 25], [325, 593], [417, 375], [191, 393], [373, 341]])
    rng = np.random.default_rng(3)

    crude = range_permutation(admitted.sum(axis=0), applied.sum(axis=0), replicates=999, rng=rng)
    within = range_permutation(admitted, applied, replicates=20_000, rng=rng)

    assert crude == 1 / 1_000
    assert 0.2169 - 0.012 < within < 0.2323 + 0.012


def test_an_empty_stratum_changes_nothing() -> None:
    with_empty = range_permutation(
        [[9, 2], [0, 0]], [[20, 20], [0, 0]], replicates=99, rng=np.random.default_rng(4)
    )

    assert with_empty == range_permutation([9, 2], [20, 20], replicates=99, rng=np.random.default_rng(4))


@pytest.mark.parametrize(
    ("flagged", "totals", "replicates"),
    [([1, 2], [3, 4, 5], 9), ([1], [2], 9), ([[[1, 1]]], [[[2, 2]]], 9), ([1, 1], [2, 2], 0)],
)
def test_a_range_needs_two_groups_and_a_replicate(
    flagged: list[int], totals: list[int], replicates: int
) -> None:
    with pytest.raises(ValueError, match="two groups or more and a replicate"):
        range_permutation(flagged, totals, replicates=replicates, rng=np.random.default_rng(1))


@pytest.mark.parametrize(("flagged", "totals"), [([-1, 1], [2, 2]), ([3, 1], [2, 2]), ([0, 1], [0, 2])])
def test_a_range_needs_counts_within_the_totals_of_groups_that_exist(
    flagged: list[int], totals: list[int]
) -> None:
    with pytest.raises(ValueError, match="0 <= count <= total"):
        range_permutation(flagged, totals, replicates=9, rng=np.random.default_rng(1))


@pytest.mark.parametrize("module", ["two_proportions", "power", "stratified"])
def test_the_tests_do_without_the_slow_import_of_scipy_stats(module: str) -> None:
    code = f"import sys, auditkit.statistics.{module}; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("x", "m", "y", "n"), [(3, 4, 1, 4), (0, 5, 5, 5), (8, 10, 1, 6), (60, 100, 60, 300), (2, 9, 0, 40)]
)
def test_the_exact_tail_is_fishers_one_sided_test(x: int, m: int, y: int, n: int) -> None:
    table = np.array([[x, m - x], [y, n - y]])

    higher, lower = (float(fisher_exact(table, alternative=side).pvalue) for side in ("greater", "less"))

    assert exact_tail(x, m, y, n, side="higher") == pytest.approx(higher)
    assert exact_tail(x, m, y, n, side="lower") == pytest.approx(lower)
