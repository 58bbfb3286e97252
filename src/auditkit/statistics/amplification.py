"""How far allocation departs from assumed true shares, and how much runs of the same loop differ.

Shares and rates are arrays whose last axis is the areas; runs are rows of shape (replicates, areas). A comparison with a true share is conditional on that share being right. Values that do not exist are infinite.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Spread(NamedTuple):
    """Standard deviation of the final shares between runs of the same loop."""

    by_area: Floats
    """(areas,)"""
    root_mean_square: float
    """Over areas."""
    largest: float
    """Over areas."""


def _positive(values: Floats, what: str) -> None:
    if not np.all(np.isfinite(values) & (values > 0)):
        msg = f"expected finite {what} above 0"
        raise ValueError(msg)


def share_amplification(allocation: Floats, truth: Floats) -> Floats:
    """Allocation share over true share of each area: 1 is proportionate.

    Raises
    ------
    ValueError
        If a true share is 0.

    References
    ----------
    Ensign, D., Friedler, S. A., Neville, S., Scheidegger, C., Venkatasubramanian, S. (2018), Runaway feedback loops
    in predictive policing, PMLR 81, 160-171: allocation is to follow the true rates.

    >>> share_amplification(np.array([0.75, 0.25]), np.array([0.5, 0.5])).tolist()
    [1.5, 0.5]
    """
    _positive(truth, "true shares")
    return np.asarray(allocation / truth, dtype=np.float64)


def log_odds_amplification(allocation: Floats, truth: Floats) -> Floats:
    """Log odds of the allocation share minus those of the true share: 0 is proportionate, and it is symmetric.

    An allocation share of 0 or 1 gives an infinite value.

    Raises
    ------
    ValueError
        If a true share is not between 0 and 1.

    References
    ----------
    Cornfield, J. (1951), A method of estimating comparative rates from clinical data, JNCI 11, 1269-1275 (odds).

    >>> log_odds_amplification(np.array([0.75, 0.25, 1.0]), np.array([0.5, 0.5, 0.5])).round(4).tolist()
    [1.0986, -1.0986, inf]
    """
    _positive(truth, "true shares")
    _positive(1 - truth, "true shares of the other areas")
    with np.errstate(divide="ignore"):
        allocated = np.log(allocation) - np.log1p(-allocation)
    return np.asarray(allocated - np.log(truth) + np.log1p(-truth), dtype=np.float64)


def group_amplification(allocation: Floats, truth: Floats, composition: Floats) -> Floats:
    """Allocation that falls on each group over what true shares would put on it.

    Parameters
    ----------
    composition
        (areas, groups): share of each area's residents in each group.

    Raises
    ------
    ValueError
        If true shares put nothing on a group.

    References
    ----------
    As `share_amplification`, summed over areas with the groups' shares of residents as weights.

    >>> composition = np.array([[0.8, 0.2], [0.2, 0.8]])
    >>> group_amplification(np.array([0.75, 0.25]), np.array([0.5, 0.5]), composition).round(4).tolist()
    [1.3, 0.7]
    """
    due = np.asarray(truth @ composition, dtype=np.float64)
    _positive(due, "true shares of groups")
    return np.asarray(allocation @ composition / due, dtype=np.float64)


def between_run_spread(final: Floats) -> Spread:
    """How much the final shares differ between runs: noise that the loop keeps, which a mean hides.

    Raises
    ------
    ValueError
        If there are fewer than two runs.

    References
    ----------
    Chapman, A. et al. (2022), A data-driven analysis of the interplay between criminological theory and predictive
    policing algorithms, ACM FAccT, 36-45 (concentration from random data).

    >>> between_run_spread(np.array([[0.4, 0.6], [0.6, 0.4]])).by_area.round(4).tolist()
    [0.1414, 0.1414]
    """
    if len(final) < 2:
        msg = "the spread between runs needs two runs"
        raise ValueError(msg)
    by_area = np.asarray(final.std(axis=0, ddof=1), dtype=np.float64)
    return Spread(by_area, float(np.sqrt(np.mean(by_area**2))), float(by_area.max()))


def noise_amplification(final: Floats, unbiased: Floats) -> float:
    """Variance between runs over that of an unbiased allocation, summed over areas: 1 adds no noise.

    Both are runs (replicates, areas), with as many areas; they should rest on the same volume of records.

    Raises
    ------
    ValueError
        If there are fewer than two runs of either, or the unbiased runs do not differ.

    References
    ----------
    Kish, L. (1965), Survey Sampling, Wiley, section 8.2 (the design effect as a ratio of variances).

    >>> round(noise_amplification(np.array([[0.3, 0.7], [0.7, 0.3]]), np.array([[0.4, 0.6], [0.6, 0.4]])), 4)
    4.0
    """
    base = between_run_spread(unbiased).root_mean_square
    _positive(np.array(base), "variance of the unbiased runs")
    return (between_run_spread(final).root_mean_square / base) ** 2


def recorded_share(rates: Floats, reporting: Floats) -> Floats:
    """Each area's share of records when it reports this share of what happens at this rate.

    Raises
    ------
    ValueError
        If nothing is recorded anywhere.

    References
    ----------
    Akpinar, N.-J., De-Arteaga, M., Chouldechova, A. (2021), The effect of differential victim crime reporting on
    predictive policing systems, ACM FAccT, 838-849.

    >>> recorded_share(np.array([1.0, 1.0]), np.array([0.3, 0.6])).round(4).tolist()
    [0.3333, 0.6667]
    """
    recorded = rates * reporting
    _positive(np.array(recorded.sum()), "recorded rate")
    return np.asarray(recorded / recorded.sum(), dtype=np.float64)


def tipping_reporting_ratio(records: Floats, allocation: Floats, *, reference: int) -> Floats:
    """Break-even reporting rate over the reference area's: at it, this allocation would be proportionate.

    An area without allocation gives infinity: no reporting rate makes that proportionate.

    Raises
    ------
    ValueError
        If an area has no records, or the reference area no allocation.

    References
    ----------
    Derived: true rates are records over reporting rates, and allocation is to be proportional to them. Compare
    Akpinar et al. (2021), as in `recorded_share`.

    >>> tipping_reporting_ratio(np.array([300.0, 200.0]), np.array([0.75, 0.25]), reference=1).tolist()
    [0.5, 1.0]
    """
    _positive(records, "records")
    _positive(allocation[[reference]], "allocation of the reference area")
    with np.errstate(divide="ignore"):
        needed = records / allocation
    return np.asarray(needed / needed[reference], dtype=np.float64)
