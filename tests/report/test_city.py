"""The report of a place tool: words about areas and never about persons, every area in the table, an honest map, a loop page."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import auditkit
from tests.report.tracing import untraced

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
id = "area"
name = "name"
residents = "people"
resident_groups.race = { Black = "black", White = "white", Latino = "latino" }
reference.race = "White"
"""
LOOP = """
[history]
path = "history.csv"
area = "area"
time = "week"
count = "n"
source = { column = "how", reported = ["call"], discovered = ["patrol"] }
[feedback]
allocator = "proportional"
rounds = 40
replicates = 100
truth = { source = "assumed", reporting_rate = [0.3, 0.6], discovery_rate = [0.05, 0.2] }
"""
AREAS = 25
GRID = 5
WEEKS = ("2019-01-07", "2019-01-14", "2019-01-21", "2019-01-28")
PERSONS = re.compile(r"(Black|White|Latino) (people|residents) (were|are) (flagged|stopped|targeted)")
FIXED = re.compile(r"Areas where (Black|White|Latino) residents live are flagged")


def name(i: int) -> str:
    return f"Ward {i + 1:02} <b>"


def residents(i: int) -> tuple[int, int, int, int]:
    """More Black residents from the first area to the last; nobody lives in the last but one."""
    return (0, 0, 0, 0) if i == AREAS - 2 else (1000, 20 * i + 10, 900 - 20 * i, 90)


def incidents(i: int, week: int) -> int:
    """One a week in the first area, so 4 in all; from 20 a week in the others, as many as residents allow."""
    return 1 if i == 0 else 20 + i + week


def tables() -> dict[str, str]:
    # five of 25 areas are flagged each week, the last five in the first two weeks, then those before
    records = [
        f"a{i:02},{day},{int(20 - 5 * (week // 2) <= i < 25 - 5 * (week // 2))},{incidents(i, week)}"
        for week, day in enumerate(WEEKS)
        for i in range(AREAS)
    ]
    history = [
        f"a{i:02},{day},{how},{n}"
        for i in range(AREAS)
        for day in ("2018-12-17", "2018-12-24")
        for how, n in (("call", 10 + i), ("patrol", 3))
    ]
    return {
        "records.csv": "area,week,hot,n\n" + "\n".join(records) + "\n",
        "history.csv": "area,week,how,n\n" + "\n".join(history) + "\n",
    }


