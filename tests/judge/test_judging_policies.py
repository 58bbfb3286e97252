"""Judging a policy: families, which numbers a limit applies to, findings, recommendation and exit codes."""

from typing import Any, Literal

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy
from auditkit.judge.families import applicable, declare_families, dimensions
from auditkit.judge.judging import judge
from auditkit.judge.not_checked import not_checked
from auditkit.results.audit import Audit
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.document import AuditDocument, RecommendationRecord
from auditkit.results.feedback import Feedback
from auditkit.results.findings import Code, NotChecked
from auditkit.results.measurements import (
    Bounds,
    Estimate,
    Group,
    Measurement,
    Measurements,
    NotEstimable,
)
from auditkit.results.tally import UNKNOWN

INSIDE: Bounds = (0.95, 1.05)
OUTSIDE: Bounds = (1.6, 1.9)
ACROSS: Bounds = (0.7, 1.6)
LOOP = Feedback(status="not_checked", because="the rule is unknown", needs=("the rule",))


def make_audit(*, reference: str | None = "A", outcome: bool = True, **changes: Any) -> AuditFile:
    tool = {
        "name": "Tool", "vendor": "Vendor", "version": "1", "type": "person", "purpose": "a test",
        "flagged_means": "supervised", "orientation": "burden", "status": "proposed",
    }  # fmt: skip
    records: dict[str, Any] = {
        "path": "people.csv",
        "decision": {"column": "flagged", "flagged": ["1"]},
    }
    if outcome:
        records["outcome"] = {"column": "again", "positive": ["1"], "means": "arrested", "source": "arrest"}
    race = {"column": "race"} | ({"reference": reference} if reference else {})
    content = {"tool": tool, "records": records, "groups": {"race": race}} | changes
    return AuditFile.model_validate(content)


def with_sex() -> AuditFile:
    race = {"column": "race", "reference": "A"}
    sex = {"column": "sex", "reference": "M"}
    return make_audit(groups={"race": race, "sex": sex}, intersections=[{"of": ["race", "sex"]}])


def make_policy(*limits: dict[str, Any]) -> Policy:
    blocks = []
    for number, limit in enumerate(limits):
        given: dict[str, Any] = {
            "id": f"limit-{number}", "measure": "false_positive_rate_ratio", "compare": "reference", "required": True,
            "at_least": 0.8, "at_most": 1.25, "scope": "test", "source": "test", "why": "It is a test.",
        }  # fmt: skip
        blocks.append({key: value for key, value in (given | limit).items() if value is not None})
    return Policy.model_validate({"name": "test", "version": "1", "limit": blocks})


def number(
    interval: Bounds | None,
    *,
    group: str | None = "B",
    against: str | None = "A",
    metric: str = "false_positive_rate_ratio",
    dimension: tuple[str, ...] = ("race",),
) -> Measurement:
    result = (
        NotEstimable(reason="NE-SMALL")
        if interval is None
        else Estimate(
            value=None, interval=interval, interval_90=interval, interval_family=None, method="katz"
        )
    )

    def named(value: str | None) -> Group:
        return () if value is None else tuple(zip(dimension, value.split("+"), strict=True))

    return Measurement(
        metric=metric, dimension=dimension, group=named(group),
        against=None if against is None else named(against), result=result,
    )  # fmt: skip


def unknown_people(n: int) -> Measurement:
    result = Estimate(
        value=n / 100, interval=(0, 1), interval_90=(0, 1), interval_family=None, method="wilson", numerator=n,
        denominator=100,
    )  # fmt: skip
    return Measurement(
        metric="unknown_group_rate", dimension=("race",), group=(), against=None, result=result
    )


def make_check(
    status: Literal["passed", "failed", "not_applicable", "could_not_run"],
    *,
    severity: Literal["blocking", "serious", "note"] = "blocking",
    refuses: tuple[str, ...] = (),
) -> CheckResult:
    return CheckResult(
        id="some-check", table="records", severity=severity, status=status, unit="share", observed=(), more=0,
        expected="at most 5%", title="title", why="why", ask="ask", refuses=refuses, source="test",
    )  # fmt: skip


def judged(
    *items: Measurement, audit: AuditFile | None = None, policy: Policy | None = None, checks: Any = ()
) -> Any:
    return judge(
        Measurements(items=items),
        audit or make_audit(),
        policy or make_policy({}),
        feedback=LOOP,
        checks=tuple(checks),
    )


# Which limits apply, and where.


