"""Proof that nobody can narrow a small count down from numbers by score, circumstances, follow-up and lawful records.

All counts of an audit's groups form one system: what is published of whole groups, what is published of their parts, and
how both add up. Where a small count of a group or of a part has too little room, more rows are withheld (methods 8.2).
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from auditkit.judge.finer_counts import Division, Row
from auditkit.judge.proof import Groups, Hidden, Key, Known
from auditkit.judge.protection import Protection
from auditkit.judge.sums import Node
from auditkit.results.measurements import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A small count that must not be narrowed down."""

    node: Node
    division: str | None
    """The family of numbers; None for a count of the whole group."""
    keys: tuple[Key, ...]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Everything that is published about groups of people and their parts."""

    groups: Groups
    hidden: Hidden
    """Rates of whole groups that are not published."""
    divisions: tuple[Division, ...]
    rows: Mapping[Row, Sequence[Measurement]]
    """Numbers about parts of groups, one group at a time."""
    few: tuple[tuple[Node, str], ...]
    """Small counts of whole groups."""
    changed: Set[str]
    """Ids of numbers that differ by few people from an earlier release."""
    protection: Protection
    last: Set[Node]
    """Groups that are hidden last."""

    @cached_property
    def truth(self) -> dict[Key, int]:
        """Every count."""
        found: dict[Key, int] = {
            (node, atom): n for node, counts in self.groups.n.items() for atom, n in counts.items()
        }
        for one in self.divisions:
            found |= one.truth
        return found

    @cached_property
    def always(self) -> tuple[Known, ...]:
        """What is known whichever rows are withheld."""
        own = [one for node in self.groups.n for one in self.groups.own(node, self.hidden[node])]
        return (
            *own,
            *self.groups.between(),
            *(known for one in self.divisions for known in one.totals(self.groups)),
        )

    @cached_property
    def said(self) -> dict[Row, tuple[Known, ...]]:
        """What is said of each part of each group."""
        by_name = {one.name: one for one in self.divisions}
        found: dict[Row, list[Known]] = {}
        for row, items in self.rows.items():
            for item in items if row.family in by_name else ():
                found.setdefault(replace(row, stratum=item.stratum), []).extend(
                    by_name[row.family].published(item)
                )
        return {row: tuple(known) for row, known in found.items()}

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """Every small count, each once."""
        found = [
            Wanted(node=node, division=None, keys=self.groups.keys(node, self.groups.parts[name]))
            for node, name in self.few
        ]
        for one in self.divisions:
            found += [small for node in one.n for small in self._small(one, node)]
            found += [
                Wanted(node=row.node, division=one.name, keys=keys)
                for row, items in self.rows.items() if row.family == one.name
                for item in items if item.id in self.changed for keys, _ in one.published(item)
            ]  # fmt: skip
        return tuple({frozenset(one.keys): one for one in reversed(found)}.values())

    def _small(self, division: Division, node: Node) -> Iterator[Wanted]:
        for _, keys in division.all_counts(node):
            filled = tuple(key for key in keys if self.truth[key])
            if self.protection.small(sum(self.truth[key] for key in filled)):
                yield Wanted(node=node, division=division.name, keys=keys)

    def narrow(self, wanted: Sequence[Wanted], hidden: Set[Row]) -> list[Wanted]:
        """Name small counts that a reader could narrow down, if some numbers are withheld."""
        if self.protection.possible is None:
            return []
        shown = [known for row, said in self.said.items() if row not in hidden for known in said]
        keys, enough = [one.keys for one in wanted], self.protection.enough
        spans = self.protection.possible(self.truth, [*self.always, *shown], keys, enough=enough)
        return [one for one, (low, high) in zip(wanted, spans, strict=True) if high - low < enough]

    def partners(self, one: Wanted, hidden: Set[Row]) -> set[Row]:
        """Choose numbers that give a count more room: its own, else those of the next smallest group in each sum."""
        found = set[Row]()
        for division in self.divisions:
            if one.division in {None, division.name}:
                left: dict[Node, set[Row]] = {}
                for row in self.said:
                    if row.family == division.name and row not in hidden:
                        left.setdefault(row.node, set()).add(row)
                for node in self._next(division, one.node, left.keys()):
                    found |= _nearest(division, one, left[node])
        return found

    def _next(self, division: Division, node: Node, left: Set[Node]) -> Iterator[Node]:
        if node in left:
            yield node
            return
        for total, parts in division.equations:
            if node in {total, *parts}:
                some = {*parts} & left or {total} & left
                yield from sorted(some, key=self._order)[:1]

    def _order(self, node: Node) -> tuple[bool, int, Node]:
        return node in self.last, sum(self.groups.n[node].values()), node


def _nearest(division: Division, one: Wanted, rows: Set[Row]) -> set[Row]:
    """Choose the numbers about the same part of a group, or about the nearest score, that are not withheld yet."""
    if one.division is None:
        return {*rows}
    wanted = {key[2] for key in one.keys if isinstance(key, tuple)}
    far = {
        row: min(_distance(a, b) for a in division.places(row.stratum or "") for b in wanted) for row in rows
    }
    return {row for row in rows if far[row] == min(far.values())}


def _distance(one: Hashable, other: Hashable) -> float:
    if isinstance(one, int) and isinstance(other, int):
        return abs(one - other)
    return 0 if one == other else inf


def proven_rows(tables: Tables, rows: frozenset[Row]) -> frozenset[Row]:
    """Withhold more until no small count can be narrowed down.

    What is hidden once leaves every count at least as much room as before, so only narrow counts are looked at again.

    Parameters
    ----------
    tables
        What is published, and what must not follow from it.
    rows
        Rows that are withheld already.
    """
    hidden = {row for row in tables.said if replace(row, stratum=None) in rows}
    found: Sequence[Wanted] = tables.wanted
    while found := tables.narrow(found, hidden):
        more = set[Row]().union(*(tables.partners(one, hidden) for one in found))
        if not more:
            return frozenset(tables.rows)  # nothing more can be taken: no number about parts is published
        hidden |= more
    return rows | frozenset(hidden)
