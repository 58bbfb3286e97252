"""A table of text in a zip archive: one file of it is unpacked, within limits and under a name of our own."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  # an exception under its plain name

from auditkit.errors import shown
from auditkit.load.formats.archives import check_archive
from auditkit.load.formats.opening import SourceFile, choose, problem
from auditkit.load.formats.text import Look, at_most, passing

ZIP = ".zip"


def holds_shapefile(path: Path) -> bool:
    """Tell whether a file is a zip archive with a shapefile in it."""
    try:
        with ZipFile(path) as archive:
            return any(name.lower().endswith(".shp") for name in archive.namelist())
    except (OSError, BadZipFile, NotImplementedError):
        return False  # whoever opens it next says why


def unzip(file: SourceFile, look: Look, *, endings: Collection[str]) -> tuple[SourceFile, str]:
    """Unpack the one table of an archive, or the one that `table` names, into the scratch folder.

    Parameters
    ----------
    file
        The archive.
    look
        Learns of the text while it is unpacked.
    endings
        What names of tables end in.

    Returns
    -------
    The unpacked file, and its name in the archive.

    Raises
    ------
    InputError
        If the archive is damaged, locked or too large, or holds no table, or several and none is named.
    """
    inside = [name for name in check_archive(file, most=at_most(file)) if not _hidden(name)]
    tables = [name for name in inside if PurePosixPath(name).suffix.lower() in endings]
    if not tables:
        mend = f"One table of text was expected ({', '.join(sorted(endings))}); unpack other files."
        raise problem(file.shown_as, f"it holds no table of text; found: {shown(inside)}.", mend)
    name = choose(file.source.table, tables, key="table", where=file.shown_as)
    target = file.new(PurePosixPath(name).suffix)
    try:
        with ZipFile(file.path) as archive, archive.open(name) as packed, target.open("wb") as written:
            for chunk in passing(file, packed, look):
                written.write(chunk)
    except (BadZipFile, ZlibError, EOFError, NotImplementedError) as error:
        found = f"'{name}' cannot be unpacked from it: {' '.join(str(error).split())[:200].rstrip('.')}."
        raise problem(file.shown_as, found, "Pack it again as plain zip, or send it unpacked.") from error
    return replace(file, path=target), name


def _hidden(name: str) -> bool:
    """Tell whether a name is that of a folder, or of what an operating system packs beside the files."""
    path = PurePosixPath(name)
    return name.endswith("/") or "__MACOSX" in path.parts or path.name.startswith(".")
