"""Less harmful rules and unnamed subgroups through a whole audit, in a made table in which both are there to be found."""

import hashlib
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import accuracy_score

from auditkit import run_audit
from auditkit.definitions.audit_file import read_audit_file
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.results.audit import Audit
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.tally.alternatives import tally_alternatives
from auditkit.tally.subgroups import tally_subgroups
from tests.report.tracing import untraced, with_ids

Write = Callable[..., Path]
LIMIT = 7
SEED = 20260101  # [run] seed, by default
N = 8_000
NAMED = {("ward", "North"), ("shift", "night")}
"""People of the north are flagged at night whatever their score."""


def made() -> pd.DataFrame:
    """Two races. The outcome follows `risk`; `proxy` follows race alone, and the tool counts it as risk."""
    rng = np.random.default_rng(3)
    race = rng.choice(["A", "B"], N)
    risk = rng.integers(0, 10, N)
    proxy = (rng.random(N) < np.where(race == "B", 0.7, 0.2)).astype(int)
    outcome = (rng.random(N) < 1 / (1 + np.exp(0.5 * (4.5 - risk)))).astype(int)
    ward, shift = rng.choice(["North", "South"], N), rng.choice(["day", "night"], N)
    wronged = (ward == "North") & (shift == "night") & (rng.random(N) < 0.5)
    score = np.where(wronged, 11, risk + 2 * proxy)
    return pd.DataFrame({
        "id": [f"p{at}" for at in range(N)], "race": race, "risk": risk, "proxy": np.where(proxy, "yes", "no"),
        "outcome": outcome, "ward": ward, "shift": shift, "score": score,
    })  # fmt: skip


RECORDS = {
    "id": "id", "score": "score", "decision": {"score_at_least": LIMIT}, "inputs": ["risk", "proxy"],
    "outcome": {"column": "outcome", "positive": ["1"], "means": "it happened", "source": "victim_report"},
}  # fmt: skip
AIM = {
    "need": "find people at risk",
    "utility": "accuracy",
    "tolerated_loss": 0.02,
    "inputs": ["risk", "proxy"],
}


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    path = write_audit(
        tmp_path_factory.mktemp("less"), made().to_csv(index=False), records=RECORDS, alternatives=AIM,
        subgroups={"columns": ["ward", "shift"]},
    )  # fmt: skip
    return run_audit(path)


@pytest.fixture(scope="module")
def document(audit: Audit) -> AuditDocument:
    return audit.document


def found(document: AuditDocument, metric: str, rule: str, group: str | None = None) -> MeasurementRecord:
    (item,) = [
        item
        for item in document.measurements
        if item.metric == f"alternative_{metric}"
        and item.stratum == f"alternative: {rule}"
        and (group is None or item.group == {"race": group})
    ]
    return item


def estimating_half() -> pd.DataFrame:
    """Return the half in which rules are measured, by a hash that anybody can compute."""
    table = made()
    digests = [hashlib.md5(f"auditkit {SEED}: {name}".encode()).hexdigest() for name in table["id"]]  # noqa: S324  # a lot to draw by, no secret
    return table[[digest[0] not in "01234567" for digest in digests]]


# Numbers


def test_both_halves_hold_about_as_many_people(document: AuditDocument) -> None:
    assert document.alternatives is not None
    assert document.alternatives.people == len(estimating_half())
    assert abs(document.alternatives.people - N / 2) < 4 * np.sqrt(N) / 2


@pytest.mark.parametrize(("rule", "limit"), [("as deployed", LIMIT), ("limit at 8", 8)])
def test_what_a_limit_would_do_is_what_fairlearn_finds_in_the_rows(
    rule: str, limit: int, document: AuditDocument
) -> None:
    half = estimating_half()
    flags = (half["score"] >= limit).astype(int)
    metrics = {
        "selection_rate": selection_rate, "false_positive_rate": false_positive_rate,
        "false_negative_rate": false_negative_rate,
    }  # fmt: skip
    frame = MetricFrame(
        metrics=metrics, y_true=half["outcome"], y_pred=flags, sensitive_features=half["race"]
    )

    assert found(document, "accuracy", rule).value == pytest.approx(accuracy_score(half["outcome"], flags))
    for metric in metrics:
        for race in ("A", "B"):
            assert found(document, metric, rule, race).value == pytest.approx(frame.by_group[metric][race])
    ratio = found(document, "false_positive_rate_ratio", rule).value
    assert ratio == pytest.approx(
        frame.by_group["false_positive_rate"]["B"] / frame.by_group["false_positive_rate"]["A"]
    )


