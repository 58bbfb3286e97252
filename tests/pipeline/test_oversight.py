"""What was promised, what changed since the audit before, and what residents say, from one whole audit to the next."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from auditkit import AuditKitError, run_audit
from auditkit.cli.app import app
from auditkit.cli.summary import summary_lines
from auditkit.judge.oversight import oversee
from auditkit.measure.changes import changes
from auditkit.pipeline import render_again
from auditkit.report.render import render
from auditkit.results.audit import Audit
from auditkit.results.document import AuditDocument, read_document
from auditkit.results.oversight import Overseen
from auditkit.results.oversight_records import OversightRecord
from tests.report.tracing import untraced, with_ids

Write = Callable[..., Path]
LARGE = (8000, 2000, 1000, 1000)
WORSE = (5000, 5000, 1000, 1000)
HOSTILE = "<script>alert(1)</script> | =1+1 \u202e[x](http://evil.example)"
FIRST = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def action(
    name: str, about: str, due: str, done: str | None = None, what: str = "Do it", owner: str = "IT"
) -> str:
    lines = [
        f'id = "{name}"',
        f"what = {json.dumps(what)}",
        f'about = "{about}"',
        f"owner = {json.dumps(owner)}",
    ]
    lines += [f"due = {due}", *([f"done = {done}"] if done else [])]
    return "\n".join(["[[action]]", *lines, ""])


def note(about: str, text: str, *, date: str = "2026-06-20", by: str | None = None) -> str:
    lines = ["[[note]]", f"date = {date}", f'about = "{about}"', f"text = {json.dumps(text)}"]
    return "\n".join([*lines, *([f"by = {json.dumps(by)}"] if by else []), ""])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("oversight")


@pytest.fixture(scope="module")
def first(folder: Path, write_confusion: Write) -> Audit:
    """Two groups alike; every action is due on the day of the audit or later."""
    path = write_confusion(folder / "one", {"A": LARGE, "B": LARGE}, report={"actions": "actions.toml"})
    listed = [
        action("points", "wrongly-flagged", "2026-06-01"), action("late", "missed/race", "2026-06-30"),
        action("train", "other", "2026-12-01"), action("plan", "feedback", "2026-08-01", what="Write a plan"),
    ]  # fmt: skip
    (folder / "one/actions.toml").write_text("".join(listed))
    return run_audit(path, out=folder / "one/out", now=FIRST)


@pytest.fixture(scope="module")
def second(folder: Path, first: Audit, write_confusion: Write) -> Audit:
    """B is wrongly flagged 2.5 times as often as before; one action is gone, one moved, one is new and hostile."""
    assert first.files
    report = {"actions": "actions.toml", "previous": "../one/out", "notes": "notes.toml"}
    asked = [{"asked_by": "a meeting", "text": "Why?"}]
    path = write_confusion(folder / "two", {"A": LARGE, "B": WORSE}, report=report, question=asked)
    listed = [
        action("points", "wrongly-flagged", "2026-06-01", "2026-06-15"), action("late", "missed/race", "2026-06-30"),
        action("plan", "feedback", "2026-12-01", what="Write a plan, later", owner="the office"),
        action("sums", "outcome-missing", "2026-09-01", "2026-06-20", what=HOSTILE, owner="=2+2"),
    ]  # fmt: skip
    (folder / "two/actions.toml").write_text("".join(listed))
    said = [
        note("wrongly-flagged/race", f"First line.\n{HOSTILE}", by="a resident"),
        note("question-1", "- mine"),
    ]
    (folder / "two/notes.toml").write_text("".join(said))
    return run_audit(path, out=folder / "two/out", now=SECOND)


@pytest.fixture(scope="module")
def third(folder: Path, second: Audit, write_confusion: Write) -> Audit:
    """B is as before again, and the list holds one action of four."""
    assert second.files
    report = {"actions": "actions.toml", "previous": "../two/out"}
    path = write_confusion(folder / "three", {"A": LARGE, "B": LARGE}, report=report)
    (folder / "three/actions.toml").write_text(
        action("points", "wrongly-flagged", "2026-06-01", "2026-06-15")
    )
    return run_audit(path, now=SECOND + dt.timedelta(days=30))


def states(audit: Audit) -> dict[str, str]:
    return {one.id: one.state for one in audit.document.oversight.actions}


# Corrective actions


def test_an_action_due_on_the_day_of_the_audit_is_not_overdue(first: Audit) -> None:
    assert set(states(first).values()) == {"open"}
    assert first.document.provenance.created == "2026-06-01T12:00:00+00:00"


def test_states_follow_from_days_and_verdicts_worst_first(second: Audit) -> None:
    # points: done, and B is wrongly flagged at 0.5 against 0.2, a ratio of 2.5 above the limit of 1.25.
    # late: due on 30 June and not done on 1 July. train: no longer listed. plan: due in December.
    # sums: done, and no outcome is missing.
    assert list(states(second).items()) == [
        ("points", "setback"), ("late", "overdue"), ("train", "dropped"), ("plan", "open"), ("sums", "done_met"),
    ]  # fmt: skip
    found = {one.id: (one.found_before, one.found) for one in second.document.oversight.actions}
    assert found["points"] == ("meets", "does_not_meet")
    assert found["plan"] == ("not_checked", "not_checked")
    assert found["train"] == (None, None)


def test_moved_days_and_changed_words_are_kept_with_what_stood_before(second: Audit) -> None:
    (plan,) = [one for one in second.document.oversight.actions if one.id == "plan"]

    assert [(part.part, part.before, part.now) for part in plan.changed] == [
        ("what", "Write a plan", "Write a plan, later"), ("owner", "IT", "the office"), ("due", "2026-08-01", "2026-12-01"),
    ]  # fmt: skip
    assert plan.first_due == "2026-08-01"
    page = second.files["report.en.html"].decode()
    assert "Due date moved from August 1, 2026 to December 1, 2026." in page
    assert "Reworded. Before: “Write a plan”." in page


def test_a_data_check_has_passed_or_failed_and_is_in_no_limit(second: Audit) -> None:
    (row,) = re.findall(r"^\| sums .*$", second.files["report.en.md"].decode(), re.MULTILINE)

    assert row.endswith("| ✓ Passed | ✓ Passed |")
    assert "✓ Done, and met" in row


def test_what_is_done_between_two_audits_is_no_changed_plan(second: Audit) -> None:
    (points,) = [one for one in second.document.oversight.actions if one.id == "points"]

    assert (points.done, points.changed) == ("2026-06-15", ())
    assert "Done after it was due." in second.files["report.en.html"].decode()


def test_a_dropped_action_comes_back_until_it_is_listed_again(third: Audit) -> None:
    assert states(third) == {
        "points": "done_met", "late": "dropped", "train": "dropped", "plan": "dropped", "sums": "dropped",
    }  # fmt: skip
    (plan,) = [one for one in third.document.oversight.actions if one.id == "plan"]
    assert plan.first_due == "2026-08-01"


def test_the_first_page_says_what_did_not_go_as_promised(first: Audit, second: Audit) -> None:
    said = "Corrective actions: 5. Setbacks: 1. Overdue: 1. Dropped without a word: 1."
    page, quiet = (audit.files["report.en.html"].decode() for audit in (second, first))

    assert page.index(said) < page.index("What we found") < page.rindex(said)
    assert "Setbacks: 1" not in quiet
    assert quiet.index("What we found") < quiet.index("Corrective actions: 4.")
    markdown = second.files["report.en.md"].decode()
    assert markdown.index(said) < markdown.index("What we found")


def test_without_an_audit_before_the_report_says_what_cannot_be_seen(first: Audit, second: Audit) -> None:
    said = "No earlier audit was named, so a dropped action or a moved day would not be seen."

    assert said in first.files["report.en.html"].decode()
    assert said in first.files["report.en.md"].decode()
    assert said not in second.files["report.en.html"].decode()


def test_setbacks_change_no_advice(third: Audit, first: Audit) -> None:
    assert third.recommendation == first.recommendation == "ready_for_board_vote"


def test_the_command_line_counts_actions_and_verdicts(second: Audit) -> None:
    lines = summary_lines(second.document)

    assert "Limits and data checks since 2026-06-01: worse 3, better 0." in lines
    assert (
        "Corrective actions: 5; setbacks 1, overdue 1, dropped without a word 1, done with result unknown 0, open 1, "
        "done and met 1." in lines
    )


# The audit before


def test_what_got_worse_is_listed_with_its_direction(second: Audit) -> None:
    previous = second.document.oversight.previous
    assert previous is not None
    # Flagged at all: 0.5 against 0.25, twice. Right when it flags: 1,000 of 6,000 against 1,000 of 3,000, half.
    assert {(one.id, one.before, one.now, one.direction) for one in previous.findings} == {
        (f"{limit}/race", "meets", "does_not_meet", "worse")
        for limit in ("wrongly-flagged", "flagged-at-all", "right-when-it-flags")
    }
    went = {
        one.id: (one.before, one.change, one.direction)
        for one in previous.figures
        if one.verdict == "changed"
    }
    for metric, factor in (
        ("false_positive_rate", 2.5),
        ("selection_rate", 2.0),
        ("positive_predictive_value", 0.5),
    ):
        before, change, direction = went[f"{metric}_ratio/race=B~race=A"]
        assert (before, direction) == (1.0, "worse")
        assert change == pytest.approx(factor)
    assert went["selection_rate/race=B"][2] == "not_compared"
    assert "false_positive_rate/race=A" not in went


def test_what_got_better_is_said_as_well(third: Audit) -> None:
    previous = third.document.oversight.previous
    assert previous is not None

    assert {one.direction for one in previous.findings} == {"better"}
    assert previous.figures[0].direction == "better"
    assert (
        "Limits and data checks since the audit of 2026-07-01" not in third.files["report.en.html"].decode()
    )


def test_changes_stand_in_a_table_with_both_values(second: Audit) -> None:
    rows = list(csv.DictReader(io.StringIO(second.files["tables/changes.csv"].decode())))
    (row,) = [row for row in rows if row["id"] == "false_positive_rate/race=B"]

    assert (row["before"], row["now"], row["verdict"]) == ("0.2", "0.5", "changed")
    assert [row["kind"] for row in rows[:3]] == ["limit"] * 3


def test_the_report_shows_each_changed_figure_with_where_it_stands(second: Audit) -> None:
    page = with_ids(second.files)
    document = json.loads(second.files["audit.json"])

    (row,) = re.findall(r'<tr data-m="false_positive_rate_ratio/race=B~race=A">.*?</tr>', page)
    (pointer,) = re.findall(r'data-from="/oversight/previous/figures/(\d+)"', row)
    assert (
        document["oversight"]["previous"]["figures"][int(pointer)]["id"]
        == "false_positive_rate_ratio/race=B~race=A"
    )
    assert re.search(r">1\.00</td>.*>2\.50</td>.*Worse", row)


def held(now: AuditDocument, before: AuditDocument) -> AuditDocument:
    overseen = Overseen(previous=before, actions=None, notes=(), files=())
    return oversee(now, overseen, changes(before, now), known=frozenset(), today="2026-07-01")


def test_the_same_audit_again_has_no_figure_that_differs(first: Audit, folder: Path) -> None:
    # What stands in audit.json is rounded to twelve digits; 1/3 is one of the rates.
    previous = held(first.document, read_document(folder / "one/out/audit.json")).oversight.previous

    assert previous is not None
    assert (previous.relation, previous.figures, previous.findings, previous.checks) == (
        "same_files",
        (),
        (),
        (),
    )
    assert previous.same > 60


def test_from_outside_to_cannot_tell_is_not_better(first: Audit) -> None:
    document = first.document
    kept = document.findings[1:]

    def changed(before: str, now: str) -> str:
        past, present = (
            document.model_copy(
                update={"findings": (document.findings[0].model_copy(update={"status": s}), *kept)}
            )
            for s in (before, now)
        )
        previous = held(present, past).oversight.previous
        assert previous is not None
        return previous.findings[0].direction

    assert changed("does_not_meet", "cannot_tell") == "open"
    assert changed("does_not_meet", "not_checked") == "open"
    assert changed("meets", "cannot_tell") == "worse"
    assert changed("cannot_tell", "does_not_meet") == "worse"
    assert changed("cannot_tell", "meets") == "better"


def test_checks_that_failed_and_pass_now_are_named_and_the_reverse(first: Audit) -> None:
    document = first.document
    one, other = [at for at, check in enumerate(document.checks) if check.status == "passed"][:2]

    def failing(at: int) -> AuditDocument:
        checks = list(document.checks)
        checks[at] = checks[at].model_copy(update={"status": "failed"})
        return document.model_copy(update={"checks": tuple(checks)})

    now = held(failing(other), failing(one))

    previous = now.oversight.previous
    assert previous is not None
    names = document.checks[other].id, document.checks[one].id
    assert [(check.id, check.before, check.now, check.direction) for check in previous.checks] == [
        (names[0], "passed", "failed", "worse"), (names[1], "failed", "passed", "better"),
    ]  # fmt: skip
    page = render(now)["report.en.html"].decode()
    assert page.index(f'<th scope="row">{names[0]}</th>') < page.index(f'<th scope="row">{names[1]}</th>')


def test_differing_limits_definitions_and_tools_are_said(first: Audit) -> None:
    document = first.document
    before = document.model_copy(
        update={
            "policy": document.policy.model_copy(update={"sha256": "0" * 64}),
            "records": document.records.model_copy(update={"outcome": "convicted"}),
            "tool": document.tool.model_copy(update={"name": "Another"}),
        }
    )
    page = render(held(document, before))["report.en.html"].decode()

    assert "The limits are not the same in both, so a verdict may change though no figure does." in page
    assert "Not defined alike in both: the outcome." in page
    assert "It gives the tool another name" in page
    assert "Both audits rest on the same files. So no change is chance." in page


# Publication


def test_the_audit_before_counts_as_an_earlier_release(tmp_path: Path, write_audit: Write) -> None:
    # Methods S2: 40 people in ward B and then 43; the difference is 3 people, whether or not a ledger is named.
    sections: dict[str, Any] = {
        "records": {"id": None, "counts": "n", "outcome": None}, "groups": {"ward": {"column": "ward"}},
    }  # fmt: skip
    table = "ward,flagged,n\nA,1,300\nA,0,300\nB,1,20\nB,0,{}\n"
    run_audit(write_audit(tmp_path / "one", table.format(20), **sections), out=tmp_path / "one/out")
    path = write_audit(tmp_path / "two", table.format(23), report={"previous": "../one/out"}, **sections)

    audit = run_audit(path)

    shown = {item.id: item.status for item in audit.document.measurements}
    assert shown["people/ward=B"] == "withheld"
    previous = audit.document.oversight.previous
    assert previous is not None
    assert "people/ward=B" not in {one.id for one in previous.figures}
    assert previous.withheld > 0
    ledger = json.loads(audit.files["internal/ledger.json"])
    assert [release["cells"].get("people/ward=B") for release in ledger["releases"]] == [[40, None], None]
    assert "The last audit was looked at as an earlier release." in audit.files["report.en.html"].decode()


def test_an_audit_that_withheld_less_is_refused(
    second: Audit, tmp_path: Path, write_confusion: Write
) -> None:
    content = json.loads(second.files["audit.json"])
    content["publication"]["smallest_cell"] = 5
    (tmp_path / "before").mkdir()
    (tmp_path / "before/audit.json").write_text(json.dumps(content))
    path = write_confusion(tmp_path, {"A": LARGE}, report={"previous": "before"})

    with pytest.raises(
        AuditKitError, match=r"\[report\] previous: it shows counts below 11 \(smallest_cell = 5\)"
    ):
        run_audit(path, now=SECOND)


def test_the_manifest_names_what_was_read_beside_the_data(second: Audit, folder: Path) -> None:
    beside = json.loads(second.files["manifest.json"])["beside"]

    assert [one["file"] for one in beside] == ["../one/out/audit.json", "actions.toml", "notes.toml"]
    for one in beside:
        assert one["sha256"] == hashlib.sha256((folder / "two" / one["file"]).read_bytes()).hexdigest()


def test_the_report_is_rendered_again_from_the_document_alone(
    second: Audit, folder: Path, tmp_path: Path
) -> None:
    render_again(folder / "two/out", out=tmp_path / "again")

    for name in ("report.en.html", "report.en.md", "tables/actions.csv", "tables/changes.csv"):
        assert (tmp_path / "again" / name).read_bytes() == second.files[name]


# Residents' notes and text from others


class Elements(HTMLParser):
    """Names of the elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # as overridden
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_note_stands_beside_its_limit_and_in_a_list_and_is_marked(second: Audit) -> None:
    page = second.files["report.en.html"].decode()
    mark, words = "A resident's note, not a finding:", "First line.<br>"

    assert page.count(words) == 2
    details = page[page.index('<details id="limit-1">') :].split("</details>")[0]
    assert mark in details
    assert words in details
    assert page.count(mark) == 4  # two notes, each beside what it is about and in the list
    asked = page[page.index('<h2 id="asked">') :].split("</section>")[0]
    assert "- mine" in asked
    assert second.files["report.en.md"].decode().count(mark) == 2


