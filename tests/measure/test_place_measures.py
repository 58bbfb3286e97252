"""Accuracy, exposure and single areas of a place tool, from counts made in the test."""

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.judge.disclosure import withhold
from auditkit.measure.place_flags import choices
from auditkit.measure.places import PLACE_MEASURES, measure_places
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.measurements import Estimate, Family, Measurement, Measurements, NotEstimable
from auditkit.results.places import PastCounts, PlaceTally, Unmatched

Rows = list[list[float]]


def grid(rows: Rows) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64)


def make_tally(
    flags: Rows,
    outcomes: Rows | None = None,
    *,
    residents: list[float] | None = None,
    black: list[float] | None = None,
    white: list[float] | None = None,
    past: Rows | None = None,
    window: int = 12,
    denominators: tuple[tuple[str, list[float]], ...] = (),
) -> PlaceTally:
    """Areas by periods, each area a block of its own; groups are Black and white residents."""
    n, periods = len(flags), len(flags[0])
    given = (("Black", black), ("White", white))
    groups = tuple(
        ResidentGroup(
            dimension="race",
            group=name,
            residents=np.array(people, dtype=np.float64),
            reference=name == "White",
        )
        for name, people in given
        if people is not None
    )
    names = tuple(f"a{i:02}" for i in range(n))
    areas = Areas(
        ids=names, names=names, residents=None if residents is None else np.array(residents, dtype=np.float64),
        groups=groups, size_km2=None, centroids=None, neighbours=((),) * n, contiguity="none", blocks=np.arange(n),
        blocks_from="made", boundaries=None,
        denominators=tuple((name, np.array(values, dtype=np.float64)) for name, values in denominators),
    )  # fmt: skip
    history = None
    if past is not None:
        earlier = tuple(f"2018-{month:02}-01" for month in range(1, len(past[0]) + 1))
        history = PastCounts(periods=earlier, total=grid(past), reported=None, discovered=None)
    return PlaceTally(
        areas=areas, periods=tuple(f"2019-{month:02}-01" for month in range(1, periods + 1)), flags=grid(flags),
        outcomes=None if outcomes is None else grid(outcomes), past=history,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=window, refused=(),
    )  # fmt: skip


def measured(tally: PlaceTally, *families: Family) -> dict[str, Measurement]:
    found = measure_places(tally, families=families, rng=np.random.default_rng(1), progress=lambda _: None)
    return found.by_id()


def value(found: dict[str, Measurement], name: str) -> float | None:
    result = found[name].result
    assert isinstance(result, Estimate), name
    return result.value


def test_each_rule_chooses_as_many_areas_as_the_tool_from_earlier_counts_alone() -> None:
    # Window of two periods. Before: a 9 0 0, b 0 1 2, c 1 1 1. The tool flags one area in each of two periods.
    chosen = choices(
        make_tally(
            [[0, 0], [0, 0], [1, 1]],
            [[5, 0], [0, 8], [1, 1]],
            past=[[9, 0, 0], [0, 1, 2], [1, 1, 1]],
            window=2,
        )
    )

    assert chosen is not None
    flags = {name: marks.astype(int).tolist() for name, marks in chosen.flags.items()}
    # first: b 3 against c 2 and a 0; then a 5 + 0 against b 2 and c 2
    assert flags["count in the recent window"] == [[0, 1], [1, 0], [0, 0]]
    # static: 9 against 3 and 3
    assert flags["all earlier counts"] == [[1, 1], [0, 0], [0, 0]]
    assert flags["previous period"] == [[0, 1], [1, 0], [0, 0]]
    assert flags["best possible"] == [[1, 0], [0, 1], [0, 0]]


def test_ties_between_areas_go_to_the_first_id_as_text() -> None:
    chosen = choices(make_tally([[1], [0], [0]], [[1], [1], [1]], past=[[4], [4], [4]]))

    assert chosen is not None
    assert chosen.flags["previous period"].ravel().tolist() == [True, False, False]


def test_without_history_rules_begin_with_the_second_period() -> None:
    chosen = choices(make_tally([[1, 0], [0, 1]], [[5, 1], [2, 7]]))

    assert chosen is not None
    assert chosen.periods.tolist() == [1]
    assert chosen.outcomes.tolist() == [[1], [7]]
    assert chosen.flags["previous period"].ravel().tolist() == [True, False]


def test_without_outcomes_there_are_no_choices_to_compare() -> None:
    assert choices(make_tally([[1], [0]])) is None
    assert not [name for name in measured(make_tally([[1], [0]])) if name.startswith("hit_rate")]


def test_nothing_flagged_has_no_index() -> None:
    found = measured(make_tally([[0], [0]], [[3], [4]]))

    assert value(found, "hit_rate/rule=tool") == 0
    assert found["predictive_accuracy_index/rule=tool"].result == NotEstimable(reason="NE-DENOM")


def test_sparse_incidents_do_not_stop_the_comparison_with_a_rule() -> None:
    # all incidents in one of thirty areas: many draws of areas hold none
    flags = [[float(i == 0)] for i in range(30)]
    outcomes = [[50.0 * (i == 0)] for i in range(30)]
    found = measured(make_tally(flags, outcomes, residents=[100.0 + i for i in range(30)]))

    assert value(found, "hit_rate/rule=tool") == 1
    assert value(found, "hit_rate_difference/rule=tool~rule=residents") == 1


