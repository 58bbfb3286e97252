"""Figures again without records of unlawful practice: with and without, side by side (methods D23).

People scored and alerts raised on such days, and periods of which some day was one, are left out. What is left is another, smaller table:
its figures say what the others hang on, not what is true.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from auditkit.measure.alert_rates import Setting, rates_of_alerts
from auditkit.measure.choices import Measuring
from auditkit.measure.follow_up import among
from auditkit.measure.place_accuracy import accuracy
from auditkit.measure.place_exposure import Families, exposure
from auditkit.results.alerts import AlertTally
from auditkit.results.measurements import LAWFUL_RECORDS, WITHOUT_UNLAWFUL, Measurement
from auditkit.results.places import Grid, PlaceTally
from auditkit.results.tally import Tally


def lawful_people(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Repeat the rates for people scored outside unlawful periods.

    References
    ----------
    Methods D23.
    """
    yield from among(tally.lawful, tally, measuring, stratum=LAWFUL_RECORDS)


def lawful_alerts(tally: AlertTally, setting: Setting) -> Iterator[Measurement]:
    """Repeat the rates for alerts outside unlawful periods.

    References
    ----------
    Methods D23.
    """
    some = any(counts.alerts for groups in tally.lawful for _, counts in groups.counts)
    for groups in tally.lawful if some else ():
        for item in rates_of_alerts(groups, tally, setting):
            yield replace(item, stratum=LAWFUL_RECORDS)


def lawful_places(tally: PlaceTally, *, families: Families) -> Iterator[Measurement]:
    """Repeat hits and exposure without periods of unlawful practice, in the audited time and in the history.

    References
    ----------
    Methods D23.
    """
    kept = np.array([period not in tally.unlawful for period in tally.periods], dtype=np.bool_)
    if not tally.unlawful or not kept.any():
        return
    without = _without(tally, kept)
    for item in chain(accuracy(without, families=families), exposure(without, families=families)):
        yield replace(item, stratum=WITHOUT_UNLAWFUL)


def _without(tally: PlaceTally, kept: np.ndarray) -> PlaceTally:
    past = tally.past
    if past is not None:
        then = np.array([period not in tally.unlawful for period in past.periods], dtype=np.bool_)
        past = replace(
            past, periods=tuple(name for name, here in zip(past.periods, then, strict=True) if here),
            total=past.total[:, then], reported=_at(past.reported, then), discovered=_at(past.discovered, then),
        )  # fmt: skip
    return replace(
        tally, periods=tuple(name for name, here in zip(tally.periods, kept, strict=True) if here),
        flags=tally.flags[:, kept], outcomes=_at(tally.outcomes, kept), scores=_at(tally.scores, kept), past=past,
    )  # fmt: skip


def _at(grid: Grid | None, kept: np.ndarray) -> Grid | None:
    return None if grid is None else grid[:, kept]
