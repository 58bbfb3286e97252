"""What turns records into scores inside the feedback loop: the protocol, the registry, and forecasters that count.

A forecaster learns from the past and then, each round, from the records of the period that just ended. It serves all
replicates at once. It decides nothing: the engine applies the decision rule of the audit file to its scores.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """Records that a forecaster may learn from before the first round; areas are in order of their id as text."""

    areas: tuple[str, ...]
    periods: tuple[str, ...]
    """First days of the periods, in order."""
    reported: Ints
    """Shape (areas, periods): records that others reported."""
    discovered: Ints
    """Shape (areas, periods): records that patrols discovered."""
    longitude: Floats | None
    """Shape (areas,): degrees; NaN where not known; None where nothing is known."""
    latitude: Floats | None
    """As `longitude`."""
    neighbours: tuple[tuple[int, ...], ...]
    """For each area the positions of its neighbours; empty tuples where nothing is known."""
    period: str | None
    """`day`, `week`, `month` or `year`."""


class Forecaster(Protocol):
    """Turns what was recorded into a score per area; one object serves all replicates."""

    name: str

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Forget everything and learn from the past.

        Parameters
        ----------
        past
            All periods but the last: round 1 brings that one.
        replicates
            Runs that go on side by side.
        seed
            For forecasters that draw random numbers; the same seed gives the same scores.
        """
        ...

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's word
        """Learn from the period that just ended, and score every area for the next.

        Parameters
        ----------
        round
            From 1.
        reported, discovered
            Shape (replicates, areas): new records of the period that just ended. In round 1 it is the last period of
            the history, the same for every replicate.

        Returns
        -------
        Finite scores of shape (replicates, areas); more is more likely to be visited.
        """
        ...


@runtime_checkable
class Surrogate(Forecaster, Protocol):
    """A forecaster that stands in for the tool because it repeats the submitted decisions best."""

    overlap: float
    """Mean over audited periods of the Jaccard overlap of its flags with the submitted ones."""
    repeats: str
    """Name of the allocator that was chosen."""


class Pace:
    """How fast a forecaster from outside answers, over all its copies."""

    def __init__(self) -> None:
        self.seconds, self.answers = 0.0, 0
        """Time it took, and rounds of single replicates that it scored."""
        self.kept: bool | None = None
        """Whether the whole ladder fits into the time allowed, once that was asked: later answers change nothing."""

    def __deepcopy__(self, _: dict[int, Any]) -> "Pace":
        """Return the same: copies of a forecaster share their pace."""
        return self

    def add(self, seconds: float, answers: int) -> None:
        """Take an answer in."""
        self.seconds, self.answers = self.seconds + seconds, self.answers + answers

    def allows(self, answers: int, *, minutes: float) -> bool:
        """Tell whether so many more answers fit into so many minutes; asked once, it keeps its word."""
        if self.kept is None:
            self.kept = self.seconds * answers <= 60 * minutes * max(1, self.answers)
        return self.kept


@runtime_checkable
class Paced(Forecaster, Protocol):
    """A forecaster from outside whose speed is measured."""

    pace: Pace


class RerunError(Exception):
    """The tool cannot be run again inside the loop (NE-RERUN); the audit goes on without it.

    Raised by a factory, by `start` or by `scores`. Its text says why, in words that finish "… because".
    """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Submission:
    """What a forecaster may be made from."""

    choice: FeedbackChoice
    """The [feedback] section."""
    past: Past
    """The whole history, its last period included."""
    periods: tuple[str, ...]
    """Audited periods."""
    flags: NDArray[np.bool_]
    """Shape (areas, audited periods): the submitted decisions."""
    outcomes: Floats | None
    """Shape (areas, audited periods): what was then recorded; None where the records have no outcomes."""
    baseline_periods: int
    """Window of the rolling-count baseline."""


