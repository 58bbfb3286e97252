"""Where the feedback urn ends without chance: its limits and their stability.

With discovered rates d and reported rates r, the uncorrected shares p follow dp_i/dt = p_i d_i + r_i - p_i S, with
S = sum(p_j d_j) + sum(r_j) and time on the scale of the logarithm of the records. They rest where
p_i (S - d_i) = r_i. Several visits per round multiply d. Arrays have shape (areas,), rates are records per round.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Floats = npt.NDArray[np.float64]
Stability = Literal["stable", "unstable", "neutral"]


class FixedPoint(NamedTuple):
    """A state in which expected shares rest."""

    shares: Floats
    """(areas,): where several areas share at will, their equal split."""
    stability: Stability
    """Whether shares nearby return, leave, or stay where chance puts them ("neutral": non-correcting)."""
    eigenvalue: float
    """Leading eigenvalue of the limiting equation on the simplex: below 0 returns, above 0 leaves."""
    slope: float
    """Gain of one retraining on a window of records, 1 + eigenvalue / S: below 1 returns. Infinite if S is 0."""
    tied: int
    """Areas of equal rate whose split is arbitrary: a continuum of fixed points if 2 or more, otherwise 0."""


def _check(discovered: Floats, reported: Floats) -> None:
    if discovered.ndim != 1 or discovered.shape != reported.shape or discovered.size < 2:
        msg = f"expected two rates for each of two areas or more, found shapes {discovered.shape}, {reported.shape}"
        raise ValueError(msg)
    if not np.all(np.isfinite(discovered) & np.isfinite(reported) & (discovered >= 0) & (reported >= 0)):
        msg = "expected finite rates of 0 or more"
        raise ValueError(msg)
    if not np.any(discovered) and not np.any(reported):
        msg = "expected a rate above 0: nothing is recorded anywhere"
        raise ValueError(msg)


def _reporting_shares(
    discovered: Floats, reported: Floats, total: float | None = None
) -> tuple[Floats, float]:
    """Shares r_i / (S - d_i) of the areas with reports, and the total rate S; S from sum(shares) = 1 if not given."""
    top = float(discovered[reported > 0].max(initial=0.0))
    gaps = np.where(reported > 0, top - discovered, 1.0)  # without reports the share is 0 whatever the gap
    if total is None:
        # S - top lies between these: one area's share alone reaches 1 at the low end, all together at the high end.
        low, high = float(np.max(np.where(reported > 0, reported - gaps, 0.0))), float(reported.sum())
        above = brentq(
            lambda x: np.sum(reported / (x + gaps)) - 1,
            low * (1 - 1e-9),
            high * (1 + 1e-9),
            xtol=1e-15 * high,
        )
    else:
        above = total - top
    return reported / (float(above) + gaps), top + float(above)


def fixed_points(discovered: Floats, reported: Floats) -> Iterator[FixedPoint]:
    """All states in which the uncorrected urn rests, most attracting first.

    At most one per distinct rate and one more, so that none is left out however many areas there are. If all areas
    report, there is one, and it is inside. An area without reports rests at share 0, or S equals its rate: hence one
    point for each such rate above S of the reporting areas, with a continuum where several areas have that rate.
    Without any reports these are the areas alone (the vertices), and mixtures only of areas of equal rate. The
    points come one by one because each holds as many shares as there are areas.

    Raises
    ------
    ValueError
        If a rate is negative or infinite, none is above 0, or there are fewer than two areas.

    References
    ----------
    Ensign, D., Friedler, S. A., Neville, S., Scheidegger, C., Venkatasubramanian, S. (2018), Runaway feedback loops
    in predictive policing, PMLR 81, 160-171 (two areas); Renlund, H. (2010), Generalized Polya urns via
    stochastic approximation, arXiv 1002.3716 (limiting equation and stability).

    >>> for point in fixed_points(np.array([3.0, 2.0]), np.zeros(2)):
    ...     print(point.shares, point.stability, point.eigenvalue, point.slope.__round__(4))
    [1. 0.] stable -1.0 0.6667
    [0. 1.] unstable 1.0 1.5
    """
    _check(discovered, reported)
    silent = reported == 0
    resting: tuple[Floats, float] | None = None
    if np.any(reported):
        resting = _reporting_shares(discovered, reported)
    floor = -1.0 if resting is None else resting[1]
    for rate in np.unique(discovered[silent & (discovered > floor * (1 + 1e-12))])[::-1]:
        sharing = silent & (discovered == rate)
        shares, _ = _reporting_shares(discovered, reported, float(rate))
        shares[sharing] = (1 - shares.sum()) / np.count_nonzero(sharing)
        yield _fixed_point(shares, float(rate), discovered, tied=int(np.count_nonzero(sharing)))
    if resting is not None:
        yield _fixed_point(resting[0] / resting[0].sum(), resting[1], discovered, tied=0)


def _fixed_point(shares: Floats, total: float, discovered: Floats, *, tied: int) -> FixedPoint:
    eigenvalue = max(_within(shares, total, discovered), _without(shares, total, discovered))
    if abs(eigenvalue) <= 1e-12 * total:
        eigenvalue = 0.0
    stability: Stability = "neutral" if eigenvalue == 0 else "stable" if eigenvalue < 0 else "unstable"
    slope = 1 + eigenvalue / total if total else np.inf
    return FixedPoint(shares, stability, eigenvalue, slope, tied if tied > 1 else 0)


def _without(shares: Floats, total: float, discovered: Floats) -> float:
    """Growth rate of the fastest area that has no share."""
    return float(np.max(discovered[shares == 0], initial=-np.inf)) - total


def _within(shares: Floats, total: float, discovered: Floats) -> float:
    """Leading eigenvalue among the areas that have a share.

    There the Jacobian is diag(d - S) - p d', whose eigenvalues are real: it is similar to a diagonal matrix minus a
    rank-one square. So the leading one lies between the two smallest gaps S - d, where sum(p d / (x + gap)) = -1;
    the one eigenvalue off the simplex, -S, is the last.
    """
    used = shares > 0
    gaps, weights = total - discovered[used], (shares * discovered)[used]
    if gaps.size == 1:
        return -np.inf
    first, second = np.partition(gaps, 1)[:2]
    low, high = 0.0, float(second - first)
    if high <= 1e-12 * total:
        return -float(first)
    for _ in range(50):  # halving: the sum falls from infinity to minus infinity between these two poles
        middle = (low + high) / 2
        if np.sum(weights / (gaps - first - middle)) > -1:
            high = middle
        else:
            low = middle
    return -float(first) - (low + high) / 2


def retraining_slope(discovered: Floats, reported: Floats, *, share: float) -> float:
    """Change of the first of two areas' next share per change of its share, after one retraining on a window.

    The map is F(a) = (a d_A + r_A) / (a d_A + (1 - a) d_B + r_A + r_B). A slope below 1 away from a fixed point says
    nothing about safety: look at `fixed_points`, whose `slope` is this one where it matters, for any number of areas.

    Raises
    ------
    ValueError
        As `fixed_points`, or if there are more than two areas, or nothing is recorded at this share.

    References
    ----------
    Perdomo, J. C., Zrnic, T., Mendler-Duenner, C., Hardt, M. (2020), Performative prediction, PMLR 119, 7599-7609
    (repeated retraining); the derivative is elementary.

    >>> [
    ...     round(retraining_slope(np.array([3.68511, 2.816466]), np.zeros(2), share=a), 3)
    ...     for a in (0.566803, 1, 0)
    ... ]
    [0.948, 0.764, 1.308]
    """
    _check(discovered, reported)
    total = float(share * discovered[0] + (1 - share) * discovered[1] + reported.sum())
    if discovered.size != 2 or not 0 <= share <= 1 or total == 0:
        msg = f"expected two areas, a share within [0, 1] and records, found {discovered.size} areas and {share}"
        raise ValueError(msg)
    first = float(share * discovered[0] + reported[0])
    return float(discovered[0] * total - first * (discovered[0] - discovered[1])) / total**2


def invasion_numbers(discovered: Floats, reported: Floats) -> Floats:
    """Factor by which each area's vanishing share grows in one retraining while the others are at their lock-in.

    Below 1 a neglected area stays neglected. Infinite for areas that report: their share cannot vanish.

    Raises
    ------
    ValueError
        As `fixed_points`.

    References
    ----------
    Chesson, P. (2000), Mechanisms of maintenance of species diversity, Annual Review of Ecology and Systematics 31,
    343-366 (invasibility); applied to the map of `retraining_slope`.

    >>> invasion_numbers(np.array([3.0, 2.0]), np.zeros(2)).round(4).tolist()
    [1.5, 0.6667]
    """
    _check(discovered, reported)
    silent = reported == 0
    resting = _reporting_shares(discovered, reported)[1] if np.any(reported) else 0.0
    rates = np.where(silent, discovered, 0.0)
    second, best = np.partition(rates, rates.size - 2)[-2:]
    alone = np.arange(rates.size) == np.argmax(rates)
    others = np.maximum(np.where(alone, second, best), resting)  # total rate S where the others rest
    growth = np.divide(discovered, others, out=np.full(rates.shape, np.inf), where=silent & (others > 0))
    return np.asarray(growth, dtype=np.float64)


def corrected_limit(discovered: Floats, reported: Floats | None = None) -> Floats:
    """Shares to which the importance correction leads: the discovery rates', if no area reports.

    With reports the shares are proportional to m d_i + r_i, where m is the smallest share itself. So they equal those
    of d only where r is proportional to d: the correction does not mend unequal reporting.

    Raises
    ------
    ValueError
        As `fixed_points`, or if nothing is discovered.

    References
    ----------
    Ensign et al. (2018), as in `fixed_points`. With reports: area i is no smaller than m if
    D m^2 + (R - d_i) m - r_i <= 0, with D and R the sums, so m is the smallest positive root over areas.

    >>> corrected_limit(np.array([3.0, 2.0, 1.0])).round(4).tolist()
    [0.5, 0.3333, 0.1667]
    """
    reports = np.zeros_like(discovered) if reported is None else reported
    _check(discovered, reports)
    total, reporting = float(discovered.sum()), float(reports.sum())
    if total == 0:
        msg = "the correction needs discovered records"
        raise ValueError(msg)
    if reporting == 0:
        return np.asarray(discovered / total, dtype=np.float64)
    half = reporting - discovered
    least = float(np.min(np.sqrt(half**2 + 4 * total * reports) - half)) / (2 * total)
    return np.asarray((least * discovered + reports) / (least * total + reporting), dtype=np.float64)
