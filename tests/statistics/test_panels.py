"""Panels of counts, against statsmodels with a dummy for every area and period."""

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.statistics.panels import informative, linear_panel, poisson_panel

Floats = NDArray[np.float64]


def made(*, areas: int = 12, periods: int = 9, seed: int = 1) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Make counts that follow two covariates, levels of areas and of periods; a tenth of the cells is not known."""
    rng = np.random.default_rng(seed)
    size = areas, periods
    level = rng.normal(1, 0.5, areas)[:, None] + rng.normal(0, 0.3, periods)
    x = rng.normal(0, 1, (2, *size)) + level
    counts = rng.poisson(np.exp(level + 0.3 * x[0] - 0.2 * x[1])).astype(np.float64)
    return counts, x, rng.random(size) > 0.1


def dummies(
    counts: Floats, x: Floats, observed: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    area, period = np.nonzero(observed)
    columns = [x[:, observed].T, np.eye(counts.shape[0])[area], np.eye(counts.shape[1])[period][:, 1:]]
    return counts[observed], np.hstack(columns), area


def test_poisson_coefficients_are_those_of_a_model_with_every_dummy() -> None:
    import statsmodels.api as sm

    counts, x, observed = made()
    y, design, area = dummies(counts, x, observed)
    peer = sm.GLM(y, design, family=sm.families.Poisson()).fit(cov_type="cluster", cov_kwds={"groups": area})

    found = poisson_panel(counts, x, observed=observed)

    assert found.coefficients == pytest.approx(peer.params[:2], abs=1e-7)
    # statsmodels: the sandwich times 12/11 and (cells - 1) / (cells - columns); ours leaves areas out, near it
    ratio = np.sqrt(np.diag(found.covariance)) / peer.bse[:2]
    assert np.all((ratio > 0.9) & (ratio < 1.2))
    assert found.areas == 12
    assert 1 < found.effective <= 12


def test_linear_slopes_are_those_of_a_model_with_every_dummy() -> None:
    import statsmodels.api as sm

    counts, x, observed = made(seed=2)
    y, design, _ = dummies(counts, x, observed)

    found = linear_panel(counts, x, observed=observed)

    assert found.coefficients == pytest.approx(sm.OLS(y, design).fit().params[:2], abs=1e-8)


def test_one_step_without_an_area_is_near_the_fit_without_it() -> None:
    counts, x, observed = made(areas=40, periods=20, seed=3)
    whole = poisson_panel(counts, x, observed=observed)
    left = observed.copy()
    left[5] = False

    without = poisson_panel(counts, x, observed=left)

    assert whole.moved[5] == pytest.approx(whole.coefficients - without.coefficients, abs=0.003)


def test_without_effects_of_areas_only_periods_are_taken_out() -> None:
    import statsmodels.api as sm

    counts, x, observed = made(seed=4)
    _, period = np.nonzero(observed)
    design = np.hstack([x[:, observed].T, np.eye(counts.shape[1])[period]])
    peer = sm.GLM(counts[observed], design, family=sm.families.Poisson()).fit()

    found = poisson_panel(counts, x, observed=observed, effects="periods")

    assert found.coefficients == pytest.approx(peer.params[:2], abs=1e-7)


def test_areas_without_any_count_change_nothing() -> None:
    counts, x, observed = made(seed=5)
    more = np.vstack([counts, np.zeros((3, counts.shape[1]))])
    rng = np.random.default_rng(0)
    wider = np.concatenate([x, rng.normal(0, 1, (2, 3, counts.shape[1]))], axis=1)
    known = np.vstack([observed, np.ones((3, counts.shape[1]), dtype=bool)])

    with_empty = poisson_panel(more, wider, observed=known)

    assert with_empty.coefficients == pytest.approx(poisson_panel(counts, x, observed=observed).coefficients)
    assert with_empty.areas == 12


def test_a_single_cell_of_an_area_says_nothing() -> None:
    counts = np.array([[1.0, 2.0], [3.0, 0.0]])
    observed = np.array([[True, True], [True, False]])

    assert informative(counts, observed).tolist() == [[True, True], [False, False]]


def test_what_never_varies_within_areas_is_refused() -> None:
    counts, x, observed = made(seed=6)
    constant = np.broadcast_to(np.arange(12.0)[:, None], counts.shape)

    with pytest.raises(ValueError, match="vary within areas"):
        poisson_panel(counts, constant[None], observed=observed)
    with pytest.raises(ValueError, match="not all alike"):
        poisson_panel(counts, np.stack([x[0], x[0]]), observed=observed)


def test_an_empty_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="counts in at least two areas"):
        poisson_panel(np.zeros((3, 4)), np.ones((1, 3, 4)), observed=np.ones((3, 4), dtype=bool))


def test_a_coefficient_that_one_area_carries_rests_on_hardly_more_than_one() -> None:
    counts, x, observed = made(seed=7)
    alone = np.zeros_like(x[:1])
    alone[0, 0, :5] = x[0, 0, :5]

    assert linear_panel(counts, np.concatenate([alone, x[1:]]), observed=observed).effective < 1.5
    assert linear_panel(counts, x, observed=observed).effective > 6


def test_a_coefficient_that_runs_away_is_refused() -> None:
    # nothing is ever counted where the indicator is 1, so that no finite coefficient fits best
    rng = np.random.default_rng(8)
    indicator = (rng.random((20, 10)) < 0.3).astype(np.float64)
    counts = rng.poisson(3, (20, 10)) * (1 - indicator)

    with pytest.raises(ValueError, match="run away"):
        poisson_panel(counts, indicator[None], observed=np.ones((20, 10), dtype=bool))
