"""`auditkit pledge` opens no data, and a run says in its report whether the pledge was kept."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auditkit.cli.app import app

Write = Callable[..., Path]
LARGE = (8000, 2000, 1000, 1000)
MEETS = {"A": LARGE, "B": LARGE}
BROKEN = {"A": LARGE, "B": (5000, 5000, 1000, 1000)}
LOUD = "These are not the limits that were pledged."


def auditkit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "audit.json").read_text())
    return found


def plain(path: Path) -> str:
    """Return a report without its tags and backslashes."""
    return re.sub(r"<[^>]+>|\\", "", path.read_text())


def run(folder: Path, *options: str | Path) -> tuple[Result, dict[str, Any], str]:
    """Run the audit of a folder and return what was printed, its document and its report as HTML and Markdown."""
    out = folder / "out"
    result = auditkit("run", folder / "audit.toml", "--out", out, "--gate", "--quiet", *options)
    assert "Traceback" not in result.output
    return result, told(out), plain(out / "report.en.html") + plain(out / "report.en.md")


# The pledge


def test_a_pledge_holds_the_policy_the_audit_file_and_what_was_there(
    tmp_path: Path, write_confusion: Write
) -> None:
    path = write_confusion(tmp_path, MEETS)

    result = auditkit("pledge", path, "--out", tmp_path / "pledge.json")

    raw = (tmp_path / "pledge.json").read_bytes()
    found = json.loads(raw)
    table = (tmp_path / "people.csv").stat()
    assert result.exit_code == 0
    assert found["policy"]["name"] == "default"
    assert hashlib.sha256(found["policy"]["text"].encode()).hexdigest() == found["policy"]["sha256"]
    assert found["audit_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(one["table"], one["file"], one["existed"], one["bytes"]) for one in found["inputs"]] == [
        ("records", "people.csv", True, table.st_size)
    ]
    assert f"Policy default, version 1, SHA-256 {found['policy']['sha256']}, pledged 20" in result.stdout
    assert f"The pledge has SHA-256 {hashlib.sha256(raw).hexdigest()}." in result.stdout
    assert "Data were there already (people.csv)" in result.stdout


def test_a_pledge_of_another_policy_names_that_one(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, MEETS)

    result = auditkit("pledge", path, "--policy", "four_fifths", "--out", tmp_path / "pledge.json")

    assert result.stdout.splitlines()[1].startswith("Policy four_fifths, version 3, SHA-256 ")
    assert json.loads((tmp_path / "pledge.json").read_text())["policy"]["file"] == "four_fifths.toml"


def test_a_pledge_can_be_made_before_the_data_are_there(tmp_path: Path, write_audit: Write) -> None:
    result = auditkit("pledge", write_audit(tmp_path, None), "--out", tmp_path / "pledge.json")

    (seen,) = json.loads((tmp_path / "pledge.json").read_text())["inputs"]
    assert result.exit_code == 0
    assert "None of the data files was there yet." in result.stdout
    assert (seen["existed"], seen["bytes"], seen["modified"]) == (False, None, None)


def test_a_pledge_looks_at_every_file_that_a_place_audit_names(tmp_path: Path) -> None:
    auditkit("new", tmp_path / "audit.toml", "--type", "place")

    auditkit("pledge", tmp_path / "audit.toml", "--out", tmp_path / "pledge.json")

    tables = {one["table"] for one in json.loads((tmp_path / "pledge.json").read_text())["inputs"]}
    assert {"records", "areas"} <= tables


def test_a_pledge_looks_at_the_files_of_a_pattern_together(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, file="years/*.csv")
    auditkit("pledge", path, "--out", tmp_path / "before.json")
    (tmp_path / "years").mkdir()
    for year, content in (("2019", "id\n1\n"), ("2020", "id\n")):
        (tmp_path / "years" / f"{year}.csv").write_text(content)

    auditkit("pledge", path, "--out", tmp_path / "after.json")

    (before,), (after,) = (
        json.loads((tmp_path / name).read_text())["inputs"] for name in ("before.json", "after.json")
    )
    assert before["existed"] is False
    assert (after["existed"], after["file"], after["bytes"]) == (True, "years/*.csv", 5 + 3)


def test_a_pledge_claims_nothing_about_a_table_on_a_server(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, file="postgresql://me@city/db", records={"table": "people"})

    result = auditkit("pledge", path, "--out", tmp_path / "pledge.json")

    assert result.exit_code == 2
    assert "nobody can tell from outside whether a table was on a server" in result.stderr
    assert "me@" not in result.stderr


def test_pledging_opens_no_data_file(tmp_path: Path, write_confusion: Write) -> None:
    """Python reports every file that is opened to an audit hook."""
    write_confusion(tmp_path, MEETS)
    code = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from auditkit.cli.app import app
app(["pledge", "audit.toml"], standalone_mode=False)
assert any("audit.toml" in name for name in opened), "the hook works"
print([name for name in opened if "people.csv" in name])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_pledging_replaces_nothing(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, MEETS)
    (tmp_path / "pledge.json").write_text("mine")

    result = auditkit("pledge", path, "--out", tmp_path / "pledge.json")

    assert result.exit_code == 2
    assert "the file exists, and a pledge is never replaced. Name another file." in result.stderr
    assert (tmp_path / "pledge.json").read_text() == "mine"


def test_a_pledge_claims_nothing_about_a_file_that_nobody_may_look_at(
    tmp_path: Path, write_audit: Write
) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")

    result = auditkit(
        "pledge", write_audit(tmp_path, None, file="loop.csv"), "--out", tmp_path / "pledge.json"
    )

    assert result.exit_code == 2
    assert "loop.csv: nobody can tell whether it is there" in result.stderr
    assert not (tmp_path / "pledge.json").exists()


# The run


def test_without_a_pledge_the_report_says_so_in_one_sentence(tmp_path: Path, write_confusion: Write) -> None:
    write_confusion(tmp_path, MEETS)

    result, found, text = run(tmp_path)

    assert (result.exit_code, found["policy"]["pledge"]) == (0, None)
    assert text.count("No pledge was made") == 2, "once in HTML, once in Markdown"
    assert "Pledge:" not in result.stdout


def test_a_pledge_made_before_the_data_is_said_to_be(tmp_path: Path, write_confusion: Write) -> None:
    write_confusion(tmp_path, MEETS)
    table = (tmp_path / "people.csv").read_bytes()
    (tmp_path / "people.csv").unlink()
    auditkit("pledge", tmp_path / "audit.toml", "--out", tmp_path / "pledge.json")
    (tmp_path / "people.csv").write_bytes(table)

    result, found, text = run(tmp_path, "--pledge", tmp_path / "pledge.json")

    pledge = found["policy"]["pledge"]
    digest = hashlib.sha256((tmp_path / "pledge.json").read_bytes()).hexdigest()
    assert result.exit_code == 0
    assert (pledge["status"], pledge["sha256"], pledge["same_audit_file"]) == ("before_data", digest, True)
    assert pledge["inputs"] == [{"table": "records", "file": "people.csv", "predates": "absent"}]
    assert found["provenance"]["command"] == "auditkit run audit.toml --pledge pledge.json"
    assert text.count("before the data files were there.") == 2
    assert text.count(f"SHA-256 {digest}") == 2
    assert "people.csv was not there yet." in text
    assert "No pledge was made" not in text
    assert "The audit file was changed" not in text
    assert "Pledge: these limits were fixed before the data files were there; made 20" in result.stdout
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["pledge"]["sha256"] == digest


def test_data_older_than_the_pledge_do_not_count_as_new(tmp_path: Path, write_confusion: Write) -> None:
    write_confusion(tmp_path, MEETS)
    (tmp_path / "people.csv").rename(tmp_path / "elsewhere.csv")
    os.utime(tmp_path / "elsewhere.csv", (10**9, 10**9))
    auditkit("pledge", tmp_path / "audit.toml", "--out", tmp_path / "pledge.json")
    (tmp_path / "elsewhere.csv").rename(tmp_path / "people.csv")

    _, found, text = run(tmp_path, "--pledge", tmp_path / "pledge.json")

    assert found["policy"]["pledge"]["status"] == "data_existed"
    assert "people.csv was not there yet, though its date is older than the pledge." in text


def test_an_audit_file_can_name_its_pledge_before_there_is_one(
    tmp_path: Path, write_confusion: Write
) -> None:
    path = write_confusion(tmp_path, MEETS, policy={"pledge": "pledge.json"})

    too_early = auditkit("run", path, "--out", tmp_path / "out", "--quiet")
    auditkit("pledge", path, "--out", tmp_path / "pledge.json")
    _, found, text = run(tmp_path)

    assert too_early.exit_code == 2
    assert "pledge.json: the file cannot be read (No such file or directory)" in too_early.stderr
    assert (found["policy"]["pledge"]["status"], found["policy"]["pledge"]["same_audit_file"]) == (
        "data_existed",
        True,
    )
    assert text.count("so we cannot show that nobody had looked.") == 2
    assert "people.csv was there; size and date are the same since." in text


def test_a_changed_audit_file_is_said_aloud(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, MEETS)
    auditkit("pledge", path, "--out", tmp_path / "pledge.json")
    path.write_text(path.read_text() + "# another group\n")

    _, found, text = run(tmp_path, "--pledge", tmp_path / "pledge.json")

    assert found["policy"]["pledge"]["same_audit_file"] is False
    assert text.count("The audit file was changed after the pledge: ask what was changed, and why.") == 2


@pytest.mark.parametrize(
    ("cells", "code", "advice", "times"),
    [(MEETS, 3, "not_ready", 4), (BROKEN, 1, "do_not_deploy", 4)],
)
def test_other_limits_than_pledged_are_said_loudly_and_never_pass(
    cells: dict[str, tuple[int, ...]],
    code: int,
    advice: str,
    times: int,
    tmp_path: Path,
    write_confusion: Write,
) -> None:
    path = write_confusion(tmp_path, cells)
    auditkit("pledge", path, "--policy", "four_fifths", "--out", tmp_path / "pledge.json")

    result, found, text = run(tmp_path, "--pledge", tmp_path / "pledge.json")

    assert result.exit_code == code
    assert found["recommendation"]["code"] == advice
    assert found["policy"]["pledge"]["status"] == "limits_differ"
    assert ("pledge" in found["recommendation"]["decided_by"]) == (advice == "not_ready")
    assert text.count(LOUD) == times, "near the advice and beside the limits, in both formats"
    assert "policy “four_fifths”, version 3, was fixed. This audit used another text." in text
    assert "Pledge: THESE ARE NOT THE LIMITS that were pledged" in result.stdout
    if advice == "not_ready":
        assert "Advice: not ready: the limits are not the pledged ones." in result.stdout
        assert "Decided by: the pledge names another policy." in result.stdout
        assert "Other limits were pledged than used, so the board has nothing to vote on yet." in text
    without = auditkit(
        "run", path, "--out", tmp_path / "again", "--pledge", tmp_path / "pledge.json", "--quiet"
    )
    assert without.exit_code == 0, "it is a result, not an error"


def test_a_bad_pledge_is_one_message_and_no_run_folder(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, MEETS)
    (tmp_path / "pledge.json").write_text('{"created": "yesterday"}')

    result = auditkit("run", path, "--pledge", tmp_path / "pledge.json", "--out", tmp_path / "out")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("auditkit: pledge.json: it is not a pledge (")
    assert not (tmp_path / "out").exists()


def test_names_in_a_pledge_stay_text(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, MEETS)
    auditkit("pledge", path, "--out", tmp_path / "pledge.json")
    hostile = json.loads((tmp_path / "pledge.json").read_text())
    text = "other"
    hostile["policy"] |= {
        "name": "<script>alert(1)</script>", "version": "[x](javascript:1)", "text": text,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    (tmp_path / "pledge.json").write_text(json.dumps(hostile))

    run(tmp_path, "--pledge", tmp_path / "pledge.json")

    assert "<script>" not in (tmp_path / "out" / "report.en.html").read_text()
    assert "[x](" not in (tmp_path / "out" / "report.en.md").read_text()
