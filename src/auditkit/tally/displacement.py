"""Counting incidents by role of areas, before and after."""

import numpy as np

from auditkit.definitions.displacement import Displacement
from auditkit.definitions.records import Period
from auditkit.results.displacement import AreaRoles, DisplacementTally, RoleCounts, Series
from auditkit.results.places import Grid, PlaceTally


def tally_roles(
    tally: PlaceTally, roles: AreaRoles, asked: Displacement, *, period: Period
) -> DisplacementTally:
    """Add up incidents over the areas of each role, in every period before and after.

    Parameters
    ----------
    tally
        Incidents by area and period.
    roles
        Which areas play which role.
    asked
        The days before and after, and whose incidents are counted.
    period
        Length of a period.
    """
    before, after = asked.whole_periods(period)
    place = {name: at for at, name in enumerate(tally.areas.ids)}
    counted, periods = _counted(tally, asked)
    shown = counted if tally.outcomes is None else tally.outcomes
    found = []
    for role, ids in roles.areas:
        rows = [place[area] for area in ids]
        found.append(
            RoleCounts(
                role=role, areas=len(rows), before=_series(counted[rows], periods, before),
                after=_series(counted[rows], periods, after), area_totals=_read_only(shown[rows].sum(axis=1)),
            )
        )  # fmt: skip
    return DisplacementTally(roles=tuple(found), before=before, after=after)


def _counted(tally: PlaceTally, asked: Displacement) -> tuple[Grid, tuple[str, ...]]:
    if asked.incidents == "history":
        assert tally.past is not None  # noqa: S101  # the definition asks for a history
        return tally.past.total, tally.past.periods
    assert tally.outcomes is not None  # noqa: S101  # the definition asks for outcomes
    return tally.outcomes, tally.periods


def _series(rows: Grid, periods: tuple[str, ...], wanted: tuple[str, ...]) -> Series:
    """Add up by period; a period without a record of any area has no incidents."""
    at = {name: index for index, name in enumerate(periods)}
    return _read_only(np.array([rows[:, at[name]].sum() if name in at else 0.0 for name in wanted]))


def _read_only(values: Series) -> Series:
    values.setflags(write=False)
    return values
