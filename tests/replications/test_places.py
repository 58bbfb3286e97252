"""Derived cases of methods 9.2 through the front door: small cities whose numbers follow by hand.

Every audit here is an `audit.toml` with tables beside it, run as `auditkit run` would, and read from `audit.json`.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import auditkit
from auditkit.statistics.paired import mcnemar_exact

# The limit is harmless: a concentration is at most 1 by definition. Nothing is withheld.
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
why = "It repeats a derived case."
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
status = "proposed"
[policy]
use = "policy.toml"
[publication]
smallest_cell = 0
"""
HOT = 'decision = { column = "hot", flagged = ["1"] }'
INCIDENTS = 'outcome = { column = "n", kind = "count", means = "incidents", source = "call" }'
RECORDS = '[records]\npath = "records.csv"\narea = "area"\n'
AREAS = '[areas]\npath = "areas.csv"\nid = "area"\n'
RACE = 'resident_groups.race = { Black = "black", White = "white" }\nreference.race = "White"\n'

Numbers = dict[str, dict[str, Any]]


def table(header: str, *rows: tuple[object, ...]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def audited(folder: Path, sections: str, **tables: str) -> Numbers:
    """Write `audit.toml` and its tables, run the audit, and read its measurements by id."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        file = name.replace("_geojson", ".geojson") if name.endswith("_geojson") else f"{name}.csv"
        (folder / file).write_text(text)
    (folder / "policy.toml").write_text(POLICY)
    (folder / "audit.toml").write_text(TOOL + sections)
    audit = auditkit.run_audit(folder / "audit.toml")
    return {item["id"]: item for item in json.loads(audit.files["audit.json"])["measurements"]}


# P1: n = 30 of N = 100 incidents in a = 2 of A = 50 km2; the best area of 2 km2 holds 40. The other 30 incidents lie
# in eight areas of 2 km2; the fifteen areas of water hold none.
LAND = (30, 40, 4, 4, 4, 4, 4, 4, 3, 3)
CITY = [(f"land{i}", int(i == 0), n) for i, n in enumerate(LAND)] + [
    (f"water{i:02}", 0, 0) for i in range(15)
]


def test_p1_accuracy_index_compares_hits_with_the_size_of_the_city(tmp_path: Path) -> None:
    found = audited(
        tmp_path,
        RECORDS + HOT + "\n" + INCIDENTS + "\n" + AREAS + 'size_km2 = "km2"\n',
        records=table("area,hot,n", *CITY),
        areas=table("area,km2", *((area, 2) for area, _, _ in CITY)),
    )

    assert (found["hit_rate/rule=tool"]["numerator"], found["hit_rate/rule=tool"]["denominator"]) == (30, 100)
    assert found["flagged_area_share/rule=tool"]["value"] == pytest.approx(2 / 50)
    assert found["predictive_accuracy_index/rule=tool"]["value"] == pytest.approx(7.5)
    assert found["hit_rate/rule=best%20possible"]["numerator"] == 40
    assert found["prediction_efficiency_index/rule=tool"]["value"] == pytest.approx(0.75)
    assert found["hit_rate/rule=random"]["value"] == pytest.approx(2 / 50)


def test_p1_accuracy_index_falls_when_unusable_land_is_declared_as_no_area(tmp_path: Path) -> None:
    water = ", ".join(f'"{area}"' for area, _, _ in CITY if area.startswith("water"))
    found = audited(
        tmp_path,
        RECORDS + HOT + "\n" + INCIDENTS + "\n" + AREAS + f'size_km2 = "km2"\nnot_areas = [{water}]\n',
        records=table("area,hot,n", *CITY),
        areas=table("area,km2", *((area, 2) for area, _, _ in CITY)),
    )

    # usable A = 20: (30/100)/(2/20)
    assert found["predictive_accuracy_index/rule=tool"]["value"] == pytest.approx(3.0)
    assert found["prediction_efficiency_index/rule=tool"]["value"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("cells", "share", "hits"),
    [
        (8, 0.5, 4),  # .5 of 8
        (8, 0.49, 3),  # 3.92 rounds down
        (8, 0.05, 0),  # .4 rounds down to nothing
        (6, 0.7, 4),  # 4.2 rounds down
    ],
)
def test_p2_a_share_of_areas_rounds_down(tmp_path: Path, cells: int, share: float, hits: int) -> None:
    # a grid with intensities 1, 2, ... and one event per cell
    found = audited(
        tmp_path,
        RECORDS
        + f'time = "day"\nperiod = "day"\nscore = "s"\ndecision = {{ top_share = {share}, per = "day" }}\n'
        + INCIDENTS
        + "\n"
        + AREAS,
        records=table("area,day,s,n", *((f"c{i}", "2019-03-01", i, 1) for i in range(1, cells + 1))),
        areas=table("area", *((f"c{i}",) for i in range(1, cells + 1))),
    )

    assert (found["hit_rate/rule=tool"]["numerator"], found["hit_rate/rule=tool"]["denominator"]) == (
        hits,
        cells,
    )
    # the highest intensities are the ones that are flagged
    flagged = [f"c{i}" for i in range(1, cells + 1) if found[f"flagged_share/area=c{i}"]["value"] == 1]
    assert flagged == [f"c{i}" for i in range(cells - hits + 1, cells + 1)]


def test_p3_exact_test_of_incidents_caught_by_only_one_of_two_rules() -> None:
    assert mcnemar_exact(30, 18) == pytest.approx(0.1114, abs=5e-5)


def test_p3_tool_and_baseline_are_compared_on_the_same_incidents(tmp_path: Path) -> None:
    # The tool flags one area with 30 incidents; the area with most residents, which the simple rule flags, has 18.
    found = audited(
        tmp_path,
        RECORDS + HOT + "\n" + INCIDENTS + "\n" + AREAS + 'residents = "people"\n',
        records=table("area,hot,n", ("a", 1, 30), ("b", 0, 18), ("c", 0, 7), ("d", 0, 6)),
        areas=table("area,people", ("a", 500), ("b", 900), ("c", 100), ("d", 100)),
    )
    test = found["paired_test/rule=tool~rule=residents"]

    assert test["value"] == pytest.approx(0.1114, abs=5e-5)
    assert (test["numerator"], test["denominator"]) == (30, 48)
    # 30 less 18 incidents, of 61
    assert found["hit_rate_difference/rule=tool~rule=residents"]["value"] == pytest.approx(12 / 61)


def test_p8_exposure_is_the_mean_over_residents_of_their_areas_flags(tmp_path: Path) -> None:
    found = audited(
        tmp_path,
        RECORDS + 'decision = "all"\ncounts = "x"\n' + AREAS + 'residents = "people"\n' + RACE,
        records=table("area,x", (1, 10), (2, 30)),
        areas=table("area,people,white,black", (1, 100, 80, 20), (2, 100, 20, 80)),
    )

    # white: 80 people with 10 and 20 with 30; Black: 20 with 10 and 80 with 30
    assert found["exposure/race=White"]["value"] == pytest.approx(14)
    assert found["exposure/race=Black"]["value"] == pytest.approx(26)
    assert found["exposure_difference/race=Black~race=White"]["value"] == pytest.approx(12)
    assert found["exposure_ratio/race=Black~race=White"]["value"] == pytest.approx(26 / 14)
    assert round(found["exposure_ratio/race=Black~race=White"]["value"], 3) == 1.857
    # per 1,000 residents of areas with 100 each: ten times as much, the same ratio
    assert found["exposure_per_1000_residents/race=Black"]["value"] == pytest.approx(260)
    ratio = found["exposure_per_1000_residents_ratio/race=Black~race=White"]
    assert ratio["value"] == pytest.approx(26 / 14)
    # two areas are no basis for an interval
    assert (ratio["interval"], ratio["reason"]) == (None, "NE-BLOCKS")


def counted(folder: Path, flags: tuple[int, ...], outcomes: tuple[int, ...]) -> Numbers:
    """Audit areas with so many flags and so many incidents each."""
    return audited(
        folder,
        RECORDS + 'decision = "all"\ncounts = "x"\n' + INCIDENTS + "\n" + AREAS,
        records=table(
            "area,x,n", *((f"a{i}", *pair) for i, pair in enumerate(zip(flags, outcomes, strict=True)))
        ),
        areas=table("area", *((f"a{i}",) for i in range(len(flags)))),
    )


def test_p11_concentration_of_flags_beside_that_of_incidents(tmp_path: Path) -> None:
    found = counted(tmp_path, (0, 0, 0, 10), (1, 2, 3, 4))

    assert found["flag_gini/everyone"]["value"] == pytest.approx(0.75)
    assert found["incident_gini/everyone"]["value"] == pytest.approx(0.25)


def test_p11_concentration_of_nothing_is_not_estimable(tmp_path: Path) -> None:
    found = counted(tmp_path, (5, 5, 5, 5), (0, 0, 0, 0))

    assert found["flag_gini/everyone"]["value"] == pytest.approx(0)
    empty = found["incident_gini/everyone"]
    assert (empty["status"], empty["value"], empty["reason"]) == ("not_estimable", None, "NE-DENOM")
    assert found["hit_rate/rule=tool"]["status"] == "not_estimable"


def test_p11_overlap_is_the_mean_jaccard_index_of_consecutive_periods(tmp_path: Path) -> None:
    # flagged: {a, b}, then {b, c}, then {b, c}: 1/3 and 1, on average 2/3
    flagged = ({"a", "b"}, {"b", "c"}, {"b", "c"})
    found = audited(
        tmp_path,
        RECORDS + 'time = "month"\nperiod = "month"\n' + HOT + "\n" + AREAS,
        records=table(
            "area,month,hot",
            *((area, f"2019-0{m}", int(area in hot)) for m, hot in enumerate(flagged, 1) for area in "abcd"),
        ),
        areas=table("area", *((area,) for area in "abcd")),
    )
    expected = sum(len(one & two) / len(one | two) for one, two in pairwise(flagged)) / 2

    assert expected == pytest.approx(2 / 3)
    assert found["flag_overlap/everyone"]["value"] == pytest.approx(expected)
    assert found["never_flagged_areas/everyone"]["value"] == 1
    assert found["always_flagged_areas/everyone"]["value"] == 1


def test_p12_clustering_of_one_to_nine_on_a_three_by_three_grid(tmp_path: Path) -> None:
    # Squares of .01 degrees numbered by rows; rook neighbours share a side. Row-standardised 5/9 (binary would be .5).
    def square(i: int) -> dict[str, object]:
        west, south = 10 + 0.01 * (i % 3), 50 + 0.01 * (i // 3)
        ring = [
            (west, south),
            (west + 0.01, south),
            (west + 0.01, south + 0.01),
            (west, south + 0.01),
            (west, south),
        ]
        corners = [[round(x, 2), round(y, 2)] for x, y in ring]
        geometry = {"type": "Polygon", "coordinates": [corners]}
        return {"type": "Feature", "properties": {"area": f"s{i}"}, "geometry": geometry}

    shapes = {"type": "FeatureCollection", "features": [square(i) for i in range(9)]}
    found = audited(
        tmp_path,
        RECORDS
        + 'decision = "all"\ncounts = "x"\n'
        + AREAS.replace("csv", "geojson")
        + 'contiguity = { kind = "rook" }\n',
        records=table("area,x", *((f"s{i}", i + 1) for i in range(9))),
        areas_geojson=json.dumps(shapes),
    )

    assert found["flag_morans_i/everyone"]["value"] == pytest.approx(5 / 9, abs=1e-9)
    assert 0 < found["flag_morans_i_p_value/everyone"]["value"] < 0.05  # 1..9 by rows is a clear trend


def test_p13_small_area_rates_are_drawn_towards_the_mean(tmp_path: Path) -> None:
    found = audited(
        tmp_path,
        RECORDS + HOT + "\n" + INCIDENTS + "\n" + AREAS + 'residents = "people"\n',
        records=table("area,hot,n", ("a", 1, 0), ("b", 0, 9), ("c", 0, 10), ("d", 0, 120)),
        areas=table("area,people", ("a", 100), ("b", 200), ("c", 1000), ("d", 5000)),
    )
    smoothed = [found[f"incident_rate_smoothed/area={area}"]["value"] for area in "abcd"]
    raw = [found[f"incident_rate/area={area}"]["value"] for area in "abcd"]

    assert smoothed == pytest.approx([0.018932, 0.027765, 0.014545, 0.023791], abs=5e-7)
    assert raw == pytest.approx([0, 9 / 200, 10 / 1000, 120 / 5000])
    # Garwood: no incident in 100 residents has the upper limit -ln(.025)/100
    assert found["incident_rate/area=a"]["interval"] == pytest.approx([0, 3.6888794541 / 100])


def test_rank_correlation_of_areas_in_one_order_does_not_stop_the_audit(tmp_path: Path) -> None:
    # More flags wherever more Black residents live: the correlation is exactly 1, where Fisher's z is infinite.
    found = audited(
        tmp_path,
        RECORDS + 'decision = "all"\ncounts = "x"\n' + AREAS + 'residents = "people"\n' + RACE,
        records=table("area,x", *((f"a{i}", 10 * i) for i in range(1, 6))),
        areas=table("area,people,white,black", *((f"a{i}", 100, 100 - 10 * i, 10 * i) for i in range(1, 6))),
    )

    assert found["rank_correlation/race=Black"]["value"] == pytest.approx(1)
    assert found["rank_correlation/race=White"]["value"] == pytest.approx(-1)
