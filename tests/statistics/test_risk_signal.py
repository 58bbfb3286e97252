"""Search rates and hit rates against scipy's distributions, numerical integration and methods G35 and G36."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from auditkit.statistics import risk_signal

REALS = st.floats(-3, 3)


def test_the_reference_case_of_the_methods() -> None:
    # G36: a = 2, b = 8, t = 0.3. By hand: 1 - F = 0.7^9 + 9 x 0.3 x 0.7^8 = 0.1960
    assert float(risk_signal.search_rate(2, 8, 0.3)) == pytest.approx(0.7**9 + 9 * 0.3 * 0.7**8)
    assert round(float(risk_signal.hit_rate(2, 8, 0.3)), 4) == 0.3906


@given(a=st.floats(0.2, 20), b=st.floats(0.2, 20), t=st.floats(0.05, 0.9))
def test_the_hit_rate_is_the_mean_signal_above_the_threshold(a: float, b: float, t: float) -> None:
    signal = stats.beta(a, b)
    rate = float(risk_signal.search_rate(a, b, t))
    above, _ = integrate.quad(lambda q: q * signal.pdf(q), t, 1)

    assert rate == pytest.approx(signal.sf(t), rel=1e-9)
    if rate > 1e-6:
        assert float(risk_signal.hit_rate(a, b, t)) == pytest.approx(above / rate, rel=1e-4)


def test_one_common_threshold_can_give_unequal_hit_rates() -> None:
    # G35. Group 1: half carry something with probability 0.05, half with 0.75; group 2: half 0.05, half 0.50.
    # Everyone above 0.10 is searched, so half of either group; the hit rates are 0.75 and 0.50.
    hit_rates = []
    for signals in ([0.05, 0.75], [0.05, 0.50]):
        searched = [signal for signal in signals if signal > 0.10]
        assert len(searched) / len(signals) == 0.5
        hit_rates.append(sum(searched) / len(searched))

    assert hit_rates == [0.75, 0.50]


@given(logit=REALS, log_shift=st.floats(-2, 1), cut=REALS)
def test_shares_are_those_of_two_normal_distributions(logit: float, log_shift: float, cut: float) -> None:
    carrying, shift = 1 / (1 + np.exp(-logit)), np.exp(log_shift)

    none, miss, hit = risk_signal.cell_shares(*(np.array([each]) for each in (logit, log_shift, cut))).shares[
        :, 0
    ]

    assert miss == pytest.approx((1 - carrying) * stats.norm.sf(cut), rel=1e-9)
    assert hit == pytest.approx(carrying * stats.norm.sf(cut, loc=shift), rel=1e-9)
    assert none + miss + hit == pytest.approx(1)


@given(logit=REALS, log_shift=st.floats(-2, 1), cut=REALS)
def test_slopes_are_those_of_the_shares(logit: float, log_shift: float, cut: float) -> None:
    point, small = np.array([logit, log_shift, cut]), 1e-6
    slopes = risk_signal.cell_shares(*point[:, None]).slopes[:, :, 0]

    for k, step in enumerate(np.eye(3) * small):
        ahead, behind = (
            risk_signal.cell_shares(*each[:, None]).shares[:, 0] for each in (point + step, point - step)
        )
        assert slopes[k] == pytest.approx((ahead - behind) / (2 * small), abs=1e-8)


@given(logit=REALS, log_shift=st.floats(-2, 1), cut=REALS)
def test_the_threshold_is_the_chance_to_carry_something_at_the_cut(
    logit: float, log_shift: float, cut: float
) -> None:
    carrying, shift = 1 / (1 + np.exp(-logit)), np.exp(log_shift)
    those, others = carrying * stats.norm.pdf(cut, loc=shift), (1 - carrying) * stats.norm.pdf(cut)

    found = risk_signal.threshold(*(np.array([each]) for each in (logit, log_shift, cut)))

    assert found[0] == pytest.approx(those / (those + others), rel=1e-9)
