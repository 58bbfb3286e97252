"""Forecasters over the map and in time, and the surrogate that best repeats submitted decisions."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice
from auditkit.simulate.closest import candidates, closest, repeated
from auditkit.simulate.forecasters import (
    ALLOCATORS,
    Past,
    Proportional,
    RerunError,
    RollingCount,
    Submission,
    Surrogate,
)
from auditkit.simulate.rules import top
from auditkit.simulate.spread import KernelDensity, SelfExciting, centres
from auditkit.statistics.self_exciting import first_guess, fit, next_rate

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
CHOICE = FeedbackChoice(allocator="closest")
WEEKS = tuple(f"2019-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 8, 15, 22))


def make_past(
    reported: Counts, *, longitude: Floats | None = None, latitude: Floats | None = None,
    neighbours: tuple[tuple[int, ...], ...] | None = None,
) -> Past:  # fmt: skip
    areas, periods = reported.shape
    return Past(
        areas=tuple(f"a{i:02}" for i in range(areas)), periods=WEEKS[:periods], reported=reported,
        discovered=np.zeros_like(reported), longitude=longitude, latitude=latitude,
        neighbours=neighbours or ((),) * areas, period="week",
    )  # fmt: skip


def submission(counts: Counts, flags: NDArray[np.bool_], *, before: int) -> Submission:
    """Submit flags for the weeks after the first `before` of these counts."""
    return Submission(
        choice=CHOICE, past=make_past(counts[:, :before]), periods=WEEKS[before : counts.shape[1]], flags=flags,
        outcomes=counts[:, before:].astype(np.float64), baseline_periods=12,
    )  # fmt: skip


def drifting(seed: int, *, areas: int = 30, weeks: int = 36) -> Counts:
    """Draw counts whose means wander, so that windows of different lengths flag different areas."""
    rng = np.random.default_rng(seed)
    levels = np.exp(rng.normal(0, 0.35, (areas, weeks)).cumsum(axis=1) + 1)
    return np.asarray(rng.poisson(np.minimum(levels, 200)), dtype=np.int64)


def flags_by_window(counts: Counts, window: int, *, before: int, k: int) -> NDArray[np.bool_]:
    """Flag the k areas with most records in the last weeks, computed directly."""
    weeks = range(before, counts.shape[1])
    sums = [counts[:, max(0, week - window) : week].sum(axis=1)[None].astype(np.float64) for week in weeks]
    return np.column_stack([top(total, k)[0] for total in sums])


@pytest.mark.parametrize("window", [1, 4, 13])
def test_a_tool_that_counts_a_window_is_recognised_by_its_window(window: int) -> None:
    counts = drifting(window)
    found = closest(submission(counts, flags_by_window(counts, window, before=20, k=5), before=20))

    assert found.overlap == 1
    wanted = "the records of the last period" if window == 1 else f"the records of the last {window} periods"
    assert found.repeats == wanted
    assert found.periods == 16
    others = [tried.overlap for tried in found.tried if tried.name != wanted]
    assert max(others) < 1


def test_a_tool_that_flags_at_random_is_repeated_badly_by_everything() -> None:
    rng = np.random.default_rng(6)
    flags = top(rng.random((16, 30)), 5).T
    found = closest(submission(drifting(2), flags, before=20))

    # two random sets of 5 of 30 areas overlap by about .1
    assert found.overlap < 0.35


def test_the_surrogate_scores_as_the_candidate_it_stands_for() -> None:
    counts = drifting(4)
    chosen = closest(submission(counts, flags_by_window(counts, 4, before=20, k=5), before=20))
    found = copy.deepcopy(chosen)  # each arm of the loop gets one of its own
    direct = RollingCount(4)
    past, new = make_past(counts[:, :19]), np.tile(counts[:, 19], (2, 1))
    for forecaster in (found, direct):
        forecaster.start(past, replicates=2, seed=1)

    assert isinstance(found, Surrogate)
    assert found.scores(1, new, 0 * new).tolist() == direct.scores(1, new, 0 * new).tolist()


def test_only_what_was_recorded_before_a_period_is_used() -> None:
    counts = drifting(5)
    given = submission(counts, flags_by_window(counts, 4, before=20, k=5), before=20)
    changed = counts.copy()
    changed[:, -1] = 1000  # the outcomes of the last audited week tell nothing about its own flags
    other = replace(given, outcomes=changed[:, 20:].astype(np.float64))

    assert repeated(given, RollingCount(4), name="x") == repeated(other, RollingCount(4), name="x")


def test_without_outcomes_the_history_alone_is_used() -> None:
    counts = drifting(5)
    flags = np.column_stack([flags_by_window(counts, 4, before=20, k=5)[:, 0]] * 16)
    found = repeated(replace(submission(counts, flags, before=20), outcomes=None), RollingCount(4), name="x")

    assert found is not None
    assert (found.overlap, found.periods) == (1, 16)


def test_periods_that_flag_all_or_nothing_or_have_no_past_are_left_out() -> None:
    counts = drifting(5)
    flags = flags_by_window(counts, 4, before=20, k=5)
    flags[:, 0], flags[:, 1] = True, False
    given = submission(counts, flags, before=20)
    found = repeated(given, RollingCount(4), name="x")
    early = replace(given, periods=tuple(f"2018-01-{day:02}" for day in range(1, 17)))

    assert found is not None
    assert found.periods == 14
    assert repeated(early, RollingCount(4), name="x") is None
    with pytest.raises(RerunError, match="nothing can be repeated"):
        closest(early)


def test_candidates_are_named_apart_and_the_registry_knows_the_three() -> None:
    given = submission(drifting(1), np.zeros((30, 16), dtype=bool), before=20)
    names = [name for name, _ in candidates(given)]

    assert len(set(names)) == len(names)
    assert names[0] == "all records so far"
    assert isinstance(ALLOCATORS["kernel_density"](given), KernelDensity)
    assert isinstance(ALLOCATORS["self_exciting"](given), SelfExciting)
    with pytest.raises(RerunError):
        ALLOCATORS["closest"](given)


# --- over the map ----------------------------------------------------------------------------------------------------


def test_kernel_density_spreads_records_over_nearby_areas() -> None:
    # three areas on a meridian, one bandwidth apart: weights 1, exp(-1/2), exp(-2)
    past = make_past(
        np.zeros((3, 1), dtype=np.int64), longitude=np.zeros(3), latitude=np.array([0.0, 0.01, 0.02])
    )
    density = KernelDensity()
    density.start(past, replicates=1, seed=1)
    scores = density.scores(1, np.array([[10, 0, 0]]), np.zeros((1, 3), dtype=np.int64))

    assert centres(past) is not None
    assert scores[0] == pytest.approx(10 * np.exp([0, -1 / 2, -2]))


@pytest.mark.parametrize(
    "longitude",
    [None, np.array([0.0, np.nan, 0.0]), np.zeros(3)],  # unknown, unknown for one, all in one place
)
def test_without_centres_neighbours_are_smoothed_over_instead(longitude: Floats | None) -> None:
    past = make_past(
        np.array([[2], [0], [0]]), longitude=longitude, latitude=None if longitude is None else np.zeros(3),
        neighbours=((1,), (0, 2), (1,)),
    )  # fmt: skip
    density = KernelDensity()
    density.start(past, replicates=1, seed=1)
    scores = density.scores(1, np.array([[3, 0, 0]]), np.zeros((1, 3), dtype=np.int64))

    # 2 before and 3 new in the first area: half of 5 counts there, and half of its one neighbour in the middle
    assert centres(past) is None
    assert scores[0].tolist() == [2.5, 1.25, 0.0]


# --- in time ---------------------------------------------------------------------------------------------------------


def test_self_exciting_forecasts_the_rate_of_the_fitted_process() -> None:
    counts = drifting(3, areas=5, weeks=20)
    forecaster = SelfExciting()
    forecaster.start(make_past(counts[:, :19]), replicates=2, seed=1)
    scores = forecaster.scores(1, np.tile(counts[:, 19], (2, 1)), np.zeros((2, 5), dtype=np.int64))
    one = counts.T[:, None, :]
    wanted = next_rate(one, fit(one, start=first_guess(one), iterations=100, tolerance=1e-4).process)

    assert scores == pytest.approx(np.tile(wanted, (2, 1)), rel=1e-9)


def test_self_exciting_is_fitted_again_in_each_replicate_from_where_it_was() -> None:
    counts = drifting(3, areas=5, weeks=20)
    rng = np.random.default_rng(1)
    forecaster = SelfExciting(remembered=12, refitted_every=2)
    forecaster.start(make_past(counts), replicates=3, seed=1)
    found = [forecaster.scores(at, rng.poisson(3, (3, 5)), rng.poisson(1, (3, 5))) for at in range(1, 6)]

    assert np.isfinite(found).all()
    assert forecaster.counts.shape == (12, 3, 5)
    assert forecaster.process is not None
    assert len(set(forecaster.process.theta.tolist())) == 3


def test_forecasters_forget_what_another_start_taught_them() -> None:
    counts = drifting(3, areas=5, weeks=20)
    new, nothing = np.tile(counts[:, 19], (2, 1)), np.zeros((2, 5), dtype=np.int64)
    for forecaster in (KernelDensity(), SelfExciting(), Proportional()):
        found = []
        for _ in range(2):
            forecaster.start(make_past(counts[:, :19]), replicates=2, seed=1)
            found.append([forecaster.scores(at, new, nothing).tolist() for at in range(1, 6)])
        assert found[0] == found[1]
