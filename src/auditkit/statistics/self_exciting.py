"""The self-exciting process: every record raises the rate of its own area for a while, and the rise fades.

    rate_n(t) = background_n + Σ_{s < t} counts_n(s) θ ω exp(−ω (t − s))

Records are counted by period, and a record raises later periods alone, as in the published code, where days are whole
numbers. Many replicates are fitted at a time: counts have the shape (periods, replicates, areas), oldest period first.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = Floats | npt.NDArray[np.int64]
FIRST_DECAY = 0.5
"""Decay rate per period from which a fit starts."""
LEAST_BACKGROUND = 0.01
"""Share of an area's mean count below which no background starts, so that a first record there can be explained."""


class Process(NamedTuple):
    """Parameters of the process, one set per replicate; θ and ω are common to all areas."""

    background: Floats
    """(replicates, areas): records per period that no earlier record explains."""
    theta: Floats
    """(replicates,): records that one record sets off."""
    omega: Floats
    """(replicates,): rate of decay per period."""


class Fit(NamedTuple):
    """What expectation-maximisation found."""

    process: Process
    iterations: int
    converged: bool
    """Whether θ and ω of every replicate moved by less than the tolerance in the last iteration."""


class _Step(NamedTuple):
    """What one period adds: the records before it, faded, and the same weighted by their age."""

    at: int
    faded: Floats
    aged: Floats
    rate: Floats


def _walk(counts: Numbers, process: Process) -> Iterator[_Step]:
    """Go through the periods and one further, with the rate of each."""
    fading = np.exp(-process.omega)[:, None]
    lift = (process.theta * process.omega)[:, None]
    faded = np.zeros(counts.shape[1:])
    aged = np.zeros(counts.shape[1:])
    for at in range(len(counts) + 1):
        yield _Step(at, faded, aged, process.background + lift * faded)
        if at < len(counts):
            aged = fading * (aged + faded + counts[at])
            faded = fading * (faded + counts[at])


def first_guess(counts: Numbers) -> Process:
    """Parameters to start from: half of the records are background.

    References
    ----------
    Mohler, G. et al. (2015), Randomized controlled field trials of predictive policing, JASA 110, 1399-1411.
    """
    replicates = counts.shape[1]
    return Process(
        background=counts.mean(axis=0) / 2,
        theta=np.full(replicates, 0.5),
        omega=np.full(replicates, FIRST_DECAY),
    )


def fit(counts: Numbers, *, start: Process, iterations: int = 200, tolerance: float = 1e-8) -> Fit:
    """Fit the process by expectation-maximisation, with one background per area.

    Each record is shared out among the background and the records before it; the shares then give the parameters.
    As published, all of a record's offspring are expected within the data, so θ is a little low for short histories.

    Parameters
    ----------
    counts
        (periods, replicates, areas).
    start
        Where to start: `first_guess(counts)`, or an earlier fit.
    iterations
        At most so many.
    tolerance
        Stop once θ and ω move by less.

    References
    ----------
    Mohler et al. (2015), JASA 110, 1401 (equations 2 to 7; with a common background); methods 6.2: the code behind
    Lum and Isaac (2016), To predict and serve?, Significance 13(5), fits one background per area, as done here.

    >>> rng = np.random.default_rng(1)
    >>> steady = rng.poisson(3.0, (500, 1, 4))
    >>> found = fit(steady, start=first_guess(steady))
    >>> found.converged, bool(found.process.theta[0] < 0.1)
    (True, True)
    """
    least = LEAST_BACKGROUND * counts.mean(axis=0)
    now = start._replace(background=np.maximum(start.background, least))
    total = np.maximum(counts.sum(axis=(0, 2)), 1)
    done, moved = 0, np.inf
    while done < iterations and moved >= tolerance:
        after = _improved(counts, now, total)
        moved = float(
            max(np.abs(after.theta - now.theta).max(), np.abs(after.omega - now.omega).max())
        )
        now, done = after, done + 1
    return Fit(process=now, iterations=done, converged=bool(moved < tolerance))


def _improved(counts: Numbers, now: Process, total: Numbers) -> Process:
    """Take one step of expectation-maximisation."""
    lift = now.theta * now.omega
    explained = np.zeros(counts.shape[1:])
    offspring, age = np.zeros(len(lift)), np.zeros(len(lift))
    for step in _walk(counts, now):
        if step.at == len(counts):
            break
        per_rate = np.divide(counts[step.at], step.rate, out=np.zeros_like(step.rate), where=step.rate > 0)
        explained += per_rate
        offspring += np.einsum("ra,ra->r", step.faded, per_rate)
        age += np.einsum("ra,ra->r", step.aged, per_rate)
    omega = np.divide(offspring, age, out=now.omega.copy(), where=(age > 0) & (lift > 0))
    return Process(background=now.background * explained / len(counts), theta=lift * offspring / total, omega=omega)


def next_rate(counts: Numbers, process: Process) -> Floats:
    """Expected records of the period after the last, shape (replicates, areas).

    References
    ----------
    Methods 6.2: λ_n(t) = μ_n + Σ θ ω e^{−ω (t − t_i)}.

    >>> one = Process(np.array([[1.0]]), np.array([0.5]), np.array([np.log(2)]))
    >>> bool(np.isclose(next_rate(np.array([[[4]]]), one)[0, 0], 1 + 4 * 0.5 * np.log(2) / 2))
    True
    """
    *_, last = _walk(counts, process)
    return last.rate


def log_likelihood(counts: Numbers, process: Process) -> Floats:
    """Logarithm of the likelihood that expectation-maximisation raises, per replicate, without constants.

    The integral of a record's rise is taken as θ in full, as in the published equations.

    References
    ----------
    Mohler et al. (2015), JASA 110, 1401; Veen, A. and Schoenberg, F. (2008), JASA 103, 614-624 (EM for such processes).
    """
    found = np.zeros(len(process.theta))
    for step in _walk(counts, process):
        if step.at == len(counts):
            break
        logs = np.log(step.rate, out=np.zeros_like(step.rate), where=step.rate > 0)
        found += np.einsum("ra,ra->r", counts[step.at], logs)
    expected = len(counts) * process.background.sum(axis=1) + process.theta * counts.sum(axis=(0, 2))
    return np.asarray(found - expected, dtype=np.float64)
