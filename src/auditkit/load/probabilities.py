"""Probabilities of belonging to a group: which columns hold them, and whether they are probabilities."""

from functools import reduce

from auditkit.definitions.audit_file import AuditFile
from auditkit.errors import InputError, Problem, shown
from auditkit.results.rows import Column, Rows, value

TOLERANCE = 1e-6
"""Probabilities of one row may add up to so much more than 1, because they were rounded."""


def probability_columns(audit: AuditFile) -> tuple[Column, ...]:
    """Name the columns that hold probabilities of belonging to a group."""
    return tuple(
        Column(role=f"probability.{name}.{group}", name=column, kind="number", missing=audit.records.missing)
        for name, inferred in audit.inferred.items()
        for group, column in inferred.probabilities.items()
    )


def check_probabilities(rows: Rows, audit: AuditFile) -> None:
    """Refuse probabilities that are missing, no numbers, outside 0 to 1, or together above 1.

    Raises
    ------
    InputError
        With one problem per way of dividing people.
    """
    problems = []
    for name, inferred in audit.inferred.items():
        columns = [column for column in rows.columns if column.role.startswith(f"probability.{name}.")]
        read = [value(rows.table, column) for column in columns]
        odd = [one.isnull() | (one < 0) | (one > 1) for one in read]
        above = reduce(lambda first, second: first + second, read) > 1 + TOLERANCE
        wrong = reduce(lambda first, second: first | second, odd) | above.fill_null(False)
        bad = int(rows.table.filter(wrong).count().execute())
        if bad:
            found = (
                f"{bad} rows hold no probabilities in columns {shown(list(inferred.probabilities.values()))}."
            )
            mend = (
                "Numbers from 0 to 1 were expected, together at most 1. "
                "Give people about whom nothing is known the shares of the whole population."
            )
            problems.append(Problem(where=f"{audit.records.path} [groups.{name}]", found=found, mend=mend))
    if problems:
        raise InputError(problems)
