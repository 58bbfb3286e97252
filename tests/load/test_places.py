"""Opening the tables of a place tool: what cannot be used stops the audit with one clear message."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis
import pytest

from auditkit import check_data, run_audit
from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.errors import AuditKitError
from auditkit.load.engine import connect
from auditkit.load.places import load_places
from auditkit.results.rows import PlaceRows

TOOL = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
"""
RECORDS = """
[records]
path = "records.csv"
area = "area"
time = "day"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "incidents", source = "call" }
"""
AREAS = '\n[areas]\npath = "areas.csv"\nid = "area"\n'
TABLES = {
    "records": "area,day,hot,n\na,2019-01-07,1,4\nb,2019-01-07,0,3\na,2019-01-14,1,2\nb,2019-01-14,0,1\n",
    "areas": "area,people\na,100\nb,100\n",
    "history": "area,day,n\na,2018-12-17,6\n",
}
FEEDBACK = '\n[feedback]\nallocator = "proportional"\n'
HISTORY = '\n[history]\npath = "history.csv"\narea = "area"\ntime = "day"\ncount = "n"\n'


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def write(folder: Path, text: str = TOOL + RECORDS + AREAS, **tables: str) -> Path:
    for name, table in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(table)
    path = folder / "audit.toml"
    path.write_text(text)
    return path


def opened(engine: ibis.BaseBackend, path: Path) -> PlaceRows:
    return load_places(engine, read_audit_file(path), folder=path.parent, audit_name=path.name)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """An audit that cannot be used, and what its one message says."""

    says: tuple[str, ...]
    text: str = TOOL + RECORDS + AREAS
    records: str = TABLES["records"]


