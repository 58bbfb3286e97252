"""What stands for the tool in the feedback test, through the front door: `closest`, and a program nobody allowed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import auditkit
from auditkit.cli.app import app

AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = {{ column = "hot", flagged = ["1"] }}
outcome = {{ column = "n", kind = "count", means = "recorded incidents", source = "mixed" }}
[areas]
path = "areas.csv"
id = "area"
[history]
path = "history.csv"
area = "area"
time = "week"
count = "n"
source = {{ column = "how", reported = ["call"], discovered = ["patrol"] }}
[feedback]
{allocator}
rounds = 10
replicates = 100
truth = {{ source = "assumed", reporting_rate = [0.5, 0.5], discovery_rate = [0.1, 0.1] }}
"""
WEEKS = [f"2018-{month:02}-{day:02}" for month in range(1, 7) for day in (1, 8, 15, 22)]


def written(folder: Path, allocator: str, *, window: int) -> Path:
    """Write an audit of a tool that flags the three of twelve areas with most records of a window."""
    rng = np.random.default_rng(11)
    levels = np.exp(rng.normal(0, 0.5, (12, 24)).cumsum(axis=1) + 1.5)
    counts = rng.poisson(np.minimum(levels, 60))
    areas, history, records = [f"a{i:02}" for i in range(12)], ["area,week,how,n"], ["area,week,hot,n"]
    for at, week in enumerate(WEEKS):
        first = np.argsort(-counts[:, max(0, at - window) : at].sum(axis=1), kind="stable")[:3]
        for i, area in enumerate(areas):
            if at < 14:
                history += [f"{area},{week},call,{counts[i, at]}", f"{area},{week},patrol,{int(i == 0)}"]
            else:
                records.append(f"{area},{week},{int(i in first)},{counts[i, at]}")
    for name, lines in (("history", history), ("records", records), ("areas", ["area", *areas])):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    path = folder / "audit.toml"
    path.write_text(AUDIT.format(allocator=allocator))
    return path


def feedback(audit: auditkit.Audit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(audit.files["audit.json"])["feedback"]
    return found


def test_closest_is_named_in_the_report_with_its_overlap(tmp_path: Path) -> None:
    audit = auditkit.run_audit(written(tmp_path, 'allocator = "closest"', window=4))
    found = feedback(audit)

    # records of patrols in the history are one a week in one area, which moves no window of four weeks by enough
    assert (found["status"], found["repeats"]) == ("measured", "the records of the last 4 periods")
    assert found["overlap"] == pytest.approx(1, abs=0.1)
    for report in ("report.en.html", "report.en.md"):
        text = audit.files[report].decode()
        assert "a stand-in that flags areas by the records of the last 4 periods" in text
        assert "It repeats the submitted decisions with an overlap of" in text


def test_a_program_waits_for_leave_and_the_rest_of_the_audit_is_made(tmp_path: Path) -> None:
    allocator = 'allocator = "command"\ncommand = ["python", "-c", "open(\'ran\', \'w\')"]'
    path, out = written(tmp_path, allocator, window=4), tmp_path / "out"
    done = CliRunner().invoke(app, ["run", str(path), "--out", str(out), "--quiet"], catch_exceptions=False)

    assert done.exit_code == 0
    assert not (tmp_path / "ran").exists()
    assert "auditkit run --allow-command" in (out / "report.en.html").read_text(encoding="utf-8")
    document = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert (document["feedback"]["status"], document["provenance"]["retrain_network"]) == (
        "not_checked",
        None,
    )


def test_a_program_that_fails_is_a_reason_and_its_words_stay_inside(tmp_path: Path) -> None:
    allocator = 'allocator = "command"\ncommand = ["python", "-c", "raise SystemExit(\'row 17: 3 records\')"]'
    audit = auditkit.run_audit(written(tmp_path, allocator, window=4), allow_command=True)
    found = feedback(audit)

    assert (found["status"], found["reason"]) == ("not_checked", "NE-RERUN")
    assert "it ended with exit code 1" in audit.files["report.en.md"].decode()
    assert audit.files["internal/retrain.stderr.txt"] == b"row 17: 3 records\n"
    assert [name for name, text in audit.files.items() if b"row 17" in text] == [
        "internal/retrain.stderr.txt"
    ]
