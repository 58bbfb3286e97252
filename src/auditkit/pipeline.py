"""START HERE: an audit is seven calls, in order.

audit.toml -> load -> validate -> tally -> measure -> simulate -> judge -> report -> run folder

Stages take frozen objects and return a frozen object; only this module sees more than one of them. Paths, the clock,
progress and the command line enter here.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from babel import Locale

from auditkit import bundled
from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.definitions.checks import ToolType, read_checks, read_tool_type
from auditkit.definitions.policy import ChosenPolicy, choose_policy
from auditkit.judge.disclosure import withhold, withhold_checks
from auditkit.judge.families import declare_families
from auditkit.judge.judging import judge
from auditkit.judge.not_checked import not_checked
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.measure.measuring import Measuring, measure
from auditkit.measure.registry import measures
from auditkit.report.assemble import Origin, build_document, internal_tally
from auditkit.report.folder import check_free, manifest, write_folder
from auditkit.report.render import available_languages, check_languages, render
from auditkit.results.audit import Audit
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.document import read_document
from auditkit.results.measurements import Estimate, Measurements
from auditkit.results.rows import CheckedRows, Rows
from auditkit.results.tally import Tally
from auditkit.simulate.feedback import simulate
from auditkit.tally.people import tally
from auditkit.validate.checking import resolve, validate

Progress = Callable[[str, str], None]
"""Called with the name of a stage and a few words about what it does now."""
STAGES = ("load", "validate", "tally", "measure", "simulate", "judge", "report")
LIBRARIES = (
    "pandas",
    "duckdb",
    "ibis-framework",
    "great-expectations",
    "fairlearn",
    "scikit-learn",
    "scipy",
    "jinja2",
)


def silent(stage: str, detail: str) -> None:
    """Show no progress."""


def run_audit(
    path: str | Path,
    *,
    out: str | Path | None = None,
    policy: str | None = None,
    progress: Progress = silent,
    existing: Literal["refuse", "replace"] = "refuse",
) -> Audit:
    """Run a whole audit and, if a folder is named, write its run folder.

    Parameters
    ----------
    path
        The audit file.
    out
        The run folder to write, all or nothing; without it nothing is written.
    policy
        A policy by name or path; it overrides the audit file's choice, and the report says so.
    progress
        Called as the stages start.
    existing
        What to do with a run folder that is already there.

    Raises
    ------
    AuditKitError
        If the audit file or a table cannot be used; nothing is then written.
    """
    path = Path(path)
    audit, chosen, tool_type = _definitions(path, policy=policy)
    check_languages(audit.report.languages)
    if out is not None:
        check_free(Path(out), existing=existing)
    rows, counted = _count(path, audit, tool_type, progress=progress)
    measured = _measure(counted, audit, chosen, tool_type, progress=progress)
    progress("simulate", "feedback loop")
    feedback = simulate(tool_type)
    progress("judge", chosen.policy.name)
    judged = judge(measured, audit, chosen.policy, checks=counted.checks)
    smallest = audit.publication.smallest_cell
    origin = Origin(
        audit=audit, chosen=chosen, tool_type=tool_type, source=rows.source, counted=rows.counted,
        checks=withhold_checks(counted.checks, smallest_cell=smallest),
        measurements=withhold(measured, smallest_cell=smallest), feedback=feedback, judgement=judged,
        not_checked=not_checked(audit, feedback, membership_unknown=_membership_unknown(measured)),
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        command=f"auditkit run {path.name}" + (f" --policy {Path(policy).name}" if policy else ""),
        audit_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        versions={name: version(name) for name in ("auditkit", *LIBRARIES)},
    )  # fmt: skip
    document = build_document(origin)
    progress("report", ", ".join(document.languages))
    files = {**render(document), "internal/tally.json": internal_tally(counted.result)}
    files["manifest.json"] = manifest(document, files)
    finished = Audit(document=document, tally=counted.result, files=files)
    if out is not None:
        write_folder(Path(out), files, existing=existing)
    return finished


def check_data(path: str | Path, *, progress: Progress = silent) -> tuple[CheckResult, ...]:
    """Run the data checks alone, as a vendor does before submitting.

    Raises
    ------
    AuditKitError
        If the audit file or a table cannot be used.
    """
    path = Path(path)
    audit, _, tool_type = _definitions(path, policy=None)
    with connect(audit.engine) as engine:
        progress("load", audit.records.path)
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        checks = read_checks(tool_type.suites)
        results = validate(
            rows, audit, checks=checks, progress=lambda title: progress("validate", title)
        ).checks
    return withhold_checks(results, smallest_cell=audit.publication.smallest_cell)


def render_again(
    folder: str | Path, *, out: str | Path, existing: Literal["refuse", "replace"] = "refuse"
) -> None:
    """Render the report of a run folder again, from its `audit.json` alone, into another folder."""
    document = read_document(Path(folder) / "audit.json")
    check_languages(document.languages)
    files = render(document)
    files["manifest.json"] = manifest(document, files)
    check_free(Path(out), existing=existing)
    write_folder(Path(out), files, existing=existing)


def languages() -> tuple[str, ...]:
    """Languages a report can be written in."""
    return available_languages()


class _Counted:
    """What is left of the data once it has been validated and tallied."""

    def __init__(self, *, result: Tally | RejectedData, checks: tuple[CheckResult, ...]) -> None:
        self.result = result
        self.checks = checks


def _definitions(path: Path, *, policy: str | None) -> tuple[AuditFile, ChosenPolicy, ToolType]:
    audit = read_audit_file(path)
    use, who, beside = audit.policy.use, "audit file", path.parent
    if policy is not None:
        use, who, beside = policy, "command line", Path.cwd()
    supplied: Literal["audit file", "command line"] = (
        "command line" if who == "command line" else "audit file"
    )
    chosen = choose_policy(use, beside=beside, supplied_by=supplied, measures=frozenset(measures()))
    tool_type = read_tool_type(audit.tool.type)
    resolve(read_checks(tool_type.suites))
    return audit, chosen, tool_type


def _count(path: Path, audit: AuditFile, tool_type: ToolType, *, progress: Progress) -> tuple[Rows, _Counted]:
    with connect(audit.engine) as engine:
        progress("load", audit.records.path)
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        checks = read_checks(tool_type.suites)
        checked = validate(rows, audit, checks=checks, progress=lambda title: progress("validate", title))
        if not isinstance(checked, CheckedRows):
            return rows, _Counted(result=checked, checks=checked.checks)
        progress("tally", "people by group")
        return rows, _Counted(result=tally(checked, audit), checks=checked.checks)


def _measure(
    counted: _Counted, audit: AuditFile, chosen: ChosenPolicy, tool_type: ToolType, *, progress: Progress
) -> Measurements:
    if isinstance(counted.result, RejectedData):
        return Measurements(items=())
    measuring = Measuring(
        orientation=audit.tool.orientation, families=declare_families(chosen.policy, audit),
        minimum_n=chosen.policy.minimum_n, ratio_interval=chosen.policy.ratio_interval,
    )  # fmt: skip
    return measure(
        counted.result, metrics=tool_type.measures, measuring=measuring,
        progress=lambda words: progress("measure", words),
    )  # fmt: skip


def _membership_unknown(measurements: Measurements) -> bool:
    return any(
        item.metric == "unknown_group_rate" and isinstance(item.result, Estimate) and item.result.numerator
        for item in measurements.items
    )


def catalogue() -> dict[str, dict[str, str]]:
    """Everything this installation can measure, check, limit and write, by kind and name."""
    tool_types = {name: read_tool_type(name) for name in bundled.names("checks/tool_types")}
    suites = tuple(dict.fromkeys(suite for kind in tool_types.values() for suite in kind.suites))
    policies = {
        name: choose_policy(name, beside=Path(), supplied_by="audit file", measures=frozenset(measures()))
        for name in bundled.names("checks/policies")
    }
    return {
        "metrics": measures(),
        "checks": {check.id: f"{check.severity}: {check.title}" for check in read_checks(suites)},
        "policies": {
            name: ", ".join(limit.id for limit in chosen.policy.limit) for name, chosen in policies.items()
        },
        "tool_types": {name: kind.unit for name, kind in tool_types.items()},
        "languages": {name: Locale.parse(name).english_name or name for name in available_languages()},
    }
