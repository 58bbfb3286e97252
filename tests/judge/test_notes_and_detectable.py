"""Limits judged by value, notes on gaps, smallest detectable gaps, and limits on areas."""

from typing import Any

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Limit, Policy
from auditkit.judge.detectable import detectable, detectables, largest_detectable
from auditkit.judge.families import AREA, declare_families, dimensions, reference_of
from auditkit.judge.judging import judge
from auditkit.judge.verdicts import equality, note, verdict
from auditkit.results.feedback import Feedback
from auditkit.results.measurements import Bounds, Estimate, Measurement, Measurements, NotEstimable

LOOP = Feedback(status="not_checked", because="the rule is unknown", needs=("the rule",))


def make_limit(**changes: Any) -> Limit:
    given: dict[str, Any] = {
        "id": "limit", "measure": "selection_rate_ratio", "compare": "reference", "at_least": 0.8, "at_most": 1.25,
        "required": True, "scope": "test", "source": "test", "why": "It is a test.",
    }  # fmt: skip
    return Limit.model_validate({key: value for key, value in (given | changes).items() if value is not None})


def number(
    metric: str,
    value: float | None,
    interval: Bounds | None = None,
    *,
    group: str | None = "B",
    against: str | None = "A",
    dimension: str = "race",
    reason: str | None = None,
) -> Measurement:
    result = Estimate(
        value=value,
        interval=interval,
        interval_90=interval,
        interval_family=None,
        method="test",
        reason=reason,
    )
    return Measurement(
        metric=metric, dimension=(dimension,), group=() if group is None else ((dimension, group),),
        against=None if against is None else ((dimension, against),), result=result,
    )  # fmt: skip


# By value.


@pytest.mark.parametrize(
    ("value", "unknown", "reason", "expected"),
    [
        (0.81, False, None, "meets"), (0.8, False, None, "meets"), (0.79, False, None, "does_not_meet"),
        (1.26, False, None, "does_not_meet"), (0.79, True, None, "does_not_meet"), (0.81, True, None, "cannot_tell"),
        (0.81, False, "NE-SMALL", "cannot_tell"), (None, False, None, "cannot_tell"),
    ],
)  # fmt: skip
def test_a_limit_judged_by_value_looks_at_the_number_alone(
    value: float | None, *, unknown: bool, reason: str | None, expected: str
) -> None:
    # The interval would not tell: it reaches across both limits.
    item = number("selection_rate_ratio", value, (0.1, 9.0), reason=reason)

    assert verdict(item, make_limit(judged_by="value"), membership_unknown=unknown) == expected


def test_a_number_that_is_not_estimable_is_not_judged_by_value_either() -> None:
    item = Measurement(
        metric="selection_rate_ratio", dimension=("race",), group=(("race", "B"),), against=(("race", "A"),),
        result=NotEstimable(reason="NE-DENOM"),
    )  # fmt: skip

    assert verdict(item, make_limit(judged_by="value"), membership_unknown=False) == "cannot_tell"


@pytest.mark.parametrize(("p", "expected"), [(0.04, "does_not_meet"), (0.06, "meets"), (1.0, "meets")])
def test_a_limit_on_p_values_is_never_mirrored(p: float, expected: str) -> None:
    # Mirrored, "at least .05" would mean -.05 to .05 or .05 to 20.
    limit = make_limit(
        measure="favourable_rate_p_value_holm",
        compare="all_pairs",
        at_least=0.05,
        at_most=None,
        judged_by="value",
    )

    assert verdict(number("favourable_rate_p_value_holm", p), limit, membership_unknown=False) == expected


def test_a_ratio_of_pairs_without_order_is_mirrored_by_value_too() -> None:
    limit = make_limit(compare="all_pairs", at_least=None, at_most=1.25, judged_by="value")

    assert verdict(number("selection_rate_ratio", 0.7), limit, membership_unknown=False) == "does_not_meet"


# Notes.


@pytest.mark.parametrize(
    ("metric", "interval", "status", "expected"),
    [
        ("selection_rate_ratio", (1.05, 1.2), "meets", "small_difference"),
        ("selection_rate_ratio", (1.05, 1.4), "cannot_tell", "unclear_difference"),
        ("selection_rate_ratio", (None, 0.9), "cannot_tell", "unclear_difference"),
        ("selection_rate_ratio", (0.9, 1.4), "cannot_tell", None),
        ("selection_rate_ratio", (1.5, 1.9), "does_not_meet", None),
        ("selection_rate_difference", (0.01, 0.05), "meets", "small_difference"),
        ("selection_rate_difference", (-0.01, 0.05), "meets", None),
        ("false_positive_rate_excess", (3.0, 20.0), "meets", "small_difference"),
        ("selection_rate_p_value", None, "meets", None),
        ("selection_rate_p_value", (0.0, 0.1), "meets", None),
        ("selection_rate_ratio", None, "cannot_tell", None),
    ],
)
def test_a_note_says_that_a_gap_exists_where_the_limit_is_not_broken(
    metric: str, interval: Bounds | None, status: Any, expected: str | None
) -> None:
    assert note(number(metric, 1.1, interval), status) == expected


