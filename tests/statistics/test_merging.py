"""Areas put together: contiguous, the same each time, none lost; S-maup from its authors' example."""

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.merging import merged_in_pairs, merged_neighbours, s_maup

Links = list[list[int]]
ROW: Links = [[1], [0, 2], [1, 3], [2]]
IN_A_ROW: list[list[float]] = [[0.0, 0], [1, 0], [2, 0], [3, 0]]


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


@given(rows=st.integers(1, 9), columns=st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_pairs_of_a_grid_are_contiguous_and_shifted_pairs_share_nobody(rows: int, columns: int) -> None:
    links, points = grid(rows, columns)

    pairs = merged_in_pairs(links, points)
    shifted = merged_in_pairs(links, points, apart=pairs)

    for labels in (pairs, shifted):
        assert sorted(set(labels.tolist())) == list(range(int(labels.max()) + 1))
        assert labels[0] == 0
        groups = [set(np.flatnonzero(labels == one).tolist()) for one in range(int(labels.max()) + 1)]
        assert all(is_contiguous(links, areas) for areas in groups)
        assert max(map(len, groups)) <= 3
    together = (pairs[:, None] == pairs) & (shifted[:, None] == shifted)
    assert together.sum() == rows * columns  # only with itself
    if rows * columns % 2 == 0 and min(rows, columns) > 1:
        assert np.bincount(pairs).tolist() == [2] * (rows * columns // 2)


def test_a_row_is_cut_in_the_middle_and_then_at_its_ends() -> None:
    pairs = merged_in_pairs(ROW, IN_A_ROW)

    assert pairs.tolist() == [0, 0, 1, 1]
    assert merged_in_pairs(ROW, IN_A_ROW, apart=pairs).tolist() == [0, 1, 1, 2]


def test_the_nearer_of_equal_neighbours_becomes_the_partner_and_unknown_places_come_last() -> None:
    triangle: Links = [[1, 2], [0, 2], [0, 1]]

    assert merged_in_pairs(triangle, [[0, 0], [9, 0], [1, 0]]).tolist() == [0, 0, 0]  # 1 was left and joins
    square: Links = [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert merged_in_pairs(square, [[0, 0], [9, 0], [1, 0], [8, 0]]).tolist() == [0, 1, 0, 1]
    unknown: list[list[float]] = [[0, 0], [nan, nan], [1, 0], [8, 0]]
    assert merged_in_pairs(square, unknown).tolist() == [0, 1, 0, 1]


def test_an_area_left_over_joins_the_smallest_group_beside_it_and_an_island_stays_alone() -> None:
    # 0 - 1 - 2 in a row, and 3 apart: 0 and 1 pair, 2 joins them.
    assert merged_in_pairs([[1], [0, 2], [1], []], IN_A_ROW).tolist() == [0, 0, 0, 1]
    assert merged_in_pairs([[], []], [[0, 0], [1, 0]]).tolist() == [0, 1]


def test_an_area_left_over_stays_alone_where_it_would_meet_whom_it_must_not() -> None:
    # a star: 0 in the middle; all of 1, 2 and 3 must stay apart, so one pairs with 0 and the others are left
    star: Links = [[1, 2, 3], [0], [0], [0]]

    assert merged_in_pairs(star, IN_A_ROW, apart=[0, 1, 1, 1]).tolist() == [0, 0, 1, 2]


def test_merged_areas_are_neighbours_where_parts_of_them_are() -> None:
    assert merged_neighbours([0, 0, 1, 1], ROW) == ((1,), (0,))
    assert merged_neighbours([0, 0, 0, 0], ROW) == ((),)


def test_s_maup_of_its_authors_example() -> None:
    # esda.smaup.Smaup(78, 39, .24366): .15221341690376405 for the unrounded correlation
    assert s_maup(78, 39, moran=0.24366) == pytest.approx(0.152213, abs=5e-7)
    assert s_maup(78, 39, moran=0.247725) == pytest.approx(0.151768, abs=5e-7)  # SIDR74, the second one there


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: merged_in_pairs(ROW, [[0, 0]]), "found \\(1, 2\\)"),
        (lambda: merged_in_pairs(ROW, IN_A_ROW, apart=[0]), "each of 4 areas"),
        (lambda: merged_neighbours([0], ROW), "a label for each of 4"),
        (lambda: s_maup(10, 11, moran=0), "1 to 10 regions"),
        (lambda: s_maup(10, 5, moran=2), "found 5 and 2"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=words):
        call()
