"""How far people of unknown group or outcome could move what scores say about a group.

A group is counted by score and outcome. Each open person may join it, with a given outcome or with either; people of
the group whose outcome is missing are in it anyway. What may be done with open people is a set of tables, and each
number has a lowest and a highest table among them. They are found by sorting, because at the extremes people join from
one end of the scores up to some score, and on the other side of it do not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
STEPS, HALVINGS = 30, 40
MOST_SCORES = 250
"""The search for slopes looks between all scores, so that its cost grows with the square of their number."""


class Table(NamedTuple):
    """A group by ascending score; fractions of people occur only where a slope is at its extreme."""

    without: Floats
    """Shape (bins,); people without the outcome."""
    with_outcome: Floats
    """Shape (bins,); people with it."""

    @property
    def people(self) -> Floats:
        """All of them."""
        return self.without + self.with_outcome


class Open(NamedTuple):
    """Open people by score; each array has shape (bins,)."""

    without: Floats
    """Of unknown group, without the outcome."""
    with_outcome: Floats
    """Of unknown group, with the outcome."""
    own: Floats
    """Of the group, with the outcome or without it."""
    nobodys: Floats
    """Of unknown group, with the outcome or without it."""


Ends = tuple[Table, Table]
"""The tables at which a number is lowest and highest."""


def large_fills(known: Table, unknown: Open, scores: ArrayLike) -> Ends:
    """Fill open people so that the outcome rate minus the mean score is lowest, and so that it is highest.

    That gap is the mean, over people, of outcome minus score. Whoever lies above the mean raises it by joining, so the
    highest mean takes in open people from the highest outcome minus score down to where it stops to rise.

    Parameters
    ----------
    known, unknown
        The group, with at least one person, and who may belong to it.
    scores
        Shape (bins,); mean score of each bin.

    References
    ----------
    Horowitz and Manski (1995), as in `worst_case.rate_fills`: the mean of a contaminated sample.

    >>> known, some = Table(np.array([5.0, 5.0]), np.array([0.0, 10.0])), np.array([2.0, 0.0])
    >>> low, high = large_fills(known, Open(np.zeros(2), some, np.zeros(2), np.zeros(2)), [0.1, 0.7])
    >>> high.with_outcome  # two people with the outcome at .1 lift 10/20 - .55 to 12/22 - .5091
    array([ 2., 10.])
    """
    score = np.asarray(scores, dtype=np.float64)
    mirrored = _highest_gap(_swapped(known), _swapped_open(unknown), -score)
    return _swapped(mirrored), _highest_gap(known, unknown, score)


def _swapped(table: Table) -> Table:
    return Table(table.with_outcome, table.without)


def _swapped_open(unknown: Open) -> Open:
    return Open(unknown.with_outcome, unknown.without, unknown.own, unknown.nobodys)


def _highest_gap(known: Table, unknown: Open, score: Floats) -> Table:
    base = Table(known.without, known.with_outcome + unknown.own)
    more = np.concatenate((unknown.without, unknown.with_outcome + unknown.nobodys))
    gap = np.concatenate((-score, 1 - score))
    order = np.argsort(-gap, kind="stable")
    people = base.people.sum() + np.concatenate(([0.0], np.cumsum(more[order])))
    start = float(base.without @ -score + base.with_outcome @ (1 - score))
    mean = (start + np.concatenate(([0.0], np.cumsum((more * gap)[order])))) / people
    joins = np.zeros(len(more))
    joins[order[: int(mean.argmax())]] = 1.0
    without, with_outcome = np.split(more * joins, 2)
    return Table(base.without + without, base.with_outcome + with_outcome)


def area_fills(known: Table, unknown: Open) -> Ends:
    """Fill open people so that the area under the curve is lowest, and so that it is highest.

    Against given people without the outcome, somebody with it raises the area by joining if those who score lower are a
    larger share of them than the area so far. So the highest area takes in people with the outcome from some score up, and
    people without it up to some score; all pairs of two such scores are tried. People whose outcome is missing are taken as
    if they could be both or neither: then the limits can be too wide, never too narrow.

    Parameters
    ----------
    known, unknown
        The group, with people of both outcomes, and who may belong to it.

    References
    ----------
    Methods 3.9 and 3.12. Expected numbers: every way of placing few people.

    >>> known, some = Table(np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])), np.array([0.0, 0.0, 1.0])
    >>> low, high = area_fills(known, Open(some, some, np.zeros(3), np.zeros(3)))
    >>> high.with_outcome, low.without  # a third with the outcome scores 3, or a third without it
    (array([0., 1., 2.]), array([1., 1., 1.]))
    """
    plus = unknown.with_outcome + unknown.own + unknown.nobodys
    minus = unknown.without + unknown.own + unknown.nobodys
    high = _highest_area(known, plus, minus)
    mirrored = _highest_area(Table(known.without[::-1], known.with_outcome[::-1]), plus[::-1], minus[::-1])
    return Table(mirrored.without[::-1], mirrored.with_outcome[::-1]), high


def _highest_area(known: Table, plus: Floats, minus: Floats) -> Table:
    """Try all pairs of scores: who has the outcome joins from one on, who has it not joins below the other."""
    others, cases = known
    below = np.cumsum(others) - others / 2
    above = cases.sum() - np.cumsum(cases) + cases / 2
    joined, rest = _up_to(minus), plus.sum() - _up_to(plus)
    among_open = _up_to(plus * (np.cumsum(minus) - minus / 2))
    place = np.arange(len(plus) + 1)
    first, after = place[:, None], place[None, :]
    later = np.maximum(first, after)
    wins = (
        cases @ below
        + ((plus * below).sum() - _up_to(plus * below))[:, None]
        + _up_to(minus * above)[None, :]
        + joined[None, :] * rest[later]
        + among_open[later]
        - among_open[:, None]
    )
    area = wins / np.outer(cases.sum() + rest, others.sum() + joined)
    at, to = np.unravel_index(int(area.argmax()), area.shape)
    bins = place[:-1]
    return Table(others + minus * (bins < to), cases + plus * (bins >= at))


def _up_to(values: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(values)))


def slope_fills(known: Table, unknown: Open, scale: ArrayLike) -> Ends:
    """Fill open people so that the outcome's log odds rise slowest with the score, and so that they rise fastest.

    Let c be the mean score with weights p(1 - p), p being the fitted chance. Somebody with the outcome steepens the line by
    joining if their score is above c, and somebody without it if theirs is below. So at the steepest line everyone with the
    outcome above c has joined, everyone without it below c, and nobody else; all places of c are tried. At the score of c
    itself parts of people join, which can make the limit one person too wide.

    Parameters
    ----------
    known, unknown
        The group, whose own line exists, and who may belong to it.
    scale
        Shape (bins,); scores, or their log odds.

    Raises
    ------
    ValueError
        If there are more than `MOST_SCORES` bins, or a fit does not end.

    References
    ----------
    The effect of one more person on the most likely slope is (score - c) (outcome - p) over the spread of scores: Pregibon
    (1981), Logistic regression diagnostics, Annals of Statistics 9, 705-724. Its sign settles who joins (methods 3.12).
    """
    x = np.asarray(scale, dtype=np.float64)
    if len(x) > MOST_SCORES:
        msg = f"slopes are bounded for at most {MOST_SCORES} different scores, found {len(x)}"
        raise ValueError(msg)
    return _swapped(_steepest(_swapped(known), _swapped_open(unknown), x)), _steepest(known, unknown, x)


def _steepest(known: Table, unknown: Open, x: Floats) -> Table:
    used = np.flatnonzero(known.people + sum(unknown) > 0)
    some, rest = Table(*(one[used] for one in known)), Open(*(one[used] for one in unknown))
    scale = x[used]
    size = float(np.abs(scale).max()) or 1.0
    scale = scale / size
    cuts = np.arange(len(scale) + 1, dtype=np.float64)
    slope, centre = _lines(some, rest, scale, cuts)
    turns = np.flatnonzero((centre[:-1] > scale) & (centre[1:] < scale))
    inside = _turning_points(some, rest, scale, turns)
    every = np.concatenate((cuts, inside))
    best = every[int(np.concatenate((slope, _lines(some, rest, scale, inside)[0])).argmax())]
    found = Table(np.zeros(len(x)), np.zeros(len(x)))
    for whole, part in zip(found, _cut(some, rest, np.array([best])), strict=True):
        whole[used] = part[0]
    return found


def _cut(known: Table, unknown: Open, at: Floats) -> Table:
    """Let people with the outcome join above each place and people without it below; between whole places, a part does.

    Returns tables of shape (places, bins).
    """
    above = np.clip(np.arange(1, len(known.without) + 1) - at[:, None], 0.0, 1.0)
    either = unknown.own + unknown.nobodys
    return Table(
        known.without + (1 - above) * (unknown.without + either),
        known.with_outcome + above * (unknown.with_outcome + either),
    )


def _turning_points(known: Table, unknown: Open, scale: Floats, turns: NDArray[np.int64]) -> Floats:
    """Find between which parts of people at one score the line is steepest, where c passes that score."""
    low, high = turns.astype(np.float64), turns + 1.0
    for _ in range(HALVINGS if len(turns) else 0):
        middle = (low + high) / 2
        rising = _lines(known, unknown, scale, middle)[1] > scale[turns]
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return (low + high) / 2


def _lines(known: Table, unknown: Open, scale: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Fit a line for each place at which people are cut: its slope, and the centre c of its scores."""
    table = _cut(known, unknown, at)
    y, n = table.with_outcome, table.people
    predictor = np.log((y + 0.5) / (n - y + 0.5))
    slope = centre = np.zeros(len(at))
    for _ in range(STEPS if len(at) else 0):
        p = expit(predictor)
        weight = n * p * (1 - p)
        total = weight.sum(axis=1)
        target = weight * predictor + y - n * p
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = weight @ scale / total
            apart = scale - centre[:, None]
            slope = (apart * target).sum(axis=1) / (apart * apart * weight).sum(axis=1)
        if not np.isfinite(slope).all():  # all chances have run to 0 or 1, or all people have one score
            break
        before, predictor = predictor, (target.sum(axis=1) / total)[:, None] + slope[:, None] * apart
        if np.abs(predictor - before).max() < 1e-9:
            return slope, centre
    if len(at):
        msg = f"found no most likely line in {STEPS} steps"
        raise ValueError(msg)
    return slope, centre
