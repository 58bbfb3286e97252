"""Less harmful rules and unnamed subgroups: what is counted of two halves of the people, and what was found."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.finer_tallies import ScoreBin
from auditkit.results.measurements import Group

SEARCH, ESTIMATE = 0, 1
"""The half in which one looks, and the half in which one measures what was found."""
Table = tuple[float, float, float, float, float, float, float, float]
"""People of one group by decision of the tool, decision of another rule, and outcome; the outcome changes fastest."""
Kind = Literal["deployed", "threshold", "group_thresholds", "model", "reduction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What another rule must keep and better, as declared."""

    need: str
    utility: str
    disparity: str
    """A rate, then `_ratio` or `_difference`."""
    tolerated_loss: float
    smallest_reduction: float
    flags_within: float
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfCell:
    """People of one half, group, bin of scores, decision and outcome."""

    half: int
    group: tuple[str, ...]
    bin: int
    decision: int
    outcome: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCells:
    """What a rule does to the people of one group."""

    group: tuple[str, ...]
    search: Table
    estimate: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRule:
    """A rule that was fitted on the searching half, and what it would do."""

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    trained_with_group: bool
    randomised: bool
    cells: tuple[RuleCells, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesTally:
    """Everything that comparing rules needs."""

    aim: Aim
    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    bins: tuple[ScoreBin, ...]
    """In ascending order; the flag itself, as 0 and 1, where there are no scores."""
    scored: bool
    limit: float | None
    cells: tuple[HalfCell, ...]
    fitted: tuple[FittedRule, ...]
    fitted_on: int
    """People on whom models were fitted."""
    sampled: bool
    """Whether these, and the people on whom models are judged, are a sample."""
    smallest: int
    """Smaller counts are not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A rule that was compared with the tool's own."""

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    uses_group: bool
    """Whether it looks at the group when it decides."""
    trained_with_group: bool
    randomised: bool
    shortlisted: bool
    """Whether it did best in the searching half, so that its gain was tested in the other."""
    cells: dict[tuple[str, ...], Table]
    """Each group's people in the estimating half; never published."""

    @property
    def stratum(self) -> str:
        """The stratum of its measurements."""
        return f"{ALTERNATIVE}{self.name}"


ALTERNATIVE = "alternative: "
"""Starts the stratum of what another rule would bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Rules compared with the tool's own, or why none could be."""

    aim: Aim
    dimension: tuple[str, ...]
    reason: str | None
    group: Group = ()
    """The group whose gap is to become smaller; chosen in the searching half."""
    against: Group = ()
    groups: tuple[tuple[str, ...], ...] = ()
    """Groups large enough to be among the people."""
    left_out: int = 0
    """How many are not."""
    people: int = 0
    """People in the estimating half."""
    fitted_on: int = 0
    sampled: bool = False
    candidates: tuple[Candidate, ...] = ()
    """The tool's own rule first."""


Claim = Literal["shown", "ruled_out", "open"]
"""Whether a rule was shown to keep the need with a smaller gap, or not to; open where the records cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesVerdict:
    """What follows from all rules together."""

    verdict: Literal["exists", "none_found", "cannot_tell", "not_estimable"]
    claims: tuple[Claim, ...]
    """One for each candidate but the first, which is the tool's own rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupCell:
    """People who share a half, a value of every column, a decision and an outcome."""

    half: int
    values: tuple[str, ...]
    decision: int | None
    outcome: int | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupTally:
    """Counts by every column at once."""

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    """Columns that would have made too many combinations."""
    named: tuple[tuple[str, ...], ...]
    """Combinations of columns that the audit file declares, and that are measured elsewhere."""
    depth: int
    smallest: int
    metric: str
    control: Literal["holm", "benjamini_hochberg"]
    by_id: bool
    """Whether people were divided by their id, so that all searches share their halves; else counts were dealt."""
    cells: tuple[SubgroupCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """A subgroup that did worst in the searching half, and what the other half says."""

    group: Group
    found: bool
    """Whether the other half confirms it, after adjustment for all that were tested."""
    counted: int
    """Numerator of its rate in the estimating half."""
    among: int
    """Denominator of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A group that holds a tested subgroup, with its counts in the estimating half; never published from here."""

    group: Group
    counted: int
    among: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """The search for subgroups, or why there was none."""

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    depth: int
    smallest: int
    metric: str
    control: Literal["holm", "benjamini_hochberg"]
    worse: Literal["higher", "lower"]
    """Which rate is the worse one."""
    looked_at: int
    tested: tuple[Subgroup, ...]
    around: tuple[Around, ...] = ()
    """Everyone, and every larger group of a tested subgroup."""
    withheld: int = 0
    """How many tested subgroups are not named, because too few people would follow from their numbers."""
    by_id: bool = True
    """Whether the comparison of rules has the same halves."""
    reason: str | None = None
