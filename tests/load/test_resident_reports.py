"""Reports by residents are opened as declared, and what is no report says so in one message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.records import Records
from auditkit.definitions.resident_reports import ResidentReports
from auditkit.errors import InputError
from auditkit.load.engine import connect
from auditkit.load.resident_reports import load_resident_reports
from auditkit.load.training import apart
from auditkit.results.rows import Rows

KEYS = {"path": "calls.csv", "by": "call", "area": "beat", "time": "called"}


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(engine: ibis.BaseBackend, folder: Path, text: str, **keys: Any) -> Rows:
    (folder / "calls.csv").write_text(text)
    table = ResidentReports.model_validate(KEYS | keys)
    return load_resident_reports(engine, table, folder=folder, audit_name="audit.toml")


def refused(engine: ibis.BaseBackend, folder: Path, text: str, **keys: Any) -> str:
    with pytest.raises(InputError) as caught:
        opened(engine, folder, text, **keys)
    return str(caught.value)


def minutes(rows: Rows) -> list[Any]:
    return [row["minutes"] for row in rows.cells("minutes").to_pyarrow().to_pylist()]


def test_minutes_run_from_the_report_to_the_answer(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    text = "beat,called,came\n1,2019-01-01 23:50,2019-01-02 00:20:30\n1,2019-01-01 10:00,2019-01-01 09:59\n1,2019-01-01 10:00,\n"

    rows = opened(engine, tmp_path, text, answered="came")

    assert minutes(rows) == [None, 30.5]  # an answer before its report, and none at all, are not known


def test_minutes_may_stand_in_the_table(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    assert minutes(opened(engine, tmp_path, "beat,called,m\n1,2019-01-01,7.5\n", minutes="m")) == [7.5]


def test_only_declared_reports_are_kept(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    text = "beat,called,how\n1,2019-01-01,911\n2,2019-01-01,officer\n3,2019-01-01,\n"

    rows = opened(engine, tmp_path, text, source={"column": "how", "reported": ["911"]})

    assert [row["area"] for row in rows.cells("area").to_pyarrow().to_pylist()] == ["1"]


def test_odd_minutes_times_and_sources_are_refused_with_what_was_found(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    source = {"column": "called", "reported": ["911"]}

    assert "column 'm' holds '-3', 'soon'" in refused(
        engine, tmp_path, "beat,called,m\n1,2019-01-01,-3\n1,2019-01-01,soon\n", minutes="m"
    )
    assert "column 'called' never holds a time; it holds 'noon'." in refused(
        engine, tmp_path, "beat,called\n1,noon\n"
    )
    assert "column 'called' never holds '911'." in refused(
        engine, tmp_path, "beat,called\n1,2019-01-01\n", source=source
    )
    assert "column 'beat' is missing" in refused(engine, tmp_path, "b,called\n1,2019-01-01\n")


def test_a_split_that_tells_nothing_apart_is_refused() -> None:
    table = ibis.memtable({"fold": ["a", "b"], "flagged": ["1", "0"]})
    keys = {"path": "people.csv", "decision": {"column": "flagged", "flagged": ["1"]}}
    records = Records.model_validate({**keys, "split": {"column": "fold", "training": ["train"]}})

    with pytest.raises(
        InputError, match="column 'fold' does not tell 'train' from other rows; it holds 'a', 'b'"
    ):
        apart(table, records)
