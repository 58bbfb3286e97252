"""What the audit file declares of less harmful rules, and of subgroups that nobody named."""

from typing import Annotated, Literal

from pydantic import Field

from auditkit.definitions.records import Records, Text
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import Names
from auditkit.errors import shown

Utility = Literal["accuracy", "true_positive_rate", "positive_predictive_value"]
Disparity = Literal[
    "selection_rate_ratio", "selection_rate_difference", "false_positive_rate_ratio", "false_positive_rate_difference",
    "false_negative_rate_ratio", "false_negative_rate_difference",
]  # fmt: skip
Method = Literal["thresholds", "group_thresholds", "models", "reductions"]
Share = Annotated[float, Field(ge=0, lt=1)]


class Alternatives(Definition):
    """What the tool is for, and what another rule would have to keep and to better."""

    need: Text = Field(description="the purpose that the tool serves, in words; it follows 'The need:'.")
    utility: Utility = Field(
        description="how well a rule serves it: 'accuracy', 'true_positive_rate', or 'positive_predictive_value' "
        "(outcomes caught per person flagged)."
    )
    tolerated_loss: Share = Field(description="how much of that the board would give up, such as 0.02.")
    disparity: Disparity | None = Field(
        None, description="the gap to be made smaller; absent, the policy's first required limit on one."
    )
    by: str | None = Field(
        None, description="declared groups, such as 'race' or 'race+sex'; absent, where that limit applies."
    )
    smallest_reduction: Share = Field(
        0.1, description="the share of the gap that must go; smaller gains do not count as an alternative."
    )
    flags_within: Share = Field(
        0.1, description="how many more people a rule may flag, as a share; fewer, where a flag is a benefit."
    )
    methods: Annotated[tuple[Method, ...], Field(strict=False, min_length=1)] = Field(
        ("thresholds", "group_thresholds", "models", "reductions"), description="what to try."
    )
    inputs: Names = Field(
        (), description="columns of [records] inputs from which simpler models are fitted; absent, none is."
    )
    sample: Annotated[int, Field(ge=1_000)] = Field(
        100_000, description="so many people at most are read to fit models and to see what they would do."
    )


class Subgroups(Definition):
    """Where to look for groups that are treated worst and that nobody named."""

    columns: Names = Field((), description="columns besides the groups; numbers are cut into quarters.")
    depth: Annotated[int, Field(ge=1, le=3)] = Field(3, description="so many columns at most are combined.")
    smallest: Annotated[int, Field(ge=20)] = Field(
        100, description="subgroups of fewer people are not looked at."
    )
    measure: Literal["selection_rate", "false_positive_rate", "false_negative_rate"] | None = Field(
        None, description="the rate; absent, false_positive_rate, or selection_rate without outcomes."
    )
    control: Literal["holm", "benjamini_hochberg"] = Field(
        "holm", description="'holm' where each finding must hold, 'benjamini_hochberg' for screening."
    )


MOST_COLUMNS = 8
"""So many columns at most are combined, groups and others together."""


def alternatives_complaints(
    chosen: Alternatives | None, records: Records, dimensions: tuple[tuple[str, ...], ...]
) -> list[str]:
    """Say what does not fit between [alternatives] and the rest of the file."""
    if chosen is None:
        return []
    known = ["+".join(dimension) for dimension in dimensions]
    stray = [name for name in chosen.inputs if name not in records.inputs]
    result = [name for name in chosen.inputs if records.outcome and name == records.outcome.column]
    complaints = {
        f"[alternatives] by is one of {shown(known)}; found '{chosen.by}'": chosen.by is not None
        and chosen.by not in known,
        f"[alternatives] inputs are among [records] inputs; {shown(stray)} is not": bool(stray),
        f"[alternatives] inputs cannot hold the outcome, '{''.join(result)}'": bool(result),
        "[alternatives] inputs need [records] id, by which people are divided into two halves": bool(
            chosen.inputs
        )
        and records.id is None
        and records.repeat is None,
        "[alternatives] inputs need one row per person, and these records are counts": bool(chosen.inputs)
        and records.counts is not None,
        "[alternatives] compares rules: it needs a decision that some people do not get": bool(
            records.decision and records.decision.every_row
        ),
    }
    return [complaint for complaint, holds in complaints.items() if holds]


def subgroup_complaints(chosen: Subgroups | None, records: Records, groups: tuple[str, ...]) -> list[str]:
    """Say what does not fit between [subgroups] and the rest of the file."""
    if chosen is None:
        return []
    taken = {records.outcome.column if records.outcome else None, records.score, records.id, records.repeat}
    taken |= {records.decision.column} if records.decision else set()
    wrong = [name for name in chosen.columns if name in taken]
    twice = [name for name in chosen.columns if name in groups]
    count = len(groups) + len(chosen.columns)
    complaints = {
        f"[subgroups] columns describe people before the decision; found {shown(wrong)}": bool(wrong),
        f"[subgroups] columns come besides the groups; {shown(twice)} is one already": bool(twice),
        f"[subgroups] combines at most {MOST_COLUMNS} columns, groups among them; found {count}": count
        > MOST_COLUMNS,
        "[subgroups] measures errors, which need [records] outcome": chosen.measure
        in {"false_positive_rate", "false_negative_rate"}
        and records.outcome is None,
        "[subgroups] needs rows or counts by every column; a confusion matrix or totals hold one": bool(
            records.confusion or records.totals
        ),
    }
    return [complaint for complaint, holds in complaints.items() if holds]
