"""Bounds, tipping points, shares of unknown groups and inferred groups, measured from counts."""

from dataclasses import replace
from typing import Any

import pytest

from auditkit.definitions.records import HiddenOutcomes
from auditkit.measure.choices import Measuring
from auditkit.measure.inferred import inferred
from auditkit.measure.measuring import measure
from auditkit.measure.registry import RATES
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import InferredTally, ZoneCell
from auditkit.results.measurements import Estimate, Family, Measurement, Measurements, NotEstimable, Result
from auditkit.results.tally import DENOMINATORS, PAIRS, UNKNOWN, Cell, GroupTally, Repeats, Tally

Group = tuple[str, ...]
Records = dict[tuple[int | None, int | None], int]
Counts = dict[Group, Records]
FLAGS = Family(metric="selection_rate_ratio", dimension=("race",), compare="reference", level=0.95)


def cells(counts: Counts, *, suppressed: Group | None = None) -> tuple[Cell, ...]:
    return tuple(
        Cell(group=group, decision=decision, outcome=outcome, n=n, suppressed=group == suppressed)
        for group, by in counts.items()
        for (decision, outcome), n in by.items()
    )


def measured(
    counts: Counts, *, dimension: Group = ("race",), reference: Group | None = ("A",), metrics: Group = ("selection_rate",),
    has_outcome: bool = False, tally: dict[str, Any] | None = None, table: dict[str, Any] | None = None, **measuring: Any,
) -> Measurements:  # fmt: skip
    made = GroupTally(dimension=dimension, reference=reference, cells=cells(counts, **(table or {})))
    whole = Tally(dimensions=(made,), has_outcome=has_outcome, refused=(), **(tally or {}))
    choices = Measuring(
        orientation="burden", minimum_n=1, ratio_interval="katz", **{"families": (FLAGS,), **measuring}
    )
    return measure(whole, metrics=metrics, measuring=choices, progress=lambda _words: None)


def result(found: Measurements, name: str) -> Result:
    return found.by_id()[name].result


def bounds(found: Measurements, name: str) -> tuple[float | None, float | None] | None:
    one = result(found, name)
    assert isinstance(one, Estimate), one
    return one.bounds


def flags(**groups: tuple[int, int]) -> Counts:
    """Flagged of so many, by group; `u` is unknown."""
    return {
        (UNKNOWN if name == "u" else name,): {(1, None): x, (0, None): n - x}
        for name, (x, n) in groups.items()
    }


def test_three_groups_have_the_bounds_of_their_farthest_and_nearest_fills() -> None:
    # A 10/20, B 10/20, C 5/20, 5 unknown and all flagged. Range: C stays, A or B gets all: 15/25 - 5/20. Nearest: C gets
    # x with (5 + x)/(20 + x) = 1/2, x = 10, but only 5: 10/25, so .5 - .4.
    found = measured(
        flags(A=(10, 20), B=(10, 20), C=(5, 20), u=(5, 5)), metrics=("selection_rate", "favourable_rate")
    )

    assert bounds(found, "selection_rate_range/race") == pytest.approx((0.1, 0.35))
    # favourable: A 10/20, B 10/20, C 15/20; the unknown are unfavourable. Lowest ratio: A 10/25 : 15/20; nearest: C 15/25
    assert bounds(found, "adverse_impact_ratio/race") == pytest.approx((0.4 / 0.75, 0.5 / 0.6))
    assert bounds(found, "impact_ratio/race=A") == pytest.approx((0.4 / 0.75, 0.5 / 0.6))
    assert bounds(found, "impact_ratio/race=C") == pytest.approx((1.0, 1.0))  # 15/25 is still the highest


def test_everyone_known_leaves_no_bounds() -> None:
    found = measured(flags(A=(10, 20), B=(10, 20)))

    assert {item.result.bounds for item in found.items if isinstance(item.result, Estimate)} == {None}
    assert not any("assuming" in item.id or "group_missing" in item.id for item in found.items)


