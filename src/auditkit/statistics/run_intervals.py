"""Intervals over runs of a simulation: Monte Carlo error alone, which more runs make smaller."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditkit.statistics.critical import normal

Floats = npt.NDArray[np.float64]
Z = normal(0.95)


class Span(NamedTuple):
    """A value and the limits of its 95 % interval over runs."""

    value: float
    low: float
    high: float


def _two(runs: Floats) -> None:
    if runs.ndim != 1 or runs.size < 2:
        msg = f"expected one number from each of two runs or more, found shape {runs.shape}"
        raise ValueError(msg)


def mean_over_runs(runs: Floats) -> Span:
    """Mean over runs with its Monte Carlo interval; of differences within pairs of runs, a paired interval.

    Raises
    ------
    ValueError
        If there are fewer than two runs.

    References
    ----------
    Law, A. M. (2015), Simulation modeling and analysis, McGraw-Hill, sections 4.5 and 11.2.

    >>> [
    ...     round(number, 3) for number in mean_over_runs(np.array([1.0, 3.0]))
    ... ]  # 2 and 1.96 x sqrt(2) / sqrt(2)
    [2.0, 0.04, 3.96]
    """
    _two(runs)
    mean, half = float(runs.mean()), float(Z * runs.std(ddof=1) / np.sqrt(runs.size))
    return Span(mean, mean - half, mean + half)


def log_odds_over_runs(shares: Floats, *, truth: float, others: Floats | None = None) -> Span | None:
    """Log odds of the mean share against the true share; or against other runs with the same chance.

    The interval follows from the mean by the delta method. None where a mean share is 0 or 1.

    Parameters
    ----------
    shares
        Shape (runs,).
    truth
        The true share; it is left out where `others` are given.
    others
        Shape (runs,): shares of the runs they are paired with.

    Raises
    ------
    ValueError
        If there are fewer than two runs, or the true share is not between 0 and 1.

    References
    ----------
    Cornfield, J. (1951), A method of estimating comparative rates from clinical data, JNCI 11, 1269-1275 (odds); Law
    (2015), as in `mean_over_runs`, section 11.2 (pairs).

    >>> log_odds_over_runs(np.array([0.5, 0.5]), truth=0.5)
    Span(value=0.0, low=0.0, high=0.0)
    """
    _two(shares)
    if not 0 < truth < 1:
        msg = f"expected a true share between 0 and 1, found {truth}"
        raise ValueError(msg)
    mean = float(shares.mean())
    other = truth if others is None else float(others.mean())
    if not (0 < mean < 1 and 0 < other < 1):
        return None
    value = np.log(mean / (1 - mean)) - np.log(other / (1 - other))
    errors = (shares - mean) / (mean * (1 - mean))
    if others is not None:
        errors = errors - (others - other) / (other * (1 - other))
    half = Z * float(errors.std(ddof=1)) / np.sqrt(shares.size)
    return Span(float(value), float(value - half), float(value + half))


def variance_ratio_over_runs(final: Floats, unbiased: Floats, *, around: float | None = None) -> Span:
    """Variance between runs over that of an unbiased allocation, summed over areas, with its Monte Carlo interval.

    Parameters
    ----------
    final, unbiased
        Shape (runs, areas), with the same chance run by run.
    around
        The share that every area should have; deviations are then from it, so that an allocation that favours the same
        area in every run is not taken for a quiet one. None: deviations are from the mean over runs.

    Raises
    ------
    ValueError
        If there are fewer than two runs, or the unbiased runs do not differ.

    References
    ----------
    Kish, L. (1965), Survey Sampling, Wiley, section 8.2 (the ratio); the interval is of its logarithm, by the delta
    method over runs.

    >>> round(
    ...     variance_ratio_over_runs(
    ...         np.array([[0.3, 0.7], [0.7, 0.3]]), np.array([[0.4, 0.6], [0.6, 0.4]])
    ...     ).value,
    ...     4,
    ... )
    4.0
    """
    if final.shape != unbiased.shape or len(final) < 2:
        msg = f"expected as many runs of both, and two or more, found {final.shape} and {unbiased.shape}"
        raise ValueError(msg)
    centres = [runs.mean(axis=0) if around is None else around for runs in (final, unbiased)]
    parts = [
        ((runs - centre) ** 2).sum(axis=1) for runs, centre in zip((final, unbiased), centres, strict=True)
    ]
    means = [float(part.mean()) for part in parts]
    if means[1] <= 0:
        msg = "the unbiased runs do not differ"
        raise ValueError(msg)
    ratio = means[0] / means[1]
    if ratio == 0:
        return Span(0.0, 0.0, 0.0)
    errors = parts[0] / means[0] - parts[1] / means[1]
    half = Z * float(errors.std(ddof=1)) / np.sqrt(len(final))
    return Span(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))
