"""Scores, circumstances and unequal follow-up: each with a model that is true in the made world."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditkit.measure.measuring import measure
from auditkit.results.finer_tallies import (
    ScoreBin,
    ScoreCell,
    ScoreTally,
    StratumCell,
    StratumTally,
    SurvivalCell,
    SurvivalTally,
)
from auditkit.results.measurements import Measurement
from auditkit.results.tally import Tally
from benchmarks.validity.definitions import PLAIN
from benchmarks.validity.people import Made, shares_of, true_of_people
from benchmarks.validity.scores import Scores, Truth
from benchmarks.validity.truths import Truths, score
from benchmarks.validity.worlds import World

BINS, SLOPE, HORIZON = 10, 0.35, 730
FOLLOWED = ("false_positive_rate", "false_negative_rate", "positive_predictive_value", "prevalence")
Rng = np.random.Generator
Floats = NDArray[np.float64]


def worlds(*, replicates: int) -> Iterator[World]:
    """Lay out score tables, tables with five strata, and tables of follow-up."""
    for people, level, shift in product((100, 400, 3_000), (-3.0, -1.5, 0.0), (0.0, 0.5)):
        settings: dict[str, Any] = {"people": people, "level": level, "shift": shift}
        name = (
            "scores that mean the same in both groups" if shift == 0 else "scores that mean more in one group"
        )
        yield World(study="finer", name=name, settings={"kind": "scores"} | settings, replicates=replicates)
    for people, level, odds in product((20, 80, 400), (-2.0, 0.0), (1.0, 1.6)):
        settings = {"kind": "strata", "people": people, "level": level, "odds": odds}
        name = "equal odds within circumstances" if odds == 1 else "unequal odds within circumstances"
        yield World(study="finer", name=name, settings=settings, replicates=2 * replicates)
    for people, early, fpr in product((200, 1_000, 5_000), (0.3, 0.7), (0.1, 0.3)):
        settings = {"kind": "follow_up", "people": people, "early": early, "fpr": fpr}
        name = f"{early:.0%} of people seen for less than the common time"
        yield World(study="finer", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: Rng) -> Scores:
    """Draw and measure by kind of table."""
    return {"scores": _scored, "strata": _stratified, "follow_up": _followed}[world.settings["kind"]](
        world, rng
    )


def _measured(part: str, **tallies: Any) -> tuple[Measurement, ...]:
    tally = Tally(dimensions=(), refused=(), **tallies)
    return measure(tally, metrics=(part,), measuring=PLAIN, progress=lambda _: None).items


# Scores


def _scored(world: World, rng: Rng) -> Scores:
    settings, scores = world.settings, Scores()
    bins = np.arange(1, BINS + 1, dtype=np.float64)
    logits = {
        "A": settings["level"] + SLOPE * (bins - 5.5),
        "B": settings["level"] + settings["shift"] + SLOPE * (bins - 5.5),
    }
    spread = {"A": np.ones(BINS) / BINS, "B": np.linspace(1.5, 0.5, BINS) / BINS}
    given = {name: expit(one) for name, one in logits.items()}
    probabilities = bool(settings["people"] >= 400)
    truths = _true_scores(spread, given, settings, probabilities=probabilities)
    means = given["A"] if probabilities else bins
    marks = tuple(ScoreBin(low=float(one), mean=float(one)) for one in means)
    for _ in range(world.replicates):
        cells: list[ScoreCell] = []
        for name, share in spread.items():
            people = rng.multinomial(settings["people"], share)
            with_outcome = rng.binomial(people, given[name])
            for outcome, counts in ((1, with_outcome), (0, people - with_outcome)):
                cells += [
                    ScoreCell(group=(name,), bin=at, decision=None, outcome=outcome, n=n)
                    for at, n in enumerate(counts.tolist())
                ]
        of: Any = {"bins": marks, "exact": True, "limit": None}
        everyone = tuple(
            ScoreCell(group=(), bin=c.bin, decision=None, outcome=c.outcome, n=c.n) for c in cells
        )
        tables = (
            ScoreTally(dimension=(), reference=None, cells=everyone, **of),
            ScoreTally(dimension=("group",), reference=("A",), cells=tuple(cells), **of),
        )
        items = _measured("scores", has_outcome=True, scores=tables, probability_scores=probabilities)
        score(items, truths, scores)
    return scores


def _true_scores(
    spread: dict[str, Floats], given: dict[str, Floats], settings: Any, *, probabilities: bool
) -> Truths:
    found: Truths = {}
    size, area = {}, {}
    for name, share in spread.items():
        cases, others = share * given[name], share * (1 - given[name])
        below = np.cumsum(others) - others / 2
        area[name] = float(cases @ below / (cases.sum() * others.sum()))
        size[name] = settings["people"] * float(min(cases.sum(), others.sum()))
        found["area_under_curve", name] = Truth(value=area[name], size=size[name])
        slope = 1.0 if probabilities else SLOPE
        found["calibration_slope", name] = Truth(value=slope, size=size[name])
        gap = float(cases.sum() - share @ given["A"])
        found["calibration_in_the_large", name] = Truth(value=gap, size=size[name], equal=abs(gap) < 1e-12)
    smallest = min(size.values())
    found["area_under_curve_difference", "B~A"] = Truth(value=area["B"] - area["A"], size=smallest)
    if not probabilities:  # the model is linear in the score itself
        shift = settings["shift"]
        found["calibration_log_odds_difference", "B~A"] = Truth(value=shift, size=smallest, equal=shift == 0)
        found["calibration_slope_difference", "B~A"] = Truth(value=0.0, size=smallest, equal=True)
    return found


# Strata


def _stratified(world: World, rng: Rng) -> Scores:
    settings, scores = world.settings, Scores()
    levels = settings["level"] + np.linspace(-1, 1, 5)
    people = {
        "A": np.full(5, settings["people"]),
        "B": (settings["people"] * np.linspace(0.4, 1.6, 5)).astype(int),
    }
    rates = {"A": expit(levels), "B": expit(levels + np.log(settings["odds"]))}
    flagged = {name: float(people[name] @ rates[name]) for name in people}
    passed = {name: float(people[name].sum()) - flagged[name] for name in people}
    size = min(*flagged.values(), *passed.values())
    crude = flagged["B"] / passed["B"] / (flagged["A"] / passed["A"])
    truths = {
        ("selection_rate_common_odds_ratio", "B~A"): Truth(
            value=settings["odds"], size=size, equal=settings["odds"] == 1
        ),
        ("selection_rate_odds_ratio", "B~A"): Truth(value=crude, size=size),
    }
    for _ in range(world.replicates):
        cells = []
        for name, counts in people.items():
            for at, (n, k) in enumerate(
                zip(counts.tolist(), rng.binomial(counts, rates[name]).tolist(), strict=True)
            ):
                cells += [
                    StratumCell(stratum=(str(at),), group=(name,), decision=decision, outcome=None, n=part)
                    for decision, part in ((1, k), (0, n - k))
                ]
        table = StratumTally(dimension=("group",), reference=("A",), names=("stratum",), cells=tuple(cells))
        items = _measured("strata", has_outcome=False, strata=(table,))
        score(items, truths, scores)
        for item in items:
            if item.metric == "selection_rate_cmh_p_value" and settings["odds"] == 1:
                scores.event("cmh_p_value below .05", (getattr(item.result, "value", None) or 1.0) < 0.05)
            if item.metric == "selection_rate_breslow_day_p_value":
                scores.event(
                    "breslow_day_p_value below .05", (getattr(item.result, "value", None) or 1.0) < 0.05
                )
    return scores


# Follow-up


def _followed(world: World, rng: Rng) -> Scores:
    settings, scores = world.settings, Scores()
    shares = {
        "A": shares_of(prevalence=0.3, fpr=settings["fpr"], fnr=0.4),
        "B": shares_of(prevalence=0.3, fpr=min(0.9, 1.5 * settings["fpr"]), fnr=0.4),
    }
    people = settings["people"]
    truths = true_of_people(FOLLOWED, {name: Made(people, one) for name, one in shares.items()})
    for _ in range(world.replicates):
        cells = [
            cell for name, one in shares.items() for cell in _leaving(name, list(one.values()), settings, rng)
        ]
        table = SurvivalTally(dimension=("group",), reference=("A",), horizon=HORIZON, cells=tuple(cells))
        items = _measured("follow_up", has_outcome=True, survival=(table,))
        score(items, truths, scores, stratum=f"day {HORIZON}")
    return scores


def _leaving(name: str, shares: list[float], settings: Any, rng: Rng) -> Iterator[SurvivalCell]:
    """Draw when people had the outcome, and when their records end; some end before the common time."""
    tn, fp, fn, tp = rng.multinomial(settings["people"], shares).tolist()
    for decision, (outcome, none) in ((1, (tp, fp)), (0, (fn, tn))):
        total = outcome + none
        event = np.where(np.arange(total) < outcome, rng.integers(1, HORIZON + 1, total), HORIZON + 1)
        early = rng.random(total) < settings["early"]
        end = np.where(early, rng.integers(30, HORIZON, total), HORIZON + 1)
        days = np.minimum(event, end)
        for day in np.unique(days).tolist():
            there = days == day
            events = int((there & (event <= end) & (event <= HORIZON)).sum())
            yield SurvivalCell(
                group=(name,), decision=decision, day=day, events=events, censored=int(there.sum()) - events
            )