def test_withheld_counts_of_unknown_people_leave_no_bounds() -> None:
    found = measured(flags(A=(10, 20), B=(10, 20), u=(5, 5)), table={"suppressed": (UNKNOWN,)})

    assert bounds(found, "selection_rate/race=A") is None
    missing = [item.result for item in found.items if item.metric.startswith("group_missing")]
    assert set(missing) == {NotEstimable(reason="NE-SUPP")}


def test_a_ratio_whose_counted_people_are_all_of_unknown_group_cannot_be_bounded() -> None:
    found = measured(flags(A=(0, 20), B=(0, 20), u=(5, 5)))

    assert result(found, "selection_rate_ratio/race=B~race=A") == NotEstimable(reason="NE-GROUP")
    assert result(
        measured(flags(A=(0, 20), B=(0, 20), u=(0, 5))), "selection_rate_ratio/race=B~race=A"
    ) == NotEstimable(reason="NE-BOTHZERO")


def test_a_ratio_to_a_rate_that_may_be_zero_has_no_upper_bound() -> None:
    found = measured(flags(A=(0, 20), B=(5, 20), u=(2, 5)))

    # lowest: A gets 2 flagged of 22 and B the others, 5/23; highest: A stays at 0
    low, high = bounds(found, "selection_rate_ratio/race=B~race=A") or (None, 0.0)
    assert low == pytest.approx(5 / 23 / (2 / 22))
    assert high is None
    certain = measured(flags(A=(0, 20), B=(5, 20), u=(0, 5)))
    assert bounds(certain, "selection_rate_ratio/race=B~race=A") == (None, None)


def test_somebody_whose_sex_is_unknown_belongs_to_their_own_race() -> None:
    found = measured(
        {
            ("A", "F"): {(1, None): 5, (0, None): 5}, ("A", "M"): {(1, None): 5, (0, None): 5},
            ("B", "F"): {(1, None): 5, (0, None): 5}, ("A", UNKNOWN): {(1, None): 10},
        },
        dimension=("race", "sex"), reference=None,
    )  # fmt: skip

    assert bounds(found, "selection_rate/race=A+sex=F") == pytest.approx((0.5, 15 / 20))
    assert bounds(found, "selection_rate/race=B+sex=F") == (0.5, 0.5)


def test_people_of_whom_several_things_are_unknown_are_bounded_together_and_apart() -> None:
    # A 10/20; unknown group 5 flagged; a blank decision in A twice; nothing known of one
    counts = flags(A=(10, 20), B=(10, 20), u=(5, 5))
    counts["A",][None, None] = 2
    counts[UNKNOWN,][None, None] = 1
    found = measured(counts)

    assert bounds(found, "selection_rate/race=A") == pytest.approx((10 / 23, 18 / 28))
    ratio = "selection_rate_ratio/race=B@assuming%3A{}~race=A"
    assert bounds(found, ratio.format("unknown-group")) == pytest.approx((0.5 / (15 / 25), 15 / 25 / 0.5))
    assert bounds(found, ratio.format("missing-outcomes")) == pytest.approx(
        (0.5 / (12 / 22), 0.5 / (10 / 22))
    )
    low, high = bounds(found, ratio.format("all-unknown")) or (None, None)
    assert low == pytest.approx(10 / 21 / (17 / 27))  # the one to B, not flagged; the others flagged, to A
    # highest: the unknown to B, 15/25; blank decisions of A not flagged, 10/22; the one flagged, to B, or not, to A
    assert high == pytest.approx(max((16 / 26) / (10 / 22), (15 / 25) / (10 / 23)))


