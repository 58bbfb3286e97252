"""Critical values: how many standard errors an interval reaches."""

from functools import lru_cache

from scipy.special import ndtri, stdtrit


def normal(level: float) -> float:
    """Two-sided standard normal critical value of one interval.

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.1.

    >>> round(normal(0.95), 6)
    1.959964
    """
    return float(ndtri((1 + level) / 2))


def student(level: float, degrees_of_freedom: float) -> float:
    """Two-sided critical value where the spread itself was estimated from few numbers (Student's t).

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.

    >>> round(student(0.95, 10), 3)
    2.228
    """
    return float(stdtrit(degrees_of_freedom, (1 + level) / 2))


def bonferroni(level: float, comparisons: int) -> float:
    """Critical value that keeps the joint level of several intervals, whatever their dependence.

    References
    ----------
    Dunn, O. J. (1961), Multiple comparisons among means, JASA 56, 52-64.

    >>> round(bonferroni(0.95, 5), 4)  # the 99 % point: 1 - 0.05/5
    2.5758
    """
    return normal(1 - (1 - level) / comparisons)


@lru_cache(maxsize=256)
def all_pairs(level: float, groups: int) -> float:
    """Critical value for all pairwise differences of several rates: studentized range over root two.

    References
    ----------
    Agresti, A., Bini, M., Bertaccini, B., Ryu, E. (2008), Simultaneous confidence intervals for comparing binomial
    parameters, Biometrics 64, 1270-1275.

    >>> round(all_pairs(0.95, 4), 4)
    2.569
    """
    from scipy.stats import studentized_range

    if groups < 3:
        return normal(level)
    return float(studentized_range.ppf(level, groups, float("inf")) / 2**0.5)
