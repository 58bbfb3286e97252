"""The speed benchmark stays true: it runs, believes only equal figures, respects its limits and goes on where it stopped."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.speed import make_data
from benchmarks.speed.__main__ import measured
from benchmarks.speed.limits import Limits, Status, run
from benchmarks.speed.measured import DIMENSIONS, figure
from benchmarks.speed.page import page
from benchmarks.speed.programs import AEQUITAS, BOOTSTRAP, FLOOR, FRAME, OURS, Program
from benchmarks.speed.results import Kept, Measured, differences
from benchmarks.speed.targets import scaled, targets

ROOT = Path(__file__).parents[2]
MILLION = 1_000_000
LAPS = {
    "load": 0.5, "count": 1.0, "tally": 0.5, "measure": 1.0, "simulate": 0.0, "judge": 0.5, "report": 1.0, "validate": 5.0,
}  # fmt: skip
LIMITS = Limits(seconds=600, memory=20e9)
NOWHERE = Program(name="nowhere", module="no_such_module")


def ours(
    rows: int = 10 * MILLION, *, peak: int = 10**9, figures: Mapping[str, float] | None = None
) -> Measured:
    """Make a measurement of this audit: 3 seconds from file to estimates (0.5 + 1 + 0.5 + 1)."""
    return Measured(
        program=OURS.name, rows=rows, status="done", peak=peak, seconds=9.5, laps=LAPS, figures=dict(figures or {"a": 0.5})
    )  # fmt: skip


def verdicts(*items: Measured) -> dict[str, tuple[str, bool | None]]:
    found = targets({(item.program, item.rows): item for item in items})
    return {target.promise: (target.found, target.met) for target in found}


def test_the_command_measures_an_audit_whose_figures_are_those_of_the_rows(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.speed", "--rows", "1000", "--no-peers", "--once"]
    places = ["--cache", str(tmp_path / "cache"), "--page", str(tmp_path / "docs" / "speed.md")]

    subprocess.run([*command, *places], cwd=ROOT, check=True, capture_output=True)

    lines = (tmp_path / "cache" / "finished.jsonl").read_text(encoding="utf-8").splitlines()
    found = {item["program"]: item for item in map(json.loads, lines)}
    people = pd.read_parquet(tmp_path / "cache" / "data" / "1000" / "people.parquet")
    assert {name: item["status"] for name, item in found.items()} == {"floor": "done", "auditkit": "done"}
    assert set(found["auditkit"]["laps"]) == set(LAPS)
    assert found["auditkit"]["peak"] > 10**8  # the libraries alone take more
    shares = {
        figure("selection_rate", dimension, group if isinstance(group, tuple) else (group,)): rate
        for dimension in DIMENSIONS
        for group, rate in people.groupby([*dimension])["flagged"].mean().items()
    }
    figures = {
        name: value for name, value in found["auditkit"]["figures"].items() if name.startswith("selection")
    }
    assert len(figures) > 20
    assert figures == pytest.approx({name: shares[name] for name in figures}, abs=1e-9)
    assert "| 1,000 | auditkit |" in (tmp_path / "docs" / "speed.md").read_text(encoding="utf-8")


def test_the_same_size_always_gives_the_same_people(tmp_path: Path) -> None:
    first, again = (
        pd.read_parquet(make_data.make(tmp_path / name, rows=500).with_name("people.parquet"))
        for name in ("first", "again")
    )

    pd.testing.assert_frame_equal(first, again)
    assert first["area"].nunique() > 150
    assert set(first["score"]) == set(range(1, 21))


def test_a_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    ended = run(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        folder=tmp_path,
        limits=Limits(seconds=0.3, memory=10**9),
    )

    assert ended.status == "too long"


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="this system does not tell what a process holds"
)
def test_a_program_that_holds_too_much_memory_is_stopped(tmp_path: Path) -> None:
    code = "import time; held = bytearray(300_000_000); time.sleep(60)"

    ended = run([sys.executable, "-c", code], folder=tmp_path, limits=Limits(seconds=60, memory=150_000_000))

    assert ended.status == "too much memory"
    assert ended.peak > 150_000_000


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    ended = run(
        [sys.executable, "-c", "raise SystemExit('no such table')"],
        folder=tmp_path,
        limits=Limits(seconds=60, memory=10**9),
    )

    assert (ended.status, ended.complaint) == ("failed", "no such table")


def test_what_was_measured_before_an_interruption_is_not_measured_again(tmp_path: Path) -> None:
    before = Measured(program="nowhere", rows=1000, status="done", seconds=7.0)
    Kept(tmp_path / "unfinished.jsonl").add(before)

    found = measured(NOWHERE, 1000, kept=Kept(tmp_path / "unfinished.jsonl"), cache=tmp_path, limits=LIMITS)

    assert found == before


@pytest.mark.parametrize("status", ["too long", "too much memory"])
def test_what_was_too_much_is_not_tried_on_a_larger_table(tmp_path: Path, status: Status) -> None:
    kept = Kept(tmp_path / "unfinished.jsonl")
    kept.add(Measured(program="nowhere", rows=1000, status=status, peak=5))

    found = measured(NOWHERE, 2000, kept=kept, cache=tmp_path, limits=LIMITS)

    assert (found.status, found.complaint, found.peak) == (status, "not tried", 0)


def test_figures_that_differ_or_are_absent_are_named() -> None:
    mine = ours(figures={"a": 0.5, "b": 0.25, "c": 0.125})
    theirs = Measured(program="other", rows=1, status="done", figures={"a": 0.5 + 1e-12, "b": 0.25 + 1e-8})

    assert differences(mine, theirs) == ["b", "c"]


@pytest.mark.parametrize(("value", "found"), [(0.5, ("5 times", True)), (0.6, ("", None))])
def test_a_time_counts_only_if_the_figures_are_equal(value: float, found: tuple[str, bool | None]) -> None:
    aequitas = Measured(
        program=AEQUITAS.name, rows=10 * MILLION, status="done", seconds=15.0, peak=8 * 10**9, figures={"a": value}
    )  # fmt: skip

    said = verdicts(ours(), aequitas)

    # 15 / 3 seconds
    promise = "from Parquet file to estimates with intervals at 10,000,000 rows: 5 times faster than aequitas"
    assert said[promise] == found


def test_targets_are_met_or_missed_by_what_was_measured() -> None:
    floor = Measured(program=FLOOR.name, rows=10 * MILLION, status="done", seconds=0.4)
    aequitas = Measured(
        program=AEQUITAS.name,
        rows=10 * MILLION,
        status="done",
        seconds=14.0,
        peak=8 * 10**9,
        figures={"a": 0.5},
    )

    said = verdicts(ours(), floor, aequitas)

    assert said["all tallies together at 10,000,000 rows: at most 3 times the floor"] == (
        "3.8 times",
        False,
    )  # 1.5/0.4
    assert said["all tallies together at 100,000,000 rows: at most 3 times the floor"] == ("", None)
    assert said["everything after the tally, whatever the rows: at most 3 s"] == (
        "2.5 s",
        True,
    )  # 1 + 0 + 0.5 + 1
    assert said["memory at 10,000,000 rows: at most 1/10 of that of aequitas"] == ("0.12", False)  # 1/8
    assert said["memory at 100,000,000 rows: under 1.5 GB"] == ("", None)


@pytest.mark.parametrize(
    ("seconds", "found"), [(600.0, ("more than 200 times", True)), (60.0, ("more than 20 times", None))]
)
def test_a_program_that_was_stopped_gives_a_lower_bound(
    seconds: float, found: tuple[str, bool | None]
) -> None:
    frame = Measured(program=FRAME.name, rows=10 * MILLION, status="too long", seconds=seconds)

    said = verdicts(ours(), frame)

    promise = "from Parquet file to estimates with intervals at 10,000,000 rows: 100 times faster than fairlearn MetricFrame"
    assert said[promise] == found


def test_two_bootstrap_replicates_of_one_frame_are_scaled_to_a_hundred_of_all() -> None:
    frame = Measured(program=FRAME.name, rows=MILLION, status="done", seconds=61.0, laps={"read": 1.0})
    boot = Measured(
        program=BOOTSTRAP.name, rows=MILLION, status="done", laps={"plain": 10.0, "two replicates": 34.0}
    )

    found = scaled({(item.program, item.rows): item for item in (frame, boot)}, MILLION)

    # One replicate takes (34 - 10) / 2 = 12 s, 1.2 times the frame without any; so 61 + 100 * 1.2 * (61 - 1).
    assert found == pytest.approx(7261)


def test_the_page_says_what_was_stopped_and_what_differs() -> None:
    items = [
        ours(), Measured(program=FLOOR.name, rows=10 * MILLION, status="done", seconds=0.5),
        Measured(program=FRAME.name, rows=10 * MILLION, status="too long", seconds=600.0, peak=6 * 10**9),
        Measured(program=AEQUITAS.name, rows=10 * MILLION, status="done", seconds=30, peak=8 * 10**9, figures={"a": 0.4}),
    ]  # fmt: skip

    written = page({(item.program, item.rows): item for item in items}, rows=[10 * MILLION], limits=LIMITS)

    assert "| 10,000,000 | fairlearn MetricFrame | stopped after 600 | 6.00 GB |" in written
    assert "| 10,000,000 | aequitas | 30.00 | 8.00 GB | 10.0 | 8.0 | 1 differ |" in written
    assert "| 10,000,000 | 0.50 | 0.50 | 1.00 | 0.50 | 3.0 | 5.00 | 2.50 | 3.00 | 1.00 GB |" in written
