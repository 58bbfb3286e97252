"""What an audit says, in a few lines for a terminal."""

from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditkit.results.document import AuditDocument, FindingRecord, MeasurementRecord
    from auditkit.results.oversight_records import OversightRecord

ADVICE = {
    "do_not_deploy": "do not deploy: a required limit is not met",
    "not_pledged": "not ready: the limits are not the pledged ones",
    "nothing_required": "none: this policy requires nothing",
    "not_ready": "not ready: a required limit cannot be judged, was not checked, or the data were rejected",
    "ready_for_board_vote": "ready for the board to vote: every required limit is met",
}
PLEDGES = {
    "before_data": "these limits were fixed before the data files were there",
    "data_existed": "these limits were fixed when data may have existed, so we cannot show that nobody had looked",
    "limits_differ": "THESE ARE NOT THE LIMITS that were pledged",
}
WORDS = {
    "does_not_meet": "outside the limit",
    "cannot_tell": "cannot tell",
    "not_checked": "not checked",
    "meets": "within the limit",
}
STATES = {
    "setback": "setbacks",
    "overdue": "overdue",
    "dropped": "dropped without a word",
    "done_cannot_tell": "done with result unknown",
    "open": "open",
    "done_met": "done and met",
}


def summary_lines(document: "AuditDocument") -> list[str]:
    """Say in three lines what was advised, what decided it and what is open."""
    by_id = {finding.id: finding for finding in document.findings}
    decided = [by_id[name] for name in document.recommendation.decided_by if name in by_id]
    others = [name for name in document.recommendation.decided_by if name not in by_id]
    named = [_other(name) for name in others] + [_finding(finding, document) for finding in decided]
    deciding = "; ".join(named[:2])
    open_limits = sum(1 for finding in document.findings if finding.status in {"cannot_tell", "not_checked"})
    topics = ", ".join(item.topic[0].lower() + item.topic[1:] for item in document.not_checked[:2])
    pledge = document.policy.pledge
    return [
        f"Advice: {ADVICE[_advice(document, others)]}.",
        *([f"Decided by: {deciding}."] if deciding else []),
        f"Open: {open_limits} of {len(document.findings)} limits cannot be told; not checked: {topics}.",
        *([] if pledge is None else [f"Pledge: {PLEDGES[pledge.status]}; made {pledge.created[:10]}."]),
        *_oversight(document.oversight),
    ]


def _oversight(oversight: "OversightRecord") -> list[str]:
    """Say what went worse since the audit before, and which actions did not go as promised; setbacks come first."""
    said = []
    if oversight.previous is not None:
        previous = oversight.previous
        went = [one.direction for one in (*previous.findings, *previous.checks)]
        counts = f"worse {went.count('worse')}, better {went.count('better')}"
        said.append(f"Limits and data checks since {previous.created[:10]}: {counts}.")
    if oversight.listed or oversight.actions:
        counts = ", ".join(f"{word} {oversight.in_state(state)}" for state, word in STATES.items())
        said.append(f"Corrective actions: {len(oversight.actions)}; {counts}.")
    return said


def _advice(document: "AuditDocument", others: list[str]) -> str:
    if "pledge" in others:
        return "not_pledged"
    code = document.recommendation.code
    return "nothing_required" if code == "not_ready" and not document.recommendation.decided_by else code


def _other(name: str) -> str:
    """Name what decided the advice though it is no limit."""
    return (
        "the pledge names another policy" if name == "pledge" else f"data check {name.removeprefix('check:')}"
    )


def _distance(item: "MeasurementRecord") -> float:
    """Return how far a number lies from equality; ratios on the log scale, and the smallest p-value farthest."""
    value = item.value or 0.0
    if "_p_value" in item.metric:
        return 1 - value
    return abs(log(value)) if item.metric.endswith("_ratio") and value > 0 else abs(value)


def _finding(finding: "FindingRecord", document: "AuditDocument") -> str:
    items = {item.id: item for item in document.measurements}
    known = [items[name] for name in finding.evidence if items[name].value is not None]
    if not known:
        withheld = any(items[name].status == "withheld" for name in finding.evidence)
        return f"{finding.id} {WORDS[finding.status]}" + " (figures withheld)" * withheld
    first = max(known, key=_distance)
    low, high = first.interval_family or first.interval or first.bounds or (None, None)
    given = low is not None or high is not None
    limits = " to ".join("?" if limit is None else f"{limit:.3g}" for limit in (low, high))
    limits = f"range {limits}" if given else "no range"
    compared = " compared with ".join(
        ", ".join(group.values()) for group in (first.group, first.against) if group
    )
    compared = compared or finding.limit.dimension
    return f"{finding.id} {WORDS[finding.status]} ({compared}: {first.value:.3g}, {limits})"
