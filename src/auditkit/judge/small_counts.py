"""Which rates of which groups are not published, because a small count stands behind them or follows from them."""

from collections.abc import Iterable, Mapping

from auditkit.judge.sums import Node, complete, sums
from auditkit.results.tally import Tally, counts_by_group

JOINT = (
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "false_positive_share",
    "false_negative_share",
)
"""Rates whose counts are cells of decision by outcome; knowing two of them can give away a third."""
SELECTION = ("selection_rate", "favourable_rate")
ALL = ("people", *SELECTION, "prevalence", *JOINT)
SECRETS: dict[str, frozenset[str]] = {
    "people": frozenset(ALL),
    "undecided": frozenset({"people"}),
    "flagged": frozenset({*SELECTION, *JOINT}),
    "outcomes": frozenset({"prevalence", *JOINT}),
    "cells": frozenset(JOINT),
}
"""What can be small about a group, and the rates from which it follows."""
Counts = Mapping[str, int]


def nodes(tally: Tally) -> dict[Node, Counts]:
    """Count every group that numbers are published of."""
    tables = (*tally.dimensions, *(() if tally.areas is None else (tally.areas,)))
    return {
        (table.dimension, tuple(zip(table.dimension, group, strict=True))): counts.n
        for table in tables
        for group, counts in counts_by_group(table).items()
    }


def references(tally: Tally) -> set[Node]:
    """Name the reference groups; they are hidden last, because the others are compared with them."""
    return {
        (table.dimension, tuple(zip(table.dimension, table.reference, strict=True)))
        for table in tally.dimensions
        if table.reference is not None
    }


def hidden_metrics(tally: Tally, *, smallest_cell: int) -> dict[Node, frozenset[str]]:
    """Name the rates of each group that are not published.

    Parameters
    ----------
    tally
        The counts.
    smallest_cell
        Counts from 1 to one less are hidden, and what they follow from.
    """
    counts, last = nodes(tally), references(tally)
    equations = tuple(sums(counts))
    metrics = _metrics(tally)
    own = {node: _secrets(n, smallest_cell, sampled=tally.sampled) for node, n in counts.items()}
    hidden = {node: _joined(metrics[secret] for secret in own[node] & metrics.keys()) for node in counts}
    before: dict[Node, frozenset[str]] = {}
    while hidden != before:
        before = dict(hidden)
        for secret, names in metrics.items():
            not_known = _not_known(counts, secret)
            small = {node for node in counts if secret in own[node]}
            gone = {node for node in (*not_known, *small) if names <= hidden[node]}
            order = {node: (node in last, counts[node]["people"], node) for node in not_known}
            found = complete(gone, equations, may=counts.keys(), order=order.get)
            hidden |= {node: hidden[node] | names for node in found}
    return hidden


def _metrics(tally: Tally) -> dict[str, frozenset[str]]:
    """Name the rates that give each secret away; with an audit sample the prevalence is put together from cells."""
    found = dict(SECRETS)
    if not tally.has_outcome:
        return {name: found[name] for name in ("people", "undecided", "flagged")}
    return found | ({"cells": found["outcomes"]} if tally.sampled else {})


def _joined(names: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*names)


def _secrets(n: Counts, smallest_cell: int, *, sampled: bool) -> frozenset[str]:
    """Name what is small about a group; what is small in total is small in its parts."""

    def small(*counts: int) -> bool:
        return any(0 < count < smallest_cell for count in counts)

    decided, known = n["flagged"] + n["unflagged"], n["tn"] + n["fp"] + n["fn"] + n["tp"]
    without = [n["flagged"] - n["fp"] - n["tp"]]  # people whose outcome is not known
    without += [] if sampled else [n["unflagged"] - n["tn"] - n["fn"], decided - known]
    found = {
        "people": small(n["people"]),
        "undecided": small(n["people"] - decided),
        "flagged": small(n["flagged"], n["unflagged"]),
        "outcomes": small(n["tn"] + n["fp"], n["fn"] + n["tp"], decided - known),
        "cells": small(n["tn"], n["fp"], n["fn"], n["tp"], *without),
    }
    if found["people"]:
        return frozenset(found)
    above = found["flagged"] or found["outcomes"]
    return frozenset(name for name, is_small in found.items() if is_small) | (
        {"cells"} if above else frozenset()
    )


def _not_known(counts: Mapping[Node, Counts], secret: str) -> set[Node]:
    """Name groups of whom a hidden count could be several numbers; a margin of zero, which is shown, settles it."""
    margins = {
        "people": (("people",),),
        "undecided": (("people",),),
        "flagged": (("flagged",), ("unflagged",)),
        "outcomes": (("tn", "fp"), ("fn", "tp")),
        "cells": (("tn", "fp"), ("fn", "tp"), ("fp", "tp"), ("tn", "fn")),
    }[secret]
    return {node for node, n in counts.items() if all(sum(n[name] for name in margin) for margin in margins)}
