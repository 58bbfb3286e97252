"""START HERE: an audit is seven calls, in order.

audit.toml -> load -> validate -> tally -> measure -> simulate -> judge -> report -> run folder

Stages take frozen objects and return a frozen object; only this module sees more than one of them. Paths, the clock,
progress and the command line enter here.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
from ibis import BaseBackend

from auditkit.definitions.audience import Audience
from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.definitions.checks import ToolType, read_checks, read_tool_type
from auditkit.definitions.pledge import KeptPledge, pledge_of, read_pledge, write_pledge
from auditkit.definitions.policy import ChosenPolicy, Policy, choose_policy
from auditkit.definitions.publication import Ledger, read_ledger
from auditkit.judge.about import check_about, known_names
from auditkit.judge.alternative_areas import alternative_areas
from auditkit.judge.alternatives import with_aim
from auditkit.judge.disclosure import withhold_checks
from auditkit.judge.families import declare_families, declare_marks
from auditkit.judge.judging import judge, may_be_positive
from auditkit.judge.loop_disclosure import withhold_loop
from auditkit.judge.loops import loop_of_policy
from auditkit.judge.not_checked import not_checked
from auditkit.judge.other_loops import judged_loops, with_loops, withhold_loops
from auditkit.judge.oversight import oversee
from auditkit.judge.place_disclosure import at_other_scales
from auditkit.judge.pledges import check_pledge, with_pledge
from auditkit.judge.protection import protecting
from auditkit.judge.publication import published, reasons, without_published_bounds
from auditkit.judge.sensitivity import sensitivity
from auditkit.load.alerts import load_alerts
from auditkit.load.engine import connect
from auditkit.load.oversight import load_oversight
from auditkit.load.people import load
from auditkit.load.places import load_places
from auditkit.load.standing import standing
from auditkit.measure.by_kind import measure_by_kind
from auditkit.measure.changes import changes
from auditkit.measure.choices import Measuring
from auditkit.measure.known import all_measures, check_measures, declared_measures
from auditkit.memory import without_search_for_cycles
from auditkit.report.assemble import Origin, build_document, internal_files
from auditkit.report.assemble_ledger import ledger_file, with_previous
from auditkit.report.folder import check_free, manifest, write_folder
from auditkit.report.wanted import Wanted
from auditkit.results.alerts import AlertTally
from auditkit.results.audit import Audit
from auditkit.results.changes import Changes
from auditkit.results.checks import CheckResult, RejectedData
from auditkit.results.document import AuditDocument, read_document
from auditkit.results.inputs import InputRecord
from auditkit.results.measurements import Estimate, Measurements
from auditkit.results.oversight import Overseen
from auditkit.results.places import PlaceTally
from auditkit.results.pledges import PledgeCheck
from auditkit.results.rows import CheckedAlertRows, CheckedPlaceRows, CheckedRows, Rows
from auditkit.results.tally import Tally
from auditkit.simulate.by_kind import simulate_by_kind
from auditkit.simulate.forecasters import Forecaster
from auditkit.simulate.supplied import Brought
from auditkit.statistics.derivable import possible_values
from auditkit.tally.alerts import tally_alerts
from auditkit.tally.people import tally
from auditkit.tally.places import tally_places
from auditkit.validate.checking import resolve, validate, validate_alerts, validate_places

Progress = Callable[[str, str], None]
"""Called with the name of a stage and a few words about what it does now."""
STAGES = ("load", "validate", "tally", "measure", "simulate", "judge", "report")
LIBRARIES = (
    "pandas", "duckdb", "ibis-framework", "great-expectations", "fairlearn", "scikit-learn", "scipy", "jinja2",
)  # fmt: skip


def silent(stage: str, detail: str) -> None:
    """Show no progress."""


@without_search_for_cycles()
def run_audit(  # noqa: PLR0913  # the front door; all but the path have a default
    path: str | Path,
    *,
    out: str | Path | None = None,
    policy: str | None = None,
    pledge: str | Path | None = None,
    progress: Progress = silent,
    existing: Literal["refuse", "replace"] = "refuse",
    allow_command: bool = False,
    forecaster: Forecaster | None = None,
    pdf: bool = False,
    now: dt.datetime | None = None,
    audience: Audience = "board",
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
    pledge
        What `make_pledge` wrote; it overrides the audit file's, and the report says whether it was kept.
    progress
        Called as the stages start.
    existing
        What to do with a run folder that is already there.
    allow_command
        Whether the program that [feedback] names may run; SECURITY.md says what that means.
    forecaster
        Stands for the tool in the feedback test, instead of the allocator of the audit file.
    pdf
        Whether to draw each report as tagged PDF as well; that takes seconds, and the extra `pdf`.
    now
        The time of the run; without it the clock says. Corrective actions are overdue by it.
    audience
        For whom the report is arranged; no figure depends on it. Charts as PNG, for journalists, take the extra `png`.

    Raises
    ------
    AuditKitError
        If the audit file or a table cannot be used; nothing is then written.
    """
    path = Path(path)
    audit, chosen, tool_type = _definitions(path, policy=policy)
    audit = with_aim(audit, chosen.policy)
    wanted = Wanted(audience=audience, pdf=pdf)
    wanted.check(audit.report.languages)
    if out is not None:
        check_free(Path(out), existing=existing)
    now = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    pledged = _pledged(path, audit, chosen, pledge=pledge, now=now)
    overseen, known = _overseen(path, audit, chosen.policy, tool_type, now=now)
    ledger = with_previous(_ledger(path, audit), overseen.previous)
    counted = _count(path, audit, tool_type, progress=progress)
    measured = Measurements(items=())
    if not isinstance(counted.result, RejectedData):
        measured = measure_by_kind(
            counted.result, parts=tool_type.measures, measuring=_measuring(audit, chosen.policy),
            test_rates=audit.test_rates, rng=_child(audit, "measure"), progress=partial(progress, "measure"),
        )  # fmt: skip
    progress("simulate", "feedback loop")
    feedback = simulate_by_kind(
        counted.result, audit, tool_type, Brought(folder=path.parent, commands=allow_command, forecaster=forecaster),
        families=declare_families(chosen.policy, audit), rng=_child(audit, "simulate"),
        progress=partial(progress, "simulate"),
    )  # fmt: skip
    measured = with_loops(measured, feedback)
    progress("judge", chosen.policy.name)
    protection = protecting(audit, ledger, counted.result, possible=possible_values)
    smallest = protection.smallest_cell
    safe = published(measured, counted.result, protection=protection)
    safe = withhold_loops(safe, feedback, smallest_cell=smallest)
    feedback = judged_loops(withhold_loop(feedback, counted.result, smallest_cell=smallest), safe)
    loop = loop_of_policy(feedback, chosen.policy, audit)
    judged = judge(
        safe, audit, chosen.policy, feedback=feedback, checks=counted.checks,
        unbounded=without_published_bounds(measured, safe),
    )  # fmt: skip
    origin = Origin(
        audit=audit, chosen=chosen, pledge=pledged, tool_type=tool_type, sources=counted.sources, counted=counted.counted,
        places=counted.result if isinstance(counted.result, PlaceTally) else None,
        alerts=counted.result if isinstance(counted.result, AlertTally) else None,
        loop=loop,
        checks=withhold_checks(counted.checks, smallest_cell=smallest),
        measurements=safe, reasons=reasons(measured, safe, protection), feedback=feedback, alternative=alternative_areas(safe, audit),
        judgement=with_pledge(judged, pledged),
        sensitivity=sensitivity(judged, safe, chosen.policy, audit, feedback=feedback),
        not_checked=not_checked(
            audit, feedback, membership_unknown=_membership_unknown(measured), metrics=_metrics(measured),
            scales=at_other_scales(measured),
        ),
        created=now.isoformat(timespec="seconds"),
        command=f"auditkit run {path.name}"
        + "".join(
            f" --{option} {Path(given).name}" for option, given in (("policy", policy), ("pledge", pledge)) if given
        )
        + " --allow-command" * allow_command
        + wanted.options,
        audit_sha256=_sha256(path),
        versions={name: version(name) for name in ("auditkit", *LIBRARIES)},
    )  # fmt: skip
    document = _held_against(build_document(origin), overseen, known=known, today=str(now.date()))
    progress("report", ", ".join(document.languages))
    files = {
        **wanted.files(document),
        **internal_files(counted.result, feedback),
        **ledger_file(document, ledger),
    }
    files["manifest.json"] = manifest(document, files, audience=audience)
    finished = Audit(document=document, tally=counted.result, files=files)
    if out is not None:
        write_folder(Path(out), files, existing=existing)
    return finished


