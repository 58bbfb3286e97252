"""Reading what a board keeps beside its audits, before any data are opened."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any, Literal

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.oversight import ActionList, NoteList
from auditkit.definitions.strict import parse, read_toml
from auditkit.errors import DefinitionError, Problem, ReportError
from auditkit.results.document import AuditDocument, read_document
from auditkit.results.oversight import ListedAction, Overseen
from auditkit.results.oversight_records import NoteRecord, OversightFileRecord

LARGEST = 1 << 22
"""A list of actions or notes is small; what is larger is not read."""
DOCUMENT = "audit.json"
Role = Literal["previous", "actions", "notes"]


def load_oversight(audit: AuditFile, *, folder: Path, now: dt.datetime) -> Overseen:
    """Read the audit before, the list of actions and the residents' notes, where the audit file names them.

    Parameters
    ----------
    audit
        The audit file.
    folder
        The folder that its paths are relative to.
    now
        The time of the run; nothing may be done, said or audited after it.

    Raises
    ------
    DefinitionError
        If a list cannot be read, or a day lies after the run; or if the audit before is of another type of tool, was
        made after this run, or withholds less than this one.
    ReportError
        If the folder of the audit before holds no `audit.json` of this version.
    """
    named = audit.report
    document = None if named.previous is None else f"{named.previous.rstrip('/')}/{DOCUMENT}"
    read: dict[Role, str | None] = {"previous": document, "actions": named.actions, "notes": named.notes}
    return Overseen(
        previous=None if named.previous is None else _previous(folder / named.previous, audit, now),
        actions=None if named.actions is None else _actions(folder / named.actions, now),
        notes=() if named.notes is None else _notes(folder / named.notes, now),
        files=tuple(_file(role, name, folder) for role, name in read.items() if name is not None),
    )


def _file(role: Role, name: str, folder: Path) -> OversightFileRecord:
    raw = (folder / name).read_bytes()
    return OversightFileRecord(role=role, file=name, bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest())


def _previous(folder: Path, audit: AuditFile, now: dt.datetime) -> AuditDocument:
    """Read the audit before, and refuse one that cannot stand beside this one."""
    try:
        found = read_document(folder / DOCUMENT)
    except ReportError as error:
        where = f"[report] previous, {error.where}"
        raise ReportError(where=where, found=error.found, mend=error.mend) from error
    except ValueError as error:  # a name that no folder can have
        where, mend = "[report] previous", "Name a folder that `auditkit run` wrote."
        raise ReportError(where=where, found=f"it cannot be read ({error}).", mend=mend) from error
    smallest, then = audit.publication.smallest_cell, found.publication.smallest_cell
    problems = []
    if found.tool.type != audit.tool.type:
        problems.append(
            (
                f"it is about a tool of type '{found.tool.type}'.",
                f"An audit of type '{audit.tool.type}' was expected.",
            )
        )
    if then < smallest:
        problems.append(
            (f"it shows counts below {smallest} (smallest_cell = {then}), which this audit withholds.",
             "Run that audit again with the smallest_cell of this one, and name the new run folder.")
        )  # fmt: skip
    if _when(found) > now:
        problems.append(
            (
                f"it was made {found.provenance.created}, after this run.",
                "Name an earlier audit, or compare clocks.",
            )
        )
    if problems:
        where = "[report] previous"
        raise DefinitionError([Problem(where=where, found=f, mend=m) for f, m in problems])
    return found


def _when(document: AuditDocument) -> dt.datetime:
    try:
        made = dt.datetime.fromisoformat(document.provenance.created)
    except ValueError as error:
        found = f"its provenance.created is no time: '{document.provenance.created[:40]}'."
        mend = "Name a folder that `auditkit run` wrote."
        raise DefinitionError([Problem(where="[report] previous", found=found, mend=mend)]) from error
    return made if made.tzinfo else made.replace(tzinfo=dt.UTC)


def _read(path: Path) -> dict[str, Any]:
    """Read a list, unless it is far larger than any list of actions or notes."""
    if not path.exists():
        mend = "Check the path under [report]; it is relative to the audit file."
        raise DefinitionError([Problem(where=path.name, found="the file does not exist.", mend=mend)])
    if path.is_file() and path.stat().st_size > LARGEST:
        found = f"the file is larger than {LARGEST:,} bytes."
        raise DefinitionError(
            [Problem(where=path.name, found=found, mend="Name a list of actions or notes.")]
        )
    return read_toml(path, shown_as=path.name)


def _actions(path: Path, now: dt.datetime) -> tuple[ListedAction, ...]:
    listed = parse(ActionList, _read(path), shown_as=path.name).action
    _not_after(now, path.name, [(f"[action.{i}] done", one.done) for i, one in enumerate(listed)])
    return tuple(
        ListedAction(
            id=one.id, what=one.what, about=one.about, owner=one.owner, due=str(one.due),
            done=None if one.done is None else str(one.done), note=one.note,
        )
        for one in listed
    )  # fmt: skip


def _notes(path: Path, now: dt.datetime) -> tuple[NoteRecord, ...]:
    given = parse(NoteList, _read(path), shown_as=path.name).note
    _not_after(now, path.name, [(f"[note.{i}] date", one.date) for i, one in enumerate(given)])
    return tuple(NoteRecord(by=one.by, date=str(one.date), about=one.about, text=one.text) for one in given)


def _not_after(now: dt.datetime, name: str, days: list[tuple[str, dt.date | None]]) -> None:
    """Refuse days that have not come yet; a clock may be a day ahead elsewhere on earth."""
    latest = now.date() + dt.timedelta(days=1)
    problems = [
        Problem(where=f"{name} {where}", found=f"{day} lies after this run.", mend=f"It is {now.date()}.")
        for where, day in days
        if day is not None and day > latest
    ]
    if problems:
        raise DefinitionError(problems)
