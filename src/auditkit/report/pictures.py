"""Finding the charts and maps of a page, and the table that each of them draws.

The page is the only source: what a file shows, the report shows, and a new chart needs no second template.
"""

import re
from dataclasses import dataclass
from html import unescape

from auditkit.report.page_table import PageTable, page_table

SVG = re.compile(r'<svg\b(?P<attributes>[^>]*\brole="img"[^>]*)>(?P<inside>.*?)</svg>', re.DOTALL)
TITLE = re.compile(
    r'\s*<title id="(?P<id>[^"]*)">(?P<title>.*?)</title>\s*<desc\b[^>]*>(?P<desc>.*?)</desc>', re.DOTALL
)
BOX = re.compile(r'viewBox="0 0 (?P<width>[\d.]+) (?P<height>[\d.]+)"')
KINDS = re.compile(r'\bclass="([^"]*)"')
FILE = re.compile(r'\bdata-table="([^"]*)"')
CAPTION = re.compile(r"\s*<figcaption\b[^>]*>(.*?)</figcaption>", re.DOTALL)
KEY = re.compile(r'\s*<ul class="key">(.*?)</ul>', re.DOTALL)
SWATCH = re.compile(r'<li><span class="swatch (?P<kind>\w+)"></span>(?P<text>.*?)</li>', re.DOTALL)
PATTERN = re.compile(r'<pattern id="([\w-]+)-hidden"')
END = re.compile(r"</section>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """What one shade of a map means."""

    fill: str
    """Its class, or where its pattern is."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart or map of a page."""

    name: str
    """Of its files, without folder and suffix."""
    title: str
    desc: str
    """What it shows, in words."""
    caption: str
    """The line under it, such as what shades mean; empty where there is none."""
    key: tuple[Swatch, ...]
    """What the shades of a map mean, from light to dark."""
    kind: str
    """Its class on the page."""
    inside: str
    """Its marks, as they stand on the page."""
    width: float
    height: float
    file: str | None
    """The table with its data, by name, where the page shows only some of them."""
    table: PageTable | None
    """The first table after it in its section, which shows the same numbers."""

    def data(self, language: str) -> str:
        """Name the table that holds its data, without folder and suffix; tables of numbers alone are the same in every language."""
        return self.file or (f"chart_{self.name}.{language}" if self.table else "measurements")


def pictures(page: str) -> tuple[Picture, ...]:
    """Find every chart and map of a page, in its order."""
    found: dict[str, Picture] = {}
    for match in SVG.finditer(page):
        picture = _picture(match, page)
        if picture is not None:
            found.setdefault(picture.name, picture)
    return tuple(found.values())


def _picture(match: re.Match[str], page: str) -> Picture | None:
    attributes, inside = match["attributes"], match["inside"]
    head, box = TITLE.match(inside), BOX.search(attributes)
    if head is None or box is None:
        return None
    kind, file = KINDS.search(attributes), FILE.search(attributes)
    key = KEY.match(page, match.end())
    caption = CAPTION.match(page, key.end() if key else match.end())
    end = END.search(page, match.end())
    rest = page[match.end() : end.start() if end else len(page)]
    return Picture(
        name=_name(head["id"]), title=_words(head["title"]), desc=_words(head["desc"]),
        caption=_words(caption[1]) if caption else "", key=_key(key[1], inside) if key else (), kind=kind[1] if kind else "", inside=inside[head.end() :],
        width=float(box["width"]), height=float(box["height"]), file=file[1] if file else None,
        table=page_table(rest),
    )  # fmt: skip


def _key(markup: str, inside: str) -> tuple[Swatch, ...]:
    """Read what shades mean; hatched and crossed ones are patterns that the map itself defines."""
    found = PATTERN.search(inside)
    named = found[1] if found else ""
    patterns = {"hatched": f"url(#{named}-unsure1)", "crossed": f"url(#{named}-hidden)"}
    return tuple(
        Swatch(fill=patterns.get(one["kind"], one["kind"].replace("s", "a", 1)), text=_words(one["text"]))
        for one in SWATCH.finditer(markup)
    )


def _name(title: str) -> str:
    """Name a picture after the id of its title, whose mark is a `t` between hyphens.

    >>> _name("t-false_positive_rate-race"), _name("became-t"), _name("score-t-race")
    ('false_positive_rate-race', 'became', 'score-race')
    """
    parts = title.split("-")
    if "t" in parts:
        parts.remove("t")
    return re.sub(r"[^\w-]", "_", "-".join(parts))


def _words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", markup)).split())
