"""Differences, ratios, ranges and the adverse impact ratio: passing, failing and not estimable, and their families."""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Any, Literal

import pytest
from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, studentized_range
from statsmodels.stats.proportion import confint_proportions_2indep

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.measurements import Bounds, Estimate, Family, Measurement, NotEstimable
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally
from auditkit.statistics.equal_tailed import laud_difference

Totals = Mapping[str, tuple[int, int]]
"""Flagged, and of how many, by group."""
TWO = {"A": (30, 100), "B": (12, 100)}
FOUR = {
    "Black": (2174, 3696),
    "Hispanic": (190, 637),
    "Other": (79, 377),
    "White": (854, 2454),
}  # methods G16
GROUP_TOTALS = st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SEVERAL = st.dictionaries(st.sampled_from("ABCDE"), GROUP_TOTALS, min_size=2, max_size=5)


def make_tally(groups: Totals, *, reference: str | None) -> Tally:
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=None, n=n, suppressed=False)
        for group, (flagged, of) in groups.items()
        for decision, n in ((1, flagged), (0, of - flagged))
    )
    race = GroupTally(dimension=("race",), reference=None if reference is None else (reference,), cells=cells)
    return Tally(dimensions=(race,), has_outcome=False, refused=())


def family(metric: str, compare: Literal["reference", "all_pairs", "each"], *, level: float = 0.95) -> Family:
    return Family(metric=metric, dimension=("race",), compare=compare, level=level)


def measured(
    groups: Totals,
    *families: Family,
    reference: str | None = "A",
    minimum_n: int = 1,
    kind: Literal["katz", "koopman"] = "katz",
    orientation: Literal["burden", "benefit"] = "burden",
) -> dict[str, Measurement]:
    measuring = Measuring(
        orientation=orientation, families=families, minimum_n=minimum_n, ratio_interval=kind
    )
    found = measure(
        make_tally(groups, reference=reference), metrics=("selection_rate", "favourable_rate"),
        measuring=measuring, progress=lambda _words: None,
    )  # fmt: skip
    return found.by_id()


def estimate(found: Mapping[str, Measurement], ident: str) -> Estimate:
    result = found[ident].result
    assert isinstance(result, Estimate), result
    return result


def reason(found: Mapping[str, Measurement], ident: str) -> str:
    result = found[ident].result
    assert isinstance(result, NotEstimable), result
    return result.reason


def open_limits(bounds: Bounds | None) -> tuple[float, float]:
    """Read an absent limit as an infinite one."""
    assert bounds is not None
    low, high = bounds
    return -math.inf if low is None else low, math.inf if high is None else high


def pairs(found: Mapping[str, Measurement], metric: str) -> list[str]:
    return [ident.partition("/")[2] for ident, item in found.items() if item.metric == metric]


def two_sided(counts: tuple[int, int, int, int], value: float, **how: Any) -> Any:
    """Ask statsmodels for the interval at a critical value."""
    return confint_proportions_2indep(*counts, alpha=float(2 * norm.sf(value)), **how)


# A single pair.


def test_a_difference_is_group_minus_reference_with_newcombes_interval() -> None:
    found = estimate(measured(TWO), "selection_rate_difference/race=B~race=A")

    counts = (12, 100, 30, 100)
    assert found.value == pytest.approx(0.12 - 0.30)
    assert found.interval == pytest.approx(
        confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    )
    assert found.interval_90 == laud_difference(*counts, critical=norm.ppf(0.95))  # itself held against R's
    assert found.method == "newcombe"


def test_a_ratio_is_group_over_reference_with_katzs_interval() -> None:
    found = estimate(measured(TWO), "selection_rate_ratio/race=B~race=A")

    counts = (12, 100, 30, 100)
    assert found.value == pytest.approx(0.4)
    assert found.interval == pytest.approx(confint_proportions_2indep(*counts, method="log", compare="ratio"))
    assert found.interval_90 == pytest.approx(
        confint_proportions_2indep(*counts, method="log", compare="ratio", alpha=0.1)
    )
    assert found.method == "katz"


