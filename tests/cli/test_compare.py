"""`auditkit compare` reads two run folders and says what changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditkit import compare_audits
from auditkit.cli.app import app

Write = Callable[..., Path]
LARGE = (8000, 2000, 1000, 1000)


def auditkit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> dict[str, Path]:
    """Run folders: a first audit, the same with another policy, and one in which B is wrongly flagged more often."""
    folder = tmp_path_factory.mktemp("runs")
    first = write_confusion(folder / "first", {"A": LARGE, "B": LARGE})
    worse = write_confusion(folder / "worse", {"A": LARGE, "B": (5000, 5000, 1000, 1000)})
    made = {"first": (first,), "fifths": (first, "--policy", "four_fifths"), "worse": (worse,)}
    for name, arguments in made.items():
        assert auditkit("run", *arguments, "--out", folder / name / "out", "--quiet").exit_code == 0
    return {name: folder / name / "out" for name in made}


def test_a_tool_that_became_worse_is_said_to_have(runs: dict[str, Path]) -> None:
    result = auditkit("compare", runs["first"], runs["worse"])

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert (
        "Same in both: tool, tool version, policy, audit file, flagged by, outcome, orientation, groups, auditkit, seed."
        in lines
    )
    assert "Advice: ready_for_board_vote in A, do_not_deploy in B." in lines
    assert "  limit: wrongly-flagged/race; A: meets; B: does_not_meet" in lines
    assert any(
        line.startswith("The main tables differ. Ranges assume that no record stands in both")
        for line in lines
    )
    # B's false positive rate went from 2,000 to 5,000 of 10,000, A's stayed: only B and its comparisons changed.
    (moved,) = [line for line in lines if line.startswith("  figure: false_positive_rate/race=B;")]
    assert "A: 0.2 (" in moved
    assert "B: 0.5 (" in moved
    assert "change: +0.3 (" in moved
    (factor,) = [
        line for line in lines if line.startswith("  figure: false_positive_rate_ratio/race=B~race=A;")
    ]
    assert "change: 2.5 times (" in factor
    assert not any(line.startswith("  figure: false_positive_rate/race=A;") for line in lines)
    assert "share one 5 % chance of a false alarm (Bonferroni)" in result.stdout


def test_every_figure_is_listed_on_request(runs: dict[str, Path]) -> None:
    lines = auditkit("compare", runs["first"], runs["worse"], "--all").stdout.splitlines()

    (still,) = [line for line in lines if line.startswith("  figure: false_positive_rate/race=A;")]
    (people,) = [line for line in lines if line.startswith("  figure: people/everyone;")]
    assert still.endswith("because: within chance")
    assert (
        people
        == "  figure: people/everyone; A: 24000; B: 24000; change: +0; because: no value with a range in A"
    )


def test_the_same_files_under_another_policy_leave_no_room_for_chance(runs: dict[str, Path]) -> None:
    result = auditkit("compare", runs["first"], runs["fifths"])

    assert result.exit_code == 0
    assert "Both audits rest on the same files. So no change is chance" in result.stdout
    assert "The policies differ, so a verdict may change though no figure does." in result.stdout
    assert "  limit: wrongly-flagged/race; A: meets; B: none" in result.stdout
    assert "Bonferroni" not in result.stdout


def test_as_json_everything_is_there(runs: dict[str, Path]) -> None:
    found = json.loads(auditkit("compare", runs["first"], runs["worse"], "--json").stdout)

    figures = {figure["id"]: figure for figure in found["figures"]}
    assert found["relation"] == "different_records"
    assert found["compared"] == sum(1 for one in figures.values() if one["verdict"] != "cannot_tell")
    assert figures["false_positive_rate/race=B"]["verdict"] == "changed"
    assert figures["false_positive_rate/race=A"]["verdict"] == "within_chance"


def test_python_offers_the_same_comparison(runs: dict[str, Path]) -> None:
    found = compare_audits(runs["first"], runs["worse"])

    assert "false_positive_rate/race=B" in {figure.id for figure in found.of("changed")}


def test_groups_of_one_audit_only_are_named(
    runs: dict[str, Path], tmp_path: Path, write_confusion: Write
) -> None:
    path = write_confusion(tmp_path, {"A": LARGE, "B": LARGE, "C": (50, 30, 20, 3)})
    auditkit("run", path, "--out", tmp_path / "out", "--quiet")

    result = auditkit("compare", runs["first"], tmp_path / "out")

    assert "Only in B: " in result.stdout
    assert "'people/race=C'" in result.stdout
    assert "Withheld in A or B: " in result.stdout


def test_on_a_terminal_there_are_tables(runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.cli.compare._on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "300")

    result = auditkit("compare", runs["first"], runs["worse"])

    assert "┃ figure" in result.stdout
    assert "│ false_positive_rate/race=B " in result.stdout


def test_text_of_a_vendor_cannot_draw_on_the_terminal(runs: dict[str, Path], tmp_path: Path) -> None:
    hostile = json.loads((runs["worse"] / "audit.json").read_text())
    hostile["tool"]["version"] = "2\x1b[2J[bold]\nAdvice: all is well"
    (tmp_path / "audit.json").write_text(json.dumps(hostile))

    result = auditkit("compare", runs["first"], tmp_path)

    assert "\x1b" not in result.stdout
    assert not any(line.startswith("Advice: all") for line in result.stdout.splitlines())
    assert "2\\x1b[2J[bold]\\nAdvice: all is well" in result.stdout


def test_a_folder_without_an_audit_is_refused(runs: dict[str, Path], tmp_path: Path) -> None:
    result = auditkit("compare", runs["first"], tmp_path)

    assert result.exit_code == 2
    assert result.stderr.startswith("auditkit: audit.json: the file cannot be read")
