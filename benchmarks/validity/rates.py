"""Flagged people: worlds drawn by a recipe over sizes, rates, numbers of groups and disparities."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.validity.counted import as_audited, compared, rates_in
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.measured import of_measured
from benchmarks.validity.people import flags_table
from benchmarks.validity.scores import Scores
from benchmarks.validity.truths import TrueRate, of_rates, score
from benchmarks.validity.worlds import SEED, World

KINDS = {
    "fair": "all groups alike",
    "wronged": "one group wronged by a known amount",
    "graded": "every group different",
}
METRICS = ("selection_rate", "favourable_rate")


def worlds(count: int, *, replicates: int) -> Iterator[World]:
    """Draw settings: 2 to 8 groups of 12 to 20,000 people, of whom 1 to 99 % are flagged."""
    rng = np.random.default_rng([SEED, 1])
    for _ in range(count):
        kind = str(rng.choice(list(KINDS), p=[0.4, 0.4, 0.2]))
        groups = int(rng.choice([2, 3, 5, 8], p=[0.55, 0.25, 0.13, 0.07]))
        odds = float(np.exp(rng.uniform(-4.6, 4.6)))
        sizes = np.full(groups, np.exp(rng.uniform(np.log(12), np.log(20_000))))
        if rng.random() < 0.5:
            sizes = np.exp(rng.uniform(np.log(12), np.log(20_000), size=groups))
        settings: dict[str, Any] = {
            "sizes": [int(n) for n in sizes],
            "rates": [round(one, 5) for one in _rates(kind, groups, odds, rng)],
            "reference": bool(rng.random() < 0.5),
        }
        yield World(study="rates", name=KINDS[kind], settings=settings, replicates=replicates)


def _rates(kind: str, groups: int, odds: float, rng: np.random.Generator) -> list[float]:
    ratios = np.ones(groups)
    if kind == "wronged":
        ratios[int(rng.integers(groups))] = rng.choice([1 / 3, 0.5, 0.8, 1.25, 1.5, 2, 3])
    if kind == "graded":
        ratios = np.exp(rng.normal(0, 0.5, size=groups))
    return [float(odds * ratio / (1 + odds * ratio)) for ratio in ratios]


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw who is flagged, and measure the share of flagged and of unflagged people."""
    settings, scores = world.settings, Scores()
    sizes, rates = np.array(settings["sizes"]), np.array(settings["rates"])
    names = [chr(ord("A") + at) for at in range(len(sizes))]
    truths: dict[Any, Any] = {}
    for metric, share in zip(METRICS, (rates, 1 - rates), strict=True):
        known = zip(names, share.tolist(), sizes.tolist(), strict=True)
        truths |= of_rates(metric, {name: TrueRate(rate, people) for name, rate, people in known})
    for flagged in rng.binomial(sizes, rates, size=(world.replicates, len(sizes))).tolist():
        counts: dict[tuple[str, ...], Any] = {
            (name,): pair for name, *pair in zip(names, flagged, sizes.tolist(), strict=True)
        }
        table = flags_table(("group",), counts, reference=("A",) if settings["reference"] else None)
        items = [item for one in METRICS for item in compared(one, rates_in(table, one), table, PLAIN)]
        if not scores.intervals:
            as_audited(items, (table,), PLAIN, metrics=METRICS)
        score(items, of_measured(items, truths), scores)
    return scores
