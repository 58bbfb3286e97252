"""Opening what a section of the audit file names as one table: what it is, whether it can be read, its fingerprint."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
from ibis import Table

from auditkit.definitions.sources import TableSource
from auditkit.errors import InputError, Problem, closest, shown
from auditkit.load.engine import scratch_folder
from auditkit.load.formats.features import Features
from auditkit.load.formats.opening import (
    Fingerprint,
    Read,
    SourceFile,
    fingerprint,
    looks_like_values,
    no_header,
    problem,
)
from auditkit.load.formats.postgres import read_postgres, shown_address
from auditkit.load.formats.registry import BOUNDARIES, TEXTS, Format, check_keys, format_of
from auditkit.load.formats.text import Look, check_unpacked, encoding
from auditkit.load.formats.zipped import ZIP, holds_shapefile, unzip
from auditkit.results.inputs import InputPart, InputRecord

_PATTERN = "*?["


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A table as it stands in its files, and where it came from."""

    table: Table
    source: InputRecord

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the files."""
        return self.source.columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """One file of a table."""

    shown_as: str
    format: str
    read: Read
    fingerprint: Fingerprint


def open_table(
    connection: ibis.BaseBackend, source: TableSource, *, folder: Path, section: str = "records"
) -> Opened:
    """Open the table that a section of the audit file names; values of text formats stay text.

    Parameters
    ----------
    connection
        An engine from `connect`.
    source
        The section.
    folder
        Where the audit file lies; paths are relative to it.
    section
        The section's name, for messages.

    Raises
    ------
    InputError
        If a file is absent, empty, of a format that is not read, or not a table; if several files differ in their
        columns; if a server or a database holds no such table.
    """
    scratch = scratch_folder(connection)
    if source.on_server:
        read, found = read_postgres(connection, source, scratch=scratch)
        parts = [_Part(shown_as=shown_address(source), format="postgresql", read=read, fingerprint=found)]
    else:
        parts = [
            _open(connection, source, path, shown_as, scratch=scratch, section=section)
            for shown_as, path in paths_of(source.path, folder, section=section)
        ]
    table = parts[0].read.table if len(parts) == 1 else _together(parts)
    record = _record(source, parts, table, section=section)
    if record.rows == 0:
        mend = "At least one row was expected; check the export."
        raise problem(record.file, "the file has a header and no rows.", mend)
    return Opened(table=table, source=record)


def open_features(
    connection: ibis.BaseBackend, source: TableSource, *, folder: Path, section: str
) -> tuple[Features, InputRecord] | None:
    """Open a file of boundaries, if that is what a section names; the other arguments are those of `open_table`.

    Raises
    ------
    InputError
        If the file is absent, empty or damaged, or holds something else than polygons of a known projection.
    """
    path = folder / source.path
    kind = None if source.on_server else BOUNDARIES.get(path.suffix.lower())
    if kind is None or (path.suffix.lower() == ZIP and not holds_shapefile(path)):
        return None
    name, read, keys = kind
    file = SourceFile(path=path, shown_as=source.path, source=source, scratch=scratch_folder(connection))
    check_keys(file, name, keys)
    found = fingerprint(path, shown_as=source.path, section=section)
    features = read(file)
    return features, InputRecord(
        table=section, file=source.path, format=name, bytes=found.bytes, sha256=found.sha256, rows=len(features.rows),
        columns=features.columns, reading=features.reading,
    )  # fmt: skip


def paths_of(named: str, folder: Path, *, section: str) -> list[tuple[str, Path]]:
    """List the files of a path or of a pattern, each with its name in messages; a file of that very name comes first.

    Raises
    ------
    InputError
        If no file fits the pattern.
    """
    path = folder / named
    if not any(letter in named for letter in _PATTERN) or path.exists():
        return [(named, path)]
    root = Path(path.anchor) if Path(named).is_absolute() else folder
    pattern = str(Path(named).relative_to(path.anchor)) if Path(named).is_absolute() else named
    found = sorted(one for one in root.glob(pattern) if one.is_file())
    if not found:
        mend = f"Check [{section}] path; it is relative to the audit file."
        raise problem(named, "no file fits this pattern.", mend)
    return [(str(one) if Path(named).is_absolute() else str(one.relative_to(folder)), one) for one in found]


def _open(
    connection: Any, source: TableSource, path: Path, shown_as: str, *, scratch: Path, section: str
) -> _Part:
    if path.suffix.lower() == ZIP:
        file = SourceFile(path=path, shown_as=shown_as, source=source, scratch=scratch)
        return _open_zipped(connection, file, section=section)
    known, packed = format_of(path, shown_as=shown_as)
    file = SourceFile(path=path, shown_as=shown_as, source=source, scratch=scratch, compression=packed)
    check_keys(file, known.name, known.keys)
    look = Look()
    feed = look.feed if known.read_text is not None and packed is None else None
    found = fingerprint(path, shown_as=shown_as, section=section, look=feed)
    return _Part(
        shown_as=shown_as, format=known.name, read=_read(connection, file, known, look), fingerprint=found
    )


def _open_zipped(connection: Any, file: SourceFile, *, section: str) -> _Part:
    found, look = fingerprint(file.path, shown_as=file.shown_as, section=section), Look()
    member, name = unzip(file, look, endings=TEXTS)
    known = TEXTS[member.path.suffix.lower()]
    check_keys(file, f"zipped {known.name}", ("table", *known.keys))
    read = _read(connection, member, known, look)
    member.path.unlink()
    reading = replace(read.reading, compression="zip", inside=f"file {name}")
    return _Part(
        shown_as=file.shown_as, format=known.name, read=replace(read, reading=reading), fingerprint=found
    )


def _read(connection: Any, file: SourceFile, known: Format, look: Look) -> Read:
    if known.read_text is None:
        assert known.read is not None  # noqa: S101  # a format has one reader or the other
        return known.read(connection, file)
    if file.compression is not None:
        check_unpacked(file, look)
    look.end()
    return known.read_text(connection, file, encoding(file, look))


def _together(parts: Sequence[_Part]) -> Table:
    """Put several files under each other, columns in the order of the first.

    Raises
    ------
    InputError
        With every file whose columns differ from those of the first, by name or by type.
    """
    first = parts[0]
    columns, problems = first.read.table.columns, []
    for part in parts[1:]:
        table = part.read.table
        lacking = [name for name in columns if name not in table.columns]
        more = [name for name in table.columns if name not in columns]
        kinds = [
            name
            for name in columns
            if name not in lacking and table[name].type() != first.read.table[name].type()
        ]
        said = [("lacks", lacking), ("has besides", more), ("has values of another type in", kinds)]
        if found := "; ".join(f"it {words} {shown(names)}" for words, names in said if names):
            mend = "Files of one table have the same columns; mend the export, or narrow the pattern."
            text = f"its columns differ from those of '{first.shown_as}': {found}."
            problems.append(Problem(where=part.shown_as, found=text, mend=mend))
    if problems:
        raise InputError(problems)
    return ibis.union(*(part.read.table.select(*columns) for part in parts))


def _record(source: TableSource, parts: Sequence[_Part], table: Table, *, section: str) -> InputRecord:
    first = parts[0]
    several = len(parts) > 1
    listed = "".join(f"{part.fingerprint.sha256}  {part.shown_as}\n" for part in parts)
    return InputRecord(
        table=section, file=first.shown_as if source.on_server else source.path, format=first.format,
        bytes=sum(part.fingerprint.bytes for part in parts),
        sha256=hashlib.sha256(listed.encode()).hexdigest() if several else first.fingerprint.sha256,
        rows=int(table.count().execute()), columns=tuple(table.columns), reading=first.read.reading,
        hashed="files" if several else "rows" if source.on_server else "file",
        parts=tuple(
            InputPart(
                file=part.shown_as, bytes=part.fingerprint.bytes, sha256=part.fingerprint.sha256,
                reading=part.read.reading,
            )
            for part in parts
        ) if several else (),
    )  # fmt: skip


def check_named(
    named: Iterable[tuple[str, str]], found: tuple[str, ...], *, where: str, audit_name: str
) -> None:
    """Refuse a table that lacks columns, all in one go; `named` pairs each key of the audit file with its column."""
    wanted, problems = list(named), []
    lacking = [(key, name) for key, name in wanted if name not in found]
    if wanted and len(lacking) == len(wanted) and looks_like_values(found):
        raise no_header(found, where=where)
    for key, name in lacking:
        near = closest(name, found)
        hint = f"Did you mean '{near}'? " if near else ""
        mend = f"{hint}Columns found: {shown(found)}. Map it in {audit_name} under {key}."
        problems.append(Problem(where=where, found=f"column '{name}' is missing.", mend=mend))
    if problems:
        raise InputError(problems)
