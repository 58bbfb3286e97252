"""The worked examples, as a reader meets them: what they print, and whether everyone can read their pages.

One module, so that the examples are audited once, and one browser, started once. The browser is Debian's Chromium.
Where it is missing these tests say so and are skipped; in continuous integration they fail.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from html import unescape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from typer.testing import CliRunner

from auditkit.cli.app import app
from auditkit.cli.examples import EXAMPLES
from auditkit.errors import ReportError
from auditkit.report.languages import available_languages
from auditkit.report.pdf import check_pdf, pdf_files
from auditkit.report.render import render
from auditkit.results.document import read_document
from tests.pseudo_language import speak, untranslated
from tests.reading_level import body, grade, names_in, sentences
from tests.report.tracing import not_in_table, untraced

ROOT = Path(__file__).parents[2]
TEXTS = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = [example.name for example in EXAMPLES]
ENGLISH = "report.en.html"
PHONE, DESK, PROJECTOR = 360, 1100, 1900
OVERCLAIMS = re.compile(
    r"\b(debias\w*|unbiased|neutral|objective(ly)?|solve[sd]?|is fair|are fair|proves?|proven)\b",
    re.IGNORECASE,
)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
CONFORMANCE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHORTEN = """() => document.querySelectorAll('tbody tr:nth-child(n+30), .entries > details:nth-of-type(n+30)').forEach(
    one => one.remove())"""  # rows and entries are alike
OPEN = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"
AXE = """rules => axe.run(document, {...rules, resultTypes: ["violations"]}).then(found => found.violations.map(
    one => `${one.id}: ${one.help}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 200)}`))"""
STOPS = "() => [...document.querySelectorAll('a[href], summary, .scroll, button, input')].filter(one => one.checkVisibility()).length"
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
    const all = [...document.querySelectorAll('*')]
    return {
        place: all.indexOf(one), tag: one.tagName, name: (one.getAttribute('aria-label') || (one.labels && one.labels[0] || one).textContent).trim(),
        outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    }
}"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Audit the worked examples; return their folder and what the command printed."""
    folder = tmp_path_factory.mktemp("demo") / "audits"
    result = CliRunner().invoke(app, ["demo", "--quiet", "--out", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return folder, result.stdout


@pytest.fixture(scope="module")
def pages(demo: tuple[Path, str]) -> dict[str, tuple[Path, ...]]:
    """Render each example in every language; return the pages by example."""
    folder, _ = demo
    found = {}
    for name in NAMES:
        document = read_document(folder / name / "audit.json")
        written = render(document.model_copy(update={"languages": available_languages()}))
        here = folder.parent / "pages" / name
        here.mkdir(parents=True)
        found[name] = tuple(here / f"report.{language}.html" for language in available_languages())
        for page in found[name]:
            page.write_bytes(written[page.name])
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing = "Chromium is not installed, so no page was opened: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


def english_of(found: tuple[Path, ...]) -> Path:
    return next(path for path in found if path.name == ENGLISH)


def opened(browser: Browser, page: Path, *, scheme: str = "light", width: int = DESK) -> Page:
    """Open a page; the page itself allows no script, so axe needs its rule lifted."""
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    found = browser.new_context(bypass_csp=True, **options).new_page()
    found.goto(page.as_uri())
    return found


def axe(page: Page, rules: Mapping[str, object]) -> list[str]:
    found: list[str] = page.evaluate(AXE, rules)
    return found


def test_the_demo_prints_what_its_pages_show(demo: tuple[Path, str]) -> None:
    folder, output = demo
    printed = output.replace(f"{folder.parent.resolve()}/", "")

    for page in (ROOT / "README.md", *sorted(ROOT.glob("examples/*/README.md"))):
        shown = [text for text in TEXTS.findall(page.read_text(encoding="utf-8")) if "\n  Advice: " in text]
        assert [text for text in shown if text not in printed] == []
        assert len(shown) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_an_example_is_traced_for_every_reader_in_every_format_and_language(
    name: str, demo: tuple[Path, str]
) -> None:
    folder, _ = demo
    document = read_document(folder / name / "audit.json")
    assert untraced(document) == []  # as a journalist, who reads all that a board reads
    assert untraced(document, languages=("en",), audiences=("vendor",)) == []


@pytest.fixture(scope="module")
def pango() -> None:
    """Draw PDF where Pango is installed; continuous integration has it."""
    try:
        check_pdf()
    except ReportError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PDF was drawn: {missing}")


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("name", NAMES)
def test_page_one_is_one_printed_page_in_every_language(
    name: str, pages: dict[str, tuple[Path, ...]]
) -> None:
    """What stands before the first question fills one sheet, and the question starts the next."""
    printed = {}
    for path in pages[name]:
        text = path.read_text(encoding="utf-8")
        first, question, _ = text.partition('<section class="page"')
        (drawn,) = pdf_files(
            {path.name: f"{first}{question}><h2>?</h2></section></main></body></html>".encode()}
        ).values()
        with pikepdf.open(BytesIO(drawn)) as found:
            printed[path.name] = len(found.pages)

    assert printed == {path.name: 2 for path in pages[name]}


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_at_three_widths_in_light_and_dark(
    name: str, browser: Browser, pages: dict[str, tuple[Path, ...]]
) -> None:
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    colours = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    others = {"runOnly": CONFORMANCE, "rules": {"color-contrast": {"enabled": False}}}
    found = []
    for path in pages[name]:
        page = opened(browser, path)
        page.evaluate(OPEN)
        page.evaluate(SHORTEN)
        page.evaluate(source)
        for width in (PHONE, PROJECTOR, DESK):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path.name}, {width} px: {text}" for text in axe(page, others)]
        schemes = (
            ("light", "dark") if path.name == ENGLISH else ()
        )  # colours are alike at every width and in every language
        for scheme in schemes:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{path.name}, {scheme}: {text}" for text in axe(page, colours)]
        page.context.close()

    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_and_never_scrolls_sideways(
    name: str, browser: Browser, pages: dict[str, tuple[Path, ...]]
) -> None:
    for path in pages[name]:
        asked: list[str] = []
        page = opened(browser, path, width=320)  # WCAG 1.4.10: 320 CSS pixels
        page.on("request", lambda request: asked.append(request.url))  # noqa: B023  # called before the next round
        page.reload()
        page.evaluate(OPEN)
        for width in (320, PHONE, DESK, PROJECTOR):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        page.context.close()

        assert asked == [path.as_uri()]


def test_everything_is_reached_by_keyboard_in_the_order_of_the_page_and_shows_its_focus(
    browser: Browser, pages: dict[str, tuple[Path, ...]]
) -> None:
    page = opened(browser, english_of(pages["made-alerts"]), width=PHONE)
    page.keyboard.press("Tab")
    skip = page.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.context.close()
    page = opened(browser, english_of(pages["made-alerts"]), width=PHONE)
    walked: list[dict[str, Any]] = []
    while True:
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["tag"] in {"BODY", "HTML"} or (walked and here["place"] <= walked[-1]["place"]):
            break
        if here["tag"] == "SUMMARY" and not page.evaluate("() => document.activeElement.parentElement.open"):
            page.keyboard.press("Enter")
        walked.append(here)

    assert skip["seen"], skip
    assert page.evaluate("() => document.querySelectorAll('details:not([open])').length") == 0
    assert len(walked) == page.evaluate(STOPS) > 25
    assert [one for one in walked if not one["name"] or not one["seen"] or one["outline"] < 2] == []
    page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_has_a_title_a_description_and_its_table(
    name: str, demo: tuple[Path, str], pages: dict[str, tuple[Path, ...]]
) -> None:
    folder, _ = demo
    drawn = [path.read_text(encoding="utf-8") for path in sorted((folder / name / "charts").glob("*.svg"))]
    for path in pages[name]:
        text = path.read_text(encoding="utf-8")
        for section in re.findall(r"<section\b.*?</section>", text, re.DOTALL):
            found = re.findall(r"<svg\b.*?</svg>", section, re.DOTALL)
            assert not found or "<table>" in section
            drawn += found
    for picture in drawn:
        root = ET.fromstring(picture.replace(' xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S314  # our own picture
        named = {one.get("id"): one.text for one in root if one.tag in {"title", "desc"}}

        assert root.get("role") == "img"
        assert [*named] == (root.get("aria-labelledby") or "").split()
        assert all(named.values())
        assert root.find(".//text") is not None or all(
            one.find("title") is not None for one in root.iter() if one.tag in {"path", "circle"}
        )


@pytest.mark.parametrize(
    ("name", "charts"),
    [
        ("compas", ["errors-race", "forced-race", "subgroup", "whom", "assumed", "rules", "alone"]),
        ("minneapolis-patrol", ["exposed", "living", "caught", "more", "doubted"]),
        ("made-alerts", ["became", "exposed", "led", "assumed", "rules"]),
    ],
)
def test_a_chart_of_dots_shows_the_numbers_of_the_table_after_it(
    name: str, charts: list[str], pages: dict[str, tuple[Path, ...]]
) -> None:
    for path in pages[name]:
        text = path.read_text(encoding="utf-8")
        assert [(chart, not_in_table(text, chart)) for chart in charts] == [(chart, []) for chart in charts]


def test_the_map_of_the_loop_hatches_areas_with_few_records(
    demo: tuple[Path, str], pages: dict[str, tuple[Path, ...]]
) -> None:
    page = english_of(pages["minneapolis-patrol"]).read_text(encoding="utf-8")
    found = re.search(r'<svg class="map"[^>]*"share-t.*?</svg>(.*?)</figure>', page, re.DOTALL)
    assert found is not None
    drawn = re.findall(r'<(?:path|circle) class="(\w+)"[^>]*><title>(.*?)</title>', found.group())
    document = read_document(demo[0] / "minneapolis-patrol" / "audit.json")
    ranges = {
        item.group["area"]: item.interval or (None, None)
        for item in document.measurements
        if item.metric == "incident_rate"
    }
    wide = {area for area, (low, high) in ranges.items() if low is None or high is None or high > 2 * low}

    hatched = {unescape(text) for kind, text in drawn if kind == "unsure"}
    assert hatched == wide & {
        unescape(text) for _, text in drawn
    }  # areas of few records in the history stay out
    assert 0 < len(hatched) < len(drawn)
    assert 'class="swatch hatched"></span>few records' in found[1]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_reads_at_grade_eight_in_short_sentences_that_promise_nothing(
    name: str, demo: tuple[Path, str], pages: dict[str, tuple[Path, ...]]
) -> None:
    folder, _ = demo
    said = body(
        english_of(pages[name]).read_text(encoding="utf-8"),
        names_in(read_document(folder / name / "audit.json")),
    )
    clauses = [one for text in said for one in sentences(text, ends=".!?:;")]

    assert grade(one for text in said for one in sentences(text)) <= 8
    assert [one for one in clauses if len(one.split()) > 25] == []
    assert [one for one in clauses if OVERCLAIMS.search(one)] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_nothing_that_nobody_can_translate(
    name: str, demo: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = read_document(demo[0] / name / "audit.json")
    speak(tmp_path / "data", monkeypatch)

    assert untranslated(document) == []
