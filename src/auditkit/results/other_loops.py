"""What the feedback tests of person tools, of alert systems and of logs found."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.measurements import Measurement

Level = Literal["low", "middle", "high"]
"""The loop weighs least, in the middle, or most, within the assumed ranges."""
PersonRule = Literal["all_records", "reported_only", "time_offset", "short_memory", "random_audit", "frozen"]
SiteRule = Literal["all_records", "reports_only", "sunset", "random_sample"]
LoopVerdict = Literal[
    "history_dependent", "distorted", "no_material_amplification", "cannot_tell", "cannot_be_estimated"
]
LogVerdict = Literal["follows", "doubtful", "falls", "not_shown", "not_estimable"]
LOOP = ("loop",)
"""The dimension of numbers about a loop as a whole."""
OTHER_LOOP_MEASURES = {
    "supervision_recorded_ratio": "Records of one group over another's if both behaved alike, by assumed detection.",
    "supervision_explaining_ratio": "How many times as much supervision must find to explain a recorded gap on its own.",
    "supervision_lasting_difference": "Gap in shares supervised that lasts over the rounds if groups behave alike.",
    "supervision_stayed": "Share supervised of those who were at the start, minus of those who were not, all alike.",
    "supervision_slope": "Part of a gap between groups that one round keeps if supervision follows records.",
    "flag_area": "Area under the curve of the flag itself, by recorded outcomes.",
    "noise_flag_area": "Area under the curve that a meaningless flag would seem to have, by assumed detection.",
    "noise_explaining_ratio": "How many times as much supervision must find for a meaningless flag to look as good.",
    "covered_record_ratio": "Records under sensors over records elsewhere if as many events happened.",
    "sites_to_existing": "Share of new sites that go where sensors are already, if as many events happen everywhere.",
    "confirmed_fast": "Share confirmed of alerts that officers reached fast.",
    "confirmed_late": "Share confirmed of alerts that officers reached late.",
    "confirmed_fast_minus_late": "The first minus the second: what confirmation owes to when officers came.",
    "confirmed_by_lot": "Share confirmed of alerts to which chance sent officers.",
    "confirmed_as_usual": "Share confirmed of alerts to which officers were sent as usual.",
    "confirmed_as_usual_minus_by_lot": "The second minus the first: what confirmation owes to the choice of alerts.",
    "stops_after_over_before": "Stops near alerts that nobody linked to one: just after over just before.",
    "stops_naming_system": "Share of stops that nobody linked to an alert whose report names the system.",
    "hits_per_1000_reads": "Hits of a list of plates or faces per 1,000 reads.",
    "hits_per_1000_residents": "The same per 1,000 residents.",
    "entries_from_hits": "Share of the list's entries that earlier hits made.",
    "hits_from_hits": "Share of hits on such entries: hits that one hit sets off.",
    "log_deployment_elasticity": "How records that police discover follow deployment, within areas and periods.",
    "log_smallest_detectable": "The smallest such elasticity that would have been found 4 times in 5.",
    "log_placebo_lead": "What future deployment seems to do; it should be 0.",
    "log_negative_control": "What deployment seems to do to what police cannot discover; it should be 0.",
    "log_cutoff_comparison": "Discovered for each report just inside the capacity limit, over just outside.",
    "log_retraining_response": "How the next deployment follows discovered records.",
    "log_loop_gain": "How much of more deployment comes back as deployment.",
}
"""Every measure of these loops, with its meaning."""
ALERT_PART = {
    **dict.fromkeys(("confirmed_fast", "confirmed_late", "confirmed_fast_minus_late"), "response"),
    **dict.fromkeys(("confirmed_by_lot", "confirmed_as_usual", "confirmed_as_usual_minus_by_lot"), "lot"),
    **dict.fromkeys(("stops_after_over_before", "stops_naming_system"), "stops"),
    **dict.fromkeys(
        ("hits_per_1000_reads", "hits_per_1000_residents", "entries_from_hits", "hits_from_hits"), "hot_list"
    ),
}
"""Of them, those of alert systems that are counted, and the part whose counts they rest on."""
OF_PAIRS = ("supervision_recorded_ratio", "supervision_explaining_ratio", "supervision_lasting_difference")
"""Of them, those that compare two groups, and rest on the share flagged of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionScenario:
    """One assumption about what is recorded of people with and without supervision."""

    name: Level
    supervised: float
    unsupervised: float
    reported: float
    occurs: float | None
    """Share of people who do what is to be predicted, so that the recorded share results; None where above 1."""
    noise_area: float | None
    """Area under the curve of a meaningless flag."""
    noise_flagged: float | None
    """Share with a record among people flagged by lot."""
    noise_unflagged: float | None
    slope: float
    """Part of a gap between groups that one round keeps."""
    two_tracks: tuple[float, float] | None
    """Rates of incidents per round of people who stay on either track; None without a cut."""
    bistable: bool | None
    """Whether the average person is among them."""
    stayed: float | None
    """Share supervised at the end of those who were at the start, minus of the others; all behave alike."""
    stayed_interval: tuple[float, float] | None
    """Monte-Carlo interval of it, 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonArm:
    """Many runs of one rule, under the middle assumption."""

    rule: PersonRule
    path: tuple[float, ...]
    """After each round: share supervised of those who were at the start, minus of the others; all behave alike."""
    stayed: float
    stayed_interval: tuple[float, float]
    stayed_change: tuple[float, float, float] | None
    """Difference from `all_records`, run by run, with its interval; None for that rule itself."""
    reached: float
    """Where people differ: share, among the supervised at the end, of the half that does more."""
    reached_change: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLoop:
    """Supervision, records, priors and the next score, played through."""

    truth_source: str | None
    rounds: int
    replicates: int
    made_people: int
    """People in each run."""
    memory_rounds: int
    cut: float | None
    scenarios: tuple[DetectionScenario, ...]
    arms: tuple[PersonArm, ...]
    numbers: tuple[Measurement, ...]
    verdict: LoopVerdict | None = None
    """What follows, once judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorScenario:
    """One assumption about what the public reports and what sensors detect."""

    name: Level
    reporting_rate: float
    sensor_detection: float
    ratio: float
    """Records under sensors over records elsewhere, if as many events happen."""
    to_existing: float | None
    """Share of sites that go where sensors are already."""
    to_existing_interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteArm:
    """Many runs of one rule for new sites, under the middle assumption."""

    rule: SiteRule
    to_existing: float
    interval: tuple[float, float]
    change: tuple[float, float, float] | None
    """Difference from `all_records`, run by run, with its interval; None for that rule itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLoop:
    """Sensors, records and the choice of new sites, played through."""

    truth_source: str | None
    rounds: int
    replicates: int
    new_sites: int
    areas: int | None
    """Areas of the city; None where it is not known where sensors are."""
    with_sensors: int | None
    due_share: float | None
    """Share of sites that areas with sensors would get by lot."""
    scenarios: tuple[SensorScenario, ...]
    arms: tuple[SiteArm, ...]
    numbers: tuple[Measurement, ...]
    verdict: LoopVerdict | None = None
    """What follows, once judged."""
    slow_after: float | None = None
    """Minutes after which officers came late; None where no response times are named."""
    by_lot: bool = False
    """Whether dispatches by lot are named."""
    near: tuple[float, float] | None = None
    """Metres and hours within which stops are near an alert; None without a table of stops."""
    hot_list: bool = False
    """Whether a list of plates or faces is given."""
    part_counts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The counts behind each part; kept from the public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTest:
    """The test on logs of a tool in use, besides its numbers."""

    flags: bool
    """Whether flags were logged, not hours."""
    areas: int
    changing: int
    """Areas in which deployment changes."""
    periods: int
    first: str | None
    last: str | None
    unlogged: float
    """Share of areas times periods without logged deployment."""
    lag: int
    memory: int
    """Earlier periods whose records the tool is taken to know."""
    control_means: str | None
    near: int | None
    """Ranks on either side of the limit that are compared; None without ranks."""
    unmatched: tuple[str, ...]
    cutoff_counts: tuple[int, ...] | None
    """Discovered and reported inside, discovered and reported outside; kept from the public."""
    numbers: tuple[Measurement, ...]
    verdict: LogVerdict | None = None
    """What follows, once judged."""
