"""What a decision rule would send where, if it knew the true rates: the line from concentration to feedback."""

import numpy as np
import pytest

from auditkit.simulate.rules import Rule

RATES = np.array([5.0, 1.0, 3.0, 1.0])


def test_visits_in_proportion_are_due_by_shares_of_incidents() -> None:
    assert Rule(kind="draws", visits=3).due(RATES).tolist() == [0.5, 0.1, 0.3, 0.1]  # of 10 incidents


@pytest.mark.parametrize("kind", ["top", "limit"])
def test_a_list_of_two_is_due_one_visit_each_to_the_two_busiest_areas(kind: str) -> None:
    assert Rule(kind=kind, visits=2).due(RATES).tolist() == [0.5, 0, 0.5, 0]  # type: ignore[arg-type]  # one of two


def test_each_run_with_rates_of_its_own_has_its_own_due_shares() -> None:
    both = np.stack([RATES, RATES[::-1]])

    assert Rule(kind="top", visits=1).due(both).tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]


def test_the_drift_is_measured_where_neither_all_visits_are_due_nor_none() -> None:
    # 84 areas, a tenth is 9: 12 visits leave 3 for others. Of a list of 6 the busiest half is taken.
    assert [Rule(kind="top", visits=visits).busiest(84) for visits in (12, 9, 6, 1)] == [9, 5, 3, 1]
    assert Rule(kind="draws", visits=2).busiest(84) == 9
