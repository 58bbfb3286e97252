"""Rates of single groups: the counts they rest on, fairlearn's estimate, Wilson's interval, and every refusal."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fairlearn import metrics as fairlearn_metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_score
from statsmodels.stats.proportion import proportion_confint

from auditkit.measure.catalogue import measures
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.measure.registry import RATES, rate_metric
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally

Matrix = tuple[int, int, int, int]
"""TN, FP, FN, TP."""
PLACES = ((0, 0), (1, 0), (0, 1), (1, 1))  # decision and outcome of TN, FP, FN, TP
RATE_NAMES = (
    "selection_rate", "favourable_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value",
    "negative_predictive_value", "prevalence",
)  # fmt: skip
# Methods 3.1: what each rate counts, and among which; positions in TN, FP, FN, TP.
FORMULAS = {
    "selection_rate": ((1, 3), (0, 1, 2, 3)),
    "favourable_rate": ((0, 2), (0, 1, 2, 3)),
    "false_positive_rate": ((1,), (0, 1)),
    "false_negative_rate": ((2,), (2, 3)),
    "positive_predictive_value": ((3,), (1, 3)),
    "negative_predictive_value": ((0,), (0, 2)),
    "prevalence": ((2, 3), (0, 1, 2, 3)),
}
MATRICES = st.tuples(*[st.integers(0, 60)] * 4).filter(any)


def make_tally(
    groups: Mapping[str, Matrix],
    *,
    hidden: Mapping[str, tuple[int, int]] | None = None,
    undecided: int = 0,
    refused: tuple[Refusal, ...] = (),
    has_outcome: bool = True,
) -> Tally:
    """Count groups by race; `hidden` names a group's cell (decision and outcome) that the source withheld."""
    cells = [
        Cell(
            group=(group,), decision=place[0], outcome=place[1] if has_outcome else None, n=n,
            suppressed=(hidden or {}).get(group) == place,
        )
        for group, counts in groups.items()
        for place, n in zip(PLACES, counts, strict=True)
    ]  # fmt: skip
    if undecided:
        cells.append(Cell(group=("A",), decision=None, outcome=1, n=undecided, suppressed=False))
    everyone = tuple(
        Cell(group=(), decision=c.decision, outcome=c.outcome, n=c.n, suppressed=c.suppressed) for c in cells
    )
    dimensions = (
        GroupTally(dimension=(), reference=None, cells=everyone),
        GroupTally(dimension=("race",), reference=("A",), cells=tuple(cells)),
    )
    return Tally(dimensions=dimensions, has_outcome=has_outcome, refused=refused)


def measured(
    tally: Tally,
    *,
    minimum_n: int = 1,
    orientation: Any = "burden",
    families: tuple[Family, ...] = (),
) -> dict[str, Measurement]:
    measuring = Measuring(
        orientation=orientation, families=families, minimum_n=minimum_n, ratio_interval="katz"
    )
    found = measure(tally, metrics=("people", *RATE_NAMES), measuring=measuring, progress=lambda _words: None)
    return found.by_id()


def estimate(found: Mapping[str, Measurement], ident: str) -> Estimate:
    result = found[ident].result
    assert isinstance(result, Estimate), result
    return result


def reason(found: Mapping[str, Measurement], ident: str) -> str:
    result = found[ident].result
    assert isinstance(result, NotEstimable), result
    return result.reason


