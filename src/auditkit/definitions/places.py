"""What the audit file of a place tool adds: areas, history and the feedback test."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from auditkit.definitions.checks import Kind
from auditkit.definitions.records import Records
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition
from auditkit.definitions.values import SomeValues, Values
from auditkit.errors import shown

Year = Annotated[int, Field(ge=1900, le=2100)]
PLACED = "auditkit: area"
"""The column of areas that rows get from their longitude and latitude; no file has one of that name."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Contiguity(Definition):
    """Which areas are neighbours."""

    kind: Literal["queen", "rook"] = "queen"
    tolerance_m: Annotated[float, Field(ge=0)] = Field(
        0, description="gaps up to this many metres are closed."
    )


class AreaTable(TableSource):
    """The table of areas: who lives there, how large they are, what else flags can be divided by."""

    path: str = Field(description="GeoJSON with boundaries, or a table without, relative to the audit file.")
    id: str = Field(description="the column that tells areas apart, as the records name them.")
    name: str | None = Field(None, description="the column with the area's name.")
    residents: str | None = Field(None, description="the column with the number of residents.")
    resident_groups: dict[Name, dict[str, str]] = Field(
        default_factory=dict, description="for each way of dividing residents: group = column."
    )
    resident_values: Literal["count", "share"] = Field(
        "count", description="whether those columns hold counts or shares."
    )
    reference: dict[Name, str] = Field(
        default_factory=dict, description="the group the others are compared with."
    )
    contiguity: Contiguity = Contiguity()
    size_km2: str | None = Field(None, description="the column with the size; absent, areas count equally.")
    block: str | None = Field(
        None, description="the column with a larger unit; absent, contiguous blocks are made."
    )
    denominators: dict[Name, str] = Field(default_factory=dict, description="more things to divide flags by.")
    longitude: str | None = Field(
        None, description="the column with the centroid's longitude, without boundaries."
    )
    latitude: str | None = Field(
        None, description="the column with the centroid's latitude, without boundaries."
    )
    stops: dict[str, str] = Field(
        default_factory=dict, description="recorded stops in each area: 'all' = column, and group = column."
    )
    residents_year: Year | None = Field(None, description="the year that the residents were counted in.")
    boundaries_year: Year | None = Field(None, description="the year of the boundaries.")
    margin: str | None = Field(
        None, description="the column with the margin of error of the residents, as surveys give it."
    )
    not_areas: Values = Field((), description="codes that stand for no area, such as 'not assignable'.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, group in self.reference.items():
            if group not in self.resident_groups.get(name, {}):
                found = shown(self.resident_groups.get(name, {}))
                msg = f"reference.{name} names '{group}'; resident_groups.{name} declares {found}"
                raise ValueError(msg)
        if self.resident_groups and self.residents is None and self.resident_values == "share":
            msg = "shares of residents need 'residents', the column they are shares of"
            raise ValueError(msg)
        if (self.longitude is None) != (self.latitude is None):
            msg = "'longitude' and 'latitude' go together"
            raise ValueError(msg)
        return self


def with_placed_area(given: Any) -> Any:
    """Name the column of placed areas in a section that has positions and no area."""
    if isinstance(given, dict) and {"longitude", "latitude"} <= given.keys() and "area" not in given:
        return {**given, "area": PLACED}
    return given


class HistorySource(Definition):
    """Which records were reported by others, and which discovered by police being there."""

    column: str = Field(description="the column that says how a record came about.")
    reported: SomeValues = Field(description="values that mean reported by others.")
    discovered: SomeValues = Field(description="values that mean discovered by police.")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := set(self.reported) & set(self.discovered):
            msg = f"{shown(sorted(both))} cannot be both reported and discovered"
            raise ValueError(msg)
        return self


class HistoryTable(TableSource):
    """What the tool learns from."""

    path: str = Field(description="the table's path, relative to the audit file.")
    area: str = Field(description="the column with the area; absent, longitude and latitude give it.")
    time: str = Field(description="the column with the date.")
    longitude: str | None = Field(None, description="the column with the longitude.")
    latitude: str | None = Field(None, description="the column with the latitude.")
    neighbourhood: str | None = Field(
        None,
        description="the column with the neighbourhood that the record names; unplaced rows are counted by it.",
    )
    count: str | None = Field(None, description="the column of counts; absent, each row is one record.")
    recorded: str | None = Field(
        None, description="the column with the day on which a record was written down."
    )
    source: HistorySource | None = Field(
        None, description="how records came about; the feedback test needs it."
    )

    @model_validator(mode="before")
    @classmethod
    def _placed(cls, given: Any) -> Any:
        """Let positions stand for the area."""
        return with_placed_area(given)

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            msg = "'longitude' and 'latitude' go together"
            raise ValueError(msg)
        return self


Rates = Annotated[tuple[float, float], Field(strict=False)]


class Truth(Definition):
    """Assumed rates at which true incidents come to be recorded."""

    source: str = Field(description="where the assumption comes from, or 'assumed'.")
    reporting_rate: Rates = Field(description="lowest and highest share of incidents that others report.")
    discovery_rate: Rates = Field(description="lowest and highest share that a visit discovers.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("reporting_rate", "discovery_rate"):
            low, high = getattr(self, name)
            if not 0 < low <= high <= 1:
                msg = f"'{name}' is a range within 0 and 1, lowest first, above 0; found [{low}, {high}]"
                raise ValueError(msg)
        return self


Allocator = Literal[
    "closest", "proportional", "top_k", "rolling_count", "kernel_density", "self_exciting", "command"
]  # fmt: skip


class FeedbackChoice(Definition):
    """How the feedback test retrains the tool."""

    allocator: Allocator = Field(
        description="how the tool turns records into visits: 'closest' takes what best repeats the submitted decisions, "
        "'proportional' is the urn, 'command' runs the vendor's own model."
    )
    rounds: Annotated[int, Field(ge=10, le=100_000)] = 52
    replicates: Annotated[int, Field(ge=100, le=100_000)] = 1000
    correction: Literal["none", "importance"] = "none"
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    window: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="periods that are remembered; absent, all of them, or those of the rolling-count baseline.",
    )
    command: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = Field(
        None, description="the program that retrains the vendor's model; it runs only with --allow-command."
    )
    program_minutes: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="minutes that the program may take for all ways of sending patrols, in 200 runs each; absent, six "
        "ways in 100 runs.",
    )
    truth: Truth | None = None

    @model_validator(mode="after")
    def _fits_its_allocator(self) -> Self:
        complaints = {
            "allocator = 'command' needs 'command', the program to run": self.allocator == "command"
            and self.command is None,
            "'command' belongs to allocator = 'command'": self.allocator != "command"
            and self.command is not None,
            "'program_minutes' belongs to allocator = 'command'": self.allocator != "command"
            and self.program_minutes is not None,
            "correction = 'importance' belongs to allocator = 'proportional', whose visits have known chances": (
                self.correction == "importance" and self.allocator != "proportional"
            ),
            "'decay' and 'window' are two ways of forgetting; name one": self.decay > 0
            and self.window is not None,
            "'window' belongs to the allocators 'proportional', 'top_k' and 'rolling_count'": self.window
            is not None
            and self.allocator not in {"proportional", "top_k", "rolling_count"},
        }
        if self.decay > 0 and self.allocator not in {"proportional", "top_k"}:
            complaints["'decay' belongs to the allocators 'proportional' and 'top_k'"] = True
        if found := [complaint for complaint, holds in complaints.items() if holds]:
            raise ValueError("; ".join(found))
        return self


def position_complaints(records: Records, history: HistoryTable | None, kind: Kind) -> list[str]:
    """Say where positions are given and nobody would use them."""
    given = records.longitude is not None or records.latitude is not None
    complaints = {
        "[records] longitude and latitude belong to tools of type 'alert', and to 'place' where they stand for 'area'": (
            given and kind != "alert" and records.area != PLACED
        ),
        "[records] recorded belongs to tools of type 'alert'": records.recorded is not None
        and kind != "alert",
        "[records] neighbourhood counts rows that no area holds: it goes with longitude and latitude in place of 'area'": (
            records.neighbourhood is not None and records.area != PLACED
        ),
        "[history] neighbourhood goes with longitude and latitude in place of 'area'": bool(
            history and history.neighbourhood is not None and history.area != PLACED
        ),
    }
    return [complaint for complaint, holds in complaints.items() if holds]
