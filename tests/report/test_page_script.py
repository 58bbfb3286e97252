"""The one script of a page sorts tables and looks up an area; without it, every row is there."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from auditkit import bundled, run_audit

AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
[areas]
id = "area"
name = "name"
residents = "people"
"""
RESIDENTS = {
    "Ward 2": 980, "Ward 10": 12500, "Ward 1": 1250, "Évora": 731, "Upper Évora": 4400, "Ward 3": 2100, "Mill": 640,
}  # fmt: skip
WEEKS = ("2019-01-07", "2019-01-14")
MADE = """<!doctype html><html lang="de"><title>x</title><body>
<div class="scroll"><table><thead><tr><th>Gruppe</th><th>Wert</th></tr></thead><tbody>
<tr><th>a</th><td>1.234,5 von 2.000</td></tr><tr><th>b</th><td>12</td></tr><tr><th>c</th><td>&ndash;</td></tr>
<tr><th>d</th><td colspan="1">zurückgehalten</td></tr><tr><th>e</th><td>-3,25 %</td></tr><tr><th>f</th><td>2,1E-6</td></tr>
<tr><th>g</th><td>nicht schätzbar: unter 11</td></tr></tbody></table></div>
<script data-decimal="," data-sort="s" data-withheld="zurückgehalten" data-hits="h">"""


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
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audit seven areas over two weeks; flags fall on the first three."""
    folder = tmp_path_factory.mktemp("script")
    names = list(RESIDENTS)
    areas = [f"a{at},{name},{RESIDENTS[name]}" for at, name in enumerate(names)]
    records = [f"a{at},{week},{int(at < 3)}" for at in range(len(names)) for week in WEEKS]
    (folder / "areas.csv").write_text("\n".join(["area,name,people", *areas]) + "\n", encoding="utf-8")
    (folder / "records.csv").write_text("\n".join(["area,week,hot", *records]) + "\n", encoding="utf-8")
    (folder / "audit.toml").write_text(
        AUDIT.replace("[areas]\n", '[areas]\npath = "areas.csv"\n'), encoding="utf-8"
    )
    run_audit(folder / "audit.toml", out=folder / "run")
    return folder / "run/report.en.html"


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """Open the report under its own content security policy, and hear what the browser complains about."""
    context = browser.new_context()
    found = context.new_page()
    complaints: list[str] = []
    found.on("console", lambda message: complaints.append(message.text))
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto(report.as_uri())
    found.get_by_text("Every area", exact=True).click()
    yield found
    context.close()
    assert complaints == []


def order(page: Page) -> list[str]:
    texts: list[str] = page.locator("tr[data-area] > th").all_inner_texts()
    return texts


def test_a_table_is_sorted_by_value_up_then_down_then_as_it_was(page: Page) -> None:
    first = order(page)
    head = page.locator("table:has(tr[data-area]) thead th").nth(1)

    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    # 640, 731, 980, 1,250, 2,100, 4,400, 12,500: as text, 1,250 and 12,500 would come first
    upwards = ["Mill", "Évora", "Ward 2", "Ward 1", "Ward 3", "Upper Évora", "Ward 10"]
    assert order(page) == upwards

    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert order(page) == upwards[::-1]

    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert order(page) == first != upwards


def test_names_are_sorted_with_their_numbers_and_only_one_column_says_that_it_is_sorted(page: Page) -> None:
    heads = page.locator("table:has(tr[data-area]) thead th")
    heads.nth(1).get_by_role("button").click()

    heads.nth(0).get_by_role("button").click()

    assert order(page) == ["Évora", "Mill", "Upper Évora", "Ward 1", "Ward 2", "Ward 3", "Ward 10"]
    assert [one.get_attribute("aria-sort") for one in heads.all()].count(None) == heads.count() - 1


def test_an_area_is_looked_up_whatever_its_accents_and_hits_are_announced(page: Page) -> None:
    field = page.get_by_label("Look up an area in the table")
    field.fill("evora")

    shown = [one for one in page.locator("tr[data-area]").all() if one.is_visible()]
    assert {one.locator("th").inner_text() for one in shown} == {"Évora", "Upper Évora"}
    assert page.locator("output[for=look-up-area]").inner_text() == "Shown: 2 of 7 areas."

    field.fill("nowhere")
    assert page.locator("output[for=look-up-area]").inner_text() == "Shown: 0 of 7 areas."

    field.fill("")
    assert all(one.is_visible() for one in page.locator("tr[data-area]").all())
    assert page.locator("output[for=look-up-area]").inner_text() == ""


def test_the_entry_of_an_area_is_looked_up_and_the_list_unfolded(page: Page) -> None:
    page.get_by_label("Look up an area", exact=True).fill("ward 1")

    shown = [one for one in page.locator("details[data-area]").all() if one.is_visible()]
    assert {one.locator("summary").inner_text() for one in shown} == {"Ward 1", "Ward 10"}


def test_what_is_filtered_away_is_printed_all_the_same_and_no_button_is(page: Page) -> None:
    page.get_by_label("Look up an area in the table").fill("evora")
    page.emulate_media(media="print")

    assert all(one.is_visible() for one in page.locator("tr[data-area]").all())
    assert not page.get_by_label("Look up an area in the table").is_visible()


def test_without_the_script_every_row_is_there_and_nothing_pretends_to_work(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    found = context.new_page()
    found.goto(report.as_uri())
    found.get_by_text("Every area", exact=True).click()

    assert sorted(order(found)) == sorted(RESIDENTS)
    assert all(one.is_visible() for one in found.locator("tr[data-area]").all())
    assert found.locator("thead button").count() == 0
    assert not [one for one in found.locator(".lookup").all() if one.is_visible()]
    context.close()


def test_numbers_are_read_in_the_language_of_the_page_and_missing_ones_come_last(browser: Browser) -> None:
    context = browser.new_context()
    found = context.new_page()
    found.set_content(MADE + (bundled.folder("report_templates") / "page.js.j2").read_text() + "</script>")
    button = found.get_by_role("button", name="Wert")

    def letters() -> str:
        return "".join(found.locator("tbody th").all_inner_texts())

    button.click()
    assert letters() == "efbacdg"  # -3.25, 0.0000021, 12, 1234.5; then what has no number, as it was
    button.click()
    assert letters() == "abfecdg"
    context.close()


def test_the_script_is_small() -> None:
    assert (bundled.folder("report_templates") / "page.js.j2").stat().st_size < 4096
