"""Every further check passes on a sound world, fails on a bad one with the fact it shows, and does not apply to a bare one.

A world is one audit with all its tables; it is loaded and checked once, and many checks are read from it.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.definitions.checks import read_checks
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.load.places import load_places
from auditkit.results.checks import CheckResult
from auditkit.validate.checking import validate, validate_alerts, validate_places

Row = dict[str, object]
Tables = Mapping[str, list[Row]]
SUITES = {
    "person": ("any_table", "scored_people", "training", "missingness", "benchmark"),
    "place": ("any_table", "place_records", "residents", "past", "logs", "resident_reports"),
    "alert": ("any_table", "positions", "missingness", "events"),
}
CHECKS = {kind: {one.id: one for one in read_checks(suites)} for kind, suites in SUITES.items()}


def tool(kind: str, status: str = "pilot") -> str:
    return (
        f'[tool]\nname = "T"\nvendor = "V"\nversion = "1"\ntype = "{kind}"\npurpose = "p"\n'
        f'flagged_means = "f"\norientation = "burden"\nstatus = "{status}"\n'
    )


def text(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def day(at: int, first: str = "2018-01-01") -> dt.date:
    return dt.date.fromisoformat(first) + dt.timedelta(days=at)


PERSON = """
[records]
path = "people.csv"
id = "id"
time = "day"
area = "beat"
score = "score"
inputs = ["priors", "suburb"]
inputs_as_of = "as_of"
split = { column = "fold", training = ["train"] }
decision = { column = "flagged", flagged = ["1"] }
outcome = { column = "outcome", positive = ["1"], means = "arrested", source = "call", date = "outcome_day" }
observed_until = 2022-01-01
follow_up_days = 100
[groups.race]
column = "race"
assigned_by = "ASSIGNED"
population = { shares = { A = 0.5, B = 0.5 }, means = "residents" }
[[unlawful_periods]]
first = UNLAWFUL
last = UNLAWFUL
finding = "a consent decree"
[[second_source]]
table = "records"
total = TOTAL
source = "yearbook"
"""
STOPS = """
[records]
path = "people.csv"
id = "id"
area = "beat"
decision = { column = "flagged", flagged = ["1"] }
outcome = { column = "outcome", positive = ["1"], means = "hit", source = "officer_initiated" }
[groups.race]
column = "race"
[stops.benchmark]
path = "benchmark.csv"
area = "beat"
groups = { race = "race" }
counts = { residents = "pop" }
"""
BENCHMARK: list[Row] = [{"beat": b, "race": r, "pop": 100} for b in "xy" for r in "AB"]


def people(n: int = 720) -> list[Row]:
    """Make people over 24 months; nothing has to do with anything else."""
    rng = np.random.default_rng(3)
    rows: list[Row] = []
    for at in range(n):
        happened = at % 2
        scored = day(at % 720)
        rows.append(
            {
                "id": f"p{at}", "fold": "train" if at % 3 == 0 else "test", "day": scored, "as_of": scored,
                "beat": "xy"[at // 2 % 2], "score": int(rng.integers(0, 10)), "priors": int(rng.integers(0, 9)),
                "suburb": ["Hill", "Dale"][int(rng.integers(0, 2))], "race": "AB"[int(rng.integers(0, 2))], "flagged": at // 2 % 2,
                "outcome": happened, "outcome_day": day(at % 720 + 30) if happened else "",
            }
        )  # fmt: skip
    return rows


def changed(rows: list[Row], change: Callable[[int, Row], Row | None]) -> list[Row]:
    return [{**row, **new} if (new := change(at, row)) else row for at, row in enumerate(rows)]


def bad_people() -> list[Row]:
    """Audited are two of three people: 480. Their ids repeat those of training, and their inputs know the outcome."""

    def spoil(at: int, row: Row) -> Row:
        test = row["fold"] == "test"
        new: Row = {"suburb": f"{row['race']} street"}
        if test:
            new |= {"id": f"p{at // 3 * 3}", "priors": 100 + 10 * int(str(row["outcome"])) + at % 5}
            new["as_of"] = day(at % 720 + 1)
        if at % 3 == 1:  # half of the audited
            new["beat"] = "" if row["race"] == "A" else "unknown"
        if at % 9 == 1:  # 80 of 480
            new["score"] = -1
        if row["outcome"] == 1 and at % 8 == 1:
            new["outcome_day"] = day(at % 720 - 1)
        return new

    return changed(people(), spoil)


def uneven_people() -> list[Row]:
    """Race is unknown for flagged people alone, outcomes double after a year, one row is a total and one is empty."""

    def spoil(at: int, row: Row) -> Row:
        flagged = row["flagged"] == 1
        first_year = at % 720 < 360
        kept = at % 4 == 1 if first_year else at % 4 in {1, 2, 3}
        new: Row = {"outcome": int(kept), "outcome_day": ""}
        if flagged and at % 4 == 2:
            new["race"] = ""
        if row["race"] == "B" and at % 5 == 0:
            new["outcome"] = ""
        new["priors"], new["score"] = 2 * int(at % 7), int(at % 7)
        return new

    rows = changed(people(), spoil)
    rows[1] |= {"race": "Total"}
    return [*rows, dict.fromkeys(rows[0], "")]


PLACE = """
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "burglaries", source = "call" }
inputs = ["thefts"]
[areas]
path = "areas.csv"
id = "area"
residents = "people"
margin = "margin"
residents_year = YEAR
boundaries_year = 2018
resident_groups.race = { A = "a", B = "b" }
[history]
path = "history.csv"
area = "area"
time = "day"
recorded = "written"
longitude = "lon"
latitude = "lat"
[deployment]
path = "logs.csv"
area = "area"
time = "week"
hours = "hours"
[resident_reports]
path = "reports.csv"
by = "call"
area = "area"
time = "called"
answered = "came"
[reporting]
REPORTING
[[unlawful_periods]]
first = 2017-03-01
last = 2017-03-31
areas = ["UNLAWFUL"]
finding = "misconduct"
[[second_source]]
table = "areas"
total = 4000
source = "census"
[[second_source]]
table = "history"
total = 1080
source = "police"
[[second_source]]
table = "records"
total = TOTAL
first = 2018-07-02
last = 2018-08-19
source = "yearbook"
"""
FLAGS = """
[records]
path = "flags.csv"
area = "area"
time = "week"
period = "week"
counts = "n"
suppressed = ["*"]
decision = "all"
[areas]
path = "areas.csv"
id = "area"
"""
BARE = """
[records]
path = "records.csv"
area = "area"
decision = { column = "hot", flagged = ["1"] }
[areas]
path = "areas.csv"
id = "area"
"""
PERSONAL = (
    BARE
    + """
