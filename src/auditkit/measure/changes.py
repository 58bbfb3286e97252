"""What changed between two audits, and whether by more than chance."""

import math
from collections.abc import Iterator, Mapping

from auditkit.results.changes import Changes, ChangeVerdict, Fact, FigureChange, FindingChange, Relation
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.input_records import InputFileRecord
from auditkit.results.measurements import ASSUMING, Bounds
from auditkit.statistics import change
from auditkit.statistics.change import Known
from auditkit.statistics.intervals import Interval

LEVEL = 0.95
Pair = tuple[MeasurementRecord, MeasurementRecord]
Widening = tuple[float, float]


def changes(a: AuditDocument, b: AuditDocument) -> Changes:
    """Compare two audits figure by figure.

    With different records each change carries an interval, and the verdict rests on intervals that hold jointly over
    all figures compared. With the same records a change is no chance: it is listed as it is.

    Parameters
    ----------
    a, b
        The earlier and the later audit, or any two.

    References
    ----------
    Zou, G. Y., Donner, A. (2008), as in `auditkit.statistics.change`; Dunn, O. J. (1961) for the joint level.
    """
    items_a, items_b = ({item.id: item for item in _as_measured(document)} for document in (a, b))
    both = [(item, items_b[name]) for name, item in items_a.items() if name in items_b]
    hidden = [first.id for first, second in both if "withheld" in {first.status, second.status}]
    shown = [pair for pair in both if pair[0].id not in {*hidden}]
    relation = _relation(a, b)
    sampled = relation == "different_records"
    compared = sum(1 for pair in shown if _why_not(*pair) is None) if sampled else 0
    return Changes(
        facts=_facts(a, b), recommendation_a=a.recommendation.code, recommendation_b=b.recommendation.code,
        same_policy=a.policy.sha256 == b.policy.sha256, relation=relation, findings=_findings(a, b),
        figures=tuple(
            _sampled(pair, _widening(pair, compared, a, b)) if sampled else _exact(pair) for pair in shown
        ),
        compared=compared, only_a=_missing(items_a, items_b), only_b=_missing(items_b, items_a), withheld=tuple(hidden),
    )  # fmt: skip


SEARCHED = ("alternative_", "subgroup_")
"""How numbers of the two searches start."""


def _as_measured(document: AuditDocument) -> Iterator[MeasurementRecord]:
    """Leave out numbers made again under other assumptions; comparing each of them would only widen all ranges.

    Rules are fitted, and subgroups picked, anew in each audit: the same name need not mean the same thing.
    """
    yield from (
        item
        for item in document.measurements
        if not (item.stratum or "").startswith(ASSUMING) and not item.metric.startswith(SEARCHED)
    )


def _relation(a: AuditDocument, b: AuditDocument) -> Relation:
    first, second = _hashes(a.inputs), _hashes(b.inputs)
    if first == second:
        return "same_files"
    return "same_records" if first.get("records") == second.get("records") else "different_records"


def _hashes(inputs: tuple[InputFileRecord, ...]) -> dict[str, str]:
    return {one.table: one.sha256 for one in inputs}


def _facts(a: AuditDocument, b: AuditDocument) -> tuple[Fact, ...]:
    first, second = _described(a), _described(b)
    return tuple(
        Fact(name=name, a=first.get(name), b=second.get(name)) for name in dict.fromkeys((*first, *second))
    )


def _described(document: AuditDocument) -> dict[str, str]:
    tool, policy, made = document.tool, document.policy, document.provenance
    records, rule = document.records, document.records.decision
    flagged = (rule.rule, rule.column, rule.number, ", ".join(rule.values), rule.per)
    return {
        "tool": f"{tool.name} ({tool.vendor}, {tool.type})", "tool version": tool.version,
        "policy": f"{policy.name} {policy.version}, SHA-256 {policy.sha256}", "audit file": f"SHA-256 {made.audit_sha256}",
        **{f"input: {one.table}": f"{one.file}, SHA-256 {one.sha256}" for one in document.inputs},
        "flagged by": "; ".join(str(part) for part in flagged if part not in {None, ""}),
        "outcome": f"{records.outcome} ({records.outcome_source})", "orientation": tool.orientation,
        "groups": ", ".join(f"{group.name} (reference: {group.reference})" for group in records.groups),
        "auditkit": made.versions.get("auditkit", "unknown"), "seed": str(made.seed), "made": made.created,
    }  # fmt: skip


