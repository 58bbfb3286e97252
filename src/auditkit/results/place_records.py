"""The parts of `audit.json` about places and the feedback loop."""

from typing import Literal

from pydantic import Field

from auditkit.results.feedback import ArmName, Remedy, Span, Structure
from auditkit.results.findings import Alternative
from auditkit.results.other_loop_records import AlertLoopRecord, LogTestRecord, PersonLoopRecord
from auditkit.results.record import Record, Texts


class ScenarioRecord(Record):
    """One assumption about how many incidents are reported and discovered."""

    name: Literal["low", "middle", "high"]
    reporting_rate: float
    discovery_rate: float
    structure: Structure
    resting_points: int | None
    top_true: float = Field(
        description="True share of the busiest areas: the tenth with the highest true rates, or half of a shorter list."
    )
    top_limit: float | None = Field(description="Their share of visits where the loop comes to rest.")
    log_odds: float | None = Field(description="Log odds of the limit share minus those of what is due.")
    invaded: int = Field(description="Areas that neglect would leave neglected.")
    log_odds_interval: tuple[float, float] | None = Field(
        None, description="Monte Carlo interval, where the loop is played and not solved."
    )
    top_due: float | None = Field(
        None, description="Share of visits that the decision rule would give them if it knew the true rates."
    )


class ArmRecord(Record):
    """Many runs of one variant of the loop."""

    name: ArmName
    rounds: int
    replicates: int
    top_mean: float
    top_sd: float
    spread: float = Field(description="Root mean square over areas of the deviation between runs.")
    concentrated: int = Field(description="Runs whose most visited tenth has over 1.5 times what is due.")
    concentrated_interval: tuple[float, float] = Field(
        description="Wilson interval for the probability of that."
    )
    path: tuple[tuple[int, float, float, float], ...] = Field(
        description="Round, and the 5th, 50th and 95th percentile of the share of the most visited tenth."
    )


class LoopAreaRecord(Record):
    """One area in the loop."""

    area: str
    true_share: float | None
    limit_share: float | None
    hot: float | None = Field(
        None, description="Share of draws of reporting rates in which it is among the busiest tenth."
    )
    tipping: float | None
    amplification: float | None = Field(None, description="Share of visits in the end over the true share.")
    withheld: bool = Field(False, description="Not published, because few records stand behind it.")


class LoopGroupRecord(Record):
    """Residents of one group in the loop."""

    dimension: str
    group: str
    amplification: float
    by_rule: float | None = Field(
        None, description="The same for the decision rule alone, if it knew the true rates."
    )


class RestingPointRecord(Record):
    """A state in which expected visits rest."""

    scenario: Literal["low", "middle", "high"]
    stability: Literal["stable", "unstable", "neutral"]
    top_share: float
    log_odds: float | None
    gain: float = Field(description="Factor of one retraining on a window for a small difference.")
    eigenvalue: float = Field(description="Of the limiting equation, for tools that remember everything.")
    tied: int


class StartingPointRecord(Record):
    """Where runs end that begin elsewhere."""

    name: Literal["as_recorded", "all_equal", "turned_round"]
    top_share: Span
    log_odds_apart: Span | None


class LayerRecord(Record):
    """One layer of doubt about the drift in log odds; layers are never averaged."""

    kind: Literal["chance", "parameters", "scenario"]
    name: str
    log_odds: float | None
    low: float | None
    high: float | None


class DeterrenceRecord(Record):
    """The tool, if patrols lower what happens where they go."""

    elasticity: float
    top_share: Span
    log_odds: Span | None
    found: Span
    prevented: float


class StepRecord(Record):
    """One step of the ladder: another way of sending as many patrols."""

    name: Remedy
    replicates: int
    top_share: Span
    log_odds: Span | None
    spread: float
    found: Span = Field(description="Incidents discovered by visits, per round.")
    missed: float = Field(description="Incidents that no visit discovered, per round.")
    found_difference: Span | None = Field(description="Discovered minus those of the tool, paired by run.")
    top_share_difference: Span | None


class LockInRecord(Record):
    """When runs become concentrated for good."""

    dwell: int
    rounds: tuple[int, ...]
    probability: tuple[float, ...]


