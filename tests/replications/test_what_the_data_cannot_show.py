"""Methods G29 to G32 through `auditkit run`: unknown groups, inferred groups, hidden outcomes; G33 is in `test_alerts`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.results.audit import Audit

OPEN: dict[str, Any] = {"publication": {"smallest_cell": 0}}
TOTALS = {"id": None, "decision": None, "outcome": None, "totals": {"flagged": "k", "of": "n"}}
CONFUSION = {"id": None, "decision": None, "outcome": None}
POLICY = """
name = "two limits"
version = "1"
minimum_n = 1
[[limit]]
id = "flagged"
measure = "selection_rate_ratio"
compare = "reference"
at_most = 1.25
required = true
scope = "replication"
source = "methods 3.7"
why = "It repeats a published case."
[[limit]]
id = "wrongly-flagged"
measure = "false_positive_rate_ratio"
compare = "reference"
at_most = 1.25
required = false
scope = "replication"
source = "methods 3.7"
why = "It repeats a published case."
[[limit]]
id = "wrongly-flagged-each"
measure = "false_positive_rate"
compare = "each"
at_most = 0.9
required = false
scope = "replication"
source = "methods 3.7"
why = "It repeats a published case."
[[limit]]
id = "missed-each"
measure = "false_negative_rate"
compare = "each"
at_most = 0.9
required = false
scope = "replication"
source = "methods 3.7"
why = "It repeats a published case."
[[limit]]
id = "right-each"
measure = "positive_predictive_value"
compare = "each"
at_least = 0.1
required = false
scope = "replication"
source = "methods 3.7"
why = "It repeats a published case."
"""


def audited(path: Path) -> Audit:
    (path.parent / "policy.toml").write_text(POLICY)
    return run_audit(path)


def number(audit: Audit, name: str) -> dict[str, Any]:
    items = json.loads(audit.files["audit.json"])["measurements"]
    return next(item for item in items if item["id"] == name)


def text(audit: Audit, kind: str = "md") -> str:
    return audit.files[f"report.en.{kind}"].decode()


@pytest.fixture(scope="module")
def unknown(write_audit: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Audit:
    table = "race,k,n\nA,40,100\nB,20,100\nUnknown,25,50\n"
    groups = {"race": {"column": "race", "reference": "B", "unknown": ["Unknown"]}}
    folder = tmp_path_factory.mktemp("unknown")
    return audited(
        write_audit(folder, table, records=TOTALS, groups=groups, policy={"use": "policy.toml"}, **OPEN)
    )


def test_people_of_unknown_group_bound_every_comparison(unknown: Audit) -> None:
    # methods G31: observed 2; all flagged unknowns to A and all others to B, then the reverse
    ratio = number(unknown, "selection_rate_ratio/race=A~race=B")

    assert ratio["value"] == 2
    assert ratio["bounds"] == pytest.approx([(40 / 125) / (45 / 125), (65 / 125) / (20 / 125)])
    assert ratio["bounds"] == pytest.approx([0.8889, 3.25], abs=5e-5)
    # the same fills give the other numbers: 40/125 and 65/125 flagged in A, 20/125 and 45/125 in B
    expected = {
        "selection_rate/race=A": [40 / 125, 65 / 125],
        "selection_rate_difference/race=A~race=B": [-5 / 125, 45 / 125],
        "selection_rate_excess/race=A~race=B": [40 - 125 * 45 / 125, 65 - 125 * 20 / 125],
        "selection_rate_range/race": [0, 45 / 125],
        "favourable_rate_ratio/race=A~race=B": [60 / 105, 85 / 80],  # 60 of 125 : 105 of 125; 85 : 80
        "adverse_impact_ratio/race": [60 / 105, 1],
        "impact_ratio/race=A": [60 / 105, 1],
    }
    for name, bounds in expected.items():
        assert number(unknown, name)["bounds"] == pytest.approx(bounds), name


def test_a_broken_limit_says_that_it_depends_on_who_the_unknown_people_are(unknown: Audit) -> None:
    assert unknown.document.findings[0].status == "does_not_meet"
    for kind in ("md", "html"):
        assert "It depends on who the unknown people are" in text(unknown, kind)
        assert "anything from 0.89 to 3.25 is possible" in text(unknown, kind)
    row = json.loads(unknown.files["audit.json"])["sensitivity"]["rows"][0]
    assert (row["as_counted"], row["cells"][0]["outcome"]) == ("does_not_meet", "cannot_tell")


def test_the_report_says_whose_group_is_unknown_more_often(unknown: Audit) -> None:
    # 25 of 85 flagged people, 25 of 165 others
    gap = number(
        unknown,
        "group_missing_rate_difference/race=not%20known+decision=flagged~race=not%20known+decision=not%20flagged",
    )

    assert gap["value"] == pytest.approx(25 / 85 - 25 / 165)
    assert "the group is unknown for 29.4% of flagged people, and for 15.2% of the others" in text(
        unknown, "html"
    )


COMPAS = "race,tn,fp,fn,tp\nBlack,990,805,532,1369\nwhite,1139,349,461,505\n"  # methods G1
RATES = ("false_positive_rate", "false_negative_rate", "positive_predictive_value")


def hidden(write_audit: Callable[..., Path], folder: Path, share: float) -> Audit:
    matrix = {name: name for name in ("tn", "fp", "fn", "tp")} | {
        "means": "arrested again", "source": "arrest",
        "hidden": {"source": "a survey of residents", "groups": {"race": {"white": [share, share]}}},
    }  # fmt: skip
    groups = {"race": {"column": "race", "reference": "white"}}
    path = write_audit(
        folder,
        COMPAS,
        records=CONFUSION | {"confusion": matrix},
        groups=groups,
        policy={"use": "policy.toml"},
        **OPEN,
    )
    return audited(path)


@pytest.mark.parametrize(
    ("share", "expected"),
    [  # methods G29
        (0.01, ([0.2215, 0.2386], [0.4652, 0.4904], [0.5913, 0.6206])),
        (0.20, ([0, 0.3501], [0.4139, 0.6534], [0.5913, 1])),
    ],
)
def test_hidden_outcomes_bound_error_rates(
    write_audit: Callable[..., Path], tmp_path: Path, share: float, expected: tuple[list[float], ...]
) -> None:
    audit = hidden(write_audit, tmp_path, share)

    for metric, bounds in zip(RATES, expected, strict=True):
        found = number(audit, f"{metric}/race=white@assuming%3Ahidden-outcomes")
        assert found["bounds"] == pytest.approx(bounds, abs=5e-5)
        assert found["value"] is None
    assert "a survey of residents" in text(audit)
    assert "a survey of residents" in text(audit, "html")


def test_tipping_points_say_how_many_unrecorded_outcomes_close_a_gap(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # methods G30: to the observed Black value, K 33 (1.3 %) for PPV, 710 (28.9 %) for FPR, none for FNR
    audit = hidden(write_audit, tmp_path, 0.05)
    tipping = json.loads(audit.files["audit.json"])["sensitivity"]["tipping"]
    found = {
        one["measurement"].partition("_ratio")[0]: (one["hidden"], one["of"])
        for one in tipping
        if one["parity"]
        and one["hidden_in"] == {"race": "white"}
        and one["measurement"].partition("_ratio")[1]
    }

    assert found == {
        "positive_predictive_value": (33, 2454), "false_positive_rate": (710, 2454), "false_negative_rate": (None, 2454),
    }  # fmt: skip
    for kind in ("md", "html"):
        assert "33 of the 2,454 people of group white (1.3%) had the outcome without being recorded" in text(
            audit, kind
        )
        assert "710 of the 2,454 people of group white (28.9%)" in text(audit, kind)
        assert "No number of unrecorded outcomes in group white can close the gap" in text(audit, kind)


def test_inferred_groups_have_a_weighted_estimate_and_everything_that_is_possible(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # methods G32: two zones of 1,000; P(A) .8 and .3; flagged 800 x .5 + 200 x .3 = 460 and 300 x .3 + 700 x .2 = 230
    table = "a,b,k,n\n0.8,0.2,460,1000\n0.3,0.7,230,1000\n"
    groups = {"race": {"probabilities": {"A": "a", "B": "b"}, "reference": "B"}}
    path = write_audit(tmp_path, table, records=TOTALS, groups=groups, policy={"use": "policy.toml"}, **OPEN)
    audit = audited(path)
    gap = number(audit, "selection_rate_difference/race=A~race=B")

    assert gap["value"] == pytest.approx(0.1162, abs=5e-5)
    assert number(audit, "selection_rate/race=A")["value"] == pytest.approx(
        490 / 1100 - 0.0482, abs=5e-5
    )  # its bias
    # A: 260 of 800 at least and 460 at most in zone 1, 0 to 230 in zone 2, of 1,100; B: 0 to 200 and 0 to 230, of 900
    assert gap["bounds"] == pytest.approx([260 / 1100 - 430 / 900, 690 / 1100])
    assert gap["bounds"][0] <= 0.2232 <= gap["bounds"][1]  # the truth of the case
    assert (gap["interval"], audit.document.findings[0].status) == (None, "cannot_tell")
    assert "nobody is given one" in text(audit)
    assert "nobody is given one" in text(audit, "html")


def test_blank_outcomes_of_people_bound_their_rates(write_audit: Callable[..., Path], tmp_path: Path) -> None:
    # of 20 flagged people 10 had the outcome, 6 had not, 4 are blank; of 20 others 4, 10 and 6. Hand count:
    # FPR 6/16; highest if the flagged blanks had not and the others had: 10/20; lowest the reverse: 6/22
    rows = ["1,1"] * 10 + ["1,0"] * 6 + ["1,"] * 4 + ["0,1"] * 4 + ["0,0"] * 10 + ["0,"] * 6
    table = (
        "id,race,flagged,outcome\n"
        + "\n".join(f"{i},{'AB'[i % 2]},{row}" for i, row in enumerate(rows))
        + "\n"
    )
    found = number(
        audited(write_audit(tmp_path, table, policy={"use": "policy.toml"}, **OPEN)),
        "false_positive_rate/everyone",
    )

    assert found["value"] == pytest.approx(6 / 16)
    assert found["bounds"] == pytest.approx([6 / 22, 10 / 20])
