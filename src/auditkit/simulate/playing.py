"""Playing one tool many times, and saying where its runs end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice
from auditkit.results.feedback import (
    Arm,
    ArmName,
    Deterrence,
    Layer,
    LockIn,
    RestingPoint,
    Scenario,
    Short,
    Span,
    StartingPoint,
    Step,
)
from auditkit.simulate.arms import Arm as Way
from auditkit.simulate.arms import Plan, Played, World
from auditkit.simulate.engine import play
from auditkit.simulate.forecasters import Forecaster, Pace, Past
from auditkit.simulate.reading import Loop
from auditkit.simulate.rules import Rule
from auditkit.statistics.amplification import between_run_spread
from auditkit.statistics.critical import normal
from auditkit.statistics.intervals import wilson
from auditkit.statistics.runaway import (
    concentrated_probability,
    leading_excess,
    lock_in,
    runaway_probability,
)
from auditkit.statistics.survival import kaplan_meier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CONCENTRATED = 1.5
"""A run counts as concentrated when its most visited tenth has this many times what is due."""
OF_TWO = 0.95
"""Of two areas it does when one of them has this share of all visits."""
FEW = 200
"""Replicates of everything but the tool and its null tests."""
FEW_BY_COMMAND = 100
"""The same, where the vendor's program answers and has no time for more."""
BATCH = 250
"""Most replicates that one start of the vendor's program serves."""
LADDER = 11
"""Ways of sending patrols, with and without deterrence, for which a forecaster answers every round."""
DWELL = 50
"""Rounds for which a run must stay concentrated to be locked in; half the rounds where that is less."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """Everything that the equations and the runs say of one tool; fields as in `Feedback`."""

    null: tuple[Span | None, ...]
    arms: tuple[Arm, ...]
    scenarios: tuple[Scenario, ...] = ()
    points: tuple[RestingPoint, ...] = ()
    limit: Floats | None = None
    """Shape (areas,): share of visits in the end, under the middle assumption."""
    log_odds: Span | None = None
    parameters: tuple[float, float] | None = None
    added: Span | None = None
    gain: Span | None = None
    head_start_left: Span | None = None
    radius: Span | None = None
    radius_periods: int | None = None
    starts: tuple[StartingPoint, ...] = ()
    layers: tuple[Layer, ...] = ()
    deterrence: tuple[Deterrence, ...] = ()
    ladder: tuple[Step, ...] = ()
    short: Short | None = None
    lock_in: LockIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Player:
    """One tool, ready to be played."""

    loop: Loop
    choice: FeedbackChoice
    rule: Rule
    make: Callable[[], Forecaster]
    """Makes a forecaster for each arm."""
    rng: np.random.Generator
    progress: Callable[[str], None]
    urn: bool
    """Whether the tool is the urn, which is also solved and has a fast path."""
    pace: Pace | None = None
    """How fast the vendor's program answers; None where none does."""
    entropy: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entropy", int(self.rng.integers(2**62)))

    @property
    def by_command(self) -> bool:
        """Whether the vendor's own program answers; it serves all runs of an arm at once."""
        return self.choice.allocator == "command"

    @property
    def few(self) -> int:
        """Replicates of everything but the tool and its null tests."""
        return min(self.choice.replicates, FEW if self.short is None else FEW_BY_COMMAND)

    @property
    def short(self) -> Short | None:
        """Why the ladder is short and its runs are few; None where it is whole.

        Asked first after the null tests, which show how fast the program is.
        """
        if not self.by_command:
            return None
        minutes = self.choice.program_minutes
        if minutes is None:
            return "no_minutes"
        wanted = LADDER * self.choice.rounds * min(self.choice.replicates, FEW)
        return None if self.pace is None or self.pace.allows(wanted, minutes=minutes) else "too_slow"

    @property
    def top_true(self) -> float:
        """True share of the busiest areas."""
        return min(1.0, float(self.loop.true_share[self.loop.top].sum()))

    @property
    def top_due(self) -> float:
        """Share of visits that the rule would give the busiest areas if it knew the true rates."""
        return min(1.0, float(self.rule.due(self.loop.rates)[self.loop.top].sum()))

    @property
    def by_rule(self) -> float:
        """How far the rule alone, with full knowledge, concentrates visits: its busiest tenth over their true share."""
        return float(leading_excess(self.rule.due(self.loop.rates)[None], self.loop.true_share)[0])

    def tool(self) -> Way:
        """Give the tool as submitted as an arm."""
        sees = "weighted" if self.choice.correction == "importance" else "all"
        return Way(name="tool", make=self.make, rule=self.rule, sees=sees)  # type: ignore[arg-type]  # one of two words

    def seed(self, name: str) -> np.random.SeedSequence:
        """Key random numbers by what they are for, so that one part moves no other's."""
        return np.random.SeedSequence(self.entropy, spawn_key=(crc32(name.encode()),))

    def play(  # noqa: PLR0913  # what to play, and how
        self, title: str, ways: Sequence[Way], world: World, *, past: Callable[[int], Past] | Past | None = None,
        replicates: int, slice_size: int | None = None, watch: Ints | None = None,
    ) -> dict[str, Played]:  # fmt: skip
        """Play arms side by side."""
        plan = Plan(
            rounds=self.choice.rounds, replicates=replicates, seed=self.seed(title),
            slice_size=min(replicates, BATCH) if self.by_command else slice_size, watch=watch,
        )  # fmt: skip
        self.progress(title)
        return play(
            ways,
            world,
            past or self.loop.past,
            plan,
            progress=lambda words: self.progress(f"{title}: {words}"),
        )


