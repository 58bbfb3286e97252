"""The search for subgroups that nobody named: what it looks at, what it tests, and when it says why it did not."""

from dataclasses import replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pytest
from scipy.stats import fisher_exact

from auditkit.measure.choices import Measuring
from auditkit.measure.subgroups import find_subgroups, worse_rate
from auditkit.results.alternatives import SubgroupCell, Subgroups, SubgroupTally
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Estimate, Measurement, NotEstimable
from auditkit.results.tally import Cell, GroupTally, Repeats, Tally
from benchmarks.validity.subgroups import run, worlds

RATES = {
    ("B", "night"): (60, 100),
    ("B", "day"): (20, 100),
    ("A", "night"): (20, 100),
    ("A", "day"): (20, 100),
}
"""Of people without the outcome: how many are flagged, of how many, in each half."""


def tallied(rates: dict[tuple[str, str], tuple[int, int]] = RATES, **changes: Any) -> Tally:
    cells = tuple(
        SubgroupCell(half=half, values=values, decision=decision, outcome=0, n=n)
        for half, (values, (part, whole)) in product((0, 1), rates.items())
        for decision, n in ((1, part), (0, whole - part))
        if n
    )
    given: dict[str, Any] = {
        "columns": ("race", "shift"), "left_out": (), "named": (("race",), ("shift",)), "depth": 3, "smallest": 100,
        "metric": "false_positive_rate", "control": "holm", "by_id": True, "cells": cells,
    }  # fmt: skip
    return Tally(dimensions=(), has_outcome=True, refused=(), subgroups=SubgroupTally(**given | changes))


def searched(
    tally: Tally, *, orientation: Literal["burden", "benefit"] = "burden"
) -> tuple[dict[str, Measurement], Subgroups]:
    measuring = Measuring(orientation=orientation, families=(), minimum_n=10, ratio_interval="katz")
    items, found = find_subgroups(tally, measuring)
    return {item.metric: item for item in items if item.group[:1] == (("race", "B"),)}, found


def test_the_worst_combination_is_tested_against_everyone_else_in_the_other_half() -> None:
    items, found = searched(tallied())
    p_value, adjusted = (items[f"subgroup_false_positive_rate_p_value{end}"].result for end in ("", "_holm"))

    assert [one.group for one in found.tested] == [(("race", "B"), ("shift", "night"))]
    assert found.tested[0].found
    assert found.looked_at == 4
    # 60 of 100 beside 60 of 300, one-sided, doubled (scipy).
    expected = 2 * float(fisher_exact(np.array([[60, 40], [60, 240]]), alternative="greater").pvalue)
    assert isinstance(p_value, Estimate)
    assert p_value.value == pytest.approx(expected)
    assert adjusted == replace(p_value, method="holm")
    ratio = items["subgroup_false_positive_rate_ratio"].result
    assert isinstance(ratio, Estimate)
    assert ratio.value == pytest.approx(0.6 / 0.2)


def test_what_the_audit_file_declares_is_not_looked_at_again() -> None:
    _, found = searched(tallied(named=(("race",), ("shift",), ("shift", "race"))))

    assert (found.reason, found.looked_at, found.tested) == ("NE-SMALL", 0, ())


def test_a_larger_group_comes_back_only_where_it_stands_out_itself() -> None:
    # Nights are bad for everybody: a race at night is no worse than nights are.
    rates = {
        ("B", "night"): (40, 100),
        ("B", "day"): (20, 100),
        ("A", "night"): (40, 100),
        ("A", "day"): (20, 100),
    }

    _, found = searched(tallied(rates, named=()))

    assert [one.group for one in found.tested] == [(("shift", "night"),)]


def test_people_whose_value_is_unknown_are_no_subgroup() -> None:
    rates = {("B", "(unknown)"): (60, 100), ("B", "day"): (20, 100), ("A", "day"): (20, 100)}

    _, found = searched(tallied(rates, named=()))

    assert all("(unknown)" not in dict(one.group).values() for one in found.tested)


def test_where_nothing_differs_nothing_is_tested_and_the_smallest_gap_is_still_said() -> None:
    alike = dict.fromkeys(RATES, (20, 100))
    measuring = Measuring(orientation="burden", families=(), minimum_n=10, ratio_interval="katz")

    items, found = find_subgroups(tallied(alike), measuring)

    assert (found.looked_at, found.tested) == (4, ())
    sizes = {item.stratum: item.result for item in items}
    assert set(sizes) == {"subgroup of smallest size", "subgroup of tenth size"}
    # 50 people of a half (half of 100, all without the outcome) beside 350.
    smallest = sizes["subgroup of smallest size"]
    assert isinstance(smallest, Estimate)
    assert smallest.value is not None
    assert 1.5 < smallest.value < 3