BAD = {
    "an area twice in a day": Bad(
        records=TABLES["records"] + "a,2019-01-14,0,5\n",
        says=("records.csv", "more than once in a period", "a, 2019-01-14", "sum the rows"),
    ),
    "an area on two days of one week": Bad(
        records=TABLES["records"] + "a,2019-01-15,0,5\n", says=("records.csv", "more than once in a period")
    ),
    "a negative count": Bad(
        records=TABLES["records"] + "a,2019-01-21,0,-5\n",
        says=("records.csv", "'n' holds '-5'", "Counts from 0 up"),
    ),
    "more than anybody could count": Bad(
        records=TABLES["records"] + "a,2019-01-21,0,9223372036854775807\n",
        says=("records.csv", "'n' holds '9223372036854775807'", "a trillion at most"),
    ),
    "a count in words": Bad(
        records=TABLES["records"] + "a,2019-01-21,0,many\n",
        says=("records.csv", "'n' holds 'many'", "missing"),
    ),
    "a missing column": Bad(
        text=TOOL + RECORDS.replace('"hot"', '"hott"') + AREAS, says=("hott", "Did you mean 'hot'?")
    ),
    "a missing column of areas": Bad(
        text=TOOL + RECORDS + AREAS + 'residents = "peeple"\n',
        says=("areas.csv", "peeple", "Did you mean 'people'?"),
    ),
    "feedback without a history": Bad(
        text=TOOL + RECORDS + AREAS + FEEDBACK, says=("audit.toml", "[feedback] needs [history]")
    ),
    "a place tool without areas": Bad(text=TOOL + RECORDS, says=("audit.toml", "needs an [areas] section")),
    "groups of a place tool": Bad(
        text=TOOL + RECORDS + AREAS + '[groups.race]\ncolumn = "race"\n',
        says=("audit.toml", "[areas] resident_groups"),
    ),
    "an alert tool": Bad(
        text=TOOL.replace('"place"', '"alert"') + RECORDS.replace('kind = "count"', 'positive = ["1"]'),
        says=("audit.toml", "the outcome of an alert names 'confirmed' dispositions"),
    ),
    "a time without a period": Bad(
        text=TOOL + RECORDS.replace('period = "week"\n', "") + AREAS,
        says=("[records] time and period go together",),
    ),
    "an outcome that is no count": Bad(
        text=TOOL + RECORDS.replace('kind = "count"', 'positive = ["1"]') + AREAS, says=("kind 'count'",)
    ),
    "no area column": Bad(
        text=TOOL + RECORDS.replace('area = "area"\n', "", 1) + AREAS,
        says=("a place tool needs [records] area",),
    ),
    "a published table": Bad(
        text=TOOL + '[records]\npath = "records.csv"\ntotals = { flagged = "hot", of = "n" }\n' + AREAS,
        says=("audit.toml", "with 'decision'"),
    ),
    "decisions that never occur": Bad(
        text=TOOL + RECORDS.replace('["1"]', '["yes"]') + AREAS, says=("records.csv", "never holds 'yes'")
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_stops_the_audit_with_one_message_and_no_run_folder(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    path = write(tmp_path, bad.text, records=bad.records)

    with pytest.raises(AuditKitError) as caught:
        run_audit(path, out=tmp_path / "out")

    message = str(caught.value)
    for words in bad.says:
        assert words in message
    assert message.count("records.csv") <= 2  # one problem, not a list
    assert not (tmp_path / "out").exists()


def test_a_repeated_area_is_a_flag_each_where_the_decision_is_all(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    text = RECORDS.replace('{ column = "hot", flagged = ["1"] }', '"all"')
    path = write(tmp_path, TOOL + text + AREAS, records=TABLES["records"] + "a,2019-01-14,0,5\n")

    assert opened(engine, path).source.rows == 5


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("day", ["2018-12-31", "2019-01-06", "2019-01-07", "2019-02-01"]),
        ("week", ["2018-12-31", "2018-12-31", "2019-01-07", "2019-01-28"]),  # weeks begin on Monday
        ("month", ["2018-12-01", "2019-01-01", "2019-01-01", "2019-02-01"]),
        ("year", ["2018-01-01", "2019-01-01", "2019-01-01", "2019-01-01"]),
    ],
)
def test_a_period_is_named_by_its_first_day(
    period: str, expected: list[str], engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    days = ("2018-12-31", "2019-01-06", "2019-01-07", "2019-02-01")  # Monday, Sunday, Monday, Friday
    rows = "".join(f"a{i},{day},0,1\n" for i, day in enumerate(days))
    text = TOOL + RECORDS.replace('"week"', f'"{period}"') + AREAS
    cells = opened(engine, write(tmp_path, text, records="area,day,hot,n\n" + rows)).cells("area", "period")

    assert [row["period"] for row in cells.order_by("area").to_pyarrow().to_pylist()] == expected


@pytest.mark.parametrize(
    ("written", "first"),
    [("2019", "2019-01-01"), ("2019-04", "2019-04-01"), ("2019-04-30 12:00", "2019-04-01")],
)
def test_years_months_and_times_are_read_as_dates(
    written: str, first: str, engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    text = TOOL + RECORDS.replace('"week"', '"month"') + AREAS
    rows = opened(engine, write(tmp_path, text, records=f"area,day,hot,n\na,{written},1,1\n"))

    assert [row["period"] for row in rows.cells("period").to_pyarrow().to_pylist()] == [first]


def test_equal_scores_go_to_the_area_whose_id_comes_first_as_text(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    # as text 10 comes before 9
    text = RECORDS.replace('{ column = "hot", flagged = ["1"] }', '{ top_k = 1, per = "day" }\nscore = "hot"')
    path = write(
        tmp_path, TOOL + text + AREAS, records="area,day,hot,n\n9,2019-01-07,5,1\n10,2019-01-07,5,1\n2,2019-01-07,4,1\n",
        areas="area\n2\n9\n10\n",
    )  # fmt: skip
    cells = opened(engine, path).cells("area", "decision").to_pyarrow().to_pylist()

    assert {row["area"]: row["decision"] for row in cells} == {"10": 1, "9": 0, "2": 0}


def test_a_declared_code_that_is_no_area_takes_no_flag_from_an_area(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    # the code has the highest score; of the real areas the first ranks highest
    text = RECORDS.replace('{ column = "hot", flagged = ["1"] }', '{ top_k = 1, per = "day" }\nscore = "hot"')
    path = write(
        tmp_path,
        TOOL + text + AREAS + 'not_areas = ["none"]\n',
        records="area,day,hot,n\na,2019-01-07,5,1\nb,2019-01-07,4,1\nnone,2019-01-07,9,1\n",
        areas="area\na\nb\nnone\n",
    )
    rows = opened(engine, path)
    flagged = [
        row["area"] for row in rows.cells("area", "decision").to_pyarrow().to_pylist() if row["decision"] == 1
    ]

    assert rows.areas.not_areas == (("none", 1),)
    assert flagged == ["a"]


def test_the_data_checks_alone_cover_areas_and_history(tmp_path: Path) -> None:
    path = write(tmp_path, TOOL + RECORDS + AREAS + 'residents = "people"\n' + HISTORY)
    status = {check.id: check.status for check in check_data(path)}

    assert status["residents-zero"] == "passed"
    assert status["history-unmatched"] == "passed"
    assert status["area-unmatched"] == "passed"
