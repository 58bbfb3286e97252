"""People with outcomes: error rates and predictive values, whose denominators are themselves chance."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.validity.counted import as_audited, compared, rates_in
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.measured import of_measured
from benchmarks.validity.people import Made, shares_of, table, true_of_people
from benchmarks.validity.scores import Scores
from benchmarks.validity.truths import score
from benchmarks.validity.worlds import SEED, World

METRICS = ("false_positive_rate", "false_negative_rate", "positive_predictive_value")


def worlds(count: int, *, replicates: int) -> Iterator[World]:
    """Draw settings: 2 or 4 groups of 30 to 10,000 people, error rates alike or different."""
    rng = np.random.default_rng([SEED, 2])
    for _ in range(count):
        fair = bool(rng.random() < 0.4)
        groups = int(rng.choice([2, 4], p=[0.7, 0.3]))
        sizes = np.exp(rng.uniform(np.log(30), np.log(10_000), size=groups))
        common = rng.uniform([0.05, 0.02, 0.1], [0.6, 0.5, 0.8])
        each = np.tile(common, (groups, 1))
        if not fair:
            each = np.clip(common * np.exp(rng.normal(0, 0.4, size=(groups, 3))), 0.01, 0.95)
        settings = {
            "sizes": [int(n) for n in sizes],
            "prevalence_fpr_fnr": [[round(float(value), 4) for value in row] for row in each],
            "reference": bool(rng.random() < 0.5),
        }
        name = "all groups alike" if fair else "every group different"
        yield World(study="outcomes", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw confusion matrices, and measure what they say of each group."""
    settings, scores = world.settings, Scores()
    made = {
        (chr(ord("A") + at),): Made(people, shares_of(prevalence=p, fpr=fpr, fnr=fnr))
        for at, (people, (p, fpr, fnr)) in enumerate(
            zip(settings["sizes"], settings["prevalence_fpr_fnr"], strict=True)
        )
    }
    truths = true_of_people(METRICS, {group: one for (group,), one in made.items()})
    cells = tuple(next(iter(made.values())).shares)
    draws = [
        rng.multinomial(int(one.people), [one.shares[cell] for cell in cells], size=world.replicates).tolist()
        for one in made.values()
    ]
    for drawn in zip(*draws, strict=True):
        counts: dict[tuple[str, ...], Any] = {
            group: dict(zip(cells, row, strict=True)) for group, row in zip(made, drawn, strict=True)
        }
        people = table(("group",), counts, reference=("A",) if settings["reference"] else None)
        items = [item for one in METRICS for item in compared(one, rates_in(people, one), people, PLAIN)]
        if not scores.intervals:
            as_audited(items, (people,), PLAIN, metrics=METRICS)
        score(items, of_measured(items, truths), scores)
    return scores
