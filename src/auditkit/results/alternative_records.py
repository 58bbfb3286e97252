"""The parts of `audit.json` about less harmful rules and about subgroups that nobody named."""

from typing import Literal

from pydantic import Field

from auditkit.results.alternatives import (
    Alternatives,
    AlternativesVerdict,
    Candidate,
    Claim,
    Kind,
    Subgroups,
)
from auditkit.results.record import Record, Texts


class CandidateRecord(Record):
    """A rule that was compared with the tool's own."""

    name: str
    stratum: str = Field(description="The stratum of its measurements.")
    kind: Kind
    inputs: Texts
    uses_group: bool = Field(description="Whether it looks at the group when it decides.")
    trained_with_group: bool
    randomised: bool = Field(description="Whether it draws lots for some people.")
    shortlisted: bool = Field(
        description="Whether it did best in the searching half, so that it was tested in the other."
    )
    claim: Claim | None = Field(description="Null for the tool's own rule.")


class AlternativesRecord(Record):
    """The search for a rule that serves the same need with less disparity."""

    verdict: Literal["exists", "none_found", "cannot_tell", "not_estimable"]
    reason: str | None
    need: str
    utility: str
    disparity: str
    by: str
    tolerated_loss: float
    smallest_reduction: float
    flags_within: float
    group: dict[str, str]
    against: dict[str, str]
    groups: tuple[Texts, ...] = Field(description="Groups large enough to take part.")
    left_out: int = Field(description="How many groups are not.")
    people: int = Field(description="People in the half in which rules were measured.")
    fitted_on: int = Field(description="People on whom models were fitted, to the hundred; 0 where none was.")
    sampled: bool
    candidates: tuple[CandidateRecord, ...] = Field(description="The tool's own rule first.")


class SubgroupRecord(Record):
    """A subgroup that did worst in one half."""

    group: dict[str, str]
    found: bool = Field(description="Whether the other half confirms it.")


class SubgroupsRecord(Record):
    """The search for subgroups that nobody named."""

    metric: str
    worse: Literal["higher", "lower"]
    columns: Texts
    left_out: Texts = Field(description="Columns that would have made too many combinations.")
    depth: int
    smallest: int
    control: Literal["holm", "benjamini_hochberg"]
    looked_at: int
    tested: tuple[SubgroupRecord, ...]
    withheld: int
    reason: str | None


def alternatives_record(
    found: Alternatives | None, verdict: AlternativesVerdict | None
) -> AlternativesRecord | None:
    """Write down what was compared and what follows."""
    if found is None or verdict is None:
        return None
    aim = found.aim
    claims: tuple[Claim | None, ...] = (None, *verdict.claims)
    return AlternativesRecord(
        verdict=verdict.verdict, reason=found.reason, need=aim.need, utility=aim.utility, disparity=aim.disparity,
        by="+".join(found.dimension), tolerated_loss=aim.tolerated_loss, smallest_reduction=aim.smallest_reduction,
        flags_within=aim.flags_within, group=dict(found.group), against=dict(found.against), groups=found.groups,
        left_out=found.left_out, people=found.people, fitted_on=found.fitted_on, sampled=found.sampled,
        candidates=tuple(
            _candidate(one, claim) for one, claim in zip(found.candidates, claims, strict=False)
        ),
    )  # fmt: skip


def _candidate(one: Candidate, claim: Claim | None) -> CandidateRecord:
    return CandidateRecord(
        name=one.name, stratum=one.stratum, kind=one.kind, inputs=one.inputs, uses_group=one.uses_group,
        trained_with_group=one.trained_with_group, randomised=one.randomised, shortlisted=one.shortlisted, claim=claim,
    )  # fmt: skip


def subgroups_record(found: Subgroups | None) -> SubgroupsRecord | None:
    """Write down what was looked at and what came of it."""
    if found is None:
        return None
    return SubgroupsRecord(
        metric=found.metric, worse=found.worse, columns=found.columns, left_out=found.left_out, depth=found.depth,
        smallest=found.smallest, control=found.control, looked_at=found.looked_at,
        tested=tuple(SubgroupRecord(group=dict(one.group), found=one.found) for one in found.tested),
        withheld=found.withheld, reason=found.reason,
    )  # fmt: skip
