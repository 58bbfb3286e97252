"""Rates from audit samples, from complete follow-up, and at a common horizon."""

from dataclasses import replace

import pytest
from statsmodels.stats.proportion import proportion_confint

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import SurvivalCell, SurvivalTally
from auditkit.results.measurements import Estimate, Measurement, NotEstimable
from auditkit.results.tally import Cell, GroupTally, Tally

RATES = (
    "selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value",
    "negative_predictive_value", "prevalence", "false_positive_share",
)  # fmt: skip
Counts = dict[tuple[int, int | None], int]
"""People by decision and outcome."""


def group_tally(groups: dict[str, Counts]) -> GroupTally:
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=outcome, n=n, suppressed=False)
        for group, counts in groups.items()
        for (decision, outcome), n in counts.items()
    )
    return GroupTally(dimension=("race",), reference=("A",), cells=cells)


def tallied(groups: dict[str, Counts], *, sampled: bool = False) -> Tally:
    return Tally(dimensions=(group_tally(groups),), has_outcome=True, refused=(), sampled=sampled)


def measured(tally: Tally, *metrics: str, minimum_n: int = 1) -> dict[str, Measurement]:
    measuring = Measuring(orientation="burden", families=(), minimum_n=minimum_n, ratio_interval="katz")
    return measure(tally, metrics=metrics or RATES, measuring=measuring, progress=lambda _words: None).by_id()


def estimate(found: dict[str, Measurement], name: str) -> Estimate:
    result = found[name].result
    assert isinstance(result, Estimate), result
    return result


# Methods 3.13: 500 of 2,500 flagged, 200 of them with the outcome; of 2,000 unflagged 200 were drawn, 10 with it.
SAMPLED: Counts = {(1, 1): 200, (1, 0): 300, (0, 1): 10, (0, 0): 190, (0, None): 1800}


def test_people_who_were_drawn_stand_for_all_unflagged_people() -> None:
    found = measured(tallied({"A": SAMPLED}, sampled=True))

    # Each drawn person stands for 10: 100 of 300 with the outcome missed, 300 of 2,200 wrongly flagged, 300 of 2,500.
    expected = {"false_negative_rate": 100 / 300, "false_positive_rate": 300 / 2200, "prevalence": 300 / 2500}
    for metric, value in expected.items():
        result = estimate(found, f"{metric}/race=A")
        assert result.value == pytest.approx(value)
        assert (result.method, result.numerator, result.denominator) == ("wilson_weighted", None, None)
        assert result.interval is not None
        low, high = result.interval
        assert low is not None
        assert high is not None
        assert low < value < high
    assert estimate(found, "selection_rate/race=A").value == 0.2
    assert estimate(found, "positive_predictive_value/race=A").value == 0.4
    npv = estimate(found, "negative_predictive_value/race=A")
    assert npv.interval == pytest.approx(proportion_confint(190, 200, method="wilson"))
    assert found["false_positive_share/race=A"].result == NotEstimable(reason="NE-SELECT")


def test_flagged_people_whose_outcome_is_unknown_are_stood_for_by_the_others() -> None:
    # 500 more flagged people of unknown outcome: each of 500 stands for 2. 600 wrongly flagged of 600 + 1,900.
    found = measured(tallied({"A": SAMPLED | {(1, None): 500}}, sampled=True))

    rate = estimate(found, "false_positive_rate/race=A")
    assert rate.value == pytest.approx(600 / 2500)
    assert rate.interval is not None
    low, high = rate.interval
    assert low is not None
    assert high is not None
    assert low < 600 / 2500 < high


def test_rates_of_people_of_whom_nobody_was_drawn_are_refused() -> None:
    nobody: Counts = {(1, 1): 200, (1, 0): 300, (0, None): 2000}

    found = measured(tallied({"A": SAMPLED, "B": nobody}, sampled=True))

    for metric in ("false_positive_rate", "false_negative_rate", "prevalence"):
        assert found[f"{metric}/race=B"].result == NotEstimable(reason="NE-SELECT")
        assert found[f"{metric}_difference/race=B~race=A"].result == NotEstimable(reason="NE-SELECT")
    assert found["negative_predictive_value/race=B"].result == NotEstimable(reason="NE-DENOM")


