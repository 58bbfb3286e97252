"""Which areas to choose so that most is expected, when one group's share among those who live there is capped."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Chosen = NDArray[np.bool_]
Floats = NDArray[np.float64]
NODES = 200_000
"""Branches searched before the search is given up; no clock, so that a re-run stops at the same place."""


def best_choice(
    expected: ArrayLike, part: ArrayLike, whole: ArrayLike, *, count: int, cap: float
) -> Chosen | None:
    """Which areas bring most, with a group's share among those affected at most the cap; None where no choice keeps it.

    Maximises the sum of `expected` over exactly `count` areas with sum of `part` over sum of `whole` at most `cap`.

    Parameters
    ----------
    expected
        Shape (areas,); what each area is expected to bring, such as recorded incidents.
    part, whole
        Shape (areas,); those affected in each area who belong to the group, and all; such as residents, or stops.
    count
        How many areas are chosen.
    cap
        Largest share allowed; kept to within a millionth.

    Raises
    ------
    ValueError
        If the shapes differ, a number is negative or missing, a part exceeds its whole, or `count` is not between 1
        and the number of areas.
    RuntimeError
        If the best choice was not found within a fixed number of branches.

    References
    ----------
    Wheeler, A. P. (2019), Allocating police resources while limiting racial inequality, Justice Quarterly 37, 842-868.
    An integer programme with one knapsack row: Kellerer, H., Pferschy, U., Pisinger, D. (2004), Knapsack problems,
    Springer.

    >>> best_choice([10, 9, 6, 5], [9, 8, 3, 2], [10] * 4, count=2, cap=0.60)  # P18
    array([ True, False,  True, False])
    >>> best_choice([10, 9, 6, 5], [9, 8, 3, 2], [10] * 4, count=2, cap=0.24) is None
    True
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    gains, some, every = _checked(expected, part, whole, count)
    over = some - cap * every
    scale = float(np.abs(over).max()) or 1.0
    rows = np.vstack([np.ones(gains.size), over / scale])
    limits = LinearConstraint(rows, lb=[count, -np.inf], ub=[count, 1e-9])
    found = milp(
        -gains / (float(gains.max()) or 1.0), constraints=limits, bounds=Bounds(0, 1), integrality=np.ones(gains.size, dtype=np.int64),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )  # fmt: skip
    if found.status == 2:
        return None
    if found.status != 0:
        msg = f"the best choice of {count} of {gains.size} areas was not found within {NODES} branches"
        raise RuntimeError(msg)
    return np.asarray(found.x > 0.5, dtype=np.bool_)


def least_share(part: ArrayLike, whole: ArrayLike, *, count: int) -> float:
    """Smallest share of a group among those affected that any choice of so many areas can have.

    Parameters
    ----------
    part, whole, count
        As `best_choice`; somebody is affected in at least `count` areas.

    Raises
    ------
    ValueError
        As `best_choice`, or if a choice could affect nobody.

    References
    ----------
    Dinkelbach, W. (1967), On nonlinear fractional programming, Management Science 13, 492-498.

    >>> round(least_share([9, 8, 3, 2], [10] * 4, count=2), 4)
    0.25
    """
    _, some, every = _checked(np.zeros(np.shape(part)), part, whole, count)
    if np.sort(every)[:count].sum() <= 0:
        msg = f"a choice of {count} areas could affect nobody, so that it has no share"
        raise ValueError(msg)
    share, before = float(some.sum() / every.sum()), np.inf
    while share < before - 1e-15:
        chosen = np.argsort(some - share * every, kind="stable")[:count]
        before, share = share, min(share, float(some[chosen].sum() / every[chosen].sum()))
    return share


def _checked(
    expected: ArrayLike, part: ArrayLike, whole: ArrayLike, count: int
) -> tuple[Floats, Floats, Floats]:
    gains, some, every = (np.asarray(values, dtype=np.float64) for values in (expected, part, whole))
    shapes = {gains.shape, some.shape, every.shape}
    if len(shapes) > 1 or gains.ndim != 1 or not 1 <= count <= gains.size:
        msg = f"expected three numbers for each area and 1 to {gains.size} areas, found {shapes} and {count}"
        raise ValueError(msg)
    if not (np.concatenate([gains, some, every - some]) >= 0).all():
        msg = "expected numbers of at least 0 for each area, and no part above its whole"
        raise ValueError(msg)
    return gains, some, every
