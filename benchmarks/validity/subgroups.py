"""Subgroups that nobody named: how often one is confirmed where nobody differs, and how often a wronged one is."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from auditkit.measure.subgroups import find_subgroups
from auditkit.results.alternatives import SubgroupCell, SubgroupTally
from auditkit.results.tally import Tally
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.scores import Scores
from benchmarks.validity.worlds import World

COLUMNS = ("race", "sex", "age", "past")
SHARES = ((0.5, 0.25, 0.15, 0.1), (0.6, 0.4), (0.4, 0.35, 0.25), (0.25, 0.25, 0.25, 0.25))
VALUES = [tuple(map(str, values)) for values in product(*(range(len(one)) for one in SHARES))]
WRONGED = (("race", "1"), ("age", "2"))
"""A quarter of a quarter: race and age together, which nobody declares."""


def worlds(*, replicates: int) -> Iterator[World]:
    """Four columns, 227 combinations of up to three; in some worlds one of two columns is flagged more often."""
    for people, rate, times in product((1_000, 4_000, 16_000), (0.05, 0.3), (1.0, 1.5, 2.0)):
        settings = {"people": people, "rate": rate, "times": times}
        name = "nobody differs" if times == 1 else f"one subgroup {times:g} times as often, {people:,} people"
        yield World(study="subgroups", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw people without the outcome in two halves, search one, and look what the other confirms."""
    settings, scores = world.settings, Scores()
    wrong = [settings["rate"] * (settings["times"] if _wronged(values) else 1) for values in VALUES]
    shares = np.array([np.prod([SHARES[at][int(v)] for at, v in enumerate(values)]) for values in VALUES])
    chances = np.stack([shares * (1 - np.array(wrong)), shares * np.array(wrong)]) / 2
    joint = np.stack([chances, chances])  # half, decision, combination
    for flat in rng.multinomial(settings["people"], joint.ravel(), size=world.replicates):
        found = _found(flat.reshape(joint.shape))
        if settings["times"] == 1:
            scores.event("a subgroup is confirmed", bool(found))
        else:
            scores.event(
                "the wronged one is confirmed, or one that holds it or is held", any(map(_about, found))
            )
    return scores


def _wronged(values: tuple[str, ...]) -> bool:
    named = dict(zip(COLUMNS, values, strict=True))
    return all(named[column] == value for column, value in WRONGED)


def _about(group: tuple[tuple[str, str], ...]) -> bool:
    return {*group} <= {*WRONGED} or {*WRONGED} <= {*group}


def _found(drawn: np.ndarray) -> list[tuple[tuple[str, str], ...]]:
    cells = tuple(
        SubgroupCell(
            half=half, values=VALUES[at], decision=decision, outcome=0, n=int(drawn[half, decision, at])
        )
        for half, decision, at in zip(*np.nonzero(drawn), strict=True)
    )
    table = SubgroupTally(
        columns=COLUMNS, left_out=(), named=tuple((one,) for one in COLUMNS), depth=3, smallest=100,
        metric="false_positive_rate", control="holm", by_id=True, cells=cells,
    )  # fmt: skip
    tally = Tally(dimensions=(), has_outcome=True, refused=(), subgroups=table)
    return [one.group for one in find_subgroups(tally, PLAIN)[1].tested if one.found]
