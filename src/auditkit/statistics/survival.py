"""Outcomes of people who were followed for unequal times."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Survival(NamedTuple):
    """Share with the outcome by a horizon that is the same for everyone."""

    event_probability: float
    """Share of people with the outcome up to and including the horizon."""
    variance: float
    """Greenwood's; 0 where the share is 0 or 1, which does not mean that it is certain."""
    at_risk: int
    """People without the outcome before the horizon who were followed to it."""


def kaplan_meier(days: ArrayLike, events: ArrayLike, censored: ArrayLike, *, horizon: float) -> Survival:
    """Share of people with the outcome by the horizon, as if all had been followed to it.

    It holds if those followed for a shorter time would have fared like the others. On the same day, outcomes come
    before ends of follow-up.

    Parameters
    ----------
    days
        Shape (rows,); days since the score, in any order; a day may repeat.
    events, censored
        Shape (rows,); people with the outcome on that day, and people last seen that day without it. Days after the
        horizon count as seen to the horizon.
    horizon
        Days after the score, the same for all groups and chosen beforehand.

    Raises
    ------
    ValueError
        If the three differ in shape, a day or a count is negative, missing or not finite, or nobody was followed to
        the horizon while the share was still below 1: then nothing is known about it.

    References
    ----------
    Kaplan, E. L., Meier, P. (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481.
    Greenwood, M. (1926), The natural duration of cancer, Reports on Public Health and Medical Subjects 33, 1-26.

    >>> # ten people: two outcomes on day 1, three last seen on day 2, one outcome on day 3: 1 - 8/10 x 4/5
    >>> round(kaplan_meier([1, 2, 3, 9], [2, 0, 1, 0], [0, 3, 0, 4], horizon=5).event_probability, 4)
    0.36
    """
    when, failed, left = (np.asarray(values, dtype=np.float64) for values in (days, events, censored))
    if when.ndim != 1 or not when.shape == failed.shape == left.shape:
        msg = f"expected three columns of equal length, found {when.shape}, {failed.shape} and {left.shape}"
        raise ValueError(msg)
    table = np.stack((when, failed, left))
    if not (np.isfinite(table) & (table >= 0)).all():
        msg = "days and counts must be known and at least 0"
        raise ValueError(msg)
    day, row = np.unique(when, return_inverse=True)
    gone = np.bincount(row, failed + left, minlength=day.size)
    at_risk = gone[::-1].cumsum()[::-1]
    used = (at_risk > 0) & (day <= horizon)
    d, n = np.bincount(row, failed, minlength=day.size)[used], at_risk[used]
    survival, seen = float(np.prod(1 - d / n)), int(gone[day >= horizon].sum())
    if survival > 0 and seen == 0:
        msg = f"nobody was followed to day {horizon:g}, and not everyone had the outcome before"
        raise ValueError(msg)
    # Once everyone left has had the outcome, the share is 1 and Greenwood's sum is not defined.
    spread = float((d / (n * (n - d))).sum()) if survival > 0 else 0.0
    return Survival(1 - survival, survival**2 * spread, seen)
