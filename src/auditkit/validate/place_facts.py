"""Facts about the records of a place tool: areas by period (methods D4, D7, D11, D16, D22)."""

import re

import ibis
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import PlaceRows
from auditkit.validate.registry import facts
from auditkit.validate.shares import share

PSEUDO = re.compile(
    r"not.?assign|unassign|nicht zu|not.?specified|unspecified|unknown|unbekannt|^n/?a$|^none$|citywide|city.wide"
    r"|no.?fixed|out.?of|outside|other areas?$",
    re.IGNORECASE,
)
"""Names that stand for records without a place."""
TOTAL = re.compile(
    r"^(?:grand |sub-?)?totals?$|^(?:all(?: areas)?|overall|sum|citywide|whole city)$", re.IGNORECASE
)


def _per_area(rows: PlaceRows) -> pd.DataFrame:
    """Rows and outcomes by area."""
    cells = rows.cells("area", "outcome") if rows.column("outcome") else rows.cells("area")
    number = cells.outcome.fill_null(0.0) * cells.n if "outcome" in cells.columns else cells.n * 0.0
    frame: pd.DataFrame = cells.group_by("area").agg(n=cells.n.sum(), outcome=number.sum()).to_pandas()
    return frame.assign(area=frame["area"].fillna(""))


def _listed(items: list[str], values: list[float], counts: list[int] | None = None) -> pd.DataFrame:
    if not items:
        return pd.DataFrame({"item": [""], "value": [0.0]})
    frame = pd.DataFrame({"item": items, "value": values})
    return frame if counts is None else frame.assign(count=counts)


@facts("area_unmatched_share")
def area_unmatched_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of rows whose area is not in the table of areas."""
    frame = _per_area(rows)
    lost = ~frame["area"].isin(rows.areas.areas.ids)
    return pd.DataFrame(
        {"item": [""], "value": [float(frame.loc[lost, "n"].sum() / max(1, frame["n"].sum()))]}
    )


@facts("area_unmatched_names")
def area_unmatched_names(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas of the records that are not in the table of areas, with their rows."""
    frame = _per_area(rows)
    lost = frame[~frame["area"].isin(rows.areas.areas.ids)]
    return _listed([name or "(blank)" for name in lost["area"]], [float(n) for n in lost["n"]])


@facts("area_without_records")
def area_without_records(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas that no record names."""
    named = set(_per_area(rows)["area"])
    silent = [name for name in rows.areas.areas.ids if name not in named]
    return _listed(silent, [1.0] * len(silent))


@facts("grid_gaps_share")
def grid_gaps_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of combinations of area and period without a row; areas and periods are those that occur."""
    decision = audit.records.decision
    cells: Table = rows.cells("area", "period")
    known = cells.filter(cells.area.notnull() & cells.period.notnull())
    frame = known.agg(
        cells=known.count(), areas=known.area.nunique(), periods=known.period.nunique()
    ).to_pandas()
    whole = int(frame["areas"][0]) * int(frame["periods"][0])
    listed = bool(decision and decision.every_row)  # where each row is a flag, a missing row is no flag
    value = 0.0 if listed or whole == 0 else 1 - int(frame["cells"][0]) / whole
    return pd.DataFrame({"item": [""], "value": [value]})


@facts("period_unreadable_share")
def period_unreadable_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of rows whose date cannot be read."""
    cells = rows.cells("period")
    gone = ibis.cases((cells.period.isnull(), cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()))


@facts("pseudo_areas")
def pseudo_areas(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas whose id or name says that they are no place."""
    areas = rows.areas.areas
    named = dict(zip(areas.ids, areas.names, strict=True))
    found = sorted({*named, *_per_area(rows)["area"]})
    odd = [area for area in found if PSEUDO.search(area) or PSEUDO.search(named.get(area, ""))]
    return _listed(
        [f"{area} ({named[area]})" if named.get(area, area) != area else area for area in odd],
        [1.0] * len(odd),
    )


@facts("total_areas")
def total_areas(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas that are the sum of the others, or are called a total."""
    frame = _per_area(rows)
    whole = float(frame["outcome"].sum())
    is_sum = (frame["outcome"] * 2 == whole) & (whole >= 100) & (len(frame) > 2)  # fewer may be chance
    odd = frame[is_sum | frame["area"].str.contains(TOTAL)]
    return _listed(list(odd["area"]), [1.0] * len(odd))


@facts("flagged_area_share")
def flagged_area_share(rows: PlaceRows, audit: AuditFile) -> Table:
    """Share of rows that are flagged."""
    cells = rows.cells("decision")
    yes = ibis.cases((cells.decision == 1, cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(yes, cells.n.sum()))


@facts("outcome_total")
def outcome_total(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Incidents in all areas and periods."""
    return pd.DataFrame({"item": [""], "value": [float(_per_area(rows)["outcome"].sum())]})
