"""People who are no independent draws: they stand in several rows, or only a sample of them has outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.measuring import measure
from auditkit.results.tally import DENOMINATORS, PAIRS, Cell, GroupTally, Repeats, Tally
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.people import Made, flags_table, shares_of, true_of_people
from benchmarks.validity.scores import Scores
from benchmarks.validity.truths import TrueRate, Truths, of_rates, score
from benchmarks.validity.worlds import World

SAMPLED = ("false_positive_rate", "false_negative_rate", "prevalence")
FLAGGED, UNFLAGGED = PAIRS.index((1, None)), PAIRS.index((0, None))
Rng = np.random.Generator
Counts = NDArray[np.int64]


def worlds(*, replicates: int) -> Iterator[World]:
    """Lay out repeated people by number, likeness and share, and random audits of unflagged people by size."""
    for people, likeness, rows, rate in product(
        (20, 30, 100, 400), (0.0, 0.3, 0.7), ("about 4", "very unequal"), (0.1, 0.4)
    ):
        settings: dict[str, Any] = {
            "people": people, "likeness": likeness, "rows": rows, "rates": [rate, min(0.9, 1.5 * rate), rate],
        }  # fmt: skip
        name = f"{people} people, {rows} numbers of rows each"
        yield World(study="designs", name=name, settings=settings, replicates=replicates)
    for people, audited, rates in product(
        (1_000, 10_000), (100, 400), ([0.1, 0.1, 0.4], [0.1, 0.3, 0.6], [0.3, 0.3, 0.3])
    ):
        settings = {"people": people, "audited": audited, "prevalence_fpr_fnr": rates}
        name = f"random audit of {audited} unflagged people"
        yield World(study="designs", name=name, settings=settings, replicates=max(1, replicates // 2))


def run(world: World, rng: Rng) -> Scores:
    """Draw people and their rows, or an audit sample, and measure."""
    return (_repeated if "rows" in world.settings else _audited)(world, rng)


def _repeated(world: World, rng: Rng) -> Scores:
    settings, scores = world.settings, Scores()
    rates = dict(zip("ABC", settings["rates"], strict=True))
    truths = of_rates(
        "selection_rate", {name: TrueRate(rate, settings["people"]) for name, rate in rates.items()}
    )
    for _ in range(world.replicates):
        persons = {name: _rows(rate, settings, rng) for name, rate in rates.items()}
        counts: dict[tuple[str, ...], tuple[int, int]] = {
            (name,): (int(one[:, FLAGGED].sum()), int(one.sum())) for name, one in persons.items()
        }
        repeats = tuple(
            Repeats(
                group=(name,),
                people=(len(one),) * len(DENOMINATORS),
                moments=tuple(map(tuple, (one.T @ one).astype(float).tolist())),
                powers=((float((one.sum(axis=1) ** 3).sum()), float((one.sum(axis=1) ** 4).sum())),)
                * len(DENOMINATORS),
            )
            for name, one in persons.items()
        )
        cells = flags_table(("group",), counts, reference=("A",)).cells
        table = GroupTally(dimension=("group",), reference=("A",), cells=cells, repeats=repeats)
        tally = Tally(dimensions=(table,), has_outcome=False, refused=())
        score(_measured(tally, ("selection_rate",)), truths, scores)
    return scores


def _measured(tally: Tally, metrics: tuple[str, ...]) -> Any:
    return measure(tally, metrics=metrics, measuring=PLAIN, progress=lambda _: None).items


def _rows(rate: float, settings: Mapping[str, Any], rng: Rng) -> Counts:
    """Draw people whose rows resemble each other: how many rows of each kind everyone has."""
    people, likeness = settings["people"], settings["likeness"]
    rows = 1 + rng.poisson(3, people)
    if settings["rows"] == "very unequal":
        rows = np.ceil(rng.lognormal(1, 1, people)).astype(np.int64)
    own = np.full(people, rate)
    if likeness > 0:
        strength = 1 / likeness - 1
        own = rng.beta(rate * strength, (1 - rate) * strength, people)
    kinds = np.zeros((people, len(PAIRS)), dtype=np.int64)
    kinds[:, FLAGGED] = rng.binomial(rows, own)
    kinds[:, UNFLAGGED] = rows - kinds[:, FLAGGED]
    return kinds


def _by_what_is_seen(truths: Truths, made: Mapping[str, Made], audited: int) -> Truths:
    """Say how much a truth rests on: the fewest people to be expected of one kind among those with a known outcome."""
    fewest = {}
    for name, one in made.items():
        unflagged = one.shares["tn"] + one.shares["fn"]
        part = {"tp": one.people, "fp": one.people, "tn": audited / unflagged, "fn": audited / unflagged}
        fewest[name] = min(one.shares[cell] * weight for cell, weight in part.items())
    return {
        (metric, who): replace(truth, size=min(fewest[name] for name in (who.split("~") if who else made)))
        for (metric, who), truth in truths.items()
    }


def _audited(world: World, rng: Rng) -> Scores:
    settings, scores = world.settings, Scores()
    people, audited = settings["people"], settings["audited"]
    prevalence, fpr, fnr = settings["prevalence_fpr_fnr"]
    made = {
        "A": Made(people, shares_of(prevalence=prevalence, fpr=fpr, fnr=fnr)),
        "B": Made(people, shares_of(prevalence=prevalence, fpr=min(0.9, 1.5 * fpr), fnr=fnr)),
    }
    truths = _by_what_is_seen(true_of_people(SAMPLED, made), made, audited)
    for _ in range(world.replicates):
        cells: list[Cell] = []
        for name, one in made.items():
            tn, fp, fn, tp = rng.multinomial(people, list(one.shares.values())).tolist()
            seen = int(rng.hypergeometric(fn, tn, min(audited, fn + tn)))
            rest = fn + tn - audited
            drawn = {
                (1, 0): fp,
                (1, 1): tp,
                (0, 1): seen,
                (0, 0): min(audited, fn + tn) - seen,
                (0, None): max(0, rest),
            }
            cells += [
                Cell(group=(name,), decision=decision, outcome=outcome, n=n, suppressed=False)
                for (decision, outcome), n in drawn.items()
            ]
        table = GroupTally(dimension=("group",), reference=("A",), cells=tuple(cells))
        tally = Tally(dimensions=(table,), has_outcome=True, refused=(), sampled=True)
        score(_measured(tally, SAMPLED), truths, scores)
    return scores
