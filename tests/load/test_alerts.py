"""Opening the tables of an alert system, and the one message where they do not fit."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from auditkit import run_audit
from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.errors import AuditKitError
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect

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
SECTIONS = """
[records]
path = "alerts.csv"
id = "id"
area = "area"
time = "day"
period = "month"
missing = ["?"]
outcome = { column = "found", confirmed = ["casing"], unfounded = ["firework"], unknown = ["pending"], means = "casings found", source = "officer_initiated" }
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
area = "place"
share = "share"
hours = "on"
[events]
path = "events.csv"
area = "area"
counts = "n"
alerted = { column = "heard", yes = ["yes"] }
means = "shootings"
source = "verified"
"""
ALERTS = """id,area,day,found,stop,hours
1,a,2020-01-01 23:59,casing,1,2.5
2,a,2020-01-02,firework,0,1
3,b,2020-03-01,nothing,0,0.5
4,b,2020-03-01,pending,0,
5,b,2020-03-02,?,0,1
"""
AREAS = "area,people\na,100\nb,300\nc,50\n"
SENSORS = "place,share,on\nb,0.5,240\na,1,480\nz,0,0\n"
EVENTS = "area,heard,n\na,yes,8\na,no,2\nc,no,5\n"


@dataclass(frozen=True, kw_only=True)
class Bad:
    """Tables that cannot be used, and words of the message."""

    says: tuple[str, ...]
    tables: dict[str, str] = field(default_factory=dict)
    sections: str = SECTIONS


def write(folder: Path, *, sections: str = SECTIONS, **tables: str) -> Path:
    written = {"alerts": ALERTS, "areas": AREAS, "sensors": SENSORS, "events": EVENTS, **tables}
    for name, text in written.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "audit.toml").write_text(TOOL + sections)
    return folder / "audit.toml"


def test_alerts_are_sorted_by_what_became_of_them(tmp_path: Path) -> None:
    path = write(tmp_path)
    with connect(Engine()) as engine:
        rows = load_alerts(engine, read_audit_file(path), folder=tmp_path, audit_name="audit.toml")
        cells = rows.cells("disposition", "outcome").to_pyarrow().to_pylist()
        periods = rows.cells("period").to_pyarrow().to_pylist()

    assert {(cell["disposition"], cell["outcome"]): cell["n"] for cell in cells} == {
        ("confirmed", 1): 1, ("unfounded", 0): 1, ("unconfirmed", 0): 1, (None, None): 2,
    }  # fmt: skip
    assert [(row["period"], row["n"]) for row in periods] == [("2020-01-01", 2), ("2020-03-01", 3)]
    assert [source.table for source in rows.sources] == ["records", "areas", "coverage", "events"]


def test_coverage_stands_in_the_order_of_the_areas(tmp_path: Path) -> None:
    path = write(tmp_path)
    with connect(Engine()) as engine:
        rows = load_alerts(engine, read_audit_file(path), folder=tmp_path, audit_name="audit.toml")

    assert rows.coverage is not None
    np.testing.assert_array_equal(rows.coverage.share, [1.0, 0.5, np.nan])
    assert rows.coverage.hours is not None
    np.testing.assert_array_equal(rows.coverage.hours, [480.0, 240.0, np.nan])
    assert rows.coverage.unmatched == ("z",)


def test_codes_of_no_place_are_left_out(tmp_path: Path) -> None:
    sections = SECTIONS.replace('residents = "people"', 'residents = "people"\nnot_areas = ["b"]')
    path = write(tmp_path, sections=sections)
    with connect(Engine()) as engine:
        rows = load_alerts(engine, read_audit_file(path), folder=tmp_path, audit_name="audit.toml")

        assert rows.cells("area").to_pyarrow().to_pylist() == [{"area": "a", "n": 2, "suppressed": False}]


BAD = {
    "missing columns": Bad(
        tables={"alerts": "id,area,day,hours\n1,a,2020-01-01,1\n"},
        says=("column 'found' is missing", "column 'stop' is missing", "[actions] taken.stop"),
    ),
    "hours that are none": Bad(
        tables={"alerts": ALERTS.replace(",2.5", ",-2").replace(",0.5", ",long")},
        says=("alerts.csv", "column 'hours' holds '-2', 'long'", "Hours from 0 up"),
    ),
    "dispositions that never occur": Bad(
        tables={"alerts": ALERTS.replace("casing", "Casing").replace("firework", "x").replace("pending", "y")},
        says=("column 'found' never holds 'casing'", "Did you mean 'Casing'?", "[records] outcome.confirmed"),
    ),
    "an action that never occurs": Bad(
        tables={"alerts": ALERTS.replace(",1,2.5", ",yes,2.5")},
        says=("column 'stop' never holds '1'", "[actions] taken.stop.yes"),
    ),
    "a covered share above 1": Bad(
        tables={"sensors": SENSORS.replace("0.5", "50").replace("240", "-1")},
        says=("sensors.csv", "column 'share' holds '50', a rate above 1", "column 'on' holds '-1'"),
    ),
    "an area covered twice": Bad(
        tables={"sensors": SENSORS + "a,0.2,1\n"}, says=("names an area more than once: 'a'",)
    ),
    "a table of sensors without the column": Bad(
        tables={"sensors": "place,part\na,1\n"}, says=("column 'share' is missing", "[coverage] share")
    ),
    "events without the column": Bad(
        tables={"events": "area,heard\na,yes\n"}, says=("column 'n' is missing", "[events] counts")
    ),
    "counts of events that are none": Bad(
        tables={"events": EVENTS.replace(",8", ",many")}, says=("events.csv", "no whole number from 0 up in 1 rows")
    ),
    "events that never raise an alert by that name": Bad(
        tables={"events": EVENTS.replace("yes", "Y")}, says=("column 'heard' never holds 'yes'", "[events] alerted.yes")
    ),
    "a repeated cell in a table of counts": Bad(
        sections=SECTIONS.replace('id = "id"', 'counts = "id"').replace('officer_hours = "hours"\n', ""),
        tables={"alerts": ALERTS + "9,a,2020-01-02,firework,0,1\n"},
        says=("the table of counts repeats a cell", "found=firework"),
    ),
    "a reference group nobody belongs to": Bad(
        sections=SECTIONS + '[groups.kind]\ncolumn = "stop"\nreference = "2"\n',
        says=("nobody belongs to the reference group '2'",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_stop_the_audit_with_one_message_and_no_run_folder(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    path = write(tmp_path, sections=bad.sections, **bad.tables)

    with pytest.raises(AuditKitError) as caught:
        run_audit(path, out=tmp_path / "out")

    for words in bad.says:
        assert words in str(caught.value)
    assert not (tmp_path / "out").exists()
