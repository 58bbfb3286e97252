"""No small count can be narrowed down: proven for random tables by trying every table that agrees with the report."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.judge import alert_disclosure, disclosure
from auditkit.judge.area_counts import hidden_areas
from auditkit.judge.people_counts import people_counts
from auditkit.judge.proof import Groups, Possible, _narrow, _room
from auditkit.judge.protection import Protection
from auditkit.judge.small_counts import hidden_metrics, small_counts
from auditkit.judge.sums import Node
from auditkit.results.measurements import Estimate, Measurement, Measurements
from auditkit.results.tally import Cell, GroupTally, Tally
from auditkit.statistics.derivable import possible_values

SMALLEST = 3
"""Counts of 1 and 2 are hidden, and their possible values lie at least 2 apart."""
Counts = tuple[int, int]
"""Flagged, and not flagged."""
EVERYONE: Node = ((), ())


def tallied(groups: Mapping[str, Counts]) -> Tally:
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=None, n=n, suppressed=False)
        for group, counts in groups.items()
        for decision, n in zip((1, 0), counts, strict=True)
        if n
    )
    everyone = tuple(
        Cell(group=(), decision=one.decision, outcome=None, n=one.n, suppressed=False) for one in cells
    )
    return Tally(
        dimensions=(
            GroupTally(dimension=(), reference=None, cells=everyone),
            GroupTally(dimension=("race",), reference=None, cells=cells),
        ),
        has_outcome=False, refused=(),
    )  # fmt: skip


def node(group: str) -> Node:
    return ("race",), (("race", group),)


def hidden(
    groups: Mapping[str, Counts], *, possible: Possible | None = possible_values
) -> dict[Node, frozenset[str]]:
    return hidden_metrics(tallied(groups), Protection(smallest_cell=SMALLEST, possible=possible))


Triple = tuple[int, ...]
"""Flagged, not flagged, and without a decision."""


def agrees(shown: Triple, seen: frozenset[str], true: Triple) -> bool:
    """Tell whether a group could look like this to somebody who sees what is not hidden."""
    if "people" not in seen and sum(shown) != sum(true):
        return False
    return "selection_rate" in seen or shown[:2] == true[:2]


def tables(groups: Mapping[str, Counts]) -> Iterator[dict[str, Triple]]:
    """Try every table that agrees with what is published."""
    gone, names = hidden(groups), [name for name, counts in groups.items() if sum(counts)]
    true: dict[str, Triple] = {name: (*groups[name], 0) for name in names}
    whole: Triple = tuple(map(sum, zip(*true.values(), strict=True)))
    most = sum(whole) + (3 if gone[EVERYONE] else 0)
    every = [one for one in product(range(most + 1), repeat=3) if sum(one) <= most]
    could = [[one for one in every if agrees(one, gone[node(name)], true[name])] for name in names]
    for table in product(*could):
        total: Triple = tuple(map(sum, zip(*table, strict=True)))
        if agrees(total, gone[EVERYONE], whole):
            yield dict(zip(names, table, strict=True))


COUNT = st.sampled_from([0, 1, 2, 3])


@settings(max_examples=15, deadline=None)
@given(counts=st.tuples(*([st.tuples(COUNT, COUNT)] * 3)).filter(lambda rows: 0 < sum(map(sum, rows)) <= 6))
def test_every_small_count_could_be_something_else(counts: tuple[Counts, ...]) -> None:
    groups = dict(zip("ABC", counts, strict=True))
    small = [
        (name, at) for name, pair in groups.items() for at, n in enumerate((*pair, sum(pair))) if 0 < n < SMALLEST
    ]  # fmt: skip
    if not small:
        return
    seen: dict[tuple[str, int], set[int]] = {one: set() for one in small}
    for table in tables(groups):
        for name, at in small:
            seen[name, at].add((*table[name][:2], sum(table[name]))[at])
        if all(max(values) - min(values) >= SMALLEST - 1 for values in seen.values()):
            return  # enough was found

    raise AssertionError(seen)


def test_two_small_groups_take_a_third_with_them() -> None:
    # 1 + 1 flagged people in A and B would follow as 2 from the others: each would be 0, 1 or 2, which is room enough;
    # with one flagged in A and none in B, the sum of 1 would leave 0 or 1, so the next group goes as well.
    enough, too_little = {"A": (1, 9), "B": (1, 8), "C": (5, 9)}, {"A": (1, 9), "B": (0, 8), "C": (5, 9)}

    assert not hidden(enough)[node("C")]
    assert "selection_rate" in hidden(too_little)[node("C")]


def test_a_sum_that_is_hidden_itself_gives_no_part_of_it_away() -> None:
    # One flagged person in A and none in B: next to a total of 6 and C's 5 each would be 0 or 1.
    groups = people_counts(tallied({"A": (1, 9), "B": (0, 8), "C": (5, 9)}))
    (everyone,) = groups.sums
    rates = frozenset({"selection_rate", "favourable_rate"})
    some = dict.fromkeys(groups.n, frozenset[str]()) | {node("A"): rates, node("B"): rates}

    assert _room(groups, some, everyone, "flagged", rates) == 1
    assert _room(groups, some | {EVERYONE: rates}, everyone, "flagged", rates) == math.inf


def test_without_a_proof_what_follows_exactly_is_withheld_alone() -> None:
    groups = {"A": (1, 9), "B": (1, 8), "C": (5, 9), "D": (9, 9)}

    assert hidden(groups, possible=None)[node("D")] == frozenset()


def test_where_nothing_can_be_shown_to_be_safe_nothing_is_published() -> None:
    def never(truth: object, known: object, keys: list[object], *, enough: int) -> list[tuple[int, int]]:  # noqa: ARG001  # its signature is given
        return [(1, 1) for _ in keys]

    found = hidden({"A": (1, 9), "B": (7, 8), "C": (5, 9)}, possible=never)  # type: ignore[arg-type]  # the test gives what the function must take or refuse

    assert all(names >= {"people", "selection_rate", "favourable_rate"} for names in found.values())


def test_nothing_is_computed_where_nothing_is_small() -> None:
    def refuse(*_: object, **__: object) -> list[tuple[int, int]]:
        pytest.fail("the search was started")

    assert not any(hidden({"A": (4, 9), "B": (7, 8)}, possible=refuse).values())


PROTECTION = Protection(smallest_cell=11, possible=possible_values)


def test_one_hidden_area_takes_the_next_smallest_with_it() -> None:
    # 4 of 104 incidents are in A: without B, 104 - 40 - 60 would give them away.
    counts = {"A": 4, "B": 40, "C": 60}

    found = hidden_areas(counts, {"A"}, {"A"}, PROTECTION, together=frozenset())

    assert found == {"A", "B"}


def test_areas_whose_sum_is_shown_as_well_are_a_sum_of_their_own() -> None:
    # A and C are always flagged, so that their hits show A + C = 64: B hides nothing, C must go.
    counts = {"A": 4, "B": 40, "C": 60, "D": 70}

    found = hidden_areas(counts, {"A", "B"}, {"A"}, PROTECTION, together={"A", "C"})

    assert found is not None
    assert "C" in found


def test_where_all_areas_together_have_few_not_even_the_total_is_shown() -> None:
    counts = {"A": 4, "B": 3}

    assert hidden_areas(counts, {"A", "B"}, {"A", "B"}, PROTECTION, together=frozenset()) is None


def test_without_a_proof_areas_and_groups_of_alerts_stay_as_they_are() -> None:
    bare = Protection(smallest_cell=11)
    counts = {"A": 4, "B": 40, "C": 60}
    some = {node("A"): frozenset({"alerts"})}

    assert hidden_areas(counts, {"A"}, {"A"}, bare, together=frozenset()) == {"A"}
    assert alert_disclosure._proven(Groups(n={}, sums=(), parts={}, published={}), some, bare, set()) == some


def test_a_prevalence_put_together_from_samples_is_hidden_with_its_parts() -> None:
    seen = replace(tallied({"A": (5, 5)}), sampled=True)

    assert people_counts(seen).published["prevalence"] == ()


def test_one_area_with_few_reports_takes_the_next_smallest_with_it() -> None:
    # 4 of 144 reports come from A: without C, 144 - 100 - 40 would give them away.
    items = tuple(
        Measurement(
            metric="reports_per_1000_residents", dimension=("area",), group=(("area", area),), against=None,
            result=Estimate(
                value=float(n), interval=None, interval_90=None, interval_family=None, method="m", numerator=n
            ),
        )
        for area, n in {"A": 4, "B": 100, "C": 40}.items()
    )  # fmt: skip

    hidden_places = set(disclosure._of_reports(Measurements(items=items), 11))

    assert {group for _, _, group in hidden_places} == {(("area", "A"),), (("area", "C"),)}
    assert {name for name, _, _ in hidden_places} == {"reports_per_1000_residents", "answer_minutes_median"}


BROWARD: dict[str, tuple[int, int, int, int]] = {
    "African-American": (990, 805, 532, 1369), "Asian": (21, 2, 3, 6), "Caucasian": (1139, 349, 461, 505),
    "Hispanic": (318, 87, 129, 103), "Native American": (5, 3, 1, 9), "Other": (208, 36, 90, 43),
}  # fmt: skip
"""TN, FP, FN and TP of COMPAS in Broward County by race (ProPublica 2016, counted from its table)."""


def test_of_compas_one_group_goes_with_the_two_smallest_and_each_of_its_rates_is_needed() -> None:
    # 2 Asian and 3 Native American people were wrongly flagged: 5 in all. Of the rest, "Other" is the smallest group.
    kinds = ((0, 0), (1, 0), (0, 1), (1, 1))
    by_race = tuple(
        Cell(group=(race,), decision=decision, outcome=outcome, n=n, suppressed=False)
        for race, counts in BROWARD.items()
        for (decision, outcome), n in zip(kinds, counts, strict=True)
    )
    tally = Tally(
        dimensions=(
            GroupTally(dimension=(), reference=None, cells=tuple(replace(one, group=()) for one in by_race)),
            GroupTally(dimension=("race",), reference=("Caucasian",), cells=by_race),
        ),
        has_outcome=True, refused=(),
    )  # fmt: skip

    found = hidden_metrics(tally, PROTECTION)
    rules = hidden_metrics(tally, replace(PROTECTION, possible=None))

    assert {one for one in found if found[one] != rules[one]} == {node("Other")}
    groups, needed = people_counts(tally), found[node("Other")] - rules[node("Other")]
    few = small_counts(tally, groups, PROTECTION)
    for rate in sorted(needed):
        shown_again = found | {node("Other"): found[node("Other")] - {rate}}
        assert _narrow(groups, shown_again, few, possible=possible_values, enough=PROTECTION.enough)
    assert len(needed) == 6
