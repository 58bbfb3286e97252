"""Scales, displacement and the trade-off from counts made in the test; what is withheld and what is judged of them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.frontier import Frontier
from auditkit.judge.alternative_areas import alternative_areas
from auditkit.judge.place_disclosure import at_other_scales, withhold_places
from auditkit.judge.protection import Protection
from auditkit.judge.publication import published
from auditkit.measure.place_displacement import displacement
from auditkit.measure.place_frontier import frontier
from auditkit.measure.place_scales import at_other_scales as measure_scales
from auditkit.measure.place_scales import redrawn, scales
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.displacement import DisplacementTally, RoleCounts
from auditkit.results.measurements import (
    Estimate,
    Measurement,
    Measurements,
    NotEstimable,
    Withheld,
)
from auditkit.results.places import PastCounts, PlaceTally, Unmatched

SIDE = 10
Rows = NDArray[np.float64]


def city(
    *,
    side: int = SIDE,
    flags: Rows | None = None,
    outcomes: Rows | None = None,
    scores: Rows | None = None,
    residents: Rows | None = None,
    black: Rows | None = None,
    past: Rows | None = None,
) -> PlaceTally:
    """A square grid of areas; row i, column j; every area has 100 residents unless said otherwise."""
    n = side * side
    near = tuple(
        tuple(b for b in range(n) if abs(a // side - b // side) + abs(a % side - b % side) == 1)
        for a in range(n)
    )
    rng = np.random.default_rng(7)
    people = np.full(n, 100.0) if residents is None else residents
    some = np.round(people * (0.1 + 0.8 * np.arange(n) / n)) if black is None else black
    counts = (
        rng.poisson(3 + 10 * np.arange(n)[:, None] / n, (n, 8)).astype(float)
        if outcomes is None
        else outcomes
    )
    flagged = np.zeros(counts.shape) if flags is None else flags
    if flags is None:
        flagged[-20:] = 1
    names = tuple(f"a{i:03}" for i in range(n))
    groups = tuple(
        ResidentGroup(dimension="race", group=name, residents=values, reference=name == "White")
        for name, values in (("Black", some), ("White", people - some))
    )
    blocks = np.array([(i // side // 2) * (side // 2) + i % side // 2 for i in range(n)])
    areas = Areas(
        ids=names, names=names, residents=people, groups=groups, size_km2=None,
        centroids=np.array([(i % side, i // side) for i in range(n)], dtype=float), neighbours=near,
        contiguity="rook", blocks=blocks, blocks_from="made", denominators=(), boundaries=None,
    )  # fmt: skip
    history = None
    if past is not None:
        history = PastCounts(
            periods=tuple(f"2017-{month:02}-01" for month in range(1, past.shape[1] + 1)),
            total=past, reported=None, discovered=None,
        )  # fmt: skip
    return PlaceTally(
        areas=areas, periods=tuple(f"2019-{month:02}-01" for month in range(1, counts.shape[1] + 1)), flags=flagged,
        outcomes=counts, past=history, unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()),
        baseline_periods=12, refused=(), scores=scores,
    )  # fmt: skip


def at_scales(tally: PlaceTally) -> dict[str, Measurement]:
    items = tuple(measure_scales(tally, families={}, rng=np.random.default_rng(1)))
    return Measurements(items=items).by_id()


def estimate(item: Measurement) -> Estimate:
    assert isinstance(item.result, Estimate), item.id
    return item.result


# Scales


def test_merged_areas_carry_sums_and_keep_the_total() -> None:
    tally = city()
    for scale in scales(tally.areas):
        merged = redrawn(tally, scale.labels, flags=np.zeros((int(scale.labels.max()) + 1, 8)))
        assert merged.outcomes is not None
        assert tally.outcomes is not None
        assert merged.outcomes.sum() == tally.outcomes.sum()
        assert merged.areas.residents is not None
        assert merged.areas.residents.sum() == 100 * SIDE**2
        assert merged.areas.size_km2 is not None
        assert merged.areas.size_km2.sum() == SIDE**2  # in areas, as no sizes were given
        assert len(np.unique(merged.areas.blocks)) == 25  # as many as before
    assert [len(set(scale.labels.tolist())) for scale in scales(tally.areas)] == [50, 25, 50]


def test_every_headline_is_measured_again_with_ranges_of_the_same_kind() -> None:
    found = at_scales(city())

    for scale in ("areas-in-pairs", "areas-in-fours", "shifted-origin"):
        for name in (
            "hit_rate/rule=tool@{}", "hit_rate_difference/rule=tool@{}~rule=previous%20period",
            "exposure_ratio/race=Black@{}~race=White", "exposure_per_1000_residents_ratio/race=Black@{}~race=White",
        ):  # fmt: skip
            item = estimate(found[name.format(f"assuming%3A{scale}")])
            assert item.interval is not None
            assert item.reason is None
    assert at_other_scales(Measurements(items=tuple(found.values())))
    assert not at_other_scales(Measurements(items=()))


def test_as_large_a_share_is_flagged_by_mean_scores_where_there_are_some() -> None:
    # 20 of 100 areas are flagged; scores rise along the grid but for one pair that the flags alone would rank first
    scores = np.repeat(np.arange(100.0)[:, None], 8, axis=1)
    scores[3, 0] = np.nan
    by_scores = at_scales(city(scores=scores))["flagged_area_share/rule=tool@assuming%3Aareas-in-pairs"]
    assert estimate(by_scores).value == pytest.approx(0.2)

    low = city(scores=-scores)
    high = city(scores=scores)
    hits = [
        estimate(at_scales(one)["hit_rate/rule=tool@assuming%3Aareas-in-fours"]).value for one in (low, high)
    ]
    # more incidents lie where scores are high, whatever was flagged
    assert hits[0] is not None
    assert hits[1] is not None
    assert hits[0] < 0.2 < hits[1]


def test_counts_of_flags_are_added_up_for_exposure() -> None:
    flags = np.full((100, 1), 2.0)
    flags[:50] = 0
    found = at_scales(city(flags=flags, outcomes=np.ones((100, 1))))

    # every area with flags has 2 of them; a merged one has 2 for each of its areas, and 100 residents each
    white = estimate(found["exposure_per_1000_residents/race=White@assuming%3Aareas-in-pairs"])
    black = estimate(found["exposure_per_1000_residents/race=Black@assuming%3Aareas-in-pairs"])
    assert white.value is not None
    assert black.value is not None
    # rows of ten: the cut between row 4 and row 5 falls between pairs or inside them, never changing the total
    assert 0 < white.value < black.value < 20


def test_areas_whose_residents_are_unknown_stay_alone() -> None:
    residents = np.full(100, 100.0)
    residents[[5, 44]] = np.nan

    for scale in scales(city(residents=residents).areas):
        for alone in (5, 44):
            assert (scale.labels == scale.labels[alone]).sum() == 1


def test_without_neighbours_there_is_only_one_scale() -> None:
    tally = city()
    apart = replace(tally.areas, contiguity="none", neighbours=((),) * 100)

    assert scales(apart) == ()
    assert scales(replace(tally.areas, centroids=None)) == ()
    assert scales(replace(tally.areas, neighbours=((),) * 100)) == ()


def test_declared_blocks_and_sizes_pass_to_most_of_their_areas() -> None:
    tally = city(side=4)
    areas = replace(
        tally.areas, blocks=np.repeat(np.arange(2), 8), blocks_from="declared", size_km2=np.full(16, 0.5),
        denominators=(("calls", np.arange(16.0)),),
    )  # fmt: skip
    (pairs, *_) = scales(areas)
    merged = redrawn(replace(tally, areas=areas), pairs.labels, flags=np.zeros((8, 8))).areas

    assert sorted(merged.blocks.tolist()) == [0] * 4 + [1] * 4
    assert merged.size_km2 is not None
    assert merged.size_km2.tolist() == [1.0] * 8
    assert merged.denominators[0][1].sum() == 120


# Displacement


def roles(**counts: tuple[list[float], list[float]]) -> PlaceTally:
    found = tuple(
        RoleCounts(
            role=role, areas=1, before=np.array(before, dtype=float), after=np.array(after, dtype=float),
            area_totals=np.array([sum(before) + sum(after)], dtype=float),
        )
        for role, (before, after) in counts.items()
    )  # fmt: skip
    return replace(city(side=2), displacement=DisplacementTally(roles=found, before=("1",), after=("2",)))


def moved(tally: PlaceTally) -> dict[str, Measurement]:
    return Measurements(items=tuple(displacement(tally))).by_id()


def test_displacement_is_measured_only_where_it_is_asked_for() -> None:
    assert moved(city(side=2)) == {}


def test_counts_that_vary_more_than_by_chance_widen_every_range() -> None:
    # each series has mean 20 and squares (10^2 + 10^2) / 20 = 10 on one degree of freedom
    wild = [10.0, 30.0]
    found = moved(roles(treated=(wild, [5.0, 15.0]), buffer=(wild, wild), control=(wild, wild)))

    # the treated areas after: mean 10, (5^2 + 5^2) / 10 = 5; so (5 x 10 + 5) / 6
    dispersion = estimate(found["displacement_dispersion/everyone"]).value
    assert dispersion == pytest.approx(55 / 6)
    plain = estimate(found["displacement_wdd/role=treated~role=control"])
    wide = estimate(found["displacement_wdd/role=treated@assuming%3Aoverdispersed-counts~role=control"])
    assert plain.value == wide.value == -20
    assert plain.interval is not None
    assert wide.interval is not None
    assert None not in plain.interval
    reach = [float(one[1] or 0) - float(one[0] or 0) for one in (plain.interval, wide.interval)]
    assert reach[1] / reach[0] == pytest.approx((55 / 6) ** 0.5)
    assert "displacement_wdq/role=buffer@assuming%3Aoverdispersed-counts~role=control" in found


def test_no_quotient_without_a_gain_or_without_incidents_to_compare_with() -> None:
    same = ([50.0], [50.0])
    no_gain = moved(roles(treated=([100.0], [110.0]), buffer=same, control=([500.0], [480.0])))
    nothing = moved(roles(treated=([100.0], [70.0]), buffer=same, control=([0.0], [5.0])))

    assert no_gain["displacement_wdq/role=buffer~role=control"].result == NotEstimable(reason="NE-GAIN")
    assert nothing["displacement_wdq/role=buffer~role=control"].result == NotEstimable(reason="NE-DENOM")


def test_empty_or_weighted_counts_give_no_number_that_they_cannot_carry() -> None:
    zero = ([0.0], [0.0])
    found = moved(roles(treated=zero, control=zero))
    weighted = moved(roles(treated=([1.5], [2.5])))

    assert found["displacement_wdd/role=treated~role=control"].result == NotEstimable(reason="NE-DENOM")
    assert weighted["displacement_e_test/role=treated"].result == NotEstimable(reason="NE-MODEL")


@pytest.mark.parametrize("small", ["treated", "buffer", "control", "buffer_control"])
def test_everything_that_rests_on_a_small_count_is_withheld(small: str) -> None:
    counts = {
        role: ([40.0, 45.0], [30.0, 35.0]) for role in ("treated", "buffer", "control", "buffer_control")
    }
    counts[small] = ([40.0, 45.0], [3.0, 4.0])
    tally = roles(**counts)
    items = Measurements(items=tuple(displacement(tally)))

    after = withhold_places(items, tally, smallest_cell=11).by_id()
    hidden = {name for name, item in after.items() if isinstance(item.result, Withheld)}

    assert {
        f"displacement_incidents/role={small}@before",
        f"displacement_incidents/role={small}@after",
    } <= hidden
    assert f"displacement_e_test/role={small}" in hidden
    assert "displacement_dispersion/everyone" in hidden
    assert "displacement_wdd/role=treated%20and%20buffer~role=control" in hidden
    assert ("displacement_wdd/role=treated~role=control" in hidden) == (small in {"treated", "control"})
    assert ("displacement_wdd/role=buffer~role=buffer_control" in hidden) == (small.startswith("buffer"))
    assert ("displacement_wdq/role=buffer~role=control" in hidden) == (small != "buffer_control")
    others = {"treated", "buffer", "control", "buffer_control"} - {small}
    assert not {f"displacement_incidents/role={role}@before" for role in others} & hidden


def test_a_role_with_one_small_area_is_withheld_because_the_others_are_shown() -> None:
    tally = roles(treated=([40.0], [30.0]), control=([40.0], [45.0]))
    assert tally.displacement is not None
    one, other = tally.displacement.roles
    one = replace(one, area_totals=np.array([66.0, 4.0]))
    tally = replace(tally, displacement=replace(tally.displacement, roles=(one, other)))

    after = withhold_places(Measurements(items=tuple(displacement(tally))), tally, smallest_cell=11).by_id()

    assert isinstance(after["displacement_incidents/role=treated@before"].result, Withheld)
    assert isinstance(after["displacement_incidents/role=control@before"].result, Estimate)


def test_roles_that_leave_few_for_other_periods_or_areas_are_withheld() -> None:
    tally = roles(treated=([40.0], [30.0]), control=([40.0], [45.0]))
    assert tally.displacement is not None
    one, other = tally.displacement.roles
    elsewhere = replace(one, area_totals=np.array([76.0]))  # six in periods that are not compared

    def withheld_roles(tally: PlaceTally) -> set[str]:
        after = withhold_places(Measurements(items=tuple(displacement(tally))), tally, smallest_cell=11)
        return {
            item.group[0][1]
            for item in after.items
            if item.metric == "displacement_incidents" and isinstance(item.result, Withheld)
        }

    assert withheld_roles(tally) == set()
    assert withheld_roles(
        replace(tally, displacement=replace(tally.displacement, roles=(elsewhere, other)))
    ) == {"treated"}
    # 155 are counted by role; four more would lie in areas without a role
    assert withheld_roles(replace(tally, outcomes=np.array([[159.0]]))) == {"treated", "control"}
    assert withheld_roles(replace(tally, outcomes=None)) == set()


# The trade-off


def traded(tally: PlaceTally, **keys: object) -> dict[str, Measurement]:
    asked = Frontier.model_validate({"group": {"race": "Black"}, **keys})
    return Measurements(items=tuple(frontier(tally, asked))).by_id()


def test_areas_are_chosen_on_earlier_periods_and_judged_on_later_ones() -> None:
    # first half: all incidents in areas 0 to 19; second half: all in 80 to 99, where the tool flags
    outcomes = np.zeros((100, 4))
    outcomes[:20, :2] = 5
    outcomes[80:, 2:] = 5
    found = traded(
        city(flags=np.repeat(np.arange(100)[:, None] >= 80, 4, axis=1).astype(float), outcomes=outcomes)
    )

    assert estimate(found["frontier_hit_rate/choice=tool"]).value == 1
    assert estimate(found["frontier_hit_rate/choice=no%20cap"]).value == 0
    assert estimate(found["frontier_periods/everyone"]).numerator == 2
    assert estimate(found["frontier_areas/everyone"]).numerator == 20


def test_stricter_caps_find_less_and_fall_less_on_the_group() -> None:
    found = traded(city())
    caps = [name for name in found if name.startswith("frontier_hit_rate/choice=cap")]
    hits = [estimate(found[name]).value for name in caps]
    shares = [estimate(found[name.replace("hit_rate", "group_share")]).value for name in caps]

    assert len(caps) == 6
    assert shares == sorted(shares, key=lambda share: -(share or 0))
    assert hits[-1] is not None
    assert hits[0] is not None
    assert hits[-1] < hits[0]
    for name in caps:
        cap = float(name.partition("cap%20")[2])
        share = estimate(found[name.replace("hit_rate", "group_share")]).value
        assert share is not None
        assert share <= cap + 1e-9
    beside = estimate(found["frontier_group_share_difference/choice=no%20cap~choice=tool"])
    assert beside.interval_family is not None


def test_areas_where_nobody_knows_who_lives_there_are_left_out() -> None:
    residents = np.full(100, 100.0)
    residents[99] = np.nan
    found = traded(city(residents=residents))

    assert estimate(found["frontier_areas/everyone"]).denominator == 99
    assert estimate(found["frontier_areas/everyone"]).numerator == 19


def test_shares_of_stops_stand_in_for_shares_of_residents() -> None:
    tally = city()
    stops = (("all", np.full(100, 50.0)), ("Black", np.full(100, 20.0)))
    found = traded(replace(tally, areas=replace(tally.areas, stops=stops)), share_of="stops", caps=[0.4, 0.3])

    assert estimate(found["frontier_group_share/choice=cap%200.4"]).value == pytest.approx(0.4)
    assert found["frontier_group_share/choice=cap%200.3"].result == NotEstimable(reason="NE-CAP")


def test_one_period_without_history_leaves_nothing_to_judge_on() -> None:
    once = city(flags=np.ones((100, 1)), outcomes=np.ones((100, 1)))

    assert traded(once)["frontier_hit_rate/choice=tool"].result == NotEstimable(reason="NE-HALVES")
    earlier = city(flags=np.ones((100, 1)), outcomes=np.ones((100, 1)), past=np.ones((100, 3)))
    assert estimate(traded(earlier)["frontier_periods/everyone"]).denominator == 4


def test_nothing_flagged_or_nothing_asked_gives_no_trade_off() -> None:
    none = city(flags=np.zeros((100, 8)))

    assert traded(none)["frontier_hit_rate/choice=tool"].result == NotEstimable(reason="NE-DENOM")
    assert list(frontier(none, None)) == []


def test_a_search_that_is_given_up_has_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def given_up(*_arguments: object, **_keys: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("auditkit.measure.place_frontier.best_choice", given_up)

    assert traded(city())["frontier_hit_rate/choice=no%20cap"].result == NotEstimable(reason="NE-MODEL")


def test_a_tool_that_flags_more_in_some_periods_is_compared_all_the_same() -> None:
    flags = np.zeros((100, 8))
    flags[-20:] = 1
    flags[0, -1] = 1  # 21 in the last period, and areas that nobody lives in
    residents = np.full(100, 100.0)
    residents[:80] = 0
    found = traded(city(flags=flags, residents=residents), caps=[0.9])

    assert estimate(found["frontier_hit_rate_difference/choice=cap%200.9~choice=tool"]).value is not None


def test_choices_on_whom_nothing_falls_have_no_share() -> None:
    # the tool flags ten areas without residents; ninety others have some
    flags = np.zeros((100, 8))
    flags[:10] = 1
    residents = np.zeros(100)
    residents[10:] = 100
    found = traded(city(flags=flags, residents=residents))
    gap = "frontier_group_share_difference/choice=no%20cap~choice=tool"

    assert estimate(found["frontier_hit_rate/choice=tool"]).value is not None
    assert found["frontier_group_share/choice=tool"].result == NotEstimable(reason="NE-DENOM")
    assert found[gap].result == NotEstimable(reason="NE-DENOM")
    assert len([name for name in found if name.startswith("frontier_hit_rate/choice=cap")]) == 6


def test_a_city_without_residents_has_no_trade_off_and_an_empty_best_choice_no_caps() -> None:
    nobody = np.zeros(100)
    assert traded(city(residents=nobody))["frontier_hit_rate/choice=tool"].result == NotEstimable(
        reason="NE-DENOM"
    )

    # everything happens where nobody lives
    outcomes = np.zeros((100, 8))
    outcomes[-20:] = 9
    few = np.full(100, 100.0)
    few[-20:] = 0
    found = traded(city(outcomes=outcomes, residents=few))
    assert not [name for name in found if "choice=cap" in name]
    assert found["frontier_group_share/choice=no%20cap"].result == NotEstimable(reason="NE-DENOM")


# What is withheld of hits measured several times


def hit(
    name: str, hits: int, total: int = 1000, *, metric: str = "hit_rate", stratum: str | None = None
) -> Measurement:
    dimension = "choice" if metric.startswith("frontier") else "rule"
    return Measurement(
        metric=metric, dimension=(dimension,), group=((dimension, name),), against=None, stratum=stratum,
        result=Estimate(
            value=hits / total, interval=None, interval_90=None, interval_family=None, method="blocks", numerator=hits,
            denominator=total,
        ),
    )  # fmt: skip


def against(item: Measurement, other: str, metric: str) -> Measurement:
    (dimension,) = item.dimension
    bare = replace(estimate(item), numerator=None, denominator=None)
    return replace(item, metric=metric, against=((dimension, other),), result=bare)


PAIRS, FOURS = "assuming:areas-in-pairs", "assuming:areas-in-fours"


def hidden(*items: Measurement) -> set[str]:
    after = withhold_places(Measurements(items=items), city(side=2), smallest_cell=11).by_id()
    return {name for name, item in after.items() if isinstance(item.result, Withheld)}


def test_hits_that_differ_by_few_between_scales_would_show_what_one_area_holds() -> None:
    drawn, pairs, fours = hit("tool", 300), hit("tool", 304, stratum=PAIRS), hit("tool", 330, stratum=FOURS)
    index = replace(pairs, metric="predictive_accuracy_index")

    assert hidden(drawn, pairs, fours, index) == {pairs.id, index.id}
    assert hidden(drawn, replace(pairs, result=estimate(drawn))) == set()


def test_comparisons_with_hidden_hits_are_hidden() -> None:
    drawn, pairs = hit("tool", 300), hit("tool", 304, stratum=PAIRS)
    other = hit("residents", 200, stratum=PAIRS)
    gap = against(pairs, "residents", "hit_rate_difference")

    assert hidden(drawn, pairs, other, gap) == {pairs.id, gap.id}


def test_an_index_over_hidden_best_hits_would_show_them() -> None:
    best = replace(hit("best possible", 995), result=Withheld())
    tool = replace(hit("tool", 500), metric="prediction_efficiency_index")

    assert hidden(best, tool) == {best.id, tool.id}


def test_the_trade_off_is_held_against_the_hits_as_drawn() -> None:
    drawn = hit("tool", 300)
    near, far = (hit("tool", n, metric="frontier_hit_rate") for n in (306, 150))
    fewer = hit("tool", 150, 995, metric="frontier_hit_rate")
    gap = against(near, "residents", "frontier_hit_rate_difference")

    assert hidden(drawn, near, gap) == {near.id, gap.id}
    assert hidden(drawn, far) == set()
    assert hidden(drawn, fewer) == {fewer.id}  # five incidents lie where nobody knows who lives
    free = hit("no cap", 400, 995, metric="frontier_hit_rate")
    assert hidden(drawn, free) == {free.id}  # and the whole would show them, whatever was chosen


def test_a_share_of_few_is_hidden_with_what_compares_it() -> None:
    few = hit("cap 0.1", 4, metric="frontier_group_share")
    gap = against(few, "tool", "frontier_group_share_difference")

    assert hidden(few, gap) == {few.id, gap.id}


def test_nothing_is_withheld_where_withholding_is_off_or_the_tool_is_another() -> None:
    items = Measurements(items=(hit("tool", 3),))

    assert withhold_places(items, city(side=2), smallest_cell=0) == items
    assert withhold_places(items, None, smallest_cell=11) == items
    after = published(
        Measurements(items=(hit("tool", 300), hit("tool", 304, stratum=PAIRS))),
        city(side=2),
        protection=Protection(smallest_cell=11),
    )
    assert [type(item.result) for item in after.items] == [Estimate, Withheld]


# Whether an alternative exists


def asking(frontier: Frontier | None) -> AuditFile:
    return cast("AuditFile", SimpleNamespace(frontier=frontier))


def verdict(
    *ranges: tuple[tuple[float, float], tuple[float, float]], loss: float | None = 0.02
) -> str | None:
    """Judge choices by the ranges of their hits and of their share, each beside the tool's."""
    items = []
    for at, pair in enumerate(ranges):
        for metric, interval in zip(
            ("frontier_hit_rate_difference", "frontier_group_share_difference"), pair, strict=True
        ):
            result = Estimate(
                value=0.0, interval=interval, interval_90=None, interval_family=None, method="blocks"
            )
            items.append(
                Measurement(
                    metric=metric, dimension=("choice",), group=(("choice", f"cap {at}"),), against=(("choice", "tool"),),
                    result=result,
                )
            )  # fmt: skip
    asked = Frontier.model_validate({"group": {"race": "Black"}, "tolerated_loss": loss})
    return alternative_areas(Measurements(items=tuple(items)), asking(asked))


