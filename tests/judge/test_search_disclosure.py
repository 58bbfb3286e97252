"""Publication safety of the two searches: nothing small is shown, and nothing small follows."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.judge.disclosure import withhold
from auditkit.judge.search_disclosure import safe_subgroups, withhold_rules
from auditkit.results.alternatives import (
    Aim,
    Alternatives,
    Around,
    Candidate,
    Kind,
    Subgroup,
    Subgroups,
    Table,
)
from auditkit.results.measurements import Estimate, Group, Measurement, Measurements, Withheld

SMALLEST = 11
AIM = Aim(
    need="n", utility="accuracy", disparity="false_positive_rate_ratio", tolerated_loss=0.02, smallest_reduction=0.1,
    flags_within=0.1, methods=("models",),
)  # fmt: skip
PLENTY: Table = (100.0, 50.0, 20.0, 20.0, 20.0, 20.0, 60.0, 100.0)
"""People by the tool's decision, the rule's, and outcome."""


def rules(kind: Kind, **cells: Table) -> Alternatives:
    one = Candidate(
        name="r", kind=kind, inputs=(), uses_group=False, trained_with_group=False, randomised=False, shortlisted=True,
        cells={(group,): table for group, table in cells.items()},
    )  # fmt: skip
    return Alternatives(
        aim=AIM, dimension=("race",), reason=None, group=(("race", "B"),), against=(("race", "A"),), candidates=(one,)
    )  # fmt: skip


def number(metric: str, *, group: Group = (), stratum: str | None = None) -> Measurement:
    result = Estimate(value=0.5, interval=None, interval_90=None, interval_family=None, method="m")
    dimension = tuple(name for name, _ in group)
    return Measurement(
        metric=metric, dimension=dimension, group=group, against=None, result=result, stratum=stratum
    )


def is_withheld(found: Alternatives) -> bool:
    (item,) = withhold_rules(
        [number("alternative_accuracy", stratum="alternative: r")], found, smallest_cell=SMALLEST
    )
    return isinstance(item.result, Withheld)


def with_cells(table: Table, **changes: float) -> Table:
    cells = list(table)
    for place, n in changes.items():
        cells[int(place.removeprefix("at"))] = n
    return tuple(cells)  # type: ignore[return-value]  # eight numbers


@pytest.mark.parametrize(
    ("b", "c", "hidden"),
    [
        (PLENTY, PLENTY, False),
        (with_cells(PLENTY, at2=0.0), PLENTY, False),  # nobody is nobody
        (with_cells(PLENTY, at2=4.0), PLENTY, True),  # a small cell of a group that is compared
        (PLENTY, with_cells(PLENTY, at2=4.0), False),  # of another group, with others over both sums
        (PLENTY, with_cells(PLENTY, at2=4.0, at3=5.0), True),  # few people about whom the rules disagree
        (PLENTY, with_cells(PLENTY, at2=4.0, at6=5.0), True),  # few flagged by the rule without the outcome
    ],
)
def test_a_model_that_sets_few_people_apart_is_withheld_whole(b: Table, c: Table, hidden: bool) -> None:  # noqa: FBT001  # a parameter of cases
    assert is_withheld(rules("model", A=PLENTY, B=b, C=c)) is hidden


def test_a_small_sum_over_groups_is_withheld() -> None:
    few = with_cells(PLENTY, at2=0.0, at4=0.0)
    other = with_cells(PLENTY, at2=4.0, at4=0.0, at3=16.0)

    assert is_withheld(rules("reduction", A=few, B=few, C=other))


def test_limits_are_coarse_already_and_stay() -> None:
    assert not is_withheld(rules("group_thresholds", A=PLENTY, B=with_cells(PLENTY, at2=0.4)))


def test_without_a_search_nothing_changes() -> None:
    items = [number("alternative_accuracy", stratum="alternative: r")]

    assert [*withhold_rules(items, None, smallest_cell=SMALLEST)] == items
    assert safe_subgroups(None, None, smallest_cell=SMALLEST) is None


# Subgroups

B, NORTH, NIGHT = ("race", "B"), ("ward", "North"), ("shift", "night")


def searched(*tested: tuple[Group, int, int], around: tuple[tuple[Group, int, int], ...] = ()) -> Subgroups:
    larger = (((), 500, 2_000), *around)
    return Subgroups(
        columns=("race", "ward", "shift"), left_out=(), depth=3, smallest=100, metric="false_positive_rate",
        control="holm", worse="higher", looked_at=9,
        tested=tuple(Subgroup(group=group, found=True, counted=part, among=among) for group, part, among in tested),
        around=tuple(Around(group=group, counted=part, among=among) for group, part, among in larger),
    )  # fmt: skip


def named(found: Subgroups, rules: Alternatives | None = None) -> list[Group]:
    safe = safe_subgroups(found, rules, smallest_cell=SMALLEST)
    assert safe is not None
    assert safe.withheld == len(found.tested) - len(safe.tested)
    return [one.group for one in safe.tested]


def test_a_subgroup_is_named_where_enough_people_are_on_both_sides_of_its_rate() -> None:
    assert named(searched(((B, NORTH), 40, 100))) == [(B, NORTH)]


@pytest.mark.parametrize(("part", "among"), [(5, 100), (95, 100), (4, 10), (495, 1_900), (500, 1_995)])
def test_a_subgroup_with_a_small_count_or_with_few_people_outside_it_is_not_named(
    part: int, among: int
) -> None:
    assert named(searched(((B, NORTH), part, among))) == []


def test_a_subgroup_may_not_differ_from_a_larger_one_by_few_people() -> None:
    around = (((B,), 46, 140),)  # 6 flagged in the rest of B

    assert named(searched(((B, NORTH), 40, 100), around=around)) == []


def test_of_two_subgroups_that_give_a_third_away_the_worse_one_stays() -> None:
    # Of B in the north, day and night are named: what is left of B in the north, the evening, would be 5 of 20.
    tested = (
        ((B, NORTH), 100, 200),
        ((B, NORTH, NIGHT), 60, 100),
        ((B, NORTH, ("shift", "day")), 35, 80),
    )

    assert named(searched(*tested)) == [(B, NORTH), (B, NORTH, NIGHT)]


def test_subgroups_that_overlap_are_not_taken_from_each_other() -> None:
    tested = (((B, NORTH), 60, 100), ((B, NIGHT), 52, 95), ((NORTH, NIGHT), 70, 140))

    assert len(named(searched(*tested))) == 3


def test_where_few_people_are_in_no_group_of_the_rules_no_subgroup_is_named() -> None:
    # Without the outcome: 960 in A, 1,036 in B, so that 4 of 2,000 are in neither.
    own = rules(
        "deployed", A=(700.0, 9.0, 0.0, 0.0, 0.0, 0.0, 260.0, 9.0), B=(800.0, 9.0, 0.0, 0.0, 0.0, 0.0, 236.0, 9.0)
    )  # fmt: skip
    many = replace(
        own, candidates=(replace(own.candidates[0], cells={("A",): own.candidates[0].cells["A",]}),)
    )

    assert named(searched(((NORTH, NIGHT), 40, 100)), own) == []
    assert named(searched(((NORTH, NIGHT), 40, 100)), many) == [(NORTH, NIGHT)]


def test_numbers_of_a_subgroup_that_is_not_named_are_gone_with_its_name() -> None:
    found = searched(((B, NORTH), 40, 100), ((B, NIGHT), 3, 90))
    items = (
        number("subgroup_false_positive_rate", group=(B, NORTH)), number("subgroup_false_positive_rate", group=(B, NIGHT)),
        number("subgroup_false_positive_rate_ratio_smallest_detectable"), number("alternative_accuracy", group=(B,)),
    )  # fmt: skip
    before = Measurements(items=items, subgroups=found)

    after = withhold(before, None, smallest_cell=SMALLEST)

    assert [item.group for item in after.items] == [(B, NORTH), (), (B,)]
    assert after.subgroups is not None
    assert after.subgroups.withheld == 1
    assert withhold(before, None, smallest_cell=0) == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "z"]), st.integers(0, 40), st.integers(0, 40)),
        min_size=4, max_size=30,
    )
)  # fmt: skip
def test_no_named_subgroup_and_no_rest_of_one_is_small(atoms: list[tuple[str, str, int, int]]) -> None:
    def counts(**wanted: str) -> tuple[int, int]:
        inside = [
            atom
            for atom in atoms
            if all({"r": atom[0], "w": atom[1]}[name] == v for name, v in wanted.items())
        ]
        part = sum(atom[2] for atom in inside)
        return part, part + sum(atom[3] for atom in inside)

    pairs: list[tuple[Group, int, int]] = [
        ((("r", r), ("w", w)), *counts(r=r, w=w)) for r in "ab" for w in "xyz"
    ]
    around: list[tuple[Group, int, int]] = [((("r", r),), *counts(r=r)) for r in "ab"]
    around += [((("w", w),), *counts(w=w)) for w in "xyz"]
    found = replace(
        searched(*pairs),
        around=tuple(Around(group=g, counted=a, among=b) for g, a, b in (((), *counts()), *around)),
    )

    shown = set(named(found))

    by_group = {group: (part, among) for group, part, among in (*pairs, *around, ((), *counts()))}
    for group in shown:
        for larger in [(), *[(one,) for one in group]]:
            inside = [one for one in shown if set(larger) <= set(one)]
            for n in (0, 1):
                left = by_group[larger][n] - by_group[group][n]
                assert not 0 < by_group[group][n] < SMALLEST
                assert not 0 < left < SMALLEST
                rest = by_group[larger][n] - sum(by_group[one][n] for one in inside)
                assert not 0 < rest < SMALLEST  # they are apart from each other
