"""Who lives under the sensors, and how far that can be known from shares of areas."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditkit.statistics.intervals import Interval


class Covered(NamedTuple):
    """Residents of one group who live under sensors, of all of them."""

    share: float
    """If residents are spread evenly over each area."""
    bounds: Interval
    """Whatever the part of an area in which the group lives."""
    covered: float
    """People, spread evenly."""
    residents: float


def coverage_share(residents: ArrayLike, share: ArrayLike, *, everyone: ArrayLike | None) -> Covered:
    """Share of a group's residents who live under sensors, from the share of each area that sensors cover.

    The share weights areas: residents are taken as spread evenly within each. The bounds let the group live apart: in
    an area with N residents of whom g belong to the group, and of which a share c is covered, between
    max(0, g - (1 - c) N) and min(g, c N) of the group are covered. Residents as a whole are still spread evenly.
    Without N, all of g may be covered or none, wherever sensors cover a part. No sampling is involved, so there is no
    confidence interval.

    Parameters
    ----------
    residents
        Shape (areas,); people of the group; NaN where not known.
    share
        Shape (areas,); from 0 to 1; NaN where not known. Areas with either missing are left out.
    everyone
        Shape (areas,); all residents; None where not known.

    Raises
    ------
    ValueError
        If a share is outside [0, 1], residents are negative, or no one lives where the share is known.

    References
    ----------
    Duncan, O. D., Davis, B. (1953), An alternative to ecological correlation, American Sociological Review 18,
    665-666: the bounds; methods 5, case A4: the share.

    >>> found = coverage_share([80, 20], [0.5, 0.0], everyone=[100, 100])  # 30 to 50 of the 80 are covered
    >>> found.share, tuple(found.bounds)
    (0.4, (0.3, 0.5))
    """
    group, part, whole = _known(residents, share, everyone)
    people = float(group.sum())
    if not people > 0 or (group < 0).any() or ((part < 0) | (part > 1)).any():
        msg = f"expected residents where a share between 0 and 1 is known, found {people:g} in {group.size} areas"
        raise ValueError(msg)
    if whole is None:
        low, high = np.where(part == 1, group, 0.0), np.where(part > 0, group, 0.0)
    else:
        low, high = np.maximum(0.0, group - (1 - part) * whole), np.minimum(group, part * whole)
    covered = float(group @ part)
    bounds = Interval(float(low.sum()) / people, float(high.sum()) / people)
    return Covered(share=covered / people, bounds=bounds, covered=covered, residents=people)


def _known(
    residents: ArrayLike, share: ArrayLike, everyone: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Leave out areas in which something is missing; where groups exceed the residents, the group counts."""
    group, part = np.asarray(residents, dtype=np.float64), np.asarray(share, dtype=np.float64)
    known = ~(np.isnan(group) | np.isnan(part))
    if everyone is None:
        return group[known], part[known], None
    whole = np.fmax(np.asarray(everyone, dtype=np.float64), group)
    return group[known], part[known], whole[known]


def ratio_bounds(first: Covered, second: Covered) -> Interval:
    """Bounds for the share of one group over that of another; infinite where nobody of the other may be covered.

    In every area the first group can live under sensors as far as possible while the second lives outside as far as
    possible, and the other way round, so the bounds can be reached.

    Raises
    ------
    ValueError
        If nobody of either group can be covered.

    References
    ----------
    As `coverage_share`.

    >>> low, high = ratio_bounds(
    ...     coverage_share([80], [0.5], everyone=[100]), coverage_share([20], [0.5], everyone=[100])
    ... )
    >>> round(low, 3), high  # at least 30 of 80 over all of 20
    (0.375, inf)
    """
    if first.bounds.high == 0 == second.bounds.high:
        msg = "the ratio of two groups without any coverage has no bounds"
        raise ValueError(msg)
    low = first.bounds.low / second.bounds.high if second.bounds.high else float("inf")
    return Interval(low, first.bounds.high / second.bounds.low if second.bounds.low else float("inf"))


def difference_bounds(first: Covered, second: Covered) -> Interval:
    """Bounds for the share of one group minus that of another.

    References
    ----------
    As `ratio_bounds`.

    >>> one, other = (coverage_share([people], [0.5], everyone=[100]) for people in (80, 20))
    >>> tuple(round(limit, 3) for limit in difference_bounds(one, other))
    (-0.625, 0.625)
    """
    return Interval(first.bounds.low - second.bounds.high, first.bounds.high - second.bounds.low)
