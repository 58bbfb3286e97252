"""Corrective actions, and what changed since the audit before, as flat tables."""

from collections.abc import Mapping

from auditkit.results.loop_tables import Cell, Table
from auditkit.results.oversight_records import ActionRecord, OversightRecord, PreviousRecord

ACTION_COLUMNS = (
    "id", "state", "what", "about", "owner", "due", "first_due", "done", "found_before", "found", "changed", "note",
)  # fmt: skip
CHANGE_COLUMNS = (
    "kind", "id", "before", "now", "direction", "verdict", "change", "scale", "low", "high", "low_joint", "high_joint",
    "because",
)  # fmt: skip


def oversight_tables(oversight: OversightRecord, now: Mapping[str, float | None]) -> tuple[Table, ...]:
    """Flatten actions and changes; each table is left out where it would be empty for want of a file.

    Parameters
    ----------
    oversight
        What was kept beside the audit.
    now
        Values of this audit's figures.
    """
    previous = oversight.previous
    actions = Table(
        name="actions", columns=ACTION_COLUMNS, rows=tuple(_action(one) for one in oversight.actions)
    )
    changes = Table(
        name="changes", columns=CHANGE_COLUMNS, rows=() if previous is None else _changes(previous, now)
    )
    return tuple(
        table
        for table, there in (
            (actions, oversight.listed or oversight.actions),
            (changes, previous is not None),
        )
        if there
    )


def _action(one: ActionRecord) -> tuple[Cell, ...]:
    changed = "; ".join(
        f"{part.part}: {part.before or 'none'} -> {part.now or 'none'}" for part in one.changed
    )
    return (
        one.id, one.state, one.what, one.about, one.owner, one.due, one.first_due, one.done, one.found_before, one.found,
        changed, one.note,
    )  # fmt: skip


def _changes(previous: PreviousRecord, now: Mapping[str, float | None]) -> tuple[tuple[Cell, ...], ...]:
    nothing = (None,) * 8
    results = (("limit", previous.findings), ("check", previous.checks))
    return (
        *((kind, one.id, one.before, one.now, one.direction, *nothing) for kind, found in results for one in found),
        *(
            (
                "figure", one.id, one.before, now.get(one.id), one.direction, one.verdict, one.change, one.scale,
                *(one.interval or (None, None)), *(one.interval_joint or (None, None)), one.because,
            )
            for one in previous.figures
        ),
    )  # fmt: skip
