"""Screening many neighbourhoods: of those that are pointed out, how many differ from the rest by chance alone."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from auditkit.measure.measuring import measure
from auditkit.results.measurements import Estimate
from auditkit.results.tally import Tally
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.people import flags_table
from benchmarks.validity.scores import Scores
from benchmarks.validity.worlds import World

RATE = 0.2


def worlds(*, replicates: int) -> Iterator[World]:
    """60 areas; none differ, or some lie as far above the city's rate as others lie below it."""
    for people, different in product((60, 300, 1_500), (0, 6, 20)):
        settings = {"areas": 60, "people": people, "different": different}
        name = f"{different} of 60 areas differ" if different else "no area differs"
        yield World(study="screening", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw flags by area, screen the areas, and look which were pointed out."""
    settings, scores = world.settings, Scores()
    areas, people, different = settings["areas"], settings["people"], settings["different"]
    rates = np.full(areas, RATE)
    rates[:different:2] += 0.12
    rates[1:different:2] -= 0.12
    truly = {f"{at:02}" for at in range(different)}
    for drawn in rng.binomial(people, rates, size=(world.replicates, areas)).tolist():
        counts: dict[tuple[str, ...], Any] = {(f"{at:02}",): (k, people) for at, k in enumerate(drawn)}
        table = flags_table(("area",), counts, reference=None)
        tally = Tally(dimensions=(), has_outcome=False, refused=(), areas=table)
        items = measure(tally, metrics=("areas",), measuring=PLAIN, progress=lambda _: None).items
        found = {
            item.group[0][1]
            for item in items
            if item.metric == "selection_rate_p_value_bh"
            and isinstance(item.result, Estimate)
            and (item.result.value or 0.0) <= 0.05
        }
        false = len(found - truly)
        scores.share("false among areas pointed out", false / max(1, len(found)))
        if different:
            scores.share("found of areas that differ", len(found & truly) / different)
    return scores
