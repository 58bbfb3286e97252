"""What the rates would be if the score limit lay elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.blocks import RateBlock, reported
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import counted_rate, metrics_for
from auditkit.measure.registry import SCREENED, RateMetric
from auditkit.measure.score_bins import Scored, by_group
from auditkit.measure.unseen import BOTH, OpenPeople, open_people
from auditkit.results.finer_tallies import ScoreTally
from auditkit.results.measurements import Measurement
from auditkit.results.tally import Cell, Counts, GroupTally, Tally, is_known

Kept = tuple[tuple[str, ...], int | None]
"""Group and outcome."""
MOST = 19
"""So many limits are tried at most, about evenly spread over people; the tool's own is always among them."""


def sweep(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure the rates at other score limits, for each group and between groups.

    Only people whose outcome is known count here, also in the share that is flagged.

    References
    ----------
    Methods 3.10. No limit is to be chosen after its results by group were seen.
    """
    if tally.sampled or not tally.scores or tally.scores[0].limit is None:
        return
    everyone = by_group(tally.scores[0]).get((), None)
    if everyone is None:
        return
    cuts = _cuts(tally.scores[0], everyone)
    known = metrics_for(measuring.orientation)
    for table in tally.scores[1:]:
        groups, counts = by_group(table), _by_outcome(table)
        for cut in cuts:
            open_there = _open_above(table, counts, cut)
            for name in SCREENED:
                rates = {
                    group: counted_rate(
                        known[name], _above(scored, cut), minimum_n=measuring.minimum_n, refused=tally.refused
                    )
                    for group, scored in groups.items()
                }
                block = RateBlock(
                    metric=name,
                    dimension=table.dimension,
                    reference=table.reference,
                    rates=rates,
                    stratum=cut_name(table, cut),
                    fills=_fills(known[name], open_there),
                    chance="left out",
                )
                yield from reported(block, measuring)


def cut_name(table: ScoreTally, cut: int) -> str:
    """Name a score limit."""
    return f"score at least {table.written(cut)}"


def _cuts(table: ScoreTally, everyone: Scored) -> list[int]:
    """Choose limits between all bins, or as many as are shown; each flags some people and not all."""
    places = list(range(1, len(table.bins)))
    if len(places) <= MOST:
        return places
    reached = np.cumsum(everyone.people) / max(1, everyone.people.sum())
    chosen = {int(np.searchsorted(reached, share)) + 1 for share in np.arange(1, MOST) / MOST}
    own = next(
        (at for at, one in enumerate(table.bins) if table.limit is not None and one.low >= table.limit), 0
    )
    return sorted({at for at in (*chosen, own) if 0 < at < len(table.bins)})


def _by_outcome(table: ScoreTally) -> dict[Kept, NDArray[np.int64]]:
    """Count each group's people by bin and outcome, where somebody's group or outcome is not known."""
    if all(is_known(cell.group) and cell.outcome is not None for cell in table.cells):
        return {}
    found: dict[Kept, NDArray[np.int64]] = {}
    for cell in table.cells:
        key = cell.group, cell.outcome
        found.setdefault(key, np.zeros(len(table.bins), dtype=np.int64))[cell.bin] += cell.n
    return found


def _open_above(table: ScoreTally, counts: Mapping[Kept, NDArray[np.int64]], cut: int) -> GroupTally:
    """Count groups as another limit would have flagged them."""
    cells = tuple(
        Cell(group=group, decision=decision, outcome=outcome, n=int(part.sum()), suppressed=False)
        for (group, outcome), people in counts.items()
        for decision, part in ((0, people[:cut]), (1, people[cut:]))
    )
    return GroupTally(dimension=table.dimension, reference=table.reference, cells=cells)


def _fills(metric: RateMetric, there: GroupTally) -> OpenPeople | None:
    """Find who is open; people without a known outcome are no part of the share that is flagged."""
    if metric.needs_outcome:
        return open_people(metric, there, kinds=BOTH)
    seen = tuple(cell for cell in there.cells if cell.outcome is not None)
    return open_people(metric, replace(there, cells=seen), kinds=BOTH)


def _above(scored: Scored, cut: int) -> Counts:
    n: Mapping[str, int] = {
        "tn": int(scored.without[:cut].sum()), "fp": int(scored.without[cut:].sum()),
        "fn": int(scored.with_outcome[:cut].sum()), "tp": int(scored.with_outcome[cut:].sum()),
        "unflagged": int(scored.people[:cut].sum()), "flagged": int(scored.people[cut:].sum()),
        "people": int(scored.people.sum()),
    }  # fmt: skip
    return Counts(n=n, suppressed=frozenset())
