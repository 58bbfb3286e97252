"""The decision rule of the audit file, applied to scores: which areas are visited, and how likely that was.

Arrays have shape (replicates, areas). Ties go to the area that comes first by id as text, which is the areas' order.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How scores become visits.

    `draws`: each of `visits` visits goes to an area with a chance in proportion to its score. `top`: the `visits` areas
    with the highest scores are visited once. `limit`: every area whose score reaches `least` is visited once.
    """

    kind: Literal["draws", "top", "limit"]
    visits: int
    least: float | None = None

    def due(self, rates: Floats) -> Floats:
        """Share of visits that the rule would give each area if it knew the true rates.

        Visits in proportion go by shares of incidents. A rule that visits a fixed number of areas once concentrates by
        itself: with full knowledge, the areas with the highest rates have one visit each and the others none. What
        strays from that is the tool's doing, or its loop's. Of a score limit only the mean number of visits is known.

        Parameters
        ----------
        rates
            True rates, shape (areas,) or (runs, areas).
        """
        if self.kind == "draws":
            return np.asarray(rates / rates.sum(axis=-1, keepdims=True), dtype=np.float64)
        flags = top(np.atleast_2d(rates), self.visits).reshape(rates.shape)
        return np.asarray(flags / self.visits, dtype=np.float64)

    def busiest(self, areas: int) -> int:
        """How many areas with the highest rates the drift is measured on: a tenth, or half of a shorter list.

        On a list no longer than a tenth of all areas the tenth would always be due every visit, and no odds exist.
        """
        tenth = -(-areas // 10)
        return tenth if self.kind == "draws" or tenth < self.visits else -(-self.visits // 2)


def top(scores: Floats, count: int) -> Flags:
    """Mark the areas with the highest scores, exactly `count` in each row.

    References
    ----------
    Methods, design section 5: ties by area id, as text.

    >>> top(np.array([[1.0, 3.0, 3.0, 3.0]]), 2).tolist()
    [[False, True, True, False]]
    """
    areas = scores.shape[1]
    if count >= areas:
        return np.ones(scores.shape, dtype=bool)
    edge = np.partition(scores, areas - count, axis=1)[:, areas - count, None]
    above = scores > edge
    tied = scores == edge
    room = count - above.sum(axis=1, keepdims=True)
    return np.asarray(above | (tied & (tied.cumsum(axis=1) <= room)), dtype=bool)


def proportions(scores: Floats) -> Floats:
    """Turn scores into chances: negative scores count as 0, and a row of zeros becomes equal chances.

    References
    ----------
    Ensign et al. (2018), PMLR 81, 160-171: visits in proportion to counts.

    >>> proportions(np.array([[3.0, 1.0, -1.0], [0.0, 0.0, 0.0]])).round(2).tolist()
    [[0.75, 0.25, 0.0], [0.33, 0.33, 0.33]]
    """
    weights = np.maximum(scores, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    equal = np.full(weights.shape, 1 / weights.shape[1])
    return np.asarray(np.divide(weights, total, out=equal, where=total > 0), dtype=np.float64)


def capped(chances: Floats, most: float) -> Floats:
    """Cut chances at `most` and give what is cut to the other areas in proportion.

    References
    ----------
    Elzayn, H. et al. (2019), Fair algorithms for learning in allocation problems, ACM FAT*, 170-179 (limits on what an
    area receives).

    >>> capped(np.array([[0.7, 0.2, 0.1]]), 0.5).round(4).tolist()
    [[0.5, 0.3333, 0.1667]]
    """
    most = max(most, 1 / chances.shape[1])
    found = chances.copy()
    for _ in range(20):  # each pass fills areas up to the cap; few are needed
        over = found >= most
        if not np.any(found > most * (1 + 1e-12)):
            break
        rest = np.where(over, 0.0, found)
        room = 1 - most * over.sum(axis=1, keepdims=True)
        total = rest.sum(axis=1, keepdims=True)
        found = np.where(over, most, np.divide(rest * room, total, out=np.zeros_like(rest), where=total > 0))
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def draw(chances: Floats, uniforms: Floats) -> Ints:
    """Count visits: each uniform number of a row picks an area by its chance.

    References
    ----------
    Devroye, L. (1986), Non-uniform random variate generation, Springer, chapter III.2 (inversion).

    >>> draw(np.array([[0.5, 0.25, 0.25]]), np.array([[0.1, 0.6, 0.9, 0.2]])).tolist()
    [[2, 1, 1]]
    """
    replicates, areas = chances.shape
    line = chances.cumsum(axis=1)
    line /= line[:, -1:]
    line += np.arange(replicates)[:, None]
    places = np.sort(uniforms, axis=1) + np.arange(replicates)[:, None]
    cells = np.searchsorted(line.ravel(), places.ravel(), side="right")
    return np.bincount(np.minimum(cells, replicates * areas - 1), minlength=replicates * areas).reshape(
        chances.shape
    )


@lru_cache(maxsize=1024)
def lot_chances(count: int, areas: int, explore: float) -> tuple[float, float]:
    """Chances of a visit to an area among the top and to one outside, where each top visit goes anywhere at times.

    Each of the `count` top areas gives up its visit with chance `explore`; visits given up go to different areas by
    lot, among all that have none.

    References
    ----------
    Horvitz, D. G., Thompson, D. J. (1952), JASA 47, 663-685 (what a weight needs are these chances).

    >>> [round(chance, 4) for chance in lot_chances(1, 4, 0.3)]  # .7 + .3 / 4 and .3 / 4
    [0.775, 0.075]
    """
    lost = np.arange(count + 1)
    ways = gammaln(count + 1) - gammaln(lost + 1) - gammaln(count - lost + 1)
    weights = np.exp(ways + xlogy(lost, explore) + xlog1py(count - lost, -explore))
    outside = float(weights @ (lost / (areas - count + np.maximum(lost, 1))))
    return (count - outside * (areas - count)) / max(1, count), outside