def test_a_limit_applies_to_its_tool_types_and_its_orientation() -> None:
    policy = make_policy(
        {"id": "both"}, {"id": "burden", "orientation": "burden"}, {"id": "benefit", "orientation": "benefit"},
        {"id": "places", "tool_types": ["place"]},
    )  # fmt: skip

    assert [limit.id for limit in applicable(policy, make_audit())] == ["both", "burden"]


def test_a_limit_applies_to_every_declared_dimension_or_to_the_one_it_names() -> None:
    audit = with_sex()

    def where(dimension: str) -> tuple[tuple[str, ...], ...]:
        return dimensions(make_policy({"dimension": dimension}).limit[0], audit)

    assert where("*") == (("race",), ("sex",), ("race", "sex"))
    assert where("race+sex") == (("race", "sex"),)
    assert where("age") == ()


# Families.


def test_one_required_family_is_judged_at_95_per_cent() -> None:
    (family,) = declare_families(make_policy({}), make_audit())

    assert (family.metric, family.dimension, family.compare) == (
        "false_positive_rate_ratio",
        ("race",),
        "reference",
    )
    assert family.level == pytest.approx(0.95)


def test_the_level_is_bonferroni_over_the_required_families_of_the_policy() -> None:
    # Two required measures in three dimensions are six families: 1 - .05 / 6. The other is for information.
    policy = make_policy(
        {}, {"measure": "selection_rate_difference"}, {"measure": "prevalence_ratio", "required": False}
    )

    levels = {(f.metric, f.dimension): f.level for f in declare_families(policy, with_sex())}

    assert len(levels) == 9
    for (metric, _), level in levels.items():
        assert level == pytest.approx(0.95 if metric == "prevalence_ratio" else 1 - 0.05 / 6)


def test_two_limits_on_the_same_measure_are_one_family() -> None:
    policy = make_policy({"at_least": None}, {"at_most": None})

    (family,) = declare_families(policy, make_audit())

    assert family.level == pytest.approx(0.95)


def test_limits_of_other_tools_and_unknown_dimensions_make_no_family() -> None:
    policy = make_policy({"orientation": "benefit"}, {"dimension": "age"})

    assert declare_families(policy, make_audit()) == ()


@pytest.mark.parametrize("order", [("reference", "all_pairs"), ("all_pairs", "reference")])
def test_where_limits_ask_for_both_modes_the_family_is_all_pairs(order: tuple[str, str]) -> None:
    policy = make_policy(*({"compare": compare} for compare in order))

    (family,) = declare_families(policy, make_audit())

    assert family.compare == "all_pairs"


def test_each_mode_is_a_family_of_rates() -> None:
    (family,) = declare_families(
        make_policy({"measure": "false_positive_rate", "compare": "each"}), make_audit()
    )

    assert family.compare == "each"


# Findings.


@pytest.mark.parametrize(
    ("intervals", "status", "deciding"),
    [
        ((INSIDE, INSIDE), "meets", 2), ((INSIDE, ACROSS), "cannot_tell", 1), ((INSIDE, None), "cannot_tell", 1),
        ((OUTSIDE, ACROSS), "does_not_meet", 1), ((OUTSIDE, OUTSIDE), "does_not_meet", 2), ((), "not_checked", 0),
    ],
)  # fmt: skip
def test_the_worst_comparison_decides_and_is_the_evidence(
    intervals: tuple[Bounds | None, ...], status: str, deciding: int
) -> None:
    items = [number(interval, group=group) for group, interval in zip("BC", intervals, strict=False)]

    (finding,) = judged(*items).findings

    assert finding.status == status
    assert len(finding.evidence) == deciding
    assert [one.measurement for one in finding.comparisons] == [item.id for item in items]
    assert set(finding.evidence) == {one.measurement for one in finding.comparisons if one.status == status}


def test_a_finding_repeats_its_limit_and_copies_no_number() -> None:
    (finding,) = judged(number(INSIDE)).findings

    assert finding.id == "limit-0/race"
    assert (finding.limit.at_least, finding.limit.at_most) == (0.8, 1.25)
    assert (finding.limit.measure, finding.limit.dimension) == ("false_positive_rate_ratio", "race")
    assert finding.evidence == ("false_positive_rate_ratio/race=B~race=A",)


def test_a_one_sided_limit_stays_one_sided_in_its_finding() -> None:
    policy = make_policy({"id": "upper", "at_least": None}, {"id": "lower", "at_most": None})

    upper, lower = judged(number(INSIDE), policy=policy).findings

    assert (upper.limit.at_least, upper.limit.at_most) == (None, 1.25)
    assert (lower.limit.at_least, lower.limit.at_most) == (0.8, None)


