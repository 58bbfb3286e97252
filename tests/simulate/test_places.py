"""The feedback test of a place tool, from counts made in the test."""

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice, Truth
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.feedback import Feedback
from auditkit.results.places import PastCounts, PlaceTally, Unmatched
from auditkit.simulate.places import simulate_places

EVEN = Truth(source="assumed", reporting_rate=(0.5, 0.5), discovery_rate=(0.5, 0.5))


def column(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)[:, None]


def make_tally(
    reported: list[float] | None,
    discovered: list[float] | None,
    *,
    flags: list[float],
    black: list[float] | None = None,
) -> PlaceTally:
    """Areas of 100 residents each with the records of one earlier week, and the flags of one audited week."""
    n = len(flags)
    people = np.full(n, 100.0)
    groups = () if black is None else (
        ResidentGroup(dimension="race", group="Black", residents=np.array(black, dtype=np.float64), reference=False),
    )  # fmt: skip
    names = tuple(f"a{i:02}" for i in range(n))
    areas = Areas(
        ids=names, names=names, residents=people, groups=groups, size_km2=None, centroids=None, neighbours=((),) * n,
        contiguity="none", blocks=np.arange(n), blocks_from="made", denominators=(), boundaries=None,
    )  # fmt: skip
    past = None
    if reported is not None or discovered is not None:
        kinds = [column(kind) if kind is not None else None for kind in (reported, discovered)]
        total = sum((kind for kind in kinds if kind is not None), np.zeros((n, 1)))
        past = PastCounts(periods=("2018-12-31",), total=total, reported=kinds[0], discovered=kinds[1])
    return PlaceTally(
        areas=areas, periods=("2019-01-07",), flags=column(flags), outcomes=None, past=past,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=12, refused=(),
    )  # fmt: skip


def loop(tally: PlaceTally, truth: Truth | None = EVEN, *, seed: int = 1) -> Feedback | None:
    choice = FeedbackChoice(allocator="proportional", rounds=50, replicates=100, truth=truth)
    return simulate_places(tally, choice, rng=np.random.default_rng(seed), progress=lambda _: None)


def measured(tally: PlaceTally, truth: Truth | None = EVEN) -> Feedback:
    feedback = loop(tally, truth)
    assert feedback is not None
    return feedback


@pytest.mark.parametrize(
    ("reported", "discovered"),
    [
        (None, None),  # no history
        (None, [5.0, 5.0]),  # sources are not told apart
        ([5.0, 0.0], [5.0, 5.0]),  # one area reports
    ],
)
def test_nothing_is_simulated_where_fewer_than_two_areas_are_known_to_report(
    reported: list[float] | None, discovered: list[float] | None
) -> None:
    assert loop(make_tally(reported, discovered, flags=[1, 0])) is None


def test_areas_without_reports_are_left_out_and_counted() -> None:
    feedback = measured(make_tally([6, 3, 0], [2, 2, 2], flags=[1, 0, 0]))

    assert feedback.left_out == 1
    assert [area.true_share for area in feedback.areas] == pytest.approx([2 / 3, 1 / 3, None])


def test_the_three_assumptions_span_the_declared_ranges() -> None:
    truth = Truth(source="survey", reporting_rate=(0.25, 1.0), discovery_rate=(0.04, 0.16))
    scenarios = measured(make_tally([6, 3], [2, 2], flags=[1, 0]), truth).scenarios

    # discovery weighs least where most is reported; the middle is the geometric mean: sqrt(.25), sqrt(.0064)
    assert [(s.name, s.reporting_rate, s.discovery_rate) for s in scenarios] == [
        ("low", 1.0, 0.04), ("middle", pytest.approx(0.5), pytest.approx(0.08)), ("high", 0.25, 0.16),
    ]  # fmt: skip
    odds = [scenario.log_odds or 0.0 for scenario in scenarios]
    assert odds == sorted(odds)


def test_as_many_areas_are_visited_as_the_tool_flags() -> None:
    assert measured(make_tally([6, 3, 3], [2, 2, 2], flags=[1, 1, 0])).visits == 2


def test_two_areas_rest_where_the_quadratic_says() -> None:
    # Reports 2 and 1 a week, and a visit discovers as much: a = 4, b = 1, c = 2, d = 2 (methods 6.1).
    # (c + d - a - b) x^2 + (a - 2c - d) x + c = -x^2 - 2x + 2 = 0: x = sqrt(3) - 1
    feedback = measured(make_tally([2, 1], [2, 1], flags=[1, 0]))

    assert feedback.areas[0].limit_share == pytest.approx(np.sqrt(3) - 1, abs=1e-9)
    assert feedback.scenarios[1].log_odds == pytest.approx(
        np.log((np.sqrt(3) - 1) / (2 - np.sqrt(3))) - np.log(2), abs=1e-9
    )


def test_amplification_of_a_group_follows_from_the_resting_shares() -> None:
    # 80 % and 20 % of residents are Black; visits rest at x = sqrt(3) - 1, true shares are 2/3 and 1/3
    feedback = measured(make_tally([2, 1], [2, 1], flags=[1, 0], black=[80, 20]))
    x = np.sqrt(3) - 1

    assert feedback.groups[0].amplification == pytest.approx(
        (0.8 * x + 0.2 * (1 - x)) / (0.8 * 2 / 3 + 0.2 / 3)
    )


def test_f13_break_even_reporting_rate_of_an_area_against_the_rest() -> None:
    # records 300 and 200, three flags in four on the first: it would have to report half as readily
    feedback = measured(make_tally([300, 200], [0, 1e-9], flags=[3, 1]), None)

    assert feedback.areas[0].tipping == pytest.approx(0.5)
    assert feedback.areas[1].tipping == pytest.approx(2.0)
    assert (feedback.scenarios, feedback.groups) == ((), ())


def test_equal_areas_rest_where_they_began() -> None:
    feedback = measured(make_tally([5, 5, 5, 5], [2, 2, 2, 2], flags=[1, 0, 0, 0]))

    assert [area.limit_share for area in feedback.areas] == pytest.approx([0.25] * 4)
    assert [scenario.log_odds for scenario in feedback.scenarios] == pytest.approx([0, 0, 0], abs=1e-9)


def test_one_seed_gives_one_result() -> None:
    tally = make_tally([6, 3, 3], [2, 2, 2], flags=[1, 1, 0])

    assert loop(tally, seed=4) == loop(tally, seed=4)
    assert loop(tally, seed=4) != loop(tally, seed=5)
