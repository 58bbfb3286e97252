"""The audit file: which tool is audited, on which table, for which groups, against which policy."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from auditkit import bundled
from auditkit.definitions.checks import Kind, read_tool_type
from auditkit.definitions.places import AreaTable, FeedbackChoice, HistoryTable
from auditkit.definitions.records import Confusion, Outcome, Records, Text
from auditkit.definitions.stops import Stops
from auditkit.definitions.strict import Definition, parse, read_toml
from auditkit.definitions.values import Value, Values
from auditkit.errors import closest, shown

Orientation = Literal["burden", "benefit"]


class Tool(Definition):
    """The tool under audit."""

    name: Text = Field(description="the name the tool is known by.")
    vendor: Text = Field(description="who makes or sells it.")
    version: Text = Field(description="the version that was audited.")
    type: str = Field(description="a tool type in checks/tool_types/, such as 'person' or 'place'.")
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
        if name == "alert" and name not in known:
            msg = "this version audits tools of type 'person' and 'place'; alert tools are on the way"
            raise ValueError(msg)
        if name not in known:
            near = closest(name, known)
            hint = f"did you mean '{near}'? " if near else ""
            msg = f"{hint}tool types: {shown(known)}"
            raise ValueError(msg)
        return name


class Group(Definition):
    """A way of dividing people, such as race."""

    column: str = Field(description="the column that holds it.")
    reference: Value | None = Field(None, description="the group that the others are compared with.")
    unknown: Values = Field((), description="values that mean 'not known'; blanks always do.")


class Intersection(Definition):
    """Groups taken together, such as race and sex."""

    of: Annotated[tuple[str, ...], Field(strict=False, min_length=2)] = Field(
        description="two or more groups."
    )


class PolicyChoice(Definition):
    """Which limits the board has set."""

    use: str = Field("default", description="a name in checks/policies/, or a path.")
    pledge: str | None = Field(None, description="what `auditkit pledge` wrote, relative to the audit file.")


class ReportChoice(Definition):
    """How the report is written."""

    languages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = ("en",)


class Contact(Definition):
    """How a resident challenges the tool or a decision of it."""

    decides: Text = Field(description="who decides about the tool.")
    appeal_to: Text = Field(description="where a resident turns.")
    answer_within_days: Annotated[int, Field(ge=1)] = Field(description="how soon an answer is due.")


class Question(Definition):
    """A question that residents asked."""

    asked_by: Text
    text: Text


class Publication(Definition):
    """What is withheld so that no person can be recognised."""

    smallest_cell: Annotated[int, Field(ge=0)] = Field(
        11, description="counts from 1 to one less are withheld; 0 switches withholding off."
    )


class Run(Definition):
    """What makes a run repeatable."""

    seed: Annotated[int, Field(ge=0)] = 20260101


class Engine(Definition):
    """Where the queries run."""

    name: Literal["duckdb"] = "duckdb"
    memory: Annotated[str, Field(pattern=r"^[0-9]+(MB|GB)$")] = "4GB"


class AuditFile(Definition):
    """Everything the people who commission an audit declare."""

    tool: Tool = Field(description="the [tool] section describes the tool under audit.")
    records: Records = Field(description="the [records] section names the main table.")
    groups: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], Group] = Field(
        default_factory=dict
    )
    intersections: Annotated[tuple[Intersection, ...], Field(strict=False)] = ()
    areas: AreaTable | None = None
    history: HistoryTable | None = None
    feedback: FeedbackChoice | None = None
    stops: Stops | None = None
    policy: PolicyChoice = PolicyChoice()
    report: ReportChoice = ReportChoice()
    contact: Contact | None = None
    question: Annotated[tuple[Question, ...], Field(strict=False)] = ()
    publication: Publication = Publication()
    run: Run = Run()
    engine: Engine = Engine()

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
        complaints = _place_complaints(self) if self.kind == "place" else _person_complaints(self)
        if complaints:
            raise ValueError("; ".join(complaints))
        return self

    @property
    def kind(self) -> Kind:
        """Tell what the tool's decisions are about: persons or places."""
        return read_tool_type(self.tool.type).kind

    @property
    def dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing people or residents: the groups, then the intersections."""
        if self.areas is not None:
            return tuple((name,) for name in self.areas.resident_groups)
        single = tuple((name,) for name in self.groups)
        return tuple(dict.fromkeys((*single, *(intersection.of for intersection in self.intersections))))

    def reference(self, dimension: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the reference group of a dimension, if every part of it declares one."""
        if self.areas is not None:
            named = self.areas.reference.get(dimension[0])
            return None if named is None else (named,)
        parts = [self.groups[name].reference for name in dimension]
        known = tuple(part for part in parts if part is not None)
        return known if known and len(known) == len(parts) else None

    @property
    def outcome(self) -> Outcome | Confusion | None:
        """What is known about outcomes: from rows, from a confusion matrix, or nothing."""
        return self.records.outcome or self.records.confusion


def _person_complaints(audit: AuditFile) -> list[str]:
    found = []
    if not audit.groups:
        found.append("an audit of people compares groups: declare at least one, such as [groups.race]")
    if sections := [name for name in ("areas", "history", "feedback") if getattr(audit, name) is not None]:
        found.append(f"{shown(f'[{name}]' for name in sections)} belongs to tools of type 'place'")
    if audit.records.outcome and audit.records.outcome.kind != "binary":
        found.append("the outcome of a person is of kind 'binary'")
    if audit.records.decision and audit.records.decision.per and audit.records.id is None:
        found.append("a ranking needs [records] id, which decides between equal scores")
    if audit.records.decision and audit.records.decision.every_row and audit.stops is None:
        found.append(
            "decision = \"all\" belongs to tools of type 'place', or to [stops] where each row is a stop"
        )
    found += _stop_complaints(audit)
    return found


def _stop_complaints(audit: AuditFile) -> list[str]:
    stops, records = audit.stops, audit.records
    if stops is None:
        return []
    found = []
    if stops.threshold_test and (records.area is None or records.outcome is None):
        found.append(
            "the threshold test needs [records] area and outcome: where stops were, what searches found"
        )
    if stops.benchmark and (unknown := [name for name in stops.benchmark.groups if name not in audit.groups]):
        found.append(f"[stops.benchmark] groups names {shown(unknown)}; declared are {shown(audit.groups)}")
    return found


def _place_complaints(audit: AuditFile) -> list[str]:
    records = audit.records
    of_people = [key for key in ("repeat", "strata", "audit_sample") if getattr(records, key)]
    complaints = {
        "a place tool needs an [areas] section": audit.areas is None,
        "the groups of a place tool are its residents: declare them as [areas] resident_groups": bool(
            audit.groups or audit.intersections
        ),
        "a place tool needs [records] area": records.area is None,
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
    return [complaint for complaint, holds in complaints.items() if holds]


def read_audit_file(path: Path) -> AuditFile:
    """Read an audit file and report all its problems together.

    Raises
    ------
    DefinitionError
        With one problem per unknown key, missing key or value that does not fit.
    """
    return parse(AuditFile, read_toml(path, shown_as=path.name), shown_as=path.name)
