"""The audit file: which tool is audited, on which table, for which groups, against which policy."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from auditkit import bundled
from auditkit.definitions.alert_loops import loop_complaints
from auditkit.definitions.alerts import Actions, CoverageTable, EventTable, TestRates, disposition_complaints
from auditkit.definitions.alternatives import (
    Alternatives,
    Subgroups,
    alternatives_complaints,
    subgroup_complaints,
)
from auditkit.definitions.checks import Kind, read_tool_type
from auditkit.definitions.displacement import Displacement, displacement_complaints
from auditkit.definitions.frontier import Frontier, frontier_complaints
from auditkit.definitions.groups import Group, Intersection
from auditkit.definitions.inferred import InferredGroup, inferred_apart
from auditkit.definitions.loops import AlertFeedback, DeploymentTable, FeedbackSection, for_kind
from auditkit.definitions.outside_knowledge import Reporting, SecondSource, UnlawfulPeriod, outside_complaints
from auditkit.definitions.places import AreaTable, HistoryTable, position_complaints, with_placed_area
from auditkit.definitions.publication import Publication
from auditkit.definitions.questions import Question, question_complaints
from auditkit.definitions.records import Confusion, Outcome, Records, Text
from auditkit.definitions.report_choice import Contact, ReportChoice
from auditkit.definitions.resident_reports import ResidentReports
from auditkit.definitions.stops import Stops, stop_complaints
from auditkit.definitions.strict import Definition, parse, read_toml
from auditkit.errors import closest, shown

Orientation = Literal["burden", "benefit"]


class Tool(Definition):
    """The tool under audit."""

    name: Text = Field(description="the name the tool is known by.")
    vendor: Text = Field(description="who makes or sells it.")
    version: Text = Field(description="the version that was audited.")
    type: str = Field(description="a tool type in checks/tool_types/, such as 'person', 'place' or 'alert'.")
    purpose: Text = Field(description="what the tool is used for.")
    flagged_means: Text = Field(description="finishes the sentence 'A flagged person is …'.")
    orientation: Orientation = Field(
        description="'burden' if being flagged harms the person, 'benefit' if it helps; there is no default."
    )
    status: Literal["proposed", "pilot", "deployed"] = Field(description="'proposed', 'pilot' or 'deployed'.")

    @field_validator("type")
    @classmethod
    def _known_type(cls, name: str) -> str:
        known = bundled.names("checks/tool_types")
        if name not in known:
            near = closest(name, known)
            hint = f"did you mean '{near}'? " if near else ""
            msg = f"{hint}tool types: {shown(known)}"
            raise ValueError(msg)
        return name


class PolicyChoice(Definition):
    """Which limits the board has set."""

    use: str = Field("default", description="a name in checks/policies/, or a path.")
    pledge: str | None = Field(None, description="what `auditkit pledge` wrote, relative to the audit file.")


class Run(Definition):
    """What makes a run repeatable."""

    seed: Annotated[int, Field(ge=0)] = 20260101


class Engine(Definition):
    """Where the queries run."""

    name: Literal["duckdb"] = "duckdb"
    memory: Annotated[str, Field(pattern=r"^[0-9]+(MB|GB)$")] = Field(
        "3GB",
        description="the most that queries may hold; the rest of an audit needs about half a gigabyte more.",
    )


class AuditFile(Definition):
    """Everything the people who commission an audit declare."""

    tool: Tool = Field(description="the [tool] section describes the tool under audit.")
    records: Records = Field(description="the [records] section names the main table.")
    groups: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], Group] = Field(
        default_factory=dict
    )
    inferred: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], InferredGroup] = Field(
        default_factory=dict, description="[groups.…] sections that give 'probabilities'; written there."
    )
    intersections: Annotated[tuple[Intersection, ...], Field(strict=False)] = ()
    areas: AreaTable | None = None
    history: HistoryTable | None = None
    feedback: FeedbackSection | None = None
    deployment: DeploymentTable | None = None
    displacement: Displacement | None = None
    frontier: Frontier | None = None
    coverage: CoverageTable | None = None
    actions: Actions | None = None
    events: EventTable | None = None
    test_rates: TestRates | None = None
    stops: Stops | None = None
    alternatives: Alternatives | None = None
    subgroups: Subgroups | None = None
    unlawful_periods: Annotated[tuple[UnlawfulPeriod, ...], Field(strict=False)] = ()
    second_source: Annotated[tuple[SecondSource, ...], Field(strict=False)] = ()
    reporting: Reporting | None = None
    resident_reports: ResidentReports | None = None
    policy: PolicyChoice = PolicyChoice()
    report: ReportChoice = ReportChoice()
    contact: Contact | None = None
    question: Annotated[tuple[Question, ...], Field(strict=False)] = ()
    publication: Publication = Publication()
    run: Run = Run()
    engine: Engine = Engine()

    @model_validator(mode="before")
    @classmethod
    def _read_by_kind(cls, given: Any) -> Any:
        """Read what depends on the kind of tool.

        Each row of an alert system is an alert, where nothing says which were dispatched; and each kind has its own
        [feedback].
        """
        tool, records = (given.get(key) for key in ("tool", "records"))
        if not isinstance(tool, dict) or tool.get("type") not in bundled.names("checks/tool_types"):
            return given
        kind = read_tool_type(tool["type"]).kind
        if kind == "alert" and isinstance(records, dict):
            given = {**given, "records": {"decision": "all", **records}}
        if kind != "person" and "areas" in given:
            given = {**given, "records": with_placed_area(given.get("records"))}
        return given if "feedback" not in given else {**given, "feedback": for_kind(given["feedback"], kind)}

    @model_validator(mode="before")
    @classmethod
    def _inferred_apart(cls, given: Any) -> Any:
        """Tell groups that are known from those that are only inferred; both are written under [groups]."""
        return inferred_apart(given)

    @model_validator(mode="after")
    def _known_groups(self) -> Self:
        for intersection in self.intersections:
            unknown = [name for name in intersection.of if name not in self.groups]
            if unknown or len(set(intersection.of)) < len(intersection.of):
                known = shown(self.groups)
                msg = f"intersections are of different declared groups ({known}); found {shown(intersection.of)}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        known = {"person": _person_complaints, "place": _place_complaints, "alert": _alert_complaints}
        complaints = [*_section_complaints(self), *known[self.kind](self)]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self

    @property
    def kind(self) -> Kind:
        """Tell what the tool's decisions are about: persons, places or alerts."""
        return read_tool_type(self.tool.type).kind

    @property
    def dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing people or residents: the groups, then the intersections."""
        return tuple(
            dict.fromkeys((*self.row_dimensions, *self.inferred_dimensions, *self.resident_dimensions))
        )

    @property
    def inferred_dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every way of dividing people of which only probabilities are known."""
        return tuple((name,) for name in self.inferred)

    @property
    def counted_dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing people or residents that can be counted."""
        return tuple(one for one in self.dimensions if one not in self.inferred_dimensions)

    @property
    def row_dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing the rows of the main table."""
        single = tuple((name,) for name in self.groups)
        return tuple(dict.fromkeys((*single, *(intersection.of for intersection in self.intersections))))

    @property
    def resident_dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing the residents of areas."""
        return () if self.areas is None else tuple((name,) for name in self.areas.resident_groups)

    def reference(self, dimension: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the reference group of a dimension, if every part of it declares one."""
        if self.areas is not None and dimension in self.resident_dimensions:
            named = self.areas.reference.get(dimension[0])
            return None if named is None else (named,)
        parts = [(self.groups.get(name) or self.inferred[name]).reference for name in dimension]
        known = tuple(part for part in parts if part is not None)
        return known if known and len(known) == len(parts) else None

    @property
    def outcome(self) -> Outcome | Confusion | None:
        """What is known about outcomes: from rows, from a confusion matrix, or nothing."""
        return self.records.outcome or self.records.confusion


