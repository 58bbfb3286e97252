"""Draws against distributions whose moments are known."""

import numpy as np
import pytest

from auditkit.statistics.hamiltonian import sample, split_r_hat


def test_draws_have_the_moments_of_a_correlated_normal_distribution() -> None:
    covariance = np.array([[4.0, 1.5], [1.5, 1.0]])
    precision, mean = np.linalg.inv(covariance), np.array([1.0, -2.0])

    def density(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = (x - mean) @ precision
        return -0.5 * (away * (x - mean)).sum(axis=1), -away

    # The scale is wrong on purpose: it has no correlation.
    got = sample(
        density, np.zeros((4, 2)), scale=np.eye(2), warmup=100, draws=1500, rng=np.random.default_rng(1)
    )
    points = got.values.reshape(-1, 2)

    assert points.mean(axis=0) == pytest.approx(mean, abs=0.15)
    assert np.cov(points.T) == pytest.approx(covariance, abs=0.4)
    assert 0.4 < got.accepted <= 1
    assert split_r_hat(got.values[..., 0]) < 1.05


def test_points_without_a_density_are_never_visited() -> None:
    def gamma(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = np.maximum(x, 1e-9)
        return np.where(x > 0, 3 * np.log(inside) - inside, -np.inf)[:, 0], 3 / inside - 1

    got = sample(
        gamma, np.ones((4, 1)), scale=np.eye(1), warmup=100, draws=1000, rng=np.random.default_rng(1)
    )

    assert got.values.min() > 0
    assert got.values.mean() == pytest.approx(4.0, abs=0.2)  # the mean of this gamma distribution
    assert got.values.std() == pytest.approx(2.0, abs=0.2)  # and its standard deviation


def test_the_same_seed_gives_the_same_draws() -> None:
    def normal(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -0.5 * (x**2).sum(axis=1), -x

    one, other = (
        sample(normal, np.zeros((2, 1)), scale=np.eye(1), warmup=5, draws=5, rng=np.random.default_rng(3))
        for _ in range(2)
    )

    assert (one.values == other.values).all()


def test_chains_in_different_places_disagree() -> None:
    rng = np.random.default_rng(1)
    together = rng.standard_normal((4, 100))

    assert split_r_hat(together) < 1.05
    assert split_r_hat(together + 5 * np.arange(4)[:, None]) > 3
