"""Whether a loop runs away: how concentrated runs end, how many of them, and when they lock in.

Runs are rows of shape (replicates, areas) of allocation shares.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Runs(NamedTuple):
    """How many of the runs did something; the interval of their share is a Wilson interval."""

    reached: int
    total: int

    @property
    def probability(self) -> float:
        """Share of runs."""
        return self.reached / self.total


class LockIn(NamedTuple):
    """When each run entered a state for good; the two arrays are what a survival curve needs."""

    rounds: Counts
    """(replicates,): the round of entry, or the last round watched if the run had not locked in by then."""
    locked: Flags
    """(replicates,): whether it locked in; if not, its time is censored."""


def _most_allocated(shares: Floats) -> Counts:
    """Areas that are the most allocated tenth of areas, rounded up, along the last axis."""
    first = shares.shape[-1] - -(-shares.shape[-1] // 10)
    return np.argpartition(shares, first, axis=-1)[..., first:]


def leading_share(shares: Floats) -> Floats:
    """Share of the most allocated tenth of areas, rounded up: of the first area where there are ten or fewer.

    References
    ----------
    Weisburd, D. (2015), The law of crime concentration and the criminology of place, Criminology 53, 133-157
    (concentration as the share of a fixed share of places).

    >>> leading_share(np.array([[0.2, 0.5, 0.3]])).tolist()
    [0.5]
    """
    return np.asarray(
        np.take_along_axis(shares, _most_allocated(shares), axis=-1).sum(axis=-1), dtype=np.float64
    )


def leading_excess(shares: Floats, truth: Floats) -> Floats:
    """Share of the most allocated tenth of areas over the true share of those same areas.

    The tenth is chosen in each run by its own allocation, so that chance alone puts it above 1.

    Raises
    ------
    ValueError
        If a true share is 0.

    References
    ----------
    As `leading_share`.

    >>> leading_excess(np.array([[0.2, 0.5, 0.3]]), np.array([0.4, 0.25, 0.35])).tolist()
    [2.0]
    """
    if not np.all(truth > 0):
        msg = "expected true shares above 0"
        raise ValueError(msg)
    return np.asarray(leading_share(shares) / truth[_most_allocated(shares)].sum(axis=-1), dtype=np.float64)


def runaway_probability(final: Floats, *, threshold: float) -> Runs:
    """How many runs end with one area at or above this share of all allocation; fix the threshold beforehand.

    References
    ----------
    Ensign, D., Friedler, S. A., Neville, S., Scheidegger, C., Venkatasubramanian, S. (2018), Runaway feedback loops
    in predictive policing, PMLR 81, 160-171.

    >>> runaway_probability(np.array([[0.96, 0.04], [0.6, 0.4], [0.05, 0.95]]), threshold=0.95)
    Runs(reached=2, total=3)
    """
    return Runs(int(np.count_nonzero(final.max(axis=-1) >= threshold)), len(final))


def concentrated_probability(final: Floats, truth: Floats, *, multiple: float) -> Runs:
    """How many runs end with the most allocated tenth of areas above `multiple` times those areas' true share.

    The tenth is chosen in each run by its own allocation, which exceeds 1 time its true share by chance alone:
    compare with the same count when all areas are equal.

    Raises
    ------
    ValueError
        If a true share is 0.

    References
    ----------
    As `runaway_probability`, for many areas.

    >>> concentrated_probability(np.array([[0.8, 0.1, 0.1], [0.5, 0.3, 0.2]]), np.full(3, 1 / 3), multiple=2)
    Runs(reached=1, total=2)
    """
    if not np.all(truth > 0):
        msg = "expected true shares above 0"
        raise ValueError(msg)
    due = truth[_most_allocated(final)].sum(axis=-1)
    return Runs(int(np.count_nonzero(leading_share(final) > multiple * due)), len(final))


def lock_in(inside: Flags, kept: Counts, *, dwell: int) -> LockIn:
    """First kept round after which a run never leaves a state, if it has stayed for at least `dwell` rounds.

    Parameters
    ----------
    inside
        (kept, replicates): whether each run is in the state at each kept round.
    kept
        (kept,): those rounds, ascending.

    References
    ----------
    Kaplan, E. L., Meier, P. (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481 (why
    runs that have not locked in are censored at the last round).

    >>> inside = np.array([[True, False, False], [False, True, False], [True, True, True]])
    >>> lock_in(inside, np.array([10, 20, 30]), dwell=10)
    LockIn(rounds=array([30, 20, 30]), locked=array([False,  True, False]))
    """
    # Read backwards, a run's stay ends at its first round outside; with none outside it began with the first.
    stays = np.cumprod(inside[::-1], axis=0).sum(axis=0)
    entry = kept[np.minimum(len(kept) - stays, len(kept) - 1)]
    locked = (stays > 0) & (kept[-1] - entry >= dwell)
    return LockIn(np.where(locked, entry, kept[-1]), locked)
