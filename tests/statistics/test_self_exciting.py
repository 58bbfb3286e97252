"""The self-exciting process of methods 6.2: expectation-maximisation against a direct search, and made data."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from auditkit.statistics.self_exciting import Ending, Process, first_guess, fit, log_likelihood, next_rate

Counts = NDArray[np.int64]


def made(
    rng: np.random.Generator, *, background: list[float], theta: float, omega: float, periods: int
) -> Counts:
    """Draw records generation by generation; the delay of a child is geometric, from the next period on."""
    counts = np.zeros((periods, 1, len(background)), dtype=np.int64)
    for area, rate in enumerate(background):
        times = rng.integers(0, periods, rng.poisson(rate * periods))
        while len(times):
            counts[:, 0, area] += np.bincount(times, minlength=periods)
            children = np.repeat(times, rng.poisson(theta, len(times)))
            times = children + rng.geometric(-np.expm1(-omega), len(children))
            times = times[times < periods]
    return counts


def plain_log_likelihood(
    counts: Counts, background: NDArray[np.float64], theta: float, omega: float, ending: Ending
) -> float:
    """Write the likelihood out with one matrix of what each period expects of each, as a second implementation."""
    periods = len(counts)
    ages = np.subtract.outer(np.arange(periods), np.arange(periods)).astype(float)
    kernel = np.where(ages > 0, theta * -np.expm1(-omega) * np.exp(-omega * np.maximum(ages - 1, 0)), 0.0)
    series = counts[:, 0, :]
    set_off = kernel @ series
    compensator = theta * series.sum() if ending == "published" else set_off.sum()
    return float((series * np.log(background + set_off)).sum() - periods * background.sum() - compensator)


BOTH: tuple[Ending, ...] = ("published", "corrected")


@pytest.fixture(scope="module")
def small() -> Counts:
    return made(np.random.default_rng(4), background=[0.5, 1.0, 2.0], theta=0.6, omega=0.5, periods=80)


@pytest.mark.parametrize("ending", BOTH)
def test_the_likelihood_is_that_of_the_formula_written_out(small: Counts, ending: Ending) -> None:
    background = np.array([0.4, 0.9, 1.6])
    process = Process(background[None, :], np.array([0.45]), np.array([0.35]))

    assert log_likelihood(small, process, ending=ending)[0] == pytest.approx(
        plain_log_likelihood(small, background, 0.45, 0.35, ending), rel=1e-12
    )


@pytest.mark.parametrize("ending", BOTH)
def test_expectation_maximisation_ends_where_a_direct_search_of_the_likelihood_ends(
    small: Counts, ending: Ending
) -> None:
    found = fit(small, start=first_guess(small), ending=ending, iterations=900, tolerance=1e-7)

    def minus(logs: NDArray[np.float64]) -> float:
        values = np.exp(logs)
        return -plain_log_likelihood(small, values[:3], float(values[3]), float(values[4]), ending)

    direct = minimize(minus, np.log([0.3, 0.3, 0.3, 0.2, 1.0]), method="BFGS", options={"gtol": 1e-4})
    ours = np.concatenate([found.process.background[0], found.process.theta, found.process.omega])

    assert found.converged
    assert ours == pytest.approx(np.exp(direct.x), rel=2e-3)
    assert log_likelihood(small, found.process, ending=ending)[0] == pytest.approx(
        -float(direct.fun), abs=1e-4
    )


@pytest.mark.parametrize("ending", BOTH)
def test_every_iteration_raises_the_likelihood(small: Counts, ending: Ending) -> None:
    process, reached = first_guess(small), []
    for _ in range(20):
        process = fit(small, start=process, ending=ending, iterations=1).process
        reached.append(float(log_likelihood(small, process, ending=ending)[0]))

    assert np.all(np.diff(reached) >= -1e-9)


def test_known_parameters_are_recovered_from_made_data() -> None:
    truth = [0.3, 0.6, 1.2, 2.4] * 8
    counts = made(np.random.default_rng(8), background=truth, theta=0.6, omega=0.5, periods=400)

    found = fit(counts, start=first_guess(counts), ending="corrected", iterations=150, tolerance=1e-4)

    # about 36,000 records, 60 % of them set off by others
    assert found.process.theta[0] == pytest.approx(0.6, abs=0.03)
    assert found.process.omega[0] == pytest.approx(0.5, rel=0.1)
    assert found.process.background[0].sum() == pytest.approx(sum(truth), rel=0.05)


def test_the_published_settings_are_recovered_and_ignoring_the_ending_gives_too_little() -> None:
    # Methods 6.2: theta 15, sigma .1 give 15 * 2 * pi * .01 = .942 expected offspring, omega .2; 400 of 2,190 days.
    counts = made(np.random.default_rng(5), background=[0.2] * 30, theta=0.942, omega=0.2, periods=400)
    # 30 backgrounds are estimated beside them from 400 days each, which takes a little from theta either way
    corrected, published = (
        fit(counts, start=first_guess(counts), ending=ending, iterations=100, tolerance=1e-4).process
        for ending in ("corrected", "published")
    )

    assert corrected.theta[0] == pytest.approx(0.942, abs=0.05)
    assert corrected.omega[0] == pytest.approx(0.2, rel=0.2)
    assert published.theta[0] < corrected.theta[0] - 0.02


def test_replicates_are_fitted_as_if_alone(small: Counts) -> None:
    other = small[:, :, ::-1] + 1
    both = np.concatenate([small, other], axis=1)
    together = fit(both, start=first_guess(both), iterations=7, tolerance=0).process

    for at, single in enumerate((small, other)):
        alone = fit(single, start=first_guess(single), iterations=7, tolerance=0).process
        assert together.theta[at] == pytest.approx(alone.theta[0], rel=1e-12)
        assert together.background[at] == pytest.approx(alone.background[0], rel=1e-12)
        assert next_rate(both, together)[at] == pytest.approx(next_rate(single, alone)[0], rel=1e-12)


def test_nothing_recorded_gives_rates_of_nothing() -> None:
    empty = np.zeros((5, 1, 2), dtype=np.int64)
    found = fit(empty, start=first_guess(empty))

    assert next_rate(empty, found.process).tolist() == [[0.0, 0.0]]
    assert log_likelihood(empty, found.process).tolist() == [0.0]


def test_a_first_record_where_an_earlier_fit_saw_none_is_explained() -> None:
    before = np.array([[[3, 0]], [[2, 0]], [[4, 0]]])
    warm = fit(before, start=first_guess(before)).process
    after = np.concatenate([before, [[[2, 5]]]])

    rate = next_rate(after, fit(after, start=warm, iterations=3).process)

    assert np.isfinite(rate).all()
    assert rate[0, 1] > 0
