"""What scores mean: calibration, discrimination, other score limits, and which rates cannot be equal at once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.measure.score_bins import bin_name, shown_bins
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import ScoreBin, ScoreCell, ScoreTally
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally

Scores = dict[float, tuple[int, int]]
"""People without and with the outcome, by score."""
WHITE: Scores = {1: (60, 12), 2: (40, 20), 3: (30, 35)}
BLACK: Scores = {1: (30, 9), 2: (40, 24), 3: (35, 45)}
LIMIT = 2.0


def score_tally(groups: dict[str, Scores], *dimension: str, exact: bool = True) -> ScoreTally:
    known = sorted({score for scores in groups.values() for score in scores})
    cells = tuple(
        ScoreCell(
            group=(group,) if dimension else (), bin=known.index(score), decision=int(score >= LIMIT),
            outcome=outcome, n=n,
        )
        for group, scores in groups.items() for score, counts in scores.items() for outcome, n in enumerate(counts)
    )  # fmt: skip
    return ScoreTally(
        dimension=dimension, reference=("W",) if dimension else None, exact=exact, limit=LIMIT, cells=cells,
        bins=tuple(ScoreBin(low=score, mean=score) for score in known),
    )  # fmt: skip


def group_tally(groups: dict[str, Scores], *dimension: str) -> GroupTally:
    cells = tuple(
        Cell(group=(group,) if dimension else (), decision=int(score >= LIMIT), outcome=outcome, n=n, suppressed=False)
        for group, scores in groups.items() for score, counts in scores.items() for outcome, n in enumerate(counts)
    )  # fmt: skip
    return GroupTally(dimension=dimension, reference=("W",) if dimension else None, cells=cells)


def tallied(groups: dict[str, Scores], *, exact: bool = True) -> Tally:
    return Tally(
        dimensions=(group_tally(groups), group_tally(groups, "race")), has_outcome=True, refused=(),
        scores=(score_tally(groups, exact=exact), score_tally(groups, "race", exact=exact)),
    )  # fmt: skip


def measured(
    tally: Tally, *metrics: str, minimum_n: int = 1, families: tuple[Family, ...] = ()
) -> dict[str, Measurement]:
    measuring = Measuring(orientation="burden", families=families, minimum_n=minimum_n, ratio_interval="katz")
    return measure(tally, metrics=metrics, measuring=measuring, progress=lambda _words: None).by_id()


def estimate(found: dict[str, Measurement], name: str) -> Estimate:
    result = found[name].result
    assert isinstance(result, Estimate), result
    return result


def rows(scores: Scores) -> tuple[list[float], list[int]]:
    """Write people one by one: scores and outcomes."""
    people = [
        (score, outcome)
        for score, counts in scores.items()
        for outcome, n in enumerate(counts)
        for _ in range(n)
    ]
    return [score for score, _ in people], [outcome for _, outcome in people]


BOTH = {"W": WHITE, "B": BLACK}


def test_the_outcome_rate_at_each_score_is_a_share_of_the_people_with_it() -> None:
    found = measured(tallied(BOTH), "scores")

    rate = estimate(found, "outcome_rate_at_score/race=W@score%202")
    assert (rate.numerator, rate.denominator) == (20, 60)
    assert rate.interval == pytest.approx(proportion_confint(20, 60, method="wilson"))


@pytest.mark.parametrize(("n", "reason"), [(0, "NE-DENOM"), (9, "NE-SMALL")])
def test_few_people_of_a_score_have_no_outcome_rate(n: int, reason: str) -> None:
    found = measured(tallied({"W": WHITE, "B": BLACK | {1: (n, 0)}}), "scores", minimum_n=10)

    assert found["outcome_rate_at_score/race=B@score%201"].result == NotEstimable(reason=reason)


def test_the_area_under_the_curve_is_scikit_learns() -> None:
    found = measured(tallied(BOTH), "scores")

    areas = {}
    for group, scores in BOTH.items():
        values, outcomes = rows(scores)
        areas[group] = roc_auc_score(outcomes, values)
        assert estimate(found, f"area_under_curve/race={group}").value == pytest.approx(areas[group])
    gap = estimate(found, "area_under_curve_difference/race=B~race=W")
    assert gap.value == pytest.approx(areas["B"] - areas["W"])


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ({1: (20, 0), 2: (0, 0)}, "NE-DENOM"),  # nobody has the outcome
        ({1: (20, 4), 2: (5, 5)}, "NE-SMALL"),  # nine have it
        ({1: (50, 0), 2: (0, 40)}, "NE-MODEL"),  # the score never errs, and how surely is not known
        ({1: (50, 40)}, "NE-MODEL"),  # the same score for all
    ],
)
def test_an_area_that_has_no_interval_says_why(scores: Scores, reason: str) -> None:
    found = measured(tallied({"W": WHITE, "B": scores}), "scores")

    for name in ("area_under_curve/race=B", "area_under_curve_difference/race=B~race=W"):
        assert found[name].result == NotEstimable(reason=reason)


def test_calibration_slopes_and_gaps_are_those_of_statsmodels() -> None:
    found = measured(tallied(BOTH), "scores")

    scores, outcomes, black = [], [], []
    for group, people in BOTH.items():
        values, happened = rows(people)
        scores += values
        outcomes += happened
        black += [group == "B"] * len(values)

    def fitted(*columns: Any) -> Any:
        design = np.column_stack([np.ones(len(scores)), *columns]).astype(float)
        return sm.GLM(np.array(outcomes, float), design, family=sm.families.Binomial()).fit()

    score, is_black = np.array(scores), np.array(black)
    level, slope = fitted(score, is_black), fitted(score, is_black, score * is_black)
    own = estimate(found, "calibration_log_odds_difference/race=B~race=W")
    assert own.value == pytest.approx(level.params[2], abs=1e-6)
    assert own.interval == pytest.approx(level.conf_int()[2], abs=1e-6)
    steeper = estimate(found, "calibration_slope_difference/race=B~race=W")
    assert steeper.value == pytest.approx(slope.params[3], abs=1e-6)
    alone = estimate(found, "calibration_slope/everyone")
    assert alone.value == pytest.approx(fitted(score).params[1], abs=1e-6)


def test_scores_that_no_model_fits_say_so() -> None:
    found = measured(tallied({"W": WHITE, "B": {1: (20, 0), 2: (0, 30)}}), "scores")

    for name in ("calibration_slope/race=B", "calibration_slope_difference/race=B~race=W"):
        assert found[name].result == NotEstimable(reason="NE-MODEL")


PROBABLE: Scores = {0.2: (40, 10), 0.6: (20, 30)}


def test_predicted_probabilities_are_compared_with_what_came() -> None:
    # 40 of 100 had the outcome, 50 x .2 + 50 x .6 = 40 of 100 were predicted; by log odds the line is the ideal one.
    tally = replace(tallied({"W": PROBABLE, "B": {0.2: (3, 2)}}), probability_scores=True)

    found = measured(tally, "scores", minimum_n=10)

    gap = estimate(found, "calibration_in_the_large/race=W")
    low, high = proportion_confint(40, 100, method="wilson")
    assert gap.value == pytest.approx(0, abs=1e-12)
    assert gap.interval == pytest.approx((low - 0.4, high - 0.4))
    assert estimate(found, "calibration_slope/race=W").value == pytest.approx(1)
    assert found["calibration_in_the_large/race=B"].result == NotEstimable(reason="NE-SMALL")


def test_scores_from_0_to_100_are_no_probabilities() -> None:
    tally = replace(tallied({"W": {20: (40, 10), 60: (20, 30)}}), probability_scores=True)

    found = measured(tally, "scores")

    for name in ("calibration_in_the_large", "calibration_slope"):
        assert found[f"{name}/race=W"].result == NotEstimable(reason="NE-MODEL")


def test_families_of_three_groups_widen_the_intervals_of_areas_and_slopes() -> None:
    found = measured(tallied(BOTH | {"O": WHITE, UNKNOWN: WHITE}), "scores")

    for name in ("area_under_curve_difference", "calibration_log_odds_difference"):
        result = estimate(found, f"{name}/race=B~race=W")
        assert result.interval is not None
        assert result.interval_family is not None
        assert (result.interval_family[0] or 0) < (result.interval[0] or 0)
    assert not [name for name in found if "unknown" in name and "~" in name]


def test_a_reference_group_without_scores_leaves_nothing_to_compare_with() -> None:
    tally = tallied({"B": BLACK})

    found = measured(tally, "scores")

    assert found["area_under_curve_difference/race=B~race=W"].result == NotEstimable(reason="NE-DENOM")


def test_refused_predictive_values_and_samples_refuse_what_scores_mean() -> None:
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("positive_predictive_value",)),)

    for tally in (
        replace(tallied(BOTH), refused=refused),
        replace(tallied(BOTH), sampled=True),
        replace(tallied(BOTH), scores=()),
    ):
        assert {item.metric for item in measured(tally, "scores").values()} == {
            "people",
            "unknown_group_rate",
        }


def test_many_scores_are_shown_in_ten_bins_of_about_equal_size() -> None:
    table = score_tally({"W": {float(score): (3, 2) for score in range(100)}})

    bins = shown_bins(table, np.full(100, 5))

    assert bins == [(10 * at, 10 * at + 10) for at in range(10)]
    assert bin_name(table, 10, 20) == "score 10 to 19"
    assert bin_name(table, 10, 11) == "score 10"
    inexact = replace(table, exact=False)
    assert bin_name(inexact, 10, 20) == "score 10 to below 20"
    assert bin_name(inexact, 90, 100) == "score 90 and more"


# Other score limits.


def test_rates_at_other_limits_count_who_would_be_flagged() -> None:
    found = measured(tallied(BOTH), "sweep")

    # From 3 on: 30 of 130 white people without the outcome, 35 of 105 Black people.
    white = estimate(found, "false_positive_rate/race=W@score%20at%20least%203")
    assert (white.numerator, white.denominator) == (30, 130)
    ratio = estimate(found, "false_positive_rate_ratio/race=B@score%20at%20least%203~race=W")
    assert ratio.value == pytest.approx(35 / 105 / (30 / 130))
    assert {item.stratum for item in found.values()} == {None, "score at least 2", "score at least 3"}


def test_a_refused_rate_is_refused_at_every_limit() -> None:
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("false_positive_rate",)),)

    found = measured(replace(tallied(BOTH), refused=refused), "sweep")

    assert found["false_positive_rate/race=W@score%20at%20least%203"].result == NotEstimable(
        reason="NE-TRUTH"
    )
    assert estimate(found, "selection_rate/race=W@score%20at%20least%203").denominator == 197


def test_at_most_19_limits_and_the_one_in_use_are_tried() -> None:
    many = {"W": {float(score): (30, 20) for score in range(60)}}

    found = measured(tallied(many), "sweep")

    limits = {item.stratum for item in found.values() if item.stratum}
    assert len(limits) <= 20
    assert "score at least 2" in limits


def test_without_a_score_limit_or_known_outcomes_no_other_limit_is_tried() -> None:
    tally = tallied(BOTH)
    without_limit = replace(tally, scores=tuple(replace(table, limit=None) for table in tally.scores))
    without_outcome = replace(tally, scores=tuple(replace(table, cells=()) for table in tally.scores))

    for one in (without_limit, without_outcome, replace(tally, scores=()), replace(tally, sampled=True)):
        assert {item.metric for item in measured(one, "sweep").values()} == {"people", "unknown_group_rate"}


# What cannot be equal at once.


def test_the_implied_rate_is_chouldechovas_identity_of_prevalence_and_everyones_rates() -> None:
    found = measured(tallied(BOTH), "impossibility")

    # Everyone: 145 wrongly and 124 rightly flagged, 21 missed: PPV 124/269, FNR 21/145. White prevalence 67/197.
    ppv, fnr, p = 124 / 269, 21 / 145, 67 / 197
    result = estimate(found, "implied_false_positive_rate/race=W")
    assert result.value == pytest.approx(p / (1 - p) * (1 - ppv) / ppv * (1 - fnr))
    low, high = proportion_confint(67, 197, method="wilson")
    assert result.interval == pytest.approx(
        tuple(q / (1 - q) * (1 - ppv) / ppv * (1 - fnr) for q in (low, high))
    )


def test_rates_that_no_tool_could_have_together_are_not_estimable() -> None:
    # Nearly all of B have the outcome: the rate would exceed 1. Nobody of O is known; small groups have no prevalence.
    groups: dict[str, Scores] = {"W": WHITE, "B": {3: (1, 60)}, "O": {1: (0, 0)}, "S": {1: (3, 3)}}

    found = measured(tallied(groups), "impossibility", minimum_n=10)

    for group, reason in {"B": "NE-MODEL", "O": "NE-DENOM", "S": "NE-SMALL"}.items():
        assert found[f"implied_false_positive_rate/race={group}"].result == NotEstimable(reason=reason)


def test_without_outcomes_or_people_nothing_is_implied() -> None:
    nobody = replace(tallied(BOTH), dimensions=(GroupTally(dimension=(), reference=None, cells=()),))

    for tally in (replace(tallied(BOTH), has_outcome=False), replace(tallied(BOTH), sampled=True), nobody):
        assert not [item for item in measured(tally, "impossibility").values() if "implied" in item.metric]


def test_refused_rates_imply_nothing() -> None:
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("false_negative_rate",)),)

    found = measured(replace(tallied(BOTH), refused=refused), "impossibility")

    assert found["implied_false_positive_rate/race=W"].result == NotEstimable(reason="NE-TRUTH")
