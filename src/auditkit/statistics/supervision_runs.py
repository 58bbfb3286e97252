"""Playing supervision through: who is supervised is recorded more often, and whoever has most records is supervised next.

All variants see the same incidents (common random numbers): whether each would be reported, found anyway, or found only
under supervision. So their difference is theirs alone, and pairs of runs can be compared.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rule = Literal["all_records", "reported_only", "time_offset", "short_memory", "random_audit", "frozen"]
RULES: tuple[Rule, ...] = (
    "all_records", "reported_only", "time_offset", "short_memory", "random_audit", "frozen",
)  # fmt: skip
BY_LOT = 0.2
"""Share of places under supervision that `random_audit` gives by lot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """A made group of people who are scored again and again.

    Raises
    ------
    ValueError
        If fewer people than all, and at least one, are not supervised, or shares are out of order.

    References
    ----------
    Methods 6.7: score, supervision, recorded re-arrest, priors, score.
    """

    people: int
    supervised: int
    """People under supervision at a time."""
    incidents: float
    """What a person does per round, on average."""
    apart: float
    """Half of the people do so much less, half so much more, as a share of the mean; 0 makes all alike."""
    detected: tuple[float, float]
    """Share recorded without supervision, and with it."""
    reported: float
    """Share reported by others, whoever is supervised."""
    rounds: int
    memory: int
    """Rounds whose records count as priors."""

    def __post_init__(self) -> None:
        without, under = self.detected
        if not 0 < self.supervised < self.people or not 0 <= self.apart < 1:
            msg = f"expected some supervised of more people, found {self.supervised} of {self.people}, {self.apart}"
            raise ValueError(msg)
        if (
            not 0 <= self.reported <= without <= under <= 1
            or min(self.incidents, self.rounds, self.memory) <= 0
        ):
            msg = f"expected reported <= {without} <= {under} and numbers above 0, found {self.reported}"
            raise ValueError(msg)


class Played(NamedTuple):
    """What one rule does over the rounds."""

    stayed: Floats
    """(replicates, rounds): share supervised of those who were at the start, minus share of those who were not."""
    reached: Floats
    """(replicates,): share, among the supervised of the last round, of the half that does more; .5 is no better than lot."""


def play(tracks: Tracks, *, replicates: int, rng: np.random.Generator) -> dict[Rule, Played]:
    """Run every rule on the same incidents.

    At the start people are supervised by lot, and have chance priors: any later gap between those two lots of people is
    the loop's. Between groups of unequal shares at the start, the gap that lasts is that gap times `stayed`.

    References
    ----------
    Methods 6.7 (persistence, null test, mitigations); common random numbers: Law, A. M. (2015), Simulation modeling and
    analysis, 5th ed., McGraw-Hill, section 11.2.
    """
    size = replicates, tracks.people
    rates = np.full(tracks.people, tracks.incidents)
    more = np.arange(tracks.people) % 2 == 1
    rates = rates * np.where(more, 1 + tracks.apart, 1 - tracks.apart)
    start = _first(rng.random(size), tracks.supervised)
    priors = [_recorded(rates, tracks, size, rng) for _ in range(tracks.memory)]
    runs = {rule: _Run(rule, start, priors, tracks) for rule in RULES}
    for _ in range(tracks.rounds):
        reported, anyway, extra = _recorded(rates, tracks, size, rng)
        ties, lot = rng.random(size), rng.random(size)
        for run in runs.values():
            run.step(reported, anyway, extra, ties=ties, lot=lot)
    return {rule: Played(np.stack(run.stayed, axis=1), _reached(run, more)) for rule, run in runs.items()}


Records = tuple[Floats, Floats, Floats]


def _recorded(rates: Floats, tracks: Tracks, size: tuple[int, int], rng: np.random.Generator) -> Records:
    """Draw what is reported, what is found anyway, and what is found only under supervision."""
    without, under = tracks.detected
    shares = tracks.reported, without - tracks.reported, under - without
    first, second, third = (rng.poisson(rates * share, size).astype(np.float64) for share in shares)
    return first, second, third


def _first(keys: Floats, n: int) -> NDArray[np.bool_]:
    """Mark the n smallest of each row."""
    chosen = np.zeros(keys.shape, dtype=bool)
    if n:
        np.put_along_axis(chosen, np.argpartition(keys, n - 1, axis=1)[:, :n], values=True, axis=1)
    return chosen


class _Run:
    """One rule under way."""

    def __init__(self, rule: Rule, start: NDArray[np.bool_], priors: list[Records], tracks: Tracks) -> None:
        self.rule, self.start, self.now, self.tracks = rule, start, start, tracks
        self.window = 1 if rule == "short_memory" else tracks.memory
        self.records = [first if rule == "reported_only" else first + second for first, second, _ in priors]
        self.exposure = [np.ones(start.shape)] * tracks.memory
        self.stayed: list[Floats] = []

    def step(self, reported: Floats, anyway: Floats, extra: Floats, *, ties: Floats, lot: Floats) -> None:
        if self.rule != "frozen":
            found = reported if self.rule == "reported_only" else reported + anyway + extra * self.now
            without, under = self.tracks.detected
            self.records = [*self.records, found][-self.window :]
            self.exposure = [*self.exposure, np.where(self.now, under / without, 1.0)][-self.window :]
        score = np.sum(self.records, axis=0)
        if self.rule == "time_offset":
            score = score / np.sum(self.exposure, axis=0)
        places = self.tracks.supervised
        by_lot = round(BY_LOT * places) if self.rule == "random_audit" else 0
        drawn = _first(lot, by_lot)
        self.now = drawn | _first(np.where(drawn, np.inf, -score + ties * 1e-6), places - by_lot)
        among = (self.now & self.start).sum(axis=1) / self.start.sum(axis=1)
        others = (self.now & ~self.start).sum(axis=1) / (~self.start).sum(axis=1)
        self.stayed.append(among - others)


def _reached(run: _Run, more: NDArray[np.bool_]) -> Floats:
    return np.asarray((run.now & more).sum(axis=1) / run.now.sum(axis=1), dtype=np.float64)
