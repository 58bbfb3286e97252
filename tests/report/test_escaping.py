"""Text from vendors stays text in every output, and counts of few people stand in none of them."""

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from auditkit import Audit, bundled, run_audit

Write = Callable[..., Path]

HOSTILE = {
    "name": "<script>alert(1)</script>",
    "vendor": '=HYPERLINK("http://evil.example","x")',
    "version": "@SUM(1+1)|2",
    "purpose": "safe\u202eevil [press](javascript:alert(1)) ![x](http://evil.example/x.png) `code` **bold**",
    "flagged_means": "held <img src=x onerror=alert(1)> | next | cell",
    "outcome": "=1+1<script>alert(2)</script>|\u202ereversed",
    "flagged": "<i>flag|ged</i>",
    "race": "-race\u202e<b>|",
    "file": "<u>=x|y.csv",
    "asked_by": "</details><h1>everyone",
    "text": "# Heading\n\n| a | b |\n|---|---|\n<style>*{display:none}</style>",
    "contact": "http://evil.example & <a href='http://evil.example'>us</a>",
    "groups": '<b>A</b>|=1+1|+2&3|-cmd\u202e|@B|[link](http://evil.example)|</svg><script>|\'" onload="x',
}
HARMLESS = {
    "name": "Name", "vendor": "Vendor", "version": "Version", "purpose": "Purpose", "flagged_means": "held",
    "outcome": "arrested", "flagged": "flagged", "race": "race", "file": "people.csv", "asked_by": "a resident",
    "text": "Why?", "contact": "the board", "groups": "A|B|C|D|E|F|G|H",
}  # fmt: skip


def audit_of(words: Mapping[str, str], folder: Path, write_audit: Write) -> Audit:
    """Audit eight groups of equal counts, so that words are all that differs between two audits."""
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["id", words["race"], words["flagged"], "outcome"])
    cells = [
        (flag, outcome)
        for flag, outcome, n in ((0, 0, 24), (1, 0, 16), (0, 1, 12), (1, 1, 20))
        for _ in range(n)
    ]
    groups = words["groups"].split("|")
    writer.writerows(
        (f"p{g}-{i}", group, *cell) for g, group in enumerate(groups) for i, cell in enumerate(cells)
    )
    path = write_audit(
        folder,
        table.getvalue(),
        file=words["file"],
        tool={key: words[key] for key in ("name", "vendor", "version", "purpose", "flagged_means")},
        records={
            "decision": {"column": words["flagged"], "flagged": ["1"]},
            "outcome": {
                "column": "outcome",
                "positive": ["1"],
                "means": words["outcome"],
                "source": "arrest",
            },
        },
        groups={"race": {"column": words["race"]}},
        question=[{"asked_by": words["asked_by"], "text": words["text"]}],
        contact={"decides": words["contact"], "appeal_to": words["contact"], "answer_within_days": 30},
    )
    return run_audit(path)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    return audit_of(HOSTILE, tmp_path_factory.mktemp("hostile"), write_audit)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    return audit_of(HARMLESS, tmp_path_factory.mktemp("harmless"), write_audit)


