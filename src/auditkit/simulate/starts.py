"""Other histories to start from: equal areas, shuffled records, the busiest turned into the quietest, a head start."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditkit.simulate.forecasters import Past

Ints = NDArray[np.int64]


def chance_past(past: Past, *, rng: np.random.Generator) -> Past:
    """Draw a history in which all areas have the same rates, and chance alone makes them differ.

    References
    ----------
    Methods 6.4: homogeneous Poisson data.
    """
    shape = past.reported.shape
    return replace(
        past, reported=rng.poisson(past.reported.mean(), shape).astype(np.int64),
        discovered=rng.poisson(past.discovered.mean(), shape).astype(np.int64),
    )  # fmt: skip


def equal_past(past: Past) -> Past:
    """Give every area the same records, as many as the mean area has, spread evenly over the periods.

    References
    ----------
    Methods 6.4: all areas equal.
    """
    return replace(past, reported=_even(past.reported), discovered=_even(past.discovered))


def _even(counts: Ints) -> Ints:
    areas, periods = counts.shape
    each = max(1, round(float(counts.sum()) / areas)) if counts.any() else 0
    steps = each * np.arange(periods + 1) // periods
    return np.asarray(np.tile(np.diff(steps), (areas, 1)), dtype=np.int64)


def permuted_past(past: Past, *, rng: np.random.Generator) -> Past:
    """Shuffle records among areas within each period, so that no area carries anything lasting.

    References
    ----------
    Methods 6.4: permuted history; Good, P. (2005), Permutation, parametric, and bootstrap tests of hypotheses, Springer.
    """
    order = rng.permuted(
        np.tile(np.arange(past.reported.shape[0])[:, None], (1, past.reported.shape[1])), axis=0
    )
    return replace(
        past, reported=np.take_along_axis(past.reported, order, axis=0),
        discovered=np.take_along_axis(past.discovered, order, axis=0),
    )  # fmt: skip


def turned_past(past: Past) -> Past:
    """Give the busiest area the records of the quietest, the second those of the second quietest, and so on.

    References
    ----------
    Methods 6.3 (3): multi-start.
    """
    order = np.argsort((past.reported + past.discovered).sum(axis=1), kind="stable")
    partner = np.empty_like(order)
    partner[order] = order[::-1]
    return replace(past, reported=past.reported[partner], discovered=past.discovered[partner])


def head_start(past: Past, areas: Ints, *, factor: float) -> Past:
    """Give some areas more discovered records than they had, in every period.

    References
    ----------
    Methods 6.3 (3): perturb recorded counts, retrain, reallocate.
    """
    discovered = past.discovered.copy()
    extra = (factor - 1) * (past.reported + past.discovered)[areas]
    steps = np.floor(extra.cumsum(axis=1) + 0.5)
    discovered[areas] += np.diff(steps, axis=1, prepend=0).astype(np.int64)
    return replace(past, discovered=discovered)
