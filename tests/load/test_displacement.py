"""The sections on displacement and the trade-off: what is read, what is counted, and what stops the audit."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import ibis
import numpy as np
import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.definitions.displacement import whole
from auditkit.definitions.records import Period
from auditkit.errors import AuditKitError
from auditkit.load.engine import connect
from auditkit.load.places import load_places
from auditkit.results.places import PlaceTally
from auditkit.results.rows import CheckedPlaceRows
from auditkit.tally.places import tally_places

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
time = "week"
period = "week"
score = "s"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "incidents", source = "call" }
"""
AREAS = """
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = { Black = "black" }
stops = { all = "stops", Black = "black_stops" }
"""
ROLES = """
[displacement]
path = "roles.csv"
area = "area"
role = "what"
treated = ["camera"]
control = ["none", "nothing"]
before = [2019-01-07, 2019-01-22]
after = [2019-01-23, 2019-02-10]
"""
HISTORY = '\n[history]\npath = "history.csv"\narea = "area"\ntime = "day"\ncount = "n"\n'
FRONTIER = '\n[frontier]\ngroup = { race = "Black" }\n'
WEEKS = [str(dt.date(2019, 1, 7) + dt.timedelta(weeks=week)) for week in range(5)]
RECORDED = "area,week,hot,s,n\n" + "".join(
    f"{area},{day},{int(area == 'a')},{'' if area == 'b' else at},{10 * number + at}\n"
    for number, area in enumerate("abc", 1)
    for at, day in enumerate(WEEKS)
)
TABLES = {
    "records": RECORDED,
    "areas": "area,people,black,stops,black_stops\na,100,50,30,20\nb,100,40,,\nc,100,30,10,5\n",
    "roles": "area,what\na,camera\nb,none\nc,nothing\n",
    "history": "area,day,n\na,2019-01-09,7\na,2019-02-05,2\nb,2019-01-10,6\n",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def tallied(engine: ibis.BaseBackend, folder: Path, sections: str, **tables: str) -> PlaceTally:
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text)
    path = folder / "audit.toml"
    path.write_text(sections)
    audit = read_audit_file(path)
    rows = load_places(engine, audit, folder=folder, audit_name=path.name)
    return tally_places(CheckedPlaceRows(rows=rows, checks=(), refused=()), audit)


