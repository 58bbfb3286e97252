"""Publication safety (methods 8): small counts, their complements, and everything they follow from are withheld."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from auditkit.judge.disclosure import withhold, withhold_checks
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.checks import CheckResult, Observed
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, Withheld
from auditkit.results.tally import Cell, GroupTally, Tally

Matrix = tuple[int, int, int, int]
"""TN, FP, FN, TP."""
PLACES = ((0, 0), (1, 0), (0, 1), (1, 1))  # decision and outcome of TN, FP, FN, TP
ERROR_RATES = (
    "false_positive_rate", "false_negative_rate", "positive_predictive_value", "negative_predictive_value",
)  # fmt: skip
RATES = ("selection_rate", "favourable_rate", *ERROR_RATES, "prevalence")
# Which of TN, FP, FN, TP a published numerator and denominator add up (methods 3.1).
SUMS: dict[str, tuple[Matrix, Matrix]] = {
    "people": ((1, 1, 1, 1), (0, 0, 0, 0)),
    "selection_rate": ((0, 1, 0, 1), (1, 1, 1, 1)),
    "favourable_rate": ((1, 0, 1, 0), (1, 1, 1, 1)),
    "false_positive_rate": ((0, 1, 0, 0), (1, 1, 0, 0)),
    "false_negative_rate": ((0, 0, 1, 0), (0, 0, 1, 1)),
    "positive_predictive_value": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "negative_predictive_value": ((1, 0, 0, 0), (1, 0, 1, 0)),
    "prevalence": ((0, 0, 1, 1), (1, 1, 1, 1)),
}
PLENTY: Matrix = (400, 200, 150, 250)
SMALLEST = 11


def tallied(groups: Mapping[str, Matrix], *, reference: str | None = None) -> Tally:
    cells = [
        Cell(group=(group,), decision=decision, outcome=outcome, n=n, suppressed=False)
        for group, counts in groups.items()
        for (decision, outcome), n in zip(PLACES, counts, strict=True)
    ]
    everyone = [
        Cell(group=(), decision=c.decision, outcome=c.outcome, n=c.n, suppressed=False) for c in cells
    ]
    against = None if reference is None else (reference,)
    return Tally(
        dimensions=(
            GroupTally(dimension=(), reference=None, cells=tuple(everyone)),
            GroupTally(dimension=("race",), reference=against, cells=tuple(cells)),
        ),
        has_outcome=True,
        refused=(),
    )


def measured(
    groups: Mapping[str, Matrix],
    *,
    minimum_n: int = 1,
    reference: str | None = None,
    orientation: Literal["burden", "benefit"] = "burden",
) -> Measurements:
    tally = tallied(groups, reference=reference)
    measuring = Measuring(orientation=orientation, families=(), minimum_n=minimum_n, ratio_interval="katz")
    return measure(tally, metrics=("people", *RATES), measuring=measuring, progress=lambda _words: None)


def published(
    groups: Mapping[str, Matrix], *, minimum_n: int = 1, reference: str | None = None
) -> dict[str, Measurement]:
    before = measured(groups, minimum_n=minimum_n, reference=reference)
    return withhold(before, tallied(groups, reference=reference), smallest_cell=SMALLEST).by_id()


def withheld(found: Mapping[str, Measurement]) -> set[str]:
    return {ident for ident, item in found.items() if isinstance(item.result, Withheld)}


def alone(group: str, names: Iterable[str]) -> set[str]:
    return {f"{name}/race={group}" for name in names}


def test_counts_from_1_to_10_are_withheld_and_0_and_11_are_not() -> None:
    for count, hidden in {0: False, 1: True, 10: True, 11: False}.items():
        found = published({"A": (400, count, 150, 250)})

        assert ("false_positive_rate/race=A" in withheld(found)) is hidden


def test_a_small_complement_is_withheld() -> None:
    # Methods 8.1: a hidden 4 of 40 is exposed by 36 not flagged.
    for complement, hidden in {0: False, 4: True, 10: True, 11: False}.items():
        found = published({"A": (complement, 36, 150, 250)})

        assert ("false_positive_rate/race=A" in withheld(found)) is hidden


def test_a_small_denominator_is_withheld_even_when_nobody_is_counted() -> None:
    found = published({"A": (8, 0, 150, 250)})

    assert "false_positive_rate/race=A" in withheld(found)


def test_the_four_error_rates_of_a_group_are_withheld_together() -> None:
    # FP is 5: it also follows from PPV (5 of 255 are wrong), and the four cells from any three rates.
    # C, the next smallest, goes with A, so that A does not follow from the total.
    found = published({"A": (400, 5, 150, 250), "B": PLENTY, "C": (300, 200, 150, 250)})

    assert alone("A", ERROR_RATES) | alone("C", ERROR_RATES) <= withheld(found)
    assert not withheld(found) & (alone("A", ("people", "selection_rate", "prevalence")) | alone("B", RATES))


def test_a_small_number_of_flagged_people_takes_the_error_rates_with_it() -> None:
    # 3 + 4 flagged: the false positives are among them.
    found = published({"A": (400, 3, 150, 4)})

    assert alone("A", (*ERROR_RATES, "selection_rate", "favourable_rate")) <= withheld(found)
    assert "prevalence/race=A" not in withheld(found)


def test_a_small_number_of_outcomes_takes_the_error_rates_with_it() -> None:
    found = published({"A": (400, 200, 4, 5)})

    assert alone("A", (*ERROR_RATES, "prevalence")) <= withheld(found)
    assert not withheld(found) & alone("A", ("people", "selection_rate", "favourable_rate"))


def test_nothing_is_published_about_a_group_of_few_people() -> None:
    found = published({"A": (3, 2, 1, 4), "B": PLENTY, "C": (300, 200, 150, 250)})

    shown = {ident for ident, item in found.items() if isinstance(item.result, Estimate)}
    assert alone("A", ("people", *RATES)) <= withheld(found)
    assert not any("race=A" in ident for ident in shown)
    assert alone("B", ("people", *RATES)) <= shown


def test_every_comparison_with_a_withheld_rate_is_withheld_in_both_roles() -> None:
    # C, the next smallest besides the reference, is withheld with A; otherwise A would follow from the total.
    groups = {"A": (400, 5, 150, 250), "B": PLENTY, "C": (300, 200, 150, 250), "D": PLENTY}
    small_second = published(groups, reference="A")
    small_first = published(groups, reference="B")

    for found, pair in ((small_second, "race=B~race=A"), (small_first, "race=A~race=B")):
        for metric in ERROR_RATES:
            assert {f"{metric}_difference/{pair}", f"{metric}_ratio/{pair}"} <= withheld(found)
        assert f"selection_rate_ratio/{pair}" not in withheld(found)
    assert "false_positive_rate_ratio/race=C~race=B" in withheld(small_first)
    assert "false_positive_rate_ratio/race=D~race=B" not in withheld(small_first)


def test_the_range_over_groups_is_withheld_with_any_of_its_rates() -> None:
    found = published({"A": (400, 5, 150, 250), "B": PLENTY})

    assert {f"{metric}_range/race" for metric in ERROR_RATES} <= withheld(found)
    assert "selection_rate_range/race" not in withheld(found)
    assert "adverse_impact_ratio/race" not in withheld(found)


def test_the_adverse_impact_ratio_is_withheld_with_any_favourable_rate() -> None:
    found = published({"A": (400, 3, 150, 4), "B": PLENTY})

    assert "adverse_impact_ratio/race" in withheld(found)
    assert "selection_rate_range/race" in withheld(found)


def test_a_small_number_of_people_of_unknown_group_withholds_its_share() -> None:
    found = published({"A": PLENTY, "(unknown)": (2, 1, 0, 1)})

    assert "unknown_group_rate/race" in withheld(found)


def test_a_reason_stays_unless_it_tells_a_count_that_is_withheld() -> None:
    shown, hidden = published({"A": (0, 0, 40, 50)}), published({"A": (0, 0, 4, 5)})

    assert shown["false_positive_rate/race=A"].result == NotEstimable(reason="NE-DENOM")
    assert hidden["false_positive_rate/race=A"].result == Withheld()


def test_a_smallest_cell_of_0_withholds_nothing() -> None:
    everything = measured({"A": (1, 2, 3, 4), "B": PLENTY})

    assert withhold(everything, tallied({"A": (1, 2, 3, 4), "B": PLENTY}), smallest_cell=0) == everything


def test_large_counts_are_published_unchanged() -> None:
    everything = measured({"A": PLENTY, "B": (90, 80, 70, 60)})

    counts = tallied({"A": PLENTY, "B": (90, 80, 70, 60)})
    assert withhold(everything, counts, smallest_cell=SMALLEST) == everything


def test_a_withheld_measurement_keeps_its_name_and_nothing_else() -> None:
    groups = {"A": (400, 5, 150, 250), "B": PLENTY}
    before = measured(groups)

    after = withhold(before, tallied(groups), smallest_cell=SMALLEST)

    assert [item.id for item in after.items] == [item.id for item in before.items]
    assert after.by_id()["false_positive_rate/race=A"].result == Withheld()


def test_a_withheld_count_does_not_follow_from_the_total_and_the_other_groups() -> None:
    # Methods S1: of 4, 36 and 60 people, total 100, the 36 is withheld too; otherwise 100 - 36 - 60 = 4.
    found = published({"A": (4, 0, 0, 0), "B": (18, 0, 0, 18), "C": (15, 15, 15, 15)})

    assert "people/race=A" in withheld(found)
    assert withheld(found) & {"people/race=B", "people/race=C", "people/everyone"}


def test_without_outcomes_flag_rates_are_withheld_by_the_same_rules() -> None:
    # 5 of 40 flagged in A; B, of 60, is the smallest other group. Nobody is flagged in D: behind a zero nothing hides.
    groups = {"A": (35, 5, 0, 0), "B": (40, 20, 0, 0), "C": (300, 200, 0, 0), "D": (30, 0, 0, 0)}
    tally = tallied(groups)
    bare = tuple(
        replace(one, cells=tuple(replace(cell, outcome=None) for cell in one.cells))
        for one in tally.dimensions
    )
    tally = replace(tally, dimensions=bare, has_outcome=False)
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")
    before = measure(tally, metrics=("selection_rate",), measuring=measuring, progress=lambda _words: None)

    found = withheld(withhold(before, tally, smallest_cell=SMALLEST).by_id())

    assert {name for name in found if "~" not in name and name.startswith("selection_rate/")} == {
        "selection_rate/race=A", "selection_rate/race=B",
    }  # fmt: skip


def test_a_group_whose_parts_settle_its_cells_hides_another_only_with_them() -> None:
    # By race A misses 5 of 65, and B, the smallest other group, goes with it. But all women of B are flagged and no
    # man of B is, so that their flags and outcomes give the cells of B away: they are withheld entirely.
    parts = {
        ("A", "F"): (100, 50, 5, 60), ("B", "F"): (0, 30, 0, 40), ("B", "M"): (50, 0, 30, 0),
        ("C", "F"): (200, 90, 80, 70), ("C", "M"): (210, 95, 85, 75),
    }  # fmt: skip
    tables = []
    for names in ((), ("race",), ("race", "sex")):
        cells = tuple(
            Cell(group=group[: len(names)], decision=decision, outcome=outcome, n=n, suppressed=False)
            for group, counts in parts.items()
            for (decision, outcome), n in zip(PLACES, counts, strict=True)
        )  # fmt: skip
        tables.append(GroupTally(dimension=names, reference=None, cells=cells))
    tally = Tally(dimensions=tuple(tables), has_outcome=True, refused=())
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")
    before = measure(tally, metrics=("people", *RATES), measuring=measuring, progress=lambda _words: None)

    found = withheld(withhold(before, tally, smallest_cell=SMALLEST).by_id())

    assert alone("B", ERROR_RATES) <= found
    for sex in "FM":
        assert {f"selection_rate/race=B+sex={sex}", f"prevalence/race=B+sex={sex}"} <= found


def test_numbers_of_places_need_no_tally() -> None:
    few, many = (
        Measurement(
            metric="incident_rate", dimension=("area",), group=(("area", str(n)),), against=None,
            result=Estimate(
                value=n / 100, interval=None, interval_90=None, interval_family=None, method="test", numerator=n,
                denominator=100,
            ),
        )
        for n in (5, 20)
    )  # fmt: skip

    found = withhold(Measurements(items=(few, many)), None, smallest_cell=SMALLEST)

    assert [type(item.result) for item in found.items] == [Withheld, Estimate]


# Nothing small can be worked out from what is published about a group.

COUNT = st.one_of(st.integers(0, 14), st.integers(0, 120))
GROUPS = st.dictionaries(st.sampled_from("AB"), st.tuples(COUNT, COUNT, COUNT, COUNT).filter(any), min_size=1)


def equations(found: Mapping[str, Measurement], group: str) -> tuple[list[Matrix], list[int]]:
    """Collect what the published counts of a group say about its four cells."""
    sums, values = [], []
    for metric, (numerator, denominator) in SUMS.items():
        result = found[f"{metric}/race={group}"].result
        if not isinstance(result, Estimate):
            continue
        for parts, value in ((numerator, result.numerator), (denominator, result.denominator)):
            if value is not None:
                sums.append(parts)
                values.append(value)
    return sums, values


def possible(sums: list[Matrix], values: list[int], cell: int) -> tuple[int, int]:
    """Find the smallest and the largest count a cell can have, by linear programming."""
    if not sums:
        return 0, 10**9
    ends = []
    for sign in (1, -1):
        goal = np.zeros(4)
        goal[cell] = sign
        solved = linprog(goal, A_eq=np.array(sums), b_eq=np.array(values), bounds=[(0, 10**6)] * 4)
        assert solved.status == 0
        assert solved.fun is not None
        ends.append(sign * float(solved.fun))
    return math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)


def recomputed(groups: Mapping[str, Matrix], *, minimum_n: int) -> list[tuple[str, int]]:
    """List cells from 1 to 10 that a reader can work out exactly."""
    found = published(groups, minimum_n=minimum_n)
    known = []
    for group, counts in groups.items():
        sums, values = equations(found, group)
        for cell, count in enumerate(counts):
            low, high = possible(sums, values, cell)
            assert low <= count <= high
            if low == high and 0 < count < SMALLEST:
                known.append((group, cell))
    return known


@settings(max_examples=150, deadline=None)
@given(groups=GROUPS, minimum_n=st.sampled_from([1, 10]))
def test_no_published_number_rests_on_a_small_count_or_leaves_a_small_complement(
    groups: dict[str, Matrix], minimum_n: int
) -> None:
    for item in published(groups, minimum_n=minimum_n).values():
        if isinstance(item.result, Estimate) and item.result.numerator is not None:
            whole = item.result.denominator
            assert not 0 < item.result.numerator < SMALLEST
            assert whole is None or not 0 < whole - item.result.numerator < SMALLEST


@settings(max_examples=60, deadline=None)
@given(groups=GROUPS, minimum_n=st.sampled_from([1, 10]))
def test_no_small_cell_of_a_group_follows_from_its_published_counts(
    groups: dict[str, Matrix], minimum_n: int
) -> None:
    assert recomputed(groups, minimum_n=minimum_n) == []


def test_a_large_minimum_size_does_not_expose_a_small_cell() -> None:
    # TN 20, FP 5, FN 40, TP 12 at a minimum of 30: FPR (of 25) and PPV (of 17) are too small to print, so that no
    # printed rate rests on the 5. But 17 of 77 are flagged and 40 of 52 are missed: 17 - (52 - 40) = 5.
    assert recomputed({"A": (20, 5, 40, 12)}, minimum_n=30) == []


# Data checks.


def make_check(*observed: Observed, unit: str = "people") -> CheckResult:
    return CheckResult(
        id="some-check", table="records", severity="note", status="failed", unit=unit, observed=observed, more=0,
        expected="at least 30", title="title", why="why", ask="ask", refuses=(), source="test",
    )  # fmt: skip


def test_facts_of_checks_that_rest_on_few_people_are_withheld() -> None:
    facts = [Observed(item=f"race = {n}", value=float(n), count=n) for n in (0, 1, 10, 11)]

    (check,) = withhold_checks((make_check(*facts),), smallest_cell=SMALLEST)

    assert [fact.withheld for fact in check.observed] == [False, True, True, False]
    assert check.observed[1] == Observed(item="race = 1", value=None, count=None, withheld=True)
    assert check.observed[3] == facts[3]


def test_facts_of_checks_that_count_nobody_are_published() -> None:
    fact = Observed(item="column", value="arrest", count=None)

    (check,) = withhold_checks((make_check(fact),), smallest_cell=SMALLEST)

    assert check.observed == (fact,)


def test_facts_of_checks_are_published_where_withholding_is_switched_off() -> None:
    fact = Observed(item="race = A", value=3.0, count=3)

    (check,) = withhold_checks((make_check(fact),), smallest_cell=0)

    assert check.observed == (fact,)


@pytest.mark.parametrize(("share", "count"), [(0.975, 195), (0.95, 190)])
def test_a_share_of_a_check_does_not_expose_a_small_complement(share: float, count: int) -> None:
    # Methods 8.1: 195 people who are 97.5 % of 200 leave 5, and 190 who are 95 % leave 10.
    fact = Observed(item="", value=share, count=count)

    (check,) = withhold_checks((make_check(fact, unit="share"),), smallest_cell=SMALLEST)

    assert check.observed[0].withheld


def test_few_people_without_a_decision_do_not_follow_from_the_number_of_people() -> None:
    # 605 people in A, 600 of them decided: people minus the denominator of the flag rate would give the 5 undecided.
    tally = tallied({"A": (300, 100, 100, 100), "B": PLENTY, "C": PLENTY})
    undecided = Cell(group=("A",), decision=None, outcome=None, n=5, suppressed=False)
    dimensions = tuple(
        replace(one, cells=(*one.cells, undecided)) if one.dimension else one for one in tally.dimensions
    )
    tally = replace(tally, dimensions=dimensions)
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")
    before = measure(tally, metrics=("people", *RATES), measuring=measuring, progress=lambda _words: None)

    found = withhold(before, tally, smallest_cell=SMALLEST).by_id()

    assert "people/race=A" in withheld(found)
    assert not alone("A", RATES) & withheld(found)


def test_a_withheld_fact_of_a_check_does_not_follow_from_the_others() -> None:
    # Methods S1 in a check of group sizes: 36 and 60 of 100 people would give the 4 away.
    sizes = tuple(
        Observed(item=f"race = {name}", value=float(n), count=n)
        for name, n in zip("ABC", (4, 36, 60), strict=True)
    )
    (check,) = withhold_checks((make_check(*sizes),), smallest_cell=SMALLEST)

    assert [(fact.item, fact.value, fact.withheld) for fact in check.observed] == [
        ("race = A", None, True), ("race = B", None, True), ("race = C", None, True),
    ]  # fmt: skip
