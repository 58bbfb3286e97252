"""Withholding what is not safe to publish, by the rules of each type of tool."""

from auditkit.judge.alert_disclosure import withhold_alerts
from auditkit.judge.disclosure import withhold
from auditkit.judge.place_disclosure import withhold_places
from auditkit.results.alerts import AlertTally
from auditkit.results.checks import RejectedData
from auditkit.results.measurements import Measurements
from auditkit.results.places import PlaceTally
from auditkit.results.tally import Tally


def published(
    measured: Measurements, result: Tally | PlaceTally | AlertTally | RejectedData, *, smallest_cell: int
) -> Measurements:
    """Return what may be published of everything measured.

    Parameters
    ----------
    measured
        Everything measured.
    result
        The counts behind it.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    safe = withhold(measured, result if isinstance(result, Tally) else None, smallest_cell=smallest_cell)
    safe = withhold_alerts(
        safe, result if isinstance(result, AlertTally) else None, smallest_cell=smallest_cell
    )
    return withhold_places(
        safe, result if isinstance(result, PlaceTally) else None, smallest_cell=smallest_cell
    )
