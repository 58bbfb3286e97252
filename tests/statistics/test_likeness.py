"""How alike near blocks are: against restricted likelihood from its definition, and what intervals then cover."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import null_space
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

from auditkit.statistics.likeness import REACHES, reaches, widening

Floats = NDArray[np.float64]
GRID = np.array([(row, column) for row in range(5) for column in range(6)], dtype=np.float64)
KNOWN, FAR = reaches(GRID), reaches(1_000 * GRID)


def alike(points: Floats, reach: float) -> Floats:
    away = np.linalg.norm(points[:, None] - points[None], axis=2)
    return np.asarray(0.9 * np.exp(-away / reach) + 0.1 * (away == 0))


def field(reach: float, seed: int, size: int) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(np.zeros(len(GRID)), alike(GRID, reach), size=size)


@pytest.mark.parametrize("level", [0.90, 0.95, 0.995])
@pytest.mark.parametrize("seed", range(3))
def test_every_reach_counts_by_how_likely_it_makes_the_contrasts_between_blocks(
    seed: int, level: float
) -> None:
    # Restricted likelihood is the likelihood of n - 1 contrasts that do not see the mean, here an orthonormal basis of
    # them; the scale is the one under which it is greatest. Before they are seen .6 is for no reach, and the rest for
    # reaches in inverse proportion. Under one of them the mean strays as a normal variable, under all as their mixture,
    # which stays within the widened reach as often as one normal variable stays within its own.
    (parts,) = field(1.5, seed, 1)
    contrasts = null_space(np.ones((1, len(GRID)))).T
    seen = contrasts @ parts
    inverse = sum(1 / reach for reach in REACHES)
    found: list[tuple[float, float]] = []
    for reach in (None, *REACHES):
        likeness = np.eye(len(GRID)) if reach is None else alike(GRID, reach)
        whole = contrasts @ likeness @ contrasts.T
        scale = float(seen @ np.linalg.solve(whole, seen)) / len(seen)
        larger = max(1.0, scale / np.var(parts, ddof=1)) * likeness.sum() / len(GRID)
        before = 0.6 if reach is None else 0.4 / reach / inverse
        found.append((before * multivariate_normal(cov=scale * whole).pdf(seen), larger**0.5))

    arm = norm.ppf((1 + level) / 2) * widening(parts, reaches(GRID), level=level)

    assert arm > norm.ppf((1 + level) / 2)
    inside = sum(weight * (norm.cdf(arm / times) - norm.cdf(-arm / times)) for weight, times in found)
    assert inside / sum(weight for weight, _ in found) == pytest.approx(level, abs=1e-9)


@pytest.mark.parametrize(
    ("reach", "plain_at_most", "held_at_least"), [(0.7, 0.85, 0.92), (2.0, 0.5, 0.85), (0.01, 1.0, 0.94)]
)
def test_widened_intervals_of_a_mean_hold_it(
    reach: float, plain_at_most: float, held_at_least: float
) -> None:
    known, held, plain, size = reaches(GRID), 0, 0, 500
    for parts in field(reach, 3, size):
        arm = student.ppf(0.975, 29) * parts.std(ddof=1) / len(parts) ** 0.5
        plain += abs(parts.mean()) < arm
        held += abs(parts.mean()) < arm * widening(parts, known, level=0.95)

    assert (
        held / size >= held_at_least
    )  # the standard error of .95 is .01; where all share in one field it falls short
    assert plain / size <= plain_at_most


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
    for reach, one in zip(REACHES, others, strict=True):
        # three in a row, neighbours 1 apart, the outer two 2 apart; and one by itself
        assert one.total == pytest.approx(4 + 0.9 * (4 * np.exp(-1 / reach) + 2 * np.exp(-2 / reach)))
    (only,) = reaches(np.full((3, 2), np.nan))
    assert only.total == 3
    assert widening([1.0, 2.0, -3.0], (only,), level=0.95) == 1.0


def test_two_blocks_in_one_place_may_still_differ() -> None:
    _, *others = reaches([[0, 0], [0, 0], [1, 1]])

    # The whitener W of a likeness R has W'W = R^-1; R gives the two blocks in one place .9 in common.
    for one in others:
        assert np.linalg.inv(one.whiten.T @ one.whiten)[0, 1] == pytest.approx(0.9)


def test_too_few_blocks_and_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="places of at least two blocks"):
        reaches([[0.0, 0.0]])
    for parts in ([1.0, 2.0], [1.0, np.nan, 3.0]):
        with pytest.raises(ValueError, match="a finite part for each of 3 blocks"):
            widening(parts, reaches(GRID[:3]), level=0.95)
