"""Two rules on the same people: values as fairlearn has them, spreads as textbooks have them, and honest coverage."""

import math

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, precision_score

from auditkit.statistics.intervals import Interval
from auditkit.statistics.paired_rules import (
    Quantity,
    interval,
    logarithm,
    proportion,
    smaller_of,
    standard_error,
    weighted,
)

Floats = NDArray[np.float64]
FIRST, SECOND, OUTCOME = (np.indices((2, 2, 2))[axis] for axis in range(3))
EVERYONE = np.ones((2, 2, 2))
Z = 1.959964


def counted(rows: NDArray[np.int64]) -> Floats:
    """Count rows of group, first decision, second decision, outcome."""
    table = np.zeros((2, 2, 2, 2))
    np.add.at(table, tuple(rows.T), 1)
    return table


def accuracy(table: Floats, acts: NDArray[np.int64]) -> Quantity:
    return proportion(table, counted=acts == OUTCOME, among=EVERYONE)


def wrong_flags(table: Floats, acts: NDArray[np.int64], group: int) -> Quantity:
    here = np.zeros((2, 1, 1, 1))
    here[group] = 1
    return proportion(table, counted=here * ((acts == 1) & (OUTCOME == 0)), among=here * (OUTCOME == 0))


def test_rates_from_a_table_are_those_that_fairlearn_finds_in_its_rows() -> None:
    rows = np.random.default_rng(7).integers(0, 2, size=(400, 4))
    group, _, second, outcome = rows.T
    table = counted(rows)
    frame = MetricFrame(
        metrics={"fpr": false_positive_rate, "tpr": true_positive_rate, "flags": selection_rate},
        y_true=outcome, y_pred=second, sensitive_features=group,
    )  # fmt: skip

    assert accuracy(table, SECOND).value == pytest.approx(accuracy_score(outcome, second))
    assert [wrong_flags(table, SECOND, at).value for at in (0, 1)] == pytest.approx([*frame.by_group["fpr"]])
    flagged = proportion(table, counted=SECOND, among=EVERYONE)
    assert flagged.value == pytest.approx(frame.overall["flags"])
    caught = proportion(table, counted=(SECOND == 1) & (OUTCOME == 1), among=OUTCOME)
    assert caught.value == pytest.approx(frame.overall["tpr"])
    precise = proportion(table, counted=(SECOND == 1) & (OUTCOME == 1), among=SECOND)
    assert precise.value == pytest.approx(precision_score(outcome, second))


def test_the_spread_of_a_paired_gain_is_that_of_mcnemar_with_a_person_added_on_each_side() -> None:
    # Of 200 people the second rule alone is right about 30, the first alone about 18. Textbook variance of the gain:
    # (b + c - (b - c)^2 / n) / n^2. One more person disagrees on each side, half for each outcome.
    table = np.zeros((1, 2, 2, 2))
    table[0, 0, 1, 1], table[0, 0, 1, 0], table[0, 0, 0, 0], table[0, 1, 1, 1] = 30, 18, 100, 52
    gain = weighted((1, accuracy(table, SECOND)), (-1, accuracy(table, FIRST)))
    b, c, n = 30.0, 18.0, 200

    assert gain.value == pytest.approx((b - c) / n)
    # The influence of somebody about whom the rules disagree is 1 - gain or -1 - gain, of the others -gain.
    added = sum(0.5 * ((1 if y == second else -1) - gain.value) ** 2 for second in (0, 1) for y in (0, 1))
    plain = b + c - (b - c) ** 2 / n
    assert standard_error(table, gain) == pytest.approx(math.sqrt(plain + added) / n)