def test_a_policy_may_ask_for_koopmans_interval_where_cells_are_filled() -> None:
    found = estimate(measured(TWO, kind="koopman"), "selection_rate_ratio/race=B~race=A")

    expected = confint_proportions_2indep(12, 100, 30, 100, method="score", compare="ratio", correction=False)
    assert found.method == "koopman"
    assert found.interval == pytest.approx(expected, rel=1e-6)


def test_a_family_of_one_comparison_has_no_family_interval() -> None:
    found = measured(TWO)

    assert estimate(found, "selection_rate_difference/race=B~race=A").interval_family is None
    assert estimate(found, "selection_rate_ratio/race=B~race=A").interval_family is None


@pytest.mark.parametrize(
    ("first", "limits"),
    [((5, 20), None), ((20, 20), None), ((0, 20), (0.0, 0.6883))],  # the last: methods G10
)
def test_a_ratio_with_an_empty_or_full_cell_takes_koopmans_interval(
    first: tuple[int, int], limits: tuple[float, float] | None
) -> None:
    reference = (5, 20) if limits else (20, 20)

    found = estimate(measured({"A": reference, "B": first}), "selection_rate_ratio/race=B~race=A")

    assert found.method == "koopman"
    if limits:
        assert found.interval == pytest.approx(limits, abs=5e-5)


def test_a_ratio_to_a_rate_of_zero_has_a_lower_limit_and_no_value() -> None:
    # Methods G10: 5 of 20 against 0 of 20 is at least 1.4529.
    found = estimate(measured({"A": (0, 20), "B": (5, 20)}), "selection_rate_ratio/race=B~race=A")

    assert found.value is None
    assert open_limits(found.interval) == pytest.approx((1.4529, math.inf), abs=5e-5)
    assert found.interval is not None
    assert found.interval_90 is not None
    assert found.interval[1] is None
    assert found.interval_90[1] is None


def test_a_ratio_of_two_zero_rates_is_not_estimable_while_their_difference_is() -> None:
    found = measured({"A": (0, 20), "B": (0, 30)})

    assert reason(found, "selection_rate_ratio/race=B~race=A") == "NE-BOTHZERO"
    assert estimate(found, "selection_rate_difference/race=B~race=A").value == 0


def test_two_full_groups_have_a_ratio_of_one_with_the_closed_form_interval() -> None:
    # 20 (theta - 1) = 3.8415 gives theta = 1.19207, and its inverse on the other side.
    found = estimate(measured({"A": (20, 20), "B": (20, 20)}), "selection_rate_ratio/race=B~race=A")

    assert found.value == 1
    assert found.interval == pytest.approx((1 / 1.19207, 1.19207), abs=5e-6)


@pytest.mark.parametrize(
    ("groups", "minimum_n", "code"),
    [({"A": (0, 0), "B": (5, 20)}, 1, "NE-DENOM"), ({"A": (5, 20), "B": (3, 9)}, 10, "NE-SMALL")],
)
def test_a_comparison_with_a_rate_that_cannot_be_estimated_carries_its_reason(
    groups: Totals, minimum_n: int, code: str
) -> None:
    found = measured(groups, minimum_n=minimum_n)

    for metric in ("selection_rate_difference", "selection_rate_ratio"):
        assert reason(found, f"{metric}/race=B~race=A") == code
    assert reason(found, "selection_rate_range/race") == code
    assert reason(found, "adverse_impact_ratio/race") == code


def test_a_comparison_is_not_estimable_when_the_reference_group_is_absent() -> None:
    # In an intersection such as race and sex the reference group itself may have nobody.
    found = measured({"B": (5, 20), "C": (9, 30)}, reference="A")

    against_nobody = [item for item in found.values() if item.against == (("race", "A"),)]
    assert all(item.result == NotEstimable(reason="NE-DENOM") for item in against_nobody)
    assert estimate(found, "selection_rate/race=B").value == 0.25


# Families.


def test_against_a_reference_each_other_group_is_compared_once() -> None:
    found = measured(FOUR, reference="White")

    expected = [f"race={group}~race=White" for group in ("Black", "Hispanic", "Other")]
    assert pairs(found, "selection_rate_ratio") == expected
    assert pairs(found, "selection_rate_difference") == expected


