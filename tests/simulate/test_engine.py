"""The loop itself: what arms share, what they do not, and rates that can be worked out by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from auditkit.simulate.arms import Arm, Plan, Played, World, leaders
from auditkit.simulate.engine import play
from auditkit.simulate.forecasters import Forecaster, Past, Proportional, RollingCount, allocator
from auditkit.simulate.rules import Rule, capped, draw, proportions, top

ONE_DRAW = Rule(kind="draws", visits=1)


def make_past(reported: list[int], discovered: list[int], *, periods: int = 4) -> Past:
    """Make a history with the same records in every period."""
    names = tuple(f"a{i}" for i in range(len(reported)))
    grids = [np.tile(np.array(counts)[:, None], (1, periods)) for counts in (reported, discovered)]
    return Past(
        areas=names, periods=tuple(f"2018-01-{7 * at + 1:02}" for at in range(periods)), reported=grids[0],
        discovered=grids[1], longitude=None, latitude=None, neighbours=((),) * len(names), period="week",
    )  # fmt: skip


def make_world(rates: list[float], *, reporting: float = 0.5, discovery: float = 0.5) -> World:
    return World(
        rates=np.array(rates), reporting=np.full(len(rates), reporting), discovery=np.array([discovery])
    )


def counting() -> Forecaster:
    return Proportional()


def tool(rule: Rule = ONE_DRAW, **settings: Any) -> Arm:
    return Arm(name="tool", make=counting, rule=rule, **settings)


def run(
    *arms: Arm, world: World | None = None, past: Past | None = None, rounds: int = 40, replicates: int = 60,
    **settings: Any,
) -> dict[str, Played]:  # fmt: skip
    plan = Plan(rounds=rounds, replicates=replicates, seed=np.random.SeedSequence(7), **settings)
    return play(arms, world or make_world([6.0, 2.0]), past or make_past([3, 1], [2, 1]), plan)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_ties_go_to_the_area_that_comes_first() -> None:
    assert top(np.array([[1.0, 1.0, 1.0], [0.0, 2.0, 2.0]]), 2).tolist() == [
        [True, True, False],
        [False, True, True],
    ]
    assert top(np.array([[1.0, 2.0]]), 5).tolist() == [[True, True]]


def test_visits_follow_their_chances() -> None:
    # uniform numbers .1, .3, .9 on a line of .25, .25, .5
    assert draw(np.array([[0.25, 0.25, 0.5]]), np.array([[0.9, 0.1, 0.3]])).tolist() == [[1, 1, 1]]


def test_what_a_cap_cuts_goes_to_the_others_and_none_of_them_ends_above_it() -> None:
    # .6 is cut to .3; the others share .7 as 3 to 1, .525 and .175; .525 is cut in turn; the last gets .4 and is cut
    # to what is left: with three areas a cap of .3 cannot hold, so it is a third
    assert capped(np.array([[0.6, 0.3, 0.1]]), 0.3) == pytest.approx(np.full((1, 3), 1 / 3))
    # .6 is cut to .4; the others share .6 as 3 to 1: .45 and .15; .45 is cut, and the last gets .2
    assert capped(np.array([[0.6, 0.3, 0.1]]), 0.4) == pytest.approx(np.array([[0.4, 0.4, 0.2]]))


def test_scores_below_nothing_give_no_chance() -> None:
    assert proportions(np.array([[-1.0, 1.0, 3.0]])).tolist() == [[0, 0.25, 0.75]]


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="two allocators are named 'top_k'"):
        allocator("top_k")(lambda _: Proportional())


def test_the_busiest_tenth_is_rounded_up() -> None:
    assert leaders(np.arange(11.0)).tolist() == [10, 9]


# --- what a round brings -----------------------------------------------------------------------------------------------


def test_patrols_by_lot_find_the_mean_rate() -> None:
    # half of the visits go to each area: (6 + 2) / 2 incidents, half of them discovered: 2 a round; 8 happen
    lot = Arm(name="lot", make=None, rule=ONE_DRAW, fixed=np.array([0.5, 0.5]))
    found = run(lot, replicates=400)["lot"]

    assert found.found.mean() == pytest.approx(2.0, abs=0.06)
    assert found.happened.tolist() == [8.0] * 400


def test_lots_without_draws_choose_different_areas() -> None:
    lot = Arm(name="lot", make=None, rule=Rule(kind="top", visits=1), fixed=np.array([0.75, 0.25, 0.0]))
    found = run(lot, world=make_world([4.0, 4.0, 4.0]), past=make_past([1, 1, 1], [1, 1, 1]), replicates=300)[
        "lot"
    ]

    assert found.final.mean(axis=0) == pytest.approx([0.75, 0.25, 0], abs=0.04)


def test_several_visits_to_one_area_find_several_times_as_much_but_never_more_than_happens() -> None:
    # three visits, all to the first area; one finds half of 6, so two would find all
    arm = Arm(name="all", make=None, rule=Rule(kind="draws", visits=3), fixed=np.array([1.0, 0.0]))
    assert run(arm, replicates=300)["all"].found.mean() == pytest.approx(6.0, abs=0.1)

    rare = make_world([6.0, 2.0], discovery=0.1)  # three visits find 1.8
    assert run(arm, world=rare, replicates=300)["all"].found.mean() == pytest.approx(1.8, abs=0.06)


def test_patrols_that_prevent_lower_what_happens_and_what_is_found() -> None:
    # both areas are visited once: (1 + 1) ** -1 halves everything
    arm = Arm(name="both", make=counting, rule=Rule(kind="top", visits=2), elasticity=-1.0)
    found = run(arm, replicates=300)["both"]

    assert found.happened == pytest.approx(np.full(300, 4.0))
    assert found.found.mean() == pytest.approx(2.0, abs=0.06)


def test_a_score_limit_visits_every_area_that_reaches_it() -> None:
    # records so far are 15 and 6 when the first round is decided, so only the first area reaches 10
    arm = tool(Rule(kind="limit", visits=2, least=10.0), retrained=False)
    found = run(arm, past=make_past([3, 1], [1, 1], periods=3), rounds=5)["tool"]

    assert found.final.tolist() == [[1.0, 0.0]] * 60


# --- what arms share ---------------------------------------------------------------------------------------------------


def same(one: Played, other: Played) -> bool:
    return bool(np.array_equal(one.final, other.final) and np.array_equal(one.found, other.found))


def test_an_arm_does_not_change_another() -> None:
    alone = run(tool())["tool"]
    beside = run(tool(), replace(tool(explore=0.2), name="explore"))

    assert same(alone, beside["tool"])
    assert not same(alone, beside["explore"])


def test_workers_slices_and_the_number_of_runs_change_no_number() -> None:
    one, two = (run(tool(), slice_size=20, workers=workers)["tool"] for workers in (1, 2))
    more = run(tool(), slice_size=20, replicates=70)["tool"]

    assert same(one, two)
    assert np.array_equal(more.final[:60], one.final)


def test_memory_of_areas_that_do_not_fit_at_once_is_played_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.simulate.engine.CELLS", 20)  # ten replicates of two areas
    told: list[str] = []
    plan = Plan(rounds=3, replicates=25, seed=np.random.SeedSequence(1))
    found = play([tool()], make_world([6.0, 2.0]), make_past([3, 1], [2, 1]), plan, progress=told.append)

    assert told == ["10 of 25 runs", "20 of 25 runs", "25 of 25 runs"]
    assert found["tool"].final.shape == (25, 2)


# --- what an arm sees --------------------------------------------------------------------------------------------------


class Watching:
    """Scores nothing, and remembers what it was shown."""

    name = "watching"

    def __init__(self) -> None:
        self.past: Past | None = None
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        assert (replicates, seed >= 0) == (100, True)  # a whole slice
        self.past = past

    def scores(self, round: int, reported: np.ndarray, discovered: np.ndarray) -> np.ndarray:  # noqa: A002  # the protocol
        assert round == len(self.seen) + 1
        self.seen.append((reported.copy(), discovered.copy()))
        return np.array(reported * 0 + [[1.0, 0.0]])


def watched(**settings: Any) -> Watching:
    made = Watching()

    def make() -> Forecaster:
        return made

    run(Arm(name="watched", make=make, rule=ONE_DRAW, **settings), rounds=20)
    return made


def test_round_1_brings_the_last_period_and_the_past_does_not_hold_it() -> None:
    made = watched()
    assert made.past is not None

    assert len(made.past.periods) == 3
    assert made.seen[0][0].tolist() == [[3, 1]] * 100
    assert made.seen[0][1].tolist() == [[2, 1]] * 100


def test_nothing_is_discovered_where_nobody_goes() -> None:
    later = np.array([discovered for _, discovered in watched().seen[1:]])

    assert later[..., 1].sum() == 0
    assert later[..., 0].mean() == pytest.approx(3.0, abs=0.2)  # half of 6


def test_an_arm_that_learns_from_reports_alone_sees_no_discovered_record() -> None:
    made = watched(sees="reported")
    assert made.past is not None

    assert made.past.discovered.sum() == 0
    assert sum(discovered.sum() for _, discovered in made.seen) == 0


def test_reports_are_divided_by_the_reporting_rate() -> None:
    made = watched(sees="rescaled")
    assert made.past is not None

    assert made.past.reported[:, 0].tolist() == [6, 2]  # 3 and 1 over .5
    assert np.array([reported for reported, _ in made.seen[1:]]).mean(axis=(0, 1)) == pytest.approx(
        [6, 2], abs=0.3
    )


def test_without_its_loop_a_tool_sees_as_many_discovered_records_spread_evenly() -> None:
    later = np.array([discovered for _, discovered in watched(sees="spread").seen[1:]])

    # one visit is spread over two areas: half of what a visit to each would find, 3 and 1
    assert later.mean(axis=(0, 1)) == pytest.approx([1.5, 0.5], abs=0.1)


def test_weighted_records_do_not_depend_on_where_visits_go() -> None:
    # chances .9 and .1: of what is found in the first area, one record in nine is kept: .9 x 3 / 9 = .1 x 3;
    # the second keeps all: .1 x 1. So records are 3 to 1, as incidents are.
    class Lopsided(Watching):
        def scores(self, round: int, reported: np.ndarray, discovered: np.ndarray) -> np.ndarray:  # noqa: A002  # the protocol
            super().scores(round, reported, discovered)
            return np.array(reported * 0 + [[9.0, 1.0]])

    made = Lopsided()
    run(Arm(name="w", make=lambda: made, rule=ONE_DRAW, sees="weighted"), rounds=400)
    first, second = np.array([discovered for _, discovered in made.seen[1:]]).mean(axis=(0, 1))

    assert first == pytest.approx(0.3, abs=0.02)
    assert second == pytest.approx(0.1, abs=0.01)


def test_a_tool_that_is_never_retrained_keeps_its_first_scores() -> None:
    found = run(tool(Rule(kind="top", visits=1), retrained=False), past=make_past([1, 3], [0, 0]))["tool"]

    assert found.final.tolist() == [[0.0, 1.0]] * 60


@pytest.mark.parametrize(
    "make", [lambda: RollingCount(2), lambda: Proportional(decay=0.5)], ids=["window", "decay"]
)
def test_forgetting_ends_what_an_old_history_says(make: Callable[[], Forecaster]) -> None:
    # the second area had all records; reports now come from the first
    arm = Arm(name="tool", make=make, rule=Rule(kind="top", visits=1))
    past = make_past([0, 9], [0, 9], periods=6)
    found = run(arm, world=make_world([40.0, 0.1], discovery=0.01), past=past)["tool"]

    assert found.final[:, 0].mean() > 0.99


# --- remedies ----------------------------------------------------------------------------------------------------------


def test_visits_that_go_anywhere_reach_areas_that_the_tool_neglects() -> None:
    rule = Rule(kind="top", visits=1)
    past, world = make_past([9, 0, 0, 0], [9, 0, 0, 0]), make_world([8.0, 1.0, 1.0, 1.0])
    found = run(tool(rule, explore=0.3), world=world, past=past, rounds=200)["tool"]

    # three visits in ten go anywhere, to each of the four areas alike
    assert found.final.mean(axis=0) == pytest.approx([0.775, 0.075, 0.075, 0.075], abs=0.03)


@pytest.mark.parametrize("rule", [ONE_DRAW, Rule(kind="top", visits=1)])
def test_a_cap_holds_over_a_run(rule: Rule) -> None:
    past, world = make_past([9, 1, 1, 1], [9, 1, 1, 1]), make_world([8.0, 1.0, 1.0, 1.0])
    found = run(tool(rule, most=0.5), world=world, past=past, rounds=200)["tool"]

    assert found.final[:, 0].max() <= 0.55
    assert found.final[:, 0].mean() == pytest.approx(0.5, abs=0.02)


def test_learning_from_finds_per_visit_ends_where_most_is_found() -> None:
    arm = Arm(name="t", make=None, rule=Rule(kind="top", visits=1), thompson=True)
    found = run(arm, world=make_world([2.0, 8.0]), rounds=300)["t"]

    assert found.final[:, 1].mean() > 0.95


def test_each_run_may_have_rates_of_its_own() -> None:
    rates = np.repeat([[9.0, 1.0], [1.0, 9.0]], 30, axis=0)
    world = World(rates=rates, reporting=np.full((60, 2), 0.5), discovery=np.full((60, 1), 0.1))
    lot = Arm(name="lot", make=None, rule=ONE_DRAW, fixed=np.array([1.0, 0.0]))
    found = run(lot, world=world, slice_size=40)["lot"]

    assert found.found[:30].mean() == pytest.approx(0.9, abs=0.1)  # a tenth of 9
    assert found.found[30:].mean() == pytest.approx(0.1, abs=0.05)
    assert found.top[-1].tolist() == [1.0] * 30 + [0.0] * 30  # the busiest area is another one


# --- with feedback off -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [ONE_DRAW, Rule(kind="top", visits=1)])
def test_a_tool_that_discovers_nothing_is_the_tool_without_its_loop(rule: Rule) -> None:
    world = make_world([4.0, 4.0, 4.0], discovery=0.0)
    found = run(
        tool(rule),
        replace(tool(rule), name="free", sees="spread"),
        world=world,
        past=make_past([1] * 3, [1] * 3),
    )

    assert same(found["tool"], found["free"])
