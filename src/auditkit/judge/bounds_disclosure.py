"""Which bounds are not published, because they would give small counts of unknown people away.

Bounds follow from the counts of a group and from those of the people who could belong to it. So they are published
where all of these counts are: then they say nothing that the table of rates does not say already.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from typing import Any

from auditkit.judge.finer_counts import Row
from auditkit.judge.finer_disclosure import family
from auditkit.judge.small_counts import ALL, SELECTION
from auditkit.results.finer_tallies import ScoreTally, StratumCell
from auditkit.results.measurements import ASSUMING, Estimate, Group, Measurement, Measurements, Withheld
from auditkit.results.tally import UNKNOWN, Cell, Tally

MISSING = "group_missing_rate"
"""Shares of people of unknown group, by decision or outcome."""
OVER_SCORES = ("area_under_curve", "calibration_")
"""Numbers of a whole table that follow from counts by score."""
Place = tuple[str, tuple[str, ...], Group]
"""Metric, dimension and group."""


def without_bounds(item: Measurement, unsafe: Set[Place], rows: Set[Row]) -> Measurement:
    """Take the bounds off a number, where a count that they follow from is withheld.

    Hidden outcomes are an assumption about counts that stand in the table, and give away none.

    Parameters
    ----------
    item
        A number, or the reason why there is none.
    unsafe
        Rates that are withheld, by group.
    rows
        Numbers by score, circumstances and follow-up in which a count of the group, or of open people, is small.
    """
    result = item.result
    if not isinstance(result, Estimate) or result.bounds is None:
        return item
    if item.stratum == f"{ASSUMING}hidden-outcomes" or not (
        _open_counts_hidden(item, unsafe) or _open_row_hidden(item, rows)
    ):
        return item
    if result.value is None and result.interval is None:  # an assumption that left bounds alone
        return replace(item, result=Withheld())
    bare = replace(result, bounds=None, bounds_interval=None, bounds_interval_90=None)
    return replace(item, result=bare)


def open_rows(measurements: Measurements, tally: Tally, *, smallest_cell: int) -> frozenset[Row]:
    """Name groups of which few people are open at some score, in circumstances, follow-up or lawful records that are shown."""
    some = {
        name: {one.dimension: one for one in tables}
        for name, tables in (("follow-up", tally.followed), ("lawful", tally.lawful))
    }
    tables = (
        *(("score", one.dimension, _at_bins(one)) for one in tally.scores),
        *(("circumstances", one.dimension, _open_sums(one.cells)) for one in tally.strata),
        *(
            (name, one, _open_sums(table.cells))
            for name, parts in some.items()
            for one, table in parts.items()
        ),
        *(
            (name, one.dimension, _open_sums(one.cells) - _open_sums(parts[one.dimension].cells))
            for name, parts in some.items()
            for one in tally.dimensions
            if one.dimension in parts
        ),
    )
    shown = {(family(item), item.dimension) for item in measurements.items if _by_row(item)}
    return frozenset(
        Row(family=name, dimension=dimension, group=tuple(zip(dimension, group, strict=True)))
        for name, dimension, sums in tables
        for (group, *_), n in sums.items()
        if (name, dimension) in shown and 0 < n < smallest_cell
    )


def _by_row(item: Measurement) -> bool:
    return item.stratum is not None and not item.stratum.startswith(ASSUMING)


def _at_bins(table: ScoreTally) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for cell in table.cells:
        if UNKNOWN in cell.group or cell.outcome is None:
            found[cell.group, cell.bin, cell.outcome] += cell.n
    return found


def _open_sums(cells: Iterable[Cell | StratumCell]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for cell in cells:
        if UNKNOWN in cell.group or None in (cell.decision, cell.outcome):
            found[cell.group, getattr(cell, "stratum", ()), cell.decision, cell.outcome] += cell.n
    return found


def _open_row_hidden(item: Measurement, rows: Set[Row]) -> bool:
    """Tell whether a number of some scores, circumstances or follow-up, or over all of them, rests on a hidden row."""
    if item.metric.startswith(OVER_SCORES):
        name = "score"
    elif item.metric.endswith("_common_odds_ratio"):
        name = "circumstances"
    elif _by_row(item):
        name = family(item)
    else:
        return False
    compared = {item.group, item.against or item.group}
    return any(
        (row.family, row.dimension) == (name, item.dimension)
        and (not item.group or row.group in compared or UNKNOWN in [value for _, value in row.group])
        for row in rows
    )


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
