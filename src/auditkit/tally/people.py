"""Counting people by group, decision and outcome; and by area, circumstances, score and day of follow-up."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.finer_tallies import StratumCell, StratumTally, SurvivalCell, SurvivalTally
from auditkit.results.rows import CheckedRows, Rows
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally
from auditkit.tally.alternatives import tally_alternatives
from auditkit.tally.inferred import inferred_tallies
from auditkit.tally.repeats import repeats
from auditkit.tally.scores import score_tallies
from auditkit.tally.stops import stop_tallies
from auditkit.tally.subgroups import tally_subgroups

AREA = ("area",)


def tally(checked: CheckedRows, audit: AuditFile) -> Tally:
    """Reduce the main table to small count tables, one for each family of measures.

    It takes only what `validate` returns, so that unchecked rows cannot be counted.
    """
    rows = checked.rows
    marked = {role for role in ("followed", "lawful") if rows.column(role) is not None}
    return Tally(
        dimensions=tuple(_dimension(rows, audit, dimension) for dimension in ((), *audit.counted_dimensions)),
        has_outcome=rows.column("outcome") is not None,
        refused=checked.refused,
        sampled=audit.records.audit_sample is not None,
        followed=_marked(rows, audit, "followed") if "followed" in marked else (),
        lawful=_marked(rows, audit, "lawful") if "lawful" in marked else (),
        areas=_areas(rows) if rows.column("area") and "area" not in audit.groups else None,
        scores=score_tallies(rows, audit),
        probability_scores=audit.records.score_is == "probability",
        strata=_strata(rows, audit),
        survival=_survival(rows, audit),
        every_row=audit.records.decision is not None and audit.records.decision.every_row is True,
        stops=stop_tallies(rows, audit),
        inferred=inferred_tallies(rows, audit),
        threshold_test=audit.stops is not None and audit.stops.threshold_test,
        alternatives=tally_alternatives(rows, audit),
        subgroups=tally_subgroups(rows, audit),
        one_source=tuple(_one_source(rows, audit)) if rows.column("provider") else (),
    )


def singles(audit: AuditFile) -> tuple[tuple[str, ...], ...]:
    """Return the declared ways of dividing people, without intersections."""
    return tuple(dimension for dimension in audit.counted_dimensions if len(dimension) == 1)


def _dimension(rows: Rows, audit: AuditFile, dimension: tuple[str, ...]) -> GroupTally:
    counted = GroupTally(
        dimension=dimension, reference=audit.reference(dimension), cells=_cells(rows, _roles(dimension))
    )
    if rows.column("repeat") is None:
        return counted
    return replace(counted, repeats=repeats(rows, _roles(dimension)))


def _roles(dimension: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"group.{name}" for name in dimension)


def _acts(rows: Rows) -> tuple[str, ...]:
    return tuple(role for role in ("decision", "outcome") if rows.column(role))


def _read(rows: Rows, *roles: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows.cells(*roles).to_pyarrow().to_pylist()
    return found


def _cells(rows: Rows, groups: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(_cell(row, groups) for row in _read(rows, *groups, *_acts(rows)))


def _cell(row: dict[str, Any], groups: tuple[str, ...]) -> Cell:
    return Cell(
        group=tuple(row[role] or UNKNOWN for role in groups), decision=row.get("decision"),
        outcome=row.get("outcome"), n=row["n"], suppressed=row["suppressed"],
    )  # fmt: skip


def _marked(rows: Rows, audit: AuditFile, role: str) -> tuple[GroupTally, ...]:
    """Count only the people of rows that are marked, such as those with complete follow-up."""
    found = []
    for dimension in audit.counted_dimensions:
        groups = _roles(dimension)
        read = _read(rows, *groups, *_acts(rows), role)
        cells = tuple(_cell(row, groups) for row in read if row[role] == 1)
        found.append(GroupTally(dimension=dimension, reference=audit.reference(dimension), cells=cells))
    return tuple(found)


def _areas(rows: Rows) -> GroupTally:
    return GroupTally(dimension=AREA, reference=None, cells=_cells(rows, AREA))


def _one_source(rows: Rows, audit: AuditFile) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Name groups of which one provider supplied most, where there are several providers (methods 8.5)."""
    providers = {row["provider"] for row in _read(rows, "provider")}
    for dimension in audit.counted_dimensions if len(providers) > 1 else ():
        roles, by_group = _roles(dimension), dict[tuple[str, ...], list[int]]()
        for row in _read(rows, *roles, "provider"):
            by_group.setdefault(tuple(row[role] or UNKNOWN for role in roles), []).append(row["n"])
        for group, counts in sorted(by_group.items()):
            if max(counts) >= audit.publication.largest_share * sum(counts) > 0:
                yield dimension, group


def _strata(rows: Rows, audit: AuditFile) -> tuple[StratumTally, ...]:
    names = audit.records.strata
    if not names or rows.weight_withheld():
        return ()
    roles = tuple(f"stratum.{name}" for name in names)
    return tuple(
        StratumTally(
            dimension=dimension, reference=audit.reference(dimension), names=names,
            cells=tuple(
                StratumCell(
                    stratum=tuple(row[role] for role in roles), group=(row[f"group.{dimension[0]}"],),
                    decision=row.get("decision"), outcome=row.get("outcome"), n=row["n"],
                )
                for row in _read(rows, *_roles(dimension), *roles, *_acts(rows))
            ),
        )
        for dimension in singles(audit)
    )  # fmt: skip


def _survival(rows: Rows, audit: AuditFile) -> tuple[SurvivalTally, ...]:
    if rows.column("left_on") is None or rows.weight_withheld():
        return ()
    return tuple(
        SurvivalTally(
            dimension=dimension, reference=audit.reference(dimension),
            horizon=audit.records.follow_up_days or 0, cells=_leaving(rows, _roles(dimension)),
        )
        for dimension in singles(audit)
    )  # fmt: skip


def _leaving(rows: Rows, groups: tuple[str, ...]) -> tuple[SurvivalCell, ...]:
    counts: dict[tuple[tuple[str, ...], int, int], list[int]] = {}
    for row in _read(rows, *groups, "decision", "left_on", "happened"):
        if row["decision"] is None or row["left_on"] is None:
            continue
        key = (tuple(row[role] for role in groups), row["decision"], int(row["left_on"]))
        counts.setdefault(key, [0, 0])[0 if row["happened"] == 1 else 1] += row["n"]
    return tuple(
        SurvivalCell(group=group, decision=decision, day=day, events=events, censored=censored)
        for (group, decision, day), (events, censored) in sorted(counts.items())
    )
