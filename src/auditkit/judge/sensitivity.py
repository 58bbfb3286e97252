"""Judging the same limits again on what was measured under other assumptions: which conclusions hang on one.

Any measurement whose stratum starts with `ASSUMING`, or is named in `ALSO`, is the same number under another assumption.
A conclusion on the data as counted holds under it, flips to the opposite, or can no longer be drawn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import FEEDBACK_VERDICT, Limit, Policy
from auditkit.judge.families import reference_of
from auditkit.judge.verdicts import verdict
from auditkit.results.feedback import Feedback
from auditkit.results.findings import Comparison, Finding, Judgement, Verdict
from auditkit.results.measurements import ASSUMING, LAWFUL_RECORDS, Estimate, Measurement, Measurements
from auditkit.results.sensitivity import Cell, Outcome, Row, Sensitivity

ALSO = {"follow-up complete": "equal-follow-up", LAWFUL_RECORDS: "lawful-records"}
"""Strata that are assumptions too, by the name of the assumption."""
FIRST = ("unknown-group", "missing-outcomes", "all-unknown", "hidden-outcomes")
"""Assumptions that stand first; others follow in order of name."""
ORDER: tuple[Verdict, ...] = ("does_not_meet", "meets", "cannot_tell", "not_checked")
Key = tuple[object, ...]


def sensitivity(
    judgement: Judgement, measurements: Measurements, policy: Policy, audit: AuditFile, *, feedback: Feedback
) -> Sensitivity:
    """Judge every number again under each assumption that was measured.

    Parameters
    ----------
    judgement
        The findings.
    measurements
        What may be published; what is withheld is not judged again.
    policy
        The limits.
    audit
        The audit file.
    feedback
        What the feedback test found.
    """
    again: dict[Key, dict[str, Measurement]] = {}
    for item in measurements.items:
        if (name := _assumption(item.stratum)) is not None and isinstance(item.result, Estimate):
            again.setdefault(_key(item), {})[name] = item
    limits = {limit.id: limit for limit in policy.limit}
    items = measurements.by_id()
    judging = _Judging(again=again, audit=audit)
    rows = [
        judging.row(finding, one, items[one.measurement], limits[finding.limit_id])
        for finding in judgement.findings
        for one in finding.comparisons
        if one.note != "withheld"
    ]
    rows += [_of_loop(one, feedback) for one in judgement.findings if one.limit.measure == FEEDBACK_VERDICT]
    names = {cell.assumption for row in rows for cell in row.cells}
    columns = (*(name for name in FIRST if name in names), *sorted(names - {*FIRST}))
    rows = [replace(row, cells=_laid_out(row.cells, columns)) for row in rows if row.cells]
    ordered = tuple(sorted(rows, key=lambda row: ORDER.index(row.verdict)))
    return Sensitivity(assumptions=columns, rows=ordered, tipping=measurements.tipping)


def _of_loop(finding: Finding, feedback: Feedback) -> Row:
    """Say whether the verdict on the feedback loop is the same under all assumed rates; it was reached under each."""
    outcome: Outcome = "cannot_tell" if finding.status == "cannot_tell" else "holds"
    cells = (
        (Cell(assumption="assumed-truth", outcome=outcome, measurement=None),) if feedback.scenarios else ()
    )
    return Row(
        finding=finding.id, measurement=None, verdict=finding.status, as_counted=finding.status, cells=cells
    )


def _assumption(stratum: str | None) -> str | None:
    if stratum is None:
        return None
    return stratum.removeprefix(ASSUMING) if stratum.startswith(ASSUMING) else ALSO.get(stratum)


def _key(item: Measurement) -> Key:
    return item.metric, item.dimension, item.group, item.against


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """What judging a number again needs."""

    again: Mapping[Key, Mapping[str, Measurement]]
    audit: AuditFile

    def row(self, finding: Finding, one: Comparison, item: Measurement, limit: Limit) -> Row:
        audit = self.audit
        directed = reference_of(item.dimension, audit) is not None or item.dimension not in audit.dimensions

        def judged(number: Measurement) -> Verdict:
            return verdict(number, limit, membership_unknown=False, directed=directed)

        counted = judged(_as_counted(item)) if isinstance(item.result, Estimate) else one.status
        cells = tuple(
            Cell(
                assumption=name,
                measurement=other.id,
                outcome=_outcome(counted, judged(_as_counted(other) if name in ALSO.values() else other)),
            )
            for name, other in self.again.get(_key(item), {}).items()
        )
        return Row(
            finding=finding.id, measurement=item.id, verdict=one.status, as_counted=counted, cells=cells
        )


def _as_counted(item: Measurement) -> Measurement:
    """Take a number as the known people give it; where it is bounds alone, they stay."""
    result = item.result
    if not isinstance(result, Estimate) or result.interval is None:
        return item
    return replace(item, result=replace(result, bounds=None, bounds_interval=None, bounds_interval_90=None))


def _outcome(counted: Verdict, assumed: Verdict) -> Outcome:
    if assumed == "cannot_tell":
        return "cannot_tell"
    return "holds" if assumed == counted else "flips"


def _laid_out(cells: Iterable[Cell], columns: tuple[str, ...]) -> tuple[Cell, ...]:
    found = {cell.assumption: cell for cell in cells}
    return tuple(
        found.get(name, Cell(assumption=name, outcome="not_applicable", measurement=None)) for name in columns
    )
