"""Counts of areas over periods, with an effect of every area and of every period taken out first.

The effects are not estimated as dummies but projected out by weighted demeaning (Frisch-Waugh-Lovell), within each
step of iteratively reweighted least squares. That costs the same for sixty areas and for ten thousand.

The spread of a coefficient is a delete-one-area jackknife in one step (CR3; the leverage of period effects enters as
their number), with t quantiles of the effective number of areas less one. With few or unequal areas the plain sandwich
is too narrow.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Effects = Literal["areas and periods", "periods"]
STEPS, SWEEPS, CLOSE = 200, 2000, 1e-10
LARGE = 15.0
"""A coefficient on the log scale beyond this has run away: the counts do not hold it."""


class PanelFit(NamedTuple):
    """Coefficients of a panel, and how far each area moves them."""

    coefficients: Floats
    """(covariates,)"""
    covariance: Floats
    """(covariates, covariates)"""
    moved: Floats
    """(areas, covariates): how much the coefficients exceed those without the area, widened for the effects of periods."""
    areas: int
    """Areas that the coefficients rest on."""
    effective: float
    """Areas of equal weight that would hold the first coefficient as well: far fewer where a few areas carry it."""


def informative(counts: Floats, observed: Flags, *, effects: Effects = "areas and periods") -> Flags:
    """Tell which cells say anything: those of areas and periods in which something was counted at all.

    An area without any count is explained by its own effect, and so is one with a single cell.

    References
    ----------
    Correia, S., Guimaraes, P., Zylkin, T. (2020), Fast Poisson estimation with high-dimensional fixed effects, Stata
    Journal 20, 95-115, section 2 (separated observations).

    >>> informative(np.array([[0.0, 0, 0], [2, 0, 1]]), np.ones((2, 3), dtype=bool)).tolist()
    [[False, False, False], [True, False, True]]
    """
    kept = observed.copy()
    while True:
        seen = np.where(kept, counts, 0.0)
        by_area = (seen.sum(axis=1) > 0) & (kept.sum(axis=1) > 1)
        rows = by_area if effects == "areas and periods" else np.ones_like(by_area)
        after = kept & rows[:, None] & (seen.sum(axis=0) > 0)[None, :]
        if bool((after == kept).all()):
            return kept
        kept = after


def poisson_panel(
    counts: Floats, covariates: Floats, *, observed: Flags, effects: Effects = "areas and periods"
) -> PanelFit:
    """Elasticities of counts within areas and periods: what is left once each area and period has its own level.

    Parameters
    ----------
    counts
        (areas, periods): whole counts; read only where observed.
    covariates
        (covariates, areas, periods): on the log scale, or indicators.
    observed
        (areas, periods): which cells are known.
    effects
        `periods` leaves the effects of areas out, which is wrong wherever reports are an error-prone proxy; it is here
        to show that.

    Raises
    ------
    ValueError
        If the counts do not hold the coefficients: nothing varies within areas, or they run away.

    References
    ----------
    Hausman, J., Hall, B. H., Griliches, Z. (1984), Econometric models for count data with an application to the
    patents-R&D relationship, Econometrica 52, 909-938; Correia et al. (2020), as in `informative`. Spread:
    Bell, R. M., McCaffrey, D. F. (2002), Bias reduction in standard errors for linear regression with multi-stage
    samples, Survey Methodology 28, 169-181. Effective areas: Carter, A. V., Schnepel, K. T., Steigerwald, D. G. (2017),
    Asymptotic behavior of a t-test robust to cluster heterogeneity, Review of Economics and Statistics 99, 698-709.
    """
    kept = informative(counts, observed, effects=effects)
    x = np.where(kept, covariates, 0.0)
    y = np.where(kept, counts, 0.0)
    if not kept.any():
        msg = "expected counts in at least two areas and periods"
        raise ValueError(msg)
    mu = np.where(kept, (y + y[kept].mean()) / 2, 0.0)
    eta, before, after, steps = np.log(np.where(kept, mu, 1.0)), np.inf, 0.0, 0
    solved = np.zeros(len(covariates))
    while abs(before - after) > CLOSE * (abs(after) + 0.1) and steps < STEPS:
        working = np.where(kept, eta + (y - mu) / np.where(kept, mu, 1.0), 0.0)
        within = _within(np.concatenate([working[None], x]), mu, effects=effects)
        solved = _solve(within[1:], within[0], mu)
        eta = working - (within[0] - np.tensordot(solved, within[1:], axes=1))
        mu = np.where(kept, np.exp(np.clip(eta, -50, 50)), 0.0)
        before, after, steps = after if steps else np.inf, _deviance(y, mu, kept), steps + 1
    return _fit(solved, _within(x, mu, effects=effects), mu, y - mu, kept)


def linear_panel(
    values: Floats, covariates: Floats, *, observed: Flags, effects: Effects = "areas and periods"
) -> PanelFit:
    """Slopes of a value within areas and periods, by least squares; arguments as in `poisson_panel`.

    Raises
    ------
    ValueError
        As `poisson_panel`.

    References
    ----------
    Wooldridge, J. M. (2010), Econometric analysis of cross section and panel data, 2nd ed., MIT Press, section 10.5;
    spread as in `poisson_panel`.
    """
    weights = observed.astype(np.float64)
    stacked = np.where(observed, np.concatenate([values[None], covariates]), 0.0)
    within = _within(stacked, weights, effects=effects)
    solved = _solve(within[1:], within[0], weights)
    left = np.where(observed, within[0] - np.tensordot(solved, within[1:], axes=1), 0.0)
    return _fit(solved, within[1:], weights, left, observed)


def _within(values: Floats, weights: Floats, *, effects: Effects) -> Floats:
    """Take weighted means of areas and of periods out, in turns, until none is left."""
    left = values.copy()
    by_area, by_period = weights.sum(axis=1), weights.sum(axis=0)
    area = np.divide(1.0, by_area, out=np.zeros_like(by_area), where=by_area > 0)[:, None]
    period = np.divide(1.0, by_period, out=np.zeros_like(by_period), where=by_period > 0)
    close = CLOSE * np.abs(values).max(initial=1.0)
    moved, sweeps = np.inf, 0
    while moved > close and sweeps < SWEEPS:
        mean = (weights * left).sum(axis=1, keepdims=True) * period
        left -= mean
        moved, sweeps = 0.0, sweeps + 1
        if effects == "areas and periods":
            moved = np.abs(mean).max(initial=0.0)
            mean = (weights * left).sum(axis=2, keepdims=True) * area
            left -= mean
            moved = max(moved, np.abs(mean).max(initial=0.0))
    return np.asarray(np.where(weights > 0, left, 0.0), dtype=np.float64)


def _solve(x: Floats, y: Floats, weights: Floats) -> Floats:
    information = _information(x, weights)
    _refuse_flat(information, weights)
    solved = np.asarray(np.linalg.solve(information, (x * weights * y).sum(axis=(1, 2))), dtype=np.float64)
    if np.abs(solved).max() > LARGE:
        msg = f"expected counts that hold the coefficients; they run away to {solved.tolist()}"
        raise ValueError(msg)
    return solved


def _information(x: Floats, weights: Floats) -> Floats:
    return np.asarray(np.einsum("iat,jat,at->ij", x, x, weights, optimize=True), dtype=np.float64)


def _refuse_flat(information: Floats, weights: Floats) -> None:
    spread = np.diag(information) / max(float(weights.sum()), 1e-300)
    if spread.min() <= 1e-10 or np.linalg.cond(information) > 1e12:
        msg = "expected covariates that vary within areas and periods, and not all alike"
        raise ValueError(msg)


def _fit(solved: Floats, within: Floats, weights: Floats, left: Floats, kept: Flags) -> PanelFit:
    information = _information(within, weights)
    scores = np.einsum("iat,at->ai", within, np.where(kept, left, 0.0), optimize=True)
    each = np.einsum("iat,jat,at->aij", within, within, weights, optimize=True)
    moved = np.linalg.solve(information - each, scores[..., None])[..., 0]
    areas, cells = int(kept.any(axis=1).sum()), int(kept.sum())
    spent = len(solved) + int(kept.any(axis=0).sum())  # effects of areas lie within areas and cost nothing
    covariance = (areas - 1) / areas * cells / max(1, cells - spent) * moved.T @ moved
    first = np.linalg.inv(information)[0]
    weight = np.einsum("i,aij,j->a", first, each, first)
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    return PanelFit(solved, covariance, moved * math.sqrt(cells / max(1, cells - spent)), areas, effective)


def _deviance(y: Floats, mu: Floats, kept: Flags) -> float:
    seen, expected = y[kept], mu[kept]
    logs = np.where(seen > 0, seen * np.log(np.where(seen > 0, seen, 1.0) / expected), 0.0)
    return float(2 * (logs - (seen - expected)).sum())
