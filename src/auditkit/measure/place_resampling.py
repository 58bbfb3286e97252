"""Intervals of place measures: whole blocks of areas, crossed with blocks of periods, are left out in turn.

References
----------
Methods 4.8: independent-row intervals on cells are refused; with fewer than about 20 blocks no interval is given.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditkit.results.areas import Areas
from auditkit.results.measurements import Bounds, Estimate, Family, Measurement
from auditkit.results.places import PlaceTally
from auditkit.statistics.blocks import crossed_totals, period_blocks
from auditkit.statistics.jackknife import (
    difference_interval,
    log_parts,
    mean_interval,
    ratio_of_sums_interval,
)
from auditkit.statistics.likeness import Reach, how_far, reaches, spacing, widening
from auditkit.statistics.made_blocks import contiguous_blocks

LEAST_BLOCKS = 20
MOST_PLACES = 100
"""More blocks are put together where it is asked how alike near ones are."""
MOST_AREAS = 400
"""Of more areas, the same is asked of what these places hold instead of every area."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """Which cells stand and fall together."""

    areas: NDArray[np.int64]
    """Shape (areas,)."""
    periods: NDArray[np.int64]
    """Shape (periods,); consecutive periods share one."""
    places: NDArray[np.int64] | None = None
    """Shape (blocks,): the place of each block among `near`."""
    near: tuple[Reach, ...] = ()
    """How likeness may fall between places; empty where nobody knows where they are."""
    far: NDArray[np.float64] | None = None
    """How far it reaches by what is known of every area, from `likeness.how_far`; None where nobody knows."""

    @property
    def independent(self) -> int:
        """How many independent parts of the city an interval rests on."""
        return len(np.unique(self.areas))

    def totals(self, cube: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up quantities of shape (quantities, areas, periods) over the blocks.

        Returns
        -------
        NDArray[np.float64]
            Shape (blocks, quantities) for a single block of periods, else (blocks, blocks of periods, quantities).
        """
        sums = crossed_totals(cube, self.areas, period_blocks=self.periods)
        return sums[:, 0] if sums.shape[1] == 1 else sums

    def widening(self, level: float) -> Callable[[NDArray[np.float64]], float] | None:
        """How many times wider an interval must be because near blocks may be alike, given what each adds to it.

        None where nobody knows how near they are.
        """
        places, near, far = self.places, self.near, self.far
        if places is None:
            return None

        def times(parts: NDArray[np.float64]) -> float:
            known = bool(np.isfinite(parts).all())
            return widening(np.bincount(places, weights=parts), near, far=far, level=level) if known else 1.0

        return times


def lay_out_blocks(tally: PlaceTally, *, periods: int) -> Blocks:
    """Lay out the blocks: contiguous areas, crossed with runs of about the cube root of all periods.

    Also how far likeness reaches between them, if it is known where they are.
    """
    length = max(1, round(periods ** (1 / 3)))
    blocks = Blocks(areas=tally.areas.blocks, periods=period_blocks(periods, length=length))
    centroids = _flat(tally.areas)
    if centroids is None or blocks.independent < LEAST_BLOCKS:
        return blocks
    points = _means(centroids, tally.areas.blocks)
    places = np.arange(len(points), dtype=np.int64)
    if len(points) > MOST_PLACES:
        equally_many = len(points) // math.ceil(len(points) / MOST_PLACES)
        places = contiguous_blocks(((),) * len(points), points, count=equally_many)
        points = _means(points, places)
    few = len(centroids) <= MOST_AREAS
    labels, spots = (np.arange(len(centroids)), centroids) if few else (places[tally.areas.blocks], points)
    far = _how_far(tally, labels, reaches(spots, unit=spacing(points)))
    return replace(blocks, places=places, near=reaches(points), far=far)


def _how_far(tally: PlaceTally, labels: NDArray[np.int64], known: tuple[Reach, ...]) -> NDArray[np.float64]:
    """Ask incidents, flags and groups in turn how far likeness reaches: each kind of them counts the same."""
    asked = [np.mean([how_far(field, known) for field in kind], axis=0) for kind in _fields(tally, labels)]
    return np.asarray(np.mean(asked, axis=0))


