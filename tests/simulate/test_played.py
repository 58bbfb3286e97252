"""Tools that are played: stand-ins that are none, programs that fail, and what is read off runs."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import skellam

from auditkit.definitions.places import FeedbackChoice, Truth
from auditkit.definitions.records import Decision
from auditkit.results.areas import Areas
from auditkit.results.feedback import Feedback
from auditkit.results.measurements import Estimate, NotEstimable, Result
from auditkit.results.places import PastCounts, PlaceTally, Unmatched
from auditkit.simulate.forecasters import Past, Proportional, RerunError, RollingCount
from auditkit.simulate.places import simulate_places
from auditkit.simulate.playing import Player
from auditkit.simulate.reading import read_loop, rule_of
from auditkit.simulate.starts import chance_past, equal_past, head_start, permuted_past, turned_past

TRUTH = Truth(source="a survey", reporting_rate=(0.4, 0.6), discovery_rate=(0.1, 0.2))
AREAS = 12


def make_tally(reported: list[int], discovered: list[int], *, flagged: int = 2) -> PlaceTally:
    """Twenty weeks of a history, and two audited weeks in which the first areas are flagged."""
    n = len(reported)
    names = tuple(f"a{i:02}" for i in range(n))
    areas = Areas(
        ids=names, names=names, residents=None, groups=(), size_km2=None, centroids=np.zeros((n, 2)),
        neighbours=tuple((i - 1,) if i else () for i in range(n)), contiguity="none", blocks=np.arange(n),
        blocks_from="made", denominators=(), boundaries=None,
    )  # fmt: skip
    grids = [np.tile(np.array(kind, dtype=np.float64)[:, None], (1, 20)) for kind in (reported, discovered)]
    flags = np.tile((np.arange(n) < flagged).astype(float)[:, None], (1, 2))
    past = PastCounts(
        periods=tuple(f"2018-{w:02}" for w in range(20)),
        total=grids[0] + grids[1],
        reported=grids[0],
        discovered=grids[1],
    )
    return PlaceTally(
        areas=areas, periods=("2019-01", "2019-02"), flags=flags, outcomes=flags, past=past,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=4, refused=(),
    )  # fmt: skip


def play(tally: PlaceTally, *, rounds: int = 20, **settings: Any) -> Feedback:
    more = {name: settings.pop(name) for name in ("decision", "forecaster") if name in settings}
    choice = FeedbackChoice(
        **{"allocator": "rolling_count", "rounds": rounds, "replicates": 100, "truth": TRUTH, **settings}
    )
    found = simulate_places(
        tally, choice, rng=np.random.default_rng(3), progress=lambda _: None, period="week", **more
    )
    assert found is not None
    return found


def measures(feedback: Feedback) -> dict[str, Result]:
    return {item.id: item.result for item in feedback.measurements}


@pytest.fixture(scope="module")
def counting() -> Feedback:
    """Play a rolling count of four weeks over areas that hardly differ, where visits discover a lot."""
    return play(make_tally([9, 8, 7, 7, 7, 6, 6, 6, 6, 6, 5, 5], [2] * AREAS), window=4)


def test_a_played_tool_has_no_equations_and_says_so(counting: Feedback) -> None:
    assert {scenario.resting_points for scenario in counting.scenarios} == {None}
    assert counting.points == ()
    assert [layer.kind for layer in counting.layers[:3]] == ["chance", "parameters", "scenario"]
    assert [start.name for start in counting.starts] == ["as_recorded", "all_equal", "turned_round"]


def test_a_short_memory_forgets_where_it_started(counting: Feedback) -> None:
    first, *others = counting.starts
    assert first.log_odds_apart is None
    for start in others:
        assert start.log_odds_apart is not None
        assert start.log_odds_apart[1] <= 0 <= start.log_odds_apart[2]


def test_shares_in_the_long_run_add_up_and_follow_from_the_runs(counting: Feedback) -> None:
    shares = [area.limit_share for area in counting.areas]
    middle = next(one for one in counting.scenarios if one.name == "middle")

    assert sum(share or 0 for share in shares) == pytest.approx(1)
    assert middle.top_limit == pytest.approx(shares[0] or 0, abs=1e-6)  # half of a list of two
    assert middle.top_due == 0.5
    assert counting.areas[0].amplification == pytest.approx(
        (shares[0] or 0) / (9 / 78)
    )  # 9 of 78 reported records


def test_what_policies_may_limit_stands_with_the_measurements(counting: Feedback) -> None:
    found = measures(counting)
    own = next(arm for arm in counting.arms if arm.name == "as_submitted")

    runaway = found["loop_runaway_probability/loop=as%20submitted"]
    assert isinstance(runaway, Estimate)
    assert runaway.value == pytest.approx(own.concentrated / 100)
    assert runaway.numerator is None  # runs are not people; nothing of them is withheld
    odds = found["loop_log_odds_amplification/loop=as%20submitted"]
    assert isinstance(odds, Estimate)
    assert (odds.value, odds.interval) == (
        counting.log_odds and counting.log_odds[0],
        counting.log_odds and counting.log_odds[1:],
    )
    assert isinstance(found["loop_null_noise/loop=shuffled%20records"], Estimate)


def test_what_one_retraining_makes_of_a_difference_follows_from_the_chance_of_more_records() -> None:
    # The tool visits the one of two equal areas with more records of the last week. Each reports 10 a week; a visit finds
    # 10 more: rates 10 / .5, of which .5 are discovered. A tenth of all visits goes one way, or the other.
    even = Truth(source="a survey", reporting_rate=(0.5, 0.5), discovery_rate=(0.5, 0.5))
    found = play(make_tally([10, 10], [5, 5], flagged=1), window=1, rounds=40, truth=even)
    share = found.areas[0].limit_share or 0

    def first_is_visited(more: float) -> float:
        # Skellam: the difference of two Poisson counts; ties go to the first
        ours, theirs = (10 + 10 * at for at in (0.9 * share + more, 0.9 * (1 - share) + 0.1 - more))
        return float(skellam.sf(-1, ours, theirs))

    assert found.radius is not None
    low, high = found.radius[1:]
    gain = (first_is_visited(0.1) - first_is_visited(0.0)) / 0.1
    assert 1 < gain < 20 / np.sqrt(2 * np.pi * 30)  # the density of the difference, at its highest
    assert found.radius[0] == pytest.approx(gain, abs=0.75 * (high - low))  # three standard errors
    assert found.radius_periods == 20


def test_a_tool_that_has_settled_on_its_areas_answers_to_no_small_difference() -> None:
    found = play(make_tally([90, 50, 9, 7], [20, 9, 1, 1]), allocator="top_k", rounds=10)

    assert found.radius == (0, 0, 0)


class Demanding(Proportional):
    """A forecaster that cannot learn from less than a month."""

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Refuse a short past."""
        if len(past.periods) < 4:
            msg = "it needs four weeks"
            raise RerunError(msg)
        super().start(past, replicates=replicates, seed=seed)


