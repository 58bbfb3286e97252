"""The one permutation p-value."""

import numpy as np
from numpy.typing import ArrayLike


def permutation_p(observed: float, permuted: ArrayLike) -> float:
    """How often chance alone gives a value at least this large: (M + 1) / (R + 1), upper tail.

    Counting the observed arrangement among the permuted ones keeps the test valid and p above 0. Values that differ
    by rounding only count as equal. For a two-sided test pass absolute distances from the expectation.

    Parameters
    ----------
    observed
        The statistic of the data.
    permuted
        Shape (permutations,); the statistic of each permuted arrangement.

    Raises
    ------
    ValueError
        If there are no permutations or a value is not finite.

    References
    ----------
    Phipson, B., Smyth, G. K. (2010), Permutation p-values should never be zero, Statistical Applications in Genetics
    and Molecular Biology 9, article 39.

    >>> permutation_p(3.0, [1.0, 2.0, 3.0, 0.0])  # (1 + 1) / (4 + 1)
    0.4
    """
    values = np.asarray(permuted, dtype=np.float64)
    if values.size == 0 or not (np.isfinite(values).all() and np.isfinite(observed)):
        msg = f"expected at least one permutation and finite values, found {values.size} permutations of {observed}"
        raise ValueError(msg)
    as_large = values >= observed - 1e-12 * max(1.0, abs(observed))
    return (int(np.count_nonzero(as_large)) + 1) / (values.size + 1)