class RetrainedModelRecord(Record):
    """What the vendor or the caller put in the tool's place in the loop."""

    kind: Literal["program", "forecaster"]
    name: str = Field(description="In its own words.")
    version: str
    network: Literal["cut_off", "open", "as_auditkit"]


class FeedbackRecord(Record):
    """The feedback test."""

    status: Literal["measured", "not_checked"]
    because: str
    needs: Texts
    verdict: str | None = Field(description="Verdict under the policy's tolerance; null where none applies.")
    tolerance_log_odds: float | None
    allocator: str | None
    correction: str | None
    visits: int | None
    truth_source: str | None
    scenarios: tuple[ScenarioRecord, ...]
    arms: tuple[ArmRecord, ...]
    null_variance_ratio: float | None
    areas: tuple[LoopAreaRecord, ...]
    groups: tuple[LoopGroupRecord, ...]
    left_out: int
    reason: str | None = Field(None, description="NE-RERUN where the tool cannot be run again.")
    overlap: float | None = Field(None, description="How far the stand-in repeats the submitted decisions.")
    repeats: str | None = None
    rounds: int | None = None
    period: str | None = None
    log_odds: Span | None = None
    parameters: tuple[float, float] | None = None
    added: Span | None = Field(None, description="What the loop itself adds, in log odds.")
    gain: Span | None = None
    head_start_left: Span | None = None
    radius: Span | None = Field(
        None, description="Largest gain of one retraining where a played tool ends: below 1 differences fade."
    )
    radius_periods: int | None = Field(
        None, description="Periods of records that this retraining learns from."
    )
    points: tuple[RestingPointRecord, ...] = ()
    starts: tuple[StartingPointRecord, ...] = ()
    layers: tuple[LayerRecord, ...] = ()
    deterrence: tuple[DeterrenceRecord, ...] = ()
    ladder: tuple[StepRecord, ...] = ()
    ladder_short: Literal["no_minutes", "too_slow"] | None = Field(
        None, description="Why few ways were played in few runs, where a program answers."
    )
    program_minutes: float | None = None
    lock_in: LockInRecord | None = None
    rank_overlap: tuple[float, float] | None = None
    null: tuple[Span | None, ...] = ()
    model: RetrainedModelRecord | None = None
    smoothed_over: Literal["distance", "neighbours"] | None = None
    person: PersonLoopRecord | None = Field(None, description="Only for a person tool.")
    alert: AlertLoopRecord | None = Field(None, description="Only for an alert system.")
    logs: LogTestRecord | None = Field(None, description="Only where logs of a tool in use are given.")


class AreaRecord(Record):
    """One area, as the map and the table of areas show it."""

    id: str
    name: str
    residents: float | None
    longitude: float | None
    latitude: float | None
    outlines: tuple[tuple[tuple[float, float], ...], ...] = Field(
        description="Longitude and latitude; may be empty."
    )


class DisplacementRecord(Record):
    """Where something was done, and what it is compared with."""

    roles: dict[str, int] = Field(description="Number of areas by role; a role that no area has is absent.")
    periods: int = Field(description="Number of periods before, and as many after.")
    before: tuple[str, str] = Field(description="First and last day that were named.")
    after: tuple[str, str]
    incidents: Literal["records", "history"]


class FrontierRecord(Record):
    """The trade-off of hits against one group's share."""

    dimension: str
    group: str
    share_of: Literal["residents", "stops"]
    tolerated_loss: float | None
    alternative: Alternative | None = Field(
        description="Whether a choice within the tolerated loss falls less on the group; null without a tolerance."
    )


class PlacesRecord(Record):
    """What a place audit knows of the city besides numbers."""

    periods: int
    period: str | None
    first: str | None
    last: str | None
    history_periods: int
    baseline_periods: int
    areas: tuple[AreaRecord, ...]
    unmatched: Texts = Field(description="Areas of the records that are not in the table of areas.")
    unmatched_flags: float
    without_records: Texts = Field(description="Areas that no record names.")
    contiguity: str
    blocks: int
    sized: bool = Field(description="Whether sizes of areas were given; otherwise areas count equally.")
    source_rule: str | None = Field(description="How records of the history were told apart, as declared.")
    displacement: DisplacementRecord | None = Field(
        None, description="Null where the audit file does not ask."
    )
    frontier: FrontierRecord | None = Field(None, description="Null where the audit file does not ask.")
