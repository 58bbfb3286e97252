"""The identity of Chouldechova (2017) on tables of four counts, and the case that methods G28 prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics.impossibility import implied_false_positive_rate

COUNTS = st.integers(0, 10_000)


@pytest.mark.parametrize(("prevalence", "printed"), [(0.51, 0.4163), (0.39, 0.2557)])
def test_equal_predictive_values_and_misses_force_the_published_false_positive_rates(
    prevalence: float, printed: float
) -> None:
    assert implied_false_positive_rate(prevalence, 0.6, 0.4) == pytest.approx(printed, abs=5e-5)


@given(tn=COUNTS, fp=COUNTS, fn=COUNTS, tp=st.integers(1, 10_000))
def test_it_is_exact_on_any_table(tn: int, fp: int, fn: int, tp: int) -> None:
    n0, positives = tn + fp, fn + tp
    if n0 == 0:
        return

    implied = implied_false_positive_rate(positives / (n0 + positives), tp / (tp + fp), fn / positives)

    assert implied == pytest.approx(fp / n0, rel=1e-9, abs=1e-12)


def test_a_rate_of_one_survives_rounding() -> None:
    # everybody flagged: 7 with and 3 without the outcome
    assert implied_false_positive_rate(0.7, 0.7, 0.0) == 1.0


@given(higher=st.floats(0.31, 0.5), lower=st.floats(0.05, 0.29))
def test_the_group_with_the_higher_prevalence_has_the_higher_rate(higher: float, lower: float) -> None:
    assert implied_false_positive_rate(higher, 0.6, 0.4) > implied_false_positive_rate(lower, 0.6, 0.4)


def test_perfect_prediction_escapes_the_conflict() -> None:
    assert [implied_false_positive_rate(p, 1.0, 0.0) for p in (0.2, 0.8)] == [0.0, 0.0]


@pytest.mark.parametrize(
    "rates",
    [(0, 0.6, 0.4), (1, 0.6, 0.4), (0.5, 0, 0.4), (0.5, 1.1, 0.4), (0.5, 0.6, 1), (0.5, 0.6, -0.1)],
)
def test_a_table_without_people_on_both_sides_is_refused(rates: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="the identity needs people"):
        implied_false_positive_rate(*rates)


def test_rates_that_no_table_can_have_together_are_refused() -> None:
    # 0.9 / 0.1 x 0.5 / 0.5 x 0.8 = 7.2
    with pytest.raises(ValueError, match=r"no table has these three rates together.* 7\.2 of 1"):
        implied_false_positive_rate(0.9, 0.5, 0.2)
