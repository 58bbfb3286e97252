"""What corrective actions and residents' notes may be about, and what an audit found there."""

from collections.abc import Iterable
from typing import cast, get_args

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.oversight import WORDS
from auditkit.definitions.policy import Policy
from auditkit.errors import DefinitionError, Problem, closest, shown
from auditkit.judge.alerts import EVERYONE
from auditkit.judge.families import AREA, applicable, dimensions
from auditkit.judge.judging import WORST_FIRST
from auditkit.judge.loops import LoopVerdict, loop_status
from auditkit.results.checks import Status
from auditkit.results.document import AuditDocument
from auditkit.results.findings import Verdict
from auditkit.results.oversight import Overseen

OF_CHECKS: dict[Status, Verdict] = {
    "passed": "meets", "failed": "does_not_meet", "could_not_run": "cannot_tell", "not_applicable": "not_checked",
}  # fmt: skip
"""A data check read as a limit."""


def known_names(
    audit: AuditFile, policy: Policy, checks: Iterable[str], previous: AuditDocument | None
) -> frozenset[str]:
    """Name all that an action may be about: what this audit judges, and what the audit before knew.

    Parameters
    ----------
    audit
        The audit file.
    policy
        The limits.
    checks
        Names of the data checks.
    previous
        The audit before; a limit or a check may have gone since.
    """
    limits = {limit.id for limit in policy.limit}
    findings = {
        f"{limit.id}/{'+'.join(where) or EVERYONE}"
        for limit in applicable(policy, audit)
        for where in (dimensions(limit, audit) or ((limit.dimension,),))
    }
    return frozenset({*limits, *findings, *checks, *WORDS, *_known_before(previous)})


def _known_before(previous: AuditDocument | None) -> set[str]:
    if previous is None:
        return set()
    findings = {name for one in previous.findings for name in (one.id, one.limit_id)}
    return findings | {one.id for one in previous.checks} | {one.about for one in previous.oversight.actions}


def check_about(overseen: Overseen, audit: AuditFile, known: frozenset[str]) -> None:
    """Refuse actions and notes about what nobody knows, before any data are opened.

    Notes may be about areas, of which nothing is known before; where there are some, `check_notes` looks at them later.

    Raises
    ------
    DefinitionError
        With one problem per misspelt name.
    """
    file = _file(overseen, "actions")
    actions = [(f"{file} [action.{i}] about", one.about) for i, one in enumerate(overseen.actions or ())]
    _refuse(actions, known)
    if audit.areas is None and audit.records.area is None:
        _refuse(_abouts(overseen), known | questions(len(audit.question)))


def check_notes(overseen: Overseen, document: AuditDocument, known: frozenset[str]) -> None:
    """Refuse notes about an area that is none; where data were rejected, no area is known, and none is refused.

    Raises
    ------
    DefinitionError
        With one problem per misspelt name.
    """
    areas = areas_in(document)
    if areas:
        _refuse(_abouts(overseen), known | questions(len(document.questions)) | areas)


def questions(count: int) -> frozenset[str]:
    """Name the questions of an audit file.

    >>> sorted(questions(2))
    ['question-1', 'question-2']
    """
    return frozenset(f"question-{number}" for number in range(1, count + 1))


def areas_in(document: AuditDocument) -> frozenset[str]:
    """Name all areas of an audit."""
    listed = [one.id for kind in (document.places, document.alerts) if kind is not None for one in kind.areas]
    (area,) = AREA
    return frozenset({*listed, *(one.group[area] for one in document.measurements if area in one.group)})


def _abouts(overseen: Overseen) -> list[tuple[str, str]]:
    file = _file(overseen, "notes")
    return [(f"{file} [note.{i}] about", one.about) for i, one in enumerate(overseen.notes)]


def _file(overseen: Overseen, role: str) -> str:
    return next((one.file.rpartition("/")[2] for one in overseen.files if one.role == role), role)


def _refuse(given: list[tuple[str, str]], known: frozenset[str]) -> None:
    problems = []
    for where, name in given:
        if name not in known:
            near = closest(name, known)
            hint = f"Did you mean '{near}'? " if near else ""
            some = shown(sorted(known), most=20)
            problems.append(
                Problem(
                    where=where, found=f"nothing is called {shown([name])}.", mend=f"{hint}Known are: {some}."
                )
            )
    if problems:
        raise DefinitionError(problems)


def found_about(about: str, document: AuditDocument) -> Verdict | None:
    """Say what an audit found about a limit, a check or a standard word; None where it knows nothing of that name."""
    if about == "feedback":
        verdict = document.feedback.verdict
        known = verdict in get_args(LoopVerdict)
        return loop_status(cast("LoopVerdict", verdict)) if known else "not_checked"
    if about == "records":
        grave = [OF_CHECKS[one.status] for one in document.checks if one.severity != "note"]
        return _worst(found for found in grave if found != "not_checked") or "not_checked"
    limits = [one.status for one in document.findings if about in {one.id, one.limit_id}]
    return _worst([*limits, *(OF_CHECKS[one.status] for one in document.checks if one.id == about)])


def _worst(found: Iterable[Verdict]) -> Verdict | None:
    return min(found, key=WORST_FIRST.index, default=None)
