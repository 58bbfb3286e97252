"""Policies: the limits a board sets on what is measured, each with its scope and source."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit import bundled
from auditkit.definitions.audit_file import Orientation
from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition, parse, read_toml
from auditkit.errors import DefinitionError, Problem, closest, shown

FEEDBACK_VERDICT = "feedback_verdict"
"""The measure that limits the feedback loop; its dimension is `loop`."""
Compare = Literal["reference", "all_pairs", "each"]


class Limit(Definition):
    """One limit on one measure."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = Field(
        description="a short name, in lower case."
    )
    measure: str = Field(description="the measure, as `auditkit catalogue` lists it.")
    dimension: str = Field(
        "*", description="'*' for every declared dimension, or one such as 'race' or 'race+sex'."
    )
    compare: Compare = Field(description="'reference', 'all_pairs' or 'each'.")
    at_most: float | None = None
    at_least: float | None = None
    tolerance_log_odds: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="for the feedback verdict: log odds by which visits may exceed or fall short of true rates.",
    )
    null_variance_at_most: Annotated[float, Field(ge=1)] = Field(
        2,
        description="for the feedback verdict: noise the loop may add on equal areas, as a ratio of variances.",
    )
    judged_by: Literal["interval", "value"] = Field(
        "interval",
        description="'value' compares the number alone, without regard to chance, as some written rules do.",
    )
    required: bool = Field(description="whether the tool cannot be recommended when the limit is not met.")
    tool_types: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        ("person",), description="tool types, or kinds of them, that the limit applies to."
    )
    orientation: Orientation | None = Field(None, description="the orientation it applies to; absent: both.")
    scope: Text = Field(description="where the limit holds and who may change it.")
    source: Text = Field(description="where the limit comes from.")
    why: Text = Field(description="why it matters, in plain words.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.measure == FEEDBACK_VERDICT:
            if self.tolerance_log_odds is None:
                msg = f"limit '{self.id}' on the feedback verdict needs 'tolerance_log_odds'"
                raise ValueError(msg)
        elif self.at_most is None and self.at_least is None:
            msg = f"limit '{self.id}' needs 'at_most', 'at_least' or both"
            raise ValueError(msg)
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            msg = f"limit '{self.id}' has 'at_least' above 'at_most'"
            raise ValueError(msg)
        return self


class Policy(Definition):
    """A named set of limits."""

    name: Text = Field(description="the policy's name.")
    version: Text = Field(description="its version, as text.")
    minimum_n: Annotated[int, Field(ge=1)] = Field(10, description="rates on fewer people are not estimated.")
    minimum_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="groups that are a smaller share of everyone are not compared."
    )
    detect_ratio: Annotated[float, Field(gt=1)] = Field(
        1.25,
        description="the ratio between groups that an audit should be able to find; the report says what sample it takes.",
    )
    ratio_interval: Literal["katz", "koopman"] = Field(
        "koopman", description="the interval for ratios; 'katz' gives way to 'koopman' where a cell is empty."
    )
    limit: Annotated[tuple[Limit, ...], Field(strict=False, min_length=1)] = Field(
        description="at least one [[limit]] block."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        ids = [limit.id for limit in self.limit]
        if repeated := sorted({name for name in ids if ids.count(name) > 1}):
            msg = f"each limit has its own id; repeated: {shown(repeated)}"
            raise ValueError(msg)
        return self


class ChosenPolicy(Definition):
    """A policy together with who chose it and the hash of its text."""

    policy: Policy
    sha256: str
    text: str
    file: str
    supplied_by: Literal["audit file", "command line"]


def choose_policy(
    use: str, *, beside: Path, supplied_by: Literal["audit file", "command line"], measures: frozenset[str]
) -> ChosenPolicy:
    """Find a policy by name or by path, and read it.

    Parameters
    ----------
    use
        A name in `checks/policies/`, or a path to a TOML file.
    beside
        The folder that a relative path starts from.
    supplied_by
        Who chose it; the report says so.
    measures
        Every measure a limit may name.
    """
    known = bundled.names("checks/policies")
    path = bundled.folder("checks/policies") / f"{use}.toml" if use in known else beside / use
    if use not in known and not path.is_file():
        near = closest(use, known)
        mend = (
            f"Did you mean '{near}'?"
            if near
            else f"Policies by name: {shown(known)}; or give a path to a TOML file."
        )
        raise DefinitionError(
            [Problem(where="policy", found=f"'{use}' is neither a policy nor a file.", mend=mend)]
        )
    policy = parse(Policy, read_toml(path, shown_as=path.name), shown_as=path.name)
    problems = []
    for limit in policy.limit:
        if limit.measure not in measures:
            near = closest(limit.measure, measures)
            mend = f"Did you mean '{near}'?" if near else "`auditkit catalogue` lists the measures."
            where = f"{path.name} [[limit]] {limit.id}"
            problems.append(
                Problem(where=where, found=f"the measure '{limit.measure}' is unknown.", mend=mend)
            )
    if problems:
        raise DefinitionError(problems)
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    return ChosenPolicy(
        policy=policy, sha256=digest, text=raw.decode(), file=path.name, supplied_by=supplied_by
    )