class Page(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(audit: Audit) -> Page:
    return Page(audit.files["report.en.html"])


def files(audit: Audit, suffix: str) -> dict[str, str]:
    return {name: content.decode() for name, content in audit.files.items() if name.endswith(suffix)}


def test_vendor_text_adds_no_element_and_no_attribute_to_the_page(hostile: Audit, harmless: Audit) -> None:
    assert page(hostile).elements == page(harmless).elements


def test_vendor_text_is_shown_on_the_page_as_it_was_written(hostile: Audit) -> None:
    text = page(hostile).text

    for shown in ("<script>alert(1)</script>", "held <img src=x onerror=alert(1)> | next | cell", "<b>A</b>"):
        assert shown in text


def test_the_page_has_one_script_which_is_ours_and_loads_nothing(hostile: Audit) -> None:
    found = page(hostile)
    text = hostile.files["report.en.html"].decode()

    assert [tag for tag, _ in found.elements].count("script") == 1
    assert text.count("<script") == 1
    assert f">{bundled.folder('report_templates').joinpath('page.js.j2').read_text()}</script>" in text
    assert not {tag for tag, _ in found.elements} & {
        "link",
        "iframe",
        "object",
        "embed",
        "img",
        "base",
    }
    addresses = [
        value for name, value in found.attributes if name in {"href", "src", "srcset", "action", "data"}
    ]
    assert all(value is not None and value.startswith("#") for value in addresses)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    styles = "".join(re.findall(r"<style>.*?</style>", hostile.files["report.en.html"].decode(), re.DOTALL))
    assert "url(" not in styles
    assert "@import" not in styles


def test_the_page_forbids_the_browser_to_load_anything_and_to_run_anything_else(hostile: Audit) -> None:
    policy = [
        value for name, value in page(hostile).attributes if name == "content" and value and "src" in value
    ]

    script = re.search(r"<script [^>]*>(.*?)</script>", hostile.files["report.en.html"].decode(), re.DOTALL)
    assert script
    # CSP 3, 2.3.1: the hash is the base64 of the SHA-256 of what stands between the tags
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy == [
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    ]


def tokens(audit: Audit) -> list[str]:
    parsed = MarkdownIt("commonmark").enable("table").parse(audit.files["report.en.md"].decode())
    inline = ("text", "softbreak", "hardbreak")
    return [
        token.type
        for block in parsed
        for token in (block, *(block.children or ()))
        if token.type not in inline
    ]


def test_vendor_text_adds_no_markup_to_the_markdown(hostile: Audit, harmless: Audit) -> None:
    assert tokens(hostile) == tokens(harmless)


def test_the_markdown_holds_no_html_link_or_image(hostile: Audit) -> None:
    assert not set(tokens(hostile)) & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "code_inline",
        "fence",
    }


def test_a_bare_web_address_is_no_link_in_markdown(hostile: Audit) -> None:
    """Many programs make a link of any `http://`, so a vendor's address must not stand there whole."""
    assert not re.findall(r"https?://", hostile.files["report.en.md"].decode())


def elements(chart: ET.Element) -> list[tuple[str, list[str]]]:
    """Every element with its attributes but the lines of its title and source, whose number depends on how long the words are."""
    texts = [part for part in chart.iter() if part.get("class") in {"headline", "source"}]
    lines = [inner for part in texts for inner in part.iter() if inner is not part]
    assert {(one.tag.rpartition("}")[2], *sorted(one.attrib), len(one)) for one in lines} == {
        ("tspan", "x", "y", 0)
    }
    wrapped = texts + lines
    return [(part.tag, sorted(part.attrib)) for part in chart.iter() if part not in wrapped]


def test_vendor_text_adds_no_element_to_a_chart(hostile: Audit, harmless: Audit) -> None:
    first, second = files(hostile, ".svg"), files(harmless, ".svg")

    assert list(first) == list(second)
    assert first
    for name, text in first.items():
        drawn, plain = ET.fromstring(text), ET.fromstring(second[name])  # noqa: S314  # our own files
        assert elements(drawn) == elements(plain)
        assert "<b>A</b>" in "".join(drawn.itertext())


@pytest.mark.parametrize("suffix", [".html", ".md", ".svg", ".csv"])
def test_no_character_reverses_the_reading_direction(suffix: str, hostile: Audit) -> None:
    found = [name for name, text in files(hostile, suffix).items() if "\u202e" in text]

    assert found == []


def cells(audit: Audit) -> Iterator[str]:
    for text in files(audit, ".csv").values():
        for row in csv.reader(io.StringIO(text)):
            yield from row


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", cell) is not None


def test_no_cell_is_a_formula(hostile: Audit) -> None:
    assert [
        cell
        for cell in cells(hostile)
        if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(cell)
    ] == []


def test_vendor_text_breaks_no_row_of_a_table(hostile: Audit) -> None:
    for name, text in files(hostile, ".csv").items():
        widths = {len(row) for row in csv.reader(io.StringIO(text))}
        assert len(widths) == 1, name


