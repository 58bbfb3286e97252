"""`audit.json`: everything publishable about an audit, as pydantic models with a published JSON Schema.

The report is rendered from this document alone, so that nothing withheld can reach it and a report can be rendered
again from a run folder.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import to_json

from auditkit.errors import ReportError
from auditkit.results.alert_records import AlertsRecord
from auditkit.results.alternative_records import AlternativesRecord, SubgroupsRecord
from auditkit.results.checks import Status
from auditkit.results.findings import Code, Note, Verdict
from auditkit.results.input_records import InputFileRecord
from auditkit.results.oversight_records import OversightRecord
from auditkit.results.place_records import FeedbackRecord, PlacesRecord
from auditkit.results.pledges import PledgeStatus, Predates
from auditkit.results.record import Record, Texts
from auditkit.results.releases import Reason
from auditkit.results.sensitivity_records import SensitivityRecord

SCHEMA_VERSION: Literal["1"] = "1"
Limits = Annotated[tuple[float | None, float | None], Field(strict=False)]


class ToolRecord(Record):
    """The tool under audit."""

    name: str
    vendor: str
    version: str
    type: str
    kind: Literal["person", "place", "alert"] | None = Field(None, description="What the tool flags.")
    purpose: str
    flagged_means: str = Field(description="Finishes the sentence 'A flagged person is …'.")
    orientation: Literal["burden", "benefit"]
    status: Literal["proposed", "pilot", "deployed"]


class GroupRecord(Record):
    """A declared way of dividing people."""

    name: str
    reference: str | None
    inferred: bool = Field(False, description="Whether only probabilities of belonging are known.")
    renamed: dict[str, Texts] = Field({}, description="Groups written in several ways, each with its values.")


Rule = Literal["score_at_least", "column", "top_k", "top_share", "all", "confusion", "totals"]


class DecisionRecord(Record):
    """The rule that makes a person flagged."""

    rule: Rule
    column: str | None
    number: float | None = Field(description="The score limit, the k or the share.")
    values: Texts = Field(description="Values of the column that mean flagged.")
    per: str | None


class RecordsRecord(Record):
    """What the main table is and what was read from it."""

    unit: str
    counted: bool = Field(description="Whether the table holds published counts, not people.")
    decision: DecisionRecord
    outcome: str | None = Field(description="The outcome in words, or null where none was given.")
    outcome_source: str | None
    hidden_source: str | None = Field(
        None, description="Who says how many outcomes may have gone unrecorded; null where nobody does."
    )
    groups: tuple[GroupRecord, ...]
    strata: Texts = Field(description="Columns of circumstances, within which groups are compared as well.")


class PledgedInputRecord(Record):
    """What a pledge says about one input file."""

    table: str
    file: str
    predates: Predates = Field(
        description="What was there when the pledge was made: 'absent' nothing, 'older' nothing though the file's date "
        "is older, 'unchanged' or 'changed' the file by size and date, 'not_pledged' the pledge does not name it."
    )


class PledgeRecord(Record):
    """A pledge held against this audit."""

    file: str
    created: str
    sha256: str
    policy_name: str
    policy_version: str
    policy_sha256: str
    same_policy: bool
    same_audit_file: bool
    inputs: tuple[PledgedInputRecord, ...]
    status: PledgeStatus = Field(
        description="'before_data', 'data_existed' or 'limits_differ' (the policy used is not the pledged one)."
    )


class PolicyRecord(Record):
    """The policy that was applied."""

    name: str
    version: str
    file: str
    sha256: str
    supplied_by: Literal["audit file", "command line"]
    minimum_n: int
    ratio_interval: str
    limits: int
    detect_ratio: float = Field(description="The ratio for which the needed sample is given.")
    pledge: PledgeRecord | None = Field(None, description="Null where no pledge was made.")


class ObservedRecord(Record):
    """One fact that a check looked at."""

    item: str
    value: float | str | None
    count: int | None
    withheld: bool


class CheckRecord(Record):
    """The result of one data check."""

    id: str
    table: str
    severity: Literal["blocking", "serious", "note"]
    status: Status
    unit: str
    observed: tuple[ObservedRecord, ...]
    more: int = Field(description="How many failing facts are not listed.")
    expected: str
    title: str
    why: str
    ask: str
    refuses: Texts
    source: str
    lacks: Texts = Field(
        (), description="What the audit file does not declare, where the check did not apply."
    )


class MeasurementRecord(Record):
    """One number, or the reason why there is none."""

    id: str
    metric: str
    dimension: str = Field(description="Names of groups joined by '+'; empty for everyone.")
    group: dict[str, str]
    stratum: str | None
    against: dict[str, str] | None
    status: Literal["estimated", "not_estimable", "withheld"]
    value: float | None = Field(
        description="Null for a ratio to a rate of zero, where only the interval is known."
    )
    interval: Limits | None = Field(
        description="95 % interval of this number alone; null on a side without limit."
    )
    interval_90: Limits | None
    interval_family: Limits | None = Field(
        description="Joint 95 % interval over the family; null for a family of one."
    )
    method: str | None
    numerator: int | None
    denominator: int | None
    bounds: Limits | None = Field(
        description="Limits of the sample, whoever the people of unknown group or outcome are; null where none exist."
    )
    bounds_interval: Limits | None = Field(
        None, description="95 % range around the bounds, joint over the family where there is one."
    )
    bounds_interval_90: Limits | None = None
    reason: str | None


class ComparisonRecord(Record):
    """The verdict on one number."""

    measurement: str
    status: Verdict
    note: Note | None = Field(
        description="A gap exists, small or of unclear size; or the number is withheld, so nothing is judged."
    )
    smallest_detectable: str | None


class LimitRecord(Record):
    """A limit as applied."""

    measure: str
    dimension: str
    compare: str
    at_most: float | None
    at_least: float | None
    required: bool
    judged_by: Literal["interval", "value"] = Field(
        description="Whether chance was allowed for, or the number alone was compared."
    )


class FindingRecord(Record):
    """One limit in one dimension."""

    id: str
    limit_id: str
    status: Verdict
    evidence: Texts
    comparisons: tuple[ComparisonRecord, ...]
    limit: LimitRecord
    scope: str
    source: str
    why: str
    smallest_detectable: str | None


class RecommendationRecord(Record):
    """What follows for the board; people decide."""

    code: Code
    decided_by: Texts


class NotCheckedRecord(Record):
    """Something that was not looked at."""

    topic: str
    because: str
    needs: Texts


class QuestionRecord(Record):
    """A question that residents asked."""

    asked_by: str
    text: str
    answer: str | None
    because: str | None = Field(
        description="Why there is no answer; null where a page of the report gives it."
    )
    about: str | None = Field(None, description="The page of the report that answers it.")
    area: str | None = Field(None, description="The area that it asks about.")


class ContactRecord(Record):
    """How a resident challenges the tool."""

    decides: str
    appeal_to: str
    answer_within_days: int


class WithheldRecord(Record):
    """How many figures were withheld for one reason."""

    reason: Reason = Field(
        description="'few' stand behind them, they 'follows' from others, few joined since an 'earlier_release', all are "
        "'alike', or they come from 'one_source'."
    )
    figures: int


class PublicationRecord(Record):
    """What was withheld."""

    smallest_cell: int
    withheld: int
    note: str | None = Field(description="'not for publication' where small counts are shown, else null.")
    reasons: tuple[WithheldRecord, ...] = Field(
        (), description="Which figure has which reason is not said: it would narrow the figure down."
    )
    room: int = Field(
        0,
        description="How far apart the smallest and the largest value lie that a withheld small count could have, for "
        "whoever adds and subtracts the tables of groups, of their parts and of areas.",
    )
    ledger: bool = Field(False, description="Whether earlier releases were looked at.")
    map_residents: int = Field(0, description="Areas with fewer residents are left grey on maps.")


class Provenance(Record):
    """What makes the audit repeatable."""

    created: str
    command: str
    audit_sha256: str
    seed: int
    engine: str
    versions: dict[str, str]
    retrain_network: Literal["cut_off", "open", "as_auditkit"] | None = Field(
        None,
        description="Network of what ran in the tool's place in the feedback test; null where nothing did.",
    )


class ResidentReportsRecord(Record):
    """Reports by residents, and how answers were timed."""

    by: Literal["call", "app_report"]
    first: str | None = Field(description="First day of a report.")
    last: str | None
    timed: bool = Field(description="Whether it is known how long answers took.")
    cap_minutes: int = Field(description="Slower answers, and reports without one, count as so many minutes.")


class UnlawfulPeriodRecord(Record):
    """A time in which police practice was found unlawful, as declared."""

    first: str
    last: str
    areas: Texts
    finding: str


class AuditDocument(Record):
    """Everything publishable about one audit."""

    schema_version: Literal["1"]
    tool: ToolRecord
    records: RecordsRecord
    places: PlacesRecord | None = Field(description="Only for a place tool.")
    alerts: AlertsRecord | None = Field(None, description="Only for an alert system.")
    resident_reports: ResidentReportsRecord | None = Field(
        None, description="Only where the audit file names a table of them."
    )
    unlawful_periods: tuple[UnlawfulPeriodRecord, ...] = ()
    inputs: tuple[InputFileRecord, ...]
    policy: PolicyRecord
    checks: tuple[CheckRecord, ...]
    measurements: tuple[MeasurementRecord, ...]
    alternatives: AlternativesRecord | None = Field(None, description="Only where the audit file asks.")
    subgroups: SubgroupsRecord | None = Field(None, description="Only where the audit file asks.")
    feedback: FeedbackRecord
    findings: tuple[FindingRecord, ...]
    recommendation: RecommendationRecord
    sensitivity: SensitivityRecord = SensitivityRecord()
    not_checked: tuple[NotCheckedRecord, ...]
    questions: tuple[QuestionRecord, ...]
    contact: ContactRecord | None
    oversight: OversightRecord = OversightRecord()
    publication: PublicationRecord
    caveats: Texts
    languages: Texts
    words: dict[str, dict[str, str]] = Field({}, description="Texts of the audit file in other languages.")
    provenance: Provenance

    def to_json(self) -> str:
        """Write the document; floats have 12 significant digits and the order of keys is fixed."""
        rounded = json.loads(self.model_dump_json(), parse_float=_rounded)
        return to_json(rounded, indent=1).decode() + "\n"


def _rounded(number: str) -> float:
    return float(f"{float(number):.12g}")


def read_document(path: Path) -> AuditDocument:
    """Read `audit.json` from a run folder.

    Raises
    ------
    ReportError
        If the file is absent or does not follow the schema of this version.
    """
    try:
        return AuditDocument.model_validate_json(path.read_bytes())
    except OSError as error:
        found = f"the file cannot be read ({error.strerror})."
        raise ReportError(
            where=path.name, found=found, mend="Name a folder that `auditkit run` wrote."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        found = f"{where} does not follow schema {SCHEMA_VERSION}: {first['msg']}."
        raise ReportError(
            where=path.name, found=found, mend="Run the audit again with this version."
        ) from error


def result_schema() -> dict[str, Any]:
    """Return the JSON Schema of `audit.json`."""
    return AuditDocument.model_json_schema()