def test_against_a_reference_the_family_interval_is_bonferroni_over_the_other_groups() -> None:
    # Three comparisons: each at 1 - .05 / 3.
    found = measured(FOUR, reference="White")

    ratio = estimate(found, "selection_rate_ratio/race=Black~race=White")
    difference = estimate(found, "selection_rate_difference/race=Black~race=White")
    counts = (2174, 3696, 854, 2454)
    assert ratio.interval_family == pytest.approx(
        confint_proportions_2indep(*counts, method="log", compare="ratio", alpha=0.05 / 3), rel=1e-9
    )
    assert difference.interval_family == pytest.approx(
        confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=0.05 / 3), rel=1e-9
    )


def test_bonferroni_counts_only_the_comparisons_that_can_be_estimated() -> None:
    groups = dict(FOUR) | {"Tiny": (1, 5)}

    found = measured(groups, reference="White", minimum_n=10)

    assert reason(found, "selection_rate_ratio/race=Tiny~race=White") == "NE-SMALL"
    assert estimate(found, "selection_rate_ratio/race=Black~race=White").interval_family == pytest.approx(
        confint_proportions_2indep(2174, 3696, 854, 2454, method="log", compare="ratio", alpha=0.05 / 3),
        rel=1e-9,
    )


def test_without_a_reference_every_pair_is_compared_once_in_order_of_name() -> None:
    found = measured(FOUR, reference=None)

    expected = [f"race={a}~race={b}" for a, b in combinations(sorted(FOUR), 2)]
    assert pairs(found, "selection_rate_difference") == expected


def test_all_pairs_with_a_reference_put_it_second() -> None:
    wanted = family("selection_rate_difference", "all_pairs")

    found = measured(FOUR, wanted, reference="Hispanic")

    listed = pairs(found, "selection_rate_difference")
    assert len(listed) == 6  # 4 x 3 / 2
    assert [pair for pair in listed if "Hispanic" in pair] == [
        f"race={group}~race=Hispanic" for group in ("Black", "Other", "White")
    ]


def test_all_pairs_of_differences_hold_jointly_by_the_studentized_range() -> None:
    # Methods G16, signs as the pairs stand.
    published = {
        ("Black", "White"): (0.2077, 0.2723), ("Black", "Hispanic"): (0.2383, 0.3402),
        ("Black", "Other"): (0.3193, 0.4348), ("Hispanic", "White"): (-0.1019, 0.0034),
        ("Other", "White"): (-0.1963, -0.0778), ("Hispanic", "Other"): (0.0167, 0.1590),
    }  # fmt: skip

    found = measured(FOUR, reference=None)

    for (a, b), limits in published.items():
        result = estimate(found, f"selection_rate_difference/race={a}~race={b}")
        assert result.interval_family == pytest.approx(limits, abs=5e-5)


def test_all_pairs_of_ratios_take_katz_at_the_same_critical_value() -> None:
    found = measured(FOUR, family("selection_rate_ratio", "all_pairs"), reference="White")

    value = float(studentized_range.ppf(0.95, 4, math.inf)) / math.sqrt(2)
    expected = two_sided((190, 637, 79, 377), value, method="log", compare="ratio")
    result = estimate(found, "selection_rate_ratio/race=Hispanic~race=Other")
    assert result.interval_family == pytest.approx(expected, rel=1e-6)


def test_all_pairs_count_only_groups_that_can_be_estimated() -> None:
    found = measured(dict(FOUR) | {"Tiny": (1, 5)}, reference=None, minimum_n=10)

    result = estimate(found, "selection_rate_difference/race=Black~race=White")
    assert result.interval_family == pytest.approx((0.2077, 0.2723), abs=5e-5)  # G16: four groups, not five


def test_a_policy_with_several_required_families_raises_the_level_of_each() -> None:
    # Two required families: each at 1 - .05 / 2, over three comparisons .05 / 6.
    wanted = family("selection_rate_ratio", "reference", level=0.975)

    found = measured(FOUR, wanted, reference="White")

    assert estimate(found, "selection_rate_ratio/race=Black~race=White").interval_family == pytest.approx(
        confint_proportions_2indep(2174, 3696, 854, 2454, method="log", compare="ratio", alpha=0.05 / 6),
        rel=1e-9,
    )
    assert estimate(
        found, "selection_rate_difference/race=Black~race=White"
    ).interval_family == pytest.approx(
        confint_proportions_2indep(2174, 3696, 854, 2454, method="newcomb", compare="diff", alpha=0.05 / 3),
        rel=1e-9,
    )


