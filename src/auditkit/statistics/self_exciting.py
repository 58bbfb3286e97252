"""The self-exciting process: every record raises the rate of its own area for a while, and the rise fades.

    rate_n(t) = background_n + Σ_{t_i < t} θ ω exp(-ω (t - t_i))

Records are counted by period, so the rise is added up over a period too: a record is expected to set off
θ (1 - e^{-ω}) e^{-ω (d - 1)} records d periods later, d = 1, 2, …. Many replicates are fitted at a time: counts have
the shape (periods, replicates, areas), oldest period first.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = Floats | npt.NDArray[np.int64]
Ending = Literal["published", "corrected"]
"""Whether offspring that records still owe when the data end are ignored, as published, or expected."""
FIRST_DECAY = 0.5
"""Decay rate per period from which a fit starts."""
FASTEST = 1 - 1e-12
"""Share of a rise that is gone after one period, at most."""
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
    """What stands before a period: earlier records, faded, and the same weighted by their age in periods."""

    at: int
    faded: Floats
    aged: Floats
    rate: Floats


def _lift(process: Process) -> Floats:
    """Return what a record sets off in the very next period."""
    return np.asarray(process.theta * -np.expm1(-process.omega), dtype=np.float64)


def _walk(counts: Numbers, process: Process) -> Iterator[_Step]:
    """Go through the periods and one further, with the rate of each."""
    fading, lift = np.exp(-process.omega)[:, None], _lift(process)[:, None]
    faded, aged = np.zeros(counts.shape[1:]), np.zeros(counts.shape[1:])
    for at in range(len(counts) + 1):
        yield _Step(at, faded, aged, process.background + lift * faded)
        if at < len(counts):
            aged = fading * (aged + faded) + counts[at]
            faded = fading * faded + counts[at]


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


def fit(
    counts: Numbers,
    *,
    start: Process,
    ending: Ending = "published",
    iterations: int = 200,
    tolerance: float = 1e-8,
) -> Fit:
    """Fit the process by expectation-maximisation, with one background per area.

    Each record is shared out among the background and the records before it; the shares then give the parameters.

    Parameters
    ----------
    counts
        (periods, replicates, areas).
    start
        Where to start: `first_guess(counts)`, or an earlier fit.
    ending
        The published equations take every record to have had all its offspring when the data end. Short histories of
        many areas then give too low a θ. `corrected` counts the offspring that are still to come, and maximises the
        likelihood itself.
    iterations
        At most so many.
    tolerance
        Stop once θ and ω move by less.

    References
    ----------
    Mohler et al. (2015), JASA 110, 1401 (equations 2 to 7; with a common background); methods 6.2: the code behind
    Lum and Isaac (2016), To predict and serve?, Significance 13(5), fits one background per area, as done here.

    >>> rng = np.random.default_rng(1)
    >>> steady = rng.poisson(3.0, (100, 1, 4))
    >>> found = fit(steady, start=first_guess(steady), iterations=30)
    >>> found.iterations, found.process.theta.shape
    (30, (1,))
    """
    least = LEAST_BACKGROUND * counts.mean(axis=0)
    now = start._replace(background=np.maximum(start.background, least))
    total = np.maximum(counts.sum(axis=(0, 2)), 1)
    done, moved = 0, np.inf
    while done < iterations and moved >= tolerance:
        after = _improved(counts, now, total, ending)
        moved = float(max(np.abs(after.theta - now.theta).max(), np.abs(after.omega - now.omega).max()))
        now, done = after, done + 1
    return Fit(process=now, iterations=done, converged=bool(moved < tolerance))


def _improved(counts: Numbers, now: Process, total: Numbers, ending: Ending) -> Process:
    """Take one step of expectation-maximisation."""
    lift, leaving = _lift(now), -np.expm1(-now.omega)
    explained = np.zeros(counts.shape[1:])
    offspring, age = np.zeros(len(lift)), np.zeros(len(lift))
    for step in _walk(counts, now):
        if step.at < len(counts):
            rate = step.rate
            per_rate = np.divide(counts[step.at], rate, out=np.zeros_like(rate), where=rate > 0)
            explained += per_rate
            offspring += lift * np.einsum("ra,ra->r", step.faded, per_rate)
            age += lift * np.einsum("ra,ra->r", step.aged, per_rate)
        elif ending == "corrected":  # what these records still owe, and its age
            owed = now.theta * step.faded.sum(axis=1)
            offspring += owed
            age += now.theta * step.aged.sum(axis=1) + owed * (1 / leaving - 1)
    left = np.divide(offspring, age, out=leaving, where=age > 0)  # 1 - e^{-ω} = 1 / mean age
    return Process(
        background=now.background * explained / len(counts), theta=offspring / total,
        omega=-np.log1p(-np.minimum(left, FASTEST)),
    )  # fmt: skip


def next_rate(counts: Numbers, process: Process) -> Floats:
    """Forecast the records of the period after the last, shape (replicates, areas).

    References
    ----------
    Methods 6.2: λ_n(t) = μ_n + Σ θ ω e^{-ω (t - t_i)}, added up over the period.

    >>> one = Process(np.array([[1.0]]), np.array([0.5]), np.array([np.log(2)]))
    >>> round(float(next_rate(np.array([[[4]]]), one)[0, 0]), 6)  # 1 + 4 * 0.5 * (1 - 1/2)
    2.0
    """
    *_, last = _walk(counts, process)
    return last.rate


def log_likelihood(counts: Numbers, process: Process, *, ending: Ending = "published") -> Floats:
    """Logarithm of the likelihood that expectation-maximisation raises, per replicate, without constants.

    References
    ----------
    Mohler et al. (2015), JASA 110, 1401; Veen, A. and Schoenberg, F. (2008), JASA 103, 614-624 (EM for such processes).
    """
    found = np.zeros(len(process.theta))
    for step in _walk(counts, process):
        if step.at < len(counts):
            logs = np.log(step.rate, out=np.zeros_like(step.rate), where=step.rate > 0)
            found += np.einsum("ra,ra->r", counts[step.at], logs)
        elif ending == "corrected":
            found += process.theta * step.faded.sum(axis=1)
    expected = len(counts) * process.background.sum(axis=1) + process.theta * counts.sum(axis=(0, 2))
    return np.asarray(found - expected, dtype=np.float64)
