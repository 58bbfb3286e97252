"""How alike neighbouring blocks are, and by how much that widens a standard error that takes them as independent.

A city's blocks are no independent draws where a whole side of the city shares its fortunes. Then what blocks say does
not average out as it should, and an interval over blocks is too narrow. Likeness is taken to fall with distance d as
s exp(-d / reach), where s of what a block says is shared with others and the rest is its own.

How far likeness reaches is asked twice. First of what is known of every area: its incidents, its flags, its groups.
Hundreds of areas tell that well. Then of the parts that blocks have in one figure. Twenty blocks tell little, and the
parts of a figure may be unlike where areas are alike. So no single reach is picked: every one counts by its weight,
which the areas give, times its restricted likelihood, which the parts give, and the interval is that of the mixture.
Restricted, because the mean of the parts is estimated too: plain covariances between blocks that add up to 0 are too
small. A block's variance is never taken below what is seen, because parts that change smoothly over the city fit a
long reach with hardly any. Nothing is ever narrowed.

Coverage of 95 % intervals for the ratio of two groups' exposure, 300 made cities each of `benchmarks.validity.places`
(blocks of four areas; flags follow places alone, or smoothed counts that differ with who lives there); in brackets the
median widening and its 90th percentile:

| blocks | likeness of areas reaches | flags follow places | flags differ with who lives there | as if independent |
|---|---|---|---|---|
| 20 | nowhere | .943 (1.0, 1.1) | .970 (1.0, 1.1) | .930, .967 |
| 20 | 1.5 areas | .963 (1.2, 1.5) | .970 (1.2, 1.4) | .887, .947 |
| 20 | 4 areas | .977 (1.5, 2.2) | .973 (1.4, 2.0) | .837, .877 |
| 80 | nowhere | .963 (1.0, 1.0) | .963 (1.0, 1.0) | .963, .963 |
| 80 | 1.5 areas | .943 (1.2, 1.7) | .953 (1.2, 1.6) | .867, .897 |
| 80 | 4 areas | .983 (2.5, 4.5) | .970 (2.2, 3.7) | .740, .760 |

A mean over 30 places that all share in one field, the hardest case, is held less often: see the tests.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

REACHES = (0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
"""Reaches that are tried, in distances from a block to its nearest."""
SHARED = (0.3, 0.9)
"""So much of what a place says may be alike in places nearby."""
PARTS = (0.85, 0.15)
"""How much each of `SHARED` weighs for the parts of a figure, which mix what areas share with what is their own."""
ALONE = 0.5
"""How much no likeness weighs beforehand. This and `PARTS` hold made cities of all sizes and reaches nearest 95 %."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """One way in which likeness may fall with distance."""

    whiten: Floats
    """Shape (places, places): turns what such places say into independent numbers."""
    mean: Floats
    """Shape (places,): what it makes of a constant."""
    weight: float
    """Log likelihood that depends on the distances alone."""
    total: float
    """Variance of the sum over all places, where each has variance 1."""


def spacing(points: ArrayLike) -> float:
    """Median distance from a place to its nearest, of shape (places, 2); infinite where no two are known apart.

    References
    ----------
    Distances to the nearest: Clark, P. J., Evans, F. C. (1954), Distance to nearest neighbor as a measure of spatial
    relationships in populations, Ecology 35, 445-453.

    >>> spacing([[0, 0], [1, 0], [3, 0]])
    1.0
    """
    away = _distances(np.asarray(points, dtype=np.float64))
    nearest = np.where(np.eye(len(away), dtype=bool) | (away == 0), np.inf, away).min(axis=1)
    known = nearest[np.isfinite(nearest)]
    return float(np.median(known)) if known.size else np.inf


def reaches(points: ArrayLike, *, unit: float | None = None) -> tuple[Reach, ...]:
    """Lay out how likeness may fall between these places: not at all first, then by `SHARED` and `REACHES`.

    Parameters
    ----------
    points
        Shape (places, 2), in one unit both ways; NaN where not known: such a place is like no other.
    unit
        What reaches are counted in; the spacing of these places where it is not given.

    Returns
    -------
    One way alone where no two places are known apart.

    Raises
    ------
    ValueError
        If there are fewer than two places.

    References
    ----------
    Exponential covariance: Cressie, N. A. C. (1993), Statistics for Spatial Data, rev. ed., Wiley, section 2.3.

    >>> alone, *_, far = reaches([[0, 0], [1, 0], [2, 0]])
    >>> alone.total, round(far.total, 1)  # three that were one would have 9.0
    (3.0, 7.6)
    """
    places = np.asarray(points, dtype=np.float64)
    if places.ndim != 2 or len(places) < 2 or places.shape[1] != 2:
        msg = f"expected at least two places, found shape {places.shape}"
        raise ValueError(msg)
    return _reaches_between(places.tobytes(), len(places), spacing(places) if unit is None else unit)


@lru_cache(maxsize=8)
def _reaches_between(given: bytes, count: int, unit: float) -> tuple[Reach, ...]:
    """Lay them out once for the same places: every figure of an audit asks for them."""
    away, own = _distances(np.frombuffer(given).reshape(count, 2)), np.eye(count)
    if not np.isfinite(unit):
        return (_reach(own),)
    likenesses = [s * np.exp(-away / (unit * reach)) + (1 - s) * own for s in SHARED for reach in REACHES]
    return tuple(_reach(likeness) for likeness in [own, *likenesses])


def _distances(places: Floats) -> Floats:
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    away = np.where(np.isnan(away), np.inf, away)
    np.fill_diagonal(away, 0.0)
    return away


def _reach(likeness: Floats) -> Reach:
    root = np.linalg.cholesky(likeness)
    whiten = np.asarray(solve_triangular(root, np.eye(len(root)), lower=True), dtype=np.float64)
    mean = whiten.sum(axis=1)
    weight = -float(np.log(np.diag(root)).sum()) - float(np.log(mean @ mean)) / 2
    return Reach(whiten=whiten, mean=mean, weight=weight, total=float(likeness.sum()))


def before() -> Floats:
    """How much no likeness and each of `REACHES` weigh before anything is seen: the longer, the less.

    References
    ----------
    Averaging over models: Hoeting et al. (1999), as in `widening`. The weights are our own: see decision 0037.

    >>> before()[[0, 1, 2]].round(3)
    array([0.5  , 0.152, 0.106])
    """
    near = 1 / np.array(REACHES)
    return np.concatenate([[ALONE], (1 - ALONE) * near / near.sum()])


def how_far(field: ArrayLike, known: tuple[Reach, ...]) -> Floats:
    """How much no likeness and each of `REACHES` weigh after seeing what is known of every place.

    Parameters
    ----------
    field
        Shape (places,), such as incidents or a share of residents. Its ranks count, as normal scores; NaN where not
        known. A field that is the same everywhere says nothing.
    known
        From `reaches`.

    Returns
    -------
    Shape (1 + reaches,); adds up to 1.

    Raises
    ------
    ValueError
        If there is not a number for each place.

    References
    ----------
    Restricted likelihood: Patterson, H. D., Thompson, R. (1971), as in `widening`. Normal scores by the positions of
    Hazen, A. (1914), Storage to be provided in impounding reservoirs for municipal water supply, Transactions of the
    American Society of Civil Engineers 77, 1539-1640.

    >>> known = reaches([[at, 0] for at in range(40)])
    >>> [float(how_far(field, known)[0].round(2)) for field in ([1] * 20 + [0] * 20, [1, 0] * 20)]
    [0.0, 0.87]
    """
    scores = _normal_scores(_sized(field, known))
    if len(known) == 1 or not np.ptp(scores):
        return before()
    likelihoods = _fitted(scores, known)[0]
    alone, alike = likelihoods[0], likelihoods[1:].reshape(len(SHARED), len(REACHES))
    top = likelihoods.max()
    weights = before() * np.concatenate([[np.exp(alone - top)], np.exp(alike - top).mean(axis=0)])
    return np.asarray(weights / weights.sum())


def widening(parts: ArrayLike, known: tuple[Reach, ...], *, level: float, far: Floats | None = None) -> float:
    """How many times wider an interval over blocks must be, because near blocks may be alike.

    Parameters
    ----------
    parts
        Shape (blocks,): each block's part in the estimate, as from leaving it out.
    known
        From `reaches`.
    level
        Confidence level of the interval, such as 0.95: the rarer its misses, the more a long reach counts.
    far
        From `how_far`: what areas say of it; `before` where they say nothing.

    Raises
    ------
    ValueError
        If there is not a finite part for each block.

    References
    ----------
    Restricted likelihood: Patterson, H. D., Thompson, R. (1971), Recovery of inter-block information when block sizes
    are unequal, Biometrika 58, 545-554. Variance of a sum over places: Cressie (1993), section 3.2. Averaging over
    models: Hoeting, J. A., Madigan, D., Raftery, A. E., Volinsky, C. T. (1999), Bayesian model averaging: a tutorial,
    Statistical Science 14, 382-401.

    >>> known = reaches([[at, 0] for at in range(20)])
    >>> halves = [1] * 10 + [-1] * 10  # one half of the city against the other
    >>> [round(widening(parts, known, level=0.95), 1) for parts in ([1, -1] * 10, halves)]
    [1.0, 2.7]
    """
    table = _sized(parts, known)
    if not np.isfinite(table).all():
        msg = f"expected finite parts, found {table[~np.isfinite(table)][0]}"
        raise ValueError(msg)
    likelihoods, variances = _fitted(table, known)
    if len(known) == 1 or not variances.all():
        return 1.0
    weights = _weights(before() if far is None else far) * np.exp(likelihoods - likelihoods.max())
    totals = np.array([reach.total for reach in known]) / len(table)
    times = np.sqrt(np.maximum(1, variances / variances[0]) * np.maximum(1, totals))
    chance = (1 + level) / 2

    def beyond(reach: float) -> float:
        return float(weights @ (ndtr(reach / times) - chance))

    alone = float(ndtri(chance))
    return float(brentq(beyond, alone, alone * times.max())) / alone if beyond(alone) < 0 else 1.0


def _weights(far: Floats) -> Floats:
    """How much each way weighs for a figure: its parts may be unlike where areas are alike, and share less."""
    alike = (1 - ALONE) * np.outer(PARTS, far[1:])
    return np.concatenate([[1 - alike.sum()], alike.ravel()])


def _sized(numbers: ArrayLike, known: tuple[Reach, ...]) -> Floats:
    table, places = np.asarray(numbers, dtype=np.float64), len(known[0].mean)
    if table.shape != (places,):
        msg = f"expected a number for each of {places} places, found shape {table.shape}"
        raise ValueError(msg)
    return table


def _normal_scores(field: Floats) -> Floats:
    """Turn ranks into normal scores; 0, the middle, where a number is not known."""
    there = np.isfinite(field)
    scores = np.zeros(len(field))
    scores[there] = ndtri((rankdata(field[there]) - 0.5) / max(1, there.sum()))
    return scores


def _fitted(numbers: Floats, known: tuple[Reach, ...]) -> tuple[Floats, Floats]:
    """Log likelihood of each way, and the variance of a number under it; minus infinity and 0 if all agree."""
    squares = []
    for reach in known:
        white = reach.whiten @ numbers
        rest = white - (reach.mean @ white) / (reach.mean @ reach.mean) * reach.mean
        squares.append(float(rest @ rest) / (len(numbers) - 1))
    variances = np.array(squares)
    weights = np.array([reach.weight for reach in known])
    with np.errstate(divide="ignore"):
        return weights - (len(numbers) - 1) / 2 * np.log(variances), variances
