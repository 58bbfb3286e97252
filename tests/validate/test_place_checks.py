"""Every check of areas by period, of the table of areas and of the history passes, fails and does not apply where it should."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis
import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.definitions.checks import read_checks
from auditkit.load.engine import connect
from auditkit.load.places import load_places
from auditkit.results.checks import CheckResult
from auditkit.results.rows import Rows
from auditkit.validate.checking import validate, validate_places

CHECKS = {check.id: check for check in read_checks(("places", "areas", "history"))}
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
OUTCOME = 'outcome = { column = "n", kind = "count", means = "incidents", source = "SOURCE" }\n'
TIME = 'time = "week"\nperiod = "week"\n'
CENTROIDS = 'longitude = "lon"\nlatitude = "lat"\n'
RACE = 'resident_groups.race = { Black = "black", White = "white" }\n'
SOURCE = 'source = { column = "how", reported = ["call"], discovered = ["patrol"] }\n'

# Two areas in two weeks; one area of two is flagged. A hundred incidents.
RECORDS = """area,week,hot,n
a,2019-01-07,1,40
b,2019-01-07,0,30
a,2019-01-14,1,20
b,2019-01-14,0,10
"""
AREAS = "area,people,black,white\na,100,40,60\nb,100,60,40\n"
# A line of places along a street, ten kilometres apart.
PLACED = "area,lon,lat\n" + "".join(f"{name},{10 + i / 10},50\n" for i, name in enumerate("abcdefgh"))
HISTORY = "area,week,how,n\na,2018-12-17,call,60\nb,2018-12-24,patrol,40\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Data, what the audit file says about them, and the fact that is expected to be shown."""

    records: str = RECORDS
    areas: str = AREAS
    history: str | None = None
    outcome: str | None = "call"
    """Source of the outcome; None for records without outcomes."""
    time: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    """More lines of a section: `records`, `areas` or `history`."""
    columns: Mapping[str, str] = field(default_factory=lambda: {"area": "area"})
    decision: str = 'decision = { column = "hot", flagged = ["1"] }\n'
    without: str = "-"
    """A role left out: an audit file always declares a decision, so nothing else can show its absence."""
    plain: bool = False
    """Whether the rows are those of a person tool, which have no areas."""
    shows: tuple[str, float | str] | None = None


def blocks(n: int) -> str:
    return "area,quarter\n" + "".join(f"a{i:02},q{i:02}\n" for i in range(n))


