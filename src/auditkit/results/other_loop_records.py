"""The parts of `audit.json` about the loops of person tools and alert systems, and about logs."""

from pydantic import Field

from auditkit.results.other_loops import Level, LogVerdict, LoopVerdict, PersonRule, SiteRule
from auditkit.results.record import Record, Texts

Pair = tuple[float, float]
Triple = tuple[float, float, float]


class DetectionScenarioRecord(Record):
    """One assumption about what is recorded of people with and without supervision."""

    name: Level
    supervised: float
    unsupervised: float
    reported: float
    occurs: float | None = Field(description="Share who do it, so that the recorded share results.")
    noise_area: float | None = Field(description="Area under the curve of a meaningless flag.")
    noise_flagged: float | None
    noise_unflagged: float | None
    slope: float = Field(description="Part of a gap between groups that one round keeps.")
    two_tracks: Pair | None = Field(description="Incidents per round of people who stay on either track.")
    bistable: bool | None
    stayed: float | None = Field(
        description="Share supervised at the end of those at the start, minus others."
    )
    stayed_interval: Pair | None


class PersonArmRecord(Record):
    """Many runs of one rule, under the middle assumption."""

    rule: PersonRule
    path: tuple[float, ...]
    stayed: float
    stayed_interval: Pair
    stayed_change: Triple | None = Field(description="Paired difference from all_records, low, high.")
    reached: float = Field(description="Share, among the supervised, of the half that does more.")
    reached_change: Triple | None


class PersonLoopRecord(Record):
    """Supervision, records, priors and the next score, played through."""

    verdict: LoopVerdict
    truth_source: str | None
    rounds: int
    replicates: int
    made_people: int
    memory_rounds: int
    cut: float | None
    scenarios: tuple[DetectionScenarioRecord, ...]
    arms: tuple[PersonArmRecord, ...]


class SensorScenarioRecord(Record):
    """One assumption about what the public reports and what sensors detect."""

    name: Level
    reporting_rate: float
    sensor_detection: float
    ratio: float = Field(description="Records under sensors over records elsewhere, at equal events.")
    to_existing: float | None
    to_existing_interval: Pair | None


class SiteArmRecord(Record):
    """Many runs of one rule for new sites, under the middle assumption."""

    rule: SiteRule
    to_existing: float = Field(description="Share of sites that go where sensors are already.")
    interval: Pair
    change: Triple | None


class AlertLoopRecord(Record):
    """Sensors, records and the choice of new sites, played through."""

    verdict: LoopVerdict
    truth_source: str | None
    rounds: int
    replicates: int
    new_sites: int
    areas: int | None
    with_sensors: int | None
    due_share: float | None = Field(description="Share of sites that areas with sensors would get by lot.")
    scenarios: tuple[SensorScenarioRecord, ...]
    arms: tuple[SiteArmRecord, ...]
    slow_after: float | None = Field(None, description="Minutes after which officers came late.")
    by_lot: bool = Field(False, description="Whether dispatches by lot are named.")
    near: Pair | None = Field(
        None, description="Metres and hours within which stops are near an alert; null without stops."
    )
    hot_list: bool = Field(False, description="Whether a list of plates or faces is given.")


class LogTestRecord(Record):
    """The test on logs of a tool in use; its numbers are measurements that start with `log_`."""

    verdict: LogVerdict
    flags: bool
    areas: int
    changing: int = Field(description="Areas in which deployment changes.")
    periods: int
    first: str | None
    last: str | None
    unlogged: float = Field(description="Share of areas times periods without logged deployment.")
    lag: int
    memory: int
    control_means: str | None
    near: int | None
    unmatched: Texts
