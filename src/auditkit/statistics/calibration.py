"""Whether a score goes with the same outcomes in every group.

All fits take people counted by score (and group), which gives exactly what their rows would.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from auditkit.statistics.intervals import Interval, wilson

STEPS = 25
"""Most fits end within ten; one that has not ended by now runs away."""


class Fit(NamedTuple):
    """Coefficients of a model for the log odds of the outcome."""

    coefficients: NDArray[np.float64]
    """Shape (columns of the design,)."""
    covariance: NDArray[np.float64]
    """Shape (columns, columns); inverse of the expected information."""


class Effect(NamedTuple):
    """One coefficient, in log odds."""

    value: float
    standard_error: float


class Calibration(NamedTuple):
    """Straight line of the outcome's log odds against the score, in one group."""

    intercept: Effect
    slope: Effect


class Gap(NamedTuple):
    """Observed rate minus mean predicted probability."""

    value: float
    interval: Interval


def logistic(design: ArrayLike, events: ArrayLike, totals: ArrayLike) -> Fit:
    """Effects on the log odds of the outcome that make the observed counts most likely.

    Parameters
    ----------
    design
        Shape (cells, columns); explanatory numbers of each cell, with a column of ones for the intercept.
    events, totals
        Shape (cells,); people with the outcome, and all people; a cell may be empty.

    Raises
    ------
    ValueError
        If counts do not fit, columns depend on each other, or the fit does not end: mostly because the design
        separates people with the outcome from those without, so that no finite effect is most likely.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989), Generalized linear models, 2nd ed., Chapman and Hall, sections 2.5 and 4.4.

    >>> # 20 of 100 against 50 of 100: log odds ratio 1.3863, its variance 1/20 + 1/80 + 1/50 + 1/50
    >>> fit = logistic([[1, 0], [1, 1]], [20, 50], [100, 100])
    >>> round(fit.coefficients[1], 4), round(fit.covariance[1, 1], 4)
    (np.float64(1.3863), np.float64(0.1025))
    """
    x, y, n = (np.asarray(values, dtype=np.float64) for values in (design, events, totals))
    if x.ndim != 2 or not x.shape[:1] == y.shape == n.shape or not np.isfinite(x).all():
        msg = f"expected a row of known numbers for each cell, found {x.shape} for {y.shape} events and {n.shape} totals"
        raise ValueError(msg)
    if not ((y >= 0) & (y <= n) & np.isfinite(n)).all():
        msg = "expected 0 <= events <= total in every cell"
        raise ValueError(msg)
    x, y, n = x[n > 0], y[n > 0], n[n > 0]
    size: NDArray[np.float64] = np.sqrt((x * x).sum(axis=0))
    size[size == 0] = 1.0
    rank = int(np.linalg.matrix_rank(x / size)) if x.size else 0
    if rank < x.shape[1]:
        msg = f"the design has {x.shape[1]} columns of which {rank} are independent where there are people"
        raise ValueError(msg)
    scaled = _newton(x / size, y, n)
    return Fit(scaled.coefficients / size, scaled.covariance / size / size[:, np.newaxis])


def _newton(x: NDArray[np.float64], y: NDArray[np.float64], n: NDArray[np.float64]) -> Fit:
    """Weighted least squares again and again, from the smoothed log odds of each cell."""
    predictor = np.log((y + 0.5) / (n - y + 0.5))
    for _ in range(STEPS):
        p = expit(predictor)
        weight = n * p * (1 - p)
        covariance = np.asarray(np.linalg.pinv((x.T * weight) @ x, hermitian=True), dtype=np.float64)
        coefficients = covariance @ x.T @ (weight * predictor + y - n * p)
        before, predictor = predictor, x @ coefficients
        if np.abs(predictor - before).max() < 1e-9:
            return Fit(coefficients, covariance)
    msg = f"found no most likely effect in {STEPS} steps: the design may separate people with the outcome from those without"
    raise ValueError(msg)


def implied_relative_risk(intercept: float, effect: float) -> float:
    """How many times as likely the outcome is for a group, where all other explanations are at their reference.

    With c the reference group's chance, it is exp(effect) / (1 - c + c exp(effect)).

    References
    ----------
    Zhang, J., Yu, K. F. (1998), What's the relative risk?, JAMA 280, 1690-1691. Expected number: methods G6.

    >>> round(implied_relative_risk(-1.5255, 0.4772), 4)
    1.4528
    """
    chance = float(expit(intercept))
    return math.exp(effect) / (1 - chance + chance * math.exp(effect))


def calibration_line(scores: ArrayLike, events: ArrayLike, totals: ArrayLike) -> Calibration:
    """How the outcome's log odds rise with the score in one group; with predicted log odds, 0 and 1 are ideal.

    Parameters
    ----------
    scores
        Shape (bins,); scores, or `predicted_log_odds` of probabilities.
    events, totals
        Shape (bins,); people with the outcome, and all people.

    Raises
    ------
    ValueError
        As `logistic`.

    References
    ----------
    Cox, D. R. (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565.

    >>> line = calibration_line(predicted_log_odds([0.2, 0.5]), [20, 50], [100, 100])  # as predicted
    >>> round(line.slope.value, 6), round(abs(line.intercept.value), 6)
    (1.0, 0.0)
    """
    score = np.asarray(scores, dtype=np.float64)
    fit = logistic(np.stack((np.ones_like(score), score), axis=-1), events, totals)
    return Calibration(_effect(fit, 0), _effect(fit, 1))


