"""How alike near blocks are: against restricted likelihood from its definition, and what intervals then cover."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import null_space
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

from auditkit.statistics.likeness import REACHES, before, how_far, reaches, spacing, widening

Floats = NDArray[np.float64]


def grid(rows: int, columns: int) -> Floats:
    return np.array([(row, column) for row in range(rows) for column in range(columns)], dtype=np.float64)


GRID = grid(5, 6)
AREAS = grid(10, 12) / 2  # four areas where a block is
KNOWN, FAR = reaches(GRID), reaches(1_000 * GRID)
OF_AREAS = reaches(AREAS, unit=1.0)
SOME = np.array([0.1, *np.linspace(0.2, 0.02, len(REACHES))])  # what areas might say of the reach
SOME = SOME / SOME.sum()


def alike(points: Floats, reach: float, shared: float = 0.9) -> Floats:
    away = np.linalg.norm(points[:, None] - points[None], axis=2)
    return np.asarray(shared * np.exp(-away / reach) + (1 - shared) * (away == 0))


def field(points: Floats, reach: float, seed: int, size: int) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(np.zeros(len(points)), alike(points, reach), size=size)


def ways(points: Floats) -> Iterator[tuple[float | None, float, Floats]]:
    """Reach, share and likeness: none, and all of .3 and of .9."""
    yield None, 0.0, np.eye(len(points))
    for shared in (0.3, 0.9):
        for reach in REACHES:
            yield reach, shared, alike(points, reach, shared)


def density(numbers: Floats, likeness: Floats) -> tuple[float, float]:
    """Density of n - 1 contrasts that do not see the mean, an orthonormal basis of them, under the scale that makes it
    greatest; and that scale."""
    contrasts = null_space(np.ones((1, len(numbers)))).T
    seen, whole = contrasts @ numbers, contrasts @ likeness @ contrasts.T
    scale = float(seen @ np.linalg.solve(whole, seen)) / len(seen)
    return float(multivariate_normal(cov=scale * whole).pdf(seen)), scale


@pytest.mark.parametrize("level", [0.90, 0.95, 0.995])
@pytest.mark.parametrize("far", [None, SOME])
def test_every_reach_counts_by_how_likely_it_makes_the_contrasts_between_blocks(
    far: Floats | None, level: float
) -> None:
    # Before the parts are seen half of the weight is for none, and half as the areas say. Areas that say nothing: half
    # for none again, the rest for reaches in inverse proportion. Of a reach .85 is for .3 in common, .15 for .9.
    # Under one way the mean strays as a normal variable, under all as their mixture, which stays within the widened
    # reach as often as one normal variable stays within its own.
    (parts,) = field(GRID, 1.5, 0, 1)
    inverse = np.array([1 / reach for reach in REACHES])
    said = np.array([0.5, *(0.5 * inverse / inverse.sum())]) if far is None else far
    found: list[tuple[float, float]] = []
    for reach, shared, likeness in ways(GRID):
        likely, scale = density(parts, likeness)
        larger = max(1.0, scale / np.var(parts, ddof=1)) * likeness.sum() / len(GRID)
        weight = (
            0.5 + 0.5 * said[0]
            if reach is None
            else 0.5 * said[1 + REACHES.index(reach)] * (0.85 if shared == 0.3 else 0.15)
        )
        found.append((weight * likely, larger**0.5))

    arm = norm.ppf((1 + level) / 2) * widening(parts, KNOWN, level=level, far=far)

    assert arm > norm.ppf((1 + level) / 2)
    inside = sum(weight * (norm.cdf(arm / times) - norm.cdf(-arm / times)) for weight, times in found)
    assert inside / sum(weight for weight, _ in found) == pytest.approx(level, abs=1e-9)


@pytest.mark.parametrize("unknown", [[], [7, 20]])
def test_areas_say_how_far_likeness_reaches_by_their_normal_scores(unknown: list[int]) -> None:
    # Half of the weight is for none, the rest for reaches in inverse proportion; .3 and .9 in common are as likely.
    # What is not known of a place counts as the middle.
    (numbers,) = np.exp(field(GRID, 1.5, 1, 1))  # any increasing function has the same ranks
    known = np.delete(np.arange(len(GRID)), unknown)
    numbers[unknown] = np.nan
    scores = np.zeros(len(GRID))
    scores[known] = norm.ppf((np.argsort(np.argsort(numbers[known])) + 0.5) / len(known))
    inverse = sum(1 / reach for reach in REACHES)
    expected = np.zeros(1 + len(REACHES))
    for reach, _, likeness in ways(GRID):
        likely, _ = density(scores, likeness)
        if reach is None:
            expected[0] += 0.5 * likely
        else:
            expected[1 + REACHES.index(reach)] += 0.5 / reach / inverse * likely / 2

    assert how_far(numbers, KNOWN) == pytest.approx(expected / expected.sum(), rel=1e-6)


@pytest.mark.parametrize(
    "nothing", [np.ones(30), np.full(30, np.nan), np.where(np.arange(30) == 4, 1, np.nan)]
)
def test_a_field_that_is_the_same_everywhere_or_not_known_says_nothing(nothing: Floats) -> None:
    assert how_far(nothing, KNOWN) == pytest.approx(before())


@pytest.mark.parametrize(
    ("reach", "plain_at_most", "held_at_least"), [(0.7, 0.85, 0.91), (2.0, 0.5, 0.82), (0.01, 1.0, 0.94)]
)
def test_widened_intervals_of_a_mean_hold_it(
    reach: float, plain_at_most: float, held_at_least: float
) -> None:
    known, held, plain, size = reaches(GRID), 0, 0, 500
    for parts, areas in zip(field(GRID, reach, 3, size), field(AREAS, reach, 4, size), strict=True):
        arm = student.ppf(0.975, 29) * parts.std(ddof=1) / len(parts) ** 0.5
        plain += abs(parts.mean()) < arm
        held += abs(parts.mean()) < arm * widening(parts, known, level=0.95, far=how_far(areas, OF_AREAS))

    # The standard error of .95 is .01. Parts that have .9 in common with near ones are rare: where all share in one
    # field, the interval falls short.
    assert held / size >= held_at_least
    assert plain / size <= plain_at_most


def test_what_areas_say_narrows_where_they_are_unlike_and_widens_where_they_are_alike() -> None:
    (parts,) = field(GRID, 0.01, 3, 1)
    unlike, near = (how_far(field(AREAS, reach, 5, 1)[0], OF_AREAS) for reach in (0.01, 3.0))

    assert unlike[0] > 0.8
    assert near[0] < 0.001
    narrow, middle, wide = (widening(parts, KNOWN, level=0.95, far=far) for far in (unlike, None, near))
    assert 1 <= narrow < middle < wide


def test_the_spacing_is_the_median_distance_to_the_nearest_place() -> None:
    assert spacing(GRID) == 1
    assert spacing([[0, 0], [0, 0], [1, 0], [4, 0]]) == 1  # 1, 1, 1 and 3; nobody is nearest to itself
    assert spacing(np.full((3, 2), np.nan)) == np.inf


@settings(deadline=None, max_examples=40)
@given(
    parts=st.lists(st.floats(-1e3, 1e3), min_size=30, max_size=30),
    factor=st.sampled_from([1e-3, -1.0, 1e3]),
)
def test_nothing_is_narrowed_and_units_do_not_matter(parts: list[float], factor: float) -> None:
    table = np.array(parts)
    times = widening(table, KNOWN, level=0.95)

    assert times >= 1
    if np.ptp(table) > 1:
        assert widening(factor * table, KNOWN, level=0.95) == pytest.approx(times)
        assert widening(table, FAR, level=0.95) == pytest.approx(times)


def test_parts_that_change_smoothly_over_the_city_widen_most() -> None:
    slope, noise = GRID[:, 0] - 2, np.tile([1.0, -1.0], 15)

    assert widening(slope, KNOWN, level=0.95) > 2
    assert widening(noise, KNOWN, level=0.95) < 1.1  # a short reach can never be ruled out


def test_blocks_that_all_agree_widen_nothing() -> None:
    assert widening(np.zeros(30), reaches(GRID), level=0.95) == 1.0


def test_blocks_of_which_nobody_knows_where_they_are_stand_alone() -> None:
    places = np.array([[0, 0], [1, 0], [np.nan, np.nan], [2, 0]])
    alone, *others = reaches(places)

    assert alone.total == 4
    for (shared, reach), one in zip(product((0.3, 0.9), REACHES), others, strict=True):
        # three in a row, neighbours 1 apart, the outer two 2 apart; and one by itself
        assert one.total == pytest.approx(4 + shared * (4 * np.exp(-1 / reach) + 2 * np.exp(-2 / reach)))
    (only,) = reaches(np.full((3, 2), np.nan))
    assert only.total == 3
    assert widening([1.0, 2.0, -3.0], (only,), level=0.95) == 1.0


def test_two_blocks_in_one_place_may_still_differ() -> None:
    _, *others = reaches([[0, 0], [0, 0], [1, 1]])

    # The whitener W of a likeness R has W'W = R^-1; R gives the two blocks in one place .3 or .9 in common.
    common = [float(np.linalg.inv(one.whiten.T @ one.whiten)[0, 1]) for one in others]
    assert common == pytest.approx([0.3] * len(REACHES) + [0.9] * len(REACHES))


def test_too_few_blocks_and_parts_that_do_not_fit_are_refused() -> None:
    known = reaches(GRID[:3])
    with pytest.raises(ValueError, match="at least two places"):
        reaches([[0.0, 0.0]])
    with pytest.raises(ValueError, match="a number for each of 3 places"):
        widening([1.0, 2.0], known, level=0.95)
    with pytest.raises(ValueError, match="a number for each of 3 places"):
        how_far([1.0, 2.0], known)
    with pytest.raises(ValueError, match="finite parts, found nan"):
        widening([1.0, np.nan, 3.0], known, level=0.95)
