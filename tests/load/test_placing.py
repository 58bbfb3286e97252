"""Rows without an area are placed by their position; those that no area holds are kept, and counted by neighbourhood."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import ibis
import numpy as np
import pytest
import shapely

from auditkit import check_data
from auditkit.definitions.audit_file import Engine, read_audit_file
from auditkit.errors import DefinitionError, InputError
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect
from auditkit.load.places import load_places
from auditkit.results.rows import PlaceRows
from auditkit.validate.registry import FACTS

TOOL = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names boxes for patrols"
flagged_means = "living where a box was drawn"
orientation = "burden"
status = "proposed"
"""
RECORDS = """
[records]
path = "boxes.csv"
longitude = "lon"
latitude = "lat"
neighbourhood = "ward"
time = "day"
period = "week"
decision = "all"
"""
AREAS = '\n[areas]\npath = "areas.geojson"\nid = "code"\nresidents = "pop"\n'
HISTORY = """
[history]
path = "boxes.csv"
longitude = "lon"
latitude = "lat"
neighbourhood = "ward"
time = "day"
"""
BOXES = """lon,lat,ward,day,told
0.005,0.005,West,2019-01-07,b
0.010,0.005,West,2019-01-07,a
0.015,0.005,East,2019-01-07,a
0.015,0.005,East,2019-01-14,a
0.025,0.005,East,2019-01-14,
,0.005,East,2019-01-14,
N/A,0.005,East,2019-01-14,
0.005,400,East,2019-01-14,
"""
"""`b` is the western square and `a` the eastern; the second box lies on their border, and the last four in neither."""


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def collection(*areas: tuple[str, Any]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "pop": 100},
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, shape in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


SQUARES = collection(("b", shapely.box(0, 0, 0.01, 0.01)), ("a", shapely.box(0.01, 0, 0.02, 0.01)))


def write(folder: Path, text: str = TOOL + RECORDS + AREAS, boxes: str = BOXES, areas: str = SQUARES) -> Path:
    (folder / "boxes.csv").write_text(boxes, encoding="utf-8")
    (folder / "areas.geojson").write_text(areas, encoding="utf-8")
    (folder / "audit.toml").write_text(text, encoding="utf-8")
    return folder / "audit.toml"


def opened(engine: ibis.BaseBackend, path: Path) -> PlaceRows:
    return load_places(engine, read_audit_file(path), folder=path.parent, audit_name=path.name)


def cells(rows: Any, *roles: str) -> list[tuple[Any, ...]]:
    return [tuple(row[role] for role in (*roles, "n")) for row in rows.cells(*roles).to_pyarrow().to_pylist()]


def test_positions_give_the_areas_that_a_column_would_have_given(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    told = RECORDS.replace('longitude = "lon"\nlatitude = "lat"\nneighbourhood = "ward"\n', 'area = "told"\n')
    (tmp_path / "told").mkdir()

    placed = opened(engine, write(tmp_path))
    named = opened(engine, write(tmp_path / "told", TOOL + told + AREAS))

    assert cells(placed, "area", "period") == cells(named, "area", "period")
    # the border belongs to `a`, the first id; four boxes are in no area
    assert cells(placed, "area") == [(None, 4), ("a", 3), ("b", 1)]
    assert placed.original == ("lon", "lat", "ward", "day", "told")
    assert placed.source.rows == 8


def test_many_points_lie_where_another_library_finds_them(
    engine: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditkit.load.placing.SCRATCH_BATCH", 700)
    rng = np.random.default_rng(7)
    points = np.round(rng.uniform(-0.1, 1.1, size=(2000, 2)), 3)
    seeds = shapely.MultiPoint(rng.uniform(size=(30, 2)))
    parts = shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 1, 1)).geoms
    shapes = {
        f"{at:02}": shapely.intersection(shape, shapely.box(0, 0, 1, 1)) for at, shape in enumerate(parts)
    }
    boxes = "lon,lat,ward,day\n" + "".join(f"{x},{y},w,2019-01-07\n" for x, y in points)

    rows = opened(engine, write(tmp_path, boxes=boxes, areas=collection(*shapes.items())))

    areas = geopandas.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()))
    frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T))
    joined = frame.sjoin(areas, how="left", predicate="intersects")
    first = joined.groupby(level=0)["code"].min()
    expected = first.str.lstrip("0").replace("", "0").value_counts()  # ids compare by value
    found = {area: n for area, n in cells(rows, "area") if area is not None}
    assert found == expected.to_dict()
    assert cells(rows, "area")[0] == (None, int(first.isna().sum()))


