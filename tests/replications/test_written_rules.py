"""Policies that follow written rules, applied through a run: the four-fifths rule and Local Law 144."""

from collections.abc import Callable
from pathlib import Path

from auditkit import run_audit

TOTALS = {"id": None, "decision": None, "outcome": None, "totals": {"flagged": "k", "of": "n"}}


def statuses(write_audit: Callable[..., Path], folder: Path, table: str, *, policy: str) -> dict[str, str]:
    path = write_audit(
        folder, table, records=TOTALS, groups={"race": {"column": "race"}}, policy={"use": policy},
        publication={"smallest_cell": 0},
    )  # fmt: skip
    return {finding.limit_id: finding.status for finding in run_audit(path).document.findings}


def test_the_four_fifths_rule_fires_on_one_decision_that_nothing_else_supports(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # Not flagged: 15 of 20 and 19 of 20, .75 / .95 = .789. One decision more makes 16/20 and 18/20, .889.
    # Four fifths of 19/20 is 15.2 of 20, so one person is missing. Fisher's test: p = .18.
    # At .85 in both, the gap has standard deviation sqrt(2 x .85 x .15 / 20) = .11: .18 below .9 is 1.6 of them, about 11 %.
    found = statuses(write_audit, tmp_path, "race,k,n\nA,5,20\nB,1,20\n", policy="four_fifths")

    assert found == {
        "four-fifths": "cannot_tell", "four-fifths-as-written": "does_not_meet", "significant-difference": "meets",
        "flip-one": "meets", "shortfall": "does_not_meet", "fires-by-chance": "does_not_meet",
    }  # fmt: skip


def test_the_report_says_how_often_the_four_fifths_rule_fires_by_chance(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # Methods G13: two groups of 200 with 5 % of the better decision each; the rule fires in 59.85 % of audits.
    path = write_audit(
        tmp_path, "race,k,n\nA,190,200\nB,190,200\n", records=TOTALS, groups={"race": {"column": "race"}},
        policy={"use": "four_fifths"}, publication={"smallest_cell": 0},
    )  # fmt: skip

    audit = run_audit(path)

    (item,) = [one for one in audit.document.measurements if one.metric == "adverse_impact_by_chance"]
    assert round(item.value or 0, 4) == 0.5985
    assert (
        "chance alone would break four fifths in 59.9 % of audits of this size"
        in audit.files["report.en.html"].decode()
    )


def test_local_law_144_looks_at_each_categorys_impact_ratio(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # .9, .8 and .6 of the better decision, and 12 of 1,512 people, below 2 %, who are left out and so cannot be told.
    table = "race,k,n\nA,50,500\nB,100,500\nC,200,500\nD,1,12\n"

    found = statuses(write_audit, tmp_path, table, policy="ll144_style")

    assert found == {"impact-ratio": "does_not_meet", "impact-ratio-beyond-chance": "does_not_meet"}
