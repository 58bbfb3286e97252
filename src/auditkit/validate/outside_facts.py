"""Facts held against what is known from outside: unlawful periods, second sources, reporting, vintages (D2, D21, D23, D27)."""

import datetime as dt

import ibis
import numpy as np
import pandas as pd
from ibis import Table, Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.outside_knowledge import SecondSource, UnlawfulPeriod, touched
from auditkit.results.rows import AlertRows, PlaceRows, Rows, value
from auditkit.validate.registry import facts
from auditkit.validate.shares import listed, one, where
from auditkit.validate.tables import history_of

TOP = 0.1
"""The busiest tenth of areas, at least one."""
SMALL = 100


def _unlawful(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Return the share of rows within each declared period, of rows whose date is known."""
    when = "time" if rows.column("time") else "period"
    cells = rows.cells(when, *(["area"] if rows.column("area") else []))
    dated = cells.filter(cells[when].notnull())
    parts = {
        f"p{at}": where(_within(dated, when, one, audit), dated.n)
        for at, one in enumerate(audit.unlawful_periods)
    }
    counted = dated.agg(n=dated.n.sum(), **parts).to_pandas().fillna(0).iloc[0]
    whole = max(1.0, float(counted["n"]))
    names = [f"{one.first} to {one.last}" for one in audit.unlawful_periods]
    return listed(names, [float(counted[part]) / whole for part in parts])


def _within(dated: Table, when: str, unlawful: UnlawfulPeriod, audit: AuditFile) -> Value:
    """Tell which rows fall in a period: by their day, or by any day of their own period."""
    if when == "period":
        names = [
            name for name in dated.select("period").distinct().to_pyarrow()["period"].to_pylist() if name
        ]
        inside = dated.period.isin(sorted(touched(names, (unlawful,), period=audit.records.period or "year")))
    else:
        inside = (dated[when] >= ibis.literal(unlawful.first)) & (dated[when] <= ibis.literal(unlawful.last))
    if unlawful.areas and "area" in dated.columns:
        return inside & dated.area.isin(unlawful.areas).fill_null(False)
    return inside


@facts("unlawful_share")
def unlawful_share(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Share of the records that fall in each declared unlawful period."""
    return _unlawful(rows, audit)


@facts("unlawful_history_share")
def unlawful_history_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of what the tool learns from that falls in each declared unlawful period."""
    return _unlawful(history_of(rows), audit)


@facts("second_source_ratio")
def second_source_ratio(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Total of a table over the total that another source gives for it."""
    found = {
        f"{told.table}: {told.source}": _total(rows, told, audit) / told.total for told in audit.second_source
    }
    return listed([*found], [*found.values()])


def _total(rows: Rows, told: SecondSource, audit: AuditFile) -> float:
    if told.table == "areas" and isinstance(rows, PlaceRows | AlertRows) and rows.areas is not None:
        residents = rows.areas.areas.residents
        return 0.0 if residents is None else float(np.nansum(residents))
    if told.table == "history" and isinstance(rows, PlaceRows):
        return _counted(history_of(rows), told, amount=None)
    incidents = isinstance(rows, PlaceRows) and rows.column("outcome") is not None
    return _counted(rows, told, amount="outcome" if incidents else None)


def _counted(rows: Rows, told: SecondSource, *, amount: str | None) -> float:
    """Add up rows, or incidents of rows, within the days that the other source counts."""
    columns = {
        column.role: value(rows.table, column)
        for column in rows.columns
        if column.role in {"time", "period", amount}
    }
    number = columns[amount] if amount else rows.weight
    read = {"n": number.fill_null(0)}
    day = columns.get("time", columns.get("period"))
    if told.first and told.last and day is not None:
        read["day"] = day.cast("string").try_cast("date")
    table = rows.table.select(**read)
    if "day" in read:
        table = table.filter((table.day >= ibis.literal(told.first)) & (table.day <= ibis.literal(told.last)))
    return float(table.n.sum().fill_null(0).execute())


@facts("top_areas_certain_share")
def top_areas_certain_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Of the areas that flags would go to by recorded incidents, the share that stay on top whatever areas report.

    Each area's true number lies between its recorded one over the highest and over the lowest rate of reporting. An area
    is certain to stay if its least number exceeds the greatest of every area below the top.
    """
    assert audit.reporting is not None  # noqa: S101  # the check needs it
    low, high = audit.reporting.range
    table = rows.table.select(
        area=value(rows.table, next(one for one in rows.columns if one.role == "area")),
        n=value(rows.table, next(one for one in rows.columns if one.role == "outcome")),
    )
    known = table.filter(table.area.notnull())
    counts = np.sort(
        known.group_by("area").agg(n=known.n.sum().fill_null(0)).to_pandas()["n"].to_numpy(dtype=float)
    )[::-1]
    top = max(1, round(TOP * counts.size))
    rest = counts[top:]
    certain = counts[:top] / high > (rest.max() / low if rest.size else -1.0)
    said = f"{audit.reporting.source}: {100 * low:g}% to {100 * high:g}%"
    return one(float(certain.mean()), said)


@facts("residents_age_years")
def residents_age_years(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Years between the count of residents and the audited time, and between it and the boundaries."""
    table = audit.areas
    assert table is not None  # noqa: S101  # the check needs areas
    found = {}
    counted, drawn = table.residents_year, table.boundaries_year
    audited = _years(rows)
    if counted is not None and audited:
        found["residents and records"] = float(max(abs(year - counted) for year in audited))
    if counted is not None and drawn is not None:
        found["residents and boundaries"] = float(abs(counted - drawn))
    return listed([*found], [*found.values()])


def _years(rows: Rows) -> list[int]:
    if rows.column("period") is None:
        return []
    period = rows.cells("period").period
    ends = [text for text in (period.min().execute(), period.max().execute()) if isinstance(text, str)]
    return [dt.date.fromisoformat(text).year for text in ends if text[:4].isdigit()]


@facts("residents_margin_ratio")
def residents_margin_ratio(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Margin of error of an area's residents over their number, where people live."""
    residents, margin = rows.areas.areas.residents, rows.areas.margin
    if residents is None or margin is None:
        return one(0.0)
    known = (residents > 0) & ~np.isnan(margin)
    names = [name for name, here in zip(rows.areas.areas.names, known, strict=True) if here]
    return listed(names, [float(ratio) for ratio in margin[known] / residents[known]])


@facts("residents_few")
def residents_few(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas where fewer than 100 people live, such as parks, jails and places of work."""
    residents = rows.areas.areas.residents
    if residents is None:
        return one(0.0)
    few = (residents > 0) & (residents < SMALL)
    return listed([name for name, here in zip(rows.areas.areas.names, few, strict=True) if here])


@facts("resident_group_sizes")
def resident_group_sizes(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Residents of each group in all areas together."""
    groups = rows.areas.areas.groups
    return listed(
        [f"{group.dimension} = {group.group}" for group in groups],
        [float(np.nansum(group.residents)) for group in groups],
    )


@facts("resident_groups_share")
def resident_groups_share(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Share of the residents who belong to a group of each way of dividing them."""
    sums = rows.areas.resident_sums
    return listed(
        [one.dimension for one in sums],
        [one.in_groups / one.residents if one.residents else 0.0 for one in sums],
    )


@facts("resident_totals")
def resident_totals(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas whose residents are those of all others together."""
    residents = rows.areas.areas.residents
    if residents is None or len(residents) <= 5:  # fewer may be chance
        return one(0.0)
    people = np.nan_to_num(residents)
    total = (people * 2 == people.sum()) & (people >= SMALL)
    return listed([name for name, here in zip(rows.areas.areas.names, total, strict=True) if here])
