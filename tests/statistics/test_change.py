"""Changes between two audits: MOVER against Newcombe's method 10, Katz's log interval and hand arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from auditkit.statistics import change
from auditkit.statistics.change import Known
from auditkit.statistics.critical import bonferroni, normal
from auditkit.statistics.intervals import katz, newcombe, wilson

Z = 1.959963984540054
COUNTS = st.integers(1, 400).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))
ARMS = st.floats(0, 10)
VALUES = st.floats(-5, 5)


def rate(x: int, m: int) -> Known:
    return Known(x / m, *wilson(x, m, critical=Z))


def known(value: float, below: float, above: float) -> Known:
    return Known(value, value - below, value + above)


@given(first=COUNTS, second=COUNTS)
def test_two_wilson_intervals_give_newcombes_method_10(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = change.difference(rate(*first), rate(*second))

    capped = max(-1.0, found.low), min(1.0, found.high)
    assert capped == pytest.approx(newcombe(*second, *first, critical=Z), abs=1e-12)


def test_the_change_of_two_rates_equals_statsmodels() -> None:
    # statsmodels compares its first sample with its second; ours is second minus first.
    expected = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")

    assert change.difference(rate(48, 80), rate(56, 70)) == pytest.approx(expected, abs=1e-12)


def test_two_normal_intervals_give_the_interval_of_a_normal_difference() -> None:
    # Standard errors 3 and 4 are 5 together, so the interval is 2 ± 5z.
    found = change.difference(known(1, 3 * Z, 3 * Z), known(3, 4 * Z, 4 * Z))

    assert found == pytest.approx((2 - 5 * Z, 2 + 5 * Z))


def test_a_ratio_of_two_katz_ratios_adds_their_log_variances() -> None:
    first, second = (30, 100, 20, 100), (50, 120, 25, 110)

    def log_variance(x: int, m: int, y: int, n: int) -> float:
        return 1 / x - 1 / m + 1 / y - 1 / n

    a, b = (Known((x / m) / (y / n), *katz(x, m, y, n, critical=Z)) for x, m, y, n in (first, second))
    half = Z * math.sqrt(log_variance(*first) + log_variance(*second))
    centre = math.log(b.value / a.value)

    assert change.ratio(a, b) == pytest.approx((math.exp(centre - half), math.exp(centre + half)))


def test_each_limit_uses_the_arms_that_face_it() -> None:
    # Lower limit: second's lower arm 3, first's upper arm 4. Upper limit: second's upper arm 12, first's lower arm 5.
    found = change.difference(known(10, 5, 4), known(20, 3, 12))

    assert found == pytest.approx((10 - 5, 10 + 13))


def test_widened_arms_are_multiplied_each_by_its_own_factor() -> None:
    # Arms 3 and 4 times 2 and 3: the change of 0 reaches √(6² + 12²) either way.
    reach = math.sqrt(180)

    found = change.difference(known(1, 3, 3), known(1, 4, 4), widen_first=2, widen_second=3)

    assert found == pytest.approx((-reach, reach))


def test_a_limit_that_does_not_exist_stays_away() -> None:
    found = change.difference(Known(1, 0.5, math.inf), Known(2, 1.5, 3))

    assert found == pytest.approx((-math.inf, 1 + math.hypot(1, 0.5)))


def test_a_figure_beyond_its_own_interval_has_no_arm_on_that_side() -> None:
    # first reaches only upwards (0.3), second only downwards (0.4), so nothing lies above the change.
    found = change.difference(Known(1.0, 1.1, 1.3), Known(2.0, 1.6, 1.9))

    assert found == pytest.approx((1 - 0.5, 1.0))


def test_a_ratio_whose_interval_reaches_zero_has_no_lower_limit() -> None:
    found = change.ratio(Known(1, 0.5, 2), Known(2, 0, 4))

    assert found.low == 0
    assert found.high == pytest.approx(2 * math.exp(math.hypot(math.log(2), math.log(2))))


def test_a_ratio_of_zero_has_no_logarithm() -> None:
    with pytest.raises(ValueError, match=r"a ratio above 0 was expected, found 0"):
        change.ratio(Known(0, 0, 1), Known(1, 0.5, 2))


@given(a=VALUES, b=VALUES, arms=st.tuples(ARMS, ARMS, ARMS, ARMS))
def test_the_change_back_is_mirrored(a: float, b: float, arms: tuple[float, float, float, float]) -> None:
    first, second = known(a, *arms[:2]), known(b, *arms[2:])

    there, back = change.difference(first, second), change.difference(second, first)

    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert there.low <= b - a <= there.high


@pytest.mark.parametrize("comparisons", [1, 2, 5, 300])
def test_widening_of_normal_arms_is_the_ratio_of_critical_values(comparisons: int) -> None:
    expected = stats.norm.ppf(1 - 0.025 / comparisons) / stats.norm.ppf(0.975)

    assert change.widening(0.95, comparisons) == pytest.approx(expected)


@pytest.mark.parametrize("comparisons", [1, 5, 300])
def test_widening_of_arms_over_blocks_is_the_ratio_of_student_t(comparisons: int) -> None:
    expected = stats.t.ppf(1 - 0.025 / comparisons, 19) / stats.t.ppf(0.975, 19)

    assert change.widening(0.95, comparisons, df=19) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rates", "size", "share"), [(100, 1000, 0.3), (100, 100, 0.05), (300, 30, 0.3), (20, 1000, 0.01)]
)
def test_widened_wilson_arms_rarely_raise_a_false_alarm(rates: int, size: int, share: float) -> None:
    """In worlds that did not change, one comparison in twenty audits may look changed, however many figures."""
    rng = np.random.default_rng(20260301)
    worlds, widen = 400, change.widening(0.95, rates)
    counts = rng.binomial(size, share, size=(worlds, rates, 2))
    arms = {x: rate(x, size) for x in {*counts.ravel().tolist()}}

    alarms = 0
    for world in counts.tolist():
        found = (change.difference(arms[x], arms[y], widen_first=widen, widen_second=widen) for x, y in world)
        alarms += any(low > 0 or high < 0 for low, high in found)

    # 5 % plus three standard errors of 400 worlds: 0.05 + 3 * 0.0109
    assert alarms / worlds <= 0.083


def test_widening_equals_the_interval_made_at_that_level_for_katz() -> None:
    alone, joint = (katz(30, 100, 20, 100, critical=c) for c in (normal(0.95), bonferroni(0.95, 40)))
    widen = change.widening(0.95, 40)

    reached = 1.5 * (alone.high / 1.5) ** widen

    assert reached == pytest.approx(joint.high)
