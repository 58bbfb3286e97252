"""Withholding what is not safe to publish, by the rules of each type of tool."""

from collections.abc import Set
from dataclasses import replace

from auditkit.judge.alert_disclosure import withhold_alerts
from auditkit.judge.disclosure import withhold
from auditkit.judge.place_disclosure import withhold_places
from auditkit.judge.protection import Protection
from auditkit.results.alerts import AlertTally
from auditkit.results.checks import RejectedData
from auditkit.results.measurements import Estimate, Measurement, Measurements, Withheld
from auditkit.results.places import PlaceTally
from auditkit.results.releases import REASONS, Reason
from auditkit.results.tally import Tally


def published(
    measured: Measurements, result: Tally | PlaceTally | AlertTally | RejectedData, *, protection: Protection
) -> Measurements:
    """Return what may be published of everything measured.

    Parameters
    ----------
    measured
        Everything measured.
    result
        The counts behind it.
    protection
        What is withheld.
    """
    people = result if isinstance(result, Tally) else None
    alerts = result if isinstance(result, AlertTally) else None
    places = result if isinstance(result, PlaceTally) else None
    smallest = protection.smallest_cell
    safe = withhold(measured, people, smallest_cell=smallest, protection=protection)
    safe = withhold_alerts(safe, alerts, smallest_cell=smallest, protection=protection)
    safe = withhold_places(safe, places, smallest_cell=smallest, protection=protection)
    changed = protection.changed(safe.items) if smallest else frozenset()
    items = tuple(replace(item, result=Withheld()) if item.id in changed else item for item in safe.items)
    return replace(safe, items=items)


def without_published_bounds(measured: Measurements, safe: Measurements) -> frozenset[str]:
    """Name the published numbers whose bounds are withheld, by id.

    Parameters
    ----------
    measured
        Everything measured.
    safe
        What of it may be published.
    """
    before = measured.by_id()
    return frozenset(item.id for item in safe.items if _bounded(before[item.id]) and not _bounded(item))


def _bounded(item: Measurement) -> bool:
    return isinstance(item.result, Estimate) and item.result.bounds is not None


def reasons(measured: Measurements, safe: Measurements, protection: Protection) -> dict[Reason, int]:
    """Count withheld numbers by reason; which number has which is not said, because that would narrow it down.

    Parameters
    ----------
    measured
        Everything measured.
    safe
        The same with what is not published withheld.
    protection
        What was withheld.
    """
    before, changed = measured.by_id(), protection.changed(measured.items)
    found: dict[Reason, int] = {}
    for item in safe.items:
        if isinstance(item.result, Withheld):
            reason = _reason(before[item.id], changed, protection)
            found[reason] = found.get(reason, 0) + 1
    return {reason: found[reason] for reason in REASONS if reason in found}


def _reason(item: Measurement, changed: Set[str], protection: Protection) -> Reason:
    if item.id in changed:
        return "earlier_release"
    if (item.dimension, item.group) in protection.one_source:
        return "one_source"
    result = item.result
    part, whole = (result.numerator, result.denominator) if isinstance(result, Estimate) else (None, None)
    counts = [
        n for n in (part, whole, None if part is None or whole is None else whole - part) if n is not None
    ]
    if any(map(protection.small, counts)):
        return "few"
    alike = bool(protection.sensitive) and part is not None and part in {0, whole} and whole
    return "alike" if alike else "follows"