def test_chance_is_added_at_the_worst_case() -> None:
    # methods G31; by Katz at 65/125 : 20/125, se = sqrt(1/65 - 1/125 + 1/20 - 1/125) = .2223
    found = measured(flags(A=(20, 100), B=(40, 100), u=(25, 50)))
    ratio = result(found, "selection_rate_ratio/race=B~race=A")

    assert isinstance(ratio, Estimate)
    assert ratio.bounds_interval is not None
    assert ratio.bounds_interval[1] == pytest.approx(3.25 * 2.71828183 ** (1.959964 * 0.22225), rel=1e-3)


def repeats(group: Group, people: int, moments: dict[int, float]) -> Repeats:
    """Everyone stands in two rows of the same kind: squares add up to twice the 100 rows, cubes to 400, fourth powers to 800."""
    table = tuple(
        tuple(moments.get(i, 0.0) if i == j else 0.0 for j in range(len(PAIRS))) for i in range(len(PAIRS))
    )
    return Repeats(
        group=group,
        people=(people,) * len(DENOMINATORS),
        moments=table,
        powers=((400.0, 800.0),) * len(DENOMINATORS),
    )


@pytest.mark.parametrize("people", [50, 10])
def test_where_people_repeat_bounds_stay_and_chance_is_wider_or_unknown(people: int) -> None:
    counts = flags(A=(40, 100), B=(40, 100), u=(10, 20))
    flag, other = PAIRS.index((1, None)), PAIRS.index((0, None))
    made = GroupTally(
        dimension=("race",), reference=("A",), cells=cells(counts),
        repeats=tuple(repeats((name,), people, {flag: 80.0, other: 120.0}) for name in ("A", "B")),
    )  # fmt: skip
    whole = Tally(dimensions=(made,), has_outcome=False, refused=())
    measuring = Measuring(orientation="burden", families=(FLAGS,), minimum_n=1, ratio_interval="katz")
    found = measure(whole, metrics=("selection_rate",), measuring=measuring, progress=lambda _words: None)
    plain, one = result(measured(counts), "selection_rate/race=A"), result(found, "selection_rate/race=A")

    assert isinstance(one, Estimate)
    assert isinstance(plain, Estimate)
    assert one.bounds == plain.bounds == pytest.approx((40 / 110, 50 / 110))
    if people == 10:  # fewer than 20 people give no range
        assert one.bounds_interval is None
        assert isinstance(result(found, "selection_rate_ratio/race=B~race=A"), Estimate)
    else:
        assert one.bounds_interval is not None
        assert plain.bounds_interval is not None
        assert one.bounds_interval[1] > plain.bounds_interval[1]  # type: ignore[operator]  # the test builds one that is given


def sampled(metric: str, counts: Records, **measuring: Any) -> Measurements:
    """An audit sample of 20 drawn of 40 unflagged people in A and B, and some people of unknown group."""
    known: Records = {(1, 1): 20, (1, 0): 20, (0, 1): 5, (0, 0): 15, (0, None): 20}
    groups: Counts = {("A",): dict(known), ("B",): dict(known), (UNKNOWN,): counts}
    return measured(groups, metrics=(metric,), has_outcome=True, tally={"sampled": True}, **measuring)


def test_an_audit_sample_has_bounds_of_every_placing() -> None:
    unknown: Records = {(1, 1): 4, (1, 0): 4, (0, 1): 1, (0, 0): 3, (0, None): 6}

    # Each of the 20 drawn stands for 2. Lowest FPR of A: 3 more without the outcome of 23 drawn, all 6 of the rest:
    # 20 / (20 + 18 x 49/23); highest: 4 more wrongly flagged, and one more drawn with the outcome: 24 / (24 + 15 x 41/21).
    found = sampled("false_positive_rate", unknown)
    low, high = 20 / (20 + 18 * 49 / 23), 24 / (24 + 15 * 41 / 21)
    assert bounds(found, "false_positive_rate/race=A") == pytest.approx((low, high))
    assert bounds(found, "false_positive_rate_difference/race=B~race=A") == pytest.approx(
        (low - high, high - low)
    )
    assert bounds(found, "false_positive_rate_ratio/race=B~race=A") == pytest.approx((low / high, high / low))
    ratio = result(found, "false_positive_rate_ratio/race=B~race=A")
    assert isinstance(ratio, Estimate)
    assert ratio.bounds_interval is not None
    assert (ratio.bounds_interval[0] or 0) < low / high < high / low < (ratio.bounds_interval[1] or 0)
    assert bounds(found, "false_positive_rate_range/race") == pytest.approx((0, high - low))
    # 1 - NPV: 5 of 20; highest with the one more; lowest with the three without the outcome
    npv = sampled("negative_predictive_value", unknown)
    assert bounds(npv, "negative_predictive_value/race=A") == pytest.approx((15 / 21, 18 / 23))
    ppv = sampled("positive_predictive_value", unknown | {(1, None): 1})
    assert bounds(ppv, "positive_predictive_value/race=A") == pytest.approx((20 / 45, 25 / 45))
    assert found.tipping == ()


