"""Exposure where near parts of a city are alike: intervals are as much wider as `auditkit.statistics.likeness` says."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student

from auditkit.measure.place_resampling import lay_out_blocks
from auditkit.measure.places import measure_places
from auditkit.results.areas import Areas, ResidentGroup
from auditkit.results.measurements import Estimate
from auditkit.results.places import PlaceTally, Unmatched
from auditkit.statistics.likeness import how_far, reaches, widening

Floats = NDArray[np.float64]


def row_of_areas(n: int, *, places: Floats | None) -> PlaceTally:
    """A street of areas, each a block: flags and Black residents swell and ebb along it."""
    names = tuple(f"a{at:03}" for at in range(n))
    wave = np.sin(9 * np.arange(n) / n)
    flags = 2 + wave
    groups = tuple(
        ResidentGroup(dimension="race", group=name, residents=people, reference=name == "White")
        for name, people in (("Black", 50 + 20 * wave), ("White", np.full(n, 50.0)))
    )
    areas = Areas(
        ids=names, names=names, residents=None, groups=groups, size_km2=None, centroids=places, neighbours=((),) * n,
        contiguity="none", blocks=np.arange(n), blocks_from="made", boundaries=None, denominators=(),
    )  # fmt: skip
    return PlaceTally(
        areas=areas, periods=("2019-01-01",), flags=np.asarray(flags[:, None]), outcomes=None, past=None,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=12, refused=(),
    )  # fmt: skip


def street(n: int) -> Floats:
    return np.column_stack([np.arange(n) / 1000, np.zeros(n)])  # longitude and latitude, at the equator


def exposure(tally: PlaceTally) -> dict[str, Estimate]:
    found = measure_places(
        tally, parts=("exposure",), families=(), rng=np.random.default_rng(1), progress=lambda _: None
    ).by_id()
    return {name: item.result for name, item in found.items() if isinstance(item.result, Estimate)}


def parts_of(tally: PlaceTally, *, logs: bool) -> Floats:
    """Leave out each area in turn, and see how the ratio, or the difference, of the groups' exposure moves."""
    flags = tally.flags[:, 0]
    black, white = (group.residents for group in tally.areas.groups)
    found = []
    for at in range(len(flags)):
        rest = np.arange(len(flags)) != at
        one, other = (float(who[rest] @ flags[rest] / who[rest].sum()) for who in (black, white))
        found.append(math.log(one / other) if logs else one - other)
    return np.asarray(np.mean(found) - np.array(found), dtype=np.float64)


def said_by(tally: PlaceTally, points: Floats) -> Floats:
    """Ask flags, and the share of each group, how far likeness reaches; here each area is a block."""
    groups = [group.residents for group in tally.areas.groups]
    shares = [how_far(of / sum(groups), reaches(points)) for of in groups]
    return np.asarray(np.mean([how_far(tally.flags[:, 0], reaches(points)), np.mean(shares, axis=0)], axis=0))


RATIO, DIFFERENCE = (f"exposure_{kind}/race=Black~race=White" for kind in ("ratio", "difference"))


@pytest.mark.parametrize("level", [0.95, 0.90])
def test_a_ratio_reaches_as_much_farther_on_the_log_scale(level: float) -> None:
    tally = row_of_areas(40, places=street(40))
    apart = replace(tally, areas=replace(tally.areas, centroids=None))
    far = said_by(tally, street(40))
    times = widening(parts_of(tally, logs=True), reaches(street(40)), level=level, far=far)

    near, alone = (exposure(one)[RATIO] for one in (tally, apart))

    which = "interval" if level == 0.95 else "interval_90"
    assert near.value is not None
    for limit, plain in zip(getattr(near, which), getattr(alone, which), strict=True):
        assert math.log(limit / near.value) == pytest.approx(times * math.log(plain / near.value), rel=1e-4)
    assert times > 1.5


