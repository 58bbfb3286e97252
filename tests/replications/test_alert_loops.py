"""Confirmation, stops near alerts and lists that hits fill, through the front door; every figure is worked out by hand."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

import auditkit
from tests.report.tracing import untraced

POLICY = """
name = "loops"
version = "1"
[[limit]]
id = "list"
measure = "hits_from_hits"
dimension = "loop"
compare = "each"
at_most = 0.1
required = true
tool_types = ["alert"]
scope = "replication"
source = "methods 6.8"
why = "A list should not fill itself."
"""
AUDIT = """
[tool]
name = "Sensors"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "pilot"
[policy]
use = "policy.toml"
[publication]
smallest_cell = 0
[records]
path = "alerts.csv"
area = "area"
time = "heard"
period = "month"
longitude = "lon"
latitude = "lat"
outcome = { column = "found", confirmed = ["yes"], unfounded = ["no"], unknown = ["?"], means = "evidence", source = "officer_initiated" }
[areas]
path = "areas.csv"
id = "area"
residents = "people"
[feedback.confirmation]
minutes = "minutes"
slow_after = 10
by_lot = { column = "sent", yes = ["lot"] }
[feedback.stops]
path = "stops.csv"
time = "when"
longitude = "lon"
latitude = "lat"
metres = 300
hours = 1.5
linked = { column = "link", yes = ["alert"] }
names_system = { column = "names", yes = ["1"] }
[feedback.hot_list]
path = "reads.csv"
reads = "reads"
hits = "hits"
entries = { path = "list.csv", from_hit = { column = "why", yes = ["hit"] }, hits = "hits" }
"""
START = dt.datetime.fromisoformat("2021-01-01 20:00")
SOUTH = 1 / 111_195.08
"""Degrees of latitude in a metre."""


def alerts() -> list[str]:
    """Make 210 alerts, a day apart at one place: 30 of 100 reached fast are confirmed, and 10 of 100 reached late."""
    rows = ["area,heard,lon,lat,minutes,sent,found"]
    fast = [(5, found) for found in ["yes"] * 30 + ["no"] * 70]
    late = [(25, found) for found in ["yes"] * 10 + ["no"] * 90]
    for at, (minutes, found) in enumerate([*fast, *late, *[("", "yes")] * 4, *[(5, "?")] * 6]):
        # every fourth of the first 200 by lot: of fast ones 8 of 25 are confirmed, of late ones 3 of 25
        sent = "lot" if at < 200 and at % 4 == 0 else "usual"
        rows.append(f"a,{START + dt.timedelta(days=at)},-87.6,41.8,{minutes},{sent},{found}")
    return rows


def stops() -> list[str]:
    """Make stops around them: of those that nobody linked, 20 after an alert, 10 before one, and 7 that are not near."""
    rows = ["when,lon,lat,link,names"]

    def add(count: int, *, hours: float, metres: float = 100.0, link: str = "", names: int = 0) -> None:
        for at in range(count):
            when = START + dt.timedelta(days=at, hours=hours)
            rows.append(f"{when},-87.6,{41.8 - metres * SOUTH},{link},{names}")

    add(12, hours=1.0, names=1)
    add(8, hours=0.0, link="other")
    add(10, hours=-1.0)
    add(3, hours=1.0, metres=310.0)
    add(4, hours=2.0)
    add(5, hours=0.5, link="alert", names=1)
    return rows


def write(folder: Path, **files: list[str]) -> Path:
    usual = {
        "alerts": alerts(), "stops": stops(), "areas": ["area,people", "a,4000", "b,1000"],
        "reads": ["month,reads,hits", "1,6000,20", "2,4000,30"],
        # 20 entries from hits with 15 hits, 80 others with 35
        "list": ["why,hits", *["hit,1"] * 15, *["hit,0"] * 5, *["theft,1"] * 35, *["theft,"] * 45],
    }  # fmt: skip
    for name, rows in (usual | files).items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    (folder / "policy.toml").write_text(POLICY)
    (folder / "audit.toml").write_text(AUDIT)
    return folder / "audit.toml"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    return auditkit.run_audit(write(tmp_path_factory.mktemp("alerts")))


def number(audit: auditkit.Audit, metric: str) -> dict[str, Any]:
    items = json.loads(audit.files["audit.json"])["measurements"]
    found: dict[str, Any] = next(item for item in items if item["id"] == f"{metric}/loop")
    return found


def test_alerts_reached_fast_are_confirmed_more_often(audit: auditkit.Audit) -> None:
    assert number(audit, "confirmed_fast")["value"] == pytest.approx(0.3)
    assert number(audit, "confirmed_late")["value"] == pytest.approx(0.1)
    gap = number(audit, "confirmed_fast_minus_late")
    assert gap["value"] == pytest.approx(0.2)
    one, other = (stats.binomtest(x, 100).proportion_ci(0.95, method="wilson") for x in (30, 10))
    # Newcombe (1998), method 10: .2 - sqrt((.3 - l1)^2 + (u2 - .1)^2), and its mirror image
    low = 0.2 - ((0.3 - one.low) ** 2 + (other.high - 0.1) ** 2) ** 0.5
    high = 0.2 + ((one.high - 0.3) ** 2 + (0.1 - other.low) ** 2) ** 0.5
    assert gap["interval"] == pytest.approx([low, high])
    assert low < gap["interval_90"][0] < 0.2 < gap["interval_90"][1] < high


def test_alerts_chosen_as_usual_are_held_against_alerts_by_lot(audit: auditkit.Audit) -> None:
    # by lot: 8 of 25 and 3 of 25, so 11 of 50; as usual: 40 + 4 - 11 = 33 of 200 + 4 - 50 = 154
    assert number(audit, "confirmed_by_lot")["value"] == pytest.approx(11 / 50)
    assert number(audit, "confirmed_as_usual")["value"] == pytest.approx(33 / 154)
    assert number(audit, "confirmed_as_usual_minus_by_lot")["value"] == pytest.approx(33 / 154 - 11 / 50)


def test_twice_as_many_stops_come_after_alerts_as_before(audit: auditkit.Audit) -> None:
    ratio = number(audit, "stops_after_over_before")

    assert ratio["value"] == pytest.approx(2.0)
    share = stats.binomtest(20, 30).proportion_ci(method="exact")
    assert ratio["interval"] == pytest.approx([share.low / (1 - share.low), share.high / (1 - share.high)])
    # 12 of 20 + 10 + 7 stops that nobody linked name the system
    assert number(audit, "stops_naming_system")["value"] == pytest.approx(12 / 37)


def test_hits_are_counted_by_read_and_by_resident_and_by_what_made_them(audit: auditkit.Audit) -> None:
    rate = number(audit, "hits_per_1000_reads")

    assert rate["value"] == pytest.approx(5.0)  # 50 of 10,000
    # Garwood by way of chi-square: qchisq(.025, 100) / 2 and qchisq(.975, 102) / 2, over 10
    assert rate["interval"] == pytest.approx(
        [stats.chi2.ppf(0.025, 100) / 20, stats.chi2.ppf(0.975, 102) / 20]
    )
    assert number(audit, "hits_per_1000_residents")["value"] == pytest.approx(10.0)
    assert number(audit, "entries_from_hits")["value"] == pytest.approx(0.2)
    assert number(audit, "hits_from_hits")["value"] == pytest.approx(0.3)
    (finding,) = audit.document.findings
    assert (finding.id, finding.status) == ("list/loop", "does_not_meet")  # Wilson: .19 to .44


@pytest.mark.parametrize("kind", ["html", "md"])
def test_the_report_says_each_in_a_sentence(audit: auditkit.Audit, kind: str) -> None:
    text = audit.files[f"report.en.{kind}"].decode().replace("&#39;", "'")

    assert (
        "Of alerts reached within 10 minutes 30.0% (21.9% \u2013 39.6%) were confirmed, of later ones 10.0%"
        in text
    )
    assert "Where chance sent officers, 22.0%" in text
    assert (
        "Within 300 metres and 1.5 hours, 2.00 (0.89 \u2013 4.78) times as many stops linked to no alert came after"
        in text
    )
    assert "The reports of 32.4% (19.6% \u2013 48.5%) of stops linked to no alert name the system." in text
    assert "Hits per 1,000 reads: 5.00 (3.71 \u2013 6.59)." in text
    assert "Earlier hits made 20.0%" in text
    assert "Such entries made 30.0%" in text


def test_counts_behind_these_numbers_are_kept_from_the_public(audit: auditkit.Audit) -> None:
    assert '"part_counts"' not in audit.files["audit.json"].decode()
    tables = {source.table for source in audit.document.inputs}
    assert {"feedback.stops", "feedback.hot_list", "feedback.hot_list.entries"} <= tables


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"stops": ["when,lon,lat,link,names", "2021-01-01,-87.6,41.8,,"]}, "column 'when' holds no time of day"),
        ({"stops": ["when,lon,lat,link,names", "2021-01-01 20:10,-187.6,north,,"]}, "column 'lon' holds '-187.6'"),
        ({"stops": ["when,lon,lat,link", "2021-01-01 20:10,-87.6,41.8,"]}, "column 'names' is missing"),
        ({"reads": ["reads,hits", "5,6"]}, "1 rows have more hits than reads"),
        ({"reads": ["reads,hits", "5.5,1"]}, "column 'reads' holds '5.5'"),
        ({"list": ["why,hits", "stolen,1", "theft,-2"]}, "column 'why' never holds 'hit'"),
        ({"alerts": [row.replace(",25,", ",soon,") for row in alerts()]}, "Minutes from 0 up were expected"),
    ],
)  # fmt: skip
def test_bad_tables_are_named_with_what_was_expected(
    tmp_path: Path, files: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(auditkit.errors.InputError) as caught:
        auditkit.run_audit(write(tmp_path, **files))

    assert said in str(caught.value)


def test_every_number_shown_leads_to_the_document(audit: auditkit.Audit) -> None:
    assert untraced(audit.document) == []
