"""The test on logs of a deployed tool: recorded incidents against deployment, beyond what independent reports show.

Within areas and periods, log deployment is set against counts that police discovered, with log independent reports
beside it. Reports are an error-prone proxy of what happens: without effects of areas, adjusting for them leaves a
spurious elasticity (.48 where the truth is 0; .00 with area effects).

With a `memory`, the log records of so many earlier periods stand beside them as well: what the tool knew when it sent
police. What is left of deployment is then not a late echo of the same incidents. In made logs without a discovery
effect whose areas drift, that takes the mean from .02 to .00; it costs a twentieth of the precision.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from auditkit.statistics.panels import Flags, Floats, PanelFit, informative, linear_panel, poisson_panel

FEWEST = 20
"""Areas with deployment that changes, below which a coefficient has no interval."""
HALF = 0.5
"""Added to counts before their logarithm is taken."""


class Logs(NamedTuple):
    """Deployment and incidents of each area and period; all (areas, periods), NaN where not known."""

    deployment: Floats
    """Patrol-hours, or how often the area was flagged."""
    discovered: Floats
    """Incidents recorded because police were there."""
    reported: Floats
    """Incidents that others reported."""
    control: Floats | None = None
    """Incidents that police cannot discover."""
    flags: bool = False
    """Whether deployment is a flag, which enters as it is; hours enter as their logarithm."""


class Effect(NamedTuple):
    """A coefficient with its spread."""

    value: float
    standard_error: float
    areas: int
    """Areas whose deployment changes: the spread rests on so many independent parts."""
    effective: float
    """Areas of equal weight that would hold it as well."""

    @property
    def degrees(self) -> float:
        """Degrees of freedom of its t quantiles."""
        return max(1.0, min(self.areas, self.effective) - 1)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval by t quantiles of the effective areas less one."""
        half = float(stdtrit(self.degrees, (1 + level) / 2)) * self.standard_error
        return self.value - half, self.value + half

    @property
    def smallest_detectable(self) -> float:
        """The smallest true effect that a 95 % interval would have told from 0 four times in five."""
        return float(stdtrit(self.degrees, 0.975) + stdtrit(self.degrees, 0.8)) * self.standard_error


