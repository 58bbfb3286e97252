"""What a report shows of what the data can carry: for each question asked of them, the answer and what follows from it."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.document import CheckRecord

Answer = Literal["blocking", "serious", "note", "sound", "unknown", "not_asked"]
"""The worst severity of a failed check, or that all passed, could not run, or did not apply."""
SEVERITIES: tuple[Answer, ...] = ("blocking", "serious", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question, and what the checks that ask it found."""

    at: int
    """Place in the document of the first check that asks it."""
    question: str
    """Its number, such as `D12` or `3.13`."""
    answer: Answer
    failed: tuple[CheckRecord, ...]
    passed: int
    skipped: tuple[CheckRecord, ...]
    refuses: tuple[str, ...]
    """Measures that were refused for this reason."""
    lacks: tuple[str, ...]
    """What would have to be declared for the checks that did not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessPage:
    """Every question: first those with a failed check, then those that were answered well, then those not asked."""

    doubtful: tuple[Line, ...]
    sound: tuple[Line, ...]
    not_asked: tuple[Line, ...]


def readiness_page(checks: tuple[CheckRecord, ...]) -> ReadinessPage:
    """Sort the checks by the question that they ask."""
    asked: dict[str, list[CheckRecord]] = {}
    first: dict[str, int] = {}
    for at, check in enumerate(checks):
        question = check.source.removeprefix("methods ")
        asked.setdefault(question, []).append(check)
        first.setdefault(question, at)
    lines = sorted((_line(name, found, at=first[name]) for name, found in asked.items()), key=_order)
    return ReadinessPage(
        doubtful=tuple(line for line in lines if line.answer not in {"sound", "not_asked"}),
        sound=tuple(line for line in lines if line.answer == "sound"),
        not_asked=tuple(line for line in lines if line.answer == "not_asked"),
    )


def _line(question: str, checks: list[CheckRecord], *, at: int) -> Line:
    failed = tuple(check for check in checks if check.status == "failed")
    skipped = tuple(check for check in checks if check.status == "not_applicable")
    return Line(
        at=at, question=question, answer=_answer(checks), failed=failed, skipped=skipped,
        passed=sum(1 for check in checks if check.status == "passed"),
        refuses=tuple(dict.fromkeys(one for check in failed for one in check.refuses)),
        lacks=tuple(dict.fromkeys(one for check in skipped for one in check.lacks)),
    )  # fmt: skip


def _answer(checks: list[CheckRecord]) -> Answer:
    failed = {check.severity for check in checks if check.status == "failed"}
    for severity in SEVERITIES:
        if severity in failed:
            return severity
    states = {check.status for check in checks}
    return "unknown" if "could_not_run" in states else "sound" if "passed" in states else "not_asked"


def _order(line: Line) -> tuple[int, int, float, str]:
    worst = [*SEVERITIES, "unknown", "sound", "not_asked"].index(line.answer)
    number = line.question.lstrip("D")
    numbered = line.question.startswith("D") and number.isdigit()
    return worst, 0 if numbered else 1, float(number) if numbered else 0.0, line.question
