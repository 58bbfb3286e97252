"""Blocks of contiguous areas, made where a city declares none."""

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

NEAREST = 6
"""Neighbours of each area where none are known: the usual number of a tessellation."""
ROUNDS = 10
"""How often the blocks are grown again from their middles; the most equal ones are kept."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def contiguous_blocks(neighbours: Sequence[Sequence[int]], centroids: ArrayLike, *, count: int) -> Labels:
    """Contiguous blocks of nearly as many areas each: the number of the block each area belongs to.

    The same input gives the same blocks. Areas apart from the others (islands) join the block across the shortest
    distance; where half of the areas or more have no neighbours, the six nearest centroids stand in for all.

    Parameters
    ----------
    neighbours
        For each area the positions of its neighbours; symmetric.
    centroids
        Shape (areas, 2); in one unit both ways (metres, or degrees with longitudes times the cosine of the latitude).
        NaN where not known: such an area stands where its neighbours do, or in the middle.
    count
        How many blocks; one for each area if there are fewer.

    Returns
    -------
    Shape (areas,); numbers from 0, in order of each block's first area.

    Raises
    ------
    ValueError
        If there are no areas, not a list of neighbours and a centroid for each, or `count` is below 1.

    References
    ----------
    Seeds: Gonzalez, T. F. (1985), Clustering to minimize the maximum intercluster distance, Theoretical Computer
    Science 38, 293-306. Growing again from the middles: Lloyd, S. P. (1982), Least squares quantization in PCM, IEEE
    Transactions on Information Theory 28, 129-137.

    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> contiguous_blocks(row, [[0, 0], [1, 0], [2, 0], [3, 0]], count=2)
    array([0, 0, 1, 1])
    """
    points = np.asarray(centroids, dtype=np.float64)
    if count < 1 or not neighbours or points.shape != (len(neighbours), 2):
        msg = f"expected a centroid for each of {len(neighbours)} areas and a block, found {points.shape} and {count}"
        raise ValueError(msg)
    points = _placed(points, neighbours)
    linked = sum(map(bool, neighbours)) * 2 > len(points)
    links = _connected(neighbours if linked else _nearest(points), points)
    seeds = _far_apart(points, min(count, len(points)))
    best, smallest = np.zeros(len(points), dtype=np.int64), -1
    for _ in range(ROUNDS):
        labels = _grown(links, points, seeds)
        if (size := int(np.bincount(labels).min())) > smallest:
            best, smallest = labels, size
        seeds = [_middle(points, np.flatnonzero(labels == block)) for block in range(len(seeds))]
    best = _evened(best, links)
    order = {block: number for number, block in enumerate(dict.fromkeys(best.tolist()))}
    return np.array([order[block] for block in best.tolist()], dtype=np.int64)


def _placed(points: Floats, neighbours: Sequence[Sequence[int]]) -> Floats:
    """Put areas without a centroid among their neighbours, or in the middle of all."""
    known = ~np.isnan(points[:, 0] + points[:, 1])
    middle = points[known].mean(axis=0) if known.any() else np.zeros(2)
    placed = points.copy()
    for area in np.flatnonzero(~known).tolist():
        near = [other for other in neighbours[area] if known[other]]
        placed[area] = points[near].mean(axis=0) if near else middle
    return placed


def _nearest(points: Floats) -> list[list[int]]:
    """Neighbours from centroids alone, symmetric."""
    from scipy.spatial import cKDTree

    found = cKDTree(points).query(points, k=min(NEAREST + 1, len(points)))[1].reshape(len(points), -1)
    links: list[set[int]] = [set() for _ in points]
    for area, others in enumerate(found.tolist()):
        for other in others:
            if other != area:
                links[area].add(other)
                links[other].add(area)
    return [sorted(others) for others in links]


def _connected(neighbours: Sequence[Sequence[int]], points: Floats) -> list[set[int]]:
    """Neighbours with a link across the shortest distance from each separate part to those before it."""
    from scipy.spatial import cKDTree

    links = [set(others) for others in neighbours]
    inside = _reached(links, {0})
    while len(inside) < len(links):
        joined = np.array(sorted(inside))
        outside = np.array([area for area in range(len(links)) if area not in inside])
        distances, nearest = cKDTree(points[joined]).query(points[outside])
        pick = int(np.argmin(distances))
        one, other = int(outside[pick]), int(joined[np.asarray(nearest)[pick]])
        links[one].add(other)
        links[other].add(one)
        inside |= _reached(links, {one})
    return links


def _reached(links: Sequence[set[int]], start: set[int], within: set[int] | None = None) -> set[int]:
    """Every area linked to a first one, by way of the areas allowed."""
    seen, ahead = set(start), list(start)
    while ahead:
        for other in links[ahead.pop()] - seen:
            if within is None or other in within:
                seen.add(other)
                ahead.append(other)
    return seen


def _middle(points: Floats, areas: Labels) -> int:
    """Area nearest to the middle of its block."""
    return int(areas[np.argmin(((points[areas] - points[areas].mean(axis=0)) ** 2).sum(axis=1))])


def _far_apart(points: Floats, count: int) -> list[int]:
    """Areas far from each other: the middle one, then always the one farthest from those chosen."""
    seeds = [_middle(points, np.arange(len(points)))]
    away = np.full(len(points), np.inf)
    while len(seeds) < count:
        away = np.minimum(away, ((points - points[seeds[-1]]) ** 2).sum(axis=1))
        away[seeds] = -1.0
        seeds.append(int(np.argmax(away)))
    return seeds


def _grown(links: Sequence[set[int]], points: Floats, seeds: Sequence[int]) -> Labels:
    """Let the smallest block that still can take the free neighbour nearest to its seed, until none is free."""
    labels = np.full(len(links), -1, dtype=np.int64)
    edges: list[list[tuple[float, int]]] = [[(0.0, seed)] for seed in seeds]
    turns = [(0, block) for block in range(len(seeds))]
    while turns:
        size, block = heapq.heappop(turns)
        while edges[block] and labels[edges[block][0][1]] >= 0:
            heapq.heappop(edges[block])
        if not edges[block]:
            continue
        area = heapq.heappop(edges[block])[1]
        labels[area] = block
        for other in sorted(links[area]):
            if labels[other] < 0:
                away = float(((points[other] - points[seeds[block]]) ** 2).sum())
                heapq.heappush(edges[block], (away, other))
        heapq.heappush(turns, (size + 1, block))
    return labels


def _evened(labels: Labels, links: Sequence[set[int]]) -> Labels:
    """Hand areas to smaller neighbouring blocks, as long as that evens sizes and keeps the larger one contiguous."""
    even = labels.copy()
    blocks = [set(np.flatnonzero(labels == block).tolist()) for block in range(int(labels.max()) + 1)]
    moved = True
    while moved:
        moved = False
        for area in range(len(links)):
            own = blocks[even[area]]
            smallest = min((len(blocks[even[other]]), int(even[other])) for other in links[area] | {area})
            rest = own - {area}
            if smallest[0] + 2 <= len(own) and len(_reached(links, {min(rest)}, rest)) == len(rest):
                own.remove(area)
                blocks[smallest[1]].add(area)
                even[area] = smallest[1]
                moved = True
    return even
