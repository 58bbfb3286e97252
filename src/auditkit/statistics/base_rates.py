"""What an alert means when what it looks for is rare."""

from auditkit.statistics.intervals import Interval

Range = tuple[float, float]


def base_rate_ppv(*, prevalence: float, sensitivity: float, false_positive_rate: float) -> float:
    """Share of alerts that are right, from a test's error rates and how often there is something to find.

    Raises
    ------
    ValueError
        If a rate is outside [0, 1], or nothing would ever raise an alert.

    References
    ----------
    Bayes' rule; methods 5, case A3.

    >>> round(base_rate_ppv(prevalence=1 / 10_000, sensitivity=0.99, false_positive_rate=0.001), 4)
    0.0901
    """
    rates = (prevalence, sensitivity, false_positive_rate)
    right = prevalence * sensitivity
    alerts = right + (1 - prevalence) * false_positive_rate
    if not all(0 <= rate <= 1 for rate in rates) or alerts == 0:
        msg = f"expected rates between 0 and 1 that raise some alert, found {rates}"
        raise ValueError(msg)
    return right / alerts


def base_rate_ppv_range(*, prevalence: Range, sensitivity: Range, false_positive_rate: Range) -> Interval:
    """Smallest and largest share of right alerts that ranges of the three rates allow.

    The share rises with prevalence and sensitivity and falls with the false positive rate, so its ends lie at theirs.

    Raises
    ------
    ValueError
        As `base_rate_ppv`.

    References
    ----------
    As `base_rate_ppv`.

    >>> low, high = base_rate_ppv_range(
    ...     prevalence=(0.0001, 0.01), sensitivity=(0.99, 0.99), false_positive_rate=(0.001, 0.001)
    ... )
    >>> round(low, 4), round(high, 4)
    (0.0901, 0.9091)
    """
    low = base_rate_ppv(
        prevalence=prevalence[0], sensitivity=sensitivity[0], false_positive_rate=false_positive_rate[1]
    )
    high = base_rate_ppv(
        prevalence=prevalence[1], sensitivity=sensitivity[1], false_positive_rate=false_positive_rate[0]
    )
    return Interval(low, high)
