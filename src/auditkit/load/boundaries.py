"""Boundaries from GeoJSON: outlines in degrees and in metres, and a small copy of them for the map.

The file is parsed as JSON here and never handed to GDAL, which picks its reader by content: a file named `.geojson` can
hold a GDAL virtual format that opens other files or addresses. The projection is computed, not looked up online.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.errors import SHOWN, InputError, Problem
from auditkit.load.files import Fingerprint, problem
from auditkit.results.areas import Floats, Ring

SUFFIXES = (".geojson", ".json")
DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4269", "EPSG:4269")
"""How old files name longitude and latitude: WGS 84, or NAD 83, which lies within two metres of it."""
_DETAIL = 400
"""Corners that stand out by less than one part in this many of the map's longer side are left out."""
_POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """A FeatureCollection as read."""

    columns: tuple[str, ...]
    """Every property that some feature has, in order of appearance."""
    rows: list[dict[str, str | None]]
    """Properties as text."""
    shapes: NDArray[Any]
    """Polygons and multipolygons in degrees; None for a null geometry."""
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlines:
    """Valid outlines of areas; empty where an area has none."""

    degrees: NDArray[Any]
    metres: NDArray[Any]
    centroids: Floats
    """Shape (areas, 2): longitude, latitude; NaN without an outline."""
    repaired: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    projection: str


def read_geojson(path: Path, *, shown_as: str) -> Features:
    """Read a GeoJSON FeatureCollection of polygons in longitude and latitude (RFC 7946).

    Raises
    ------
    InputError
        If the file is absent, is no FeatureCollection, or holds geometry that is not polygons in degrees.
    """
    content, fingerprint = _parse(path, shown_as=shown_as)
    features = content.get("features") if isinstance(content, dict) else None
    if (
        not isinstance(content, dict)
        or content.get("type") != "FeatureCollection"
        or not isinstance(features, list)
    ):
        kind = content.get("type", "none") if isinstance(content, dict) else type(content).__name__
        mend = 'A GeoJSON object with "type": "FeatureCollection" and its "features" was expected.'
        raise problem(shown_as, f"its type is '{kind}'.", mend)
    _check_crs(content.get("crs"), shown_as=shown_as)
    if not features:
        raise problem(shown_as, "it holds no features.", "At least one area was expected; check the export.")
    rows = [_properties(feature) for feature in features]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Features(columns=columns, rows=rows, shapes=_shapes(features, shown_as), fingerprint=fingerprint)


def _parse(path: Path, *, shown_as: str) -> tuple[Any, Fingerprint]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        mend = "Check [areas] path; it is relative to the audit file."
        raise problem(shown_as, f"the file cannot be opened ({error.strerror}).", mend) from error
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # ValueError covers bytes that are not UTF-8
        mend = "A GeoJSON FeatureCollection in UTF-8 was expected."
        raise problem(shown_as, f"it cannot be read as JSON: {str(error)[:200]}.", mend) from error
    return content, Fingerprint(bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest())


def _check_crs(crs: object, *, shown_as: str) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name")) if isinstance(properties, dict) else str(crs)
    if not name.endswith(DEGREES):
        mend = "Longitude and latitude in degrees were expected: export it again as EPSG:4326 (WGS 84)."
        raise problem(shown_as, f"its coordinates are in '{name[:100]}'.", mend)


def _properties(feature: object) -> dict[str, str | None]:
    """Read a feature's properties as text; its own `id` member stands in where no property is called so."""
    if not isinstance(feature, dict):
        return {}
    properties = feature.get("properties")
    values = {"id": feature["id"]} if "id" in feature else {}
    values |= properties if isinstance(properties, dict) else {}
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _shapes(features: list[Any], shown_as: str) -> NDArray[Any]:
    import shapely

    shapes = np.full(len(features), None, dtype=object)
    bad = []
    for place, feature in enumerate(features):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if geometry is None:
            continue
        try:
            shapes[place] = _shape(geometry)
        except (ValueError, RecursionError, shapely.errors.ShapelyError) as error:
            bad.append(f"feature {place + 1}: {' '.join(str(error).split())[:150]}")
    if bad:
        mend = "Polygons or multipolygons were expected; export the boundaries again."
        raise InputError(
            [
                Problem(where=shown_as, found=f"its geometry cannot be used: {one}.", mend=mend)
                for one in bad[:SHOWN]
            ]
        )
    return shapes