OF_PEOPLE = ("provider", "sensitive")
"""Keys of [publication] that are about people."""
SECTIONS: dict[str, tuple[Kind, ...]] = {
    "areas": ("place", "alert"), "history": ("place",), "deployment": ("place", "alert"), "displacement": ("place",),
    "frontier": ("place",), "coverage": ("alert",),
    "reporting": ("place",), "resident_reports": ("place", "alert"), "actions": ("alert",), "events": ("alert",), "test_rates": ("alert",), "alternatives": ("person",),
    "subgroups": ("person",),
}  # fmt: skip
"""Sections that only some kinds of tool have."""


def _section_complaints(audit: AuditFile) -> list[str]:
    """Name sections that another type of tool has."""
    here: dict[tuple[Kind, ...], list[str]] = {}
    for name, kinds in SECTIONS.items():
        if getattr(audit, name) is not None and audit.kind not in kinds:
            here.setdefault(kinds, []).append(f"[{name}]")
    found = [
        f"{shown(names)} belongs to tools of type {' and '.join(map(repr, kinds))}"
        for kinds, names in here.items()
    ]
    found += position_complaints(audit.records, audit.history, audit.kind)
    people = [f"[publication] {key}" for key in OF_PEOPLE if getattr(audit.publication, key)]
    if people and audit.kind != "person":
        found.append(f"{shown(people)} belongs to tools of type 'person'")
    if audit.deployment and audit.kind != "person":
        used = audit.tool.status != "proposed"
        found += [] if used else ["[deployment] holds logs of a tool in use, and this one is 'proposed'"]
        found += [] if audit.areas else ["[deployment] needs [areas]"]
    found += question_complaints(audit.question, areas=bool(audit.areas or audit.records.area))
    return [*found, *outside_complaints(audit)]