def test_a_limit_is_judged_in_every_dimension_separately() -> None:
    both = number(ACROSS, group="B+F", against="A+M", dimension=("race", "sex"))

    findings = judged(number(INSIDE), both, audit=with_sex()).findings

    assert {finding.id: finding.status for finding in findings} == {
        "limit-0/race": "meets",
        "limit-0/sex": "not_checked",
        "limit-0/race+sex": "cannot_tell",
    }


def test_a_dimension_that_the_audit_does_not_declare_is_not_checked() -> None:
    (finding,) = judged(number(INSIDE), policy=make_policy({"dimension": "age"})).findings

    assert (finding.id, finding.status) == ("limit-0/age", "not_checked")


def test_other_measures_are_no_evidence() -> None:
    (finding,) = judged(number(INSIDE, metric="selection_rate_ratio")).findings

    assert finding.status == "not_checked"


def test_against_a_reference_only_comparisons_with_it_are_judged() -> None:
    items = [number(INSIDE), number(OUTSIDE, group="B", against="C")]

    (finding,) = judged(*items).findings

    assert finding.status == "meets"


def test_among_all_pairs_every_comparison_is_judged() -> None:
    items = [number(INSIDE), number(OUTSIDE, group="B", against="C")]

    (finding,) = judged(*items, policy=make_policy({"compare": "all_pairs"})).findings

    assert finding.status == "does_not_meet"


def test_without_a_reference_group_every_pair_is_judged() -> None:
    items = [number(INSIDE, group="A", against="B"), number(OUTSIDE, group="B", against="C")]

    (finding,) = judged(*items, audit=make_audit(reference=None)).findings

    assert finding.status == "does_not_meet"


def test_without_a_reference_group_the_order_of_a_pair_does_not_decide() -> None:
    # Design 5: without a reference group all pairs are compared, and a pair stands in order of name. A ratio of .53 to
    # .63 is 1.6 to 1.9 the other way round: "at most 1.25" must not depend on which group comes first.
    policy = make_policy({"at_least": None})
    audit = make_audit(reference=None)

    (one_way,) = judged(number((1.6, 1.9), group="A", against="B"), audit=audit, policy=policy).findings
    (other_way,) = judged(number((0.53, 0.63), group="A", against="B"), audit=audit, policy=policy).findings

    assert one_way.status == "does_not_meet"
    assert other_way.status == "does_not_meet"


def test_each_mode_judges_every_known_group_and_no_comparison() -> None:
    policy = make_policy(
        {"measure": "false_positive_rate", "compare": "each", "at_least": None, "at_most": 0.5}
    )
    items = [
        number((0.1, 0.2), metric="false_positive_rate", group="A", against=None),
        number((0.6, 0.7), metric="false_positive_rate", group=UNKNOWN, against=None),
        number((0.6, 0.7), metric="false_positive_rate", group="B", against="A"),
    ]

    (finding,) = judged(*items, policy=policy).findings

    assert finding.status == "meets"
    assert finding.evidence == ("false_positive_rate/race=A",)


def test_rates_of_single_groups_are_not_judged_by_a_limit_on_comparisons() -> None:
    item = number(OUTSIDE, group="B", against=None)

    assert judged(item).findings[0].status == "not_checked"


@pytest.mark.parametrize("compare", ["reference", "all_pairs", "each"])
def test_a_number_about_all_groups_belongs_to_every_mode(compare: str) -> None:
    policy = make_policy({"measure": "adverse_impact_ratio", "compare": compare, "at_most": None})
    item = number((0.4, 0.6), metric="adverse_impact_ratio", group=None, against=None)

    assert judged(item, policy=policy).findings[0].status == "does_not_meet"


def test_a_number_about_everyone_together_belongs_to_no_dimension() -> None:
    everyone = number(OUTSIDE, group=None, against=None, dimension=())

    assert judged(everyone).findings[0].status == "not_checked"


@pytest.mark.parametrize(("people", "status"), [(0, "meets"), (1, "cannot_tell")])
def test_a_single_person_of_unknown_group_keeps_a_limit_from_being_met(people: int, status: str) -> None:
    assert judged(unknown_people(people), number(INSIDE)).findings[0].status == status


