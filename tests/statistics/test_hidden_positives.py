"""Hidden outcomes: methods G29 and G30, and every number of hidden outcomes tried in turn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.statistics.hidden_positives import (
    RATES,
    Kind,
    Table,
    fewest_hidden,
    hidden_fills,
    hidden_to_reach,
    moved,
)

WHITE, BLACK = Table(1139, 349, 461, 505), Table(990, 805, 532, 1369)
FPR: Kind = "false_positive_rate"
FNR: Kind = "false_negative_rate"
PPV: Kind = "positive_predictive_value"
FEW = st.integers(0, 5)
TABLES = st.builds(Table, FEW, FEW, FEW, FEW)
KINDS = st.sampled_from(sorted(RATES))


@pytest.mark.parametrize(
    ("k", "kind", "low", "high"),
    [  # methods G29: alpha .01, .05, .10, .20 of 2,454 people
        (25, FPR, 0.2215, 0.2386), (123, FPR, 0.1656, 0.2557), (245, FPR, 0.0837, 0.2808), (491, FPR, 0, 0.3501),
        (25, FNR, 0.4652, 0.4904), (123, FNR, 0.4233, 0.5363), (245, FNR, 0.3807, 0.5830), (491, FNR, 0.4139, 0.6534),
        (25, PPV, 0.5913, 0.6206), (123, PPV, 0.5913, 0.7354), (245, PPV, 0.5913, 0.8782), (491, PPV, 0.5913, 1),
    ],
)  # fmt: skip
def test_bounds_of_the_methods(k: int, kind: Kind, low: float, high: float) -> None:
    fills = hidden_fills(WHITE, (k, k), kind=kind)

    assert [fill.rate for fill in fills] == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize(("kind", "k"), [(PPV, 33), (FPR, 710), (FNR, None)])
def test_tipping_points_of_the_methods(kind: Kind, k: int | None) -> None:
    # methods G30: white defendants' rate to that of Black ones
    assert hidden_to_reach(WHITE, RATES[kind](BLACK).rate, kind=kind) == k


def possible(table: Table, k: int) -> list[Table]:
    return [moved(table, k, k1) for k1 in range(max(0, k - table.tn), min(k, table.fp) + 1)]


@given(TABLES, st.integers(0, 10), st.integers(0, 10), KINDS)
@settings(max_examples=30, deadline=None)
def test_no_split_of_hidden_outcomes_leaves_the_bounds(
    table: Table, first: int, second: int, kind: Kind
) -> None:
    most = table.tn + table.fp
    least, greatest = sorted((min(first, most), min(second, most)))
    every = [
        RATES[kind](one).rate
        for k in range(least, greatest + 1)
        for one in possible(table, k)
        if RATES[kind](one).m
    ]

    if len(every) == sum(
        len(possible(table, k)) for k in range(least, greatest + 1)
    ):  # else a rate has no members
        low, high = hidden_fills(table, (least, greatest), kind=kind)
        assert (low.rate, high.rate) == pytest.approx((min(every), max(every)))


@given(TABLES, st.floats(0.05, 0.95), KINDS)
@settings(max_examples=30, deadline=None)
def test_the_tipping_point_is_the_first_number_that_can_reach_a_level(
    table: Table, level: float, kind: Kind
) -> None:
    if RATES[kind](table).m == 0:
        return
    rises = level > RATES[kind](table).rate
    first = next(
        (
            k for k in range(table.tn + table.fp + 1) for one in possible(table, k)
            if RATES[kind](one).m and (RATES[kind](one).rate >= level if rises else RATES[kind](one).rate <= level)
        ),
        None,
    )  # fmt: skip

    assert hidden_to_reach(table, level, kind=kind) == first


def test_what_holds_already_needs_no_hidden_outcome() -> None:
    assert fewest_hidden(WHITE, lambda fill: fill.rate > 0, kind=FPR, rises=True) == 0