class RatioOfRatios(NamedTuple):
    """What was discovered for each report inside the capacity limit, over the same outside."""

    value: float
    standard_error: float
    """Of its logarithm."""

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval on the log scale."""
        half = float(ndtri((1 + level) / 2)) * self.standard_error
        return self.value * math.exp(-half), self.value * math.exp(half)


def changing_areas(logs: Logs, *, lag: int = 0) -> NDArray[np.bool_]:
    """Tell in which areas deployment changes over the periods that say anything.

    References
    ----------
    Methods 6.9: deployment that is constant within areas leaves nothing to estimate.

    >>> two = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0]])
    >>> changing_areas(Logs(two, two, two)).tolist()
    [False, True]
    """
    kept, before = _kept(logs, lag=lag), _lagged(logs.deployment, lag)
    low = np.where(kept, before, np.inf).min(axis=1)
    high = np.where(kept, before, -np.inf).max(axis=1)
    return np.asarray(kept.any(axis=1) & (high > low))


def deployment_elasticity(logs: Logs, *, lag: int = 0, memory: int = 0) -> Effect:
    """How many per cent more is discovered for one per cent more deployment, whatever happens in the area.

    Where deployment is a flag: the log ratio of what is discovered in flagged periods over the others. Periods without
    any deployment have an indicator of their own, so that no number stands in for the logarithm of 0.

    Parameters
    ----------
    lag
        Periods by which deployment comes before what it discovers; 0 where it is decided before its own period.
    memory
        Earlier periods whose records the tool is taken to know; 0 leaves them out.

    Raises
    ------
    ValueError
        If the logs hold no such coefficient, as `poisson_panel`.

    References
    ----------
    Methods 6.9 (1); panel as in `auditkit.statistics.panels.poisson_panel`.
    """
    return _effect(_elasticity(logs, lag=lag, memory=memory), logs, lag=lag)


def placebo_lead(logs: Logs, *, lag: int = 0, memory: int = 0) -> Effect:
    """Apparent effect of the next period's deployment on this one, with this one's own deployment beside it.

    Future deployment discovers nothing, so this should be 0. It is not quite 0 for a tool that learns at once from what
    was just discovered.

    Raises
    ------
    ValueError
        As `deployment_elasticity`.

    References
    ----------
    Methods 6.9 (2); Granger, C. W. J. (1969), Investigating causal relations by econometric models and cross-spectral
    methods, Econometrica 37, 424-438.
    """
    ahead = _lagged(logs.deployment, lag - 1)
    kept = _kept(logs, lag=lag, memory=memory) & np.isfinite(ahead)
    covariates = [*_deployed(ahead, logs, kept), *_deployed(_lagged(logs.deployment, lag), logs, kept)]
    covariates += _known(logs, kept, lag=lag, memory=memory)
    return _effect(_poisson(logs.discovered, covariates, logs, kept), logs, lag=lag)


def negative_control(logs: Logs, *, lag: int = 0, memory: int = 0) -> Effect:
    """Apparent effect of deployment on incidents that police cannot discover; it should be 0.

    Raises
    ------
    ValueError
        As `deployment_elasticity`, and if there is no such outcome.

    References
    ----------
    Methods 6.9 (3); Lipsitch, M., Tchetgen Tchetgen, E., Cohen, T. (2010), Negative controls: a tool for detecting
    confounding and bias in observational studies, Epidemiology 21, 383-388.
    """
    if logs.control is None:
        msg = "expected counts of an outcome that police cannot discover"
        raise ValueError(msg)
    kept = _kept(logs, lag=lag, memory=memory) & np.isfinite(logs.control)
    covariates = [
        *_deployed(_lagged(logs.deployment, lag), logs, kept),
        *_known(logs, kept, lag=lag, memory=memory),
    ]
    return _effect(_poisson(logs.control, covariates, logs, kept), logs, lag=lag)


def retraining_trace(logs: Logs, *, memory: int) -> Effect:
    """How many per cent more deployment an area gets in the next period for one per cent more discovered records.

    Records are added up over the periods that the tool learns from. Where deployment is a flag: how many flags more it
    gets for one unit more of the logarithm of records, so a hundredth of that for one per cent more.

    Raises
    ------
    ValueError
        As `deployment_elasticity`, and if `memory` holds no period.

    References
    ----------
    Methods 6.9 (5); Angrist, J. D., Pischke, J.-S. (2009), Mostly harmless econometrics, Princeton University Press,
    section 3.4.2 (flags by least squares).
    """
    return _effect(_trace(logs, memory=memory), logs, lag=0)


def loop_gain(logs: Logs, *, lag: int = 0, memory: int) -> Effect:
    """How much of one per cent more deployment comes back as more deployment, once the tool has learnt from it.

    Where deployment is a flag: how many flags come back for one flag more in every period that the tool learns from.
    The product of what deployment discovers and what discoveries deploy. Both rest on the same areas, so their spread
    is taken from how much each area moves either (the delta method).

    Raises
    ------
    ValueError
        As `retraining_trace`.

    References
    ----------
    Methods 6.9 (5); Sobel, M. E. (1982), Asymptotic confidence intervals for indirect effects in structural equation
    models, Sociological Methodology 13, 290-312, with the covariance of the two factors.
    """
    first, second = _elasticity(logs, lag=lag, memory=memory), _trace(logs, memory=memory)
    one, two = float(first.coefficients[0]), float(second.coefficients[0])
    moved = one * second.moved[:, 0] + two * first.moved[:, 0]
    areas = min(first.areas, second.areas)
    error = math.sqrt((areas - 1) / areas * float(moved @ moved))
    changing = int(changing_areas(logs, lag=lag).sum())
    return Effect(one * two, error, min(areas, changing), min(first.effective, second.effective))


def ratio_of_ratios(
    *, discovered_inside: float, reported_inside: float, discovered_outside: float, reported_outside: float
) -> RatioOfRatios:
    """How many times as much is discovered for each report just inside the capacity limit as just outside.

    Raises
    ------
    ValueError
        If a count is 0: the ratio, or its spread, is then not defined.

    References
    ----------
    Methods 6.9 (4) and case F18; Woolf, B. (1955), On estimating the relation between blood group and disease, Annals
    of Human Genetics 19, 251-253.

    >>> found = ratio_of_ratios(
    ...     discovered_inside=60, reported_inside=100, discovered_outside=30, reported_outside=100
    ... )
    >>> found.value, [round(limit, 3) for limit in found.interval(0.95)]
    (2.0, [1.191, 3.359])
    """
    counts = (discovered_inside, reported_inside, discovered_outside, reported_outside)
    if min(counts) <= 0:
        msg = f"expected counts above 0, found {counts}"
        raise ValueError(msg)
    value = (discovered_inside / reported_inside) / (discovered_outside / reported_outside)
    return RatioOfRatios(value, math.sqrt(sum(1 / count for count in counts)))


def _lagged(values: Floats, lag: int) -> Floats:
    """Bring values of `lag` periods before into each period; a negative lag brings later ones."""
    moved = np.full_like(values, np.nan)
    periods = values.shape[1]
    if lag >= 0:
        moved[:, lag:] = values[:, : periods - lag] if lag else values
    else:
        moved[:, :lag] = values[:, -lag:]
    return moved


def _kept(logs: Logs, *, lag: int, memory: int = 0) -> Flags:
    """Tell which cells are known; where deployment of 0 never discovers anything, such cells say nothing."""
    before = _lagged(logs.deployment, lag)
    known = np.isfinite(before) & np.isfinite(logs.discovered) & np.isfinite(logs.reported)
    known &= np.isfinite(_records(logs, lag=lag, memory=memory))
    idle = known & (before == 0)
    if not logs.flags and not logs.discovered[idle].any():
        known &= ~idle
    return informative(logs.discovered, known)


def _deployed(deployment: Floats, logs: Logs, kept: Flags) -> list[Floats]:
    """Return deployment as covariates: its logarithm, and an indicator of none where there is none somewhere."""
    if logs.flags:
        return [deployment]
    none = kept & (deployment == 0)
    log = np.log(np.where(kept & ~none, deployment, 1.0))
    return [log, none.astype(np.float64)] if none.any() else [log]


def _records(logs: Logs, *, lag: int, memory: int) -> Floats:
    """Add up the records of the periods before deployment was decided; all 0 without a memory."""
    total = logs.discovered + logs.reported
    if memory == 0:
        return np.zeros_like(total)
    return _lagged(_summed(total, memory), lag + 1)


def _known(logs: Logs, kept: Flags, *, lag: int, memory: int) -> list[Floats]:
    """Return what the tool knew when it sent police, as a covariate."""
    if memory == 0:
        return []
    return [np.log(np.where(kept, _records(logs, lag=lag, memory=memory), 1.0) + HALF)]


def _poisson(counts: Floats, covariates: list[Floats], logs: Logs, kept: Flags) -> PanelFit:
    reports = np.log(np.where(kept, logs.reported, 1.0) + HALF)
    return poisson_panel(
        counts, np.stack([np.nan_to_num(one) for one in (*covariates, reports)]), observed=kept
    )


def _elasticity(logs: Logs, *, lag: int, memory: int) -> PanelFit:
    kept = _kept(logs, lag=lag, memory=memory)
    covariates = [
        *_deployed(_lagged(logs.deployment, lag), logs, kept),
        *_known(logs, kept, lag=lag, memory=memory),
    ]
    return _poisson(logs.discovered, covariates, logs, kept)


def _trace(logs: Logs, *, memory: int) -> PanelFit:
    if not 1 <= memory < logs.deployment.shape[1]:
        msg = f"expected a memory of 1 period or more within the logs, found {memory}"
        raise ValueError(msg)
    following = _lagged(logs.deployment, -1)
    records = [_summed(counts, memory) for counts in (logs.discovered, logs.reported)]
    kept = np.isfinite(following) & np.isfinite(records[0] + records[1])
    if not logs.flags:  # no deployment has no logarithm; no flag is a 0
        kept &= np.nan_to_num(following) > 0
    logged = np.stack([np.log(np.where(kept, counts, 1.0) + HALF) for counts in records])
    after = np.where(kept, following, 1.0)
    return linear_panel(after if logs.flags else np.log(after), logged, observed=kept)


def _summed(counts: Floats, memory: int) -> Floats:
    """Add up each period with those before it; NaN where they do not reach back far enough."""
    total = np.zeros_like(counts)
    for back in range(memory):
        total = total + _lagged(counts, back)
    return total


def _effect(fit: PanelFit, logs: Logs, *, lag: int) -> Effect:
    error = math.sqrt(float(fit.covariance[0, 0]))
    areas = min(fit.areas, int(changing_areas(logs, lag=lag).sum()))
    return Effect(float(fit.coefficients[0]), error, areas, fit.effective)
