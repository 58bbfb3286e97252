"""Every defect that is known in real files is reported by the check that is there for it.

Needs the folder of shared data; the same traps stand in made tables among the cases of the checks.
"""

import csv
from pathlib import Path

import pytest

from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.definitions.checks import read_checks, read_tool_type
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.load.places import load_places
from auditkit.results.checks import CheckResult
from auditkit.validate.checking import validate, validate_alerts, validate_places

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")
TOOL = """
[tool]
name = "T"
vendor = "V"
version = "1"
type = "KIND"
purpose = "p"
flagged_means = "f"
orientation = "burden"
status = "deployed"
"""


def found(folder: Path, kind: str, sections: str, *names: str) -> dict[str, CheckResult]:
    """Run some checks on tables of the shared data, or of the folder."""
    path = folder / "audit.toml"
    path.write_text(TOOL.replace("KIND", kind) + sections.replace("DATA", str(DATA)))
    audit = read_audit_file(path)
    checks = tuple(one for one in read_checks(read_tool_type(kind).suites) if one.id in names)
    with connect(Engine()) as engine:
        if kind == "person":
            people = load(engine, audit, folder=folder, audit_name=path.name)
            results = validate(people, audit, checks=checks, progress=lambda _: None).checks
        elif kind == "place":
            places = load_places(engine, audit, folder=folder, audit_name=path.name)
            results = validate_places(places, audit, checks=checks, progress=lambda _: None).checks
        else:
            alerts = load_alerts(engine, audit, folder=folder, audit_name=path.name)
            results = validate_alerts(alerts, audit, checks=checks, progress=lambda _: None).checks
    return {one.id: one for one in results}


def shown(result: CheckResult) -> dict[str, float | str | None]:
    assert result.status == "failed"
    return {fact.item: fact.value for fact in result.observed}


def test_compas_has_repeated_columns_tiny_groups_and_people_followed_too_briefly(tmp_path: Path) -> None:
    results = found(
        tmp_path, "person", """
[records]
path = "DATA/compas/compas-two-years.csv"
id = "id"
time = "compas_screening_date"
score = "decile_score"
decision = { score_at_least = 5 }
outcome = { column = "two_year_recid", positive = ["1"], means = "arrested again", source = "arrest" }
[groups.race]
column = "race"
""", "repeated-columns", "group-tiny", "outcomes-pile-up",
    )  # fmt: skip

    assert set(shown(results["repeated-columns"])) == {
        "decile_score.1 repeats decile_score",
        "priors_count.1 repeats priors_count",
    }
    assert shown(results["group-tiny"]) == {"race = Asian": 32.0, "race = Native American": 18.0}
    assert "2014 Q2" in shown(results["outcomes-pile-up"])  # all 998 scored after 1 April 2014 (case G4)


def test_kansas_city_has_one_shifted_row_and_coarse_positions(tmp_path: Path) -> None:
    results = found(
        tmp_path, "alert", """
[records]
path = "DATA/kansas_city_shotspotter/shotspotter_activations_with_bg.csv"
id = "Respond ID"
longitude = "Longitude"
latitude = "Latitude"
""", "alert-columns-shifted", "alert-position-coarse", "alert-positions", "alert-position-missing",
    )  # fmt: skip

    assert shown(results["alert-columns-shifted"]) == {"District": 1.0}
    assert shown(results["alert-position-coarse"]) == {"": 1.0}
    assert shown(results["alert-positions"]) == {"": 1.0}
    assert shown(results["alert-position-missing"]) == {"": 1.0}


BERLIN = """
[records]
path = "DATA/berlin_crime/Berlin_crimes.csv"
area = "Code"
time = "Year"
period = "year"
decision = { top_k = 15, per = "Year" }
score = "Theft"
outcome = { column = "Theft", kind = "count", means = "thefts", source = "mixed" }
inputs = ["Robbery", "Street_robbery", "Injury", "Agg_assault", "Fire", "Arson", "Damage", "Graffiti", "From_car", "Bike"]
[areas]
path = "areas.csv"
id = "code"
"""


def test_berlin_has_pseudo_areas_and_nested_offences(tmp_path: Path) -> None:
    lines = (DATA / "berlin_crime/Berlin_crimes.csv").read_text().splitlines()[1:]
    codes = sorted({line.split(",")[2] for line in lines})
    (tmp_path / "areas.csv").write_text(
        "code,name\n"
        + "".join(f"{code},{'nicht zuzuordnen' if code.endswith('9900') else code}\n" for code in codes)
    )
    sections = BERLIN + 'name = "name"\n'

    results = found(tmp_path, "place", sections, "pseudo-areas", "nested-columns")

    assert len(codes) == 150
    assert len(shown(results["pseudo-areas"])) + results["pseudo-areas"].more == 12
    nested = shown(results["nested-columns"])
    # of 1,200 rows, street robbery exceeds robbery in one, and arson fire in two
    assert nested["Street_robbery within Robbery"] == pytest.approx(1199 / 1200)
    assert nested["Arson within Fire"] == pytest.approx(1198 / 1200)
    assert {"Agg_assault within Injury", "Graffiti within Damage", "From_car within Theft"} <= set(nested)


