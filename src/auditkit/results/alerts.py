"""Counts of an alert system: what became of alerts, what they led to, and where; no stage after `tally` sees more."""

from dataclasses import dataclass
from typing import Literal

from auditkit.results.areas import Floats
from auditkit.results.checks import Refusal
from auditkit.results.inputs import InputRecord
from auditkit.results.logs import LogTally
from auditkit.results.places import PlaceTally

Disposition = Literal["confirmed", "unfounded", "unconfirmed"]
DISPOSITIONS: tuple[Disposition, ...] = ("confirmed", "unfounded", "unconfirmed")
"""What an alert can turn out as; where nothing was recorded, it has none of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """Where the sensors are, area by area."""

    source: InputRecord
    share: Floats
    """Shape (areas,); covered share of each area; NaN where the table does not name it."""
    hours: Floats | None
    """Shape (areas,); hours that its sensors were on; NaN where not known."""
    unmatched: tuple[str, ...]
    """Ids of the table that no area has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCounts:
    """Alerts that led to an action, and alerts that did not."""

    action: str
    yes: int
    no: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCounts:
    """The alerts of one group."""

    alerts: int
    confirmed: int
    unfounded: int
    unconfirmed: int
    """Alerts without evidence either way; that is not false."""
    unknown: int
    """Alerts without a recorded disposition."""
    dispatched: int
    not_dispatched: int
    actions: tuple[ActionCounts, ...]
    suppressed: bool
    """Whether the source withheld a count that belongs here."""

    @property
    def known(self) -> int:
        """How many alerts have a recorded disposition."""
        return self.confirmed + self.unfounded + self.unconfirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroups:
    """The alerts of each group of one dimension, or of everyone together."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    counts: tuple[tuple[tuple[str, ...], AlertCounts], ...]
    """Group and counts, in order of name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSums:
    """Sums over the alerts whose officer-hours are known."""

    alerts: int
    confirmed: int
    hours: float
    squares: float
    """Sum of squared hours."""
    confirmed_hours: float
    """Hours of confirmed alerts alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCounts:
    """Known events, by whether the system alerted."""

    alerted: int
    missed: int
    unknown: int
    outside: int
    """Events in areas without sensors, which are left out of the others."""
    independent: bool
    """Whether the list does not come from the system itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Alerts with a recorded disposition, in two ways in which officers came to them."""

    first: tuple[int, int]
    """Confirmed, and not confirmed: reached fast, or sent by lot."""
    second: tuple[int, int]
    """The same of alerts reached late, or chosen as usual."""
    unknown: tuple[int, int]
    """The same where it is not recorded which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCounts:
    """Stops, by whether an alert was near in place and time."""

    alerts: int
    """Alerts whose place and moment are known."""
    linked: int
    """Stops that the records link to an alert."""
    after: int
    """Other stops whose nearest alert in time came before them."""
    before: int
    """Other stops whose nearest alert in time came after them."""
    far: int
    """Other stops with no alert near, or of unknown place or moment."""
    naming: int | None
    """Of stops that nobody linked: those whose report names the system; None where that is not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotListCounts:
    """What devices read, and what was on the list."""

    reads: int
    hits: int
    entries: tuple[int, int] | None
    """Entries that earlier hits made, and all others; None without a table of entries."""
    entry_hits: tuple[int, int] | None
    """Hits on entries that earlier hits made, and on all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLoopCounts:
    """Counts that show how an alert system may feed on itself; None where columns or tables are not declared."""

    response: Confirmed | None
    lot: Confirmed | None
    stops: StopCounts | None
    hot_list: HotListCounts | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlertTally:
    """Every count table of an audit of an alert system."""

    dimensions: tuple[AlertGroups, ...]
    """Everyone together first, then each declared dimension."""
    has_dispositions: bool
    merged: bool
    """Whether the source does not tell unfounded from unconfirmed alerts."""
    has_dispatch: bool
    hours: HourSums | None
    """None where officer-hours are not declared, or rows are counts."""
    hours_declared: bool
    events: EventCounts | None
    places: PlaceTally | None
    """Alerts by area and period, as flags; None without areas."""
    coverage: Coverage | None
    refused: tuple[Refusal, ...]
    logs: LogTally | None = None
    """Logs of a system in use."""
    loops: AlertLoopCounts = AlertLoopCounts(response=None, lot=None, stops=None, hot_list=None)
    lawful: tuple[AlertGroups, ...] = ()
    """The same dimensions, counting only alerts outside unlawful periods; empty where none is declared."""
    not_lawful: tuple[AlertGroups, ...] = ()
    """The same dimensions, counting all other alerts: within an unlawful period, or without a date."""

    @property
    def everyone(self) -> AlertCounts:
        """All alerts together."""
        return self.dimensions[0].counts[0][1]