def test_a_sample_of_everyone_gives_the_plain_rates() -> None:
    everyone: Counts = {(1, 1): 200, (1, 0): 300, (0, 1): 100, (0, 0): 1900}

    assert measured(tallied({"A": everyone}, sampled=True)) == measured(tallied({"A": everyone}))


def test_groups_compare_by_the_weight_of_their_samples() -> None:
    other: Counts = {(1, 1): 100, (1, 0): 400, (0, 1): 20, (0, 0): 180, (0, None): 800}

    found = measured(tallied({"A": SAMPLED, "B": other}, sampled=True))

    # B: 1,000 unflagged, 200 drawn: each stands for 5; 100 missed of 200, against 100 of 300
    assert estimate(found, "false_negative_rate_difference/race=B~race=A").value == pytest.approx(
        1 / 2 - 1 / 3
    )
    ratio = estimate(found, "false_negative_rate_ratio/race=B~race=A")
    assert ratio.value == pytest.approx(1.5)
    assert ratio.method == "katz_weighted"
    # prevalence: (100 + 100) / 1,500 against .12
    prevalence = estimate(found, "prevalence_ratio/race=B~race=A")
    assert prevalence.value == pytest.approx(200 / 1500 / 0.12)
    assert prevalence.method == "mover_weighted"
    assert found["prevalence_p_value/race=B~race=A"].result == NotEstimable(reason="NE-MODEL")
    assert found["false_negative_rate_excess/race=B~race=A"].result == NotEstimable(reason="NE-SELECT")


def test_a_sample_without_anybody_in_the_denominator_gives_no_rate() -> None:
    # All 500 flagged people had the outcome, and so had the 10 who were drawn.
    found = measured(tallied({"A": {(1, 1): 500, (0, 1): 10, (0, None): 90}}, sampled=True))

    assert found["false_positive_rate/race=A"].result == NotEstimable(reason="NE-DENOM")


def test_scores_and_areas_are_not_measured_from_samples() -> None:
    tally = replace(tallied({"A": SAMPLED}, sampled=True), areas=group_tally({"A": SAMPLED}))

    found = measured(tally, "scores", "sweep", "areas", "impossibility")

    assert {item.metric for item in found.values()} == {"people", "unknown_group_rate"}


# Complete follow-up and Kaplan-Meier.

PLAIN: dict[str, Counts] = {
    "A": {(1, 1): 40, (1, 0): 60, (0, 1): 30, (0, 0): 270}, "B": {(1, 1): 50, (1, 0): 50, (0, 1): 20, (0, 0): 80},
}  # fmt: skip


def leaving(*cells: tuple[str, int, int, int, int]) -> SurvivalTally:
    made = tuple(
        SurvivalCell(group=(group,), decision=decision, day=day, events=events, censored=censored)
        for group, decision, day, events, censored in cells
    )
    return SurvivalTally(dimension=("race",), reference=("A",), horizon=30, cells=made)


def complete() -> SurvivalTally:
    """Give the people of `PLAIN` complete follow-up: outcomes on day 10, the others seen to day 30."""
    return leaving(
        *((group, decision, 10, n[decision, 1], 0) for group, n in PLAIN.items() for decision in (0, 1)),
        *((group, decision, 30, 0, n[decision, 0]) for group, n in PLAIN.items() for decision in (0, 1)),
    )


def test_with_complete_follow_up_kaplan_meier_gives_the_plain_rates_and_intervals() -> None:
    tally = replace(tallied(PLAIN), survival=(complete(),))

    found = measured(tally, *RATES[:-1], "follow_up")

    for metric in RATES[1:-1]:
        for group in PLAIN:
            plain = estimate(found, f"{metric}/race={group}")
            at_horizon = estimate(found, f"{metric}/race={group}@day%2030")
            assert at_horizon.value == pytest.approx(plain.value)
            assert at_horizon.method == "wilson_followed"
            if metric != "prevalence":  # its interval allows for a sampled flagged share
                assert at_horizon.interval == pytest.approx(plain.interval)
    ratio = estimate(found, "false_positive_rate_ratio/race=B@day%2030~race=A")
    assert ratio.value == pytest.approx(50 / 130 / (60 / 330))


