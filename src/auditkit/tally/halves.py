"""Two halves of the people: one to search in, one to measure what was found (methods 7.3)."""

from collections.abc import Iterator
from dataclasses import replace

import ibis
import numpy as np
from ibis import Value

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Column, Rows, value

HALF_COLUMN, DIGEST = "auditkit: half", "auditkit: digest"
HALF = "(half)"
"""The name under which the half is a way of dividing people; a declared one cannot have it."""


def halved(rows: Rows, audit: AuditFile) -> Rows | None:
    """Divide people by a hash of the seed and their id; None where no column tells people apart.

    The hash is MD5, which every engine computes alike: whoever runs the audit again gets the same halves. It serves to
    shuffle and keeps nothing secret. Its first sign decides the half, and the others put people in a chance order.
    Rows of one person stay together, and rows without an id are in neither half.
    """
    columns = [column for role in ("repeat", "id") if (column := rows.column(role)) is not None]
    if not columns or rows.counted:
        return None
    person: Value = ibis.coalesce(*(value(rows.table, column) for column in columns))
    digest = (ibis.literal(f"auditkit {audit.run.seed}: ") + person).hexdigest("md5")
    half = ibis.cases((digest.isnull(), None), (digest.substr(0, 1).isin([*"01234567"]), "0"), else_="1")
    table = rows.table.mutate(**{HALF_COLUMN: half, DIGEST: digest.substr(1)})
    column = Column(role=f"group.{HALF}", name=HALF_COLUMN, kind="group")
    return replace(rows, table=table, columns=(*rows.columns, column))


def dealt(counts: list[int], audit: AuditFile) -> Iterator[tuple[int, int]]:
    """Divide counts of people whom nothing tells apart: each is as likely to be in one half as in the other."""
    rng = np.random.default_rng(np.random.SeedSequence(audit.run.seed, spawn_key=tuple(b"halves")))
    for n in counts:
        first = int(rng.binomial(n, 0.5))
        yield first, n - first
