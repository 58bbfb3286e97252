"""Draws from a distribution of many dimensions, of which density and slope are known: Hamiltonian Monte Carlo."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Density = Callable[[Floats], tuple[Floats, Floats]]
"""From points, shape (chains, n), to log densities, shape (chains,), and their slopes, shape (chains, n)."""
_PATH = 1.5 * np.pi
"""Length of a path in standard deviations: where what is known least bends, a quarter of a circle is too short."""
_MOST_STEPS = 20
_TAKEN = 0.5
"""Share of proposals to be taken by the chain that finds it hardest; by a mean over chains one could stand still."""


class Draws(NamedTuple):
    """What the chains visited."""

    values: Floats
    """Shape (chains, draws, n)."""
    accepted: float
    """Share of proposals that were taken, after warming up."""


class _Point(NamedTuple):
    """Where the chains are."""

    at: Floats
    height: Floats
    slope: Floats


def sample(
    density: Density, start: Floats, *, scale: Floats, warmup: int, draws: int, rng: np.random.Generator
) -> Draws:
    """Points as often as the density is high, from several chains that move side by side.

    Parameters
    ----------
    density
        Log density and slope. A point without a density is minus infinity; its slope is finite nevertheless.
    start
        Shape (chains, n).
    scale
        Shape (n, n); times a standard normal vector it should look like the distribution, roughly.
    warmup
        Rounds that tune the length of a step and are then forgotten.
    draws
        Rounds that are kept.
    rng
        Source of chance.

    References
    ----------
    Neal, R. M. (2011), MCMC using Hamiltonian dynamics, Handbook of Markov Chain Monte Carlo, ch. 5. Hoffman, M. D.,
    Gelman, A. (2014), The no-U-turn sampler, JMLR 15, 1593-1623, section 3.2 (tuning by dual averaging).

    >>> def normal(x):  # mean 3, standard deviation 2
    ...     return -((x[:, 0] - 3) ** 2) / 8, -(x - 3) / 4
    >>> rng = np.random.default_rng(1)
    >>> got = sample(normal, np.zeros((4, 1)), scale=np.array([[2.0]]), warmup=100, draws=1000, rng=rng)
    >>> bool(abs(got.values.mean() - 3) < 0.2), bool(abs(got.values.std() - 2) < 0.2)
    (True, True)
    """
    point = _Point(start, *density(start))
    step, tuning = 0.5, _Tuning(0.5)
    kept, taken = np.empty((len(start), draws, start.shape[1])), np.empty(draws)
    for turn in range(warmup + draws):
        motion = rng.standard_normal(start.shape)
        # Short steps now and then, for chains in a narrow place; paths of unequal length, so that none is a circle.
        length = step * rng.uniform(0.2, 1.0) ** 0.5
        steps = min(_MOST_STEPS, max(1, round(_PATH * rng.uniform(0.6, 1.2) / length)))
        new, energy = _path(density, point, motion, scale=scale, step=length, steps=steps)
        gain = np.nan_to_num(new.height - energy, nan=-np.inf) - point.height + 0.5 * (motion**2).sum(axis=1)
        chance = np.exp(np.minimum(0.0, gain))
        take = rng.uniform(size=chance.size) < chance
        point = _Point(
            *(
                np.where(_columns(take, new_part), new_part, part)
                for new_part, part in zip(new, point, strict=True)
            )
        )
        if turn < warmup:
            step = tuning.after(float(chance.min()), last=turn == warmup - 1)
        else:
            kept[:, turn - warmup], taken[turn - warmup] = point.at, chance.mean()
    return Draws(kept, float(taken.mean()))


def _columns(take: NDArray[np.bool_], part: Floats) -> NDArray[np.bool_]:
    return take.reshape(-1, *[1] * (part.ndim - 1))


def _path(
    density: Density, point: _Point, motion: Floats, *, scale: Floats, step: float, steps: int
) -> tuple[_Point, Floats]:
    """Follow the motion for some steps (leapfrog): the point there, and the energy of motion."""
    with np.errstate(over="ignore", invalid="ignore"):  # a path that runs away is refused at its end
        motion = motion + 0.5 * step * point.slope @ scale
        for k in range(steps):
            at = point.at + step * motion @ scale.T
            point = _Point(at, *density(at))
            motion = motion + (0.5 if k == steps - 1 else 1.0) * step * point.slope @ scale
        return point, 0.5 * (motion**2).sum(axis=1)


class _Tuning:
    """Finds the step at which the wanted share of proposals is taken (Hoffman and Gelman 2014, algorithm 5)."""

    def __init__(self, first: float) -> None:
        self.centre, self.count, self.error, self.smooth = np.log(10 * first), 0, 0.0, 0.0

    def after(self, accepted: float, *, last: bool) -> float:
        self.count += 1
        self.error += (_TAKEN - accepted - self.error) / (self.count + 10)
        log_step = self.centre - np.sqrt(self.count) / 0.05 * self.error
        weight = self.count**-0.75
        self.smooth = weight * log_step + (1 - weight) * self.smooth
        return float(np.exp(min(0.3, self.smooth if last else log_step)))


def split_r_hat(values: Floats) -> float:
    """How far chains disagree on one quantity: 1 where they tell the same, above 1.1 where they were too short.

    Parameters
    ----------
    values
        Shape (chains, draws); each chain counts as two halves.

    References
    ----------
    Gelman, A., et al. (2013), Bayesian Data Analysis, 3rd ed., section 11.4.

    >>> values = np.array(
    ...     [[0.0, 1, 0, 1], [2, 3, 2, 3]]
    ... )  # halves: variance 1/2 each, means 0.5, 0.5, 2.5, 2.5
    >>> round(split_r_hat(values), 4)  # root of 1/2 + (4/3) / (1/2)
    1.7795
    """
    half = values.shape[1] // 2
    halves = np.concatenate([values[:, :half], values[:, half : 2 * half]])
    within, between = halves.var(axis=1, ddof=1).mean(), halves.mean(axis=1).var(ddof=1)
    return float(np.sqrt((half - 1) / half + between / within))