# One cell of B (missed) holds 4 people, and C has 13 people in all. That the two missed 5 people must not follow from
# the total, so a third group's misses are withheld as well: D's, who are fewest.
SMALL = {
    "A": (400, 100, 80, 120), "B": (60, 30, 4, 40), "C": (7, 2, 1, 3), "D": (300, 90, 70, 110), "E": (900, 300, 200, 400)
}  # fmt: skip
LEAST = 11


@pytest.fixture(scope="module")
def withheld(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Audit:
    folder = tmp_path_factory.mktemp("withheld")
    return run_audit(write_confusion(folder, SMALL, publication={"smallest_cell": LEAST}))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Audit:
    folder = tmp_path_factory.mktemp("shown")
    return run_audit(write_confusion(folder, SMALL, publication={"smallest_cell": 0}))


def small(*counts: int) -> list[int]:
    return [count for count in counts if 0 < count < LEAST]


def parts(numerator: int, denominator: int) -> tuple[int, int, int]:
    return numerator, denominator, denominator - numerator


def test_small_counts_are_withheld_from_the_document(withheld: Audit) -> None:
    document = json.loads(withheld.files["audit.json"])
    counts = [(item["id"], item["numerator"], item["denominator"]) for item in document["measurements"]]

    assert [
        name for name, n, of in counts if n is not None and small(*parts(n, of if of is not None else n))
    ] == []
    hidden = {item["id"] for item in document["measurements"] if item["status"] == "withheld"}
    assert "false_negative_rate/race=B" in hidden
    assert "people/race=A" not in hidden
    assert document["publication"]["withheld"] == len(hidden) > 0


def test_what_is_withheld_carries_no_number_at_all(withheld: Audit) -> None:
    document = json.loads(withheld.files["audit.json"])
    numbers = (
        "value",
        "interval",
        "interval_90",
        "interval_family",
        "numerator",
        "denominator",
        "bounds",
        "method",
    )

    leaks = [
        item["id"]
        for item in document["measurements"]
        if item["status"] == "withheld" and any(item[key] is not None for key in numbers)
    ]
    assert leaks == []


def test_comparisons_with_a_withheld_rate_are_withheld(withheld: Audit) -> None:
    status = {item.id: item.status for item in withheld.document.measurements}

    assert status["false_negative_rate_ratio/race=B~race=A"] == "withheld"
    assert status["false_negative_rate_difference/race=B~race=A"] == "withheld"
    assert status["false_negative_rate_range/race"] == "withheld"
    assert status["false_negative_rate_ratio/race=D~race=A"] == "withheld"
    assert status["false_negative_rate_ratio/race=E~race=A"] == "estimated"


def test_small_counts_are_withheld_from_the_tables(withheld: Audit) -> None:
    rows = list(csv.DictReader(io.StringIO(withheld.files["tables/measurements.csv"].decode())))

    counted = [
        (row["id"], int(row["numerator"]), int(row["denominator"] or row["numerator"]))
        for row in rows
        if row["numerator"]
    ]
    assert len(counted) > 10
    assert [name for name, n, of in counted if small(*parts(n, of))] == []


@pytest.mark.parametrize("name", ["report.en.html", "report.en.md"])
def test_small_counts_are_withheld_from_the_report_and_the_report_says_so(name: str, withheld: Audit) -> None:
    text = withheld.files[name].decode()

    pairs = re.findall(r"\b(\d[\d,]*) of (\d[\d,]*)\b", text)
    counted = [(int(part.replace(",", "")), int(whole.replace(",", ""))) for part, whole in pairs]
    assert len(counted) > 10
    assert [pair for pair in counted if small(*parts(*pair))] == []
    assert "withheld" in text
    assert "fewer than 11 people" in text


def facts(audit: Audit) -> Iterator[tuple[str, int]]:
    """Counts of people that the shown facts of checks give, with the rest that follows from a share."""
    for check in audit.document.checks:
        for fact in check.observed:
            if fact.count is not None:
                yield check.id, fact.count
            if fact.count and check.unit == "share" and isinstance(fact.value, float) and fact.value:
                yield check.id, round(fact.count / fact.value) - fact.count


def test_small_counts_are_withheld_from_the_facts_of_checks(withheld: Audit) -> None:
    assert [(name, count) for name, count in facts(withheld) if small(count)] == []
    tiny = next(check for check in withheld.document.checks if check.id == "group-outcomes-tiny")
    assert {fact.item: fact.withheld for fact in tiny.observed} == {"race = C": True}


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ([(300, "A,1,0"), (3, "A,0,0")], "3 people were not flagged"),
        ([(300, "A,0,1"), (3, "A,1,0")], "3 people lack the outcome"),
        ([(300, "A,0,"), (3, "A,1,1")], "3 outcomes are known"),
        ([(300, ",0,0"), (3, "A,1,1")], "the race of 3 people is known"),
    ],
)
def test_the_rest_of_a_share_is_withheld_from_the_facts_of_checks(
    people: list[tuple[int, str]], why: str, tmp_path: Path, write_audit: Write
) -> None:
    rows = [row for n, row in people for _ in range(n)]
    table = "\n".join(["id,race,flagged,outcome", *(f"{i},{row}" for i, row in enumerate(rows))]) + "\n"
    path = write_audit(tmp_path, table, groups={"race": {"column": "race"}})

    assert [(name, count) for name, count in facts(run_audit(path)) if small(count)] == [], why


