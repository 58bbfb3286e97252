"""Building the publishable document, and the internal one, from what the stages returned."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import ToolType
from auditkit.definitions.policy import ChosenPolicy
from auditkit.definitions.records import Records
from auditkit.report.assemble_alerts import alert_counts, alerts_record
from auditkit.report.assemble_areas import area_facts, displacement_record, frontier_record
from auditkit.report.assemble_feedback import feedback_record
from auditkit.results import document as doc
from auditkit.results import place_records
from auditkit.results.alerts import AlertTally
from auditkit.results.alternative_records import alternatives_record, subgroups_record
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.feedback import Feedback
from auditkit.results.findings import Alternative, Judgement, NotChecked
from auditkit.results.input_records import InputFileRecord
from auditkit.results.inputs import InputRecord
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable
from auditkit.results.phrases import phrase
from auditkit.results.places import PlaceTally
from auditkit.results.pledges import PledgeCheck
from auditkit.results.releases import Reason
from auditkit.results.sensitivity import Sensitivity
from auditkit.results.sensitivity_records import sensitivity_record
from auditkit.results.tally import Tally

UNANSWERED = phrase("the audit file does not say which finding answers it; read the pages below for it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Everything a document is built from."""

    audit: AuditFile
    chosen: ChosenPolicy
    pledge: PledgeCheck | None
    tool_type: ToolType
    sources: tuple[InputRecord, ...]
    counted: bool
    places: PlaceTally | None
    """Counts of a place tool whose data were not rejected."""
    alerts: AlertTally | None
    """Counts of an alert system whose data were not rejected."""
    loop: tuple[str | None, float | None]
    """Verdict on the feedback loop, and the tolerance it rests on."""
    checks: tuple[CheckResult, ...]
    measurements: Measurements
    reasons: Mapping[Reason, int]
    """How many numbers are withheld, by reason."""
    feedback: Feedback
    judgement: Judgement
    sensitivity: Sensitivity
    alternative: Alternative | None
    """Whether other areas within the tolerated loss fall less on the capped group; None where nobody asked."""
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
        tool=doc.ToolRecord(**audit.tool.model_dump(), kind=origin.tool_type.kind),
        records=_records(origin),
        places=None if origin.places is None else _places(origin.places, audit, origin.alternative),
        alerts=None if origin.alerts is None else alerts_record(origin.alerts, audit),
        resident_reports=_resident_reports(origin),
        unlawful_periods=tuple(
            doc.UnlawfulPeriodRecord(first=str(one.first), last=str(one.last), areas=one.areas, finding=one.finding)
            for one in audit.unlawful_periods
        ),
        inputs=tuple(InputFileRecord(**asdict(source)) for source in origin.sources),
        policy=doc.PolicyRecord(
            name=policy.name, version=policy.version, file=origin.chosen.file, sha256=origin.chosen.sha256,
            supplied_by=origin.chosen.supplied_by, minimum_n=policy.minimum_n, ratio_interval=policy.ratio_interval,
            limits=len(policy.limit), detect_ratio=policy.detect_ratio,
            pledge=None if origin.pledge is None else doc.PledgeRecord(**asdict(origin.pledge)),
        ),
        checks=tuple(doc.CheckRecord(**asdict(check)) for check in origin.checks),
        measurements=items,
        alternatives=alternatives_record(origin.measurements.alternatives, origin.judgement.alternatives),
        subgroups=subgroups_record(origin.measurements.subgroups),
        feedback=feedback_record(origin.feedback, origin.loop),
        findings=tuple(doc.FindingRecord(**asdict(finding)) for finding in origin.judgement.findings),
        recommendation=doc.RecommendationRecord(
            code=origin.judgement.recommendation, decided_by=origin.judgement.decided_by
        ),
        sensitivity=sensitivity_record(origin.sensitivity),
        not_checked=tuple(doc.NotCheckedRecord(**asdict(item)) for item in origin.not_checked),
        questions=tuple(
            doc.QuestionRecord(
                asked_by=asked.asked_by, text=asked.text, answer=None, because=None if asked.about else UNANSWERED,
                about=asked.about, area=asked.area,
            )
            for asked in audit.question
        ),
        contact=None if audit.contact is None else doc.ContactRecord(**audit.contact.model_dump()),
        publication=doc.PublicationRecord(
            smallest_cell=audit.publication.smallest_cell, withheld=withheld,
            note=None if audit.publication.smallest_cell else "not for publication",
            reasons=tuple(doc.WithheldRecord(reason=name, figures=n) for name, n in origin.reasons.items()),
            room=max(0, audit.publication.smallest_cell - 1), ledger=audit.publication.ledger is not None, map_residents=audit.publication.map_residents,
        ),
        caveats=origin.tool_type.caveats,
        languages=audit.report.languages, words=audit.report.words,
        provenance=doc.Provenance(
            created=origin.created, command=origin.command, audit_sha256=origin.audit_sha256,
            seed=audit.run.seed, engine=audit.engine.name, versions=origin.versions,
            retrain_network=None if origin.feedback.model is None else origin.feedback.model.network,
        ),
    )  # fmt: skip


def internal_files(
    result: Tally | PlaceTally | AlertTally | RejectedData, feedback: Feedback
) -> dict[str, bytes]:
    """Write every count, or the checks that rejected the data, and what a failed program said; never published."""
    said = {"internal/retrain.stderr.txt": feedback.said} if feedback.said else {}
    return {"internal/tally.json": _tally(result), **said}