def test_an_audit_sample_is_bounded_by_each_assumption_that_the_policy_asks_about() -> None:
    limit = Family(metric="false_positive_rate_ratio", dimension=("race",), compare="reference", level=0.95)
    unknown: Records = {
        (1, 0): 4, (1, None): 2, (None, 0): 1, (None, None): 1
    }  # fmt: skip
    found = sampled("false_positive_rate", unknown, families=(limit,))
    name = "false_positive_rate_ratio/race=B@assuming%3A{}~race=A"

    assert name.format("missing-outcomes") not in found.by_id()  # all of them are of unknown group
    # 4 more wrongly flagged in either group: 20 of 20 + 30 against 24 of 24 + 30
    assert bounds(found, name.format("unknown-group")) == pytest.approx((0.4 / (24 / 54), 24 / 54 / 0.4))
    low, high = bounds(found, name.format("all-unknown")) or (None, None)
    assert low is not None
    assert high is not None
    # 8 more wrongly flagged at most; the two whose decision is unknown are counted in both groups
    assert high == pytest.approx(28 / 58 / (20 / (20 + 16 * 42 / 21)))
    assert low == pytest.approx(1 / high)


def test_a_census_of_unflagged_people_and_withheld_counts_are_told_from_a_sample() -> None:
    full: Records = {(1, 1): 20, (1, 0): 20, (0, 1): 5, (0, 0): 15}
    counts: Counts = {("A",): dict(full), ("B",): dict(full), (UNKNOWN,): {(1, 0): 5}}
    options: dict[str, Any] = {
        "metrics": ("false_positive_rate",),
        "has_outcome": True,
        "tally": {"sampled": True},
    }
    found = measured(counts, **options)

    assert bounds(found, "false_positive_rate/race=A") == pytest.approx((20 / 35, 25 / 40))
    assert bounds(found, "false_positive_rate_excess/race=B~race=A") is None
    assert (
        bounds(measured(counts, table={"suppressed": (UNKNOWN,)}, **options), "false_positive_rate/race=A")
        is None
    )
    share = sampled("false_positive_share", {(1, 0): 5})
    assert result(share, "false_positive_share/race=A") == NotEstimable(reason="NE-SELECT")
    blank: Counts = {("A",): full | {(1, None): 5}, ("B",): dict(full)}
    own = measured(blank, **options)  # five flagged people of A of unknown outcome
    assert bounds(own, "false_positive_rate/race=A") == pytest.approx((20 / 35, 25 / 40))


WHITE_AND_BLACK: Counts = {  # methods G1
    ("white",): {(0, 0): 1139, (1, 0): 349, (0, 1): 461, (1, 1): 505},
    ("Black",): {(0, 0): 990, (1, 0): 805, (0, 1): 532, (1, 1): 1369},
}
ERRORS = ("false_positive_rate", "false_negative_rate", "positive_predictive_value")