def test_a_single_comparison_keeps_the_level_of_a_policy_with_several_families() -> None:
    wanted = family("selection_rate_ratio", "reference", level=0.975)

    found = measured(TWO, wanted)

    assert estimate(found, "selection_rate_ratio/race=B~race=A").interval_family == pytest.approx(
        confint_proportions_2indep(12, 100, 30, 100, method="log", compare="ratio", alpha=0.025), rel=1e-9
    )


def test_people_of_unknown_group_enter_no_family() -> None:
    groups = dict(FOUR) | {UNKNOWN: (40, 50)}

    found = measured(groups, reference=None)

    assert all("unknown" not in pair for pair in pairs(found, "selection_rate_difference"))
    result = estimate(found, "selection_rate_difference/race=Black~race=White")
    assert result.interval_family == pytest.approx((0.2077, 0.2723), abs=5e-5)


# All groups together.


def test_the_range_is_the_largest_minus_the_smallest_rate() -> None:
    # Methods G16 and 3.4: 2174/3696 - 79/377, between the largest of the lower and of the upper limits.
    result = estimate(measured(FOUR, reference="White"), "selection_rate_range/race")

    assert result.value == pytest.approx(2174 / 3696 - 79 / 377)
    assert result.interval == pytest.approx((0.3193, 0.4348), abs=5e-5)
    assert result.method == "simultaneous_agresti_caffo"
    assert result.interval_family is None


def test_the_range_equals_fairlearns_demographic_parity_difference() -> None:
    people = [(group, 1) for group, (k, _) in FOUR.items() for _ in range(k)]
    people += [(group, 0) for group, (k, n) in FOUR.items() for _ in range(n - k)]
    groups, flags = [group for group, _ in people], [flag for _, flag in people]

    found = measured(FOUR, reference="White", orientation="benefit")

    expected = demographic_parity_difference(flags, flags, sensitive_features=groups)
    assert estimate(found, "selection_rate_range/race").value == pytest.approx(expected, abs=1e-12)
    expected = demographic_parity_ratio(flags, flags, sensitive_features=groups)
    assert estimate(found, "adverse_impact_ratio/race").value == pytest.approx(expected, abs=1e-12)


def test_the_adverse_impact_ratio_is_the_lowest_over_the_highest_favourable_rate() -> None:
    # Methods 1.3 on COMPAS: where a flag is a burden, (1 - .5882) / (1 - .3480) = .6316 for Black and white people.
    groups = {"Black": FOUR["Black"], "White": FOUR["White"]}

    burden = estimate(measured(groups, reference="White"), "adverse_impact_ratio/race")
    benefit = estimate(
        measured(groups, reference="White", orientation="benefit"), "adverse_impact_ratio/race"
    )

    assert burden.value == pytest.approx(0.6316, abs=5e-5)
    assert benefit.value == pytest.approx(0.5916, abs=5e-5)


def test_the_interval_of_the_adverse_impact_ratio_of_two_groups_is_that_of_their_ratio() -> None:
    # 40 of 60 favourable against 30 of 80: the only pair whose ratio is below 1 is .375 / .6667.
    result = estimate(measured({"A": (20, 60), "B": (50, 80)}), "adverse_impact_ratio/race")

    expected = confint_proportions_2indep(30, 80, 40, 60, method="log", compare="ratio")
    assert result.value == pytest.approx(0.5625)
    assert result.interval == pytest.approx(expected)


def test_a_group_that_cannot_be_estimated_is_left_out_of_the_range_and_named_by_its_reason() -> None:
    result = estimate(
        measured(dict(FOUR) | {"Tiny": (5, 5)}, reference="White", minimum_n=10), "selection_rate_range/race"
    )

    assert result.value == pytest.approx(2174 / 3696 - 79 / 377)
    assert result.reason == "NE-SMALL"


def test_a_range_needs_two_groups() -> None:
    assert reason(measured({"A": (5, 20)}), "selection_rate_range/race") == "NE-DENOM"


