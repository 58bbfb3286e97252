"""A table of areas that cannot be used stops the audit with one error that says where, what and how to mend it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import AreaTable
from auditkit.errors import InputError, Problem
from auditkit.load.areas import load_areas
from auditkit.load.engine import connect
from auditkit.results.loaded_areas import LoadedAreas


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


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A table of areas that cannot be used, and what its problems say."""

    name: str
    text: str | bytes | None
    file: str = "areas.csv"
    keys: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...]


AS_SHARES = {"residents": "pop", "resident_groups": {"race": {"Black": "b"}}, "resident_values": "share"}
PLACED = {"longitude": "lon", "latitude": "lat"}
IN_FEET = {"type": "Polygon", "coordinates": [[[1176000, 1900000], [1177000, 1900000], [1177000, 1901000], [1176000, 1900000]]]}  # fmt: skip
OPEN_RING = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 2]]]}

BAD = (
    Bad(
        name="several missing columns",
        text="kode,pop,black\n1,2,3\n",
        keys={
            "name": "label", "residents": "popu", "resident_groups": {"race": {"Black": "blak"}}, "size_km2": "km2",
            "block": "district", "denominators": {"calls": "n911"}, "longitude": "lon", "latitude": "lat",
        },
        problems=(
            ("column 'code' is missing.", "Did you mean 'kode'? Columns found: 'kode', 'pop', 'black'. Map it in audit.toml under [areas] id."),
            ("column 'label' is missing.", "under [areas] name."),
            ("column 'popu' is missing.", "Did you mean 'pop'? "),
            ("column 'km2' is missing.", "under [areas] size_km2."),
            ("column 'district' is missing.", "under [areas] block."),
            ("column 'lon' is missing.", "under [areas] longitude."),
            ("column 'lat' is missing.", "under [areas] latitude."),
            ("column 'blak' is missing.", "Did you mean 'black'? "),
            ("column 'n911' is missing.", "under [areas] denominators.calls."),
        ),
    ),
    Bad(
        name="a missing property",
        text=collection(({"kode": 1}, square(0, 0))),
        file="areas.geojson",
        problems=(("column 'code' is missing.", "Did you mean 'kode'?"),),
    ),
    Bad(
        name="repeated and blank ids, and text for numbers, together",
        text="code,pop,district\n1,many,A\n1.0,5,\n,7,A\n",
        keys={"residents": "pop", "block": "district"},
        problems=(
            ("column 'code' is blank in 1 of 3 rows.", "Each area needs an id"),
            ("column 'code' names an area more than once: '1'.", "One row or feature per area"),
            ("column 'district' is blank for the areas '1.0'.", "Each area belongs to one block."),
            ("column 'pop' holds 'many' (1 rows).", "Numbers from 0 up were expected ([areas] residents). Leave a cell blank"),
        ),
    ),
    Bad(
        name="numbers that are none",
        text='code,pop\n1,"1,234"\n2,nan\n3,inf\n4,1e999\n5,12 people\n',
        keys={"residents": "pop"},
        problems=(("holds '1,234', 'nan', 'inf', '1e999', '12 people' (5 rows).", "Numbers from 0 up"),),
    ),
    Bad(
        name="a negative count",
        text="code,pop\n1,-666666666\n2,5\n",
        keys={"residents": "pop"},
        problems=(("column 'pop' holds '-666666666' (1 rows).", "Numbers from 0 up were expected"),),
    ),
    Bad(
        name="a negative group",
        text="code,b\n1,-1\n",
        keys={"resident_groups": {"race": {"Black": "b"}}},
        problems=(("column 'b' holds '-1' (1 rows).", "([areas] resident_groups.race.Black)"),),
    ),
    Bad(
        name="shares in per cent, and a negative share",
        text="code,pop,b\n1,10,35.3\n2,10,-0.1\n",
        keys=AS_SHARES,
        problems=(
            ("column 'b' holds '-0.1' (1 rows).", "Shares from 0 to 1 were expected"),
            ("column 'b' holds '35.3', a rate above 1 (1 rows).", "Shares from 0 to 1 were expected, as resident_values says"),
        ),
    ),
    Bad(
        name="a size of nothing",
        text="code,km2\n1,0\n2,\n3,2\n4,-1\n5,?\n",
        keys={"size_km2": "km2"},
        problems=(
            ("column 'km2' holds '?' (1 rows).", "A size above 0 was expected for every area ([areas] size_km2)."),
            ("column 'km2' holds '0', '', '-1' (3 rows).", "A size above 0 was expected for every area"),
        ),
    ),
    Bad(
        name="a denominator that is text",
        text="code,calls\n1,few\n",
        keys={"denominators": {"calls": "calls"}},
        problems=(("column 'calls' holds 'few' (1 rows).", "([areas] denominators.calls)"),),
    ),
    Bad(
        name="centroids in feet",
        text="code,lon,lat\n1,1176000,1900000\n",
        keys=PLACED,
        problems=(
            ("column 'lon' holds '1176000' (1 rows).", "Degrees from -180 to 180 were expected"),
            ("column 'lat' holds '1900000' (1 rows).", "Degrees from -90 to 90 were expected"),
        ),
    ),
    Bad(
        name="nothing but pseudo-areas",
        text="code\n99\n",
        keys={"not_areas": ["99"]},
        problems=(("every row stands for no area: '99'.", "mend [areas] not_areas."),),
    ),
    Bad(
        name="an absent table",
        text=None,
        problems=(("the file cannot be opened (No such file or directory).", "Check [areas] path"),),
    ),
    Bad(
        name="an absent file of boundaries",
        text=None,
        file="areas.geojson",
        problems=(("the file cannot be opened (No such file or directory).", "Check [areas] path"),),
    ),
    Bad(name="a shapefile", text=b"\x00", file="areas.shp", problems=(("the format '.shp' is not read.", "Convert it"),)),
    Bad(
        name="broken JSON",
        text='{"type": "FeatureCollection", "features": [',
        file="areas.geojson",
        problems=(("it cannot be read as JSON: Expecting value", "FeatureCollection in UTF-8"),),
    ),
    Bad(
        name="text that is not UTF-8",
        text='{"type": "Québec"}'.encode("latin-1"),
        file="areas.geojson",
        problems=(("it cannot be read as JSON: 'utf-8' codec", "in UTF-8"),),
    ),
    Bad(
        name="JSON nested without end",
        text="[" * 100_000,
        file="areas.json",
        problems=(("it cannot be read as JSON: maximum recursion depth", "FeatureCollection"),),
    ),
    Bad(
        name="a virtual format that would open another file",
        text="<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>other.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        file="areas.geojson",
        problems=(("it cannot be read as JSON", "FeatureCollection"),),
    ),
    Bad(name="a list", text="[1]", file="areas.json", problems=(("its type is 'list'.", '"FeatureCollection"'),)),
    Bad(
        name="TopoJSON",
        text='{"type": "Topology", "objects": {}}',
        file="areas.json",
        problems=(("its type is 'Topology'.", '"FeatureCollection"'),),
    ),
    Bad(
        name="no features",
        text=collection(),
        file="areas.geojson",
        problems=(("it holds no features.", "At least one area"),),
    ),
    Bad(
        name="features that are none",
        text='{"type": "FeatureCollection", "features": [{"properties": {"code": 1}}, 3]}',
        file="areas.geojson",
        problems=(("column 'code' is blank in 1 of 2 rows.", "Each area needs an id"),),
    ),
    Bad(
        name="another projection",
        text=collection(
            ({"code": 1}, IN_FEET), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3435"}}
        ),
        file="areas.geojson",
        problems=(("its coordinates are in 'urn:ogc:def:crs:EPSG::3435'.", "export it again as EPSG:4326"),),
    ),
    Bad(
        name="a linked projection",
        text=collection(({"code": 1}, IN_FEET), crs="http://example.com/crs"),
        file="areas.geojson",
        problems=(("its coordinates are in 'http://example.com/crs'.", "EPSG:4326"),),
    ),
    Bad(
        name="geometry of several wrong kinds",
        text=collection(
            ({"code": 1}, {"type": "Point", "coordinates": [0, 0]}),
            ({"code": 2}, OPEN_RING),
            ({"code": 3}, {"type": "Blob"}),
            ({"code": 4}, IN_FEET),
            ({"code": 5}, square(0, 0)),
        ),
        file="areas.geojson",
        problems=(
            ("its geometry cannot be used: feature 1: found a Point.", "Polygons or multipolygons were expected"),
            ("feature 2: IllegalArgumentException: Points of LinearRing do not form a closed linestring", "Polygons"),
            ("feature 3: ParseException", "Polygons"),
            ("feature 4: coordinates up to 1901000 are no longitudes and latitudes", "Polygons"),
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_areas_are_named_together(engine: ibis.BaseBackend, tmp_path: Path, bad: Bad) -> None:
    if bad.text is not None:
        (tmp_path / bad.file).write_bytes(bad.text if isinstance(bad.text, bytes) else bad.text.encode())

    with pytest.raises(InputError) as caught:
        opened(engine, tmp_path, path=bad.file, id="code", **bad.keys)

    problems: tuple[Problem, ...] = caught.value.problems
    assert len(problems) == len(bad.problems), [str(problem) for problem in problems]
    for problem, (found, mend) in zip(problems, bad.problems, strict=True):
        assert problem.where == bad.file
        assert found in problem.found
        assert mend in problem.mend