def test_a_difference_reaches_as_much_farther_and_is_shorter_away_from_the_skew() -> None:
    tally = row_of_areas(40, places=street(40))
    apart = replace(tally, areas=replace(tally.areas, centroids=None))
    parts = parts_of(tally, logs=False)
    times = widening(parts, reaches(street(40)), level=0.95, far=said_by(tally, street(40)))

    near, alone = (exposure(one)[DIFFERENCE] for one in (tally, apart))

    assert near.value is not None
    assert near.interval is not None
    assert alone.interval is not None
    reach, plain = (
        np.abs(np.array(one, dtype=float) - near.value) for one in (near.interval, alone.interval)
    )
    # Hall's transformation of t, where the parts are skewed upwards: the lower side is the shorter one.
    spread = float(np.mean(parts**2))
    skewness = float(np.mean(parts**3)) / spread**1.5 / 40**0.5
    df = 2 / (2 / 39 + max(0.0, float(np.mean(parts**4)) / spread**2 - 3) / 40)
    t = student.ppf(0.975, df)
    shorter = 3 / skewness * ((1 + skewness * (t - skewness / 6)) ** (1 / 3) - 1) / t
    assert skewness > 0
    assert shorter < 0.95
    assert reach == pytest.approx(times * plain * [shorter, 1], rel=1e-6)


def test_without_known_places_nothing_is_widened() -> None:
    unknown = row_of_areas(40, places=np.full((40, 2), np.nan))
    apart = row_of_areas(40, places=None)

    assert exposure(unknown) == exposure(apart)


def test_more_than_100_blocks_are_put_together() -> None:
    rows = np.column_stack([np.arange(130) % 10, np.arange(130) // 10]) / 1000
    tally = row_of_areas(130, places=rows)
    apart = replace(tally, areas=replace(tally.areas, centroids=None))

    near, alone = (exposure(one)[RATIO].interval for one in (tally, apart))

    assert near is not None
    assert alone is not None
    assert near[0] is not None
    assert alone[0] is not None
    assert near[0] < alone[0]


def test_a_group_that_lives_in_one_block_alone_has_no_likeness_to_speak_of() -> None:
    tally = row_of_areas(40, places=street(40))
    alone = np.where(np.arange(40) == 3, 50.0, 0.0)
    black, white = tally.areas.groups
    areas = replace(tally.areas, groups=(replace(black, residents=alone), white))

    found = exposure(replace(tally, areas=areas))

    assert found[RATIO].reason == "NE-BLOCKS"


def test_flags_incidents_and_shares_of_groups_say_alike_how_far_likeness_reaches() -> None:
    tally = row_of_areas(40, places=street(40))
    incidents = np.random.default_rng(1).poisson(3, (40, 2)).astype(float)
    residents = np.linspace(100, 300, 40)  # more than both groups together: shares are of all
    whole = replace(tally, outcomes=incidents, areas=replace(tally.areas, residents=residents))
    near = reaches(street(40))
    shares = [how_far(group.residents / residents, near) for group in tally.areas.groups]
    kinds = [how_far(tally.flags[:, 0], near), how_far(incidents.sum(axis=1), near), np.mean(shares, axis=0)]

    assert lay_out_blocks(whole, periods=2).far == pytest.approx(np.mean(kinds, axis=0))


def test_blocks_of_several_areas_are_asked_area_by_area_and_reaches_count_in_blocks() -> None:
    tally = row_of_areas(80, places=street(80))
    pairs = replace(tally, areas=replace(tally.areas, blocks=np.arange(80) // 2, groups=()))
    expected = how_far(
        tally.flags[:, 0], reaches(street(80), unit=0.002)
    )  # two thousandths of a degree apart

    assert lay_out_blocks(pairs, periods=1).far == pytest.approx(expected)


def test_of_more_than_400_areas_the_places_are_asked() -> None:
    tally = row_of_areas(450, places=street(450))
    blocks = lay_out_blocks(replace(tally, areas=replace(tally.areas, groups=())), periods=1)

    assert blocks.places is not None
    number = np.bincount(blocks.places)
    assert len(number) == 90  # 450 blocks, five in each place
    middles = [np.bincount(blocks.places, weights=street(450)[:, at]) / number for at in (0, 1)]
    flags = np.bincount(blocks.places, weights=tally.flags[:, 0])
    assert blocks.far == pytest.approx(how_far(flags, reaches(np.column_stack(middles))))
