"""The urn: solved for where it rests, and played on its fast path for where runs end."""

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import Truth
from auditkit.results.feedback import Arm, ArmName, Layer, Span
from auditkit.simulate import resting
from auditkit.simulate.arms import leaders
from auditkit.simulate.ladder import deterred, deterrence, elastic_layers, ladder, steps
from auditkit.simulate.nulls import on_permuted_history
from auditkit.simulate.playing import Drift, Player, chance_layer, concentrated, described, locked
from auditkit.simulate.reading import Loop
from auditkit.statistics.run_intervals import log_odds_over_runs, variance_ratio_over_runs
from auditkit.statistics.urn import Correction, Urn
from auditkit.statistics.urn_runs import Outcome, simulate

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
KEPT = 40
"""Rounds of a path that are kept."""
DRAWS = 200
"""Draws of rates from their ranges."""


def drift_of_urn(player: Player) -> Drift:
    """Solve and play the urn.

    References
    ----------
    Methods 6.1 and 6.3 to 6.6.
    """
    equal_arms, equal = _equal(player)
    shuffled_arms, shuffled = on_permuted_history(player)
    free = Drift(null=(equal, shuffled), arms=(*equal_arms, *shuffled_arms))
    return free if player.choice.truth is None else _conditional(player, player.choice.truth, free)


def _conditional(player: Player, truth: Truth, free: Drift) -> Drift:
    """Say what depends on assumed rates."""
    loop, choice = player.loop, player.choice
    rates = resting.rates(truth)
    solved = [resting.scenario(name, loop, choice.correction, at=at) for name, at in rates.items()]
    scenarios = tuple(one for one, _ in solved)
    arms, own, corrected = _as_submitted(player, resting.discovered(loop, *rates["middle"]) / loop.visits)
    drift = added = None
    if player.top_true < 1:
        shares, without = (one.final[:, loop.top].sum(axis=1) for one in (own, corrected))
        drift = log_odds_over_runs(shares, truth=player.top_true)
        added = log_odds_over_runs(shares, truth=player.top_true, others=without)
    drawn = _drawn(player, truth)
    ways, softer = ladder(player), deterred(player)
    played = player.play(
        "other ways of sending patrols", [*ways, *softer], loop.world(*rates["middle"]), replicates=player.few
    )
    answers = deterrence(played, softer, loop, due=player.top_due)
    assert own.excess is not None  # noqa: S101  # true shares were given
    return Drift(
        scenarios=scenarios, points=tuple(point for _, points in solved for point in points),
        arms=(*arms, *free.arms), null=free.null,
        limit=resting.resting_share(loop, choice.correction, at=rates["middle"]),
        log_odds=drift, added=added, parameters=None if drawn is None else drawn[1:],
        layers=(
            chance_layer("runs", "chance", drift), chance_layer("rates", "parameters", drawn),
            *(Layer(kind="scenario", name=one.name, log_odds=one.log_odds, low=None, high=None) for one in scenarios),
            *elastic_layers(answers),
        ),
        deterrence=answers, ladder=steps(played, ways, loop, due=player.top_due),
        lock_in=locked(concentrated(own.leading, own.excess, areas=len(loop.used)), own.kept, rounds=choice.rounds),
    )  # fmt: skip


def _as_submitted(player: Player, finds: Floats) -> tuple[list[Arm], Outcome, Outcome]:
    """Play the tool and the corrected tool on the fast path."""
    loop, choice = player.loop, player.choice
    player.progress("the tool as submitted, and with the correction")
    runs = {
        name: _runs(player, loop.recorded, (finds, loop.reported), correction, truth=loop.true_share)
        for name, correction in _variants("as_submitted", "corrected", choice.correction).items()
    }
    arms = [_arm(name, one, loop, loop.true_share, choice.rounds) for name, one in runs.items()]
    return arms, runs["as_submitted"], runs["corrected"]


def _variants(own: ArmName, corrected: ArmName, correction: Correction) -> dict[ArmName, Correction]:
    return {own: correction, corrected: "importance"}


def _arm(name: ArmName, one: Outcome, loop: Loop, truth: Floats, rounds: int) -> Arm:
    return described(name, one.final, (one.kept, one.leading), loop=loop, truth=truth, rounds=rounds)


def _runs(
    player: Player, recorded: Counts, rates: tuple[Floats, Floats], correction: Correction, *, truth: Floats
) -> Outcome:
    choice = player.choice
    urn = Urn(
        recorded=np.maximum(1, recorded), discovered=rates[0], reported=rates[1], correction=correction,
        decay=choice.decay, visits=player.loop.visits,
    )  # fmt: skip
    keep = np.unique(np.linspace(1, choice.rounds, KEPT).astype(int))
    return simulate(
        urn, rounds=choice.rounds, replicates=choice.replicates, rng=player.rng, keep=[int(at) for at in keep], track=[0],
        truth=truth,
    )  # fmt: skip


def _equal(player: Player) -> tuple[tuple[Arm, ...], Span]:
    """Play the urn on areas that are all equal, with the volume of records of the history."""
    loop, choice = player.loop, player.choice
    areas = len(loop.used)
    recorded = np.full(areas, max(1, round(float(loop.recorded.mean()))))
    finds = np.full(areas, float(loop.discovered_before.sum()) / loop.visits)
    rates, truth = (finds, np.full(areas, float(loop.reported.mean()))), np.full(areas, 1 / areas)
    player.progress("areas that are all equal")
    runs = {
        name: _runs(player, recorded, rates, correction, truth=truth)
        for name, correction in _variants("equal_rates", "equal_rates_corrected", choice.correction).items()
    }
    arms = tuple(_arm(name, one, loop, truth, choice.rounds) for name, one in runs.items())
    return arms, variance_ratio_over_runs(runs["equal_rates"].final, runs["equal_rates_corrected"].final)


def _drawn(player: Player, truth: Truth) -> Span | None:
    """Median and limits of the drift at rest, where every area has its own reporting rate within the range.

    The busiest areas are those of each draw. Counts are drawn from their own uncertainty too (gamma, Jeffreys). None where some draws have no single resting point.
    """
    loop, rng = player.loop, np.random.default_rng(player.seed("parameters"))
    periods = loop.past.reported.shape[1]
    found = []
    for _ in range(DRAWS):
        seen = rng.gamma(loop.rates * periods + 0.5) / periods
        reporting = rng.uniform(*truth.reporting_rate, size=seen.size)
        happening = seen / reporting
        finds, reported = happening * rng.uniform(*truth.discovery_rate) * loop.visits, seen * loop.reports
        share = resting.rest(finds, reported, player.choice.correction)
        top = leaders(happening)
        due = float(happening[top].sum() / happening.sum())
        value = None if share is None else resting.log_odds(float(share[top].sum()), due)
        if value is None:
            return None
        found.append(value)
    low, middle, high = np.percentile(found, [2.5, 50, 97.5])
    return float(middle), float(low), float(high)