def test_unknown_people_of_another_dimension_do_not_matter() -> None:
    sexes = number(INSIDE, group="F", against="M", dimension=("sex",))

    findings = judged(unknown_people(1), number(INSIDE), sexes, audit=with_sex()).findings

    assert {f.id: f.status for f in findings if f.status != "not_checked"} == {
        "limit-0/race": "cannot_tell",
        "limit-0/sex": "meets",
    }


def test_a_withheld_number_of_unknown_people_keeps_a_limit_from_being_met() -> None:
    # The source withheld how many people are of unknown group: there may be some.
    hidden = Measurement(
        metric="unknown_group_rate", dimension=("race",), group=(), against=None,
        result=NotEstimable(reason="NE-SUPP"),
    )  # fmt: skip

    assert judged(hidden, number(INSIDE)).findings[0].status == "cannot_tell"


# Recommendation.


@pytest.mark.parametrize(
    ("interval", "required", "code", "decided_by"),
    [
        (OUTSIDE, True, "do_not_deploy", ("limit-0/race",)), (ACROSS, True, "not_ready", ("limit-0/race",)),
        (None, True, "not_ready", ("limit-0/race",)), (INSIDE, True, "ready_for_board_vote", ("limit-0/race",)),
        (OUTSIDE, False, "not_ready", ()), (INSIDE, False, "not_ready", ()),
    ],
)  # fmt: skip
def test_required_findings_decide_the_recommendation(
    interval: Bounds | None,
    required: bool,  # noqa: FBT001  # a case, not a flag
    code: str,
    decided_by: tuple[str, ...],
) -> None:
    found = judged(number(interval), policy=make_policy({"required": required}))

    assert (found.recommendation, found.decided_by) == (code, decided_by)


def test_a_required_limit_that_was_not_checked_leaves_the_audit_not_ready() -> None:
    found = judged()

    assert (found.recommendation, found.decided_by) == ("not_ready", ("limit-0/race",))


def test_a_limit_for_information_changes_no_recommendation() -> None:
    policy = make_policy({}, {"measure": "selection_rate_ratio", "required": False})

    found = judged(number(INSIDE), number(OUTSIDE, metric="selection_rate_ratio"), policy=policy)

    assert found.recommendation == "ready_for_board_vote"
    assert found.decided_by == ("limit-0/race",)


def test_one_required_limit_that_is_not_met_outweighs_everything_that_cannot_be_told() -> None:
    policy = make_policy({}, {"measure": "selection_rate_ratio"}, {"measure": "prevalence_ratio"})

    found = judged(number(ACROSS), number(OUTSIDE, metric="selection_rate_ratio"), policy=policy)

    assert (found.recommendation, found.decided_by) == ("do_not_deploy", ("limit-1/race",))


def test_a_blocking_check_that_could_not_run_leaves_the_audit_not_ready() -> None:
    found = judged(number(INSIDE), checks=[make_check("could_not_run")])

    assert (found.recommendation, found.decided_by) == ("not_ready", ("check:some-check",))


def test_a_check_for_information_that_could_not_run_changes_nothing() -> None:
    found = judged(number(INSIDE), checks=[make_check("could_not_run", severity="serious")])

    assert found.recommendation == "ready_for_board_vote"


def test_checks_that_passed_or_did_not_apply_change_nothing() -> None:
    checks = [make_check("passed"), make_check("not_applicable"), make_check("failed", severity="note")]

    assert judged(number(INSIDE), checks=checks).recommendation == "ready_for_board_vote"


def test_a_blocking_check_that_could_not_run_does_not_hide_a_failure() -> None:
    assert judged(number(OUTSIDE), checks=[make_check("could_not_run")]).recommendation == "do_not_deploy"


def test_rejected_data_are_not_ready_and_name_the_check_first() -> None:
    found = judged(checks=[make_check("failed", refuses=("all",))])

    assert found.recommendation == "not_ready"
    assert found.decided_by == ("check:some-check", "limit-0/race")


@pytest.mark.parametrize(
    ("code", "exits"), [("ready_for_board_vote", 0), ("do_not_deploy", 1), ("not_ready", 3)]
)
def test_every_recommendation_has_its_exit_code(code: Code, exits: int) -> None:
    recommendation = RecommendationRecord(code=code, decided_by=())
    document: Any = AuditDocument  # of which only the recommendation matters here
    part = document.model_construct(recommendation=recommendation)

    audit = Audit(document=part, tally=RejectedData(checks=()), files={})

    assert (audit.recommendation, audit.exit_code) == (code, exits)


# What was not looked at.

NOTHING: frozenset[str] = frozenset()


