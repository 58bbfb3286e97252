"""The counts behind numbers by score, circumstances, follow-up and lawful records, and how they add up (methods 8.2).

Each family divides the finest counts of every group once more: by bins of scores, by circumstances, or into those who
were followed and all others. The parts of a group add up to the group, and the same part of all groups to everyone's.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from auditkit.judge.people_counts import PARTS
from auditkit.judge.proof import Groups, Key, Known
from auditkit.judge.sums import Node, Sum, sums
from auditkit.results.finer_tallies import ScoreTally, StratumTally
from auditkit.results.measurements import Estimate, Group, Measurement, NotEstimable
from auditkit.results.tally import PAIRS, UNKNOWN, Cell, GroupTally, Tally

COUNTS = {
    "selection_rate": ("flagged", "decided"),
    "favourable_rate": ("unflagged", "decided"),
    "false_positive_rate": ("fp", "without"),
    "false_negative_rate": ("fn", "with"),
    "positive_predictive_value": ("tp", "flagged known"),
    "negative_predictive_value": ("tn", "unflagged known"),
    "prevalence": ("with", "known"),
    "outcome_rate_at_score": ("with", "known"),
}
"""Which people a rate's numerator and denominator count."""
LIMIT = "score at least "
INSIDE, OUTSIDE = "inside", "outside"
Pair = tuple[int | None, int | None]
Part = tuple[Hashable, Pair]
"""A part of a family, such as a bin of scores, with a decision and an outcome."""
Parts = Mapping[Node, Mapping[Part, int]]
EVERYONE: Node = ((), ())
AT_A_LIMIT: Mapping[str, tuple[int | None, int | None]] = {
    "flagged": (1, None), "unflagged": (0, None), "decided": (None, None), "known": (None, None), "with": (None, 1),
    "without": (None, 0), "tn": (0, 0), "fp": (1, 0), "fn": (0, 1), "tp": (1, 1), "flagged known": (1, None),
    "unflagged known": (0, None),
}  # fmt: skip
"""Side of a score limit and outcome of the people in a count; None is either. Nobody counts whose outcome is unknown."""
BY_BIN = ("with", "without", "known", "not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group's numbers of one family, or those of one part of the group."""

    family: str
    dimension: tuple[str, ...]
    group: Group
    stratum: str | None = None
    """Name of the part; None for all parts."""

    @property
    def node(self) -> Node:
        """The group."""
        return self.dimension, self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The finest counts of every group, divided once more."""

    name: str
    n: Parts
    equations: tuple[Sum, ...]
    written: Mapping[str, Hashable]
    """Parts by the names under which numbers about them are published."""
    limits: Mapping[str, int] | None = None
    """Bins of scores from which on people would be flagged, by name of the limit; None but for scores."""

    def places(self, stratum: str) -> frozenset[Hashable]:
        """Name the parts at which numbers start or lie."""
        if self.limits is not None and stratum in self.limits:
            return frozenset({self.limits[stratum]})
        inside = self.written.get(stratum)
        return inside if isinstance(inside, frozenset) else frozenset({inside})

    def key(self, node: Node, part: Part) -> Key:
        """Name one count."""
        return node, self.name, *part

    def totals(self, groups: Groups) -> Iterator[Known]:
        """Write how parts add up to groups, and how groups add up in every part."""
        for node, counts in self.n.items():
            for pair in groups.n.get(node, ()):
                yield tuple(self.key(node, part) for part in counts if part[1] == pair), ((node, pair),)
        for total, parts in self.equations:
            for part in self.n[total]:
                yield tuple(self.key(one, part) for one in parts), (self.key(total, part),)

    def published(self, item: Measurement) -> Iterator[Known]:
        """Write what one published number says of the counts."""
        for name in _said(item):
            keys = self._counted((item.dimension, item.group), item.stratum or "", name)
            if keys:
                yield keys, ()

    def _counted(self, node: Node, stratum: str, name: str) -> tuple[Key, ...]:
        counts = self.n.get(node, {})
        if self.limits is not None and stratum in self.limits:
            return self._at_limit(node, self.limits[stratum], name)
        if stratum not in self.written:
            return ()
        inside = self.written[stratum]
        return tuple(
            self.key(node, part) for part in counts if part[1] in PARTS[name] and _within(part[0], inside)
        )

    def _at_limit(self, node: Node, limit: int, name: str) -> tuple[Key, ...]:
        side, wanted = AT_A_LIMIT[name]
        return tuple(
            self.key(node, part)
            for part in self.n.get(node, {})
            for place, (_, outcome) in [part]
            if isinstance(place, int) and outcome is not None and wanted in {None, outcome}
            and side in {None, int(place >= limit)}
        )  # fmt: skip

    def all_counts(self, node: Node) -> Iterator[tuple[str, tuple[Key, ...]]]:
        """Name every count of a group that few people could stand behind."""
        counts = self.n[node]
        names = tuple(PARTS) if self.limits is None else BY_BIN
        for place in dict.fromkeys(place for place, _ in counts):
            for name in names:
                yield (
                    name,
                    tuple(
                        self.key(node, part) for part in counts if part[0] == place and part[1] in PARTS[name]
                    ),
                )
        for limit in dict.fromkeys((self.limits or {}).values()):
            for name in AT_A_LIMIT:
                yield name, self._at_limit(node, limit, name)

    @property
    def truth(self) -> dict[Key, int]:
        """Every count."""
        return {self.key(node, part): n for node, counts in self.n.items() for part, n in counts.items()}


def _within(place: Hashable, inside: Hashable) -> bool:
    return place in inside if isinstance(inside, frozenset) else place == inside


def _said(item: Measurement) -> tuple[str, ...]:
    """Name the counts of people that a number, or the reason why there is none, tells."""
    names = COUNTS.get(item.metric)
    if names is None:
        return ()
    if item.result == NotEstimable(reason="NE-DENOM"):
        return names[1:]
    if not isinstance(item.result, Estimate) or item.result.numerator is None:
        return ()
    return names if item.result.denominator is not None else names[:1]


def divisions(tally: Tally, groups: Groups, items: Sequence[Measurement]) -> tuple[Division, ...]:
    """Lay out the counts of each family of numbers of which something is measured.

    Parameters
    ----------
    tally
        The counts.
    groups
        The same for whole groups.
    items
        Numbers by score, circumstances, follow-up or lawful records, one group at a time.
    """
    found = [
        _marked("follow-up", tally.followed, groups), _marked("lawful", tally.lawful, groups),
        _circumstances(tally.strata, groups), _scores(tally.scores, groups, items),
    ]  # fmt: skip
    return tuple(one for one in found if one is not None)


def _division(
    name: str, n: dict[Node, Counter[Part]], groups: Groups, *, written: Mapping[str, Hashable],
    limits: Mapping[str, int] | None = None, may: Mapping[Part, bool] | None = None,
) -> Division | None:  # fmt: skip
    """Add everyone, and people of each group who stand in no part; every group has every part."""
    n = {node: counts for node, counts in n.items() if node in groups.n}
    if not n:
        return None
    if EVERYONE not in n:
        first = next(iter(n))[0]
        n[EVERYONE] = sum((counts for node, counts in n.items() if node[0] == first), Counter[Part]())
    for node, counts in n.items():
        inside = Counter[Pair]()
        for (_, pair), count in counts.items():
            inside[pair] += count
        for pair in PAIRS:
            if (left := groups.n[node][pair] - inside[pair]) > 0:
                counts[OUTSIDE, pair] = left
    places = dict.fromkeys(place for counts in n.values() for place, _ in counts)
    parts = [
        (place, pair) for place in places for pair in PAIRS
        if (may or {}).get((place, pair), True) or any(counts[place, pair] for counts in n.values())
    ]  # fmt: skip
    filled = {node: {part: counts[part] for part in parts} for node, counts in n.items()}
    return Division(name=name, n=filled, equations=tuple(sums(filled)), written=written, limits=limits)


def _node(dimension: tuple[str, ...], group: tuple[str, ...]) -> Node:
    named: Group = tuple(zip(dimension, (value or UNKNOWN for value in group), strict=True))
    return dimension, named


def _marked(name: str, tables: tuple[GroupTally, ...], groups: Groups) -> Division | None:
    """Divide groups into those who are marked, such as people with complete follow-up, and all others."""
    n: dict[Node, Counter[Part]] = {}
    for table in tables:
        for cell in table.cells:
            n.setdefault(_node(table.dimension, cell.group), Counter())[INSIDE, _pair(cell)] += cell.n
    strata = {"follow-up": "follow-up complete", "lawful": "lawful records"}
    return _division(name, n, groups, written={strata[name]: INSIDE})


def _pair(cell: Cell) -> Pair:
    return cell.decision, cell.outcome


def _circumstances(tables: tuple[StratumTally, ...], groups: Groups) -> Division | None:
    n: dict[Node, Counter[Part]] = {}
    for table in tables:
        for cell in table.cells:
            counts = n.setdefault(_node(table.dimension, cell.group), Counter())
            counts[cell.stratum, (cell.decision, cell.outcome)] += cell.n
    written = {table.written(cell.stratum): cell.stratum for table in tables for cell in table.cells}
    return _division("circumstances", n, groups, written=written)


def _scores(tables: tuple[ScoreTally, ...], groups: Groups, items: Sequence[Measurement]) -> Division | None:
    """Divide groups at every score at which a number is published."""
    if not tables:
        return None
    table = tables[0]
    strata = dict.fromkeys(item.stratum or "" for item in items)
    at_scores = dict.fromkeys(item.stratum or "" for item in items if item.metric == "outcome_rate_at_score")
    place = {table.written(at): at for at in reversed(range(len(table.bins)))}
    limits = {name: place[name.removeprefix(LIMIT)] for name in strata if name.removeprefix(LIMIT) in place}
    bins = {name: place[name.split()[1]] for name in at_scores}
    starts = sorted({0, *limits.values(), *bins.values()})
    lowest = [max(start for start in starts if start <= at) for at in range(len(table.bins))]
    n: dict[Node, Counter[Part]] = {}
    for one in tables:
        for cell in one.cells:
            counts = n.setdefault(_node(one.dimension, cell.group), Counter())
            counts[lowest[cell.bin], (cell.decision, cell.outcome)] += cell.n
    ends = pairwise((*sorted({*bins.values()}), len(table.bins)))
    of_bin = {first: frozenset(start for start in starts if first <= start < after) for first, after in ends}
    return _division(
        "score", n, groups, written={name: of_bin[first] for name, first in bins.items()}, limits=limits,
        may=_allowed(table, starts),
    )  # fmt: skip


def _allowed(table: ScoreTally, starts: list[int]) -> Mapping[Part, bool]:
    """Tell which decisions go with which scores, where a score limit decides: a reader knows that too."""
    if table.limit is None:
        return {}
    sides = {
        start: {table.bins[at].low >= table.limit for at in range(start, after)}
        for start, after in pairwise((*starts, len(table.bins)))
    }
    return {
        (start, pair): pair[0] is not None and bool(pair[0]) in known
        for start, known in sides.items() for pair in PAIRS
    }  # fmt: skip