def _person_complaints(audit: AuditFile) -> list[str]:
    found = []
    if not audit.groups and not audit.inferred:
        found.append("an audit of people compares groups: declare at least one, such as [groups.race]")
    if audit.records.outcome and audit.records.outcome.kind != "binary":
        found.append("the outcome of a person is of kind 'binary'")
    if audit.records.decision and audit.records.decision.per and audit.records.id is None:
        found.append("a ranking needs [records] id, which decides between equal scores")
    if audit.records.decision and audit.records.decision.every_row and audit.stops is None:
        found.append(
            "decision = \"all\" belongs to tools of type 'place', or to [stops] where each row is a stop"
        )
    found += stop_complaints(audit.stops, audit.records, tuple(audit.groups))
    found += alternatives_complaints(audit.alternatives, audit.records, audit.dimensions)
    found += subgroup_complaints(audit.subgroups, audit.records, tuple(audit.groups))
    return [*found, *_hidden_complaints(audit)]


def _hidden_complaints(audit: AuditFile) -> list[str]:
    hidden = None if audit.outcome is None else audit.outcome.hidden
    unknown = [] if hidden is None else [name for name in hidden.groups if name not in audit.groups]
    if not unknown:
        return []
    return [f"hidden.groups names {shown(unknown)}; declared are {shown(audit.groups)}"]