@pytest.mark.parametrize(
    "settings",
    [
        {"allocator": "command", "command": ("x",), "forecaster": lambda _: Demanding()},
        {"allocator": "proportional", "window": 4, "correction": "importance"},
    ],
)
def test_where_one_retraining_cannot_be_had_everything_else_is_measured(settings: dict[str, Any]) -> None:
    found = play(make_tally([9, 8, 7, 6], [2] * 4), rounds=10, **settings)

    assert found.status == "measured"
    assert measures(found)["loop_spectral_radius/loop=as%20submitted"] == NotEstimable(reason="NE-MODEL")


def test_a_score_limit_decides_where_a_retrained_program_goes() -> None:
    # records of twenty weeks and more: every area lies far above a limit of 10, so nothing moves
    decision = Decision(score_at_least=10)
    found = play(
        make_tally([9, 8, 7, 6], [2] * 4), rounds=10, allocator="command", command=("x",), decision=decision,
        forecaster=lambda _: Proportional(),
    )  # fmt: skip

    assert found.radius == (0, 0, 0)


def test_without_an_assumed_truth_only_the_null_tests_are_estimated() -> None:
    found = play(make_tally([6] * AREAS, [2] * AREAS), truth=None, rounds=10)
    known = {name for name, result in measures(found).items() if isinstance(result, Estimate)}

    assert known == {
        "loop_null_spread/loop=equal%20areas", "loop_null_noise/loop=equal%20areas", "loop_null_noise/loop=shuffled%20records",
    }  # fmt: skip
    assert {r.reason for r in measures(found).values() if isinstance(r, NotEstimable)} == {"NE-TRUTH"}
    assert [arm.name for arm in found.arms] == [
        "equal_rates", "equal_rates_corrected", "permuted_history", "permuted_history_corrected",
    ]  # fmt: skip


