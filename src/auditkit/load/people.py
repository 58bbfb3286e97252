"""Opening the main table of a person tool, from rows, counts, totals or a confusion matrix."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ibis
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.places import PLACED
from auditkit.definitions.records import Confusion, Records, Totals
from auditkit.load.alert_columns import alert_columns
from auditkit.load.benchmarks import load_benchmark
from auditkit.load.decisions import count, decide
from auditkit.load.files import check_named, open_table
from auditkit.load.follow_up import follow
from auditkit.load.lawful import mark_lawful
from auditkit.load.probabilities import check_probabilities, probability_columns
from auditkit.load.training import apart
from auditkit.load.values import check_counts, check_references, check_repeated_cells, check_values
from auditkit.results.rows import DECIDED, OCCURRED, WEIGHT, Column, Kind, Rows

CELLS = {"tn": (0, 0), "fp": (1, 0), "fn": (0, 1), "tp": (1, 1)}
"""Decision and outcome of each cell of a confusion matrix."""


def load(connection: ibis.BaseBackend, audit: AuditFile, *, folder: Path, audit_name: str) -> Rows:
    """Open the main table and check that it holds what the audit file says.

    Parameters
    ----------
    connection
        An engine from `connect`.
    audit
        The audit file.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every problem of the table that was found.
    """
    records = audit.records
    opened = open_table(connection, records, folder=folder)
    table, source, original = opened.table, opened.source, opened.columns
    check_columns(audit, original, audit_name=audit_name)
    counted = bool(records.counts or records.confusion or records.totals)
    check_counts(table, audit)
    table, learned_from = apart(table, records)
    shaped, columns = _columned(table, audit)
    rows = Rows(table=shaped, source=source, columns=columns, counted=counted, original=original)
    if learned_from is not None:
        rows = replace(rows, training=replace(rows, table=_columned(learned_from, audit)[0]))
    rows = rows.counted_ahead(_wanted(rows, audit))
    check_values(rows, audit)
    check_probabilities(rows, audit)
    if counted:
        check_repeated_cells(rows, audit)
    check_references(rows, audit)
    rows = follow(rows, records)
    if audit.stops and audit.stops.benchmark:
        held_against = load_benchmark(connection, audit.stops.benchmark, folder=folder, audit_name=audit_name)
        rows = replace(rows, benchmark=held_against)
    return rows.counted_ahead(_wanted(rows, audit))  # `follow` may have made another table


def _wanted(rows: Rows, audit: AuditFile) -> Iterator[tuple[str, ...]]:
    """Name the counts that `tally` asks for, so that few passes over the rows serve it and the checks.

    Roles that no column plays are passed over.
    """
    acts, strata = ("decision", "outcome"), rows.roles("stratum.")
    for dimension in audit.counted_dimensions:
        roles = tuple(f"group.{name}" for name in dimension)
        yield from ((*roles, *acts), (*roles, *acts, "followed"))
    for group in rows.roles("group."):
        yield from (
            (group, "score", *acts),
            (group, *strata, *acts),
            (group, "decision", "left_on", "happened"),
        )
    if rows.column("lawful") is not None:
        for dimension in audit.counted_dimensions:
            yield (*(f"group.{name}" for name in dimension), *acts, "lawful")
    yield ("area", *acts)


def _named(audit: AuditFile) -> Iterator[tuple[str, str]]:
    """Every column the audit file names, with the key that names it."""
    records = audit.records
    keys: list[tuple[str, str | None]] = [
        (key, getattr(records, key))
        for key in (
            "id",
            "score",
            "time",
            "area",
            "neighbourhood",
            "counts",
            "repeat",
            "inputs_as_of",
            "recorded",
        )
    ]
    keys += [(key, name) for key in ("inputs", "stamped_after", "strata") for name in getattr(records, key)]
    parts = {
        "decision": ("column", "per"),
        "outcome": ("column", "date"),
        "audit_sample": ("column",),
        "split": ("column",),
        "confusion": tuple(CELLS),
        "totals": ("flagged", "of"),
    }
    for part, fields in parts.items():
        if (declared := getattr(records, part)) is not None:
            keys += [(f"{part}.{field}", getattr(declared, field)) for field in fields]
    yield from ((f"[records] {key}", name) for key, name in keys if name is not None)
    if audit.publication.provider is not None:
        yield "[publication] provider", audit.publication.provider
    if audit.subgroups is not None:
        yield from (("[subgroups] columns", name) for name in audit.subgroups.columns)
    yield from ((f"[groups.{group}] column", declared.column) for group, declared in audit.groups.items())
    for name, inferred in audit.inferred.items():
        for value, column in inferred.probabilities.items():
            yield f"[groups.{name}] probabilities.{value}", column
    yield from alert_columns(audit)


def check_columns(audit: AuditFile, found: tuple[str, ...], *, audit_name: str) -> None:
    """Refuse a main table that lacks columns, all in one go."""
    named = [(key, name) for key, name in _named(audit) if name != PLACED]
    check_named(named, found, where=audit.records.path, audit_name=audit_name)


def _columns(audit: AuditFile) -> tuple[Column, ...]:
    """Columns that keep their place in the table, whatever its shape."""
    records, gone = audit.records, audit.records.missing
    kinds: dict[str, Kind] = {
        "id": "text",
        "score": "number",
        "time": "date",
        "area": "text",
        "repeat": "text",
        "inputs_as_of": "date",
    }
    single = [
        Column(role=role, name=name, kind=kind, missing=gone)
        for role, kind in kinds.items()
        if (name := getattr(records, role)) is not None
    ]
    strata = [
        Column(role=f"stratum.{name}", name=name, kind="group", missing=gone) for name in records.strata
    ]
    inputs = [Column(role=f"input.{name}", name=name, kind="text", missing=gone) for name in records.inputs]
    groups = [
        Column(
            role=f"group.{name}",
            name=group.column,
            kind="group",
            missing=(*group.unknown, *gone),
            renamed=group.renamed,
        )
        for name, group in audit.groups.items()
    ]
    others = () if audit.subgroups is None else audit.subgroups.columns
    subgroups = [Column(role=f"subgroup.{name}", name=name, kind="group", missing=gone) for name in others]
    supplied = audit.publication.provider
    provider = (
        () if supplied is None else (Column(role="provider", name=supplied, kind="group", missing=gone),)
    )
    return (*single, *provider, *strata, *inputs, *groups, *subgroups, *probability_columns(audit))


def _columned(table: Table, audit: AuditFile) -> tuple[Table, tuple[Column, ...]]:
    """Shape a table, mark what falls in an unlawful period, and describe its columns."""
    shaped, decision, outcome = _shape(table, audit.records)
    shaped, lawful = mark_lawful(shaped, audit)
    return shaped, (*_columns(audit), decision, *outcome, *lawful)


def _shape(table: Table, records: Records) -> tuple[Table, Column, tuple[Column, ...]]:
    """Bring every form of table to one: a weight, a decision and, if there is one, an outcome per row."""
    if records.confusion:
        return _unpivot_confusion(table, records.confusion, records.suppressed)
    if records.totals:
        return _unpivot_totals(table, records.totals, records.suppressed)
    weight = (
        ibis.literal(1, "int64")
        if records.counts is None
        else count(table, records.counts, records.suppressed)
    )
    table = table.mutate(**{WEIGHT: weight})
    assert records.decision is not None  # noqa: S101  # the definition holds exactly one shape
    table, decision = decide(table, records, tie=records.id)
    outcome = records.outcome
    if outcome is None:
        return table, decision, ()
    column = Column(
        role="outcome",
        name=outcome.column,
        kind="binary",
        missing=records.missing,
        positive=outcome.positive or (),
    )
    return table, decision, (column,)


def _unpivot_confusion(
    table: Table, confusion: Confusion, suppressed: tuple[str, ...]
) -> tuple[Table, Column, tuple[Column, ...]]:
    parts = [
        table.mutate(
            **{
                WEIGHT: count(table, getattr(confusion, cell), suppressed),
                DECIDED: ibis.literal(decision, "int8"),
                OCCURRED: ibis.literal(outcome, "int8"),
            }
        )
        for cell, (decision, outcome) in CELLS.items()
    ]  # fmt: skip
    decided = Column(role="decision", name=DECIDED, kind="binary")
    return ibis.union(*parts), decided, (Column(role="outcome", name=OCCURRED, kind="binary"),)


def _unpivot_totals(
    table: Table, totals: Totals, suppressed: tuple[str, ...]
) -> tuple[Table, Column, tuple[Column, ...]]:
    flagged = count(table, totals.flagged, suppressed)
    rest = count(table, totals.of, suppressed) - flagged
    parts = [
        table.mutate(**{WEIGHT: flagged, DECIDED: ibis.literal(1, "int8")}),
        table.mutate(**{WEIGHT: rest, DECIDED: ibis.literal(0, "int8")}),
    ]
    return ibis.union(*parts), Column(role="decision", name=DECIDED, kind="binary"), ()
