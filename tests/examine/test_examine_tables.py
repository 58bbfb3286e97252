"""Partial data are taken for what they are, and the proposed audit file runs once a person has filled in its blanks."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from auditkit import Audit, run_audit
from auditkit.cli.app import app
from auditkit.definitions.audit_file import read_audit_file
from auditkit.errors import DefinitionError
from auditkit.examine.examining import examine
from auditkit.results.examination import Examination

DATA = Path(__file__).parents[3] / "shared" / "data"
FILLED: dict[str, str] = {
    'name = ""': 'name = "The tool"',
    'vendor = ""': 'vendor = "Example Ltd"',
    'version = ""': 'version = "1"',
    'purpose = ""': 'purpose = "Advises"',
    'flagged_means = ""': 'flagged_means = "watched"',
    'orientation = ""': 'orientation = "burden"',
    'status = ""': 'status = "deployed"',
    'means = ""': 'means = "recorded later"',
    'source = ""': 'source = "arrest"',
}
MATRIX = """race,TN,FP,FN,TP
African-American,990,805,532,1369
Caucasian,1139,349,461,505
Hispanic,318,87,129,103
"""


def needs(folder: str) -> pytest.MarkDecorator:
    absent = f"the folder of shared data '{folder}' is absent"
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=absent)


def auditkit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def proposed(folder: Path, *files: Path) -> Path:
    """Propose an audit file in a folder."""
    path = folder / "audit.toml"
    result = auditkit("examine", *files, "--out", path)
    assert result.exit_code == 0, result.stderr
    return path


def completed(path: Path, more: Mapping[str, str] | None = None) -> Path:
    """Fill in the blanks of a proposed audit file as a person would."""
    text = path.read_text(encoding="utf-8")
    for blank, value in {**FILLED, **(more or {})}.items():
        text = text.replace(blank, value)
    path.write_text(text, encoding="utf-8")
    return path


def filled(path: Path, more: Mapping[str, str] | None = None) -> Audit:
    """Fill in the blanks of a proposed audit file, and run it."""
    return run_audit(completed(path, more))


def numbers(audit: Audit) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads(audit.files["audit.json"])["measurements"]}


def written(folder: Path, **tables: str) -> list[Path]:
    """Write small tables and return their paths."""
    paths = []
    for name, text in tables.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def looked_at(folder: Path, **tables: str) -> Examination:
    return examine(written(folder, **tables), folder=folder)


def meanings(found: Examination, place: int = 0) -> dict[str, str]:
    return {column.name: column.meaning for column in found.tables[place].columns}


def possible(found: Examination) -> dict[str, bool]:
    return {answer.question: answer.possible for answer in found.answers}


# What tables are taken for


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("confusion", MATRIX),
        ("confusion", MATRIX.replace("TN,FP,FN,TP", "Verdaderos negativos,Falsos positivos,Falsos negativos,VP")),
        ("totals", "district,flagged,people\nNorth,217,369\nSouth,85,245\n"),
        ("totals", "raza,k,n\nNegra,217,369\nBlanca,85,245\n"),
        ("counts", "race,flagged,rearrested,n\nA,1,0,60\nA,0,0,240\nA,1,1,150\nB,0,1,150\n"),
        ("rates", "race,false positive rate\nA,0.4\nB,0.2\n"),
        ("people", "id,raza,puntaje,reincidente\n1,N,7,si\n2,B,3,no\n3,N,5,no\n4,B,2,si\n"),
        ("forecasts", "area,week,score\nN,2023-01-02,3\nS,2023-01-02,4\nN,2023-01-09,5\nS,2023-01-09,1\n"),
        ("area_counts", "barrio,predicciones\nNorte,12\nSur,3\n"),
        ("areas", "geoid,black,white,pop\n1,10,20,31\n2,5,6,11\n"),
        ("alerts", "alert id,date,disposition\n1,2023-01-02,founded\n2,2023-01-02,none\n3,2023-01-03,none\n"),
        ("incidents", "Incident Number,Offense,Date,Beat\n70,Theft,2022-01-02,1\n71,Theft,2022-01-02,2\n72,Arson,2022-02-02,1\n"),
        ("incidents", "barrio,fecha,delitos\nNorte,2022-01,4\nSur,2022-01,2\nNorte,2022-02,0\nSur,2022-02,4\n"),
        ("unknown", "description,what\nBurglary,many\nRobbery,few\n"),
    ],
)  # fmt: skip
def test_a_table_is_taken_for_what_it_is(kind: str, text: str, tmp_path: Path) -> None:
    (table,) = looked_at(tmp_path, table=text).tables

    assert table.kind == kind
    assert table.reason


def test_columns_are_recognised_by_name_and_values_in_english_and_spanish(tmp_path: Path) -> None:
    text = "folio,Género,Edad grupo,fecha,Puntuación,señalado,reincidencia,barrio\n"
    text += "".join(
        f"{i},{'MF'[i % 2]},{('18-25', '26+')[i % 2]},2023-01-0{1 + i},{i}.5,{('si', 'no')[i % 2]},{i % 2},B{i % 3}\n"
        for i in range(8)
    )

    found = meanings(looked_at(tmp_path, tabla=text))

    assert found == {
        "folio": "id", "Género": "group", "Edad grupo": "group", "fecha": "time", "Puntuación": "score",
        "señalado": "decision", "reincidencia": "outcome", "barrio": "area",
    }  # fmt: skip


def test_columns_that_may_name_people_are_not_shown_and_not_used(tmp_path: Path) -> None:
    text = "full_name,contact,race,flagged\nAnn Roe,ann@example.org,A,1\nBob Roe,bob@example.org,B,0\nCy Poe,cy@example.org,A,1\n"
    (path,) = written(tmp_path, people=text)

    found = examine([path], folder=tmp_path)
    shown = auditkit("examine", path).stdout + auditkit("examine", path, "--json").stdout

    assert meanings(found) == {
        "full_name": "personal",
        "contact": "personal",
        "race": "group",
        "flagged": "decision",
    }
    assert "personal-columns" in {remark.code for remark in found.remarks}
    assert not re.search(r"Ann|Bob|Poe|example\.org", shown)
    assert found.proposal is not None
    assert "full_name" not in found.proposal


def test_a_file_that_is_no_table_stops_with_every_problem_and_exit_2(tmp_path: Path) -> None:
    (path,) = written(tmp_path, empty="")

    result = auditkit("examine", path, tmp_path / "absent.csv", "--out", tmp_path / "audit.toml")

    assert result.exit_code == 2
    assert "auditkit: empty.csv: the file is empty." in result.stderr
    assert "auditkit: absent.csv: the file cannot be opened" in result.stderr
    assert not (tmp_path / "audit.toml").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (path,) = written(tmp_path, matrix=MATRIX)
    (tmp_path / "audit.toml").write_text("mine")

    result = auditkit("examine", path, "--out", tmp_path / "audit.toml")

    assert (result.exit_code, (tmp_path / "audit.toml").read_text()) == (2, "mine")
    assert "the file exists" in result.stderr


def test_tables_without_flags_lead_to_no_proposal_and_say_what_to_ask_for(tmp_path: Path) -> None:
    paths = written(tmp_path, areas="geoid,black,white,pop\n1,10,20,31\n2,5,6,11\n")

    result = auditkit("examine", *paths, "--out", tmp_path / "audit.toml")

    assert result.exit_code == 0
    assert "Ask for: Predictions or flags by area" in result.stdout
    assert "No audit file is proposed" in result.stdout
    assert not (tmp_path / "audit.toml").exists()


def test_rates_without_counts_lead_to_no_proposal(tmp_path: Path) -> None:
    found = looked_at(tmp_path, rates="race,false positive rate\nA,0.4\nB,0.2\n")

    assert found.proposal is None
    assert [answer.ask for answer in found.answers] == [
        "The counts behind each rate: how many of how many, by group."
    ]


def test_names_that_would_break_the_audit_file_stay_names(tmp_path: Path) -> None:
    header = 'race,"TN\n[tool]","=FP()"" # x",FN,TP'
    text = MATRIX.replace("race,TN,FP,FN,TP", header)

    found = looked_at(tmp_path, matrix=text.replace("TN\n[tool]", "TN").replace('=FP()"" # x', "FP"))
    odd = looked_at(tmp_path, odd='race,k,n,"evil\n[x]\x7f"\n"A\n[run]\nseed = 1",5,9,1\nB,3,9,2\n')

    assert found.proposal is not None
    assert odd.proposal is not None
    for proposal in (found.proposal, odd.proposal):
        assert set(tomllib.loads(proposal)) == {"tool", "records", "groups", "policy"}


# Every proposal runs once its blanks are filled in


def test_a_proposal_stops_the_run_at_each_blank_until_it_is_filled_in(tmp_path: Path) -> None:
    (path,) = written(tmp_path, matrix=MATRIX)
    found = examine([path], folder=tmp_path)
    audit = proposed(tmp_path, path)

    with pytest.raises(DefinitionError) as caught:
        read_audit_file(audit)

    assert {
        problem.where.replace("records.confusion] ", "records] confusion.")
        for problem in caught.value.problems
    } == {f"audit.toml {key.replace('records.confusion] ', 'records] confusion.')}" for key in found.blanks}
    assert {problem.found for problem in caught.value.problems} == {"it is left blank."}
    assert len(found.blanks) == 9  # seven of [tool], what the outcome means, and who recorded it


def test_a_confusion_matrix_gives_the_published_rates(tmp_path: Path) -> None:
    (path,) = written(tmp_path, matrix=MATRIX)

    found = numbers(filled(proposed(tmp_path, path)))

    # 805 of 1,795 and 349 of 1,488: the 44.85 % and 23.45 % that ProPublica published
    assert found["false_positive_rate/race=African-American"]["value"] == pytest.approx(805 / 1795)
    assert found["false_positive_rate/race=Caucasian"]["value"] == pytest.approx(349 / 1488)


def test_totals_and_withheld_counts_are_declared(tmp_path: Path) -> None:
    (path,) = written(tmp_path, totals="raza,k,n\nNegra,217,369\nBlanca,85,245\nOtra,<11,40\n")

    records = read_audit_file(completed(proposed(tmp_path, path))).records

    assert records.totals is not None
    assert (records.totals.flagged, records.totals.of, records.suppressed) == ("k", "n", ("<11",))


def test_predictions_and_a_census_table_are_joined_by_the_column_whose_values_match(tmp_path: Path) -> None:
    paths = written(
        tmp_path,
        predictions="block group,predictions\n" + "".join(f"{100 + i},{10 * i}\n" for i in range(1, 25)),
        census="geoid,population,black,white\n"
        + "".join(f"{100 + i},1000,{20 * i},{1000 - 20 * i}\n" for i in range(1, 26)),
    )

    audit = read_audit_file(completed(proposed(tmp_path, *paths)))  # the how-to page runs such a pair

    assert audit.areas is not None
    assert (audit.records.area, audit.records.counts, audit.areas.id) == (
        "block group",
        "predictions",
        "geoid",
    )
    assert (audit.areas.residents, audit.areas.resident_groups) == (
        "population",
        {"race": {"Black": "black", "White": "white"}},
    )


SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"geoid": f"0{i}", "preds": 7 * i, "pop": 100, "black": 10 * i, "white": 100 - 10 * i},
            "geometry": {"type": "Polygon", "coordinates": [[[i, 40], [i + 1, 40], [i + 1, 41], [i, 41], [i, 40]]]},
        }
        for i in range(4)
    ],
}  # fmt: skip


def test_counts_inside_a_file_with_boundaries_are_taken_out_beside_the_proposal(tmp_path: Path) -> None:
    shapes = tmp_path / "city.geojson"
    shapes.write_text(json.dumps(SQUARES))

    path = proposed(tmp_path, shapes)
    again = auditkit("examine", shapes, "--out", tmp_path / "other.toml")

    assert (
        tmp_path / "city-counts.csv"
    ).read_text() == "geoid,preds\n0,0\n1,7\n2,14\n3,21\n"  # numerals by value
    audit = read_audit_file(completed(path))
    assert (audit.records.path, audit.areas and audit.areas.path) == ("city-counts.csv", "city.geojson")
    assert (again.exit_code, (tmp_path / "other.toml").exists()) == (2, False)


def test_forecasts_by_week_run_with_their_incidents(tmp_path: Path) -> None:
    weeks = ["2023-01-02", "2023-01-09", "2023-01-16"]
    rows = [
        f"{area},{week},{area * k},{area % 3 * 10}\n"
        for k, week in enumerate(weeks, 1)
        for area in range(1, 31)
    ]
    paths = written(
        tmp_path,
        forecasts="beat,week,score,incidents\n" + "".join(rows),
        areas="beat,residents,black,white\n" + "".join(f"{i},100,{i},{90 - i}\n" for i in range(1, 31)),
    )

    path = proposed(tmp_path, *paths)
    audit = filled(path, {'top_k = ""': "top_k = 3"})

    assert read_audit_file(path).records.period == "week"
    # areas 28, 29 and 30 are flagged: 10 + 20 + 0 incidents a week; all 30 areas have ten times 0 + 10 + 20;
    # the first week has no earlier one for simple rules, so two weeks count
    hits = numbers(audit)["hit_rate/rule=tool"]
    assert (hits["numerator"], hits["denominator"]) == (60, 600)


SMALL_CITY = {
    "forecasts": "beat,month,score\n"
    + "".join(f"{area},2023-0{month},{area * month}\n" for month in (1, 2, 3) for area in range(1, 31)),
    "areas": "beat,residents,black,white\n" + "".join(f"{i},100,{i},{90 - i}\n" for i in range(1, 31)),
}


def test_past_incidents_are_proposed_as_the_history_and_the_audit_reads_them(tmp_path: Path) -> None:
    # 40 incidents; two of them in beat 99, which the table of areas lacks: 30 of the 31 areas named match
    crimes = "incident number,occurred,police beat\n" + "".join(
        f"{7000 + i},2022-{1 + i % 12:02}-05,{99 if i in (7, 8) else 1 + i % 30}\n" for i in range(40)
    )
    paths = written(tmp_path, **SMALL_CITY, crimes_2022=crimes)

    path = proposed(tmp_path, *paths)
    text = path.read_text(encoding="utf-8")
    checked = auditkit("check", completed(path, {'top_k = ""': "top_k = 3"}), "--json")

    assert "# guess: the tool learned from 'crimes_2022.csv': its name or a column says 'crimes'" in text
    assert '# guess: 97% of its areas are among those of the audit.\narea = "police beat"' in text
    assert "# guess: each row is one incident" in text
    declared = read_audit_file(path).history
    assert declared is not None
    assert declared.model_dump(exclude_none=True) == {
        "path": "crimes_2022.csv",
        "area": "police beat",
        "time": "occurred",
    }
    assert checked.exit_code == 0, checked.stderr
    unplaced = next(one for one in json.loads(checked.stdout) if one["id"] == "history-unmatched")
    assert unplaced["observed"][0]["value"] == pytest.approx(2 / 40)
    printed = auditkit("examine", *paths).stdout
    assert "'crimes_2022.csv': 40 rows, past incidents;" in printed
    assert "not-used" not in printed


def test_counts_of_past_incidents_are_proposed_with_their_column(tmp_path: Path) -> None:
    counts = "beat,month,burglaries\n" + "".join(
        f"{area},2022-0{month},{area % 4}\n" for month in range(1, 7) for area in range(1, 31)
    )

    path = completed(
        proposed(tmp_path, *written(tmp_path, **SMALL_CITY, past=counts)), {'top_k = ""': "top_k = 3"}
    )

    declared = read_audit_file(path).history
    assert declared is not None
    assert (declared.area, declared.time, declared.count) == ("beat", "month", "burglaries")


def test_positions_of_past_incidents_are_proposed_where_areas_have_outlines(tmp_path: Path) -> None:
    shapes = tmp_path / "city.geojson"
    shapes.write_text(json.dumps(SQUARES))
    (crimes,) = written(tmp_path, crimes="date,lat,lon\n2022-01-05,40.5,0.5\n2022-02-06,40.5,1.5\n")

    declared = read_audit_file(completed(proposed(tmp_path, shapes, crimes))).history

    assert declared is not None
    assert (declared.longitude, declared.latitude, declared.time) == ("lon", "lat", "date")


@pytest.mark.parametrize(
    ("crimes", "said"),
    [
        ("date,beat\n1/31/2022,1\n2/28/2022,2\n", "# 'crimes.csv' may hold past incidents, with dates in a form that is not read."),
        ("date,beat\n2022-01-31,North\n2022-02-28,South\n", None),
        ("date,lat,lon\n2022-01-31,40.1,0.2\n", None),
    ],
)  # fmt: skip
def test_past_incidents_that_no_audit_could_read_are_not_proposed(
    crimes: str, said: str | None, tmp_path: Path
) -> None:
    path = proposed(tmp_path, *written(tmp_path, **SMALL_CITY, crimes=crimes))

    text = path.read_text(encoding="utf-8")
    assert "[history]" not in text.splitlines()
    assert said is None or said in text
    assert read_audit_file(completed(path, {'top_k = ""': "top_k = 3"})).history is None


def test_alerts_run_with_their_dispositions_areas_and_sensors(tmp_path: Path) -> None:
    rows = [f"{i},2023-0{1 + i % 6}-03,{i % 25},{('evidence', 'nothing')[i % 4 > 0]}\n" for i in range(200)]
    paths = written(
        tmp_path,
        activations="alert id,date,tract,disposition\n" + "".join(rows),
        areas="tract,pop,black,white,coverage\n"
        + "".join(f"{i},100,{i},{90 - i},{i % 2}\n" for i in range(25)),
    )

    found = numbers(filled(proposed(tmp_path, *paths), {"confirmed = []": 'confirmed = ["evidence"]'}))

    # every fourth of 200 alerts
    assert found["positive_predictive_value_all/everyone"]["value"] == pytest.approx(0.25)
    assert "coverage_share/race=Black" in found


# Real data


@needs("compas")
def test_compas_runs_and_gives_the_published_error_rates(tmp_path: Path) -> None:
    path = proposed(tmp_path, DATA / "compas" / "compas-two-years.csv")

    found = numbers(filled(path, {'score_at_least = ""': "score_at_least = 5"}))

    assert found["false_positive_rate/race=African-American"]["value"] == pytest.approx(0.4485, abs=5e-5)
    assert found["false_positive_rate/race=Caucasian"]["value"] == pytest.approx(0.2345, abs=5e-5)


@needs("predpol_prediction_bias")
def test_predictions_of_a_city_give_the_recomputed_exposure(tmp_path: Path) -> None:
    shapes = DATA / "predpol_prediction_bias" / "geojson" / "salisbury-geojson-with-data.json"
    path = proposed(tmp_path, shapes)

    found = numbers(filled(path))

    # methods 9.2, P7
    assert 1 / found["exposure_ratio/race=White~race=Black"]["value"] == pytest.approx(2.175, abs=5e-4)


@needs("plainfield_geolitica")
def test_plainfield_runs_and_says_that_reports_without_an_area_are_not_used(tmp_path: Path) -> None:
    folder = DATA / "plainfield_geolitica"
    shapes = folder / "plainfieldpdnj-geojson-with-data.json"
    files = [shapes, folder / "crime_with_predictions.csv"]

    found = examine(files, folder=tmp_path)
    audit = filled(proposed(tmp_path, *files))

    assert {remark.file for remark in found.remarks if remark.code == "not-used"} == {
        "crime_with_predictions.csv"
    }
    assert "exposure/race=Black" in numbers(audit)
    left_out = next(remark for remark in found.remarks if remark.code == "residents-left-out")
    properties = [feature["properties"] for feature in json.loads(shapes.read_text())["features"]]
    everyone = sum(int(one["total_race_lb"]) for one in properties)
    named = sum(int(one[f"{group}_lb"]) for one in properties for group in ("asian", "black", "white"))
    assert left_out.found.startswith(f"{1 - named / everyone:.0%} of residents")


@needs("kansas_city_shotspotter")
def test_kansas_city_runs_with_its_sensors(tmp_path: Path) -> None:
    folder = DATA / "kansas_city_shotspotter"
    path = proposed(tmp_path, folder / "shotspotter_activations_with_bg.csv", folder / "block_groups.csv")

    found = numbers(filled(path))

    # methods 9.3, A4
    assert found["coverage_share/race=Black"]["value"] == pytest.approx(0.0920, abs=5e-5)
    item = found["alerts_in_mostly_covered_areas/everyone"]
    assert (item["numerator"], item["denominator"]) == (8826, 9648)


# What can be concluded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MATRIX, (True, True, False)),
        ("race,k,n\nA,1,9\nB,2,9\n", (True, False, False)),
        ("id,race,score,outcome\n1,A,3,1\n2,B,4,0\n3,A,5,0\n4,B,1,1\n", (True, True, True)),
        ("id,race,score\n1,A,3\n2,B,4\n3,A,5\n4,B,1\n", (True, False, False)),
    ],
)
def test_what_can_be_concluded_about_people_follows_from_the_columns(
    text: str, expected: tuple[bool, bool, bool], tmp_path: Path
) -> None:
    found = possible(looked_at(tmp_path, table=text))

    flagged, wrongly, scores = (
        "How often is each group flagged?",
        "Who is wrongly flagged, and who is missed?",
        "Does a score mean the same in every group?",
    )
    assert (found[flagged], found[wrongly], found[scores]) == expected
    assert found["Does the tool reduce crime?"] is False


def test_every_question_without_an_answer_says_what_to_ask_for(tmp_path: Path) -> None:
    for text in (
        MATRIX,
        "barrio,predicciones\nNorte,12\nSur,3\n",
        "alert id,date\n1,2023-01-02\n2,2023-01-03\n",
    ):
        found = looked_at(tmp_path, table=text)
        assert [answer for answer in found.answers if bool(answer.ask) == answer.possible] == []


def long_sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.?!:;])\s+", text) if len(one.split()) > 25]


def test_sentences_of_the_examination_have_at_most_25_words(tmp_path: Path) -> None:
    found = [looked_at(tmp_path, table=text) for text in (MATRIX, "barrio,predicciones\nNorte,12\nSur,3\n")]
    found.append(looked_at(tmp_path, **SMALL_CITY, crimes="beat,date\n1,2022-01-05\n2,2022-02-05\n"))

    said = [part for one in found for answer in one.answers for part in (answer.why, answer.ask)]
    assert [long for text in said for long in long_sentences(text)] == []
