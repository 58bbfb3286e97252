"""The density of the threshold model against one written with scipy's distributions, and its slope."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from auditkit.statistics.threshold_model import Cells, Model

STOPS = np.array([[300, 200, 40], [250, 180, 0], [100, 90, 30], [80, 70, 20]])
SEARCHES = np.array([[50, 20, 2], [40, 30, 0], [20, 9, 1], [12, 8, 0]])
HITS = np.array([[10, 5, 1], [8, 9, 0], [6, 1, 0], [3, 2, 0]])
AREA, GROUP = np.nonzero(STOPS)
N, S, H = (table[AREA, GROUP] for table in (STOPS, SEARCHES, HITS))


def model() -> Model:
    return Model(Cells(GROUP, AREA, np.stack([N - S, S - H, H]).astype(float)))


def points(seed: int, many: int) -> np.ndarray:
    m = model()
    return m.start() + np.random.default_rng(seed).normal(0, 0.3, (many, m.size))


def plain(m: Model, x: np.ndarray) -> np.ndarray:
    """The parameters as papers have them: of groups, then spreads, then what areas add, then cuts of cells."""
    z = m._unbent(x)[0]
    of_areas = [block.effects(z) for block in m.varying[:2]]
    return np.concatenate(
        [z[m.cut], z[m.share], z[m.shift], np.exp(z[m.spreads]), *of_areas, m._signals(z)[2]]
    )


def paper(p: np.ndarray) -> float:
    """Log density of counts and parameters."""
    cut, share, shift, spread, (share_spread, shift_spread), by_area, area_shift, cuts = np.split(
        p, np.cumsum([3, 3, 3, 3, 2, 4, 4])
    )
    carrying, move = expit(share[GROUP] + by_area[AREA]), np.exp(shift[GROUP] + area_shift[AREA])
    hit = carrying * stats.norm.sf(cuts, loc=move)
    searched = hit + (1 - carrying) * stats.norm.sf(cuts)
    densities = (
        stats.binom.logpmf(S, N, searched),
        stats.binom.logpmf(H, S, hit / searched),
        stats.norm.logpdf(cut, scale=2),
        stats.norm.logpdf(share, scale=2),
        stats.norm.logpdf(shift),
        stats.halfnorm.logpdf(spread),
        stats.halfnorm.logpdf(share_spread),
        stats.halfnorm.logpdf(shift_spread),
        stats.norm.logpdf(by_area, scale=share_spread),
        stats.norm.logpdf(area_shift, scale=shift_spread),
        stats.norm.logpdf(cuts, loc=cut[GROUP], scale=spread[GROUP]),
    )
    return float(sum(np.sum(each) for each in densities))


def test_the_density_is_that_of_the_paper_whatever_the_coordinates() -> None:
    # A change of coordinates multiplies a density by the determinant of its Jacobian.
    m = model()
    constants = []
    for x in points(1, 4):
        jacobian = np.array([(plain(m, x + e) - plain(m, x - e)) / 2e-5 for e in np.eye(m.size) * 1e-5])
        _, volume = np.linalg.slogdet(jacobian)
        constants.append(float(m.density(x[None])[0][0]) - paper(plain(m, x)) - float(volume))

    assert constants == pytest.approx([constants[0]] * 4, abs=1e-5)


def test_the_slope_is_that_of_the_density() -> None:
    m, x = model(), points(2, 2)
    slope = np.array([(m.density(x + e)[0] - m.density(x - e)[0]) / 2e-5 for e in np.eye(m.size) * 1e-5]).T

    assert m.density(x)[1] == pytest.approx(slope, abs=1e-4)


def test_the_metric_is_the_curvature_of_the_density_where_counts_are_as_expected() -> None:
    # At the cuts of cells with many searches; there the expected and the actual curvature agree.
    m = model()
    x = m.start()
    rates = m.rates(x)
    m.counts = 1e6 * np.stack(
        [1 - rates.searched, rates.searched * (1 - rates.hit), rates.searched * rates.hit]
    )
    own = m.varying[2].own
    steps = np.eye(m.size)[own] * 1e-4
    curvature = [-(m.density((x + e)[None])[1] - m.density((x - e)[None])[1])[0] @ e / 2e-8 for e in steps]

    metric = m.metric(x)

    assert metric.diagonal()[own] == pytest.approx(curvature, rel=1e-3)
    assert metric == pytest.approx(metric.T, abs=1e-6)
    assert np.linalg.eigvalsh(metric).min() > 0


def test_a_point_beyond_all_numbers_has_no_density() -> None:
    m = model()
    far = m.start()[None].copy()
    far[:, m.cut] = np.inf

    height, slope = m.density(far)

    assert height[0] == -np.inf
    assert np.isfinite(slope).all()


def test_rates_are_those_of_the_signals() -> None:
    m, x = model(), points(3, 1)[0]
    rates = m.rates(x)
    share, shift, cut = m._signals(m._unbent(x)[0])
    carrying, move = expit(share), np.exp(shift)

    assert rates.searched * rates.hit == pytest.approx(carrying * stats.norm.sf(cut, loc=move))
    assert rates.searched * (1 - rates.hit) == pytest.approx((1 - carrying) * stats.norm.sf(cut))
    odds = carrying * stats.norm.pdf(cut, loc=move) / ((1 - carrying) * stats.norm.pdf(cut))
    assert logit(rates.threshold) == pytest.approx(np.log(odds))
