"""What a report on alerts says, in words and in place; and that what vendors write stays text."""

import html
import json
import re
from pathlib import Path

import pytest

from auditkit import run_audit
from auditkit.pipeline import render_again
from auditkit.results.audit import Audit
from tests.report.tracing import untraced, with_ids

TOOL = """
[tool]
name = "Sensors <b>"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "ORIENTATION"
status = "pilot"
"""
RECORDS = '[records]\npath = "alerts.csv"\ncounts = "n"\narea = "area"\n'
OUTCOME = 'outcome = { column = "found", confirmed = ["yes"], unfounded = ["no"], means = "casings | found", source = "arrest" }\n'
ACTIONS = (
    '[actions]\nlinked_by = "number"\ntaken.stop = { column = "stop", yes = ["1"] }\nofficer_hours = "n"\n'
)
PLACES = """
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = { Black = "black", White = "white" }
reference.race = "White"
longitude = "x"
latitude = "y"
[coverage]
path = "areas.csv"
area = "area"
share = "share"
hours = "hours"
[groups.kind]
column = "kind"
[events]
path = "events.csv"
counts = "n"
area = "area"
alerted = { column = "heard", yes = ["1"] }
means = "shootings"
source = "verified"
[test_rates]
sensitivity = 0.9
false_positive_rate = 0.01
prevalence = PREVALENCE
source = "a test"
"""
ALERTS = "area,found,stop,kind,n\n" + "".join(
    f"{area},{found},{stop},{kind},{n * scale + more}\n"
    for area, scale in (("<i>a</i>", 3), ("b", 1), ("lost", 1))
    for found, n in (("yes", 40), ("no", 90), ("maybe", 200), ("", 60))
    for stop, kind, more in ((0, "loud", 0), (1, "soft", 15))
)
AREAS = "area,people,black,white,share,hours,x,y\n<i>a</i>,100,60,40,1,99,10,50\nb,100,50,50,0.4,99,10.1,50\nc,100,20,80,0,0,10.2,50\n"
EVENTS = "area,heard,n\nb,1,60\nb,0,20\nc,0,15\n"


def audited(
    folder: Path,
    sections: str,
    *,
    orientation: str = "burden",
    prevalence: str = "[0.001, 0.1]",
    **tables: str,
) -> Audit:
    for name, text in {"alerts": ALERTS, "areas": AREAS, "events": EVENTS, **tables}.items():
        (folder / f"{name}.csv").write_text(text)
    path = folder / "audit.toml"
    text = (TOOL + sections).replace("ORIENTATION", orientation).replace("PREVALENCE", prevalence)
    path.write_text(text)
    return run_audit(path)


def page(audit: Audit) -> str:
    return with_ids(audit.files)


