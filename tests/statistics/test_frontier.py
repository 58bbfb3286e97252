"""The best choice of areas under a cap, against every choice there is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics import frontier
from auditkit.statistics.frontier import best_choice, least_share

INCIDENTS, SHARES = [10, 9, 6, 5], [0.9, 0.8, 0.3, 0.2]


@pytest.mark.parametrize(
    ("cap", "most"), [(0.85, 19), (0.60, 16), (0.55, 15), (0.50, 14), (0.25, 11), (0.24, None)]
)
def test_p18_most_incidents_under_a_cap(cap: float, most: int | None) -> None:
    chosen = best_choice(INCIDENTS, SHARES, [1] * 4, count=2, cap=cap)

    assert (None if chosen is None else float(np.array(INCIDENTS)[chosen].sum())) == most


Area = tuple[int, int, int]
areas = st.tuples(st.integers(0, 30), st.integers(0, 50), st.integers(1, 50)).map(
    lambda area: (area[0], min(area[1], area[2]), area[2])
)


@given(
    cells=st.lists(areas, min_size=2, max_size=8),
    count=st.integers(1, 8),
    cap=st.integers(0, 100).map(lambda n: n / 100),
)
@settings(max_examples=80, deadline=None)
def test_no_other_choice_under_the_cap_brings_more(cells: list[Area], count: int, cap: float) -> None:
    count = min(count, len(cells))
    gains, part, whole = np.array(cells, dtype=float).T
    every = [list(one) for one in combinations(range(len(cells)), count)]
    shares = [part[one].sum() / whole[one].sum() for one in every]
    allowed = [gains[one].sum() for one, share in zip(every, shares, strict=True) if share <= cap + 1e-9]

    chosen = best_choice(gains, part, whole, count=count, cap=cap)

    assert (chosen is None) == (not allowed)
    if chosen is not None:
        assert chosen.sum() == count
        assert part[chosen].sum() <= (cap + 1e-6) * whole[chosen].sum()
        assert gains[chosen].sum() == pytest.approx(max(allowed))
    assert least_share(part, whole, count=count) == pytest.approx(min(shares))


def test_nothing_expected_anywhere_still_gives_a_choice() -> None:
    chosen = best_choice([0, 0], [0, 0], [0, 0], count=1, cap=0.5)

    assert chosen is not None
    assert chosen.sum() == 1


def test_a_search_that_is_given_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    gains, whole = rng.integers(50, 60, 60), rng.integers(500, 3000, 60)
    monkeypatch.setattr(frontier, "NODES", 0)

    with pytest.raises(RuntimeError, match="best choice of 20 of 60 areas was not found within 0 branches"):
        best_choice(gains, (whole * rng.random(60)).astype(int), whole, count=20, cap=0.4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: best_choice([1, 2], [0], [1, 1], count=1, cap=0.5), "three numbers for each area"),
        (lambda: best_choice([1, 2], [0, 0], [1, 1], count=3, cap=0.5), "1 to 2 areas"),
        (lambda: best_choice([1, 2], [2, 0], [1, 1], count=1, cap=0.5), "no part above its whole"),
        (lambda: best_choice([1, float("nan")], [0, 0], [1, 1], count=1, cap=0.5), "at least 0"),
        (lambda: least_share([0, 0], [0, 5], count=1), "could affect nobody"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=words):
        call()