def weeks(n: int, count: int = 10) -> str:
    """A history of so many weeks before the audit, each with as many records."""
    days = [f"2018-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 15)][-n:]
    return "area,week,how,n\n" + "".join(f"a,{day},call,{count}\n" for day in days)


PAST = {"history": SOURCE}
SHORT = {"records": "baseline_periods = 2\n"}

PASSING = {
    "place-label-source": Case(shows=("incidents", "call")),
    "place-outcome-missing": Case(shows=("", 0.0)),
    "place-decision-missing": Case(shows=("", 0.0)),
    "area-unmatched": Case(
        # one row of fifty, exactly 2 %
        records="area,week,hot,n\n"
        + "".join(f"a,{2019 - i}-01-07,0,2\n" for i in range(49))
        + "x,2019-01-07,0,2\n",
        shows=("", 0.02),
    ),
    "area-unmatched-names": Case(shows=("", 0.0)),
    "area-without-records": Case(shows=("", 0.0)),
    "grid-complete": Case(shows=("", 0.0)),
    "period-unreadable": Case(shows=("", 0.0)),
    "pseudo-areas": Case(
        records=RECORDS.replace("a,2", "Outwood,2"), areas=AREAS.replace("a,1", "Outwood,1"), shows=("", 0.0)
    ),
    "total-areas": Case(
        # 30 is the sum of 20 and 9 but for one
        records="area,week,hot,n\na,2019-01-07,1,30\nb,2019-01-07,0,20\nTotality,2019-01-07,0,9\n",
        shows=("", 0.0),
    ),
    "flagged-areas": Case(shows=("", 0.5)),
    "outcome-enough": Case(shows=("", 100.0)),
    "place-personal-columns": Case(
        # the name of an area is no name of a person
        records=RECORDS.replace("area,", "area_name,", 1),
        columns={"area": "area_name"},
        shows=("area_name", 0.0),
    ),
    "place-repeated-columns": Case(
        records="area,week,hot,n,n.1\na,2019-01-07,1,5,5\nb,2019-01-07,0,5,6\n", shows=("n.1 repeats n", 0.0)
    ),
    "residents-missing": Case(keys={"areas": 'residents = "people"\n'}, shows=("", 0.0)),
    "residents-zero": Case(keys={"areas": 'residents = "people"\n'}, shows=("", 0.0)),
    "resident-groups-excess": Case(keys={"areas": 'residents = "people"\n' + RACE}, shows=("race", 0.0)),
    "area-islands": Case(areas=PLACED, keys={"areas": CENTROIDS}, shows=("", 0.0)),
    # eight places in a line, six nearest each: all of 28 pairs but the two ends, 2 x 27/8
    "mean-neighbours": Case(areas=PLACED, keys={"areas": CENTROIDS}, shows=("", 6.75)),
    "blocks-enough": Case(areas=blocks(20), keys={"areas": 'block = "quarter"\n'}, shows=("", 20.0)),
    "area-names-repeated": Case(shows=("", 1.0)),
    "area-without-position": Case(areas=PLACED, keys={"areas": CENTROIDS}, shows=("", 0.0)),
    "history-unmatched": Case(
        # two records of a hundred
        history="area,week,how,n\na,2018-12-17,call,98\nx,2018-12-24,call,2\n",
        keys=PAST,
        shows=("", 0.02),
    ),
    "history-dates-unreadable": Case(history=HISTORY, keys=PAST, shows=("", 0.0)),
    "history-dates-stray": Case(
        history="area,week,how,n\na,2018-12-17,call,60\nb,2008-12-22,call,40\n", keys=PAST, shows=("", 0.0)
    ),
    "history-late": Case(history=HISTORY, keys=PAST, shows=("", 0.0)),
    "history-short": Case(history=HISTORY, keys=PAST | SHORT, shows=("", 1.0)),
    "history-source-undeclared": Case(
        history="area,week,how,n\na,2018-12-17,call,95\na,2018-12-17,radio,5\n", keys=PAST, shows=("", 0.05)
    ),
    "history-discovered": Case(
        history="area,week,how,n\na,2018-12-17,call,50\na,2018-12-17,patrol,50\n", keys=PAST, shows=("", 0.5)
    ),
    "history-level": Case(history=weeks(8), keys=PAST, shows=("", 1.0)),
}

FAILING = {
    "place-label-source": Case(outcome="officer_initiated", shows=("incidents", "officer_initiated")),
    "place-outcome-missing": Case(records=RECORDS.replace(",40", ","), shows=("", 0.25)),
    "place-decision-missing": Case(
        records=RECORDS.replace("a,2019-01-07,1", "a,2019-01-07,"), shows=("", 0.25)
    ),
    "area-unmatched": Case(records=RECORDS + "x,2019-01-14,0,1\n", shows=("", 0.2)),
    "area-unmatched-names": Case(records=RECORDS + "x,2019-01-14,0,1\n", shows=("x", 1.0)),
    "area-without-records": Case(areas=AREAS + "c,100,50,50\n", shows=("c", 1.0)),
    "grid-complete": Case(records=RECORDS.replace("b,2019-01-14,0,10\n", ""), shows=("", 0.25)),
    "period-unreadable": Case(records=RECORDS.replace("b,2019-01-14", "b,14 January"), shows=("", 0.25)),
    "pseudo-areas": Case(
        records=RECORDS.replace("b,", "9900,"),
        areas="area,label\na,Altstadt\n9900,Bezirk (nicht zuzuordnen)\n",
        keys={"areas": 'name = "label"\n'},
        shows=("9900 (Bezirk (nicht zuzuordnen))", 1.0),
    ),
    "total-areas": Case(
        records="area,week,hot,n\na,2019-01-07,1,30\nb,2019-01-07,0,20\nall of it,2019-01-07,0,50\n",
        shows=("all of it", 1.0),
    ),
    "flagged-areas": Case(records=RECORDS.replace(",0,", ",1,", 1), shows=("", 0.75)),
    "outcome-enough": Case(records=RECORDS.replace(",10\n", ",9\n"), shows=("", 99.0)),
    "place-personal-columns": Case(
        records=RECORDS.replace("hot", "phone"),
        decision='decision = { column = "phone", flagged = ["1"] }\n',
        shows=("phone", 1.0),
    ),
    "place-repeated-columns": Case(
        records="area,week,hot,n,n.1\na,2019-01-07,1,5,5\nb,2019-01-07,0,6,6\n", shows=("n.1 repeats n", 1.0)
    ),
    "residents-missing": Case(
        areas=AREAS.replace("b,100", "b,"), keys={"areas": 'residents = "people"\n'}, shows=("b", 1.0)
    ),
    "residents-zero": Case(
        areas=AREAS.replace("b,100", "b,0"), keys={"areas": 'residents = "people"\n'}, shows=("b", 1.0)
    ),
    "resident-groups-excess": Case(
        # 202 in groups of 200 residents
        areas=AREAS.replace("b,100,60", "b,100,62"),
        keys={"areas": 'residents = "people"\n' + RACE},
        shows=("race", 0.01),
    ),
    "area-islands": Case(areas=PLACED + "z,,\n", keys={"areas": CENTROIDS}, shows=("z", 1.0)),
    "mean-neighbours": Case(
        areas="area,lon,lat\na,10,50\nb,11,50\nc,12,50\n", keys={"areas": CENTROIDS}, shows=("", 2.0)
    ),
    "blocks-enough": Case(areas=blocks(19), keys={"areas": 'block = "quarter"\n'}, shows=("", 19.0)),
    "area-names-repeated": Case(
        areas="area,label\na,Downtown\nb,Downtown\n",
        keys={"areas": 'name = "label"\n'},
        shows=("Downtown", 2.0),
    ),
    "area-without-position": Case(areas=PLACED + "z,,\n", keys={"areas": CENTROIDS}, shows=("z", 1.0)),
    "history-unmatched": Case(
        history="area,week,how,n\na,2018-12-17,call,97\nx,2018-12-24,call,3\n", keys=PAST, shows=("", 0.03)
    ),
    "history-dates-unreadable": Case(history=HISTORY + "a,Christmas,call,100\n", keys=PAST, shows=("", 0.5)),
    "history-dates-stray": Case(
        history="area,week,how,n\na,2018-12-17,call,75\nb,1966-12-19,call,25\n", keys=PAST, shows=("", 0.25)
    ),
    "history-late": Case(history=HISTORY + "a,2019-01-07,call,25\n", keys=PAST, shows=("", 0.2)),
    "history-short": Case(
        history=HISTORY, keys=PAST | {"records": "baseline_periods = 4\n"}, shows=("", 0.5)
    ),
    "history-source-undeclared": Case(
        history="area,week,how,n\na,2018-12-17,call,94\na,2018-12-17,radio,6\n", keys=PAST, shows=("", 0.06)
    ),
    "history-discovered": Case(
        history="area,week,how,n\na,2018-12-17,call,49\na,2018-12-17,patrol,51\n", keys=PAST, shows=("", 0.51)
    ),
    # the first six weeks bring 10 each, the last two 20 each
    "history-level": Case(
        history=weeks(8).replace("12-01,call,10", "12-01,call,20").replace("12-15,call,10", "12-15,call,20"),
        keys=PAST,
        shows=("", 2.0),
    ),
}

NO_AREAS = Case(plain=True)
NO_OUTCOME = Case(outcome=None)
NO_HISTORY = Case()
NO_TIME = Case(records="area,hot,n\na,1,60\nb,0,40\n", time=False)
NOT_APPLICABLE = {
    **dict.fromkeys(("place-label-source", "place-outcome-missing", "outcome-enough"), NO_OUTCOME),
    "place-decision-missing": Case(without="decision"),
    "flagged-areas": Case(without="decision"),
    **dict.fromkeys(
        (
            "area-unmatched", "area-unmatched-names", "area-without-records", "pseudo-areas", "total-areas",
            "place-personal-columns", "place-repeated-columns", "blocks-enough", "area-names-repeated",
            "area-without-position",
        ),
        NO_AREAS,
    ),
    **dict.fromkeys(("grid-complete", "period-unreadable"), NO_TIME),
    "history-late": Case(records=NO_TIME.records, time=False, history=HISTORY, keys=PAST),
    **dict.fromkeys(("residents-missing", "residents-zero"), Case()),
    "resident-groups-excess": Case(keys={"areas": 'residents = "people"\n'}),
    **dict.fromkeys(("area-islands", "mean-neighbours"), Case()),  # nothing says what is near
    **dict.fromkeys(
        ("history-unmatched", "history-dates-unreadable", "history-dates-stray", "history-short", "history-level"),
        NO_HISTORY,
    ),
    **dict.fromkeys(("history-source-undeclared", "history-discovered"), Case(history=HISTORY)),
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def judged(name: str, case: Case, folder: Path, engine: ibis.BaseBackend) -> CheckResult:
    """Load the tables of a case and run one check on them."""
    more = case.keys
    sections = [
        TOOL,
        f'[records]\npath = "records.csv"\narea = "{case.columns["area"]}"\n{case.decision}',
        TIME if case.time else "",
        OUTCOME.replace("SOURCE", case.outcome) if case.outcome else "",
        more.get("records", ""),
        f'[areas]\npath = "areas.csv"\nid = "area"\n{more.get("areas", "")}',
    ]
    if case.history is not None:
        keys = 'area = "area"\ntime = "week"\ncount = "n"\n'
        sections.append(f'[history]\npath = "history.csv"\n{keys}{more.get("history", "")}')
        (folder / "history.csv").write_text(case.history)
    (folder / "records.csv").write_text(case.records)
    (folder / "areas.csv").write_text(case.areas)
    (folder / "audit.toml").write_text("".join(sections))
    audit = read_audit_file(folder / "audit.toml")
    rows = load_places(engine, audit, folder=folder, audit_name="audit.toml")
    rows = replace(rows, columns=tuple(column for column in rows.columns if column.role != case.without))
    if case.plain:
        bare = Rows(
            table=rows.table,
            source=rows.source,
            columns=rows.columns,
            counted=rows.counted,
            original=rows.original,
        )
        return validate(bare, audit, checks=(CHECKS[name],), progress=lambda _: None).checks[0]
    return validate_places(rows, audit, checks=(CHECKS[name],), progress=lambda _: None).checks[0]


def shown(result: CheckResult) -> list[tuple[str, object]]:
    return [(fact.item, fact.value) for fact in result.observed]


def approximately(shows: tuple[str, float | str] | None) -> tuple[str, object]:
    assert shows is not None
    item, value = shows
    return item, value if isinstance(value, str) else pytest.approx(value)


def test_every_check_has_a_passing_a_failing_and_a_not_applicable_case() -> None:
    assert set(PASSING) == set(FAILING) == set(NOT_APPLICABLE) == set(CHECKS)
    assert len(CHECKS) >= 15


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_passes_on_sound_data_and_shows_the_fact_nearest_to_failing(
    name: str, tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    result = judged(name, PASSING[name], tmp_path, engine)

    assert result.status == "passed"
    assert result.refuses == ()
    assert shown(result) == [approximately(PASSING[name].shows)]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fails_on_bad_data_shows_them_and_refuses_what_it_says(
    name: str, tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    result = judged(name, FAILING[name], tmp_path, engine)

    assert result.status == "failed"
    assert result.refuses == CHECKS[name].refuses
    assert approximately(FAILING[name].shows) in shown(result)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_does_not_apply_where_what_it_needs_is_not_declared(
    name: str, tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    result = judged(name, NOT_APPLICABLE[name], tmp_path, engine)

    assert (result.status, result.observed) == ("not_applicable", ())


@pytest.mark.parametrize("name", ["All Saints", "Alltown", "Summit Hill", "Allegheny"])
def test_a_neighbourhood_whose_name_begins_like_a_total_is_no_total(
    name: str, tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    case = Case(records=RECORDS.replace("b,", f"{name},"), areas=AREAS.replace("b,", f"{name},"))

    assert judged("total-areas", case, tmp_path, engine).status == "passed"


def test_declared_codes_that_stand_for_no_area_are_neither_unmatched_nor_pseudo_areas(
    tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    case = Case(
        records=RECORDS + "not assigned,2019-01-07,0,9\nnot assigned,2019-01-14,0,9\n",
        areas=AREAS + "not assigned,,,\n",
        keys={"areas": 'not_areas = ["not assigned"]\n'},
    )
    for name in ("area-unmatched", "area-unmatched-names", "pseudo-areas"):
        assert judged(name, case, tmp_path, engine).status == "passed", name


def test_records_of_declared_codes_in_the_history_are_not_unmatched(
    tmp_path: Path, engine: ibis.BaseBackend
) -> None:
    case = Case(
        areas=AREAS + "not assigned,,,\n",
        history="area,week,how,n\na,2018-12-17,call,50\nnot assigned,2018-12-24,call,50\n",
        keys=PAST | {"areas": 'not_areas = ["not assigned"]\n'},
    )

    assert judged("history-unmatched", case, tmp_path, engine).status == "passed"
