"""Boundaries say which areas are neighbours, and give a small map; a mended or absent outline is named."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import AreaTable
from auditkit.load.areas import load_areas
from auditkit.load.engine import connect
from auditkit.results.loaded_areas import LoadedAreas

DATA = Path(__file__).parents[3] / "shared" / "data"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


@pytest.fixture
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(connection: ibis.BaseBackend, folder: Path, **keys: Any) -> LoadedAreas:
    return load_areas(connection, AreaTable(**keys), folder=folder, audit_name="audit.toml")


def square(west: float, south: float, *, side: float = 0.01) -> dict[str, Any]:
    """Draw a square of about a kilometre near the equator."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: tuple[Mapping[str, Any], Mapping[str, Any] | None], **more: Any) -> str:
    listed = [{"type": "Feature", "properties": dict(p), "geometry": g} for p, g in features]
    return json.dumps({"type": "FeatureCollection", "features": listed, **more})


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


GRID = (
    # Two rows of two squares, and one that lies 3 km off.
    ({"code": 11, "pop": 10}, square(0, 0)),
    ({"code": 12, "pop": 20}, square(0.01, 0)),
    ({"code": 21, "pop": 30}, square(0, 0.01)),
    ({"code": 22, "pop": None}, square(0.01, 0.01)),
    ({"code": 99, "pop": 5}, square(0.05, 0)),
)


@pytest.mark.parametrize(
    ("contiguity", "expected"),
    [
        ({"kind": "rook"}, ((1, 2), (0, 3), (0, 3), (1, 2), ())),
        ({"kind": "queen"}, ((1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2), ())),
        # 0.03 degrees on the equator are 3.34 km
        ({"kind": "rook", "tolerance_m": 3300}, ((1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2), ())),
        ({"kind": "queen", "tolerance_m": 3400}, ((1, 2, 3), (0, 2, 3, 4), (0, 1, 3), (0, 1, 2, 4), (1, 3))),
    ],
)  # fmt: skip
def test_boundaries_say_who_borders_whom(
    engine: ibis.BaseBackend,
    tmp_path: Path,
    contiguity: dict[str, Any],
    expected: tuple[tuple[int, ...], ...],
) -> None:
    write(tmp_path, "areas.geojson", collection(*GRID))

    loaded = opened(engine, tmp_path, path="areas.geojson", id="code", residents="pop", contiguity=contiguity)

    assert loaded.areas.ids == ("11", "12", "21", "22", "99")
    assert loaded.areas.neighbours == expected
    assert loaded.areas.contiguity == contiguity["kind"]
    assert loaded.islands == tuple(i for i, near in zip(loaded.areas.ids, expected, strict=True) if not near)


def test_boundaries_give_centroids_and_outlines(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "areas.geojson", collection(*GRID))

    loaded = opened(engine, tmp_path, path="areas.geojson", id="code", residents="pop")

    assert loaded.areas.centroids is not None
    np.testing.assert_allclose(loaded.areas.centroids[0], [0.005, 0.005], atol=1e-6)
    assert loaded.areas.boundaries is not None
    (ring,) = loaded.areas.boundaries[0]
    assert ring[0] == ring[-1]
    assert set(ring) == {(0.0, 0.0), (0.01, 0.0), (0.01, 0.01), (0.0, 0.01)}
    assert loaded.source.format == "geojson"
    assert loaded.source.rows == 5
    assert loaded.residents_unknown == ("22",)


