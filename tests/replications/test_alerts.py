"""Published and recomputed numbers of methods 9.3 through the front door: Chicago's counts, a base rate, Kansas City."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import auditkit

DATA = Path(__file__).parents[3] / "shared" / "data" / "kansas_city_shotspotter"
TOOL = """
[tool]
name = "Gunshot detection"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "deployed"
"""
Numbers = dict[str, dict[str, Any]]


def numbers(folder: Path, sections: str) -> Numbers:
    """Run an audit and read the measurements of `audit.json` by id."""
    (folder / "audit.toml").write_text(TOOL + sections)
    audit = auditkit.run_audit(folder / "audit.toml")
    return {item["id"]: item for item in json.loads(audit.files["audit.json"])["measurements"]}


# --- A1, A2: Chicago, 1 January 2020 to 31 May 2021, Office of Inspector General report 21-0707 -------------------

CHICAGO = """
[records]
path = "alerts.csv"
counts = "n"
outcome = { column = "disposition", confirmed = ["evidence"], unknown = ["none"], means = "evidence of a gun crime", source = "officer_initiated" }
[actions]
linked_by = "event number"
taken.stop = { column = "stop", yes = ["1"] }
"""
# 50,176 alerts; 41,830 with a disposition; 4,556 of them evidence; 1,056 stops. How stops divide is not published.
COUNTS = """disposition,stop,n
evidence,0,4556
other,0,37274
none,0,7290
none,1,1056
"""


@pytest.fixture(scope="module")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    folder = tmp_path_factory.mktemp("chicago")
    (folder / "alerts.csv").write_text(COUNTS)
    return numbers(folder, CHICAGO)


@pytest.mark.parametrize(
    ("metric", "counts", "value", "interval"),
    [
        ("positive_predictive_value_all", (4556, 50176), 0.0908, (0.0883, 0.0933)),
        ("positive_predictive_value", (4556, 41830), 0.1089, (0.1060, 0.1119)),
        ("action_rate_stop", (1056, 50176), 0.0210, (0.0198, 0.0223)),
    ],
)
def test_chicago_has_the_published_shares_of_alerts(
    chicago: Numbers, metric: str, counts: tuple[int, int], value: float, interval: tuple[float, float]
) -> None:
    found = chicago[f"{metric}/everyone"]

    assert (found["numerator"], found["denominator"]) == counts
    assert found["value"] == pytest.approx(value, abs=5e-5)
    assert found["interval"] == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize("metric", ["positive_predictive_value_all", "positive_predictive_value"])
def test_missing_dispositions_leave_chicago_between_the_published_bounds(
    chicago: Numbers, metric: str
) -> None:
    assert chicago[f"{metric}/everyone"]["bounds"] == pytest.approx((0.0908, 0.2571), abs=5e-5)  # A1, G33


def test_a_sixth_of_chicagos_alerts_have_no_disposition(chicago: Numbers) -> None:
    recorded = chicago["disposition_recorded_rate/everyone"]

    assert recorded["denominator"] - recorded["numerator"] == 8346
    assert 1 - recorded["value"] == pytest.approx(0.166, abs=5e-4)


def test_a_source_that_merges_unfounded_and_unconfirmed_gives_neither_share(chicago: Numbers) -> None:
    shares = {name: chicago[f"disposition_share/disposition={name}"] for name in ("unfounded", "unconfirmed")}

    assert {name: item["reason"] for name, item in shares.items()} == {
        "unfounded": "NE-STRUCT", "unconfirmed": "NE-STRUCT",
    }  # fmt: skip


def test_without_a_list_of_events_misses_cannot_be_told(chicago: Numbers) -> None:
    assert [chicago[f"{name}/everyone"]["reason"] for name in ("recall", "miss_rate")] == ["NE-TRUTH"] * 2


# --- A3: a base rate --------------------------------------------------------------------------------------------

RATES = '[test_rates]\nsensitivity = 0.99\nfalse_positive_rate = 0.001\nprevalence = {}\nsource = "made up"\n'


def test_a_good_test_of_something_rare_is_mostly_wrong(tmp_path: Path) -> None:
    (tmp_path / "alerts.csv").write_text(COUNTS)

    found = numbers(tmp_path, CHICAGO + RATES.format("0.0001"))["base_rate_ppv/everyone"]

    assert found["value"] == pytest.approx(0.090, abs=5e-4)
    assert found["bounds"] is None


def test_a_range_of_prevalence_gives_a_range(tmp_path: Path) -> None:
    (tmp_path / "alerts.csv").write_text(COUNTS)

    found = numbers(tmp_path, CHICAGO + RATES.format("[0.0001, 0.01]"))["base_rate_ppv/everyone"]

    # right over all alerts at each end, per occasion
    assert found["bounds"] == pytest.approx((0.000099 / (0.000099 + 0.0009999), 0.0099 / (0.0099 + 0.00099)))
    assert found["value"] is None


# --- A4: Kansas City, sensors and alerts by block group ------------------------------------------------------------

KANSAS = """
[records]
path = "alerts.csv"
id = "Respond ID"
area = "bg_geoid"
time = "Date"
period = "month"
longitude = "Longitude"
latitude = "Latitude"
[areas]
path = "areas.geojson"
id = "geoid"
residents = "pop"
resident_groups.race = { Black = "black_nh", White = "white_nh" }
reference.race = "White"
[coverage]
path = "areas.csv"
area = "geoid"
share = "share_in_coverage_area"
"""


@pytest.fixture(scope="module")
def kansas(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    if not DATA.is_dir():
        pytest.skip("the folder of shared data 'kansas_city_shotspotter' is absent")
    folder = tmp_path_factory.mktemp("kansas")
    alerts = pd.read_csv(DATA / "shotspotter_activations_with_bg.csv", dtype=str)
    alerts["Date"] = pd.to_datetime(alerts["Date"], format="%m/%d/%Y").dt.strftime("%Y-%m-%d")
    alerts.to_csv(folder / "alerts.csv", index=False)
    for kind in ("csv", "geojson"):
        (folder / f"areas.{kind}").write_bytes((DATA / f"block_groups.{kind}").read_bytes())
    (folder / "audit.toml").write_text(TOOL + KANSAS)
    return auditkit.run_audit(folder / "audit.toml")


@pytest.fixture(scope="module")
def found(kansas: auditkit.Audit) -> Numbers:
    return {item["id"]: item for item in json.loads(kansas.files["audit.json"])["measurements"]}


def test_kansas_city_has_21_mostly_covered_areas_of_424(found: Numbers) -> None:
    item = found["mostly_covered_areas/everyone"]

    assert (item["numerator"], item["denominator"]) == (21, 424)


def test_most_residents_of_the_covered_areas_are_black(found: Numbers) -> None:
    inside, elsewhere = (found[f"{name}/race=Black"] for name in ("mostly_covered_share", "elsewhere_share"))

    assert (inside["numerator"], inside["denominator"]) == (12007, 16795)
    assert inside["value"] == pytest.approx(0.715, abs=5e-4)
    assert elsewhere["value"] == pytest.approx(0.260, abs=5e-4)


def test_nearly_all_alerts_come_from_the_covered_areas(found: Numbers) -> None:
    item = found["alerts_in_mostly_covered_areas/everyone"]

    assert (item["numerator"], item["denominator"]) == (8826, 9648)


def test_black_residents_live_under_the_sensors_more_than_five_times_as_often(found: Numbers) -> None:
    assert found["coverage_share/race=Black"]["value"] == pytest.approx(0.0920, abs=5e-5)
    assert found["coverage_share/race=White"]["value"] == pytest.approx(0.0161, abs=5e-5)
    assert found["coverage_share_ratio/race=Black~race=White"]["value"] == pytest.approx(5.727, abs=5e-4)


def test_however_groups_live_within_areas_the_gap_stays_wide(kansas: auditkit.Audit, found: Numbers) -> None:
    table = pd.read_csv(DATA / "block_groups.csv")
    low, high = {}, {}
    for group in (
        "black_nh",
        "white_nh",
    ):  # by hand: how few, and how many, of a group can live in the covered part
        covered = table["share_in_coverage_area"] * table["pop"]
        low[group] = np.clip(table[group] - (table["pop"] - covered), 0, None).sum() / table[group].sum()
        high[group] = np.minimum(table[group], covered).sum() / table[group].sum()

    bounds = found["coverage_share_ratio/race=Black~race=White"]["bounds"]
    assert bounds == pytest.approx((low["black_nh"] / high["white_nh"], high["black_nh"] / low["white_nh"]))
    verdicts = {finding.id: finding.status for finding in kansas.document.findings}
    assert verdicts["sensors-over-residents/race"] == "does_not_meet"  # 4.0 to 8.6 lies above 1.25


def test_areas_without_sensors_have_no_rate_of_alerts(found: Numbers) -> None:
    table = pd.read_csv(DATA / "block_groups.csv", dtype={"geoid": str}).set_index("geoid")
    bare = table.index[table["share_in_coverage_area"] == 0]

    assert table.loc[bare, "alerts_2016_2021"].sum() == 0
    rates = [found[f"alert_rate_per_1000_residents/area={area}"] for area in bare]
    assert {item["reason"] for item in rates} == {"NE-STRUCT"}


def test_exposure_is_the_alerts_of_the_average_residents_area(found: Numbers) -> None:
    table = pd.read_csv(DATA / "block_groups.csv")
    months = 64  # January 2016 to April 2021
    for group, column in (("Black", "black_nh"), ("White", "white_nh")):
        mean = np.average(table["alerts_2016_2021"] / months, weights=table[column])
        assert found[f"exposure/race={group}"]["value"] == pytest.approx(mean)


def test_the_row_with_shifted_columns_is_caught(kansas: auditkit.Audit) -> None:
    check = {check.id: check for check in kansas.document.checks}["alert-positions"]

    assert (check.status, [fact.value for fact in check.observed]) == ("failed", [1.0])