@without_search_for_cycles()
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
        results = _checked(engine, path, audit, tool_type, progress=progress)[1].checks
    return withhold_checks(results, smallest_cell=audit.publication.smallest_cell)


def make_pledge(path: str | Path, *, out: str | Path, policy: str | None = None) -> KeptPledge:
    """Fix and hash the policy of an audit before its data are opened, and write that down; no data file is opened.

    Raises
    ------
    AuditKitError
        If the audit file or the policy cannot be used, or the pledge exists already.
    """
    path = Path(path)
    audit, chosen, _ = _definitions(path, policy=policy)
    pledge = pledge_of(
        chosen, audit_sha256=_sha256(path), inputs=standing(audit, folder=path.parent),
        created=dt.datetime.now(dt.UTC), auditkit=version("auditkit"),
    )  # fmt: skip
    return write_pledge(pledge, Path(out))


@without_search_for_cycles()
def render_again(
    folder: str | Path,
    *,
    out: str | Path,
    existing: Literal["refuse", "replace"] = "refuse",
    pdf: bool = False,
    audience: Audience = "board",
) -> None:
    """Render the report of a run folder again, from its `audit.json` alone, into another folder."""
    document = read_document(Path(folder) / "audit.json")
    wanted = Wanted(audience=audience, pdf=pdf)
    wanted.check(document.languages)
    files = wanted.files(document)
    files["manifest.json"] = manifest(document, files, audience=audience)
    check_free(Path(out), existing=existing)
    write_folder(Path(out), files, existing=existing)


