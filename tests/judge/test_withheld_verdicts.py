"""A verdict rests on published figures alone: what is withheld decides nothing, and every format says so."""

import csv
import io
import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.results.audit import Audit

Write = Callable[..., Path]
PAIR = "false_positive_rate_ratio/race=C~race=A"
SAID = "No verdict is given on a withheld figure."


def audit_of(folder: Path, write: Write, *, flagged: int, **sections: Any) -> Audit:
    """Audit 17 people of group C without the outcome, of whom so many are wrongly flagged; of all others it is a fifth."""
    cells = {
        "A": (8000, 2000, 5000, 5000), "B": (800, 200, 500, 500), "D": (8000, 2000, 5000, 5000),
        "C": (17 - flagged, flagged, 9, 8),
    }  # fmt: skip
    return run_audit(write(folder, cells, **sections))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> dict[int, Audit]:
    """Make cities that differ in what is withheld alone: 3, 8 or 9 of 17 are 0.9, 2.4 or 2.6 times the rate of A."""
    folder = tmp_path_factory.mktemp("worlds")
    return {n: audit_of(folder / str(n), write_confusion, flagged=n) for n in (3, 8, 9)}


@pytest.fixture(scope="module")
def outside(worlds: dict[int, Audit]) -> Audit:
    return worlds[9]


def judged(audit: Audit) -> dict[str, Any]:
    """Return what `audit.json` says of the limit on wrong flags by race."""
    findings = json.loads(audit.files["audit.json"])["findings"]
    found: dict[str, Any] = next(one for one in findings if one["id"] == "wrongly-flagged/race")
    return found


def test_a_verdict_does_not_narrow_a_withheld_count_down(worlds: dict[int, Audit]) -> None:
    """Otherwise "outside the limit" would leave 9 to 17 of 17, and "a gap exists" exactly 8."""
    found = [judged(one) for one in worlds.values()]
    status = {item.id: item.status for one in worlds.values() for item in one.document.measurements}

    assert status[PAIR] == status["false_positive_rate/race=C"] == "withheld"
    assert found[0] == found[1] == found[2]
    assert len({one.document.recommendation.code for one in worlds.values()}) == 1


def test_with_small_counts_shown_the_board_reads_every_verdict(
    tmp_path: Path, write_confusion: Write
) -> None:
    whole = audit_of(tmp_path, write_confusion, flagged=9, publication={"smallest_cell": 0})
    pair = next(one for one in judged(whole)["comparisons"] if one["measurement"] == PAIR)

    assert pair["status"] == judged(whole)["status"] == "does_not_meet"  # 9/17 is 2.6 times a fifth
    assert whole.document.recommendation.code == "do_not_deploy"


def test_no_verdict_and_no_note_stands_on_a_withheld_figure(worlds: dict[int, Audit]) -> None:
    for audit in worlds.values():
        status = {item.id: item.status for item in audit.document.measurements}
        pairs = [one for finding in audit.document.findings for one in finding.comparisons]
        hidden = [one for one in pairs if status[one.measurement] == "withheld"]

        assert len(hidden) > 5
        assert {(one.status, one.note) for one in hidden} == {("cannot_tell", "withheld")}
        assert {one.measurement for one in pairs if one.note == "withheld"} == {
            one.measurement for one in hidden
        }
        rows = [row for row in audit.document.sensitivity.rows if row.measurement in status]
        assert not [row for row in rows if status[str(row.measurement)] == "withheld"]


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_the_report_says_that_no_verdict_is_given(suffix: str, outside: Audit) -> None:
    page = unescape(outside.files[f"report.en.{suffix}"].decode()).replace("\\", "")
    limits = page[page.index("Every limit, in every way") :] if suffix == "html" else page

    assert f"withheld, because this number could give away a count of very few people. {SAID}" in limits
    assert (
        "so no verdict is given." in page
    )  # of the finding: D is within the limit; C and B, which goes with it, are open


def test_the_table_of_findings_names_what_is_withheld(outside: Audit) -> None:
    rows = csv.DictReader(io.StringIO(outside.files["tables/findings.csv"].decode()))
    found = {row["id"]: row for row in rows}["wrongly-flagged/race"]

    assert found["status"] == "cannot_tell"
    assert found["withheld"].split() == [PAIR.replace("=C", "=B"), PAIR] == found["evidence"].split()
