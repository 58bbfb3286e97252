"""Facts about the table itself: people who stand twice, copies of columns, personal data, dates (methods D5, D11, D18, D19)."""

import re

import ibis
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Rows, value
from auditkit.validate.registry import facts
from auditkit.validate.shares import share, stack

COPY = re.compile(r"^(?P<first>.+)[._](?:1|2|copy|dup)$", re.IGNORECASE)
PERSONAL = re.compile(
    r"(?:^|[^a-z])(?:(?:first|last|full|sur|fore|given|family|middle|maiden)_?name|name|dob|birth|birth_?date|ssn"
    r"|social_?security|e_?mail|phone|address|street|plate|licen[cs]e|passport|case_?(?:number|no))(?:$|[^a-z])",
    re.IGNORECASE,
)
"""Column names that usually hold personal data."""
OF_PLACES = re.compile(
    r"(?:area|neighbou?rhood|district|precinct|beat|zone|city|county|town|ward|block)s?[ _]?name",
    re.IGNORECASE,
)
"""Column names that hold names of places."""


@facts("duplicate_id_share")
def duplicate_id_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of rows whose identifier already stands in another row."""
    column = rows.column("id")
    assert column is not None  # noqa: S101  # the check needs an id
    ids = rows.table.select(id=value(rows.table, column))
    ids = ids.filter(ids.id.notnull())
    extra = ids.count() - ids.id.nunique()
    return ids.agg(item=ibis.literal(column.name), value=share(extra, ids.count()), count=extra)


@facts("id_missing_share")
def id_missing_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of rows without an identifier."""
    column = rows.column("id")
    assert column is not None  # noqa: S101  # the check needs an id
    ids = rows.table.select(id=value(rows.table, column))
    gone = ids.id.isnull().sum()
    return ids.agg(item=ibis.literal(column.name), value=share(gone, ids.count()), count=gone)


@facts("repeated_columns")
def repeated_columns(rows: Rows, audit: AuditFile) -> Table:
    """Whether a column whose name looks like a copy repeats the first one in every row."""
    parts = []
    for name in rows.original:
        match = COPY.match(name)
        if match and (first := match["first"]) in rows.original:
            same = ~(
                rows.table[name].cast("string").fill_null("")
                != rows.table[first].cast("string").fill_null("")
            )
            identical = ibis.cases((same.all(), 1.0), else_=0.0)
            part = rows.table.agg(item=ibis.literal(f"{name} repeats {first}"), value=identical)
            parts.append(part.mutate(count=ibis.null("int64")))
    return stack(parts)


@facts("personal_columns")
def personal_columns(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Columns named in the audit file whose names say that they hold personal data."""
    names = list(dict.fromkeys(column.name for column in rows.columns if column.name in rows.original))
    return pd.DataFrame(
        {"item": names, "value": [float(bool(PERSONAL.search(OF_PLACES.sub("", name)))) for name in names]}
    )


@facts("personal_values")
def personal_values(rows: Rows, audit: AuditFile) -> Table:
    """Group and area columns whose values look like e-mail addresses or social security numbers."""
    parts = []
    for column in rows.columns:
        if column.kind != "group" and column.role != "area":
            continue
        cells = rows.cells(column.role)
        text = cells[column.role]
        personal = text.re_search(r"[^@ ]+@[^@ ]+\.[a-z]+|^[0-9]{3}-[0-9]{2}-[0-9]{4}$")
        part = cells.agg(
            item=ibis.literal(column.name), value=personal.fill_null(False).sum().cast("float64")
        )
        parts.append(part.mutate(count=ibis.null("int64")))
    return stack(parts)


@facts("date_unreadable_share")
def date_unreadable_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of rows whose date of scoring is absent or not written as year-month-day."""
    cells = rows.cells("time")
    gone = ibis.cases((cells.time.isnull(), cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(gone, cells.n.sum()), count=gone)


@facts("date_beyond_window_share")
def date_beyond_window_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people scored after the last day on which outcomes were recorded."""
    cells = rows.cells("time")
    late = cells.time > ibis.literal(audit.records.observed_until)
    count = ibis.cases((late, cells.n), else_=0).sum()
    return cells.agg(item=ibis.literal(""), value=share(count, cells.n.sum()), count=count)


@facts("date_stray_share")
def date_stray_share(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Return the share of people whose date of scoring lies more than ten years from the median person's."""
    cells = rows.cells("time")
    years = cells.filter(cells.time.notnull()).mutate(year=lambda table: table.time.year())
    frame = years.group_by("year").agg(n=years.n.sum()).order_by("year").to_pandas()
    people = float(frame["n"].sum())
    middle = frame.loc[frame["n"].cumsum() >= people / 2, "year"].iloc[0] if people else 0
    count = int(frame.loc[(frame["year"] - middle).abs() > 10, "n"].sum())
    return pd.DataFrame({"item": [""], "value": [count / max(1.0, people)], "count": [count]})


@facts("suppressed_cells")
def suppressed_cells(rows: Rows, audit: AuditFile) -> Table:
    """Return how many counts the source withheld."""
    gone = rows.weight.isnull().sum()
    return rows.table.agg(item=ibis.literal(""), value=gone.cast("float64")).mutate(count=ibis.null("int64"))