def _tally(result: Tally | PlaceTally | AlertTally | RejectedData) -> bytes:
    if isinstance(result, AlertTally):
        content = alert_counts(result)
        content["places"] = None if result.places is None else _grids(result.places)
    else:
        content = _grids(result) if isinstance(result, PlaceTally) else asdict(result)
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _grids(tally: PlaceTally) -> dict[str, Any]:
    past = tally.past
    return {
        "areas": tally.areas.ids,
        "periods": tally.periods,
        "flags": tally.flags.tolist(),
        "outcomes": None if tally.outcomes is None else tally.outcomes.tolist(),
        "unmatched": asdict(tally.unmatched),
        "history_periods": None if past is None else past.periods,
        "history": None if past is None else past.total.tolist(),
        "reported": None if past is None or past.reported is None else past.reported.tolist(),
        "discovered": None if past is None or past.discovered is None else past.discovered.tolist(),
    }


def _resident_reports(origin: Origin) -> doc.ResidentReportsRecord | None:
    places = origin.places or (None if origin.alerts is None else origin.alerts.places)
    asked, reports = origin.audit.resident_reports, None if places is None else places.reports
    if asked is None or reports is None:
        return None
    return doc.ResidentReportsRecord(
        by=asked.by,
        first=reports.first,
        last=reports.last,
        timed=reports.waits is not None,
        cap_minutes=reports.cap,
    )


def _records(origin: Origin) -> doc.RecordsRecord:
    outcome = origin.audit.outcome
    groups = tuple(
        doc.GroupRecord(
            name=name,
            reference=reference[0] if (reference := origin.audit.reference((name,))) else None,
            inferred=name in origin.audit.inferred,
            renamed=_renamed(origin.audit, name),
        )
        for (name, *rest) in origin.audit.dimensions
        if not rest
    )
    return doc.RecordsRecord(
        unit=origin.tool_type.unit, counted=origin.counted, decision=_decision(origin.audit.records),
        outcome=outcome.means if outcome else None, outcome_source=outcome.source if outcome else None, groups=groups,
        hidden_source=outcome.hidden.source if outcome and outcome.hidden else None,
        strata=origin.audit.records.strata,
    )  # fmt: skip


def _renamed(audit: AuditFile, name: str) -> dict[str, tuple[str, ...]]:
    group = audit.groups.get(name)
    return {} if group is None else dict(group.values)


def _decision(records: Records) -> doc.DecisionRecord:
    decision, number = records.decision, None
    rule: doc.Rule
    if decision is None:
        rule = "confusion" if records.confusion else "totals"
    elif decision.every_row:
        rule = "all"
    elif decision.column is not None:
        rule = "column"
    else:
        rule = (
            "score_at_least"
            if decision.score_at_least is not None
            else "top_k"
            if decision.top_k
            else "top_share"
        )
        number = getattr(decision, rule)
    named = (
        decision.column if decision and rule == "column" else records.score if number is not None else None
    )
    return doc.DecisionRecord(
        rule=rule, column=named, number=number, values=(decision.flagged or ()) if decision else (),
        per=decision.per if decision else None,
    )  # fmt: skip


NUMBERS = (
    "value", "interval", "interval_90", "interval_family", "method", "numerator", "denominator", "bounds",
    "bounds_interval", "bounds_interval_90", "reason",
)  # fmt: skip
"""Fields of an estimate."""


def _measurement(item: Measurement) -> doc.MeasurementRecord:
    result, numbers = item.result, dict[str, Any].fromkeys(NUMBERS)
    status = "withheld"
    if isinstance(result, Estimate):
        numbers, status = {name: getattr(result, name) for name in NUMBERS}, "estimated"
    elif isinstance(result, NotEstimable):
        numbers, status = {**numbers, "reason": result.reason}, "not_estimable"
    return doc.MeasurementRecord(
        id=item.id, metric=item.metric, dimension="+".join(item.dimension), group=dict(item.group),
        stratum=item.stratum, against=None if item.against is None else dict(item.against),
        **{**numbers, "status": status},
    )  # fmt: skip


def _places(
    tally: PlaceTally, audit: AuditFile, alternative: Alternative | None
) -> place_records.PlacesRecord:
    areas, history = tally.areas, audit.history
    rule = None
    if history is not None and history.source is not None:
        declared = history.source
        reported, discovered = ", ".join(declared.reported), ", ".join(declared.discovered)
        rule = phrase("{}: reported = {}; discovered = {}").format(declared.column, reported, discovered)
    return place_records.PlacesRecord(
        periods=len(tally.periods), period=audit.records.period,
        first=tally.periods[0] if tally.periods else None, last=tally.periods[-1] if tally.periods else None,
        history_periods=0 if tally.past is None else len(tally.past.periods), baseline_periods=tally.baseline_periods,
        areas=tuple(place_records.AreaRecord(**area) for area in area_facts(areas)),
        unmatched=tally.unmatched.areas, unmatched_flags=tally.unmatched.flags,
        without_records=tally.unmatched.without_records, contiguity=areas.contiguity,
        blocks=len(set(areas.blocks.tolist())), sized=areas.size_km2 is not None, source_rule=rule,
        displacement=displacement_record(tally.displacement, audit.displacement),
        frontier=frontier_record(audit.frontier, alternative),
    )  # fmt: skip