def test_text_of_boards_and_residents_stays_text(second: Audit) -> None:
    page = Elements(second.files["report.en.html"].decode())
    markdown = second.files["report.en.md"].decode()

    assert page.names.count("script") == 1  # our own, which sorts tables
    assert page.text.count("<script>alert(1)</script> | =1+1 [x](http://evil.example)") == 3
    assert "\u202e" not in page.text + markdown
    assert "<script>" not in markdown
    assert "](http" not in markdown
    rows = list(csv.reader(io.StringIO(second.files["tables/actions.csv"].decode())))
    assert {len(row) for row in rows} == {12}
    assert "'=2+2" in rows[-1]


def test_nothing_is_shown_where_nothing_was_kept(first: Audit) -> None:
    files = render(first.document.model_copy(update={"oversight": OversightRecord()}))
    page = files["report.en.html"].decode()

    assert not {"tables/actions.csv", "tables/changes.csv"} & set(files)
    assert not [
        name for name in ("actions", "since", "said") if f'id="{name}"' in page or f'"#{name}"' in page
    ]


# What cannot be used


BAD = {
    "unknown key": ("actions", action("a", "missed", "2026-06-01") + 'dew = 1\n', r"\[action\.0\] dew: the key is unknown\. Did you mean 'due'"),
    "no owner": ("actions", '[[action]]\nid = "a"\nwhat = "b"\nabout = "missed"\ndue = 2026-06-01\n', r"\[action\.0\] owner: the key is missing"),
    "day as text": ("actions", action("a", "missed", '"2026-06-01"'), r"\[action\.0\] due: found '2026-06-01'"),
    "twice": ("actions", action("a", "missed", "2026-06-01") * 2, r"these stand twice: 'a'"),
    "misspelt limit": ("actions", action("a", "mised", "2026-06-01"), r"\[action\.0\] about: nothing is called 'mised'\. Did you mean 'missed'"),
    "misspelt group": ("actions", action("a", "missed/rase", "2026-06-01"), r"Did you mean 'missed/race'"),
    "done tomorrow": ("actions", action("a", "missed", "2026-06-01", "2026-07-03"), r"\[action\.0\] done: 2026-07-03 lies after this run\. It is 2026-07-01"),
    "long note": ("notes", note("missed", "x" * 1001), r"\[note\.0\] text: .*at most 1000 characters"),
    "blank note": ("notes", note("missed", "  "), r"\[note\.0\] text"),
    "note of tomorrow": ("notes", note("missed", "x", date="2027-01-01"), r"\[note\.0\] date: 2027-01-01 lies after this run"),
    "question that was not asked": ("notes", note("question-2", "x"), r"\[note\.0\] about: nothing is called 'question-2'"),
    "no TOML": ("notes", "note = [", r"notes\.toml: the text is not TOML"),
    "large": ("notes", "#" * (1 << 22) + "#", r"notes\.toml: the file is larger than 4,194,304 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_lists_that_cannot_be_used_are_refused_before_data_are_opened(
    name: str, tmp_path: Path, write_audit: Write
) -> None:
    role, text, message = BAD[name]
    path = write_audit(tmp_path, None, report={role: f"{role}.toml"})
    (tmp_path / f"{role}.toml").write_text(text)

    with pytest.raises(AuditKitError, match=message):
        run_audit(path, out=tmp_path / "out", now=SECOND)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("role", ["actions", "notes"])
def test_a_list_that_is_not_there_is_named(role: str, tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, report={role: "nowhere.toml"})

    with pytest.raises(
        AuditKitError, match=r"nowhere\.toml: the file does not exist\. Check the path under \[report\]"
    ):
        run_audit(path)


def test_an_audit_before_that_cannot_stand_beside_this_one_is_refused(
    second: Audit, tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(tmp_path, None, report={"previous": "before"})
    with pytest.raises(AuditKitError, match=r"\[report\] previous, audit\.json: the file cannot be read"):
        run_audit(path)
    content = json.loads(second.files["audit.json"])
    content["tool"]["type"] = "alert"
    (tmp_path / "before").mkdir()
    (tmp_path / "before/audit.json").write_text(json.dumps(content))

    with pytest.raises(AuditKitError) as refused:
        run_audit(path, now=FIRST)

    assert "it is about a tool of type 'alert'." in str(refused.value)
    assert "it was made 2026-07-01T00:00:00+00:00, after this run." in str(refused.value)


def test_a_name_that_no_folder_can_have_is_refused(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, report={"previous": "a\u0000b"})

    with pytest.raises(AuditKitError, match=r"\[report\] previous: it cannot be read"):
        run_audit(path)


def test_the_command_line_refuses_with_one_message(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, report={"actions": "actions.toml"})
    (tmp_path / "actions.toml").write_text(action("a", "mised", "2026-06-01"))

    result = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path / "out")])

    assert result.exit_code == 2
    assert result.stderr.startswith("auditkit: actions.toml [action.0] about: nothing is called 'mised'.")


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_every_number_shown_leads_to_the_document(name: str, request: pytest.FixtureRequest) -> None:
    assert untraced(request.getfixturevalue(name).document) == []


