"""Searches as a cut on a signal: whoever seems more likely to carry something than the threshold is searched.

The signal of a stopped person is calibrated: of all who seem to carry something with probability q, a share q does.
Signals follow either a beta distribution, or the one that results when what an officer sees has a normal
distribution among those who carry nothing and a shifted one among those who do. The second takes a hundredth of the
time to compute.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, ndtr

Floats = NDArray[np.float64]
_TINY = 1e-300


def search_rate(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """Share of stopped people who are searched, where signals follow a beta distribution.

    Parameters
    ----------
    a, b
        Parameters of the beta distribution; positive. The share of people who carry something is a/(a+b).
    t
        Threshold on the signal, between 0 and 1.

    References
    ----------
    Simoiu, C., Corbett-Davies, S., Goel, S. (2017), The problem of infra-marginality in outcome tests for
    discrimination, Annals of Applied Statistics 11, 1193-1216, section 3.

    >>> round(float(search_rate(2, 8, 0.3)), 4)
    0.196
    """
    first, second, cut = (np.asarray(each, dtype=np.float64) for each in (a, b, t))
    return np.asarray(betainc(second, first, 1 - cut), dtype=np.float64)


def hit_rate(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """Share of searched people who carry something: the mean signal above the threshold.

    Parameters
    ----------
    a, b, t
        As in `search_rate`.

    References
    ----------
    Simoiu, Corbett-Davies and Goel (2017), as in `search_rate`.

    >>> round(float(hit_rate(2, 8, 0.3)), 4)
    0.3906
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return first / (first + second) * search_rate(first + 1, second, t) / search_rate(first, second, t)


class CellShares(NamedTuple):
    """Expected shares of the stopped people of each cell, with derivatives."""

    shares: Floats
    """Shape (3, ...): not searched, searched without a hit, searched with a hit."""
    slopes: Floats
    """Shape (3, 3, ...): by logit of the carrying share, log of the shift, and cut; then of each share."""


def cell_shares(logit_carrying: Floats, log_shift: Floats, cut: Floats) -> CellShares:
    """Say what a cut does to the stopped people of each cell, where what is seen is normal with a shift.

    Parameters
    ----------
    logit_carrying
        Logit of the share of stopped people who carry something. Any shape.
    log_shift
        Log of how far what is seen of them is shifted, in standard deviations; same shape.
    cut
        What is seen of somebody who is just searched; same shape.

    References
    ----------
    Pierson, E., Corbett-Davies, S., Goel, S. (2018), Fast threshold tests for detecting discrimination, AISTATS,
    PMLR 84, 96-105, section 3.

    >>> cells = cell_shares(np.array([0.0]), np.array([0.0]), np.array([1.0]))  # shift 1, cut 1
    >>> [round(float(share), 4) for share in cells.shares[:, 0]]  # halves of 1.3413, 0.1587 and 0.5
    [0.6707, 0.0793, 0.25]
    """
    carrying, clean, shift = expit(logit_carrying), expit(-logit_carrying), np.exp(log_shift)
    above, above_clean = ndtr(shift - cut), ndtr(-cut)
    below, below_clean = ndtr(cut - shift), ndtr(cut)
    at = carrying * normal_density(cut - shift)
    at_clean = clean * normal_density(cut)
    shares = [carrying * below + clean * below_clean, clean * above_clean, carrying * above]
    slopes = [
        carrying * clean * np.asarray([below - below_clean, -above_clean, above]),
        shift * np.asarray([-at, 0 * at, at]),
        np.asarray([at + at_clean, -at_clean, -at]),
    ]
    return CellShares(np.maximum(shares, _TINY), np.asarray(slopes))


def threshold(logit_carrying: Floats, log_shift: Floats, cut: Floats) -> Floats:
    """Return the probability to carry something of somebody who is just searched.

    Parameters
    ----------
    logit_carrying, log_shift, cut
        As in `cell_shares`.

    References
    ----------
    Pierson, Corbett-Davies and Goel (2018), as in `cell_shares`: Bayes' rule at the cut.

    >>> float(
    ...     threshold(np.array([0.0]), np.array([0.0]), np.array([0.5]))[0]
    ... )  # equally likely from either group
    0.5
    """
    shift = np.exp(log_shift)
    return np.asarray(expit(logit_carrying + shift * cut - shift**2 / 2), dtype=np.float64)


def normal_density(x: Floats) -> Floats:
    """Return the density of the standard normal distribution.

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.6.1.

    >>> round(float(normal_density(np.array(0.0))), 4)
    0.3989
    """
    return np.asarray(np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi), dtype=np.float64)
