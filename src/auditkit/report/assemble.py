"""Building the publishable document, and the internal one, from what the stages returned."""

import json
from dataclasses import asdict, dataclass

from auditkit.definitions.audit_file import AuditFile, Records
from auditkit.definitions.checks import ToolType
from auditkit.definitions.policy import ChosenPolicy
from auditkit.results import document as doc
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.findings import Feedback, Judgement, NotChecked
from auditkit.results.inputs import InputRecord
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, Withheld
from auditkit.results.tally import Tally

UNANSWERED = "this version of auditkit does not match questions to findings; read the sections below for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Everything a document is built from."""

    audit: AuditFile
    chosen: ChosenPolicy
    tool_type: ToolType
    source: InputRecord
    counted: bool
    checks: tuple[CheckResult, ...]
    measurements: Measurements
    feedback: Feedback
    judgement: Judgement
    not_checked: tuple[NotChecked, ...]
    created: str
    command: str
    audit_sha256: str
    versions: dict[str, str]


def build_document(origin: Origin) -> doc.AuditDocument:
    """Assemble what may be published; checks and measurements come with small counts already withheld."""
    audit, policy = origin.audit, origin.chosen.policy
    items = tuple(_measurement(item) for item in origin.measurements.items)
    withheld = sum(1 for item in items if item.status == "withheld")
    return doc.AuditDocument(
        schema_version=doc.SCHEMA_VERSION,
        tool=doc.ToolRecord(**audit.tool.model_dump()),
        records=_records(origin),
        inputs=(doc.InputFileRecord(**asdict(origin.source)),),
        policy=doc.PolicyRecord(
            name=policy.name, version=policy.version, file=origin.chosen.file, sha256=origin.chosen.sha256,
            supplied_by=origin.chosen.supplied_by, minimum_n=policy.minimum_n, ratio_interval=policy.ratio_interval,
            limits=len(policy.limit),
        ),
        checks=tuple(doc.CheckRecord(**asdict(check)) for check in origin.checks),
        measurements=items,
        feedback=doc.FeedbackRecord(**asdict(origin.feedback)),
        findings=tuple(doc.FindingRecord(**asdict(finding)) for finding in origin.judgement.findings),
        recommendation=doc.RecommendationRecord(
            code=origin.judgement.recommendation, decided_by=origin.judgement.decided_by
        ),
        not_checked=tuple(doc.NotCheckedRecord(**asdict(item)) for item in origin.not_checked),
        questions=tuple(
            doc.QuestionRecord(asked_by=asked.asked_by, text=asked.text, answer=None, because=UNANSWERED)
            for asked in audit.question
        ),
        contact=None if audit.contact is None else doc.ContactRecord(**audit.contact.model_dump()),
        publication=doc.PublicationRecord(smallest_cell=audit.publication.smallest_cell, withheld=withheld),
        caveats=origin.tool_type.caveats,
        languages=audit.report.languages,
        provenance=doc.Provenance(
            created=origin.created, command=origin.command, audit_sha256=origin.audit_sha256,
            seed=audit.run.seed, engine=audit.engine.name, versions=origin.versions,
        ),
    )  # fmt: skip


def internal_tally(result: Tally | RejectedData) -> bytes:
    """Write every count, or the checks that rejected the data; this file is never published."""
    return (json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n").encode()


def _records(origin: Origin) -> doc.RecordsRecord:
    outcome = origin.audit.outcome
    groups = tuple(
        doc.GroupRecord(name=name, reference=group.reference) for name, group in origin.audit.groups.items()
    )
    return doc.RecordsRecord(
        unit=origin.tool_type.unit, counted=origin.counted, decision=_decision(origin.audit.records),
        outcome=outcome.means if outcome else None, outcome_source=outcome.source if outcome else None, groups=groups,
    )  # fmt: skip


def _decision(records: Records) -> doc.DecisionRecord:
    decision = records.decision
    if decision is None:
        published: doc.Rule = "confusion" if records.confusion else "totals"
        return doc.DecisionRecord(rule=published, column=None, number=None, values=(), per=None)
    if decision.column is not None:
        values = decision.flagged or ()
        return doc.DecisionRecord(rule="column", column=decision.column, number=None, values=values, per=None)
    if decision.score_at_least is not None:
        limit = float(decision.score_at_least)
        return doc.DecisionRecord(
            rule="score_at_least", column=records.score, number=limit, values=(), per=None
        )
    share = decision.top_k is None
    number = decision.top_share if share else decision.top_k
    return doc.DecisionRecord(
        rule="top_share" if share else "top_k",
        column=records.score,
        number=number,
        values=(),
        per=decision.per,
    )


def _measurement(item: Measurement) -> doc.MeasurementRecord:
    result = item.result
    estimate = result if isinstance(result, Estimate) else None
    status = "estimated" if estimate else "not_estimable" if isinstance(result, NotEstimable) else "withheld"
    numbers = (
        asdict(estimate) if estimate else {"reason": None if isinstance(result, Withheld) else result.reason}
    )
    blank = dict.fromkeys(
        (
            "value",
            "interval",
            "interval_90",
            "interval_family",
            "method",
            "numerator",
            "denominator",
            "bounds",
        )
    )
    return doc.MeasurementRecord(
        id=item.id, metric=item.metric, dimension="+".join(item.dimension), group=dict(item.group),
        stratum=item.stratum, against=None if item.against is None else dict(item.against),
        **{**blank, **numbers, "status": status},
    )  # fmt: skip