def compare_audits(a: str | Path, b: str | Path) -> Changes:
    """Say what changed between two run folders, and whether by more than chance.

    Raises
    ------
    AuditKitError
        If one of them holds no `audit.json` of this version.
    """
    first, second = (read_document(Path(folder) / "audit.json") for folder in (a, b))
    return changes(first, second)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counted:
    """What is left of the data once they have been validated and tallied."""

    result: Tally | PlaceTally | AlertTally | RejectedData
    checks: tuple[CheckResult, ...]
    sources: tuple[InputRecord, ...]
    counted: bool


def _definitions(path: Path, *, policy: str | None) -> tuple[AuditFile, ChosenPolicy, ToolType]:
    audit = read_audit_file(path)
    use, who, beside = audit.policy.use, "audit file", path.parent
    if policy is not None:
        use, who, beside = policy, "command line", Path.cwd()
    supplied: Literal["audit file", "command line"] = (
        "command line" if who == "command line" else "audit file"
    )
    known = frozenset(all_measures()) | declared_measures(audit)
    chosen = choose_policy(use, beside=beside, supplied_by=supplied, measures=known)
    tool_type = read_tool_type(audit.tool.type)
    check_measures(tool_type)
    resolve(read_checks(tool_type.suites), measures=frozenset(all_measures()))
    return audit, chosen, tool_type


def _pledged(
    path: Path, audit: AuditFile, chosen: ChosenPolicy, *, pledge: str | Path | None, now: dt.datetime
) -> PledgeCheck | None:
    """Hold the audit against its pledge, before anything is opened."""
    if pledge is None and audit.policy.pledge is None:
        return None
    place = Path(pledge) if pledge is not None else path.parent / (audit.policy.pledge or "")
    return check_pledge(
        read_pledge(place, now=now), policy_sha256=chosen.sha256, audit_sha256=_sha256(path),
        inputs=standing(audit, folder=path.parent),
    )  # fmt: skip


