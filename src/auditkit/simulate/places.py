"""The feedback test of a place tool: the urn of methods 6.1 over every area that reports anything.

Reported records arrive wherever incidents happen; discovered ones only where the tool sent somebody. The true rate of
an area is its reported records over an assumed reporting rate, and every figure is conditional on that assumption.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice, Truth
from auditkit.results.feedback import Arm, ArmName, Feedback, LoopArea, LoopGroup, Scenario, Structure
from auditkit.results.places import PlaceTally
from auditkit.statistics.amplification import (
    between_run_spread,
    group_amplification,
    log_odds_amplification,
    noise_amplification,
    tipping_reporting_ratio,
)
from auditkit.statistics.critical import normal
from auditkit.statistics.intervals import wilson
from auditkit.statistics.runaway import concentrated_probability
from auditkit.statistics.urn import Correction, Urn
from auditkit.statistics.urn_limits import FixedPoint, corrected_limit, fixed_points, invasion_numbers
from auditkit.statistics.urn_runs import Outcome, simulate

Floats = NDArray[np.float64]
CONCENTRATED = 1.5
"""A run counts as concentrated when its most visited tenth has this many times its true share."""
KEPT = 40
"""Rounds of a path that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loop:
    """The areas with records that true rates can be read from, and what the urn knows of them."""

    used: NDArray[np.int64]
    """Positions among all areas."""
    recorded: NDArray[np.int64]
    rates: Floats
    """Records per round that true rates are proportional to: reported ones or, where nothing is, discovered ones."""
    reported: Floats
    """Reported records per round."""
    discovered_before: Floats
    """Discovered records per round in the history."""
    visits: int

    @property
    def true_share(self) -> Floats:
        """Share of true incidents, if every area reports the same share of its own."""
        return np.asarray(self.rates / self.rates.sum(), dtype=np.float64)

    @property
    def top(self) -> NDArray[np.int64]:
        """The tenth of areas with the highest true rates, rounded up."""
        return np.argsort(-self.rates, kind="stable")[: -(-len(self.rates) // 10)]


def simulate_places(
    tally: PlaceTally, choice: FeedbackChoice, *, rng: np.random.Generator, progress: Callable[[str], None]
) -> Feedback | None:
    """Run the loop; None where the history does not tell how records came about, or has them in fewer than two areas.

    Parameters
    ----------
    tally
        Flags and past counts by area; the past is split into reported and discovered.
    choice
        The [feedback] section.
    rng
        Drives the runs.
    progress
        Called with a few words as each part starts.

    References
    ----------
    Methods 6.1 to 6.6; Ensign et al. (2018), as in `auditkit.statistics.urn.Urn`.
    """
    loop = _loop(tally)
    if loop is None:
        return None
    truth = choice.truth
    scenarios = (
        []
        if truth is None
        else [_scenario(name, loop, choice.correction, *rates) for name, rates in _rates(truth).items()]
    )
    arms: list[Arm] = []
    if truth is not None:
        progress("the tool as submitted, and with the correction")
        discovered = loop.rates * _per_report(*_rates(truth)["middle"])
        for name, correction in _variants("as_submitted", "corrected", choice).items():
            outcome = _runs(loop, discovered, choice, correction=correction, rng=rng)
            arms.append(_arm(name, outcome, loop, loop.true_share, choice))
    progress("areas that are all equal")
    null, ratio = _null(loop, choice, rng=rng)
    limit = None if truth is None else _limit(loop, choice.correction, *_rates(truth)["middle"])
    return Feedback(
        status="measured", because="", needs=(), allocator=choice.allocator, correction=choice.correction,
        visits=loop.visits, truth_source=None if truth is None else truth.source, scenarios=tuple(scenarios),
        arms=(*arms, *null), null_variance_ratio=ratio, areas=_areas(tally, loop, limit, known=truth is not None),
        groups=() if limit is None else _groups(tally, loop, limit),
        left_out=len(tally.areas.ids) - len(loop.used),
    )  # fmt: skip


def _loop(tally: PlaceTally) -> Loop | None:
    past = tally.past
    if past is None or past.reported is None or past.discovered is None or not past.periods:
        return None
    rounds = len(past.periods)
    nobody_reports = past.reported.sum() == 0
    source = past.discovered if nobody_reports else past.reported
    used = np.flatnonzero(source.sum(axis=1) > 0)
    if len(used) < 2 or past.discovered[used].sum() == 0:
        return None
    flagged = (tally.flags > 0).sum(axis=0)
    return Loop(
        used=used, recorded=(past.reported + past.discovered)[used].sum(axis=1).astype(np.int64),
        rates=source[used].sum(axis=1) / rounds, reported=past.reported[used].sum(axis=1) / rounds,
        discovered_before=past.discovered[used].sum(axis=1) / rounds, visits=max(1, round(float(flagged.mean()))),
    )  # fmt: skip


def _rates(truth: Truth) -> dict[Literal["low", "middle", "high"], tuple[float, float]]:
    """Return reporting and discovery rates of each scenario: discovery weighs least, in the middle, and most."""
    (low_r, high_r), (low_d, high_d) = truth.reporting_rate, truth.discovery_rate
    middle = (float(np.sqrt(low_r * high_r)), float(np.sqrt(low_d * high_d)))
    return {"low": (high_r, low_d), "middle": middle, "high": (low_r, high_d)}


def _per_report(reporting: float, discovery: float) -> float:
    """Incidents that one visit discovers, per incident that is reported anyway."""
    return discovery / reporting


def _scenario(
    name: Literal["low", "middle", "high"],
    loop: Loop,
    correction: Correction,
    reporting: float,
    discovery: float,
) -> Scenario:
    discovered = loop.rates * _per_report(reporting, discovery) * loop.visits
    points = list(fixed_points(discovered, loop.reported))
    limit = _limit(loop, correction, reporting, discovery)
    structure = "one_resting_point" if limit is not None else _structure(points)
    top_true = float(loop.true_share[loop.top].sum())
    top_limit = None if limit is None else float(limit[loop.top].sum())
    return Scenario(
        name=name, reporting_rate=reporting, discovery_rate=discovery, structure=structure,
        resting_points=1 if correction == "importance" else len(points), top_true=top_true, top_limit=top_limit,
        log_odds=None if top_limit is None else _log_odds(top_limit, top_true),
        invaded=int((invasion_numbers(discovered, loop.reported) < 1).sum()),
    )  # fmt: skip


def _log_odds(limit: float, truth: float) -> float | None:
    """Compare two shares; None where one of them is everything."""
    if not (0 < limit < 1 and 0 < truth < 1):
        return None
    return float(log_odds_amplification(np.array([limit]), np.array([truth]))[0])


def _structure(points: list[FixedPoint]) -> Structure:
    """Name a loop without a single inner resting point."""
    if any(point.stability == "neutral" for point in points):
        return "non_correcting"
    return "history_dependent" if sum(point.stability == "stable" for point in points) > 1 else "runaway"


def _limit(loop: Loop, correction: Correction, reporting: float, discovery: float) -> Floats | None:
    """Return the one inner resting point, if the loop has one."""
    discovered = loop.rates * _per_report(reporting, discovery) * loop.visits
    if correction == "importance":
        return corrected_limit(discovered, loop.reported)
    stable = [point for point in fixed_points(discovered, loop.reported) if point.stability == "stable"]
    return stable[0].shares if len(stable) == 1 and bool((stable[0].shares > 0).all()) else None


def _runs(
    loop: Loop,
    discovered: Floats,
    choice: FeedbackChoice,
    *,
    correction: Correction,
    rng: np.random.Generator,
) -> Outcome:
    urn = Urn(
        recorded=np.maximum(1, loop.recorded), discovered=discovered, reported=loop.reported,
        correction=correction, decay=choice.decay, visits=loop.visits,
    )  # fmt: skip
    keep = np.unique(np.linspace(1, choice.rounds, KEPT).astype(int))
    return simulate(
        urn,
        rounds=choice.rounds,
        replicates=choice.replicates,
        rng=rng,
        keep=[int(at) for at in keep],
        track=[0],
    )


def _variants(own: ArmName, corrected: ArmName, choice: FeedbackChoice) -> dict[ArmName, Correction]:
    return {own: choice.correction, corrected: "importance"}


def _arm(name: ArmName, outcome: Outcome, loop: Loop, truth: Floats, choice: FeedbackChoice) -> Arm:
    final = outcome.final[:, loop.top].sum(axis=1)
    reached = concentrated_probability(outcome.final, truth, multiple=CONCENTRATED).reached
    low, high = wilson(reached, choice.replicates, critical=normal(0.95))
    percentiles = np.percentile(outcome.leading, [5, 50, 95], axis=1).T
    return Arm(
        name=name, rounds=choice.rounds, replicates=choice.replicates,
        top_mean=float(final.mean()), top_sd=float(final.std(ddof=1)),
        spread=between_run_spread(outcome.final).root_mean_square,
        concentrated=reached, concentrated_interval=(low, high),
        path=tuple(
            (int(at), float(low), float(middle), float(high))
            for at, (low, middle, high) in zip(outcome.kept, percentiles, strict=True)
        ),
    )  # fmt: skip


def _null(loop: Loop, choice: FeedbackChoice, *, rng: np.random.Generator) -> tuple[list[Arm], float]:
    """Run the loop on areas that are all equal, with the volume of records of the history."""
    areas = len(loop.used)
    equal = Loop(
        used=loop.used, recorded=np.full(areas, max(1, round(float(loop.recorded.mean())))),
        rates=np.full(areas, float(loop.rates.mean())), reported=np.full(areas, float(loop.reported.mean())),
        discovered_before=loop.discovered_before,
        visits=loop.visits,
    )  # fmt: skip
    discovered = np.full(areas, float(loop.discovered_before.sum()) / loop.visits)
    runs = {
        name: _runs(equal, discovered, choice, correction=correction, rng=rng)
        for name, correction in _variants("equal_rates", "equal_rates_corrected", choice).items()
    }
    truth = np.full(areas, 1 / areas)
    arms = [_arm(name, outcome, equal, truth, choice) for name, outcome in runs.items()]
    return arms, noise_amplification(runs["equal_rates"].final, runs["equal_rates_corrected"].final)


def _areas(tally: PlaceTally, loop: Loop, limit: Floats | None, *, known: bool) -> tuple[LoopArea, ...]:
    flags = tally.flags.sum(axis=1)
    past = tally.past
    records = flags * 0 if past is None else past.total.sum(axis=1)
    where = {int(at): index for index, at in enumerate(loop.used)}
    found = []
    for at, name in enumerate(tally.areas.ids):
        index = where.get(at)
        found.append(
            LoopArea(
                area=name, true_share=float(loop.true_share[index]) if known and index is not None else None,
                limit_share=None if limit is None or index is None else float(limit[index]),
                tipping=_tipping(float(records[at]), float(records.sum()), float(flags[at]), float(flags.sum())),
            )
        )  # fmt: skip
    return tuple(found)


def _tipping(records: float, all_records: float, flags: float, all_flags: float) -> float | None:
    if not (0 < records < all_records and 0 < flags < all_flags):
        return None
    pair = np.array([records, all_records - records]), np.array([flags, all_flags - flags]) / all_flags
    return float(tipping_reporting_ratio(pair[0], pair[1], reference=1)[0])


def _groups(tally: PlaceTally, loop: Loop, limit: Floats) -> tuple[LoopGroup, ...]:
    found = []
    residents = tally.areas.residents
    for group in tally.areas.groups:
        if residents is None:
            break
        people, everyone = np.nan_to_num(group.residents)[loop.used], np.nan_to_num(residents)[loop.used]
        share = np.divide(people, everyone, out=np.zeros_like(people), where=everyone > 0)[:, None]
        if float(loop.true_share @ share[:, 0]) > 0:
            value = float(group_amplification(limit, loop.true_share, share)[0])
            found.append(LoopGroup(dimension=group.dimension, group=group.group, amplification=value))
    return tuple(found)
