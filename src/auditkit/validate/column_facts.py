"""Facts about the rows and columns of any table: empty and repeated rows, totals, nested columns (methods D3 to D7, D16, D26)."""

from itertools import permutations

import ibis
import numpy as np
import pandas as pd
from ibis import Table
from ibis.expr.types import BooleanValue, Column

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import AlertRows, PlaceRows, Rows, value
from auditkit.validate.place_facts import PSEUDO, TOTAL
from auditkit.validate.registry import facts
from auditkit.validate.shares import group_names, labelled, listed, one, share, stack, where
from auditkit.validate.tables import deployment_of, history_of, reports_of
from auditkit.validate.testing import p_value_of_equal_shares

PART = 0.1
"""A column whose total is a smaller share of another's is within it row by row even if they have nothing to do."""
NAMED_TOTAL = r"^(grand |sub-?)?totals?$|^(all( groups| races| people)?|everyone|overall|sum)$"


def _empty(rows: Rows) -> Table:
    """Count rows that hold nothing in any column of the file."""
    # A filter leaves off at the first column that holds something; a sum would look at them all.
    empty = rows.table.filter([_blank(rows.table[name]) for name in rows.original])
    return empty.agg(item=ibis.literal(""), value=empty.count().cast("float64"))


def _blank(column: Column) -> BooleanValue:
    return column.strip().nullif("").isnull() if column.type().is_string() else column.isnull()


def repeated_rows_share(rows: Rows) -> float:
    """Return the share of rows that repeat another row in every column of the file."""
    table = rows.table.select(
        **{f"c{at}": rows.table[name].cast("string") for at, name in enumerate(rows.original)}
    )
    whole, different = (int(part.count().execute()) for part in (table, table.distinct()))
    return (whole - different) / max(1, whole)


def _called_totals(rows: Rows) -> pd.DataFrame:
    """List areas that are the sum of all others, or are called a total."""
    cells = rows.cells("area").to_pandas()
    cells = cells[cells["area"].notna()]
    whole = float(cells["n"].sum())
    is_sum = (cells["n"] * 2 == whole) & (whole >= 100) & (len(cells) > 5)  # fewer may be chance
    return listed(list(cells.loc[is_sum | cells["area"].str.contains(TOTAL), "area"]))


@facts("empty_rows")
def empty_rows(rows: Rows, audit: AuditFile) -> Table:
    """Rows without any value at all."""
    return _empty(rows)


@facts("history_empty_rows")
def history_empty_rows(rows: PlaceRows, audit: AuditFile) -> Table:
    """Count rows of the history without any value at all."""
    return _empty(history_of(rows))


@facts("reports_empty_rows")
def reports_empty_rows(rows: PlaceRows | AlertRows, audit: AuditFile) -> Table:
    """Count reports without any value at all."""
    return _empty(reports_of(rows))


@facts("history_repeated_share")
def history_repeated_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of rows of the history that repeat another one in every column."""
    return one(repeated_rows_share(history_of(rows)))


@facts("logs_repeated_share")
def logs_repeated_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of rows of the logs that repeat another one in every column."""
    return one(repeated_rows_share(deployment_of(rows)))


@facts("reports_repeated_share")
def reports_repeated_share(rows: PlaceRows | AlertRows, audit: AuditFile) -> pd.DataFrame:
    """Share of reports that repeat another one in every column."""
    return one(repeated_rows_share(reports_of(rows)))


@facts("history_totals")
def history_totals(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas of the history that are the sum of the others, or are called a total."""
    return _called_totals(history_of(rows))


@facts("named_totals")
def named_totals(rows: Rows, audit: AuditFile) -> Table:
    """Rows whose group is called a total."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role)
        found = cells.filter(cells[role].lower().re_search(NAMED_TOTAL))
        named = found.select(
            item=labelled(name, found[role]), value=found.n.cast("float64"), count=ibis.null("int64")
        )
        parts.append(named)
    return stack([part for part in parts if part.count().execute()])


@facts("nested_columns")
def nested_columns(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """List pairs of columns of counts with the share of rows in which the first is no more than the second.

    Named are the outcome and the declared inputs that hold numbers. A column with less than a tenth of the other's total
    is passed over.
    """
    records = audit.records
    names = dict.fromkeys([*([records.outcome.column] if records.outcome else []), *records.inputs])
    table = rows.table
    numbers = {f"c{at}": table[name].cast("string").try_cast("float64") for at, name in enumerate(names)}
    read = table.select(**numbers)
    sums = read.agg(**{key: read[key].sum() for key in numbers}).to_pandas().iloc[0]
    pairs = {
        f"{first} within {second}": (one_key, other)
        for (one_key, first), (other, second) in permutations(zip(numbers, names, strict=True), 2)
        if 0 < PART * float(sums[other] or 0) <= float(sums[one_key] or 0) < float(sums[other] or 0)
    }
    if not pairs:
        return one(0.0)
    within = {f"p{at}": (read[a] <= read[b]).mean() for at, (a, b) in enumerate(pairs.values())}
    counted = read.agg(**within).to_pandas().iloc[0]
    return listed([*pairs], [float(counted[key]) for key in within])


@facts("quiet_areas")
def quiet_areas(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas of the records without a single incident, where at least five would be expected in each."""
    read = {role: value(rows.table, column) for role in ("area", "outcome") if (column := rows.column(role))}
    table = rows.table.select(**read)
    sums = (
        table.filter(table.area.notnull())
        .group_by("area")
        .agg(n=table.outcome.sum().fill_null(0))
        .to_pandas()
    )
    enough = float(sums["n"].mean() if len(sums) else 0.0) >= 5
    return listed(sorted(sums.loc[sums["n"] == 0, "area"]) if enough else [])


@facts("flags_beyond_one_share")
def flags_beyond_one_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of flags beyond the first of an area and period: several predictions that one incident may satisfy."""
    cells = rows.cells("area", "period", "decision").to_pandas()
    flags = cells.loc[cells["decision"] == 1, "n"].to_numpy(dtype=float)
    return one(float(np.maximum(flags - 1, 0).sum() / max(1.0, flags.sum())))


@facts("area_missing_share")
def area_missing_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of rows without an area."""
    cells = rows.cells("area")
    gone = where(cells.area.isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("area_missing_by_group")
def area_missing_by_group(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How likely groups would differ so much by chance in the share of rows without an area (chi-square)."""
    found = {}
    for role, name in group_names(rows):
        cells = rows.cells(role, "area").to_pandas()
        counted = (
            cells.assign(gone=cells["n"].where(cells["area"].isna(), 0)).groupby(role)[["gone", "n"]].sum()
        )
        found[f"by {name}"] = p_value_of_equal_shares(counted.reset_index())
    return listed([*found], [min(1.0, p * len(found)) for p in found.values()])


@facts("named_pseudo_areas")
def named_pseudo_areas(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Areas of the rows whose name says that they are no place."""
    cells = rows.cells("area").to_pandas()
    named = cells.loc[cells["area"].notna(), "area"]
    return listed(sorted(area for area in named if PSEUDO.search(area)))


@facts("odd_scores_share")
def odd_scores_share(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Share of rows with a score below zero, where nearly all others are zero or more: often a mark for 'not scored'."""
    cells = rows.cells("score")
    counted = cells.agg(
        below=where(cells.score < 0, cells.n), n=where(cells.score.notnull(), cells.n)
    ).to_pandas()
    below, n = (float(counted[name].fillna(0).iloc[0]) for name in ("below", "n"))
    return one(below / n if n and below <= 0.2 * n else 0.0)