def test_overlapping_outlines_without_a_common_corner_are_neighbours_only_with_a_tolerance(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    write(
        tmp_path,
        "areas.json",
        collection(({"code": "a"}, square(0, 0)), ({"code": "b"}, square(0.009, 0.001))),
    )

    near = [
        opened(
            engine, tmp_path, path="areas.json", id="code", contiguity={"tolerance_m": metres}
        ).areas.neighbours
        for metres in (0, 1)
    ]

    assert near == [((), ()), ((1,), (0,))]


def test_a_corner_in_the_middle_of_a_side_touches_it(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    diamond = {"type": "Polygon", "coordinates": [[[0.01, 0.005], [0.02, 0], [0.03, 0.005], [0.02, 0.01], [0.01, 0.005]]]}  # fmt: skip
    write(tmp_path, "areas.json", collection(({"code": "a"}, square(0, 0)), ({"code": "b"}, diamond)))

    near = {
        kind: opened(
            engine, tmp_path, path="areas.json", id="code", contiguity={"kind": kind}
        ).areas.neighbours
        for kind in ("queen", "rook")
    }

    assert near == {"queen": ((1,), (0,)), "rook": ((), ())}


def test_an_area_without_geometry_stays_and_is_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(
        tmp_path,
        "areas.geojson",
        collection(
            ({"code": "a", "x": 0.5, "y": 0.5}, None),
            ({"code": "b"}, {"type": "Polygon", "coordinates": []}),
            ({"code": "c", "x": 7, "y": 7}, square(0, 0)),
            ({"code": "d"}, square(0.01, 0)),
        ),
    )

    loaded = opened(engine, tmp_path, path="areas.geojson", id="code", longitude="x", latitude="y")

    assert loaded.without_outline == ("a", "b")
    assert loaded.islands == ("a", "b")
    assert loaded.areas.boundaries is not None
    assert [len(rings) for rings in loaded.areas.boundaries] == [0, 0, 1, 1]
    assert loaded.areas.centroids is not None
    # a's from the columns, b's unknown, c's from its outline
    expected = [[0.5, 0.5], [np.nan, np.nan], [0.005, 0.005]]
    np.testing.assert_allclose(loaded.areas.centroids[:3], expected, atol=1e-6)


def test_boundaries_that_are_all_null_are_a_table(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(
        tmp_path,
        "areas.geojson",
        collection(({"code": "a", "x": 0, "y": 0}, None), ({"code": "b", "x": 1, "y": 1}, None)),
    )

    bare = opened(engine, tmp_path, path="areas.geojson", id="code")
    placed = opened(engine, tmp_path, path="areas.geojson", id="code", longitude="x", latitude="y")

    assert bare.without_outline == ("a", "b")
    assert (bare.areas.contiguity, bare.areas.boundaries, bare.areas.centroids) == ("none", None, None)
    np.testing.assert_array_equal(bare.areas.blocks, [0, 1])  # without neighbours each area is its own block
    assert (placed.areas.contiguity, placed.areas.neighbours) == ("nearest", ((1,), (0,)))


def test_an_outline_that_crosses_itself_is_mended_and_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]]}
    write(tmp_path, "areas.geojson", collection(({"code": "bow"}, bow), ({"code": "c"}, square(0.01, 0))))

    loaded = opened(engine, tmp_path, path="areas.geojson", id="code", contiguity={"kind": "rook"})

    assert loaded.repaired == ("bow",)
    assert loaded.areas.neighbours == ((1,), (0,))
    assert loaded.areas.boundaries is not None
    assert len(loaded.areas.boundaries[0]) == 2  # both wings


