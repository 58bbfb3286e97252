"""The finest counts of alerts, and which families of numbers publish them (methods 5)."""

from collections.abc import Hashable, Mapping

from auditkit.judge.proof import Atoms, Groups
from auditkit.judge.sums import Node, sums
from auditkit.results.alerts import AlertCounts, AlertTally

BECAME = ("confirmed", "unfounded", "unconfirmed", "unknown")
SENT = ("dispatched", "not dispatched", "not known whether dispatched")


def alert_counts(tally: AlertTally) -> Groups:
    """Lay out the alerts of every group; what became of them, dispatch and each action divide the same alerts."""
    n: dict[Node, Mapping[Hashable, int]] = {
        (groups.dimension, tuple(zip(groups.dimension, group, strict=True))): _finest(counts)
        for groups in tally.dimensions
        for group, counts in groups.counts
    }
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
