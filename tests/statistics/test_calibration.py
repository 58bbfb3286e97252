"""Logistic fits on counts against statsmodels, by hand on two cells, and on COMPAS as methods G25 prints it."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit

from auditkit.statistics import calibration, intervals
from auditkit.statistics.calibration import Effect

# COMPAS by decile 1 to 10, methods G25: people, and the share arrested again.
BLACK_N = [398, 393, 346, 385, 365, 384, 400, 359, 380, 286]
BLACK_RATE = [0.2286, 0.3028, 0.4191, 0.4597, 0.4822, 0.5599, 0.5925, 0.6825, 0.7079, 0.7937]
WHITE_N = [681, 361, 273, 285, 241, 194, 143, 114, 98, 64]
WHITE_RATE = [0.2085, 0.3130, 0.3407, 0.3965, 0.4606, 0.5722, 0.6154, 0.7193, 0.6939, 0.7031]
TOTALS = np.array(BLACK_N + WHITE_N)
EVENTS = np.round(TOTALS * np.array(BLACK_RATE + WHITE_RATE))
DECILES, BLACK = np.tile(np.arange(1, 11), 2), np.repeat([True, False], 10)

CELLS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=4, max_size=12)


def test_compas_groups_differ_at_equal_decile_as_published() -> None:
    found = calibration.difference_at_equal_score(DECILES, EVENTS, TOTALS, in_group=BLACK)

    assert found == pytest.approx((0.1011, 0.0578), abs=5e-5)


def test_every_fit_of_compas_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    one = np.ones(20)
    answers = np.column_stack((EVENTS, TOTALS - EVENTS))

    def expected(*columns: np.ndarray) -> list[tuple[float, float]]:
        fit = sm.GLM(answers, np.column_stack((one, *columns)), family=sm.families.Binomial()).fit(tol=1e-12)
        return [(float(b), float(se)) for b, se in zip(fit.params, fit.bse, strict=True)]

    line = calibration.calibration_line(DECILES, EVENTS, TOTALS)
    level = calibration.difference_at_equal_score(DECILES, EVENTS, TOTALS, in_group=BLACK)
    slope = calibration.difference_of_slopes(DECILES, EVENTS, TOTALS, in_group=BLACK)

    assert [*line] == [pytest.approx(pair, rel=1e-6) for pair in expected(DECILES)]
    assert level == pytest.approx(expected(DECILES, BLACK)[2], rel=1e-6)
    assert slope == pytest.approx(expected(DECILES, BLACK, DECILES * BLACK)[3], rel=1e-6)


def test_counts_give_what_rows_give() -> None:
    import statsmodels.api as sm

    outcome = np.concatenate(
        [np.repeat([1, 0], [y, n - y]) for y, n in zip(EVENTS.astype(int), TOTALS, strict=True)]
    )
    design = sm.add_constant(np.repeat(DECILES, TOTALS))
    rows = sm.Logit(outcome, design).fit(disp=0, tol=1e-12)

    fit = calibration.logistic(np.column_stack((np.ones(20), DECILES)), EVENTS, TOTALS)

    assert fit.coefficients == pytest.approx(rows.params, rel=1e-6)
    assert fit.covariance == pytest.approx(rows.cov_params(), rel=1e-6)


def test_two_cells_have_the_log_odds_ratio_and_woolfs_variance() -> None:
    fit = calibration.logistic([[1, 0], [1, 1]], [20, 50], [100, 100])

    assert fit.coefficients == pytest.approx([math.log(1 / 4), math.log(4)])
    assert fit.covariance[1, 1] == pytest.approx(1 / 20 + 1 / 80 + 1 / 50 + 1 / 50)
    assert fit.covariance[0, 0] == pytest.approx(1 / 20 + 1 / 80) == pytest.approx(-fit.covariance[0, 1])


@given(cells=CELLS)
def test_a_fit_reproduces_the_totals_that_belong_to_its_columns(cells: list[tuple[int, int]]) -> None:
    # The likelihood equations: observed and expected outcomes agree, in sum and weighted by score.
    yes, no = (np.array(column) for column in zip(*cells, strict=True))
    design = np.column_stack((np.ones(len(cells)), np.arange(len(cells))))

    fit = calibration.logistic(design, yes, yes + no)

    expected = (yes + no) * expit(np.asarray(design @ fit.coefficients, dtype=np.float64))
    assert design.T @ expected == pytest.approx(design.T @ yes, rel=1e-7)


@given(cells=CELLS, scale=st.sampled_from([1e-3, 7.0, 1e4]))
def test_the_unit_of_the_score_changes_slopes_only(cells: list[tuple[int, int]], scale: float) -> None:
    yes, no = (np.array(column) for column in zip(*cells, strict=True))
    scores = np.arange(len(cells))
    plain = calibration.calibration_line(scores, yes, yes + no)
    scaled = calibration.calibration_line(scale * scores, yes, yes + no)

    assert scaled.intercept == pytest.approx(plain.intercept, rel=1e-5, abs=1e-7)
    assert [scale * number for number in scaled.slope] == pytest.approx(plain.slope, rel=1e-5, abs=1e-7)


@given(cells=CELLS)
def test_swapping_group_and_reference_turns_the_sign(cells: list[tuple[int, int]]) -> None:
    yes, no = (np.array(column) for column in zip(*cells, strict=True))
    scores, group = np.arange(len(cells)) // 2, np.arange(len(cells)) % 2 == 0
    for effect in (calibration.difference_at_equal_score, calibration.difference_of_slopes):
        there = effect(scores, yes, yes + no, in_group=group)
        back = effect(scores, yes, yes + no, in_group=~group)

        assert (-back.value, back.standard_error) == pytest.approx(there, rel=1e-5, abs=1e-7)


def test_the_difference_of_slopes_is_that_of_two_separate_lines() -> None:
    lines = [
        calibration.calibration_line(DECILES[part], EVENTS[part], TOTALS[part]).slope
        for part in (BLACK, ~BLACK)
    ]
    found = calibration.difference_of_slopes(DECILES, EVENTS, TOTALS, in_group=BLACK)

    assert found.value == pytest.approx(lines[0].value - lines[1].value)
    assert found.standard_error == pytest.approx(math.hypot(*(line.standard_error for line in lines)))


@given(probabilities=st.lists(st.floats(0.02, 0.98), min_size=3, max_size=10, unique=True))
def test_probabilities_that_come_true_have_slope_one_and_intercept_zero(probabilities: list[float]) -> None:
    assume(max(probabilities) - min(probabilities) > 0.05)
    p = np.array(probabilities)
    line = calibration.calibration_line(calibration.predicted_log_odds(p), 1000 * p, np.full(p.size, 1000))

    assert (line.intercept.value, line.slope.value) == pytest.approx((0, 1), abs=1e-6)


def test_doubled_log_odds_have_slope_one_half() -> None:
    p = np.array([0.2, 0.5, 0.7])
    line = calibration.calibration_line(2 * calibration.predicted_log_odds(p), 100 * p, [100, 100, 100])

    assert line.slope.value == pytest.approx(0.5)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 1.2, math.nan])
def test_certain_probabilities_have_no_log_odds(probability: float) -> None:
    with pytest.raises(ValueError, match=r"inside \(0, 1\), found 1 of 2"):
        calibration.predicted_log_odds([0.5, probability])


def test_empty_cells_change_nothing() -> None:
    plain = calibration.calibration_line([1, 2, 4], [2, 5, 7], [10, 10, 10])
    padded = calibration.calibration_line([1, 2, 3, 4], [2, 5, 0, 7], [10, 10, 0, 10])

    assert padded == plain


@pytest.mark.parametrize(
    ("events", "totals"),
    [
        ([0, 0, 9, 9], [9, 9, 9, 9]),  # nobody below a score, everybody above
        ([0, 3, 9, 9], [9, 9, 9, 9]),  # all but one cell
        ([0, 0, 0, 0], [9, 9, 9, 9]),  # nobody at all
        ([9, 9, 9, 9], [9, 9, 9, 9]),
    ],
)
def test_separated_outcomes_have_no_finite_effect(events: list[int], totals: list[int]) -> None:
    with pytest.raises(ValueError, match="the design may separate"):
        calibration.calibration_line([1, 2, 3, 4], events, totals)


def test_a_group_without_outcomes_has_no_finite_difference() -> None:
    with pytest.raises(ValueError, match="the design may separate"):
        calibration.difference_at_equal_score([1, 2, 1, 2], [0, 0, 3, 5], [9] * 4, in_group=[1, 1, 0, 0])


@pytest.mark.parametrize(
    ("scores", "totals", "independent"),
    [([3, 3], [10, 10], 1), ([0, 0], [10, 10], 1), ([1, 2], [10, 0], 1), ([1, 2], [0, 0], 0)],
)
def test_a_single_score_has_no_slope(scores: list[int], totals: list[int], independent: int) -> None:
    with pytest.raises(ValueError, match=f"2 columns of which {independent}"):
        calibration.calibration_line(scores, [0, 0], totals)


def test_an_absent_group_has_no_difference() -> None:
    with pytest.raises(ValueError, match="3 columns of which 2"):
        calibration.difference_at_equal_score([1, 2], [2, 5], [9, 9], in_group=[1, 1])


def test_a_group_with_a_single_score_has_no_slope_of_its_own() -> None:
    with pytest.raises(ValueError, match="4 columns of which 3"):
        calibration.difference_of_slopes([1, 2, 2], [2, 5, 4], [9] * 3, in_group=[0, 0, 1])


@pytest.mark.parametrize(
    ("events", "totals"), [([3, 10], [9, 9]), ([-1, 3], [9, 9]), ([math.nan, 3], [9, 9]), ([1, 3], [9, math.inf])]
)  # fmt: skip
def test_events_beyond_their_totals_are_refused(events: list[float], totals: list[float]) -> None:
    with pytest.raises(ValueError, match="0 <= events <= total"):
        calibration.calibration_line([1, 2], events, totals)


@pytest.mark.parametrize("design", [[1, 1], [[1, 0]], [[1, 0], [1, math.nan]]])
def test_a_design_needs_a_row_of_known_numbers_for_each_cell(design: list[object]) -> None:
    with pytest.raises(ValueError, match="a row of known numbers for each cell"):
        calibration.logistic(np.array(design), [2, 5], [9, 9])


def test_each_cell_needs_a_group() -> None:
    with pytest.raises(ValueError, match="a score and a group for each cell"):
        calibration.difference_at_equal_score([1, 2], [2, 5], [9, 9], in_group=[True])


def test_the_interval_of_an_effect_is_symmetric() -> None:
    # .1011 -+ 1.96 x .0578
    found = calibration.effect_interval(Effect(0.1011, 0.0578), critical=1.96)

    assert found == pytest.approx((-0.012188, 0.214388))


def test_the_observed_rate_minus_the_mean_prediction_has_wilsons_interval_moved() -> None:
    gap = calibration.calibration_in_the_large(
        0.25, 81, 263, critical=1.959964
    )  # Newcombe 1998: .2553 to .3662

    assert gap.value == pytest.approx(0.3080 - 0.25, abs=5e-5)
    assert gap.interval == pytest.approx((0.0053, 0.1162), abs=5e-5)


@given(n=st.integers(1, 50), mean=st.floats(0, 1), data=st.data())
def test_the_interval_of_the_gap_holds_the_gap(n: int, mean: float, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    gap = calibration.calibration_in_the_large(mean, x, n, critical=1.96)
    low, high = intervals.wilson(x, n, critical=1.96)

    assert gap.interval.low - 1e-12 <= gap.value <= gap.interval.high + 1e-12
    assert gap.interval.high - gap.interval.low == pytest.approx(high - low)


@pytest.mark.parametrize("mean", [-0.01, 1.01, math.nan])
def test_a_mean_that_is_no_probability_is_refused(mean: float) -> None:
    with pytest.raises(ValueError, match="a mean probability between 0 and 1"):
        calibration.calibration_in_the_large(mean, 1, 2, critical=1.96)


def test_a_level_difference_of_zero_is_inside_its_interval_as_often_as_it_says() -> None:
    rng, scores = np.random.default_rng(31), np.tile(np.arange(1, 6), 2)
    group, totals = np.repeat([True, False], 5), np.array([12, 12, 10, 8, 8, 40, 40, 30, 20, 20])
    chance, hits = expit(-2 + 0.4 * scores), 0
    for _ in range(1500):
        found = calibration.difference_at_equal_score(
            scores, rng.binomial(totals, chance), totals, in_group=group
        )
        low, high = calibration.effect_interval(found, critical=1.959964)
        hits += low <= 0 <= high

    assert 0.935 <= hits / 1500 <= 0.97
