"""Counts: the only thing that stages after `tally` see of the data."""

from collections.abc import Mapping
from dataclasses import dataclass

from auditkit.results.alternatives import AlternativesTally, SubgroupTally
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import InferredTally, ScoreTally, StratumTally, SurvivalTally
from auditkit.results.stops import StopTally

UNKNOWN = "(unknown)"
"""The group of everyone whose group is not known; it is shown and never compared."""
ELSEWHERE = "(elsewhere)"
"""Everyone outside an area, whom the area is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many people share a group, a decision and an outcome."""

    group: tuple[str, ...]
    """One value per part of the dimension; `(unknown)` where membership is not known."""
    decision: int | None
    """1 flagged, 0 not flagged, None not decided."""
    outcome: int | None
    """1 the outcome was recorded, 0 it was not, None not known."""
    n: int
    suppressed: bool
    """Whether the source withheld a count that belongs here."""


PAIRS = tuple((decision, outcome) for decision in (0, 1, None) for outcome in (0, 1, None))
"""Decision and outcome of the nine kinds of rows that make up a group; None is not known."""


DENOMINATORS = {
    ("flagged", "unflagged"): tuple(at for at, (decision, _) in enumerate(PAIRS) if decision is not None),
    ("tn", "fp", "fn", "tp"): tuple(at for at, pair in enumerate(PAIRS) if None not in pair),
    ("tn", "fp"): tuple(
        at for at, (decision, outcome) in enumerate(PAIRS) if decision is not None and outcome == 0
    ),
    ("fn", "tp"): tuple(
        at for at, (decision, outcome) in enumerate(PAIRS) if decision is not None and outcome == 1
    ),
    ("fp", "tp"): tuple(
        at for at, (decision, outcome) in enumerate(PAIRS) if decision == 1 and outcome is not None
    ),
    ("tn", "fn"): tuple(
        at for at, (decision, outcome) in enumerate(PAIRS) if decision == 0 and outcome is not None
    ),
}
"""Denominators of rates by the names of their cells, as places among `PAIRS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How the rows of one group fall on people who stand in several of them."""

    group: tuple[str, ...]
    people: tuple[int, ...]
    """How many different people stand in rows of each of `DENOMINATORS`."""
    moments: tuple[tuple[float, ...], ...]
    """Sums over people of the product of two of their counts, by kind of row in the order of `PAIRS`."""
    powers: tuple[tuple[float, float], ...]
    """Sums over people of the third and of the fourth power of their rows in each of `DENOMINATORS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """The counts of one dimension, such as race, or race and sex together."""

    dimension: tuple[str, ...]
    """Names of the groups; empty for everyone together."""
    reference: tuple[str, ...] | None
    """The group that others are compared with."""
    cells: tuple[Cell, ...]
    repeats: tuple[Repeats, ...] = ()
    """One per group, where people can stand in several rows."""

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Every group with a cell, in order of name."""
        return tuple(sorted({cell.group for cell in self.cells}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Every count table of an audit."""

    dimensions: tuple[GroupTally, ...]
    """Everyone together first, then each declared dimension."""
    has_outcome: bool
    refused: tuple[Refusal, ...]
    sampled: bool = False
    """Whether outcomes of unflagged people are those of a random sample."""
    followed: tuple[GroupTally, ...] = ()
    """The same dimensions, counting only people whose follow-up is complete."""
    lawful: tuple[GroupTally, ...] = ()
    """The same dimensions, counting only people scored outside unlawful periods; empty where none is declared."""
    areas: GroupTally | None = None
    """People by area, where the table names areas."""
    scores: tuple[ScoreTally, ...] = ()
    """Everyone together first; empty without scores or outcomes."""
    probability_scores: bool = False
    """Whether a score is meant as the probability of the outcome."""
    strata: tuple[StratumTally, ...] = ()
    survival: tuple[SurvivalTally, ...] = ()

    inferred: tuple[InferredTally, ...] = ()
    """Dimensions of which only probabilities are known."""
    every_row: bool = False
    """Whether each row is flagged by declaration, such as each stop in a table of stops."""
    stops: tuple[StopTally, ...] = ()
    """Where each row is a stop."""
    threshold_test: bool = False
    """Whether the threshold test is wanted."""
    alternatives: AlternativesTally | None = None
    """Where less harmful rules are looked for."""
    subgroups: SubgroupTally | None = None
    """Where subgroups that nobody named are looked for."""
    one_source: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Dimension and group where one provider supplied most of the people."""

    @property
    def repeated(self) -> bool:
        """Whether somebody stands in several rows."""
        return any(
            sum(map(sum, one.moments)) > sum(cell.n for cell in whole.cells)
            for whole in self.dimensions[:1]
            for one in whole.repeats
        )


def is_known(group: tuple[str, ...]) -> bool:
    """Tell whether every part of a group is known."""
    return UNKNOWN not in group


CELLS = {"tn": (0, 0), "fp": (0, 1), "fn": (1, 0), "tp": (1, 1)}
"""Outcome and decision of each cell of a confusion matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of one group, and which of them the source withheld."""

    n: Mapping[str, int]
    """People by name of cell: tn, fp, fn, tp, flagged, unflagged, people."""
    suppressed: frozenset[str]


def counts_by_group(tally: GroupTally) -> dict[tuple[str, ...], Counts]:
    """Add up the cells of each group, in order of name."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    hidden: dict[tuple[str, ...], set[str]] = {}
    for cell in tally.cells:
        n = found.setdefault(cell.group, dict.fromkeys((*CELLS, "flagged", "unflagged", "people"), 0))
        names = ["people"]
        if cell.decision is not None:
            names.append("flagged" if cell.decision else "unflagged")
            names += [name for name, pair in CELLS.items() if pair == (cell.outcome, cell.decision)]
        for name in names:
            n[name] += cell.n
        if cell.suppressed:
            hidden.setdefault(cell.group, set()).update(names)
    return {
        group: Counts(n=found[group], suppressed=frozenset(hidden.get(group, ()))) for group in sorted(found)
    }
