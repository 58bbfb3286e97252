"""Where the marks of a map go: outlines where there are some, otherwise dots at centroids; never invented shapes.

Areas with few residents are left grey, and get no dot: a mark there would point at single homes (methods 8.7).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from math import cos, radians

from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.place_records import AreaRecord

WIDTH, MARGIN = 640, 8
CLASSES = 5
"""Shades from light to dark; class 0 is never flagged."""
WIDE = 2.0
"""A range is wide where its top is more than so many times its bottom."""
NOBODY: Set[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One area on the map."""

    area: str
    name: str
    path: str
    """SVG path of the outlines; empty for a dot."""
    x: float
    y: float
    radius: float
    shade: int
    grey: bool
    """Whether nothing is shown: few residents, or a number that is withheld."""
    unsure: bool
    """Whether few records stand behind it: its rate has a wide range, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A map in SVG units."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    outlined: bool
    missing: tuple[str, ...]
    """Places in the document of areas without a position."""
    grey: tuple[str, ...]
    """Places of areas of which nothing is shown, dots left out among them."""
    unsure: int
    """Areas marked as unsure."""


def area_map(
    areas: Sequence[AreaRecord], shares: dict[str, float], *, least: int, at: str, unsure: Set[str] = NOBODY
) -> Map | None:
    """Lay out every area that has a position; a shade says how often it is flagged, from never to always."""
    shades = {name: shade(share) for name, share in shares.items()}
    return shaded_map(dict(enumerate(areas)), shades, least=least, at=at, unsure=unsure)


def few_records(document: AuditDocument) -> frozenset[str]:
    """Name the areas whose rate of incidents has a wide range, or none, where there are incidents at all."""
    return frozenset(
        item.group["area"]
        for item in document.measurements
        if item.metric == "incident_rate" and item.stratum is None and is_unsure(item)
    )


def is_unsure(rate: MeasurementRecord | None) -> bool:
    """Tell whether a rate says little: it has no range, or the top of its range is over twice the bottom."""
    low, high = (rate.interval if rate else None) or (None, None)
    return low is None or high is None or high > WIDE * low


def shaded_map(
    numbered: Mapping[int, AreaRecord],
    shades: dict[str, int],
    *,
    least: int,
    at: str,
    unsure: Set[str] = NOBODY,
) -> Map | None:
    """Lay out every area that has a position, with its shade from 0, light, to 4, dark.

    Parameters
    ----------
    numbered
        The areas, each by its number in the list at `at` of the document.
    shades
        By area; one without a shade is left grey.
    least
        Areas with fewer residents are left grey.
    unsure
        Areas to mark: few records stand behind them.
    """
    areas = tuple(numbered.values())
    grey = {
        area.id
        for area in areas
        if area.id not in shades or (area.residents is not None and area.residents < least)
    }
    located = [area for area in areas if _located(area)]
    placed = [area for area in located if area.outlines or area.id not in grey]
    points = [point for area in placed for point in _points(area)]
    if len(placed) < 2 or not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN - 24) / max((east - west) * narrow, (north - south) * 0.6, 1e-9)

    def across(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return round(MARGIN + 12 + (x - west) * narrow * scale, 1), round(
            MARGIN + 12 + (north - y) * scale, 1
        )

    height = round(2 * MARGIN + 24 + (north - south) * scale)
    largest = max((area.residents or 0.0 for area in placed), default=0.0) or 1.0
    shapes = tuple(
        Shape(
            area=area.id, name=area.name, shade=shades.get(area.id, 0), grey=area.id in grey,
            unsure=area.id in unsure and area.id not in grey,
            path="".join("M" + "L".join(f"{x} {y}" for x, y in map(across, ring)) + "Z" for ring in area.outlines),
            x=0.0 if area.outlines else across(_points(area)[0])[0],
            y=0.0 if area.outlines else across(_points(area)[0])[1],
            radius=round(4 + 8 * ((area.residents or 0.0) / largest) ** 0.5, 1),
        )
        for area in placed
    )  # fmt: skip
    return Map(
        width=WIDTH, height=height, shapes=shapes, outlined=any(area.outlines for area in placed),
        missing=tuple(f"{at}/{number}" for number, area in numbered.items() if not _located(area)),
        grey=tuple(f"{at}/{number}" for number, area in numbered.items() if area.id in grey),
        unsure=sum(1 for shape in shapes if shape.unsure),
    )  # fmt: skip


def _located(area: AreaRecord) -> bool:
    return bool(area.outlines) or area.longitude is not None


def _points(area: AreaRecord) -> list[tuple[float, float]]:
    if area.outlines:
        return [point for ring in area.outlines for point in ring]
    return [] if area.longitude is None or area.latitude is None else [(area.longitude, area.latitude)]


def shade(share: float) -> int:
    """Return the class of a share: 0 for never, then four steps up to always."""
    return 0 if share <= 0 else min(CLASSES - 1, 1 + int(share * (CLASSES - 1) * 0.9999))
