"""In a world where all groups are equal, joint intervals raise a false alarm in about one audit in twenty (G17)."""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.measurements import Bounds, Estimate, Family, Measurements
from auditkit.results.tally import Cell, GroupTally, Tally

REPLICATES = 400
GROUPS = "ABCDE"
SIZE = 200
RATE = 0.3


def audits(compare: Literal["reference", "all_pairs"]) -> Iterator[Measurements]:
    """Measure replicates of five equal groups of 200 people who are flagged with probability 0.3."""
    rng = np.random.default_rng(20260117)
    reference = ("A",) if compare == "reference" else None
    families = tuple(
        Family(metric=metric, dimension=("race",), compare=compare, level=0.95)
        for metric in ("selection_rate_difference", "selection_rate_ratio")
    )
    measuring = Measuring(orientation="burden", families=families, minimum_n=10, ratio_interval="katz")
    for flagged in rng.binomial(SIZE, RATE, size=(REPLICATES, len(GROUPS))).tolist():
        cells = tuple(
            Cell(group=(group,), decision=decision, outcome=None, n=n, suppressed=False)
            for group, k in zip(GROUPS, flagged, strict=True)
            for decision, n in ((1, k), (0, SIZE - k))
        )
        tally = GroupTally(dimension=("race",), reference=reference, cells=cells)
        yield measure(
            Tally(dimensions=(tally,), has_outcome=False, refused=()), metrics=("selection_rate",),
            measuring=measuring, progress=lambda _words: None,
        )  # fmt: skip


def excludes(bounds: Bounds | None, fair: float) -> bool:
    assert bounds is not None
    low, high = bounds
    assert low is not None
    assert high is not None
    return fair < low or high < fair


def shares(compare: Literal["reference", "all_pairs"]) -> dict[str, float]:
    """Say in which share of audits an interval excludes equality."""
    alarms = dict.fromkeys(("difference alone", "difference", "ratio", "range"), 0)
    for found in audits(compare):
        results = [(item.metric, item.result) for item in found.items]
        differences = [
            r for name, r in results if name == "selection_rate_difference" and isinstance(r, Estimate)
        ]
        ratios = [r for name, r in results if name == "selection_rate_ratio" and isinstance(r, Estimate)]
        (spread,) = [r for name, r in results if name == "selection_rate_range" and isinstance(r, Estimate)]
        alarms["difference alone"] += any(excludes(r.interval, 0) for r in differences)
        alarms["difference"] += any(excludes(r.interval_family, 0) for r in differences)
        alarms["ratio"] += any(excludes(r.interval_family, 1) for r in ratios)
        alarms["range"] += excludes(spread.interval, 0)
    return {name: count / REPLICATES for name, count in alarms.items()}


def most(rate: float) -> float:
    """Add three Monte Carlo standard errors to a rate."""
    return rate + 3 * math.sqrt(rate * (1 - rate) / REPLICATES)


@pytest.fixture(scope="module")
def all_pairs() -> dict[str, float]:
    return shares("all_pairs")


@pytest.fixture(scope="module")
def against_reference() -> dict[str, float]:
    return shares("reference")


def test_joint_differences_of_all_pairs_rarely_raise_a_false_alarm(all_pairs: dict[str, float]) -> None:
    assert all_pairs["difference"] <= most(0.05)


def test_joint_ratios_of_all_pairs_rarely_raise_a_false_alarm(all_pairs: dict[str, float]) -> None:
    assert all_pairs["ratio"] <= most(0.05)


def test_single_intervals_of_all_pairs_often_raise_a_false_alarm(all_pairs: dict[str, float]) -> None:
    # G17: 28.2 % without adjustment, which is why the family interval exists.
    assert all_pairs["difference alone"] == pytest.approx(0.282, abs=most(0.282) - 0.282 + 0.01)


def test_the_interval_of_the_range_covers_no_gap(all_pairs: dict[str, float]) -> None:
    # G17: a percentile bootstrap of the range covers "no gap" in none of 1,000 audits.
    assert 1 - all_pairs["range"] >= 0.93


def test_joint_comparisons_with_a_reference_rarely_raise_a_false_alarm(
    against_reference: dict[str, float],
) -> None:
    assert against_reference["difference"] <= most(0.05)
    assert against_reference["ratio"] <= most(0.05)
