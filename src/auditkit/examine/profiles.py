"""What the columns of a table hold, from a few queries where the table is; nothing is decided here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
from ibis import Table, Value

from auditkit.definitions.sources import TableSource
from auditkit.examine.words import words
from auditkit.load.files import open_features, open_table
from auditkit.results.rows import canonical
from auditkit.validate.table_facts import OF_PLACES, PERSONAL

FEW = 30
"""Columns with at most so many values have them listed."""
SMALL = 20_000
"""Tables with at most so many rows are read whole, as published tables are."""
_KINDS = ("filled", "distinct", "least", "most", "numbers", "whole", "dates", "other_dates", "personal")
_PERSONAL_VALUE = r"[^@ ]+@[^@ ]+\.[a-z]+|^[0-9]{3}-[0-9]{2}-[0-9]{4}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one column holds."""

    name: str
    words: frozenset[str]
    """Words of its name."""
    filled: int
    blanks: int
    distinct: int
    numbers: int
    """Values that are numbers."""
    whole: int
    """Values that are whole numbers."""
    least: float | None
    most: float | None
    dates: int
    """Values that are dates as audits read them: year, year-month or year-month-day."""
    other_dates: int
    """Values that are dates written otherwise, such as 2/24/2018."""
    personal: bool
    """Whether its name or its values may name people; then its values are never shown."""
    values: tuple[str, ...]
    """Its values, the most frequent first, where they are few."""

    def mostly(self, count: int) -> bool:
        """Tell whether nearly all values are of a kind, of which there are `count`."""
        return count > 0 and count >= 0.95 * self.filled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A table that could be opened."""

    path: Path
    file: str
    """The file's name, for messages."""
    table: Table
    rows: int
    boundaries: bool
    """Whether the file has outlines of areas."""
    profiles: tuple[Profile, ...]
    cells: dict[str, list[str | None]]
    """Values as text by column, if the table is small; else empty."""

    def profile(self, name: str) -> Profile:
        """Return a column's profile."""
        return next(one for one in self.profiles if one.name == name)


def open_file(connection: Any, path: Path, *, number: int) -> Opened:
    """Open a file and look at its columns.

    Raises
    ------
    InputError
        If the file cannot be read as a table.
    """
    source, section = TableSource(path=path.name), f"examined_{number}"
    drawn = open_features(connection, source, folder=path.parent, section=section)
    if drawn is not None:
        features, _ = drawn
        lists = {name: [row.get(name) for row in features.rows] for name in features.columns}
        schema = ibis.schema(dict.fromkeys(lists, "string"))
        table = connection.create_table(
            f"examined_{number}", ibis.memtable(lists, schema=schema).to_pyarrow()
        )
    else:
        table = open_table(connection, source, folder=path.parent, section=section).table
    texts = table.select(**{name: canonical(table[name].cast("string")) for name in table.columns})
    texts = connection.create_table(f"examined_{number}_texts", texts, temp=True)  # read once, asked often
    rows = int(texts.count().execute())
    return Opened(
        path=path, file=path.name, table=texts, rows=rows, boundaries=drawn is not None, profiles=_profiles(texts, rows),
        cells=texts.to_pyarrow().to_pydict() if rows <= SMALL else {},
    )  # fmt: skip


def _profiles(texts: Table, rows: int) -> tuple[Profile, ...]:
    asked = {
        f"{place} {kind}": one
        for place, name in enumerate(texts.columns)
        for kind, one in _asked(texts[name])
    }
    found: dict[str, Any] = texts.agg(**asked).to_pyarrow().to_pylist()[0]
    return tuple(
        _profile(texts, name, rows, {kind: found[f"{place} {kind}"] for kind in _KINDS})
        for place, name in enumerate(texts.columns)
    )


def _profile(texts: Table, name: str, rows: int, found: dict[str, Any]) -> Profile:
    personal = bool(PERSONAL.search(OF_PLACES.sub("", name))) or found.pop("personal") > 0
    few = found["distinct"] <= FEW and not personal
    found.pop("personal", None)
    return Profile(
        name=name, words=_words(name), blanks=rows - found["filled"], personal=personal,
        values=_values(texts, name) if few else (), **found,
    )  # fmt: skip


def _words(name: str) -> frozenset[str]:
    """Cut a name into words; single letters, such as `n`, count only as whole names."""
    parts = words(name)
    return frozenset(part for part in parts if len(part) > 1 or len(parts) == 1)


def _asked(text: Value) -> Iterator[tuple[str, Value]]:
    """Everything that is asked of a column, in the order of `_KINDS`."""
    number = text.try_cast("float64")
    finite = number.notnull() & ~number.isnan() & ~number.isinf()
    kept = ibis.cases((finite, number), else_=None)
    hits = (
        finite,
        text.re_search(r"^-?[0-9]+$"),
        text.re_search(r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ].*)?)?)?$"),
        text.re_search(r"^[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}( .*)?$"),
        text.re_search(_PERSONAL_VALUE),
    )
    counts = (hit.fill_null(False).cast("int64").sum().fill_null(0) for hit in hits)
    yield from zip(_KINDS, (text.count(), text.nunique(), kept.min(), kept.max(), *counts), strict=True)


def _values(texts: Table, name: str) -> tuple[str, ...]:
    counted = (
        texts.filter(texts[name].notnull()).select(value=texts[name]).group_by("value").agg(n=ibis._.count())
    )
    ordered = counted.order_by([counted.n.desc(), counted["value"]])
    return tuple(row["value"] for row in ordered.to_pyarrow().to_pylist())
