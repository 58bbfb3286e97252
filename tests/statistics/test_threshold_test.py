"""Threshold test on simulated searches, and what it refuses."""

import numpy as np
import pytest
from scipy import stats

from auditkit.statistics import threshold_test
from auditkit.statistics.threshold_test import GroupThreshold, ThresholdTest, fit

CUTS, CARRYING, SHIFT = np.array([0.8, 1.9, 0.8]), np.array([0.10, 0.10, 0.20]), 1.6


@pytest.fixture(autouse=True)
def _fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threshold_test, "_DRAWS", 60)


def city(areas: int = 8, stops: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stop people one by one: who carries something is seen shifted, and whoever is seen beyond a cut is searched."""
    rng = np.random.default_rng(5)
    searches, hits = np.zeros((areas, 3), dtype=int), np.zeros((areas, 3), dtype=int)
    thresholds = np.zeros((areas, 3))
    for d in range(areas):
        more = rng.normal(0, 0.3)
        for r in range(3):
            odds = CARRYING[r] / (1 - CARRYING[r]) * np.exp(more)
            cut = CUTS[r] + rng.normal(0, 0.15)
            carries = rng.uniform(size=stops) < odds / (1 + odds)
            searched = rng.standard_normal(stops) + SHIFT * carries > cut
            searches[d, r], hits[d, r] = searched.sum(), (searched & carries).sum()
            at = odds * np.exp(SHIFT * cut - SHIFT**2 / 2)
            thresholds[d, r] = at / (1 + at)
    return np.full((areas, 3), stops), searches, hits, thresholds


def run(stops: object, searches: object, hits: object, **how: object) -> ThresholdTest:
    settings = {"reference": 0, "level": 0.95, "rng": np.random.default_rng(1)} | how
    return fit(stops, searches, hits, **settings)  # type: ignore[arg-type]  # the test gives what the function must take or refuse


def group(test: ThresholdTest, r: int) -> GroupThreshold:
    found = test.groups[r]
    assert found is not None
    return found


def test_a_higher_threshold_is_told_from_a_riskier_group() -> None:
    stops, searches, hits, thresholds = city()
    test = run(stops, searches, hits)
    truth = thresholds.mean(axis=0)

    # Group 1 is searched on more; group 2 is searched most because more of it carry something.
    assert (searches.sum(axis=0).argmax(), truth.argmax()) == (2, 1)
    for r in range(3):
        assert group(test, r).interval.low < truth[r] < group(test, r).interval.high
        difference = group(test, r).difference_interval
        assert difference.low <= truth[r] - truth[0] <= difference.high
    assert group(test, 1).difference > 0
    assert group(test, 0).difference_interval == (0.0, 0.0)
    assert test.r_hat < 1.1
    assert test.enough_areas
    assert max(abs(test.search_misfit.size), abs(test.hit_misfit.size)) < test.misfit_limit


def test_an_area_that_no_threshold_explains_is_named() -> None:
    # What an area adds is shared by its groups: nothing but hits in one and none in another have no common cause.
    stops, searches, hits, _ = city()
    hits[4, 0], hits[4, 2] = searches[4, 0], 0

    test = run(stops, searches, hits)

    assert (test.hit_misfit.area, test.hit_misfit.group) == (4, 2)
    assert test.hit_misfit.size < -test.misfit_limit
    # 8 areas x 3 groups x 2 numbers: the 1 - 0.05/96 quantile of a normal distribution, by scipy.stats.norm
    assert test.misfit_limit == pytest.approx(stats.norm.isf(0.05 / 96))


def test_groups_that_were_never_searched_have_no_threshold_and_empty_cells_are_left_out() -> None:
    stops, searches, hits, _ = city(areas=6)
    stops, searches, hits = (
        np.insert(table, 1, many, axis=1) for table, many in ((stops, 50), (searches, 0), (hits, 0))
    )
    stops[2, 0] = searches[2, 0] = hits[2, 0] = 0
    stops[5] = searches[5] = hits[5] = 0

    test = run(stops, searches, hits)

    assert [found is None for found in test.groups] == [False, True, False, False]
    # 3 groups need more than 2 x 3 / (3 - 2) = 6 areas; here are 5 with stops
    assert not test.enough_areas


def test_two_groups_never_have_enough_areas() -> None:
    stops, searches, hits, _ = city()

    assert not run(stops[:, :2], searches[:, :2], hits[:, :2]).enough_areas


@pytest.mark.parametrize(
    ("stops", "searches", "hits", "said"),
    [
        ([[9, 9]], [[3, 3]], [[1, 1, 1]], r"found shapes \(1, 2\), \(1, 2\), \(1, 3\)"),
        ([9, 9], [3, 3], [1, 1], "areas x groups"),
        ([[9, 9]], [[3, 3]], [[4, 1]], "hits <= searches"),
        ([[9, 9]], [[10, 3]], [[4, 1]], "searches <= stops"),
        ([[9, float("nan")]], [[3, 3]], [[1, 1]], "a cell that breaks this"),
        ([[9, 9]], [[0, 3]], [[0, 1]], "searches of the reference group 0"),
        ([[9, 9]], [[3, 0]], [[1, 0]], "and of another"),
        ([[9, 9]], [[0, 0]], [[0, 0]], "searches of the reference group"),
        ([[9, 9]], [[3, 3]], [[0, 0]], "found 0 hits in 6 searches"),
        ([[9, 9]], [[3, 3]], [[3, 3]], "found 6 hits in 6 searches"),
    ],
)
def test_what_no_threshold_can_be_inferred_from_is_refused(
    stops: object, searches: object, hits: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        run(stops, searches, hits)
