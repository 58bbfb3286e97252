"""What else is said of a pair of rates: people it stands for, tests, smallest detectable gaps, the four-fifths rule."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from auditkit.measure.blocks import RateBlock
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, RatioInterval
from auditkit.measure.groups import Rate
from auditkit.measure.measuring import measure
from auditkit.measure.pairs import excess, four_fifths, p_values, sample_needed, smallest_detectable
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable, Result
from auditkit.results.tally import Cell, GroupTally, Tally
from auditkit.statistics import critical
from auditkit.statistics.power import smallest_detectable_difference, smallest_detectable_ratio

ALONE = Pairing(pairs=((("B",), ("A",)),), critical=None, simultaneous=False)
EMPTY = Rate(numerator=0, denominator=0, value=0.0, reason="NE-DENOM")


def rate(x: int, n: int) -> Rate:
    return Rate(numerator=x, denominator=n, value=x / n, reason=None)


def value(result: Result) -> float:
    assert isinstance(result, Estimate), result
    assert result.value is not None
    return result.value


def measured(
    groups: dict[str, tuple[int, int]], *families: Family, reference: str | None = "A", share: float = 0.0
) -> dict[str, Measurement]:
    """Measure flags, a burden: so many flagged of so many, by group."""
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=None, n=n, suppressed=False)
        for group, (flagged, of) in groups.items()
        for decision, n in ((1, flagged), (0, of - flagged))
    )
    against = None if reference is None else (reference,)
    tally = Tally(
        dimensions=(GroupTally(dimension=("race",), reference=against, cells=cells),), has_outcome=False, refused=(),
    )  # fmt: skip
    measuring = Measuring(
        orientation="burden", families=families, minimum_n=10, ratio_interval="katz", minimum_share=share
    )
    return measure(
        tally,
        metrics=("selection_rate", "favourable_rate"),
        measuring=measuring,
        progress=lambda _words: None,
    ).by_id()


# People beyond the other group's rate.


def test_the_excess_is_the_difference_times_the_people_of_the_group() -> None:
    # 30 of 100 against 20 of 200: at 10 % it would be 10 of 100, so 20 more.
    result = excess(rate(30, 100), rate(20, 200), ALONE)

    low, high = confint_proportions_2indep(30, 100, 20, 200, method="newcomb", compare="diff")
    assert isinstance(result, Estimate)
    assert result.value == pytest.approx(20)
    assert result.interval == pytest.approx((100 * low, 100 * high))
    assert result.denominator == 100


def test_there_is_no_excess_without_a_rate_or_without_counted_people() -> None:
    from_samples = Rate(numerator=None, denominator=None, value=0.3, reason=None, size=(12.0, 40.0))

    assert excess(rate(3, 10), EMPTY, ALONE) == NotEstimable(reason="NE-DENOM")
    assert excess(from_samples, rate(2, 20), ALONE) == NotEstimable(reason="NE-SELECT")


# Tests.


def test_p_values_are_those_of_statsmodels_and_scipy_and_holm_adjusts_those_that_there_are() -> None:
    rates: dict[tuple[str, ...], Rate] = {
        ("A",): rate(200, 1000),
        ("B",): rate(260, 1000),
        ("C",): rate(1, 12),
        ("D",): EMPTY,
    }
    pairs = Pairing(
        pairs=tuple((group, ("A",)) for group in rates if group != ("A",)), critical=None, simultaneous=False
    )

    raw, adjusted = p_values(rates, pairs)

    expected = [
        proportions_ztest([260, 200], [1000, 1000])[1],
        fisher_exact(np.array([[1, 11], [200, 800]])).pvalue,
    ]
    assert [value(result) for result in raw[:2]] == pytest.approx(expected)
    assert [value(result) for result in adjusted[:2]] == pytest.approx(
        multipletests(expected, method="holm")[1]
    )
    assert raw[2] == adjusted[2] == NotEstimable(reason="NE-DENOM")
    assert [result.method for result in raw[:2] if isinstance(result, Estimate)] == [
        "pooled_z",
        "fisher_exact",
    ]


def test_rates_with_an_interval_of_their_own_have_no_test_and_no_power() -> None:
    own = Rate(
        numerator=None, denominator=None, value=0.2, reason=None, own_interval=lambda _reach: (0.1, 0.3)  # type: ignore[arg-type,return-value]  # the test gives what the function must take or refuse
    )  # fmt: skip
    raw, adjusted = p_values({("A",): rate(2, 20), ("B",): own}, ALONE)

    model = NotEstimable(reason="NE-MODEL")
    assert raw == adjusted == [model]
    assert smallest_detectable(own, rate(2, 20), ALONE, kind="koopman") == model
    assert sample_needed(own, rate(2, 20), ALONE, detect=1.25, kind="koopman") == model


# What the audit could have found.


def test_the_smallest_detectable_gap_takes_the_critical_value_of_the_family() -> None:
    reach = critical.bonferroni(0.95, 3)
    joint = Pairing(pairs=(), critical=reach, simultaneous=False)
    every = Pairing(pairs=(), critical=reach, simultaneous=True)
    sizes: dict[str, Any] = {"base": 0.1, "m": 300, "n": 400, "direction": "higher"}

    gap = smallest_detectable_difference
    for pairs, value_of, of_differences in (
        (ALONE, critical.normal(0.95), gap), (joint, reach, gap), (every, reach, partial(gap, kind="agresti_caffo")),
    ):  # fmt: skip
        for kind, find in (
            ("katz", partial(smallest_detectable_ratio, kind="katz")),
            ("koopman", partial(smallest_detectable_ratio, kind="koopman")),
            ("difference", of_differences),
        ):
            found = smallest_detectable(rate(50, 300), rate(40, 400), pairs, kind=kind)  # type: ignore[arg-type]  # the test gives what the function must take or refuse
            assert value(found) == pytest.approx(find(critical=value_of, **sizes))


def test_where_no_higher_rate_can_be_told_apart_the_lower_one_is_named() -> None:
    # 95 % of 40 people: not even 100 % of 40 would stand out.
    found = smallest_detectable(rate(30, 40), rate(38, 40), ALONE, kind="koopman")

    assert isinstance(found, Estimate)
    assert found.method == "power_80_lower"
    assert value(found) < 1


def test_groups_too_small_for_any_gap_say_so() -> None:
    find, needed = partial(smallest_detectable, kind="koopman"), partial(sample_needed, kind="koopman")

    assert find(rate(0, 2), rate(1, 2), ALONE) == NotEstimable(reason="NE-POWER")
    assert find(rate(0, 2), EMPTY, ALONE) == NotEstimable(reason="NE-DENOM")
    assert needed(rate(1, 20), rate(0, 20), ALONE, detect=1.25) == NotEstimable(reason="NE-POWER")
    assert needed(EMPTY, rate(1, 20), ALONE, detect=1.25) == NotEstimable(reason="NE-DENOM")


def test_the_sample_for_a_ratio_that_cannot_be_reached_is_that_of_its_inverse() -> None:
    # 1.25 x 90 % would be 112.5 %, so 90 % against 72 %; the pooled z test wants about 78 people (Fleiss 2003).
    kinds: tuple[RatioInterval, ...] = ("koopman", "katz")
    for kind in kinds:
        needed = value(sample_needed(rate(9, 10), rate(90, 100), ALONE, detect=1.25, kind=kind))

        assert needed == pytest.approx(78, abs=10)


def test_power_is_measured_for_declared_limits_only_where_it_costs_much() -> None:
    groups = {"A": (40, 400), "B": (50, 300)}
    declared = Family(metric="selection_rate_ratio", dimension=("race",), compare="reference", level=0.95)

    assert "selection_rate_ratio_sample_needed/race=B~race=A" not in measured(groups)
    assert "selection_rate_ratio_sample_needed/race=B~race=A" in measured(groups, declared)
    assert "selection_rate_ratio_smallest_detectable/race=B~race=A" in measured(groups, declared)


# The four-fifths rule and Local Law 144; flags are burdens, so the better decision is not to be flagged.


def test_the_ratio_and_the_shortfall_of_two_groups() -> None:
    # Not flagged: 12 of 40 and 48 of 80, .3 / .6 = .5. Four fifths of .6 is .48, of 40 people 19.2: 8 more than 12.
    found = measured({"A": (28, 40), "B": (32, 80)})

    assert value(found["adverse_impact_ratio/race"].result) == pytest.approx(0.5)
    assert value(found["adverse_impact_shortfall/race"].result) == 8
    # One decision more in A and one less in B: 13/40 / (47/80) = .325 / .5875
    assert value(found["adverse_impact_flip_one/race"].result) == pytest.approx(0.325 / 0.5875)


def test_a_ratio_that_four_fifths_allows_has_no_shortfall() -> None:
    # 16 of 20 and 19 of 20: .8 / .95 = .842
    assert value(measured({"A": (4, 20), "B": (1, 20)})["adverse_impact_shortfall/race"].result) == 0


def test_a_flip_looks_at_all_groups_again() -> None:
    # .3, .6 and .6: after the flip from C the highest is still B, at .6: .325 / .6
    found = measured({"A": (28, 40), "B": (32, 80), "C": (32, 80)})

    assert value(found["adverse_impact_flip_one/race"].result) == pytest.approx(0.325 / 0.6)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"A": (20, 20), "B": (30, 30)}, "NE-BOTHZERO"),  # nobody has a better decision to give
        ({"A": (0, 20), "B": (0, 30)}, "NE-DENOM"),  # nobody is without one
        ({"A": (5, 20), "B": (1, 5)}, "NE-SMALL"),
    ],
)
def test_a_flip_that_cannot_be_made_has_no_ratio(groups: dict[str, tuple[int, int]], expected: str) -> None:
    found = measured(groups)

    assert found["adverse_impact_flip_one/race"].result == NotEstimable(reason=expected)


def test_a_flip_of_the_only_better_decision_leaves_a_ratio_of_zero() -> None:
    # 0 of 20 and 1 of 20 become 1 of 20 and 0 of 20.
    assert value(measured({"A": (20, 20), "B": (19, 20)})["adverse_impact_flip_one/race"].result) == 0


def test_a_group_that_is_left_out_is_named_by_its_reason() -> None:
    found = measured({"A": (28, 40), "B": (32, 80), "C": (1, 5)})

    for name in ("adverse_impact_shortfall", "adverse_impact_flip_one"):
        result = found[f"{name}/race"].result
        assert isinstance(result, Estimate)
        assert result.reason == "NE-SMALL"


def test_impact_ratios_are_each_rate_over_the_highest() -> None:
    # .3, .6 and .45: .5, 1 and .75
    found = measured({"A": (28, 40), "B": (32, 80), "C": (55, 100)})

    for group, expected in {"A": 0.5, "B": 1.0, "C": 0.75}.items():
        result = found[f"impact_ratio/race={group}"].result
        assert isinstance(result, Estimate)
        assert result.value == pytest.approx(expected)
        assert result.interval is not None
        low, high = result.interval
        assert low is not None
        assert high is not None
        assert low <= expected <= high <= 1


def test_groups_below_the_smallest_share_are_counted_and_not_compared() -> None:
    # C is 15 of 1,015 people, 1.5 %; two per cent are wanted.
    found = measured({"A": (100, 500), "B": (150, 500), "C": (12, 15)}, share=0.02)

    assert value(found["people/race=C"].result) == 15
    assert found["impact_ratio/race=C"].result == NotEstimable(reason="NE-SMALL")
    assert found["selection_rate_ratio/race=C~race=A"].result == NotEstimable(reason="NE-SMALL")
    assert value(found["impact_ratio/race=B"].result) == pytest.approx(0.7 / 0.8)


def test_an_impact_ratio_needs_two_groups_and_a_better_decision() -> None:
    assert measured({"A": (5, 20)})["impact_ratio/race=A"].result == NotEstimable(reason="NE-DENOM")
    nobody = measured({"A": (20, 20), "B": (30, 30)})
    assert nobody["impact_ratio/race=A"].result == NotEstimable(reason="NE-BOTHZERO")


def test_the_four_fifths_rule_reads_rates_as_they_stand() -> None:
    block = RateBlock(metric="favourable_rate", dimension=("race",), reference=None, rates={})

    assert four_fifths(block.rates)["adverse_impact_shortfall"] == NotEstimable(reason="NE-DENOM")
