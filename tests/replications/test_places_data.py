"""Published and recomputed numbers of methods 9.2 on real neighbourhoods, through the front door.

Needs the folder of shared data; each test says so where its folder is absent.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import auditkit
from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import AreaTable, Contiguity
from auditkit.load.areas import load_areas
from auditkit.load.engine import connect
from auditkit.statistics.critical import normal
from auditkit.statistics.intervals import wilson
from auditkit.statistics.spatial import morans_i

DATA = Path(__file__).parents[3] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (DATA / folder).is_dir(), reason=f"the folder of shared data '{folder}' is absent"
    )


POLICY = """
name = "replication"
version = "1"
[[limit]]
id = "harmless"
measure = "flags"
dimension = "area"
compare = "each"
at_least = 0
required = false
tool_types = ["place"]
scope = "replication"
source = "methods 9.2"
why = "It repeats a published analysis."
"""
TOOL = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "deployed"
[publication]
smallest_cell = 0
"""
REPLICATED = '[policy]\nuse = "policy.toml"\n'
Numbers = dict[str, dict[str, Any]]


def audited(folder: Path, sections: str, **tables: pd.DataFrame) -> auditkit.Audit:
    """Write `audit.toml` and its tables, and run the audit."""
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "policy.toml").write_text(POLICY)
    (folder / "audit.toml").write_text(TOOL + sections)
    return auditkit.run_audit(folder / "audit.toml")


def numbers(audit: auditkit.Audit) -> Numbers:
    """Read the measurements of `audit.json` by id."""
    return {item["id"]: item for item in json.loads(audit.files["audit.json"])["measurements"]}


def hits(found: Numbers, rule: str) -> tuple[int, int]:
    item = found[f"hit_rate/rule={rule.replace(' ', '%20')}"]
    return item["numerator"], item["denominator"]


# --- P4: Toronto 2019, each month the top 14 of 140 neighbourhoods, ties by name ---------------------------------

TORONTO = {
    "Robbery": (822, 843, 708, 1018, 2595),
    "Break and Enter": (2519, 2431, 2442, 2885, 8282),
    "Auto Theft": (1583, 1555, 1473, 1819, 4682),
}
FORECAST = """
[records]
path = "records.csv"
area = "area"
time = "when"
period = "{period}"
score = "score"
decision = {{ top_k = {k}, per = "when" }}
outcome = {{ column = "n", kind = "count", means = "recorded incidents", source = "mixed" }}
baseline_periods = {window}
[areas]
path = "areas.csv"
id = "area"
{areas}
[history]
path = "history.csv"
area = "area"
time = "when"
count = "n"
"""


@pytest.fixture(scope="module")
def toronto(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Numbers]:
    """Audit a tool that is the rolling count of twelve months, for each category."""
    table = pd.read_csv(DATA / "toronto_mci" / "incidents_by_neighbourhood_month.csv")
    names = sorted(table["neighbourhood"].unique())
    months = [str(month) for month in pd.period_range("2014-01", "2019-12", freq="M")]
    found = {}
    for category in TORONTO:
        grid = table[table["category"] == category].pivot_table(
            index="neighbourhood", columns="month", values="incidents", aggfunc="sum", fill_value=0
        )
        grid = grid.reindex(index=names, columns=months, fill_value=0)
        score = grid.T.rolling(12).sum().shift(1).T
        long = grid.reset_index(names="area").melt(id_vars="area", var_name="when", value_name="n")
        long["score"] = score.reset_index(names="area").melt(id_vars="area")["value"]
        audit = audited(
            tmp_path_factory.mktemp("toronto"),
            REPLICATED + FORECAST.format(period="month", k=14, window=12, areas=""),
            records=long[long["when"] >= "2019"],
            history=long.loc[long["when"] < "2019", ["area", "when", "n"]],
            areas=pd.DataFrame({"area": names}),
        )
        found[category] = numbers(audit)
    return found


@needs("toronto_mci")
@pytest.mark.parametrize("category", TORONTO)
@pytest.mark.parametrize(
    ("rule", "position"),
    [
        ("tool", 0),
        ("count in the recent window", 0),
        ("all earlier counts", 1),  # static: the counts of 2014 to 2018
        ("previous period", 2),
        ("best possible", 3),
    ],
)
def test_p4_toronto_hits_of_the_tool_and_of_every_simple_rule(
    toronto: dict[str, Numbers], category: str, rule: str, position: int
) -> None:
    expected = TORONTO[category]

    assert hits(toronto[category], rule) == (expected[position], expected[-1])


