"""The self-exciting process of methods 6.2: expectation-maximisation against a direct search, and made data."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from auditkit.statistics.self_exciting import Process, first_guess, fit, log_likelihood, next_rate

Counts = NDArray[np.int64]


def made(
    rng: np.random.Generator, *, background: list[float], theta: float, omega: float, periods: int
) -> Counts:
    """Draw records in continuous time, generation by generation, and count them by period."""
    counts = np.zeros((periods, 1, len(background)), dtype=np.int64)
    for area, rate in enumerate(background):
        times = rng.uniform(0, periods, rng.poisson(rate * periods))
        while len(times):
            np.add.at(counts, (times.astype(int), 0, area), 1)
            children = np.repeat(times, rng.poisson(theta, len(times)))
            times = children + rng.exponential(1 / omega, len(children))
            times = times[times < periods]
    return counts


def plain_log_likelihood(counts: Counts, background: NDArray[np.float64], theta: float, omega: float) -> float:
    """Write the likelihood out as two loops over records, as an independent second implementation."""
    found = 0.0
    periods, _, areas = counts.shape
    for area in range(areas):
        series = counts[:, 0, area]
        for t in range(periods):
            rate = background[area] + sum(
                series[s] * theta * omega * np.exp(-omega * (t - s)) for s in range(t)
            )
            found += series[t] * np.log(rate)
    return found - periods * float(background.sum()) - theta * float(counts.sum())


@pytest.fixture(scope="module")
def small() -> Counts:
    return made(np.random.default_rng(3), background=[0.5, 1.0, 2.0], theta=0.5, omega=0.3, periods=60)


def test_the_likelihood_is_that_of_the_formula_written_out(small: Counts) -> None:
    background = np.array([0.4, 0.9, 1.6])
    process = Process(background[None, :], np.array([0.45]), np.array([0.35]))

    assert log_likelihood(small, process)[0] == pytest.approx(
        plain_log_likelihood(small, background, 0.45, 0.35), rel=1e-12
    )


def test_expectation_maximisation_ends_where_a_direct_search_of_the_likelihood_ends(small: Counts) -> None:
    found = fit(small, start=first_guess(small), iterations=5000, tolerance=1e-10)

    def minus(logs: NDArray[np.float64]) -> float:
        values = np.exp(logs)
        return -plain_log_likelihood(small, values[:3], float(values[3]), float(values[4]))

    direct = minimize(minus, np.log([0.3, 0.3, 0.3, 0.2, 1.0]), method="L-BFGS-B", options={"ftol": 1e-14})
    best = np.exp(direct.x)

    assert found.converged
    ours = np.concatenate([found.process.background[0], found.process.theta, found.process.omega])
    assert ours == pytest.approx(best, rel=2e-3)
    assert log_likelihood(small, found.process)[0] == pytest.approx(-float(direct.fun), abs=1e-5)


def test_every_iteration_raises_the_likelihood(small: Counts) -> None:
    process, reached = first_guess(small), []
    for _ in range(20):
        process = fit(small, start=process, iterations=1).process
        reached.append(float(log_likelihood(small, process)[0]))

    assert np.all(np.diff(reached) >= -1e-9)


def test_known_parameters_are_recovered_from_made_data() -> None:
    # Slow decay, so that offspring within the period of their parent, which counts cannot show, are few: 2.5 %.
    truth = [0.3, 0.6, 1.2, 2.4]
    counts = made(np.random.default_rng(8), background=truth, theta=0.6, omega=0.05, periods=4000)

    found = fit(counts, start=first_guess(counts), iterations=2000, tolerance=1e-6)

    assert found.converged
    assert found.process.theta[0] == pytest.approx(0.6, abs=0.04)
    assert found.process.omega[0] == pytest.approx(0.05, rel=0.15)
    assert found.process.background[0] == pytest.approx(truth, rel=0.12)


def test_the_published_settings_stay_recognisable_in_one_dimension() -> None:
    # Methods 6.2: theta 15, sigma .1 give 15 * 2 * pi * .01 = .942 expected offspring, omega .2.
    counts = made(np.random.default_rng(5), background=[0.2] * 6, theta=0.942, omega=0.2, periods=2190)

    found = fit(counts, start=first_guess(counts), iterations=500, tolerance=1e-6)

    # counting by period hides offspring of the same period, so theta comes out lower, and never above
    assert 0.75 < found.process.theta[0] < 0.95
    assert found.process.omega[0] == pytest.approx(0.2, rel=0.3)


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