def test_the_adverse_impact_ratio_is_not_estimable_when_nobody_gets_the_better_decision() -> None:
    found = measured({"A": (20, 20), "B": (30, 30)})

    assert reason(found, "adverse_impact_ratio/race") == "NE-BOTHZERO"
    assert estimate(found, "favourable_rate_range/race").value == 0


def test_pairs_without_any_favourable_decision_do_not_stop_the_adverse_impact_ratio() -> None:
    # B and C have favourable rates of 0, A has 15 of 20: the smallest over the largest is 0.
    result = estimate(measured({"A": (5, 20), "B": (30, 30), "C": (40, 40)}), "adverse_impact_ratio/race")

    assert result.value == 0
    assert result.interval is not None
    assert result.interval[0] == 0


def test_a_range_takes_its_family_interval_from_the_level_of_the_policy() -> None:
    found = measured(TWO, family("selection_rate_range", "all_pairs", level=0.975))

    result = estimate(found, "selection_rate_range/race")
    low, high = confint_proportions_2indep(
        30, 100, 12, 100, method="agresti-caffo", compare="diff", alpha=0.025
    )
    assert result.interval_family == pytest.approx((max(0, low), high))


def test_dimension_wide_numbers_are_not_made_for_everyone_together() -> None:
    everyone = GroupTally(
        dimension=(), reference=None,
        cells=(Cell(group=(), decision=1, outcome=None, n=5, suppressed=False),),
    )  # fmt: skip
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")

    found = measure(
        Tally(dimensions=(everyone,), has_outcome=False, refused=()), metrics=("selection_rate",),
        measuring=measuring, progress=lambda _words: None,
    )  # fmt: skip

    assert [item.id for item in found.items] == ["people/everyone", "selection_rate/everyone"]


@settings(max_examples=30, deadline=None)
@given(groups=SEVERAL)
def test_every_interval_contains_its_estimate_and_wider_levels_give_wider_intervals(groups: Totals) -> None:
    found = measured(groups, reference=None)

    for item in found.values():
        result = item.result
        if not isinstance(result, Estimate) or result.interval is None or result.interval_90 is None:
            continue
        low, high = open_limits(result.interval)
        inner_low, inner_high = open_limits(result.interval_90)
        value = math.inf if result.value is None else result.value
        assert low - 1e-9 <= value <= high + 1e-9
        assert inner_low - 1e-9 <= value <= inner_high + 1e-9
        # the two of a difference are by two methods, which differ for groups of one or two people
        if not item.metric.endswith(("_difference", "_range", "_excess")):
            assert low - 1e-9 <= inner_low <= inner_high <= high + 1e-9


@settings(max_examples=30, deadline=None)
@given(groups=SEVERAL)
def test_the_range_and_the_impact_ratio_stay_within_their_bounds(groups: Totals) -> None:
    found = measured(groups, reference=None)

    spread = estimate(found, "selection_rate_range/race")
    assert spread.value is not None
    low, high = open_limits(spread.interval)
    assert 0 <= low <= spread.value + 1e-12
    assert high <= 1
    impact = found["adverse_impact_ratio/race"].result
    if isinstance(impact, Estimate):
        assert impact.value is not None
        low, high = open_limits(impact.interval)
        assert 0 <= low <= impact.value * (1 + 1e-9)
        assert impact.value <= high * (1 + 1e-9) <= 1 + 1e-9


@settings(max_examples=30, deadline=None)
@given(groups=SEVERAL)
def test_comparing_the_other_way_round_negates_a_difference_and_inverts_a_ratio(groups: Totals) -> None:
    first, second = sorted(groups)[:2]
    both = {name: groups[name] for name in (first, second)}

    one = measured(both, reference=second)
    other = measured(both, reference=first)

    there = estimate(one, f"selection_rate_difference/race={first}~race={second}")
    back = estimate(other, f"selection_rate_difference/race={second}~race={first}")
    assert there.value == pytest.approx(-(back.value or 0))
    low, high = open_limits(back.interval)
    assert open_limits(there.interval) == pytest.approx((-high, -low))
    ratio = one[f"selection_rate_ratio/race={first}~race={second}"].result
    if isinstance(ratio, Estimate) and ratio.value:
        inverse = estimate(other, f"selection_rate_ratio/race={second}~race={first}")
        assert inverse.value == pytest.approx(1 / ratio.value)