[history]
path = "history.csv"
area = "address"
time = "day"
[deployment]
path = "logs.csv"
area = "area"
time = "week"
hours = "officer_phone"
[resident_reports]
path = "reports.csv"
by = "call"
area = "street"
time = "called"
"""
)
AREAS = "abcd"


def places() -> Tables:
    records: list[Row] = [
        {"area": area, "week": day(7 * week, "2018-07-02"), "hot": int(at == 0), "n": [40, 10, 12, 11][at], "thefts": [30, 20, 5, 20][week % 4]}
        for week in range(8)
        for at, area in enumerate(AREAS)
    ]  # fmt: skip
    areas: list[Row] = [{"area": area, "people": 1000, "margin": 200, "a": 500, "b": 500} for area in AREAS]
    # six records a day in 180 days before the audit, shares as in the audit: 3 in a, 1 elsewhere; written down a day later
    history: list[Row] = [
        {"area": "aaabcd"[at % 6], "day": day(at // 6), "written": day(at // 6 + 1),
         "lon": f"{10 + at / 10000:.5f}1", "lat": f"{50 + at / 10000:.5f}1"}
        for at in range(1080)
    ]  # fmt: skip
    logs: list[Row] = [
        {"area": area, "week": day(7 * week, "2018-07-02"), "hours": at + week} for week in range(8) for at, area in enumerate(AREAS)
    ]  # fmt: skip
    reports: list[Row] = [
        {"area": AREAS[at % 4], "called": f"2018-07-{1 + at % 28:02} 10:{at % 60:02}", "came": f"2018-07-{1 + at % 28:02} 11:{at // 2 % 60:02}"}
        for at in range(200)
    ]  # fmt: skip
    return {"records": records, "areas": areas, "history": history, "logs": logs, "reports": reports}


def bad_places() -> Tables:
    """Spoil every table of a place tool in many ways."""
    sound = places()
    areas = changed(sound["areas"], lambda *_: {"a": 20, "b": 0})
    areas += [{"area": "park", "people": 50, "margin": 45, "a": 30, "b": 0}]
    areas += [{"area": "all of it", "people": 4050, "margin": 0, "a": 110, "b": 0}]
    records = changed(sound["records"], lambda _, row: {"thefts": 2 * int(str(row["n"]))})
    records += [
        {"area": "park", "week": day(7 * w, "2018-07-02"), "hot": 0, "n": 0, "thefts": 0} for w in range(8)
    ]
    logs = [row for row in sound["logs"] if row["area"] != "d" and row["week"] != day(7, "2018-07-02")]
    logs = changed(logs, lambda at, _: {"hours": ""} if at in {0, 1} else None)  # three areas in seven weeks
    logs += [
        logs[2],
        {"area": "a", "week": "1999-01-04", "hours": 1},
        {"area": "zoo", "week": day(0, "2018-07-02"), "hours": 1},
    ]

    def unanswered(at: int, row: Row) -> Row:
        new: Row = {"came": ""} if row["area"] == "a" else {}
        new |= {"area": "zoo"} if at % 4 == 1 else {}
        return new | ({3: {"called": "yesterday"}, 7: {"called": "1977-01-01 10:00"}}.get(at, {}))

    reports = changed(sound["reports"], unanswered)
    reports = [*reports, *reports[20:40], dict.fromkeys(reports[0], "")]
    return {
        "records": records,
        "areas": areas,
        "history": bad_history(sound["history"]),
        "logs": logs,
        "reports": reports,
    }


def bad_history(rows: list[Row]) -> list[Row]:
    """No positions in b, one position in a, half of the records 20 days late, and eight times as many in c from day 90, half without a position."""

    def late(at: int, row: Row) -> Row:
        new: Row = {"written": day(at // 6 + (20 if at % 2 else 0))}
        if row["area"] == "b":
            new |= {"lon": "", "lat": ""}
        else:
            new |= {"lon": "10.001" if row["area"] == "a" else f"{10 + at / 1000:.3f}", "lat": "50.002"}
        return new | ({"written": "2017-01-01", "lon": "", "area": "10.0312"} if at == 0 else {})

    spoilt = [row for row in changed(rows, late) if str(row["written"]) <= str(day(191))]
    wave = [
        {
            **rows[5], "area": "c", "day": day(90 + at // 8), "written": day(90 + at // 8),
            "lon": f"{10 + at / 9999:.6f}1" if at % 2 else "",
        }
        for at in range(720)
    ]  # fmt: skip
    return [*spoilt, *wave, *wave[:200], dict.fromkeys(rows[0], ""), {**rows[5], "area": "Total"}]


ALERT = """
[records]
path = "alerts.csv"
id = "id"
area = "area"
time = "day"
period = "day"
recorded = "written"
longitude = "lon"
latitude = "lat"
score = "score"
inputs = ["hour", "shots"]
decision = { column = "sent", flagged = ["1"] }
outcome = { column = "found", confirmed = ["casing"], means = "casings", source = "call" }
[groups.race]
column = "race"
[areas]
path = "areas.csv"
id = "area"
residents = "people"
[events]
path = "events.csv"
area = "area"
alerted = { column = "heard", yes = ["yes"] }
means = "shootings"
source = "verified"
[[unlawful_periods]]
first = 2017-03-01
last = 2017-03-31
finding = "misconduct"
[[second_source]]
table = "records"
total = 600
source = "vendor"
"""


def alerts() -> Tables:
    rng = np.random.default_rng(4)
    rows: list[Row] = [
        {
            "id": at, "area": "ab"[at % 2], "day": day(at // 10), "written": day(at // 10 + 1), "lon": f"{10 + at / 10000:.5f}1",
            "lat": f"{50 + at / 10000:.5f}1", "score": int(rng.integers(0, 9)), "hour": int(rng.integers(0, 24)),
            "shots": int(rng.integers(1, 6)), "sent": at // 2 % 2, "found": ["casing", "nothing"][at // 4 % 2], "race": "AB"[at // 3 % 2],
        }
        for at in range(600)
    ]  # fmt: skip
    events: list[Row] = [
        {"area": "ab"[at % 2], "heard": ["yes", "no"][at // 2 % 2], "case": at, "month": "2018-01"} for at in range(20)
    ]  # fmt: skip
    areas: list[Row] = [{"area": area, "people": 1000} for area in "ab"]
    return {"alerts": rows, "areas": areas, "events": events}


def personal() -> Tables:
    """Name columns of every table as if they held what identifies people."""
    renamed = {
        "history": ("area", "address"),
        "logs": ("hours", "officer_phone"),
        "reports": ("area", "street"),
    }
    tables = {**places(), "records": places()["records"][:4]}
    for name, (old, new) in renamed.items():
        tables[name] = [{new if key == old else key: one for key, one in row.items()} for row in tables[name]]
    return tables


def spoilt_alert(at: int, row: Row) -> Row:
    """Spoil one alert, by its place in the table."""
    new: Row = {"hour": 2 * int(str(row["shots"])), "written": day(at // 10 + 15 * (at % 2))}
    if at % 4 == 0:
        new |= {"lon": "", "lat": ""}
    elif at % 2:
        new |= {"lon": "10.001", "lat": "50.002"}
    if at % 3 == 2:
        new |= {"race": "", "shots": 9, "hour": 18}
    if row["race"] == "A" and at % 7 == 1:
        new |= {"found": ""}
    return new | ({0: {"area": "50.0131"}, 5: {"written": "2017-01-01"}}.get(at, {}))


def bad_alerts() -> Tables:
    """Spoil every table of an alert system in many ways."""
    sound = alerts()
    rows = changed(sound["alerts"], spoilt_alert)
    rows += [{**row, "id": 1000 + at, "day": day(30 + at // 30)} for at, row in enumerate(rows[300:])]
    rows += [{**rows[1], "id": 5000 + at, "day": day(30 + at // 20)} for at in range(600)]
    rows = [*rows, dict.fromkeys(rows[0], "")]
    events = [*sound["events"], sound["events"][3], {"area": "zoo", "heard": "", "case": 77, "month": ""}]
    events = changed(events, lambda at, _: {"heard": ""} if at in {0, 1} else None)
    return {**sound, "alerts": rows, "events": events}


def flags(*numbers: object) -> Tables:
    return {
        "flags": [{"area": AREAS[at], "week": "2018-07-02", "n": n} for at, n in enumerate(numbers)],
        "areas": [{"area": area} for area in AREAS],
    }


def filled(sections: str, **values: str) -> str:
    for name, value in values.items():
        sections = sections.replace(name, value)
    return sections


def clear_person() -> str:
    return filled(PERSON, ASSIGNED="self", UNLAWFUL="1999-01-01", TOTAL="480")


WORLDS: dict[str, tuple[str, str, Callable[[], Tables]]] = {
    "person": ("person", clear_person(), lambda: {"people": people()}),
    "person bare": ("person", '[records]\npath = "counts.csv"\ntotals = { flagged = "k", of = "n" }\n[inferred]\n[groups.race]\nprobabilities = { A = "a" }\n',
                    lambda: {"counts": [{"k": 5, "n": 9, "a": 0.5}]}),
    "person bad": ("person", filled(PERSON, ASSIGNED="officer", UNLAWFUL="2018-01-02", TOTAL="240").replace("A = 0.5, B = 0.5", "A = 0.9, B = 0.1"),
                   lambda: {"people": bad_people()}),
    "person uneven": ("person", clear_person().replace("split = {", "# "), lambda: {"people": uneven_people()}),
    "stops": ("person", STOPS, lambda: {"people": people(), "benchmark": BENCHMARK}),
    "stops bad": ("person", STOPS, lambda: {"people": people(), "benchmark": [row for row in BENCHMARK if row["beat"] == "x" and row["race"] == "A"]}),
    "place": ("place", filled(PLACE, YEAR="2017", TOTAL="511", UNLAWFUL="a", REPORTING='rate = [0.8, 1.0]\nsource = "survey"'), places),
    "place bare": ("place", BARE, lambda: {**places(), "records": places()["records"][:4]}),
    "place personal": ("place", PERSONAL, personal),
    "place bad": ("place", filled(PLACE, YEAR="2010", TOTAL="1022", UNLAWFUL="a", REPORTING='rate = [0.2, 1.0]\nsource = "survey"').replace("2017-03-01", "2018-06-01").replace("2017-03-31", "2018-07-08"), bad_places),
    "flags": ("place", FLAGS, lambda: flags(1, 1, 1)),
    "flags bad": ("place", FLAGS, lambda: flags(4, 1, "*")),
    "alert": ("alert", ALERT, alerts),
    "alert bare": ("alert", '[records]\npath = "alerts.csv"\ncounts = "score"\n', lambda: {"alerts": alerts()["alerts"]}),
    "alert bad": ("alert", ALERT.replace("2017-03-01", "2018-02-01").replace("2017-03-31", "2018-02-28"), bad_alerts),
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, CheckResult]]:
    @cache
    def run(name: str) -> dict[str, CheckResult]:
        kind, sections, make = WORLDS[name]
        folder = tmp_path_factory.mktemp("world")
        for table, rows in make().items():
            (folder / f"{table}.csv").write_text(text(rows))
        path = folder / "audit.toml"
        path.write_text(tool(kind) + sections)
        return _checked(path, kind, names=asked_of(name))

    return run


def _checked(path: Path, kind: str, *, names: set[str]) -> dict[str, CheckResult]:
    audit, checks = read_audit_file(path), tuple(one for one in CHECKS[kind].values() if one.id in names)
    with connect(Engine()) as engine:
        if kind == "person":
            rows = load(engine, audit, folder=path.parent, audit_name=path.name)
            found = validate(rows, audit, checks=checks, progress=lambda _: None)
            return {one.id: one for one in found.checks}
        if kind == "place":
            places = load_places(engine, audit, folder=path.parent, audit_name=path.name)
            return {
                one.id: one
                for one in validate_places(places, audit, checks=checks, progress=lambda _: None).checks
            }
        opened = load_alerts(engine, audit, folder=path.parent, audit_name=path.name)
        results = validate_alerts(opened, audit, checks=checks, progress=lambda _: None)
        return {one.id: one for one in results.checks}


PASSES = {
    "benchmark-unmatched": "stops", "benchmark-groups-missing": "stops", "flags-beyond-one": "flags", "place-suppressed-cells": "flags",
}  # fmt: skip
"""Worlds in which a check passes, where it is not the sound one of its kind."""
FAILS: dict[str, tuple[str, str | None, float | str | None]] = {
    "empty-rows": ("person uneven", "", 1.0),
    "nested-columns": ("place bad", "n within thefts", 1.0),  # thefts are twice as many in every row
    "scores-below-zero": ("person bad", "", 80 / 480),
    "unlawful-records": ("place bad", "2018-06-01 to 2018-07-08", 1 / 40),  # area a in one of eight weeks, five areas
    "second-source": ("person bad", "records: yearbook", 2.0),  # 480 of 240
    "named-totals": ("person uneven", "race = Total", 1.0),
    "area-missing": ("person bad", "", None),
    "area-missing-by-group": ("person bad", "by race", None),
    "people-pseudo-areas": ("person bad", "unknown", 1.0),
    "outcome-change-points": ("person uneven", "from 2019-01", None),  # day 360 is 27 December 2018
    "outcome-before-scoring": ("person bad", "", 60 / 480),  # every eighth from 1 on is odd; 30 of 90 are training
    "group-assigned-by": ("person bad", "race", "officer"),
    "population-differs": ("person bad", "race = B", None),
    "training-repeats-people": ("person bad", "id", 1.0),
    "input-knows-outcome": ("person bad", "priors", 1.0),
    "inputs-too-new": ("person bad", "", 1.0),
    "inputs-stand-in-for-group": ("person bad", "race = A", 1.0),
    "drift-from-training": ("person bad", "priors", None),
    "group-missing-tested": ("person uneven", "race by decision", None),
    "group-missing-predictable": ("person uneven", "race", None),
    "group-missing-worst-case": ("person uneven", "race = A", None),
    "outcome-missing-tested": ("person uneven", "by race", None),
    "benchmark-unmatched": ("stops bad", "", 0.5),
    "benchmark-groups-missing": ("stops bad", "race = B", 1.0),
    "quiet-areas": ("place bad", "park", 1.0),
    "flags-beyond-one": ("flags bad", "", 3 / 5),  # of 4 + 1 flags, 3 are beyond the first
    "place-suppressed-cells": ("flags bad", "", 1.0),
    "rankings-hang-on-reporting": ("place bad", "survey: 20% to 100%", 0.0),  # 320 against 96 / 0.2
    "residents-old": ("place bad", "residents and records", 8.0),
    "residents-margin": ("place bad", "park", 45 / 50),
    "residents-few": ("place bad", "park", 1.0),
    "resident-groups-tiny": ("place bad", "race = B", 0.0),
    "resident-groups-short": ("place bad", "race", 220 / 8100),
    "resident-totals": ("place bad", "all of it", 1.0),  # 4 x 1,000 + 50
    "history-position-missing": ("place bad", "", None),
    "history-geocoding": ("place bad", None, None),
    "history-geocoding-by-area": ("place bad", "positions by area", None),
    "history-position-coarse": ("place bad", "", None),
    "history-columns-shifted": ("place bad", "area", 1.0),
    "history-position-spike": ("place bad", "", None),
    "history-empty-rows": ("place bad", "", 1.0),
    "history-repeated": ("place bad", "", None),
    "history-totals": ("place bad", "Total", 1.0),
    "history-personal-columns": ("place personal", "address", 1.0),
    "history-recorded-late": ("place bad", None, None),
    "history-recorded-before": ("place bad", "", None),
    "history-unknown-then": ("place bad", "", None),
    "history-change-points": ("place bad", "area c, from 2018-03-26", None),  # day 90 is 1 April, a Sunday
    "history-drift": ("place bad", "", None),
    "unlawful-history": ("place bad", "2018-06-01 to 2018-07-08", None),
    "logs-unmatched": ("place bad", "", 1 / 24),  # 21 rows, one again, one of 1999, one of the zoo
    "logs-without-areas": ("place bad", "d", 1.0),
    "logs-gaps": ("place bad", "", 1 - 23 / 32),  # four areas in eight weeks, 21 + 2 of them there
    "logs-repeated": ("place bad", "", 1 / 24),
    "logs-dates-stray": ("place bad", "", 1 / 24),
    "logs-outside": ("place bad", "", 1 / 8),
    "logs-blank": ("place bad", "", 2 / 24),
    "logs-personal-columns": ("place personal", "officer_phone", 1.0),
    "reports-unmatched": ("place bad", "", 56 / 221),  # 50 in the zoo, 5 of them again, and the empty row
    "reports-dates-unreadable": ("place bad", "", 2 / 221),  # one day, and the empty row
    "reports-dates-stray": ("place bad", "", 1 / 219),
    "reports-repeated": ("place bad", "", 20 / 221),
    "reports-empty-rows": ("place bad", "", 1.0),
    # 50 in a without an answer and 5 of them again, the call of an unknown day, and the empty row
    "reports-unanswered": ("place bad", "", 57 / 221),
    "reports-unanswered-by-area": ("place bad", "answers by area", None),
    "reports-personal-columns": ("place personal", "street", 1.0),
    "alert-position-missing": ("alert bad", "", None),
    "alert-geocoding": ("alert bad", None, None),
    "alert-geocoding-by-area": ("alert bad", "positions by area", None),
    "alert-position-coarse": ("alert bad", "", None),
    "alert-columns-shifted": ("alert bad", "area", 1.0),
    "alert-near-duplicates": ("alert bad", "", None),
    "alert-change-points": ("alert bad", None, None),
    "alert-recorded-late": ("alert bad", None, None),
    "alert-recorded-before": ("alert bad", "", None),
    "events-unmatched": ("alert bad", "", 1 / 22),
    "events-unknown": ("alert bad", "", 3 / 22),
    "events-repeated": ("alert bad", "", 1 / 22),
}  # fmt: skip
"""For each check a world in which it fails, and where it was worked out by hand, the fact that it shows."""
KIND = {name: kind for kind in ("alert", "place", "person") for name in CHECKS[kind]}
RUNS_BARE = {"empty-rows"}
"""Checks that need no more than rows; a table of counts does not have them."""
Worlds = Callable[[str], dict[str, CheckResult]]


def asked_of(world: str) -> set[str]:
    """Name the checks that a test reads from a world; others would only cost time."""
    if world in {"person", "place", "alert"} or world.endswith("bare"):
        return {*KIND}
    return {name for name, (where, *_) in FAILS.items() if where == world} | {
        name for name, where in PASSES.items() if where == world
    }


def test_every_further_check_has_a_failing_case() -> None:
    assert set(FAILS) == set(KIND)


@pytest.mark.parametrize("name", sorted(KIND))
def test_a_check_passes_in_a_sound_world(name: str, checked: Worlds) -> None:
    result = checked(PASSES.get(name, KIND[name]))[name]

    assert (result.status, result.refuses) == ("passed", ())


@pytest.mark.parametrize("name", sorted(FAILS))
def test_a_check_fails_in_a_bad_world_and_shows_the_fact(name: str, checked: Worlds) -> None:
    world, item, value = FAILS[name]

    result = checked(world)[name]

    shown = {fact.item: fact.value for fact in result.observed}
    assert result.status == "failed"
    assert result.refuses == CHECKS[WORLDS[world][0]][name].refuses
    assert item is None or item in shown
    if value is not None:
        assert shown[item or ""] == (value if isinstance(value, str) else pytest.approx(value))


@pytest.mark.parametrize("name", sorted(KIND))
def test_a_check_does_not_apply_in_a_bare_world(name: str, checked: Worlds) -> None:
    world = "person bare" if name in RUNS_BARE else f"{KIND[name]} bare"

    assert (checked(world)[name].status, checked(world)[name].observed) == ("not_applicable", ())


def test_no_check_of_a_sound_world_fails(checked: Worlds) -> None:
    for world in ("person", "place", "alert"):
        assert {
            one.id for one in checked(world).values() if one.status in {"failed", "could_not_run"}
        } == set()
