"""Rates of small areas, drawn towards the overall rate the more, the less each area tells."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class SmoothedRates(NamedTuple):
    """Rates of areas after shrinkage, and what they were shrunk with."""

    rates: NDArray[np.float64]
    """Shape (areas,); observed per expected; NaN where nothing was expected or a number is missing."""
    mean: float
    """Observed per expected over all areas."""
    between_variance: float
    """Variance of the areas' true rates; 0 means that every rate was drawn to the mean entirely."""


def empirical_bayes(observed: ArrayLike, expected: ArrayLike) -> SmoothedRates:
    """Rates per area that do not swing by chance alone (Marshall's global empirical Bayes estimator).

    Never test on the result, and remember that shrinkage hides true extremes of small areas.

    Parameters
    ----------
    observed
        Shape (areas,); events; NaN where not known.
    expected
        Shape (areas,); expected events, or the population at risk; NaN where not known. Areas with 0 or a missing
        number take no part in the estimates.

    Raises
    ------
    ValueError
        If a number is negative, or no area has a positive expectation.

    References
    ----------
    Marshall, R. J. (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics
    40, 283-294.

    >>> empirical_bayes([0, 9, 10, 120], [100, 200, 1000, 5000]).rates.round(6)
    array([0.018932, 0.027765, 0.014545, 0.023791])
    """
    o, e = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if (o < 0).any() or (e < 0).any():
        msg = "observed and expected numbers must be at least 0"
        raise ValueError(msg)
    used = (e > 0) & ~np.isnan(o)
    if not used.any():
        msg = "no area has both an observed number and a positive expectation"
        raise ValueError(msg)
    rates = np.full(o.shape, np.nan)
    o, e = o[used], e[used]
    raw, mean = o / e, float(o.sum() / e.sum())
    between = max(0.0, float(e @ (raw - mean) ** 2 / e.sum() - mean / e.mean()))
    weight = between / (between + mean / e) if between > 0 else np.zeros(e.shape)
    rates[used] = mean + weight * (raw - mean)
    return SmoothedRates(rates, mean, between)
