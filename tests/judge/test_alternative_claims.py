"""What follows from the numbers of each rule: shown, ruled out, or open; and from all rules together."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy
from auditkit.judge.alternatives import judge_alternatives, with_aim
from auditkit.results.alternatives import Aim, Alternatives, Candidate
from auditkit.results.measurements import Bounds, Estimate, Measurement, Measurements, NotEstimable, Result

AIM = Aim(
    need="n", utility="accuracy", disparity="false_positive_rate_ratio", tolerated_loss=0.02, smallest_reduction=0.1,
    flags_within=0.1, methods=("thresholds",),
)  # fmt: skip
WELL: dict[str, Bounds | None] = {"gain": (-0.01, 0.02), "margin": (0.1, 0.4), "flags": (0.9, 1.05)}


def estimate(interval: Bounds | None, family: Bounds | None = None) -> Result:
    return Estimate(
        value=0.0, interval=interval, interval_90=interval, interval_family=family, method="paired_delta"
    )


def rule(name: str, *, shortlisted: bool = True) -> Candidate:
    return Candidate(
        name=name, kind="threshold", inputs=(), uses_group=False, trained_with_group=False, randomised=False,
        shortlisted=shortlisted, cells={},
    )  # fmt: skip


def measured(*rules: tuple[Candidate, dict[str, Result]], reason: str | None = None) -> Measurements:
    own = replace(rule("as deployed"), kind="deployed", shortlisted=False)
    names = {
        "gain": "alternative_accuracy_gain", "margin": "alternative_false_positive_rate_gap_margin",
        "flags": "alternative_flags_ratio",
    }  # fmt: skip
    items = tuple(
        Measurement(
            metric=names[key], dimension=(), group=(), against=None, result=result, stratum=one.stratum
        )
        for one, results in rules
        for key, result in results.items()
    )
    found = Alternatives(
        aim=AIM, dimension=("race",), reason=reason, candidates=(own, *(one for one, _ in rules))
    )
    other = Measurement(metric="people", dimension=(), group=(), against=None, result=estimate(None))
    return Measurements(items=(other, *items), alternatives=found)


def claimed(
    changes: dict[str, Result] | None = None, *, shortlisted: bool = True, orientation: str = "burden"
) -> tuple[str, tuple[str, ...]]:
    results = {key: estimate(interval) for key, interval in WELL.items()} | (changes or {})
    verdict = judge_alternatives(
        measured((rule("limit at 7", shortlisted=shortlisted), results)), orientation=orientation
    )
    assert verdict is not None
    return verdict.verdict, verdict.claims


def test_a_rule_that_keeps_the_need_and_betters_the_gap_is_shown() -> None:
    assert claimed() == ("exists", ("shown",))


def test_what_was_not_picked_in_the_searching_half_is_never_shown() -> None:
    assert claimed(shortlisted=False) == ("cannot_tell", ("open",))


@pytest.mark.parametrize(
    ("key", "interval", "claim"),
    [
        ("gain", (-0.05, -0.021), "ruled_out"), ("gain", (-0.03, 0.01), "open"),
        ("margin", (-0.4, -0.1), "ruled_out"), ("margin", (-0.1, 0.3), "open"),
        ("flags", (1.11, 1.4), "ruled_out"), ("flags", (1.05, 1.15), "open"),
        ("gain", None, "open"),
    ],
)  # fmt: skip
def test_one_thing_that_does_not_hold_is_enough_against_a_rule(
    key: str, interval: Bounds | None, claim: str
) -> None:
    verdict = "none_found" if claim == "ruled_out" else "cannot_tell"

    assert claimed({key: estimate(interval)}) == (verdict, (claim,))


def test_the_joint_range_of_the_shortlist_decides_what_is_shown() -> None:
    assert claimed({"gain": estimate((-0.01, 0.02), family=(-0.03, 0.04))})[1] == ("open",)


def test_a_number_that_cannot_be_had_leaves_a_rule_open() -> None:
    assert claimed({"margin": NotEstimable(reason="NE-DENOM")})[1] == ("open",)


@pytest.mark.parametrize(
    ("flags", "claim"), [((0.92, 1.5), "shown"), ((0.6, 0.8), "ruled_out"), ((0.8, 1.0), "open")]
)
def test_where_a_flag_helps_fewer_flags_are_the_harm(flags: Bounds, claim: str) -> None:
    assert claimed({"flags": estimate(flags)}, orientation="benefit")[1] == (claim,)


def test_without_a_search_there_is_no_verdict_and_without_numbers_none_can_be_given() -> None:
    assert judge_alternatives(Measurements(items=()), orientation="burden") is None
    verdict = judge_alternatives(measured(reason="NE-TRUTH"), orientation="burden")
    assert verdict is not None
    assert (verdict.verdict, verdict.claims) == ("not_estimable", ())


# Which gap is meant


def audit_of(alternatives: dict[str, Any] | None) -> AuditFile:
    content: dict[str, Any] = {
        "tool": {
            "name": "t", "vendor": "v", "version": "1", "type": "person", "purpose": "p", "flagged_means": "f",
            "orientation": "burden", "status": "proposed",
        },
        "records": {
            "path": "p.csv", "decision": {"column": "flagged", "flagged": ["1"]},
            "outcome": {"column": "y", "positive": ["1"], "means": "m", "source": "survey"},
        },
        "groups": {"sex": {"column": "sex"}, "race": {"column": "race"}},
    }  # fmt: skip
    if alternatives is not None:
        content["alternatives"] = {"need": "n", "utility": "accuracy", "tolerated_loss": 0.02, **alternatives}
    return AuditFile.model_validate(content)


def policy_of(
    measure: str, dimension: str, required: Literal["required", "for information"] = "required"
) -> Policy:
    limit = {
        "id": "one", "measure": measure, "dimension": dimension, "compare": "reference", "at_most": 1.25,
        "required": required == "required", "scope": "s", "source": "s", "why": "w",
    }  # fmt: skip
    return Policy.model_validate({"name": "p", "version": "1", "limit": [limit]})


@pytest.mark.parametrize(
    ("measure", "dimension", "given", "found"),
    [
        ("selection_rate_ratio", "race", {}, ("selection_rate_ratio", "race")),
        ("selection_rate_ratio", "*", {}, ("selection_rate_ratio", None)),
        ("selection_rate_ratio", "race", {"by": "sex"}, ("selection_rate_ratio", "sex")),
        ("adverse_impact_ratio", "race", {}, (None, None)),
        ("selection_rate_ratio", "race", {"disparity": "false_negative_rate_difference"},
         ("false_negative_rate_difference", None)),
    ],
)  # fmt: skip
def test_the_gap_is_that_of_the_first_required_limit_where_nobody_names_one(
    measure: str, dimension: str, given: dict[str, Any], found: tuple[str | None, str | None]
) -> None:
    filled = with_aim(audit_of(given), policy_of(measure, dimension)).alternatives

    assert filled is not None
    assert (filled.disparity, filled.by) == found


def test_a_limit_for_information_names_no_gap_and_no_section_none_at_all() -> None:
    policy = policy_of("selection_rate_ratio", "race", "for information")
    filled = with_aim(audit_of({}), policy).alternatives

    assert filled is not None
    assert filled.disparity is None
    assert with_aim(audit_of(None), policy).alternatives is None
