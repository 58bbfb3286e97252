"""Which rates of which groups are not published, because a small count stands behind them or follows from them."""

from collections.abc import Iterable, Mapping
from functools import partial

from auditkit.judge.earlier import changed_counts
from auditkit.judge.people_counts import people_counts
from auditkit.judge.proof import Groups, proven
from auditkit.judge.protection import Protection
from auditkit.judge.sums import Node, Sum, complete, sums
from auditkit.results.tally import CELLS, Tally, counts_by_group

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
OF_FLAGGED, OF_OUTCOMES, OF_CELLS = (
    frozenset({*SELECTION, *JOINT}),
    frozenset({"prevalence", *JOINT}),
    frozenset(JOINT),
)
GIVEN_BY: dict[str, frozenset[str]] = {
    "people": frozenset(ALL),
    "undecided": frozenset({"people"}),
    "flagged": OF_FLAGGED, "unflagged": OF_FLAGGED,
    "with": OF_OUTCOMES, "without": OF_OUTCOMES,
    "tn": OF_CELLS, "fp": OF_CELLS, "fn": OF_CELLS, "tp": OF_CELLS,
}  # fmt: skip
"""What can be small about a group, and the rates from which it follows."""
NOT_KNOWN = {"flagged not known": OF_CELLS, "not known": OF_OUTCOMES}
"""People whose outcome is not known, and the rates from which they follow."""
REST_OF_KNOWN = {"with": "without", "without": "with"}
REST = {"flagged": "unflagged", "unflagged": "flagged"} | REST_OF_KNOWN
Counts = Mapping[str, int]


def nodes(tally: Tally) -> dict[Node, Counts]:
    """Count every group that numbers are published of."""
    tables = (*tally.dimensions, *(() if tally.areas is None else (tally.areas,)))
    return {
        (table.dimension, tuple(zip(table.dimension, group, strict=True))): _with_sums(counts.n)
        for table in tables
        for group, counts in counts_by_group(table).items()
    }


def _with_sums(n: Counts) -> Counts:
    return {
        **n,
        "with": n["fn"] + n["tp"],
        "without": n["tn"] + n["fp"],
        "flagged known": n["fp"] + n["tp"],
        "unflagged known": n["tn"] + n["fn"],
    }


def references(tally: Tally) -> set[Node]:
    """Name the reference groups; they are hidden last, because the others are compared with them."""
    return {
        (table.dimension, tuple(zip(table.dimension, table.reference, strict=True)))
        for table in tally.dimensions
        if table.reference is not None
    }


def hidden_metrics(tally: Tally, protection: Protection) -> dict[Node, frozenset[str]]:
    """Name the rates of each group that are not published.

    Parameters
    ----------
    tally
        The counts.
    protection
        What is hidden, with what follows from it, and how that is proven.
    """
    counts, last, given_by = nodes(tally), references(tally), _given_by(tally)
    groups = people_counts(tally)
    changed = set(changed_counts(groups, protection))
    completed = partial(
        _completed, counts=counts, equations=tuple(sums(counts)), given_by=given_by, last=last
    )
    hidden = {
        node: _joined(
            given_by[name] for name in _small(n, protection, sampled=tally.sampled) & given_by.keys()
        )
        | (frozenset(ALL) if node in protection.one_source else frozenset())
        for node, n in counts.items()
    }
    for node, name in changed:
        hidden[node] |= _naming(groups, name, given_by)
    hidden = completed(hidden)
    if protection.possible is None:
        return hidden
    few, protects = small_counts(tally, groups, protection), _protects(tally, groups, given_by, changed)
    return proven(
        groups, hidden, few, given_by=protects, last=last, possible=protection.possible, enough=protection.enough,
        completed=completed,
    )  # fmt: skip


def small_counts(tally: Tally, groups: Groups, protection: Protection) -> tuple[tuple[Node, str], ...]:
    """Name every count of a group that must not be narrowed down.

    Parameters
    ----------
    tally
        The counts.
    groups
        The same, laid out.
    protection
        What is hidden.
    """
    changed = set(changed_counts(groups, protection))
    protects = _protects(tally, groups, _given_by(tally), changed)
    return tuple(
        (node, name) for node, n in nodes(tally).items() for name in protects
        if protection.small(groups.count(node, name)) or (node, name) in changed or _rest_alike(n, name, protection)
        or (name == "people" and node in protection.one_source)
    )  # fmt: skip


