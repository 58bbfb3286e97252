"""Tables of made people, and what is true of the groups they were drawn from."""

from collections.abc import Mapping
from typing import NamedTuple

from auditkit.measure.groups import metrics_for
from auditkit.results.tally import CELLS, Cell, GroupTally
from benchmarks.validity.truths import TrueRate, Truths, of_rates

Group = tuple[str, ...]
Shares = Mapping[str, float]
"""Probability of each cell of the confusion matrix of one group."""


class Made(NamedTuple):
    """One group: how many people it has, and what becomes of each."""

    people: float
    shares: Shares


def shares_of(*, prevalence: float, fpr: float, fnr: float) -> dict[str, float]:
    """Turn a prevalence and two error rates into probabilities of cells."""
    return {
        "tn": (1 - prevalence) * (1 - fpr), "fp": (1 - prevalence) * fpr, "fn": prevalence * fnr,
        "tp": prevalence * (1 - fnr),
    }  # fmt: skip


def true_rate(metric: str, made: Made) -> TrueRate:
    """Return the true rate of a group, and the size of its denominator to be expected."""
    known = metrics_for("burden")[metric]
    of = {**made.shares, "flagged": made.shares["fp"] + made.shares["tp"]}
    of["unflagged"] = 1 - of["flagged"]
    among = sum(of[name] for name in known.among)
    return TrueRate(sum(of[name] for name in known.counted) / among, made.people * among)


def true_of_people(metrics: tuple[str, ...], groups: Mapping[str, Made]) -> Truths:
    """Truths of several rates and of their comparisons."""
    found: Truths = {}
    for metric in metrics:
        found |= of_rates(metric, {name: true_rate(metric, made) for name, made in groups.items()})
    return found


def table(
    dimension: tuple[str, ...], counts: Mapping[Group, Mapping[str, int]], *, reference: Group | None
) -> GroupTally:
    """Make the tally of one dimension from the confusion matrix of each group."""
    cells = tuple(
        Cell(group=group, decision=CELLS[name][1], outcome=CELLS[name][0], n=n, suppressed=False)
        for group, confusion in counts.items()
        for name, n in confusion.items()
    )
    return GroupTally(dimension=dimension, reference=reference, cells=cells)


def flags_table(
    dimension: tuple[str, ...], flagged: Mapping[Group, tuple[int, int]], *, reference: Group | None
) -> GroupTally:
    """Make the tally of flagged people, of all people, where nothing is known of outcomes."""
    cells = tuple(
        Cell(group=group, decision=decision, outcome=None, n=n, suppressed=False)
        for group, (k, people) in flagged.items()
        for decision, n in ((1, k), (0, people - k))
    )
    return GroupTally(dimension=dimension, reference=reference, cells=cells)
