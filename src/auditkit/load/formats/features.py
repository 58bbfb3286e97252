"""Areas with boundaries as every reader of boundaries returns them: properties as text, and polygons in degrees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.errors import SHOWN, InputError, Problem
from auditkit.load.formats.opening import SourceFile, problem
from auditkit.results.inputs import Reading

_POLYGONS = ("Polygon", "MultiPolygon")
DEGREES = "EPSG:4326"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """A file of boundaries as read."""

    columns: tuple[str, ...]
    """Every property that some feature has, in order of appearance."""
    rows: list[dict[str, str | None]]
    """Properties as text."""
    shapes: NDArray[Any]
    """Polygons and multipolygons in degrees; None for a null geometry."""
    reading: Reading


def polygons(shapes: Iterable[Any], *, shown_as: str) -> NDArray[Any]:
    """Flatten shapes to two dimensions, and refuse what is no polygon in degrees.

    Parameters
    ----------
    shapes
        A shape, None, or the error that was met in its place, for each feature.
    shown_as
        The file's name, for messages.

    Raises
    ------
    InputError
        With one problem for each of the first features that cannot be used.
    """
    import shapely

    found, bad = [], []
    for place, shape in enumerate(shapes, start=1):
        try:
            found.append(_polygon(shape))
        except (ValueError, shapely.errors.ShapelyError) as error:
            bad.append(f"feature {place}: {' '.join(str(error).split())[:150]}")
    if bad:
        mend = "Polygons or multipolygons were expected; export the boundaries again."
        raise InputError(
            [
                Problem(where=shown_as, found=f"its geometry cannot be used: {one}.", mend=mend)
                for one in bad[:SHOWN]
            ]
        )
    kept = np.full(len(found), None, dtype=object)
    kept[:] = found
    return kept


def _polygon(shape: Any) -> Any:
    import shapely

    if isinstance(shape, Exception):
        raise shape
    if shape is None:
        return None
    shape = shapely.force_2d(shape)
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


def in_degrees(
    shapes: NDArray[Any], projection: str | None, *, file: SourceFile
) -> tuple[NDArray[Any], str | None]:
    """Bring shapes to longitude and latitude, and name what they were in; nothing is looked up online.

    Raises
    ------
    InputError
        If nobody says what the coordinates are in, or it is not known.
    """
    from geopandas import GeoSeries
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    mend = "Export it again with its projection, or as EPSG:4326 (WGS 84)."
    if not projection:
        raise problem(file.shown_as, "it does not say what its coordinates are in.", mend)
    try:
        system = CRS.from_user_input(projection)
    except CRSError as error:
        raise problem(file.shown_as, f"its projection is not known: {projection[:60]}.", mend) from error
    if system.equals(CRS.from_user_input(DEGREES), ignore_axis_order=True):
        return shapes, None
    known = np.array([shape is not None and not isinstance(shape, Exception) for shape in shapes])
    moved = shapes.copy()
    moved[known] = np.asarray(GeoSeries(list(shapes[known]), crs=system).to_crs(DEGREES).array, dtype=object)
    return moved, system.name
