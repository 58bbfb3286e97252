"""Outlines of areas in degrees and in metres, and a small copy of them for the map.

The projection is computed, not looked up online.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.results.areas import Floats, Ring

_DETAIL = 400
"""Corners that stand out by less than one part in this many of the map's longer side are left out."""


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
