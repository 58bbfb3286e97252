"""Made cities whose neighbouring areas resemble each other, and tools that name places in them."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditkit.measure.place_flags import TOOL, choices
from auditkit.measure.places import measure_places
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.places import PastCounts, PlaceTally, Unmatched
from auditkit.statistics.accuracy import highest
from auditkit.statistics.made_blocks import contiguous_blocks
from benchmarks.validity.scores import Scores, Truth
from benchmarks.validity.truths import Truths, score
from benchmarks.validity.worlds import World

PERIODS, AREAS_PER_BLOCK, FLAGGED = 12, 4, 0.1
CITIES = 1_000
"""So many made cities say what is true of all of them."""
GROUPS = ("Black", "White")
Rng = np.random.Generator
Floats = NDArray[np.float64]


class Ground(NamedTuple):
    """What all cities of one world have in common."""

    side: tuple[int, int]
    root: Floats
    """Turns independent numbers into ones that neighbouring areas share."""
    neighbours: tuple[tuple[int, ...], ...]
    blocks: NDArray[np.int64]


def worlds(*, replicates: int) -> Iterator[World]:
    """Lay out cities by size, by how far likeness reaches, by who lives where incidents are, and by tool."""
    for side, reach, tilt in product(((10, 8), (16, 10), (20, 16)), (0.0, 1.5, 4.0), (0.0, 1.5)):
        tool = "own counts" if tilt == 0 else "smoothed counts"
        settings = {"side": list(side), "reach": reach, "tilt": tilt, "tool": tool}
        blocks = side[0] * side[1] // AREAS_PER_BLOCK
        name = (
            f"{blocks} blocks, {'areas independent' if reach == 0 else f'likeness reaches {reach:g} areas'}"
        )
        yield World(study="places", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: Rng) -> Scores:
    """Draw cities, flags and incidents; measure accuracy and exposure."""
    ground, scores = _ground(world.settings), Scores()
    truths = _truths(ground, world.settings, np.random.default_rng([*world.seed, 1]))
    for _ in range(world.replicates):
        tally = _city(ground, world.settings, rng)
        child = np.random.default_rng(rng.integers(2**63))
        items = measure_places(
            tally, parts=("accuracy", "exposure"), families=(), rng=child, progress=lambda _: None
        ).items
        score(items, truths, scores)
    return scores


def _ground(settings: Mapping[str, Any]) -> Ground:
    rows, columns = settings["side"]
    points = np.array(list(product(range(rows), range(columns))), dtype=np.float64)
    away = np.linalg.norm(points[:, None] - points[None], axis=2)
    likeness = np.exp(-away / settings["reach"]) if settings["reach"] else np.eye(len(points))
    neighbours = tuple(tuple(np.flatnonzero(near == 1).tolist()) for near in away)
    blocks = contiguous_blocks(neighbours, points, count=len(points) // AREAS_PER_BLOCK)
    return Ground((rows, columns), np.linalg.cholesky(likeness), neighbours, blocks)


def _city(ground: Ground, settings: Mapping[str, Any], rng: Rng) -> PlaceTally:
    """Draw one city: residents, incidents before and during the audit, and the tool's flags."""
    areas = len(ground.root)
    lived, struck = (ground.root @ rng.normal(size=(areas, 2))).T
    residents = np.round(np.exp(rng.normal(7.5, 0.5, areas)))
    share = expit(-0.5 + 1.2 * lived)
    rate = np.exp(0.7 + 0.7 * struck + settings["tilt"] * (share - 0.4))
    swing = rng.gamma(10, 0.1, 2 * PERIODS)
    counts = rng.poisson(rate[:, None] * swing).astype(np.float64)
    own = rng.poisson(rate[:, None] * swing).astype(np.float64)  # as informative as the period before
    if settings["tool"] == "smoothed counts":
        own = np.cumsum(own, axis=1)
    k = round(FLAGGED * areas)
    flags = np.column_stack([highest(own[:, at], k) for at in range(PERIODS, 2 * PERIODS)]).astype(np.float64)
    names = tuple(f"{at:03}" for at in range(areas))
    centroids = np.array(list(product(*map(range, ground.side))), dtype=np.float64) / 1000  # at the equator
    of = {"Black": np.round(residents * share)}
    of["White"] = residents - of["Black"]
    return PlaceTally(
        areas=Areas(
            ids=names, names=names, residents=residents.astype(np.float64), size_km2=None, centroids=centroids,
            neighbours=ground.neighbours,
            groups=tuple(
                ResidentGroup(dimension="race", group=name, residents=of[name], reference=name == "White")
                for name in GROUPS
            ),
            contiguity="rook", blocks=ground.blocks, blocks_from="made", denominators=(), boundaries=None,
        ),
        periods=tuple(f"2019-{month:02}-01" for month in range(1, PERIODS + 1)), flags=flags,
        outcomes=counts[:, PERIODS:],
        past=PastCounts(
            periods=tuple(f"2018-{month:02}-01" for month in range(1, PERIODS + 1)), total=counts[:, :PERIODS],
            reported=None, discovered=None,
        ),
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=PERIODS, refused=(),
    )  # fmt: skip


def _truths(ground: Ground, settings: Mapping[str, Any], rng: Rng) -> Truths:
    """Put the sums of many cities over each other: what a city of this kind has on average."""
    sums: dict[str, Floats] = {}
    for _ in range(CITIES):
        for name, pair in _parts(_city(ground, settings, rng)).items():
            sums[name] = sums.get(name, np.zeros(2)) + pair
    blocks = float(len(set(ground.blocks.tolist())))
    ratio = {name: float(pair[0] / pair[1]) for name, pair in sums.items()}
    found: Truths = {}
    for metric in ("exposure", "exposure_per_1000_residents"):
        first, second = (ratio[f"{metric} {name}"] for name in GROUPS)
        equal = settings["tilt"] == 0  # rates do not depend on who lives there
        found |= {(metric, name): Truth(value=ratio[f"{metric} {name}"], size=blocks) for name in GROUPS}
        if equal:
            first = second
        both = "~".join(GROUPS)
        found[f"{metric}_ratio", both] = Truth(value=first / second, size=blocks, equal=equal)
        found[f"{metric}_difference", both] = Truth(value=first - second, size=blocks, equal=equal)
    for name in [name for name in ratio if name.startswith("rule ")]:
        rule = name.removeprefix("rule ")
        found["hit_rate", rule] = Truth(value=ratio[name], size=blocks)
        alike = settings["tool"] == "own counts" and rule == "previous period"
        gap = 0.0 if alike else ratio[f"rule {TOOL}"] - ratio[name]
        found["hit_rate_difference", f"{TOOL}~{rule}"] = Truth(value=gap, size=blocks, equal=alike)
    return found


def _parts(tally: PlaceTally) -> dict[str, Floats]:
    """Return numerator and denominator of each number."""
    chosen = choices(tally)
    assert chosen is not None  # noqa: S101  # there are outcomes
    found = {
        f"rule {name}": np.array([chosen.outcomes[marks].sum(), chosen.outcomes.sum()])
        for name, marks in chosen.flags.items()
    }
    flags = tally.flags.sum(axis=1) / PERIODS
    residents = tally.areas.residents
    for group in tally.areas.groups:
        people = group.residents
        found[f"exposure {group.group}"] = np.array([people @ flags, people.sum()])
        each = 1000 * flags / residents
        found[f"exposure_per_1000_residents {group.group}"] = np.array([people @ each, people.sum()])
    return found
