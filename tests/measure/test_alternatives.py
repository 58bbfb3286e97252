"""Rules beside the tool's own: which groups and limits take part, which gap is meant, and why there may be none."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any, Literal

import pytest

from auditkit.measure.alternative_tables import cut_bins, eligible, halves
from auditkit.measure.alternatives import find_alternatives
from auditkit.measure.choices import Measuring
from auditkit.results.alternatives import (
    Aim,
    Alternatives,
    AlternativesTally,
    FittedRule,
    HalfCell,
    RuleCells,
)
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import ScoreBin
from auditkit.results.measurements import Estimate, Measurement
from auditkit.results.tally import Cell, GroupTally, Tally

AIM = Aim(
    need="n", utility="accuracy", disparity="false_positive_rate_ratio", tolerated_loss=0.02, smallest_reduction=0.1,
    flags_within=0.1, methods=("thresholds", "group_thresholds", "models"),
)  # fmt: skip
# People of each half by group and score 1 to 4, without and with the outcome; from 3 on they are flagged.
SCORES = {
    "A": ((80, 20), (60, 40), (40, 60), (20, 80)),
    "B": ((60, 40), (40, 60), (60, 60), (40, 80)),
}
LIMIT = 3


def counted(scores: dict[str, Any] = SCORES, **changes: Any) -> AlternativesTally:
    cells = tuple(
        HalfCell(half=half, group=(group,), bin=at, decision=int(at + 1 >= LIMIT), outcome=y, n=pair[y])
        for half, (group, rows) in product((0, 1), scores.items())
        for at, pair in enumerate(rows)
        for y in (0, 1)
    )
    given: dict[str, Any] = {
        "aim": AIM, "dimension": ("race",), "reference": ("A",), "scored": True, "limit": float(LIMIT),
        "bins": tuple(ScoreBin(low=float(at), mean=float(at)) for at in (1, 2, 3, 4)), "cells": cells, "fitted": (),
        "fitted_on": 0, "sampled": False, "smallest": 11,
    }  # fmt: skip
    return AlternativesTally(**given | changes)


def searched(
    given: AlternativesTally, *, orientation: Literal["burden", "benefit"] = "burden", **changes: Any
) -> tuple[dict[str, Measurement], Alternatives]:
    tally = Tally(dimensions=(), has_outcome=True, refused=(), alternatives=given)
    measuring = Measuring(orientation=orientation, families=(), minimum_n=10, ratio_interval="katz")
    items, found = find_alternatives(replace(tally, **changes), measuring)
    return {item.id: item for item in items}, found


def value(items: dict[str, Measurement], ident: str) -> float:
    result = items[ident].result
    assert isinstance(result, Estimate)
    assert result.value is not None
    return result.value


def test_rates_under_each_rule_add_up_from_the_counts() -> None:
    items, found = searched(counted())

    # A: 60 of 200 without the outcome score 3 or 4, B: 100 of 200; from 4 on 20 and 40.
    own, four = "@alternative%3A%20as%20deployed", "@alternative%3A%20limit%20at%204"
    pair = "alternative_false_positive_rate_ratio/race=B{}~race=A"
    assert value(items, pair.format(own)) == pytest.approx(0.5 / 0.3)
    assert value(items, pair.format(four)) == pytest.approx(0.2 / 0.1)
    # Decided rightly of 840: A 140 + 140, B 100 + 140; from 4 on A 180 + 80, B 160 + 80.
    assert value(items, f"alternative_accuracy/everyone{own}") == pytest.approx(520 / 840)
    assert value(items, f"alternative_accuracy_gain/everyone{four}") == pytest.approx((500 - 520) / 840)
    change = "alternative_false_positive_rate_gap_change/race=B{}~race=A"
    assert value(items, change.format(four)) == pytest.approx(2.0 / (0.5 / 0.3))
    # Flagged: A 200 of 400 and B 240 of 440; from 4 on 100 and 120.
    assert value(items, f"alternative_flags_ratio/everyone{four}") == pytest.approx(220 / 440)
    assert value(items, f"alternative_flagged_change/race=B{four}") == pytest.approx(-120 / 440)
    assert (found.group, found.against) == ((("race", "B"),), (("race", "A"),))
    assert (found.people, found.left_out) == (840, 0)


def test_gaps_can_be_differences() -> None:
    items, _ = searched(counted(aim=replace(AIM, disparity="selection_rate_difference")))

    own = "@alternative%3A%20as%20deployed"
    found = value(items, f"alternative_selection_rate_difference/race=B{own}~race=A")
    assert found == pytest.approx(240 / 440 - 200 / 400)


@pytest.mark.parametrize("utility", ["true_positive_rate", "positive_predictive_value"])
def test_the_need_can_be_measured_in_three_ways(utility: str) -> None:
    items, _ = searched(counted(aim=replace(AIM, utility=utility)))

    own = "@alternative%3A%20as%20deployed"
    # Caught: A 140 of 200, B 140 of 240; flagged 440.
    assert value(items, f"alternative_{utility}/everyone{own}") == pytest.approx(280 / 440)


def test_without_a_reference_the_widest_gap_is_meant() -> None:
    third = {**SCORES, "C": ((90, 20), (70, 40), (20, 60), (20, 80))}

    _, found = searched(counted(third, reference=None))

    assert {found.group, found.against} == {(("race", "B"),), (("race", "C"),)}


def test_small_groups_and_unknown_ones_do_not_take_part() -> None:
    more = {**SCORES, "C": ((5, 5), (5, 5), (5, 5), (5, 5)), "(unknown)": SCORES["A"]}
    given = counted(more)

    assert eligible(given, minimum_n=10) == (("A",), ("B",))
    assert searched(given)[1].left_out == 2


def test_limits_are_not_told_apart_where_few_people_lie_between_them() -> None:
    few = {**SCORES, "B": ((60, 40), (40, 60), (95, 135), (5, 5))}
    given = counted(few)

    assert cut_bins(counted(), halves(counted(), (("A",), ("B",)))) == [0, 1, 2, 3]
    assert cut_bins(given, halves(given, (("A",), ("B",)))) == [0, 1, 2]
    assert cut_bins(replace(given, smallest=0), halves(given, (("A",), ("B",)))) == [0, 1, 2, 3]


def test_many_scores_make_about_forty_limits() -> None:
    many = dict.fromkeys("AB", tuple((20, 20) for _ in range(400)))
    bins = tuple(ScoreBin(low=float(at + 1), mean=float(at + 1)) for at in range(400))
    given = counted(many, bins=bins, limit=200.0)

    starts = cut_bins(given, halves(given, (("A",), ("B",))))

    assert 199 in starts  # the tool's own limit
    assert 30 <= len(starts) <= 41


def test_a_tool_without_a_limit_of_its_own_has_its_scores_cut_from_below() -> None:
    given = counted(limit=None)

    assert cut_bins(given, halves(given, (("A",), ("B",)))) == [0, 1, 2, 3]


def test_only_the_methods_that_were_asked_for_are_tried() -> None:
    _, limits = searched(counted(aim=replace(AIM, methods=("thresholds",))))
    _, groups = searched(counted(aim=replace(AIM, methods=("group_thresholds",))))

    assert {one.kind for one in limits.candidates} == {"deployed", "threshold"}
    assert {one.kind for one in groups.candidates} == {"deployed", "group_thresholds"}


def fitted(name: str, cells: Mapping[str, tuple[float, ...]]) -> FittedRule:
    return FittedRule(
        name=name, kind="model", inputs=("x",), trained_with_group=False, randomised=False,
        cells=tuple(RuleCells(group=(g,), search=t, estimate=t) for g, t in cells.items()),  # type: ignore[arg-type]  # the test gives what the function must take or refuse
    )  # fmt: skip


def test_a_model_counts_where_it_was_tried_on_every_group_and_decides_otherwise() -> None:
    table = {
        "A": (100.0, 40.0, 40.0, 20.0, 20.0, 60.0, 40.0, 80.0),
        "B": (80.0, 60.0, 20.0, 40.0, 40.0, 60.0, 60.0, 80.0),
    }
    rules = (
        fitted("small tree", table),
        fitted("logistic regression", {"A": table["A"]}),
        fitted("flags everyone", dict.fromkeys("AB", (0.0, 0.0, 100.0, 100.0, 0.0, 0.0, 100.0, 100.0))),
        fitted("as the tool", dict.fromkeys("AB", (100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 100.0, 100.0))),
    )  # fmt: skip

    items, found = searched(counted(fitted=rules, aim=replace(AIM, methods=("models",))))

    assert [one.name for one in found.candidates] == ["as deployed", "small tree"]
    # B without the outcome: 20 + 60 of 200 are flagged by the tree.
    ident = "alternative_false_positive_rate/race=B@alternative%3A%20small%20tree"
    assert value(items, ident) == pytest.approx(80 / 200)


def test_a_rule_that_leaves_a_rate_at_zero_has_no_ratio_and_stays_open() -> None:
    table = {
        "A": (160.0, 40.0, 0.0, 20.0, 40.0, 60.0, 0.0, 80.0),
        "B": (80.0, 60.0, 20.0, 40.0, 40.0, 60.0, 60.0, 80.0),
    }

    items, _ = searched(counted(fitted=(fitted("small tree", table),)))

    ident = "alternative_false_positive_rate_gap_margin/race=B@alternative%3A%20small%20tree~race=A"
    assert items[ident].result.reason == "NE-DENOM"  # type: ignore[union-attr]  # the test builds this kind


HIDDEN = GroupTally(
    dimension=(), reference=None, cells=(Cell(group=(), decision=1, outcome=0, n=1, suppressed=True),)
)


@pytest.mark.parametrize(
    ("given", "changes", "reason"),
    [
        (counted(), {"has_outcome": False}, "NE-TRUTH"),
        (counted(), {"sampled": True}, "NE-SELECT"),
        (counted(), {"dimensions": (HIDDEN,)}, "NE-SUPP"),
        (counted({"A": SCORES["A"]}), {}, "NE-SMALL"),
        (counted(), {"refused": (Refusal(check="c", measures=("false_positive_rate",), reason="NE-DATA"),)}, "NE-DATA"),
        (counted(aim=replace(AIM, methods=("models",))), {}, "NE-RECORDS"),
        (counted(), {}, None),
    ],
)  # fmt: skip
def test_where_rules_cannot_be_compared_the_reason_is_said(
    given: AlternativesTally, changes: dict[str, Any], reason: str | None
) -> None:
    assert searched(given, **changes)[1].reason == reason
