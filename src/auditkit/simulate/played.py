"""What many runs of a loop come to: means and paired differences, with what chance between runs leaves open."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from auditkit.results.measurements import Bounds, Estimate, Group, Measurement, NotEstimable, Result
from auditkit.results.other_loops import LOOP, Level

Floats = NDArray[np.float64]
LEVELS: tuple[Level, ...] = ("low", "middle", "high")


def mean_interval(runs: Floats) -> tuple[float, float, float]:
    """Mean of a number over runs, with its 95 % Monte-Carlo interval; runs are independent.

    References
    ----------
    Law, A. M. (2015), Simulation modeling and analysis, 5th ed., McGraw-Hill, section 9.4.1.

    >>> [round(number, 3) for number in mean_interval(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.484, 4.484]
    """
    mean = float(runs.mean())
    half = float(stdtrit(len(runs) - 1, 0.975) * runs.std(ddof=1) / np.sqrt(len(runs)))
    return mean, mean - half, mean + half


def spanned(middle: float, ends: tuple[float, ...], *, method: str) -> Estimate:
    """Return a number that rests on assumed rates: its middle, and how far the assumptions carry it."""
    bounds = min((middle, *ends)), max((middle, *ends))
    return known(middle, method=method, bounds=bounds)


def known(value: float, *, method: str, bounds: Bounds | None = None) -> Estimate:
    """Return a number without an interval."""
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=method, bounds=bounds
    )


def of_loop(metric: str, result: Result) -> Measurement:
    """Name a number about a loop as a whole."""
    return Measurement(metric=metric, dimension=LOOP, group=(), against=None, result=result)


def of_pair(
    metric: str, dimension: tuple[str, ...], groups: tuple[Group, Group], result: Result
) -> Measurement:
    """Name a number that compares two groups."""
    return Measurement(metric=metric, dimension=dimension, group=groups[0], against=groups[1], result=result)


def missing(reason: str) -> NotEstimable:
    """Say why there is no number."""
    return NotEstimable(reason=reason)