def test_fewer_than_twenty_blocks_keep_the_value_and_lose_the_interval() -> None:
    def tool(areas: int) -> Estimate:
        flags = [[float(i % 3 == 0), float(i % 4 == 0)] for i in range(areas)]
        outcomes = [[float(5 + i % 7), float(4 + i % 5)] for i in range(areas)]
        result = measured(make_tally(flags, outcomes, past=[[1.0]] * areas))["hit_rate/rule=tool"].result
        assert isinstance(result, Estimate)
        return result

    few, enough = tool(19), tool(20)
    assert (few.interval, few.interval_90, few.reason) == (None, None, "NE-BLOCKS")
    assert few.value is not None
    assert enough.reason is None
    assert enough.interval is not None
    assert enough.value is not None
    low, high = enough.interval
    assert low is not None
    assert high is not None
    assert low < enough.value < high


def test_areas_where_nobody_lives_are_left_out_of_rates_of_residents() -> None:
    # 10 flags on 100 residents and 30 on nobody
    found = measured(
        make_tally([[10], [30], [20]], residents=[100, 0, 200], black=[50, 0, 20], white=[50, 0, 180])
    )

    # per 1,000: 100 in the first and 100 in the third area
    assert value(found, "exposure_per_1000_residents/race=Black") == pytest.approx(100)
    assert value(found, "exposure_ratio/race=Black~race=White") == pytest.approx(
        ((50 * 10 + 20 * 20) / 70) / ((50 * 10 + 180 * 20) / 230)
    )


def test_each_declared_denominator_is_measured() -> None:
    found = measured(
        make_tally(
            [[10], [30]],
            residents=[100, 100],
            black=[20, 80],
            white=[80, 20],
            denominators=(("calls", [1000, 1500]),),
        )
    )

    # per 1,000 calls: 10 and 20
    assert value(found, "exposure_per_1000_calls/race=Black") == pytest.approx((20 * 10 + 80 * 20) / 100)
    assert value(found, "exposure_per_1000_calls/race=White") == pytest.approx((80 * 10 + 20 * 20) / 100)


def test_a_group_without_residents_is_not_estimable() -> None:
    found = measured(make_tally([[1], [3]], residents=[100, 100], black=[0, 0], white=[100, 100]))

    assert found["exposure/race=Black"].result == NotEstimable(reason="NE-DENOM")
    assert "exposure_ratio/race=Black~race=White" not in found


def test_a_ratio_of_two_groups_that_are_never_flagged_does_not_exist() -> None:
    found = measured(make_tally([[0], [0], [5]], residents=[9, 9, 0], black=[3, 6, 0], white=[6, 3, 0]))

    assert found["exposure_ratio/race=Black~race=White"].result == NotEstimable(reason="NE-BOTHZERO")


def test_all_pairs_are_compared_where_the_policy_asks_for_them() -> None:
    pairs = Family(metric="exposure_ratio", dimension=("race",), compare="all_pairs", level=0.95)
    found = measured(make_tally([[10], [30]], residents=[100, 100], black=[20, 80], white=[80, 20]), pairs)

    assert value(found, "exposure_ratio/race=Black~race=White") == pytest.approx(26 / 14)


def test_never_and_always_flagged_residents() -> None:
    found = measured(
        make_tally(
            [[1, 1], [0, 0], [1, 0]], residents=[100, 100, 100], black=[50, 20, 30], white=[50, 80, 70]
        )
    )

    assert value(found, "never_flagged_residents/race=Black") == pytest.approx(20 / 100)
    assert value(found, "always_flagged_residents/race=White") == pytest.approx(50 / 200)
    assert value(found, "never_flagged_areas/everyone") == 1


def test_every_measure_has_a_meaning() -> None:
    tally = make_tally(
        [[1, 0], [0, 1], [0, 0], [1, 1]], [[5, 3], [2, 2], [1, 1], [9, 9]], residents=[100, 200, 300, 400],
        black=[50, 20, 30, 10], white=[50, 180, 270, 390], past=[[1.0], [2.0], [3.0], [4.0]],
    )  # fmt: skip

    assert {item.metric for item in measured(tally).values()} <= set(PLACE_MEASURES)


def withheld(items: dict[str, Measurement]) -> dict[str, str]:
    kept = withhold(Measurements(items=tuple(items.values())), None, smallest_cell=11).by_id()
    return {name: type(item.result).__name__ for name, item in kept.items()}


@pytest.mark.parametrize(("incidents", "hidden"), [(0, False), (1, True), (10, True), (11, False)])
def test_rates_of_one_to_ten_incidents_are_withheld_and_flags_are_not(incidents: int, hidden: bool) -> None:  # noqa: FBT001  # a parameter of cases
    shown = withheld(
        measured(make_tally([[1], [0], [0]], [[incidents], [50], [60]], residents=[900, 900, 900]))
    )

    for metric in ("incident_rate", "incident_rate_smoothed"):
        assert (shown[f"{metric}/area=a00"] == "Withheld") is hidden
        assert shown[f"{metric}/area=a01"] == "Estimate"
    assert shown["flagged_share/area=a00"] == "Estimate"
    assert shown["never_flagged_areas/everyone"] == "Estimate"
