"""Blocks drawn anew: their mean and spread against the formulas of sampling with replacement."""

import numpy as np
import pytest

from auditkit.statistics import block_bootstrap

TOTALS = np.array([[1.0, 3.0], [4.0, 1.0], [10.0, 2.0], [0.0, 5.0], [7.0, 4.0]])


def test_drawn_sums_have_the_mean_and_variance_of_sampling_with_replacement() -> None:
    sums = block_bootstrap.bootstrap_blocks(TOTALS, replicates=40_000, rng=np.random.default_rng(3))

    assert sums.shape == (40_000, 2)
    assert sums.mean(axis=0) == pytest.approx([22, 15], rel=0.01)
    assert sums.var(axis=0) == pytest.approx(5 * TOTALS.var(axis=0), rel=0.03)  # n draws of variance s2


def test_the_same_seed_gives_the_same_sums_in_whatever_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = block_bootstrap.bootstrap_blocks(TOTALS, replicates=20, rng=np.random.default_rng(3))
    monkeypatch.setattr(block_bootstrap, "CHUNK", 15)

    chunks = block_bootstrap.bootstrap_blocks(TOTALS, replicates=20, rng=np.random.default_rng(3))

    assert chunks == pytest.approx(whole)


def test_areas_and_periods_are_drawn_each_on_their_own() -> None:
    # Cells a_i x b_t: the drawn sum is the product of two independent drawn sums, so its second moment is
    # (E A^2)(E B^2) with E A^2 = (sum a)^2 + n var(a).
    a, b = TOTALS[:, 0], np.array([1.0, 2.0, 6.0])
    cube = np.stack([np.outer(a, b), np.ones((5, 3))])

    sums = block_bootstrap.bootstrap_blocks_and_periods(
        cube, range(5), period_blocks=range(3), replicates=60_000, rng=np.random.default_rng(4)
    )

    second = (22**2 + 5 * a.var()) * (9**2 + 3 * b.var())
    assert sums[:, 1] == pytest.approx(np.full(60_000, 15.0))  # drawn weights always add up to 5 x 3
    assert sums[:, 0].mean() == pytest.approx(22 * 9, rel=0.01)
    assert np.mean(sums[:, 0] ** 2) == pytest.approx(second, rel=0.03)


def test_crossed_draws_do_not_depend_on_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw() -> np.ndarray:
        return block_bootstrap.bootstrap_blocks_and_periods(
            np.arange(30.0).reshape(1, 5, 6),
            [0, 0, 1, 2, 2],
            period_blocks=[0, 0, 1, 1, 2, 2],
            replicates=10,
            rng=np.random.default_rng(4),
        )

    whole = draw()
    monkeypatch.setattr(block_bootstrap, "CHUNK", 9)

    assert draw() == pytest.approx(whole)


@pytest.mark.parametrize(("totals", "replicates"), [(np.empty((0, 2)), 10), (TOTALS, 0)])
def test_draws_need_blocks_and_replicates(totals: np.ndarray, replicates: int) -> None:
    with pytest.raises(ValueError, match="at least one block"):
        block_bootstrap.bootstrap_blocks(totals, replicates=replicates, rng=np.random.default_rng(1))