def test_a_model_that_gives_the_proxy_no_weight_is_shown_to_be_an_alternative(
    document: AuditDocument,
) -> None:
    # The outcome does not depend on the proxy, so a regression on both inputs learns to ignore it.
    assert document.alternatives is not None
    claims = {one.name: one.claim for one in document.alternatives.candidates}
    low, high = found(
        document, "false_positive_rate_gap_change", "logistic regression without proxy"
    ).interval or (9, 9)

    assert document.alternatives.verdict == "exists"
    assert (document.alternatives.group, document.alternatives.against) == ({"race": "B"}, {"race": "A"})
    assert "shown" in {
        claims[name] for name in ("logistic regression", "logistic regression without proxy", "small tree")
    }
    assert high is not None
    assert high < 1
    assert low is not None
    assert claims["logistic regression without risk"] == "ruled_out"  # the proxy alone is of no use
    assert claims["as deployed"] is None


def test_every_kind_of_rule_was_tried_and_says_what_it_uses(document: AuditDocument) -> None:
    assert document.alternatives is not None
    rules = document.alternatives.candidates

    assert {one.kind for one in rules} == {"deployed", "threshold", "group_thresholds", "model", "reduction"}
    assert {one.kind for one in rules if one.uses_group} == {"group_thresholds"}
    assert {one.name for one in rules if one.trained_with_group} == {"exponentiated gradient", "grid search"}
    assert all(one.inputs == ("risk", "proxy") for one in rules if one.kind == "reduction")


def test_the_order_of_rows_changes_nothing(tmp_path: Path, write_audit: Write) -> None:
    tables = {"as it is": made(), "shuffled": made().sample(frac=1.0, random_state=1)}
    tallies = []
    for name, table in tables.items():
        path = write_audit(
            tmp_path / name, table.to_csv(index=False), records=RECORDS, subgroups={"columns": ["ward", "shift"]},
            alternatives={**AIM, "methods": ["thresholds", "models"], "sample": 5_000},
        )  # fmt: skip
        declared = read_audit_file(path)
        with connect(declared.engine) as engine:
            rows = load(engine, declared, folder=path.parent, audit_name=path.name)
            tallies.append((tally_alternatives(rows, declared), tally_subgroups(rows, declared)))

    assert tallies[0] == tallies[1]
    rules = tallies[0][0]
    assert rules is not None
    assert rules.sampled
    assert 2_300 <= rules.fitted_on <= 2_700  # half of the 5,000 people with the smallest hash


# Subgroups


def test_the_subgroup_that_is_wronged_is_found_though_nobody_named_it(document: AuditDocument) -> None:
    assert document.subgroups is not None
    found = [{*one.group.items()} for one in document.subgroups.tested if one.found]

    assert NAMED in found
    assert all({*one.group.items()} & NAMED for one in document.subgroups.tested if one.found)
    assert ("race",) not in {tuple(one.group) for one in document.subgroups.tested}  # it is declared


def test_its_rate_is_that_of_the_half_that_was_not_searched(document: AuditDocument) -> None:
    half = estimating_half()
    here = half[(half["ward"] == "North") & (half["shift"] == "night") & (half["outcome"] == 0)]
    elsewhere = half.drop(here.index)
    elsewhere = elsewhere[elsewhere["outcome"] == 0]
    (item,) = [
        item
        for item in document.measurements
        if item.metric == "subgroup_false_positive_rate" and {*item.group.items()} == NAMED
    ]
    (ratio,) = [
        one
        for one in document.measurements
        if one.metric == "subgroup_false_positive_rate_ratio" and one.group == item.group
    ]

    assert (item.numerator, item.denominator) == ((here["score"] >= LIMIT).sum(), len(here))
    expected = (here["score"] >= LIMIT).mean() / (elsewhere["score"] >= LIMIT).mean()
    assert ratio.value == pytest.approx(expected)