def test_a_quarter_with_few_outcomes_is_withheld(tmp_path: Path, write_audit: Write) -> None:
    rows = [f"A,{i % 2},{int(i < 3)},2020-05-01" for i in range(300)]  # 3 of 300 with the outcome
    table = "\n".join(["id,race,flagged,outcome,day", *(f"{i},{row}" for i, row in enumerate(rows))]) + "\n"
    path = write_audit(tmp_path, table, records={"time": "day"})

    (check,) = [check for check in run_audit(path).document.checks if check.id == "outcomes-pile-up"]

    assert check.status == "failed"
    assert [(fact.item, fact.withheld) for fact in check.observed] == [("2020 Q2", True)]


def test_a_withheld_count_does_not_follow_from_everyone_less_the_other_groups(withheld: Audit) -> None:
    by_place = {
        (item.metric, item.group.get("race")): item
        for item in withheld.document.measurements
        if item.against is None
    }
    found = []
    for metric in (
        "false_positive_rate",
        "false_negative_rate",
        "selection_rate",
        "positive_predictive_value",
    ):
        whole = by_place[metric, None]
        groups = {group: by_place[metric, group] for group in SMALL}
        hidden = [group for group, item in groups.items() if item.numerator is None]
        if whole.numerator is not None and len(hidden) == 1:
            known = [item for group, item in groups.items() if group not in hidden]
            rest = whole.numerator - sum(item.numerator or 0 for item in known)
            found += [(metric, hidden[0], rest)] if small(rest) else []

    assert found == []


def test_withheld_is_never_written_as_zero(withheld: Audit) -> None:
    rows = csv.DictReader(io.StringIO(withheld.files["tables/measurements.csv"].decode()))

    assert {row["value"] for row in rows if row["status"] == "withheld"} == {""}


@pytest.mark.parametrize(
    "name",
    [
        "report.en.html", "report.en.md", "audit.json", "tables/measurements.csv",
        "charts/selection_rate-race.en.svg",
    ],
)  # fmt: skip
def test_with_nothing_withheld_every_output_says_that_it_is_not_for_publication(
    name: str, shown: Audit
) -> None:
    assert "not for publication" in shown.files[name].decode().lower()


def test_with_nothing_withheld_small_counts_are_there(shown: Audit) -> None:
    rates = {item.id: item for item in shown.document.measurements}

    assert (
        rates["false_negative_rate/race=B"].numerator,
        rates["false_negative_rate/race=B"].denominator,
    ) == (4, 44)
    assert shown.document.publication.withheld == 0
