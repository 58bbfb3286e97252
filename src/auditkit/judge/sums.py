"""Which published numbers add up to others, and what goes with a hidden one so that it does not follow by subtraction.

Everyone is the sum of the groups of each dimension, and a group the sum of its intersections with other groups. A
hidden number follows from such a sum if all others in it are shown; so each sum has none or at least two hidden.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import product
from typing import NamedTuple

from auditkit.results.measurements import Group

Node = tuple[tuple[str, ...], Group]
"""A dimension and one of its groups."""
Order = Callable[[Node], tuple[object, ...] | None]
"""What is hidden first, among numbers that are not known anyway; None for a number that is, such as a shown zero."""


class Sum(NamedTuple):
    """A number that is the sum of others."""

    total: Node
    parts: tuple[Node, ...]


def sums(nodes: Iterable[Node]) -> Iterator[Sum]:
    """Name every sum among groups: of a dimension, and of those it is an intersection of."""
    groups: dict[tuple[str, ...], list[Group]] = {}
    for dimension, group in nodes:
        groups.setdefault(dimension, []).append(group)
    for whole, finer in product(groups, groups):
        if set(whole) < set(finer):
            for group in groups[whole]:
                parts = tuple((finer, part) for part in groups[finer] if {*group} <= {*part})
                if parts:
                    yield Sum((whole, group), parts)


def complete(hidden: Set[Node], equations: Iterable[Sum], *, order: Order, may: Set[Node]) -> set[Node]:
    """Hide more until no sum has exactly one hidden number.

    Parameters
    ----------
    hidden
        What is hidden already.
    equations
        The sums.
    order
        Which number goes first; a total goes last.
    may
        Numbers that exist; others are taken as known.
    """
    found, before, equations = {*hidden}, -1, tuple(equations)
    while len(found) > before:
        before = len(found)
        for equation in equations:
            if len(found & {equation.total, *equation.parts}) == 1:
                found |= _partners(equation, may - found, order)
    return found


def _partners(equation: Sum, left: Set[Node], order: Order) -> set[Node]:
    """Choose what goes with the one hidden number: a part, else the total, else all parts."""
    keys = {part: key for part in equation.parts if part in left and (key := order(part)) is not None}
    if keys:
        return {min(keys, key=keys.__getitem__)}
    return {equation.total} if equation.total in left else {*equation.parts} & left