def test_the_share_that_no_area_holds_is_counted_by_neighbourhood(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    path = write(tmp_path, TOOL + RECORDS + AREAS + HISTORY)
    audit, rows = read_audit_file(path), opened(engine, path)

    for facts in ("unplaced_by_neighbourhood", "history_unplaced_by_neighbourhood"):
        found = FACTS[facts](rows, audit)

        assert isinstance(found, ibis.Table)
        assert found.to_pyarrow().to_pylist() == [
            {"item": "neighbourhood East", "value": 4 / 6, "count": 4},
            {"item": "neighbourhood West", "value": 0.0, "count": 0},
        ]


def test_the_checks_say_so(tmp_path: Path) -> None:
    boxes = BOXES.splitlines()
    whole = "\n".join([boxes[0], *boxes[1:5]]) + "\n"
    (tmp_path / "whole").mkdir()
    ids = ("unplaced-by-neighbourhood", "history-unplaced-by-neighbourhood")

    failing = check_data(
        write(tmp_path, TOOL + RECORDS + AREAS + HISTORY + "[publication]\nsmallest_cell = 0\n")
    )
    passing = check_data(write(tmp_path / "whole", TOOL + RECORDS + AREAS, boxes=whole))

    assert [check.status for check in failing if check.id in ids] == ["failed", "failed"]
    assert [fact.item for check in failing if check.id == ids[0] for fact in check.observed] == [
        "neighbourhood East"
    ]
    assert [check.status for check in passing if check.id in ids] == ["passed", "not_applicable"]


def test_alerts_are_placed_too(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    alert = TOOL.replace('"place"', '"alert"')
    path = write(tmp_path, alert + RECORDS.replace('decision = "all"\n', "") + AREAS)

    rows = load_alerts(engine, read_audit_file(path), folder=tmp_path, audit_name=path.name)

    assert cells(rows, "area") == [(None, 4), ("a", 3), ("b", 1)]
    assert cells(rows, "neighbourhood") == [("East", 6), ("West", 2)]


def test_points_without_boundaries_are_refused(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    path = write(tmp_path, TOOL + RECORDS + AREAS.replace("areas.geojson", "areas.csv"))
    (tmp_path / "areas.csv").write_text("code,pop\na,100\n", encoding="utf-8")

    with pytest.raises(
        InputError, match=r"boxes\.csv: points are placed within boundaries, and \[areas\] has none"
    ):
        opened(engine, path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RECORDS.replace('latitude = "lat"\n', ""), "a place tool needs [records] area, or longitude and latitude"),
        (RECORDS + 'area = "told"\n', "to 'place' where they stand for 'area'"),
        (RECORDS + HISTORY + 'area = "told"\n', "[history] neighbourhood goes with longitude and latitude"),
        (RECORDS + HISTORY.replace('latitude = "lat"\n', 'area = "told"\n'), "'longitude' and 'latitude' go together"),
    ],
)  # fmt: skip
def test_positions_that_nobody_would_use_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_audit_file(write(tmp_path, TOOL + AREAS + text))

    assert says in str(caught.value)


def test_a_missing_column_of_positions_is_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    path = write(tmp_path, TOOL + RECORDS.replace('"lon"', '"long"') + AREAS)

    with pytest.raises(
        InputError, match=r"column 'long' is missing\. Did you mean 'lon'.*\[records\] longitude"
    ):
        opened(engine, path)
