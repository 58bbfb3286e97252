"""Measured numbers: each with its interval, its counts and its method, or with the reason why there is none."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from auditkit.results.alternatives import Alternatives, Subgroups

Bounds = tuple[float | None, float | None]
"""Lower and upper limit; None where there is no finite limit on that side."""

Group = tuple[tuple[str, str], ...]
"""Pairs of dimension and value, such as `(("race", "Asian"), ("sex", "Male"))`; empty for everyone."""

ASSUMING = "assuming:"
"""Starts the stratum of a measurement made again under another assumption, such as `assuming:areas-in-pairs`."""

LAWFUL_RECORDS = "lawful records"
"""The stratum of people scored outside unlawful periods."""
WITHOUT_UNLAWFUL = ASSUMING + "lawful-records"
"""The stratum of numbers about places without periods of unlawful practice."""

REASONS: dict[str, str] = {
    "NE-DENOM": "nobody is in the denominator",
    "NE-BOTHZERO": "both rates of the ratio are zero",
    "NE-STRUCT": "zero by construction",
    "NE-TRUTH": "no record of outcomes that is independent of the tool",
    "NE-SELECT": "outcomes are known only for people who were flagged",
    "NE-CENSOR": "people were not followed for long enough",
    "NE-GROUP": "the group is unknown for too many people",
    "NE-SUPP": "the source withheld a count",
    "NE-SMALL": "too few people for a rate",
    "NE-DATA": "a data check refused it",
    "NE-RECORDS": "it needs records of single people, and counts were given",
    "NE-RERUN": "the tool cannot be run again",
    "NE-BLOCKS": "too few independent areas or people for an interval",
    "NE-POWER": "the groups are too small for any gap to be found",
    "NE-STRATA": "nobody can be compared within the same circumstances",
    "NE-MODEL": "the numbers do not let the model behind it be fitted",
    "NE-GAIN": "the treated areas did not improve beside the areas they are compared with",
    "NE-CAP": "no choice of as many areas keeps within the cap",
    "NE-HALVES": "there are no earlier periods to choose on and later ones to judge on",
    "NE-CONSTANT": "deployment never changes within an area",
    "NE-SPLIT": "records do not tell what others reported from what police discovered",
    "NE-LOGS": "the logs are too vague: too few areas and periods with deployment",
}
"""Reason codes of methods 1.6 and of the design, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its uncertainty."""

    value: float | None
    """The estimate; None for a ratio whose comparison rate is zero, where the interval alone is informative, and under an
    assumption that leaves bounds alone."""
    interval: Bounds | None
    """The 95 % interval of this number alone."""
    interval_90: Bounds | None
    """The same at 90 %; an equivalence verdict at 5 % needs it."""
    interval_family: Bounds | None
    """The interval that holds jointly over the declared family; None for a family of one."""
    method: str
    numerator: int | None = None
    denominator: int | None = None
    bounds: Bounds | None = None
    """Worst-case limits of the sample where membership or outcomes are unknown; None where nothing is, or no limits exist."""
    bounds_interval: Bounds | None = None
    """From the lower limit of chance at the lowest worst case to the upper one at the highest: 95 %, joint over the family
    where there is one."""
    bounds_interval_90: Bounds | None = None
    """The same at 90 %, alone."""
    reason: str | None = None

    def __post_init__(self) -> None:
        numbers = (
            self.value,
            *(self.interval or ()),
            *(self.interval_90 or ()),
            *(self.interval_family or ()),
            *(self.bounds or ()),
            *(self.bounds_interval or ()),
            *(self.bounds_interval_90 or ()),
        )
        if any(number is not None and not math.isfinite(number) for number in numbers):
            msg = f"an estimate holds finite numbers only; found {numbers}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEstimable:
    """Why there is no number."""

    reason: str
    """A code of `REASONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A number that exists and is not published, because it could show something about single people."""


Result = Estimate | NotEstimable | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One metric of one group, alone or against another group."""

    metric: str
    dimension: tuple[str, ...]
    group: Group
    against: Group | None
    result: Result
    stratum: str | None = None

    @property
    def id(self) -> str:
        """The name other parts of the audit refer to: `metric/dim=value[+dim=value][@stratum][~against]`."""
        where = _spelled(self.group) or "+".join(self.dimension) or "everyone"
        stratum = f"@{_encoded(self.stratum)}" if self.stratum else ""
        against = f"~{_spelled(self.against)}" if self.against else ""
        return f"{self.metric}/{where}{stratum}{against}"


@lru_cache(maxsize=4096)  # few values, spelled many times
def _encoded(value: str) -> str:
    return quote(value, safe="").replace("~", "%7E")  # `~` separates the group compared with


@lru_cache(maxsize=16_384)  # ids are asked for again and again
def _spelled(group: Group) -> str:
    return "+".join(f"{name}={_encoded(value)}" for name, value in group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Comparisons that are judged together, and the joint level at which their intervals hold."""

    metric: str
    dimension: tuple[str, ...]
    compare: Literal["reference", "all_pairs", "each"]
    level: float
    """Joint confidence level, such as 0.95, or higher where several families share one policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint:
    """The fewest hidden outcomes in one group with which a comparison could be at a value."""

    measurement: str
    """Id of the comparison."""
    hidden_in: Group
    """The group whose outcomes would have gone unrecorded."""
    reaches: float
    """The value: equality, or a limit of the policy."""
    parity: bool
    """Whether the value is equality."""
    hidden: int | None
    """How many people; None if no number could."""
    of: int
    """How many people of the group have a decision and an outcome."""
    undecided: int | None
    """From how many on the 95 % range, joint over the family, holds the value; None if it never does, and 0 if it does now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Everything that was measured."""

    items: tuple[Measurement, ...]
    alternatives: "Alternatives | None" = None
    """Rules compared with the tool's own, where the audit file asks for them."""
    subgroups: "Subgroups | None" = None
    """The search for subgroups that nobody named, where the audit file asks for it."""
    tipping: tuple[TippingPoint, ...] = ()
    """How many unrecorded outcomes would move the comparisons."""

    def by_id(self) -> dict[str, Measurement]:
        """Return the measurements by their id."""
        return {item.id: item for item in self.items}
