"""What the audit file says of loops besides the places': of person scores, of alert systems, and of logs of a used tool."""

from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, model_validator

from auditkit.definitions.alert_loops import Confirmation, HotList, NearbyStops
from auditkit.definitions.alerts import RateRange
from auditkit.definitions.checks import Kind
from auditkit.definitions.places import FeedbackChoice
from auditkit.definitions.records import Text
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition


def _within_one(owner: Definition, names: tuple[str, ...]) -> None:
    for name in names:
        found = getattr(owner, name)
        if found is not None and not 0 < found[0] <= found[1] <= 1:
            msg = f"'{name}' is a rate, or [lowest, highest], above 0 and up to 1; found [{found[0]}, {found[1]}]"
            raise ValueError(msg)


class DetectionRates(Definition):
    """Assumed shares of what people do that come to be recorded, with and without supervision."""

    source: Text = Field(description="where the assumption comes from, or 'assumed'.")
    supervised: RateRange = Field(
        description="share recorded of people under supervision, or [lowest, highest]."
    )
    unsupervised: RateRange = Field(description="share recorded of everyone else, or [lowest, highest].")
    reported: RateRange | None = Field(
        None,
        description="of them: share that others report; absent, all that is recorded without supervision.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _within_one(self, ("supervised", "unsupervised", "reported"))
        pairs = {"supervised": self.supervised, "unsupervised": self.unsupervised, "reported": self.reported}
        for more, less in (("supervised", "unsupervised"), ("unsupervised", "reported")):
            high, low = pairs[more], pairs[less]
            if high is not None and low is not None and (high[0] < low[0] or high[1] < low[1]):
                msg = f"'{more}' is at least '{less}', at either end of the ranges; found {list(high)} and {list(low)}"
                raise ValueError(msg)
        return self


class PersonFeedback(Definition):
    """How the feedback test of a person tool plays supervision, records and the next score through."""

    truth: DetectionRates | None = Field(
        None, description="assumed rates of detection; absent, tipping points only."
    )
    rounds: Annotated[int, Field(ge=2, le=200)] = Field(8, description="scorings that are played through.")
    replicates: Annotated[int, Field(ge=50, le=10_000)] = Field(100, description="runs of each variant.")
    supervised: Annotated[int, Field(ge=1)] | None = Field(
        None, description="people under supervision at a time; absent, as many as are flagged."
    )
    memory_rounds: Annotated[int, Field(ge=1, le=200)] = Field(
        4, description="rounds whose records count as priors."
    )
    cut: Annotated[float, Field(gt=0)] | None = Field(
        None, description="recorded incidents per round from which on a person stays flagged."
    )
    incidents_per_round: Annotated[float, Field(gt=0, le=50)] | None = Field(
        None, description="true incidents of a person per round; absent, from the recorded outcomes."
    )


class SensorRates(Definition):
    """Assumed shares of true events that the public reports and that sensors detect."""

    source: Text = Field(description="where the assumption comes from, or 'assumed'.")
    reporting_rate: RateRange = Field(description="share that the public reports, or [lowest, highest].")
    sensor_detection: RateRange = Field(description="share that sensors detect, or [lowest, highest].")

    @model_validator(mode="after")
    def _rates(self) -> Self:
        _within_one(self, ("reporting_rate", "sensor_detection"))
        return self


class AlertFeedback(Definition):
    """How the feedback test of an alert system plays the choice of new sites through."""

    truth: SensorRates | None = Field(
        None, description="assumed rates of reports and detections; absent, nothing can be estimated."
    )
    new_sites: Annotated[int, Field(ge=1)] = Field(
        5, description="areas that get sensors, or keep them, each round."
    )
    rounds: Annotated[int, Field(ge=1, le=100)] = Field(5, description="rounds of expansion.")
    replicates: Annotated[int, Field(ge=50, le=10_000)] = Field(200, description="runs of each variant.")
    events_per_area: Annotated[float, Field(gt=0)] | None = Field(
        None, description="true events of an area per round; absent, from the alerts."
    )
    confirmation: Confirmation | None = Field(
        None, description="what a confirmation may depend on besides what happened."
    )
    stops: NearbyStops | None = Field(None, description="stops that may have followed alerts.")
    hot_list: HotList | None = Field(
        None, description="a list of plates or faces, what was read, and what was hit."
    )


class DeploymentTable(TableSource):
    """Where a tool in use sent police, and what was recorded there: the logs that show a loop."""

    path: str = Field(description="the table's path, relative to the audit file.")
    area: str = Field(description="the column with the area, as [areas] names it.")
    time: str = Field(description="the column with the date; rows of one area and period add up.")
    hours: str | None = Field(None, description="the column with patrol-hours.")
    flags: str | None = Field(
        None, description="the column that says how often the area was flagged, if hours are not logged."
    )
    discovered: str | None = Field(None, description="the column with counts that police discovered.")
    reported: str | None = Field(None, description="the column with counts that others reported.")
    control: str | None = Field(None, description="the column with counts that police cannot discover.")
    control_means: Text = Field("incidents that police cannot discover", description="those counts in words.")
    rank: str | None = Field(None, description="the column with the area's rank in the period, 1 first.")
    limit: str | int | None = Field(
        None, description="how many ranks police could serve: a number, or the column with it."
    )
    near: Annotated[int, Field(ge=1)] = Field(
        5, description="ranks on either side of the limit that are compared."
    )
    lag: Annotated[int, Field(ge=0, le=12)] = Field(
        0, description="periods from deployment to what it discovers; 0 where it is decided beforehand."
    )
    memory_periods: Annotated[int, Field(ge=1, le=520)] = Field(
        12, description="periods of records that the tool learns from."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.hours is None) == (self.flags is None):
            msg = "name either 'hours' or 'flags', whichever says where police were sent"
            raise ValueError(msg)
        for one, other in (("discovered", "reported"), ("rank", "limit")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                msg = f"'{one}' and '{other}' go together"
                raise ValueError(msg)
        return self


class _Declared(dict[str, Any]):
    """A section as it was read, with the kind of tool that declares it."""

    kind: Kind = "place"


def for_kind(section: Any, kind: Kind) -> Any:
    """Mark a [feedback] section with the kind of tool, which decides what may stand in it."""
    if not isinstance(section, dict):
        return section
    marked = _Declared(section)
    marked.kind = kind
    return marked


OF_KIND: dict[Kind, type[Definition]] = {
    "place": FeedbackChoice,
    "person": PersonFeedback,
    "alert": AlertFeedback,
}


def _model(section: Any) -> str:
    if isinstance(section, Definition):
        return type(section).__name__
    return OF_KIND[section.kind if isinstance(section, _Declared) else "place"].__name__


FeedbackSection = Annotated[
    Annotated[FeedbackChoice, Tag("FeedbackChoice")]
    | Annotated[PersonFeedback, Tag("PersonFeedback")]
    | Annotated[AlertFeedback, Tag("AlertFeedback")],
    Discriminator(_model),
]
"""The [feedback] section; the kind of tool decides which keys it has."""
