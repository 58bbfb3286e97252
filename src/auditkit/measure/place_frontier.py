"""What a cap on one group's share would cost: the most incidents that can be found under it (methods 4.10, 7).

Areas are chosen on earlier periods and judged on later ones, because the best of many choices looks better on the
periods it was chosen on than it is. Both coordinates are estimates from records; their ranges are those of every other
place measure (jackknife over blocks of areas, crossed with runs of periods; bootstrap for differences).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.frontier import EVERYONE, Frontier
from auditkit.measure.place_flags import HISTORY, RESIDENTS, TOOL, choices, earlier_counts
from auditkit.measure.place_resampling import (
    Blocks,
    difference_of_sums,
    joint_level,
    lay_out_blocks,
    over_sums,
    plain,
)
from auditkit.results.areas import Areas, Floats
from auditkit.results.measurements import Measurement, NotEstimable, Result
from auditkit.results.places import Grid, PastCounts, PlaceTally
from auditkit.statistics.frontier import best_choice, least_share
from auditkit.statistics.paired import net_of_swaps

CHOICE = ("choice",)
NO_CAP = "no cap"
STEPS = 6
"""How many caps are tried where none are given."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halves:
    """Areas where it is known who is affected, on earlier and later periods."""

    outcomes: Grid
    """Of the areas kept, in the later periods."""
    blocks: Blocks
    expected: Floats
    """Shape (areas,): incidents in the earlier periods."""
    part: Floats
    """Shape (areas,): those affected who belong to the group."""
    whole: Floats
    """Shape (areas,): all who are affected."""
    rules: dict[str, Flags]
    """What the tool and the simple rules flag in the later periods: shape (areas, periods)."""
    count: int
    """How many areas the tool flags in a period, rounded."""
    earlier: int
    """Number of earlier periods."""


def frontier(tally: PlaceTally, asked: Frontier | None) -> Iterator[Measurement]:
    """Measure, for the tool, simple rules and each cap, how much is found and whom it falls on.

    Nothing where the audit file does not ask.
    """
    if asked is None or tally.outcomes is None:
        return
    halves = _halves(tally, asked)
    if isinstance(halves, NotEstimable):
        yield _of("frontier_hit_rate", TOOL, halves)
        return
    areas, later = halves.outcomes.shape
    yield _described("frontier_areas", halves.count, areas)
    yield _described("frontier_periods", later, halves.earlier + later)
    yield from _points(halves, _candidates(halves, asked))


def _described(metric: str, part: int, whole: int) -> Measurement:
    result = plain(float(part), "count", counts=(part, whole))
    return Measurement(metric=metric, dimension=(), group=(), against=None, result=result)


def _of(metric: str, name: str, result: Result, *, against: str | None = None) -> Measurement:
    other = None if against is None else (("choice", against),)
    return Measurement(
        metric=metric, dimension=CHOICE, group=(("choice", name),), against=other, result=result
    )


def _halves(tally: PlaceTally, asked: Frontier) -> Halves | NotEstimable:
    """Keep areas where it is known who is affected, and part the periods in the middle."""
    counts, before = earlier_counts(tally)
    periods = len(tally.periods)
    first = periods // 2
    if before + first == 0:
        return NotEstimable(reason="NE-HALVES")
    part, whole = _affected(tally.areas, asked)
    kept = np.flatnonzero(np.isfinite(part) & np.isfinite(whole))
    chosen = choices(_only(tally, kept))
    assert chosen is not None  # noqa: S101  # there are outcomes
    later = chosen.periods >= first
    rules = {
        name: chosen.flags[name][:, later] for name in (TOOL, *HISTORY, RESIDENTS) if name in chosen.flags
    }
    count = round(float(rules[TOOL].sum(axis=0).mean()))
    some, every = np.minimum(part, whole)[kept], whole[kept]
    if count == 0 or every.sum() == 0 or counts[kept, before + first :].sum() == 0:
        return NotEstimable(reason="NE-DENOM")
    rest = _only(tally, kept, periods=np.arange(first, periods))
    assert rest.outcomes is not None  # noqa: S101  # there are outcomes
    return Halves(
        outcomes=rest.outcomes, blocks=lay_out_blocks(rest, periods=periods - first), expected=counts[kept, : before + first].sum(axis=1),
        part=some, whole=every, rules=rules, count=count, earlier=before + first,
    )  # fmt: skip


def _affected(areas: Areas, asked: Frontier) -> tuple[Floats, Floats]:
    """Return those of the group, and all, who live or were stopped in each area."""
    dimension, group = asked.named
    if asked.share_of == "stops":
        stops = dict(areas.stops)
        return stops[group], stops[EVERYONE]
    assert areas.residents is not None  # noqa: S101  # the definition asks for residents
    part = next(one.residents for one in areas.groups if (one.dimension, one.group) == (dimension, group))
    return part, areas.residents


