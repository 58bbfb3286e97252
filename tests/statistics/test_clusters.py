"""The design effect of repeated people: by hand, against statsmodels, and what intervals then cover."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from auditkit.statistics.clusters import DesignEffect, Spread, design_effect
from auditkit.statistics.critical import normal, student
from auditkit.statistics.intervals import wilson

PEOPLE = st.lists(
    st.integers(1, 6).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=2, max_size=20
)


def spread_of(m: NDArray[np.int64]) -> Spread:
    return Spread(m.size, *(int((m**power).sum()) for power in (1, 2, 3, 4)))


def found_for(x: NDArray[np.int64], m: NDArray[np.int64]) -> DesignEffect:
    return design_effect(int(x.sum()), spread_of(m), sum_xx=int(x @ x), sum_xm=int(x @ m))


def effect_of(x: NDArray[np.int64], m: NDArray[np.int64]) -> float:
    return found_for(x, m).effect


def test_four_people_by_hand() -> None:
    # rows 2, 2, 2, 2 of which 2, 2, 0, 0: p = 1/2, residuals 1, 1, -1, -1; 4/64 x 4/3 over 1/4/8
    assert effect_of(np.array([2, 2, 0, 0]), np.array([2, 2, 2, 2])) == pytest.approx(8 / 3)


def test_unequal_people_by_hand() -> None:
    # rows 1, 3, 4 of which 1, 3, 0: p = 1/2, residuals 1/2, 3/2, -2; sum of squares 6.5. Of that much, if all rows of a
    # person agreed, 1 - 2 (1 + 27 + 64)/(8 x 26) + 26/64 would be seen: 0.5216
    seen = 1 - 2 * 92 / (8 * 26) + 26 / 64

    assert effect_of(np.array([1, 3, 0]), np.array([1, 3, 4])) == pytest.approx(6.5 / 64 / seen * 32)


def test_it_is_right_on_average_where_all_rows_of_a_person_agree() -> None:
    # Every way in which six people with 1 to 6 rows can have the outcome, each with probability 1/2: the variance that
    # is found, between = effect x p(1 - p)/m, averages to the true one, 1/4 x the sum of squares / m^2 = 91/4/441.
    m = np.arange(1, 7)
    found = []
    for chosen in itertools.product((0, 1), repeat=6):
        x = m * np.array(chosen)
        p = x.sum() / 21
        seen = 1 - 2 * (m**3).sum() / (21 * 91) + 91 / 441
        between = ((x - p * m) ** 2).sum() / 441 / seen
        found.append(between)
        if 0 < p < 1 and 1 < between * 21 / (p * (1 - p)) < 21:
            assert effect_of(x, m) == pytest.approx(between * 21 / (p * (1 - p)))

    assert np.mean(found) == pytest.approx(91 / 4 / 441)


def test_it_is_the_variance_that_statsmodels_gives_for_clusters_of_one_size() -> None:
    # OLS on a constant with cluster-robust variance; its correction is k/(k-1) x (n-1)/(n-1) for one column.
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    m = np.full(40, 5)
    x = rng.binomial(m, rng.beta(0.5, 1, 40))
    rows = np.concatenate([np.repeat([1, 0], [a, b - a]) for a, b in zip(x, m, strict=True)])
    fit = sm.OLS(rows, np.ones(rows.size)).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(40), m)}
    )
    p = rows.mean()

    assert effect_of(x, m) == pytest.approx(float(fit.bse[0]) ** 2 / (p * (1 - p) / rows.size))


def test_people_with_equally_many_rows_leave_one_degree_of_freedom_less_than_there_are_people() -> None:
    assert found_for(np.repeat([0, 1, 3], 4), np.full(12, 3)).freedom == pytest.approx(11)


def test_degrees_of_freedom_are_those_of_the_variance_that_each_person_adds() -> None:
    # All rows agree: people add 1, 4, 16 parts of variance; 21^2 / (1 + 16 + 256) - 1. No likeness: 1, 2, 4; 49/21 - 1.
    m = np.array([1, 2, 4])

    assert found_for(m, m).freedom == pytest.approx(441 / 273 - 1)
    apart = found_for(np.array([0, 1, 2] * 4), np.array([1, 2, 4] * 4))
    assert apart.effect == 1.0
    assert apart.freedom == pytest.approx(28**2 / (4 * 21) - 1)


def test_one_person_with_nearly_all_rows_leaves_no_more_than_one_row() -> None:
    m = np.array([10_000, 1, 1])

    assert effect_of(np.array([5_000, 0, 1]), m) <= m.sum()


def test_people_with_one_row_each_need_no_correction() -> None:
    # 5 of 10 people: 10/9 x 1, from dividing by 9 rather than by 10
    x, m = np.repeat([1, 0], 5), np.ones(10, dtype=np.int64)

    assert effect_of(x, m) == pytest.approx(10 / 9)


def test_it_is_never_below_one() -> None:
    # everyone has one of two rows: no spread between people at all
    assert effect_of(np.ones(20, dtype=np.int64), np.full(20, 2)) == 1.0


@pytest.mark.parametrize("each", [0, 1])
def test_where_all_agree_it_is_what_full_agreement_would_give(each: int) -> None:
    m = np.array([2, 4, 6])

    assert effect_of(each * m, m) == pytest.approx(56 / 12)  # (4 + 16 + 36) / 12


@given(people=PEOPLE, copies=st.integers(2, 5))
def test_copies_of_rows_add_nothing(people: list[tuple[int, int]], copies: int) -> None:
    x, m = (np.array(column) for column in zip(*people, strict=True))
    plain = effect_of(x, m)
    assume(plain > 1)

    assert effect_of(copies * x, copies * m) == pytest.approx(copies * plain)


@pytest.mark.parametrize(
    ("x", "m", "sums", "clusters"),
    [
        (1, 4, (1, 2, 8), 1), (5, 4, (9, 9, 9), 2), (-1, 4, (1, 2, 8), 2), (0, 0, (0, 0, 0), 2),
        (1, 4, (3, 2, 8), 2), (1, 4, (1, 9, 8), 2), (1, 4, (-1, 2, 8), 2),
        (1, 4, (1, 2, 7), 2),  # two people with four rows have squares of at least 8
    ],
)  # fmt: skip
def test_one_person_and_impossible_sums_are_refused(
    x: int, m: int, sums: tuple[int, int, int], clusters: int
) -> None:
    xx, xm, mm = sums
    with pytest.raises(ValueError, match="expected at least 2 people and sums of one table"):
        design_effect(x, Spread(clusters, m, mm, 2 * mm, 4 * mm), sum_xx=xx, sum_xm=xm)


@pytest.mark.parametrize("rows", ["about four", "very unequal"])
@pytest.mark.parametrize(("people", "share"), [(30, 0.4), (100, 0.1)])
@pytest.mark.parametrize("correlation", [0.1, 0.7])
def test_wilson_on_effective_counts_holds_the_share(
    rows: str, people: int, share: float, correlation: float
) -> None:
    rng, hits, plain = np.random.default_rng(11), 0, 0
    for _ in range(1000):
        m = 1 + rng.poisson(3, people)
        if rows == "very unequal":
            m = np.ceil(rng.lognormal(1, 1, people)).astype(np.int64)
        spread = 1 / correlation - 1
        x = rng.binomial(m, rng.beta(share * spread, (1 - share) * spread, people))
        found = found_for(x, m)
        effect = found.effect * (student(0.95, found.freedom) / normal(0.95)) ** 2
        low, high = wilson(x.sum() / effect, m.sum() / effect, critical=normal(0.95))
        hits += low <= share <= high
        low, high = wilson(int(x.sum()), int(m.sum()), critical=normal(0.95))
        plain += low <= share <= high

    assert 0.93 <= hits / 1000 <= 0.985  # two standard errors are .014
    assert plain < hits
