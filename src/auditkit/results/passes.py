"""How many times a large table has to be read for all the counts that are wanted of it."""

from collections.abc import Iterable, Mapping
from math import prod

MOST_CELLS = 10_000
"""Counting by several columns together reads the table once; beyond this many cells it takes longer than reading twice."""
Columns = frozenset[str]


def plan(wanted: Iterable[Columns], distinct: Mapping[str, int]) -> tuple[Columns, ...]:
    """Unite column sets into as few as stay small; a set that is large by itself is left out.

    Parameters
    ----------
    wanted
        Columns by which people are to be counted together.
    distinct
        About how many values each column has; it decides only what is read how often, never a count.

    >>> values = {"race": 6, "sex": 2, "area": 200, "score": 1_000_000}
    >>> found = plan([frozenset({"race"}), frozenset({"race", "sex"}), frozenset({"score"})], values)
    >>> [sorted(columns) for columns in found]
    [['race', 'sex']]
    """

    def cells(columns: Columns) -> int:
        return prod(distinct[name] for name in columns)

    passes: list[Columns] = []
    for columns in sorted(set(wanted), key=lambda each: (-cells(each), sorted(each))):
        if cells(columns) > MOST_CELLS:
            continue
        homes = [each for each in passes if cells(each | columns) <= MOST_CELLS]
        if not homes:
            passes.append(columns)
            continue
        home = min(homes, key=lambda each: cells(each | columns) / cells(each))
        passes[passes.index(home)] = home | columns
    return tuple(passes)
