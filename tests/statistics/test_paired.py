"""McNemar's exact test against scipy's binomial test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from auditkit.statistics import paired

COUNT = st.integers(0, 300)


def test_mcnemar_gives_the_reference_value() -> None:
    assert paired.mcnemar_exact(30, 18) == pytest.approx(0.1114, abs=5e-5)  # methods P3


def test_mcnemar_of_a_few_incidents_by_hand() -> None:
    # All five only with the first: 2 x (1/2)^5
    assert paired.mcnemar_exact(5, 0) == pytest.approx(2 / 32)


@given(first=COUNT, second=COUNT)
def test_mcnemar_equals_the_binomial_test_and_has_no_order(first: int, second: int) -> None:
    p = paired.mcnemar_exact(first, second)

    if first + second:
        assert p == pytest.approx(binomtest(first, first + second).pvalue)
    assert p == paired.mcnemar_exact(second, first)


def test_without_any_difference_nothing_speaks_against_equality() -> None:
    assert paired.mcnemar_exact(0, 0) == 1.0


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="found 3 and -1"):
        paired.mcnemar_exact(3, -1)
