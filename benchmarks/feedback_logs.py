"""How often the test on logs of a deployed tool is right: made logs with and without a loop (methods 6.9, case F19).

    python -m benchmarks.feedback_logs [--runs 400]

Each run makes a city, lets a tool that learns from its own records deploy in it, and makes the test. Printed, as a
Markdown table, are the mean and spread of the elasticity, how often its 95 % interval holds the truth and lies above 0,
how often the verdict is that records follow deployment, and how often the placebo lead is not 0. `docs/methods/feedback_logs.md` shows what it printed.
"""

import argparse
from typing import NamedTuple

import numpy as np

from auditkit.statistics.log_test import Logs, deployment_elasticity, placebo_lead

SEED, MEMORY = 20260101, 12


class World(NamedTuple):
    """A city whose logs are made."""

    areas: int
    periods: int
    elasticity: float
    """What one per cent more deployment adds to discoveries, in per cent."""
    drift: float = 0.0
    """Standard deviation of the yearly change of an area's own incidents, on the log scale."""
    hot: float = 0.0
    """Extra variance of incidents from week to week, relative to their mean squared."""


WORLDS = (
    World(60, 104, 0.0), World(30, 104, 0.0), World(20, 52, 0.0), World(60, 104, 0.0, drift=0.3),
    World(60, 104, 0.0, hot=0.3), World(30, 104, 0.0, drift=0.3, hot=0.3), World(60, 104, 0.1), World(60, 104, 0.5),
    World(30, 104, 0.1), World(30, 104, 0.5), World(20, 52, 0.1), World(20, 52, 0.5), World(60, 104, 0.5, drift=0.3, hot=0.3),
)  # fmt: skip


def made_logs(world: World, rng: np.random.Generator) -> Logs:
    """Let a tool that learns from everything recorded deploy in a made city; F19 of the methods, week by week."""
    size = world.areas, world.periods
    level = np.exp(rng.normal(1.5, 0.8, world.areas))
    past = 1 + rng.poisson(10.4 * level).astype(np.float64)
    steps = rng.normal(0, world.drift / np.sqrt(52), size) if world.drift else np.zeros(size)
    happens = level[:, None] * np.exp(np.cumsum(steps, axis=1))
    if world.hot:
        happens = happens * rng.gamma(1 / world.hot, world.hot, size)
    reported, discovered, deployed = np.zeros(size), np.zeros(size), np.zeros(size)
    for week in range(world.periods):
        deployed[:, week] = past / past.mean() * np.exp(rng.normal(0, 0.5, world.areas))
        reported[:, week] = rng.poisson(0.4 * happens[:, week])
        discovered[:, week] = rng.poisson(0.1 * happens[:, week] * deployed[:, week] ** world.elasticity)
        past = past + reported[:, week] + discovered[:, week]
    return Logs(deployment=deployed, discovered=discovered, reported=reported)


def study(world: World, *, runs: int, rng: np.random.Generator) -> dict[str, float]:
    """Make the test on so many made logs."""
    values, covered, found, detectable, leads = [], [], [], [], []
    for _ in range(runs):
        logs = made_logs(world, rng)
        effect = deployment_elasticity(logs, memory=MEMORY)
        low, high = effect.interval(0.95)
        below, above = placebo_lead(logs, memory=MEMORY).interval(0.95)
        values.append(effect.value)
        covered.append(low <= world.elasticity <= high)
        leads.append(not below <= 0 <= above)
        found.append(low > 0)
        detectable.append(effect.smallest_detectable)
    said = np.array(found) & ~np.array(leads)
    return {
        "mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1)), "covers": float(np.mean(covered)),
        "found": float(np.mean(found)), "said": float(said.mean()), "lead": float(np.mean(leads)),
        "detectable": float(np.mean(detectable)),
    }  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Make logs with and without a loop and test them.")
    parser.add_argument("--runs", type=int, default=400, help="made logs of each kind")
    runs = parser.parse_args().runs
    print(
        "| areas, weeks | incidents | truth | mean (SD) | 95 % range holds it | range above 0 | verdict “follows” | lead not 0 | detectable |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for world in WORLDS:
        got = study(world, runs=runs, rng=np.random.default_rng(SEED))
        kinds = [name for name, on in (("drift", world.drift), ("bursts", world.hot)) if on]
        print(
            f"| {world.areas}, {world.periods} | {' and '.join(kinds) or 'steady'} | {world.elasticity:g} "
            f"| {got['mean']:.3f} ({got['sd']:.3f}) | {got['covers']:.3f} | {got['found']:.3f} | {got['said']:.3f} "
            f"| {got['lead']:.3f} | {got['detectable']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
