"""What the feedback test found: where a tool that learns from its own records would end up, and how sure that is."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.measurements import Measurement
from auditkit.results.other_loops import AlertLoop, LogTest, PersonLoop

ArmName = Literal[
    "as_submitted", "corrected", "equal_rates", "equal_rates_corrected", "permuted_history", "permuted_history_corrected"
]  # fmt: skip
"""`corrected` is the urn under the importance correction; of other allocators, the same tool without its loop."""
Remedy = Literal[
    "random", "status_quo", "tool", "not_retrained", "reported_only", "weighted", "explore_05", "explore_10", "explore_20",
    "capped", "thompson", "fair", "rescaled",
]  # fmt: skip
"""Steps of the ladder of methods 6.5."""
Span = tuple[float, float, float]
"""A value and the limits of its 95 % interval."""
Short = Literal["no_minutes", "too_slow"]
"""Why few ways of sending patrols were played in few runs: the audit file gives the program no minutes, or too few."""
Structure = Literal["runaway", "history_dependent", "non_correcting", "one_resting_point"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One assumption about how many incidents are reported and discovered."""

    name: Literal["low", "middle", "high"]
    reporting_rate: float
    discovery_rate: float
    structure: Structure
    resting_points: int | None
    """How many states the loop can rest in; None where the loop is played and not solved."""
    top_true: float
    """True share of the busiest areas: the tenth with the highest true rates, or half of a shorter list."""
    top_limit: float | None
    """Their share of visits where the loop comes to rest; None without a single stable resting point."""
    log_odds: float | None
    """Log odds of the limit share minus those of the share that is due; 0 is as it should be."""
    invaded: int
    """Areas that a neglect would leave neglected: by an invasion number below 1 or, where the loop is played, areas
    among those with most incidents that the tool neglects and the same tool without its loop does not."""
    log_odds_interval: tuple[float, float] | None = None
    """Monte Carlo interval, where the loop is played."""
    top_due: float | None = None
    """Share of visits that the decision rule would give the busiest areas if it knew the true rates; None where that is
    their share of incidents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Many runs of one variant of the loop."""

    name: ArmName
    rounds: int
    replicates: int
    top_mean: float
    """Mean over runs of the final share of the tenth of areas with the highest true rates."""
    top_sd: float
    """Its standard deviation between runs."""
    spread: float
    """Root mean square over areas of the standard deviation between runs of an area's final share."""
    concentrated: int
    """Runs that end with the most visited tenth of areas above 1.5 times their true share."""
    concentrated_interval: tuple[float, float]
    """Wilson interval for the probability of such an end."""
    path: tuple[tuple[int, float, float, float], ...]
    """Round, and the 5th, 50th and 95th percentile over runs of the share of the most visited tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopArea:
    """One area in the loop."""

    area: str
    true_share: float | None
    """Share of true incidents under the middle assumption; None without one."""
    limit_share: float | None
    """Share of visits where the loop comes to rest."""
    hot: float | None
    """Share of draws of reporting rates in which the area is among the tenth with most incidents."""
    tipping: float | None
    """How many times as readily as the rest of the city the area must report for its flags to be proportionate."""
    amplification: float | None = None
    """Share of visits in the end over the true share: 1 is proportionate."""
    withheld: bool = False
    """Whether the numbers exist and are not published, because few records stand behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopGroup:
    """Residents of one group in the loop."""

    dimension: str
    group: str
    amplification: float
    """Visits that fall on the group where the loop rests, over those that true rates would put on it."""
    by_rule: float | None = None
    """The same for the decision rule alone, if it knew the true rates: what is no doing of the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingPoint:
    """A state in which expected visits rest, under one scenario."""

    scenario: Literal["low", "middle", "high"]
    stability: Literal["stable", "unstable", "neutral"]
    top_share: float
    """Share of visits of the tenth of areas with the highest true rates."""
    log_odds: float | None
    """Distance from their true share on the log odds scale; None where one of the two is 0 or everything."""
    gain: float
    """Factor by which one retraining on a window multiplies a small difference: below 1 it fades."""
    eigenvalue: float
    """Leading eigenvalue of the limiting equation, for tools that remember everything: below 0 differences fade."""
    tied: int
    """Areas that share at will; 0 where none do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingPoint:
    """Where runs end that begin elsewhere: if they end apart, there is more than one resting point."""

    name: Literal["as_recorded", "all_equal", "turned_round"]
    top_share: Span
    """Final share of visits of the tenth of areas with most incidents."""
    log_odds_apart: Span | None
    """Log odds of that share minus those from the history as recorded, from runs with the same chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of doubt about the drift in log odds; layers are never averaged."""

    kind: Literal["chance", "parameters", "scenario"]
    name: str
    """`runs`, `rates`, a scenario of rates, or an elasticity."""
    log_odds: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deterrence:
    """The tool, if patrols lower what happens where they go."""

    elasticity: float
    top_share: Span
    log_odds: Span | None
    found: Span
    """Incidents discovered by visits, per round."""
    prevented: float
    """Incidents that do not happen, per round, compared with no patrols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the ladder: another way of sending as many patrols."""

    name: Remedy
    replicates: int
    top_share: Span
    """Final share of visits of the tenth of areas with most incidents."""
    log_odds: Span | None
    """Drift against their true share."""
    spread: float
    """Root mean square over areas of the deviation between runs."""
    found: Span
    """Incidents discovered by visits, per round."""
    missed: float
    """Incidents that no visit discovered, per round."""
    found_difference: Span | None
    """Incidents discovered per round minus those of the tool, in runs with the same chance; None for the tool."""
    top_share_difference: Span | None
    """Final share of the tenth with most incidents minus that under the tool, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockIn:
    """When runs become concentrated for good."""

    dwell: int
    """Rounds for which a run must have stayed."""
    rounds: tuple[int, ...]
    probability: tuple[float, ...]
    """Share of runs locked in by then (Kaplan-Meier)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainedModel:
    """What the vendor or the caller put in the tool's place."""

    kind: Literal["program", "forecaster"]
    """A program that speaks the retrain protocol, or an object in Python."""
    name: str
    """In its own words."""
    version: str
    network: Literal["cut_off", "open", "as_auditkit"]
    """Whether it had a network; an object in Python has what auditkit has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The feedback test, or why it was not made."""

    status: Literal["measured", "not_checked"]
    because: str
    needs: tuple[str, ...]
    reason: str | None = None
    """NE-RERUN where the tool cannot be run again."""
    allocator: str | None = None
    correction: str | None = None
    visits: int | None = None
    """Areas visited per round."""
    truth_source: str | None = None
    scenarios: tuple[Scenario, ...] = ()
    arms: tuple[Arm, ...] = ()
    null_variance_ratio: float | None = None
    """On equal areas: variance between runs of the loop over that of the corrected loop."""
    areas: tuple[LoopArea, ...] = ()
    groups: tuple[LoopGroup, ...] = ()
    left_out: int = 0
    """Areas without any reported record, about which the loop can say nothing."""
    overlap: float | None = None
    """How far the stand-in repeats the submitted decisions (mean Jaccard overlap); None where nothing stands in."""
    repeats: str | None = None
    """The allocator that stands in for the tool."""
    rounds: int | None = None
    period: str | None = None
    """What one round is."""
    log_odds: Span | None = None
    """Drift of the tool's runs, with the Monte Carlo interval."""
    parameters: tuple[float, float] | None = None
    """Limits of that drift when rates are drawn from their ranges."""
    added: Span | None = None
    """Log odds of visits to the busiest areas against the same tool without its loop: what the loop itself adds."""
    gain: Span | None = None
    """Factor by which one retraining multiplies a head start."""
    head_start_left: Span | None = None
    """What is left of a head start at the end, over what it was at first."""
    radius: Span | None = None
    """Spectral radius of one retraining where the runs of a played tool end, with its Monte Carlo interval."""
    radius_periods: int | None = None
    """Periods of records that this retraining learns from."""
    points: tuple[RestingPoint, ...] = ()
    starts: tuple[StartingPoint, ...] = ()
    layers: tuple[Layer, ...] = ()
    deterrence: tuple[Deterrence, ...] = ()
    ladder: tuple[Step, ...] = ()
    ladder_short: Short | None = None
    """Why the ladder is short; None where it is whole."""
    program_minutes: float | None = None
    """Minutes that the audit file gives the program for the whole ladder."""
    lock_in: LockIn | None = None
    rank_overlap: tuple[float, float] | None = None
    """Mean and 5th percentile of the overlap of the list of busiest areas under unequal reporting."""
    null: tuple[Span | None, ...] = ()
    """Variance ratio on equal areas and on permuted history, each with its interval; None where runs without the loop
    do not differ at all."""
    model: RetrainedModel | None = None
    """What ran in the tool's place, where that is none of auditkit's own allocators."""
    smoothed_over: Literal["distance", "neighbours"] | None = None
    """How a kernel density spreads records: by distance or, where centres of areas are not known, over neighbours."""
    said: bytes = b""
    """The end of what a program said on standard error before it failed; for `internal/`, never published."""
    measurements: tuple[Measurement, ...] = ()
    """What policies may limit; listed with all other measurements."""
    person: PersonLoop | None = None
    """The loop of a person tool."""
    alert: AlertLoop | None = None
    """The loop of an alert system."""
    logs: LogTest | None = None
    """The test on logs of a tool in use."""

    @property
    def numbers(self) -> tuple[Measurement, ...]:
        """Every measurement that the loops of persons and alerts, and the logs, made."""
        return tuple(
            number for part in (self.person, self.alert, self.logs) if part for number in part.numbers
        )
