"""The four-fifths rule on groups that are all treated alike."""

import numpy as np
import pytest

from auditkit.statistics.four_fifths import fires_by_chance


@pytest.mark.parametrize(
    ("rate", "people", "expected"),
    [(0.05, 200, 0.5985), (0.3, 50, 0.4567), (0.05, 1000, 0.2516), (0.3, 200, 0.1441), (0.05, 5000, 0.0108)],
)
def test_two_equal_groups_set_the_rule_off_as_often_as_published(
    rate: float, people: int, expected: float
) -> None:
    assert fires_by_chance(rate, [people, people]) == pytest.approx(expected, abs=5e-5)  # methods G13


def test_four_unequal_groups_agree_with_drawn_samples() -> None:
    sizes = np.array([37, 50, 80, 200])
    drawn = np.random.default_rng(1).binomial(sizes, 0.3, (100_000, 4)) / sizes
    # binomial error of a share near .83 in 100,000 draws: .0012; the tolerance is four of them
    share = float((drawn.min(axis=1) < 0.8 * drawn.max(axis=1) - 1e-12).mean())

    assert fires_by_chance(0.3, sizes.tolist()) == pytest.approx(share, abs=0.005)


def test_the_order_of_groups_does_not_matter() -> None:
    assert fires_by_chance(0.2, [30, 30, 60]) == pytest.approx(fires_by_chance(0.2, [60, 30, 30]), abs=1e-12)


def test_one_person_each_is_worked_out_by_hand() -> None:
    # Two people with the better decision at .5: one of them alone has it in two samples of four; nobody has it in one.
    assert fires_by_chance(0.5, [1, 1]) == pytest.approx(0.5)


def test_the_rule_never_fires_where_everyone_has_the_better_decision() -> None:
    assert fires_by_chance(1.0, [5, 9]) == 0


def test_large_groups_are_taken_in_steps_that_do_not_matter() -> None:
    # A log ratio of two rates of 100 in a million has standard deviation sqrt(2/100) = .1414 (normal approximation).
    # log .8 = -.2231, two-sided: 2 (1 - Phi(1.578)) = .1146
    assert fires_by_chance(1e-4, [10**6, 10**6]) == pytest.approx(0.1146, abs=0.002)
    assert fires_by_chance(0.3, [10**8, 10**8]) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("rate", "sizes"), [(0.5, [9]), (0.5, [9, 0]), (0.0, [9, 9]), (1.1, [9, 9])])
def test_fewer_than_two_groups_or_no_rate_is_an_error(rate: float, sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="two groups"):
        fires_by_chance(rate, sizes)
