"""What judging an alert system adds: where its limits apply, and what an audit of it left open."""

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Limit
from auditkit.results.findings import NotChecked
from auditkit.results.phrases import phrase

EVERYONE = "everyone"
"""The dimension of a limit on all alerts together."""
OF_RESIDENTS = ("exposure", "coverage_share", "mostly_covered_share", "elsewhere_share", "resident_share")
OF_ALERTS = (("disposition",), ("area",))
INDEPENDENT = ("survey", "call", "app_report", "victim_report", "verified")
"""Label sources that do not depend on police or on the system."""


def of_residents(measure: str) -> bool:
    """Tell whether a measure is about residents of areas, whose groups a table of areas counts."""
    return measure.startswith(OF_RESIDENTS)


def alert_dimensions(limit: Limit, audit: AuditFile) -> tuple[tuple[str, ...], ...]:
    """Dimensions that a limit on an alert system applies to: of residents, of alerts, or everyone."""
    here = audit.resident_dimensions if of_residents(limit.measure) else audit.row_dimensions
    if limit.dimension == "*":
        return here
    if limit.dimension == EVERYONE:
        return ((),)
    named = tuple(limit.dimension.split("+"))
    return (named,) if named in {*here, *OF_ALERTS} else ()


DISPOSITIONS = NotChecked(
    topic=phrase("How many alerts were right"),
    because=phrase("the records have no dispositions"),
    needs=(phrase("what officers found after each alert, and whether they looked"),),
)
VERIFIED = NotChecked(
    topic=phrase("Whether the dispositions themselves are right"),
    because=phrase("they come from police or from the system, and nobody verified them"),
    needs=(phrase("a sample of alerts whose cause was established by somebody else"),),
)
MISSES = NotChecked(
    topic=phrase("What the system misses"),
    because=phrase("there is no list of events that does not depend on the system"),
    needs=(phrase("events known from elsewhere, such as hospital records or calls, with time and area"),),
)
SENSORS = NotChecked(
    topic=phrase("Who lives under the sensors"),
    because=phrase("the audit file has no map of sensors with residents"),
    needs=(phrase("the share of each area that sensors cover"), phrase("residents of each area by group")),
)
PERSONS = NotChecked(
    topic=phrase("How the people whom officers met after an alert were treated"),
    because=phrase("no actions are linked to the alerts"),
    needs=(phrase("stops, searches, arrests and injuries after each alert"),),
)
WRONG_PERSONS = NotChecked(
    topic=phrase("Whether some groups of people are stopped more after an alert"),
    because=phrase("the records do not say who was stopped"),
    needs=(phrase("the group of each person met after an alert"),),
)


def open_questions(audit: AuditFile) -> tuple[NotChecked, ...]:
    """List what an audit of an alert system did not look at, most important for a board first."""
    outcome, events = audit.records.outcome, audit.events
    missing = {
        DISPOSITIONS: outcome is None,
        VERIFIED: outcome is not None and outcome.source not in INDEPENDENT,
        MISSES: events is None or events.source == "sensor",
        SENSORS: audit.coverage is None or not audit.resident_dimensions,
        PERSONS: audit.actions is None or not audit.actions.taken,
        WRONG_PERSONS: not audit.groups,
    }
    return tuple(question for question, absent in missing.items() if absent)
