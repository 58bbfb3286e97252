"""`audit.json` is the whole publishable audit: it reads back, repeats byte by byte and holds plain numbers only."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from auditkit import run_audit
from auditkit.errors import ReportError
from auditkit.results.document import MeasurementRecord, read_document
from auditkit.results.measurements import Estimate, Measurement, NotEstimable

Write = Callable[..., Path]
CELLS = {"A": (700, 200, 100, 300), "B & C": (310, 170, 90, 130), "D/E": (33, 20, 15, 12)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, write_confusion: Callable[..., Path]) -> tuple[Path, Path]:
    """Two runs of one audit, from two folders."""
    folders = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for folder in folders:
        run_audit(write_confusion(folder, CELLS), out=folder / "out")
    return folders[0] / "out", folders[1] / "out"


def test_the_document_read_back_is_the_document_written(runs: tuple[Path, Path]) -> None:
    path = runs[0] / "audit.json"

    assert read_document(path).to_json() == path.read_text(encoding="utf-8")


def test_two_runs_differ_in_nothing_but_the_time(runs: tuple[Path, Path]) -> None:
    texts = []
    for out in runs:
        text = (out / "audit.json").read_text(encoding="utf-8")
        texts.append(text.replace(json.loads(text)["provenance"]["created"], "THEN"))

    assert texts[0] == texts[1]


def test_tables_and_charts_of_two_runs_are_the_same_bytes(runs: tuple[Path, Path]) -> None:
    first, second = (
        {
            str(path.relative_to(out)): path.read_bytes()
            for kind in ("*.csv", "*.svg")
            for path in out.rglob(kind)
        }
        for out in runs
    )

    assert len(first) > 3
    assert first == second


def test_every_number_has_at_most_12_significant_digits(runs: tuple[Path, Path]) -> None:
    literals: list[str] = []
    json.loads((runs[0] / "audit.json").read_text(), parse_float=literals.append)

    digits = [literal.lower().partition("e")[0].replace(".", "").lstrip("-0") for literal in literals]
    assert max(len(number) for number in digits) == 12


def test_the_document_holds_no_number_json_does_not_know(runs: tuple[Path, Path]) -> None:
    def refuse(constant: str) -> None:
        pytest.fail(f"found {constant}")

    json.loads((runs[0] / "audit.json").read_text(), parse_constant=refuse)


def test_keys_stand_in_one_order_that_begins_with_the_schema_version(runs: tuple[Path, Path]) -> None:
    document = json.loads((runs[0] / "audit.json").read_text())

    assert list(document)[:2] == ["schema_version", "tool"]
    assert list(document)[-1] == "provenance"


def test_every_finding_refers_to_measurements_that_exist(runs: tuple[Path, Path]) -> None:
    document = read_document(runs[0] / "audit.json")
    known = {item.id for item in document.measurements}

    assert all(set(finding.evidence) <= known for finding in document.findings)
    assert all(one.measurement in known for finding in document.findings for one in finding.comparisons)


def test_an_absent_document_names_the_file_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as caught:
        read_document(tmp_path / "audit.json")

    assert caught.value.where == "audit.json"
    assert "auditkit run" in caught.value.mend


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"schema_version": "0"}, "schema_version does not follow schema 1"),
        ({"surprise": 1}, "surprise does not follow schema 1"),
    ],
)
def test_a_document_of_another_schema_is_refused_with_the_place(
    change: dict[str, object], found: str, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    document = json.loads((runs[0] / "audit.json").read_text()) | change
    (tmp_path / "audit.json").write_text(json.dumps(document))

    with pytest.raises(ReportError) as caught:
        read_document(tmp_path / "audit.json")

    assert found in caught.value.found


SOUND = Estimate(
    value=0.5, interval=(0.4, 0.6), interval_90=(0.42, 0.58), interval_family=(0.3, 0.7), method="wilson"
)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["value", "interval", "interval_90", "interval_family", "bounds"])
def test_an_estimate_refuses_what_is_no_finite_number(field: str, number: float) -> None:
    change: dict[str, Any] = {field: number if field == "value" else (0.1, number)}

    with pytest.raises(ValueError, match="finite"):
        replace(SOUND, **change)


def test_an_estimate_may_lack_a_limit() -> None:
    assert replace(SOUND, value=None, interval=(1.2, None)).interval == (1.2, None)


def test_a_record_refuses_nan() -> None:
    fields: dict[str, Any] = dict.fromkeys(MeasurementRecord.model_fields)

    with pytest.raises(ValidationError, match="finite"):
        MeasurementRecord(
            **fields
            | {
                "id": "a",
                "metric": "a",
                "dimension": "",
                "group": {},
                "status": "estimated",
                "value": math.nan,
            }
        )


def named(group: str, against: str | None = None) -> str:
    other = None if against is None else (("race", against),)
    item = Measurement(
        metric="selection_rate",
        dimension=("race",),
        group=(("race", group),),
        against=other,
        result=NotEstimable(reason="NE-DENOM"),
    )
    return item.id


@pytest.mark.parametrize(
    ("group", "written"),
    [
        ("African-American", "African-American"),
        ("Hispanic or Latino", "Hispanic%20or%20Latino"),
        ("A/B", "A%2FB"),
        ("a=b", "a%3Db"),
        ("18+", "18%2B"),
        ("x@y", "x%40y"),
        ("100%", "100%25"),
        ("Québec", "Qu%C3%A9bec"),
        ("a~b", "a%7Eb"),  # `~` separates the group from the one it is compared with
    ],
)
def test_a_group_is_percent_encoded_in_an_id(group: str, written: str) -> None:
    assert named(group) == f"selection_rate/race={written}"


def test_an_id_says_which_group_is_compared_with_which() -> None:
    assert named("A & B", "C/D") == "selection_rate/race=A%20%26%20B~race=C%2FD"


def test_ids_of_the_document_are_encoded_and_stand_once(runs: tuple[Path, Path]) -> None:
    ids = [item.id for item in read_document(runs[0] / "audit.json").measurements]

    assert "false_positive_rate_ratio/race=D%2FE~race=A" in ids
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if " " in name]
