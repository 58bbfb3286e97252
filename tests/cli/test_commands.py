"""Each command does what its help says, and exits with the code that the contract gives."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from auditkit.cli.app import app
from auditkit.cli.check import _draw
from auditkit.definitions.audit_file import read_audit_file
from auditkit.results.checks import CheckResult, Observed

Write = Callable[..., Path]
LARGE = (8000, 2000, 1000, 1000)
MEETS = {"A": LARGE, "B": LARGE}
"""Equal rates among many people: every limit is met."""
BROKEN = {"A": LARGE, "B": (5000, 5000, 1000, 1000)}
"""B is wrongly flagged 2.5 times as often as A."""
OPEN = {"A": (80, 20, 10, 10), "B": (80, 20, 10, 10)}
"""Equal rates among few people: nobody can tell."""


def auditkit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def in_a_process(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "auditkit", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def document(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "audit.json").read_text())
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Path:
    """An audit file whose required limit is not met."""
    return write_confusion(tmp_path_factory.mktemp("broken"), BROKEN)


@pytest.fixture(scope="module")
def finished(broken: Path) -> tuple[Result, Path]:
    """A run of it, through the command line."""
    out = broken.parent / "finished"
    return auditkit("run", broken, "--out", out), out


# new


@pytest.mark.parametrize("kind", ["person", "place", "alert"])
def test_new_writes_an_audit_file_that_can_be_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"

    result = auditkit("new", path, "--type", kind)

    assert result.exit_code == 0
    assert f"auditkit run {path}" in result.stdout
    assert read_audit_file(path).tool.type == kind


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_text("mine")

    result = auditkit("new", path)

    assert result.exit_code == 2
    assert result.stderr == f"auditkit: {path}: the file exists. Name another file.\n"
    assert path.read_text() == "mine"


def test_new_says_when_it_cannot_write(tmp_path: Path) -> None:
    result = auditkit("new", tmp_path / "absent" / "audit.toml")

    assert result.exit_code == 2
    assert "it cannot be written (No such file or directory)" in result.stderr


# check


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Path:
    """Counts with a row of totals, which a blocking check refuses."""
    return write_confusion(tmp_path_factory.mktemp("doubtful"), OPEN | {"Total": (160, 40, 20, 20)})


def test_check_prints_a_line_for_each_check_and_what_to_ask(doubtful: Path) -> None:
    result = auditkit("check", doubtful)

    assert result.exit_code == 0
    assert re.search(
        r"^FAILED +blocking +total-rows +No total stands among the groups$", result.stdout, re.MULTILINE
    )
    assert "found race = Total: 1; expected at most 0" in result.stdout
    assert "ask: Send the table without rows of totals." in result.stdout
    assert re.search(r"^- +serious +duplicate-ids ", result.stdout, re.MULTILINE)
    assert re.search(r"^\d+ of \d+ checks failed\.$", result.stdout, re.MULTILINE)


def test_check_as_json_is_the_checks_of_the_audit(doubtful: Path) -> None:
    result = auditkit("check", doubtful, "--json")

    checks = {check["id"]: check for check in json.loads(result.stdout)}
    assert checks["total-rows"]["status"] == "failed"
    assert checks["total-rows"]["refuses"] == ["all"]
    assert checks["duplicate-ids"]["status"] == "not_applicable"
    assert result.stderr == ""


def test_the_keys_of_a_check_in_json_stay_what_they_are(doubtful: Path) -> None:
    first = json.loads(auditkit("check", doubtful, "--json").stdout)[0]

    assert list(first) == [
        "id", "table", "severity", "status", "unit", "observed", "more", "expected", "title", "why", "ask", "refuses",
        "source", "lacks",
    ]  # fmt: skip


def test_on_a_terminal_check_draws_what_failed_worst_first_and_reads_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    note = CheckResult(
        id="group-tiny", table="records", severity="note", status="failed", unit="people",
        observed=(Observed(item="race = [bold]A[/bold]", value=3.0),), more=2, expected="at least 100",
        title="Every group is large", why="Small groups swing.", ask="More?", refuses=(), source="methods D20",
    )  # fmt: skip
    blocking = replace(note, id="total-rows", severity="blocking", title="No total")
    sound = replace(note, id="id-missing", status="passed", title="Every row has an id")
    open_ = replace(note, id="na-tokens", status="could_not_run", title="No value looks odd")

    _draw((note, blocking, sound, open_))

    drawn = capsys.readouterr().out
    assert drawn.index("No total") < drawn.index("Every group is large")
    assert "[bold]A[/bold]: 3 and 2 more" in drawn
    assert "could not run" in drawn
    assert "Every row has an id" not in drawn
    assert "2 of 4 checks failed. 1 passed, 0 did not apply." in drawn


def test_check_with_gate_exits_1_when_a_blocking_check_fails(doubtful: Path) -> None:
    assert auditkit("check", doubtful, "--gate", "--quiet").exit_code == 1


def test_check_with_gate_exits_0_when_no_blocking_check_fails(broken: Path) -> None:
    assert auditkit("check", broken, "--gate", "--quiet").exit_code == 0


def test_check_with_gate_exits_3_when_a_blocking_check_could_not_run(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from auditkit.definitions.checks import read_checks

    (check,) = [check for check in read_checks(("people",)) if check.id == "total-rows"]
    raises = check.model_copy(update={"args": {"column": "no_such_column", "max_value": 0}})
    monkeypatch.setattr("auditkit.pipeline.read_checks", lambda _suites: (raises,))

    result = auditkit("check", broken, "--gate", "--quiet")

    assert result.exit_code == 3
    assert result.stdout.startswith("?       blocking  total-rows")


# run


def test_run_says_the_advice_what_decided_it_and_what_is_open(finished: tuple[Result, Path]) -> None:
    result, out = finished

    advice, decided, still_open, report = result.stdout.splitlines()
    assert result.exit_code == 0
    assert advice == "Advice: do not deploy: a required limit is not met."
    assert decided.startswith(
        "Decided by: wrongly-flagged/race outside the limit (B compared with A: 2.5, range "
    )
    assert "not checked: whether the tool would feed on records" in still_open
    assert report == f"Report: {out / 'report.en.html'}"


def test_run_writes_a_whole_run_folder_and_nothing_beside_it(
    finished: tuple[Result, Path], broken: Path
) -> None:
    _, out = finished

    assert {path.name for path in broken.parent.iterdir()} == {"audit.toml", "people.csv", "finished"}
    manifest = json.loads((out / "manifest.json").read_text())
    written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert set(manifest["outputs"]) == written - {"manifest.json"}
    assert {"audit.json", "report.en.html", "report.en.md", "tables/measurements.csv"} < written


def test_run_shows_progress_as_plain_lines_where_there_is_no_terminal(finished: tuple[Result, Path]) -> None:
    lines = finished[0].stderr.splitlines()

    assert [line.partition(":")[0] for line in lines] == [
        "load", "validate", "tally", "measure", "simulate", "judge", "report",
    ]  # fmt: skip
    assert lines[0] == "load: people.csv"
    assert "\x1b" not in finished[0].stderr


def test_run_as_json_prints_exactly_the_document(broken: Path, tmp_path: Path) -> None:
    result = auditkit("run", broken, "--out", tmp_path / "out", "--json")

    assert result.exit_code == 0
    assert result.stdout == (tmp_path / "out" / "audit.json").read_text()
    assert result.stderr == ""


@pytest.mark.parametrize(("cells", "code"), [(MEETS, 0), (BROKEN, 1), (OPEN, 3)])
def test_run_with_gate_exits_by_the_advice(
    cells: dict[str, tuple[int, ...]], code: int, tmp_path: Path, write_confusion: Write
) -> None:
    path = write_confusion(tmp_path, cells)

    result = auditkit("run", path, "--out", tmp_path / "out", "--gate", "--quiet")

    advice = {0: "ready_for_board_vote", 1: "do_not_deploy", 3: "not_ready"}
    assert result.exit_code == code
    assert document(tmp_path / "out")["recommendation"]["code"] == advice[code]
    assert result.stderr == ""


def test_run_without_gate_exits_0_whatever_the_advice(doubtful: Path, tmp_path: Path) -> None:
    result = auditkit("run", doubtful, "--out", tmp_path / "out", "--quiet")

    assert result.exit_code == 0
    assert "Advice: not ready" in result.stdout
    assert re.search(r"^Decided by: .*total-rows", result.stdout, re.MULTILINE)


def test_a_policy_from_the_command_line_is_recorded_and_said_in_the_report(
    broken: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    result = auditkit("run", broken, "--out", out, "--policy", "four_fifths", "--quiet")

    found = document(out)
    assert result.exit_code == 0
    assert (found["policy"]["name"], found["policy"]["supplied_by"]) == ("four_fifths", "command line")
    assert found["provenance"]["command"] == "auditkit run audit.toml --policy four_fifths"
    assert (
        "Whoever ran the audit chose it in place of the one in the audit file."
        in (out / "report.en.html").read_text()
    )
    assert (
        "Whoever ran the audit chose it in place of the one in the audit file."
        in (out / "report.en.md").read_text()
    )


def test_a_policy_of_the_audit_file_is_recorded_as_such(finished: tuple[Result, Path]) -> None:
    assert document(finished[1])["policy"]["supplied_by"] == "audit file"
    assert "chosen in the audit file" in (finished[1] / "report.en.html").read_text()


def test_a_policy_by_path_starts_from_the_working_folder(
    broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = (
        'name = "ours"\nversion = "7"\n[[limit]]\nid = "any"\nmeasure = "selection_rate"\ncompare = "each"\n'
    )
    (tmp_path / "ours.toml").write_text(
        policy + 'at_most = 1.0\nrequired = true\nscope = "tests"\nsource = "none"\nwhy = "None."\n'
    )
    monkeypatch.chdir(tmp_path)

    result = auditkit("run", broken, "--out", "out", "--policy", "ours.toml", "--gate", "--quiet")

    assert result.exit_code == 0
    assert document(tmp_path / "out")["policy"]["version"] == "7"


def test_run_replaces_a_run_folder_only_when_told(broken: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    auditkit("run", broken, "--out", out, "--quiet")
    (out / "note.txt").write_text("from the first run")

    refused = auditkit("run", broken, "--out", out, "--quiet")
    kept = (out / "note.txt").is_file()
    replaced = auditkit("run", broken, "--out", out, "--quiet", "--replace")

    assert refused.exit_code == 2
    assert "it exists and is not empty. Name another folder, or pass --replace" in refused.stderr
    assert kept
    assert replaced.exit_code == 0
    assert not (out / "note.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("option", [(), ("--replace",)])
def test_run_never_touches_a_folder_that_is_no_run_folder(
    option: tuple[str, ...], broken: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    result = auditkit("run", broken, "--out", tmp_path, *option)

    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert "load" not in result.stderr, "refused before any work is done"


def test_run_writes_into_an_empty_folder(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    assert auditkit("run", broken, "--out", tmp_path / "out", "--quiet").exit_code == 0


# report


def test_a_report_rendered_again_is_the_same_bytes(finished: tuple[Result, Path], tmp_path: Path) -> None:
    _, out = finished

    result = auditkit("report", out, "--out", tmp_path / "again")

    kinds = {".html", ".md", ".csv", ".svg", ".json"}
    first = {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.suffix in kinds and path.name not in {"manifest.json", "tally.json", "ledger.json"}
    }
    again = {name: (tmp_path / "again" / name).read_bytes() for name in first}
    assert result.exit_code == 0
    assert len(first) > 10
    assert again == first


def test_a_report_of_a_folder_without_an_audit_is_refused(tmp_path: Path) -> None:
    result = auditkit("report", tmp_path, "--out", tmp_path / "again")

    assert result.exit_code == 2
    assert result.stderr.startswith("auditkit: audit.json: the file cannot be read")
    assert not (tmp_path / "again").exists()


# schema and catalogue


@pytest.mark.parametrize("what", ["audit", "policy", "checks", "tool_type", "result", "pledge"])
def test_each_schema_is_a_json_schema(what: str) -> None:
    result = auditkit("schema", what)

    schema = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"


def test_the_document_of_a_run_follows_the_schema_of_results(finished: tuple[Result, Path]) -> None:
    schema = json.loads(auditkit("schema", "result").stdout)

    jsonschema.validate(document(finished[1]), schema, jsonschema.Draft202012Validator)


def test_the_starter_follows_the_schema_of_audit_files(tmp_path: Path) -> None:
    auditkit("new", tmp_path / "audit.toml")
    schema = json.loads(auditkit("schema", "audit").stdout)

    jsonschema.validate(
        tomllib.loads((tmp_path / "audit.toml").read_text()), schema, jsonschema.Draft202012Validator
    )


def test_the_catalogue_lists_metrics_checks_policies_tool_types_and_languages() -> None:
    result = auditkit("catalogue")

    lines = result.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "metrics", "checks", "policies", "tool_types", "languages",
    ]  # fmt: skip
    entries = {line.split()[0] for line in lines if line.startswith(" ")}
    assert {"false_positive_rate_ratio", "duplicate-ids", "four_fifths", "person", "en"} <= entries


def test_a_part_of_the_catalogue_is_listed_alone() -> None:
    result = auditkit("catalogue", "languages")

    assert result.stdout.splitlines()[0] == "languages"
    assert "metrics" not in result.stdout


# errors and help


def test_what_a_user_can_mend_is_one_line_each_on_stderr_and_exit_2(
    tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(tmp_path, None, tool={"status": "retired", "vendr": "x"}, publcation={})

    result = auditkit("run", path, "--out", tmp_path / "out")

    lines = result.stderr.splitlines()
    assert result.exit_code == 2
    assert len(lines) == 3
    assert all(line.startswith("auditkit: audit.toml [") for line in lines)
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_an_error_in_a_real_process_shows_no_traceback(tmp_path: Path, write_audit: Write) -> None:
    write_audit(tmp_path, "id,race,flagged,outcome\n")

    done = in_a_process("run", "audit.toml", "--quiet", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "auditkit: people.csv: the file has a header and no rows. At least one row was expected; check the export."
    ]


def test_a_line_break_in_a_file_cannot_pass_for_another_message(tmp_path: Path, write_audit: Write) -> None:
    table = 'id,race,flagged,outcome\n1,A,1,0\n2,A,0,1\n3,A,0,"2\nall is well"\n'

    result = auditkit("check", write_audit(tmp_path, table), "--quiet")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_bug_is_no_user_error_and_shows_itself(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object, **__: object) -> None:
        msg = "a bug"
        raise RuntimeError(msg)

    monkeypatch.setattr("auditkit.pipeline.load", bug)

    result = auditkit("check", broken, "--quiet")

    assert isinstance(result.exception, RuntimeError)


@pytest.mark.parametrize(
    "arguments", [("run",), ("run", "audit.toml", "--nonsense"), ("nonsense",), ("schema", "x")]
)
def test_bad_usage_exits_2(arguments: tuple[str, ...]) -> None:
    assert auditkit(*arguments).exit_code == 2


def test_a_real_process_runs_an_audit_from_start_to_gate(tmp_path: Path, write_confusion: Write) -> None:
    write_confusion(tmp_path, BROKEN)

    done = in_a_process("run", "audit.toml", "--gate", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stdout.startswith("Advice: do not deploy")
    assert done.stderr.startswith("load: people.csv\nvalidate: ")
    assert "\x1b" not in done.stdout + done.stderr
    assert (tmp_path / "audit-report" / "report.en.html").is_file()


def test_help_lists_the_commands_in_the_order_in_which_people_need_them() -> None:
    text = auditkit("--help").stdout

    commands = re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE)
    expected = ["new", "check", "pledge", "run", "report", "compare", "demo", "catalogue", "schema"]
    assert [name for name in commands if name in expected] == expected
