"""Whatever is broken in an audit file or a table, a valid report comes of it or an error that says what to mend.

2,000 cases, drawn the same way each time. Most are decided where the audit file is read or the table is loaded, which
takes milliseconds; whole audits are few. `make benchmark-fuzz` draws 100,000 others from the same strategies.
"""

import json
from pathlib import Path

import pytest

from auditkit.definitions.audit_file import read_audit_file
from benchmarks.fuzz.__main__ import main
from benchmarks.fuzz.batches import run_batch
from benchmarks.fuzz.outcomes import BrokenContractError, outcome
from benchmarks.fuzz.worlds import WORLDS, Case, sound


@pytest.mark.parametrize(
    ("part", "size", "reports"),
    [
        ("sections", 1290, 0),
        ("text", 680, 0),
        ("tables", 24, None),
        ("odd", 4, None),
        ("examined", 10, None),
    ],
)
def test_every_broken_audit_ends_in_a_valid_report_or_a_plain_error(
    part: str, size: int, reports: int | None
) -> None:
    batch = run_batch(part, number=20260101, size=size)

    assert batch.failure is None, batch.failure
    assert batch.reports + batch.refused >= size
    assert reports is None or batch.reports == reports  # there is no table, so nothing can be audited


def test_the_audits_that_are_broken_are_sound_before(tmp_path: Path) -> None:
    for name in WORLDS:
        assert read_audit_file(_written(tmp_path / name, name)).records.path

    assert outcome(sound("places")[0], tmp_path) == "report"


def _written(folder: Path, name: str) -> Path:
    folder.mkdir()
    path = folder / "audit.toml"
    path.write_bytes(sound(name)[0].written())
    return path


def test_a_traceback_is_told_apart_from_a_plain_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("auditkit.pipeline.run_audit", fail)
    with pytest.raises(ZeroDivisionError):
        outcome(sound("people")[0], tmp_path)


def test_a_folder_that_is_left_behind_breaks_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from auditkit.errors import ReportError

    def leave(*_: object, **__: object) -> None:
        (tmp_path / "out").mkdir()
        raise ReportError(where="out", found="it is full.", mend="Free space.")

    monkeypatch.setattr("auditkit.pipeline.run_audit", leave)
    with pytest.raises(BrokenContractError, match="left behind"):
        outcome(sound("people")[0], tmp_path)


def test_the_benchmark_goes_on_where_it_stopped_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "fuzz.jsonl"
    options = ["--batches", "1", "--scale", "0.01", "--cache", str(cache)]
    assert main(options) == 0
    before = cache.read_text()

    assert main(options) == 0

    assert cache.read_text() == before
    assert [json.loads(line)["part"] for line in before.splitlines()] == [
        "sections",
        "text",
        "tables",
        "odd",
        "examined",
    ]
    assert "failing seeds: none" in capsys.readouterr().out


def test_a_case_says_how_to_write_it_again() -> None:
    case = Case(sections={}, tables={"a.csv": b"a\n"}, audit=b"x = 1")

    assert repr(case) == "audit.toml: b'x = 1'\na.csv: b'a\\n'"