def words(audit: Audit) -> str:
    """Return the text of the page, without markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page(audit))))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audited(tmp_path_factory.mktemp("whole"), RECORDS + OUTCOME + ACTIONS + PLACES)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder = tmp_path_factory.mktemp("bare")
    return audited(
        folder, '[records]\npath = "alerts.csv"\ncounts = "n"\n', alerts="n\n5000\n", orientation="benefit"
    )


def test_the_first_page_says_how_many_alerts_were_confirmed_by_both_ways_of_counting(whole: Audit) -> None:
    # 2 x 40 x 5 + 45 = 445 confirmed of 2 x 390 x 5 + 180 = 4,080 alerts; 2 x 60 x 5 + 45 = 645 have no disposition
    said = words(whole)

    first = said.index(
        "Of 4,080 alerts, 445 were confirmed: 10.9% of all, and 13.0% of those with a disposition."
    )
    assert first < said.index("How sure we are")
    assert "if every one was right 26.7%" in said  # (445 + 645) / 4,080
    assert "The figures rest on 4,080 alerts. They lie in 3 areas." in said


@pytest.mark.parametrize("sentence", [
    "This audit treats an alert as a burden for those who live there.",
    "An alert without evidence is not shown to be false.",
    "Sensors cover more than half of 1 of 3 areas.",
    "Of 80 known events where sensors stand, 60 raised an alert: 75.0%",
    "Left out are 15 events where no sensor stands.",
    "of 1,000 alerts are right. Where true events are rare, even a good test is mostly wrong.",
    "Actions are linked to alerts by: number.",
    "Officer-hours for each alert: not estimable: it needs records of single alerts",
    "Not among the areas: lost. They hold 840 alerts, which no figure on residents counts.",
    "Confirmed means: casings | found (recorded as: arrest).",
    "of 100 plausible ranges hold the true rate. Where areas far apart are alike, as few as",
    "Black residents are 1.74 times as likely to live under the sensors as White residents",
    "withheld",
    "no sensors",
])  # fmt: skip
def test_the_report_says(whole: Audit, sentence: str) -> None:
    assert sentence in words(whole)


def test_every_figure_of_the_page_is_a_measurement(whole: Audit) -> None:
    known = {item["id"] for item in json.loads(whole.files["audit.json"])["measurements"]}
    named = [html.unescape(names) for names in re.findall(r'data-m="([^"]+)"', page(whole))]
    shown = {name for names in named for name in names.split()}

    assert shown
    assert shown <= known


def test_the_map_shades_areas_by_their_alerts(whole: Audit) -> None:
    assert re.findall(r'<circle class="(a\d)"', page(whole)) == ["a4", "a2", "a0"]


def test_what_was_not_there_is_said_and_not_left_blank(bare: Audit) -> None:
    said = words(bare)

    for sentence in (
        "This audit treats an alert as a benefit for those who live there.",
        "The records have no dispositions, so the audit cannot say how many alerts were right.",
        "It is not known where the sensors stand, so areas cannot be compared: no sensor, no alert.",
        "The records do not say what alerts led to.",
        "The records hold no officer-hours, so the cost of an alert cannot be told.",
        "Nobody can tell what the system misses",
        "The feedback test was not made: the audit file has no [feedback] section that says how sites for sensors are chosen.",
    ):
        assert sentence in said, sentence
    markdown = bare.files["report.en.md"].decode()
    assert "The records do not say what alerts led to" in markdown
    assert "no sensor, no alert" in markdown


def test_withheld_dispositions_and_misses_are_said_to_be_withheld(tmp_path: Path) -> None:
    sections = '[records]\npath = "alerts.csv"\ncounts = "n"\n' + OUTCOME + PLACES[PLACES.index("[events]") :]
    events = "heard,n\n1,60\n0,4\n"

    said = words(
        audited(
            tmp_path, sections.replace('area = "area"\n', ""), alerts="found,n\nyes,4\nno,96\n", events=events,
            prevalence="0.001",
        )
    )  # fmt: skip

    assert "How many alerts were confirmed is withheld" in said
    assert "The figures are withheld, because few events stand behind a count." in said
    assert "about 83 of 1,000 alerts are right" in said  # .0009 / (.0009 + .00999)


def test_words_of_vendors_stay_text(whole: Audit) -> None:
    assert "<i>a</i>" not in page(whole)
    assert "&lt;i&gt;a&lt;/i&gt;" in page(whole)
    assert "Sensors <b>" not in page(whole)
    assert (
        "casings \\| found" in whole.files["report.en.md"].decode()
        or "casings | found" not in whole.files["report.en.md"].decode()
    )


def test_a_report_on_alerts_is_rendered_again_from_its_document_alone(whole: Audit, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "audit.json").write_bytes(whole.files["audit.json"])

    render_again(tmp_path / "run", out=tmp_path / "again")

    assert (tmp_path / "again" / "report.en.html").read_bytes() == whole.files["report.en.html"]


def test_bounds_stand_in_the_table_of_measurements(whole: Audit) -> None:
    frame = whole.measurements_frame().set_index("id")

    low, high = frame.loc["positive_predictive_value/everyone", ["low_bound", "high_bound"]]
    assert (low, high) == (pytest.approx(445 / 4080), pytest.approx(1090 / 4080))


def test_the_counts_behind_a_report_stand_in_the_internal_file_alone(whole: Audit) -> None:
    counts = json.loads(whole.files["internal/tally.json"])

    assert counts["dimensions"][0]["counts"][0][1]["confirmed"] == 445
    assert counts["places"]["flags"] == [[2400.0], [840.0], [0.0]]


@pytest.mark.parametrize("name", ["whole", "bare"])
def test_every_number_shown_leads_to_the_document(name: str, request: pytest.FixtureRequest) -> None:
    assert untraced(request.getfixturevalue(name).document) == []


def test_limits_on_alerts_are_said_of_areas_and_alerts_and_never_of_people(whole: Audit) -> None:
    said = words(whole)

    assert "Areas where Black residents live get" in said
    assert "of every 1,000 people" not in said