@needs("toronto_mci")
def test_p4_toronto_robbery_rates_overlap_and_concentration(toronto: dict[str, Numbers]) -> None:
    found = toronto["Robbery"]

    assert found["hit_rate/rule=tool"]["value"] == pytest.approx(0.3168, abs=5e-5)
    assert found["hit_rate/rule=random"]["value"] == pytest.approx(0.10)
    assert found["prediction_efficiency_index/rule=tool"]["value"] == pytest.approx(0.8075, abs=5e-5)
    assert found["flag_overlap/everyone"]["value"] == pytest.approx(0.9030, abs=5e-5)
    assert found["never_flagged_areas/everyone"]["value"] == 122
    assert found["always_flagged_areas/everyone"]["value"] == 11
    assert found["flag_gini/everyone"]["value"] == pytest.approx(0.8974, abs=5e-5)
    assert found["incident_gini/everyone"]["value"] == pytest.approx(0.4340, abs=5e-5)


@needs("toronto_mci")
def test_p4_toronto_a_tool_that_is_a_baseline_gains_nothing_on_it(toronto: dict[str, Numbers]) -> None:
    found = toronto["Robbery"]

    assert found["hit_rate_difference/rule=tool~rule=count%20in%20the%20recent%20window"]["value"] == 0
    assert found["paired_test/rule=tool~rule=count%20in%20the%20recent%20window"]["value"] == 1


# --- P6: Berlin 2019, ties by code ---------------------------------------------------------------------------------

BERLIN = {
    "Burglary": (1747, 1592, 1902, 7958),
    "Robbery": (1488, 1471, 1536, 4370),
    "Drugs": (9438, 9496, 9727, 18253),
}


@cache
def berlin() -> pd.DataFrame:
    table = pd.read_csv(DATA / "berlin_crime" / "Berlin_crimes.csv", dtype={"Code": "string"})
    return table.assign(pseudo=table["Code"].str.endswith("9900"))


def audited_berlin(
    folder: Path, table: pd.DataFrame, offence: str, *, k: int, areas: str = ""
) -> auditkit.Audit:
    """Audit a tool that flags last year's highest counts."""
    long = table[["Code", "Year", offence]].set_axis(["area", "when", "n"], axis="columns")
    last = long[long["when"] == 2018].set_index("area")["n"]
    year = long[long["when"] == 2019]
    names = table.loc[table["Year"] == 2019, ["Code", "Location"]].set_axis(["area", "name"], axis="columns")
    return audited(
        folder,
        REPLICATED + FORECAST.format(period="year", k=k, window=1, areas=f'name = "name"\n{areas}'),
        records=year.assign(score=year["area"].map(last)),
        history=long[long["when"] < 2019],
        areas=names,
    )


@needs("berlin_crime")
@pytest.mark.parametrize("offence", BERLIN)
def test_p6_berlin_hits_of_the_tool_and_of_every_simple_rule(tmp_path: Path, offence: str) -> None:
    table = berlin()
    found = numbers(audited_berlin(tmp_path, table[~table["pseudo"]], offence, k=14))
    last, earlier, best, total = BERLIN[offence]

    # with a window of one year, last year's count is the tool, the rolling count and the previous period
    for rule in ("tool", "count in the recent window", "previous period"):
        assert hits(found, rule) == (last, total)
    assert hits(found, "all earlier counts") == (earlier, total)
    assert hits(found, "best possible") == (best, total)
    if offence == "Burglary":
        assert found["predictive_accuracy_index/rule=tool"]["value"] == pytest.approx(2.164, abs=5e-4)
        assert found["incident_gini/everyone"]["value"] == pytest.approx(0.3632, abs=5e-5)


