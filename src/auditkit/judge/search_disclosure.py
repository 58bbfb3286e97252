"""Publication safety of less harmful rules and of subgroups that nobody named (methods 8.1, 8.2).

Both are measured in one half of the people. What is shown of that half adds up with itself, and with what is shown of
all people to numbers of the other half.

Rules: groups that take part have enough people of every decision and outcome in both halves, and score limits are told
apart only where enough people lie between them; measure sees to both. A fitted model can still set a few people apart,
so a rule with any small count, or any small number of people about whom it disagrees with the tool, is withheld whole.

Subgroups: one is named only if no small count follows from it together with everyone, with the groups that hold it, and
with the other subgroups that are named.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditkit.results.alternatives import Alternatives, Candidate, Subgroup, Subgroups, Table
from auditkit.results.measurements import Group, Measurement, Withheld

FITTED = ("model", "reduction")
SEARCHES = ("alternative_", "subgroup_")
Counts = tuple[int, int]
"""Numerator and denominator."""


def of_searches(item: Measurement) -> bool:
    """Tell whether a number belongs to one of the two searches."""
    return item.metric.startswith(SEARCHES)


def withhold_rules(
    items: Iterable[Measurement], found: Alternatives | None, *, smallest_cell: int
) -> Iterator[Measurement]:
    """Withhold every number of a rule that sets few people apart."""
    pair = () if found is None else tuple(tuple(v for _, v in one) for one in (found.group, found.against))
    hidden = {
        one.stratum
        for one in (() if found is None else found.candidates)
        if one.kind in FITTED and _sets_few_apart(one, pair, smallest_cell)
    }
    for item in items:
        yield replace(item, result=Withheld()) if item.stratum in hidden else item


def _sets_few_apart(rule: Candidate, pair: tuple[tuple[str, ...], ...], smallest_cell: int) -> bool:
    counts: list[float] = []
    for group, cells in rule.cells.items():
        counts += _sums(cells)
        if group in pair:
            counts += cells
    counts += [sum(column) for column in zip(*rule.cells.values(), strict=True)]
    return any(0 < count < smallest_cell for count in counts)


def _sums(cells: Table) -> list[float]:
    """Add up a table of decision, decision and outcome: over outcomes, and over the tool's own decision."""
    over_outcomes = [cells[at] + cells[at + 1] for at in (0, 2, 4, 6)]
    return over_outcomes + [cells[at] + cells[at + 4] for at in range(4)]


def safe_subgroups(
    found: Subgroups | None, rules: Alternatives | None, *, smallest_cell: int
) -> Subgroups | None:
    """Leave out subgroups from which a small count would follow; those that fare worse are kept first.

    Where rules are compared as well, their groups are shown in the same half. If few people of that half are in none of
    them, these follow from everyone, and no subgroup is named.
    """
    if found is None:
        return None
    fixed = {one.group: (one.counted, one.among) for one in found.around}
    if found.by_id and () in fixed and _few(_in_no_group(fixed[()], found.metric, rules), smallest_cell):
        return replace(found, tested=(), withheld=len(found.tested))
    kept: dict[Group, Counts] = {}
    shown: list[Subgroup] = []
    for one in found.tested:
        trial = {**kept, one.group: (one.counted, one.among)}
        if _safe(trial, fixed, smallest_cell):
            kept, shown = trial, [*shown, one]
    return replace(found, tested=tuple(shown), withheld=len(found.tested) - len(shown))


def _in_no_group(everyone: Counts, metric: str, rules: Alternatives | None) -> Counts:
    """Count people of the half whose group is too small to take part in comparing rules."""
    own = () if rules is None else rules.candidates[:1]
    places = {
        "selection_rate": ((6, 7), (0, 1, 6, 7)), "false_positive_rate": ((6,), (0, 6)),
        "false_negative_rate": ((1,), (1, 7)),
    }[metric]  # fmt: skip
    inside = [
        sum(round(cells[at]) for one in own for cells in one.cells.values() for at in cell) for cell in places
    ]
    return (everyone[0] - inside[0], everyone[1] - inside[1]) if own else (0, 0)


def _safe(named: dict[Group, Counts], fixed: dict[Group, Counts], smallest_cell: int) -> bool:
    """Tell whether no small count follows from named subgroups, alone or taken from a larger group."""
    for whole, counts in {**fixed, **named}.items():
        if whole in named and _few(counts, smallest_cell):
            return False
        inside = [one for one in named if one != whole and set(whole) <= set(one)]
        for parts in _apart_families(inside):
            part, among = (counts[at] - sum(named[one][at] for one in parts) for at in (0, 1))
            if _few((part, among), smallest_cell):
                return False
    return True


def _apart_families(groups: list[Group]) -> Iterator[tuple[Group, ...]]:
    """Return every choice of groups in which nobody is in two."""
    for at, first in enumerate(groups):
        yield (first,)
        apart = [other for other in groups[at + 1 :] if _apart(first, other)]
        yield from ((first, *rest) for rest in _apart_families(apart))


def _apart(one: Group, other: Group) -> bool:
    """Tell whether nobody can be in both."""
    values = dict(one)
    return any(values.get(name, value) != value for name, value in other)


def _few(counts: Counts, smallest_cell: int) -> bool:
    part, whole = counts
    return any(0 < count < smallest_cell for count in (part, whole - part, whole))


def named_items(items: Iterable[Measurement], found: Subgroups | None) -> Iterator[Measurement]:
    """Drop every number of a subgroup that is not named, so that not even its name is published."""
    named = set() if found is None else {one.group for one in found.tested}
    return (item for item in items if not item.group or item.group in named or not _of_subgroup(item))


def _of_subgroup(item: Measurement) -> bool:
    return item.metric.startswith("subgroup_")
