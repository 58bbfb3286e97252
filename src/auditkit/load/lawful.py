"""Marking rows that fall in a time and place in which police practice was found unlawful."""

import ibis
from ibis import Table, Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.load.periods import first_day
from auditkit.results.rows import LAWFUL, Column, canonical


def mark_lawful(table: Table, audit: AuditFile) -> tuple[Table, tuple[Column, ...]]:
    """Add whether a row lies outside every declared unlawful period: 1, 0, or missing without a date.

    A period that names areas concerns only rows of those areas; without a column of areas it concerns every row.
    """
    records = audit.records
    if not audit.unlawful_periods or records.time is None:
        return table, ()
    day = first_day(table[records.time], "day").cast("date")
    within: Value = ibis.literal(False)
    for period in audit.unlawful_periods:
        here = (day >= ibis.literal(period.first)) & (day <= ibis.literal(period.last))
        if period.areas and records.area is not None:
            area = canonical(table[records.area].cast("string"))
            here = here & area.isin(period.areas).fill_null(False)
        within = within | here
    lawful = ibis.cases((day.isnull(), None), (within, 0), else_=1).cast("int8")
    return table.mutate(**{LAWFUL: lawful}), (Column(role="lawful", name=LAWFUL, kind="binary"),)
