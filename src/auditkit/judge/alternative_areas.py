"""Whether another choice of areas falls less on the capped group and loses no more than the board tolerates."""

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.findings import Alternative
from auditkit.results.measurements import Bounds, Estimate, Measurement, Measurements

FOUND, FALLS_ON = "frontier_hit_rate_difference", "frontier_group_share_difference"


def alternative_areas(measurements: Measurements, audit: AuditFile) -> Alternative | None:
    """Say whether an alternative within the tolerance exists; None where no tolerance was set or nothing was tried.

    It exists if some choice surely finds no less than tolerated and surely falls less on the group. There is none
    among those tried if each surely finds less, or surely does not fall less on the group. Ranges hold jointly over
    all choices, which were made on other periods than they are judged on.

    Parameters
    ----------
    measurements
        What may be published; what is withheld cannot tell.
    audit
        The audit file, which names the tolerated loss.
    """
    if audit.frontier is None or audit.frontier.tolerated_loss is None:
        return None
    least = -audit.frontier.tolerated_loss
    falls = {item.group: item for item in measurements.items if item.metric == FALLS_ON}
    verdicts = [
        _one(_range(item), _range(falls.get(item.group)), least)
        for item in measurements.items
        if item.metric == FOUND
    ]
    if not verdicts:
        return None
    if "exists" in verdicts:
        return "exists"
    return "cannot_tell" if "cannot_tell" in verdicts else "none_found"


def _range(item: Measurement | None) -> Bounds:
    if item is None or not isinstance(item.result, Estimate):
        return None, None
    return item.result.interval_family or item.result.interval or (None, None)


def _one(found: Bounds, falls: Bounds, least: float) -> Alternative:
    (low, high), (less, more) = found, falls
    if low is not None and low >= least and more is not None and more < 0:
        return "exists"
    if (high is not None and high < least) or (less is not None and less >= 0):
        return "none_found"
    return "cannot_tell"
