"""Changes of level are found where they are, by a statistic that a plain double loop repeats."""

import math

import numpy as np
import pytest

from auditkit.statistics.change_points import CRITICAL, level_change


def by_hand(counts: list[int], at: int) -> float:
    """Shao and Zhang's statistic of one split, written out term by term."""
    n, y = len(counts), [2 * math.sqrt(x + 3 / 8) for x in counts]
    gap = (sum(y[:at]) - at / n * sum(y)) ** 2 / n
    first = sum((sum(y[:t]) - t / at * sum(y[:at])) ** 2 for t in range(1, at + 1))
    last = sum((sum(y[t - 1 :]) - (n - t + 1) / (n - at) * sum(y[at:])) ** 2 for t in range(at + 1, n + 1))
    return gap / ((first + last) / n**2)


def test_the_statistic_is_that_of_a_double_loop() -> None:
    counts = [3, 5, 4, 6, 2, 4, 5, 3, 4, 4, 5, 6, 3, 8, 9, 7, 10, 8, 9, 7, 8, 11, 9, 8, 10, 7]
    expected = {at: by_hand(counts, at) for at in range(2, 25)}

    found = level_change(counts)

    assert found.at == max(expected, key=expected.__getitem__) == 13
    assert found.statistic == pytest.approx(max(expected.values()), rel=1e-12)
    assert found.ratio == pytest.approx((111 / 13) / (54 / 13))  # sums by hand


def test_false_alarms_are_about_as_rare_as_stated() -> None:
    rng = np.random.default_rng(5)
    series = rng.poisson(6, size=(200, 36))

    alarms = sum(level_change(one).statistic > CRITICAL[0.05] for one in series)

    assert alarms <= 20  # of 200 at 5 %: 10 expected, more than 20 once in 860 (binomial)


def test_a_series_that_never_varies_has_no_change() -> None:
    assert level_change([5] * 30).statistic == 0


def test_a_clean_step_is_found_where_it_is() -> None:
    found = level_change([4] * 12 + [8] * 12)

    assert (found.at, found.statistic, found.ratio) == (12, math.inf, 2.0)


def test_records_that_begin_after_nothing_have_an_infinite_ratio() -> None:
    assert level_change([0] * 15 + [3, 4] * 8).ratio == math.inf


@pytest.mark.parametrize("counts", [[1] * 23, [1.0] * 23 + [math.nan], [1] * 23 + [-1]])
def test_too_few_missing_or_negative_counts_are_refused(counts: list[float]) -> None:
    with pytest.raises(ValueError, match="24 counts from 0 up"):
        level_change(counts)
