"""What patrols discover: reference cases F8 to F10, and what is refused."""

import numpy as np
import pytest
from scipy.stats import poisson

from auditkit.statistics.discovery import attention_step, censored_poisson_rate, discovery_probability


def test_f8_attention_lowers_a_rate_and_neglect_raises_it() -> None:
    assert attention_step(np.array([4.0, 2.0]), np.array([2, 0]), change=0.1) == pytest.approx([3.8, 2.1])


def test_attention_never_lowers_a_rate_below_nothing() -> None:
    assert attention_step(np.array([0.1]), np.array([3]), change=0.1).tolist() == [0.0]


@pytest.mark.parametrize(("units", "expected"), [(1, 0.633893), (2, 0.861780), (3, 0.954332)])
def test_f9_chance_that_an_incident_is_discovered(units: int, expected: float) -> None:
    assert discovery_probability(units, rate=2) == pytest.approx(expected, abs=1e-6)


def test_without_officers_only_an_empty_area_misses_nothing() -> None:
    # E[min(0, C) / C] is 1 where C = 0 and 0 elsewhere
    assert discovery_probability(0, rate=2) == pytest.approx(np.exp(-2))


def test_f10_finds_as_many_as_officers_say_only_at_least() -> None:
    allocated, found = np.array([2, 2, 2, 3, 3, 4]), np.array([2, 1, 2, 0, 3, 2])

    assert censored_poisson_rate(allocated, found) == pytest.approx(2.1136, abs=1e-4)
    assert found.mean() == pytest.approx(1.6667, abs=1e-4)  # the naive mean is too low


def test_finds_below_allocation_alone_give_the_mean() -> None:
    # nothing is censored, so the likelihood is that of a plain Poisson sample
    assert censored_poisson_rate(np.array([9, 9, 9]), np.array([1, 2, 3])) == pytest.approx(2, abs=1e-6)


def test_the_rate_found_is_more_likely_than_its_neighbours() -> None:
    allocated, found = np.array([1, 1, 2, 2]), np.array([1, 0, 2, 1])
    best = censored_poisson_rate(allocated, found)

    def likelihood(rate: float) -> float:
        seen = found < allocated
        return float(
            poisson.logpmf(found[seen], rate).sum() + poisson.logsf(allocated[~seen] - 1, rate).sum()
        )

    assert likelihood(best) >= max(likelihood(best - 0.01), likelihood(best + 0.01))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="units of 0 or more"):
        discovery_probability(-1, rate=2)
    with pytest.raises(ValueError, match="units of 0 or more"):
        discovery_probability(1, rate=0)
    with pytest.raises(ValueError, match="finds from 0"):
        censored_poisson_rate(np.array([1]), np.array([2]))
    with pytest.raises(ValueError, match="no rate is too large"):
        censored_poisson_rate(np.array([1, 2]), np.array([1, 2]))
    with pytest.raises(ValueError, match="one number of units per area"):
        attention_step(np.array([1.0]), np.array([1, 2]), change=0.1)
