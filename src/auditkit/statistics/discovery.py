"""What patrols discover of what happens: rates behind censored finds, fair chances of discovery, crime that answers.

Allocated units are officers or visits in one area and period; each finds at most one incident.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.stats import poisson

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def discovery_probability(units: int, *, rate: float) -> float:
    """Chance that an incident is discovered when `units` officers are sent and each finds at most one.

    It is E[min(v, C) / C] with C Poisson incidents, and 0/0 counts as 1: nothing happened and nothing was missed.

    Raises
    ------
    ValueError
        If there are fewer than 0 units, or the rate is not finite and above 0.

    References
    ----------
    Elzayn, H., Jabbari, S., Jung, C., Kearns, M., Neel, S., Roth, A., Schutzman, Z. (2019), Fair algorithms for learning
    in allocation problems, ACM FAT*, 170-179; 0/0 as in its public code.

    >>> [round(discovery_probability(v, rate=2), 6) for v in (1, 2, 3)]
    [0.633893, 0.86178, 0.954332]
    """
    if units < 0 or not 0 < rate < np.inf:
        msg = f"expected units of 0 or more and a finite rate above 0, found {units} and {rate}"
        raise ValueError(msg)
    counts = np.arange(1, int(poisson.isf(1e-16, rate)) + 2)
    share = np.minimum(units, counts) / counts
    return float(poisson.pmf(0, rate) + poisson.pmf(counts, rate) @ share)


def censored_poisson_rate(allocated: Counts, found: Counts) -> float:
    """Most likely rate of incidents, where as many finds as officers say only that there were at least as many.

    Parameters
    ----------
    allocated, found
        Shape (periods,): officers sent, and incidents they found, at most one each.

    Raises
    ------
    ValueError
        If shapes differ, a count is negative, more was found than allocated, or finds equal the officers sent in every
        period: then no rate is too large.

    References
    ----------
    Elzayn et al. (2019), as in `discovery_probability`, section 4: the probability of the finds if fewer than
    allocated, else the tail P(C >= v).

    >>> round(censored_poisson_rate(np.array([2, 2, 2, 3, 3, 4]), np.array([2, 1, 2, 0, 3, 2])), 4)
    2.1136
    """
    if (
        allocated.shape != found.shape
        or allocated.ndim != 1
        or np.any(found < 0)
        or np.any(found > allocated)
    ):
        msg = "expected finds from 0 to the units allocated, period by period"
        raise ValueError(msg)
    seen = found < allocated
    if not np.any(seen):
        msg = "every officer found something: no rate is too large"
        raise ValueError(msg)

    def loss(rate: float) -> float:
        known = poisson.logpmf(found[seen], rate).sum()
        return -float(known + poisson.logsf(allocated[~seen] - 1, rate).sum())

    most = float(found.max()) + 10 * float(np.sqrt(found.max() + 1)) + 10
    return float(minimize_scalar(loss, bounds=(0, most), method="bounded", options={"xatol": 1e-9}).x)


def attention_step(rates: Floats, units: Counts, *, change: float) -> Floats:
    """Rates after one round in which attention lowers them and neglect raises them.

    An area without units rises by `change`; one with units falls by `change` for each, and not below 0.

    Raises
    ------
    ValueError
        If shapes differ.

    References
    ----------
    D'Amour, A., Srinivasan, H., Atwood, J., Baljekar, P., Sculley, D., Halpern, Y. (2020), Fairness is not static, ACM
    FAT*, 525-534: the attention allocation environment.

    >>> attention_step(np.array([4.0, 2.0]), np.array([2, 0]), change=0.1).round(4).tolist()
    [3.8, 2.1]
    """
    if rates.shape != units.shape:
        msg = f"expected one number of units per area, found shapes {rates.shape} and {units.shape}"
        raise ValueError(msg)
    return np.asarray(
        np.where(units > 0, np.maximum(0.0, rates - change * units), rates + change), dtype=np.float64
    )
