"""Every check of alerts, of sensors and of known events passes, fails and does not apply where it should."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.definitions.checks import read_checks
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.rows import CheckedAlertRows
from auditkit.validate.checking import validate_alerts

CHECKS = {check.id: check for check in read_checks(("alerts",))}
TOOL = """
[tool]
name = "Sensors"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "pilot"
"""
BARE = TOOL + '[records]\npath = "alerts.csv"\n'
WHOLE = """
[records]
path = "alerts.csv"
id = "id"
area = "area"
time = "day"
period = "day"
longitude = "lon"
latitude = "lat"
missing = ["?"]
outcome = { column = "found", confirmed = ["casing"], unfounded = ["firework"], means = "casings found", source = "SOURCE" }
[groups.race]
column = "race"
[actions]
linked_by = "incident number"
taken.stop = { column = "stop", yes = ["1"] }
officer_hours = "hours"
[areas]
path = "areas.csv"
id = "area"
residents = "people"
[coverage]
path = "sensors.csv"
area = "area"
share = "share"
[events]
path = "events.csv"
area = "area"
alerted = { column = "heard", yes = ["yes"] }
means = "shootings"
source = "EVENTS"
"""
COUNTED = """
[records]
path = "alerts.csv"
counts = "n"
suppressed = ["*"]
outcome = { column = "found", confirmed = ["casing"], unfounded = ["firework"], means = "casings found", source = "call" }
"""
FIRST = dt.date(2020, 1, 1)
COLUMNS = ("id", "area", "day", "lon", "lat", "found", "race", "stop", "hours")
AREAS = "area,people\na,100\nb,100\nc,100\n"
SENSORS = "area,share\na,1\nb,1\nc,0\n"
EVENTS = "area,heard\na,yes\nb,no\n"


def rows(number: int = 240) -> list[dict[str, str]]:
    """Make alerts, three a day, in two areas and of two races."""
    return [
        {
            "id": f"i{at}", "area": "ab"[at % 2], "day": (FIRST + dt.timedelta(days=at // 3)).isoformat(),
            "lon": f"{10 + at / 1000:.3f}", "lat": "50.1", "found": ("casing", "firework", "nothing")[at % 3],
            "race": "AB"[at % 2], "stop": "01"[at % 5 == 0], "hours": "1.5",
        }
        for at in range(number)
    ]  # fmt: skip


def text(table: list[dict[str, str]]) -> str:
    lines = [",".join(row[name] for name in COLUMNS) for row in table]
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def changed(column: str, value: str, *, first: int = 1) -> str:
    """Write a value into a column of the first alerts."""
    table = rows()
    return text([{**row, column: value} if at < first else row for at, row in enumerate(table)])


@dataclass(frozen=True, kw_only=True)
class Failing:
    """What makes a check fail, and the first fact that it then shows."""

    fact: tuple[str, float | str]
    tables: Mapping[str, str] = field(default_factory=dict)
    source: str = "call"
    events: str = "verified"
    sections: str = WHOLE
    replaced: Mapping[str, str] = field(default_factory=dict)


def gone_in_a() -> str:
    """Leave out the dispositions of 30 of the 120 alerts in area a, and of race A."""
    table, left = rows(), 30
    for row in table:
        if row["area"] == "a" and left:
            row["found"], left = "", left - 1
    return text(table)


def silent() -> str:
    """Put 30 days without alerts after the first 40 days."""
    later = [(FIRST + dt.timedelta(days=at // 3 + 30 * (at >= 120))).isoformat() for at in range(240)]
    return text([{**row, "day": day} for row, day in zip(rows(), later, strict=True)])


def copied() -> str:
    """Put a copy of the column `stop` at the end of every line."""
    header, *lines = text(rows()).splitlines()
    return "\n".join([f"{header},stop_2", *(f"{line},{line.split(',')[7]}" for line in lines)]) + "\n"


FAILING = {
    "alert-label-source": Failing(source="officer_initiated", fact=("casings found", "officer_initiated")),
    "disposition-missing": Failing(tables={"alerts": gone_in_a()}, fact=("", 30 / 240)),
    "disposition-missing-by-area": Failing(
        tables={"alerts": gone_in_a()}, fact=("area a", 30 / 120 - 30 / 240)
    ),
    "disposition-missing-by-group": Failing(
        tables={"alerts": gone_in_a()}, fact=("race = A", 30 / 120 - 30 / 240)
    ),
    "dispositions-merged": Failing(replaced={'unfounded = ["firework"], ': ""}, fact=("", 0.0)),
    "alert-duplicate-ids": Failing(tables={"alerts": changed("id", "i5")}, fact=("id", 1 / 240)),
    "alert-duplicate-ids-many": Failing(
        tables={"alerts": changed("id", "i5", first=14)}, fact=("id", 13 / 240)
    ),
    "alert-id-missing": Failing(tables={"alerts": changed("id", "")}, fact=("id", 1 / 240)),
    "alert-positions": Failing(tables={"alerts": changed("lat", "10.05")}, fact=("", 1.0)),
    "alert-position-spike": Failing(
        tables={"alerts": changed("lon", "10.100", first=20)}, fact=("", 21 / 240)
    ),
    "alert-pseudo-areas": Failing(tables={"alerts": changed("area", "not assigned")}, fact=("not assigned", 1.0)),
    "alert-dates-unreadable": Failing(tables={"alerts": changed("day", "31/12/2020")}, fact=("", 1 / 240)),
    "alert-dates-stray": Failing(tables={"alerts": changed("day", "1966-01-01")}, fact=("", 1 / 240)),
    # chance would bring 240 exp(-240 x 30 / 110) silences of more than 30 days in 110
    "alert-outages": Failing(tables={"alerts": silent()}, fact=("30 days from 2020-02-10", 0.0)),
    "alert-areas-unmatched": Failing(tables={"alerts": changed("area", "x", first=6)}, fact=("", 6 / 240)),
    "alert-areas-unmatched-names": Failing(tables={"alerts": changed("area", "x", first=3)}, fact=("x", 3.0)),
    "alerts-without-sensors": Failing(tables={"alerts": changed("area", "c", first=3)}, fact=("", 3 / 240)),
    "coverage-unmatched": Failing(tables={"sensors": SENSORS + "z,1\n"}, fact=("z", 1.0)),
    "areas-without-coverage": Failing(tables={"sensors": "area,share\na,1\nb,1\n"}, fact=("c", 1.0)),
    "coverage-partial": Failing(tables={"sensors": SENSORS.replace("a,1", "a,0.4")}, fact=("", 0.5)),
    "hours-missing": Failing(tables={"alerts": changed("hours", "", first=24)}, fact=("", 0.1)),
    "hours-beyond-a-day": Failing(tables={"alerts": changed("hours", "45", first=2)}, fact=("", 2.0)),
    "actions-missing": Failing(tables={"alerts": changed("stop", "", first=24)}, fact=("stop", 0.1)),
    "events-independent": Failing(events="officer_initiated", fact=("shootings", "officer_initiated")),
    "events-without-sensors": Failing(
        tables={"events": EVENTS + "c,no\nc,no\nc,no\n"}, fact=("", 3 / 5)
    ),
    "alert-group-missing": Failing(tables={"alerts": changed("race", "", first=24)}, fact=("race", 0.1)),
    "alert-group-spellings": Failing(tables={"alerts": changed("race", "a")}, fact=("race = A", 2.0)),
    "alert-group-tiny": Failing(tables={"alerts": changed("race", "C", first=3)}, fact=("race = C", 3.0)),
    "alert-na-tokens": Failing(tables={"alerts": changed("stop", "N/A")}, fact=("stop = N/A", 1.0)),
    "alert-suppressed-cells": Failing(
        sections=COUNTED, tables={"alerts": "found,n\ncasing,20\nfirework,*\n"}, fact=("", 1.0)
    ),
    "alert-repeated-columns": Failing(tables={"alerts": copied()}, fact=("stop_2 repeats stop", 1.0)),
    "alert-personal-columns": Failing(
        replaced={'column = "race"': 'column = "plate"'},
        tables={"alerts": text(rows()).replace("race", "plate")}, fact=("plate", 1.0),
    ),
    "alert-personal-values": Failing(tables={"alerts": changed("race", "a@b.org")}, fact=("race", 1.0)),
}  # fmt: skip


def checked(
    folder: Path, failing: Failing | None = None, *, bare: bool = False, only: str | None = None
) -> dict[str, CheckResult]:
    """Run every check of the suite, or only one, on the tables of a case."""
    failing = failing or Failing(fact=("", 0.0))
    sections = failing.sections.replace("SOURCE", failing.source).replace("EVENTS", failing.events)
    for old, new in failing.replaced.items():
        sections = sections.replace(old, new)
    tables = {"alerts": text(rows()), "areas": AREAS, "sensors": SENSORS, "events": EVENTS, **failing.tables}
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(table)
    path = folder / "audit.toml"
    path.write_text(BARE if bare else TOOL + sections)
    audit = read_audit_file(path)
    with connect(Engine()) as engine:
        opened = load_alerts(engine, audit, folder=folder, audit_name=path.name)
        checks = tuple(CHECKS.values()) if only is None else (CHECKS[only],)
        results = validate_alerts(opened, audit, checks=checks, progress=lambda _: None)
    assert isinstance(results, CheckedAlertRows | RejectedData)
    return {result.id: result for result in results.checks}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    return checked(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    return checked(tmp_path_factory.mktemp("bare"), bare=True)


def test_every_check_of_alerts_has_a_failing_case() -> None:
    assert set(FAILING) == set(CHECKS)


ROWS_ALONE = {"alert-na-tokens", "alert-repeated-columns", "alert-personal-columns"}
"""Checks that need no more than rows."""


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"alert-suppressed-cells"}))
def test_a_check_passes_on_sound_tables(name: str, sound: dict[str, CheckResult]) -> None:
    assert sound[name].status == "passed"


def test_counts_that_are_all_given_pass(tmp_path: Path) -> None:
    case = Failing(sections=COUNTED, tables={"alerts": "found,n\ncasing,20\nfirework,9\n"}, fact=("", 0.0))

    found = checked(tmp_path, case)

    assert found["alert-suppressed-cells"].status == "passed"
    assert {found[name].status for name in ROWS_ALONE} == {"not_applicable"}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - ROWS_ALONE))
def test_a_check_does_not_apply_where_what_it_needs_is_not_declared(
    name: str, bare: dict[str, CheckResult]
) -> None:
    assert bare[name].status == "not_applicable"


@pytest.mark.parametrize("name", FAILING)
def test_a_check_fails_and_shows_the_fact(name: str, tmp_path: Path) -> None:
    failing = FAILING[name]

    result = checked(tmp_path, failing, only=name)[name]

    item, value = failing.fact
    assert result.status == "failed"
    assert result.observed[0].item == item
    assert result.observed[0].value == (value if isinstance(value, str) else pytest.approx(value, abs=1e-6))


def test_a_single_alert_has_no_silence_before_it(tmp_path: Path) -> None:
    case = Failing(tables={"alerts": text(rows(1))}, fact=("", 0.0))

    assert checked(tmp_path, case)["alert-outages"].status == "passed"
