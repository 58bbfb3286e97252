"""Statistics of alert systems: exact Poisson intervals, shares of outcomes, base rates, costs and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from auditkit.statistics.base_rates import base_rate_ppv, base_rate_ppv_range
from auditkit.statistics.costs import CostSums, cost_per
from auditkit.statistics.coverage import coverage_share, difference_bounds, ratio_bounds
from auditkit.statistics.critical import normal
from auditkit.statistics.multinomial import goodman
from auditkit.statistics.poisson import exact_poisson, exact_ratio

# Exact Poisson


@pytest.mark.parametrize("count", [0, 1, 3, 17, 250, 9648])
@pytest.mark.parametrize("level", [0.90, 0.95])
def test_the_poisson_interval_is_scipys_and_statsmodels(count: int, level: float) -> None:
    from scipy.stats import chi2
    from statsmodels.stats.rates import confint_poisson

    low, high = exact_poisson(count, level=level)

    tail = (1 - level) / 2
    assert high == pytest.approx(chi2.ppf(1 - tail, 2 * count + 2) / 2)
    assert low == pytest.approx(chi2.ppf(tail, 2 * count) / 2 if count else 0.0)
    if count:
        assert (low, high) == pytest.approx(confint_poisson(count, 1, method="exact-c", alpha=1 - level))


@pytest.mark.parametrize(("count", "level"), [(-1, 0.95), (3, 1.0), (3, 0.0)])
def test_a_negative_count_or_an_impossible_level_has_no_poisson_interval(count: int, level: float) -> None:
    with pytest.raises(ValueError, match="a count of at least 0 and a level inside"):
        exact_poisson(count, level=level)


# Shares of outcomes


@pytest.mark.parametrize("counts", [(4556, 20000, 17274), (1, 0, 9), (5, 5)])
def test_simultaneous_shares_are_those_of_statsmodels(counts: tuple[int, ...]) -> None:
    from statsmodels.stats.proportion import multinomial_proportions_confint

    ours = goodman(counts, level=0.95)

    assert np.array(ours) == pytest.approx(
        multinomial_proportions_confint(counts, alpha=0.05, method="goodman"), abs=1e-12
    )


def test_a_single_outcome_has_no_shares() -> None:
    with pytest.raises(ValueError, match="at least two outcomes, found 1"):
        goodman([5], level=0.95)


# Base rates

rates = st.floats(0.001, 0.999)


@given(prevalence=rates, sensitivity=rates, false_positive_rate=rates)
def test_the_base_rate_value_is_that_of_a_million_occasions(
    prevalence: float, sensitivity: float, false_positive_rate: float
) -> None:
    found = base_rate_ppv(
        prevalence=prevalence, sensitivity=sensitivity, false_positive_rate=false_positive_rate
    )

    right, wrong = 1e6 * prevalence * sensitivity, 1e6 * (1 - prevalence) * false_positive_rate
    assert found == pytest.approx(right / (right + wrong))


@given(st.lists(rates, min_size=6, max_size=6))
def test_a_range_of_rates_holds_the_value_of_every_choice_within_it(given_rates: list[float]) -> None:
    names = ("prevalence", "sensitivity", "false_positive_rate")
    pairs = {
        name: (min(pair), max(pair))
        for name, pair in zip(names, zip(*[iter(given_rates)] * 2, strict=True), strict=True)
    }

    low, high = base_rate_ppv_range(**pairs)

    middle = base_rate_ppv(**{name: sum(pair) / 2 for name, pair in pairs.items()})
    assert low <= middle + 1e-12
    assert middle <= high + 1e-12


@pytest.mark.parametrize("found", [(1.2, 0.5, 0.5), (0.0, 0.5, 0.0)])
def test_impossible_rates_have_no_base_rate_value(found: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="that raise some alert"):
        base_rate_ppv(prevalence=found[0], sensitivity=found[1], false_positive_rate=found[2])


# Costs


def sums(hours: np.ndarray, bought: np.ndarray) -> CostSums:
    return CostSums(
        n=len(hours), y=hours.sum(), yy=(hours**2).sum(), x=bought.sum(), xx=(bought**2).sum(), xy=(hours * bought).sum()
    )  # fmt: skip


def test_the_interval_of_a_cost_is_that_of_a_bootstrap_of_its_rows() -> None:
    rng = np.random.default_rng(7)
    confirmed = (rng.random(2000) < 0.1).astype(float)
    hours = rng.lognormal(0, 0.6, 2000) + confirmed
    drawn = rng.integers(0, 2000, (4000, 2000))
    spread = np.log(hours[drawn].sum(axis=1) / confirmed[drawn].sum(axis=1)).std()

    low, high = cost_per(sums(hours, confirmed), critical=normal(0.95))

    assert math.log(high / low) / (2 * normal(0.95)) == pytest.approx(spread, rel=0.05)
    assert math.sqrt(low * high) == pytest.approx(hours.sum() / confirmed.sum())


def test_hours_per_alert_have_the_standard_error_of_a_mean() -> None:
    hours = np.array([0.5, 1.0, 1.0, 2.5, 4.0])

    low, high = cost_per(sums(hours, np.ones(5)), critical=1.0)

    error = hours.std(ddof=1) / math.sqrt(5) / hours.mean()  # of the log, to first order
    assert (low, high) == pytest.approx((hours.mean() * math.exp(-error), hours.mean() * math.exp(error)))


@pytest.mark.parametrize(
    "bad", [CostSums(1, 1, 1, 1, 1, 1), CostSums(5, 0, 0, 5, 5, 0), CostSums(5, 5, 9, 0, 0, 0)]
)
def test_costs_need_two_alerts_and_positive_sums(bad: CostSums) -> None:
    with pytest.raises(ValueError, match="two alerts with positive sums"):
        cost_per(bad, critical=1.96)


def test_equal_costs_have_no_interval() -> None:
    with pytest.raises(ValueError, match="costs do not vary"):
        cost_per(sums(np.full(9, 0.7), np.ones(9)), critical=1.96)


# Coverage

cities = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50), st.floats(0, 1)),
    min_size=1,
    max_size=6,
)


@given(cities, st.randoms(use_true_random=False))
def test_wherever_residents_live_within_areas_the_covered_share_stays_within_its_bounds(
    city: list[tuple[int, int, int, float]], random: object
) -> None:
    """Draw who lives in the covered part of each area, of all residents in it, and count the group."""
    rng = np.random.default_rng(random.randrange(2**32))  # type: ignore[attr-defined]  # Hypothesis makes this object
    table = np.array(city)
    group, others, rest = (table[:, at].astype(int) for at in range(3))
    everyone = group + others + rest
    covered = np.floor(table[:, 3] * everyone).astype(int)
    if group.sum() == 0 or others.sum() == 0:
        return
    share = covered / everyone
    inside = np.array(
        [
            rng.multivariate_hypergeometric([g, o, r], c)
            for g, o, r, c in zip(group, others, rest, covered, strict=True)
        ]
    )

    first, second = (coverage_share(people, share, everyone=everyone) for people in (group, others))

    found, other = inside[:, 0].sum() / group.sum(), inside[:, 1].sum() / others.sum()
    assert first.bounds.low - 1e-9 <= found <= first.bounds.high + 1e-9
    assert first.bounds.low - 1e-9 <= first.share <= first.bounds.high + 1e-9
    low, high = difference_bounds(first, second)
    assert low - 1e-9 <= found - other <= high + 1e-9
    if other > 0:
        low, high = ratio_bounds(first, second)
        assert low - 1e-9 <= found / other <= high + 1e-9


def test_without_a_number_of_residents_a_partly_covered_area_may_hold_all_or_none() -> None:
    found = coverage_share([40, 10, 50], [1.0, 0.25, 0.0], everyone=None)

    assert found.share == pytest.approx((40 + 2.5) / 100)
    assert tuple(found.bounds) == pytest.approx((0.4, 0.5))


def test_areas_of_which_something_is_not_known_are_left_out() -> None:
    found = coverage_share([40, np.nan, 50], [1.0, 1.0, np.nan], everyone=[100, 100, 100])

    assert (found.share, found.residents) == (1.0, 40.0)


@pytest.mark.parametrize(
    ("people", "share"), [([0], [1.0]), ([-3, 9], [1.0, 1.0]), ([3], [1.2]), ([3], [-0.1])]
)
def test_coverage_needs_residents_and_shares_between_0_and_1(people: list[float], share: list[float]) -> None:
    with pytest.raises(ValueError, match="residents where a share between 0 and 1 is known"):
        coverage_share(people, share, everyone=None)


def test_a_ratio_to_a_group_that_may_be_uncovered_has_no_upper_bound() -> None:
    covered, bare = (coverage_share([10], [share], everyone=None) for share in (1.0, 0.0))

    assert tuple(ratio_bounds(covered, bare)) == (math.inf, math.inf)
    assert tuple(ratio_bounds(bare, covered)) == (0.0, 0.0)


def test_two_uncovered_groups_have_no_ratio() -> None:
    bare = coverage_share([10], [0.0], everyone=None)

    with pytest.raises(ValueError, match="without any coverage"):
        ratio_bounds(bare, bare)


@pytest.mark.parametrize(("count", "other"), [(20, 10), (3, 40), (0, 5)])
def test_the_ratio_of_two_counts_has_the_limits_of_the_share_of_the_first(count: int, other: int) -> None:
    share = stats.binomtest(count, count + other).proportion_ci(0.9, method="exact")

    assert exact_ratio(count, other, level=0.9) == pytest.approx(
        (share.low / (1 - share.low), share.high / (1 - share.high))
    )


def test_a_ratio_over_nothing_has_no_upper_limit() -> None:
    low, high = exact_ratio(6, 0, level=0.95)

    # Clopper and Pearson, all of six: .025 ** (1/6) = .5407
    assert low == pytest.approx(0.025 ** (1 / 6) / (1 - 0.025 ** (1 / 6)))
    assert high == float("inf")
    with pytest.raises(ValueError, match="not both 0"):
        exact_ratio(0, 0, level=0.95)
