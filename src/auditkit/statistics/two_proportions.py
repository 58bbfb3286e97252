"""Tests of equal rates: how well chance alone explains a difference between groups.

Counts are `x` of `m` in one group and `y` of `n` in the other. All tests assume independent units.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from auditkit.statistics.permutation import permutation_p

TIES = 1e-7
"""Outcomes whose probabilities differ by less than this share count as equally likely, as in R's `fisher.test`."""
SMALL_EXPECTED = 5.0
"""Below this expected count the normal distribution fits too badly, and the exact one takes over."""
SMALL_VARIANCE = 25.0
"""The same for the variance of one count: below a standard deviation of five events."""
MOST_DEALT_TO = 10**9
"""numpy draws without putting back from fewer people than this."""


class Comparison(NamedTuple):
    """How surprising two rates are if the groups had the same one."""

    p_value: float
    """Two-sided."""
    method: Literal["pooled_z", "fisher_exact", "no_variation"]
    """The last where all or none of both groups had the event: p is 1 because nothing speaks against equality."""


class StandardisedCount(NamedTuple):
    """How far a count is from the one expected, and how surprising that is."""

    z: float
    """In standard deviations; below 0 where there are fewer than expected."""
    p_value: float
    """Two-sided."""
    method: Literal["normal", "exact_binomial"]


def _counts(x: int, m: int) -> None:
    if not 0 <= x <= m or m == 0:
        msg = f"expected 0 <= count <= total and total > 0, found {x} of {m}"
        raise ValueError(msg)


def pooled_z(x: int, m: int, y: int, n: int) -> float:
    """How many standard errors apart two rates are if the groups share one rate; above 0 where the first is higher.

    Raises
    ------
    ValueError
        If a count is not between 0 and its total, a total is 0, or all or none of both groups had the event.

    References
    ----------
    Fleiss, J. L., Levin, B., Paik, M. C. (2003), Statistical Methods for Rates and Proportions, 3rd ed., Wiley,
    chapter 3, without continuity correction. Expected number: methods G15.

    >>> round(pooled_z(805, 1795, 349, 1488), 3)
    12.78
    """
    _counts(x, m)
    _counts(y, n)
    pooled = (x + y) / (m + n)
    if pooled in (0, 1):
        msg = f"the pooled test needs both kinds of outcome, found {x} of {m} and {y} of {n}"
        raise ValueError(msg)
    return (x / m - y / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))


def compare(x: int, m: int, y: int, n: int) -> Comparison:
    """How surprising two rates are if the groups had the same one.

    The pooled z test where every expected count is at least 5, otherwise Fisher's exact test, which adds up all tables
    that are no more likely than the observed one. Where all or none of both groups had the event, p is 1: there is no
    evidence of a difference, and none of equality either.

    Raises
    ------
    ValueError
        If a count is not between 0 and its total, or a total is 0.

    References
    ----------
    Fisher, R. A. (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98, 39-82.
    Cochran, W. G. (1954), Some methods for strengthening the common chi-square tests, Biometrics 10, 417-451: the
    limit of 5. Expected number: methods G19.

    >>> compare(8, 10, 1, 6)
    Comparison(p_value=0.0349..., method='fisher_exact')
    """
    _counts(x, m)
    _counts(y, n)
    events, people = x + y, m + n
    if events in (0, people):
        return Comparison(1.0, "no_variation")
    if min(m, n) * min(events, people - events) >= SMALL_EXPECTED * people:
        return Comparison(2 * float(ndtr(-abs(pooled_z(x, m, y, n)))), "pooled_z")
    low, high = max(0, events - n), min(m, events)
    k = np.arange(low, high, dtype=np.float64)
    steps = np.log((events - k) * (m - k) / ((k + 1) * (n - events + k + 1)))
    return Comparison(_no_more_likely(steps, x - low), "fisher_exact")


def exact_tail(x: int, m: int, y: int, n: int, *, side: Literal["higher", "lower"]) -> float:
    """How often chance alone gives the first group at least (or at most) its count, if both groups share one rate.

    One-sided and exact for all sizes: it rejects too rarely, if anything, also far out in the tail, where many tests
    are adjusted for each other and the normal distribution fits worst.

    Raises
    ------
    ValueError
        If a count is not between 0 and its total, or a total is 0.

    References
    ----------
    Fisher, R. A. (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98, 39-82. Given
    the margins, the count is hypergeometric.

    >>> round(exact_tail(3, 4, 1, 4, side="higher"), 6)  # (16 + 1) / 70
    0.242857
    """
    _counts(x, m)
    _counts(y, n)
    events = x + y
    low, high = max(0, events - n), min(m, events)
    k = np.arange(low, high, dtype=np.float64)
    logs = np.concatenate(
        ([0.0], np.cumsum(np.log((events - k) * (m - k) / ((k + 1) * (n - events + k + 1)))))
    )
    weights = np.exp(logs - logs.max())
    tail = weights[x - low :] if side == "higher" else weights[: x - low + 1]
    return min(1.0, float(tail.sum() / weights.sum()))


