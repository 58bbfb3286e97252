"""The history gives dated records by area and by how they came about."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import HistoryTable
from auditkit.definitions.sources import TableSource
from auditkit.errors import InputError
from auditkit.load.engine import connect
from auditkit.load.history import load_history
from auditkit.results.rows import Rows

DATA = Path(__file__).parents[3] / "shared" / "data"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")
HOW = {"column": "how", "reported": ["911 call", "1"], "discovered": ["on view"]}


@pytest.fixture
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(connection: ibis.BaseBackend, folder: Path, **keys: Any) -> Rows:
    keys = {"path": "history.csv", "area": "beat", "time": "day", **keys}
    return load_history(connection, HistoryTable(**keys), folder=folder, audit_name="audit.toml")


def cells(rows: Rows, *roles: str) -> list[tuple[Any, ...]]:
    return [(*(row[role] for role in roles), row["n"]) for row in rows.cells(*roles).to_pyarrow().to_pylist()]


def test_records_count_by_area_day_and_source(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    text = (
        "beat,day,how\n"
        "01,2019-01-02,911 call\n"
        "1.0,2019-01-02 23:59:00, 911 call \n"
        "1,2019-01-02,on view\n"
        "2,2019-01-03,1.0\n"
        "2,2019-01-03,letter\n"
        ",soon,\n"
    )
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")

    rows = opened(engine, tmp_path, source=HOW)

    second, third = dt.date(2019, 1, 2), dt.date(2019, 1, 3)
    assert cells(rows, "area", "time", "source") == [
        (None, None, None, 1),
        ("1", second, "discovered", 1),
        ("1", second, "reported", 2),
        ("2", third, None, 1),
        ("2", third, "reported", 1),
    ]
    assert ("letter", 1) in cells(rows, "source.stated")
    assert not rows.counted
    assert rows.original == ("beat", "day", "how")
    source = rows.source
    assert (source.table, source.file, source.format, source.rows) == ("history", "history.csv", "csv", 6)


def test_counts_are_weights_and_months_their_first_day(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    text = "beat,day,came_about,weight\na,2019-02,x,3\na,2019-02,y,4.0\nb,2018,x,0\n"
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    how = {"column": "came_about", "reported": ["x"], "discovered": ["y"]}

    rows = opened(engine, tmp_path, count="weight", source=how)

    assert rows.counted
    assert cells(rows, "area", "time", "source") == [
        ("a", dt.date(2019, 2, 1), "discovered", 4),
        ("a", dt.date(2019, 2, 1), "reported", 3),
        ("b", dt.date(2018, 1, 1), "reported", 0),
    ]


def test_without_a_source_there_is_no_such_role(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    days = [dt.date(2019, 1, 2), None]
    pq.write_table(pa.table({"beat": [1, 2], "day": days}), tmp_path / "history.parquet")

    rows = opened(engine, tmp_path, path="history.parquet")

    assert [column.role for column in rows.columns] == ["area", "time"]
    assert cells(rows, "area", "time") == [("1", days[0], 1), ("2", None, 1)]


def test_main_table_and_history_stand_side_by_side(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    from auditkit.load.files import open_table

    (tmp_path / "records.csv").write_text("area\na\nb\nc\n", encoding="utf-8")
    (tmp_path / "history.csv").write_text("beat,day\na,2019-01-01\n", encoding="utf-8")
    records = open_table(engine, TableSource(path="records.csv"), folder=tmp_path).table

    history = opened(engine, tmp_path)

    assert records.count().execute() == 3
    assert history.table.count().execute() == 1


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A history that cannot be used, and what its problems say."""

    name: str
    text: str | None
    keys: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...]


BAD = (
    Bad(
        name="missing columns",
        text="beet,date\na,2019-01-01\n",
        keys={"count": "n", "source": HOW},
        problems=(
            ("column 'beat' is missing.", "Did you mean 'beet'? Columns found: 'beet', 'date'. Map it in audit.toml under [history] area."),
            ("column 'day' is missing.", "under [history] time."),
            ("column 'n' is missing.", "under [history] count."),
            ("column 'how' is missing.", "under [history] source.column."),
        ),
    ),
    Bad(
        name="counts, dates and sources that are none, together",
        text="beat,day,how,n\na,1/2/2019,911 calls,-1\na,2/2/2019,other,2.5\na,,,\n",
        keys={"count": "n", "source": HOW},
        problems=(
            ("column 'n' holds '', '-1', '2.5' (3 rows).", "Whole numbers from 0 up were expected ([history] count)."),
            ("column 'day' never holds a date; it holds '1/2/2019', '2/2/2019'.", "Dates such as 2019-04-30"),
            (
                "column 'how' never holds '911 call', '1', 'on view'.",
                "Values found: '911 calls', 'other'. Did you mean '911 calls'? Mend [history] source.reported",
            ),
        ),
    ),
    Bad(name="an absent file", text=None, problems=(("the file cannot be opened", "Check [history] path"),)),
    Bad(name="no rows", text="beat,day\n", problems=(("a header and no rows", "At least one row"),)),
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_history_is_named_together(engine: ibis.BaseBackend, tmp_path: Path, bad: Bad) -> None:
    if bad.text is not None:
        (tmp_path / "history.csv").write_text(bad.text, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        opened(engine, tmp_path, **bad.keys)

    problems = caught.value.problems
    assert len(problems) == len(bad.problems), [str(problem) for problem in problems]
    for problem, (found, mend) in zip(problems, bad.problems, strict=True):
        assert problem.where == "history.csv"
        assert found in problem.found
        assert mend in problem.mend


@with_data
def test_toronto_months_before_2014_are_read(engine: ibis.BaseBackend) -> None:
    rows = opened(
        engine, DATA / "toronto_mci", path="incidents_by_neighbourhood_month.csv", area="neighbourhood", time="month",
        count="incidents",
    )  # fmt: skip

    by_time = cells(rows, "time")
    early = sum(n for month, n in by_time if month < dt.date(2014, 1, 1))
    assert min(by_time)[0].year == 1966
    assert early == 1057  # methods, known defects
    assert sum(n for _, n in by_time) - early == 180_886  # methods P4
