"""Which areas are hidden with others, so that no area's count follows from the total (methods 8.2)."""

from collections.abc import Hashable, Mapping, Set

from auditkit.judge.proof import Groups, Hidden, proven
from auditkit.judge.protection import Protection
from auditkit.judge.sums import Node, Sum

SHOWN = "shown"
"""Stands for whatever shows an area's count."""
CITY: Node = ((), ())


def hidden_areas(
    counts: Mapping[str, int], hidden: Set[str], few: Set[str], protection: Protection, *, together: Set[str]
) -> set[str] | None:
    """Name areas whose counts are not published; None if not even their total may be.

    Parameters
    ----------
    counts
        By area.
    hidden
        Areas that are hidden anyway.
    few
        Those of them that must not be narrowed down.
    protection
        How that is proven.
    together
        Areas whose sum is published as well.
    """
    if protection.possible is None:
        return {*hidden}
    nodes: dict[str, Node] = {area: (("area",), (("area", area),)) for area in counts}
    some: Node = (("areas",), (("areas", "together"),))
    sums = [Sum(CITY, tuple(nodes.values()))]
    n: dict[Node, dict[Hashable, int]] = {nodes[area]: {SHOWN: count} for area, count in counts.items()}
    n[CITY] = {SHOWN: sum(counts.values())}
    if together:
        n[some] = {SHOWN: sum(counts[area] for area in together)}
        sums.append(Sum(some, tuple(nodes[area] for area in counts if area in together)))
    groups = Groups(n=n, sums=tuple(sums), parts={SHOWN: frozenset({SHOWN})}, published={SHOWN: (SHOWN,)})
    found: Hidden = dict.fromkeys(n, frozenset())
    found |= dict.fromkeys((nodes[area] for area in hidden), groups.rates)
    found = proven(
        groups, found, [(nodes[area], SHOWN) for area in sorted(few)], given_by={SHOWN: groups.rates},
        last=frozenset(), possible=protection.possible, enough=protection.enough, completed=lambda wider: wider,
    )  # fmt: skip
    if found[CITY] or found.get(some):
        return None
    return {area for area, node in nodes.items() if found[node]}
