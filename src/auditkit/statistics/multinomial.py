"""Shares of several outcomes at once."""

from collections.abc import Sequence

from auditkit.statistics.critical import bonferroni
from auditkit.statistics.intervals import Interval, wilson


def goodman(counts: Sequence[int], *, level: float) -> tuple[Interval, ...]:
    """Intervals for the shares of all outcomes that hold together: Wilson's, at Bonferroni's critical value.

    Parameters
    ----------
    counts
        How often each outcome came; at least two outcomes.
    level
        Joint confidence level.

    Raises
    ------
    ValueError
        If there are fewer than two outcomes, a count is negative or all are 0.

    References
    ----------
    Goodman, L. A. (1965), On simultaneous confidence intervals for multinomial proportions, Technometrics 7, 247-254.

    >>> [
    ...     [round(limit, 4) for limit in one] for one in goodman([4556, 20000, 17274], level=0.95)
    ... ]  # statsmodels
    [[0.1053, 0.1126], [0.4723, 0.484], [0.4072, 0.4187]]
    """
    if len(counts) < 2:
        msg = f"expected at least two outcomes, found {len(counts)}"
        raise ValueError(msg)
    critical = bonferroni(level, len(counts))
    return tuple(wilson(count, sum(counts), critical=critical) for count in counts)
