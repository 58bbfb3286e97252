"""The part of `audit.json` about alerts."""

from pydantic import Field

from auditkit.results.place_records import AreaRecord
from auditkit.results.record import Record, Texts

Pair = tuple[float, float]


class TestRatesRecord(Record):
    """Error rates from a test of the system, each as lowest and highest."""

    sensitivity: Pair
    false_positive_rate: Pair
    prevalence: Pair
    source: str


class AlertAreaRecord(AreaRecord):
    """One area, with its sensors."""

    coverage: float | None = Field(description="Covered share of the area; null where not known.")


class AlertsRecord(Record):
    """What an audit of alerts knows besides numbers."""

    dispatched: bool = Field(description="Whether the records say to which alerts officers were sent.")
    linked_by: str | None = Field(description="The rule that links actions to alerts, in words.")
    actions: Texts
    hours: bool = Field(description="Whether officer-hours are recorded.")
    events: str | None = Field(description="The known events in words, or null without a list of them.")
    events_source: str | None
    test_rates: TestRatesRecord | None
    covered: bool = Field(description="Whether it is known where the sensors are.")
    period: str | None
    periods: int | None
    first: str | None
    last: str | None
    areas: tuple[AlertAreaRecord, ...]
    blocks: int | None
    unmatched: Texts = Field(description="Areas of the records that are not in the table of areas.")
