"""Verdicts on single numbers: methods 3.7 and its cases G23, mirrored limits, and everything that cannot be told."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.definitions.policy import Limit
from auditkit.judge.verdicts import allowed, verdict
from auditkit.measure.comparisons import Pairing, ratio
from auditkit.measure.groups import Rate
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result, Withheld

ALONE = Pairing(pairs=(), critical=None, simultaneous=False)


def make_limit(**changes: Any) -> Limit:
    given: dict[str, Any] = {
        "id": "limit", "measure": "false_positive_rate_ratio", "compare": "reference", "at_least": 0.8, "at_most": 1.25,
        "required": True, "scope": "test", "source": "methods 3.7", "why": "It is a test.",
    }  # fmt: skip
    wanted = {key: value for key, value in (given | changes).items() if value is not None}
    return Limit.model_validate(wanted)


def compared(result: Result) -> Measurement:
    return Measurement(
        metric="false_positive_rate_ratio", dimension=("race",), group=(("race", "B"),), against=(("race", "A"),),
        result=result,
    )  # fmt: skip


def make_estimate(
    interval: Bounds | None,
    interval_90: Bounds | None = None,
    *,
    family: Bounds | None = None,
    bounds: Bounds | None = None,
    reason: str | None = None,
) -> Estimate:
    return Estimate(
        value=1.0, interval=interval, interval_90=interval_90, interval_family=family, method="katz", bounds=bounds,
        reason=reason,
    )  # fmt: skip


def judged(result: Result, *, membership_unknown: bool = False, **limit: Any) -> str:
    return verdict(compared(result), make_limit(**limit), membership_unknown=membership_unknown)


def rate(x: int, m: int) -> Rate:
    return Rate(numerator=x, denominator=m, value=x / m, reason=None)


@pytest.mark.parametrize(
    ("first", "second", "printed", "expected"),
    [  # methods G23, margin .8 to 1.25, intervals by Katz
        ((588, 1000), (348, 1000), {"interval": (1.5297, 1.8663)}, "does_not_meet"),
        ((2100, 5000), (2050, 5000), {"interval_90": (0.9851, 1.0652)}, "meets"),
        ((9, 60), (6, 60), {"interval": (0.5692, 3.9531)}, "cannot_tell"),
        ((1150, 5000), (1000, 5000), {"interval_90": (1.0797, 1.2248), "interval": (1.0668, 1.2397)}, "meets"),
        ((260, 1000), (200, 1000), {"interval": (1.1054, 1.5289)}, "cannot_tell"),
    ],
)  # fmt: skip
def test_the_published_cases_get_the_published_verdicts(
    first: tuple[int, int], second: tuple[int, int], printed: dict[str, Bounds], expected: str
) -> None:
    result = ratio(rate(*first), rate(*second), ALONE, kind="katz")

    assert isinstance(result, Estimate)
    for name, limits in printed.items():
        assert getattr(result, name) == pytest.approx(limits, abs=5e-5)
    assert judged(result) == expected


def test_a_disparity_downwards_does_not_meet_either() -> None:
    # The first case of G23 the other way round: 348 to 588, 1 / 1.8663 to 1 / 1.5297, wholly below .8.
    result = ratio(rate(348, 1000), rate(588, 1000), ALONE, kind="katz")

    assert judged(result) == "does_not_meet"


def test_a_difference_that_is_not_significant_is_no_evidence_of_equality() -> None:
    # Methods 3.7: 9/60 against 6/60 includes 1 and cannot tell.
    result = ratio(rate(9, 60), rate(6, 60), ALONE, kind="katz")

    assert isinstance(result, Estimate)
    assert result.interval is not None
    low, high = result.interval
    assert low is not None
    assert high is not None
    assert low < 1 < high
    assert judged(result) == "cannot_tell"


def test_the_family_interval_decides_whether_a_limit_is_not_met() -> None:
    wholly_outside = make_estimate((1.3, 1.9), (1.35, 1.8), family=(1.27, 2.0))
    jointly_across = make_estimate((1.3, 1.9), (1.35, 1.8), family=(1.2, 2.0))

    assert judged(wholly_outside) == "does_not_meet"
    assert judged(jointly_across) == "cannot_tell"


def test_the_90_per_cent_interval_decides_whether_a_limit_is_met() -> None:
    # Two one-sided tests at 5 % (Schuirmann 1987): the 95 % and the family interval may cross the margin.
    assert judged(make_estimate((0.78, 1.2), (0.82, 1.15), family=(0.7, 1.3))) == "meets"
    assert judged(make_estimate((0.76, 1.2), (0.79, 1.15))) == "cannot_tell"


def test_an_interval_that_touches_its_limit_from_inside_is_inside() -> None:
    assert judged(make_estimate((0.7, 1.3), (0.8, 1.25))) == "meets"
    assert judged(make_estimate((1.25, 1.4), (1.26, 1.38))) == "cannot_tell"


@pytest.mark.parametrize(
    "result",
    [
        NotEstimable(reason="NE-DENOM"), NotEstimable(reason="NE-BOTHZERO"), NotEstimable(reason="NE-SUPP"), Withheld(),
        make_estimate(None), make_estimate((0.9, 1.1), None),
    ],
)  # fmt: skip
def test_what_has_no_interval_cannot_be_told(result: Result) -> None:
    # Methods 1.6: not estimable never counts as a pass.
    assert judged(result) == "cannot_tell"


def test_an_estimate_with_a_reason_never_meets_and_may_still_fail() -> None:
    assert judged(make_estimate((0.9, 1.1), (0.92, 1.08), reason="NE-SMALL")) == "cannot_tell"
    assert judged(make_estimate((1.3, 1.9), (1.4, 1.8), reason="NE-SMALL")) == "does_not_meet"


def test_unknown_membership_turns_meets_into_cannot_tell() -> None:
    inside = make_estimate((0.9, 1.1), (0.92, 1.08))

    assert judged(inside) == "meets"
    assert judged(inside, membership_unknown=True) == "cannot_tell"


def test_unknown_membership_leaves_a_failure_a_failure() -> None:
    assert judged(make_estimate((1.3, 1.9), (1.4, 1.8)), membership_unknown=True) == "does_not_meet"


def test_worst_cases_inside_the_limit_let_it_be_met_despite_unknown_membership() -> None:
    inside = make_estimate((0.9, 1.1), (0.92, 1.08), bounds=(0.85, 1.2))
    across = make_estimate((0.9, 1.1), (0.92, 1.08), bounds=(0.7, 1.2))

    assert judged(inside, membership_unknown=True) == "meets"
    assert judged(across, membership_unknown=True) == "cannot_tell"


# Intervals without an end: 5 of 20 against 0 of 20 is at least 1.4529 (G10).


def test_a_ratio_without_an_upper_limit_fails_a_limit_it_lies_wholly_above() -> None:
    result = ratio(rate(5, 20), rate(0, 20), ALONE, kind="katz")

    assert isinstance(result, Estimate)
    assert result.value is None
    assert judged(result) == "does_not_meet"


def test_a_ratio_without_an_upper_limit_never_meets_an_upper_limit() -> None:
    assert judged(make_estimate((0.9, None), (0.95, None))) == "cannot_tell"


def test_a_ratio_without_an_upper_limit_can_meet_a_lower_one() -> None:
    assert judged(make_estimate((0.9, None), (0.95, None)), at_most=None) == "meets"


def test_an_interval_without_a_lower_limit_can_meet_an_upper_one() -> None:
    assert judged(make_estimate((None, 1.1), (None, 1.05)), at_least=None) == "meets"
    assert judged(make_estimate((None, 0.7), (None, 0.6))) == "does_not_meet"


# Which range a limit allows.


@pytest.mark.parametrize(
    ("limit", "mirrored", "expected"),
    [
        ({}, False, (0.8, 1.25)),
        ({"at_least": None}, False, (-math.inf, 1.25)),
        ({"at_most": None}, False, (0.8, math.inf)),
        ({"at_least": None}, True, (0.8, 1.25)),  # 1 / 1.25
        ({"at_most": None}, True, (0.8, 1.25)),  # 1 / .8
        ({"at_least": 0.5}, True, (0.8, 1.25)),  # the narrower of .5 and 1 / 1.25; 1.25 and 2
        ({"at_least": 0, "at_most": None}, True, (0, math.inf)),
        ({"measure": "selection_rate_difference", "at_least": None, "at_most": 0.1}, True, (-0.1, 0.1)),
        ({"measure": "selection_rate_difference", "at_least": -0.05, "at_most": 0.1}, True, (-0.05, 0.05)),
        ({"measure": "selection_rate_difference", "at_least": None, "at_most": 0.1}, False, (-math.inf, 0.1)),
    ],
)  # fmt: skip
def test_a_limit_allows_its_range_and_between_peers_its_mirror_image(
    limit: dict[str, Any],
    mirrored: bool,  # noqa: FBT001  # a case, not a flag
    expected: tuple[float, float],
) -> None:
    assert allowed(make_limit(**limit), mirrored=mirrored) == pytest.approx(expected)


def test_a_ratio_of_at_most_zero_allows_nothing_between_peers() -> None:
    # No two groups can each have nothing of what the other has.
    low, high = allowed(make_limit(at_least=None, at_most=0), mirrored=True)

    assert low > high


def test_among_all_pairs_the_order_of_two_groups_does_not_matter() -> None:
    # 348 of 1000 against 588 of 1000 is below 1 / 1.25, so "at most 1.25" fails in this order too.
    down = ratio(rate(348, 1000), rate(588, 1000), ALONE, kind="katz")

    assert judged(down, compare="all_pairs", at_least=None) == "does_not_meet"
    assert judged(down, compare="reference", at_least=None) == "meets"


def test_a_number_about_all_groups_is_not_mirrored() -> None:
    whole = Measurement(
        metric="adverse_impact_ratio", dimension=("race",), group=(), against=None,
        result=make_estimate((0.85, 1.0), (0.9, 1.0)),
    )  # fmt: skip
    limit = make_limit(measure="adverse_impact_ratio", compare="all_pairs", at_most=None)

    assert verdict(whole, limit, membership_unknown=False) == "meets"


@given(
    limits=st.tuples(*[st.floats(0.01, 5)] * 2).map(lambda pair: tuple(sorted(pair))),
    inner=st.tuples(*[st.floats(0.01, 5)] * 2).map(lambda pair: tuple(sorted(pair))),
)
def test_two_sided_ratio_limits_judge_a_pair_alike_in_both_orders(
    limits: tuple[float, float], inner: tuple[float, float]
) -> None:
    low, high = limits
    there = make_estimate(limits, (max(low, min(inner)), max(low, min(high, max(inner)))))
    assert there.interval_90 is not None
    a, b = there.interval_90
    assert a is not None
    assert b is not None
    back = make_estimate((1 / high, 1 / low), (1 / b, 1 / a))
    limit: dict[str, Any] = {
        "compare": "all_pairs",
        "at_least": 0.5,
        "at_most": 2.0,
    }  # exact reciprocals in binary

    near_a_limit = any(abs(value - edge) < 1e-9 for value in (low, high, a, b) for edge in (0.5, 2.0))
    assert near_a_limit or judged(there, **limit) == judged(back, **limit)


def test_meets_needs_the_chance_around_the_bounds_within_the_limit_too() -> None:
    inside = make_estimate((0.9, 1.1), (0.92, 1.08), bounds=(0.85, 1.2))

    assert judged(replace(inside, bounds_interval_90=(0.81, 1.24)), membership_unknown=True) == "meets"
    assert judged(replace(inside, bounds_interval_90=(0.79, 1.24)), membership_unknown=True) == "cannot_tell"
    assert judged(replace(inside, bounds=(0.7, 1.2), bounds_interval_90=(0.81, 1.24))) == "cannot_tell"


@pytest.mark.parametrize(
    ("bounds", "around", "around_90", "expected"),
    [
        ((0.9, 1.1), (0.85, 1.2), (0.86, 1.19), "meets"),
        ((0.9, 1.1), (0.7, 1.3), (0.75, 1.28), "cannot_tell"),
        ((1.3, 1.5), (1.2, 1.6), (1.22, 1.58), "cannot_tell"),  # outside, but chance reaches back in
        ((1.4, 1.5), (1.3, 1.6), (1.32, 1.58), "does_not_meet"),
    ],
)
def test_bounds_alone_are_judged_with_what_chance_adds(
    bounds: Bounds, around: Bounds, around_90: Bounds, expected: str
) -> None:
    alone = replace(
        make_estimate(None, bounds=bounds), value=None, bounds_interval=around, bounds_interval_90=around_90
    )

    assert judged(alone) == expected


@pytest.mark.parametrize(
    ("bounds", "expected"), [((0.9, 1.2), "meets"), ((0.7, 1.2), "cannot_tell"), (None, "cannot_tell")]
)
def test_a_number_by_itself_meets_a_limit_if_its_bounds_do(bounds: Bounds | None, expected: str) -> None:
    number = make_estimate((0.1, 9.0), (0.2, 8.0), bounds=bounds)

    assert judged(number, membership_unknown=True, judged_by="value") == expected


def test_bounds_alone_are_compared_where_the_number_alone_counts() -> None:
    alone = replace(make_estimate(None, bounds=(0.9, 1.2)), value=None, bounds_interval=(0.1, 9.0))

    assert judged(alone, judged_by="value") == "meets"
