"""One table gives one audit, in whatever format it comes; the report says how each file was read."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import auditkit
from auditkit import bundled

Write = Callable[..., Path]
Makers = dict[str, Callable[[Path, str], None]]
QUICK = """
[[check]]
id = "rows"
table = "records"
needs = []
facts = "group_sizes"
expect = "expect_column_values_to_be_between"
args = { column = "value", min_value = 1 }
unit = "people"
severity = "note"
title = "Somebody is there"
why = "It is needed."
ask = "Who is there?"
source = "test"
"""


def table(people: Callable[..., str]) -> str:
    """Make 40 people of two groups, one of them with letters that differ between encodings."""
    return people(A=(9, 4, 3, 4), B=(6, 8, 2, 4)).replace(",B,", ",Québécois,")


@pytest.fixture(scope="module", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run audits with one data check and without their report, which nothing here looks at."""
    root = tmp_path_factory.mktemp("data")
    for name in ("checks", "report_templates", "examples"):
        shutil.copytree(bundled.folder(name), root / name)
    (root / "checks/data/quick.toml").write_text(QUICK, encoding="utf-8")
    person = (root / "checks/tool_types/person.toml").read_text(encoding="utf-8")
    (root / "checks/tool_types/person.toml").write_text(
        person.replace('suites = ["people"]', 'suites = ["quick"]'), encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditkit.bundled.ROOT", root)
        patch.setattr("auditkit.pipeline.Wanted.files", lambda *_: {})
        yield


def audited(path: Path) -> Any:
    return auditkit.run_audit(path).document


@pytest.fixture(scope="module")
def as_csv(tmp_path_factory: pytest.TempPathFactory, write_audit: Write, people: Callable[..., str]) -> Any:
    return audited(write_audit(tmp_path_factory.mktemp("csv"), table(people)))


READINGS: dict[str, dict[str, Any]] = {
    "people.csv": {"encoding": "utf-8", "encoding_from": "file", "delimiter": ",", "header": "line 1"},
    "mark.csv": {"encoding": "utf-8-sig", "encoding_from": "file", "delimiter": ",", "header": "line 1"},
    "wide.csv": {"encoding": "utf-16", "encoding_from": "file", "delimiter": ",", "header": "line 1"},
    "western.csv": {"encoding": "windows-1252", "encoding_from": "assumed", "delimiter": ",", "header": "line 1"},
    "semicolons.csv": {"encoding": "utf-8", "encoding_from": "file", "delimiter": ";", "header": "line 1"},
    "people.csv.gz": {
        "encoding": "utf-8", "encoding_from": "file", "delimiter": ",", "header": "line 1", "compression": "gzip",
    },
    "people.csv.zst": {
        "encoding": "utf-8", "encoding_from": "file", "delimiter": ",", "header": "line 1", "compression": "zstd",
    },
    "people.csv.zip": {
        "encoding": "utf-8", "encoding_from": "file", "delimiter": ",", "header": "line 1", "compression": "zip",
        "inside": "file export/people.csv",
    },
    "people.zip": {
        "encoding": "utf-16", "encoding_from": "file", "delimiter": ",", "header": "line 1", "compression": "zip",
        "inside": "file wide.TXT",
    },
    "people.jsonl.zip": {
        "encoding": "utf-8", "encoding_from": "file", "compression": "zip", "inside": "file people.jsonl",
    },
    "people.jsonl": {"encoding": "utf-8", "encoding_from": "file"},
    "people.jsonl.gz": {"encoding": "utf-8", "encoding_from": "file", "compression": "gzip"},
    "people.parquet": {},
    "people.feather": {},
    "people.xlsx": {"header": "row 1", "inside": "sheet Data"},
    "people.sqlite": {"inside": "table people"},
    "people.db": {"inside": "table people"},
    "people.duckdb": {"inside": "table people"},
    "view.sqlite": {"inside": "view shown"},
    "view.duckdb": {"inside": "view shown"},
}  # fmt: skip


@pytest.mark.parametrize("file", READINGS)
def test_every_format_gives_the_audit_of_the_csv_and_says_how_it_was_read(
    file: str, tmp_path: Path, write_audit: Write, people: Callable[..., str], makers: Makers, as_csv: Any
) -> None:
    makers[file](tmp_path / file, table(people))

    records = {"table": "shown"} if file.startswith("view") else None
    found = audited(write_audit(tmp_path, None, file=file, records=records))

    assert len(found.measurements) > 30
    assert found.measurements == as_csv.measurements
    assert found.findings == as_csv.findings
    (source,) = found.inputs
    assert source.reading.model_dump(exclude_none=True) == READINGS[file]
    assert source.rows == 40
    assert source.columns == ("id", "race", "flagged", "outcome")
    assert source.sha256 == hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()


def test_several_files_are_one_table(
    tmp_path: Path, write_audit: Write, people: Callable[..., str], makers: Makers, as_csv: Any
) -> None:
    header, *rows = table(people).splitlines(keepends=True)
    (tmp_path / "years").mkdir()
    makers["western.csv"](tmp_path / "years/2019.csv", header + "".join(rows[:30]))
    makers["semicolons.csv"](tmp_path / "years/2020.csv", header + "".join(rows[30:]))

    found = audited(write_audit(tmp_path, None, file="years/*.csv"))

    assert found.measurements == as_csv.measurements
    (source,) = found.inputs
    assert (source.file, source.rows, source.hashed) == ("years/*.csv", 40, "files")
    assert [(part.file, part.reading.encoding, part.reading.delimiter) for part in source.parts] == [
        ("years/2019.csv", "windows-1252", ","),
        ("years/2020.csv", "utf-8", ";"),
    ]
    hashes = {
        part.file: hashlib.sha256((tmp_path / part.file).read_bytes()).hexdigest() for part in source.parts
    }
    assert {part.file: part.sha256 for part in source.parts} == hashes
    listed = "".join(
        f"{hashed}  {file}\n" for file, hashed in hashes.items()
    )  # what `sha256sum years/*.csv` prints
    assert source.sha256 == hashlib.sha256(listed.encode()).hexdigest()
