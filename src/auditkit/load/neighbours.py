"""Which areas are neighbours, and the blocks of neighbouring areas that stand in for independent places."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import Contiguity
from auditkit.load.boundaries import Outlines
from auditkit.results.areas import Floats
from auditkit.statistics.made_blocks import contiguous_blocks

Neighbours = tuple[tuple[int, ...], ...]
NEAREST = 6
"""How many nearest centroids stand in for neighbours where there are no boundaries."""
_AREAS_PER_BLOCK = 4


def by_outline(outlines: Outlines, contiguity: Contiguity) -> Neighbours:
    """Find the areas that border each other; an area without an outline has no neighbours.

    Rook neighbours share a length of border; queen neighbours share at least a corner. Outlines that cross without a
    common corner, as simplified borders do, are neighbours of neither kind. With a tolerance, neighbours of either
    kind are all areas at most that many metres apart, 0 where they overlap: a gap hides whether a border or only a
    corner is shared.
    """
    import shapely

    if contiguity.tolerance_m > 0:
        shapes, metres = outlines.metres, float(contiguity.tolerance_m)
        left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
        return _listed(len(shapes), left, right)
    shapes = outlines.degrees
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    near = _share_border(shapes[left], shapes[right])
    if contiguity.kind == "queen":
        near |= _share_corner(shapes, left, right)
    return _listed(len(shapes), left[near], right[near])


def _share_border(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    import shapely

    common = shapely.intersection(shapely.boundary(left), shapely.boundary(right))
    return np.asarray(shapely.length(common) > 0, dtype=np.bool_)


def _share_corner(shapes: NDArray[Any], left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which pairs share a vertex, or touch where one has a vertex on the other's side."""
    import shapely

    corners = shapely.extract_unique_points(shapes)
    same = shapely.intersects(corners[left], corners[right])
    return np.asarray(same | shapely.touches(shapes[left], shapes[right]), dtype=np.bool_)


def by_distance(centroids: Floats) -> Neighbours:
    """Take the six nearest centroids as neighbours, each way round; equal distances go by the order of areas.

    Areas without a centroid have no neighbours. Distances are along the globe, equal where they round to the same
    centimetre.
    """
    from scipy.spatial import cKDTree

    known = np.flatnonzero(np.isfinite(centroids).all(axis=1))
    if known.size < 2:
        return ((),) * len(centroids)
    points = _on_the_globe(centroids[known])
    # Twice as many as needed, so that ties at the edge can be settled by order.
    distance, found = cKDTree(points).query(points, k=min(known.size, 2 * NEAREST + 1))
    left, right = [], []
    for place, (metres, others) in enumerate(zip(np.asarray(distance), np.asarray(found), strict=True)):
        order = np.lexsort((others, np.round(metres, 2)))
        nearest = [other for other in others[order] if other != place][:NEAREST]
        left += [place] * len(nearest)
        right += nearest
    return _listed(len(centroids), known[left], known[right])


def _on_the_globe(centroids: Floats) -> Floats:
    """Place longitudes and latitudes on a sphere of the earth's mean radius, in metres: order is that of distance."""
    longitude, latitude = np.radians(centroids).T
    flat = np.cos(latitude)
    return 6_371_009 * np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])


def _listed(areas: int, left: NDArray[Any], right: NDArray[Any]) -> Neighbours:
    near: list[set[int]] = [set() for _ in range(areas)]
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one != other:
            near[one].add(other)
            near[other].add(one)
    return tuple(tuple(sorted(found)) for found in near)


def declared_blocks(labels: Iterable[str]) -> NDArray[np.int64]:
    """Give every block a number from 0 in order of its label; shape (areas,), read-only."""
    every = list(labels)
    number = {label: place for place, label in enumerate(sorted(set(every)))}
    blocks = np.array([number[label] for label in every], dtype=np.int64)
    blocks.setflags(write=False)
    return blocks


def made_blocks(neighbours: Neighbours, centroids: Floats | None) -> NDArray[np.int64]:
    """Group neighbouring areas into blocks of about four; where nothing says what is near, each area is a block.

    Shape (areas,), numbered from 0, read-only.
    """
    areas = len(neighbours)
    if centroids is None or np.isfinite(centroids).all(axis=1).sum() < 2:
        blocks = np.arange(areas, dtype=np.int64)
    else:
        # In one unit both ways: a degree of longitude shrinks with the cosine of the latitude.
        scaled = centroids * [np.cos(np.radians(np.nanmean(centroids[:, 1]))), 1.0]
        blocks = contiguous_blocks(neighbours, scaled, count=max(1, areas // _AREAS_PER_BLOCK))
    blocks.setflags(write=False)
    return blocks
