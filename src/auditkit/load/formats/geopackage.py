"""Boundaries from a GeoPackage (OGC 12-128): a SQLite file whose geometries are well-known binary behind a header."""

import sqlite3
import struct
from collections.abc import Iterable
from typing import Any

import numpy as np

from auditkit.load.formats.features import Features, in_degrees, polygons
from auditkit.load.formats.opening import SourceFile, choose, problem
from auditkit.load.formats.sqlite_file import opened, quoted
from auditkit.results.inputs import Reading

_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Bytes of the envelope that each value of three bits of the flags announces."""
_LAYERS = """
SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition
FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s USING (srs_id)
"""


def read_geopackage(file: SourceFile) -> Features:
    """Read one layer of polygons, and bring it to longitude and latitude.

    Raises
    ------
    InputError
        If it is no GeoPackage, holds no such layer, or geometry that is not polygons of a known projection.
    """
    with opened(file) as database:
        layers = {str(row[0]): row[1:] for row in _layers(database, file)}
        layer = choose(file.source.table, list(layers), key="table", where=file.shown_as)
        geometry, *system = layers[layer]
        cursor = database.execute(f"SELECT * FROM {quoted(layer)}")  # noqa: S608  # the name is quoted
        columns = tuple(column[0] for column in cursor.description)
        content = cursor.fetchall()
    if not content:
        raise problem(
            file.shown_as, "it holds no features.", "At least one area was expected; check the export."
        )
    at = columns.index(geometry)
    shapes = np.full(len(content), None, dtype=object)
    shapes[:] = [_shape(row[at]) for row in content]
    moved, came_from = in_degrees(shapes, _projection(system), file=file)
    kept = tuple(name for name in columns if name != geometry)
    rows = [
        {name: _text(value) for name, value in zip(columns, row, strict=True) if name != geometry}
        for row in content
    ]
    return Features(
        columns=kept, rows=rows, shapes=polygons(moved, shown_as=file.shown_as),
        reading=Reading(inside=f"layer {layer}", coordinates=came_from),
    )  # fmt: skip


def _layers(database: sqlite3.Connection, file: SourceFile) -> list[Any]:
    try:
        return database.execute(_LAYERS).fetchall()
    except sqlite3.OperationalError as error:
        mend = "A GeoPackage with a layer of polygons was expected; export it again."
        raise problem(file.shown_as, f"it is no GeoPackage: {error}.", mend) from error


def _projection(system: Iterable[Any]) -> str | None:
    organization, number, definition = system
    if str(organization).upper() == "EPSG":
        return f"EPSG:{number}"
    return str(definition) if definition and definition != "undefined" else None


def _shape(value: object) -> Any:
    """Take the header off a geometry; what cannot be read is returned as its error."""
    import shapely

    if value is None:
        return None
    if not isinstance(value, bytes) or len(value) < 8 or value[:2] != b"GP":
        return ValueError("found no GeoPackage geometry")
    (flags,) = struct.unpack_from("B", value, 3)
    envelope = _ENVELOPES.get(flags >> 1 & 7)
    try:
        return shapely.from_wkb(value[8 + envelope :] if envelope is not None else b"")
    except shapely.errors.ShapelyError as error:
        return ValueError(str(error))


def _text(value: object) -> str | None:
    return (
        value
        if value is None or isinstance(value, str)
        else value.hex()
        if isinstance(value, bytes)
        else repr(value)
    )
