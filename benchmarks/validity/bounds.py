"""Worlds in which something is unknown: how often bounds leave out what they should hold.

Each draw makes whole people first. Then some groups, outcomes or memberships are hidden, in a way that the assumption of
the bounds allows. The bounds must hold the value that the whole sample has; the range around them, the truth.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from auditkit.definitions.records import HiddenOutcomes
from auditkit.measure.blocks import RateBlock, judged
from auditkit.measure.groups import metrics_for
from auditkit.measure.inferred import inferred
from auditkit.measure.measuring import measure
from auditkit.measure.unseen import Fills, hidden_people, open_people
from auditkit.results.finer_tallies import (
    InferredTally,
    ScoreBin,
    ScoreCell,
    ScoreTally,
    StratumCell,
    StratumTally,
    ZoneCell,
)
from auditkit.results.measurements import Bounds, Estimate, Measurement
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally
from benchmarks.validity.counted import rates_in
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.scores import ROUNDING, Scores
from benchmarks.validity.worlds import World

LEFT_OUT = "bounds leave out the sample's value"
MISSED = "range around the bounds leaves out the truth"
SAMPLED = ("false_negative_rate", "prevalence", "negative_predictive_value")
METRICS = ("selection_rate", "favourable_rate", "false_positive_rate", "positive_predictive_value")
Kinds = Counter[tuple[str, int, int | None]]
"""People by group, decision and outcome."""


def worlds(*, replicates: int) -> Iterator[World]:
    """Unknown groups and outcomes, hidden outcomes, and groups of which only probabilities are known."""
    for unknown, groups, people in product(("at random", "by decision", "by group"), (2, 4), (200, 2_000)):
        settings: dict[str, Any] = {"kind": "unknown", "unknown": unknown, "groups": groups, "people": people}
        yield World(
            study="bounds", name=f"groups unknown {unknown}", settings=settings, replicates=replicates
        )
    for people in (200, 2_000):
        settings = {"kind": "hidden", "groups": 2, "people": people}
        yield World(study="bounds", name="outcomes hidden", settings=settings, replicates=replicates)
    for people in (200, 2_000):
        settings = {"kind": "finer", "groups": 2, "people": people}
        yield World(
            study="bounds", name="groups unknown: scores, circumstances, areas, samples", settings=settings,
            replicates=max(1, replicates // 5),
        )  # fmt: skip
    for zones, people in product((2, 8), (200, 2_000)):
        settings = {"kind": "inferred", "zones": zones, "people": people}
        yield World(
            study="bounds", name="groups inferred", settings=settings, replicates=max(1, replicates // 5)
        )


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw whole tables, hide something, and look whether bounds hold what they should."""
    scores = Scores()
    draw = {"unknown": _unknown, "hidden": _hidden, "inferred": _inferred, "finer": _finer}[
        world.settings["kind"]
    ]
    for _ in range(world.replicates):
        draw(scores, world.settings, rng)
    return scores


def _rates(groups: int) -> dict[str, tuple[float, float, float]]:
    """Share flagged, and share with the outcome of flagged and of other people, by group."""
    return {"ABCD"[at]: (0.3 + 0.1 * at, 0.6 - 0.05 * at, 0.3) for at in range(groups)}


def _people(groups: int, people: int, rng: np.random.Generator) -> Kinds:
    found: Kinds = Counter()
    for group, (flag, with_flag, without) in _rates(groups).items():
        flagged = int(rng.binomial(people, flag))
        for decision, n, share in ((1, flagged, with_flag), (0, people - flagged, without)):
            happened = int(rng.binomial(n, share))
            found[group, decision, 1] += happened
            found[group, decision, 0] += n - happened
    return found


def _table(kinds: Mapping[tuple[str, int, int | None], int]) -> GroupTally:
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=outcome, n=n, suppressed=False)
        for (group, decision, outcome), n in kinds.items()
    )
    return GroupTally(dimension=("group",), reference=("A",), cells=cells)


def _measured(table: GroupTally, metric: str, fills: Fills | None = None) -> dict[str, Measurement]:
    block = RateBlock(
        metric=metric, dimension=table.dimension, reference=table.reference, rates=rates_in(table, metric), fills=fills
    )  # fmt: skip
    return {item.id: item for item in judged(block, PLAIN)}


def _outside(bounds: Bounds | None, value: float) -> bool:
    low, high = bounds or (None, None)
    return (low is not None and low > value + ROUNDING) or (high is not None and high < value - ROUNDING)