def test_plainfield_has_empty_rows_and_reports_without_a_position(tmp_path: Path) -> None:
    hours = found(
        tmp_path, "alert", """
[records]
path = "DATA/plainfield_geolitica/plainfield_dosage.csv"
id = "Inc #"
""", "empty-rows",
    )  # fmt: skip
    crimes = found(
        tmp_path, "alert", """
[records]
path = "DATA/plainfield_geolitica/crime_with_predictions.csv"
longitude = "lon"
latitude = "lat"
""", "alert-position-missing", "alert-geocoding",
    )  # fmt: skip

    assert shown(hours["empty-rows"]) == {"": 4.0}
    assert shown(crimes["alert-position-missing"]) == {"": 69.0}
    assert crimes["alert-geocoding"].status == "passed"  # 3,156 of 3,225 were found


def test_a_total_put_back_among_the_cities_is_found(tmp_path: Path) -> None:
    lines = (DATA / "predpol_prediction_bias/prediction_count.csv").read_text().splitlines()
    cities = [line.split(",")[:2] for line in lines[1:]]
    whole = sum(int(n) for _, n in cities)
    rows = [*cities, ["Total", str(whole)]]
    (tmp_path / "counts.csv").write_text("city,n\n" + "".join(f"{name},{n}\n" for name, n in rows))
    (tmp_path / "areas.csv").write_text("city\n" + "".join(f"{name}\n" for name, _ in rows))

    results = found(
        tmp_path, "place", """
[records]
path = "counts.csv"
area = "city"
counts = "n"
decision = "all"
[areas]
path = "areas.csv"
id = "city"
""", "total-areas",
    )  # fmt: skip

    assert shown(results["total-areas"]) == {"Total": 1.0}
    assert results["total-areas"].refuses == ("all",)


def test_toronto_has_incidents_dated_long_before_the_others(tmp_path: Path) -> None:
    lines = (DATA / "toronto_mci/neighbourhood_centroids.csv").read_text().splitlines()[1:]
    (tmp_path / "records.csv").write_text(
        "area,hot\n" + "".join(f"{line.split(',')[0]},{at % 2}\n" for at, line in enumerate(lines))
    )
    results = found(
        tmp_path, "place", """
[records]
path = "records.csv"
area = "area"
decision = { column = "hot", flagged = ["1"] }
[areas]
path = "DATA/toronto_mci/neighbourhood_centroids.csv"
id = "neighbourhood"
[history]
path = "DATA/toronto_mci/incidents_by_neighbourhood_month.csv"
area = "neighbourhood"
time = "month"
count = "incidents"
""", "history-dates-stray",
    )  # fmt: skip

    assert set(shown(results["history-dates-stray"])) == {""}


CHICAGO = """
[records]
path = "records.csv"
area = "area"
decision = { column = "hot", flagged = ["1"] }
[areas]
path = "AREAS"
id = "area_number"
"""


def test_chicago_has_residents_of_two_vintages_and_borders_that_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_text("area,hot\n" + "".join(f"{at},{at % 2}\n" for at in range(1, 78)))
    groups = 'residents = "pop2010"\nresident_groups.race = { White = "white", Latino = "hisp", Black = "black", Asian = "asian", Other = "other" }\n'
    table = CHICAGO.replace("AREAS", "DATA/chicago/community_areas.csv") + groups
    # pop2010 adds up to 2,695,598, and a source with twice as many is a wrong period or place
    table += '[[second_source]]\ntable = "areas"\ntotal = 5391196\nsource = "twice the census"\n'
    outlines = (
        CHICAGO.replace("AREAS", "DATA/chicago/community_areas.geojson") + 'contiguity = { kind = "rook" }\n'
    )

    counts = found(tmp_path, "place", table, "resident-groups-excess", "second-source")
    borders = found(tmp_path, "place", outlines, "area-islands", "mean-neighbours")

    with (DATA / "chicago/community_areas.csv").open() as file:
        people = [
            sum(int(row[name]) for name in ("white", "hisp", "black", "asian", "other"))
            for row in csv.DictReader(file)
        ]
    assert shown(counts["resident-groups-excess"])["race"] == pytest.approx(sum(people) / 2_695_598 - 1)
    assert shown(counts["second-source"]) == {"areas: twice the census": pytest.approx(0.5)}
    assert len(shown(borders["area-islands"])) == 2  # case P12
    assert shown(borders["mean-neighbours"])[""] == pytest.approx(2.26, abs=0.005)


def test_a_block_group_of_farmers_branch_has_no_residents(tmp_path: Path) -> None:
    (path,) = (DATA / "predpol_prediction_bias/geojson").glob("*farmersbranch*")
    (tmp_path / "records.csv").write_text("area,hot\nx,1\ny,0\n")

    results = found(
        tmp_path, "place", CHICAGO.replace("AREAS", str(path)).replace("area_number", "id")
        + 'residents = "total_estimate"\n', "residents-zero",
    )  # fmt: skip

    assert len(shown(results["residents-zero"])) == 1
