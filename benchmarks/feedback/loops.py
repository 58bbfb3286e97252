"""One urn, written four ways: as published simulators do, in plain Python, as auditkit does, and its random numbers alone."""

import random  # noqa: TID251  # what plain Python has
from itertools import accumulate
from math import exp

import numpy as np
from numpy.typing import NDArray

from auditkit.statistics import urn_runs
from auditkit.statistics.urn import Urn

Floats = NDArray[np.float64]
AREAS = 150
START = 10
"""Records of each area at the start."""


def rates() -> Floats:
    """Return the records that one visit discovers, by area."""
    return np.linspace(1.0, 5.0, AREAS)


def plain_python(rounds: int, replicates: int) -> float:
    """Play the urn with the standard library alone; return the mean final share of the last area."""
    rng = random.Random(1)  # noqa: S311  # no secret depends on it
    limits, areas = [exp(-rate) for rate in rates()], range(AREAS)
    total_share = 0.0
    for _ in range(replicates):
        counts = [START] * AREAS
        for _ in range(rounds):
            area = rng.choices(areas, cum_weights=list(accumulate(counts)))[0]
            found, product, limit, uniform = 0, rng.random(), limits[area], rng.random
            while product > limit:  # Knuth's way to a Poisson number
                found += 1
                product *= uniform()
            counts[area] += found
        total_share += counts[-1] / sum(counts)
    return total_share / replicates


def per_step_numpy(rounds: int, replicates: int) -> float:
    """Play it as published simulators do: numpy called for every visit."""
    rng, mean = np.random.default_rng(1), rates()
    total_share = 0.0
    for _ in range(replicates):
        counts = np.full(AREAS, START)
        for _ in range(rounds):
            area = rng.choice(AREAS, p=counts / counts.sum())
            counts[area] += rng.poisson(mean[area])
        total_share += float(counts[-1] / counts.sum())
    return total_share / replicates


def ours(rounds: int, replicates: int, *, compiled: bool) -> float:
    """Play it with auditkit; both ways give the same numbers."""
    usual = urn_runs.KERNEL_FROM
    urn_runs.KERNEL_FROM = 0 if compiled else 2**62
    try:
        urn = Urn(recorded=np.full(AREAS, START), discovered=rates(), reported=np.zeros(AREAS))
        runs = urn_runs.simulate(urn, rounds=rounds, replicates=replicates, rng=np.random.default_rng(1))
    finally:
        urn_runs.KERNEL_FROM = usual
    return float(runs.final[:, -1].mean())


def floor(rounds: int, replicates: int) -> float:
    """Draw what any urn must draw: for each visit a whole number, and a Poisson number."""
    rng, mean = np.random.default_rng(1), np.resize(rates(), rounds)
    for _ in range(replicates):
        rng.integers(0, 1_000, size=rounds)
        rng.poisson(mean)
    return float("nan")


def uniforms(rounds: int, replicates: int) -> float:
    """Draw the uniform numbers from which auditkit makes both."""
    rng = np.random.default_rng(1)
    for _ in range(replicates):
        rng.random(2 * rounds)
    return float("nan")
