"""Whether near areas resemble each other, and how much that takes from a sample."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditkit.statistics.permutation import permutation_p

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CHUNK = 1_000_000
"""Most permuted values held at once."""


class Autocorrelation(NamedTuple):
    """Moran's I, what chance would give, and how often chance gives as much."""

    value: float
    expected: float
    """Its mean over permutations, -1/(n - 1) of the areas used."""
    p_value: float
    """Upper tail: near areas are as alike as this, or more, by chance."""
    islands: int
    """Areas left out because they have no neighbour with a value."""


def morans_i(
    values: ArrayLike,
    neighbours: Sequence[Sequence[int]],
    *,
    standardised: bool,
    permutations: int,
    rng: np.random.Generator,
) -> Autocorrelation:
    """How alike neighbouring areas are: above its expectation similar values cluster, below they alternate.

    The test has one tail, for clustering. Say with the number how neighbours were found and whether rows were
    standardised.

    Parameters
    ----------
    values
        Shape (areas,); any unit; NaN where not known: such areas and their links are left out.
    neighbours
        For each area the positions of its neighbours; symmetric.
    standardised
        Whether each area's neighbours share a weight of 1, or each link weighs 1.
    permutations
        How often the values are shuffled over the areas.
    rng
        Source of the shuffles.

    Raises
    ------
    ValueError
        If neighbours are not symmetric or not one tuple per area, fewer than two areas are left, all values are
        equal, or `permutations` is below 1.

    References
    ----------
    Moran, P. A. P. (1950), Notes on continuous stochastic phenomena, Biometrika 37, 17-23. Cliff, A. D., Ord, J. K.
    (1981), Spatial Processes, Pion: permutation test. Expected numbers: methods P12.

    >>> line = [[1], [0, 2], [1]]  # deviations -1, 0, 1: no product of neighbours differs from 0
    >>> morans_i([1, 2, 3], line, standardised=False, permutations=9, rng=np.random.default_rng(1)).value
    0.0
    """
    y = np.asarray(values, dtype=np.float64)
    links = _links(neighbours, y.size)
    known = np.flatnonzero(~np.isnan(y))
    degrees = links[known][:, known].sum(axis=1)
    used = known[degrees > 0]
    deviations = y[used] - y[used].mean() if used.size else y[used]
    if used.size < 2 or np.ptp(deviations) == 0:
        msg = f"autocorrelation needs differing values of at least two areas with neighbours, found {used.size} areas"
        raise ValueError(msg)
    weights = links[used][:, used]
    if standardised:
        weights = weights.multiply(1 / degrees[degrees > 0][:, np.newaxis]).tocsr()
    scale = used.size / (float(weights.sum()) * float(deviations @ deviations))
    value = scale * float(deviations @ (weights @ deviations))
    shuffled = scale * _shuffled_products(deviations, weights, permutations, rng)
    p_value = permutation_p(value, shuffled)
    return Autocorrelation(value, -1 / (used.size - 1), p_value, known.size - used.size)


def _links(neighbours: Sequence[Sequence[int]], areas: int) -> "csr_array":
    """One row and column per area, 1 where two areas are neighbours."""
    from scipy.sparse import csr_array

    rows = np.repeat(np.arange(len(neighbours)), [len(others) for others in neighbours])
    columns = np.array([other for others in neighbours for other in others], dtype=np.int64)
    if len(neighbours) != areas or (columns < 0).any() or (columns >= areas).any() or (rows == columns).any():
        msg = f"expected neighbours, other than itself, for each of {areas} areas; found {len(neighbours)} lists"
        raise ValueError(msg)
    links = csr_array((np.ones(columns.size), (rows, columns)), shape=(areas, areas))
    if (links.data != 1).any() or abs(links - links.T).sum() > 0:
        msg = "expected every link of two areas once from either side"
        raise ValueError(msg)
    return links


def _shuffled_products(
    deviations: NDArray[np.float64], weights: "csr_array", permutations: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Weighted products of neighbours for shuffled values: one sparse matrix product per chunk of permutations."""
    size = max(1, CHUNK // deviations.size)
    products = [np.empty(0)]
    for start in range(0, permutations, size):
        block = np.repeat(deviations[:, np.newaxis], min(size, permutations - start), axis=1)
        rng.permuted(block, axis=0, out=block)
        products.append(np.einsum("ij,ij->j", block, weights @ block))
    return np.concatenate(products)


def design_effect(cluster_size: float, icc: float) -> float:
    """How many times larger a variance is because the units of a cluster resemble each other.

    Parameters
    ----------
    cluster_size
        Mean number of units per cluster, at least 1.
    icc
        Intraclass correlation, in [-1, 1].

    Raises
    ------
    ValueError
        If an argument is outside its range, or the effect would not be positive.

    References
    ----------
    Kish, L. (1965), Survey Sampling, Wiley, section 5.4.

    >>> round(design_effect(20, 0.1), 6)
    2.9
    """
    effect = 1 + (cluster_size - 1) * icc
    if not (cluster_size >= 1 and -1 <= icc <= 1 and effect > 0):
        msg = f"expected clusters of at least 1 and a possible correlation, found {cluster_size} and {icc}"
        raise ValueError(msg)
    return effect


def effective_sample_size(n: float, cluster_size: float, icc: float) -> float:
    """How many independent units tell as much as `n` units in clusters.

    Raises
    ------
    ValueError
        If `n` is negative, or as `design_effect`.

    References
    ----------
    Kish (1965), as in `design_effect`.

    >>> round(effective_sample_size(290, 20, 0.1), 6)
    100.0
    """
    if n < 0:
        msg = f"expected at least 0 units, found {n}"
        raise ValueError(msg)
    return n / design_effect(cluster_size, icc)
