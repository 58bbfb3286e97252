"""Charts and maps of a page as files of their own: each says what it is, where it comes from and what its data are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from math import ceil
from textwrap import wrap
from typing import Any

from markupsafe import Markup

from auditkit.report.pictures import Picture, Swatch
from auditkit.report.templates import rendered
from auditkit.report.writing import Writing
from auditkit.results.loop_tables import Table

MARGIN, NARROWEST = 16, 360
TITLE_SIZE, NOTE_SIZE, KEY_ROW = 15, 10, 18
LETTER = 0.6
"""Width of a letter over its size; wide enough for the bold letters of common fonts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text of a chart."""

    text: str
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one shade means, beside a square of it."""

    swatch: Swatch
    y: int
    """Of the top of the square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where everything of a chart file goes."""

    picture: Picture
    marks: Markup
    width: int
    height: int
    left: int
    top: int
    heads: tuple[Line, ...]
    keys: tuple[Key, ...]
    notes: tuple[Line, ...]


def chart_files(
    drawn: tuple[Picture, ...], facts: Mapping[str, Any], *, writing: Writing
) -> dict[str, bytes]:
    """Write each picture as SVG with its title, its caption and its attribution in one language, by path."""
    source = attribution(facts, writing=writing)
    return {
        f"charts/{picture.name}.{writing.language}.svg": rendered(
            "chart.svg.j2", {**facts, "sheet": _sheet(picture, source), "source": source}, writing=writing
        )
        for picture in drawn
    }


def attribution(facts: Mapping[str, Any], *, writing: Writing) -> tuple[str, ...]:
    """Write who made a chart, of what and when; one sentence an item."""
    text = re.sub(
        r"<[^>]*>", "", rendered("attribution.j2", facts, writing=writing).decode()
    )  # marks of language
    lines = unescape(text).splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def chart_tables(drawn: tuple[Picture, ...], *, language: str) -> tuple[Table, ...]:
    """Turn the table behind each picture into a file, as the report of a language shows it, with where each row's numbers come from."""
    return tuple(
        Table(
            name=picture.data(language), columns=(*picture.table.columns, "audit_json", "measurements"),
            rows=tuple(
                (*cells, " ".join(places), " ".join(ids))
                for cells, places, ids in zip(
                    picture.table.rows, picture.table.places, picture.table.measurements, strict=True
                )
            ),
        )
        for picture in drawn
        if picture.table is not None and picture.file is None
    )  # fmt: skip


def _sheet(picture: Picture, source: tuple[str, ...]) -> Sheet:
    width = max(NARROWEST, ceil(picture.width)) + 2 * MARGIN
    heads = _lines((picture.title,), size=TITLE_SIZE, across=width, top=MARGIN)
    top = heads[-1].y + TITLE_SIZE
    under = top + ceil(picture.height) + NOTE_SIZE
    keys = tuple(Key(swatch=swatch, y=under + KEY_ROW * at) for at, swatch in enumerate(picture.key))
    below = under + KEY_ROW * len(keys)
    notes = _lines((*filter(None, (picture.caption,)), *source), size=NOTE_SIZE, across=width, top=below)
    return Sheet(
        picture=picture, marks=Markup(picture.inside),  # noqa: S704  # escaped when the page was written
        width=width, height=notes[-1].y + MARGIN, left=MARGIN, top=top, heads=heads, keys=keys, notes=notes,
    )  # fmt: skip


def _lines(texts: tuple[str, ...], *, size: int, across: int, top: int) -> tuple[Line, ...]:
    most = int((across - 2 * MARGIN) / (LETTER * size))
    wrapped = [line for text in texts for line in wrap(text, most)]
    return tuple(Line(text=line, y=top + size + round(1.35 * size * at)) for at, line in enumerate(wrapped))