def test_incidents_are_counted_by_role_in_whole_periods(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    # Before: the weeks of 7 and 14 January; the one of 21 January is cut. After: 28 January and 4 February.
    found = tallied(engine, tmp_path, TOOL + RECORDS + AREAS + ROLES)

    assert found.displacement is not None
    assert found.displacement.before == ("2019-01-07", "2019-01-14")
    assert found.displacement.after == ("2019-01-28", "2019-02-04")
    treated, control = found.displacement.roles
    assert (treated.role, treated.areas, control.role, control.areas) == ("treated", 1, "control", 2)
    assert (treated.before.tolist(), treated.after.tolist()) == ([10, 11], [13, 14])
    assert (control.before.tolist(), control.after.tolist()) == ([50, 52], [56, 58])
    assert control.area_totals.tolist() == [110, 160]


def test_incidents_may_come_from_the_history(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(engine, tmp_path, TOOL + RECORDS + AREAS + ROLES + 'incidents = "history"\n' + HISTORY)

    assert found.displacement is not None
    treated, control = found.displacement.roles
    # days of the weeks of 7 January and 4 February; nothing in those between
    assert (treated.before.tolist(), treated.after.tolist()) == ([7, 0], [0, 2])
    assert (control.before.tolist(), control.after.tolist()) == ([6, 0], [0, 0])


def test_scores_and_stops_are_kept_where_they_are_known(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(engine, tmp_path, TOOL + RECORDS + AREAS)

    assert found.displacement is None
    assert found.scores is not None
    assert found.scores[0].tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(found.scores[1]).all()
    stops = dict(found.areas.stops)
    assert stops["Black"][[0, 2]].tolist() == [20, 5]
    assert np.isnan(stops["all"][1])


@pytest.mark.parametrize(
    ("period", "days", "expected"),
    [
        ("day", ((2020, 2, 28), (2020, 3, 1)), ["2020-02-28", "2020-02-29", "2020-03-01"]),
        ("week", ((2020, 1, 1), (2020, 1, 19)), ["2020-01-06", "2020-01-13"]),
        ("month", ((2019, 12, 1), (2020, 2, 28)), ["2019-12-01", "2020-01-01"]),  # 2020 has a 29 February
        ("year", ((2017, 1, 1), (2019, 12, 30)), ["2017-01-01", "2018-01-01"]),
        ("month", ((2020, 1, 2), (2020, 1, 30)), []),
    ],
)
def test_only_whole_periods_between_two_days_count(
    period: Period, days: tuple[tuple[int, int, int], tuple[int, int, int]], expected: list[str]
) -> None:
    first, last = (dt.date(*day) for day in days)

    assert [str(day) for day in whole((first, last), period)] == expected


BAD_SECTIONS = {
    "a value in two roles": (
        ROLES.replace('["camera"]', '["none"]'),
        "'none' cannot be both 'treated' and 'control'",
    ),
    "after before before": (ROLES.replace("2019-01-23", "2019-01-20"), "'before' ends before 'after' begins"),
    "unequal lengths": (ROLES.replace("2019-02-10", "2019-02-03"), "found 2 and 1 of kind 'week'"),
    "history that is not there": (ROLES + 'incidents = "history"\n', 'incidents = "history" needs [history]'),
    "a group that is not declared": (FRONTIER.replace("Black", "Blak"), "group names 'Blak'"),
    "a cap above one": (FRONTIER + "caps = [1.5]\n", "caps"),
}


@pytest.mark.parametrize("name", BAD_SECTIONS)
def test_sections_that_do_not_fit_are_refused_at_the_door(name: str, tmp_path: Path) -> None:
    section, says = BAD_SECTIONS[name]
    path = tmp_path / "audit.toml"
    path.write_text(TOOL + RECORDS + AREAS + section)

    with pytest.raises(AuditKitError) as caught:
        read_audit_file(path)
    assert says in str(caught.value)


def without(text: str, *keys: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(keys))


BAD_AUDITS = {
    "no periods": (TOOL + without(RECORDS, "time", "period") + AREAS + ROLES, "needs [records] time and period"),
    "no outcome": (TOOL + without(RECORDS, "outcome") + AREAS + ROLES, 'incidents = "records" needs [records] outcome'),
    "no earlier periods": (
        TOOL + without(RECORDS, "time", "period") + AREAS + FRONTIER, "areas are chosen on earlier periods",
    ),
    "no outcome to find": (TOOL + without(RECORDS, "outcome") + AREAS + FRONTIER, "[frontier] needs [records] outcome"),
    "no residents": (TOOL + RECORDS + without(AREAS, "residents =") + FRONTIER, "[frontier] needs [areas] residents"),
    "no stops": (
        TOOL + RECORDS + without(AREAS, "stops") + FRONTIER + 'share_of = "stops"\n', "needs [areas] stops with 'all'",
    ),
    "a benefit": (
        TOOL.replace('"burden"', '"benefit"') + RECORDS + AREAS + FRONTIER, "orientation calls flags a benefit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_AUDITS)
def test_sections_that_lack_what_they_need_are_refused_at_the_door(name: str, tmp_path: Path) -> None:
    text, says = BAD_AUDITS[name]
    path = tmp_path / "audit.toml"
    path.write_text(text)

    with pytest.raises(AuditKitError) as caught:
        read_audit_file(path)
    assert says in str(caught.value)


BAD_ROLES = {
    "an area twice": ("area,what\na,camera\na,none\nb,nothing\n", "names an area more than once: 'a'"),
    "an area that is none": ("area,what\na,camera\nb,none\nz,nothing\n", "gives a role to 'z'"),
    "a value that nobody has": ("area,what\na,camera\nb,none\n", "'what' never holds 'nothing'"),
    "no such column": ("area,role\na,camera\n", "what"),
}


@pytest.mark.parametrize("name", BAD_ROLES)
def test_roles_that_do_not_fit_the_areas_stop_the_audit(
    name: str, engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    table, says = BAD_ROLES[name]

    with pytest.raises(AuditKitError) as caught:
        tallied(engine, tmp_path, TOOL + RECORDS + AREAS + ROLES, roles=table)
    assert says in str(caught.value)
    assert "roles.csv" in str(caught.value)


def test_areas_without_a_role_take_part_in_nothing(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    found = tallied(
        engine, tmp_path, TOOL + RECORDS + AREAS + ROLES.replace('["none", "nothing"]', '["none"]')
    )

    assert found.displacement is not None
    assert [role.areas for role in found.displacement.roles] == [1, 1]


def test_periods_without_records_are_no_periods_without_incidents(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    late = ROLES.replace("2019-02-10", "2019-02-17").replace("2019-01-07", "2018-12-31")

    with pytest.raises(AuditKitError) as caught:
        tallied(engine, tmp_path, TOOL + RECORDS + AREAS + late)
    assert "periods run from 2019-01-07 to 2019-02-04" in str(caught.value)
