"""Logs of a tool in use are opened, added up by area and period, and never filled in."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest

from auditkit.definitions.audit_file import AuditFile, Engine
from auditkit.definitions.loops import DeploymentTable
from auditkit.definitions.places import HistoryTable
from auditkit.errors import InputError
from auditkit.load.deployment import load_deployment
from auditkit.load.engine import connect
from auditkit.load.history import load_history
from auditkit.load.periods import first_day
from auditkit.results.logs import LogTally
from auditkit.results.rows import PERIOD, Column, Rows
from auditkit.tally.logs import tally_logs

NAN = float("nan")
TOOL = {
    "name": "F", "vendor": "v", "version": "1", "type": "place", "purpose": "p", "flagged_means": "f",
    "orientation": "burden", "status": "deployed",
}  # fmt: skip
KEYS = {"path": "logs.csv", "area": "beat", "time": "day", "hours": "hours"}


@pytest.fixture
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def audit(**keys: Any) -> AuditFile:
    records = {"path": "r.csv", "area": "a", "decision": "all", "time": "t", "period": "week"}
    return AuditFile.model_validate(
        {
            "tool": TOOL,
            "records": records,
            "areas": {"path": "a.csv", "id": "a"},
            "deployment": {**KEYS, **keys},
        }
    )


def opened(connection: ibis.BaseBackend, folder: Path, text: str, **keys: Any) -> Rows:
    (folder / "logs.csv").write_text(text)
    table = DeploymentTable(**{**KEYS, **keys})
    return load_deployment(connection, table, period="week", folder=folder, audit_name="audit.toml")


def counted(rows: Rows, *, history: Rows | None = None, **keys: Any) -> LogTally:
    found = tally_logs(rows, audit(**keys), areas=("a", "b"), history=history)
    assert found is not None
    return found


def test_rows_of_one_area_and_period_add_up_and_gaps_stay_unknown(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    # Monday and Sunday of one week; nothing is logged in the week between
    text = "beat,day,hours\na,2021-01-04,2\na,2021-01-10,3.5\nb,2021-01-04,\nb,2021-01-18,1\nz,2021-01-04,9\n"
    found = counted(opened(engine, tmp_path, text))

    assert found.periods == ("2021-01-04", "2021-01-11", "2021-01-18")
    assert found.deployment == pytest.approx(np.array([[5.5, NAN, NAN], [NAN, NAN, 1]]), nan_ok=True)
    assert (found.unmatched, found.discovered, found.flags) == (("z",), None, False)


def test_counts_ranks_and_limits_are_read_where_they_are_declared(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    text = "beat,day,hours,found,told,place,cap\na,2021-01-04,2,3,4,1,2\nb,2021-01-04,0,0,5,3,2\n"
    keys: dict[str, Any] = {"discovered": "found", "reported": "told", "rank": "place", "limit": "cap"}
    found = counted(opened(engine, tmp_path, text, **keys), **keys)

    grids = [found.discovered, found.reported, found.rank, found.limit]
    assert [None if grid is None else grid[:, 0].tolist() for grid in grids] == [
        [3, 0],
        [4, 5],
        [1, 3],
        [2, 2],
    ]


def test_a_limit_may_be_one_number(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    text = "beat,day,hours,place\na,2021-01-04,2,1\n"
    keys: dict[str, Any] = {"rank": "place", "limit": 3}
    found = counted(opened(engine, tmp_path, text, **keys), **keys)

    assert found.limit is not None
    assert set(found.limit.ravel()) == {3.0}


def test_the_history_gives_counts_by_source_for_the_periods_it_covers(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    (tmp_path / "h.csv").write_text(
        "beat,day,how,n\na,2021-01-05,call,4\na,2021-01-12,stop,2\nb,2021-01-12,call,1\nb,2021-01-12,other,7\n"
    )
    source = {"column": "how", "reported": ["call"], "discovered": ["stop"]}
    table = HistoryTable(path="h.csv", area="beat", time="day", count="n", source=source)  # type: ignore[arg-type]  # the test gives what the function must take or refuse
    history = load_history(engine, table, folder=tmp_path, audit_name="audit.toml")
    named = first_day(history.table["day"], "week").strftime("%Y-%m-%d")
    period = Column(role="period", name=PERIOD, kind="text")
    history = replace(
        history, table=history.table.mutate(**{PERIOD: named}), columns=(*history.columns, period)
    )
    text = "beat,day,hours\na,2021-01-04,2\na,2021-01-18,2\n"
    found = counted(opened(engine, tmp_path, text), history=history)

    # an area without records in a covered week has none; the third week is not covered
    assert found.reported == pytest.approx(np.array([[4, 0, NAN], [0, 1, NAN]]), nan_ok=True)
    assert found.discovered == pytest.approx(np.array([[0, 2, NAN], [0, 0, NAN]]), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("beat,day,hour\na,2021-01-04,2\n", "column 'hours' is missing. Did you mean 'hour'?"),
        ("beat,day,hours\na,2021-01-04,-2\na,2021-01-04,many\n", "column 'hours' holds '-2', 'many'."),
        ("beat,day,hours\na,soon,2\n", "column 'day' holds 'soon' (1 rows)."),
    ],
)
def test_what_cannot_be_read_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        opened(engine, tmp_path, text)

    assert said in str(caught.value)


def test_without_logs_there_is_nothing_to_count() -> None:
    assert tally_logs(None, audit(), areas=(), history=None) is None
