"""The test on logs, on made logs whose truth is known (methods 6.9, cases F18 and F19)."""

import math

import numpy as np
import pytest
from scipy import stats

from auditkit.statistics.log_test import (
    Effect,
    Logs,
    changing_areas,
    deployment_elasticity,
    loop_gain,
    negative_control,
    placebo_lead,
    ratio_of_ratios,
    retraining_trace,
)
from auditkit.statistics.panels import Floats, poisson_panel
from benchmarks.feedback_logs import World, made_logs

RUNS = 16
"""Made logs of each kind. F19 gives a standard deviation of .04 between them: of their mean, .01."""


def counts(rng: np.random.Generator, mean: Floats) -> Floats:
    return np.asarray(rng.poisson(mean), dtype=np.float64)


def many(elasticity: float, *, drift: float = 0.0) -> list[Logs]:
    rng = np.random.default_rng(11)
    return [made_logs(World(60, 104, elasticity, drift=drift), rng) for _ in range(RUNS)]


@pytest.mark.parametrize(("truth", "pooled"), [(0.0, 0.48), (0.5, 0.93)])
def test_f19_area_effects_find_the_truth_where_pooling_does_not(truth: float, pooled: float) -> None:
    logs = many(truth)
    within = [deployment_elasticity(one).value for one in logs]
    across = [
        poisson_panel(
            one.discovered, np.stack([np.log(one.deployment), np.log(one.reported + 0.5)]),
            observed=np.ones_like(one.discovered, dtype=bool), effects="periods",
        ).coefficients[0]
        for one in logs
    ]  # fmt: skip

    assert np.mean(within) == pytest.approx(truth, abs=0.05)
    assert np.std(within) == pytest.approx(0.035, abs=0.02)  # F19: .04 and .03
    assert np.mean(across) == pytest.approx(pooled, abs=0.05)


def test_made_logs_without_a_loop_seldom_raise_an_alarm_and_with_one_always_do() -> None:
    # Short form of benchmarks/feedback_logs.py. Alarms of 16 logs without effect are Binomial(16, .05): 4 or more
    # happen with probability .007.
    without = [deployment_elasticity(one, memory=12) for one in many(0.0, drift=0.3)]
    alarms = sum(not low <= 0 <= high for low, high in (one.interval(0.95) for one in without))
    found = [deployment_elasticity(one, memory=12).interval(0.95)[0] > 0 for one in many(0.5)]

    assert alarms <= 3
    assert all(found)
    # an elasticity of .1 is about what such logs can show, 4 times in 5
    assert np.mean([one.smallest_detectable for one in without]) == pytest.approx(0.1, abs=0.02)


def test_the_tool_follows_what_it_recorded_and_the_gain_is_the_product() -> None:
    (logs,) = many(0.5)[:1]
    found, trace = deployment_elasticity(logs, memory=12), retraining_trace(logs, memory=12)
    gain = loop_gain(logs, memory=12)

    assert gain.value == pytest.approx(found.value * trace.value)
    # with independent factors: sqrt(b^2 se_c^2 + c^2 se_b^2); what they share moves it a little
    independent = math.hypot(found.value * trace.standard_error, trace.value * found.standard_error)
    assert gain.standard_error == pytest.approx(independent, rel=0.35)


def test_flags_enter_as_they_are() -> None:
    # twice as much is discovered in flagged periods: log 2
    rng = np.random.default_rng(5)
    flags = (rng.random((40, 60)) < 0.3).astype(np.float64)
    logs = Logs(flags, counts(rng, 2 * 2**flags), counts(rng, np.full((40, 60), 4.0)), flags=True)
    effect = deployment_elasticity(logs)

    assert effect.value == pytest.approx(math.log(2), abs=3 * effect.standard_error)
    assert effect.standard_error < 0.06


def test_the_trace_of_flags_is_least_squares_with_a_dummy_for_every_area_and_period() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(8)
    shape = (12, 9)
    logs = Logs(
        np.where(rng.random(shape) < 0.4, 1.0, 0.0),
        counts(rng, np.full(shape, 3.0)),
        counts(rng, np.full(shape, 5.0)),
        flags=True,
    )
    rows, answers = [], []
    for area in range(12):
        for period in range(1, 8):  # a memory of two periods, and a period that follows
            told = [
                np.log(of[area, period - 1 : period + 1].sum() + 0.5)
                for of in (logs.discovered, logs.reported)
            ]
            rows.append([*told, *np.eye(12)[area], *np.eye(9)[period, 2:8]])
            answers.append(logs.deployment[area, period + 1])

    assert retraining_trace(logs, memory=2).value == pytest.approx(
        sm.OLS(answers, np.array(rows)).fit().params[0]
    )
    with pytest.raises(ValueError, match="expected a memory"):
        retraining_trace(logs, memory=9)