# --- stand-ins and programs --------------------------------------------------------------------------------------------


class StandIn(RollingCount):
    """A rolling count that says how far it repeats the tool."""

    repeats = "rolling_count"

    def __init__(self, overlap: float) -> None:
        super().__init__(4)
        self.overlap = overlap


def test_a_stand_in_that_repeats_too_little_is_none() -> None:
    found = play(make_tally([6] * AREAS, [2] * AREAS), forecaster=lambda _: StandIn(0.69))

    assert (found.status, found.reason) == ("not_checked", "NE-RERUN")
    assert "shares 69% of their flags" in found.because
    assert (found.overlap, found.repeats) == (0.69, "rolling_count")
    assert {r.reason for r in measures(found).values() if isinstance(r, NotEstimable)} == {"NE-RERUN"}


def test_a_stand_in_that_repeats_enough_is_played_and_named() -> None:
    found = play(
        make_tally([6] * AREAS, [2] * AREAS), forecaster=lambda _: StandIn(0.7), truth=None, rounds=10
    )

    assert (found.status, found.overlap, found.repeats) == ("measured", 0.7, "rolling_count")


class Breaking(Proportional):
    """A program that stops in the third round."""

    def scores(self, round: int, reported: Any, discovered: Any) -> Any:  # noqa: A002  # the protocol
        if round == 3:
            msg = "its program stopped in round 3"
            raise RerunError(msg)
        return super().scores(round, reported, discovered)


def test_a_program_that_fails_leaves_the_loop_open() -> None:
    found = play(make_tally([6] * AREAS, [2] * AREAS), forecaster=lambda _: Breaking())

    assert (found.status, found.reason, found.because) == (
        "not_checked",
        "NE-RERUN",
        "its program stopped in round 3",
    )


def test_a_program_that_cannot_start_leaves_the_loop_open() -> None:
    def refuse(_: object) -> Any:
        msg = "nobody allowed its program to run"
        raise RerunError(msg)

    assert (
        play(make_tally([6] * AREAS, [2] * AREAS), forecaster=refuse).because
        == "nobody allowed its program to run"
    )


def test_an_allocator_that_nobody_wrote_leaves_the_loop_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.simulate.places.ALLOCATORS", {})

    assert "does not know the allocator 'rolling_count'" in play(make_tally([6] * AREAS, [2] * AREAS)).because


def test_where_the_vendors_program_answers_few_steps_are_played_and_all_runs_at_once() -> None:
    started: list[int] = []

    class Counted(Proportional):
        def start(self, past: Past, *, replicates: int, seed: int) -> None:
            started.append(replicates)
            super().start(past, replicates=replicates, seed=seed)

    found = play(
        make_tally([6] * AREAS, [2] * AREAS),
        allocator="command",
        command=("retrain",),
        forecaster=lambda _: Counted(),
        rounds=10,
    )

    assert set(started) == {100, 200}  # 200: pairs of runs for the gain of one retraining
    assert [step.name for step in found.ladder] == [
        "random", "status_quo", "tool", "not_retrained", "reported_only", "explore_10",
    ]  # fmt: skip


