"""Estimates whose intervals are so many standard errors on some scale."""

import math
from collections.abc import Callable

from auditkit.results.measurements import Bounds, Estimate
from auditkit.statistics import critical


def on_log_scale(value: float, standard_error: float, *, joint: float | None, method: str) -> Estimate:
    """Put intervals around a ratio whose logarithm is about normal."""
    return _around(math.log(value), standard_error, math.exp, joint=joint, method=method)


def plain(value: float, standard_error: float, *, joint: float | None, method: str) -> Estimate:
    """Put intervals around a number that is about normal itself."""
    return _around(value, standard_error, float, joint=joint, method=method)


def _around(
    centre: float, standard_error: float, back: Callable[[float], float], *, joint: float | None, method: str
) -> Estimate:
    def bounds(reach: float) -> Bounds:
        return back(centre - reach * standard_error), back(centre + reach * standard_error)

    return Estimate(
        value=back(centre), interval=bounds(critical.normal(0.95)), interval_90=bounds(critical.normal(0.90)),
        interval_family=None if joint is None else bounds(joint), method=method,
    )  # fmt: skip
