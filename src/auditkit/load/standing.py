"""Input files seen from outside, for a pledge: whether they are there, how large and how old, never what is in them."""

import datetime as dt
from pathlib import Path

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.pledge import PledgedFile
from auditkit.definitions.sources import TableSource
from auditkit.errors import InputError
from auditkit.load.files import paths_of
from auditkit.load.formats.opening import problem
from auditkit.load.formats.postgres import shown_address


def standing(audit: AuditFile, *, folder: Path) -> tuple[PledgedFile, ...]:
    """Look at every input file that the audit file names, without opening any.

    Raises
    ------
    InputError
        If nobody may say whether a file, or a table on a server, is there; "not there" would be a claim.
    """
    sections = {name: getattr(audit, name) for name in type(audit).model_fields}
    named = {table: section for table, section in sections.items() if isinstance(section, TableSource)}
    return tuple(_standing(table, source, folder) for table, source in named.items())


def _standing(table: str, source: TableSource, folder: Path) -> PledgedFile:
    """Look at a file, or at all files that fit a pattern together: their size, and the date of the latest."""
    if source.on_server:
        found = "nobody can tell from outside whether a table was on a server."
        mend = "Export it to a file for an audit with a pledge, so that its date can be seen."
        raise problem(shown_address(source), found, mend)
    try:
        paths = [path for _, path in paths_of(source.path, folder, section=table)]
    except InputError:  # no file fits the pattern yet
        return PledgedFile(table=table, file=source.path, existed=False, bytes=None, modified=None)
    seen = [one for path in paths if (one := _seen(table, source.path, path)).existed]
    if not seen:
        return PledgedFile(table=table, file=source.path, existed=False, bytes=None, modified=None)
    return PledgedFile(
        table=table, file=source.path, existed=True, bytes=sum(one.bytes or 0 for one in seen),
        modified=max(one.modified for one in seen if one.modified is not None),
    )  # fmt: skip


def _seen(table: str, file: str, path: Path) -> PledgedFile:
    try:
        seen = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return PledgedFile(table=table, file=file, existed=False, bytes=None, modified=None)
    except (OSError, ValueError) as error:
        found = f"nobody can tell whether it is there ({getattr(error, 'strerror', None) or error})."
        raise problem(file, found, f"Check [{table}] path; it is relative to the audit file.") from error
    modified = dt.datetime.fromtimestamp(seen.st_mtime, dt.UTC)
    return PledgedFile(table=table, file=file, existed=True, bytes=seen.st_size, modified=modified)