def standardised_count(observed: int, n: int, p: float) -> StandardisedCount:
    """How far a count of `n` people is from what a known rate `p` leads to expect.

    The p-value is the exact binomial one, which adds up all counts that are no more likely than the observed one,
    where the standard deviation is below 5 events; otherwise the normal one.

    Raises
    ------
    ValueError
        If `observed` is not between 0 and `n`, `n` is 0, or `p` is not strictly between 0 and 1.

    References
    ----------
    Castaneda v. Partida, 430 U.S. 482 (1977), footnote 17. Expected number: methods G14.

    >>> round(standardised_count(339, 870, 0.791).z, 2)
    -29.11
    """
    _counts(observed, n)
    if not 0 < p < 1:
        msg = f"expected a rate strictly between 0 and 1, found {p}"
        raise ValueError(msg)
    variance = n * p * (1 - p)
    z = (observed - n * p) / math.sqrt(variance)
    if variance >= SMALL_VARIANCE:
        return StandardisedCount(z, 2 * float(ndtr(-abs(z))), "normal")
    count, rate = (observed, p) if p <= 0.5 else (n - observed, 1 - p)
    # The expected count is at most 50 here: what lies 100 counts further up has no weight that a float could show.
    k = np.arange(min(n, max(count, 50) + 100), dtype=np.float64)
    steps = np.log((n - k) / (k + 1)) + math.log(rate / (1 - rate))
    return StandardisedCount(z, _no_more_likely(steps, count), "exact_binomial")


def _no_more_likely(steps: NDArray[np.float64], observed: int) -> float:
    """Probability of all outcomes that are no more likely than the observed one.

    `steps` are the differences of the logarithms of neighbouring outcomes' probabilities. Adding them up keeps
    neighbours exact, where factorials of millions would not.
    """
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.exp(logs - logs.max())
    return min(1.0, float(weights[logs <= logs[observed] + TIES].sum() / weights.sum()))


def range_permutation(
    flagged: ArrayLike, totals: ArrayLike, *, replicates: int, rng: np.random.Generator
) -> float:
    """How often chance alone spreads the rates of several groups as widely: a p-value for the range.

    Each replicate deals the same number of flags to the same people at random, within each stratum. Where there are
    strata, each group's rate is taken less the rate that its mix of strata leads to expect; otherwise groups that live
    in different strata would differ for that reason alone.

    Parameters
    ----------
    flagged, totals
        Shape (groups,) or (strata, groups); whole numbers.
    replicates
        How many times flags are dealt anew.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two groups, a group is empty, a count is not between 0 and its
        total, or `replicates` is below 1.

    References
    ----------
    Good, P. (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., Springer.

    >>> range_permutation(
    ...     [30, 0], [30, 30], replicates=99, rng=np.random.default_rng(1)
    ... )  # (0 + 1) / (99 + 1)
    0.01
    """
    events, people = (np.atleast_2d(np.asarray(counts, dtype=np.int64)) for counts in (flagged, totals))
    if events.shape != people.shape or events.ndim != 2 or events.shape[1] < 2 or replicates < 1:
        msg = (
            f"expected two groups or more and a replicate, found {events.shape}, {people.shape}, {replicates}"
        )
        raise ValueError(msg)
    if (events < 0).any() or (events > people).any() or not people.sum(axis=0).all():
        msg = "expected 0 <= count <= total in every group, and nobody missing"
        raise ValueError(msg)
    dealt = sum(
        _dealt(stratum, int(drawn), replicates=replicates, rng=rng)
        for stratum, drawn in zip(people, events.sum(axis=1), strict=True)
    )
    stratum_rates = events.sum(axis=1) / np.maximum(people.sum(axis=1), 1)
    expected, size = stratum_rates @ people, people.sum(axis=0)
    permuted = np.ptp((np.asarray(dealt) - expected) / size, axis=1)
    return permutation_p(float(np.ptp((events.sum(axis=0) - expected) / size)), permuted)


def _dealt(
    people: NDArray[np.int64], drawn: int, *, replicates: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Deal flags to the groups of a stratum at random.

    A billion people are more than numpy deals to without putting back. There the rarer of flags and their absence is
    dealt with putting back, and drawn towards its mean until means, variances and covariances are those without.
    """
    everyone = int(people.sum())
    if everyone < MOST_DEALT_TO:
        counts = rng.multivariate_hypergeometric(people, drawn, size=replicates, method="marginals")
        return counts.astype(np.float64)
    few = min(drawn, everyone - drawn)
    shares = people / everyone
    apart = rng.multinomial(few, shares, size=replicates) - few * shares
    apart *= math.sqrt((everyone - few) / (everyone - 1))
    return drawn * shares + (apart if few == drawn else -apart)
