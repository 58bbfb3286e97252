"""What was read beside the data, before it is held against this audit."""

from dataclasses import dataclass

from auditkit.results.document import AuditDocument
from auditkit.results.oversight_records import NoteRecord, OversightFileRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAction:
    """A corrective action as the board lists it; days are written as in 2026-12-01."""

    id: str
    what: str
    about: str
    owner: str
    due: str
    done: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overseen:
    """The audit before, the list of actions and the residents' notes, with the files they were read from."""

    previous: AuditDocument | None
    actions: tuple[ListedAction, ...] | None
    """None where the audit file names no list."""
    notes: tuple[NoteRecord, ...]
    files: tuple[OversightFileRecord, ...]
