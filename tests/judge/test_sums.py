"""Sums among groups, and what goes with a hidden number so that it does not follow by subtraction."""

from collections.abc import Callable

from auditkit.judge.sums import Node, Sum, complete, sums

EVERYONE: Node = ((), ())


def race(value: str) -> Node:
    return ("race",), (("race", value),)


def both(value: str, sex: str) -> Node:
    return ("race", "sex"), (("race", value), ("sex", sex))


def by_name(node: Node) -> tuple[object, ...]:
    return (node,)


def test_everyone_is_the_sum_of_groups_and_groups_of_their_intersections() -> None:
    sex: list[Node] = [(("sex",), (("sex", value),)) for value in "FM"]
    nodes = [
        EVERYONE,
        race("A"),
        race("B"),
        race("no intersection"),
        *sex,
        both("A", "F"),
        both("A", "M"),
        both("B", "F"),
    ]

    found = {total: set(parts) for total, parts in sums(nodes) if total[0] != ()}

    assert found == {
        race("A"): {both("A", "F"), both("A", "M")}, race("B"): {both("B", "F")},
        sex[0]: {both("A", "F"), both("B", "F")}, sex[1]: {both("A", "M")},
    }  # fmt: skip
    assert len([total for total, _ in sums(nodes) if total == EVERYONE]) == 3


def completed(
    hidden: set[Node], parts: tuple[Node, ...], order: Callable[[Node], tuple[object, ...] | None] = by_name
) -> set[Node]:
    return complete(hidden, [Sum(EVERYONE, parts)], order=order, may={EVERYONE, *parts})


def test_the_first_other_part_goes_with_a_lone_hidden_one() -> None:
    three = (race("A"), race("B"), race("C"))

    assert completed({race("B")}, three) == {race("A"), race("B")}
    assert completed({EVERYONE}, three) == {EVERYONE, race("A")}
    assert completed({race("B"), race("C")}, three) == {race("B"), race("C")}
    assert completed(set(), three) == set()


def test_where_every_other_part_is_known_the_total_goes_and_else_all_parts() -> None:
    two = (race("A"), race("B"))

    assert completed({race("A")}, two, order=lambda _node: None) == {race("A"), EVERYONE}
    assert completed({EVERYONE}, two, order=lambda _node: None) == {EVERYONE, *two}


def test_numbers_that_do_not_exist_are_taken_as_known() -> None:
    equation = Sum(EVERYONE, (race("A"), race("B")))

    assert complete({race("A")}, [equation], order=by_name, may={race("A")}) == {race("A")}


def test_one_hidden_number_leads_to_another() -> None:
    equations = [Sum(EVERYONE, (race("A"), race("B"))), Sum(race("B"), (both("B", "F"), both("B", "M")))]
    nodes = {EVERYONE, race("A"), race("B"), both("B", "F"), both("B", "M")}

    assert complete({race("A")}, equations, order=by_name, may=nodes) == {
        race("A"),
        race("B"),
        both("B", "F"),
    }
