"""What a reader can work out about counts that are not published, by linear programming.

Every published count is a sum of finer counts. A reader who knows all these sums, and that no count is negative, knows
the smallest and the largest whole number that a hidden count can be.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Key = Hashable
"""Names one of the finest counts."""
Floats = NDArray[np.float64]
SECONDS = 5.0
"""How long one search among whole numbers may take; then nothing is taken as shown."""


Known = tuple[tuple[Key, ...], tuple[Key, ...]]
"""A reader knows the sum of the first counts less the sum of the second."""


class Span(NamedTuple):
    """Two values that a count can have, as far apart as was looked for or as there are."""

    low: int
    high: int


def possible_values(
    truth: Mapping[Key, int], known: Sequence[Known], hidden: Sequence[Collection[Key]], *, enough: int
) -> tuple[Span, ...]:
    """How far apart the values are that hidden sums of counts can have, for someone who knows other sums.

    Every end is reached by a table of whole numbers that agrees with all that is known. The search for a hidden sum
    stops once `enough` lies between two values; a narrower span is exact, or wider in truth where the search among
    whole numbers took too long.

    Parameters
    ----------
    truth
        The finest counts, none negative.
    known
        Sums that are known.
    hidden
        Sums that are looked for, each by its counts.
    enough
        The distance at which the search for a hidden sum stops.

    References
    ----------
    Fischetti, M. and Salazar-Gonzalez, J. J. (2001), Solving the cell suppression problem on tabular data with linear
    constraints, Management Science 47, 1008-1027, section 2: the attacker's problems, and sliding protection levels.
    Hundepool, A. et al. (2012), Statistical Disclosure Control, Wiley, section 4.3.
    """
    values, left = _settled(truth, known)
    parts = [frozenset(key for key in one if key not in values) for one in hidden]
    fixed = [sum(truth[key] for key in one if key in values) for one in hidden]
    spans = [Span(n, n) for n in fixed]
    wanted = frozenset[Key]().union(*parts)
    for keys, equations in _blocks(left, wanted):
        own = [(at, tuple(part & keys)) for at, part in enumerate(parts) if not part.isdisjoint(keys)]
        block = _Block(truth, sorted(keys, key=repr), equations, reach=enough)
        for (at, _), span in zip(own, block.spans([part for _, part in own], enough=enough), strict=True):
            spans[at] = Span(spans[at].low + span.low, spans[at].high + span.high)
    return tuple(spans)


def _settled(truth: Mapping[Key, int], known: Sequence[Known]) -> tuple[set[Key], list[Known]]:
    """Find counts that follow at once: parts of a sum of zero, and what is left alone in a sum."""
    values: set[Key] = set()
    left, before = list(dict.fromkeys(known)), -1
    while len(values) > before:
        before = len(values)
        remaining = []
        for one in left:
            plus, minus = (tuple(key for key in side if key not in values) for side in one)
            total = sum(truth[key] for key in plus) - sum(truth[key] for key in minus)
            if len(plus) + len(minus) <= 1 or (total == 0 and not (plus and minus)):
                values |= {*plus, *minus}
            else:
                remaining.append((plus, minus))
        left = list(dict.fromkeys(remaining))
    return values, left


def _blocks(known: Sequence[Known], wanted: frozenset[Key]) -> Iterator[tuple[frozenset[Key], list[Known]]]:
    """Divide sums into blocks that share no count, and return those in which something is looked for."""
    parent: dict[Key, Key] = {key: key for key in wanted}

    def root(key: Key) -> Key:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for plus, minus in known:
        first, *others = (*plus, *minus)
        for other in others:
            parent[root(other)] = root(first)
    keys: dict[Key, set[Key]] = {}
    for key in list(parent):
        keys.setdefault(root(key), set()).add(key)
    equations: dict[Key, list[Known]] = {}
    for plus, minus in known:
        equations.setdefault(root((plus or minus)[0]), []).append((plus, minus))
    for top in dict.fromkeys(root(key) for key in sorted(wanted, key=repr)):
        yield frozenset(keys[top]), equations.get(top, [])


class _Block:
    """Counts that hang together, and what is known of their sums."""

    def __init__(
        self, truth: Mapping[Key, int], keys: Sequence[Key], known: Sequence[Known], *, reach: int
    ) -> None:
        self._place = {key: at for at, key in enumerate(keys)}
        self._truth = np.array([truth[key] for key in keys], dtype=np.float64)
        self._matrix = self._written(known)
        self._sums = self._matrix @ self._truth
        self._most = float(self._truth.sum()) + 2 * reach + 2
        """Larger counts are not looked at."""

    def _written(self, known: Sequence[Known]) -> "csr_array":
        from scipy.sparse import csr_array

        entries = [
            (row, self._place[key], sign)
            for row, sides in enumerate(known)
            for sign, side in zip((1.0, -1.0), sides, strict=True)
            for key in side
        ]
        rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((signs, (rows, columns)), shape=(len(known), len(self._place)))

    def spans(self, hidden: Sequence[Sequence[Key]], *, enough: int) -> list[Span]:
        """Widen the span of each hidden sum until it is wide enough, or as wide as it can be.

        Each table of counts that is found says something about every sum. So all that are not wide enough yet are
        pushed up, or down, together, as long as that helps; the few that are left are searched for one by one.
        """
        goals = self._written([(tuple(part), ()) for part in hidden])
        low = high = goals @ self._truth
        helped = True
        while helped:
            helped = False
            for sign in (1.0, -1.0):
                narrow = high - low < enough
                if narrow.any():
                    found = goals @ self._solved(sign * (goals.T @ narrow.astype(np.float64)))
                    low, high = np.minimum(low, found), np.maximum(high, found)
                    helped |= bool((narrow & (high - low >= enough)).any())
        for at in np.flatnonzero(high - low < enough).tolist():
            for sign in (1.0, -1.0):
                if high[at] - low[at] < enough:
                    found = goals @ self._solved(sign * goals[[at]].toarray().ravel())
                    low, high = np.minimum(low, found), np.maximum(high, found)
        return [Span(int(a), int(b)) for a, b in zip(low, high, strict=True)]

    def _solved(self, goal: Floats) -> Floats:
        """Return whole counts that agree with what is known and make a sum as large as it can be."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        rules = [LinearConstraint(self._matrix, self._sums, self._sums)] if len(self._sums) else []
        for whole in (0, 1):  # whole numbers are asked for only where they do not come by themselves
            found = milp(
                -goal, integrality=np.full(len(goal), whole), bounds=Bounds(0, self._most), constraints=rules,
                options={"time_limit": SECONDS},
            )  # fmt: skip
            if found.x is None:
                break
            counts: Floats = np.rint(np.asarray(found.x, dtype=np.float64))
            if np.abs(found.x - counts).max() < 1e-6 and not np.any(self._matrix @ counts - self._sums):
                return counts
        return self._truth