def _protects(
    tally: Tally, groups: Groups, given_by: Mapping[str, frozenset[str]], changed: Iterable[tuple[Node, str]]
) -> dict[str, frozenset[str]]:
    """Name counts that few people can stand behind, and the rates that give them away."""
    protects = {**given_by, **(NOT_KNOWN if tally.has_outcome else {})}
    return protects | {name: _naming(groups, name, given_by) for _, name in changed}


def _naming(groups: Groups, name: str, given_by: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Name rates that a count is published with, or follows from; all of them where it follows from several."""
    named = frozenset(rate for rate, counts in groups.published.items() if name in counts)
    return given_by.get(name, frozenset()) | named or groups.rates


def _completed(
    hidden: dict[Node, frozenset[str]],
    *,
    counts: Mapping[Node, Counts],
    equations: tuple[Sum, ...],
    given_by: Mapping[str, frozenset[str]],
    last: set[Node],
) -> dict[Node, frozenset[str]]:
    """Hide more until no sum of groups has exactly one hidden number."""  # fmt: skip
    hidden, before = dict(hidden), dict[Node, frozenset[str]]()
    while hidden != before:
        before = dict(hidden)
        for name, rates in given_by.items():
            could_hide = {node for node, n in counts.items() if _unknown(name, n, hidden[node] | rates)}
            gone = {
                node
                for node in counts
                if rates <= hidden[node] and _unknown(name, counts[node], hidden[node])
            }
            order = {node: (node in last, counts[node]["people"], node) for node in could_hide}
            found = complete(gone, equations, may=counts.keys(), order=order.get)
            for node in found - gone:  # of what could not hide it, nothing at all is shown
                hidden[node] |= rates if node in could_hide else {*ALL}
    return hidden


def _given_by(tally: Tally) -> dict[str, frozenset[str]]:
    """Name the rates that give each count away; with an audit sample the prevalence is put together from cells."""
    if not tally.has_outcome:
        return {name: GIVEN_BY[name] for name in ("people", "undecided", "flagged", "unflagged")}
    return GIVEN_BY | (dict.fromkeys(CELLS, OF_OUTCOMES) if tally.sampled else {})


def _joined(names: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*names)


WHOLE = {
    "decision": {"flagged": "unflagged"},
    "outcome": {"with": "without", "tp": "fp", "fn": "tn"},
}
"""What is known of everybody in a group, or of all its flagged or unflagged people, where the others are none."""


def _alike(n: Counts, protection: Protection) -> set[str]:
    """Name counts that say something sensitive about everybody in a group (methods 8.4)."""
    wholes = (pair for name in sorted(protection.sensitive) for pair in WHOLE[name].items())
    return {name for all_of, none in wholes if n[all_of] and not n[none] for name in (all_of, none)}


def _rest_alike(n: Counts, name: str, protection: Protection) -> bool:
    """Tell whether a count of nobody must not be narrowed down, because it says that all others are alike."""
    return not n.get(name, 1) and name in _alike(n, protection)


def _small(n: Counts, protection: Protection, *, sampled: bool) -> frozenset[str]:
    """Name what is small about a group; few people whose outcome is unknown follow from the cells, or from their sum."""
    small = protection.small
    if small(n["people"]):
        return frozenset(GIVEN_BY)
    decided, known = n["flagged"] + n["unflagged"], n["with"] + n["without"]
    found = {name for name in GIVEN_BY if name != "undecided" and small(n[name])} | _alike(n, protection)
    if small(n["people"] - decided):
        found |= {"undecided"}
    if small(n["flagged"] - n["flagged known"]) or (
        not sampled and small(n["unflagged"] - n["unflagged known"])
    ):
        found |= {*CELLS}
    if not sampled and small(decided - known):
        found |= {"with", "without"}
    if found & {*CELLS} and not all(
        n[cell] for cell in CELLS
    ):  # a zero that a total shows settles the others
        found |= {"with", "without"}
    return frozenset(found)


def _unknown(name: str, n: Counts, hidden: frozenset[str]) -> bool:
    """Tell whether nobody can know a count of a group, because no shown count of zero settles it."""
    if name in {"people", "undecided"}:
        return n["people"] > 0
    if name in CELLS:
        return n[name] > 0 and (all(n[cell] for cell in CELLS) or hidden >= OF_OUTCOMES)
    decided, known = n["flagged"] + n["unflagged"], n["with"] + n["without"]
    apart = name in REST_OF_KNOWN and decided != known  # shown decisions then settle no outcome
    return n[name] > 0 and (n[REST[name]] > 0 or apart or hidden >= {*ALL})
