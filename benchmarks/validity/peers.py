"""fairlearn's own bootstrap intervals on the same draws: the largest gap between groups, as difference and as ratio."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.validity.counted import compared, rates_in
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.people import flags_table
from benchmarks.validity.scores import Scores, Truth
from benchmarks.validity.truths import who
from benchmarks.validity.worlds import World

BOOTSTRAPS = 100
OURS = {"selection_rate_range": "difference", "adverse_impact_ratio": "ratio"}


def worlds(*, replicates: int) -> Iterator[World]:
    """Lay out a few small tables; fairlearn draws rows again, which takes about a second each."""
    for name, sizes, rates in (
        ("two groups alike", [100, 100], [0.3, 0.3]),
        ("five groups alike", [100] * 5, [0.3] * 5),
        ("two groups, a gap of .2", [100, 100], [0.5, 0.3]),
        ("five groups, a gap of .1", [100] * 5, [0.4, 0.3, 0.3, 0.3, 0.3]),
    ):
        settings = {"sizes": sizes, "rates": rates}
        yield World(study="peers", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw decisions, and let both measure the gap between the better decision's shares."""
    settings, scores = world.settings, Scores()
    sizes, rates = settings["sizes"], settings["rates"]
    passed = [1 - rate for rate in rates]
    size = min(n * min(rate, 1 - rate) for n, rate in zip(sizes, rates, strict=True))
    equal = len(set(rates)) == 1
    truths = {
        "difference": Truth(value=max(rates) - min(rates), size=size, equal=equal),
        "ratio": Truth(value=min(passed) / max(passed), size=size, equal=equal),
    }
    for flagged in rng.binomial(sizes, rates, size=(world.replicates, len(sizes))).tolist():
        counts: dict[tuple[str, ...], Any] = {
            (f"{at}",): pair for at, pair in enumerate(zip(flagged, sizes, strict=True))
        }
        table = flags_table(("group",), counts, reference=None)
        items = [
            item
            for metric in ("selection_rate", "favourable_rate")
            for item in compared(metric, rates_in(table, metric), table, PLAIN)
        ]
        for item in items:
            if item.metric in OURS and not who(item):
                kind = OURS[item.metric]
                scores.estimate(f"largest {kind}, auditkit", "", item.result, truths[kind])
        for kind, bounds in _fairlearn(flagged, sizes, rng).items():
            scores.interval((f"largest {kind}, fairlearn", "alone", ""), bounds, truths[kind])
    return scores


def _fairlearn(flagged: list[int], sizes: list[int], rng: np.random.Generator) -> dict[str, Any]:
    from fairlearn.metrics import MetricFrame, selection_rate  # noqa: PLC0415  # slow to load

    groups = np.repeat(np.arange(len(sizes)), sizes)
    decisions = np.concatenate([np.arange(n) >= k for n, k in zip(sizes, flagged, strict=True)]).astype(int)
    frame = MetricFrame(
        metrics=selection_rate, y_true=decisions, y_pred=decisions, sensitive_features=groups, n_boot=BOOTSTRAPS,
        ci_quantiles=[0.025, 0.975], random_state=int(rng.integers(2**31)),
    )  # fmt: skip
    found = {"difference": frame.difference_ci(), "ratio": frame.ratio_ci()}
    return {kind: (float(low), float(high)) for kind, (low, high) in found.items()}