def run(folder: Path, *, outlined: bool, sections: str = "") -> auditkit.Audit:
    for file, text in tables().items():
        (folder / file).write_text(text)
    rows = [(f"a{i:02}", name(i), *residents(i)) for i in range(AREAS)]
    corners = [(10 + 0.01 * (i % GRID), 50 + 0.01 * (i // GRID)) for i in range(AREAS)]
    header = ("area", "name", "people", "black", "white", "latino")
    if outlined:
        features = [
            {
                "type": "Feature",
                "properties": dict(zip(header, row, strict=True)),
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [
                            [round(x + dx, 4), round(y + dy, 4)]
                            for dx, dy in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01), (0, 0))
                        ]
                    ],
                },
            }
            for row, (x, y) in zip(rows, corners, strict=True)
        ]
        (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        where = 'path = "areas.geojson"\n'
    else:
        lines = [",".join(map(str, (*row, x, y))) for row, (x, y) in zip(rows, corners, strict=True)]
        (folder / "areas.csv").write_text("\n".join([",".join((*header, "lon", "lat")), *lines]) + "\n")
        where = 'path = "areas.csv"\nlongitude = "lon"\nlatitude = "lat"\n'
    (folder / "audit.toml").write_text(AUDIT + where + sections)
    return auditkit.run_audit(folder / "audit.toml")


@pytest.fixture(scope="module")
def dotted(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    return run(tmp_path_factory.mktemp("dotted"), outlined=False)


@pytest.fixture(scope="module")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    return run(tmp_path_factory.mktemp("outlined"), outlined=True, sections=LOOP)


def html(audit: auditkit.Audit) -> str:
    return audit.files["report.en.html"].decode()


def words(audit: auditkit.Audit) -> str:
    """The report's text: tags removed, white space joined."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html(audit)))


def chart(audit: auditkit.Audit) -> str:
    """The svg of the map."""
    found = re.search(r'<svg class="map".*?</svg>', html(audit), re.DOTALL)
    assert found is not None
    return found.group()


@pytest.mark.parametrize("kind", ["dotted", "outlined"])
def test_no_sentence_says_of_people_what_was_measured_of_areas(
    kind: str, request: pytest.FixtureRequest
) -> None:
    audit: auditkit.Audit = request.getfixturevalue(kind)
    for text in (words(audit), audit.files["report.en.md"].decode()):
        assert FIXED.search(text), "the fixed sentence about areas is there"
        assert not PERSONS.search(FIXED.sub("", text))


def test_the_report_says_where_fewer_ranges_hold_the_truth(dotted: auditkit.Audit) -> None:
    for text in (words(dotted), dotted.files["report.en.md"].decode()):
        assert "of 100 such ranges, about 95 or more hold the true figure on average" in text
        assert "Where areas far apart are alike, as few as" in text
        assert "Where fewer than two cases are expected" not in text  # no rate of people stands here


@pytest.mark.parametrize("kind", ["dotted", "outlined"])
def test_every_area_stands_in_the_table_once(kind: str, request: pytest.FixtureRequest) -> None:
    audit: auditkit.Audit = request.getfixturevalue(kind)
    heads = re.findall(r'<tr id="area-\d+"[^>]*><th scope="row">(.*?)</th>', html(audit))

    assert sorted(heads) == [name(i).replace("<", "&lt;").replace(">", "&gt;") for i in range(AREAS)]


def test_without_boundaries_the_map_has_a_dot_for_each_area_where_people_live_and_no_invented_shape(
    dotted: auditkit.Audit,
) -> None:
    assert "<path" not in chart(dotted)
    assert chart(dotted).count("<circle") == AREAS - 1  # nobody lives in the last area but one
    said = re.sub(r"<[^>]+>", "", html(dotted))
    assert "Crossed out, or left out (1): areas with fewer than 100 residents" in said


def test_with_boundaries_the_map_draws_every_area_and_leaves_the_empty_one_grey(
    outlined: auditkit.Audit,
) -> None:
    assert chart(outlined).count("<path") == AREAS
    assert chart(outlined).count('class="grey"') == 1
    assert "<circle" not in chart(outlined)


@pytest.mark.parametrize("kind", ["dotted", "outlined"])
def test_the_map_is_sound_svg_and_stays_in_its_frame(kind: str, request: pytest.FixtureRequest) -> None:
    root = ET.fromstring(chart(request.getfixturevalue(kind)))  # noqa: S314  # our own text
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for shape in root.iter():
        if shape.tag.endswith("circle"):
            points = [(float(shape.attrib["cx"]), float(shape.attrib["cy"]))]
        elif shape.tag.endswith("path"):
            numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", shape.attrib["d"])]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
        else:
            continue
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_the_map_names_its_areas_and_puts_north_up(dotted: auditkit.Audit) -> None:
    circles = {
        match[2]: (float(match[0]), float(match[1]))
        for match in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"[^>]*><title>(.*?)</title>', chart(dotted))
    }
    first, east, north = (circles[name(i).replace("<", "&lt;").replace(">", "&gt;")] for i in (0, 1, GRID))

    assert east[0] > first[0]
    assert north[1] < first[1]  # svg counts downwards


def test_areas_that_are_flagged_more_are_darker(dotted: auditkit.Audit) -> None:
    shades = {
        text: int(shade)
        for shade, text in re.findall(
            r'<circle class="(?:a|unsure" fill="url\(#map-unsure)(\d)[^>]*><title>(.*?)</title>',
            chart(dotted),
        )
    }
    quoted = [name(i).replace("<", "&lt;").replace(">", "&gt;") for i in range(AREAS)]

    assert shades[quoted[0]] == 0  # never flagged
    assert shades[quoted[24]] == shades[quoted[15]] > 0  # two weeks of four each


def test_the_loop_has_its_page_only_where_it_was_tested(
    dotted: auditkit.Audit, outlined: auditkit.Audit
) -> None:
    assert "Many possible futures" in words(outlined)
    assert "Many possible futures" not in words(dotted)
    assert "assumed" in words(outlined)  # whose truth it is


def test_incident_rates_of_few_incidents_are_withheld_and_counts_of_areas_are_not(
    dotted: auditkit.Audit,
) -> None:
    found = {item.id: item for item in dotted.document.measurements}

    # the first area has 4 incidents in 4 weeks
    for metric in ("incident_rate", "incident_rate_smoothed"):
        hidden = found[f"{metric}/area=a00"]
        assert (hidden.status, hidden.value, hidden.numerator, hidden.interval) == (
            "withheld",
            None,
            None,
            None,
        )
        assert found[f"{metric}/area=a01"].status == "estimated"
    # 2 weeks of 4, 15 areas of 25: numbers of areas and weeks, not of people
    assert (found["flagged_share/area=a24"].numerator, found["flagged_share/area=a24"].value) == (2, 0.5)
    assert found["never_flagged_areas/everyone"].value == 15
    row = re.search(r'<tr id="area-\d+"[^>]*><th scope="row">Ward 01.*?</tr>', html(dotted))
    assert row is not None
    assert "withheld" in row.group()


def test_an_area_where_nobody_lives_has_no_rate_and_is_reported(dotted: auditkit.Audit) -> None:
    found = {item.id: item for item in dotted.document.measurements}
    check = next(check for check in dotted.document.checks if check.id == "residents-zero")

    assert (found["incident_rate/area=a23"].status, found["incident_rate/area=a23"].reason) == (
        "not_estimable",
        "NE-DENOM",
    )
    assert (check.status, [fact.item for fact in check.observed]) == ("failed", [name(23)])
    # everyone else counts: Black residents are 10, 30, ... without the 470 of the empty area
    assert found["resident_share/race=Black"].denominator == 24 * 1000
    assert found["resident_share/race=Black"].numerator == sum(20 * i + 10 for i in range(AREAS) if i != 23)


def test_with_few_blocks_the_value_stays_the_interval_goes_and_nothing_is_decided(
    dotted: auditkit.Audit,
) -> None:
    # 25 areas make about six contiguous blocks
    found = {item.id: item for item in dotted.document.measurements}
    ratio = found["exposure_per_1000_residents_ratio/race=Black~race=White"]
    finding = next(
        finding for finding in dotted.document.findings if finding.limit_id == "exposure-of-residents"
    )

    assert ratio.status == "estimated"
    assert ratio.value is not None
    assert ratio.value > 1.25  # beyond the limit, and still nobody can tell
    assert (ratio.interval, ratio.interval_90, ratio.interval_family) == (None, None, None)
    assert ratio.reason == "NE-BLOCKS"
    assert finding.status == "cannot_tell"
    assert dotted.document.recommendation.code == "not_ready"


def test_what_is_withheld_cannot_be_worked_out_from_what_is_shown(tmp_path: Path) -> None:
    # The tool flags one area, which has 4 incidents: their rate is hidden. The hit rate, 4 of 164, would show them, and
    # so would an index that is the hit rate over a known share of the city, and the counts behind a comparison.
    (tmp_path / "records.csv").write_text(
        "area,week,hot,n\n"
        + "".join(f"a{i},2019-01-07,{int(i == 0)},{4 if i == 0 else 40}\n" for i in range(5))
    )
    (tmp_path / "areas.csv").write_text("area,people\n" + "".join(f"a{i},{100 + i}\n" for i in range(5)))
    sections = AUDIT.split('name = "name"', maxsplit=1)[0].replace(
        "[areas]\n", '[areas]\npath = "areas.csv"\n'
    )
    (tmp_path / "audit.toml").write_text(sections + 'residents = "people"\n')
    found = {item.id: item for item in auditkit.run_audit(tmp_path / "audit.toml").document.measurements}

    assert found["incident_rate/area=a0"].status == "withheld"
    assert found["hit_rate/rule=tool"].status == "withheld"
    assert found["predictive_accuracy_index/rule=tool"].status == "withheld"
    assert found["prediction_efficiency_index/rule=tool"].status == "withheld"
    assert found["hit_rate_difference/rule=tool~rule=residents"].status == "withheld"
    assert found["paired_test/rule=tool~rule=residents"].status == "withheld"


@pytest.mark.parametrize("name", ["dotted", "outlined"])
def test_every_number_shown_leads_to_the_document(name: str, request: pytest.FixtureRequest) -> None:
    assert untraced(request.getfixturevalue(name).document) == []