# --- decision rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allocator", "decision", "kind", "visits"),
    [
        ("proportional", Decision(top_k=5, per="week"), "draws", 3),  # the mean number of flags
        ("top_k", Decision(top_k=5, per="week"), "top", 5),
        ("top_k", Decision(top_k=99, per="week"), "top", 12),
        ("rolling_count", Decision(top_share=0.25, per="week"), "top", 3),
        ("rolling_count", Decision(top_share=0.01, per="week"), "top", 1),
        ("rolling_count", Decision(score_at_least=7.0), "top", 3),  # the stand-in's scores have another scale
        ("command", Decision(score_at_least=7.0), "limit", 3),
        ("rolling_count", None, "top", 3),
    ],
)
def test_the_decision_rule_is_that_of_the_audit_file(
    allocator: Any, decision: Decision | None, kind: str, visits: int
) -> None:
    loop = read_loop(make_tally([6] * AREAS, [2] * AREAS, flagged=3), period="week")
    assert loop is not None
    command = ("retrain",) if allocator == "command" else None
    rule = rule_of(loop, FeedbackChoice(allocator=allocator, command=command), decision)

    assert (rule.kind, rule.visits) == (kind, visits)


def test_areas_without_reports_are_left_out_of_the_neighbours_too() -> None:
    loop = read_loop(make_tally([6, 0, 6, 6], [2] * 4), period="week")
    assert loop is not None

    assert loop.past.areas == ("a00", "a02", "a03")
    assert loop.past.neighbours == ((), (), (1,))  # the neighbour of a02 is gone; a03 lies beside a02
    assert loop.past.period == "week"


# --- histories to start from -------------------------------------------------------------------------------------------


def history(reported: list[list[int]], discovered: list[list[int]]) -> Past:
    return Past(
        areas=tuple("abc"[: len(reported)]), periods=tuple("xyz"[: len(reported[0])]), reported=np.array(reported),
        discovered=np.array(discovered), longitude=None, latitude=None, neighbours=((),) * len(reported), period=None,
    )  # fmt: skip


def test_an_equal_history_gives_every_area_the_mean() -> None:
    # 9 records over 3 areas: 3 each, over 2 periods: 1 and 2
    past = equal_past(history([[4, 1], [2, 0], [1, 1]], [[0, 0]] * 3))

    assert past.reported.tolist() == [[1, 2]] * 3
    assert past.discovered.tolist() == [[0, 0]] * 3


def test_a_shuffled_history_keeps_the_records_of_each_period() -> None:
    past = history([[1, 4], [2, 5], [3, 6]], [[10, 40], [20, 50], [30, 60]])
    shuffled = permuted_past(past, rng=np.random.default_rng(1))

    assert sorted(shuffled.reported[:, 0]) == [1, 2, 3]
    assert (shuffled.discovered == 10 * shuffled.reported).all()  # both kinds of an area move together


def test_a_chance_history_has_the_volume_of_the_real_one() -> None:
    past = history([[50, 10], [90, 50]], [[4, 4], [4, 4]])
    drawn = chance_past(past, rng=np.random.default_rng(2))

    assert drawn.reported.mean() == pytest.approx(50, abs=12)
    assert drawn.discovered.mean() == pytest.approx(4, abs=4)


def test_the_busiest_gets_the_records_of_the_quietest() -> None:
    past = turned_past(history([[9], [1], [4]], [[3], [0], [2]]))

    assert past.reported[:, 0].tolist() == [1, 9, 4]
    assert past.discovered[:, 0].tolist() == [0, 3, 2]


def test_a_head_start_multiplies_the_records_of_its_areas() -> None:
    past = head_start(history([[1, 2], [3, 3]], [[1, 0], [1, 1]]), np.array([0]), factor=2.0)

    assert past.discovered.tolist() == [[3, 2], [1, 1]]  # 2 and 2 records more
    assert past.reported.tolist() == [[1, 2], [3, 3]]


def test_a_player_keys_its_random_numbers_by_what_they_are_for() -> None:
    loop = read_loop(make_tally([6] * AREAS, [2] * AREAS), period=None)
    assert loop is not None
    choice = FeedbackChoice(allocator="top_k")
    one, other = (
        Player(
            loop=loop, choice=choice, rule=rule_of(loop, choice, None), make=Proportional, rng=np.random.default_rng(5),
            progress=lambda _: None, urn=False,
        )
        for _ in range(2)
    )  # fmt: skip

    assert one.seed("a").generate_state(2).tolist() == other.seed("a").generate_state(2).tolist()
    assert one.seed("a").generate_state(2).tolist() != one.seed("b").generate_state(2).tolist()