@needs("berlin_crime")
def test_p6_berlin_pseudo_areas_that_are_declared_take_no_part_in_the_choice(tmp_path: Path) -> None:
    table = berlin()
    codes = sorted(table.loc[table["pseudo"], "Code"].unique())
    declared = "not_areas = [" + ", ".join(f'"{code}"' for code in codes) + "]\n"
    audit = audited_berlin(tmp_path, table, "Burglary", k=14, areas=declared)
    found = numbers(audit)

    assert len(codes) == 12
    assert hits(found, "tool") == (1747, 7958)
    assert hits(found, "all earlier counts") == (1592, 7958)
    checks = {check.id: check for check in audit.document.checks}
    assert checks["pseudo-areas"].status == "passed"
    assert checks["area-unmatched"].status == "passed"


@needs("berlin_crime")
def test_p6_berlin_pseudo_areas_that_are_not_declared_are_reported_and_inflate_the_numbers(
    tmp_path: Path,
) -> None:
    audit = audited_berlin(tmp_path, berlin(), "Burglary", k=15)
    found = numbers(audit)
    check = next(check for check in audit.document.checks if check.id == "pseudo-areas")

    assert check.status == "failed"
    assert len(check.observed) + check.more == 12
    assert "10" + "9900 (Bezirk (Mz-Hd), nicht zuzuordnen)" in [fact.item for fact in check.observed]
    assert found["predictive_accuracy_index/rule=tool"]["value"] == pytest.approx(2.281, abs=5e-4)
    assert found["incident_gini/everyone"]["value"] == pytest.approx(0.4142, abs=5e-5)


# --- P7, P9, P10: predictions per census block group, without outcomes: what a journalist has ----------------------

PREDICTED = """
[records]
path = "records.csv"
area = "area"
decision = "all"
counts = "count"
[areas]
path = "areas.json"
id = "id"
residents = "total_estimate"
resident_groups.race = { Black = "black_alone", White = "white_alone", Latino = "latino_alone" }
reference.race = "White"
"""
# Predictions where the average white, Black and Latino resident lives; Black/white, Latino/white.
EXPOSED = {
    "salisbury": (44, 482.3, 1049.2, 1116.4, 2.175, 2.315),
    "plainfieldpdnj": (35, 942.9, 1320.8, 2418.9, 1.401, 2.565),
    "farmersbranch": (32, 416.2, 838.2, 342.1, 2.014, 0.822),
    "jacksonvilletx": (13, 5534.1, 12279.7, 11012.6, 2.219, 1.990),
}
SHAPES = "predpol_prediction_bias"


@pytest.fixture(scope="module")
def predicted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, auditkit.Audit]:
    """Audit the predictions of four cities under the default policy."""
    found = {}
    for city in EXPOSED:
        folder = tmp_path_factory.mktemp(city)
        text = (DATA / SHAPES / "geojson" / f"{city}-geojson-with-data.json").read_text()
        (folder / "areas.json").write_text(text)
        rows = [feature["properties"] for feature in json.loads(text)["features"]]
        table = pd.DataFrame({"area": [row["id"] for row in rows], "count": [row["count"] for row in rows]})
        found[city] = audited(folder, PREDICTED, records=table)
    return found


@needs(SHAPES)
@pytest.mark.parametrize("city", EXPOSED)
def test_p7_exposure_of_residents_to_predictions(predicted: dict[str, auditkit.Audit], city: str) -> None:
    areas, white, black, latino, black_ratio, latino_ratio = EXPOSED[city]
    found = numbers(predicted[city])

    assert len([name for name in found if name.startswith("flags/area=")]) == areas
    for group, value in (("White", white), ("Black", black), ("Latino", latino)):
        # Jacksonville's 12,279.649 is printed as 12,279.7
        assert found[f"exposure/race={group}"]["value"] == pytest.approx(value, abs=0.06)
    assert found["exposure_ratio/race=Black~race=White"]["value"] == pytest.approx(black_ratio, abs=5e-4)
    assert found["exposure_ratio/race=Latino~race=White"]["value"] == pytest.approx(latino_ratio, abs=5e-4)


@needs(SHAPES)
@pytest.mark.parametrize(
    ("city", "there", "overall"),
    [("salisbury", 0.6084, 0.3301), ("jacksonvilletx", 0.4304, 0.1599), ("farmersbranch", 0.1490, 0.0551)],
)
def test_p9_share_of_black_residents_in_the_most_targeted_areas(
    predicted: dict[str, auditkit.Audit], city: str, there: float, overall: float
) -> None:
    found = numbers(predicted[city])

    assert found["most_targeted_share/race=Black"]["value"] == pytest.approx(there, abs=5e-5)
    assert found["resident_share/race=Black"]["value"] == pytest.approx(overall, abs=5e-5)


