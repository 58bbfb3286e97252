"""The report on other areas, the trade-off and displacement: every number leads to its measurement, in words and in a picture."""

import json
import re
from html import unescape
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

import auditkit
from auditkit.report.displacement_page import displacement_page
from auditkit.report.frontier_page import frontier_page
from auditkit.report.lookup import Lookup
from auditkit.report.scales_page import scales_page
from auditkit.results.document import AuditDocument, MeasurementRecord
from tests.report.tracing import untraced, with_ids

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
time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "recorded incidents", source = "call" }
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = { Black = "black", White = "white" }
reference.race = "White"
longitude = "lon"
latitude = "lat"
[frontier]
group = { race = "Black" }
tolerated_loss = 0.01
[displacement]
path = "roles.csv"
area = "area"
role = "role"
treated = ["treated"]
buffer = ["buffer"]
control = ["control"]
buffer_control = ["beyond"]
before = [2019-01-07, 2019-02-03]
after = [2019-02-04, 2019-03-03]
"""
WEEKS = (
    "2019-01-07",
    "2019-01-14",
    "2019-01-21",
    "2019-01-28",
    "2019-02-04",
    "2019-02-11",
    "2019-02-18",
    "2019-02-25",
)
SIDE = 10


def incidents(i: int, week: int) -> int:
    """About 20 a week, more in the last rows, 5 more every other week; a fall by 12 in the first row."""
    base = 20 + i // SIDE + (i * 7) % 5 + 5 * (week % 2)
    return base - (12 if i < SIDE and week >= 4 else 0)


def role(i: int) -> str:
    return {0: "treated", 1: "buffer", 5: "control", 6: "beyond"}.get(i // SIDE, "")


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    folder = tmp_path_factory.mktemp("further")
    areas = range(SIDE**2)
    records = [
        f"a{i:02},{day},{int(i % 5 == week % 2)},{incidents(i, week)}"
        for week, day in enumerate(WEEKS)
        for i in areas
    ]
    people = [
        f"a{i:02},1000,{8 * i + 50},{900 - 8 * i},{10 + 0.01 * (i % SIDE)},{50 + 0.01 * (i // SIDE)}"
        for i in areas
    ]
    (folder / "records.csv").write_text("area,week,hot,n\n" + "\n".join(records) + "\n")
    (folder / "areas.csv").write_text("area,people,black,white,lon,lat\n" + "\n".join(people) + "\n")
    (folder / "roles.csv").write_text("area,role\n" + "\n".join(f"a{i:02},{role(i)}" for i in areas) + "\n")
    (folder / "audit.toml").write_text(AUDIT)
    return auditkit.run_audit(folder / "audit.toml")


def html(audit: auditkit.Audit) -> str:
    return with_ids(audit.files)


def section(audit: auditkit.Audit, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', html(audit), re.DOTALL)
    assert found is not None
    return found.group()


def text(part: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part)))


NAMES = ("scales", "trade-off", "moved")


@pytest.mark.parametrize("name", NAMES)
def test_every_number_leads_to_its_measurement(name: str, audit: auditkit.Audit) -> None:
    known = {item["id"] for item in json.loads(audit.files["audit.json"])["measurements"]}
    shown = [
        one
        for names in re.findall(r'data-m="([^"]*)"', section(audit, name))
        for one in unescape(names).split()
    ]

    assert len(shown) > 5
    assert set(shown) <= known
    assert f'<a href="#{name}">' in html(audit)


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_short_and_say_nothing_of_persons(name: str, audit: auditkit.Audit) -> None:
    paragraphs = re.findall(
        r"<(?:p|li|figcaption|td)(?: [^>]*)?>(.*?)</(?:p|li|figcaption|td)>", section(audit, name), re.DOTALL
    )
    sentences = [one for part in paragraphs for one in re.split(r"(?<=[.?!:])\s+", text(part).strip())]

    assert [one for one in sentences if len(one.split()) > 25] == []
    assert not re.search(r"(Black|White) (people|residents) (were|are)", text(section(audit, name)))


def test_the_same_is_said_in_markdown(audit: auditkit.Audit) -> None:
    written = audit.files["report.en.md"].decode()

    for heading in (
        "Would other areas give another answer?", "What would it cost if flags fell less on one group?",
        "Did incidents move next door?",
    ):  # fmt: skip
        assert f"### {heading}" in written
    for told in (
        "Counts vary more than by chance.",
        "No point is recommended.",
        "At 3 other ways of drawing areas",
    ):
        assert told in written
        assert told in text(html(audit))


def test_counts_that_vary_are_said_to_with_wider_ranges(audit: auditkit.Audit) -> None:
    said = text(section(audit, "moved"))

    assert (
        "Where it was done: -480.0 recorded incidents beside the comparison areas" in said
    )  # 10 areas x 4 weeks x 12
    assert "With counts that vary as they do:" in said
    assert "That is fewer than expected." in said
    assert "Whether that is fewer or more, these counts cannot tell." in said  # next door nothing changed


def test_the_picture_is_sound_and_its_axis_says_recorded_incidents(audit: auditkit.Audit) -> None:
    found = re.search(r"<svg class=\"scores\".*?</svg>", section(audit, "trade-off"), re.DOTALL)
    assert found is not None
    picture = ET.fromstring(found.group())  # noqa: S314  # our own text
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    marks = [shape for shape in picture.iter() if shape.tag in {"circle", "line", "rect", "path"}]
    circles = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in marks if one.tag == "circle"]

    assert "recorded incidents found" in " ".join(one.text or "" for one in picture.iter("text"))
    assert len([one for one in marks if one.tag == "rect"]) == 1  # the tool
    assert all(0 <= x <= width and 0 <= y <= height for x, y in circles)
    # from no cap to the strictest, the line goes left and not up
    assert all(one[0] >= other[0] - 0.1 for one, other in pairwise(circles))


def changed(audit: auditkit.Audit, change: dict[str, dict[str, object]]) -> AuditDocument:
    """Change measurements of the document, by the start of their id."""

    def mend(item: MeasurementRecord) -> MeasurementRecord:
        update = next((keys for start, keys in change.items() if item.id.startswith(start)), {})
        return item.model_copy(update=update)

    return audit.document.model_copy(update={"measurements": tuple(map(mend, audit.document.measurements))})


WITHHELD: dict[str, object] = {
    "status": "withheld",
    "value": None,
    "interval": None,
    "interval_family": None,
    "numerator": None,
}


def test_what_is_withheld_is_called_so_on_every_page(audit: auditkit.Audit) -> None:
    document = changed(
        audit,
        {
            "displacement_incidents/role=treated": WITHHELD, "displacement_e_test/role=treated": WITHHELD,
            "displacement_wdd/role=treated": WITHHELD, "displacement_dispersion": WITHHELD,
            "hit_rate/rule=tool@": WITHHELD, "frontier_hit_rate/choice=tool": WITHHELD,
        },
    )  # fmt: skip
    look = Lookup(document, locale="en")
    moved, trade = displacement_page(look), frontier_page(look)
    scales = scales_page(document, locale="en")

    assert moved is not None
    assert moved.rows[0].withheld
    assert moved.changes[0].status == "withheld"
    assert not moved.overdispersed
    assert moved.dispersion == ""
    hits = next(row for row in scales.rows if row.metric == "hit_rate")
    assert (hits.least, hits.most) == ("", "")
    assert all(cell is not None and cell.withheld for cell in hits.others)
    assert trade is not None
    assert trade.chart is not None
    assert "tool" not in [spot.name for spot in trade.chart.spots]
    assert trade.rows[0].found.status == "withheld"


def test_a_trade_off_that_cannot_be_shown_says_why(audit: auditkit.Audit) -> None:
    missing: dict[str, object] = {"status": "not_estimable", "reason": "NE-HALVES", "value": None}
    kept = tuple(
        item.model_copy(update=missing)
        for item in audit.document.measurements
        if item.id == "frontier_hit_rate/choice=tool"
    )
    page = frontier_page(Lookup(audit.document.model_copy(update={"measurements": kept}), locale="en"))

    assert page is not None
    assert (page.reason, page.rows, page.chart) == ("NE-HALVES", (), None)


def test_every_number_shown_leads_to_the_document(audit: auditkit.Audit) -> None:
    assert untraced(audit.document) == []