# What people see


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_report_shows_the_trade_off_as_a_table_and_a_picture(audit: Audit) -> None:
    html = audit.files["report.en.html"].decode()
    section = html.split('<h3 id="alternatives">')[1].split("</section>")[0]
    text = words(section)

    assert "An alternative within the tolerance exists" in text
    assert 'href="#alternatives"' in html
    assert 'class="rule own"' in section
    letters = re.findall(r'<text class="name"[^>]*>(\w)</text>', section.split("Whom")[0])
    assert letters == [
        line[0] for line in re.findall(r'<th scope="row"[^>]*>(\w\. )', section.split("Whom")[0])
    ]
    assert "auditkit recommends none of these rules" in text
    assert "can make the real gap wider" in text
    assert "may itself be unlawful" in text


def test_every_number_of_the_two_sections_names_its_measurement(audit: Audit) -> None:
    html = with_ids(audit.files)
    known = {item.id for item in audit.document.measurements}
    for name in ("alternatives", "subgroups"):
        section = html.split(f'<h3 id="{name}">')[1].split("</section>")[0]
        ids = [one for names in re.findall(r'data-m="([^"]+)"', section) for one in unescape(names).split()]

        assert len(ids) > 5
        assert set(ids) <= known


def test_the_report_says_what_was_confirmed_and_what_could_have_been(audit: Audit) -> None:
    text = audit.files["report.en.md"].decode().replace("\\", "")

    assert "Is anybody treated worse whom nobody named?" in text
    assert re.search(r"ward: North, shift: night \| ✖ confirmed", text)
    assert "would have been confirmed 4 times in 5" in text


# Counts, and what cannot be done


def test_published_counts_can_be_searched_without_an_id(tmp_path: Path, write_audit: Write) -> None:
    counts = made().groupby(["race", "score", "outcome", "ward", "shift"]).size().reset_index(name="n")
    records: dict[str, Any] = {**RECORDS, "id": None, "inputs": None, "counts": "n"}
    aim = {name: value for name, value in AIM.items() if name != "inputs"}
    path = write_audit(
        tmp_path, counts.to_csv(index=False), records=records, alternatives=aim,
        subgroups={"columns": ["ward", "shift"]},
    )  # fmt: skip

    document = run_audit(path).document

    assert document.alternatives is not None
    assert {one.kind for one in document.alternatives.candidates} == {
        "deployed", "threshold", "group_thresholds",
    }  # fmt: skip
    assert document.subgroups is not None
    assert NAMED in [{*one.group.items()} for one in document.subgroups.tested if one.found]


def test_without_outcomes_both_say_why_there_is_nothing(tmp_path: Path, write_audit: Write) -> None:
    table = made().drop(columns="outcome").to_csv(index=False)
    path = write_audit(
        tmp_path, table, records={**RECORDS, "outcome": None, "inputs": None},
        alternatives={name: value for name, value in AIM.items() if name != "inputs"},
        subgroups={"columns": ["ward", "shift"]},
    )  # fmt: skip

    audit = run_audit(path)

    assert audit.document.alternatives is not None
    assert (audit.document.alternatives.verdict, audit.document.alternatives.reason) == (
        "not_estimable", "NE-TRUTH",
    )  # fmt: skip
    assert audit.document.subgroups is not None
    assert audit.document.subgroups.metric == "selection_rate"  # which needs no outcomes
    assert NAMED in [{*one.group.items()} for one in audit.document.subgroups.tested if one.found]
    assert "Could not be looked for" in audit.files["report.en.md"].decode()


def test_every_number_shown_leads_to_the_document(audit: Audit) -> None:
    assert untraced(audit.document) == []
