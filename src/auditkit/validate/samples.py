"""A bounded sample of rows for models; it never leaves the facts that are gathered from it."""

from functools import reduce

import ibis
import pandas as pd

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Rows, value

MOST = 10_000
_DIGEST = "auditkit: digest"


def sample(rows: Rows, audit: AuditFile, roles: tuple[str, ...]) -> pd.DataFrame:
    """Read at most 10,000 rows by role: those with the smallest hash of the seed and the row, the same on every run.

    The hash is MD5, which every engine computes alike; it serves to shuffle and keeps nothing secret.
    """
    columns = [column for role in roles if (column := rows.column(role)) is not None]
    read = {column.role: value(rows.table, column) for column in columns}
    parts = [rows.table[name].cast("string").fill_null("") for name in rows.original]
    row = reduce(lambda first, second: first + ibis.literal("|") + second, parts)
    digest = (ibis.literal(f"auditkit {audit.run.seed}: ") + row).hexdigest("md5")
    table = rows.table.select(**{_DIGEST: digest}, **read)
    few = table.order_by([table[_DIGEST], *(table[role] for role in read)]).limit(MOST)
    frame: pd.DataFrame = few.to_pyarrow().to_pandas()
    return frame.drop(columns=_DIGEST)