def test_the_spread_of_a_ratio_of_two_groups_is_katz_where_only_one_rule_counts() -> None:
    # G9: Black 805 of 1795, white 349 of 1488; Katz 1.7212 to 2.1241. The first rule decides as the second.
    table = np.zeros((2, 2, 2, 2))
    table[0, 1, 1, 0], table[0, 0, 0, 0], table[1, 1, 1, 0], table[1, 0, 0, 0] = 805, 990, 349, 1139
    ratio = weighted(
        (1, logarithm(wrong_flags(table, SECOND, 0))), (-1, logarithm(wrong_flags(table, SECOND, 1)))
    )

    low, high = interval(table, ratio, critical=Z)

    assert math.exp(ratio.value) == pytest.approx(1.9121, abs=5e-5)
    # Half a person on each side widens it in the third digit.
    assert (math.exp(low), math.exp(high)) == pytest.approx((1.7212, 2.1241), abs=2e-3)


def test_paired_intervals_hold_the_truth_as_often_as_they_claim() -> None:
    # 600 people, as in half of a small table. The second rule corrects the first for one group.
    rng = np.random.default_rng(20260101)
    chances = np.zeros((2, 2, 2, 2))
    for g, y in np.ndindex(2, 2):
        share = (0.5, 0.5)[g] * (0.6, 0.4)[y]
        flags = ((0.45, 0.7), (0.25, 0.55))[g][y]
        switch = ((0.25, 0.10), (0.10, 0.10))[g][y]
        chances[g, :, :, y] = share * np.outer([1 - flags, flags], [1, 1])
        chances[g, 0, :, y] *= [1 - switch / 2, switch / 2]
        chances[g, 1, :, y] *= [switch, 1 - switch]

    def quantities(table: Floats) -> tuple[Quantity, Quantity, Quantity]:
        gain = weighted((1, accuracy(table, SECOND)), (-1, accuracy(table, FIRST)))
        gaps = [
            weighted(
                (1, logarithm(wrong_flags(table, acts, 0))), (-1, logarithm(wrong_flags(table, acts, 1)))
            )
            for acts in (SECOND, FIRST)
        ]
        return gain, weighted((1, gaps[0]), (-1, gaps[1])), weighted((0.9, gaps[1]), (-1, gaps[0]))

    truth = [one.value for one in quantities(chances)]
    held = np.zeros(3)
    draws = rng.multinomial(600, chances.ravel(), size=1_500).reshape(-1, 2, 2, 2, 2).astype(float)
    for table in draws:
        for at, one in enumerate(quantities(table)):
            low, high = interval(table, one, critical=Z)
            held[at] += low <= truth[at] <= high

    # Three standard errors of 1,500 draws are .017.
    assert (held / len(draws) > 0.933).all()
    assert (held / len(draws) < 0.98).all()


def test_rules_that_never_disagreed_are_not_the_same_for_certain() -> None:
    table = np.zeros((1, 2, 2, 2))
    table[0, 0, 0], table[0, 1, 1] = (40, 10), (20, 30)
    gain = weighted((1, accuracy(table, SECOND)), (-1, accuracy(table, FIRST)))

    low, high = interval(table, gain, critical=Z)

    assert gain.value == 0
    assert low < 0 < high


@pytest.mark.parametrize("wrong", ["nobody", "not among"])
def test_a_share_needs_people_and_a_part_that_is_among_them(wrong: str) -> None:
    table = np.ones((1, 2, 2, 2))
    among = np.zeros((2, 2, 2)) if wrong == "nobody" else OUTCOME

    with pytest.raises(ValueError, match="expected people in the denominator"):
        proportion(table, counted=among if wrong == "nobody" else EVERYONE, among=among)


def test_what_is_not_above_zero_has_no_logarithm_and_nobody_no_spread() -> None:
    with pytest.raises(ValueError, match="above 0"):
        logarithm(Quantity(0.0, np.zeros(1)))
    with pytest.raises(ValueError, match="people in the table"):
        standard_error(np.zeros((1, 2, 2, 2)), Quantity(0.0, np.zeros((1, 2, 2, 2))))


def test_the_smallest_of_several_is_shown_only_as_far_as_each_is() -> None:
    assert smaller_of([Interval(0.2, 0.3), Interval(-0.1, 0.9)]) == Interval(-0.1, 0.3)
    with pytest.raises(ValueError, match="expected an interval"):
        smaller_of([])
