"""Proof that nobody can narrow a small count down, from everything that is published about groups (methods 8.2).

Which values a count can still have is worked out by linear programming; the pipeline hands that on, because judging
computes nothing. The largest and the smallest of them must lie at least `smallest_cell` - 1 apart: "withheld" then
says no more than "from 0 to 10" would. Where they do not, more is withheld, in the end everything.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Protocol

from auditkit.judge.sums import Node, Sum

Key = Hashable
Known = tuple[tuple[Key, ...], tuple[Key, ...]]
"""Counts of which the sum is known, and counts that are taken off it."""
Atoms = frozenset[Hashable]
"""Names of the finest counts of a group."""
Rates = frozenset[str]
Hidden = dict[Node, Rates]
"""Rates of each group that are not published."""
Few = Sequence[tuple[Node, str]]
"""Counts of groups that must not be narrowed down."""


class Possible(Protocol):
    """Works out the values that hidden sums of counts can have; see `auditkit.statistics.derivable`."""

    def __call__(
        self,
        truth: Mapping[Key, int],
        known: Sequence[Known],
        hidden: Sequence[Sequence[Key]],
        *,
        enough: int,
    ) -> Sequence[tuple[int, int]]:
        """Return the smallest and the largest value found, at most until they are far `enough` apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The finest counts of every group, how groups add up, and which counts each rate is published with."""

    n: Mapping[Node, Mapping[Hashable, int]]
    sums: tuple[Sum, ...]
    parts: Mapping[str, Atoms]
    """The finest counts that each named count is the sum of."""
    published: Mapping[str, tuple[str, ...]]
    """Counts that each rate is published with."""
    equal: tuple[tuple[Atoms, Atoms], ...] = ()
    """Finest counts whose sums are equal in every group."""

    @property
    def rates(self) -> Rates:
        """Everything that is published where nothing is withheld."""
        return frozenset(self.published)

    def count(self, node: Node, name: str) -> int:
        """Return a named count of a group."""
        return sum(self.n[node][atom] for atom in self.parts[name])

    def keys(self, node: Node, atoms: Atoms) -> tuple[Key, ...]:
        """Name finest counts of a group, in a fixed order."""
        return tuple((node, atom) for atom in self.n[node] if atom in atoms)

    def own(self, node: Node, hidden: Rates) -> Iterator[Known]:
        """Write what is published of one group as sums of its finest counts."""
        shown = frozenset(self.parts[name] for rate in self.rates - hidden for name in self.published[rate])
        for atoms in _apart(shown):
            yield self.keys(node, atoms), ()
        for one, other in self.equal:
            yield self.keys(node, one), self.keys(node, other)

    def between(self) -> Iterator[Known]:
        """Write how groups add up, for each of the finest counts."""
        for total, parts in self.sums:
            for atom in self.n[total]:
                yield tuple((part, atom) for part in parts), ((total, atom),)


@lru_cache(maxsize=512)
def _apart(sets: frozenset[Atoms]) -> tuple[Atoms, ...]:
    """Take sets off larger ones that hold them, until none holds another; their sums say the same."""
    found = {*sets}
    while True:
        smaller = next(((one, other) for one in found for other in found if one and one < other), None)
        if smaller is None:
            return tuple(sorted(found, key=lambda one: sorted(map(str, one))))
        one, other = smaller
        found = found - {other} | {other - one}


def proven(  # noqa: PLR0913  # what is hidden, what may be hidden with it, and how that is proven
    groups: Groups,
    hidden: Hidden,
    few: Few,
    *,
    given_by: Mapping[str, Rates],
    last: Set[Node],
    possible: Possible,
    enough: int,
    completed: Callable[[Hidden], Hidden],
) -> Hidden:
    """Withhold more until no small count can be narrowed down.

    Parameters
    ----------
    groups
        The counts.
    hidden
        What is withheld already.
    few
        Counts that must not be narrowed down.
    given_by
        Rates that give a count away.
    last
        Groups that are hidden last.
    possible
        Works out which values are possible.
    enough
        How far apart the smallest and the largest must lie.
    completed
        Withholds what goes with more hidden rates.
    """
    while few and (found := _narrow(groups, hidden, few, possible=possible, enough=enough)):
        wider = completed(_widened(groups, hidden, found, given_by, last, enough=enough))
        if wider == hidden:  # nothing is left that could go with them: nothing is published
            return dict.fromkeys(hidden, groups.rates)
        hidden = wider
    return hidden


def _narrow(
    groups: Groups, hidden: Hidden, few: Few, *, possible: Possible, enough: int
) -> list[tuple[Node, str, bool]]:
    """Name small counts that a reader could narrow down, and whether from the numbers of their group alone."""
    truth: dict[Key, int] = {
        (node, atom): n for node, counts in groups.n.items() for atom, n in counts.items()
    }
    own = [one for node in groups.n for one in groups.own(node, hidden[node])]
    keys = [groups.keys(node, groups.parts[name]) for node, name in few]
    spans = possible(truth, [*own, *groups.between()], keys, enough=enough)
    found = []
    for (node, name), key, (low, high) in zip(few, keys, spans, strict=True):
        if high - low < enough:
            alone = list(groups.own(node, hidden[node]))
            ((least, most),) = possible(truth, alone, [key], enough=enough)
            found.append((node, name, most - least < enough))
    return found


def _widened(
    groups: Groups,
    hidden: Hidden,
    found: Sequence[tuple[Node, str, bool]],
    given_by: Mapping[str, Rates],
    last: Set[Node],
    *,
    enough: int,
) -> Hidden:
    """Give counts more room.

    A count that follows from its own group's numbers takes all of these with it. Others take the same rates of the next
    smallest group in each sum that leaves them too little room. What has too little room only in all sums together
    waits for a round in which there is nothing else, and takes from each sum.
    """  # fmt: skip
    wider = dict(hidden)
    taking: list[tuple[Rates, str, Sum]] = []
    waiting: list[tuple[Rates, str, Sum]] = []
    for node, name, alone in found:
        rates = groups.rates if alone else given_by[name]
        wider[node] |= rates
        around = [(rates, name, one) for one in groups.sums if not alone and node in {one.total, *one.parts}]
        tight = [
            (rates, name, one)
            for rates, name, one in around
            if _room(groups, hidden, one, name, rates) < enough
        ]
        taking, waiting = [*taking, *tight], [*waiting, *(around if not tight else ())]
    if not taking and wider == hidden:
        taking = waiting
    for rates, name, (total, parts) in taking:
        if any(rates <= wider[one] and not rates <= hidden[one] for one in (total, *parts)):
            continue  # another count has widened this sum
        left = [one for one in parts if not rates <= wider[one]]
        filled = [one for one in left if groups.count(one, name)] or left or [total]
        wider[min(filled, key=lambda one: (one in last, sum(groups.n[one].values()), one))] |= rates
    return wider


def _room(groups: Groups, hidden: Hidden, one: Sum, name: str, rates: Rates) -> float:
    """Add up the hidden parts of a sum; none can be larger than that, unless the sum is hidden as well."""
    if rates <= hidden[one.total]:
        return inf
    return sum(groups.count(part, name) for part in one.parts if rates <= hidden[part])
