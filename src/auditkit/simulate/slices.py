"""Replicates of the loop that are played at once, round by round, under every arm."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.simulate.arms import Arm, Plan, Played, World, leaders
from auditkit.simulate.forecasters import Past
from auditkit.simulate.rules import capped, draw, lot_chances, proportions, top

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BLOCKS = 40
"""Stretches of rounds over which visits are added up."""


class Slice:
    """Replicates that are played at once, under every arm."""

    def __init__(
        self, arms: Sequence[Arm], world: World, past: Past, size: int, plan: Plan, index: int
    ) -> None:
        self.world, self.size, self.rounds, self.watch, seed = world, size, plan.rounds, plan.watch, plan.seed
        self.areas = world.rates.shape[-1]
        key = (*seed.spawn_key, index)
        streams = np.random.SeedSequence(seed.entropy, spawn_key=key).spawn(4)
        self.reporting, self.finding, self.drawing, self.lots = map(np.random.default_rng, streams)
        self.finds = np.broadcast_to(world.rates * world.discovery, (size, self.areas))
        self.reports = np.broadcast_to(world.rates * world.reporting, (size, self.areas))
        shares = np.atleast_2d(world.rates / world.rates.sum(axis=-1, keepdims=True))
        self.truth = np.broadcast_to(shares, (size, self.areas))
        self.top = np.broadcast_to(np.atleast_2d(leaders(world.rates)), (size, -(-self.areas // 10)))
        self.ends = np.unique(np.linspace(1, self.rounds, min(BLOCKS, self.rounds)).astype(np.int64))
        self.visits = max(arm.rule.visits for arm in arms)
        self.lost = any(arm.explore or arm.fixed is not None for arm in arms if arm.rule.kind != "draws")
        self.runs = [
            Run(
                self,
                arm,
                past,
                np.random.SeedSequence(seed.entropy, spawn_key=(*key, zlib.crc32(arm.name.encode()))),
            )
            for arm in arms
        ]

    def play(self) -> dict[str, Played]:
        """Play all rounds."""
        for at in range(1, self.rounds + 1):
            chance = Chance(
                reports=self.reporting.poisson(self.reports), finds=self.finding.poisson(self.finds),
                draws=self.drawing.random((self.size, self.visits)),
                keys=self.lots.random((self.size, self.areas)) if self.lost else None,
            )  # fmt: skip
            for run in self.runs:
                run.step(at, chance)
        return {run.arm.name: run.played() for run in self.runs}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chance:
    """What all arms of a slice share in one round."""

    reports: Ints
    """Reported incidents, if nobody patrols."""
    finds: Ints
    """Incidents that a first visit would discover."""
    draws: Floats
    """Shape (replicates, visits): uniform numbers."""
    keys: Floats | None
    """Shape (replicates, areas): uniform numbers."""


class Run:
    """One arm of a slice."""

    def __init__(self, home: Slice, arm: Arm, past: Past, seed: np.random.SeedSequence) -> None:
        self.home, self.arm = home, arm
        self.rng = np.random.default_rng(seed)
        history = arm.past or past
        self.forecaster = None if arm.make is None else arm.make()
        shape = (home.size, home.areas)
        if self.forecaster is not None:
            self.forecaster.start(
                self._seen(history), replicates=home.size, seed=int(seed.generate_state(1)[0])
            )
            last = [
                np.broadcast_to(counts[:, -1], shape) for counts in (history.reported, history.discovered)
            ]
            self.new = self._before(last[0], last[1], rates=home.world.reporting)
        self.scores: Floats | None = None
        self.sums = np.zeros(shape)  # visits since the last stretch ended
        self.late = np.zeros(shape)
        self.all = np.zeros(shape)  # visits so far
        self.finds = np.zeros(shape)
        self.found, self.happened = np.zeros(home.size), np.zeros(home.size)
        self.rows: list[tuple[Floats, ...]] = []

    def _seen(self, past: Past) -> Past:
        rates = np.atleast_2d(self.home.world.reporting).mean(axis=0)[:, None]
        reported, discovered = self._before(past.reported[:, :-1], past.discovered[:, :-1], rates=rates)
        return Past(
            areas=past.areas, periods=past.periods[:-1], reported=reported, discovered=discovered,
            longitude=past.longitude, latitude=past.latitude, neighbours=past.neighbours, period=past.period,
        )  # fmt: skip

    def _before(self, reported: Ints, discovered: Ints, *, rates: Floats) -> tuple[Ints, Ints]:
        """Show an arm records as it sees them; what it sees of the past needs no chances of visits."""
        match self.arm.sees:
            case "reported":
                return reported, np.zeros_like(discovered)
            case "rescaled":
                return np.rint(reported / rates).astype(np.int64), discovered
            case _:
                return reported, discovered

    def step(self, at: int, chance: Chance) -> None:
        """Play one round."""
        home, arm = self.home, self.arm
        visits, chances = self._allocate(at, chance)
        reported, found = chance.reports, self._find(visits, chance.finds)
        if arm.elasticity:
            left = (1.0 + visits) ** arm.elasticity
            reported, found = self.rng.binomial(reported, left), self.rng.binomial(found, left)
            self.happened += (home.world.rates * left).sum(axis=1)
        else:
            self.happened += home.world.rates.sum(axis=-1)
        self.found += found.sum(axis=1)
        if self.forecaster is not None and arm.retrained:
            self.new = self._learns_from(reported, found, chances, visits)
        self.finds += found
        self._count(at, visits, chances if arm.rule.kind == "draws" else None)

    def _allocate(self, at: int, chance: Chance) -> tuple[Ints, Floats | None]:
        """Send visits, and say with which chances; None where chance decided nothing."""
        arm, rule = self.arm, self.arm.rule
        if arm.fixed is not None:
            return self._by_lot(np.broadcast_to(arm.fixed, self.all.shape), chance)
        if arm.thompson:  # gamma prior worth one visit, with the city's mean
            prior = float(self.home.finds.mean())
            return top(self.rng.gamma(1 + self.finds) / (1 / prior + self.all), rule.visits).astype(
                np.int64
            ), None
        if self.forecaster is not None and (self.scores is None or arm.retrained):
            self.scores = np.asarray(self.forecaster.scores(at, *self.new), dtype=np.float64)
        assert self.scores is not None  # noqa: S101  # an arm without fixed chances has a forecaster
        if rule.kind == "draws":
            chances = self._mixed(proportions(self.scores))
            return draw(chances, chance.draws[:, : rule.visits]), chances
        return self._chosen(self.scores, chance)

    def _by_lot(self, chances: Floats, chance: Chance) -> tuple[Ints, Floats]:
        if chance.keys is None:
            return draw(chances, chance.draws[:, : self.arm.rule.visits]), chances
        with np.errstate(divide="ignore"):  # weighted lots: an area without a chance comes last
            return top(np.log(chance.keys) / chances, self.arm.rule.visits).astype(np.int64), chances

    def _mixed(self, chances: Floats) -> Floats:
        arm = self.arm
        if arm.most is not None:
            chances = capped(chances, arm.most)
        return chances if not arm.explore else (1 - arm.explore) * chances + arm.explore / self.home.areas

    def _chosen(self, scores: Floats, chance: Chance) -> tuple[Ints, Floats | None]:
        arm, rule, areas = self.arm, self.arm.rule, self.home.areas
        if arm.most is not None:  # who has had more than the cap so far waits
            total = self.all.sum(axis=1, keepdims=True) + rule.visits
            scores = np.where(self.all + 1 > arm.most * total, scores - np.ptp(scores) - 1, scores)
        marked = top(scores, rule.visits) if rule.kind == "top" else scores >= float(rule.least or 0)
        if not arm.explore or chance.keys is None:
            return marked.astype(np.int64), None
        kept = marked & (chance.keys >= arm.explore)
        free = marked.sum(axis=1, keepdims=True) - kept.sum(axis=1, keepdims=True)
        lots = np.where(kept, 2.0, self.rng.random(marked.shape))
        order = np.argsort(-lots, axis=1, kind="stable")
        place = np.empty_like(order)
        np.put_along_axis(place, order, np.arange(areas)[None, :], axis=1)
        visits = place < kept.sum(axis=1, keepdims=True) + free
        counts = marked.sum(axis=1)
        pairs = {int(count): lot_chances(int(count), areas, arm.explore) for count in np.unique(counts)}
        inside, outside = (np.array([pairs[int(count)][at] for count in counts])[:, None] for at in (0, 1))
        return visits.astype(np.int64), np.where(marked, inside, outside)

    def _find(self, visits: Ints, finds: Ints) -> Ints:
        """Discover incidents: the first visit finds what every arm would find, further ones draw their own."""
        found = np.where(visits > 0, finds, 0)
        many = np.flatnonzero(visits > 1)
        if many.size:
            rates = np.broadcast_to(self.home.world.rates, visits.shape).ravel()[many]
            single = self.home.finds.ravel()[many]
            found.ravel()[many] += self.rng.poisson(np.minimum(rates, visits.ravel()[many] * single) - single)
        return found

    def _learns_from(
        self, reported: Ints, found: Ints, chances: Floats | None, visits: Ints
    ) -> tuple[Ints, Ints]:
        match self.arm.sees:
            case "weighted" if chances is not None:
                least = chances.min(axis=1, keepdims=True)
                return reported, self.rng.binomial(
                    found, np.minimum(1.0, least / np.maximum(chances, 1e-300))
                )
            case "spread":
                even = visits.sum(axis=1, keepdims=True) / self.home.areas
                return reported, self.rng.poisson(self.home.finds * even)
            case _:
                return self._before(reported, found, rates=self.home.world.reporting)

    def _count(self, at: int, visits: Ints, chances: Floats | None) -> None:
        """Add up visits; where each is drawn, their chances say the same with less noise."""
        home, sent = self.home, visits if chances is None else chances
        self.sums += sent
        self.all += visits
        if at > home.rounds - max(1, home.rounds // 10):
            self.late += sent
        if at in home.ends:
            self._keep(_shares(self.sums))
            self.sums = np.zeros_like(self.sums)

    def _keep(self, shares: Floats) -> None:
        home = self.home
        first = home.areas - home.top.shape[1]
        most = np.argpartition(shares, first, axis=1)[:, first:]
        leading = np.take_along_axis(shares, most, axis=1).sum(axis=1)
        due = np.take_along_axis(home.truth, most, axis=1).sum(axis=1)
        busy = np.take_along_axis(shares, home.top, axis=1).sum(axis=1)
        watched = np.zeros(home.size) if home.watch is None else shares[:, home.watch].sum(axis=1)
        self.rows.append((leading, leading / due, busy, watched))

    def played(self) -> Played:
        """Hand over what was kept."""
        leading, excess, busy, watched = (np.array(column) for column in zip(*self.rows, strict=True))
        return Played(
            final=_shares(self.late).astype(np.float32), kept=self.home.ends, leading=leading, excess=excess, top=busy,
            group=None if self.home.watch is None else watched, found=self.found / self.home.rounds,
            happened=self.happened / self.home.rounds,
        )  # fmt: skip


def _shares(visits: Floats) -> Floats:
    total = visits.sum(axis=1, keepdims=True)
    equal = np.full(visits.shape, 1 / visits.shape[1])
    return np.asarray(np.divide(visits, total, out=equal, where=total > 0), dtype=np.float64)
