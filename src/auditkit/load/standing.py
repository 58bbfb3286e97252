"""Input files seen from outside, for a pledge: whether they are there, how large and how old, never what is in them."""

import datetime as dt
from pathlib import Path

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.pledge import PledgedFile
from auditkit.load.formats.opening import problem


def standing(audit: AuditFile, *, folder: Path) -> tuple[PledgedFile, ...]:
    """Look at every input file that the audit file names, without opening any.

    Raises
    ------
    InputError
        If nobody may say whether a file is there; "not there" would be a claim.
    """
    sections = {name: getattr(audit, name) for name in type(audit).model_fields}
    named = {table: path for table, section in sections.items() if (path := getattr(section, "path", None))}
    return tuple(_seen(table, file, folder / file) for table, file in named.items())


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
