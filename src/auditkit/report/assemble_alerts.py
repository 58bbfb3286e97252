"""Building the parts of the documents about alerts."""

from dataclasses import asdict
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.report.assemble_areas import area_facts, known
from auditkit.results.alert_records import AlertAreaRecord, AlertsRecord, TestRatesRecord
from auditkit.results.alerts import AlertTally


def alerts_record(tally: AlertTally, audit: AuditFile) -> AlertsRecord:
    """Say what the audit knows of the alerts besides numbers; it holds no count of alerts."""
    actions, events, rates, places = audit.actions, audit.events, audit.test_rates, tally.places
    periods = () if places is None or audit.records.period is None else places.periods
    return AlertsRecord(
        dispatched=tally.has_dispatch, linked_by=actions.linked_by if actions else None,
        actions=tuple(actions.taken) if actions else (), hours=tally.hours_declared,
        events=events.means if events else None, events_source=events.source if events else None,
        test_rates=None if rates is None else TestRatesRecord(**rates.model_dump()),
        covered=tally.coverage is not None, period=audit.records.period, periods=len(periods) or None,
        first=periods[0] if periods else None, last=periods[-1] if periods else None, areas=_areas(tally),
        blocks=None if places is None else len(set(places.areas.blocks.tolist())),
        unmatched=() if places is None else places.unmatched.areas,
    )  # fmt: skip


def _areas(tally: AlertTally) -> tuple[AlertAreaRecord, ...]:
    if tally.places is None:
        return ()
    shares = None if tally.coverage is None else tally.coverage.share.tolist()
    return tuple(
        AlertAreaRecord(**area, coverage=None if shares is None else known(shares[at]))
        for at, area in enumerate(area_facts(tally.places.areas))
    )


def alert_counts(tally: AlertTally) -> dict[str, Any]:
    """Write every count but those by area and period; they are never published."""
    return {
        "dimensions": [asdict(groups) for groups in tally.dimensions],
        "hours": None if tally.hours is None else asdict(tally.hours),
        "events": None if tally.events is None else asdict(tally.events),
    }
