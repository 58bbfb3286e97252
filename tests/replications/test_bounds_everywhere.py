"""Unknown groups and areas through `auditkit run`: numbers by score, within circumstances, by area and of audit samples."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.results.audit import Audit
from tests.report.tracing import untraced

LIMITS = {
    "odds": ("selection_rate_common_odds_ratio", "race", "reference", "at_least = 0.6\nat_most = 1.6"),
    "areas": ("selection_rate_ratio", "area", "reference", "at_least = 0.81\nat_most = 1.24"),
    "ranking": ("area_under_curve_difference", "race", "reference", "at_least = -0.08\nat_most = 0.08"),
    "wrong": ("false_positive_rate_difference", "race", "reference", "at_least = -0.13\nat_most = 0.13"),
    "test": ("selection_rate_p_value", "race", "reference", 'judged_by = "value"\nat_least = 0.05'),
    "test-of-areas": (
        "selection_rate_p_value_bh",
        "area",
        "reference",
        'judged_by = "value"\nat_least = 0.01',
    ),
}
POLICY = 'name = "limits"\nversion = "1"\nminimum_n = 5\n' + "".join(
    f"""[[limit]]
id = "{name}"
measure = "{measure}"
dimension = "{dimension}"
compare = "{compare}"
{ends}
required = false
scope = "test"
source = "methods 3.12"
why = "It asks whether bounds decide."
"""
    for name, (measure, dimension, compare, ends) in LIMITS.items()
)


def table(unknown: int, *, blank_area: int = 0) -> str:
    """Two equal groups in two areas and of two charges; some people of unknown group, on whom the score erred."""
    rows = ["id,race,beat,charge,score,outcome,drawn"]
    for race in ("A", "B"):
        for at in range(160):
            score = (1, 2, 3, 4)[at % 4]
            outcome = int(score + (at // 4) % 3 >= 4)
            rows.append(
                f"{race}{at},{race},{'NS'[at // 4 % 2]},{'tf'[at // 8 % 2]},{score},{outcome},{at // 16 % 2}"
            )
    rows += [f"u{at},,{'' if at < blank_area else 'N'},t,{('4,0', '1,1')[at % 2]},1" for at in range(unknown)]
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def audited(
    write_audit: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Audit]:
    def run(unknown: int, *, blank_area: int = 0, **records: Any) -> Audit:
        folder = tmp_path_factory.mktemp("audit")
        path = write_audit(
            folder, table(unknown, blank_area=blank_area),
            records={
                "score": "score", "decision": {"score_at_least": 3}, "area": "beat", "strata": ["charge"], **records
            },
            groups={"race": {"column": "race", "reference": "B", "unknown": [""]}},
            policy={"use": "policy.toml"}, publication={"smallest_cell": 0},
        )  # fmt: skip
        (folder / "policy.toml").write_text(POLICY)
        return run_audit(path)

    return run


def statuses(audit: Audit) -> dict[str, str]:
    return {finding.limit_id: finding.status for finding in audit.document.findings}


def bounds(audit: Audit, name: str) -> list[float]:
    items = json.loads(audit.files["audit.json"])["measurements"]
    found: list[float] = next(item for item in items if item["id"] == name)["bounds"]
    return found


@pytest.fixture(scope="module")
def many(audited: Callable[..., Audit]) -> Audit:
    return audited(40, blank_area=40)


def test_limits_that_bounds_do_not_support_are_undecided_and_the_report_says_why(many: Audit) -> None:
    assert set(statuses(many).values()) == {"cannot_tell"}
    # A and B: 40 of 80 flagged for either charge, so odds of 1. The 20 flagged unknown to A and the 20 others to B, or the
    # reverse, all of them with charge t: 60/40 : 40/60 over 200 there, and 40/40 : 40/40 over 160.
    odds = bounds(many, "selection_rate_common_odds_ratio/race=A~race=B")
    assert odds == pytest.approx([18 / 28, 28 / 18])  # 60 x 60 / 200 + 10 over 40 x 40 / 200 + 10
    # 80 of 160 flagged in either area; the flagged unknown to the north and the others to the south, or the reverse
    north = bounds(many, "selection_rate_ratio/area=N~area=%28elsewhere%29")
    assert north == pytest.approx([80 / 180 / (100 / 180), 100 / 180 / (80 / 180)])
    for kind in ("md", "html"):
        text = many.files[f"report.en.{kind}"].decode()
        words = "it would be within the limit. Counting the others, anything from {} to {} is possible."
        assert f"Among people whose group is known {words.format('0.64', '1.56')}" in text
        assert f"Among people whose area is known {words.format('0.80', '1.25')}" in text
    assert "area: 11.1%" in many.files["report.en.md"].decode()  # 40 of 360


def test_a_few_unknown_people_leave_limits_met_where_their_bounds_do(audited: Callable[..., Audit]) -> None:
    found = statuses(audited(2, blank_area=1))

    tests = {"test": "cannot_tell", "test-of-areas": "cannot_tell"}  # these have no bounds
    assert found == dict.fromkeys(("odds", "areas", "ranking", "wrong"), "meets") | tests


def test_error_rates_of_an_audit_sample_are_bounded_and_judged_by_it(audited: Callable[..., Audit]) -> None:
    found = audited(40, blank_area=0, audit_sample={"column": "drawn", "sampled": ["1"]})

    assert statuses(found)["wrong"] == "cannot_tell"
    # A: 14 of 80 flagged wrongly; 34 of 40 drawn without the outcome stand for all 80 unflagged, 68. At most 20 more are
    # wrongly flagged, and 20 more drawn have the outcome: 34 of 60 then stand for 100.
    rate = bounds(found, "false_positive_rate/race=A")
    assert rate == pytest.approx([14 / (14 + 68), 34 / (34 + 34 / 60 * 100)])
    gap = bounds(found, "false_positive_rate_difference/race=A~race=B")
    assert gap == pytest.approx([rate[0] - rate[1], rate[1] - rate[0]])


def test_every_number_shown_leads_to_the_document(many: Audit) -> None:
    assert untraced(many.document) == []
