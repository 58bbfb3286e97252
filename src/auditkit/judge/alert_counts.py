"""The finest counts of alerts, and which families of numbers publish them (methods 5)."""

from collections.abc import Hashable, Mapping
from itertools import product

from auditkit.judge.proof import Atoms, Groups
from auditkit.judge.sums import Node, sums
from auditkit.results.alerts import AlertCounts, AlertGroups, AlertTally
from auditkit.results.measurements import LAWFUL_RECORDS

BECAME = ("confirmed", "unfounded", "unconfirmed", "unknown")
INSIDE, OUTSIDE = "inside", "outside"
"""Alerts within unlawful periods, or without a date, and alerts outside of them."""
SENT = ("dispatched", "not dispatched", "not known whether dispatched")


def alert_counts(tally: AlertTally) -> Groups:
    """Lay out the alerts of every group; what became of them, dispatch and each action divide the same alerts."""
    n: dict[Node, Mapping[Hashable, int]] = {
        node_of(groups, group): _finest(counts) for groups in tables(tally) for group, counts in groups.counts
    }
    empty = dict.fromkeys(next(iter(n.values())), 0)
    for groups in tally.dimensions if tally.lawful else ():  # a group may have no alert on one of the sides
        for (group, _), side in product(groups.counts, (INSIDE, OUTSIDE)):
            n.setdefault(node_of(_divided(groups, side), (*group, side)), empty)
    actions = [one.action for one in tally.everyone.actions]
    divisions = [BECAME, SENT, *(_answers(name) for name in actions)]
    parts = {name: frozenset({name}) for name in ("alerts", *(one for names in divisions for one in names))}
    parts |= {"known": frozenset(BECAME[:3]), "rest": frozenset(BECAME[1:3]), "sent": frozenset(SENT[:2])}
    parts |= {f"{name}: asked": frozenset(_answers(name)[:2]) for name in actions}
    published: dict[str, tuple[str, ...]] = {
        "alerts": ("alerts",),
        "became": ("alerts", "known", *BECAME[:3]),
    }
    if tally.has_dispatch:
        published |= {"dispatch_rate": ("dispatched", "sent")}
    published |= {f"action_rate_{name}": (_answers(name)[0], f"{name}: asked") for name in actions}
    equal: tuple[tuple[Atoms, Atoms], ...] = tuple((frozenset(names), parts["alerts"]) for names in divisions)
    return Groups(n=n, sums=tuple(sums(n)), parts=parts, published=published, equal=equal)


def tables(tally: AlertTally) -> tuple[AlertGroups, ...]:
    """Return all tables of groups; those of lawful and of all other records divide every group once more."""
    return (
        *tally.dimensions,
        *(_divided(groups, OUTSIDE) for groups in tally.lawful),
        *(_divided(groups, INSIDE) for groups in tally.not_lawful),
    )


def _divided(groups: AlertGroups, side: str) -> AlertGroups:
    reference = None if groups.reference is None else (*groups.reference, side)
    counts = tuple(((*group, side), one) for group, one in groups.counts)
    return AlertGroups(dimension=(*groups.dimension, LAWFUL_RECORDS), reference=reference, counts=counts)


def node_of(groups: AlertGroups, group: tuple[str, ...]) -> Node:
    """Name a group with its dimension."""
    return groups.dimension, tuple(zip(groups.dimension, group, strict=True))


def lawful(node: Node, side: str = OUTSIDE) -> Node:
    """Name the part of a group that stands outside unlawful periods, or the rest of it."""
    dimension, group = node
    return (*dimension, LAWFUL_RECORDS), (*group, (LAWFUL_RECORDS, side))


def _answers(action: str) -> tuple[str, str, str]:
    return f"{action}: yes", f"{action}: no", f"{action}: not known"


def _finest(counts: AlertCounts) -> dict[Hashable, int]:
    sent = (counts.dispatched, counts.not_dispatched)
    found: dict[Hashable, int] = {"alerts": counts.alerts}
    found |= zip(
        BECAME, (counts.confirmed, counts.unfounded, counts.unconfirmed, counts.unknown), strict=True
    )
    found |= zip(SENT, (*sent, counts.alerts - sum(sent)), strict=True)
    for one in counts.actions:
        found |= zip(_answers(one.action), (one.yes, one.no, one.unknown), strict=True)
    return found
