"""Bounds of error rates from audit samples, against every way of placing the open people of small tables."""

from itertools import combinations_with_replacement, product
from math import prod

import numpy as np
import pytest

from auditkit.statistics.worst_sample import Kind, OpenPeople, Place, sample_fills

KINDS: tuple[Kind, ...] = ("false_positive_rate", "false_negative_rate", "prevalence")
SEEN: tuple[Place, ...] = ("tp", "fp", "fn", "tn", "rest")
OF_UNKNOWN_GROUP = tuple(frozenset[Place]({place, "out"}) for place in SEEN)
OF_UNKNOWN_RECORD: tuple[frozenset[Place], ...] = (
    frozenset({"tp", "fp"}), frozenset({"tp", "fp", "out"}), frozenset({"tp", "fn"}), frozenset({"fp", "tn"}),
    frozenset({"tp", "fp", "rest"}), frozenset({"tp", "fp", "rest", "out"}),
)  # fmt: skip


def rate(n: dict[Place, int], kind: Kind) -> float:
    """Weigh everybody who was looked up by how many they stand for (methods 3.13)."""
    flagged, unflagged = n["tp"] + n["fp"], n["fn"] + n["tn"]
    up, down = (flagged + n["blank"]) / flagged, (unflagged + n["rest"]) / unflagged
    counted = {
        "false_positive_rate": (n["fp"] * up, n["tn"] * down),
        "false_negative_rate": (n["fn"] * down, n["tp"] * up),
        "prevalence": (n["tp"] * up + n["fn"] * down, n["fp"] * up + n["tn"] * down),
    }[kind]
    return counted[0] / sum(counted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blanks", [0, 2])
def test_bounds_are_the_extremes_over_every_placing(kind: Kind, blanks: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        known: dict[Place, int] = dict(zip(SEEN, map(int, rng.integers(1, 4, 5)), strict=True))
        known["blank"] = blanks
        kinds = OF_UNKNOWN_GROUP if blanks else (*OF_UNKNOWN_GROUP, *OF_UNKNOWN_RECORD)
        unknown: OpenPeople = {could: int(rng.integers(1, 3)) for could in kinds if rng.random() < 0.35}
        ways = [list(combinations_with_replacement(sorted(could), n)) for could, n in unknown.items()]
        if prod(map(len, ways)) > 2_000:
            continue
        every = []
        for way in product(*ways):
            places = known.copy()
            for place in (place for people in way for place in people if place != "out"):
                places[place] += 1
            every.append(rate(places, kind))
        low, high = sample_fills(known, unknown, kind=kind)

        assert (low.rate, high.rate) == pytest.approx((min(every), max(every)))
        assert low.x == pytest.approx(low.rate * low.m)