def as_rows(counts: Matrix) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Write out one row per person: outcomes and decisions."""
    places = np.repeat(np.array(PLACES), counts, axis=0)
    return places[:, 1], places[:, 0]


def on_rows(metric: str, counts: Matrix) -> float:
    """Compute a rate with fairlearn or scikit-learn from rows of single people."""
    outcomes, decisions = as_rows(counts)
    answers = {
        "selection_rate": lambda: fairlearn_metrics.selection_rate(outcomes, decisions),
        "favourable_rate": lambda: fairlearn_metrics.selection_rate(outcomes, 1 - decisions),
        "false_positive_rate": lambda: fairlearn_metrics.false_positive_rate(outcomes, decisions),
        "false_negative_rate": lambda: fairlearn_metrics.false_negative_rate(outcomes, decisions),
        "positive_predictive_value": lambda: precision_score(outcomes, decisions),
        "negative_predictive_value": lambda: precision_score(outcomes, decisions, pos_label=0),
        "prevalence": lambda: fairlearn_metrics.mean_prediction(outcomes, outcomes),
    }
    return float(answers[metric]())


@pytest.mark.parametrize("metric", RATE_NAMES)
def test_a_rate_is_its_numerator_over_its_own_denominator(metric: str) -> None:
    # Black defendants of methods G1; each rate of methods 3.1 has its own denominator.
    counts = (990, 805, 532, 1369)
    counted, among = FORMULAS[metric]
    numerator, denominator = sum(counts[i] for i in counted), sum(counts[i] for i in among)

    rate = estimate(measured(make_tally({"A": counts})), f"{metric}/race=A")

    assert (rate.numerator, rate.denominator) == (numerator, denominator)
    assert rate.value == pytest.approx(numerator / denominator, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(counts=MATRICES)
def test_point_estimates_equal_fairlearns_on_rows_wherever_there_is_a_denominator(counts: Matrix) -> None:
    # The exception: with nobody in the denominator fairlearn answers 0 (or warns), and auditkit NE-DENOM.
    found = measured(make_tally({"A": counts}))

    for metric, (_, among) in FORMULAS.items():
        ident = f"{metric}/race=A"
        if sum(counts[i] for i in among):
            assert estimate(found, ident).value == pytest.approx(on_rows(metric, counts), abs=1e-12)
        else:
            assert reason(found, ident) == "NE-DENOM"


@pytest.mark.parametrize("metric", RATE_NAMES)
def test_a_rate_carries_wilson_intervals_at_95_and_90_per_cent(metric: str) -> None:
    rate = estimate(measured(make_tally({"A": (40, 7, 9, 22)})), f"{metric}/race=A")

    expected = [proportion_confint(rate.numerator, rate.denominator, alpha, "wilson") for alpha in (0.05, 0.1)]  # fmt: skip
    assert rate.method == "wilson"
    assert rate.interval == pytest.approx(expected[0], abs=1e-12)
    assert rate.interval_90 == pytest.approx(expected[1], abs=1e-12)
    assert rate.interval_family is None


@pytest.mark.parametrize(
    ("metric", "counts"),
    [
        ("false_positive_rate", (0, 0, 9, 22)), ("false_negative_rate", (40, 7, 0, 0)),
        ("positive_predictive_value", (40, 0, 9, 0)), ("negative_predictive_value", (0, 7, 0, 22)),
        ("selection_rate", (0, 0, 0, 0)), ("favourable_rate", (0, 0, 0, 0)), ("prevalence", (0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_a_rate_without_anybody_in_its_denominator_is_not_estimable(metric: str, counts: Matrix) -> None:
    assert reason(measured(make_tally({"A": counts})), f"{metric}/race=A") == "NE-DENOM"


@pytest.mark.parametrize("metric", RATE_NAMES)
def test_a_rate_below_the_minimum_size_is_too_small_and_one_at_it_is_estimated(metric: str) -> None:
    counts = (10, 20, 30, 40)
    size = sum(counts[i] for i in FORMULAS[metric][1])

    at_it = measured(make_tally({"A": counts}), minimum_n=size)
    below = measured(make_tally({"A": counts}), minimum_n=size + 1)

    assert estimate(at_it, f"{metric}/race=A").denominator == size
    assert reason(below, f"{metric}/race=A") == "NE-SMALL"


def test_an_empty_denominator_is_called_empty_and_not_small() -> None:
    found = measured(make_tally({"A": (0, 0, 9, 22)}), minimum_n=10)

    assert reason(found, "false_positive_rate/race=A") == "NE-DENOM"


def test_a_count_withheld_at_the_source_stops_the_rates_that_need_it_and_no_others() -> None:
    # FP is withheld: the false positive rate, the PPV, and everything that counts all people need it.
    tally = make_tally({"A": (40, 0, 9, 22), "B": (40, 7, 9, 22)}, hidden={"A": (1, 0)})

    found = measured(tally)

    for metric in ("false_positive_rate", "positive_predictive_value", "selection_rate", "prevalence"):
        assert reason(found, f"{metric}/race=A") == "NE-SUPP"
        assert reason(found, f"{metric}/everyone") == "NE-SUPP"
    assert reason(found, "people/race=A") == "NE-SUPP"
    assert estimate(found, "false_negative_rate/race=A").value == pytest.approx(9 / 31)
    assert estimate(found, "negative_predictive_value/race=A").value == pytest.approx(40 / 49)
    assert estimate(found, "false_positive_rate/race=B").value == pytest.approx(7 / 47)
    assert reason(found, "false_positive_rate_ratio/race=B~race=A") == "NE-SUPP"


def test_a_withheld_count_also_stops_the_share_of_people_of_unknown_group() -> None:
    # Methods 8.8: suppressed input propagates as NE-SUPP. Two people of unknown group are hidden: the share is not 0.
    groups = {"A": (40, 7, 9, 22), UNKNOWN: (0, 0, 0, 0)}

    found = measured(make_tally(groups, hidden={UNKNOWN: (0, 0)}))

    assert reason(found, "unknown_group_rate/race") == "NE-SUPP"


def test_a_refused_measure_carries_the_reason_of_the_check_that_refused_it() -> None:
    refusal = Refusal(measures=("false_positive_rate", "prevalence"), reason="NE-SELECT", check="some-check")

    found = measured(make_tally({"A": (40, 7, 9, 22), "B": (30, 9, 5, 11)}, refused=(refusal,)))

    assert reason(found, "false_positive_rate/race=A") == "NE-SELECT"
    assert reason(found, "false_positive_rate_difference/race=B~race=A") == "NE-SELECT"
    assert reason(found, "false_positive_rate_range/race") == "NE-SELECT"
    assert reason(found, "prevalence/everyone") == "NE-SELECT"
    assert estimate(found, "positive_predictive_value/race=A").value == pytest.approx(22 / 29)


def test_a_refusal_speaks_before_an_empty_denominator() -> None:
    refusal = Refusal(measures=("false_positive_rate",), reason="NE-DATA", check="some-check")

    found = measured(make_tally({"A": (0, 0, 9, 22)}, refused=(refusal,)))

    assert reason(found, "false_positive_rate/race=A") == "NE-DATA"


def test_people_are_counted_for_everyone_and_for_each_group() -> None:
    found = measured(make_tally({"A": (40, 7, 9, 22), "B": (1, 0, 0, 1)}))

    sizes = {ident: estimate(found, f"people/{ident}") for ident in ("everyone", "race=A", "race=B")}
    assert {ident: size.value for ident, size in sizes.items()} == {"everyone": 80, "race=A": 78, "race=B": 2}
    assert sizes["race=B"].method == "count"
    assert sizes["race=B"].interval is None


def test_people_without_a_decision_are_counted_and_enter_no_rate() -> None:
    # Methods D16: an unscored person is not low-risk.
    found = measured(make_tally({"A": (40, 7, 9, 22)}, undecided=5))

    assert estimate(found, "people/race=A").numerator == 83
    for metric, (_, among) in FORMULAS.items():
        assert estimate(found, f"{metric}/race=A").denominator == sum((40, 7, 9, 22)[i] for i in among)


def test_without_outcomes_only_rates_of_decisions_are_measured() -> None:
    found = measured(make_tally({"A": (40, 7, 9, 22)}, has_outcome=False))

    metrics = {item.metric for item in found.values() if item.against is None and item.group}
    assert metrics == {"people", "selection_rate", "favourable_rate", "impact_ratio"}
    assert estimate(found, "selection_rate/race=A").value == pytest.approx(29 / 78)


def test_people_of_unknown_group_are_shown_and_never_compared() -> None:
    groups = {"A": (40, 7, 9, 22), "B": (30, 9, 5, 11), UNKNOWN: (3, 20, 1, 6)}

    found = measured(make_tally(groups))

    assert estimate(found, "selection_rate/race=%28unknown%29").value == pytest.approx(26 / 30)
    assert estimate(found, "people/race=%28unknown%29").numerator == 30
    compared = [item for item in found.values() if item.against is not None]
    assert compared
    assert all(UNKNOWN not in str((item.group, item.against)) for item in compared)
    # 29/78 = .372 and 20/55 = .364; the unknown group's .867 does not enter the range.
    assert estimate(found, "selection_rate_range/race").value == pytest.approx(29 / 78 - 20 / 55)


def test_the_share_of_people_of_unknown_group_is_measured() -> None:
    found = measured(make_tally({"A": (40, 7, 9, 22), UNKNOWN: (3, 20, 1, 6)}))

    share = estimate(found, "unknown_group_rate/race")
    assert (share.numerator, share.denominator) == (30, 108)
    assert share.value == pytest.approx(30 / 108)


def test_the_share_of_unknown_people_needs_people() -> None:
    assert reason(measured(make_tally({"A": (0, 0, 0, 0)})), "unknown_group_rate/race") == "NE-DENOM"


def test_where_a_flag_is_a_benefit_being_flagged_is_the_favourable_decision() -> None:
    # Methods 1.3: applying the formula of one orientation to the other reverses the finding.
    tally = make_tally({"A": (40, 7, 9, 22)})

    burden, benefit = measured(tally), measured(tally, orientation="benefit")

    assert estimate(burden, "favourable_rate/race=A").value == pytest.approx(49 / 78)
    assert estimate(benefit, "favourable_rate/race=A").value == pytest.approx(29 / 78)


def test_each_mode_puts_a_bonferroni_interval_around_every_groups_rate() -> None:
    # Three groups that can be estimated: each at 1 - .05 / 3. The fourth has nobody without the outcome.
    groups = {"A": (40, 7, 9, 22), "B": (30, 9, 5, 11), "C": (50, 20, 5, 11), "D": (0, 0, 5, 11)}
    family = Family(metric="false_positive_rate", dimension=("race",), compare="each", level=0.95)

    found = measured(make_tally(groups), families=(family,))

    for group, (x, m) in {"A": (7, 47), "B": (9, 39), "C": (20, 70)}.items():
        rate = estimate(found, f"false_positive_rate/race={group}")
        assert rate.interval_family == pytest.approx(proportion_confint(x, m, 0.05 / 3, "wilson"), abs=1e-10)
    assert reason(found, "false_positive_rate/race=D") == "NE-DENOM"
    assert estimate(found, "false_positive_rate/everyone").interval_family is None
    assert estimate(found, "false_negative_rate/race=A").interval_family is None


def test_each_mode_leaves_out_people_of_unknown_group() -> None:
    groups = {"A": (40, 7, 9, 22), "B": (30, 9, 5, 11), UNKNOWN: (3, 20, 1, 6)}
    family = Family(metric="selection_rate", dimension=("race",), compare="each", level=0.95)

    found = measured(make_tally(groups), families=(family,))

    expected = proportion_confint(29, 78, 0.05 / 2, "wilson")
    assert estimate(found, "selection_rate/race=A").interval_family == pytest.approx(expected, abs=1e-10)
    assert estimate(found, "selection_rate/race=%28unknown%29").interval_family is None


def test_each_mode_over_a_single_group_needs_no_joint_interval() -> None:
    family = Family(metric="selection_rate", dimension=("race",), compare="each", level=0.95)

    found = measured(make_tally({"A": (40, 7, 9, 22)}), families=(family,))

    assert estimate(found, "selection_rate/race=A").interval_family is None


def test_each_mode_over_a_single_group_keeps_the_level_of_a_policy_with_several_families() -> None:
    family = Family(metric="selection_rate", dimension=("race",), compare="each", level=0.975)

    found = measured(make_tally({"A": (40, 7, 9, 22)}), families=(family,))

    expected = proportion_confint(29, 78, 0.025, "wilson")
    assert estimate(found, "selection_rate/race=A").interval_family == pytest.approx(expected, abs=1e-10)


def test_groups_stand_in_order_of_name_and_everyone_comes_first() -> None:
    found = list(measured(make_tally({"B": (30, 9, 5, 11), "A": (40, 7, 9, 22)})).values())

    assert found[0].id == "people/everyone"
    names = [item.group[0][1] for item in found if item.metric == "selection_rate" and item.group]
    assert all(first < second for first, second in pairwise(names))


def test_progress_is_told_of_every_dimension() -> None:
    said: list[str] = []
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")

    measure(make_tally({"A": (4, 7, 9, 2)}), metrics=("people",), measuring=measuring, progress=said.append)

    assert said == ["everyone", "race"]


def test_every_rate_comparison_and_summary_is_a_measure_a_policy_may_limit() -> None:
    known = measures()

    assert set(RATE_NAMES) <= set(RATES)
    assert all(known.values())
    for name in RATE_NAMES:
        assert {name, f"{name}_difference", f"{name}_ratio", f"{name}_range"} <= set(known)
    assert {"people", "unknown_group_rate", "adverse_impact_ratio"} <= set(known)


def test_a_rate_cannot_be_registered_twice() -> None:
    def selection_rate(_outcomes: Any, _decisions: Any, _n: Any) -> float:
        return 0.0

    with pytest.raises(ValueError, match="'selection_rate' is registered twice"):
        rate_metric(among=("tn",), counted=("tn",))(selection_rate)


def test_a_number_that_is_not_finite_is_never_stored() -> None:
    # Methods 1.6: "not estimable" is never infinity.
    with pytest.raises(ValueError, match="finite numbers only"):
        Estimate(value=float("inf"), interval=None, interval_90=None, interval_family=None, method="ratio")
