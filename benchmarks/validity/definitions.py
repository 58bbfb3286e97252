"""Audit files and policies for worlds that are judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy, choose_policy
from auditkit.judge.families import declare_families
from auditkit.judge.judging import judge
from auditkit.measure.choices import Measuring
from auditkit.results.feedback import Feedback
from auditkit.results.findings import Finding
from auditkit.results.measurements import Measurement, Measurements

NO_LOOP = Feedback(status="not_checked", because="a made world", needs=())
TOOL = {
    "name": "Made", "vendor": "Made", "version": "1", "type": "person", "purpose": "a made world",
    "flagged_means": "flagged", "orientation": "burden", "status": "proposed",
}  # fmt: skip
RECORDS = {
    "path": "people.csv", "decision": {"column": "flagged", "flagged": ["1"]},
    "outcome": {"column": "outcome", "positive": ["1"], "means": "it happened", "source": "survey"},
}  # fmt: skip


PLAIN = Measuring(
    orientation="burden", families=(), minimum_n=Policy.model_fields["minimum_n"].default,
    ratio_interval=Policy.model_fields["ratio_interval"].default,
)  # fmt: skip
"""What an audit measures by where its policy sets no limits: every interval at 95 %, alone and over its family."""


def audit_of(
    references: Mapping[str, str | None], *, intersections: tuple[tuple[str, ...], ...] = ()
) -> AuditFile:
    """Make the audit file of a table with these ways of dividing people."""
    groups = {
        name: {"column": name} | ({} if reference is None else {"reference": reference})
        for name, reference in references.items()
    }
    crossed = [{"of": list(names)} for names in intersections]
    content = {"tool": TOOL, "records": RECORDS, "groups": groups, "intersections": crossed}
    return AuditFile.model_validate(content)


def policy_of(**limit: Any) -> Policy:
    """Make a policy of one required limit."""
    given = {"id": "limit", "required": True, "scope": "made", "source": "made", "why": "It is a made world."}
    return Policy.model_validate({"name": "made", "version": "1", "limit": [given | limit]})


def default_policy() -> Policy:
    """Return the policy that audits use unless they name another."""
    from auditkit.measure.known import all_measures  # noqa: PLC0415  # it imports everything

    measures = frozenset(all_measures())
    return choose_policy("default", beside=Path(), supplied_by="audit file", measures=measures).policy


def measuring_of(policy: Policy, audit: AuditFile) -> Measuring:
    """Lay out what the policy asks for, as the pipeline does."""
    return Measuring(
        orientation=audit.tool.orientation, families=declare_families(policy, audit), minimum_n=policy.minimum_n,
        ratio_interval=policy.ratio_interval, minimum_share=policy.minimum_share, detect_ratio=policy.detect_ratio,
    )  # fmt: skip


def findings(items: list[Measurement], audit: AuditFile, policy: Policy) -> tuple[Finding, ...]:
    """Judge measurements."""
    return judge(Measurements(items=tuple(items)), audit, policy, feedback=NO_LOOP, checks=()).findings
