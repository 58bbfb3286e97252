"""Holding an audit against the one before, and corrective actions against what both found.

All of it reads documents, which hold only what may be published: so nothing withheld can come back by comparison.
"""

import math
from dataclasses import dataclass

from auditkit.judge.about import OF_CHECKS, check_notes, found_about
from auditkit.results.changes import Changes, FigureChange
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.findings import Verdict
from auditkit.results.oversight import ListedAction, Overseen
from auditkit.results.oversight_records import (
    ActionRecord,
    ChangedPartRecord,
    Direction,
    FactChangeRecord,
    FigureChangeRecord,
    OversightRecord,
    Part,
    PreviousRecord,
    State,
    VerdictChangeRecord,
)  # fmt: skip

PARTS: tuple[Part, ...] = ("what", "about", "owner", "due", "done")
STATES: tuple[State, ...] = ("setback", "overdue", "dropped", "done_cannot_tell", "open", "done_met")
"""Worst first."""
DIRECTIONS: tuple[Direction, ...] = ("worse", "open", "not_compared", "better")
"""Worst first; a limit that is gone stands before one that got better."""
OF_FIGURES: tuple[Direction, ...] = ("worse", "open", "better", "not_compared")
"""Worst first; figures that no limit is about come last."""


def oversee(
    document: AuditDocument, overseen: Overseen, changes: Changes | None, *, known: frozenset[str], today: str
) -> AuditDocument:
    """Add to an audit what was kept beside it.

    Parameters
    ----------
    document
        This audit.
    overseen
        What was read beside the data.
    changes
        What changed since the audit before; None without one.
    known
        Names that actions and notes may be about, besides areas and questions.
    today
        The day of the run, as in 2026-12-01.

    Raises
    ------
    DefinitionError
        If a note is about an area that is none.
    """
    check_notes(overseen, document, known)
    previous = overseen.previous
    record = OversightRecord(
        files=overseen.files,
        previous=None if previous is None or changes is None else _previous(document, previous, changes),
        listed=overseen.actions is not None,
        actions=_actions(document, overseen, today=today),
        notes=overseen.notes,
    )
    return document.model_copy(update={"oversight": record})


# Corrective actions


def _actions(document: AuditDocument, overseen: Overseen, *, today: str) -> tuple[ActionRecord, ...]:
    listed, previous = overseen.actions or (), overseen.previous
    before = {} if previous is None else {one.id: one for one in previous.oversight.actions}
    there = {one.id for one in listed}
    found = [_action(one, before.get(one.id), document, previous, today=today) for one in listed]
    dropped = [_dropped(one, document, previous) for name, one in before.items() if name not in there]
    return tuple(sorted((*found, *dropped), key=lambda one: (STATES.index(one.state), one.due, one.id)))


def _action(
    one: ListedAction,
    before: ActionRecord | None,
    document: AuditDocument,
    previous: AuditDocument | None,
    *,
    today: str,
) -> ActionRecord:
    found = found_about(one.about, document)
    parts = [] if before is None else [(part, getattr(before, part), getattr(one, part)) for part in PARTS]
    return ActionRecord(
        id=one.id, what=one.what, about=one.about, owner=one.owner, due=one.due, done=one.done, note=one.note,
        state=_state(one, found, today=today), found=found,
        found_before=None if previous is None else found_about(one.about, previous),
        changed=tuple(
            ChangedPartRecord(part=part, before=then, now=now)
            for part, then, now in parts
            if then != now and not (part == "done" and then is None)  # that it is done now is no change of plan
        ),
        first_due=one.due if before is None else before.first_due,
    )  # fmt: skip


def _state(one: ListedAction, found: Verdict | None, *, today: str) -> State:
    """Say what became of an action; days are written so that their order is that of text."""
    if one.done is None:
        return "overdue" if one.due < today else "open"
    kept: dict[Verdict | None, State] = {"does_not_meet": "setback", "meets": "done_met"}
    return kept.get(found, "done_cannot_tell")


def _dropped(one: ActionRecord, document: AuditDocument, previous: AuditDocument | None) -> ActionRecord:
    """Keep an action that the audit before lists and the present list leaves out."""
    then = None if previous is None else found_about(one.about, previous)
    return one.model_copy(
        update={
            "state": "dropped",
            "found": found_about(one.about, document),
            "found_before": then,
            "changed": (),
        }
    )


# The audit before


