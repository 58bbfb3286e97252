"""What a reader can work out about hidden counts, against every table that agrees with what is known."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.derivable import Key, Known, Span, possible_values

KEYS = "abcde"
MOST = 6


def total(of: str) -> Known:
    return tuple(of), ()


def width(span: Span) -> int:
    return span.high - span.low


def test_a_hidden_count_that_is_alone_in_a_sum_is_known() -> None:
    # Methods S1: of 4, 36 and 60, total 100, hiding the 4 alone leaves 100 - 36 - 60 = 4.
    truth: dict[Key, int] = {"a": 4, "b": 36, "c": 60}

    known = [total("abc"), total("b"), total("c")]

    assert possible_values(truth, known, ["a"], enough=10) == (Span(4, 4),)


def test_two_hidden_counts_leave_each_other_room() -> None:
    # With the 36 hidden as well, a + b = 40: each can be anything from 0 to 40.
    truth: dict[Key, int] = {"a": 4, "b": 36, "c": 60}

    found = possible_values(truth, [total("abc"), total("c")], ["a", "b"], enough=40)

    assert found == (Span(0, 40), Span(0, 40))


def test_two_small_hidden_counts_are_narrowed_down_by_their_sum() -> None:
    truth: dict[Key, int] = {"a": 3, "b": 4, "c": 60}

    assert possible_values(truth, [total("abc"), total("c")], ["a"], enough=10) == (Span(0, 7),)


def test_what_nothing_is_known_of_can_be_anything() -> None:
    (span,) = possible_values({"a": 4}, [], ["a"], enough=10)

    assert width(span) >= 10


def test_a_sum_of_zero_settles_its_parts_and_what_they_are_taken_off() -> None:
    truth: dict[Key, int] = {"a": 0, "b": 0, "c": 5}

    known = [total("ab"), total("abc")]

    assert possible_values(truth, known, ["a", "c", "bc"], enough=10) == (Span(0, 0), Span(5, 5), Span(5, 5))


def test_whole_numbers_say_more_than_fractions() -> None:
    # a + b = a + c = b + c + d = 2: 2 a = 2 + d. As fractions, a could be 1.5 with d = 1; in whole numbers d is 0 or 2,
    # so that a is 1 (b = c = 1) or 2 (b = c = 0).
    truth: dict[Key, int] = {"a": 1, "b": 1, "c": 1, "d": 0}

    known = [total("ab"), total("ac"), total("bcd")]

    assert possible_values(truth, known, ["a", "d"], enough=5) == (Span(1, 2), Span(0, 2))
    # Without room for d = 2 there is one answer, though a could be 1.5 as a fraction.
    assert possible_values({**truth, "e": 1}, [*known, total("de")], ["a"], enough=5) == (Span(1, 1),)


SETS = st.sets(st.sampled_from(KEYS), min_size=1).map(sorted).map("".join)


@settings(max_examples=15, deadline=None)
@given(
    counts=st.lists(st.integers(0, 3), min_size=5, max_size=5),
    sums=st.lists(SETS, max_size=4),
    hidden=st.lists(SETS, min_size=1, max_size=3),
)
def test_the_possible_values_are_those_of_every_table_that_agrees(
    counts: list[int], sums: list[str], hidden: list[str]
) -> None:
    truth: dict[Key, int] = dict(zip(KEYS, counts, strict=True))
    everything = total(KEYS)  # no count is then larger than the sum of all
    known = [everything, *map(total, sums)]

    found = possible_values(truth, known, hidden, enough=MOST)

    for span, expected in zip(found, brute_force(truth, known, hidden), strict=True):
        assert expected.low <= span.low <= span.high <= expected.high  # no value that is impossible
        assert width(span) >= min(MOST, width(expected))  # and as far apart as was asked for


def brute_force(truth: dict[Key, int], known: list[Known], hidden: list[str]) -> tuple[Span, ...]:
    """Try every way of dividing the sum of all counts."""
    whole = sum(truth.values())
    sums = [sum(truth[str(key)] for key in one) for one, _ in known]
    agree = []
    for first in product(range(whole + 1), repeat=len(KEYS) - 1):
        if sum(first) <= whole:
            table = dict(zip(KEYS, (*first, whole - sum(first)), strict=True))
            if [sum(table[str(key)] for key in one) for one, _ in known] == sums:
                agree.append(table)
    found = [[sum(table[key] for key in part) for table in agree] for part in hidden]
    return tuple(Span(min(values), max(values)) for values in found)


def test_a_search_that_takes_too_long_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Out of time, the true value alone stays possible, and the caller withholds more.
    monkeypatch.setattr("auditkit.statistics.derivable.SECONDS", 0.0)
    truth: dict[Key, int] = {"a": 4, "b": 36, "c": 60}

    (span,) = possible_values(truth, [total("abc"), total("c")], ["a"], enough=10)

    assert span.low <= 4 <= span.high


@pytest.mark.parametrize("answer", [None, np.array([0.5, 0.5, 0.5])])
def test_a_solver_without_an_answer_in_whole_numbers_shows_nothing(
    answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: SimpleNamespace(x=answer))
    truth: dict[Key, int] = {"a": 4, "b": 36, "c": 60}

    assert possible_values(truth, [total("abc"), total("c")], ["a"], enough=10) == (Span(4, 4),)
