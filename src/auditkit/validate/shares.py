"""Small pieces that queries for facts share."""

from collections.abc import Mapping, Sequence
from functools import reduce

import ibis
import pandas as pd
from ibis import Table, Value

from auditkit.results.rows import Rows

LIMIT = 10_000


def stack(parts: list[Table]) -> Table:
    """Put the facts of several columns under one another; without any, say that there is nothing to find."""
    if not parts:
        return ibis.memtable({"item": [""], "value": [0.0], "count": [0]})
    return reduce(ibis.union, parts).limit(LIMIT)


def where(condition: Value, n: Value) -> Value:
    """Sum counts where a condition holds."""
    return ibis.cases((condition, n), else_=0).sum()


def share(part: Value, whole: Value) -> Value:
    """Divide counts; nobody at all is a share of 0."""
    return ibis.cases((whole == 0, 0.0), else_=part / whole.nullif(0))


def group_names(rows: Rows) -> list[tuple[str, str]]:
    """Pair each group role with its plain name."""
    return [(role, role.removeprefix("group.")) for role in rows.roles("group.")]


def labelled(name: str, value: Value) -> Value:
    """Write a group as `race = Asian`."""
    return ibis.literal(f"{name} = ") + value


def one(value: float, item: str = "") -> pd.DataFrame:
    """State one fact."""
    return pd.DataFrame({"item": [item], "value": [float(value)]})


def listed(items: Sequence[str], values: Sequence[float] | None = None) -> pd.DataFrame:
    """List facts, each with its value or with 1; without any, say that there is nothing to find."""
    if not items:
        return one(0.0)
    return pd.DataFrame(
        {"item": list(items), "value": [1.0] * len(items) if values is None else list(values)}
    )


def counted(found: Mapping[str, tuple[float, int]]) -> pd.DataFrame:
    """List facts, each with its value and the number of people behind it, so that small ones can be withheld."""
    if not found:
        return one(0.0)
    values, people = zip(*found.values(), strict=True)
    return pd.DataFrame({"item": [*found], "value": list(values), "count": list(people)})
