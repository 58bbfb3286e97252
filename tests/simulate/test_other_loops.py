"""What the loops of persons and alerts, and the logs, do where something is missing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from auditkit.definitions.loops import (
    AlertFeedback,
    DeploymentTable,
    DetectionRates,
    PersonFeedback,
    SensorRates,
)
from auditkit.results.alerts import (
    AlertCounts,
    AlertGroups,
    AlertLoopCounts,
    AlertTally,
    Confirmed,
    Coverage,
    HotListCounts,
    StopCounts,
)
from auditkit.results.inputs import InputRecord
from auditkit.results.logs import LogTally
from auditkit.results.measurements import Estimate, Family, NotEstimable, Result
from auditkit.results.other_loops import LogTest, PersonLoop
from auditkit.results.tally import Cell, GroupTally, Tally
from auditkit.simulate.alert_loops import alert_loop_numbers, part_counts
from auditkit.simulate.alerts import simulate_alerts
from auditkit.simulate.logs import examine_logs
from auditkit.simulate.people import detection, simulate_people

TRUTH = DetectionRates(source="s", supervised=(0.5, 0.5), unsupervised=(0.25, 0.25))


def group(
    dimension: tuple[str, ...], reference: str | None = None, **cells: tuple[int, int, int, int]
) -> GroupTally:
    """Make the counts of a dimension from tn, fp, fn and tp; a group named `everyone` is all of them."""
    kinds = ((0, 0), (1, 0), (0, 1), (1, 1))
    return GroupTally(
        dimension=dimension, reference=None if reference is None else (reference,),
        cells=tuple(
            Cell(group=(name,) if dimension else (), decision=d, outcome=o, n=n, suppressed=False)
            for name, counts in cells.items()
            for (d, o), n in zip(kinds, counts, strict=True)
        ),
    )  # fmt: skip


def people(*dimensions: GroupTally, everyone: tuple[int, int, int, int]) -> Tally:
    return Tally(dimensions=(group((), everyone=everyone), *dimensions), has_outcome=True, refused=())


def person(tally: Tally, **keys: Any) -> PersonLoop | None:
    choice = PersonFeedback(**{"truth": TRUTH, "rounds": 2, "replicates": 50, **keys})
    return simulate_people(tally, choice, rng=np.random.default_rng(1), progress=lambda _: None)


def test_scenarios_span_the_ranges_and_never_let_supervision_find_less() -> None:
    truth = DetectionRates(source="s", supervised=(0.25, 1.0), unsupervised=(0.2, 0.45), reported=(0.1, 0.4))
    found = {name: (one.supervised, one.unsupervised, one.reported) for name, one in detection(truth).items()}

    # the weakest: .25 under supervision and .45 without it would be less, so it counts as equal
    assert found["low"] == (0.45, 0.45, 0.4)
    assert found["middle"] == pytest.approx((0.5, 0.3, 0.2))
    assert found["high"] == (1.0, 0.2, 0.1)


@pytest.mark.parametrize("everyone", [(90, 0, 10, 0), (0, 90, 0, 10)])
def test_there_is_no_loop_where_all_are_treated_alike(everyone: tuple[int, int, int, int]) -> None:
    assert person(people(everyone=everyone)) is None


def test_without_outcomes_only_what_needs_none_is_worked_out() -> None:
    cells = tuple(
        Cell(group=(), decision=d, outcome=None, n=n, suppressed=False) for d, n in ((0, 70), (1, 30))
    )
    tally = Tally(
        dimensions=(GroupTally(dimension=(), reference=None, cells=cells),), has_outcome=False, refused=()
    )
    found, declared = person(tally), person(tally, incidents_per_round=1.0)

    assert found is not None
    assert declared is not None
    assert (found.arms, found.scenarios[0].noise_area, found.scenarios[0].stayed) == ((), None, None)
    assert [item.metric for item in found.numbers] == ["supervision_slope"]
    assert len(declared.arms) == 6


def test_assumed_rates_that_cannot_give_the_records_are_named() -> None:
    # half of all people have a record, and at most half of what anybody does is recorded: more than everyone did it
    found = person(people(everyone=(300, 200, 300, 200)))

    assert found is not None
    assert found.scenarios[1].occurs is None
    reasons = {item.metric: item.result for item in found.numbers}
    assert reasons["noise_flag_area"] == NotEstimable(reason="NE-MODEL")


def test_groups_without_a_reference_are_compared_with_each_other() -> None:
    race = group(("race",), A=(50, 20, 10, 20), B=(60, 10, 20, 10), C=(60, 10, 30, 0))
    found = person(people(race, everyone=(170, 40, 60, 30)))

    assert found is not None
    pairs = [item.id for item in found.numbers if item.metric == "supervision_recorded_ratio"]
    assert pairs == [
        f"supervision_recorded_ratio/race={one}~race={other}"
        for one, other in (("A", "B"), ("A", "C"), ("B", "C"))
    ]


def results(found: PersonLoop | LogTest) -> dict[str, Result]:
    return {item.id: item.result for item in found.numbers}


def test_gaps_that_supervision_cannot_explain_say_so() -> None:
    # A is flagged less and recorded more; C has no record at all
    race = group(("race",), "B", A=(50, 10, 40, 0), B=(60, 30, 5, 5), C=(90, 10, 0, 0))
    found = person(people(race, everyone=(200, 50, 45, 5)))

    assert found is not None
    numbers = results(found)
    assert numbers["supervision_explaining_ratio/race=A~race=B"] == NotEstimable(reason="NE-STRUCT")
    assert numbers["supervision_explaining_ratio/race=C~race=B"] == NotEstimable(reason="NE-DENOM")


def test_a_suppressed_group_has_no_numbers() -> None:
    cells = (Cell(group=("A",), decision=1, outcome=1, n=20, suppressed=True),)
    race = GroupTally(
        dimension=("race",), reference=("B",), cells=(*cells, *group(("race",), B=(60, 10, 20, 10)).cells)
    )
    found = person(people(race, everyone=(170, 40, 60, 30)))

    assert found is not None
    assert results(found)["supervision_recorded_ratio/race=A~race=B"] == NotEstimable(reason="NE-SUPP")
    assert "supervision_explaining_ratio/race=A~race=B" not in results(found)


@pytest.mark.parametrize(
    ("everyone", "area", "noise"),
    [
        ((300, 100, 5, 4), "NE-SMALL", None),  # nine with the outcome
        ((300, 100, 0, 40), None, "NE-DENOM"),  # nobody unflagged has it
        ((0, 300, 50, 0), "NE-MODEL", "NE-DENOM"),  # the flag parts them fully
    ],
)
def test_the_flag_is_judged_where_there_is_enough(
    everyone: tuple[int, int, int, int], area: str | None, noise: str | None
) -> None:
    found = person(people(everyone=everyone))

    assert found is not None
    numbers = results(found)
    for metric, reason in (("flag_area", area), ("noise_explaining_ratio", noise)):
        result = numbers[f"{metric}/loop"]
        assert (result.reason if isinstance(result, NotEstimable) else None) == reason


# --- alerts -----------------------------------------------------------------------------------------------------------

SOURCE = InputRecord(
    table="coverage", file="c.csv", format="csv", bytes=1, sha256="0", rows=1, columns=("a",)
)


def alerts(*, confirmed: int = 40, share: list[float] | None, dispositions: bool = True) -> AlertTally:
    counts = AlertCounts(
        alerts=60, confirmed=confirmed, unfounded=0, unconfirmed=60 - confirmed, unknown=0, dispatched=0,
        not_dispatched=0, actions=(), suppressed=False,
    )  # fmt: skip
    coverage = (
        None if share is None else Coverage(source=SOURCE, share=np.array(share), hours=None, unmatched=())
    )
    return AlertTally(
        dimensions=(AlertGroups(dimension=(), reference=None, counts=(((), counts),)),),
        has_dispositions=dispositions, merged=False, has_dispatch=False, hours=None, hours_declared=False, events=None,
        places=None, coverage=coverage, refused=(),
    )  # fmt: skip


FIVE = [1.0, 0.5, 0.0, 0.0, float("nan")]
RATES = SensorRates(source="s", reporting_rate=(0.2, 0.2), sensor_detection=(0.8, 0.8))


@pytest.mark.parametrize(
    ("tally", "keys", "played"),
    [
        (alerts(share=FIVE), {"new_sites": 2}, True),
        (alerts(share=FIVE, dispositions=False), {"new_sites": 2}, True),
        (alerts(share=None), {"new_sites": 2}, False),  # nobody says where sensors are
        (alerts(share=[1.0, 1.0, 1.0]), {"new_sites": 2}, False),  # they are everywhere
        (alerts(share=FIVE), {"new_sites": 5}, False),  # every area gets some
        (alerts(share=FIVE, confirmed=0), {"new_sites": 2}, False),  # nothing was confirmed
        (alerts(share=FIVE, confirmed=0), {"new_sites": 2, "events_per_area": 9.0}, True),
    ],
)
def test_sites_are_played_where_there_is_something_to_choose(
    tally: AlertTally, keys: dict[str, Any], *, played: bool
) -> None:
    choice = AlertFeedback(truth=RATES, rounds=2, replicates=50, **keys)
    found = simulate_alerts(tally, choice, rng=np.random.default_rng(1), progress=lambda _: None)

    assert bool(found.arms) is played
    assert [one.ratio for one in found.scenarios] == pytest.approx([4.2] * 3)
    assert (found.scenarios[0].to_existing is not None) is played


NOTHING = AlertLoopCounts(response=None, lot=None, stops=None, hot_list=None)


def counted(*, suppressed: bool = False, residents: float | None = None, **parts: Any) -> dict[str, Result]:
    numbers = alert_loop_numbers(
        replace(NOTHING, **parts), suppressed=suppressed, residents=residents,
        families=(Family(metric="hits_from_hits", dimension=("loop",), compare="each", level=0.99),),
    )  # fmt: skip
    return {item.metric: item.result for item in numbers}


def test_what_nobody_declares_is_not_counted() -> None:
    assert counted() == {}
    assert part_counts(NOTHING) == {}


@pytest.mark.parametrize(
    ("parts", "reasons"),
    [
        (
            {"response": Confirmed(first=(0, 0), second=(3, 1), unknown=(0, 0))},
            {"confirmed_fast": "NE-DENOM", "confirmed_fast_minus_late": "NE-DENOM"},
        ),
        (
            {"lot": Confirmed(first=(2, 2), second=(3, 1), unknown=(0, 0)), "suppressed": True},
            dict.fromkeys(
                ("confirmed_by_lot", "confirmed_as_usual", "confirmed_as_usual_minus_by_lot"), "NE-SUPP"
            ),
        ),
        (
            {"stops": StopCounts(alerts=9, linked=0, after=0, before=0, far=5, naming=None)},
            {"stops_after_over_before": "NE-DENOM"},
        ),
        (
            {"hot_list": HotListCounts(reads=0, hits=0, entries=(0, 0), entry_hits=None)},
            {"hits_per_1000_reads": "NE-DENOM", "entries_from_hits": "NE-DENOM"},
        ),
    ],
)
def test_counts_of_nothing_say_so(parts: dict[str, Any], reasons: dict[str, str]) -> None:
    found = counted(**parts)

    assert {name: one.reason for name, one in found.items() if isinstance(one, NotEstimable)} == reasons


def test_stops_after_alerts_alone_leave_a_lower_limit() -> None:
    ratio = counted(stops=StopCounts(alerts=9, linked=0, after=6, before=0, far=5, naming=None))[
        "stops_after_over_before"
    ]

    assert isinstance(ratio, Estimate)
    assert (ratio.value, ratio.interval and ratio.interval[1]) == (None, None)


def test_a_limit_of_the_policy_widens_the_interval_of_what_is_counted() -> None:
    found = counted(
        hot_list=HotListCounts(reads=900, hits=50, entries=None, entry_hits=(15, 35)), residents=1000.0
    )
    share = found["hits_from_hits"]

    assert {*found} == {"hits_per_1000_reads", "hits_per_1000_residents", "hits_from_hits"}
    assert isinstance(share, Estimate)
    exact = stats.binomtest(15, 50).proportion_ci(0.99, method="wilson")
    assert share.interval_family == pytest.approx((exact.low, exact.high))


# --- logs -------------------------------------------------------------------------------------------------------------


def logs(areas: int, *, flags: bool = False, gaps: float = 0.0, **other: Any) -> LogTally:
    rng = np.random.default_rng(2)
    hours = rng.lognormal(0, 0.7, (areas, 30))
    deployment = (hours > 1) * 1.0 if flags else hours
    deployment = np.where(rng.random(hours.shape) < gaps, np.nan, deployment)
    found, told, control = (rng.poisson(mean, hours.shape) * 1.0 for mean in (3.0, 5.0, 2.0))
    usual: dict[str, Any] = {
        "areas": tuple(f"a{at}" for at in range(areas)), "periods": tuple(f"{at:02}" for at in range(30)),
        "deployment": deployment, "flags": flags, "discovered": found, "reported": told, "control": control,
        "rank": None, "limit": None, "unmatched": (),
    }  # fmt: skip
    return LogTally(**{**usual, **other})


TABLE = DeploymentTable(path="l.csv", area="a", time="t", hours="h", control="c", control_means="burglaries")


def test_every_part_of_the_test_is_made_where_the_logs_allow_it() -> None:
    found = examine_logs(logs(24), TABLE, families=())

    assert [name.partition("/")[0].removeprefix("log_") for name in results(found)] == [
        "deployment_elasticity", "smallest_detectable", "placebo_lead", "negative_control", "retraining_response",
        "loop_gain",
    ]  # fmt: skip
    assert (found.changing, found.memory, found.control_means) == (24, 7, "burglaries")


def test_a_declared_family_has_its_own_interval() -> None:
    family = Family(metric="log_deployment_elasticity", dimension=("loop",), compare="each", level=0.99)
    result = results(examine_logs(logs(24), TABLE, families=(family,)))["log_deployment_elasticity/loop"]

    assert isinstance(result, Estimate)
    assert result.interval is not None
    assert result.interval_family is not None
    assert (result.interval_family[0] or 0) < (result.interval[0] or 0)


def test_with_fewer_than_twenty_areas_the_value_stays_without_an_interval() -> None:
    found = results(examine_logs(logs(12), TABLE, families=()))
    effect = found["log_deployment_elasticity/loop"]

    assert isinstance(effect, Estimate)
    assert (effect.interval, effect.interval_90, effect.reason) == (None, None, "NE-BLOCKS")
    assert found["log_smallest_detectable/loop"] == NotEstimable(reason="NE-BLOCKS")


def test_flags_have_every_part_as_well() -> None:
    found = results(examine_logs(logs(24, flags=True), TABLE, families=()))

    for metric in ("log_deployment_elasticity", "log_retraining_response", "log_loop_gain"):
        effect = found[f"{metric}/loop"]
        assert isinstance(effect, Estimate)
        assert effect.method == "panel_flagged"


@pytest.mark.parametrize(
    ("tally", "reason"),
    [
        (logs(24, gaps=0.7), "NE-LOGS"),
        (logs(24, deployment=np.ones((24, 30))), "NE-CONSTANT"),
        (logs(24, discovered=None, reported=None), "NE-SPLIT"),
        (logs(24, discovered=np.zeros((24, 30))), "NE-CONSTANT"),  # nothing was ever discovered
        (logs(0), "NE-LOGS"),
    ],
)
def test_logs_that_say_too_little_say_why(tally: LogTally, reason: str) -> None:
    found = examine_logs(tally, TABLE, families=())

    assert set(results(found).values()) == {NotEstimable(reason=reason)}


def test_counts_that_do_not_hold_the_model_are_a_finding() -> None:
    once = np.zeros((24, 30))
    once[0, :2] = 1
    found = results(examine_logs(logs(24, discovered=once), TABLE, families=()))

    assert NotEstimable(reason="NE-MODEL") in found.values()


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"discovered": np.zeros((24, 30))}, "NE-DENOM"),
        ({"discovered": None, "reported": None}, "NE-SPLIT"),
    ],
)
def test_the_comparison_at_the_limit_needs_counts(other: dict[str, Any], reason: str) -> None:
    rank = np.broadcast_to(np.arange(1.0, 25.0)[:, None], (24, 30))
    tally = logs(24, rank=rank, limit=np.full((24, 30), 12.0), **other)
    table = TABLE.model_copy(update={"rank": "r", "limit": 12})

    assert results(examine_logs(tally, table, families=()))["log_cutoff_comparison/loop"] == NotEstimable(
        reason=reason
    )
