"""Facts about rows that were placed by their position (methods D3): where those are that no area holds."""

import ibis
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, PlaceRows, Rows
from auditkit.validate.registry import facts
from auditkit.validate.shares import LIMIT, share, where


def _unplaced(rows: Rows) -> Table:
    """Share of rows without an area, by the neighbourhood that the row names, largest first."""
    cells = rows.cells("neighbourhood", "area")
    named = cells.mutate(neighbourhood=cells.neighbourhood.fill_null("not recorded"))
    lost = where(named.area.isnull(), named.n)
    found = named.group_by("neighbourhood").agg(value=share(lost, named.n.sum()), count=lost)
    found = found.order_by([found.value.desc(), found.neighbourhood]).limit(LIMIT)
    return found.select(
        item=ibis.literal("neighbourhood ") + found.neighbourhood, value=found.value, count=found["count"]
    )


@facts("unplaced_by_neighbourhood")
def unplaced_by_neighbourhood(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Share of records that no area holds, by the neighbourhood that they name."""
    return _unplaced(rows)


@facts("history_unplaced_by_neighbourhood")
def history_unplaced_by_neighbourhood(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of records of the history that no area holds, by the neighbourhood that they name."""
    assert rows.history is not None  # noqa: S101  # the check needs a history
    return _unplaced(rows.history)
