"""Reports by residents, and figures without records of unlawful practice, through one whole audit of made places."""

import datetime as dt
from pathlib import Path

import pytest
from scipy.stats import chi2

from auditkit import Audit, run_audit
from auditkit.definitions.outside_knowledge import UnlawfulPeriod, touched
from auditkit.results.document import MeasurementRecord
from tests.report.tracing import untraced

SECTIONS = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "pilot"
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "incidents", source = "call" }
[areas]
path = "areas.csv"
id = "area"
residents = "people"
block = "block"
resident_groups.race = { Black = "black", White = "white" }
reference.race = "White"
[resident_reports]
path = "calls.csv"
by = "call"
area = "area"
time = "called"
answered = "came"
within_minutes = 240
source = { column = "how", reported = ["911"] }
[[unlawful_periods]]
first = 2019-01-16
last = 2019-01-18
finding = "a finding of misconduct"
"""
AREAS = [f"a{at:02}" for at in range(40)]
WEEKS = ("2019-01-07", "2019-01-14", "2019-01-21")
# Even areas are mostly white: 40 calls, answered in 30 minutes. Odd ones are mostly Black: 20 calls, 60 minutes.
CALLS = {0: (40, "10:30"), 1: (20, "11:00")}


def calls() -> list[str]:
    lines = [
        f"{area},2019-01-0{1 + n % 9} 10:00:00,2019-01-0{1 + n % 9} {CALLS[at % 2][1]}:00,911"
        for at, area in enumerate(AREAS)
        for n in range(CALLS[at % 2][0])
    ]
    lines[0] = "a00,2019-01-01 10:00:00,,911"  # nobody came: 240 minutes
    lines[40 + 20 :] = [
        *lines[40 + 20 :],
        "a01,2019-01-02 10:00:00,2019-01-02 10:01:00,officer",
    ]  # no resident
    return [*lines, "zoo,2019-01-02 10:00:00,2019-01-02 10:20:00,911"]


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder = tmp_path_factory.mktemp("reports")
    residents = {0: (1000, 200, 800), 1: (1000, 800, 200)}
    areas = [",".join(map(str, (area, *residents[at % 2], at // 2))) for at, area in enumerate(AREAS)]
    # the first ten areas are flagged, but in the unlawful week the last ten; ten incidents everywhere, and 90 in a39 then
    records = [
        f"{area},{week},{int(at >= 30 if week == WEEKS[1] else at < 10)},{100 if (area, week) == ('a39', WEEKS[1]) else 10}"
        for week in WEEKS
        for at, area in enumerate(AREAS)
    ]
    tables = {
        "areas": ["area,people,black,white,block", *areas],
        "records": ["area,week,hot,n", *records],
        "calls": ["area,called,came,how", *calls()],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "audit.toml").write_text(SECTIONS)
    return run_audit(folder / "audit.toml")


@pytest.fixture(scope="module")
def items(audit: Audit) -> dict[str, MeasurementRecord]:
    return {item.id: item for item in audit.document.measurements}


def test_reports_of_an_area_are_divided_by_its_residents(items: dict[str, MeasurementRecord]) -> None:
    found = items["reports_per_1000_residents/area=a01"]

    # 20 calls of 1,000 residents; exact limits by chi-square quantiles (Garwood 1936)
    assert (found.value, found.numerator, found.denominator) == (20.0, 20, 1000)
    assert found.interval == pytest.approx((chi2.ppf(0.025, 40) / 2, chi2.ppf(0.975, 42) / 2))


def test_groups_are_compared_where_their_residents_live(items: dict[str, MeasurementRecord]) -> None:
    # Black: 0.8 x 20 + 0.2 x 40 = 24, White: 0.2 x 20 + 0.8 x 40 = 36
    assert items["reports_per_1000_residents/race=Black"].value == pytest.approx(24)
    assert items["reports_per_1000_residents_ratio/race=Black~race=White"].value == pytest.approx(24 / 36)


def test_an_unanswered_report_counts_as_the_longest_wait(items: dict[str, MeasurementRecord]) -> None:
    # in a00 one of 40 calls waits 240 in place of 30 minutes: mean 35.25; other even areas 30, odd ones 60
    even = (19 * 30 + 35.25) / 20
    assert items["answer_minutes/race=Black"].value == pytest.approx(0.8 * 60 + 0.2 * even)
    assert items["answer_minutes_difference/race=Black~race=White"].value == pytest.approx(0.6 * (60 - even))
    assert items["answer_minutes_median/area=a00"].value == 30
    assert items["answer_minutes_median/area=a01"].interval == (60, 60)


def test_rows_that_are_no_reports_by_residents_and_unknown_areas_are_left_out(
    items: dict[str, MeasurementRecord],
) -> None:
    assert items["resident_reports/everyone"].value == 20 * 40 + 20 * 20
    assert items["unmatched_reports/everyone"].status == "withheld"  # a single one


def test_the_report_says_who_reports_and_who_waits(audit: Audit) -> None:
    for name in ("report.en.html", "report.en.md"):
        text = audit.files[name].decode()
        assert "Residents made 1,200 calls from known areas." in text
        assert "Reports show who reports." in text
        assert "0.67 times as many reports are made per resident" in text
        assert "minutes longer than for White residents." in text


def test_hits_and_exposure_are_given_again_without_the_unlawful_week(
    items: dict[str, MeasurementRecord],
) -> None:
    # the first week is only learned from; in the second 9 x 10 + 100 of 490 incidents are hit, in the third 100 of 400
    assert items["hit_rate/rule=tool"].value == pytest.approx(290 / 890)
    without = items["hit_rate/rule=tool@assuming%3Alawful-records"]
    assert without.value == pytest.approx(100 / 400)
    # flags per period and area: 10 of 40 areas, half of them odd, in every week
    again = items["exposure_ratio/race=Black@assuming%3Alawful-records~race=White"]
    assert again.value == pytest.approx(1.0)


def test_the_report_sets_both_side_by_side_and_names_the_finding(audit: Audit) -> None:
    text = audit.files["report.en.html"].decode()

    assert "From 2019-01-16 to 2019-01-18: a finding of misconduct." in text
    assert "Figures with and without records of unlawful practice" in text
    assert ">32.6%" in text.replace("\n", "")
    assert "Without records of unlawful practice" in text  # among the assumptions


@pytest.mark.parametrize(
    ("period", "name", "expected"),
    [
        ("day", "2019-01-08", False),
        ("day", "2019-01-09", True),
        ("week", "2019-01-07", True),
        ("month", "2018-12-01", False),
        ("month", "2019-01-01", True),
        ("year", "2019-01-01", True),
        ("year", "2020-01-01", False),
        ("year", "all", False),
    ],
)
def test_a_period_is_touched_by_any_of_its_days(period: str, name: str, expected: bool) -> None:  # noqa: FBT001  # a parameter of cases
    unlawful = UnlawfulPeriod(first=dt.date(2019, 1, 9), last=dt.date(2019, 1, 9), finding="decree")

    assert bool(touched([name], (unlawful,), period=period)) is expected  # type: ignore[arg-type]  # the test gives what the function must take or refuse


def test_the_readiness_page_says_what_follows_and_what_was_not_asked(audit: Audit) -> None:
    text = audit.files["report.en.html"].decode()
    page = text[text.index('id="readiness"') :]

    assert "The data can carry an audit, within the limits below." in page
    assert "Records of that time show unlawful practice." in page
    assert "It would need: what the tool learns from" in page  # no history is declared


def test_a_check_that_did_not_apply_says_what_was_lacking(audit: Audit) -> None:
    checks = {check.id: check for check in audit.document.checks}

    assert checks["history-drift"].lacks == ("history",)
    assert checks["unlawful-records"].lacks == ()


PEOPLE = "id,race,flagged,outcome,day\n" + "".join(
    f"p{at},{'AB'[at % 2]},{at // 2 % 2},{at // 4 % 2},{dt.date(2019, 1, 1) + dt.timedelta(days=at // 4)}\n"
    for at in range(800)
)


def test_rates_of_people_are_given_again_without_those_scored_in_an_unlawful_period(
    tmp_path: Path, write_audit: object
) -> None:
    # 800 people, four a day and two of each race; 50 days are left out, so 400 - 100 of each are left
    period = {"first": dt.date(2019, 1, 1), "last": dt.date(2019, 2, 19), "finding": "a consent decree"}
    path = write_audit(tmp_path, PEOPLE, records={"time": "day"}, unlawful_periods=[period])  # type: ignore[operator]  # the test builds one that is given

    document = run_audit(path).document

    found = {
        (item.metric, item.group.get("race"), item.stratum): item
        for item in document.measurements
        if item.against is None
    }
    assert found["selection_rate", "A", None].denominator == 400
    assert found["selection_rate", "A", "lawful records"].denominator == 300
    assert "lawful-records" in document.sensitivity.assumptions


def test_figures_without_few_people_are_withheld_because_those_few_would_follow(
    tmp_path: Path, write_audit: object
) -> None:
    # one day: two people of each race would follow by subtraction
    period = {"first": dt.date(2019, 1, 1), "last": dt.date(2019, 1, 1), "finding": "a consent decree"}
    path = write_audit(tmp_path, PEOPLE, records={"time": "day"}, unlawful_periods=[period])  # type: ignore[operator]  # the test builds one that is given

    document = run_audit(path).document

    again = [
        item for item in document.measurements if item.stratum == "lawful records" and item.against is None
    ]
    assert {item.status for item in again} == {"withheld"}


def test_every_number_shown_leads_to_the_document(audit: Audit) -> None:
    assert untraced(audit.document) == []
