"""Which residents live where flags fall (methods 4.3). Every number is about areas, never about single residents."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.place_resampling import (
    Blocks,
    difference_of_sums,
    joint_level,
    lay_out_blocks,
    over_sums,
    plain,
)
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.statistics.exposure import mean_exposure, most_targeted, rank_correlation, strict_ranks

Floats = NDArray[np.float64]
Families = dict[tuple[str, tuple[str, ...]], Family]
PER = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burden:
    """Flags or reports of each area, in total or per so many of something; or minutes of waiting there."""

    metric: str
    per_area: Floats
    """Shape (areas,); NaN where the denominator is zero or not known."""


def burdens(tally: PlaceTally) -> tuple[Burden, ...]:
    """Return flags per period in an area: as they are, per 1,000 residents, and per 1,000 of each declared denominator."""
    flags = tally.flags.sum(axis=1) / max(1, len(tally.periods))
    found = [Burden(metric="exposure", per_area=flags)]
    by: list[tuple[str, Floats]] = [*tally.areas.denominators]
    if tally.areas.residents is not None:
        by.insert(0, ("residents", tally.areas.residents))
    for name, denominator in by:
        positive = np.where(denominator > 0, denominator, np.nan)
        found.append(Burden(metric=f"exposure_per_1000_{name}", per_area=PER * flags / positive))
    return tuple(found)


def exposure(tally: PlaceTally, *, families: Families) -> Iterator[Measurement]:
    """Measure what the average resident's area receives, for each group of residents and between groups."""
    blocks = lay_out_blocks(tally, periods=1)
    for dimension in dict.fromkeys(group.dimension for group in tally.areas.groups):
        groups = [group for group in tally.areas.groups if group.dimension == dimension]
        for burden in burdens(tally):
            yield from by_group(burden, groups, blocks, families)
        yield from _targeted(tally, groups)
        yield from _ranked(tally, groups)


def _named(group: ResidentGroup) -> tuple[tuple[str, str], ...]:
    return ((group.dimension, group.group),)


def _one(
    metric: str, group: ResidentGroup, result: Result, other: ResidentGroup | None = None
) -> Measurement:
    against = None if other is None else _named(other)
    return Measurement(
        metric=metric, dimension=(group.dimension,), group=_named(group), against=against, result=result
    )


def by_group(
    burden: Burden, groups: list[ResidentGroup], blocks: Blocks, families: Families
) -> Iterator[Measurement]:
    """Measure what the average resident's area receives, for the groups of one dimension and between them."""
    sums = {group.group: _sums(burden, group) for group in groups}
    most = float(np.nanmax(burden.per_area, initial=0.0))  # a mean does not exceed the largest value
    known = [group for group in groups if sums[group.group][1].sum() > 0]
    for group in groups:
        amount, people = sums[group.group]
        if group not in known:
            yield _one(burden.metric, group, NotEstimable(reason="NE-DENOM"))
            continue
        totals = blocks.totals(np.stack([amount, people])[:, :, None])
        yield _one(
            burden.metric, group, over_sums(mean_exposure(people, burden.per_area), totals, blocks, most=most)
        )
    for kind in ("difference", "ratio"):
        family = families.get((f"{burden.metric}_{kind}", (groups[0].dimension,)))
        pairs = _pairs(known, family)
        joint = joint_level(family, comparisons=len(pairs))
        for group, other in pairs:
            result = _compared(kind, (*sums[group.group], *sums[other.group]), blocks, joint=joint, most=most)
            yield _one(f"{burden.metric}_{kind}", group, result, other)


def _sums(burden: Burden, group: ResidentGroup) -> tuple[Floats, Floats]:
    """Return what the residents of each area receive together, and how many they are; where either is unknown, nobody."""
    sound = ~np.isnan(group.residents) & ~np.isnan(burden.per_area)
    people = np.where(sound, group.residents, 0.0)
    return people * np.where(sound, burden.per_area, 0.0), people


def _pairs(groups: list[ResidentGroup], family: Family | None) -> list[tuple[ResidentGroup, ResidentGroup]]:
    reference = next((group for group in groups if group.reference), None)
    if reference is not None and (family is None or family.compare != "all_pairs"):
        return [(group, reference) for group in groups if group is not reference]
    return list(combinations(groups, 2))


def _compared(
    kind: str,
    sums: tuple[Floats, Floats, Floats, Floats],
    blocks: Blocks,
    *,
    joint: float | None,
    most: float,
) -> Result:
    first, second = (float(sums[at].sum() / sums[at + 1].sum()) for at in (0, 2))
    cube = np.stack(sums)[:, :, None]
    if kind == "difference":
        return difference_of_sums(first - second, blocks.totals(cube), blocks, joint=joint, most=most)
    if second == 0:
        return NotEstimable(reason="NE-BOTHZERO" if first == 0 else "NE-DENOM")
    return over_sums(first / second, blocks.totals(cube), blocks, joint=joint)


def _count(part: float, whole: float) -> Result:
    if whole <= 0:
        return NotEstimable(reason="NE-DENOM")
    return plain(part / whole, "share_of_residents", counts=(round(part), round(whole)))


def _residents(areas: Areas) -> Floats | None:
    return None if areas.residents is None else np.nan_to_num(areas.residents)


def _targeted(tally: PlaceTally, groups: list[ResidentGroup]) -> Iterator[Measurement]:
    """Share of each group among residents of the most flagged areas, and among all residents."""
    residents = _residents(tally.areas)
    if residents is None:
        return
    flags = tally.flags.sum(axis=1)
    top = most_targeted(flags, residents)
    for name, where in (("never", flags == 0), ("always", (tally.flags > 0).all(axis=1))):
        for group in groups:
            people = np.nan_to_num(group.residents)
            yield _one(
                f"{name}_flagged_residents", group, _count(float(people[where].sum()), float(people.sum()))
            )
    for group in groups:
        people = np.nan_to_num(group.residents)
        yield _one("resident_share", group, _count(float(people.sum()), float(residents.sum())))
        yield _one(
            "most_targeted_share", group, _count(float(people[top].sum()), float(residents[top].sum()))
        )


def _ranked(tally: PlaceTally, groups: list[ResidentGroup]) -> Iterator[Measurement]:
    """Correlate ranks of flags with a group's share of residents; equal flags go to the larger population first."""
    residents = _residents(tally.areas)
    if residents is None:
        return
    lived_in = residents > 0
    flags = tally.flags.sum(axis=1)[lived_in]
    for group in groups:
        share = np.nan_to_num(group.residents)[lived_in] / residents[lived_in]
        if len(flags) < 4 or len(set(flags)) == 1 or len(set(share)) == 1:
            yield _one("rank_correlation", group, NotEstimable(reason="NE-SMALL"))
            continue
        yield _one("rank_correlation", group, _correlation(flags, share, residents[lived_in]))


def _correlation(flags: Floats, share: Floats, residents: Floats) -> Estimate:
    from auditkit.statistics.critical import normal
    from auditkit.statistics.exposure import rank_correlation_interval

    value = rank_correlation(strict_ranks(flags, residents), share)
    if abs(value) > 1 - 1e-12:  # one and the same order: Fisher's transformation has no limit there
        return plain(value, "spearman_strict_ranks")
    (low, high), (low_90, high_90) = (
        rank_correlation_interval(value, len(flags), critical=normal(level), variance="fisher")
        for level in (0.95, 0.90)
    )
    return Estimate(
        value=value, interval=(low, high), interval_90=(low_90, high_90), interval_family=None,
        method="spearman_strict_ranks",
    )  # fmt: skip
