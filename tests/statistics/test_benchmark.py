"""Benchmark test against statsmodels' Poisson regression, hand arithmetic and simulated stops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditkit.statistics import benchmark
from auditkit.statistics.benchmark import BenchmarkTest, StopRatio

STOPS = np.array([[60, 30, 12], [25, 60, 9], [80, 70, 61], [14, 42, 30], [53, 18, 5]])
RESIDENTS = np.array([[400, 500, 300], [300, 700, 200], [500, 900, 800], [100, 400, 600], [200, 300, 150]])


def ratio(test: BenchmarkTest, group: int) -> StopRatio:
    found = test.ratios[group]
    assert found is not None
    return found


def glm(*, with_areas: bool) -> tuple[np.ndarray, np.ndarray, float]:
    """Effects of groups 1 and 2 against group 0 in statsmodels, with quasi-Poisson errors and Pearson's X2 / df."""
    import statsmodels.api as sm

    area, group = (index.ravel() for index in np.indices(STOPS.shape))
    columns = [group == 1, group == 2, *(area == k for k in range(1, 5) if with_areas), np.ones(area.size)]
    model = sm.GLM(
        STOPS.ravel(),
        np.stack(columns, axis=1).astype(float),
        family=sm.families.Poisson(),
        offset=np.log(RESIDENTS.ravel()),
    )
    found = model.fit(scale="X2")
    return found.params[:2], found.bse[:2], found.scale


@pytest.mark.parametrize(
    ("function", "with_areas"), [(benchmark.crude, False), (benchmark.within_areas, True)]
)
def test_ratios_errors_and_overdispersion_are_those_of_statsmodels(function, with_areas) -> None:  # type: ignore[no-untyped-def]  # parameters are cases of several kinds
    test = function(STOPS, RESIDENTS, reference=0, level=0.95)
    effects, errors, scale = glm(with_areas=with_areas)

    assert [ratio(test, g).log_ratio for g in (1, 2)] == pytest.approx(effects.tolist(), rel=1e-6)
    assert [ratio(test, g).standard_error for g in (1, 2)] == pytest.approx(errors.tolist(), rel=1e-6)
    assert test.overdispersion == pytest.approx(scale, rel=1e-6)
    assert test.degrees_of_freedom == 15 - 3 - 4 * with_areas


def test_leaving_areas_out_one_step_agrees_with_refitting_without_them() -> None:
    # The crude log ratio without area d is known exactly; the one-step error differs a little from that jackknife.
    logs = []
    for d in range(5):
        stops, residents = (
            np.delete(STOPS, d, axis=0).sum(axis=0),
            np.delete(RESIDENTS, d, axis=0).sum(axis=0),
        )
        logs.append(math.log(stops[1] / residents[1] / (stops[0] / residents[0])))
    test = benchmark.crude(STOPS, RESIDENTS, reference=0, level=0.95)
    exact = math.sqrt(4 / 5 * sum((each - ratio(test, 1).log_ratio) ** 2 for each in logs))

    assert ratio(test, 1).area_error == pytest.approx(exact, rel=0.05)


def test_the_interval_reaches_as_far_as_the_larger_error() -> None:
    # 5 areas: Student's t with 12 degrees of freedom for the quasi-Poisson error (2.1788, a printed table).
    found = ratio(benchmark.crude(STOPS, RESIDENTS, reference=0, level=0.95), 1)

    assert math.log(found.interval.high) >= found.log_ratio + 2.1788 * found.standard_error - 1e-4
    assert math.log(found.interval.high) > found.log_ratio + 1.96 * found.area_error
    assert math.log(found.interval.low) == pytest.approx(2 * found.log_ratio - math.log(found.interval.high))


def test_counts_that_vary_less_than_chance_do_not_narrow_the_interval() -> None:
    # All rates equal: Pearson's statistic is 0, and the error is that of Poisson counts, root of 1/60 + 1/60.
    test = benchmark.crude([[20, 20], [40, 40]], [[100, 100], [200, 200]], reference=0, level=0.95)

    assert test.overdispersion == pytest.approx(0.0)
    assert ratio(test, 1).standard_error == pytest.approx(math.sqrt(1 / 60 + 1 / 60))


def test_cells_without_a_benchmark_are_dropped_and_their_stops_are_told() -> None:
    stops, residents = np.vstack([STOPS, [7, 5, 3]]), np.vstack([RESIDENTS, [0, 250, 90]])

    test = benchmark.crude(stops, residents, reference=1, level=0.95)

    assert (test.dropped_cells, test.dropped_stops) == ((1, 0, 0), (7, 0, 0))
    # 232 stops of 1,500 against 225 of 3,050
    assert math.exp(ratio(test, 0).log_ratio) == pytest.approx(232 / 1500 / (225 / 3050))


@pytest.mark.parametrize("function", [benchmark.crude, benchmark.within_areas])
def test_a_group_that_was_never_stopped_has_no_ratio_and_changes_none(function) -> None:  # type: ignore[no-untyped-def]  # parameters are cases of several kinds
    stops, residents = np.insert(STOPS, 1, 0, axis=1), np.insert(RESIDENTS, 1, 50, axis=1)

    test, without = (
        function(*tables, reference=0, level=0.95) for tables in ((stops, residents), (STOPS, RESIDENTS))
    )

    assert test.ratios[1] is None
    assert ratio(test, 2).log_ratio == pytest.approx(ratio(without, 1).log_ratio)
    assert ratio(test, 2).interval.low == pytest.approx(ratio(without, 1).interval.low)


