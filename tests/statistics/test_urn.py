"""The urn itself: what it refuses, which records it keeps, and its path without chance."""

from typing import Any

import numpy as np
import pytest
from scipy.special import betainc

from auditkit.statistics.urn import Correction, Urn, acceptance, mean_field, polya_limit


def make_urn(recorded: list[int], discovered: list[float], **settings: Any) -> Urn:
    reported = settings.pop("reported", [0.0] * len(discovered))
    return Urn(
        recorded=np.array(recorded),
        discovered=np.array(discovered),
        reported=np.array(reported, dtype=float),
        **settings,
    )


@pytest.mark.parametrize(
    ("recorded", "discovered", "settings", "match"),
    [
        ([1], [1.0], {}, "two areas"),
        ([1, 1], [1.0, 1.0, 1.0], {}, "shapes"),
        ([1, -1], [1.0, 1.0], {}, "0 or more"),
        ([1, 1], [1.0, np.inf], {}, "finite"),
        ([0, 0], [1.0, 1.0], {}, "not all 0"),
        ([1.5, 1], [1.0, 1.0], {}, "whole"),
        ([1, 1], [1.0, 1.0], {"decay": 1.0}, "decay"),
        ([1, 1], [1.0, 1.0], {"visits": 0}, "visits"),
        ([1, 0], [1.0, 1.0], {"correction": "importance"}, "keeps nothing"),
        ([1, 1], [1.0, 1.0], {"visits": 2, "true_rate": np.array([2.0, 1.9])}, "more than happens"),
        ([1, 1], [1.0, 1.0], {"true_rate": np.array([2.0])}, "shapes"),
    ],
)
def test_urn_refuses_what_it_cannot_play(
    recorded: list[int], discovered: list[float], settings: dict[str, Any], match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        make_urn(recorded, discovered, **settings)


def test_urn_does_not_change_with_the_callers_arrays() -> None:
    recorded, rates = np.array([3, 1]), np.ones(2)
    urn = Urn(recorded=recorded, discovered=rates, reported=rates)

    recorded[0], rates[0] = 9, 9

    assert urn.recorded.tolist() == [3, 1]
    assert urn.discovered.tolist() == urn.reported.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("here", [1, 2, 6])
def test_both_rules_agree_for_two_areas(here: int) -> None:
    counts = [np.array(here), np.array(min(here, 7 - here)), np.array(7)]

    # min(p) / p_i = (1 - p_i) / max(1 - p_j) when the other area is all the rest
    assert acceptance(*counts, rule="importance") == pytest.approx(acceptance(*counts, rule="two_area_rule"))


def test_no_correction_keeps_every_record() -> None:
    assert acceptance(np.array([3, 1]), np.array(1), np.array(4), rule="none").tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("two_area_rule", [0.593, 0.386, 0.022]), ("importance", [0.5, 0.3333, 0.1667])],  # methods reference F7
)
def test_two_area_rule_loses_the_third_area_and_the_general_rule_does_not(
    rule: Correction, expected: list[float]
) -> None:
    path = mean_field(make_urn([10, 10, 10], [3, 2, 1], correction=rule), steps=400_000, keep=[100_000])

    assert path.final == pytest.approx(expected, abs=0.001)
    assert path.path.shape == (1, 3)


def test_two_area_rule_stays_at_its_derived_equilibrium() -> None:
    # p_i = 1 - (m - 1) / (rate_i * sum of 1/rate) over the m surviving areas: with rates 3 and 2 the sum is 5/6, so
    # 1 - 1 / 2.5 = .6 and 1 - 1 / (5/3) = .4.
    start = mean_field(make_urn([600_000, 400_000, 1], [3, 2, 1], correction="two_area_rule"), steps=5_000)

    assert start.final[:2] == pytest.approx([0.6, 0.4], abs=1e-4)


def test_mean_field_takes_reports_visits_and_decay_by_hand() -> None:
    urn = make_urn([6, 2], [4, 2], reported=[1, 0], decay=0.5, visits=2)

    path = mean_field(urn, steps=1)

    # 6 loses 3 and gains 2 * .75 * 4 + 1 = 7: 10; 2 loses 1 and gains 2 * .25 * 2 = 1: 2
    assert path.final == pytest.approx([10 / 12, 2 / 12])


def test_mean_field_never_forgets_the_last_record() -> None:
    assert mean_field(make_urn([1, 1], [0, 0], decay=0.5), steps=3).final.tolist() == [0.5, 0.5]


def test_mean_field_keeps_the_steps_asked_for() -> None:
    urn = make_urn([5, 5], [2, 1])

    path = mean_field(urn, steps=20, keep=[20, 10])

    assert path.path[0] == pytest.approx(mean_field(urn, steps=10).final)
    assert path.path[1] == pytest.approx(path.final)


@pytest.mark.parametrize(("steps", "keep"), [(0, []), (5, [6]), (5, [0])])
def test_mean_field_refuses_steps_outside_the_run(steps: int, keep: list[int]) -> None:
    with pytest.raises(ValueError, match="kept steps"):
        mean_field(make_urn([5, 5], [2, 1]), steps=steps, keep=keep)


def test_equal_areas_never_correct_themselves() -> None:
    # Methods reference F6: the limit is Beta(n_A/u, n_B/u). Beta(1, 1) is uniform: P(|X - .5| > .4) = .2.
    first, second = polya_limit(np.array([1.0, 1.0]), increment=1).parameters
    limit = polya_limit(np.array([609.0, 379.0]), increment=1)

    assert betainc(first, second, 0.1) + 1 - betainc(first, second, 0.9) == pytest.approx(0.2)
    assert limit.mean[0] == pytest.approx(0.6164, abs=5e-5)
    assert limit.sd[0] == pytest.approx(0.0155, abs=5e-5)


def test_larger_increments_forget_the_start_less_evenly() -> None:
    # In units of 2, counts of 2 and 2 are one increment each.
    assert polya_limit(np.array([2.0, 2.0]), increment=2).parameters.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("recorded", "increment"), [([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)])
def test_polya_limit_needs_records_and_increments(recorded: list[float], increment: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        polya_limit(np.array(recorded), increment=increment)
