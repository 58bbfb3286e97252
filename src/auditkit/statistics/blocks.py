"""Sums over blocks of areas, which share the fortunes of the areas in them.

A block of areas is the unit that counts as independent; blocks of consecutive periods are the same in time.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def period_blocks(periods: int, *, length: int) -> NDArray[np.int64]:
    """Blocks of consecutive periods: the number of the block each period belongs to, from 0; the last may be shorter.

    Raises
    ------
    ValueError
        If `periods` or `length` is below 1.

    References
    ----------
    Carlstein, E. (1986), The use of subseries values for estimating the variance of a general statistic from a
    stationary sequence, Annals of Statistics 14, 1171-1179: blocks that do not overlap.

    >>> period_blocks(7, length=3)
    array([0, 0, 0, 1, 1, 1, 2])
    """
    if min(periods, length) < 1:
        msg = f"expected at least 1 period and blocks of at least 1, found {periods} and {length}"
        raise ValueError(msg)
    return np.arange(periods, dtype=np.int64) // length


def block_totals(values: ArrayLike, blocks: ArrayLike) -> NDArray[np.float64]:
    """Column sums over the areas of each block.

    Parameters
    ----------
    values
        Shape (areas, m); finite: what is not known must be left out by the caller, numerator and denominator alike.
    blocks
        Shape (areas,); number of each area's block, from 0. A number nobody has is a block with sums of 0.

    Returns
    -------
    Shape (blocks, m).

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or a block's number is negative.

    References
    ----------
    Methods 4.8: blocks, not areas, are the units of an interval.

    >>> block_totals([[1, 10], [2, 20], [4, 40]], [0, 1, 0])
    array([[ 5., 50.],
           [ 2., 20.]])
    """
    table, labels = np.asarray(values, dtype=np.float64), _labels(blocks)
    if table.ndim != 2 or len(table) != labels.size or not np.isfinite(table).all():
        msg = f"expected finite values, areas in rows, for {labels.size} areas; found shape {table.shape}"
        raise ValueError(msg)
    sums = np.zeros((int(labels.max()) + 1, table.shape[1]))
    np.add.at(sums, labels, table)
    return sums


def crossed_totals(cube: ArrayLike, blocks: ArrayLike, *, period_blocks: ArrayLike) -> NDArray[np.float64]:
    """Crossed sums: over the areas of each block and the periods of each block of periods.

    Parameters
    ----------
    cube
        Shape (m, areas, periods); finite, as in `block_totals`.
    blocks
        Shape (areas,); number of each area's block, from 0.
    period_blocks
        Shape (periods,); number of each period's block, from 0, as from `period_blocks`.

    Returns
    -------
    Shape (blocks, blocks of periods, m).

    Raises
    ------
    ValueError
        As `block_totals`.

    References
    ----------
    Methods 4.8: blocks of areas crossed with blocks of periods.

    >>> crossed_totals([[[1, 2, 4], [10, 20, 40]]], [0, 0], period_blocks=[0, 0, 1])[:, :, 0]
    array([[33., 44.]])
    """
    cells = np.asarray(cube, dtype=np.float64)
    if cells.ndim != 3:
        msg = f"expected shape (m, areas, periods), found {cells.shape}"
        raise ValueError(msg)
    m, areas, periods = cells.shape
    by_area = block_totals(cells.transpose(1, 2, 0).reshape(areas, periods * m), blocks).reshape(
        -1, periods, m
    )
    found = len(by_area)
    by_period = block_totals(by_area.transpose(1, 0, 2).reshape(periods, found * m), period_blocks)
    return by_period.reshape(-1, found, m).transpose(1, 0, 2)


def _labels(blocks: ArrayLike) -> NDArray[np.int64]:
    """Block numbers, checked."""
    labels = np.asarray(blocks, dtype=np.int64)
    if labels.ndim != 1 or labels.size == 0 or labels.min() < 0:
        msg = f"expected one block number of at least 0 per area or period, found shape {labels.shape}"
        raise ValueError(msg)
    return labels