def test_people_lost_before_the_horizon_count_while_they_were_seen() -> None:
    # Flagged: 10 of 100 with the outcome on day 1, 30 last seen on day 2, 6 of 60 on day 3: 1 - .9 x .9 = .19.
    # Unflagged: none of 100.
    table = leaving(
        ("A", 1, 1, 10, 0), ("A", 1, 2, 0, 30), ("A", 1, 3, 6, 0), ("A", 1, 30, 0, 54), ("A", 0, 30, 0, 100)
    )

    found = measured(replace(tallied({"A": PLAIN["A"]}), survival=(table,)), "follow_up")

    assert estimate(found, "positive_predictive_value/race=A@day%2030").value == pytest.approx(0.19)
    assert estimate(found, "negative_predictive_value/race=A@day%2030").value == pytest.approx(1)
    assert estimate(found, "false_negative_rate/race=A@day%2030").value == pytest.approx(0)
    # Half are flagged: .5 x .81 of .5 x .81 + .5 x 1
    assert estimate(found, "false_positive_rate/race=A@day%2030").value == pytest.approx(0.81 / 1.81)


def test_with_an_audit_sample_the_flagged_share_is_that_of_everyone() -> None:
    # 100 of 1,000 flagged; 100 of 900 unflagged were drawn. PPV .4, NPV .9: .1 x .6 / (.1 x .6 + .9 x .9)
    counts: Counts = {(1, 1): 40, (1, 0): 60, (0, 1): 10, (0, 0): 90, (0, None): 800}
    table = leaving(("A", 1, 10, 40, 0), ("A", 1, 30, 0, 60), ("A", 0, 10, 10, 0), ("A", 0, 30, 0, 90))

    found = measured(replace(tallied({"A": counts}, sampled=True), survival=(table,)), "follow_up", *RATES)

    rate = estimate(found, "false_positive_rate/race=A@day%2030")
    assert rate.value == pytest.approx(0.06 / 0.87)
    assert rate.value == pytest.approx(estimate(found, "false_positive_rate/race=A").value)


def test_a_horizon_that_nobody_reached_gives_no_rate() -> None:
    table = leaving(("A", 1, 5, 3, 40), ("A", 0, 30, 2, 60), ("B", 0, 30, 2, 60))
    counts = {group: PLAIN[group] for group in "AB"}

    found = measured(replace(tallied(counts), survival=(table,)), "follow_up", minimum_n=10)

    assert found["positive_predictive_value/race=A@day%2030"].result == NotEstimable(reason="NE-CENSOR")
    assert found["false_positive_rate/race=A@day%2030"].result == NotEstimable(reason="NE-CENSOR")
    assert found["false_positive_rate/race=B@day%2030"].result == NotEstimable(reason="NE-DENOM")
    assert estimate(found, "negative_predictive_value/race=B@day%2030").value == pytest.approx(60 / 62)


def test_few_people_and_refused_rates_have_no_rate_at_the_horizon() -> None:
    table = leaving(("A", 1, 30, 2, 3), ("A", 0, 30, 2, 60))
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("negative_predictive_value",)),)

    found = measured(
        replace(tallied({"A": PLAIN["A"]}), survival=(table,), refused=refused), "follow_up", minimum_n=10
    )

    assert found["positive_predictive_value/race=A@day%2030"].result == NotEstimable(reason="NE-SMALL")
    assert found["negative_predictive_value/race=A@day%2030"].result == NotEstimable(reason="NE-TRUTH")


def test_people_with_complete_follow_up_are_measured_by_themselves() -> None:
    followed: dict[str, Counts] = {
        "A": {(1, 1): 20, (1, 0): 20, (0, 1): 10, (0, 0): 100}, "B": {(1, 1): 9, (1, 0): 21, (0, 0): 70},
    }  # fmt: skip

    found = measured(replace(tallied(PLAIN), followed=(group_tally(followed),)), "follow_up")

    rate = estimate(found, "false_positive_rate/race=B@follow-up%20complete")
    assert (rate.numerator, rate.denominator) == (21, 91)
    ratio = estimate(found, "false_positive_rate_ratio/race=B@follow-up%20complete~race=A")
    assert ratio.value == pytest.approx(21 / 91 / (20 / 120))