GOOD, WORSE, SAME, UNSURE = (-0.01, 0.03), (-0.2, -0.1), (0.0, 0.1), (-0.1, 0.1)
LESS = (-0.2, -0.05)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(GOOD, LESS), (WORSE, LESS)], "exists"),
        ([(WORSE, LESS), (GOOD, SAME)], "none_found"),
        ([(WORSE, LESS), (UNSURE, LESS)], "cannot_tell"),
        ([(GOOD, UNSURE)], "cannot_tell"),
        ([((-0.02, 0.0), LESS)], "exists"),  # exactly the tolerated loss
        ([], None),
    ],
    ids=["exists", "none found", "hits unsure", "share unsure", "at the tolerance", "nothing tried"],
)
def test_an_alternative_exists_only_if_both_ranges_say_so(
    ranges: list[tuple[tuple[float, float], tuple[float, float]]], expected: str | None
) -> None:
    assert verdict(*ranges) == expected


def test_without_a_tolerated_loss_or_a_question_nothing_is_judged() -> None:
    assert verdict((GOOD, LESS), loss=None) is None
    assert alternative_areas(Measurements(items=()), asking(None)) is None


def test_what_is_withheld_cannot_tell() -> None:
    item = Measurement(
        metric="frontier_hit_rate_difference", dimension=("choice",), group=(("choice", "no cap"),),
        against=(("choice", "tool"),), result=Withheld(),
    )  # fmt: skip
    asked = Frontier.model_validate({"group": {"race": "Black"}, "tolerated_loss": 0.02})

    found = alternative_areas(Measurements(items=(item,)), asking(asked))
    assert found == "cannot_tell"