@needs(SHAPES)
@pytest.mark.parametrize(
    ("city", "value"), [("farmersbranch", 0.3091), ("jacksonvilletx", 0.6154), ("salisbury", 0.4272)]
)
def test_p10_rank_correlation_with_the_share_of_black_residents(
    predicted: dict[str, auditkit.Audit], city: str, value: float
) -> None:
    # strict ranks of predictions, areas without residents left out
    found = numbers(predicted[city])

    assert found["rank_correlation/race=Black"]["value"] == pytest.approx(value, abs=5e-5)


@needs(SHAPES)
def test_p10_rank_correlations_equal_the_published_ones(predicted: dict[str, auditkit.Audit]) -> None:
    published = pd.read_csv(DATA / SHAPES / "race_corr_pred_count.csv").set_index(["department", "demo"])[
        "value"
    ]
    for city in ("farmersbranch", "jacksonvilletx"):
        for group, name in (("Black", "African American"), ("Latino", "Latino"), ("White", "White")):
            ours = numbers(predicted[city])[f"rank_correlation/race={group}"]["value"]

            assert ours == pytest.approx(float(published[city, name]), abs=1e-9)


@needs(SHAPES)
def test_p10_thirteen_areas_leave_the_correlation_wide_open(predicted: dict[str, auditkit.Audit]) -> None:
    found = numbers(predicted["jacksonvilletx"])["rank_correlation/race=Black"]

    assert found["interval"] == pytest.approx([0.10, 0.87], abs=0.005)


@needs(SHAPES)
def test_an_area_without_residents_is_reported(predicted: dict[str, auditkit.Audit]) -> None:
    check = next(c for c in predicted["farmersbranch"].document.checks if c.id == "residents-zero")

    assert (check.status, len(check.observed)) == ("failed", 1)


@needs(SHAPES)
@pytest.mark.parametrize("city", EXPOSED)
def test_without_outcomes_exposure_is_measured_and_accuracy_is_named_as_not_checked(
    predicted: dict[str, auditkit.Audit], city: str
) -> None:
    document = predicted[city].document
    findings = {finding.limit_id: finding.status for finding in document.findings}

    assert "exposure/race=Black" in {item.id for item in document.measurements}
    assert not [item for item in document.measurements if item.metric.startswith(("hit_rate", "predictive"))]
    assert "Whether flags fall where incidents are" in [one.topic for one in document.not_checked]
    assert (findings["better-than-counting"], findings["feedback-loop"]) == ("not_checked", "not_checked")
    assert document.recommendation.code == "not_ready"


# --- P12, P20: Chicago's 77 community areas ------------------------------------------------------------------------

CHICAGO = """
[records]
path = "records.csv"
area = "area_number"
decision = "all"
counts = "carjackings_2020"
outcome = { column = "crimes_oct2014_sep2015", kind = "count", means = "recorded crimes", source = "mixed" }
[areas]
path = "areas.csv"
id = "area_number"
name = "community"
residents = "pop2010"
resident_groups.race = { Black = "black", White = "white", Latino = "hisp", Asian = "asian", Other = "other" }
reference.race = "White"
"""


@needs("chicago")
def test_p20_chicago_exposure_to_carjackings(tmp_path: Path) -> None:
    table = pd.read_csv(DATA / "chicago" / "community_areas.csv")
    found = numbers(audited(tmp_path, REPLICATED + CHICAGO, records=table, areas=table))

    rates = found["exposure_per_1000_residents_ratio/race=Black~race=White"]
    assert rates["value"] == pytest.approx(3.347, abs=5e-4)
    assert found["exposure_ratio/race=Black~race=White"]["value"] == pytest.approx(2.257, abs=5e-4)
    assert found["flag_gini/everyone"]["value"] == pytest.approx(0.5682, abs=5e-5)
    assert found["incident_gini/everyone"]["value"] == pytest.approx(0.4346, abs=5e-5)


