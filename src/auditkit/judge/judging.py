"""Judging measurements, or rejected data, against a policy.

Only what may be published is judged: a verdict on a withheld number would narrow down the counts behind it.
"""

from collections.abc import Set

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import FEEDBACK_VERDICT, Limit, Policy
from auditkit.judge.alerts import EVERYONE, of_residents
from auditkit.judge.alternatives import judge_alternatives
from auditkit.judge.detectable import detectable, detectables, largest_detectable
from auditkit.judge.families import applicable, dimensions, reference_of
from auditkit.judge.loops import loop_status, loop_verdict
from auditkit.judge.unbounded import open_gaps
from auditkit.judge.verdicts import note, verdict
from auditkit.results.checks import CheckResult
from auditkit.results.feedback import Feedback
from auditkit.results.findings import AppliedLimit, Code, Comparison, Finding, Judgement, Verdict
from auditkit.results.measurements import Estimate, Measurement, Measurements, Withheld

WORST_FIRST: tuple[Verdict, ...] = ("does_not_meet", "cannot_tell", "not_checked", "meets")


def judge(
    measurements: Measurements,
    audit: AuditFile,
    policy: Policy,
    *,
    feedback: Feedback,
    checks: tuple[CheckResult, ...],
    unbounded: Set[str] = frozenset(),
) -> Judgement:
    """Compare every measurement with every limit that applies to it, and say what follows.

    Parameters
    ----------
    measurements
        What may be published of what was measured; empty where the data were rejected.
    audit
        The audit file.
    policy
        The limits.
    feedback
        What the feedback test found.
    checks
        Results of the data checks; a blocking check that could not run leaves the audit undecided.
    unbounded
        Numbers whose bounds are withheld, by id; they are never shown to meet a limit.
    """
    findings = tuple(
        _loop_finding(limit, feedback)
        if limit.measure == FEEDBACK_VERDICT
        else _finding(limit, dimension, measurements, audit, unbounded)
        for limit in applicable(policy, audit)
        for dimension in (dimensions(limit, audit) or ((limit.dimension,),))
    )
    code, decided_by = _recommendation(findings, checks)
    return Judgement(
        findings=findings, recommendation=code, decided_by=decided_by,
        alternatives=judge_alternatives(measurements, orientation=audit.tool.orientation),
    )  # fmt: skip


def _finding(
    limit: Limit,
    dimension: tuple[str, ...],
    measurements: Measurements,
    audit: AuditFile,
    unbounded: Set[str],
) -> Finding:
    unknown = not of_residents(limit.measure) and _membership_unknown(dimension, measurements)
    reference = reference_of(dimension, audit)
    moving = open_gaps(limit.measure, dimension, measurements, unbounded=unbounded)
    smallest = detectables(limit.measure, dimension, measurements)
    judged = tuple(
        _comparison(item, limit, smallest,
                    unknown=unknown or item.id in unbounded or (item.group, item.against) in moving,
                    directed=reference is not None or dimension not in audit.dimensions)
        for item in measurements.items
        if (item.metric, item.dimension, item.stratum) == (limit.measure, dimension, None)
        and _applies(item, limit, reference)
    )  # fmt: skip
    status: Verdict = min((one.status for one in judged), key=WORST_FIRST.index, default="not_checked")
    name = "+".join(dimension) or EVERYONE
    return Finding(
        id=f"{limit.id}/{name}", limit_id=limit.id, status=status,
        evidence=tuple(one.measurement for one in judged if one.status == status), comparisons=judged,
        limit=_applied(limit, name), scope=limit.scope, source=limit.source, why=limit.why,
        smallest_detectable=largest_detectable(smallest),
    )  # fmt: skip


def _comparison(
    item: Measurement, limit: Limit, smallest: tuple[Measurement, ...], *, unknown: bool, directed: bool
) -> Comparison:
    status = verdict(item, limit, membership_unknown=unknown, directed=directed)
    return Comparison(
        measurement=item.id,
        status=status,
        note=note(item, status),
        smallest_detectable=detectable(item, smallest),
    )


def _loop_finding(limit: Limit, feedback: Feedback) -> Finding:
    status = loop_status(loop_verdict(feedback, limit))
    return Finding(
        id=f"{limit.id}/loop", limit_id=limit.id, status=status, evidence=(), comparisons=(),
        limit=_applied(limit, "loop"), scope=limit.scope, source=limit.source, why=limit.why,
    )  # fmt: skip


def _applied(limit: Limit, dimension: str) -> AppliedLimit:
    bounds = {
        key: None if (value := getattr(limit, key)) is None else float(value)
        for key in ("at_most", "at_least")
    }
    return AppliedLimit(
        measure=limit.measure,
        dimension=dimension,
        compare=limit.compare,
        required=limit.required,
        judged_by=limit.judged_by,
        **bounds,
    )


def may_be_positive(item: Measurement) -> bool:
    """Tell whether a counted number is above 0, or may be because it could not be counted or is withheld."""
    if isinstance(item.result, Estimate):
        return bool(item.result.numerator)
    return isinstance(item.result, Withheld) or item.result.reason != "NE-DENOM"


def _membership_unknown(dimension: tuple[str, ...], measurements: Measurements) -> bool:
    for item in measurements.items:
        if item.metric == "unknown_group_rate" and item.dimension == dimension:
            return may_be_positive(item)
    return False


def _applies(item: Measurement, limit: Limit, reference: tuple[str, ...] | None) -> bool:
    """Tell whether a number belongs to a limit's mode of comparison; a number about all groups belongs to each."""
    if item.against is None:
        whole = not item.group and bool(item.dimension)
        return (whole or limit.compare == "each") and "(unknown)" not in [value for _, value in item.group]
    if limit.compare == "reference" and reference is not None:
        return tuple(value for _, value in item.against) == reference
    return limit.compare != "each"


def _recommendation(
    findings: tuple[Finding, ...], checks: tuple[CheckResult, ...]
) -> tuple[Code, tuple[str, ...]]:
    required = [finding for finding in findings if finding.limit.required]
    if against := tuple(finding.id for finding in required if finding.status == "does_not_meet"):
        return "do_not_deploy", against
    open_checks = tuple(
        f"check:{c.id}" for c in checks if c.status == "could_not_run" and c.severity == "blocking"
    )
    rejected = tuple(f"check:{c.id}" for c in checks if "all" in c.refuses)
    undecided = tuple(finding.id for finding in required if finding.status != "meets")
    if undecided or open_checks or rejected or not required:
        return "not_ready", (*rejected, *open_checks, *undecided)
    return "ready_for_board_vote", tuple(finding.id for finding in required)
