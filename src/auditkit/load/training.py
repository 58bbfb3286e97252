"""Telling the rows that a tool learned from apart from those that are audited."""

from ibis import Table

from auditkit.definitions.records import Records
from auditkit.errors import SHOWN, shown
from auditkit.load.formats.opening import problem
from auditkit.results.rows import canonical


def apart(table: Table, records: Records) -> tuple[Table, Table | None]:
    """Return the rows to audit and those that the tool learned from; None where nothing tells them apart.

    Raises
    ------
    InputError
        If no row is of either kind.
    """
    split = records.split
    if split is None:
        return table, None
    text = canonical(table[split.column].cast("string"))
    learned = text.isin(split.training).fill_null(False)
    parts = table.filter(~learned), table.filter(learned)
    if all(int(part.count().execute()) for part in parts):
        return parts
    values = table.select(text=text.fill_null("")).distinct().order_by("text").limit(SHOWN + 1)
    few = [row["text"] for row in values.to_pyarrow().to_pylist()]
    found = f"column '{split.column}' does not tell {shown(split.training)} from other rows; it holds {shown(few)}."
    mend = "Rows that the tool learned from, and rows that it did not, were expected ([records] split)."
    raise problem(records.path, found, mend)
