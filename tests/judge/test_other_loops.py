"""Verdicts on loops of persons and alerts and on logs, and what of them is not published."""

from dataclasses import replace
from typing import Any

import pytest

from auditkit.definitions.policy import Limit
from auditkit.judge.loops import loop_verdict
from auditkit.judge.other_loops import (
    alert_verdict,
    judged_loops,
    log_verdict,
    person_verdict,
    with_loops,
    withhold_loops,
)
from auditkit.results.feedback import Feedback
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, Result, Withheld
from auditkit.results.other_loops import (
    LOOP,
    AlertLoop,
    DetectionScenario,
    Level,
    LogTest,
    PersonLoop,
    SensorScenario,
)

NAMES: tuple[Level, ...] = ("low", "middle", "high")
LIMIT = Limit(
    id="loop", measure="feedback_verdict", dimension="loop", compare="each", tolerance_log_odds=0.22, required=True,
    tool_types=("person",), scope="s", source="s", why="w",
)  # fmt: skip
Interval = tuple[float, float] | None


def person(*stayed: Interval, numbers: tuple[Measurement, ...] = ()) -> PersonLoop:
    scenarios = tuple(
        DetectionScenario(
            name=name, supervised=0.5, unsupervised=0.3, reported=0.3, occurs=None, noise_area=None,
            noise_flagged=None, noise_unflagged=None, slope=0.5, two_tracks=None, bistable=None,
            stayed=None, stayed_interval=one,
        )
        for name, one in zip(NAMES, stayed, strict=False)
    )  # fmt: skip
    return PersonLoop(
        truth_source=None, rounds=4, replicates=50, made_people=100, memory_rounds=4, cut=None, scenarios=scenarios,
        arms=(), numbers=numbers,
    )  # fmt: skip


def alert(*shares: Interval, due: float | None = 0.2) -> AlertLoop:
    scenarios = tuple(
        SensorScenario(
            name=name,
            reporting_rate=0.2,
            sensor_detection=0.8,
            ratio=4.2,
            to_existing=None,
            to_existing_interval=one,
        )
        for name, one in zip(NAMES, shares, strict=False)
    )
    return AlertLoop(
        truth_source=None, rounds=4, replicates=50, new_sites=5, areas=40, with_sensors=8, due_share=due,
        scenarios=scenarios, arms=(), numbers=(),
    )  # fmt: skip


def estimate(interval: Interval, value: float = 0.3) -> Estimate:
    return Estimate(value=value, interval=interval, interval_90=None, interval_family=None, method="m")


def number(metric: str, result: Result, **where: Any) -> Measurement:
    named: dict[str, Any] = {"dimension": LOOP, "group": (), "against": None, **where}
    return Measurement(metric=metric, result=result, **named)


def logs(counts: tuple[int, ...] | None = None, **results: Result) -> LogTest:
    return LogTest(
        flags=False, areas=30, changing=30, periods=50, first=None, last=None, unlogged=0.0, lag=0, memory=12,
        control_means=None, near=None, unmatched=(), cutoff_counts=counts,
        numbers=tuple(number(f"log_{name}", result) for name, result in results.items()),
    )  # fmt: skip


def feedback(**parts: Any) -> Feedback:
    return Feedback(status="measured", because="", needs=(), **parts)


@pytest.mark.parametrize(
    ("stayed", "expected"),
    [
        ((), "cannot_be_estimated"),
        (((0.01, 0.02), (0.1, 0.2), (0.2, 0.3)), "history_dependent"),
        (((-0.01, 0.02), (0.1, 0.2), (0.2, 0.3)), "cannot_tell"),
        (((-0.01, 0.02), (-0.1, 0.2), (-0.2, 0.3)), "no_material_amplification"),
        ((None, (0.1, 0.2), (0.1, 0.2)), "cannot_tell"),  # nothing says how much people do
    ],
)
def test_people_stay_on_a_track_only_if_they_do_in_every_scenario(
    stayed: tuple[Interval, ...], expected: str
) -> None:
    assert person_verdict(person(*stayed)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (alert(), "cannot_be_estimated"),
        (alert((0.3, 0.4), (0.5, 0.6), (0.8, 0.9)), "distorted"),
        (alert((0.1, 0.3), (0.5, 0.6), (0.8, 0.9)), "cannot_tell"),
        (alert((0.1, 0.3), (0.1, 0.3), (0.1, 0.3)), "no_material_amplification"),
        (alert((0.3, 0.4), (0.5, 0.6), None), "cannot_tell"),
        (
            alert((0.3, 0.4), (0.5, 0.6), (0.5, 0.6), due=None),
            "cannot_tell",
        ),  # nobody knows where sensors are
    ],
)
def test_sites_are_drawn_to_sensors_only_if_they_are_in_every_scenario(
    found: AlertLoop, expected: str
) -> None:
    assert alert_verdict(found) == expected


def test_a_limit_on_the_loop_reads_the_verdict_of_its_kind_of_tool() -> None:
    assert (
        loop_verdict(feedback(person=person((0.1, 0.2), (0.1, 0.2), (0.1, 0.2))), LIMIT)
        == "history_dependent"
    )
    assert loop_verdict(feedback(alert=alert((0.3, 0.4), (0.3, 0.4), (0.3, 0.4))), LIMIT) == "distorted"