def test_a_tool_that_flags_what_it_recorded_has_the_gain_that_it_was_made_with() -> None:
    # flagged with chance .4 + .2 log(records of two periods / 8), twice as much is discovered under a flag: .2 log 2 = .139
    rng = np.random.default_rng(9)
    areas, periods = 60, 80
    flags, found = np.zeros((areas, periods)), np.zeros((areas, periods))
    level = np.zeros(areas)
    for at in range(periods):
        if at > 1:
            level = np.log(found[:, at - 2 : at].sum(axis=1) + 0.5) - np.log(8.0)
        flags[:, at] = rng.random(areas) < np.clip(0.4 + 0.2 * level, 0, 1)
        found[:, at] = rng.poisson(3 * 2 ** flags[:, at])
    logs = Logs(flags, found, counts(rng, np.full(flags.shape, 5.0)), flags=True)
    trace, gain = retraining_trace(logs, memory=2), loop_gain(logs, memory=2)

    assert trace.value == pytest.approx(0.2, abs=3 * trace.standard_error)
    assert gain.value == pytest.approx(0.2 * math.log(2), abs=3 * gain.standard_error)
    assert gain.interval(0.95)[0] > 0


def some(*, none: float = 0.2, seed: int = 6) -> Logs:
    """Make logs in which some periods have no deployment; an elasticity of .5 otherwise."""
    rng = np.random.default_rng(seed)
    hours = np.where(rng.random((30, 40)) < none, 0.0, rng.lognormal(0, 0.7, (30, 40)))
    found = counts(rng, 3 * np.where(hours > 0, np.sqrt(np.where(hours > 0, hours, 1.0)), 0.5))
    return Logs(hours, found, counts(rng, np.full(hours.shape, 5.0)), counts(rng, np.full(hours.shape, 2.0)))


def test_periods_without_deployment_have_a_level_of_their_own() -> None:
    effect = deployment_elasticity(some())
    # in other units the elasticity is the same, whatever stands in for the logarithm of 0
    logs = some()
    other = deployment_elasticity(logs._replace(deployment=logs.deployment * 60))

    assert effect.value == pytest.approx(0.5, abs=3 * effect.standard_error)
    assert other.value == pytest.approx(effect.value, abs=1e-7)


def test_periods_without_deployment_say_nothing_where_they_never_discover_anything() -> None:
    logs = some()
    silent = logs._replace(discovered=np.where(logs.deployment == 0, 0.0, logs.discovered))
    unknown = silent._replace(deployment=np.where(logs.deployment == 0, np.nan, logs.deployment))

    assert deployment_elasticity(silent).value == pytest.approx(deployment_elasticity(unknown).value)


def test_what_comes_later_and_what_police_cannot_discover_do_not_move() -> None:
    logs = some()
    for effect in (placebo_lead(logs), negative_control(logs), placebo_lead(logs, memory=4)):
        assert abs(effect.value) < 3.5 * effect.standard_error
    with pytest.raises(ValueError, match="cannot discover"):
        negative_control(logs._replace(control=None))


def test_a_lag_brings_the_deployment_of_earlier_periods() -> None:
    logs = some(none=0.0)
    late = logs._replace(
        deployment=np.roll(logs.deployment, -1, axis=1)
    )  # discoveries come a period after it
    effect = deployment_elasticity(late, lag=1)

    assert effect.value == pytest.approx(0.5, abs=3 * effect.standard_error)
    assert placebo_lead(late, lag=1).areas == 30


def test_deployment_that_never_changes_is_found_out() -> None:
    logs = some()._replace(deployment=np.ones((30, 40)))

    assert not changing_areas(logs).any()
    with pytest.raises(ValueError, match="vary within areas"):
        deployment_elasticity(logs)


def test_the_interval_rests_on_the_effective_areas() -> None:
    effect = Effect(0.3, 0.1, 40, 21.0)

    assert effect.interval(0.95) == pytest.approx(stats.t(20, loc=0.3, scale=0.1).interval(0.95))
    least = (stats.t(20).ppf(0.975) + stats.t(20).ppf(0.8)) * 0.1
    assert effect.smallest_detectable == pytest.approx(least)
    assert Effect(0.3, 0.1, 2, 1.2).degrees == 1


def test_f18_ratio_of_ratios() -> None:
    found = ratio_of_ratios(
        discovered_inside=60, reported_inside=100, discovered_outside=30, reported_outside=100
    )

    assert found.value == pytest.approx(2.0)
    assert found.standard_error == pytest.approx(math.sqrt(1 / 60 + 1 / 100 + 1 / 30 + 1 / 100))
    assert found.interval(0.95) == pytest.approx((1.191, 3.359), abs=5e-4)
    with pytest.raises(ValueError, match="above 0"):
        ratio_of_ratios(discovered_inside=0, reported_inside=1, discovered_outside=1, reported_outside=1)