def _previous(document: AuditDocument, previous: AuditDocument, changes: Changes) -> PreviousRecord:
    asked = _asked(document)
    figures = [_figure(one, asked.get(one.id)) for one in changes.figures if one.verdict != "same"]
    findings = [
        VerdictChangeRecord(id=one.id, before=one.a, now=one.b, direction=_went(one.a, one.b))
        for one in changes.findings
    ]
    return PreviousRecord(
        created=previous.provenance.created, tool=previous.tool.name, version=previous.tool.version,
        recommendation=previous.recommendation.code, same_policy=changes.same_policy, relation=changes.relation,
        facts=tuple(FactChangeRecord(name=one.name, before=one.a, now=one.b) for one in changes.facts if not one.same),
        findings=_worst_first(findings), checks=_worst_first(_checks(document, previous)),
        figures=tuple(sorted(figures, key=lambda one: (not _moved(one), OF_FIGURES.index(one.direction)))),
        compared=changes.compared, same=len(changes.of("same")), only_before=len(changes.only_a),
        only_now=len(changes.only_b), withheld=len(changes.withheld),
    )  # fmt: skip


def _worst_first(found: list[VerdictChangeRecord]) -> tuple[VerdictChangeRecord, ...]:
    return tuple(sorted(found, key=lambda one: DIRECTIONS.index(one.direction)))


def _went(before: Verdict | None, now: Verdict | None) -> Direction:
    """Say which way a verdict went; one that is no longer known to be met has not got better."""
    if before is None or now is None:
        return "not_compared"
    if now == "does_not_meet" or before == "meets":
        return "worse"
    return "better" if now == "meets" else "open"


def _checks(document: AuditDocument, previous: AuditDocument) -> list[VerdictChangeRecord]:
    """List data checks that did not end alike; one that came or went with a version is not compared."""
    before, now = ({one.id: one.status for one in audit.checks} for audit in (previous, document))
    return [
        VerdictChangeRecord(
            id=name,
            before=before[name],
            now=now[name],
            direction=_went(OF_CHECKS[before[name]], OF_CHECKS[now[name]]),
        )
        for name in before
        if name in now and before[name] != now[name]
    ]


def _moved(one: FigureChange | FigureChangeRecord) -> bool:
    return one.verdict in {"changed", "differs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a limit asks of a figure."""

    low: float | None
    high: float | None
    equal: float | None
    """Where two groups are equal, if the limit holds in both directions or has two ends."""

    def off(self, value: float) -> float:
        """Order figures by how far they lie from what is asked; a ratio of 0.5 lies as far from 1 as 2 does."""
        if self.equal == 1:
            return abs(math.log(value)) if value > 0 else math.inf
        if self.equal is not None:
            return abs(value - self.equal)
        if self.low is not None and self.high is not None:
            return abs(value - (self.low + self.high) / 2)
        return value if self.low is None else -value


def _asked(document: AuditDocument) -> dict[str, _Asked]:
    """Say what the limits ask of each figure; of several limits on one figure the last required one counts."""
    referenced = {group.name: group.reference is not None for group in document.records.groups}
    items = {item.id: item for item in document.measurements}
    found = {}
    for finding in sorted(document.findings, key=lambda one: one.limit.required):
        limit = finding.limit
        directed = all(referenced.get(name, True) for name in limit.dimension.split("+"))
        both = limit.compare == "all_pairs" or not directed or None not in {limit.at_least, limit.at_most}
        for one in finding.comparisons:
            equal = _equality(items[one.measurement]) if both else None
            found[one.measurement] = _Asked(low=limit.at_least, high=limit.at_most, equal=equal)
    return found


def _equality(item: MeasurementRecord) -> float | None:
    if item.against is None:
        return None
    if item.metric.endswith("_ratio"):
        return 1.0
    return 0.0 if item.metric.endswith(("_difference", "_excess")) else None


def _figure(one: FigureChange, asked: _Asked | None) -> FigureChangeRecord:
    direction: Direction = "not_compared"
    if asked is not None and one.a is not None and one.b is not None and _moved(one):
        then, now = asked.off(one.a), asked.off(one.b)
        direction = "open" if then == now else "worse" if now > then else "better"
    return FigureChangeRecord(
        id=one.id, before=one.a, before_interval=one.a_interval, change=one.change, scale=one.scale,
        interval=one.interval, interval_joint=one.interval_joint, verdict=one.verdict, because=one.because,
        direction=direction,
    )  # fmt: skip
