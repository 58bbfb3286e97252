"""Boundaries from a GeoPackage or a zipped shapefile are those of the GeoJSON, whatever they were drawn in."""

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import ibis
import numpy as np
import pytest
import shapely

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import AreaTable
from auditkit.errors import InputError, Problem
from auditkit.load.areas import load_areas
from auditkit.load.engine import connect
from auditkit.results.loaded_areas import LoadedAreas

METRES = "EPSG:2263"
"""Feet of New York, which differ from degrees in unit and in origin."""


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(engine: ibis.BaseBackend, folder: Path, path: str, **keys: Any) -> LoadedAreas:
    table = AreaTable(path=path, id="code", residents="pop", **keys)
    return load_areas(engine, table, folder=folder, audit_name="audit.toml")


def refused(engine: ibis.BaseBackend, folder: Path, path: str, **keys: Any) -> Problem:
    with pytest.raises(InputError) as caught:
        opened(engine, folder, path, **keys)
    return caught.value.problems[0]


def frame() -> geopandas.GeoDataFrame:
    """Draw two squares side by side in New York, and one without a shape."""
    shapes = [shapely.box(-74.00, 40.70, -73.99, 40.71), shapely.box(-73.99, 40.70, -73.98, 40.71), None]
    given = {"code": ["01", "02", "É3"], "pop": [10, 20, 5]}
    return geopandas.GeoDataFrame(given, geometry=shapes, crs="EPSG:4326")


def zipped(
    folder: Path, name: str, drawn: geopandas.GeoDataFrame, *, leave_out: str = "", inside: str = ""
) -> None:
    drawn.to_file(folder / f"{name}.shp", encoding="utf-8")
    with zipfile.ZipFile(folder / f"{name}.zip", "a") as archive:
        for part in folder.glob(f"{name}.[a-z]*"):
            if part.suffix not in {".zip", leave_out}:
                archive.write(part, f"{inside}{part.name}")


@pytest.mark.parametrize("projection", ["EPSG:4326", METRES])
@pytest.mark.parametrize("path", ["areas.gpkg", "areas.zip"])
def test_areas_are_those_of_the_geojson(
    engine: ibis.BaseBackend, tmp_path: Path, path: str, projection: str
) -> None:
    (tmp_path / "areas.geojson").write_text(frame().to_json(drop_id=True), encoding="utf-8")
    drawn = frame().to_crs(projection)
    if path == "areas.gpkg":
        drawn.to_file(tmp_path / path, layer="beats")
    else:
        zipped(tmp_path, "areas", drawn, inside="export/")

    expected, found = (opened(engine, tmp_path, one) for one in ("areas.geojson", path))

    assert found.areas.ids == expected.areas.ids == ("1", "2", "É3")
    assert found.areas.residents is not None
    assert found.areas.residents.tolist() == [10, 20, 5]
    assert found.areas.neighbours == expected.areas.neighbours == ((1,), (0,), ())
    assert found.without_outline == expected.without_outline == ("É3",)
    assert found.areas.centroids is not None
    assert expected.areas.centroids is not None
    assert np.allclose(
        found.areas.centroids, expected.areas.centroids, atol=1e-7, equal_nan=True
    )  # a centimetre
    reading = found.source.reading
    assert reading.inside == {"areas.gpkg": "layer beats", "areas.zip": "layer export/areas"}[path]
    assert reading.coordinates == (
        None if projection == "EPSG:4326" else "NAD83 / New York Long Island (ftUS)"
    )
    assert found.source.rows == 3
    assert (reading.encoding, reading.encoding_from) == {
        "areas.gpkg": (None, None),
        "areas.zip": ("utf-8", "file"),
    }[path]


def test_a_shapefile_that_does_not_say_how_its_text_is_written_is_read_on_an_assumption(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    zipped(tmp_path, "areas", frame().iloc[:2], leave_out=".cpg")

    reading = opened(engine, tmp_path, "areas.zip").source.reading
    declared = opened(engine, tmp_path, "areas.zip", encoding="utf-8").source.reading

    assert (reading.encoding, reading.encoding_from) == ("iso-8859-1", "assumed")
    assert (declared.encoding, declared.encoding_from) == ("utf-8", "declared")


def test_a_layer_is_chosen_by_its_name(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    frame().to_file(tmp_path / "areas.gpkg", layer="beats")
    frame().iloc[:2].to_file(tmp_path / "areas.gpkg", layer="wards")

    assert opened(engine, tmp_path, "areas.gpkg", table="wards").areas.ids == ("1", "2")
    assert "it holds 2 tables, and the audit file names none" in refused(engine, tmp_path, "areas.gpkg").found


@pytest.mark.parametrize("lacking", [".shx", ".dbf", ".prj"])
def test_a_shapefile_that_lacks_a_part_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path, lacking: str
) -> None:
    zipped(tmp_path, "areas", frame(), leave_out=lacking)

    found = refused(engine, tmp_path, "areas.zip").found

    assert found == (
        "it does not say what its coordinates are in."
        if lacking == ".prj"
        else f"'areas' lacks its {lacking}."
    )


def test_what_only_calls_itself_a_shapefile_never_reaches_its_reader(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    virtual = (
        b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    )
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            archive.writestr(f"areas{ending}", virtual)

    assert refused(engine, tmp_path, "areas.zip").found == "its .shp is none."


def test_points_are_no_areas(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    points = geopandas.GeoDataFrame(
        {"code": [1], "pop": [2]}, geometry=[shapely.Point(1, 1)], crs="EPSG:4326"
    )
    points.to_file(tmp_path / "areas.gpkg", layer="beats")
    zipped(tmp_path, "areas", points)

    for path in ("areas.gpkg", "areas.zip"):
        assert "feature 1: found a Point" in refused(engine, tmp_path, path).found


def test_a_damaged_geometry_is_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    frame().to_file(tmp_path / "areas.gpkg", layer="beats")
    with sqlite3.connect(tmp_path / "areas.gpkg") as database:
        for trigger in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE beats SET geom = X'47500001000000000103' WHERE code = '02'")
    database.close()

    assert "feature 2: " in refused(engine, tmp_path, "areas.gpkg").found


def test_a_database_without_layers_is_no_geopackage(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "areas.gpkg") as database:
        database.execute("CREATE TABLE people (id)")
    database.close()
    (tmp_path / "areas.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8"
    )

    assert "it is no GeoPackage" in refused(engine, tmp_path, "areas.gpkg").found
    assert (
        "'table' says nothing about a geojson file"
        in refused(engine, tmp_path, "areas.geojson", table="x").found
    )
