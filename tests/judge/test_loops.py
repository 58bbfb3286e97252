"""The verdict on a feedback loop: it holds only where it holds under every assumption."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Limit, Policy
from auditkit.judge.loops import loop_of_policy, loop_status, loop_verdict
from auditkit.results.feedback import Feedback, Scenario, Span, StartingPoint, Structure

LIMIT = Limit(
    id="loop", measure="feedback_verdict", dimension="loop", compare="each", tolerance_log_odds=0.22, required=True,
    tool_types=("place",), scope="s", source="s", why="w",
)  # fmt: skip
Name = Literal["low", "middle", "high"]
NAMES: tuple[Name, ...] = ("low", "middle", "high")


def scenario(name: Name, log_odds: float | None, structure: Structure = "one_resting_point") -> Scenario:
    return Scenario(
        name=name, reporting_rate=0.5, discovery_rate=0.1, structure=structure, resting_points=1, top_true=0.5,
        top_limit=0.5, log_odds=log_odds, invaded=0,
    )  # fmt: skip


def measured(*scenarios: Scenario, noise: float | None = 1.0) -> Feedback:
    return Feedback(status="measured", because="", needs=(), scenarios=scenarios, null_variance_ratio=noise)


def odds(*values: float | None, noise: float | None = 1.0) -> Feedback:
    return measured(*(scenario(name, value) for name, value in zip(NAMES, values, strict=True)), noise=noise)


NOT_MADE = Feedback(status="not_checked", because="no history", needs=("a history",))


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        (NOT_MADE, None),
        (measured(), "cannot_be_estimated"),
        (odds(-0.1, 0.0, 0.2), "no_material_amplification"),
        (odds(0.22, 0.22, -0.22), "no_material_amplification"),  # at the tolerance is within it
        (odds(0.3, 0.5, 0.9), "distorted"),
        (odds(-0.3, -0.5, -0.9), "distorted"),
        (odds(0.1, 0.3, 0.5), "cannot_tell"),  # crosses the tolerance
        (odds(None, None, None), "cannot_tell"),
        (odds(0.1, None, 0.1), "cannot_tell"),
        # a quiet loop on paper that makes more of chance than the board allows
        (odds(0.0, 0.0, 0.0, noise=2.0), "no_material_amplification"),
        (odds(0.0, 0.0, 0.0, noise=2.1), "cannot_tell"),
        (odds(0.0, 0.0, 0.0, noise=None), "cannot_tell"),
    ],
)
def test_a_verdict_needs_every_scenario_and_a_quiet_null_test(
    feedback: Feedback, expected: str | None
) -> None:
    assert loop_verdict(feedback, LIMIT) == expected


@pytest.mark.parametrize("structure", ["runaway", "history_dependent", "non_correcting"])
def test_a_structure_is_the_verdict_where_every_scenario_has_it(structure: Structure) -> None:
    feedback = measured(*(scenario(name, None, structure) for name in NAMES))

    assert loop_verdict(feedback, LIMIT) == structure
    assert loop_status(structure) == "does_not_meet"


@pytest.mark.parametrize(
    ("structures", "expected"),
    [
        (("history_dependent", "runaway", "non_correcting"), "runaway"),
        (("non_correcting", "history_dependent", "non_correcting"), "history_dependent"),
        (("non_correcting", "one_resting_point", "one_resting_point"), "non_correcting"),
    ],
)
def test_of_several_adverse_verdicts_the_gravest_is_named(
    structures: tuple[Structure, Structure, Structure], expected: str
) -> None:
    # a single resting point lies outside the tolerance
    feedback = measured(*(scenario(name, 0.9, kind) for name, kind in zip(NAMES, structures, strict=True)))

    assert loop_verdict(feedback, LIMIT) == expected


def test_one_good_scenario_among_adverse_ones_leaves_it_open() -> None:
    feedback = measured(
        scenario("low", 0.0), scenario("middle", None, "runaway"), scenario("high", None, "runaway")
    )

    assert loop_verdict(feedback, LIMIT) == "cannot_tell"


# --- over whole intervals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((-0.22, 0.22), "no_material_amplification"),  # at the tolerance is within it
        ((0.1, 0.3), "cannot_tell"),
        ((-0.3, 0.3), "cannot_tell"),
        ((0.23, 0.3), "distorted"),
        ((-0.5, -0.23), "distorted"),
    ],
)
def test_the_whole_interval_of_a_played_scenario_decides(
    interval: tuple[float, float], expected: str
) -> None:
    one = (replace(scenario(name, 0.0), log_odds_interval=interval) for name in NAMES)

    assert loop_verdict(measured(*one), LIMIT) == expected


@pytest.mark.parametrize(
    ("drawn", "expected"), [((-0.1, 0.1), "no_material_amplification"), ((-0.1, 0.5), "cannot_tell")]
)
def test_so_does_the_interval_over_drawn_rates(drawn: tuple[float, float], expected: str) -> None:
    assert loop_verdict(replace(odds(0.0, 0.0, 0.0), parameters=drawn), LIMIT) == expected


def test_drift_is_shown_only_if_drawn_rates_show_it_too() -> None:
    assert loop_verdict(replace(odds(0.5, 0.5, 0.5), parameters=(0.3, 0.9)), LIMIT) == "distorted"
    assert loop_verdict(replace(odds(0.5, 0.5, 0.5), parameters=(0.1, 0.9)), LIMIT) == "cannot_tell"


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ((0.5, 0.3, 0.7), "history_dependent"),
        ((-0.5, -0.7, -0.3), "history_dependent"),
        ((0.2, 0.1, 0.3), "no_material_amplification"),  # not shown to lie apart by more than the tolerance
        (None, "no_material_amplification"),
    ],
)
def test_runs_that_start_elsewhere_and_end_apart_depend_on_history(apart: Span | None, expected: str) -> None:
    start = StartingPoint(name="turned_round", top_share=(0.5, 0.4, 0.6), log_odds_apart=apart)

    assert loop_verdict(replace(odds(0.0, 0.0, 0.0), starts=(start,)), LIMIT) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ((0.9, 0.7, 1.1), "non_correcting"),
        ((1.0, 1.0, 1.0), "non_correcting"),
        ((0.5, 0.3, 0.7), "no_material_amplification"),  # it fades
        ((0.5, -0.2, 1.2), "no_material_amplification"),  # not shown to last
    ],
)
def test_a_head_start_that_is_kept_is_never_corrected(left: Span, expected: str) -> None:
    assert loop_verdict(replace(odds(0.0, 0.0, 0.0), head_start_left=left), LIMIT) == expected


@pytest.mark.parametrize(
    ("null", "expected"),
    [
        (((1.0, 0.9, 1.1), (1.5, 1.2, 1.9)), "no_material_amplification"),
        (((1.0, 0.9, 1.1), (1.9, 1.5, 2.1)), "cannot_tell"),  # the interval reaches beyond 2
        (((1.0, 0.9, 1.1), None), "cannot_tell"),
    ],
)
def test_both_null_tests_have_to_be_quiet(null: tuple[Span | None, ...], expected: str) -> None:
    assert loop_verdict(replace(odds(0.0, 0.0, 0.0), null=null), LIMIT) == expected


def test_a_tool_that_cannot_be_run_again_leaves_it_open() -> None:
    feedback = replace(NOT_MADE, reason="NE-RERUN")

    assert loop_verdict(feedback, LIMIT) == "cannot_be_rerun"
    assert loop_status("cannot_be_rerun") == "cannot_tell"


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (None, "not_checked"),
        ("runaway", "does_not_meet"),
        ("distorted", "does_not_meet"),
        ("no_material_amplification", "meets"),
        ("cannot_tell", "cannot_tell"),
        ("cannot_be_estimated", "cannot_tell"),
    ],
)
def test_the_status_of_a_limit_follows_from_the_verdict(verdict: Any, status: str) -> None:
    assert loop_status(verdict) == status


@pytest.fixture
def audit() -> AuditFile:
    tool = {
        "name": "F", "vendor": "v", "version": "1", "type": "place", "purpose": "p", "flagged_means": "f",
        "orientation": "burden", "status": "proposed",
    }  # fmt: skip
    records = {"path": "r.csv", "area": "a", "decision": "all"}
    return AuditFile.model_validate({"tool": tool, "records": records, "areas": {"path": "a.csv", "id": "a"}})


def policy(*limits: Limit) -> Policy:
    return Policy(name="p", version="1", limit=limits)


def test_the_policys_own_tolerance_decides(audit: AuditFile) -> None:
    wide = LIMIT.model_copy(update={"tolerance_log_odds": 1.0})

    assert loop_of_policy(odds(0.5, 0.5, 0.5), policy(LIMIT), audit) == ("distorted", 0.22)
    assert loop_of_policy(odds(0.5, 0.5, 0.5), policy(wide), audit) == ("no_material_amplification", 1.0)


def test_a_policy_without_such_a_limit_gives_no_verdict(audit: AuditFile) -> None:
    other = LIMIT.model_copy(update={"id": "gini", "measure": "flag_gini", "at_most": 1.0})
    persons = LIMIT.model_copy(update={"id": "persons", "tool_types": ("person",)})

    assert loop_of_policy(odds(0.0, 0.0, 0.0), policy(other, persons), audit) == (None, None)
    assert loop_of_policy(odds(0.0, 0.0, 0.0), policy(other, LIMIT), audit) == (
        "no_material_amplification",
        0.22,
    )


def test_a_verdict_does_not_depend_on_the_order_of_scenarios() -> None:
    feedback = odds(0.1, 0.3, 0.5)
    turned = replace(feedback, scenarios=feedback.scenarios[::-1])

    assert loop_verdict(feedback, LIMIT) == loop_verdict(turned, LIMIT)


def test_the_default_policy_limits_the_loop() -> None:
    path = Path(__file__).parents[2] / "checks" / "policies" / "default.toml"

    assert "feedback_verdict" in path.read_text(encoding="utf-8")
