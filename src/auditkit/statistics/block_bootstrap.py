"""Blocks drawn anew: what else the sums over them might have been.

For intervals of ratios and means use `jackknife`, which covers better; this serves statistics that have no such form.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditkit.statistics.blocks import crossed_totals

CHUNK = 1_000_000
"""Most block weights, or sums made with them, held at once."""


def bootstrap_blocks(totals: ArrayLike, *, replicates: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Bootstrap sums: over as many blocks as there are, drawn anew with replacement.

    Parameters
    ----------
    totals
        Shape (blocks, m), from `blocks.block_totals`.
    replicates
        How often the blocks are drawn.
    rng
        Source of the draws.

    Returns
    -------
    Shape (replicates, m).

    Raises
    ------
    ValueError
        If there are no blocks or `replicates` is below 1.

    References
    ----------
    Davison, A. C., Hinkley, D. V. (1997), Bootstrap Methods and their Application, Cambridge, section 3.8: whole
    groups are drawn.

    >>> equal = [[2.0, 4.0]] * 3
    >>> bootstrap_blocks(equal, replicates=2, rng=np.random.default_rng(1))
    array([[ 6., 12.],
           [ 6., 12.]])
    """
    table = np.asarray(totals, dtype=np.float64)
    sums = [draws @ table for draws in _draws(len(table), replicates, rng)]
    return np.concatenate(sums)


def bootstrap_blocks_and_periods(
    cube: ArrayLike, blocks: ArrayLike, *, period_blocks: ArrayLike, replicates: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Bootstrap sums over blocks of areas and blocks of periods, each drawn anew on its own.

    A cell counts as often as its block of areas was drawn, times as often as its block of periods was. The spread is
    too wide where cells also vary each on its own (Owen 2007): it errs on the safe side.

    Parameters
    ----------
    cube, blocks, period_blocks
        As `blocks.crossed_totals`.
    replicates
        How often both are drawn.
    rng
        Source of the draws: one stream each for areas and periods is spawned from it.

    Returns
    -------
    Shape (replicates, m).

    Raises
    ------
    ValueError
        As `blocks.crossed_totals` and `bootstrap_blocks`.

    References
    ----------
    Owen, A. B. (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1, 386-411.

    >>> one = [[[1, 1], [1, 1]]]  # four cells, each its own block: drawn weights always add up to 2 x 2
    >>> bootstrap_blocks_and_periods(
    ...     one, [0, 1], period_blocks=[0, 1], replicates=2, rng=np.random.default_rng(1)
    ... )
    array([[4.],
           [4.]])
    """
    table = crossed_totals(cube, blocks, period_blocks=period_blocks)
    wide = table.reshape(len(table), -1)
    areas_rng, periods_rng = rng.spawn(2)
    sums = []
    for draws in _draws(len(table), replicates, areas_rng, width=wide.shape[1]):
        by_period = (draws @ wide).reshape(len(draws), *table.shape[1:])
        weights = _weights(table.shape[1], len(draws), periods_rng)
        sums.append(np.einsum("rp,rpm->rm", weights, by_period))
    return np.concatenate(sums)


def _weights(blocks: int, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How often each block is drawn, in each of `size` replicates."""
    return rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=size).astype(np.float64)


def _draws(
    blocks: int, replicates: int, rng: np.random.Generator, *, width: int = 1
) -> Iterator[NDArray[np.float64]]:
    """How often each block is drawn, a chunk of replicates at a time; `width` values are held for each."""
    if min(blocks, replicates) < 1:
        msg = f"expected at least one block and one replicate, found {blocks} and {replicates}"
        raise ValueError(msg)
    size = max(1, CHUNK // max(blocks, width))
    for start in range(0, replicates, size):
        yield _weights(blocks, min(size, replicates - start), rng)
