"""Reading a table back from a page, so that it can be a file of its own."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A table as the page shows it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Cells as they are written; a cell over several columns stands in each of them."""
    measurements: tuple[tuple[str, ...], ...]
    """The measurements behind each row, by id."""
    places: tuple[tuple[str, ...], ...]
    """Where in `audit.json` the other numbers of each row are, as JSON pointers."""


def page_table(markup: str) -> PageTable | None:
    """Read the first table of some markup, if there is one."""
    found = TABLE.search(markup)
    if found is None:
        return None
    reader = _Reader()
    reader.feed(found.group())
    head, *rows = reader.rows
    return PageTable(
        caption=" ".join("".join(reader.caption).split()), columns=tuple(head.cells),
        rows=tuple(tuple(row.cells) for row in rows), measurements=tuple(tuple(row.ids) for row in rows),
        places=tuple(tuple(row.places) for row in rows),
    )  # fmt: skip


@dataclass(slots=True)
class _Row:
    cells: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects rows, cells and the measurements that they name."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[_Row] = []
        self.caption: list[str] = []
        self._text: list[str] | None = None
        self._across = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "tr":
            self.rows.append(_Row())
        elif tag in {"th", "td"}:
            self._text, self._across = [], int(named.get("colspan") or 1)
        elif tag == "caption":
            self._text = self.caption
        if self.rows:
            row = self.rows[-1]
            for names, said in ((row.ids, "data-m"), (row.places, "data-from")):
                names.extend(name for name in (named.get(said) or "").split() if name not in names)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"} and self._text is not None:
            cell = " ".join("".join(self._text).split())
            self.rows[-1].cells.extend([cell] * self._across)
        if tag in {"th", "td", "caption"}:
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
