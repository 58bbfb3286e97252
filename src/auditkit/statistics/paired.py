"""Two forecasts on the same incidents: a test that looks only at what one of them caught."""

from scipy.special import bdtr


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p-value that two forecasts of the same incidents are equally good (exact McNemar test).

    Incidents caught by both or by neither say nothing. The incidents must be independent: cluster by day first where
    they come in series.

    Parameters
    ----------
    only_first, only_second
        Incidents that only the first, only the second forecast caught. With none at all nothing speaks against
        equality, and p is 1.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    McNemar, Q. (1947), Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12, 153-157; exact binomial form.

    >>> round(mcnemar_exact(30, 18), 4)
    0.1114
    """
    if min(only_first, only_second) < 0:
        msg = f"expected counts of at least 0, found {only_first} and {only_second}"
        raise ValueError(msg)
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))
