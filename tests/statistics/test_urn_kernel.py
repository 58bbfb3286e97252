"""The urn in machine code: its parts by hand, and the same numbers as numpy digit by digit."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

from auditkit.statistics import urn_kernel, urn_runs
from auditkit.statistics.urn import Urn
from auditkit.statistics.urn_kernel import add, count, grow, loops, place, poisson_table
from auditkit.statistics.urn_runs import Outcome, simulate


def make_urn(
    *,
    reported: float = 0.0,
    visits: int = 1,
    discovered: tuple[float, ...] = (3.0, 1.0, 0.0, 0.5, 2.0),
    **more: Any,
) -> Urn:
    n = len(discovered)
    return Urn(
        recorded=np.arange(1, n + 1),
        discovered=np.array(discovered),
        reported=np.full(n, reported),
        visits=visits,
        **more,
    )


def played(urn: Urn, replicates: int = 20) -> Outcome:
    return simulate(urn, rounds=30, replicates=replicates, rng=np.random.default_rng(4), keep=[7, 29])


def test_a_record_is_found_in_its_area() -> None:
    # records 2, 0, 3: the first two lie in area 0, the other three in area 2
    trees = np.zeros((1, 5), dtype=np.int64)
    total = grow(trees, 0, np.array([[2, 0, 3]]), 0)
    assert total == 5
    assert [place(trees, 0, record) for record in range(5)] == [0, 0, 2, 2, 2]

    add(trees, 0, 1, 2)  # 2, 2, 3
    assert [place(trees, 0, record) for record in range(7)] == [0, 0, 1, 1, 2, 2, 2]


def test_a_uniform_number_becomes_a_poisson_count() -> None:
    table = poisson_table(np.array([2.0, 40.0]))
    uniforms = np.array([0.0, 0.1, 0.5, 0.9, 0.999999])

    for area, rate in enumerate((2.0, 40.0)):
        ours = [count(table, area, uniform) for uniform in uniforms]
        assert ours == [int(max(0, poisson.ppf(uniform, rate))) for uniform in uniforms]


def test_the_table_holds_distribution_functions() -> None:
    assert poisson_table(np.array([0.0, 1.5]))[1, :6] == pytest.approx(
        poisson.cdf(np.arange(6), 1.5), abs=1e-12
    )
    assert poisson_table(np.array([0.0, 1.5]))[0].tolist() == [1.0] * poisson_table(np.array([1.5])).shape[1]


@pytest.mark.parametrize("reported", [0.0, 0.01, 2.0], ids=["none", "rare", "many"])
@pytest.mark.parametrize("visits", [1, 4])
def test_the_loops_give_the_numbers_that_numpy_gives(
    monkeypatch: pytest.MonkeyPatch, reported: float, visits: int
) -> None:
    urn = make_urn(reported=reported, visits=visits)
    usual = played(urn)
    monkeypatch.setattr(urn_runs, "KERNEL_FROM", 0)
    monkeypatch.setattr(urn_runs, "available", lambda: True)
    monkeypatch.setattr(
        urn_runs, "kernel", lambda: loops(grow, add, place, count)
    )  # not compiled, so that any machine runs it
    other = played(urn)

    assert all(
        np.array_equal(one, two)
        for one, two in zip(usual, other, strict=True)
        if one is not None and two is not None
    )


def test_machine_code_gives_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    urn = make_urn(reported=0.5, visits=2)
    usual = played(urn)
    monkeypatch.setattr(urn_runs, "KERNEL_FROM", 0)
    compiled = played(urn)

    assert np.array_equal(usual.final, compiled.final)
    assert np.array_equal(usual.found, compiled.found)


def test_without_numba_and_for_other_urns_numpy_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urn_runs, "KERNEL_FROM", 0)
    monkeypatch.setattr(urn_runs, "kernel", lambda: pytest.fail("nothing is compiled"))
    for urn in (make_urn(decay=0.1), make_urn(correction="importance"), make_urn(discovered=(100.0, 1.0))):
        played(urn)
    monkeypatch.setattr(urn_kernel, "find_spec", lambda _: None)
    played(make_urn())


def test_large_finds_are_drawn_and_not_looked_up() -> None:
    # one visit finds 100 in the one area that has records: shares say nothing, finds do
    urn = Urn(recorded=np.array([5, 0]), discovered=np.array([100.0, 1.0]), reported=np.zeros(2))
    runs = simulate(urn, rounds=10, replicates=200, rng=np.random.default_rng(1))

    assert runs.found.mean() == pytest.approx(1000, abs=10)
