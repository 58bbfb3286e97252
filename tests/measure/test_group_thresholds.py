"""Score limits by group: what fairlearn finds from counts is the best that trying everything finds."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.measure import group_thresholds
from auditkit.measure.group_thresholds import GRID, GroupRule, group_rules

Floats = NDArray[np.float64]
# People of two groups by score 0 to 3, without and with the outcome.
PEOPLE = np.array([[[40, 5], [30, 15], [20, 30], [10, 50]], [[60, 10], [20, 15], [12, 15], [8, 30]]], float)


def rules(*, rate: str = "false_positive_rate", utility: str = "accuracy") -> dict[str, GroupRule]:
    return {rule.name: rule for rule in group_rules(PEOPLE, rate=rate, utility=utility)}


def rates(chances: Floats) -> tuple[list[float], list[float], float]:
    """Return wrong flags and caught outcomes by group, and accuracy, by adding people up."""
    flagged = PEOPLE * chances[:, :, None]
    wrong, caught = (flagged[:, :, y].sum(axis=1) / PEOPLE[:, :, y].sum(axis=1) for y in (0, 1))
    right = flagged[:, :, 1].sum() + (PEOPLE - flagged)[:, :, 0].sum()
    return wrong.tolist(), caught.tolist(), float(right / PEOPLE.sum())


def best_by_trying(group: int, wrong: float) -> float:
    """Return the most outcomes caught in a group with exactly so many wrong flags: every mix of two limits."""
    cuts = [(PEOPLE[group, at:, 0].sum(), PEOPLE[group, at:, 1].sum()) for at in range(5)]
    target = wrong * PEOPLE[group, :, 0].sum()
    found = []
    for (f0, t0), (f1, t1) in product(cuts, cuts):
        if f0 == f1 == target:
            found.append(max(t0, t1))
        elif f0 != f1 and 0 <= (share := (target - f1) / (f0 - f1)) <= 1:
            found.append(share * t0 + (1 - share) * t1)
    return float(max(found))


def test_equal_rates_are_reached_at_the_accuracy_that_trying_every_mix_of_limits_reaches() -> None:
    wrong, _, accuracy = rates(rules()["limits by group, equal rates"].chances)

    def accuracy_at(level: float) -> float:
        right = sum(
            best_by_trying(group, level) + (1 - level) * PEOPLE[group, :, 0].sum() for group in (0, 1)
        )
        return float(right / PEOPLE.sum())

    assert wrong[0] == pytest.approx(wrong[1])
    assert accuracy == pytest.approx(max(accuracy_at(at / GRID) for at in range(GRID + 1)))


def test_rates_may_lie_apart_where_that_is_tolerated_and_accuracy_gains_by_it() -> None:
    found = rules()
    equal, near, far = (
        rates(found[f"limits by group, {words}"].chances)
        for words in ("equal rates", "rates at most 5 points apart", "rates at most 10 points apart")
    )

    assert abs(near[0][0] - near[0][1]) <= 0.05 + 1e-9
    assert abs(far[0][0] - far[0][1]) <= 0.1 + 1e-9
    assert equal[2] <= near[2] + 1e-9
    assert near[2] <= far[2] + 1e-9


def test_both_error_rates_are_made_equal_by_drawing_lots() -> None:
    wrong, caught, _ = rates(rules()["limits by group, both error rates equal"].chances)

    assert wrong[0] == pytest.approx(wrong[1])
    assert caught[0] == pytest.approx(caught[1])


@pytest.mark.parametrize("rate", ["selection_rate", "false_negative_rate"])
def test_the_rate_that_is_made_equal_is_the_one_asked_for(rate: str) -> None:
    chances = rules(rate=rate, utility="true_positive_rate")["limits by group, equal rates"].chances
    flagged = (PEOPLE.sum(axis=2) * chances).sum(axis=1) / PEOPLE.sum(axis=(1, 2))

    first, second = flagged.tolist() if rate == "selection_rate" else rates(chances)[1]

    assert first == pytest.approx(second)


def test_limits_from_scaled_counts_are_those_of_all_people(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rules()["limits by group, equal rates"].chances
    monkeypatch.setattr(group_thresholds, "ROWS", int(PEOPLE.sum()))

    scaled = next(iter(group_rules(PEOPLE * 1_000, rate="false_positive_rate", utility="accuracy"))).chances

    assert scaled.tolist() == whole.tolist()