AT_0, ABOVE, BELOW = estimate((-0.1, 0.1)), estimate((0.1, 0.5)), estimate((-0.5, -0.1))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (logs(deployment_elasticity=ABOVE, placebo_lead=AT_0, negative_control=AT_0), "follows"),
        (logs(deployment_elasticity=ABOVE, placebo_lead=AT_0), "follows"),
        (logs(deployment_elasticity=ABOVE, placebo_lead=ABOVE, negative_control=AT_0), "doubtful"),
        (logs(deployment_elasticity=ABOVE, placebo_lead=AT_0, negative_control=BELOW), "doubtful"),
        (logs(deployment_elasticity=BELOW, placebo_lead=AT_0), "falls"),
        (logs(deployment_elasticity=AT_0, placebo_lead=ABOVE), "not_shown"),
        (logs(deployment_elasticity=NotEstimable(reason="NE-CONSTANT")), "not_estimable"),
        (logs(deployment_elasticity=estimate(None)), "not_estimable"),  # fewer than twenty areas
        (logs(deployment_elasticity=ABOVE, placebo_lead=NotEstimable(reason="NE-MODEL")), "follows"),
    ],
)
def test_records_follow_deployment_only_if_placebos_stay_still(found: LogTest, expected: str) -> None:
    assert log_verdict(found) == expected


def test_numbers_of_loops_stand_among_the_measurements_and_not_in_the_feedback() -> None:
    slope = number("supervision_slope", estimate(None))
    found = feedback(person=person((0.1, 0.2), numbers=(slope,)), logs=logs(deployment_elasticity=ABOVE))
    measured = with_loops(Measurements(items=()), found)
    judged = judged_loops(found, measured)

    assert [item.metric for item in measured.items] == ["supervision_slope", "log_deployment_elasticity"]
    assert judged.person is not None
    assert judged.logs is not None
    assert (judged.person.numbers, judged.person.verdict) == ((), "history_dependent")
    assert (judged.logs.numbers, judged.logs.verdict) == ((), "follows")
    assert judged.alert is None


def test_a_loop_of_alerts_is_judged_too() -> None:
    judged = judged_loops(feedback(alert=alert()), Measurements(items=()))

    assert judged.alert == replace(alert(), verdict="cannot_be_estimated")


GROUP_A, GROUP_B = (("race", "A"),), (("race", "B"),)


@pytest.mark.parametrize("hidden", [Withheld(), NotEstimable(reason="NE-SMALL")])
def test_a_pair_is_withheld_with_the_share_flagged_of_either_group(hidden: Result) -> None:
    items = (
        number("selection_rate", estimate((0.1, 0.2)), dimension=("race",), group=GROUP_A),
        number("selection_rate", hidden, dimension=("race",), group=GROUP_B),
        number(
            "supervision_recorded_ratio", estimate(None), dimension=("race",), group=GROUP_A, against=GROUP_B
        ),
        number("supervision_slope", estimate(None)),
    )
    published = withhold_loops(Measurements(items=items), feedback(), smallest_cell=11)

    assert [item.result for item in published.items[2:]] == [Withheld(), estimate(None)]


def test_where_the_share_of_everyone_is_withheld_nothing_of_the_loop_is_left() -> None:
    items = (
        number("prevalence", Withheld(), dimension=()),
        number("noise_flag_area", estimate(None)),
        number("log_deployment_elasticity", ABOVE),
    )
    published = withhold_loops(Measurements(items=items), feedback(), smallest_cell=11)
    judged = judged_loops(feedback(person=person((0.1, 0.2))), published)

    assert [item.result for item in published.items[1:]] == [Withheld(), ABOVE]
    assert (judged.status, judged.person) == ("not_checked", None)
    assert judged.needs


@pytest.mark.parametrize(
    ("counts", "smallest", "shown"),
    [((60, 100, 30, 100), 11, True), ((60, 100, 6, 100), 11, False), ((60, 100, 6, 100), 0, True)],
)
def test_a_comparison_at_the_limit_is_withheld_with_a_small_count(
    counts: tuple[int, ...], smallest: int, *, shown: bool
) -> None:
    found = feedback(logs=logs(counts, deployment_elasticity=ABOVE, cutoff_comparison=ABOVE))
    published = withhold_loops(with_loops(Measurements(items=()), found), found, smallest_cell=smallest)
    judged = judged_loops(found, published)

    assert published.items[0].result == ABOVE
    assert isinstance(published.items[1].result, Estimate) is shown
    assert judged.logs is not None
    assert judged.logs.cutoff_counts is None


def test_a_small_count_withholds_every_number_of_its_part_and_no_other() -> None:
    metrics = ("confirmed_fast", "confirmed_late", "stops_after_over_before", "hits_from_hits")
    published = Measurements(
        items=tuple(number(metric, NotEstimable(reason="NE-DENOM")) for metric in metrics)
    )
    loop = replace(
        alert(None), part_counts=(("response", (30, 70, 10, 90, 0, 0)), ("stops", (0, 20, 12, 40, 0)))
    )
    made = feedback(alert=loop)
    safe = withhold_loops(published, made, smallest_cell=11)

    assert [isinstance(item.result, Withheld) for item in safe.items] == [True, True, False, False]
    assert withhold_loops(published, made, smallest_cell=0) == published
    shown = judged_loops(made, safe).alert
    assert shown is not None
    assert shown.part_counts == ()


def test_parts_of_what_became_of_alerts_are_withheld_with_the_whole() -> None:
    whole = Measurement(
        metric="positive_predictive_value", dimension=(), group=(), against=None, result=Withheld()
    )
    part = number("confirmed_by_lot", NotEstimable(reason="NE-DENOM"))
    made = feedback(alert=alert(None))
    safe = withhold_loops(Measurements(items=(whole, part)), made, smallest_cell=11)

    assert [item.result for item in safe.items] == [Withheld(), Withheld()]
