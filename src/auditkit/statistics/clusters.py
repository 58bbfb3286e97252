"""Rates where the same people, officers or addresses appear several times.

Coverage of Wilson's 95 % interval on counts divided by the design effect, 4,000 simulated groups each, shares of .1
to .5 and correlations within a person of .1 to .7; in brackets with plain counts:

| people | about 4 rows each | very unequal numbers of rows |
|---|---|---|
| 30 | .907-.946 (.69-.91) | .862-.924 (.51-.86) |
| 60 | .934-.949 (.69-.91) | .884-.933 (.52-.84) |
| 100 | .944-.950 (.70-.91) | .911-.942 (.50-.84) |
| 200 | .936-.951 (.68-.91) | .916-.947 (.49-.83) |

Rows per person: 1 plus a Poisson number with mean 3, or lognormal with log mean and log standard deviation 1, rounded
up. Shares of .05 with a correlation of .7 cover less: .853 with 60 people and unequal rows, .905 with 200. Without
any correlation it covers .948-.963 from 60 people on. Below 60 people, or where few people have most rows, intervals
are too narrow.
"""


def design_effect(x: float, m: float, *, sum_xx: float, sum_xm: float, sum_mm: float, clusters: int) -> float:
    """How many rows weigh as much as one independent row: divide `x` and `m` by it before making an interval.

    It is the variance of the rate over people, divided by the variance that independent rows would have. Never below
    1: a smaller number is mostly chance, and would narrow the interval. Where nobody or everybody has the outcome, the
    counts cannot tell, and it is what it would be if all rows of a person agreed: sum_mm / m.

    Parameters
    ----------
    x, m
        Rows with the outcome, of all rows.
    sum_xx, sum_xm, sum_mm
        Sums over people of x_j squared, x_j times m_j, and m_j squared, x_j of m_j rows being the person's.
    clusters
        How many people there are.

    Raises
    ------
    ValueError
        If there are fewer than two people, or the sums belong to no table.

    References
    ----------
    Rao, J. N. K., Scott, A. J. (1992), A simple method for the analysis of clustered binary data, Biometrics 48,
    577-585. Variance of a ratio: Cochran, W. G. (1977), Sampling techniques, 3rd ed., Wiley, section 2.11.

    >>> # four people with two rows each, twice both with the outcome: p = 1/2, (4 x 1/64 x 4/3) / (1/32)
    >>> round(design_effect(4, 8, sum_xx=8, sum_xm=8, sum_mm=16, clusters=4), 4)
    2.6667
    """
    consistent = 0 <= x <= m and 0 <= sum_xx <= sum_xm <= sum_mm and 0 < m * m <= clusters * sum_mm
    if clusters < 2 or not consistent:
        msg = (
            f"expected at least 2 people and sums of one table, found {clusters} people, {x} of {m} rows, "
            f"sums {sum_xx}, {sum_xm} and {sum_mm}"
        )
        raise ValueError(msg)
    if x in {0, m}:
        return sum_mm / m
    p = x / m
    between = (sum_xx - 2 * p * sum_xm + p * p * sum_mm) / m**2 * clusters / (clusters - 1)
    return max(1.0, between / (p * (1 - p) / m))
