"""The audit file: which tool is audited, on which table, for which groups, against which policy."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.strict import Definition, parse, read_toml
from auditkit.definitions.values import Names, SomeValues, Value, Values
from auditkit.errors import DefinitionError, Problem, shown

LabelSource = Literal[
    "survey", "call", "app_report", "victim_report", "officer_initiated", "arrest", "citation", "conviction",
    "sensor", "verified", "mixed",
]  # fmt: skip
Orientation = Literal["burden", "benefit"]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


def _exactly_one(owner: Definition, forms: dict[str, tuple[str, ...]]) -> None:
    given = {name for name in type(owner).model_fields if getattr(owner, name) is not None}
    fits = [form for form, keys in forms.items() if given == set(keys)]
    if len(fits) != 1:
        written = "; ".join(f"{{ {', '.join(keys)} }}" for keys in forms.values())
        msg = f"expected the keys of exactly one form: {written}; found {shown(sorted(given))}"
        raise ValueError(msg)


class Tool(Definition):
    """The tool under audit."""

    name: Text = Field(description="the name the tool is known by.")
    vendor: Text = Field(description="who makes or sells it.")
    version: Text = Field(description="the version that was audited.")
    type: Literal["place", "person", "alert"] = Field(description="'place', 'person' or 'alert'.")
    purpose: Text = Field(description="what the tool is used for.")
    flagged_means: Text = Field(description="finishes the sentence 'A flagged person is …'.")
    orientation: Orientation = Field(
        description="'burden' if being flagged harms the person, 'benefit' if it helps; there is no default."
    )
    status: Literal["proposed", "pilot", "deployed"] = Field(description="'proposed', 'pilot' or 'deployed'.")


class Decision(Definition):
    """What counts as flagged: a score limit, a column, the top k or the top share."""

    score_at_least: float | int | None = Field(None, description="flagged when the score is at least this.")
    column: str | None = Field(None, description="the column that says who was flagged.")
    flagged: SomeValues | None = Field(None, description="the values of that column that mean flagged.")
    top_k: Annotated[int, Field(ge=1)] | None = Field(None, description="flag the k highest scores.")
    top_share: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="flag this highest share."
    )
    per: str | None = Field(
        None, description="the column within which the highest are taken, such as a date."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _exactly_one(
            self,
            {
                "limit": ("score_at_least",), "column": ("column", "flagged"),
                "top_k": ("top_k", "per"), "top_share": ("top_share", "per"),
            },
        )  # fmt: skip
        return self


class Outcome(Definition):
    """What was later recorded about each person, and who recorded it."""

    column: str = Field(description="the column that holds the recorded outcome.")
    positive: SomeValues = Field(description="the values that mean that the outcome happened.")
    negative: SomeValues | None = Field(
        None,
        description="the values that mean that it did not; without them one other value may stand in the column.",
    )
    means: Text = Field(description="the outcome in words, such as 'arrested again within two years'.")
    source: LabelSource = Field(description="who decides that the outcome is recorded.")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := set(self.positive) & set(self.negative or ()):
            msg = f"{shown(sorted(both))} cannot be both positive and negative"
            raise ValueError(msg)
        return self


class Confusion(Definition):
    """The columns of a published confusion matrix, one row per group."""

    tn: str = Field(description="not flagged, outcome absent.")
    fp: str = Field(description="flagged, outcome absent.")
    fn: str = Field(description="not flagged, outcome present.")
    tp: str = Field(description="flagged, outcome present.")
    means: Text = Field("recorded as positive", description="the outcome in words.")
    source: LabelSource = Field("mixed", description="who decides that the outcome is recorded.")


class Totals(Definition):
    """The columns of a published table of totals, one row per group."""

    flagged: str = Field(description="how many were flagged.")
    of: str = Field(description="of how many.")


class Records(Definition):
    """The main table: one row per scored person, or published counts of them."""

    path: str = Field(description="the table's path, relative to the audit file.")
    id: str | None = Field(None, description="the column that tells people apart.")
    score: str | None = Field(None, description="the tool's number.")
    decision: Decision | None = Field(None, description="what counts as flagged.")
    outcome: Outcome | None = Field(None, description="what was later recorded.")
    time: str | None = Field(None, description="the column with the date of scoring.")
    area: str | None = Field(None, description="the column with the person's area.")
    inputs: Names = Field((), description="columns the tool reads.")
    stamped_after: Names = Field((), description="columns that are filled in only after scoring.")
    observed_until: dt.date | None = Field(None, description="the last day on which outcomes were recorded.")
    follow_up_days: Annotated[int, Field(ge=1)] | None = Field(
        None, description="how long each person is followed."
    )
    missing: Values = Field((), description="values that mean 'not recorded' in any column named here.")
    counts: str | None = Field(
        None, description="the column of counts, when each row stands for several people."
    )
    suppressed: Values = Field((), description="marks that stand for a count withheld at the source.")
    confusion: Confusion | None = Field(None, description="the columns of a published confusion matrix.")
    totals: Totals | None = Field(None, description="the columns of a published table of totals.")

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        shapes = [name for name in ("decision", "confusion", "totals") if getattr(self, name) is not None]
        if len(shapes) != 1:
            msg = f"give exactly one of 'decision', 'confusion' and 'totals'; found {shown(shapes)}"
            raise ValueError(msg)
        row_keys = ("id", "score", "outcome", "time", "area", "counts", "observed_until", "follow_up_days")
        if shapes[0] != "decision" and (extra := [key for key in row_keys if getattr(self, key) is not None]):
            msg = f"'{shapes[0]}' describes a published table, which has no {shown(extra)}"
            raise ValueError(msg)
        if self.decision and self.decision.column is None and self.score is None:
            msg = "this decision is made from the score: name its column with 'score'"
            raise ValueError(msg)
        if self.counts and self.decision and self.decision.per:
            msg = "a table of counts has no people to rank: give the decision as a column or a score limit"
            raise ValueError(msg)
        if self.suppressed and shapes[0] == "decision" and not self.counts:
            msg = "'suppressed' marks withheld counts: name the column of counts with 'counts'"
            raise ValueError(msg)
        return self


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
        if not self.groups:
            msg = "an audit compares groups: declare at least one, such as [groups.race]"
            raise ValueError(msg)
        return self

    @property
    def dimensions(self) -> tuple[tuple[str, ...], ...]:
        """Every declared way of dividing people: the groups, then the intersections."""
        single = tuple((name,) for name in self.groups)
        return tuple(dict.fromkeys((*single, *(intersection.of for intersection in self.intersections))))

    def reference(self, dimension: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the reference group of a dimension, if every part of it declares one."""
        parts = [self.groups[name].reference for name in dimension]
        known = tuple(part for part in parts if part is not None)
        return known if known and len(known) == len(parts) else None

    @property
    def outcome(self) -> Outcome | Confusion | None:
        """What is known about outcomes: from rows, from a confusion matrix, or nothing."""
        return self.records.outcome or self.records.confusion


def read_audit_file(path: Path) -> AuditFile:
    """Read an audit file and report all its problems together.

    Raises
    ------
    DefinitionError
        With one problem per unknown key, missing key or value that does not fit.
    """
    audit = parse(AuditFile, read_toml(path, shown_as=path.name), shown_as=path.name)
    if audit.tool.type != "person":
        found = f"found '{audit.tool.type}'."
        mend = "This version audits tools of type 'person'; place and alert tools are on the way."
        raise DefinitionError([Problem(where=f"{path.name} [tool] type", found=found, mend=mend)])
    return audit
