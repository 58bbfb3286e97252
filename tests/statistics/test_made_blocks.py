"""Made blocks are contiguous, nearly equal, and the same each time."""

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.made_blocks import contiguous_blocks

Links = list[list[int]]


def grid(rows: int, columns: int) -> tuple[Links, np.ndarray]:
    cells = [(i, j) for i in range(rows) for j in range(columns)]
    links = [[k for k, (a, b) in enumerate(cells) if abs(a - i) + abs(b - j) == 1] for i, j in cells]
    return links, np.array(cells, dtype=float)


def is_contiguous(links: Links, areas: set[int]) -> bool:
    seen = ahead = {min(areas)}
    while ahead:
        ahead = {other for area in ahead for other in links[area] if other in areas} - seen
        seen = seen | ahead
    return seen == areas


@given(rows=st.integers(1, 9), columns=st.integers(1, 9), count=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_blocks_of_a_grid_are_contiguous_and_nearly_equal(rows: int, columns: int, count: int) -> None:
    links, points = grid(rows, columns)

    labels = contiguous_blocks(links, points, count=count)

    sizes = np.bincount(labels)
    assert sizes.size == min(count, rows * columns)
    assert sizes.min() >= 1
    assert sizes.max() < rows * columns / sizes.size + 2  # holds for every case in these ranges
    assert all(
        is_contiguous(links, set(np.flatnonzero(labels == block).tolist())) for block in range(sizes.size)
    )
    assert labels[0] == 0


def test_twenty_blocks_of_a_large_grid_are_within_a_tenth_of_each_other() -> None:
    links, points = grid(20, 20)

    sizes = np.bincount(contiguous_blocks(links, points, count=20))

    assert sizes.min() >= 18
    assert sizes.max() <= 22


def test_the_same_areas_always_get_the_same_blocks() -> None:
    links, points = grid(7, 8)

    first = contiguous_blocks(links, points, count=6)

    assert contiguous_blocks(links, points, count=6).tolist() == first.tolist()


def test_an_island_joins_the_block_of_the_nearest_area() -> None:
    # A row of six, and an island beside its right end, and two linked areas beyond its left end.
    links = [[1], [0, 2], [1, 3], [2, 4], [3, 5], [4], [], [8], [7]]
    points = [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [5, 1], [-2, 0], [-3, 0]]

    labels = contiguous_blocks(links, points, count=2)

    assert labels[6] == labels[5]
    assert labels[7] == labels[8] == labels[0]
    assert sorted(np.bincount(labels).tolist()) == [4, 5]


def test_without_neighbours_centroids_make_the_blocks() -> None:
    # Two clouds of ten points far apart are the two blocks.
    rng = np.random.default_rng(2)
    points = np.concatenate([rng.uniform(0, 1, (10, 2)), rng.uniform(50, 51, (10, 2))])

    labels = contiguous_blocks([[]] * 20, points, count=2)

    assert labels.tolist() == [0] * 10 + [1] * 10


def test_without_neighbours_or_distance_there_are_still_blocks() -> None:
    labels = contiguous_blocks([[]] * 6, np.zeros((6, 2)), count=3)

    assert sorted(np.bincount(labels).tolist()) == [2, 2, 2]


def test_an_area_without_centroid_stands_among_its_neighbours() -> None:
    links, points = grid(1, 6)
    points[4] = nan

    assert contiguous_blocks(links, points, count=2).tolist() == [0, 0, 0, 1, 1, 1]


def test_centroids_may_be_missing_altogether() -> None:
    links, points = grid(2, 3)

    assert np.bincount(contiguous_blocks(links, np.full_like(points, nan), count=2)).tolist() == [3, 3]


def test_one_area_is_one_block() -> None:
    assert contiguous_blocks([[]], [[0.0, 0.0]], count=5).tolist() == [0]


@pytest.mark.parametrize(
    ("links", "points", "count"),
    [([], np.empty((0, 2)), 1), ([[]], np.zeros((2, 2)), 1), ([[]], np.zeros((1, 2)), 0)],
)
def test_blocks_need_areas_with_centroids(links: Links, points: np.ndarray, count: int) -> None:
    with pytest.raises(ValueError, match="expected a centroid"):
        contiguous_blocks(links, points, count=count)