def test_tipping_points_reach_limits_of_ratios_and_differences() -> None:
    marks = {
        ("false_positive_rate_ratio", ("race",)): (1.25,), ("false_positive_rate_difference", ("race",)): (0.1,),
    }  # fmt: skip
    found = measured(
        WHITE_AND_BLACK, reference=("white",), metrics=ERRORS, has_outcome=True, families=(), marks=marks
    ).tipping
    reached = {(one.measurement.split("/")[0], one.hidden_in[0][1], one.reaches): one.hidden for one in found}

    # 349 / (1488 - K) >= .448468 / 1.25, and >= .448468 - .1: K = 515.2 and 486.4
    assert reached["false_positive_rate_ratio", "white", 1.25] == 516
    assert reached["false_positive_rate_difference", "white", 0.1] == 487
    assert (
        reached["false_positive_rate_difference", "Black", 0.0]
        == reached["false_positive_rate_ratio", "Black", 1.0]
    )
    undecided = {one.hidden_in[0][1]: one.undecided for one in found if one.reaches == 1.25}
    assert 0 < (undecided["white"] or 0) < 516


def test_a_ratio_of_zero_is_reached_by_hidden_outcomes_of_the_first_group_alone() -> None:
    marks = {("false_positive_rate_ratio", ("race",)): (0.0,)}
    found = measured(
        WHITE_AND_BLACK, reference=("white",), metrics=ERRORS, has_outcome=True, families=(), marks=marks
    ).tipping

    zero = {one.hidden_in[0][1]: one.hidden for one in found if one.reaches == 0}
    assert zero == {"Black": 805, "white": None}  # every wrongly flagged Black person had the outcome


def test_groups_without_a_rate_have_no_tipping_point() -> None:
    counts = dict(WHITE_AND_BLACK)
    counts["Asian",] = {
        (0, 0): 21,
        (0, 1): 3,
    }  # nobody flagged: no predictive value, and a false positive rate of 0
    found = measured(counts, reference=("white",), metrics=ERRORS, has_outcome=True, families=()).tipping

    about = {(one.measurement.split("_ratio")[0]) for one in found if "Asian" in one.measurement}
    assert about == {"false_negative_rate"}


def test_hidden_outcomes_bound_ranges_too_and_parts_of_an_intersection_may_have_their_own_share() -> None:
    hidden = HiddenOutcomes(share=(0.0, 0.0), groups={"race": {"white": (0.0, 0.05)}}, source="a survey")
    family = Family(metric="false_positive_rate_range", dimension=("race",), compare="each", level=0.95)
    found = measured(
        WHITE_AND_BLACK,
        reference=("white",),
        metrics=ERRORS,
        has_outcome=True,
        families=(family,),
        hidden=hidden,
    )

    # methods G29 at .05: white .1656 to .2557; Black 805/1795
    assert bounds(found, "false_positive_rate_range/race@assuming%3Ahidden-outcomes") == pytest.approx(
        (805 / 1795 - 0.2557, 805 / 1795 - 0.1656), abs=1e-4
    )


def test_the_group_is_unknown_more_often_for_some_and_the_gap_has_a_range() -> None:
    counts: Counts = {
        ("A",): {(1, 1): 30, (0, 0): 60, (1, 0): 10}, (UNKNOWN,): {(1, 1): 10, (0, 0): 20, (None, 1): 5},
    }  # fmt: skip
    found = measured(counts, has_outcome=True, reference=None)
    side = "group_missing_rate_difference/race=not%20known+{0}={1}~race=not%20known+{0}=not%20{1}"

    gap = result(found, side.format("decision", "flagged"))
    assert isinstance(gap, Estimate)
    assert gap.value == pytest.approx(10 / 50 - 20 / 80)
    assert gap.interval is not None
    with_outcome = result(found, side.format("outcome", "recorded"))
    assert isinstance(with_outcome, Estimate)
    assert with_outcome.value == pytest.approx(15 / 45 - 20 / 90)


