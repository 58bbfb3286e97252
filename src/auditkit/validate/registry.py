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
    every_row = records.decision is not None and bool(records.decision.every_row)
    found = {"counts" if rows.counted else "rows"}
    found |= {column.role.split(".")[0] for column in rows.columns}
    if every_row and audit.stops is not None:
        found -= {"decision"}
    found |= {key for key in ("observed_until", "follow_up_days") if getattr(records, key) is not None}
    found |= {key for key in ("inputs", "stamped_after", "suppressed") if getattr(records, key)}
    found |= {key for key in ("unlawful_periods", "second_source", "reporting") if getattr(audit, key)}
    if audit.outcome is not None:
        found |= {"outcome.source"} | (set() if records.audit_sample else {"outcomes of all"})
    given = {
        "groups.*": bool(rows.roles("group.")),
        "groups.population": any(group.population for group in audit.groups.values()),
        "groups.assigned_by": any(group.assigned_by for group in audit.groups.values()),
        "outcome.date": records.outcome is not None and records.outcome.date is not None,
        "id or repeat": rows.column("id") is not None or rows.column("repeat") is not None,
        "split": rows.training is not None,
        "stops.benchmark": rows.benchmark is not None,
        "decision for every row": every_row,
    }
    found |= {name for name, here in given.items() if here}
    if isinstance(rows, PlaceRows):
        found |= _declared_areas(rows.areas, audit) | _declared_table(rows.history, "history")
        found |= {"time"} if records.time else set()
    if isinstance(rows, AlertRows):
        found |= _declared_alerts(rows, audit)
    if isinstance(rows, PlaceRows | AlertRows):
        found |= _declared_table(rows.deployment, "deployment") | _declared_table(
            rows.reports, "resident_reports"
        )
    return frozenset(found)


def _declared_alerts(rows: AlertRows, audit: AuditFile) -> set[str]:
    found = _declared_table(rows.events, "events") | ({"coverage"} if rows.coverage is not None else set())
    return found if rows.areas is None else found | _declared_areas(rows.areas, audit)


def _declared_areas(loaded: LoadedAreas, audit: AuditFile) -> set[str]:
    areas, table = loaded.areas, audit.areas
    given = {
        "areas": True,
        "residents": areas.residents is not None,
        "resident_groups": bool(areas.groups),
        "neighbours": areas.contiguity != "none",
        "areas.margin": loaded.margin is not None,
        "areas.residents_year": table is not None and table.residents_year is not None,
    }
    return {name for name, here in given.items() if here}


def _declared_table(table: Rows | None, name: str) -> set[str]:
    """Name a further table, whether its rows are single ones, and its columns by role."""
    if table is None:
        return set()
    return {
        name,
        f"{name}.{'counts' if table.counted else 'rows'}",
        *(f"{name}.{one.role}" for one in table.columns),
    }