def _findings(a: AuditDocument, b: AuditDocument) -> tuple[FindingChange, ...]:
    first, second = ({finding.id: finding.status for finding in document.findings} for document in (a, b))
    named = (
        FindingChange(id=name, a=first.get(name), b=second.get(name))
        for name in dict.fromkeys((*first, *second))
    )
    return tuple(finding for finding in named if finding.a != finding.b)


def _missing(
    here: Mapping[str, MeasurementRecord], there: Mapping[str, MeasurementRecord]
) -> tuple[str, ...]:
    return tuple(name for name in here if name not in there)


def _why_not(first: MeasurementRecord, second: MeasurementRecord) -> str | None:
    """Say why a change has no interval, if it has none."""
    for name, item in (("A", first), ("B", second)):
        if item.status != "estimated":
            return f"not estimable in {name} ({item.reason})"
        if item.value is None or item.interval is None:
            return f"no value with a range in {name}" + (f" ({item.reason})" if item.reason else "")
        if _is_ratio(item) and item.value <= 0:
            return f"a ratio of 0 in {name}, which no factor leads away from"
    return None


def _is_ratio(item: MeasurementRecord) -> bool:
    return item.metric.endswith("_ratio")


def _widening(pair: Pair, compared: int, a: AuditDocument, b: AuditDocument) -> Widening:
    """Factors for the arms in A and in B; intervals over blocks of areas rest on Student's t."""
    first, second = (
        change.widening(LEVEL, max(1, compared), df=_freedom(item, document))
        for item, document in zip(pair, (a, b), strict=True)
    )
    return first, second


def _freedom(item: MeasurementRecord, document: AuditDocument) -> int | None:
    if item.method != "blocks" or document.places is None:
        return None
    return max(1, document.places.blocks - 1)


def _sampled(pair: Pair, widen: Widening) -> FigureChange:
    """Put an interval around a change between independent records."""
    because = _why_not(*pair)
    if because is not None:
        return _figure(pair, verdict="cannot_tell", because=because)
    first, second = (_known(item) for item in pair)
    ratio = _is_ratio(pair[0])
    between = change.ratio if ratio else change.difference
    alone = between(first, second)
    joint = between(first, second, widen_first=widen[0], widen_second=widen[1])
    if joint == ((0.0 if ratio else -math.inf), math.inf):
        return _figure(pair, verdict="cannot_tell", because="no limit on either side")
    same = 1.0 if ratio else 0.0
    verdict: ChangeVerdict = "within_chance" if joint.low <= same <= joint.high else "changed"
    return _figure(pair, verdict=verdict, alone=alone, joint=joint)


def _exact(pair: Pair) -> FigureChange:
    """Say whether a figure of the same records is the same; chance has no part in it."""
    first, second = map(_told, pair)
    return _figure(pair, verdict="same" if first == second else "differs")


def _told(item: MeasurementRecord) -> tuple[object, ...]:
    """Return what a figure says, to the twelve digits that `audit.json` keeps: one of the two may not have been read there."""
    numbers = (item.value, *(item.interval or (None, None)))
    rounded = tuple(None if number is None else f"{number:.12g}" for number in numbers)
    return (item.status, item.reason, item.interval is None, item.numerator, item.denominator, *rounded)


def _figure(
    pair: Pair,
    *,
    verdict: ChangeVerdict,
    because: str | None = None,
    alone: Interval | None = None,
    joint: Interval | None = None,
) -> FigureChange:
    first, second = pair
    ratio = _is_ratio(first)
    return FigureChange(
        id=first.id, a=first.value, a_interval=first.interval, b=second.value, b_interval=second.interval,
        scale="ratio" if ratio else "difference", change=_change(first.value, second.value, ratio=ratio),
        interval=None if alone is None else _bounds(alone), interval_joint=None if joint is None else _bounds(joint),
        verdict=verdict, because=because,
    )  # fmt: skip


def _change(first: float | None, second: float | None, *, ratio: bool) -> float | None:
    if first is None or second is None or (ratio and first <= 0):
        return None
    return second / first if ratio else second - first


def _known(item: MeasurementRecord) -> Known:
    """Read a figure that `_why_not` has let pass; a missing limit is none."""
    low, high = item.interval or (None, None)
    return Known(item.value or 0.0, -math.inf if low is None else low, math.inf if high is None else high)


def _bounds(interval: Interval) -> Bounds:
    low, high = (None if math.isinf(limit) else limit for limit in interval)
    return low, high