def test_what_compares_no_two_groups_has_no_equality_and_no_note() -> None:
    whole = number("adverse_impact_ratio", 0.7, (0.6, 0.8), group=None, against=None)

    assert equality(whole) is None
    assert note(whole, "cannot_tell") is None


# Smallest detectable.


def found(*items: Measurement) -> Measurements:
    return Measurements(items=items)


def test_a_comparison_refers_to_the_smallest_gap_of_its_own_pair() -> None:
    items = found(
        number("selection_rate_ratio_smallest_detectable", 1.5),
        number("selection_rate_ratio_smallest_detectable", 1.2, group="C"),
        number("false_positive_rate_ratio_smallest_detectable", 1.1),
    )

    own = "selection_rate_ratio_smallest_detectable/race=C~race=A"
    gaps = detectables("selection_rate_ratio", ("race",), items)
    assert detectable(number("selection_rate_ratio", 1.0, group="C"), gaps) == own
    assert detectable(number("selection_rate_ratio", 1.0, group="D"), gaps) is None
    assert detectables("selection_rate_p_value", ("race",), items) == ()


def test_a_finding_refers_to_the_gap_furthest_from_equality() -> None:
    # A ratio of .5 is as far as 2, and further than 1.9.
    items = found(
        number("selection_rate_ratio_smallest_detectable", 1.9),
        number("selection_rate_ratio_smallest_detectable", 0.5, group="C"),
        number("selection_rate_ratio_smallest_detectable", None, group="D"),
        number("selection_rate_difference_smallest_detectable", 0.1),
        number("selection_rate_difference_smallest_detectable", -0.2, group="C"),
    )

    furthest = "selection_rate_ratio_smallest_detectable/race=C~race=A"
    for measure in ("selection_rate_ratio", "selection_rate_range"):
        assert largest_detectable(detectables(measure, ("race",), items)) == furthest
    gap = largest_detectable(detectables("selection_rate_difference", ("race",), items))
    assert gap == "selection_rate_difference_smallest_detectable/race=C~race=A"
    assert largest_detectable(detectables("selection_rate_ratio", ("sex",), items)) is None


def test_impact_ratios_refer_to_gaps_of_favourable_rates() -> None:
    items = found(number("favourable_rate_ratio_smallest_detectable", 0.7))

    for measure in ("impact_ratio", "adverse_impact_ratio"):
        assert largest_detectable(detectables(measure, ("race",), items)) == items.items[0].id


def test_gaps_that_could_not_be_worked_out_are_not_referred_to() -> None:
    none = Measurement(
        metric="selection_rate_ratio_smallest_detectable", dimension=("race",), group=(("race", "B"),),
        against=(("race", "A"),), result=NotEstimable(reason="NE-POWER"),
    )  # fmt: skip

    assert largest_detectable(detectables("selection_rate_ratio", ("race",), found(none))) is None


# Areas.


def make_audit(*, area: str | None = "beat", groups: dict[str, Any] | None = None) -> AuditFile:
    tool = {
        "name": "Tool", "vendor": "Vendor", "version": "1", "type": "person", "purpose": "a test",
        "flagged_means": "supervised", "orientation": "burden", "status": "proposed",
    }  # fmt: skip
    records: dict[str, Any] = {"path": "people.csv", "decision": {"column": "flagged", "flagged": ["1"]}}
    content = {
        "tool": tool,
        "records": records | ({"area": area} if area else {}),
        "groups": groups or {"race": {"column": "race"}},
    }
    return AuditFile.model_validate(content)


AREA_LIMIT = {"dimension": "area", "compare": "reference"}


def test_a_limit_can_stand_on_areas_where_the_table_names_them() -> None:
    limit = make_limit(**AREA_LIMIT)
    policy = Policy.model_validate({"name": "test", "version": "1", "limit": [limit.model_dump()]})

    assert dimensions(limit, make_audit()) == (AREA,)
    assert dimensions(limit, make_audit(area=None)) == ()
    assert dimensions(make_limit(), make_audit()) == (("race",),)
    (family,) = declare_families(policy, make_audit())
    assert (family.metric, family.dimension) == ("selection_rate_ratio", AREA)


def test_areas_are_compared_with_elsewhere_and_groups_called_area_with_each_other() -> None:
    assert reference_of(AREA, make_audit()) == ("(elsewhere)",)
    assert reference_of(AREA, make_audit(groups={"area": {"column": "beat"}})) is None
    assert reference_of(("race",), make_audit(groups={"race": {"column": "race", "reference": "A"}})) == (
        "A",
    )


def test_a_limit_on_areas_judges_each_against_elsewhere_in_one_direction() -> None:
    policy = Policy.model_validate(
        {"name": "test", "version": "1", "limit": [make_limit(**AREA_LIMIT, at_least=None).model_dump()]}
    )
    items = found(
        number(
            "selection_rate_ratio", 0.3, (0.2, 0.4), group="North", against="(elsewhere)", dimension="area"
        ),
        number(
            "selection_rate_ratio", 2.0, (1.8, 2.2), group="South", against="(elsewhere)", dimension="area"
        ),
    )

    (finding,) = judge(items, make_audit(), policy, feedback=LOOP, checks=()).findings

    assert [comparison.status for comparison in finding.comparisons] == ["meets", "does_not_meet"]
    assert finding.evidence == ("selection_rate_ratio/area=South~area=%28elsewhere%29",)
