"""What supervision does to records: derived cases F14 to F16, and the loop played through."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics.supervision import (
    allocation_slope,
    bistable,
    explaining_detection,
    noise_score,
    recorded_ratio,
    recorded_share,
    two_tracks,
)
from auditkit.statistics.supervision_runs import RULES, Rule, Tracks, play
from auditkit.statistics.urn_limits import fixed_points

SHARES = st.floats(0.05, 0.95)


def test_f14_records_at_equal_behaviour() -> None:
    assert recorded_ratio(0.6, 0.3, supervised=0.4, unsupervised=0.2) == pytest.approx(1.2308, abs=5e-5)


@given(flagged=SHARES, other=SHARES, least=st.floats(0.05, 0.5), times=st.floats(1.05, 2))
def test_the_explaining_ratio_gives_back_what_made_the_records(
    flagged: float, other: float, least: float, times: float
) -> None:
    ratio = recorded_ratio(flagged, other, supervised=least * times, unsupervised=least)
    found = explaining_detection(ratio, flagged, other)

    if abs(flagged - other) > 0.01:
        assert found == pytest.approx(times, rel=1e-6)
        swapped = explaining_detection(1 / ratio, other, flagged)
        assert swapped == pytest.approx(times, rel=1e-6)


@pytest.mark.parametrize(
    ("ratio", "flagged", "other"),
    [
        (2.5, 0.6, 0.3),  # supervision alone makes at most 2
        (2.0, 0.6, 0.3),  # only without end
        (1.0, 0.0, 0.0),  # nobody is supervised
        (1.2, 0.4, 0.4),  # as many are: it explains nothing
        (0.9, 0.6, 0.3),  # more are flagged and fewer recorded
    ],
)
def test_some_gaps_no_supervision_explains(ratio: float, flagged: float, other: float) -> None:
    assert explaining_detection(ratio, flagged, other) is None


def test_equal_records_of_groups_flagged_unequally_need_equal_detection() -> None:
    assert explaining_detection(1.0, 0.6, 0.3) == pytest.approx(1)


def test_f15_noise() -> None:
    score = noise_score(0.3, 0.5, supervised=0.6, unsupervised=0.3)

    assert score == pytest.approx((0.4615, 0.2609, 0.6003, 0.30, 0.15), abs=5e-5)


@given(flagged=SHARES, occurs=SHARES, rate=st.floats(0.05, 0.9))
def test_where_supervision_finds_no_more_noise_looks_like_noise(
    flagged: float, occurs: float, rate: float
) -> None:
    assert noise_score(flagged, occurs, supervised=rate, unsupervised=rate).area == pytest.approx(0.5)


def test_f16_two_tracks() -> None:
    assert [bistable(1.0, cut=cut, supervised=0.6, unsupervised=0.3) for cut in (0.5, 0.7, 0.2)] == [
        True, False, False,
    ]  # fmt: skip
    assert two_tracks(0.5, supervised=0.6, unsupervised=0.3) == pytest.approx((5 / 6, 5 / 3))


def test_the_slope_is_that_of_the_loop_of_areas() -> None:
    # two groups of 100, 40 supervised at a time; .2 recorded anyway, .5 more under supervision: delta = .5 x 40 / 100
    slope = allocation_slope(people=200, supervised_people=40, reported=0.2, discovered=0.5)
    (point,) = fixed_points(np.array([20.0, 20.0]), np.array([20.0, 20.0]))

    assert slope == pytest.approx(0.2 / (2 * 0.2 + 0.2))
    assert slope == pytest.approx(point.slope)
    assert allocation_slope(people=200, supervised_people=40, reported=0, discovered=0.5) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: recorded_share(1.1, supervised=0.4, unsupervised=0.2),
        lambda: explaining_detection(0, 0.5, 0.5),
        lambda: noise_score(0.3, 0, supervised=0.4, unsupervised=0.2),
        lambda: two_tracks(0, supervised=0.4, unsupervised=0.2),
        lambda: allocation_slope(people=0, supervised_people=0, reported=0, discovered=0),
    ],
    ids=["share", "ratio", "nobody", "cut", "nothing"],
)
def test_what_is_no_share_or_no_number_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        call()  # type: ignore[operator]  # the test builds one that is given


def tracks(**given: object) -> Tracks:
    usual = {
        "people": 200, "supervised": 80, "incidents": 1.0, "apart": 0.0, "detected": (0.2, 0.6), "reported": 0.2,
        "rounds": 3, "memory": 3,
    }  # fmt: skip
    return Tracks(**{**usual, **given})  # type: ignore[arg-type]  # the test gives what the function must take or refuse


def stayed(made: Tracks, rule: Rule) -> float:
    return float(play(made, replicates=60, rng=np.random.default_rng(2))[rule].stayed[:, -1].mean())


def test_null_where_supervision_finds_no_more_nobody_stays_on_a_track() -> None:
    # 60 runs of 200 people: the mean of the difference of two shares has a standard error below .01
    found = play(tracks(detected=(0.4, 0.4)), replicates=60, rng=np.random.default_rng(1))

    for rule in RULES:
        if rule != "random_audit":
            assert found[rule].stayed[:, -1].mean() == pytest.approx(0, abs=0.03)


def test_where_supervision_finds_more_people_stay_and_without_its_finds_they_do_not() -> None:
    assert stayed(tracks(), "all_records") > 0.1
    assert stayed(tracks(), "reported_only") == pytest.approx(0, abs=0.03)
    assert stayed(tracks(), "frozen") == pytest.approx(0, abs=0.03)


def test_where_nothing_is_recorded_without_supervision_people_stay_for_ever() -> None:
    # no chance priors, no records for others: nobody overtakes those who have records
    assert stayed(tracks(detected=(1e-9, 1.0), reported=0.0, incidents=10.0), "all_records") > 0.95


def test_reaching_those_who_do_more_needs_records() -> None:
    found = play(tracks(apart=0.5, incidents=3.0), replicates=60, rng=np.random.default_rng(3))

    assert found["all_records"].reached.mean() > found["reported_only"].reached.mean() > 0.55
    assert found["short_memory"].reached.mean() < found["all_records"].reached.mean()


def test_one_seed_gives_one_result() -> None:
    first, again = (play(tracks(), replicates=5, rng=np.random.default_rng(4)) for _ in range(2))

    assert all(np.array_equal(first[rule].stayed, again[rule].stayed) for rule in RULES)


@pytest.mark.parametrize("odd", [{"supervised": 200}, {"apart": 1.0}, {"reported": 0.3}, {"rounds": 0}])
def test_impossible_tracks_are_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        tracks(**odd)
