"""The surrogate that best repeats the submitted decisions, and how well any stand-in repeats them.

Each candidate scores the areas before every audited period, from what was recorded before that period. As many areas
as the tool flagged are then flagged, and both sets are compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.results.phrases import phrase
from auditkit.simulate.forecasters import (
    Floats,
    Forecaster,
    Ints,
    Past,
    Proportional,
    RerunError,
    RollingCount,
    Submission,
    allocator,
)
from auditkit.simulate.rules import top
from auditkit.simulate.spread import KernelDensity, SelfExciting
from auditkit.statistics.overlap import jaccard

Make = Callable[[], Forecaster]
NOTHING_TO_REPEAT = phrase(
    "no audited period has records before it and flags on some areas but not on all, so nothing can be repeated"
)
KERNEL_DENSITY = phrase("a kernel density")
DECAYS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
LONGEST_WINDOW = 26
"""Periods of the longest rolling count that is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """How well a candidate repeats the submitted decisions."""

    name: str
    overlap: float
    """Mean over audited periods of the Jaccard overlap of both sets of flagged areas."""
    periods: int
    """Audited periods that were compared."""


class Closest:
    """The candidate that repeats the submitted decisions best; it scores as that candidate does."""

    name = "closest"

    def __init__(self, make: Make, *, tried: tuple[Repeated, ...], best: Repeated) -> None:
        self.make, self.tried = make, tried
        self.overlap, self.repeats, self.periods = best.overlap, best.name, best.periods
        self.inner = make()

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Start the candidate."""
        self.inner.start(past, replicates=replicates, seed=seed)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's own word
        """Score as the candidate does."""
        return self.inner.scores(round, reported, discovered)


def candidates(submission: Submission) -> tuple[tuple[str, Make], ...]:
    """Return what is tried in place of the tool, simplest first: of two that repeat it equally, the first is taken.

    References
    ----------
    Methods 6.3: a tool that cannot be retrained is replaced by a fitted surrogate, which is named.
    """
    longest = min(max(LONGEST_WINDOW, submission.baseline_periods), len(submission.past.periods) + 1)
    found: list[tuple[str, Make]] = [(phrase("all records so far"), Proportional)]
    found += [(_window(n), _rolling(n)) for n in range(1, longest + 1)]
    found += [
        (phrase("all records, of which {:.0%} fade each period").format(decay), _fading(decay))
        for decay in DECAYS
    ]
    return (*found, (KERNEL_DENSITY, KernelDensity), (phrase("a self-exciting process"), SelfExciting))


def _window(periods: int) -> str:
    if periods == 1:
        return phrase("the records of the last period")
    return phrase("the records of the last {} periods").format(periods)


def _rolling(window: int) -> Make:
    return lambda: RollingCount(window)


def _fading(decay: float) -> Make:
    return lambda: Proportional(decay=decay)


def closest(submission: Submission) -> Closest:
    """Find the candidate that repeats the submitted decisions best.

    Raises
    ------
    RerunError
        If there is nothing to repeat.

    References
    ----------
    Methods 6.3, as in `candidates`; Jaccard, P. (1912), The distribution of the flora in the alpine zone, New
    Phytologist 11, 37-50 (the overlap).
    """
    makes = dict(candidates(submission))
    tried = []
    for name, make in makes.items():
        found = repeated(submission, make(), name=name)
        if found is None:
            raise RerunError(NOTHING_TO_REPEAT)
        tried.append(found)
    best = max(tried, key=lambda found: found.overlap)
    return Closest(makes[best.name], tried=tuple(tried), best=best)


def repeated(submission: Submission, forecaster: Forecaster, *, name: str) -> Repeated | None:
    """Say how well a forecaster repeats the submitted decisions; None where no audited period can be compared.

    Before each audited period it learns what had been recorded by then: the history, and after the history ends the
    outcomes of the audited periods that are over.

    References
    ----------
    Jaccard, P. (1912), New Phytologist 11, 37-50, as in `auditkit.statistics.overlap.jaccard`.
    """
    found = [
        jaccard(top(scores, int(flags.sum()))[0], flags) for scores, flags in _scored(submission, forecaster)
    ]
    return Repeated(name=name, overlap=float(np.mean(found)), periods=len(found)) if found else None


def _scored(submission: Submission, forecaster: Forecaster) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Pair the submitted flags of each audited period that can be compared with the scores before it."""
    past, areas = submission.past, len(submission.past.areas)
    learnt = first = 0  # periods that are learnt, and how many of them the first round brought up to
    scores = np.zeros((1, areas))
    days, reported, discovered = _series(submission)
    for at, day in enumerate(submission.periods):
        flags = submission.flags[:, at]
        known = sum(earlier < day for earlier in days)
        if known == 0:
            continue
        if learnt == 0:
            learnt = known - 1
            before = Past(
                areas=past.areas, periods=days[:learnt], reported=reported[:, :learnt],
                discovered=discovered[:, :learnt], longitude=past.longitude, latitude=past.latitude,
                neighbours=past.neighbours, period=past.period,
            )  # fmt: skip
            forecaster.start(before, replicates=1, seed=0)
            first = known
        for column in range(learnt, known):
            scores = forecaster.scores(
                column - first + 2, reported[None, :, column], discovered[None, :, column]
            )
        learnt = known
        if 0 < flags.sum() < areas:
            yield scores, flags


def _series(submission: Submission) -> tuple[tuple[str, ...], Ints, Ints]:
    """Return what was recorded by period: the history, then outcomes of audited periods after it ends, as reported."""
    past, outcomes = submission.past, submission.outcomes
    if outcomes is None:
        return past.periods, past.reported, past.discovered
    last = max(past.periods, default="")
    later = [at for at, day in enumerate(submission.periods) if day > last]
    added = np.rint(outcomes[:, later]).astype(np.int64)
    return (
        (*past.periods, *(submission.periods[at] for at in later)),
        np.concatenate([past.reported, added], axis=1),
        np.concatenate([past.discovered, np.zeros_like(added)], axis=1),
    )


@allocator("closest")
def _closest(submission: Submission) -> Forecaster:
    return closest(submission)
