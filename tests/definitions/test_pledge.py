"""A pledge is read as text that anybody may have edited."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from auditkit.definitions.pledge import LARGEST, Pledge, PledgedFile, PledgedPolicy, read_pledge, write_pledge
from auditkit.errors import DefinitionError, ReportError

TEXT = 'name = "ours"\n# „Höchstens“ 1.25\r\n'
NOW = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


def content(**changes: Any) -> dict[str, Any]:
    policy = {
        "name": "ours", "version": "1", "file": "ours.toml", "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "text": TEXT,
    }  # fmt: skip
    there = {
        "table": "records",
        "file": "people.csv",
        "existed": True,
        "bytes": 61,
        "modified": "2026-03-01T10:00:00Z",
    }
    whole = {
        "schema_version": "1", "created": "2026-03-03T12:00:00Z", "auditkit": "0.1.0", "policy": policy,
        "audit_sha256": "a" * 64, "inputs": [there],
    }  # fmt: skip
    return whole | changes


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "pledge.json"
    path.write_text(json.dumps(content(**changes)), encoding="utf-8")
    return path


def test_a_pledge_is_read_with_the_hash_of_its_bytes(tmp_path: Path) -> None:
    path = written(tmp_path)

    found = read_pledge(path, now=NOW)

    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.pledge.policy.text == TEXT
    assert found.pledge.inputs[0].modified == dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def test_a_pledge_that_was_written_reads_back_with_the_same_hash(tmp_path: Path) -> None:
    pledge = Pledge.model_validate_json(json.dumps(content()))

    kept = write_pledge(pledge, tmp_path / "pledge.json")

    assert read_pledge(tmp_path / "pledge.json", now=NOW) == kept
    assert "„Höchstens“" in (tmp_path / "pledge.json").read_text(encoding="utf-8"), "a board can read it"


def test_a_pledge_is_never_replaced(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()

    with pytest.raises(ReportError, match=r"the file exists, and a pledge is never replaced"):
        write_pledge(Pledge.model_validate_json(json.dumps(content())), path)

    assert path.read_bytes() == before


def test_a_pledge_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"it cannot be written \(No such file or directory\)"):
        write_pledge(Pledge.model_validate_json(json.dumps(content())), tmp_path / "absent" / "pledge.json")


POLICY = content()["policy"]
FILE = content()["inputs"][0]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"schema_version": "2"}, "schema_version: Input should be '1'"),
        ({"created": "2026-03-03T12:00:00"}, "created: Input should have timezone info"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"audit_sha256": "a" * 63}, "audit_sha256: String should match pattern"),
        ({"inputs": []}, "inputs: Tuple should have at least 1 item"),
        ({"inputs": [FILE] * 101}, "inputs: Tuple should have at most 100 items"),
        ({"inputs": [FILE | {"bytes": "61"}]}, "inputs.0.bytes: Input should be a valid integer"),
        ({"inputs": [FILE | {"bytes": -1}]}, "inputs.0.bytes: Input should be greater than or equal to 0"),
        ({"inputs": [FILE | {"existed": False}]}, "inputs.0: a file that existed has a size and a date"),
        ({"inputs": [FILE | {"modified": None}]}, "inputs.0: a file that existed has a size and a date"),
        (
            {"policy": POLICY | {"text": TEXT + "#"}},
            "policy: the text of the policy does not have the SHA-256",
        ),
    ],
)
def test_a_bad_pledge_is_one_message_that_says_where(
    changes: dict[str, Any], found: str, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionError) as error:
        read_pledge(written(tmp_path, **changes), now=NOW)

    (problem,) = error.value.problems
    assert problem.where == "pledge.json"
    assert problem.found.startswith(f"it is not a pledge ({found}")
    assert problem.mend == "Name a file that `auditkit pledge` wrote."


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"\xff\xfe", b'"\\ud800"', b"[" * 100_000, b'{"created": NaN}'], ids=repr
)
def test_what_is_no_pledge_at_all_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "pledge.json").write_bytes(raw)

    with pytest.raises(DefinitionError, match=r"^pledge\.json: it is not a pledge"):
        read_pledge(tmp_path / "pledge.json", now=NOW)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "pledge.json").open("wb") as file:
        file.truncate(LARGEST * 1000)

    with pytest.raises(DefinitionError, match=r"the file is larger than 1,048,576 bytes"):
        read_pledge(tmp_path / "pledge.json", now=NOW)


def test_an_absent_pledge_says_which_command_writes_one(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"cannot be read \(No such file.*`auditkit pledge`"):
        read_pledge(tmp_path / "pledge.json", now=NOW)


def test_a_pledge_dated_after_the_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"it is dated 2026-03-10T00:00:01\+00:00, after this run"):
        read_pledge(written(tmp_path, created="2026-03-10T00:00:01Z"), now=NOW)


def test_a_policy_and_a_file_are_checked_when_a_pledge_is_made_too() -> None:
    with pytest.raises(ValueError, match="does not have the SHA-256 beside it"):
        PledgedPolicy(name="ours", version="1", file="ours.toml", sha256="0" * 64, text=TEXT)
    with pytest.raises(ValueError, match="one that did not has neither"):
        PledgedFile(table="records", file="people.csv", existed=False, bytes=1, modified=None)
