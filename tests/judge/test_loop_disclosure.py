"""Shares of areas in the loop give their records away; where these are few, they are withheld."""

import numpy as np

from auditkit.judge.loop_disclosure import withhold_loop
from auditkit.results.areas import Areas
from auditkit.results.feedback import Feedback, LoopArea
from auditkit.results.places import PastCounts, PlaceTally, Unmatched


def make_tally(*, reported: list[float], discovered: list[float], past: bool = True) -> PlaceTally:
    n = len(reported)
    names = tuple(f"a{i}" for i in range(n))
    areas = Areas(
        ids=names, names=names, residents=None, groups=(), size_km2=None, centroids=None, neighbours=((),) * n,
        contiguity="none", blocks=np.arange(n), blocks_from="made", denominators=(), boundaries=None,
    )  # fmt: skip
    grids = [np.array(kind, dtype=np.float64)[:, None] for kind in (reported, discovered)]
    counts = PastCounts(periods=("2018",), total=grids[0] + grids[1], reported=grids[0], discovered=grids[1])
    return PlaceTally(
        areas=areas, periods=("2019",), flags=np.ones((n, 1)), outcomes=None, past=counts if past else None,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=1, refused=(),
    )  # fmt: skip


def make_feedback(n: int) -> Feedback:
    areas = (
        LoopArea(area=f"a{i}", true_share=1 / n, limit_share=1 / n, hot=0.5, tipping=1.0) for i in range(n)
    )
    return Feedback(status="measured", because="", needs=(), areas=tuple(areas))


def hidden(tally: object, n: int = 4, *, smallest: int = 11) -> list[bool]:
    return [area.withheld for area in withhold_loop(make_feedback(n), tally, smallest_cell=smallest).areas]


def test_areas_with_few_records_of_either_kind_are_withheld() -> None:
    assert hidden(make_tally(reported=[10, 50, 60, 70], discovered=[40, 3, 60, 70])) == [
        True,
        True,
        False,
        False,
    ]


def test_no_area_is_withheld_alone_because_shares_add_up() -> None:
    # the second area has the fewest records of the others
    assert hidden(make_tally(reported=[10, 50, 60, 70], discovered=[40, 20, 60, 70])) == [
        True,
        True,
        False,
        False,
    ]


def test_what_is_withheld_has_no_numbers_left() -> None:
    tally = make_tally(reported=[1, 2, 60, 70], discovered=[0, 0, 0, 0])
    first, _, third, _ = withhold_loop(make_feedback(4), tally, smallest_cell=11).areas

    assert (first.true_share, first.limit_share, first.hot, first.tipping, first.amplification) == (None,) * 5
    assert third.true_share == 0.25


def test_zero_may_be_shown_and_withholding_can_be_switched_off() -> None:
    assert hidden(make_tally(reported=[0, 20, 60, 70], discovered=[0, 0, 0, 0])) == [False] * 4
    assert hidden(make_tally(reported=[1, 2, 60, 70], discovered=[0, 0, 0, 0]), smallest=0) == [False] * 4


def test_without_a_history_there_is_nothing_to_withhold() -> None:
    tally = make_tally(reported=[1, 2, 3, 4], discovered=[1, 2, 3, 4], past=False)

    assert hidden(tally) == [False] * 4
    assert hidden(None) == [False] * 4
