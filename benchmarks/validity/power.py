"""Worlds at the smallest disparity that the audit says it would have found 4 times in 5: how often it does find it."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from auditkit.measure.comparisons import Pairing, difference, pairing, ratio
from auditkit.measure.groups import Rate
from auditkit.measure.pairs import smallest_detectable
from auditkit.results.measurements import Estimate, Family
from benchmarks.validity.counted import rate_of
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.scores import Scores
from benchmarks.validity.worlds import World

SIZES = ((60, 60), (200, 200), (200, 2_000), (2_000, 200), (2_000, 2_000), (30_000, 30_000))
BASES = (0.03, 0.2, 0.5, 0.85)


def worlds(*, replicates: int) -> Iterator[World]:
    """Two groups, or one of four compared with a reference, at the stated ratio and at the stated difference."""
    for (size, other), base, groups, kind in product(SIZES, BASES, (2, 4), ("ratio", "difference")):
        settings = {"size": size, "other": other, "base": base, "groups": groups, "kind": kind}
        name = f"at the smallest detectable {kind}"
        yield World(study="power", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Set a group exactly at the stated disparity, and count how often its interval leaves equality out."""
    settings, scores = world.settings, Scores()
    base, m, n, ratios = settings["base"], settings["size"], settings["other"], settings["kind"] == "ratio"
    pairs = _pairs(settings["groups"], n)
    first, second = (Rate(numerator=None, denominator=size, value=base, reason=None) for size in (m, n))
    stated = smallest_detectable(first, second, pairs, kind=PLAIN.ratio_interval if ratios else "difference")
    if not isinstance(stated, Estimate) or stated.value is None:
        scores.event("no disparity is large enough", happened=True)
        return scores
    rate = base * stated.value if ratios else base + stated.value
    higher = rate > base
    for x, y in rng.binomial([m, n], [min(1.0, rate), base], size=(world.replicates, 2)).tolist():
        both = rate_of(x, m), rate_of(y, n)
        found = ratio(*both, pairs, kind=PLAIN.ratio_interval) if ratios else difference(*both, pairs)
        low, high = (
            (found.interval_family or found.interval or (None, None))
            if isinstance(found, Estimate)
            else (None, None)
        )
        equal = 1.0 if ratios else 0.0
        scores.event(
            "found", (low is not None and low > equal) if higher else (high is not None and high < equal)
        )
    return scores


def _pairs(groups: int, people: int) -> Pairing:
    rates: dict[tuple[str, ...], Any] = {(f"{at}",): rate_of(people // 2, people) for at in range(groups)}
    family = Family(metric="selection_rate_ratio", dimension=("group",), compare="reference", level=0.95)
    return pairing(rates, family, reference=("0",))