def test_a_group_that_shares_no_area_with_the_others_has_no_ratio_within_areas() -> None:
    stops = [[10, 5, 0], [20, 12, 0], [15, 9, 0], [0, 0, 30]]
    residents = [[100, 100, 0], [200, 200, 0], [150, 100, 0], [0, 0, 300]]

    test = benchmark.within_areas(stops, residents, reference=0, level=0.95)

    assert test.ratios[2] is None
    # 45 stops against 26 over areas of which the third is smaller for the second group
    assert ratio(test, 1).log_ratio == pytest.approx(math.log(26 / 45) + math.log(450 / 400), abs=0.03)
    assert benchmark.crude(stops, residents, reference=0, level=0.95).ratios[2] is not None


def test_within_areas_no_bounds_without_the_only_area_of_the_reference_group() -> None:
    stops, residents = [[20, 10, 15], [0, 12, 30], [0, 9, 11]], [[100, 100, 90], [0, 150, 200], [0, 120, 100]]

    test = benchmark.within_areas(stops, residents, reference=0, level=0.95)

    assert [ratio(test, group).interval for group in (1, 2)] == [(0.0, math.inf)] * 2


def test_areas_without_any_stop_say_nothing_within_areas() -> None:
    stops, residents = np.vstack([STOPS, [0, 0, 0]]), np.vstack([RESIDENTS, [90, 80, 70]])

    test, without = (
        benchmark.within_areas(*tables, reference=0, level=0.95)
        for tables in ((stops, residents), (STOPS, RESIDENTS))
    )

    assert test == without


def test_a_ratio_that_rests_on_one_area_has_no_bounds() -> None:
    # The second group lives in the first area only.
    stops, residents = [[20, 10], [30, 0], [25, 0]], [[100, 100], [150, 0], [120, 0]]

    found = ratio(benchmark.crude(stops, residents, reference=0, level=0.95), 1)

    assert math.isinf(found.area_error)
    assert found.interval == (0.0, math.inf)


def test_groups_at_opposite_ends_are_found_too() -> None:
    # Where one group has nearly all stops and the other nearly all benchmark, the search takes long steps.
    stops, residents = [[9000, 1], [8000, 2], [7000, 1]], [[10, 90000], [9, 80000], [8, 70000]]

    found = ratio(benchmark.within_areas(stops, residents, reference=0, level=0.95), 1)

    # the same shares of the benchmark in each area, hence the pooled ratio: 4 of 240,000 against 24,000 of 27
    assert found.log_ratio == pytest.approx(math.log(4 / 240_000 / (24_000 / 27)), abs=1e-3)


@pytest.mark.parametrize(
    ("stops", "residents", "reference", "said"),
    [
        ([[1, 2]], [[1, 2, 3]], 0, r"found \(1, 2\) and \(1, 3\)"),
        ([1, 2], [1, 2], 0, r"found \(2,\)"),
        ([[1, 2]], [[1, 2]], 2, "group 2"),
        ([[1, -2]], [[1, 2]], 0, "negative or missing"),
        ([[1, 2]], [[1, math.nan]], 0, "negative or missing"),
        ([[0, 2], [0, 3]], [[1, 2], [1, 2]], 0, "stops of the reference group"),
        ([[4, 0], [2, 0]], [[1, 2], [1, 2]], 0, "and of another"),
        ([[4, 3]], [[1, 2]], 0, "2 cells and 2 parameters"),
    ],
)
@pytest.mark.parametrize("function", [benchmark.crude, benchmark.within_areas])
def test_what_cannot_be_compared_is_refused(function, stops, residents, reference, said) -> None:  # type: ignore[no-untyped-def]  # parameters are cases of several kinds
    with pytest.raises(ValueError, match=said):
        function(stops, residents, reference=reference, level=0.95)


@settings(max_examples=30)
@given(
    stops=arrays.arrays(np.int64, (4, 2), elements=st.integers(1, 500)),
    residents=arrays.arrays(np.int64, (4, 2), elements=st.integers(1, 5000)),
)
def test_swapping_the_groups_inverts_the_ratio(stops: np.ndarray, residents: np.ndarray) -> None:
    for function in (benchmark.crude, benchmark.within_areas):
        one = ratio(function(stops, residents, reference=0, level=0.9), 1)
        other = ratio(function(stops, residents, reference=1, level=0.9), 0)

        assert one.log_ratio == pytest.approx(-other.log_ratio, abs=1e-6)
        assert one.interval.low == pytest.approx(1 / other.interval.high, rel=1e-4, abs=1e-300)
        assert one.interval.low <= math.exp(one.log_ratio) <= one.interval.high


@pytest.mark.parametrize("unlike", [False, True], ids=["chance alone", "ratios that differ between areas"])
def test_intervals_hold_the_true_ratio_in_simulated_stops(*, unlike: bool) -> None:
    # 20 areas; the true ratio is e^0.4. Chance alone: variance 4 times the mean. Else: each cell's rate varies by 30 %.
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        residents = np.exp(rng.normal(6, 1, (20, 2)))
        mean = residents * np.exp(rng.normal(-1, 0.7, (20, 1))) * np.exp([0.4, 0.0])
        stops = (
            rng.poisson(mean * rng.gamma(10, 0.1, mean.shape))
            if unlike
            else rng.negative_binomial(mean / 3, 0.25)
        )
        interval = ratio(benchmark.within_areas(stops, residents, reference=1, level=0.95), 0).interval
        held += interval.low <= math.exp(0.4) <= interval.high

    assert held >= 180  # 90 %: with 95 % a run of 200 falls below in 1 of 500 cases