def _compare(scores: Scores, bounded: Mapping[str, Measurement], whole: Mapping[str, float]) -> None:
    """Count draws in which any bounds leave out the number of the whole sample."""
    outside = any(
        isinstance(item.result, Estimate) and name in whole and _outside(item.result.bounds, whole[name])
        for name, item in bounded.items()
    )
    scores.event(LEFT_OUT, outside)


def _values(items: Iterable[Measurement]) -> dict[str, float]:
    return {
        item.id: item.result.value
        for item in items
        if isinstance(item.result, Estimate) and item.result.value is not None
    }


def _around(scores: Scores, bounded: Mapping[str, Measurement], name: str, truth: float) -> None:
    result = bounded[name].result
    if isinstance(result, Estimate):
        scores.event(MISSED, _outside(result.bounds_interval, truth))


def _unknown(scores: Scores, settings: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Hide groups, and some outcomes of people whose group is known or not."""
    whole = _people(settings["groups"], settings["people"], rng)
    seen: Kinds = Counter()
    for (group, decision, outcome), n in whole.items():
        share = {
            "at random": 0.2,
            "by decision": 0.05 + 0.35 * decision,
            "by group": 0.3 if group == "A" else 0.1,
        }
        unknown = int(rng.binomial(n, share[settings["unknown"]]))
        for name, people in ((UNKNOWN, unknown), (group, n - unknown)):
            blank = int(rng.binomial(people, 0.05))
            seen[name, decision, None] += blank
            seen[name, decision, outcome] += people - blank
    every, known = _table(whole), _table(seen)
    truth = _values(item for metric in METRICS for item in _measured(every, metric).values())
    bounded: dict[str, Measurement] = {}
    for metric in METRICS:
        fills = open_people(metrics_for("burden")[metric], known, kinds=frozenset({"group", "outcome"}))
        bounded |= _measured(known, metric, fills)
    _compare(scores, bounded, truth)
    rates = _rates(settings["groups"])
    _around(scores, bounded, "selection_rate_ratio/group=B~group=A", rates["B"][0] / rates["A"][0])


def _hidden(scores: Scores, settings: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Leave the outcomes of up to a tenth of each group unrecorded, more of flagged people than of others."""
    whole = _people(settings["groups"], settings["people"], rng)
    seen = Counter(whole)
    for group, decision in product(_rates(settings["groups"]), (0, 1)):
        most = int(0.1 * settings["people"] * (0.7 if decision else 0.3))
        k = min(int(rng.integers(0, most + 1)), whole[group, decision, 1])
        seen[group, decision, 1] -= k
        seen[group, decision, 0] += k
    every, known = _table(whole), _table(seen)
    hidden = HiddenOutcomes(share=(0.0, 0.1), source="made")
    bounded: dict[str, Measurement] = {}
    truth: dict[str, float] = {}
    for metric in ("false_positive_rate", "false_negative_rate", "positive_predictive_value"):
        truth |= _values(_measured(every, metric).values())
        fills = hidden_people(metrics_for("burden")[metric], known, hidden=hidden)
        bounded |= _measured(known, metric, fills)
    _compare(scores, bounded, truth)
    rates = _rates(settings["groups"])
    _around(scores, bounded, "positive_predictive_value_ratio/group=B~group=A", rates["B"][1] / rates["A"][1])


def _inferred(scores: Scores, settings: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Let exactly the stated share of each zone belong to A, and flag its members as its rate in the zone says."""
    zones, people = settings["zones"], settings["people"]
    cells: list[ZoneCell] = []
    counted, members = Counter[str](), Counter[str]()
    expected: dict[str, float] = {}
    for zone in range(zones):
        own = {"A": round(people * (zone + 1) / (zones + 1))}
        own["B"] = people - own["A"]
        rates = {"A": 0.5 - 0.2 * zone / zones, "B": 0.3 - 0.1 * zone / zones}
        drawn = {group: int(rng.binomial(own[group], rates[group])) for group in own}
        flagged = sum(drawn.values())
        for decision, n in ((1, flagged), (0, people - flagged)):
            mass = tuple(n * own[group] / people for group in own)
            cells.append(ZoneCell(zone=zone, decision=decision, outcome=None, n=n, mass=mass))
        for group, n in own.items():
            counted[group] += drawn[group]
            members[group] += n
            expected[group] = expected.get(group, 0.0) + n * rates[group]
    table = InferredTally(dimension=("group",), reference=("B",), groups=("A", "B"), cells=tuple(cells))
    whole = Tally(dimensions=(), has_outcome=False, refused=())
    bounded = {
        item.id: item for item in inferred(table, [metrics_for("burden")["selection_rate"]], whole, PLAIN)
    }
    share = {group: counted[group] / members[group] for group in members}
    gap = "selection_rate_difference/group=A~group=B"
    truth = {f"selection_rate/group={group}": share[group] for group in share} | {
        gap: share["A"] - share["B"]
    }
    _compare(scores, bounded, truth)
    _around(scores, bounded, gap, expected["A"] / members["A"] - expected["B"] / members["B"])


SCORES = (0.1, 0.3, 0.5, 0.7, 0.9)


def _finer(scores: Scores, settings: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Hide groups, areas and some outcomes of people who are also known by score, circumstances and audit sample.

    The number of the whole sample must lie within the bounds of what is left of it.
    """
    n = settings["people"] * settings["groups"]
    group, area, stratum = rng.integers(0, 2, n), rng.integers(0, 3, n), rng.integers(0, 2, n)
    score = np.clip(rng.integers(0, 5, n) + rng.integers(0, 2, n) * group, 0, 4)
    outcome, drawn = rng.random(n) < 0.2 + 0.12 * score, rng.random(n) < 0.4
    hidden = rng.random(n) < np.where(score >= 3, 0.25, 0.1)
    lost, blank = rng.random(n) < 0.1, rng.random(n) < 0.03
    people = [
        _Person(
            "AB"[group[at]],
            f"area {area[at]}",
            str(stratum[at]),
            int(score[at]),
            int(outcome[at]),
            bool(drawn[at]),
        )
        for at in range(n)
    ]
    seen = [
        replace(
            one, group=UNKNOWN if hidden[at] else one.group, area=UNKNOWN if lost[at] else one.area,
            outcome=None if blank[at] else one.outcome,
        )
        for at, one in enumerate(people)
    ]  # fmt: skip
    for sampled in (False, True):
        bounded = {item.id: item for item in _everything(seen, sampled=sampled)}
        truth = _values(_everything([*_as_sampled(people, blank, sampled=sampled)], sampled=sampled))
        _compare(scores, bounded, truth)


@dataclass(frozen=True, slots=True)
class _Person:
    group: str
    area: str
    stratum: str
    score: int
    outcome: int | None
    drawn: bool

    def looked_up(self) -> int | None:
        """Return the outcome as an audit sample knows it."""
        return self.outcome if self.drawn or self.score >= 3 else None


def _as_sampled(people: list[_Person], blank: np.ndarray, *, sampled: bool) -> Iterator[_Person]:
    """Complete the people; who was drawn but left blank was not looked up, and stands for nobody."""
    for at, one in enumerate(people):
        yield replace(one, drawn=one.drawn and not blank[at]) if sampled else one


def _everything(people: list[_Person], *, sampled: bool) -> list[Measurement]:
    """Measure people by group, score, circumstances and area."""
    counts = Counter(
        (one.group, one.area, one.stratum, one.score, int(one.score >= 3), one.looked_up() if sampled else one.outcome)
        for one in people
    )  # fmt: skip

    def cells(name: str) -> GroupTally:
        found = tuple(
            Cell(
                group=(key[0] if name == "group" else key[1],),
                decision=key[4],
                outcome=key[5],
                n=n,
                suppressed=False,
            )
            for key, n in counts.items()
        )
        return GroupTally(dimension=(name,), reference=("A",) if name == "group" else None, cells=found)

    def scored(dimension: tuple[str, ...]) -> ScoreTally:
        found = tuple(
            ScoreCell(group=key[:1] if dimension else (), bin=key[3], decision=key[4], outcome=key[5], n=n)
            for key, n in counts.items()
        )
        bins = tuple(ScoreBin(low=one, mean=one) for one in SCORES)
        return ScoreTally(
            dimension=dimension, reference=("A",) if dimension else None, bins=bins, exact=True, limit=0.7, cells=found
        )  # fmt: skip

    within = StratumTally(
        dimension=("group",), reference=("A",), names=("stratum",),
        cells=tuple(
            StratumCell(stratum=(key[2],), group=(key[0],), decision=key[4], outcome=key[5], n=n) for key, n in counts.items()
        ),
    )  # fmt: skip
    tally = Tally(
        dimensions=(cells("group"),), has_outcome=True, refused=(), sampled=sampled, areas=cells("area"),
        scores=(scored(()), scored(("group",))), probability_scores=True, strata=(within,),
    )  # fmt: skip
    parts = ("scores", "sweep", "strata", "areas") if not sampled else METRICS[2:] + SAMPLED
    return list(measure(tally, metrics=parts, measuring=PLAIN, progress=lambda _words: None).items)
