"""What the feedback test found: where a tool that learns from its own records would end up, and how sure that is."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.measurements import Measurement
from auditkit.results.other_loops import AlertLoop, LogTest, PersonLoop

ArmName = Literal["as_submitted", "corrected", "equal_rates", "equal_rates_corrected"]
Structure = Literal["runaway", "history_dependent", "non_correcting", "one_resting_point"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One assumption about how many incidents are reported and discovered."""

    name: Literal["low", "middle", "high"]
    reporting_rate: float
    discovery_rate: float
    structure: Structure
    resting_points: int
    """How many states the loop can rest in."""
    top_true: float
    """True share of the tenth of areas with the highest true rates."""
    top_limit: float | None
    """Their share of visits where the loop comes to rest; None without a single stable resting point."""
    log_odds: float | None
    """Log odds of the limit share minus those of the true share; 0 is proportionate."""
    invaded: int
    """Areas that a neglect would leave neglected (invasion number below 1)."""


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
    tipping: float | None
    """How many times as readily as the rest of the city the area must report for its flags to be proportionate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopGroup:
    """Residents of one group in the loop."""

    dimension: str
    group: str
    amplification: float
    """Visits that fall on the group where the loop rests, over those that true rates would put on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The feedback test, or why it was not made."""

    status: Literal["measured", "not_checked"]
    because: str
    needs: tuple[str, ...]
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