def _place_complaints(audit: AuditFile) -> list[str]:
    records = audit.records
    of_people = [key for key in ("repeat", "strata", "audit_sample") if getattr(records, key)]
    of_people += [key for key in ("split", "inputs_as_of") if getattr(records, key)]
    of_people += ["score_is"] if records.score_is != "rank" else []
    of_people += [
        f"outcome.{key}" for key in ("date", "hidden") if records.outcome and getattr(records.outcome, key)
    ]
    complaints = {
        "a place tool needs an [areas] section": audit.areas is None,
        "the groups of a place tool are its residents: declare them as [areas] resident_groups": bool(
            audit.groups or audit.inferred or audit.intersections
        ),
        "a place tool needs [records] area, or longitude and latitude": records.area is None,
        "[stops] belongs to tools of type 'person'": audit.stops is not None,
        "a place tool has one row per area and period, with 'decision'": bool(
            records.confusion or records.totals
        ),
        f"{shown(of_people)} in [records] belongs to tools of type 'person'": bool(of_people),
        "the outcome of an area is of kind 'count'": bool(
            records.outcome and records.outcome.kind != "count"
        ),
        "[records] time and period go together": (records.time is None) != (records.period is None),
        "[feedback] needs [history], the records that the tool learns from": bool(
            audit.feedback and audit.history is None
        ),
    }
    return [complaint for complaint, holds in complaints.items() if holds] + _further_complaints(audit)


def _further_complaints(audit: AuditFile) -> list[str]:
    records, has_history = audit.records, audit.history is not None
    return [
        *displacement_complaints(
            audit.displacement, period=records.period, outcome=records.outcome is not None, history=has_history
        ),
        *frontier_complaints(
            audit.frontier, audit.areas, outcome=records.outcome is not None,
            earlier=has_history or records.time is not None, burden=audit.tool.orientation == "burden",
        ),
    ]  # fmt: skip


def _alert_complaints(audit: AuditFile) -> list[str]:
    records, outcome, found = audit.records, audit.records.outcome, []
    if records.decision is None or (records.decision.column is None and not records.decision.every_row):
        found.append("the decision of an alert is a column that says which were dispatched, or is left out")
    if outcome and outcome.kind != "disposition":
        found.append("the outcome of an alert names 'confirmed' dispositions")
    if outcome and outcome.confirmed:
        lists = {"confirmed": outcome.confirmed, "unfounded": outcome.unfounded, "unknown": outcome.unknown}
        found += disposition_complaints(lists)
    if audit.areas and records.area is None:
        found.append("[areas] needs [records] area, or longitude and latitude, which say where an alert was")
    if audit.coverage and audit.areas is None:
        found.append("[coverage] needs [areas], which says who lives there")
    if (records.longitude is None) != (records.latitude is None):
        found.append("[records] longitude and latitude go together")
    if isinstance(audit.feedback, AlertFeedback):
        found += loop_complaints(audit.feedback.confirmation, audit.feedback.stops, records)
    return [*found, *_of_people(audit), *_reference_complaints(audit), *_period_complaints(audit)]


def _of_people(audit: AuditFile) -> list[str]:
    """Name what an alert system has no use for."""
    keys = [key for key in ("repeat", "strata", "audit_sample") if getattr(audit.records, key)]
    keys += ["outcome.hidden"] if audit.outcome and audit.outcome.hidden else []
    complaints = {
        "[stops] belongs to tools of type 'person'": audit.stops is not None,
        "'probabilities' of groups belong to tools of type 'person'": bool(audit.inferred),
        f"{shown(keys)} in [records] belongs to tools of type 'person'": bool(keys),
    }
    return [complaint for complaint, holds in complaints.items() if holds]


def _period_complaints(audit: AuditFile) -> list[str]:
    together = (audit.records.time is None) == (audit.records.period is None)
    return [] if together else ["[records] time and period go together"]


def _reference_complaints(audit: AuditFile) -> list[str]:
    """Say where groups of rows and of residents of one name have two reference groups."""
    return [
        f"[groups.{name}] and [areas] reference.{name} name different reference groups"
        for name, group in audit.groups.items()
        if (name,) in audit.resident_dimensions
        and audit.reference((name,)) != (group.reference and (group.reference,))
    ]


def read_audit_file(path: Path) -> AuditFile:
    """Read an audit file and report all its problems together.

    Raises
    ------
    DefinitionError
        With one problem per unknown key, missing key or value that does not fit.
    """
    return parse(AuditFile, read_toml(path, shown_as=path.name), shown_as=path.name)
