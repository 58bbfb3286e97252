"""Intervals of differences whose ends err equally often."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom

from auditkit.statistics import equal_tailed, intervals
from auditkit.statistics.equal_tailed import laud_difference
from auditkit.statistics.intervals import Interval

Z, Z90 = 1.959963984540054, 1.6448536269514722

worked_out = laud_difference.__wrapped__  # type: ignore[attr-defined]  # past what is kept of earlier calls


def chance_of_a_claim(m: int, n: int, base: float, *, method: Callable[..., Interval]) -> float:
    """Sum the chance that an upper end lies below a true difference of .1, over all pairs of counts."""
    of_x, of_y = binom.pmf(np.arange(m + 1), m, base + 0.1), binom.pmf(np.arange(n + 1), n, base)
    chance = 0.0
    for x in np.flatnonzero(of_x > 1e-6).tolist():
        for y in np.flatnonzero(of_y > 1e-6).tolist():
            if method(x, m, y, n, critical=Z90).high < 0.1:
                chance += float(of_x[x] * of_y[y])
    return chance


def test_published_intervals_of_5_of_56_and_0_of_29_are_reproduced(monkeypatch: pytest.MonkeyPatch) -> None:
    # Output of R's ratesci::rdci(5, 56, 0, 29, precis = 4): SCAS, and Miettinen-Nurminen, which lacks the correction.
    assert laud_difference(5, 56, 0, 29, critical=Z) == pytest.approx([-0.0186, 0.1867], abs=5e-5)
    monkeypatch.setattr(equal_tailed, "FLAT", np.inf)
    assert worked_out(5, 56, 0, 29, critical=Z) == pytest.approx([-0.0326, 0.1933], abs=5e-5)


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (805, 1795, 349, 1488), (4, 300, 9, 41)]
)
def test_at_its_ends_the_score_of_the_likeliest_rates_meets_the_critical_value(
    counts: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equal_tailed, "FLAT", np.inf)  # Miettinen and Nurminen's, without the correction
    x, m, y, n = counts
    ends = worked_out(*counts, critical=Z)
    for end, expected in zip(ends, (Z, -Z), strict=True):
        found = minimize_scalar(
            lambda q, end=end: -binom.logpmf(x, m, q + end) - binom.logpmf(y, n, q),
            bounds=(max(0, -end), min(1, 1 - end)), method="bounded", options={"xatol": 1e-12},
        )  # fmt: skip
        q, p = found.x, found.x + end
        error = np.sqrt((p * (1 - p) / m + q * (1 - q) / n) * (m + n) / (m + n - 1))
        assert (x / m - y / n - end) / error == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("m", "n", "base", "other", "least"),
    [(200, 200, 0.02, intervals.agresti_caffo, 0.059), (300, 30, 0.02, intervals.newcombe, 0.07)],
)
def test_a_claim_at_one_end_of_a_difference_errs_in_no_more_than_one_case_in_twenty(
    m: int, n: int, base: float, other: Callable[..., Interval], least: float
) -> None:
    # exact sums over both binomial distributions; what is over .05 is the lattice of whole counts
    assert chance_of_a_claim(m, n, base, method=other) > least
    assert 0.04 < chance_of_a_claim(m, n, base, method=laud_difference) < 0.0515


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((0, 10, 10, 10), -1.0, None),
        ((10, 10, 0, 10), None, 1.0),
    ],
)
def test_what_cannot_be_refused_reaches_to_the_end_of_the_scale(
    counts: tuple[int, int, int, int], low: float | None, high: float | None
) -> None:
    found = laud_difference(*counts, critical=Z90)

    assert low is None or found.low == low
    assert high is None or found.high == high


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_the_interval_holds_the_estimate_and_turns_round_with_the_groups(
    m: int, n: int, data: st.DataObject
) -> None:
    x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = laud_difference(x, m, y, n, critical=Z90)
        down, up = laud_difference(y, n, x, m, critical=Z90)
        turned, over = laud_difference(m - x, m, n - y, n, critical=Z90)

    assert -1 <= low <= x / m - y / n <= high <= 1
    assert (down, up) == pytest.approx((-high, -low), abs=1e-9)
    assert (turned, over) == pytest.approx((-high, -low), abs=1e-7)  # of those without the event


@pytest.mark.parametrize("counts", [(0, 0, 1, 2), (3, 2, 1, 2), (-1, 2, 1, 2), (1, 2, 3, 2), (1, 2, 0, 0)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= count <= total"):
        laud_difference(*counts, critical=Z90)


def test_a_search_that_does_not_settle_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = laud_difference(7, 90, 3, 40, critical=Z90)
    monkeypatch.setattr(equal_tailed, "SECANTS", 1)

    assert laud_difference(7, 90, 3, 40, critical=Z90) == pytest.approx(settled, abs=1e-10)
