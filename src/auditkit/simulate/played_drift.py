"""Every allocator but the urn: nothing is solved, and everything is read off runs."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import Truth
from auditkit.results.feedback import Arm, Layer, Scenario, Span, StartingPoint
from auditkit.simulate import resting
from auditkit.simulate.arms import Played, World, leaders
from auditkit.simulate.ladder import deterred, deterrence, elastic_layers, ladder, steps, top_shares
from auditkit.simulate.nulls import on_equal_areas, on_permuted_history
from auditkit.simulate.playing import Drift, Player, chance_layer, concentrated, locked, played_arm
from auditkit.simulate.retrained_once import gain_at_rest, memory_periods
from auditkit.simulate.starts import equal_past, head_start, turned_past
from auditkit.statistics.retraining import Gain, head_start_gain
from auditkit.statistics.run_intervals import log_odds_over_runs, mean_over_runs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEGLECTED, SERVED = 0.05, 0.5
"""Share of rounds below which an area is neglected, and above which it is served."""
AHEAD = 2.0
"""A head start multiplies the records of its areas by this."""


def drift_of_others(player: Player) -> Drift:
    """Play the tool, its null tests, its other starts and the ladder.

    References
    ----------
    Methods 6.3 to 6.6.
    """
    equal_arms, equal = on_equal_areas(player)
    shuffled_arms, shuffled = on_permuted_history(player)
    free = Drift(null=(equal, shuffled), arms=(*equal_arms, *shuffled_arms))
    return free if player.choice.truth is None else _conditional(player, player.choice.truth, free)


def _conditional(player: Player, truth: Truth, free: Drift) -> Drift:
    """Say what depends on assumed rates."""
    loop, rounds = player.loop, player.choice.rounds
    rates = resting.rates(truth)
    worlds = {name: loop.world(*at) for name, at in rates.items()}
    tool = player.tool()
    pair = [tool, replace(tool, name="free", sees="spread")]
    runs = {
        name: player.play(
            f"the tool as submitted, {name} assumption", pair, world,
            replicates=player.choice.replicates if name == "middle" else player.few,
        )
        for name, world in worlds.items()
    }  # fmt: skip
    scenarios = tuple(_scenario(player, name, rates[name], runs[name]) for name in rates)
    own = runs["middle"]["tool"]
    due = loop.true_share * player.by_rule
    arms: list[Arm] = [
        played_arm("as_submitted", own, loop=loop, truth=due, rounds=rounds),
        played_arm("corrected", runs["middle"]["free"], loop=loop, truth=due, rounds=rounds),
    ]
    drift = _odds(player, top_shares(own, loop))
    with_loop, without = (
        _inside(player, top_shares(runs["middle"][name], loop)) for name in ("tool", "free")
    )
    drawn = _drawn(player, truth)
    starts, gain = _elsewhere(player, worlds["middle"])
    limit = np.asarray(own.final.mean(axis=0), dtype=np.float64)
    once = gain_at_rest(player, limit, truth)
    ways, softer = ladder(player), deterred(player)
    played = player.play(
        "other ways of sending patrols", [*ways, *softer], worlds["middle"], replicates=player.few
    )
    answers = deterrence(played, softer, loop, due=player.top_due)
    return Drift(
        scenarios=scenarios, arms=(*arms, *free.arms), null=free.null,
        limit=limit, log_odds=drift, radius=None if once is None else (once.radius, once.low, once.high),
        radius_periods=None if once is None else memory_periods(player),
        added=log_odds_over_runs(with_loop, truth=0.5, others=without),
        parameters=None if drawn is None else drawn[1:],
        gain=None if gain is None else gain[:3], head_start_left=None if gain is None else gain[3:], starts=starts,
        layers=(
            chance_layer("runs", "chance", drift), chance_layer("rates", "parameters", drawn),
            *(_layer(one) for one in scenarios), *elastic_layers(answers),
        ),
        deterrence=answers, ladder=steps(played, ways, loop, due=player.top_due), short=player.short, lock_in=locked(
            concentrated(own.leading, own.excess / player.by_rule, areas=len(loop.used)), own.kept, rounds=rounds
        ),
    )  # fmt: skip


def _odds(player: Player, shares: Floats) -> Span | None:
    """Hold shares against what is due; both get the half visit, so that a tool that sends what is due has no drift."""
    due = _inside(player, np.array([player.top_due]))
    return log_odds_over_runs(_inside(player, shares), truth=float(due[0])) if player.top_due < 1 else None


def _layer(one: Scenario) -> Layer:
    low, high = one.log_odds_interval or (None, None)
    return Layer(kind="scenario", name=one.name, log_odds=one.log_odds, low=low, high=high)


def _scenario(
    player: Player, name: resting.Name, at: tuple[float, float], runs: dict[str, Played]
) -> Scenario:
    """Read one scenario off its runs."""
    shares = top_shares(runs["tool"], player.loop)
    odds = _odds(player, shares)
    invaded = _invaded(player, runs)
    return Scenario(
        name=name, reporting_rate=at[0], discovery_rate=at[1], structure="runaway" if invaded else "one_resting_point",
        resting_points=None, top_true=player.top_true, top_due=player.top_due, top_limit=float(shares.mean()),
        log_odds=None if odds is None else odds[0], invaded=invaded,
        log_odds_interval=None if odds is None else odds[1:],
    )  # fmt: skip


def _invaded(player: Player, runs: dict[str, Played]) -> int:
    """Count areas among those with most incidents that the tool neglects, and would serve without its loop."""
    visits = player.rule.visits
    most = np.argsort(-player.loop.rates, kind="stable")[:visits]
    tool, free = (visits * runs[name].final[:, most].mean(axis=0) for name in ("tool", "free"))
    return int(((tool < NEGLECTED) & (free >= SERVED)).sum())


def _elsewhere(player: Player, world: World) -> tuple[tuple[StartingPoint, ...], Gain | None]:
    """Start from other histories, and with a head start for some areas, all with the same chance."""
    loop, tool = player.loop, player.tool()
    watch = _near_the_cut(player)
    ways = [
        tool, replace(tool, name="all_equal", past=equal_past(loop.past)),
        replace(tool, name="turned_round", past=turned_past(loop.past)),
        replace(tool, name="ahead", past=head_start(loop.past, watch, factor=AHEAD)),
    ]  # fmt: skip
    played = player.play("other histories to start from", ways, world, replicates=player.few, watch=watch)
    base = _inside(player, top_shares(played["tool"], loop))
    starts = []
    for name, key in (("as_recorded", "tool"), ("all_equal", "all_equal"), ("turned_round", "turned_round")):
        shares = top_shares(played[key], loop)
        apart = None if key == "tool" else log_odds_over_runs(_inside(player, shares), truth=0.5, others=base)
        starts.append(StartingPoint(name=name, top_share=mean_over_runs(shares), log_odds_apart=apart))  # type: ignore[arg-type]  # names of starts
    return tuple(starts), _gain(played["ahead"], played["tool"])


def _near_the_cut(player: Player) -> Ints:
    """Name the areas just outside what the tool visits at first: a head start can move them in."""
    recorded, count = player.loop.recorded, len(player.loop.top)
    order = np.argsort(-recorded, kind="stable")
    first = min(player.rule.visits, len(order) - count)
    return np.sort(order[first : first + count])


def _gain(ahead: Played, tool: Played) -> Gain | None:
    """Compare what a head start moves near the start and near the end; None where it moves nothing at first."""
    if ahead.group is None or tool.group is None:
        return None
    apart = ahead.group - tool.group
    first, last = (
        np.asarray(apart[: max(1, len(apart) // 10)].mean(axis=0)),
        apart[-max(1, len(apart) // 10) :].mean(axis=0),
    )
    if float(first.mean()) <= 0 or len(apart) < 2:
        return None
    return head_start_gain(first, np.asarray(last), retrainings=int(tool.kept[-1] - tool.kept[0]))


def _drawn(player: Player, truth: Truth) -> Span | None:
    """Median and limits of the drift where each run draws rates and has busiest areas of its own; it holds one run's chance."""
    loop, rng = player.loop, np.random.default_rng(player.seed("parameters"))
    shape, periods = (player.few, len(loop.used)), loop.past.reported.shape[1]
    reporting = rng.uniform(*truth.reporting_rate, size=shape)
    rates = rng.gamma(np.broadcast_to(loop.rates * periods + 0.5, shape)) / periods / reporting
    world = World(
        rates=rates, reporting=reporting * loop.reports,
        discovery=rng.uniform(*truth.discovery_rate, size=(player.few, 1)),
    )  # fmt: skip
    played = player.play("rates drawn from their ranges", [player.tool()], world, replicates=player.few)
    top = leaders(rates, count=len(loop.top))
    due = np.take_along_axis(player.rule.due(rates), top, axis=1).sum(axis=1)
    final = played["tool"].final.astype(np.float64)
    shares = _inside(player, np.take_along_axis(final, top, axis=1).sum(axis=1))
    if np.any(due >= 1):
        return None
    due = _inside(player, due)
    odds = np.log(shares / (1 - shares)) - np.log(due / (1 - due))
    low, middle, high = np.percentile(odds, [2.5, 50, 97.5])
    return float(middle), float(low), float(high)


def _inside(player: Player, shares: Floats) -> Floats:
    """Add half a visit to either side, so that the log odds of all or nothing stay finite (Haldane and Anscombe)."""
    sent = player.rule.visits * max(1, player.choice.rounds // 10)
    return (shares * sent + 0.5) / (sent + 1)
