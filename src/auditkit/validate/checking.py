"""Running a check suite on rows."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

# The facts register themselves; naming them here is what makes the folder's queries known.
import auditkit.validate.alert_facts
import auditkit.validate.area_facts
import auditkit.validate.column_facts
import auditkit.validate.coverage_facts
import auditkit.validate.group_facts
import auditkit.validate.history_facts
import auditkit.validate.log_facts
import auditkit.validate.missing_facts
import auditkit.validate.outcome_facts
import auditkit.validate.outside_facts
import auditkit.validate.place_facts
import auditkit.validate.placing_facts
import auditkit.validate.position_facts
import auditkit.validate.recording_facts
import auditkit.validate.table_facts
import auditkit.validate.training_facts  # noqa: F401  # importing it registers what it holds
from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import Check
from auditkit.errors import SHOWN, DefinitionError, Problem, closest
from auditkit.results.checks import CheckResult, Observed, Refusal, RejectedData, Status
from auditkit.results.rows import AlertRows, CheckedAlertRows, CheckedPlaceRows, CheckedRows, PlaceRows, Rows
from auditkit.validate.judging import Judge, Verdicts
from auditkit.validate.registry import FACTS, declared


def validate(
    rows: Rows, audit: AuditFile, *, checks: tuple[Check, ...], progress: Callable[[str], None]
) -> CheckedRows | RejectedData:
    """Run every check of a person tool and let the rows through, or reject them.

    Parameters
    ----------
    rows
        The main table.
    audit
        The audit file.
    checks
        The suites of the tool type.
    progress
        Called with the title of each check as it starts.
    """
    rows = rows.counted_ahead([("time", "outcome"), *(("area", group) for group in rows.roles("group."))])
    results, refused = _run_all(rows, audit, checks=checks, progress=progress)
    if any("all" in result.refuses for result in results):
        return RejectedData(checks=results)
    return CheckedRows(rows=rows, checks=results, refused=refused)


def validate_places(
    rows: PlaceRows, audit: AuditFile, *, checks: tuple[Check, ...], progress: Callable[[str], None]
) -> CheckedPlaceRows | RejectedData:
    """Run every check of a place tool, on all its tables, and let them through, or reject them."""
    results, refused = _run_all(rows, audit, checks=checks, progress=progress)
    if any("all" in result.refuses for result in results):
        return RejectedData(checks=results)
    return CheckedPlaceRows(rows=rows, checks=results, refused=refused)


def validate_alerts(
    rows: AlertRows, audit: AuditFile, *, checks: tuple[Check, ...], progress: Callable[[str], None]
) -> CheckedAlertRows | RejectedData:
    """Run every check of an alert system, on all its tables, and let them through, or reject them."""
    results, refused = _run_all(rows, audit, checks=checks, progress=progress)
    if any("all" in result.refuses for result in results):
        return RejectedData(checks=results)
    return CheckedAlertRows(rows=rows, checks=results, refused=refused)


def _run_all(
    rows: Rows, audit: AuditFile, *, checks: tuple[Check, ...], progress: Callable[[str], None]
) -> tuple[tuple[CheckResult, ...], tuple[Refusal, ...]]:
    judge, known = Judge(), declared(rows, audit)
    judge.prepare(checks)
    lacking = {check.id: tuple(need for need in check.needs if need not in known) for check in checks}
    gathered = []
    for check in checks:
        progress(check.title)
        if not lacking[check.id]:
            gathered.append((check, _facts(check, rows, audit)))
    judged = {
        check.id: _judged(check, frame, verdict)
        for (check, frame), verdict in zip(gathered, judge.judge(gathered), strict=True)
    }
    results = [
        judged.get(check.id) or replace(_result(check, "not_applicable", (), more=0), lacks=lacking[check.id])
        for check in checks
    ]
    refused = tuple(
        Refusal(measures=check.refuses, reason=check.reason, check=check.id)
        for check, result in zip(checks, results, strict=True)
        if result.refuses
    )
    return tuple(results), refused


def resolve(checks: tuple[Check, ...], *, measures: frozenset[str]) -> None:
    """Refuse checks whose facts, or refused measures, do not exist, all in one go."""
    problems = []
    for check in checks:
        if check.facts not in FACTS:
            near = closest(check.facts, FACTS)
            mend = f"Did you mean '{near}'?" if near else "docs/reference/checks.md lists the facts."
            problems.append(
                Problem(where=f"check '{check.id}'", found=f"there are no facts '{check.facts}'.", mend=mend)
            )
        for name in check.refuses:
            if name != "all" and name not in measures:
                near = closest(name, measures)
                mend = (
                    f"Did you mean '{near}'?" if near else "`auditkit catalogue metrics` lists the measures."
                )
                found = f"it refuses '{name}', which is no measure."
                problems.append(Problem(where=f"check '{check.id}'", found=found, mend=mend))
    if problems:
        raise DefinitionError(problems)


def _facts(check: Check, rows: Rows, audit: AuditFile) -> pd.DataFrame:
    gathered = FACTS[check.facts](rows, audit)
    frame: pd.DataFrame = gathered if isinstance(gathered, pd.DataFrame) else gathered.to_pandas()
    # an engine's order may change
    return frame.sort_values(["item", "value"], kind="stable", ignore_index=True)


def _judged(check: Check, frame: pd.DataFrame, verdict: Verdicts) -> CheckResult:
    failures, success = verdict
    if failures is None:
        return _result(check, "could_not_run", (), more=0)
    if success:
        return _result(check, "passed", _nearest(check, frame), more=0)
    failed = frame[failures] if any(failures) else frame
    return _result(check, "failed", _observed(failed.head(SHOWN)), more=max(0, len(failed) - SHOWN))


def _observed(frame: pd.DataFrame) -> tuple[Observed, ...]:
    return tuple(_fact(row) for row in frame.to_dict("records"))


def _fact(row: Mapping[Hashable, Any]) -> Observed:
    value, count = row["value"], row.get("count")
    number = float(value) if isinstance(value, int | float) else str(value)
    people = int(count) if isinstance(count, int | float) and count == count else None  # noqa: PLR0124  # NaN
    return Observed(item=str(row["item"]), value=number, count=people)


def _nearest(check: Check, frame: pd.DataFrame) -> tuple[Observed, ...]:
    """Of the facts that passed, the one nearest to failing."""
    if check.unit == "text":
        return _observed(frame.head(1))
    ascending = "max_value" not in check.args
    return _observed(frame.sort_values(["value", "item"], ascending=[ascending, True]).head(1))


def _result(check: Check, status: Status, observed: tuple[Observed, ...], *, more: int) -> CheckResult:
    return CheckResult(
        id=check.id, table=check.table, severity=check.severity, status=status, unit=check.unit, observed=observed,
        more=more, expected=_expected(check), title=check.title, why=check.why, ask=check.ask,
        refuses=check.refuses if status == "failed" else (), source=check.source,
    )  # fmt: skip


def _expected(check: Check) -> str:
    args = check.args
    if "value_set" in args:
        return "one of: " + ", ".join(map(str, args["value_set"]))
    limits = {"min_value": "at least", "max_value": "at most"}
    said = [f"{word} {_limit(check, args[key])}" for key, word in limits.items() if key in args]
    return " and ".join(said) or check.expect


def _limit(check: Check, limit: float) -> str:
    return f"{100 * limit:g}%" if check.unit == "share" else f"{limit:g}"