def predicted_log_odds(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Log odds of predicted probabilities, the scale on which a calibrated tool has slope 1.

    Raises
    ------
    ValueError
        If a probability is not inside (0, 1): its log odds are infinite.

    References
    ----------
    Cox (1958), as in `calibration_line`.

    >>> predicted_log_odds([0.5, 0.8]).round(4)
    array([0.    , 1.3863])
    """
    p = np.asarray(probabilities, dtype=np.float64)
    outside = int((~((p > 0) & (p < 1))).sum())
    if outside:
        msg = f"expected probabilities inside (0, 1), found {outside} of {p.size} at or beyond a limit, or missing"
        raise ValueError(msg)
    return np.asarray(logit(p), dtype=np.float64)


def difference_at_equal_score(
    scores: ArrayLike, events: ArrayLike, totals: ArrayLike, *, in_group: ArrayLike
) -> Effect:
    """Log odds of the outcome in a group minus the reference group's, at the same score; 0 means calibrated alike.

    Parameters
    ----------
    scores
        Shape (cells,); a straight line in the score is assumed for both groups, with one slope.
    events, totals
        Shape (cells,); people of one score and group.
    in_group
        Shape (cells,); true for the group, false for the reference group.

    Raises
    ------
    ValueError
        As `logistic`; also if one of the groups is absent.

    References
    ----------
    Flores, A. W., Bechtel, K., Lowenkamp, C. T. (2016), False positives, false negatives, and false analyses, Federal
    Probation 80(2), 38-46.

    >>> found = difference_at_equal_score([1, 2, 1, 2], [20, 40, 20, 40], [100] * 4, in_group=[1, 1, 0, 0])
    >>> round(abs(found.value), 6)
    0.0
    """
    return _effect(logistic(_by_group(scores, in_group)[:, :3], events, totals), 2)


def difference_of_slopes(
    scores: ArrayLike, events: ArrayLike, totals: ArrayLike, *, in_group: ArrayLike
) -> Effect:
    """How much steeper the outcome's log odds rise with the score in a group than in the reference group.

    Parameters
    ----------
    scores, events, totals, in_group
        As `difference_at_equal_score`.

    Raises
    ------
    ValueError
        As `logistic`; also if one of the groups is absent or has a single score.

    References
    ----------
    As `difference_at_equal_score`: the product of score and group.

    >>> # log odds rise by log 4 from 20 % to 50 %, and not at all in the reference group
    >>> found = difference_of_slopes([1, 2, 1, 2], [20, 50, 30, 30], [100] * 4, in_group=[1, 1, 0, 0])
    >>> round(found.value, 4)
    1.3863
    """
    return _effect(logistic(_by_group(scores, in_group), events, totals), 3)


def _by_group(scores: ArrayLike, in_group: ArrayLike) -> NDArray[np.float64]:
    """Columns: one, score, group, and score times group."""
    score, group = np.asarray(scores, dtype=np.float64), np.asarray(in_group, dtype=np.bool_)
    if score.shape != group.shape:
        msg = f"expected a score and a group for each cell, found {score.shape} and {group.shape}"
        raise ValueError(msg)
    return np.stack((np.ones_like(score), score, group, score * group), axis=-1)


def _effect(fit: Fit, position: int) -> Effect:
    return Effect(float(fit.coefficients[position]), math.sqrt(fit.covariance[position, position]))


def effect_interval(effect: Effect, *, critical: float) -> Interval:
    """Interval for an effect on the log odds (Wald); its exponentials are those of the odds ratio.

    References
    ----------
    McCullagh and Nelder (1989), as in `logistic`.

    >>> effect_interval(Effect(0.5, 0.25), critical=2.0)
    Interval(low=0.0, high=1.0)
    """
    half = critical * effect.standard_error
    return Interval(effect.value - half, effect.value + half)


def calibration_in_the_large(mean_score: float, x: float, n: float, *, critical: float) -> Gap:
    """How far the observed rate lies above the mean predicted probability; below 0 the tool predicts too much.

    The mean is that of the same people and taken as known, so the interval is Wilson's, moved by it.

    Parameters
    ----------
    mean_score
        Mean predicted probability of the `n` people.
    x, n
        People with the outcome, of all people.

    Raises
    ------
    ValueError
        If the mean is not between 0 and 1, or as `wilson`.

    References
    ----------
    Steyerberg, E. W. (2009), Clinical prediction models, Springer, section 15.3. Interval: Wilson, as in
    `intervals.wilson`.

    >>> gap = calibration_in_the_large(
    ...     0.25, 81, 263, critical=1.959964
    ... )  # 81/263 is .3080, from .2553 to .3662
    >>> round(gap.value, 4), [round(limit, 4) for limit in gap.interval]
    (0.058, [0.0053, 0.1162])
    """
    if not 0 <= mean_score <= 1:
        msg = f"expected a mean probability between 0 and 1, found {mean_score}"
        raise ValueError(msg)
    low, high = wilson(x, n, critical=critical)
    return Gap(x / n - mean_score, Interval(low - mean_score, high - mean_score))
