"""Where the urn rests under each scenario of assumed rates: every resting point, its stability and its distance from need."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import Truth
from auditkit.results.feedback import RestingPoint, Scenario, Structure
from auditkit.simulate.reading import Loop, middle
from auditkit.statistics.amplification import log_odds_amplification
from auditkit.statistics.urn import Correction
from auditkit.statistics.urn_limits import FixedPoint, corrected_limit, fixed_points, invasion_numbers

Floats = NDArray[np.float64]
Name = Literal["low", "middle", "high"]
POINTS = 12
"""Resting points per scenario that are listed, the most attracting first."""


def rates(truth: Truth) -> dict[Name, tuple[float, float]]:
    """Return the rates of reporting and discovery of each scenario: discovery weighs least, in the middle, and most.

    References
    ----------
    Methods 6.6: scenarios stand side by side.
    """
    (low_r, high_r), (low_d, high_d) = truth.reporting_rate, truth.discovery_rate
    return {"low": (high_r, low_d), "middle": middle(truth), "high": (low_r, high_d)}


def discovered(loop: Loop, reporting: float, discovery: float) -> Floats:
    """Discovered records per round, if all visits went to one area.

    References
    ----------
    Methods 6.1: entries of the urn.
    """
    return np.asarray(loop.rates * (discovery / reporting) * loop.visits, dtype=np.float64)


def scenario(
    name: Name, loop: Loop, correction: Correction, *, at: tuple[float, float]
) -> tuple[Scenario, tuple[RestingPoint, ...]]:
    """Find every resting point of the urn under one assumption.

    References
    ----------
    Methods 6.1, 6.3 (3) and (4); Renlund, H. (2010), arXiv 1002.3716.
    """
    finds = discovered(loop, *at)
    points = list(fixed_points(finds, loop.reported))
    limit = resting_share(loop, correction, at=at)
    top_true = float(loop.true_share[loop.top].sum())
    top_limit = None if limit is None else float(limit[loop.top].sum())
    found = Scenario(
        name=name, reporting_rate=at[0], discovery_rate=at[1],
        structure="one_resting_point" if limit is not None else _structure(points),
        resting_points=1 if correction == "importance" else len(points), top_true=top_true, top_limit=top_limit,
        log_odds=None if top_limit is None else log_odds(top_limit, top_true),
        invaded=int((invasion_numbers(finds, loop.reported) < 1).sum()),
    )  # fmt: skip
    listed = () if correction == "importance" else tuple(points[:POINTS])
    return found, tuple(_point(name, point, loop) for point in listed)


def _point(name: Name, point: FixedPoint, loop: Loop) -> RestingPoint:
    share = min(1.0, float(point.shares[loop.top].sum()))
    return RestingPoint(
        scenario=name, stability=point.stability, top_share=share,
        log_odds=log_odds(share, float(loop.true_share[loop.top].sum())),
        gain=float(point.slope), eigenvalue=float(point.eigenvalue), tied=point.tied,
    )  # fmt: skip


def log_odds(share: float, truth: float) -> float | None:
    """Compare two shares on the log odds scale; None where one of them is nothing or everything.

    References
    ----------
    Methods 6.3 (1).
    """
    if not (0 < share < 1 and 0 < truth < 1):
        return None
    return float(log_odds_amplification(np.array([share]), np.array([truth]))[0])


def _structure(points: list[FixedPoint]) -> Structure:
    """Name a loop without a single inner resting point."""
    if any(point.stability == "neutral" for point in points):
        return "non_correcting"
    return "history_dependent" if sum(point.stability == "stable" for point in points) > 1 else "runaway"


def resting_share(loop: Loop, correction: Correction, *, at: tuple[float, float]) -> Floats | None:
    """Shares at the one stable inner resting point, if the loop has one.

    References
    ----------
    Methods 6.1.
    """
    return rest(discovered(loop, *at), loop.reported, correction)


def rest(finds: Floats, reported: Floats, correction: Correction) -> Floats | None:
    """Shares at the one stable inner resting point of these rates, if there is one.

    References
    ----------
    Methods 6.1.
    """
    if correction == "importance":
        return corrected_limit(finds, reported)
    stable = [point for point in fixed_points(finds, reported) if point.stability == "stable"]
    return stable[0].shares if len(stable) == 1 and bool((stable[0].shares > 0).all()) else None
