"""Counting flags and incidents by area and period: nothing is lost, unmatched areas are named both ways."""

from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.load.engine import connect
from auditkit.load.places import load_places
from auditkit.results.places import PlaceTally
from auditkit.results.rows import CheckedPlaceRows
from auditkit.tally.places import tally_places

AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[records]
path = "records.csv"
area = "area"
{records}
[areas]
path = "areas.csv"
id = "area"
{areas}
"""
TIMED = """time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "incidents", source = "call" }
"""
HISTORY = """
[history]
path = "history.csv"
area = "area"
time = "day"
count = "n"
source = { column = "how", reported = ["call"], discovered = ["patrol"] }
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def tallied(
    engine: ibis.BaseBackend,
    folder: Path,
    records: str,
    *,
    sections: str = TIMED,
    table: str = "area\na\nb\n",
    areas: str = "",
    history: str | None = None,
) -> PlaceTally:
    (folder / "records.csv").write_text(records)
    (folder / "areas.csv").write_text(table)
    (folder / "history.csv").write_text(history or "")
    path = folder / "audit.toml"
    path.write_text(AUDIT.format(records=sections, areas=areas) + (HISTORY if history else ""))
    audit = read_audit_file(path)
    rows = load_places(engine, audit, folder=folder, audit_name="audit.toml")
    return tally_places(CheckedPlaceRows(rows=rows, checks=(), refused=()), audit)


def test_flags_and_incidents_stand_by_area_and_period(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(
        engine,
        tmp_path,
        "area,week,hot,n\nb,2019-01-14,1,4\na,2019-01-07,1,1\na,2019-01-14,0,2\nb,2019-01-07,0,3\n",
    )

    assert found.areas.ids == ("a", "b")
    assert found.periods == ("2019-01-07", "2019-01-14")
    assert found.flags.tolist() == [[1, 0], [0, 1]]
    assert found.outcomes is not None
    assert found.outcomes.tolist() == [[1, 2], [3, 4]]


def test_a_missing_row_counts_as_no_flag_and_no_incident(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(
        engine, tmp_path, "area,week,hot,n\na,2019-01-07,1,1\na,2019-01-14,1,2\nb,2019-01-07,1,3\n"
    )

    assert found.flags.tolist() == [[1, 1], [1, 0]]
    assert found.outcomes is not None
    assert found.outcomes.tolist() == [[1, 2], [3, 0]]


def test_unmatched_areas_are_named_both_ways_and_their_counts_kept(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    found = tallied(
        engine, tmp_path, "area,week,hot,n\na,2019-01-07,1,1\nx,2019-01-07,1,5\n,2019-01-07,0,2\n"
    )

    assert found.unmatched.areas == ("", "x")
    assert found.unmatched.without_records == ("b",)
    assert (found.unmatched.flags, found.unmatched.outcomes) == (1, 7)
    assert found.outcomes is not None
    assert found.outcomes.sum() == 1


def test_codes_declared_as_no_area_are_left_out_and_are_not_unmatched(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    found = tallied(
        engine,
        tmp_path,
        "area,week,hot,n\na,2019-01-07,1,1\nb,2019-01-07,0,1\nnone,2019-01-07,1,9\n",
        table="area\na\nb\nnone\n",
        areas='not_areas = ["none"]',
    )

    assert found.areas.ids == ("a", "b")
    assert found.flags.sum() == 1
    assert (found.unmatched.areas, found.unmatched.flags, found.unmatched.outcomes) == ((), 0, 0)


def test_records_without_a_time_are_one_period(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(engine, tmp_path, "area,x\na,10\nb,30\n", sections='decision = "all"\ncounts = "x"\n')

    assert found.periods == ("all",)
    assert found.flags.tolist() == [[10], [30]]
    assert found.outcomes is None


def test_each_row_is_a_flag_where_the_decision_is_all(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    sections = 'time = "week"\nperiod = "week"\ndecision = "all"\n'
    found = tallied(
        engine, tmp_path, "area,week\na,2019-01-07\na,2019-01-08\nb,2019-01-14\n", sections=sections
    )

    assert found.flags.tolist() == [[2, 0], [0, 1]]


def test_the_history_is_counted_in_the_periods_of_the_audit_by_source(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    past = "area,day,how,n\na,2018-12-18,call,3\na,2018-12-19,patrol,2\nb,2018-12-24,call,1\nb,2018-12-24,radio,7\n"
    found = tallied(
        engine, tmp_path, "area,week,hot,n\na,2019-01-07,1,1\nb,2019-01-07,0,1\n", history=past
    ).past

    assert found is not None
    assert found.periods == ("2018-12-17", "2018-12-24")  # Mondays
    assert found.total.tolist() == [[5, 0], [0, 8]]
    assert found.reported is not None
    assert found.reported.tolist() == [[3, 0], [0, 1]]
    assert found.discovered is not None
    assert found.discovered.tolist() == [[2, 0], [0, 0]]


def test_a_history_of_weeks_and_days_that_cannot_be_read_loses_nothing_else(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    past = "area,day,how,n\na,2018-12-18,call,3\na,soon,call,2\n"
    found = tallied(engine, tmp_path, "area,week,hot,n\na,2019-01-07,1,1\n", history=past).past

    assert found is not None
    assert found.total.sum() == 3
