"""Areas drawn larger, and the same areas drawn from another origin: other units for the same city.

A finding about areas can hang on how the areas are drawn (the modifiable areal unit problem).
"""

import heapq
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Labels = NDArray[np.int64]
Floats = NDArray[np.float64]


def merged_in_pairs(
    neighbours: Sequence[Sequence[int]], centroids: ArrayLike, *, apart: ArrayLike | None = None
) -> Labels:
    """Pairs of neighbouring areas: the number of the pair each area belongs to; the same input gives the same pairs.

    The area with fewest free neighbours is paired first, with the free neighbour that has fewest itself, then the
    nearest; equal ones go by position. An area whose neighbours are all taken joins the smallest group beside it, or
    stays alone where `apart` or the lack of neighbours leaves none.

    Parameters
    ----------
    neighbours
        For each area the positions of its neighbours; symmetric. An area without any stays alone.
    centroids
        Shape (areas, 2); any unit; NaN where not known.
    apart
        Shape (areas,); areas with the same number are not put together: with the pairs of a first call, nobody keeps
        its partner, and every line between two units moves.

    Returns
    -------
    Shape (areas,); numbers from 0, in order of each pair's first area.

    Raises
    ------
    ValueError
        If there is not a list of neighbours, a centroid and, where given, a number to keep apart for each area.

    References
    ----------
    Openshaw, S. (1984), The modifiable areal unit problem, Geo Books: contiguous units merged at random or by rule.
    Pairing where least is left: Karp, R. M., Sipser, M. (1981), Maximum matchings in sparse random graphs, 22nd
    Symposium on Foundations of Computer Science, 364-375.

    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> places = [[0, 0], [1, 0], [2, 0], [3, 0]]
    >>> pairs = merged_in_pairs(row, places)
    >>> pairs, merged_in_pairs(row, places, apart=pairs)
    (array([0, 0, 1, 1]), array([0, 1, 1, 2]))
    """
    points, kept = np.asarray(centroids, dtype=np.float64), None if apart is None else np.asarray(apart)
    areas = len(neighbours)
    if points.shape != (areas, 2) or (kept is not None and kept.shape != (areas,)):
        msg = f"expected a centroid for each of {areas} areas, found {points.shape}"
        raise ValueError(msg)
    links = [
        {other for other in near if kept is None or kept[other] != kept[area]}
        for area, near in enumerate(neighbours)
    ]
    groups = np.full(areas, -1, dtype=np.int64)
    free = [set(near) for near in links]
    for area, partner in _matched(free, points):
        groups[[area, partner]] = area
    for area in np.flatnonzero(groups < 0).tolist():
        groups[area] = _joined(area, groups, links, kept)
    return _numbered(groups)


def _matched(free: list[set[int]], points: Floats) -> list[tuple[int, int]]:
    """Pair areas one by one, the one with fewest free neighbours first."""
    pairs = []
    turns = [(len(near), area) for area, near in enumerate(free)]
    heapq.heapify(turns)
    while turns:
        few, area = heapq.heappop(turns)
        if not free[area] or few != len(free[area]):  # taken meanwhile, or it stands elsewhere in the queue
            continue
        partner = min(free[area], key=lambda one: (len(free[one]), _away(points, area, one), one))
        pairs.append((area, partner))
        beside = (free[area] | free[partner]) - {area, partner}
        free[area] = free[partner] = set()
        for other in beside:
            free[other] -= {area, partner}
            heapq.heappush(turns, (len(free[other]), other))
    return pairs


def _away(points: Floats, one: int, other: int) -> float:
    distance = float(((points[one] - points[other]) ** 2).sum())
    return math.inf if math.isnan(distance) else distance


def _joined(area: int, groups: Labels, links: list[set[int]], kept: Labels | None) -> int:
    """Find the smallest group beside an area that was left over, none of whose areas must be kept apart from it."""
    beside = {}
    for other in links[area]:
        members = np.flatnonzero(groups == groups[other])
        if groups[other] >= 0 and (kept is None or (kept[members] != kept[area]).all()):
            beside[int(groups[other])] = len(members)
    return min(beside, key=lambda group: (beside[group], group), default=area)


def _numbered(groups: Labels) -> Labels:
    order = {group: number for number, group in enumerate(dict.fromkeys(groups.tolist()))}
    return np.array([order[group] for group in groups.tolist()], dtype=np.int64)


def merged_neighbours(labels: ArrayLike, neighbours: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Neighbours of merged areas: those of which any two parts are neighbours.

    Parameters
    ----------
    labels
        Shape (areas,); from `merged_in_pairs`.
    neighbours
        Of the areas.

    Raises
    ------
    ValueError
        If there is not a label for each area.

    References
    ----------
    Methods 4.7.

    >>> merged_neighbours([0, 0, 1, 1], [[1], [0, 2], [1, 3], [2]])
    ((1,), (0,))
    """
    merged = np.asarray(labels, dtype=np.int64)
    if merged.shape != (len(neighbours),):
        msg = f"expected a label for each of {len(neighbours)} areas, found shape {merged.shape}"
        raise ValueError(msg)
    near: list[set[int]] = [set() for _ in range(int(merged.max(initial=-1)) + 1)]
    for area, others in enumerate(neighbours):
        near[merged[area]] |= {int(merged[other]) for other in others} - {int(merged[area])}
    return tuple(tuple(sorted(found)) for found in near)


def s_maup(areas: int, regions: int, *, moran: float) -> float:
    """How sensitive a variable is to merging its areas into so many regions (the statistic M of S-maup).

    Near 0, merging changes the variable's distribution little; the larger, the more. The statistic falls as
    neighbouring areas resemble each other.

    Parameters
    ----------
    areas, regions
        How many areas are merged into how many regions.
    moran
        Spatial autocorrelation of the variable, such as Moran's I, within -1 and 1.

    Raises
    ------
    ValueError
        If there are not between 1 and `areas` regions, or the autocorrelation lies outside -1 and 1.

    References
    ----------
    Duque, J. C., Laniado, H., Polo, A. (2018), S-maup: Statistical test to measure the sensitivity to the modifiable
    areal unit problem, PLoS ONE 13(11), e0207377. Coefficients as in `esda.smaup` of PySAL, written by the same
    authors; they were fitted on 25 to 900 areas.

    >>> round(s_maup(78, 39, moran=0.24366), 6)
    0.152213
    """
    if not (1 <= regions <= areas and -1 <= moran <= 1):
        msg = f"expected 1 to {areas} regions and a correlation within -1 and 1, found {regions} and {moran}"
        raise ValueError(msg)
    share = regions / areas
    most = 1 / (1 + math.exp(-2.2 + 7.03 * share))
    scale = math.exp(-0.6618) * math.pow(share, 1.3)
    return most / (1 + scale * math.exp(moran * (5.32 - 5.53 * share)))