def test_a_map_keeps_large_holes_and_the_largest_part(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    shell, large, small = (
        square(0, 0, side=1)["coordinates"][0],
        square(0.3, 0.3, side=0.2)["coordinates"][0],
        square(0.7, 0.7, side=0.001)["coordinates"][0],
    )
    islet = square(1.1, 0.5, side=0.001)["coordinates"]
    tiny = square(0.4, 0.4, side=0.00001)
    write(
        tmp_path,
        "areas.geojson",
        collection(
            ({"code": "a"}, {"type": "MultiPolygon", "coordinates": [[shell, large, small], islet]}),
            ({"code": "b"}, tiny),
        ),
    )

    boundaries = opened(engine, tmp_path, path="areas.geojson", id="code").areas.boundaries

    assert boundaries is not None
    assert [len(ring) for ring in boundaries[0]] == [5, 5]  # the shell and the large hole
    (ring,) = boundaries[1]  # smaller than the map can show, and still there
    assert len(set(ring)) == 4


def test_the_id_of_a_feature_can_stand_outside_its_properties(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    features = [
        {"type": "Feature", "id": 7, "properties": None, "geometry": square(0, 0)},
        {"type": "Feature", "id": 8, "properties": {"id": "b", "open": True}, "geometry": square(1, 0)},
    ]
    write(tmp_path, "areas.geojson", json.dumps({"type": "FeatureCollection", "features": features}))

    areas = opened(engine, tmp_path, path="areas.geojson", id="id", name="open").areas

    assert areas.ids == ("7", "b")
    assert areas.names == ("7", "true")


def test_a_file_that_names_its_degrees_is_read(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    write(tmp_path, "areas.geojson", collection(({"code": "a"}, square(0, 0)), crs=crs))

    assert opened(engine, tmp_path, path="areas.geojson", id="code").areas.ids == ("a",)


CHICAGO = {"path": "community_areas.geojson", "id": "area_number", "name": "community"}


@with_data
@pytest.mark.parametrize(
    ("contiguity", "mean", "islands"),
    [
        # methods P12
        ({"kind": "rook"}, 2.26, ("74", "75")),
        ({"kind": "queen"}, 4.03, ()),
        # P12 widens each outline by 50 m (buffers of 50 m that meet), which closes gaps up to 100 m
        ({"kind": "queen", "tolerance_m": 100}, 5.27, ()),
    ],
)
def test_neighbours_of_chicago_equal_the_published_means(
    engine: ibis.BaseBackend, contiguity: dict[str, Any], mean: float, islands: tuple[str, ...]
) -> None:
    loaded = opened(engine, DATA / "chicago", **CHICAGO, contiguity=contiguity)

    neighbours = loaded.areas.neighbours
    assert len(neighbours) == 77
    assert round(sum(map(len, neighbours)) / 77, 2) == mean
    assert loaded.islands == islands
    assert loaded.repaired == ("10",)  # one part of its outline lies within another


@with_data
@pytest.mark.parametrize(("tolerance_m", "expected"), [(0, 0.4316), (100, 0.3963)])  # methods P12, as above
def test_morans_i_of_chicago_equals_the_published_values(
    engine: ibis.BaseBackend, tolerance_m: float, expected: float
) -> None:
    loaded = opened(engine, DATA / "chicago", **CHICAGO, contiguity={"tolerance_m": tolerance_m})

    with (DATA / "chicago" / "community_areas.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rate = {row["area_number"]: int(row["carjackings_2020"]) / int(row["pop2010"]) for row in rows}
    y = np.array([rate[area] for area in loaded.areas.ids])
    z = y - y.mean()
    lag = np.array([z[list(near)].mean() for near in loaded.areas.neighbours])
    assert round(float(z @ lag / (z @ z)), 4) == expected  # row-standardised: n equals the sum of weights


@with_data
def test_a_map_of_chicago_is_small(engine: ibis.BaseBackend) -> None:
    boundaries = opened(engine, DATA / "chicago", **CHICAGO).areas.boundaries

    assert boundaries is not None
    points = [point for rings in boundaries for ring in rings for point in ring]
    assert all(rings for rings in boundaries)
    assert 800 < len(points) < 1600
    assert all(ring[0] == ring[-1] for rings in boundaries for ring in rings)
    assert all(round(value, 4) == value for point in points for value in point)


PREDICTIONS: dict[str, Any] = {
    "id": "id",
    "residents": "total_estimate",
    "resident_groups": {"race": {"White": "white_alone", "Black": "black_alone", "Latino": "latino_alone"}},
    "reference": {"race": "White"},
    "denominators": {"predictions": "count"},
}


@with_data
@pytest.mark.parametrize(
    ("city", "areas", "exposure", "empty"),
    [
        # methods P7 and D21
        ("salisbury", 44, (482.3, 1049.2, 1116.4), ()),
        ("farmersbranch", 32, (416.2, 838.2, 342.1), ("481130140021",)),
    ],
)
def test_forecast_files_give_the_published_exposure(
    engine: ibis.BaseBackend, city: str, areas: int, exposure: tuple[float, ...], empty: tuple[str, ...]
) -> None:
    folder = DATA / "predpol_prediction_bias" / "geojson"

    loaded = opened(engine, folder, path=f"{city}-geojson-with-data.json", **PREDICTIONS)

    assert len(loaded.areas.ids) == areas
    ((_, predictions),) = loaded.areas.denominators
    found = [
        round(float((group.residents * predictions).sum() / group.residents.sum()), 1)
        for group in loaded.areas.groups
    ]
    assert tuple(found) == exposure
    assert loaded.without_residents == empty
    assert loaded.islands == ()