def _only(
    tally: PlaceTally, kept: NDArray[np.int64], *, periods: NDArray[np.int64] | None = None
) -> PlaceTally:
    """Leave out areas, and periods if some are named; nothing that is read here needs neighbours."""
    times = np.arange(len(tally.periods)) if periods is None else periods
    areas, past = tally.areas, tally.past

    def cut(values: Grid) -> Grid:
        return values[np.ix_(kept, times)]

    return replace(
        tally, flags=cut(tally.flags), outcomes=None if tally.outcomes is None else cut(tally.outcomes), scores=None,
        periods=tuple(tally.periods[at] for at in times),
        past=None if past is None else PastCounts(
            periods=past.periods, total=past.total[kept], reported=None, discovered=None
        ),
        areas=replace(
            areas, ids=tuple(areas.ids[at] for at in kept), blocks=np.unique(areas.blocks[kept], return_inverse=True)[1],
            residents=None if areas.residents is None else areas.residents[kept],
            centroids=None if areas.centroids is None else areas.centroids[kept],
            groups=tuple(replace(group, residents=group.residents[kept]) for group in areas.groups),
        ),
    )  # fmt: skip


def _candidates(halves: Halves, asked: Frontier) -> dict[str, Flags | NotEstimable]:
    """Choose areas on the earlier periods: without a cap, and under each cap."""
    free = _best(halves, 1.0)
    found = {NO_CAP: free}
    caps = sorted(asked.caps, reverse=True)
    if not caps and not isinstance(free, NotEstimable) and halves.whole[free].sum() > 0:
        lived_in = halves.whole > 0
        least = least_share(
            halves.part[lived_in], halves.whole[lived_in], count=min(halves.count, int(lived_in.sum()))
        )
        most = float(halves.part[free].sum() / halves.whole[free].sum())
        caps = [np.ceil(1000 * cap - 1e-9) / 1000 for cap in np.linspace(most, least, STEPS + 1)[1:]]
    for cap in dict.fromkeys(caps):
        found[f"cap {cap:.6g}"] = _best(halves, float(cap))
    return found


def _best(halves: Halves, cap: float) -> Flags | NotEstimable:
    try:
        chosen = best_choice(halves.expected, halves.part, halves.whole, count=halves.count, cap=cap)
    except RuntimeError:
        return NotEstimable(reason="NE-MODEL")
    return NotEstimable(reason="NE-CAP") if chosen is None else chosen


def _points(halves: Halves, candidates: dict[str, Flags | NotEstimable]) -> Iterator[Measurement]:
    """Judge every choice on the later periods: what it finds, whom it falls on, and both beside the tool."""
    flags = dict(halves.rules)
    for name, chosen in candidates.items():
        if isinstance(chosen, NotEstimable):
            yield _of("frontier_hit_rate", name, chosen)
            yield _of("frontier_group_share", name, chosen)
        else:
            flags[name] = np.repeat(chosen[:, None], halves.outcomes.shape[1], axis=1)
    for name, marks in flags.items():
        yield from _point(name, marks, halves)
    others = [name for name in flags if name != TOOL]
    joint = joint_level(None, comparisons=len(others))
    for name in others:
        yield from _beside_tool(name, flags[name], flags[TOOL], halves, joint=joint)


def _point(name: str, flags: Flags, halves: Halves) -> Iterator[Measurement]:
    outcomes, blocks = halves.outcomes, halves.blocks
    found, every = np.where(flags, outcomes, 0.0), float(outcomes.sum())
    hits = float(found.sum())
    counts = (int(hits), int(every)) if hits.is_integer() and every.is_integer() else None
    totals = blocks.totals(np.stack([found, outcomes]))
    yield _of("frontier_hit_rate", name, over_sums(hits / every, totals, blocks, most=1.0, counts=counts))
    some, all_ = _falls_on(flags, halves)
    if all_.sum() == 0:
        yield _of("frontier_group_share", name, NotEstimable(reason="NE-DENOM"))
        return
    per_period = tuple(round(float(people.sum()) / flags.shape[1]) for people in (some, all_))
    share = over_sums(
        float(some.sum() / all_.sum()), blocks.totals(np.stack([some, all_])), blocks, most=1.0,
        counts=(per_period[0], per_period[1]),
    )  # fmt: skip
    yield _of("frontier_group_share", name, share)


def _falls_on(flags: Flags, halves: Halves) -> tuple[Grid, Grid]:
    """Return those of the group, and all, in flagged areas, period by period."""
    return np.where(flags, halves.part[:, None], 0.0), np.where(flags, halves.whole[:, None], 0.0)


def _beside_tool(
    name: str, flags: Flags, tool: Flags, halves: Halves, *, joint: float | None
) -> Iterator[Measurement]:
    """Compare a choice with the tool, on the same incidents and the same residents."""
    outcomes, blocks = halves.outcomes, halves.blocks
    gains = np.where(flags, outcomes, 0.0) - np.where(tool, outcomes, 0.0)
    swaps = flags.astype(np.float64) - tool
    net = net_of_swaps(gains, swaps) if swaps.sum() == 0 else gains
    mine, his = _falls_on(flags, halves), _falls_on(tool, halves)
    losses = difference_of_sums(
        float(gains.sum() / outcomes.sum()), blocks.totals(np.stack([net, outcomes])), blocks, joint=joint
    )
    yield _of("frontier_hit_rate_difference", name, losses, against=TOOL)
    if min(mine[1].sum(), his[1].sum()) == 0:
        yield _of("frontier_group_share_difference", name, NotEstimable(reason="NE-DENOM"), against=TOOL)
        return
    gap = float(mine[0].sum() / mine[1].sum() - his[0].sum() / his[1].sum())
    shares = difference_of_sums(gap, blocks.totals(np.stack([*mine, *his])), blocks, joint=joint)
    yield _of("frontier_group_share_difference", name, shares, against=TOOL)
