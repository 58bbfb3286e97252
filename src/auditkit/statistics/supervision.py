"""What supervision does to records of people: it finds more of what supervised people do, and the score learns from that.

Detection: of what a supervised person does, the share d1 comes to be recorded, of what anybody else does the share d0.
Every figure here is conditional on them. Time at risk is taken as equal; jail removes it, and biases rates down.
"""

import math
from typing import NamedTuple

ROUNDING = 1e-9
"""Ratios this near to 1 are 1."""


class NoiseScore(NamedTuple):
    """How good a score that knows nothing looks, when it is judged by records that supervision made."""

    true_positive_rate: float
    false_positive_rate: float
    area: float
    """Apparent area under the curve of the flag; .5 is what it deserves."""
    flagged: float
    """Share of the flagged with a record: the apparent positive predictive value."""
    unflagged: float
    """Share of the others with a record."""


def _check(flagged: float, supervised: float, unsupervised: float) -> None:
    if not (0 <= flagged <= 1 and 0 < unsupervised <= 1 and 0 < supervised <= 1):
        msg = f"expected a share of flagged and detection above 0, found {flagged}, {supervised} and {unsupervised}"
        raise ValueError(msg)


def recorded_share(flagged: float, *, supervised: float, unsupervised: float) -> float:
    """Share of what a group does that comes to be recorded, if so many of it are supervised.

    Raises
    ------
    ValueError
        If a share lies outside 0 to 1, or nothing is ever detected.

    References
    ----------
    Methods 6.7.

    >>> round(recorded_share(0.6, supervised=0.4, unsupervised=0.2), 4)
    0.32
    """
    _check(flagged, supervised, unsupervised)
    return (1 - flagged) * unsupervised + flagged * supervised


def recorded_ratio(flagged: float, flagged_other: float, *, supervised: float, unsupervised: float) -> float:
    """How many times the records of another group one shows, although both behave alike.

    Raises
    ------
    ValueError
        As `recorded_share`.

    References
    ----------
    Methods 6.7 and case F14.

    >>> round(recorded_ratio(0.6, 0.3, supervised=0.4, unsupervised=0.2), 4)  # .32 / .26
    1.2308
    """
    rates = {"supervised": supervised, "unsupervised": unsupervised}
    return recorded_share(flagged, **rates) / recorded_share(flagged_other, **rates)


def explaining_detection(ratio: float, flagged: float, flagged_other: float) -> float | None:
    """How many times as much supervision must find (d1 over d0) to explain a ratio of records on its own.

    None where none from 1 up does: supervision alone makes at most the ratio of the shares flagged, and only in its
    direction.

    Raises
    ------
    ValueError
        If the ratio is not above 0, or a share lies outside 0 to 1.

    References
    ----------
    Methods 6.7: tipping d1/d0; the formula of case F14 solved for it.

    >>> round(explaining_detection(0.32 / 0.26, 0.6, 0.3), 6)
    2.0
    >>> explaining_detection(2.5, 0.6, 0.3) is None  # at most 2 times
    True
    """
    if ratio <= 0 or not (0 <= flagged <= 1 and 0 <= flagged_other <= 1):
        msg = f"expected a ratio above 0 and shares, found {ratio}, {flagged} and {flagged_other}"
        raise ValueError(msg)
    above, below = ratio * (1 - flagged_other) - (1 - flagged), flagged - ratio * flagged_other
    found = above / below if below else 0.0
    return max(1.0, found) if math.isfinite(found) and found > 1 - ROUNDING else None


def noise_score(flagged: float, occurs: float, *, supervised: float, unsupervised: float) -> NoiseScore:
    """How well a meaningless flag predicts records that supervision made.

    Parameters
    ----------
    flagged
        Share flagged, at random.
    occurs
        Share of people who do what is to be predicted.
    supervised, unsupervised
        Share of it that is recorded among flagged and other people.

    Raises
    ------
    ValueError
        As `recorded_share`; and if nobody, or everybody, has a record.

    References
    ----------
    Methods 6.7 and case F15.

    >>> score = noise_score(0.3, 0.5, supervised=0.6, unsupervised=0.3)
    >>> [round(number, 4) for number in score]
    [0.4615, 0.2609, 0.6003, 0.3, 0.15]
    """
    _check(flagged, supervised, unsupervised)
    yes = flagged * supervised, (1 - flagged) * unsupervised
    no = flagged * (1 - occurs * supervised), (1 - flagged) * (1 - occurs * unsupervised)
    if not 0 < occurs <= 1 or sum(yes) <= 0 or sum(no) <= 0:
        msg = f"expected that some people have a record and some have none, found {occurs} who do it"
        raise ValueError(msg)
    true, false = yes[0] / sum(yes), no[0] / sum(no)
    return NoiseScore(true, false, 0.5 + (true - false) / 2, occurs * supervised, occurs * unsupervised)


def two_tracks(cut: float, *, supervised: float, unsupervised: float) -> tuple[float, float]:
    """Lowest and first too high rate of people who stay flagged once flagged, and unflagged once not.

    Their records stay below the cut without supervision and reach it with it, so that two people who behave alike can
    stay on separate tracks. A rate x is on two tracks if lowest <= x < first too high.

    Raises
    ------
    ValueError
        If the cut is not above 0, or supervision detects less.

    References
    ----------
    Methods 6.7 and case F16: bistable if x d0 < cut <= x d1.

    >>> low, high = two_tracks(0.5, supervised=0.6, unsupervised=0.3)
    >>> round(low, 4), round(high, 4)
    (0.8333, 1.6667)
    """
    if cut <= 0 or not 0 < unsupervised <= supervised:
        msg = f"expected a cut above 0 and more detection under supervision, found {cut}, {supervised}, {unsupervised}"
        raise ValueError(msg)
    return cut / supervised, cut / unsupervised


def bistable(rate: float, *, cut: float, supervised: float, unsupervised: float) -> bool:
    """Tell whether people of a rate can stay on two tracks.

    Raises
    ------
    ValueError
        As `two_tracks`.

    References
    ----------
    Methods 6.7 and case F16.

    >>> [bistable(1.0, cut=cut, supervised=0.6, unsupervised=0.3) for cut in (0.5, 0.7, 0.2)]
    [True, False, False]
    """
    low, high = two_tracks(cut, supervised=supervised, unsupervised=unsupervised)
    return low <= rate < high


def allocation_slope(*, people: float, supervised_people: float, reported: float, discovered: float) -> float:
    """Part of a gap between groups that one more round keeps, if supervision goes to groups by their records.

    For groups that behave alike. 1 means that a gap never closes, which is so where all records come from supervision.

    Parameters
    ----------
    people, supervised_people
        All people, and how many are supervised at a time.
    reported
        Share of what people do that is recorded anyway.
    discovered
        Share that is recorded in addition under supervision.

    Raises
    ------
    ValueError
        If a number is negative, or nothing is recorded.

    References
    ----------
    Methods 6.7: with two groups of n people and delta = discovered x supervised / n, delta / (2 reported + delta).

    >>> allocation_slope(
    ...     people=200, supervised_people=40, reported=0.2, discovered=0.5
    ... )  # delta = .2: .2 / .6
    0.3333333333333333
    """
    gained, anyway = discovered * supervised_people, reported * people
    if min(people, supervised_people, reported, discovered) < 0 or gained + anyway <= 0:
        msg = f"expected numbers from 0 up and some records, found {people}, {supervised_people}, {reported}, {discovered}"
        raise ValueError(msg)
    return gained / (gained + anyway)
