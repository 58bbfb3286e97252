"""Comparisons within strata: what is left of a difference among people in similar circumstances.

`tables` has shape (strata, 2, 2): rows are the group and the others, columns those with and without the event. A
stratum in which nobody or everybody had the event, or which lacks one of the groups, says nothing about a difference.
Stratifying by something that the tool or the police produced explains a disparity away.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

Floats = NDArray[np.float64]


class CommonEffect(NamedTuple):
    """Whether the groups differ within strata, and by how much on average."""

    chi2_corrected: float
    """With the continuity correction of one half."""
    chi2: float
    p_value: float
    """Of the corrected statistic, one degree of freedom."""
    common_odds_ratio: float
    """Mantel-Haenszel: one odds ratio for all strata; above 1 where the group has the event more often."""
    log_standard_error: float
    """Standard error of its logarithm."""
    strata_used: int
    """Strata that say something; the others contribute nothing."""


class OddsRatio(NamedTuple):
    """How the odds of one group compare with those of the others."""

    value: float
    log_standard_error: float


class Heterogeneity(NamedTuple):
    """Whether one odds ratio describes all strata."""

    statistic: float
    p_value: float
    degrees: int
    """Strata used less one."""


def _tables(tables: ArrayLike) -> Floats:
    counts = np.asarray(tables, dtype=np.float64)
    if counts.ndim != 3 or counts.shape[1:] != (2, 2) or not (np.isfinite(counts) & (counts >= 0)).all():
        msg = f"expected counts of 0 or more in shape (strata, 2, 2), found shape {counts.shape}"
        raise ValueError(msg)
    return counts


def informative_strata(tables: ArrayLike) -> NDArray[np.bool_]:
    """Which strata can say anything: both groups and both outcomes occur in them.

    Parameters
    ----------
    tables
        Shape (strata, 2, 2).

    Raises
    ------
    ValueError
        If the shape is another, or a count is negative or not finite.

    References
    ----------
    Mantel, N., Haenszel, W. (1959), Statistical aspects of the analysis of data from retrospective studies of disease,
    Journal of the National Cancer Institute 22, 719-748: elsewhere the variance of the count is 0.

    >>> informative_strata([[[3, 1], [2, 4]], [[0, 5], [0, 9]], [[2, 3], [0, 0]]])
    array([ True, False, False])
    """
    counts = _tables(tables)
    return np.asarray((counts.sum(axis=1) > 0).all(axis=1) & (counts.sum(axis=2) > 0).all(axis=1))


def cochran_mantel_haenszel(tables: ArrayLike) -> CommonEffect:
    """Whether the group has the event more or less often within strata, and its common odds ratio.

    The correction never exceeds the difference itself, so that it cannot turn a small one into a larger one.

    Parameters
    ----------
    tables
        Shape (strata, 2, 2).

    Raises
    ------
    ValueError
        As `informative_strata`; if no stratum says anything; or if the common odds ratio is 0 or infinite.

    References
    ----------
    Mantel and Haenszel (1959), as in `informative_strata`. Robins, J., Breslow, N., Greenland, S. (1986), Estimators of
    the Mantel-Haenszel variance consistent in both sparse data and large-strata limiting models, Biometrics 42,
    311-323. Expected numbers: methods G24, and statsmodels.

    >>> admitted = [
    ...     [[512, 313], [89, 19]],
    ...     [[353, 207], [17, 8]],
    ...     [[120, 205], [202, 391]],
    ...     [[138, 279], [131, 244]],
    ...     [[53, 138], [94, 299]],
    ...     [[22, 351], [24, 317]],
    ... ]
    >>> effect = cochran_mantel_haenszel(admitted)  # men and women at Berkeley, 1973
    >>> round(effect.chi2_corrected, 5), round(effect.common_odds_ratio, 6)
    (1.42695, 0.904697)
    """
    used = _tables(tables)[informative_strata(tables)]
    if not used.size:
        msg = f"no stratum has both groups and both outcomes, found {np.shape(tables)[0]} strata"
        raise ValueError(msg)
    a, total, group, events = used[:, 0, 0], used.sum((1, 2)), used[:, 0].sum(1), used[:, :, 0].sum(1)
    excess = abs(float((a - group * events / total).sum()))
    variance = float((group * (total - group) * events * (total - events) / (total**2 * (total - 1))).sum())
    corrected = (excess - min(0.5, excess)) ** 2 / variance
    value, error = _common_odds_ratio(used)
    return CommonEffect(
        chi2_corrected=corrected,
        chi2=excess**2 / variance,
        p_value=float(chdtrc(1, corrected)),
        common_odds_ratio=value,
        log_standard_error=error,
        strata_used=len(used),
    )


def _common_odds_ratio(used: Floats) -> OddsRatio:
    total = used.sum((1, 2))
    with_ratio, against = used[:, 0, 0] * used[:, 1, 1] / total, used[:, 0, 1] * used[:, 1, 0] / total
    r, s = float(with_ratio.sum()), float(against.sum())
    if r == 0 or s == 0:
        msg = f"the common odds ratio is {'0' if r == 0 else 'infinite'} in the {len(used)} strata that have both groups and outcomes"
        raise ValueError(msg)
    p = (used[:, 0, 0] + used[:, 1, 1]) / total
    variance = (
        (p @ with_ratio) / (2 * r * r)
        + (p @ against + (1 - p) @ with_ratio) / (2 * r * s)
        + ((1 - p) @ against) / (2 * s * s)
    )
    return OddsRatio(r / s, math.sqrt(variance))


def crude_odds_ratio(table: ArrayLike) -> OddsRatio:
    """How many times the odds of the others the group's odds are, without regard to strata.

    Report it together with the common odds ratio within strata.

    Parameters
    ----------
    table
        Shape (2, 2): rows are the group and the others, columns those with and without the event.

    Raises
    ------
    ValueError
        If the shape is another, or a count is not above 0: the odds ratio or its error is then 0 or infinite.

    References
    ----------
    Woolf, B. (1955), On estimating the relation between blood group and disease, Annals of Human Genetics 19, 251-253.
    Expected number: methods G24.

    >>> round(crude_odds_ratio([[1198, 1493], [557, 1278]]).value, 5)
    1.84108
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.shape != (2, 2) or not (np.isfinite(counts) & (counts > 0)).all():
        msg = f"expected four counts above 0 in shape (2, 2), found {counts.tolist()}"
        raise ValueError(msg)
    (a, b), (c, d) = counts.tolist()
    return OddsRatio(a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def breslow_day(tables: ArrayLike, odds_ratio: float) -> Heterogeneity:
    """Whether strata differ in their odds ratio; where they do, show strata and not only the common ratio.

    With Tarone's adjustment, because the Mantel-Haenszel estimate is not the most likely value. It needs large strata:
    in many small ones it is silent.

    Parameters
    ----------
    tables
        Shape (strata, 2, 2).
    odds_ratio
        The common odds ratio of `cochran_mantel_haenszel`.

    Raises
    ------
    ValueError
        As `informative_strata`; if `odds_ratio` is not above 0 and finite; or if fewer than two strata say anything.

    References
    ----------
    Breslow, N. E., Day, N. E. (1980), Statistical Methods in Cancer Research 1, IARC, section 4.4. Tarone, R. E. (1985),
    On heterogeneity tests based on efficient scores, Biometrika 72, 91-95. Expected number: statsmodels.

    >>> same = [[[10, 20], [30, 60]], [[5, 5], [8, 8]]]  # both odds ratios are 1
    >>> breslow_day(same, 1.0)
    Heterogeneity(statistic=0.0, p_value=1.0, degrees=1)
    """
    used = _tables(tables)[informative_strata(tables)]
    if not (0 < odds_ratio < math.inf) or len(used) < 2:
        msg = f"expected a finite odds ratio above 0 and two strata with both groups and outcomes, found {odds_ratio} and {len(used)}"
        raise ValueError(msg)
    a, group, events, others = used[:, 0, 0], used[:, 0].sum(1), used[:, :, 0].sum(1), used[:, 1].sum(1)
    # The count that gives a stratum this odds ratio, the root of (1 - ratio) e^2 + slope e - ratio group events = 0.
    slope = others - events + odds_ratio * (events + group)
    root = np.sqrt(slope**2 + 4 * (1 - odds_ratio) * odds_ratio * group * events)
    e = 2 * odds_ratio * group * events / (slope + root)
    variance = 1 / (1 / e + 1 / (events - e) + 1 / (group - e) + 1 / (others - events + e))
    statistic = max(0.0, float(((a - e) ** 2 / variance).sum() - (a - e).sum() ** 2 / variance.sum()))
    return Heterogeneity(statistic, float(chdtrc(len(used) - 1, statistic)), len(used) - 1)