def test_an_audit_says_that_it_tested_neither_feedback_nor_effect_on_crime() -> None:
    topics = [
        item.topic for item in not_checked(make_audit(), LOOP, membership_unknown=False, metrics=NOTHING)
    ]

    assert len(topics) == 6
    assert any("feed on records" in topic for topic in topics)
    assert any("reduces crime" in topic for topic in topics)


def test_an_audit_without_outcomes_says_first_that_it_knows_nothing_of_errors() -> None:
    found = not_checked(make_audit(outcome=False), LOOP, membership_unknown=False, metrics=NOTHING)

    assert "wrongly flagged" in found[0].topic


def test_an_audit_with_people_of_unknown_group_says_which_numbers_have_no_worst_cases() -> None:
    without = not_checked(make_audit(), LOOP, membership_unknown=False, metrics=NOTHING)
    found = not_checked(
        make_audit(), LOOP, membership_unknown=True, metrics=frozenset({"outcome_rate_at_score"})
    )

    (added,) = set(found) - set(without)
    assert "unknown group" in added.topic


def test_the_feedback_test_passes_on_what_it_would_need() -> None:
    found = not_checked(make_audit(), LOOP, membership_unknown=False, metrics=NOTHING)

    (loop,) = [item for item in found if "feed on records" in item.topic]
    assert (loop.because, loop.needs) == ("the rule is unknown", ("the rule",))


SAME_SCORE, SIMILAR = "a score means the same", "similar circumstances"


def topics_of(audit: AuditFile, *metrics: str) -> dict[str, NotChecked]:
    found = not_checked(audit, LOOP, membership_unknown=False, metrics=frozenset(metrics))
    return {topic: item for topic in (SAME_SCORE, SIMILAR) for item in found if topic in item.topic}


def with_records(**records: Any) -> AuditFile:
    outcome = {"column": "again", "positive": ["1"], "means": "arrested", "source": "arrest"}
    decision = {"column": "flagged", "flagged": ["1"]}
    return make_audit(records={"path": "people.csv", "decision": decision, "outcome": outcome, **records})


def test_what_was_measured_is_not_among_what_was_not_checked() -> None:
    audit = with_records(score="risk", strata=["charge"])

    assert topics_of(audit, "outcome_rate_at_score", "false_positive_rate_common_odds_ratio") == {}


@pytest.mark.parametrize(
    ("audit", "because", "needs"),
    [
        (make_audit(), "the table has no scores", 1),
        (make_audit(outcome=False), "the table has no scores and no outcomes", 2),
        (with_records(score="risk"), "the data checks, or too few people, left no number", 1),
    ],
)
def test_scores_that_were_not_compared_say_what_is_missing(
    audit: AuditFile, because: str, needs: int
) -> None:
    found = topics_of(audit)[SAME_SCORE]

    assert (found.because, len(found.needs)) == (because, needs)


def test_circumstances_that_were_not_compared_say_what_is_missing() -> None:
    assert topics_of(make_audit())[SIMILAR].because == "the audit file names no circumstances"
    assert "left no number" in topics_of(with_records(strata=["charge"]))[SIMILAR].because


LESS_HARMFUL, UNNAMED = "less harmful rule", "subgroup that nobody named"


def searches_of(audit: AuditFile, *metrics: str) -> dict[str, str]:
    found = not_checked(audit, LOOP, membership_unknown=False, metrics=frozenset(metrics))
    return {topic: item.because for topic in (LESS_HARMFUL, UNNAMED) for item in found if topic in item.topic}


def test_searches_that_nobody_asked_for_are_named_and_so_are_those_without_a_number() -> None:
    aim = {"need": "n", "utility": "accuracy", "tolerated_loss": 0.02}
    asked = make_audit(alternatives=aim, subgroups={})
    plain = searches_of(make_audit())

    assert "neither the need" in plain[LESS_HARMFUL]
    assert "asks for no search" in plain[UNNAMED]
    assert set(searches_of(asked).values()) == {"the data checks, or too few people, left no number"}
    assert searches_of(asked, "alternative_accuracy", "subgroup_selection_rate") == {}


# What is withheld.


def test_a_number_whose_bounds_are_withheld_is_not_shown_to_meet_a_limit() -> None:
    inside, outside = number(INSIDE), number(OUTSIDE, group="C")
    found = judge(
        Measurements(items=(inside, outside)), make_audit(), make_policy({}), feedback=LOOP, checks=(),
        unbounded={inside.id, outside.id},
    ).findings[0]  # fmt: skip

    assert [one.status for one in found.comparisons] == ["cannot_tell", "does_not_meet"]
