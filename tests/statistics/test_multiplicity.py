"""Adjusted p-values against statsmodels, scipy and the list of Benjamini and Hochberg (methods G20, G21)."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from auditkit.statistics.multiplicity import benjamini_hochberg, bonferroni, holm

Adjust = Callable[[list[float]], np.ndarray]
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
BH_1995 = [
    .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .324, .4262, .5719, .6528, .759, 1,
]  # fmt: skip


def test_benjamini_and_hochberg_reject_four_of_their_fifteen() -> None:
    adjusted = benjamini_hochberg(BH_1995)

    expected = [.0015, .0030, .0095, .035625, .0603, .063857, .063857, .0645, .0765, .486]  # fmt: skip
    assert adjusted[:10] == pytest.approx(expected, abs=1e-6)
    assert (adjusted <= 0.05).sum() == 4


@pytest.mark.parametrize("adjust", [bonferroni, holm])
def test_bonferroni_and_holm_reject_three_of_the_same_fifteen(adjust: Adjust) -> None:
    assert (adjust(BH_1995) <= 0.05).sum() == 3


@pytest.mark.parametrize("family", [BH_1995, BH_1995[::-1], [0.02, 0.02, 0.01, 0.3, 0.02, 0.0, 1.0], [0.4]])
def test_holm_equals_statsmodels(family: list[float]) -> None:
    # A few families only: statsmodels collects garbage in every call, which takes a fifth of a second.
    assert holm(family) == pytest.approx(multipletests(family, method="holm")[1], abs=1e-12)


@pytest.mark.parametrize(("adjust", "method"), [(bonferroni, "bonferroni"), (benjamini_hochberg, "fdr_bh")])
@given(family=FAMILIES)
def test_adjusted_p_values_equal_statsmodels(adjust: Adjust, method: str, family: list[float]) -> None:
    expected = multipletests(family, method=method)[1]

    assert adjust(family) == pytest.approx(expected, abs=1e-12)


@given(family=FAMILIES)
def test_benjamini_hochberg_equals_scipy(family: list[float]) -> None:
    assert benjamini_hochberg(family) == pytest.approx(false_discovery_control(family), abs=1e-12)


@given(family=FAMILIES)
def test_no_adjustment_lowers_a_p_value_and_holm_lies_between_the_others(family: list[float]) -> None:
    raw, rounding = np.array(family), 1e-15

    assert (raw <= benjamini_hochberg(family) + rounding).all()
    assert (benjamini_hochberg(family) <= holm(family) + rounding).all()
    assert (holm(family) <= bonferroni(family) + rounding).all()
    assert (bonferroni(family) <= 1).all()


@pytest.mark.parametrize("adjust", [bonferroni, holm, benjamini_hochberg])
def test_adjusted_p_values_keep_the_order_of_their_tests(adjust: Adjust) -> None:
    forwards, backwards = adjust([0.9, 0.001, 0.03]), adjust([0.03, 0.001, 0.9])

    assert forwards.tolist() == backwards.tolist()[::-1]
    assert forwards.argmin() == 1


@pytest.mark.parametrize("adjust", [bonferroni, holm, benjamini_hochberg])
def test_a_family_without_tests_stays_empty(adjust: Adjust) -> None:
    assert adjust([]).tolist() == []


@pytest.mark.parametrize("family", [[0.5, -0.1], [1.1], [float("nan")], [[0.1], [0.2]]])
@pytest.mark.parametrize("adjust", [bonferroni, holm, benjamini_hochberg])
def test_only_p_values_are_adjusted(adjust: Adjust, family: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust(family)
