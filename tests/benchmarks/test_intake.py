"""The intake benchmark stays true: its files are what the page says, and a promise that was broken is said."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from auditkit.definitions.audit_file import read_audit_file
from benchmarks.intake import make_data
from benchmarks.intake.page import COLUMNS, Compared, page
from benchmarks.speed.limits import Limits, Status, run
from benchmarks.speed.results import Measured

ROOT = Path(__file__).parents[2]


def test_both_formats_hold_the_same_people(tmp_path: Path) -> None:
    audits = [make_data.make(tmp_path / kind, rows=500, kind=kind) for kind in ("csv", "parquet")]

    text = pd.read_csv(tmp_path / "csv" / "people.csv", dtype=str)
    typed = pd.read_parquet(tmp_path / "parquet" / "people.parquet").astype({"scored_on": "datetime64[s]"})

    assert text.shape == typed.shape == (500, COLUMNS)
    assert text.to_dict("list") == typed.astype(str).to_dict("list")
    assert text["case_number"].is_unique
    assert [read_audit_file(audit).records.path for audit in audits] == ["people.csv", "people.parquet"]
    size = (tmp_path / "csv" / "people.csv").stat().st_size / 500
    assert size == pytest.approx(make_data.BYTES_A_ROW, rel=0.1)


def test_pandas_reads_the_file_that_the_audit_names(tmp_path: Path) -> None:
    audit = make_data.make(tmp_path, rows=500, kind="csv")
    command = [sys.executable, "-m", "benchmarks.intake.pandas_reader", str(audit)]

    ended = run(command, folder=ROOT, limits=Limits(seconds=60, memory=4e9))

    assert (ended.status, ended.printed["figures"]) == ("done", {"rows": 500})


def compared(status: Status, peak: float, size: float = 2.1e9) -> Compared:
    def item(name: str, seconds: float, held: float, ended: Status = "done") -> Measured:
        return Measured(
            program=name, rows=1000, status=ended, peak=int(held), seconds=seconds, laps={"load": seconds}
        )

    return Compared(
        kind="csv", rows=1000, bytes=int(size), ours=item("auditkit csv", 20, peak, status), pandas=item("pandas csv", 40, 6e9)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "line"),
    [
        # 20 s of 40 s is half, 1.5 GB of 6 GB a quarter, and 1,000 rows in 20 s are 50 a second
        (compared("done", 1.5e9), "| csv | 2.10 GB | 1,000 | auditkit | 20.0 | 50 | 1.50 GB | 0.50 | 0.25 |"),
        (compared("done", 1.5e9), "is audited under 4 GB of memory | 1.50 GB | met |"),
        (compared("done", 4.5e9), "is audited under 4 GB of memory | 4.50 GB | **missed** |"),
        (compared("too much memory", 4.1e9), "| too much memory | **missed** |"),
        (compared("too much memory", 4.1e9), "| auditkit | too much memory |  | 4.10 GB |  |  |"),
    ],
)
def test_the_page_says_what_was_found(one: Compared, line: str) -> None:
    assert line in page([one])


def test_small_files_promise_nothing() -> None:
    assert "is audited under" not in page([compared("done", 5e9, size=1e9)])


def test_the_command_says_what_it_can_do() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.intake", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "--large" in said