@needs("chicago")
@pytest.mark.parametrize(
    ("contiguity", "neighbours", "value"),
    [
        ({"kind": "rook"}, 2.26, None),
        ({"kind": "queen"}, 4.03, 0.4316),
        # 50 m around every outline: gaps of up to 100 m are closed
        ({"kind": "queen", "tolerance_m": 100}, 5.27, 0.3963),
    ],
)
def test_p12_chicago_clustering_of_carjackings_per_resident(
    contiguity: dict[str, Any], neighbours: float, value: float | None
) -> None:
    choice = AreaTable(path="community_areas.geojson", id="area_number", contiguity=Contiguity(**contiguity))
    with connect(Engine()) as engine:
        areas = load_areas(engine, choice, folder=DATA / "chicago", audit_name="audit.toml").areas
    table = pd.read_csv(DATA / "chicago" / "community_areas.csv", dtype={"area_number": "string"})
    rates = (
        table.set_index("area_number")["carjackings_2020"] / table.set_index("area_number")["pop2010"]
    ).loc[list(areas.ids)]
    found = morans_i(
        rates.to_numpy(dtype=float),
        areas.neighbours,
        standardised=True,
        permutations=99,
        rng=np.random.default_rng(1),
    )

    assert len(areas.ids) == 77
    assert np.mean([len(near) for near in areas.neighbours]) == pytest.approx(neighbours, abs=0.005)
    if value is not None:
        assert found.value == pytest.approx(value, abs=1e-4)


# --- P5: Plainfield, 25 February to 18 December 2018, by the documented library calls ----------------------------


@pytest.fixture(scope="module")
def plainfield() -> pd.DataFrame:
    """Reports in the period, with coordinates, inside the block groups."""
    import shapely

    folder = DATA / "plainfield_geolitica"
    reports = pd.read_csv(folder / "crime_with_predictions.csv")
    shapes = json.loads((folder / "plainfieldpdnj-geojson-with-data.json").read_text())["features"]
    city = shapely.union_all([shapely.make_valid(shapely.geometry.shape(one["geometry"])) for one in shapes])
    day = pd.to_datetime(reports["datetime"]).dt.normalize()
    dated = reports[day.between(pd.Timestamp("2018-02-25"), pd.Timestamp("2018-12-18"))]
    assert (len(reports), len(dated)) == (3225, 3199)
    placed = dated.dropna(subset=["lat", "lon"])
    inside: pd.DataFrame = placed[
        shapely.contains_xy(city, placed["lon"].to_numpy(), placed["lat"].to_numpy())
    ]
    return inside


def types(text: object) -> set[str]:
    """Split the kinds of crime that a prediction is for, several joined by | within a kind and % between kinds."""
    return set(str(text).replace("%", "|").split("|")) if isinstance(text, str) else set()


@needs("plainfield_geolitica")
def test_p5_plainfield_recall_of_a_deployed_forecast(plainfield: pd.DataFrame) -> None:
    predictable = plainfield[plainfield["can_be_predicted"]]
    with_one = predictable[predictable["has_preds"]]
    matched = with_one[
        [
            bool(types(due) & types(made))
            for due, made in zip(with_one["accurate_pred_type"], with_one["actual_pred_type"], strict=True)
        ]
    ]

    assert (len(plainfield), len(predictable), len(with_one), len(matched)) == (3066, 336, 62, 34)
    assert int(matched["num_preds"].sum()) == 64
    assert len(matched) / len(predictable) == pytest.approx(0.101, abs=5e-4)
    assert list(wilson(len(matched), len(predictable), critical=normal(0.95))) == pytest.approx(
        [0.073, 0.138], abs=5e-4
    )


@pytest.mark.parametrize(
    ("matched", "predictions", "value", "low", "high"),
    [
        (64, 23_631, 0.00271, 0.00212, 0.00346),
        (32, 5_722, 0.00559, 0.00396, 0.00788),
        (11, 10_141, 0.00108, 0.00061, 0.00194),
    ],
)
def test_p5b_plainfield_precision_has_the_published_interval(
    matched: int, predictions: int, value: float, low: float, high: float
) -> None:
    assert matched / predictions == pytest.approx(value, abs=5e-6)
    assert list(wilson(matched, predictions, critical=normal(0.95))) == pytest.approx([low, high], abs=6e-6)
