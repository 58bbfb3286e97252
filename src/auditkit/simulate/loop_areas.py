"""What the loop says of single areas and of the residents of each group."""

import numpy as np
from numpy.typing import NDArray

from auditkit.results.feedback import LoopArea, LoopGroup
from auditkit.results.places import PlaceTally
from auditkit.simulate.reading import Loop
from auditkit.statistics.amplification import (
    group_amplification,
    share_amplification,
    tipping_reporting_ratio,
)

Floats = NDArray[np.float64]


def loop_areas(
    tally: PlaceTally, loop: Loop, limit: Floats | None, *, hot: Floats | None, known: bool
) -> tuple[LoopArea, ...]:
    """Say of every area what is due, what it gets in the end, and at which reporting its flags would be proportionate.

    References
    ----------
    Methods 6.6: break-even values, rank stability.
    """
    flags = tally.flags.sum(axis=1)
    past = tally.past
    records = flags * 0 if past is None else past.total.sum(axis=1)
    where = {int(at): index for index, at in enumerate(loop.used)}

    def share(values: Floats | None, index: int | None) -> float | None:
        return None if values is None or index is None else float(values[index])

    more = None if limit is None else share_amplification(limit, loop.true_share)
    return tuple(
        LoopArea(
            area=name, true_share=share(loop.true_share if known else None, where.get(at)),
            limit_share=share(limit, where.get(at)), hot=share(hot, where.get(at)),
            amplification=share(more, where.get(at)),
            tipping=_tipping(float(records[at]), float(records.sum()), float(flags[at]), float(flags.sum())),
        )
        for at, name in enumerate(tally.areas.ids)
    )  # fmt: skip


def _tipping(records: float, all_records: float, flags: float, all_flags: float) -> float | None:
    if not (0 < records < all_records and 0 < flags < all_flags):
        return None
    pair = np.array([records, all_records - records]), np.array([flags, all_flags - flags]) / all_flags
    return float(tipping_reporting_ratio(pair[0], pair[1], reference=1)[0])


def loop_groups(tally: PlaceTally, loop: Loop, limit: Floats, *, due: Floats) -> tuple[LoopGroup, ...]:
    """Say how many visits fall on each group's residents in the end, over what true rates would put there.

    `due` is what the decision rule would give each area if it knew the true rates: how far it strays from them is no
    doing of the loop.

    References
    ----------
    Methods 6.3 (2).
    """
    found = []
    residents = tally.areas.residents
    for group in tally.areas.groups:
        if residents is None:
            break
        people, everyone = np.nan_to_num(group.residents)[loop.used], np.nan_to_num(residents)[loop.used]
        share = np.divide(people, everyone, out=np.zeros_like(people), where=everyone > 0)[:, None]
        if float(loop.true_share @ share[:, 0]) > 0:
            value, by_rule = (
                float(group_amplification(visits, loop.true_share, share)[0]) for visits in (limit, due)
            )
            found.append(
                LoopGroup(dimension=group.dimension, group=group.group, amplification=value, by_rule=by_rule)
            )
    return tuple(found)