# What limits ask of figures


LIMIT = """
[[limit]]
id = "ID"
measure = "MEASURE"
dimension = "race"
compare = "COMPARE"
ENDS
required = true
tool_types = ["person"]
scope = "a test"
source = "a test"
why = "To see which way a figure went."
"""
POLICY = 'name = "own"\nversion = "1"\n' + "".join(
    LIMIT.replace("ID", name).replace("MEASURE", measure).replace("COMPARE", compare).replace("ENDS", ends)
    for name, measure, compare, ends in (
        ("between", "selection_rate", "each", "at_least = 0.2\nat_most = 0.4"),
        ("gap", "false_positive_rate_difference", "all_pairs", "at_most = 0.1\nat_least = -0.1"),
        ("right", "positive_predictive_value", "each", "at_least = 0.3"),
    )
)


def test_a_figure_is_worse_where_it_is_farther_from_what_its_limit_asks(
    tmp_path: Path, write_confusion: Write
) -> None:
    # Flagged of B: 3,000 of 12,000, the middle of .2 and .4 is .3; then 6,000 of 12,000: .05 before, .2 from it now.
    # Wrongly flagged: .2 in both; then .5 of B, so the gap goes from 0 to .3. Right when flagged: 1,000 of 3,000, then of 6,000.
    made = []
    for name, b in (("one", LARGE), ("two", WORSE)):
        (tmp_path / name).mkdir()
        limits = POLICY[: POLICY.rindex("[[limit]]")] if name == "one" else POLICY
        (tmp_path / name / "own.toml").write_text(limits)
        (tmp_path / name / "actions.toml").write_text(action("sums", "records", "2026-06-01", "2026-05-01"))
        report = {} if name == "one" else {"previous": "../one/out", "actions": "actions.toml"}
        path = write_confusion(
            tmp_path / name, {"A": LARGE, "B": b}, policy={"use": "own.toml"}, report=report,
            groups={"race": {"column": "race"}},
        )  # fmt: skip
        made.append(run_audit(path, out=tmp_path / name / "out"))

    audit = made[1]
    record = audit.document.oversight.previous
    assert record is not None
    went = {one.id: one.direction for one in record.figures}
    assert went["selection_rate/race=B"] == "worse"
    gap = next(name for name in went if name.startswith("false_positive_rate_difference/race="))
    assert went[gap] == "worse"
    assert went["positive_predictive_value/race=B"] == "worse"
    # the first policy had no limit on being right, so its verdict has nothing to be compared with
    assert {one.id: one.direction for one in record.findings}["right/race"] == "not_compared"
    failed = any(one.status == "failed" and one.severity != "note" for one in audit.document.checks)
    assert states(audit) == {"sums": "setback" if failed else "done"}
