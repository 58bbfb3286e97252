"""Kaplan-Meier from counts by day, by hand and against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics.critical import normal
from auditkit.statistics.intervals import wilson
from auditkit.statistics.survival import kaplan_meier
from auditkit.statistics.two_phase import effective_counts

ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=15
)  # fmt: skip


def test_ten_people_by_hand() -> None:
    # Ten people. Day 1: 2 of 10 fail. Day 2: 3 leave. Day 3: 1 of 5 fails. S = .8 x .8 = .64.
    # Greenwood: .64^2 x (2 / (10 x 8) + 1 / (5 x 4)) = .4096 x .075
    found = kaplan_meier([1, 2, 3, 9], [2, 0, 1, 0], [0, 3, 0, 4], horizon=5)

    assert found == pytest.approx((0.36, 0.03072, 4))


def test_outcomes_come_before_ends_of_follow_up_on_the_same_day() -> None:
    # all four are at risk on day 3: 1 of 4; had the two left first, it would be 1 of 2
    assert kaplan_meier([3, 8], [1, 0], [2, 1], horizon=5).event_probability == 0.25


def test_days_may_repeat_and_come_in_any_order() -> None:
    found = kaplan_meier([9, 3, 1, 2, 1], [0, 1, 1, 0, 1], [4, 0, 0, 3, 0], horizon=5)

    assert found == pytest.approx((0.36, 0.03072, 4))


@pytest.mark.parametrize("horizon", [3, 4, 5, 9])
def test_the_horizon_counts_as_reached(horizon: int) -> None:
    expected = {3: 0.25, 4: 0.25, 5: 0.5, 9: 0.5}
    found = kaplan_meier([3, 5, 9], [1, 1, 0], [0, 0, 2], horizon=horizon)

    assert found.event_probability == expected[horizon]


@given(rows=ROWS, horizon=st.integers(0, 20))
def test_probability_and_variance_are_those_of_statsmodels(
    rows: list[tuple[int, int, int]], horizon: int
) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    days, events, censored = (np.array(column) for column in zip(*rows, strict=True))
    time = np.concatenate((np.repeat(days, events), np.repeat(days, censored)))
    status = np.repeat([1, 0], [events.sum(), censored.sum()])
    seen = int((time >= horizon).sum())
    if not status[time <= horizon].any() or seen == 0:
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = SurvfuncRight(time, status)
    last = np.flatnonzero(curve.surv_times <= horizon)[-1]

    found = kaplan_meier(days, events, censored, horizon=horizon)

    assert 1 - found.event_probability == pytest.approx(curve.surv_prob[last], abs=1e-12)
    assert found.at_risk == seen
    if found.event_probability < 1:
        assert found.variance == pytest.approx(curve.surv_prob_se[last] ** 2, abs=1e-12)


@given(events=st.integers(0, 30), rest=st.integers(1, 30))
def test_with_complete_follow_up_it_is_the_plain_share_and_its_variance(events: int, rest: int) -> None:
    n = events + rest
    found = kaplan_meier([10, 700], [events, 0], [0, rest], horizon=700)

    assert found == pytest.approx((events / n, events * rest / n**3, rest))


def test_a_share_of_nobody_has_variance_zero() -> None:
    assert kaplan_meier([400, 800], [0, 0], [5, 7], horizon=730) == (0, 0, 7)


def test_a_share_of_everybody_needs_nobody_at_the_horizon() -> None:
    assert kaplan_meier([10, 20], [3, 2], [0, 0], horizon=730) == (1, 0, 0)


@pytest.mark.parametrize("rows", [([10, 20], [3, 0], [0, 2]), ([], [], []), ([5], [0], [0])])
def test_nothing_is_known_at_a_horizon_that_nobody_reached(rows: tuple[list[int], ...]) -> None:
    with pytest.raises(ValueError, match="nobody was followed to day 730"):
        kaplan_meier(*rows, horizon=730)


@pytest.mark.parametrize(
    "rows", [([1, 2], [1], [1, 1]), ([1], [1, 2], [1, 2]), ([[1]], [[1]], [[1]]), ([1], [1], [[1]])]
)
def test_columns_of_unequal_length_are_refused(rows: tuple[list[int], ...]) -> None:
    with pytest.raises(ValueError, match="three columns of equal length"):
        kaplan_meier(*rows, horizon=5)


@pytest.mark.parametrize(
    "rows", [([-1], [1], [1]), ([1], [-1], [1]), ([1], [1], [-1]), ([np.nan], [1], [1]), ([np.inf], [1], [1])]
)
def test_negative_and_missing_numbers_are_refused(rows: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueError, match="must be known and at least 0"):
        kaplan_meier(*rows, horizon=5)


@pytest.mark.parametrize(("n", "share"), [(50, 0.1), (200, 0.05), (200, 0.3)])
def test_wilson_on_effective_counts_holds_the_share_when_half_were_followed_too_briefly(
    n: int, share: float
) -> None:
    rng, horizon, hits = np.random.default_rng(8), 730, 0
    for _ in range(1000):
        failing = np.ceil(rng.exponential(-horizon / np.log(1 - share), n))
        leaving = np.where(rng.random(n) < 0.5, rng.integers(30, horizon, n), horizon)
        failed = failing <= leaving
        found = kaplan_meier(np.where(failed, failing, leaving), failed, ~failed, horizon=horizon)
        counts = effective_counts(found.event_probability, found.variance, n=found.at_risk)
        low, high = wilson(*counts, critical=normal(0.95))
        hits += low <= share <= high

    assert 0.93 <= hits / 1000 <= 0.985