def _fields(tally: PlaceTally, labels: NDArray[np.int64]) -> Iterator[list[NDArray[np.float64]]]:
    """Add up by label: flags, incidents where they are recorded, and the share of each group among residents."""

    def sums(of: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(labels, weights=of).astype(np.float64)

    areas = tally.areas
    yield [sums(tally.flags.sum(axis=1))]
    if tally.outcomes is not None:
        yield [sums(tally.outcomes.sum(axis=1))]
    if areas.groups:
        with np.errstate(divide="ignore", invalid="ignore"):
            yield [sums(group.residents) / sums(_residents(areas, group.dimension)) for group in areas.groups]


def _residents(areas: Areas, dimension: str) -> NDArray[np.float64]:
    """All residents; those of known groups where it is not declared how many live there."""
    if areas.residents is not None:
        return areas.residents
    return np.asarray(
        np.sum([group.residents for group in areas.groups if group.dimension == dimension], axis=0)
    )


def _flat(areas: Areas) -> NDArray[np.float64] | None:
    """Return where each area is, in one unit both ways: a degree of longitude shrinks with the cosine of the latitude."""
    if areas.centroids is None or np.isnan(areas.centroids).all():
        return None
    shrink = np.cos(np.radians(np.nanmean(areas.centroids[:, 1])))
    return np.asarray(areas.centroids * [shrink, 1.0])


def _means(points: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Average the known points of each label; NaN where none is known."""
    known = np.isfinite(points).all(axis=1)
    most = int(labels.max()) + 1
    number = np.bincount(labels[known], minlength=most)
    with np.errstate(invalid="ignore"):
        sums = [np.bincount(labels[known], weights=points[known, at], minlength=most) for at in (0, 1)]
        return np.column_stack(sums) / number[:, None]


Counts = tuple[int, int | None] | None
"""Numerator and denominator, where a value is one count over another, or a count."""


def plain(value: float | None, method: str, *, counts: Counts = None) -> Estimate:
    """Return a number that describes the city and has no sampling error of its own."""
    numerator, denominator = counts or (None, None)
    return Estimate(
        value=value, interval=None, interval_90=None, interval_family=None, method=method, numerator=numerator,
        denominator=denominator,
    )  # fmt: skip


def _estimate(
    value: float, at: Callable[[float], Bounds] | None, *, joint: float | None, counts: Counts = None
) -> Estimate:
    described = plain(value, "blocks", counts=counts)
    if at is None:
        return replace(described, reason="NE-BLOCKS")
    family = None if joint is None else at(joint)
    return replace(described, interval=at(0.95), interval_90=at(0.90), interval_family=family)


def over_sums(
    value: float,
    totals: NDArray[np.float64],
    blocks: Blocks,
    *,
    joint: float | None = None,
    most: float = float("inf"),
    counts: Counts = None,
) -> Estimate:
    """Put jackknife intervals around a ratio of sums (two columns), or of two such ratios (four columns).

    Parameters
    ----------
    value
        The estimate.
    totals
        From `Blocks.totals`.
    blocks
        What the totals were added up over.
    joint
        Level of each interval of a family; None for a family of one.
    most
        The largest value there can be, such as 1 for a share.
    counts
        Numerator and denominator, where the value is one count over another.
    """
    interval = mean_interval if totals.shape[-1] == 2 else ratio_of_sums_interval

    def at(level: float) -> Bounds:
        wider = blocks.widening(level) if totals.ndim == 2 else None
        times = 1.0 if wider is None else wider(log_parts(totals))
        low, high = (value * (limit / value) ** times for limit in interval(totals, level=level))
        return low, None if min(high, most) == float("inf") else min(high, most)

    try:
        at(0.95)
    except ValueError:  # one block holds everything, or all agree: no interval can be had
        return _estimate(value, None, joint=joint, counts=counts)
    return _estimate(value, at if blocks.independent >= LEAST_BLOCKS else None, joint=joint, counts=counts)


def difference_of_sums(
    value: float,
    totals: NDArray[np.float64],
    blocks: Blocks,
    *,
    joint: float | None = None,
    most: float = 1.0,
) -> Estimate:
    """Put jackknife intervals around a difference, widened by how alike near blocks are.

    Parameters
    ----------
    value, blocks, joint
        As `over_sums`.
    totals
        From `Blocks.totals`: four columns a, b, c, d of a / b - c / d; or a and b alone, where a may be negative.
    most
        The largest difference there can be, either way: 1 between shares.
    """

    def at(level: float) -> Bounds:
        low, high = difference_interval(totals, level=level, widening=blocks.widening(level))
        return max(low, -most), min(high, most)

    try:
        at(0.95)
    except ValueError:  # one block holds everything, or all agree: no interval can be had
        return _estimate(value, None, joint=joint)
    return _estimate(value, at if blocks.independent >= LEAST_BLOCKS else None, joint=joint)


def joint_level(family: Family | None, *, comparisons: int) -> float | None:
    """Level of each interval of a family, by Bonferroni; None for a family of one at 95 %."""
    joint = 1 - (1 - (family.level if family else 0.95)) / max(1, comparisons)
    return None if joint == 0.95 else joint


def described(metric: str, value: float | None, *, method: str, counts: Counts = None) -> Measurement:
    """Name a number about the whole city."""
    return Measurement(
        metric=metric, dimension=(), group=(), against=None, result=plain(value, method, counts=counts)
    )
