"""What the audit file says of ways in which an alert system can feed on itself, besides the choice of sites."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from auditkit.definitions.alerts import YesColumn
from auditkit.definitions.records import Records
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import Definition

Above = Annotated[float, Field(gt=0)]


class Confirmation(Definition):
    """What a confirmation may depend on besides what happened; columns of the main table."""

    minutes: str | None = Field(None, description="the column with minutes from alert to arrival.")
    slow_after: Above | None = Field(None, description="minutes after which officers came late.")
    by_lot: YesColumn | None = Field(
        None, description="which alerts chance chose for dispatch; the others were sent as usual."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if (self.minutes is None) != (self.slow_after is None):
            msg = "'minutes' and 'slow_after' go together"
            raise ValueError(msg)
        if self.minutes is None and self.by_lot is None:
            msg = "name 'minutes' and 'slow_after', or 'by_lot'"
            raise ValueError(msg)
        return self


class NearbyStops(TableSource):
    """Stops that may have followed alerts: a table with one row per stop."""

    path: str = Field(description="the table's path, relative to the audit file.")
    time: str = Field(description="the column with date and time of day.")
    longitude: str = Field(description="the column with degrees east.")
    latitude: str = Field(description="the column with degrees north.")
    metres: Above = Field(description="how near an alert a stop is.")
    hours: Above = Field(description="how long after an alert, and before it, stops are counted.")
    linked: YesColumn | None = Field(
        None, description="which stops the records link to an alert; blank means not linked."
    )
    names_system: YesColumn | None = Field(None, description="which reports of stops name the system.")


class ListEntries(TableSource):
    """Entries of a list of plates or faces: a table with one row per entry."""

    path: str = Field(description="the table's path, relative to the audit file.")
    from_hit: YesColumn = Field(description="which entries an earlier hit made.")
    hits: str | None = Field(None, description="the column with the hits of each entry.")


class HotList(TableSource):
    """A list of plates or faces that devices look for: what was read, and what was hit."""

    path: str = Field(description="the path of the table of reads and hits, relative to the audit file.")
    reads: str = Field(description="the column with the number of plates or faces that were read.")
    hits: str = Field(description="the column with the number of them that were on the list.")
    entries: ListEntries | None = Field(None, description="the list's entries, and which of them hits made.")


def loop_complaints(
    confirmation: Confirmation | None, stops: NearbyStops | None, records: Records
) -> list[str]:
    """Say what the main table lacks for these parts."""
    places = records.longitude is not None and records.time is not None
    complaints = {
        "[feedback.confirmation] needs [records] outcome, which says what was confirmed": confirmation
        is not None
        and records.outcome is None,
        "[feedback.stops] needs [records] time, longitude and latitude, which say when and where alerts were": (
            stops is not None and not places
        ),
        "[feedback.stops] needs one row an alert, and rows are counts here": stops is not None
        and records.counts is not None,
    }
    return [complaint for complaint, holds in complaints.items() if holds]
