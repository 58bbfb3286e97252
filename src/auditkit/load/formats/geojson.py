"""Boundaries from GeoJSON (RFC 7946).

The file is parsed as JSON here and never handed to GDAL, which picks its reader by content: a file named `.geojson` can
hold a GDAL virtual format that opens other files or addresses.
"""

import json
from collections.abc import Iterator
from typing import Any

from auditkit.load.formats.features import Features, polygons
from auditkit.load.formats.opening import SourceFile, problem
from auditkit.results.inputs import Reading

DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4269", "EPSG:4269")
"""How old files name longitude and latitude: WGS 84, or NAD 83, which lies within two metres of it."""


def read_geojson(file: SourceFile) -> Features:
    """Read a GeoJSON FeatureCollection of polygons in longitude and latitude (RFC 7946).

    Raises
    ------
    InputError
        If the file is absent, is no FeatureCollection, or holds geometry that is not polygons in degrees.
    """
    shown_as = file.shown_as
    content = _parse(file)
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
    shapes = polygons(_shapes(features), shown_as=shown_as)
    return Features(
        columns=columns, rows=rows, shapes=shapes, reading=Reading(encoding="utf-8", encoding_from="file")
    )


def _parse(file: SourceFile) -> Any:
    try:
        return json.loads(file.path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # ValueError covers bytes that are not UTF-8
        mend = "A GeoJSON FeatureCollection in UTF-8 was expected."
        raise problem(file.shown_as, f"it cannot be read as JSON: {str(error)[:200]}.", mend) from error


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


def _shapes(features: list[Any]) -> Iterator[Any]:
    """Yield each feature's shape, or the error that was met."""
    import shapely

    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        try:
            yield None if geometry is None else shapely.from_geojson(json.dumps(geometry))
        except (ValueError, RecursionError, shapely.errors.ShapelyError) as error:
            yield ValueError(str(error))
