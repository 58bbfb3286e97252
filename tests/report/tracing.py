"""Traces every number of a page to `audit.json`, without the code that wrote the page.

A number stands in a page for one of four reasons. The nearest element around it with `data-m` names measurements by
their places in the list `measurements`, and it is a rounded number of one of them. Or that element has `data-from`, and it is a rounded number, a count of things
or a part of a text at that place of `audit.json`. Or a message has it as fixed text, such as "of every 1,000". Or it
belongs to a text that `audit.json` has word for word, such as the name of a group. Marks on an axis are the one thing
besides: they must lie evenly.
"""

import csv
import io
import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise
from math import isclose, log
from typing import Any

from babel.dates import format_date
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from babel.numbers import NumberFormatError, get_decimal_symbol, get_group_symbol, parse_decimal

from auditkit import bundled
from auditkit.definitions.audience import Audience
from auditkit.report.languages import available_languages
from auditkit.report.pictures import pictures
from auditkit.report.render import render
from auditkit.results.document import AuditDocument

LANGUAGES = tuple(sorted({*available_languages(), "es", "ar"}))
"""Every language with a catalogue; numbers are written in two more, though their words may still be English."""
VALUES = (
    "value", "interval", "interval_90", "interval_family", "bounds", "bounds_interval", "bounds_interval_90",
)  # fmt: skip
KEYWORDS = {"_": None, "gettext": None, "_n": (1, 2)}
SIGNS = {"+": 1, "-": -1, "\u2212": -1}
"""What is shown without a sign may be either: words such as "fewer" say which."""
KINDS = ("status", "state", "verdict", "direction")
"""Fields that sort the things of a list."""
JOINED = "\u0648\u0628\u0644\u0643"
"""Arabic words of one letter, which are written together with what follows."""
ALIKE = ("metric", "dimension", "stratum", "against")
COUNTS = ("numerator", "denominator")
COLUMNS = {
    "value": ("value", None), "numerator": ("numerator", None), "denominator": ("denominator", None),
    "low": ("interval", 0), "high": ("interval", 1), "low_90": ("interval_90", 0), "high_90": ("interval_90", 1),
    "low_family": ("interval_family", 0), "high_family": ("interval_family", 1), "low_bound": ("bounds", 0),
    "high_bound": ("bounds", 1), "low_bound_interval": ("bounds_interval", 0), "high_bound_interval": ("bounds_interval", 1),
}  # fmt: skip
"""Columns of tables/measurements.csv, each with where its number stands in a measurement."""
IDS, POINTERS = "measurements", "audit_json"
"""Columns of the table behind a chart that say where the numbers of a row come from."""
SCALES = (1.0, 100.0, 1000.0)
"""A number as it is, as a percentage or in percentage points, and of every 1,000."""
NAMES = ("metric", "dimension", "group", "against", "stratum")
INLINE = {
    "a", "abbr", "b", "cite", "code", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "time",
    "tspan", "wbr",
}  # fmt: skip
NAMING = {"caption", "dt", "h3", "summary", "text", "th", "title"}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
SPOKEN = ("aria-label", "alt", "title")
DIGIT = r"[0-9\u0660-\u0669\u06f0-\u06f9]"
TOKEN = re.compile(
    rf"(?<![A-Za-z]-)(?<!{DIGIT}){DIGIT}+(?:[.,'\u2019\u066b\u066c\u00a0\u202f]{DIGIT}+)*(?:E-?\d+)?"
)
PLACE = re.compile(r"0|[1-9][0-9]*")
"""Where a measurement stands in the list; nothing else names one."""
WORD = re.compile(r"\w+(?:\.\w+)*")
ENGLISH = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
IN_PERCENT = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?) ?%")
PERCENT = "%\u066a"
SPACES = re.compile(r"[^\S\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an element says that its numbers come from."""

    measurements: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    count: str = ""
    """What is counted, where the number is no measured one: these, those above, or those that are known."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that a reader takes as one: the stretches of it that share an anchor, and where an axis mark stands."""

    text: str
    stretches: tuple[tuple[int, int, Anchor | None], ...]
    name: bool = False
    """Whether it stands where names stand, not numbers."""
    axis: tuple[int, float, float] | None = None
    """Number of the picture, and the place in it."""

    def stretch(self, at: int) -> tuple[int, int, Anchor | None]:
        """Return the stretch that holds a letter."""
        return next(one for one in self.stretches if one[0] <= at < one[1])


class _Page(HTMLParser):
    """Splits a page into blocks of text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.open: list[tuple[str, Anchor | None]] = [("", None)]
        self.text = ""
        self.stretches: list[tuple[int, int, Anchor | None]] = []
        self.axis: tuple[int, float, float] | None = None
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self.flush()
        anchor = self.open[-1][1]
        if "data-m" in facts or "data-from" in facts:
            anchor = Anchor(
                tuple(facts.get("data-m", "").split()),
                tuple(facts.get("data-from", "").split()),
                facts.get("data-count", ""),
            )
        self.pictures += tag == "svg"
        if "tick" in facts.get("class", "").split() and not facts.keys() & {"data-m", "data-from"}:
            self.axis = (self.pictures, float(facts["x"]), float(facts["y"]))
        for name in SPOKEN:
            if facts.get(name):
                self.blocks.append(Block(facts[name], ((0, len(facts[name]), anchor),)))
        if tag not in VOID:
            self.open.append((tag, anchor))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.flush()
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open[-1][0] in {"style", "script"}:
            return
        start, anchor, data = len(self.text), self.open[-1][1], clean(data)
        self.text += SPACES.sub(" ", data if start and self.text[-1] != " " else data.lstrip())
        if self.stretches and self.stretches[-1][2] is anchor:
            start = self.stretches.pop()[0]
        self.stretches.append((start, len(self.text), anchor))

    def flush(self) -> None:
        if self.text.strip():
            inside = next(tag for tag, _ in reversed(self.open) if tag not in INLINE)
            self.blocks.append(Block(self.text, tuple(self.stretches), inside in NAMING, self.axis))
        self.text, self.stretches, self.axis = "", [], None


def blocks(page: str) -> list[Block]:
    """Split a page into the runs of text that are seen or spoken."""
    found = _Page()
    found.feed(page)
    found.close()
    found.flush()
    return found.blocks


@cache
def _english() -> dict[str, bool]:
    """Every message of templates, tool types, checks and policies, and whether it is a format string."""
    texts: dict[str, bool] = {}
    for path in sorted(bundled.folder("report_templates").glob("*.j2")):
        with path.open("rb") as file:
            found = extract(
                "jinja2.ext:babel_extract", file, keywords=KEYWORDS, options={"newstyle_gettext": "yes"}
            )
            for _, message, *_ in found:
                texts |= dict.fromkeys(message if isinstance(message, tuple) else (message,), True)
    for path in sorted(bundled.folder("checks").rglob("*.toml")):
        said = _strings(tomllib.loads(path.read_text(encoding="utf-8")))
        texts |= dict.fromkeys((one for one in said if re.search(r"[^\W\d_]{2,} ", one)), False)
    return texts


@cache
def messages(language: str) -> dict[str, list[re.Pattern[str]]]:
    """Every message with a number in it, by its numbers, as a pattern of what it looks like when filled in."""
    texts = dict(_english())
    catalogue = bundled.folder("report_templates") / "locale" / language / "LC_MESSAGES" / "auditkit.po"
    if catalogue.is_file():
        with catalogue.open("rb") as file:
            for message in read_po(file, locale=language):
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                texts |= {text: "%(" in text or "%%" in text for text in forms if text}
    found: dict[str, list[re.Pattern[str]]] = {}
    for text, filled in texts.items():
        for token in {*TOKEN.findall(text)}:
            found.setdefault(token, []).append(_pattern(text, filled=filled))
    return found


def _pattern(text: str, *, filled: bool) -> re.Pattern[str]:
    text = re.sub(r"\s+", " ", text.strip())
    if not filled:
        return re.compile(re.escape(text))
    parts = re.split(r"%\(\w+\)s", text.replace("%%", "%"))
    return re.compile("".join(f"(?P<f{at}>{re.escape(part)}).*?" for at, part in enumerate(parts))[:-3])


def _strings(node: object) -> Iterator[str]:
    """Every text in a tree, keys among them."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        yield from (key for key in node if isinstance(key, str))
        for inner in node.values():
            yield from _strings(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from _strings(inner)


def _numbers(node: object) -> Iterator[float]:
    """Every number in a tree."""
    if isinstance(node, bool):
        return
    if isinstance(node, int | float):
        yield node
    elif isinstance(node, Mapping):
        for inner in node.values():
            yield from _numbers(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _numbers(inner)


def _counts(node: object) -> Iterator[int]:
    """How many things a list holds, how many of each kind, and how many of any other."""
    if isinstance(node, list | dict):
        yield len(node)
    if isinstance(node, list):
        things = [one for one in node if isinstance(one, dict)]
        for kind in KINDS:
            for many in Counter(str(one[kind]) for one in things if kind in one).values():
                yield from (many, len(node) - many)
        yield 0


def _in_text(texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        yield from (float(found.replace(",", "")) for found in ENGLISH.findall(text))


def untraced(
    document: AuditDocument,
    *,
    languages: tuple[str, ...] = LANGUAGES,
    audiences: tuple[Audience, ...] = ("journalist",),
) -> list[str]:
    """Write a document in every language and format, and return each number that leads nowhere.

    A journalist reads all that a board reads, and the tables of charts.
    """
    found: list[str] = []
    tracers: dict[str, Tracer] = {}
    for audience in audiences:
        files = render(document.model_copy(update={"languages": languages}), audience=audience)
        content = files["audit.json"].decode()
        found += untraced_rows(content, files)
        for language in languages:
            tracer = tracers.setdefault(language, Tracer(content, language=language))
            known, bad = tracer.traced(files[f"report.{language}.html"].decode())
            bad += tracer.strange(plain(files[f"report.{language}.md"].decode()), known)
            for name in (name for name in files if name.endswith((f".{language}.svg", f".{language}.csv"))):
                text = files[name].decode()
                bad += tracer.traced(text)[1] if name.endswith(".svg") else tracer.untraced_cells(text)
            found += [f"{audience}, {language}: {one}" for one in bad]
    return found


def untraced_rows(content: str, files: Mapping[str, bytes]) -> list[str]:
    """Return each number of a CSV table that is not in `audit.json`, to 12 digits."""
    document = json.loads(content)
    bad = []
    items = {item["id"]: item for item in document["measurements"]}
    rows = list(csv.DictReader(io.StringIO(files["tables/measurements.csv"].decode())))
    for row in rows:
        item = items.pop(row["id"])
        for column, (name, end) in COLUMNS.items():
            number = item[name] if end is None else (item[name] or (None, None))[end]
            if row[column] != ("" if number is None else f"{number:.12g}"):
                bad.append(f"tables/measurements.csv: {row['id']} {column} {row[column]!r}")
    bad += [f"tables/measurements.csv: {name} is missing" for name in items]
    for name in sorted(name for name in files if name.startswith("tables/loop_")):
        known = {f"{number:.12g}" for number in _numbers(document["feedback"])}
        for line in csv.reader(io.StringIO(files[name].decode())):
            bad += [
                f"{name}: {cell}"
                for cell in line
                if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) and cell not in known
            ]
    return bad


def plain(markdown: str) -> str:
    """Return Markdown as it is read: without the marks that keep text from being markup."""
    return unescape(re.sub(r"\\([\\`*_{}\[\]()#+!|<>~:.-])", r"\1", markdown))


class Tracer:
    """Traces the pages of one audit in one language.

    Parameters
    ----------
    content
        `audit.json` as it was written.
    language
        The language of the pages.
    """

    def __init__(self, content: str, *, language: str) -> None:
        self.document: dict[str, Any] = json.loads(content)
        self.language = language
        self.measurements: list[dict[str, Any]] = self.document["measurements"]
        self.places = {item["id"]: str(at) for at, item in enumerate(self.measurements)}
        self.known: dict[str, list[float]] = {}
        for item in self.measurements:
            self.known.setdefault(alike(item), []).extend(_numbers(item["value"]))
        texts = {re.sub(r"\s+", " ", clean(text)).strip() for text in _strings(self.document)}
        days = {found[0] for text in texts if (found := DAY.match(text))}
        texts |= {format_date(date.fromisoformat(day), "long", locale=language) for day in days}
        named = {
            text
            for text in texts
            if re.search(DIGIT, text) and not TOKEN.fullmatch(text.lstrip("+-").rstrip(" %"))
        }
        self.names = texts
        self.verbatim: dict[str, list[str]] = {}
        for text in named:
            for token in {*TOKEN.findall(text)}:
                self.verbatim.setdefault(token, []).append(text)
        self._candidates: dict[Anchor, tuple[tuple[float, tuple[float, ...]], ...]] = {}
        self._words: dict[Anchor, frozenset[str]] = {}
        self._read: dict[Block, tuple[tuple[str, bool, str], ...]] = {}

    def traced(self, page: str) -> tuple[set[str], list[str]]:
        """Return the numbers of an HTML page or SVG picture that are traced, and those that are not with their text."""
        good: set[str] = set()
        bad: list[str] = []
        marks: list[tuple[int, float, float, float]] = []
        for block in blocks(page):
            mark = block.text.strip(PERCENT + " \u00a0\u200e\u200f")
            if block.axis is not None and (number := self.parsed(mark.lstrip("".join(SIGNS)))):
                good.update(TOKEN.findall(block.text))
                marks.append((*block.axis, SIGNS.get(mark[0], 1) * number[0]))
                continue
            for found in self.read(block):
                if found[1]:
                    good.add(found[0])
                else:
                    bad.append(found[2])
        bad += [f"axis: {points}" for points in axes(marks) if not evenly(points)]
        return good, bad

    def untraced_cells(self, table: str) -> list[str]:
        """Return the numbers of the table behind a chart that its rows do not name, each with the text around it."""
        head, *rows = csv.reader(io.StringIO(table))
        ids, pointers = head.index(IDS), head.index(POINTERS)
        cells = [Block(name, ((0, len(name), None),)) for name in head]
        for row in rows:
            anchor = Anchor(tuple(self.places[one] for one in row[ids].split()), tuple(row[pointers].split()))
            shown = [text for column, text in enumerate(row) if column not in {ids, pointers}]
            cells += [Block(text, ((0, len(text), anchor),), name=text is shown[0]) for text in shown]
        return [text for block in cells for _, good, text in self.read(block) if not good]

    def strange(self, text: str, known: set[str]) -> list[str]:
        """Return the numbers of plain text that are neither known nor fixed, each with its line."""
        lines = [SPACES.sub(" ", clean(line).replace("**", "")) for line in text.splitlines()]
        return [
            f"{found.group()!r} in {line!r}"
            for line in lines
            for found in TOKEN.finditer(line)
            if found.group() not in known
            and not any(
                low <= found.start() and found.end() <= high for low, high in self.fixed(line, found.group())
            )
        ]

    def read(self, block: Block) -> tuple[tuple[str, bool, str], ...]:
        """Read a block once; readers of every kind see most of them."""
        if block not in self._read:
            self._read[block] = tuple(self.numbers(block))
        return self._read[block]

    def numbers(self, block: Block) -> Iterator[tuple[str, bool, str]]:
        """Give each number of a block, whether it is traced, and the text around it."""
        for found in TOKEN.finditer(block.text):
            start, end = found.span()
            anchor = block.stretch(start)[2]
            good = anchor is not None and self.is_number_of(block.text, start, end, anchor)
            if not good and not (good := block.name and block.text.strip() in self.names):
                fixed = self.fixed(block.text, found.group())
                good = any(low <= start and end <= high for low, high in fixed)
            yield (
                found.group(),
                good,
                f"{found.group()!r} in {block.text[max(0, start - 90) : end + 60]!r} {anchor}",
            )

    def fixed(self, text: str, token: str) -> Iterator[tuple[int, int]]:
        """Give the spans of text that messages or `audit.json` have word for word, and that may hold a number."""
        plainly = text.replace("\u00a0", " ").replace("\u202f", " ")  # as messages are compared
        for pattern in messages(self.language).get(token, ()):
            for found in pattern.finditer(plainly):
                yield from [found.span(name) for name in found.groupdict()] or [found.span()]
        for one in (one for one in self.verbatim.get(token, ()) if one in text):
            whole = (
                rf"(?<!\w){re.escape(one)}(?!\w)"
                if one[0].isalnum() and one[-1].isalnum()
                else re.escape(one)
            )
            yield from (found.span() for found in re.finditer(whole, text))

    def is_number_of(self, text: str, start: int, end: int, anchor: Anchor) -> bool:
        """Tell whether a number is a rounded one of what its element names."""
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        word = next(found.group() for found in WORD.finditer(text) if found.end() >= end)
        if word in self.words(anchor):
            return True
        number = self.parsed(text[start:end])
        if number is None or (before.isalpha() and before not in JOINED) or after.isalpha():
            return False
        shown, step = number
        percent = {*PERCENT} & {
            *text[end : end + 2].lstrip()[:1],
            *text[max(0, start - 1) : start],
        }
        if percent and shown in self.percentages(anchor):
            return True
        sign = SIGNS.get(before, 0) if not text[max(0, start - 2) : start - 1].isalnum() else 0
        return any(
            abs((candidate * sign if sign else abs(candidate)) * scale - shown)
            <= step / 2 + 1e-9 * max(min(1.0, step * 1e9), shown)
            or (before == "<" and scale == 1.0 and 0 <= candidate < shown)
            for candidate, scales in self.candidates(anchor)
            for scale in ({100.0} & {*scales} if percent else scales)
        )

    def measurement(self, place: str) -> dict[str, Any]:
        """Return the measurement at a place; there is none that is named in another way."""
        if not PLACE.fullmatch(place):
            raise KeyError(place)
        return self.measurements[int(place)]

    def count(self, anchor: Anchor) -> int:
        """Count what an element says that it counts."""
        if anchor.count == "these":
            return len(anchor.measurements) + len(anchor.places)
        one = self.measurement(anchor.measurements[0])
        known = self.known[alike(one)]
        above = [value for value in known if value > one["value"]]
        return {"known": len(known), "above": len(above)}[anchor.count]

    def parsed(self, token: str) -> tuple[float, float] | None:
        """Read a number in the page's language; return it and the step of its last digit."""
        system = "latn" if token.isascii() or not re.search(r"[\u0660-\u0669]", token) else "arab"
        point = get_decimal_symbol(self.language, numbering_system=system)
        group = get_group_symbol(self.language, numbering_system=system)
        token, _, power = token.partition("E")
        whole, _, rest = token.partition(point)
        groups = whole.split(group)
        if not all(part.isdigit() for part in (*groups, rest or "0")):
            return None
        if len(groups) > 1 and (
            len(groups[0]) > 3 or groups[0][0] in "0\u0660" or any(len(part) != 3 for part in groups[1:])
        ):
            return None
        try:
            number = parse_decimal(token, locale=self.language, numbering_system=system)
        except NumberFormatError:
            return None
        exponent = int(power or 0)
        return float(number.scaleb(exponent)), float(Decimal(1).scaleb(exponent - len(rest)))

    def words(self, anchor: Anchor) -> frozenset[str]:
        """Return every word with a number in the texts that an element may show."""
        if anchor not in self._words:
            nodes = [at_pointer(self.document, place) for place in anchor.places]
            self._words[anchor] = frozenset(
                found.group() for text in _strings(nodes) for found in WORD.finditer(text)
            )
        return self._words[anchor]

    def percentages(self, anchor: Anchor) -> set[float]:
        """Return what texts of declarations give in per cent, such as "at most 10%"."""
        nodes = [at_pointer(self.document, place) for place in anchor.places]
        return {
            float(found[1].replace(",", ""))
            for text in _strings(nodes)
            for found in IN_PERCENT.finditer(text)
        }

    def candidates(self, anchor: Anchor) -> tuple[tuple[float, tuple[float, ...]], ...]:
        """Return every number that an element may show, with what it may be multiplied by."""
        if anchor.count:
            return ((float(self.count(anchor)), (1.0,)),)
        if anchor not in self._candidates:
            found: list[tuple[float, tuple[float, ...]]] = []
            for one in anchor.measurements:
                item = self.measurement(one)
                bare = item["metric"].endswith("_ratio") or "_per_" in item["metric"]
                found += [
                    (number, (1.0,) if bare else SCALES) for name in VALUES for number in _numbers(item[name])
                ]
                found += [(number, (1.0,)) for name in COUNTS for number in _numbers(item[name])]
                found += [
                    (number, (1.0, 100.0)) for number in _in_text(_strings([item[name] for name in NAMES]))
                ]
            for place in anchor.places:
                node = at_pointer(self.document, place)
                if isinstance(node, list) and node and isinstance(node[0], dict):  # it can only say how many
                    found += [(number, (1.0,)) for number in _counts(node)]
                    continue
                found += [(number, SCALES) for number in _numbers(node)]
                found += [(number, (1.0,)) for number in (*_counts(node), *_in_text(_strings(node)))]
            self._candidates[anchor] = tuple(dict.fromkeys(found))
        return self._candidates[anchor]


def with_ids(files: Mapping[str, bytes], name: str = "report.en.html") -> str:
    """Return a page with the ids of measurements where it names their places, for tests that look for one."""
    ids = [escape(item["id"]) for item in json.loads(files["audit.json"])["measurements"]]
    named = re.compile(r'(?<= data-m=")[^"]*(?=")')
    return named.sub(lambda found: " ".join(ids[int(one)] for one in found[0].split()), files[name].decode())


def not_in_table(page: str, name: str) -> list[str]:
    """Return the numbers of a dot chart that the table after it lacks, row by row; the chart has to be there."""
    picture = next(one for one in pictures(page) if one.name == name)
    assert picture.table is not None
    known = {word.strip("()") for row in picture.table.rows for cell in row for word in cell.split()}
    values = re.findall(r'<text class="value"[^>]*>(.*?)</text>', picture.inside)
    assert values
    return [shown for shown in values if not {*re.split(r"[\u25cf\u25c7\s]+", shown)} - {""} <= known]


def alike(item: Mapping[str, Any]) -> str:
    """Name what a measurement has in common with those of the same kind in other groups."""
    return json.dumps([item[name] for name in ALIKE])


def at_pointer(document: object, pointer: str) -> object:
    """Return what a JSON pointer (RFC 6901) points to.

    >>> at_pointer({"a/b": [1, {"c": 2}]}, "/a~1b/1/c")
    2
    """
    node: Any = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def clean(text: str) -> str:
    """Leave out what pages leave out of texts: characters that control or hide."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Cs"}
    )


def axes(marks: list[tuple[int, float, float, float]]) -> list[list[tuple[float, float]]]:
    """Put marks together that stand below or beside each other; return the number and the place of each."""
    found: dict[tuple[int, str, float], list[tuple[float, float]]] = {}
    upright = Counter((picture, x) for picture, x, _, _ in marks)
    for picture, x, y, number in marks:
        if upright[picture, x] > 1:
            found.setdefault((picture, "x", x), []).append((number, y))
        else:
            found.setdefault((picture, "y", y), []).append((number, x))
    return [*found.values()]


def evenly(points: list[tuple[float, float]]) -> bool:
    """Tell whether marks lie evenly along an axis, by their numbers or by the logarithms of these."""
    points = sorted(set(points))

    def even(values: list[float]) -> bool:
        slopes = [
            (b - a) / (later - now)
            for (now, later), ((_, a), (_, b)) in zip(pairwise(values), pairwise(points), strict=True)
            if later != now
        ]
        return all(isclose(slope, slopes[0], rel_tol=0.05) for slope in slopes)

    values = [value for value, _ in points]
    return even(values) or (min(values) > 0 and even([log(value) for value in values]))
