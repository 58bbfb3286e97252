"""The register of facts: named queries that a check suite refers to."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.rows import AlertRows, PlaceRows, Rows

Gather = Callable[[Any, AuditFile], Table | pd.DataFrame]
"""A query over `Rows`, or over `PlaceRows` for a place tool."""
FACTS: dict[str, Gather] = {}


def facts(name: str) -> Callable[[Gather], Gather]:
    """Record a query under the name that check suites use.

    It returns columns `item` (what a fact is about), `value` (what is judged) and, where people are behind the value,
    `count`; at most 10,000 rows and at least one.
    """

    def record(gather: Gather) -> Gather:
        if name in FACTS:
            msg = f"the facts '{name}' are registered twice"
            raise ValueError(msg)
        FACTS[name] = gather
        return gather

    return record


def declared(rows: Rows, audit: AuditFile) -> frozenset[str]:
    """Name everything a check can need that this audit declares."""
    records = audit.records
    found = {"counts" if rows.counted else "rows"}
    found |= {column.role.split(".")[0] for column in rows.columns}
    if audit.records.decision is not None and audit.records.decision.every_row and audit.stops is not None:
        found -= {"decision"}
    found |= {"groups.*"} if rows.roles("group.") else set()
    found |= {key for key in ("observed_until", "follow_up_days") if getattr(records, key) is not None}
    found |= {key for key in ("inputs", "stamped_after", "suppressed") if getattr(records, key)}
    if audit.outcome is not None:
        found |= {"outcome.source"} | (set() if records.audit_sample else {"outcomes of all"})
    if isinstance(rows, PlaceRows):
        history = rows.history
        found |= (
            _declared_areas(rows.areas) | _declared_history(history) | ({"time"} if records.time else set())
        )
    if isinstance(rows, AlertRows):
        found |= _declared_alerts(rows)
    return frozenset(found)


def _declared_alerts(rows: AlertRows) -> set[str]:
    given = {
        "coverage": rows.coverage is not None,
        "events": rows.events is not None,
        "events.area": rows.events is not None and rows.events.column("area") is not None,
    }
    found = {name for name, here in given.items() if here}
    return found if rows.areas is None else found | _declared_areas(rows.areas)


def _declared_areas(loaded: LoadedAreas) -> set[str]:
    areas = loaded.areas
    given = {
        "areas": True,
        "residents": areas.residents is not None,
        "resident_groups": bool(areas.groups),
        "neighbours": areas.contiguity != "none",
    }
    return {name for name, here in given.items() if here}


def _declared_history(history: Rows | None) -> set[str]:
    given = {
        "history": history is not None,
        "history.source": history is not None and history.column("source") is not None,
    }
    return {name for name, here in given.items() if here}