ZONES = (
    ZoneCell(zone=0, decision=1, outcome=None, n=460, mass=(368.0, 92.0)),
    ZoneCell(zone=0, decision=0, outcome=None, n=540, mass=(432.0, 108.0)),
    ZoneCell(zone=1, decision=1, outcome=None, n=230, mass=(69.0, 161.0)),
    ZoneCell(zone=1, decision=0, outcome=None, n=770, mass=(231.0, 539.0)),
    ZoneCell(zone=1, decision=None, outcome=None, n=9, mass=(3.0, 6.0)),
)  # methods G32, and some people without a decision


def inferred_rates(
    zones: tuple[ZoneCell, ...], metric: str = "selection_rate", **changes: Any
) -> dict[str, Measurement]:
    table = InferredTally(dimension=("race",), reference=None, groups=("A", "B"), cells=zones)
    whole = replace(Tally(dimensions=(), has_outcome=True, refused=()), **changes)
    measuring = Measuring(orientation="burden", families=(), minimum_n=10, ratio_interval="katz")
    return {item.id: item for item in inferred(table, [RATES[metric]], whole, measuring)}


def test_a_weighted_rate_carries_bounds_and_no_interval() -> None:
    found = inferred_rates(ZONES)["selection_rate_difference/race=A~race=B"].result

    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.1162, abs=5e-5)
    assert (found.interval, found.interval_90) == (None, None)
    assert found.bounds == pytest.approx((260 / 1100 - 430 / 900, 690 / 1100))
    low, high = found.bounds_interval or (None, None)
    assert low is not None
    assert high is not None
    assert low < 260 / 1100 - 430 / 900 < 690 / 1100 < high


def of_zone(flagged: int, rest: int, a: float) -> tuple[ZoneCell, ...]:
    return tuple(
        ZoneCell(zone=0, decision=decision, outcome=1, n=n, mass=(n * a, n * (1 - a)))
        for decision, n in ((1, flagged), (0, rest))
    )


@pytest.mark.parametrize(
    ("zones", "metric", "changes", "reason"),
    [
        (of_zone(0, 100, 0.5), "selection_rate", {}, "NE-BOTHZERO"),
        (of_zone(50, 50, 0.05), "selection_rate", {}, "NE-SMALL"),  # 5 of A, where at least 10 are asked for
        (of_zone(50, 50, 0.0), "selection_rate", {}, "NE-DENOM"),
        (of_zone(50, 50, 0.5), "false_positive_rate", {}, "NE-DENOM"),  # everyone had the outcome
        (of_zone(50, 50, 0.5), "false_negative_rate", {"sampled": True}, "NE-SELECT"),
        ((), "selection_rate", {}, "NE-DENOM"),
        (of_zone(50, 50, 0.5), "selection_rate", {"refused": (Refusal(measures=("selection_rate",), reason="NE-DATA", check="c"),)}, "NE-DATA"),
        (of_zone(50, 50, 0.5), "selection_rate", {}, "NE-GROUP"),  # either rate can be 0, and either 1
    ],
)  # fmt: skip
def test_an_inferred_ratio_says_why_it_has_no_value(
    zones: tuple[ZoneCell, ...], metric: str, changes: dict[str, Any], reason: str
) -> None:
    found = inferred_rates(zones, metric, **changes)[f"{metric}_ratio/race=A~race=B"].result

    assert found == NotEstimable(reason=reason)


def test_a_ratio_to_an_inferred_rate_of_zero_has_bounds_alone() -> None:
    zones = (
        ZoneCell(zone=0, decision=1, outcome=None, n=50, mass=(50.0, 0.0)),
        ZoneCell(zone=1, decision=0, outcome=None, n=50, mass=(0.0, 50.0)),
    )
    found = inferred_rates(zones)["selection_rate_ratio/race=A~race=B"].result

    assert isinstance(found, Estimate)
    assert (found.value, found.bounds, found.bounds_interval) == (None, (None, None), (None, None))
