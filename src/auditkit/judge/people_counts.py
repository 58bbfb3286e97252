"""The finest counts of people, and the counts that each of their rates is published with (methods 3.1)."""

from collections.abc import Hashable, Iterable, Mapping

from auditkit.judge.proof import Atoms, Groups
from auditkit.judge.sums import Node, sums
from auditkit.results.tally import PAIRS, Tally


def _pairs(decisions: Iterable[int | None], outcomes: Iterable[int | None]) -> Atoms:
    return frozenset(pair for pair in PAIRS if pair[0] in decisions and pair[1] in outcomes)


ANY, KNOWN = (0, 1, None), (0, 1)
PARTS: dict[str, Atoms] = {
    "people": _pairs(ANY, ANY), "decided": _pairs(KNOWN, ANY), "undecided": _pairs((None,), ANY),
    "flagged": _pairs((1,), ANY), "unflagged": _pairs((0,), ANY),
    "with": _pairs(KNOWN, (1,)), "without": _pairs(KNOWN, (0,)), "known": _pairs(KNOWN, KNOWN),
    "tn": _pairs((0,), (0,)), "fp": _pairs((1,), (0,)), "fn": _pairs((0,), (1,)), "tp": _pairs((1,), (1,)),
    "flagged known": _pairs((1,), KNOWN), "unflagged known": _pairs((0,), KNOWN),
    "flagged not known": _pairs((1,), (None,)), "unflagged not known": _pairs((0,), (None,)),
    "not known": _pairs(KNOWN, (None,)),
}  # fmt: skip
"""Decision and outcome of the people in a count."""
SELECTED: dict[str, tuple[str, ...]] = {
    "people": ("people",), "selection_rate": ("flagged", "decided"), "favourable_rate": ("unflagged", "decided"),
}  # fmt: skip
PUBLISHED = SELECTED | {
    "prevalence": ("with", "known"),
    "false_positive_rate": ("fp", "without"), "false_negative_rate": ("fn", "with"),
    "positive_predictive_value": ("tp", "flagged known"), "negative_predictive_value": ("tn", "unflagged known"),
    "false_positive_share": ("fp", "known"), "false_negative_share": ("fn", "known"),
}  # fmt: skip
"""Counts that each rate is published with."""


RELATIONS = (
    ("without", "tn", "fp"), ("with", "fn", "tp"), ("flagged known", "fp", "tp"), ("unflagged known", "tn", "fn"),
    ("known", "without", "with"), ("known", "flagged known", "unflagged known"), ("decided", "flagged", "unflagged"),
    ("flagged", "flagged known", "flagged not known"), ("unflagged", "unflagged known", "unflagged not known"),
    ("decided", "known", "not known"), ("flagged", "fp", "flagged but fp"), ("flagged", "tp", "flagged but tp"),
    ("unflagged", "tn", "unflagged but tn"), ("unflagged", "fn", "unflagged but fn"),
    ("decided", "with", "all but with"), ("decided", "without", "all but without"),
)  # fmt: skip
"""Each first count is the sum of the other two."""
Numbers = Mapping[str, int]


def people_counts(tally: Tally) -> Groups:
    """Lay out the counts of every group that numbers are published of."""
    n: dict[Node, dict[Hashable, int]] = {}
    for table in (*tally.dimensions, *(() if tally.areas is None else (tally.areas,))):
        for cell in table.cells:
            node = (table.dimension, tuple(zip(table.dimension, cell.group, strict=True)))
            counts = n.setdefault(node, dict.fromkeys(PAIRS, 0))
            counts[cell.decision, cell.outcome] += cell.n
    published = PUBLISHED if tally.has_outcome else SELECTED
    if tally.sampled:  # the prevalence is put together from weighted cells, and hidden with them
        published = published | {"prevalence": ()}
    return Groups(n=n, sums=tuple(sums(n)), parts=PARTS, published=published)


def expanded(numbers: Mapping[str, int | None]) -> Numbers:
    """Add every count that follows from known counts of the same people by adding or subtracting."""
    found = {name: n for name, n in numbers.items() if n is not None}
    before = -1
    while len(found) > before:
        before = len(found)
        for whole, first, second in RELATIONS:
            if first in found and second in found:
                found.setdefault(whole, found[first] + found[second])
            for known, other in ((first, second), (second, first)):
                if whole in found and known in found:
                    found.setdefault(other, found[whole] - found[known])
    return found
