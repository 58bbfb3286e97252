"""How many incidents fall in flagged areas, beside what simple counting would have caught (methods 4.1, 4.2)."""

from collections.abc import Iterator

import numpy as np

from auditkit.measure.place_flags import ORACLE, RANDOM, TOOL, Choices, choices
from auditkit.measure.place_resampling import (
    Blocks,
    Counts,
    difference_of_sums,
    joint_level,
    lay_out_blocks,
    over_sums,
    plain,
)
from auditkit.results.measurements import Family, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.statistics.accuracy import predictive_accuracy_index
from auditkit.statistics.paired import mcnemar_exact, net_of_swaps

RULE = ("rule",)
Named = tuple[tuple[str, str], ...]


def _rule(name: str) -> Named:
    return (("rule", name),)


def _measured(metric: str, name: str, result: Result, *, against: str | None = None) -> Measurement:
    other = None if against is None else _rule(against)
    return Measurement(metric=metric, dimension=RULE, group=_rule(name), against=other, result=result)


def accuracy(
    tally: PlaceTally, *, families: dict[tuple[str, tuple[str, ...]], Family]
) -> Iterator[Measurement]:
    """Measure hit rate, PAI and PEI of the tool and of every baseline, and compare the tool with each.

    Nothing where the records have no outcomes. A baseline that needs earlier data is left out where there are none.
    """
    chosen = choices(tally)
    if chosen is None:
        return
    total = float(chosen.outcomes.sum())
    if total == 0:
        yield _measured("hit_rate", TOOL, NotEstimable(reason="NE-DENOM"))
        return
    blocks = lay_out_blocks(tally, periods=chosen.outcomes.shape[1])
    caught = {name: np.where(flags, chosen.outcomes, 0.0) for name, flags in chosen.flags.items()}
    for name, grid in caught.items():
        hits = float(grid.sum())
        counts = _whole(hits, total)
        sums = blocks.totals(np.stack([grid, chosen.outcomes]))
        yield _measured("hit_rate", name, over_sums(hits / total, sums, blocks, most=1.0, counts=counts))
    yield from _indices(tally, chosen, caught, total)
    yield from _against(chosen, caught, blocks, families.get(("hit_rate_difference", RULE)))


def _whole(part: float, whole: float) -> Counts:
    """Keep counts that are whole; outcomes may be weights."""
    return (int(part), int(whole)) if part.is_integer() and whole.is_integer() else None


def _indices(
    tally: PlaceTally, chosen: Choices, caught: dict[str, np.ndarray], total: float
) -> Iterator[Measurement]:
    """Divide hit rates by the share of the city that was flagged, and by the best possible choice."""
    areas, periods = chosen.outcomes.shape
    size = np.ones(areas) if tally.areas.size_km2 is None else np.nan_to_num(tally.areas.size_km2)
    whole = float(size.sum()) * periods
    flagged = {name: float((flags * size[:, None]).sum()) for name, flags in chosen.flags.items()}
    if flagged[TOOL] == 0 or whole == 0:
        yield _measured("predictive_accuracy_index", TOOL, NotEstimable(reason="NE-DENOM"))
        return
    yield _measured("flagged_area_share", TOOL, plain(flagged[TOOL] / whole, "count"))
    yield _measured("hit_rate", RANDOM, plain(flagged[TOOL] / whole, "expected"))
    index = {
        name: predictive_accuracy_index(float(grid.sum()), total, flagged[name], whole)
        for name, grid in caught.items()
        if flagged[name] > 0
    }
    for name, value in index.items():
        yield _measured("predictive_accuracy_index", name, plain(value, "ratio_of_shares"))
        if index.get(ORACLE, 0) > 0:
            efficiency = value / index[ORACLE]
            yield _measured("prediction_efficiency_index", name, plain(efficiency, "ratio_of_indices"))


def _against(
    chosen: Choices, caught: dict[str, np.ndarray], blocks: Blocks, family: Family | None
) -> Iterator[Measurement]:
    """Compare the tool with each baseline on the same incidents."""
    total = float(chosen.outcomes.sum())
    others = [name for name in caught if name not in {TOOL, ORACLE}]
    gains = {name: caught[TOOL] - caught[name] for name in others}
    joint = joint_level(family, comparisons=len(others))
    for name in others:
        net = net_of_swaps(gains[name], _swaps(chosen, name))
        totals = blocks.totals(np.stack([net, chosen.outcomes]))
        result = difference_of_sums(float(gains[name].sum()) / total, totals, blocks, joint=joint)
        yield _measured("hit_rate_difference", TOOL, result, against=name)
        only_tool = float(np.where(chosen.flags[name], 0.0, caught[TOOL]).sum())
        only_other = float(np.where(chosen.flags[TOOL], 0.0, caught[name]).sum())
        counts = _whole(only_tool, only_tool + only_other)
        if counts:
            p = mcnemar_exact(int(only_tool), int(only_other))
            yield _measured("paired_test", TOOL, plain(p, "mcnemar_exact", counts=counts), against=name)


def _swaps(chosen: Choices, name: str) -> np.ndarray:
    return chosen.flags[TOOL].astype(np.float64) - chosen.flags[name]