Factory = Callable[[Submission], Forecaster]
ALLOCATORS: dict[str, Factory] = {}
"""Makes the forecaster behind each `[feedback] allocator`."""


def allocator(name: str) -> Callable[[Factory], Factory]:
    """Record what makes the forecaster of an allocator, and return it unchanged.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def record(factory: Factory) -> Factory:
        if name in ALLOCATORS:
            msg = f"two allocators are named '{name}'"
            raise ValueError(msg)
        ALLOCATORS[name] = factory
        return factory

    return record


class Proportional:
    """Scores areas by all their records, of which a share is forgotten each round.

    References
    ----------
    Ensign, D., Friedler, S. A., Neville, S., Scheidegger, C., Venkatasubramanian, S. (2018), Runaway feedback loops in
    predictive policing, PMLR 81, 160-171 (recorded counts with forgetting).

    >>> past = Past(
    ...     areas=("a", "b"),
    ...     periods=("2018-01-01",),
    ...     reported=np.array([[2], [1]]),
    ...     discovered=np.array([[0], [1]]),
    ...     longitude=None,
    ...     latitude=None,
    ...     neighbours=((), ()),
    ...     period="week",
    ... )
    >>> counts = Proportional(decay=0.5)
    >>> counts.start(past, replicates=1, seed=1)
    >>> counts.scores(1, np.array([[4, 0]]), np.array([[0, 0]])).tolist()  # half of 2 and 2, and 4 and 0 more
    [[5.0, 1.0]]
    """

    name = "proportional"

    def __init__(self, *, decay: float = 0.0) -> None:
        self.kept = 1 - decay
        self.records: Floats = np.empty((0, 0))

    def start(self, past: Past, *, replicates: int, seed: int) -> None:  # noqa: ARG002  # nothing is drawn
        """Add up the past, what is older at less weight."""
        counts = past.reported + past.discovered
        age = np.arange(counts.shape[1])[::-1]
        self.records = np.tile(counts @ self.kept**age, (replicates, 1)).astype(np.float64)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002, ARG002  # the protocol's own word; not needed here
        """Forget a share of the records and add the new ones."""
        if self.kept < 1:
            self.records *= self.kept
        self.records += reported
        self.records += discovered
        return self.records.copy()


class RollingCount:
    """Scores areas by their records of the last `window` periods, and forgets what is older.

    References
    ----------
    Mohler, G. O. et al. (2015), Randomized controlled field trials of predictive policing, JASA 110, 1399-1411
    (counts of a recent window as the practice that forecasts are compared with).
    """

    name = "rolling_count"

    def __init__(self, window: int) -> None:
        self.window = window
        self.recent: deque[Ints] = deque()
        self.records: Floats = np.empty((0, 0))

    def start(self, past: Past, *, replicates: int, seed: int) -> None:  # noqa: ARG002  # nothing is drawn
        """Take the last periods of the past; round 1 brings one more, and the oldest then leaves."""
        counts = (past.reported + past.discovered).T[-self.window :]
        self.recent = deque(counts[:, None, :])
        self.records = np.tile(counts.sum(axis=0), (replicates, 1)).astype(np.float64)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002, ARG002  # the protocol's own word; not needed here
        """Add the new records, and drop those that leave the window."""
        new = reported + discovered
        self.recent.append(new.astype(np.int32))
        self.records += new
        while len(self.recent) > self.window:
            self.records -= self.recent.popleft()
        return self.records.copy()


@allocator("proportional")
def _proportional(submission: Submission) -> Forecaster:
    return _counting(submission.choice)


@allocator("top_k")
def _top_k(submission: Submission) -> Forecaster:
    return _counting(submission.choice)


@allocator("rolling_count")
def _rolling_count(submission: Submission) -> Forecaster:
    return RollingCount(submission.choice.window or submission.baseline_periods)


def _counting(choice: FeedbackChoice) -> Forecaster:
    return Proportional(decay=choice.decay) if choice.window is None else RollingCount(choice.window)
