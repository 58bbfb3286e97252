"""What repeated retraining does to a difference: whether it fades, stays or grows, and how rankings depend on reports."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditkit.statistics.critical import normal

Floats = npt.NDArray[np.float64]


class Gain(NamedTuple):
    """Factor by which one retraining multiplies a difference between two runs that share their chance."""

    per_retraining: float
    low: float
    high: float
    """A 95 % interval over pairs of runs."""
    left: float
    """What is left of the difference at the end, over what there was at the start."""
    left_low: float
    left_high: float
    """A 95 % interval of it."""


class DominantGain(NamedTuple):
    """The spectral radius of one retraining, with what chance between pairs of runs leaves open."""

    radius: float
    low: float
    high: float
    """A 95 % interval over pairs of runs."""


class RankStability(NamedTuple):
    """How far the list of areas with most incidents depends on how much is reported where."""

    overlap: float
    """Mean Jaccard overlap of the list with the one under equal reporting."""
    low: float
    """5th percentile of that overlap over draws."""
    chance: Floats
    """(areas,): share of draws in which each area is on the list."""


def retraining_limit(mean: float, sensitivity: float) -> float:
    """Where a parameter settles that is retrained on data that answer to it: mean / (1 - sensitivity).

    The data have mean `mean + sensitivity x parameter`, and each retraining sets the parameter to their mean.

    Raises
    ------
    ValueError
        If the sensitivity is 1 or more, or -1 or less: retraining then never settles.

    References
    ----------
    Perdomo, J. C., Zrnic, T., Mendler-Duenner, C., Hardt, M. (2020), Performative prediction, PMLR 119, 7599-7609.

    >>> retraining_limit(1.0, 0.5)
    2.0
    """
    if not -1 < sensitivity < 1:
        msg = f"retraining settles only for sensitivities between -1 and 1, found {sensitivity}"
        raise ValueError(msg)
    return mean / (1 - sensitivity)


def spectral_radius(retrain: Callable[[Floats], Floats], shares: Floats, *, step: float = 1e-6) -> float:
    """Gain of one retraining at these shares: below 1 every small difference between areas fades.

    Central differences, along directions that keep the sum of the shares.

    Parameters
    ----------
    retrain
        Takes shares of visits, shape (areas,), returns the shares after one retraining.
    shares
        Shape (areas,), all above `step`.
    step
        How far shares are moved.

    Raises
    ------
    ValueError
        If there are fewer than two areas, or a share is too small to be moved.

    References
    ----------
    Perdomo et al. (2020), as in `retraining_limit`; the derivative of a map on the simplex is elementary.

    >>> window = lambda a: a * np.array([3.68511, 2.816466]) / (a @ np.array([3.68511, 2.816466]))
    >>> round(spectral_radius(window, np.array([0.566803, 0.433197])), 3)
    0.948
    """
    areas = shares.size
    if areas < 2 or np.any(shares <= step):
        msg = f"expected two areas or more with shares above {step}, found {shares}"
        raise ValueError(msg)
    directions = np.eye(areas)[:-1]
    directions[:, -1] = -1  # what one area gains, the last one gives
    columns = [
        (retrain(shares + step * move) - retrain(shares - step * move)) / (2 * step) for move in directions
    ]
    return float(np.abs(np.linalg.eigvals(np.array(columns)[:, :-1])).max())


def dominant_gain(
    respond: Callable[[Floats], Floats], start: Floats, *, applications: int, repeats: int
) -> DominantGain:
    """Spectral radius of one retraining that only runs can show: the gain of the difference that it keeps most of.

    A difference between areas is retrained, what is left of it is retrained, and so on, so that the one with the largest
    gain remains. Each answer comes from runs of its own. The last direction is fixed before its gain is measured: its
    mean over pairs is v·Jv / v·v, and their spread is the Monte-Carlo error.

    Parameters
    ----------
    respond
        Takes a direction, shape (areas,), that adds up to 0 and moves one unit of visits; returns what one retraining
        makes of one unit of it in each pair of runs, shape (pairs, areas).
    start
        Shape (areas,): any difference between areas.
    applications
        Retrainings that look for the direction.
    repeats
        Answers that its gain is read from.

    Raises
    ------
    ValueError
        If `start` has no difference between areas.

    References
    ----------
    Golub, G. H., Van Loan, C. F. (2013), Matrix computations, 4th ed., section 7.3 (power iteration, Rayleigh quotient);
    methods 6.3 (3): finite differences over seeds.

    >>> halve = lambda difference: np.tile(difference / 2, (3, 1))
    >>> dominant_gain(halve, np.array([1.0, -1.0]), applications=2, repeats=1)
    DominantGain(radius=0.5, low=0.5, high=0.5)
    """
    along = _unit(start)
    if not along.any():
        msg = "expected a start with a difference between areas"
        raise ValueError(msg)
    for _ in range(applications):
        left = _unit(respond(along).mean(axis=0))
        if not left.any():  # nothing is left of it, so nothing can grow
            break
        along = left
    answers = np.concatenate([respond(along) for _ in range(repeats)])
    gains = answers @ along / (along @ along)
    value = abs(float(gains.mean()))
    half = normal(0.95) * float(gains.std(ddof=1) / np.sqrt(gains.size))
    return DominantGain(value, max(0.0, value - half), value + half)


def _unit(difference: Floats) -> Floats:
    """Let a difference add up to 0 and move one unit of visits."""
    centred = difference - difference.mean()
    moved = float(np.maximum(centred, 0).sum())
    return np.asarray(centred / moved if moved > 1e-12 else np.zeros_like(centred), dtype=np.float64)


def head_start_gain(first: Floats, last: Floats, *, retrainings: int) -> Gain:
    """Gain per retraining from pairs of runs, one with a head start, that share all other chance.

    1 means that a head start stays; below it fades, above it grows.

    Parameters
    ----------
    first, last
        Shape (pairs,): difference in the share of visits within a pair, near the start and near the end.
    retrainings
        Retrainings between the two.

    Raises
    ------
    ValueError
        If there are fewer than two pairs, or the head start moved no visits at first.

    References
    ----------
    Fieller, E. C. (1954), Some problems in interval estimation, JRSS B 16, 175-185 (why the ratio is of means, and its
    interval from the pairs); Perdomo et al. (2020), as in `retraining_limit`.

    >>> gain = head_start_gain(np.array([0.2, 0.2]), np.array([0.05, 0.05]), retrainings=2)
    >>> round(gain.per_retraining, 4), round(gain.left, 4)
    (0.5, 0.25)
    """
    if first.size < 2 or float(first.mean()) <= 0:
        msg = "expected two pairs or more, and a head start that moves visits towards its areas at first"
        raise ValueError(msg)
    ratio = float(last.mean() / first.mean())
    errors = (last - ratio * first) / first.mean()
    half = normal(0.95) * float(errors.std(ddof=1)) / np.sqrt(first.size)

    def each(left: float) -> float:
        return float(max(0.0, left) ** (1 / retrainings))

    return Gain(each(ratio), each(ratio - half), each(ratio + half), ratio, ratio - half, ratio + half)


def rank_stability(
    records: Floats, *, top: int, lowest: float, highest: float, draws: int, rng: np.random.Generator
) -> RankStability:
    """How stable the list of areas with most incidents is, if each reports its own share between two limits.

    Parameters
    ----------
    records
        Shape (areas,): reported records.
    top
        Areas on the list.
    lowest, highest
        Reporting rates; each area draws its own, evenly between them.
    draws
        How often.

    Raises
    ------
    ValueError
        If the rates are not in order within (0, 1], or the list is empty or holds all areas.

    References
    ----------
    Akpinar, N.-J., De-Arteaga, M., Chouldechova, A. (2021), The effect of differential victim crime reporting on
    predictive policing systems, ACM FAccT, 838-849: hot spots under unequal reporting.

    >>> rng = np.random.default_rng(1)
    >>> rank_stability(np.array([9.0, 1.0, 1.0]), top=1, lowest=0.3, highest=0.6, draws=50, rng=rng).overlap
    1.0
    """
    if not 0 < lowest <= highest <= 1 or not 0 < top < records.size:
        msg = f"expected 0 < lowest <= highest <= 1 and a list of some areas, found {lowest}, {highest} and {top}"
        raise ValueError(msg)
    usual = np.zeros(records.size, dtype=bool)
    usual[np.argsort(-records, kind="stable")[:top]] = True
    rates = rng.uniform(lowest, highest, size=(draws, records.size))
    order = np.argsort(-records / rates, axis=1, kind="stable")[:, :top]
    shared = usual[order].sum(axis=1)
    overlap = shared / (2 * top - shared)
    chance = np.bincount(order.ravel(), minlength=records.size) / draws
    return RankStability(float(overlap.mean()), float(np.percentile(overlap, 5)), chance)
