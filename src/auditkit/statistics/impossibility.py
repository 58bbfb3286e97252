"""Which rates cannot all be equal between groups whose prevalence differs."""


def implied_false_positive_rate(
    prevalence: float, positive_predictive_value: float, false_negative_rate: float
) -> float:
    """Share wrongly flagged among people without the outcome, as the three other rates of a group force it.

    So where prevalence differs, equal positive predictive values and equal false negative rates force unequal false
    positive rates. It holds exactly on every table of four counts.

    Raises
    ------
    ValueError
        If prevalence is not inside (0, 1), the positive predictive value not in (0, 1] or the false negative rate not
        in [0, 1), or if no table has all three: the rate would exceed 1.

    References
    ----------
    Chouldechova, A. (2017), Fair prediction with disparate impact: a study of bias in recidivism prediction
    instruments, Big Data 5, 153-163, equation 2.6.

    >>> [round(implied_false_positive_rate(prevalence, 0.6, 0.4), 4) for prevalence in (0.51, 0.39)]
    [0.4163, 0.2557]
    """
    p, ppv, fnr = prevalence, positive_predictive_value, false_negative_rate
    found = f"found prevalence {p}, positive predictive value {ppv}, false negative rate {fnr}"
    if not (0 < p < 1 and 0 < ppv <= 1 and 0 <= fnr < 1):
        msg = f"the identity needs people with and without the outcome and some of them rightly flagged, {found}"
        raise ValueError(msg)
    rate = p / (1 - p) * (1 - ppv) / ppv * (1 - fnr)
    if rate > 1 + 1e-9:  # a rate of exactly 1 may miss it by rounding
        msg = f"no table has these three rates together, {found}: it would flag {rate:.4g} of 1 without the outcome"
        raise ValueError(msg)
    return min(1.0, rate)