def _shape(geometry: object) -> Any:
    import shapely

    shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    if shape.is_empty:
        return None
    if shape.geom_type not in _POLYGONS:
        msg = f"found a {shape.geom_type}"
        raise ValueError(msg)
    west, south, east, north = shape.bounds
    if max(-west, east) > 180 or max(-south, north) > 90:  # degrees end there
        msg = (
            f"coordinates up to {max(abs(edge) for edge in shape.bounds):.0f} are no longitudes and latitudes"
        )
        raise ValueError(msg)
    return shape


def outline(shapes: NDArray[Any]) -> Outlines | None:
    """Make outlines valid and project them to metres; None where there is no outline at all.

    Metres are those of an equal-area projection centred on the areas (Lambert azimuthal), so that lengths within a
    jurisdiction of a few hundred kilometres are true to about one in a thousand.
    """
    import shapely
    from geopandas import GeoSeries

    filled = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    repaired = ~shapely.is_valid(filled)
    degrees = np.array(
        [_valid(s) if bad else s for s, bad in zip(filled, repaired, strict=True)], dtype=object
    )
    empty = shapely.is_empty(degrees)
    if empty.all():
        return None
    west, south, east, north = shapely.total_bounds(degrees)
    projection = (
        f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +units=m +type=crs"
    )
    projected = GeoSeries(degrees, crs="EPSG:4326").to_crs(projection)
    middle = projected[~empty].centroid.to_crs("EPSG:4326")
    centroids = np.full((len(degrees), 2), np.nan)
    centroids[~empty] = shapely.get_coordinates(np.asarray(middle.array, dtype=object))
    return Outlines(
        degrees=degrees, metres=np.asarray(projected.array, dtype=object), centroids=centroids,
        repaired=repaired, empty=empty, projection=projection,
    )  # fmt: skip


def _valid(shape: Any) -> Any:
    """Make one outline valid, keeping its polygons and dropping the lines that remain of folds."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    polygons = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.MultiPolygon(polygons) if len(polygons) != 1 else polygons[0]


def map_outlines(outlines: Outlines) -> tuple[tuple[Ring, ...], ...]:
    """Simplify outlines for a map about 800 points wide: shared borders stay shared, and small holes and parts go.

    Rings of one area fill by the even-odd rule: a hole that is kept, such as a town within a city, is one more ring.
    """
    import shapely
    from geopandas import GeoSeries

    west, south, east, north = shapely.total_bounds(outlines.metres)
    point = max(east - west, north - south) / _DETAIL
    kept = np.flatnonzero(~outlines.empty)
    simple = shapely.coverage_simplify(outlines.metres[kept], point)
    back = GeoSeries(simple, crs=outlines.projection).to_crs("EPSG:4326")
    bounds = shapely.total_bounds(outlines.degrees[kept])
    side = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    decimals = max(4, math.ceil(math.log10(2 * _DETAIL / side)))  # 0.0001 degrees are about 10 metres
    rings: list[tuple[Ring, ...]] = [()] * len(outlines.degrees)
    for place, metres, degrees in zip(kept, simple, back.array, strict=True):
        drawn = _rings(metres, degrees, smallest=(4 * point) ** 2, decimals=decimals)
        rings[place] = drawn or (_ring(_largest(outlines.degrees[place]).exterior, decimals=7),)
    return tuple(rings)


def _largest(shape: Any) -> Any:
    import shapely

    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _rings(metres: Any, degrees: Any, *, smallest: float, decimals: int) -> tuple[Ring, ...]:
    """Draw the largest part of an area, and of other parts and holes those of at least `smallest` square metres."""
    import shapely

    kept = []
    largest = max((part.area for part in shapely.get_parts(metres)), default=0)
    for sized, part in zip(shapely.get_parts(metres), shapely.get_parts(degrees), strict=True):
        if sized.area < min(smallest, largest):
            continue
        holes = zip(sized.interiors, part.interiors, strict=True)
        kept += [part.exterior, *(line for hole, line in holes if shapely.Polygon(hole).area >= smallest)]
    return tuple(ring for line in kept if len(ring := _ring(line, decimals=decimals)) > 3)


def _ring(line: Any, *, decimals: int) -> Ring:
    points = [(round(x, decimals), round(y, decimals)) for x, y in line.coords]
    return tuple(point for place, point in enumerate(points) if place == 0 or point != points[place - 1])
