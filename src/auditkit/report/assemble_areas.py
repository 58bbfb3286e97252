"""What a document says of each area besides numbers."""

from collections.abc import Iterator
from math import isnan
from typing import Any

from auditkit.results.areas import Areas


def area_facts(areas: Areas) -> Iterator[dict[str, Any]]:
    """Name, residents, position and outline of every area."""
    for at, area in enumerate(areas.ids):
        residents = None if areas.residents is None else float(areas.residents[at])
        longitude, latitude = (None, None) if areas.centroids is None else areas.centroids[at].tolist()
        yield {
            "id": area,
            "name": areas.names[at],
            "residents": known(residents),
            "longitude": known(longitude),
            "latitude": known(latitude),
            "outlines": () if areas.boundaries is None else areas.boundaries[at],
        }


def known(value: float | None) -> float | None:
    """Write what is not known as nothing."""
    return None if value is None or isnan(value) else value
