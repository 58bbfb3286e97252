"""The same city drawn otherwise: in pairs of areas, in fours, and from another origin (methods 4.7).

What a merged area is: its incidents, history, residents, sizes and denominators are the sums over its areas. Where each
row is a flag, so are its flags. Otherwise the decision is made anew: in each period as large a share of the merged
areas is flagged as the tool flagged of the areas, at least one, by the mean score of their areas; without scores by
their flags in the period, then by those in all periods. Equal ones go in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.place_accuracy import accuracy
from auditkit.measure.place_areas import concentration
from auditkit.measure.place_exposure import Families, exposure
from auditkit.results.areas import Areas, Floats
from auditkit.results.measurements import ASSUMING, Measurement
from auditkit.results.places import Grid, PastCounts, PlaceTally
from auditkit.statistics.accuracy import highest
from auditkit.statistics.merging import merged_in_pairs, merged_neighbours

Labels = NDArray[np.int64]
SCALES = ("areas-in-pairs", "areas-in-fours", "shifted-origin")
REPEATED = (
    "hit_rate", "hit_rate_difference", "paired_test", "flagged_area_share", "predictive_accuracy_index",
    "prediction_efficiency_index", "most_targeted_share", "rank_correlation", "never_flagged_residents",
    "always_flagged_residents", "flag_gini", "incident_gini", "flag_overlap",
)  # fmt: skip
"""What is measured again, besides every exposure; other numbers are about the areas as such."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """Another way of drawing the areas."""

    name: str
    labels: Labels
    """Shape (areas,): the merged area each belongs to."""


def scales(areas: Areas) -> tuple[Scale, ...]:
    """Return every other way of drawing the areas that can be had; none where nothing says which are neighbours.

    Areas whose residents are not known stay alone, so that the same areas are left out of exposure at every scale.
    """
    if areas.contiguity == "none" or areas.centroids is None:
        return ()
    unknown = _unknown(areas)
    near = [
        () if unknown[at] else tuple(other for other in others if not unknown[other])
        for at, others in enumerate(areas.neighbours)
    ]
    points = _flat(areas.centroids)
    pairs = merged_in_pairs(near, points)
    fours = merged_in_pairs(merged_neighbours(pairs, near), _middles(points, pairs))[pairs]
    found = zip(SCALES, (pairs, fours, merged_in_pairs(near, points, apart=pairs)), strict=True)
    return tuple(
        Scale(name=name, labels=labels) for name, labels in found if 1 < _count(labels) < len(areas.ids)
    )


def at_other_scales(
    tally: PlaceTally, *, families: Families, rng: np.random.Generator
) -> Iterator[Measurement]:
    """Measure every headline again with the areas drawn otherwise, each under its own assumption."""
    counted = bool((tally.flags > 1).any())
    for scale in scales(tally.areas):
        anew = redrawn(tally, scale.labels, flags=_decided_anew(tally, scale.labels))
        flags = redrawn(tally, scale.labels, flags=_sums(tally.flags, scale.labels)) if counted else anew
        measured = chain(
            accuracy(anew, families=families), exposure(flags, families=families),
            concentration(_unlinked(flags), rng=rng),
        )  # fmt: skip
        for item in measured:
            if item.metric in REPEATED or item.metric.startswith("exposure"):
                yield replace(item, stratum=ASSUMING + scale.name)


def _unlinked(tally: PlaceTally) -> PlaceTally:
    """Leave out neighbours, so that nobody shuffles for a clustering that is not reported."""
    return replace(tally, areas=replace(tally.areas, contiguity="none"))


def redrawn(tally: PlaceTally, labels: Labels, *, flags: Grid) -> PlaceTally:
    """Put areas together as labels say, with flags that were decided for the merged areas."""
    past = tally.past
    return replace(
        tally, areas=_merged(tally.areas, labels), flags=flags, scores=None,
        outcomes=None if tally.outcomes is None else _sums(tally.outcomes, labels),
        past=None if past is None else PastCounts(
            periods=past.periods, total=_sums(past.total, labels), reported=None, discovered=None
        ),
    )  # fmt: skip


def _merged(areas: Areas, labels: Labels) -> Areas:
    first = [int(at) for at in np.unique(labels, return_index=True)[1]]
    points = _flat(areas.centroids if areas.centroids is not None else np.full((len(labels), 2), np.nan))
    middles, near = _middles(points, labels), merged_neighbours(labels, areas.neighbours)
    size = np.ones(len(labels)) if areas.size_km2 is None else np.nan_to_num(areas.size_km2)
    return replace(
        areas, ids=tuple(areas.ids[at] for at in first), names=tuple(areas.names[at] for at in first),
        residents=None if areas.residents is None else _sums(areas.residents, labels),
        groups=tuple(replace(group, residents=_sums(group.residents, labels)) for group in areas.groups),
        size_km2=_sums(size, labels), centroids=middles, neighbours=near, boundaries=None,
        denominators=tuple((name, _sums(values, labels)) for name, values in areas.denominators),
        blocks=_most_common(areas.blocks, labels)
        if areas.blocks_from == "declared"
        else _made_blocks(near, middles, about=len(np.unique(areas.blocks))),
    )  # fmt: skip


def _made_blocks(near: Sequence[Sequence[int]], middles: Floats, *, about: int) -> Labels:
    """Put merged areas together in pairs again and again, down to about as many blocks as there were before."""
    blocks = np.arange(len(near), dtype=np.int64)
    while _count(blocks) > 1.5 * about:
        pairs = merged_in_pairs(near, middles)
        if _count(pairs) == len(near):  # nobody has a neighbour
            break
        blocks, near, middles = pairs[blocks], merged_neighbours(pairs, near), _middles(middles, pairs)
    return blocks


def _decided_anew(tally: PlaceTally, labels: Labels) -> Grid:
    """Flag as large a share of the merged areas as the tool flagged of the areas, in each period."""
    flagged, units = tally.flags > 0, _count(labels)
    if tally.scores is None:
        often = _sums(tally.flags.sum(axis=1), labels)
        order = _sums(tally.flags, labels) + (often / (often.max() + 1))[:, None]
    else:
        known = np.isfinite(tally.scores)
        scored = _sums(known.astype(np.float64), labels)
        sums = _sums(np.where(known, tally.scores, 0.0), labels)
        order = np.divide(sums, scored, out=np.full_like(sums, np.nan), where=scored > 0)
    chosen = np.zeros(order.shape)
    for period, flags in enumerate(flagged.sum(axis=0).tolist()):
        count = max(1, round(flags * units / len(labels))) if flags else 0
        chosen[:, period] = highest(order[:, period], count)
    return chosen


def _sums(values: Grid, labels: Labels) -> Grid:
    """Add up over the areas of each merged area; a sum with something unknown is unknown."""
    found = np.zeros((_count(labels), *values.shape[1:]))
    np.add.at(found, labels, values)
    return found


def _count(labels: Labels) -> int:
    return int(labels.max(initial=-1)) + 1


def _unknown(areas: Areas) -> NDArray[np.bool_]:
    unknown = np.zeros(len(areas.ids), dtype=np.bool_)
    for values in (areas.residents, *(group.residents for group in areas.groups)):
        if values is not None:
            unknown |= np.isnan(values)
    return unknown


def _flat(centroids: Floats) -> Floats:
    """Longitudes and latitudes in one unit both ways."""
    known = centroids[np.isfinite(centroids).all(axis=1)]
    narrow = float(np.cos(np.radians(known[:, 1].mean()))) if len(known) else 1.0
    return np.asarray(centroids * np.array([narrow, 1.0]), dtype=np.float64)


def _middles(points: Floats, labels: Labels) -> Floats:
    """Middle of the known centroids of each merged area."""
    known = np.asarray(np.isfinite(points).all(axis=1), dtype=np.bool_)
    sums = _sums(np.where(known[:, None], points, 0.0), labels)
    many = _sums(known.astype(np.float64), labels)[:, None]
    return np.divide(sums, many, out=np.full_like(sums, np.nan), where=many > 0)


def _most_common(blocks: Labels, labels: Labels) -> Labels:
    """Block that most areas of each merged area belong to; of equal ones the first."""
    found = [np.bincount(blocks[labels == unit]).argmax() for unit in range(_count(labels))]
    return np.unique(found, return_inverse=True)[1].astype(np.int64)  # a block that is left empty is none