def described(
    name: ArmName, final: Floats, path: tuple[Ints, Floats], *, loop: Loop, truth: Floats, rounds: int
) -> Arm:  # fmt: skip
    """Say where the runs of one arm end, and how many of them concentrated.

    Parameters
    ----------
    final
        Shape (replicates, areas): final shares of visits.
    path
        Rounds that were kept, and the share of the most visited tenth of areas in each, by run.
    truth
        Shape (areas,): what is due to each area, by its share of incidents and by how far the rule alone concentrates.

    References
    ----------
    Methods 6.3 (5): runaway probability with Wilson's interval; 6.4: the spread between runs, not only the mean.
    """
    shares = final[:, loop.top].sum(axis=1)
    reached = _concentrated(final, truth)
    kept, leading = path
    percentiles = np.percentile(leading, [5, 50, 95], axis=1).T
    return Arm(
        name=name, rounds=rounds, replicates=len(final), top_mean=float(shares.mean()),
        top_sd=float(shares.std(ddof=1)), spread=between_run_spread(final).root_mean_square, concentrated=reached,
        concentrated_interval=wilson(reached, len(final), critical=normal(0.95)),
        path=tuple(
            (int(at), float(low), float(half), float(high))
            for at, (low, half, high) in zip(kept, percentiles, strict=True)
        ),
    )  # fmt: skip


def _concentrated(final: Floats, truth: Floats) -> int:
    if truth.size == 2:
        return runaway_probability(final, threshold=OF_TWO).reached
    return concentrated_probability(final, truth, multiple=CONCENTRATED).reached


def played_arm(name: ArmName, played: Played, *, loop: Loop, truth: Floats, rounds: int) -> Arm:
    """Describe an arm that the engine played.

    References
    ----------
    As `described`.
    """
    final = played.final.astype(np.float64)
    return described(name, final, (played.kept, played.leading), loop=loop, truth=truth, rounds=rounds)


def locked(concentrated: NDArray[np.bool_], kept: Ints, *, rounds: int) -> LockIn:
    """Say when runs became concentrated for good, as a survival curve.

    References
    ----------
    Methods 6.3 (6): Kaplan-Meier, censored at the last round, with a minimum dwell.
    """
    dwell = min(DWELL, rounds // 2)
    found = lock_in(concentrated, kept, dwell=dwell)
    events = found.locked.astype(np.float64)
    curve = tuple(
        kaplan_meier(found.rounds, events, 1 - events, horizon=float(at)).event_probability for at in kept
    )
    return LockIn(dwell=dwell, rounds=tuple(int(at) for at in kept), probability=curve)


def concentrated(leading: Floats, excess: Floats, *, areas: int) -> NDArray[np.bool_]:
    """Tell which runs are concentrated at which kept rounds.

    References
    ----------
    Methods 6.3 (5): the line is fixed beforehand, .95 for two areas.
    """
    return leading >= OF_TWO if areas == 2 else excess > CONCENTRATED


def chance_layer(name: str, kind: Literal["chance", "parameters"], span: Span | None) -> Layer:
    """Put one kind of doubt about the drift into the table of doubts.

    References
    ----------
    Methods 6.6: three layers, never averaged.
    """
    value, low, high = span or (None, None, None)
    return Layer(kind=kind, name=name, log_odds=value, low=low, high=high)
