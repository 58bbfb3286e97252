"""Worlds exactly at a limit: neither "does not meet" nor "meets" may come up often."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.validity.counted import as_audited, compared, rates_in
from benchmarks.validity.definitions import audit_of, findings, measuring_of, policy_of
from benchmarks.validity.people import flags_table
from benchmarks.validity.scores import Scores
from benchmarks.validity.worlds import World

SIZES = (100, 400, 2_000, 20_000)
BASES = (0.05, 0.3, 0.6)
BOTH = {"at_least": 0.8, "at_most": 1.25}


def worlds(*, replicates: int) -> Iterator[World]:
    """Put one group, or every group but the reference, exactly at each limit."""
    for size in SIZES:
        for base in BASES:
            for name, settings in _settings(size, base):
                yield World(study="limits", name=name, settings=settings, replicates=replicates)


def _settings(size: int, base: float) -> Iterator[tuple[str, dict[str, Any]]]:
    above, below = base * 1.25, base * 0.8
    ratio = {"measure": "selection_rate_ratio", "compare": "reference", **BOTH}
    pairs = ratio | {"compare": "all_pairs"}
    for edge in (above, below):
        name = f"ratio at {edge / base:g}"
        yield name, _one(ratio, [base, edge], size)
        yield f"{name}, four groups, one at the limit", _one(ratio, [base, edge, base, base], size)
        yield f"{name}, four groups, three at the limit", _one(ratio, [base, edge, edge, edge], size)
        yield f"{name}, four groups, all pairs", _one(pairs, [base, edge, base, base], size, reference=False)
    yield "ratio at 1.25, reference ten times as large", _one(ratio, [base, above], [10 * size, size])
    yield "ratio at 1.25, reference a tenth as large", _one(ratio, [base, above], [size, 10 * size])
    gap = {"measure": "selection_rate_difference", "compare": "reference", "at_most": 0.1, "at_least": -0.1}
    yield "difference at .1", _one(gap, [base, base + 0.1], size)
    spread = {"measure": "selection_rate_range", "compare": "all_pairs", "at_most": 0.1}
    yield "range at .1", _one(spread, [base, base + 0.1], size, reference=False)
    yield (
        "range at .1, four groups",
        _one(spread, [base, base + 0.1, base + 0.05, base], size, reference=False),
    )
    # rates of flags that leave favourable rates of base and .8 base
    fifths = {"measure": "adverse_impact_ratio", "compare": "all_pairs", "at_least": 0.8}
    yield "adverse impact ratio at .8", _one(fifths, [1 - base, 1 - below], size, reference=False)
    four = [1 - base, 1 - below, 1 - base, 1 - base]
    yield "adverse impact ratio at .8, four groups", _one(fifths, four, size, reference=False)
    each = {"measure": "impact_ratio", "compare": "each", "at_least": 0.8}
    yield "impact ratio at .8, four groups", _one(each, four, size, reference=False)


def _one(
    limit: dict[str, Any], rates: list[float], size: int | list[int], *, reference: bool = True
) -> dict[str, Any]:
    sizes = size if isinstance(size, list) else [size] * len(rates)
    return {"limit": limit, "rates": rates, "sizes": sizes, "reference": reference}


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw who is flagged, measure and judge."""
    settings, scores = world.settings, Scores()
    policy = policy_of(dimension="group", **settings["limit"])
    audit = audit_of({"group": "A" if settings["reference"] else None})
    measuring = measuring_of(policy, audit)
    sizes = settings["sizes"]
    names = [(chr(ord("A") + at),) for at in range(len(sizes))]
    metric = "selection_rate" if settings["limit"]["measure"].startswith("selection") else "favourable_rate"
    for drawn in rng.binomial(sizes, settings["rates"], size=(world.replicates, len(sizes))).tolist():
        counts: dict[tuple[str, ...], Any] = dict(zip(names, zip(drawn, sizes, strict=True), strict=True))
        table = flags_table(("group",), counts, reference=audit.reference(("group",)))
        items = list(compared(metric, rates_in(table, metric), table, measuring))
        if not scores.events:
            as_audited(items, (table,), measuring, metrics=(metric,))
        (finding,) = findings(items, audit, policy)
        for verdict in ("does_not_meet", "meets"):
            scores.event(verdict, finding.status == verdict)
    return scores
