"""What one retraining makes of a small difference between areas, where a tool has no equations: finite differences.

Visits are held at given shares for as many periods as the tool learns from. It learns from their records, and from
nothing else, and says where it would go next. A small part of the visits goes one way in one run and another way in its
twin, which shares all other chance.
"""

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import Truth
from auditkit.simulate.arms import World
from auditkit.simulate.forecasters import Past, RerunError
from auditkit.simulate.playing import Player
from auditkit.simulate.reading import middle
from auditkit.simulate.rules import proportions, top
from auditkit.statistics.retraining import DominantGain, dominant_gain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PAIRS, APPLICATIONS, REPEATS = 100, 6, 4
"""Pairs of runs in each answer, answers that look for the difference with the largest gain, and answers that measure it."""
MOVED = 0.1
"""Largest share of all visits that goes another way."""
MOVED_HERE = 0.2
"""Most visits a round by which an area differs: a rule that takes top areas would not answer to more."""
LONGEST = 26
"""Most periods of records that the tool learns from, unless its window is longer."""


def gain_at_rest(player: Player, shares: Floats, truth: Truth) -> DominantGain | None:
    """Spectral radius of one retraining of a played tool, where its runs end; None where it cannot be had.

    Parameters
    ----------
    player
        The tool, which is not the urn.
    shares
        Shape (areas,): shares of visits in the end.
    truth
        Assumed rates; the middle of their ranges is taken.

    References
    ----------
    Methods 6.3 (3): shares of visits to the next shares after one retraining, the memory window stated.
    """
    if player.tool().sees != "all":  # weighted records answer to the least chance alone, which has no slope
        return None
    player.progress("what one retraining makes of a small difference")
    once = Retraining(player, shares, player.loop.world(*middle(truth)))
    start = once.rng.normal(size=shares.size) * (shares + 1 / shares.size)
    try:
        return dominant_gain(once.respond, start, applications=APPLICATIONS, repeats=REPEATS)
    except RerunError:  # a program that cannot learn from so short a past; it is played all the same
        return None


def memory_periods(player: Player) -> int:
    """Return the periods of records that the tool learns from before it says where it would go.

    References
    ----------
    Methods 6.3 (3): state the memory window.
    """
    return max(player.choice.window or 1, min(LONGEST, len(player.loop.past.periods)))


class Retraining:
    """One retraining on records of given shares of visits."""

    def __init__(self, player: Player, shares: Floats, world: World) -> None:
        self.player, self.shares, self.world = player, shares, world
        self.rng = np.random.default_rng(player.seed("one retraining"))
        self.finds = world.rates * world.discovery * player.rule.visits
        self.periods = memory_periods(player)

    def respond(self, along: Floats) -> Floats:
        """Retrain pairs of runs that differ along a direction, and return the difference for one unit; (pairs, areas)."""
        ways = np.maximum(along, 0), np.maximum(-along, 0)
        moved = min(MOVED, MOVED_HERE / self.player.rule.visits / float(np.abs(along).max()))
        forecaster = self.player.make()
        forecaster.start(self._before(), replicates=2 * PAIRS, seed=int(self.rng.integers(2**31)))
        scores = np.zeros((2 * PAIRS, along.size))
        for at in range(1, self.periods + 1):
            reported = self._drawn(self.world.rates * self.world.reporting)
            shared = self._drawn(self.finds * self.shares * (1 - moved))
            found = np.concatenate([shared + self._drawn(self.finds * moved * way) for way in ways])
            scores = np.asarray(forecaster.scores(at, np.tile(reported, (2, 1)), found), dtype=np.float64)
        sent = self._sent(scores)
        return (sent[:PAIRS] - sent[PAIRS:]) / moved

    def _before(self) -> Past:
        """Return a past of one period, as these visits make it on average."""
        past = self.player.loop.past
        reported, discovered = self.world.rates * self.world.reporting, self.finds * self.shares
        return Past(
            areas=past.areas, periods=past.periods[:1], reported=np.rint(reported).astype(np.int64)[:, None],
            discovered=np.rint(discovered).astype(np.int64)[:, None], longitude=past.longitude, latitude=past.latitude,
            neighbours=past.neighbours, period=past.period,
        )  # fmt: skip

    def _drawn(self, rates: Floats) -> Ints:
        return self.rng.poisson(rates, (PAIRS, rates.size))

    def _sent(self, scores: Floats) -> Floats:
        """Apply the decision rule: shares of visits by area."""
        rule = self.player.rule
        if rule.kind == "draws":
            return proportions(scores)
        flags = top(scores, rule.visits) if rule.kind == "top" else scores >= float(rule.least or 0)
        return proportions(flags.astype(np.float64))