def _overseen(
    path: Path, audit: AuditFile, policy: Policy, tool_type: ToolType, *, now: dt.datetime
) -> tuple[Overseen, frozenset[str]]:
    """Read what a board keeps beside its audits, and name what it may be about, before any data are opened."""
    overseen = load_oversight(audit, folder=path.parent, now=now)
    checks = (check.id for check in read_checks(tool_type.suites))
    known = known_names(audit, policy, checks, overseen.previous)
    check_about(overseen, audit, known)
    return overseen, known


def _held_against(
    document: AuditDocument, overseen: Overseen, *, known: frozenset[str], today: str
) -> AuditDocument:
    """Hold what may be published against what may be published of the audit before; nothing withheld can come back."""
    since = None if overseen.previous is None else changes(overseen.previous, document)
    return oversee(document, overseen, since, known=known, today=today)


def _ledger(path: Path, audit: AuditFile) -> Ledger:
    """Read what was published before, if the audit file names it; at first it is empty."""
    named = audit.publication.ledger
    return Ledger(schema_version="1", releases=()) if named is None else read_ledger(path.parent / named)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _child(audit: AuditFile, stage: str) -> np.random.Generator:
    """Return a stage's own random numbers; they are keyed by its name, so that a new stage moves nobody else's."""
    key = tuple(stage.encode())
    return np.random.default_rng(np.random.SeedSequence(audit.run.seed, spawn_key=key))


def _checked(
    engine: BaseBackend, path: Path, audit: AuditFile, tool_type: ToolType, *, progress: Progress
) -> tuple[Rows, CheckedRows | CheckedPlaceRows | CheckedAlertRows | RejectedData]:
    checks = read_checks(tool_type.suites)
    show = partial(progress, "validate")
    progress("load", audit.records.path)
    if audit.kind == "place":
        places = load_places(engine, audit, folder=path.parent, audit_name=path.name)
        return places, validate_places(places, audit, checks=checks, progress=show)
    if audit.kind == "alert":
        alerts = load_alerts(engine, audit, folder=path.parent, audit_name=path.name)
        return alerts, validate_alerts(alerts, audit, checks=checks, progress=show)
    people = load(engine, audit, folder=path.parent, audit_name=path.name)
    return people, validate(people, audit, checks=checks, progress=show)


def _count(path: Path, audit: AuditFile, tool_type: ToolType, *, progress: Progress) -> _Counted:
    with connect(audit.engine) as engine:
        rows, checked = _checked(engine, path, audit, tool_type, progress=progress)
        progress("tally", tool_type.unit)
        counts: Tally | PlaceTally | AlertTally | RejectedData
        match checked:
            case CheckedRows():
                counts = tally(checked, audit)
            case CheckedPlaceRows():
                counts = tally_places(checked, audit)
            case CheckedAlertRows():
                counts = tally_alerts(checked, audit)
            case RejectedData():
                counts = checked
        return _Counted(result=counts, checks=checked.checks, sources=rows.sources, counted=rows.counted)


def _measuring(audit: AuditFile, policy: Policy) -> Measuring:
    """Hand on what measuring may know of a policy: families and minimum sizes, no limits."""
    return Measuring(
        orientation=audit.tool.orientation, families=declare_families(policy, audit), minimum_n=policy.minimum_n,
        minimum_share=policy.minimum_share, detect_ratio=policy.detect_ratio, ratio_interval=policy.ratio_interval,
        seed=audit.run.seed, frontier=audit.frontier, marks=declare_marks(policy, audit),
        hidden=audit.outcome.hidden if audit.outcome else None,
    )  # fmt: skip


def _membership_unknown(measurements: Measurements) -> bool:
    return any(item.metric == "unknown_group_rate" and may_be_positive(item) for item in measurements.items)


def _metrics(measurements: Measurements) -> frozenset[str]:
    return frozenset(item.metric for item in measurements.items if isinstance(item.result, Estimate))