def test_where_everybody_is_flagged_no_gap_could_be_found() -> None:
    measuring = Measuring(orientation="burden", families=(), minimum_n=10, ratio_interval="katz")

    items, found = find_subgroups(tallied(dict.fromkeys(RATES, (100, 100))), measuring)

    assert found.tested == ()
    assert {item.result for item in items} == {NotEstimable(reason="NE-POWER")}


@pytest.mark.parametrize(
    ("metric", "orientation", "worse"),
    [
        ("false_positive_rate", "burden", "higher"), ("selection_rate", "burden", "higher"),
        ("false_negative_rate", "burden", "lower"), ("false_positive_rate", "benefit", "lower"),
        ("selection_rate", "benefit", "lower"), ("false_negative_rate", "benefit", "higher"),
    ],
)  # fmt: skip
def test_which_rate_is_the_worse_one_follows_from_what_a_flag_is(
    metric: str, orientation: str, worse: str
) -> None:
    assert worse_rate(metric, orientation) == worse


def test_where_a_flag_helps_the_group_that_gets_fewest_is_found() -> None:
    rates = {
        ("B", "night"): (40, 100),
        ("B", "day"): (80, 100),
        ("A", "night"): (80, 100),
        ("A", "day"): (80, 100),
    }

    items, found = searched(tallied(rates, metric="selection_rate"), orientation="benefit")

    assert found.worse == "lower"
    assert [one.group for one in found.tested if one.found] == [(("race", "B"), ("shift", "night"))]
    assert "subgroup_selection_rate_p_value_holm" in items


def test_screening_adjusts_for_the_share_of_false_findings() -> None:
    items, _ = searched(tallied(control="benjamini_hochberg"))

    assert "subgroup_false_positive_rate_p_value_bh" in items


def test_a_row_without_a_decision_is_in_no_rate() -> None:
    tally = tallied()
    assert tally.subgroups is not None
    extra = SubgroupCell(half=1, values=("B", "night"), decision=None, outcome=None, n=500)
    more = replace(tally, subgroups=replace(tally.subgroups, cells=(*tally.subgroups.cells, extra)))

    assert (
        searched(more)[0]["subgroup_false_positive_rate"]
        == searched(tally)[0]["subgroup_false_positive_rate"]
    )


ONE = Cell(group=(), decision=1, outcome=0, n=1, suppressed=False)
TWICE = GroupTally(
    dimension=(), reference=None, cells=(ONE,),
    repeats=(Repeats(group=(), people=(1,), moments=((4.0,),), powers=((8.0, 16.0),)),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("tally", "reason"),
    [
        (replace(tallied(), has_outcome=False), "NE-TRUTH"),
        (replace(tallied(), sampled=True), "NE-SELECT"),
        (replace(tallied(), dimensions=(TWICE,)), "NE-BLOCKS"),
        (tallied(cells=()), "NE-SUPP"),
        (replace(tallied(), refused=(Refusal(check="c", measures=("false_positive_rate",), reason="NE-DATA"),)), "NE-DATA"),
    ],
)  # fmt: skip
def test_where_it_cannot_be_looked_for_the_reason_is_said(tally: Tally, reason: str) -> None:
    measuring = Measuring(orientation="burden", families=(), minimum_n=10, ratio_interval="katz")

    items, found = find_subgroups(tally, measuring)

    assert items == []
    assert found.reason == reason


def test_in_fair_worlds_hardly_ever_is_one_confirmed() -> None:
    # The validity study in short: 60 tables of 4,000 people in whom nothing differs.
    world = next(
        one for one in worlds(replicates=60)
        if one.settings["times"] == 1 and one.settings["people"] == 4_000 and one.settings["rate"] == 0.3
    )  # fmt: skip

    n, confirmed, _ = run(world, np.random.default_rng(world.seed)).as_record()["events"][
        "a subgroup is confirmed"
    ]

    assert n == 60
    assert confirmed <= 7  # more than 7 of 60 have a chance below 2 % at a rate of 5 %


def test_a_wronged_subgroup_is_confirmed_where_people_are_many() -> None:
    world = next(
        one for one in worlds(replicates=5)
        if one.settings["times"] == 2 and one.settings["people"] == 16_000 and one.settings["rate"] == 0.3
    )  # fmt: skip

    (event,) = run(world, np.random.default_rng(world.seed)).as_record()["events"].values()

    assert event[:2] == [5, 5] or tuple(event[:2]) == (5, 5)
