"""The main table as the audit file declares it: what is flagged, what was recorded, which columns play which role."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import Names, SomeValues, Values
from auditkit.errors import shown

LabelSource = Literal[
    "survey", "call", "app_report", "victim_report", "officer_initiated", "arrest", "citation", "conviction",
    "sensor", "verified", "mixed",
]  # fmt: skip
Text = Annotated[str, Field(min_length=1, max_length=2000)]


def exactly_one(owner: Definition, forms: dict[str, tuple[str, ...]]) -> None:
    """Refuse a section whose keys fit none, or several, of its forms."""
    given = {name for name in type(owner).model_fields if getattr(owner, name) is not None}
    fits = [form for form, keys in forms.items() if given == set(keys)]
    if len(fits) != 1:
        written = "; ".join(f"{{ {', '.join(keys)} }}" for keys in forms.values())
        msg = f"expected the keys of exactly one form: {written}; found {shown(sorted(given))}"
        raise ValueError(msg)


Period = Literal["day", "week", "month", "year"]
FORMS = {
    "limit": ("score_at_least",),
    "column": ("column", "flagged"),
    "top_k": ("top_k", "per"),
    "top_share": ("top_share", "per"),
    "all": ("every_row",),
}
"""Keys of each form of a decision."""


def _spelled_out(decision: object) -> object:
    return {"every_row": True} if decision == "all" else decision


class Decision(Definition):
    """What counts as flagged: a score limit, a column, the top k or the top share."""

    score_at_least: float | None = Field(None, description="flagged when the score is at least this.")
    column: str | None = Field(None, description="the column that says who was flagged.")
    flagged: SomeValues | None = Field(None, description="the values of that column that mean flagged.")
    top_k: Annotated[int, Field(ge=1)] | None = Field(None, description="flag the k highest scores.")
    top_share: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="flag this highest share."
    )
    per: str | None = Field(
        None, description="the column within which the highest are taken, such as a date."
    )
    every_row: Literal[True] | None = Field(None, description='each row is a flag; written decision = "all".')

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        exactly_one(self, FORMS)
        return self


Share = Annotated[float, Field(ge=0, lt=1)]
Shares = Annotated[tuple[Share, Share], Field(strict=False)]


class HiddenOutcomes(Definition):
    """How many people may have had the outcome without its being recorded, and who says so."""

    share: Shares = Field(
        (0.0, 0.0), description="least and greatest share of each group's people, such as [0.0, 0.1]."
    )
    groups: dict[str, dict[str, Shares]] = Field(
        default_factory=dict,
        description="the same for single groups, such as { race = { White = [0.0, 0.2] } }.",
    )
    source: Text = Field(description="where these shares come from; the report names it.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        every = [self.share, *(one for groups in self.groups.values() for one in groups.values())]
        if any(least > most for least, most in every):
            msg = "a range runs from the least to the greatest share, such as [0.0, 0.1]"
            raise ValueError(msg)
        if not any(most for _, most in every):
            msg = "nothing is said to be hidden: give a 'share' above 0, or 'groups'"
            raise ValueError(msg)
        return self


class Outcome(Definition):
    """What was later recorded about each person or in each area, and who recorded it."""

    column: str = Field(description="the column that holds the recorded outcome.")
    kind: Literal["binary", "count", "disposition"] = Field(
        "binary",
        description="'binary' per person, 'count' per area and period, 'disposition' per alert.",
    )
    positive: SomeValues | None = Field(None, description="the values that mean that the outcome happened.")
    negative: SomeValues | None = Field(
        None,
        description="the values that mean that it did not; without them one other value may stand in the column.",
    )
    confirmed: SomeValues | None = Field(
        None, description="for alerts: the dispositions that mean that the alert was right."
    )
    unfounded: Values = Field((), description="for alerts: the dispositions that mean that it was wrong.")
    unknown: Values = Field((), description="for alerts: values that mean that no disposition was recorded.")
    means: Text = Field(description="the outcome in words, such as 'arrested again within two years'.")
    source: LabelSource = Field(description="who decides that the outcome is recorded.")
    date: str | None = Field(None, description="the column with the day on which the outcome was recorded.")
    hidden: HiddenOutcomes | None = Field(
        None, description="outcomes that may have happened without being recorded."
    )

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_values(cls, given: Any) -> Any:
        named = isinstance(given, dict) and "confirmed" in given
        return {"kind": "disposition", **given} if named else given

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "disposition") != (self.confirmed is not None):
            msg = "'confirmed' and kind 'disposition' go together, for alerts"
            raise ValueError(msg)
        if self.kind != "disposition" and (self.unfounded or self.unknown):
            msg = "'unfounded' and 'unknown' belong to the dispositions of alerts, with 'confirmed'"
            raise ValueError(msg)
        if self.kind != "binary" and (self.positive or self.negative):
            msg = f"an outcome of kind '{self.kind}' has no 'positive' or 'negative' values"
            raise ValueError(msg)
        if self.kind == "binary" and self.positive is None:
            msg = "name the values that mean that the outcome happened in 'positive'"
            raise ValueError(msg)
        if both := set(self.positive or ()) & set(self.negative or ()):
            msg = f"{shown(sorted(both))} cannot be both positive and negative"
            raise ValueError(msg)
        return self


class AuditSample(Definition):
    """Unflagged people drawn at random, whose outcomes were then looked up."""

    column: str = Field(description="the column that marks who was drawn.")
    sampled: SomeValues = Field(description="the values of that column that mean drawn.")


class Split(Definition):
    """Which rows the tool learned from."""

    column: str = Field(description="the column that tells the rows apart.")
    training: SomeValues = Field(description="its values on rows that the tool learned from.")


class Confusion(Definition):
    """The columns of a published confusion matrix, one row per group."""

    tn: str = Field(description="not flagged, outcome absent.")
    fp: str = Field(description="flagged, outcome absent.")
    fn: str = Field(description="not flagged, outcome present.")
    tp: str = Field(description="flagged, outcome present.")
    means: Text = Field("recorded as positive", description="the outcome in words.")
    source: LabelSource = Field("mixed", description="who decides that the outcome is recorded.")
    hidden: HiddenOutcomes | None = Field(
        None, description="outcomes that may have happened without being recorded."
    )


class Totals(Definition):
    """The columns of a published table of totals, one row per group."""

    flagged: str = Field(description="how many were flagged.")
    of: str = Field(description="of how many.")


class Records(TableSource):
    """The main table: one row per scored person, or published counts of them."""

    path: str = Field(description="the table's path, relative to the audit file.")
    id: str | None = Field(None, description="the column that tells people apart.")
    score: str | None = Field(None, description="the tool's number.")
    score_is: Literal["rank", "probability"] = Field(
        "rank",
        description="'probability' where the score is meant as the chance of the outcome, from 0 to 1.",
    )
    decision: Annotated[Decision | None, BeforeValidator(_spelled_out)] = Field(
        None, description='what counts as flagged; "all" when each row is a flag.'
    )
    outcome: Outcome | None = Field(None, description="what was later recorded.")
    time: str | None = Field(None, description="the column with the date of scoring.")
    area: str | None = Field(None, description="the column with the area.")
    period: Period | None = Field(
        None, description="for places and alerts: 'day', 'week', 'month' or 'year'."
    )
    longitude: str | None = Field(
        None, description="for alerts, and for places without 'area': the column with the longitude."
    )
    latitude: str | None = Field(None, description="the same for the latitude.")
    neighbourhood: str | None = Field(
        None,
        description="the column with the neighbourhood that the record names; unplaced rows are counted by it.",
    )
    baseline_periods: Annotated[int, Field(ge=1)] = Field(
        12, description="window of the rolling-count baseline."
    )
    inputs: Names = Field((), description="columns the tool reads.")
    stamped_after: Names = Field((), description="columns that are filled in only after scoring.")
    inputs_as_of: str | None = Field(
        None, description="the column with the day up to which the inputs were known."
    )
    recorded: str | None = Field(
        None, description="for alerts: the column with the day on which the row was written down."
    )
    split: Split | None = Field(
        None, description="rows that the tool learned from: they are checked and left out of every figure."
    )
    observed_until: dt.date | None = Field(None, description="the last day on which outcomes were recorded.")
    follow_up_days: Annotated[int, Field(ge=1)] | None = Field(
        None, description="how long each person is followed."
    )
    repeat: str | None = Field(
        None, description="the column that names the person, where one can stand in several rows."
    )
    strata: Names = Field(
        (), description="columns of circumstances; groups are also compared within their values."
    )
    audit_sample: AuditSample | None = Field(
        None, description="unflagged people drawn at random to learn their outcomes."
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
        row_keys = (
            "id", "score", "outcome", "time", "area", "counts", "observed_until", "follow_up_days", "repeat",
            "audit_sample",
        )  # fmt: skip
        if shapes[0] != "decision" and (extra := [key for key in row_keys if getattr(self, key) is not None]):
            msg = f"'{shapes[0]}' describes a published table, which has no {shown(extra)}"
            raise ValueError(msg)
        chosen = self.decision
        if chosen and chosen.column is None and not chosen.every_row and self.score is None:
            msg = "this decision is made from the score: name its column with 'score'"
            raise ValueError(msg)
        if self.counts and self.decision and self.decision.per:
            msg = "a table of counts has no people to rank: give the decision as a column or a score limit"
            raise ValueError(msg)
        if self.suppressed and shapes[0] == "decision" and not self.counts:
            msg = "'suppressed' marks withheld counts: name the column of counts with 'counts'"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _people_and_time(self) -> Self:
        if self.audit_sample and self.outcome is None:
            msg = "'audit_sample' says whose outcomes were looked up: name them with 'outcome'"
            raise ValueError(msg)
        if self.audit_sample and self.repeat:
            msg = "this version cannot combine 'audit_sample' with 'repeat': give one row per person"
            raise ValueError(msg)
        if self.inputs_as_of and self.time is None:
            msg = "'inputs_as_of' is held against the date of scoring: name it with 'time'"
            raise ValueError(msg)
        if self.recorded and self.time is None:
            msg = "'recorded' is held against the date of the event: name it with 'time'"
            raise ValueError(msg)
        if self.counts and self.repeat:
            msg = "a table of counts cannot tell people apart: 'repeat' needs one row per scoring"
            raise ValueError(msg)
        follow_up = (self.time, self.observed_until, self.follow_up_days)
        if self.outcome and self.outcome.date and None in follow_up:
            msg = "'outcome.date' needs 'time', 'observed_until' and 'follow_up_days' as well"
            raise ValueError(msg)
        if self.score_is == "probability" and self.score is None:
            msg = "'score_is' describes a score: name its column with 'score'"
            raise ValueError(msg)
        return self
