"""Which bounds are not published, because they would give small counts of unknown people away.

Bounds follow from the counts of a group and from those of the people who could belong to it. So they are published
where all of these counts are: then they say nothing that the table of rates does not say already.
"""

from collections.abc import Iterator, Set
from dataclasses import replace

from auditkit.judge.small_counts import ALL, SELECTION
from auditkit.results.measurements import ASSUMING, Estimate, Group, Measurement, Withheld
from auditkit.results.tally import UNKNOWN, Tally

MISSING = "group_missing_rate"
"""Shares of people of unknown group, by decision or outcome."""
Place = tuple[str, tuple[str, ...], Group]
"""Metric, dimension and group."""


def without_bounds(item: Measurement, unsafe: Set[Place]) -> Measurement:
    """Take the bounds off a number, where a count that they follow from is withheld.

    Hidden outcomes are an assumption about counts that stand in the table, and give away none.

    Parameters
    ----------
    item
        A number, or the reason why there is none.
    unsafe
        Rates that are withheld, by group.
    """
    result = item.result
    if not isinstance(result, Estimate) or result.bounds is None:
        return item
    if item.stratum == f"{ASSUMING}hidden-outcomes" or not _open_counts_hidden(item, unsafe):
        return item
    if result.value is None and result.interval is None:  # an assumption that left bounds alone
        return replace(item, result=Withheld())
    bare = replace(result, bounds=None, bounds_interval=None, bounds_interval_90=None)
    return replace(item, result=bare)


def few_inferred(tally: Tally, smallest_cell: int) -> Iterator[Place]:
    """Name every rate of an inferred group in which a sum of probabilities is small, as if it counted people."""
    for table in tally.inferred:
        for at, group in enumerate(table.groups):
            sums: dict[tuple[int | None, int | None], float] = {}
            for cell in table.cells:
                key = (cell.decision, cell.outcome)
                sums[key] = sums.get(key, 0.0) + cell.mass[at]
            parts = (*sums.values(), *(sum(n for (d, _), n in sums.items() if d == flag) for flag in (0, 1)))
            if any(0 < part < smallest_cell for part in parts):
                yield from ((name, table.dimension, ((table.dimension[0], group),)) for name in ALL)


def missing_hidden(item: Measurement, unsafe: Set[Place]) -> bool:
    """Tell whether a share of people of unknown group, by decision or outcome, gives a withheld count away."""
    return item.metric.startswith(MISSING) and _open_counts_hidden(replace(item, group=()), unsafe)


def _open_counts_hidden(item: Measurement, unsafe: Set[Place]) -> bool:
    """Tell whether counts of the groups compared, or of people of unknown group, are withheld."""
    names = ("people", *SELECTION) if _of_decisions(item.metric) else ALL
    compared = {item.group, item.against or item.group}
    return any(
        metric in names
        and dimension == item.dimension
        and (not item.group or group in compared or UNKNOWN in [value for _, value in group])
        for metric, dimension, group in unsafe
    )


def _of_decisions(metric: str) -> bool:
    return metric.startswith((*SELECTION, "adverse_impact", "impact_ratio"))
