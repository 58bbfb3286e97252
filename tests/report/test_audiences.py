"""One audit, arranged for three readers: other sections, the same figures, and charts that can be published."""

import builtins
import csv
import io
import json
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from auditkit import run_audit
from auditkit.cli.app import app
from auditkit.errors import InputError, MissingExtraError, ReportError
from auditkit.report.numbers_page import exact
from auditkit.report.png import check_png

Write = Callable[..., Path]
# tn, fp, fn, tp. Wrongly flagged: of A 200 of 1,000 (20.0%), of B 450 of 1,000 (45.0%): 45 / 20 = 2.25 times.
CELLS = {"A": (800, 200, 500, 500), "B": (550, 450, 500, 500), "C & D": (9, 8, 9, 7), "E": (8, 9, 9, 8)}
TOOL = {"name": "Score <b>of</b> Lakeview", "vendor": "Example & Sons"}
SVG = "{http://www.w3.org/2000/svg}"


def run(path: Path, out: Path, *options: str) -> Path:
    done = CliRunner().invoke(app, ["run", str(path), "--out", str(out), "--quiet", *options])
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def audit_file(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Path:
    return write_confusion(
        tmp_path_factory.mktemp("audience"), CELLS, tool=TOOL, report={"languages": ["en", "es"]}
    )


@pytest.fixture(scope="module")
def board(audit_file: Path) -> Path:
    return run(audit_file, audit_file.parent / "board")


@pytest.fixture(scope="module")
def vendor(audit_file: Path) -> Path:
    return run(audit_file, audit_file.parent / "vendor", "--audience", "vendor")


@pytest.fixture(scope="module")
def journalist(board: Path) -> Path:
    out = board.parent / "journalist"
    done = CliRunner().invoke(app, ["report", str(board), "--out", str(out), "--audience", "journalist"])
    assert done.exit_code == 0, done.output
    return out


def page(folder: Path, suffix: str = "html", language: str = "en") -> str:
    return (folder / f"report.{language}.{suffix}").read_text(encoding="utf-8")


def facts(folder: Path, name: str = "audit.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / f"tables/{table}.csv").read_text(encoding="utf-8"))))


def test_figures_are_the_same_for_every_audience(board: Path, vendor: Path, journalist: Path) -> None:
    whole, for_vendor = facts(board), facts(vendor)
    made = (whole.pop("provenance"), for_vendor.pop("provenance"))

    assert for_vendor == whole
    assert [one["command"] for one in made] == [
        "auditkit run audit.toml",
        "auditkit run audit.toml --audience vendor",
    ]
    assert (journalist / "audit.json").read_bytes() == (board / "audit.json").read_bytes()


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_report_says_for_whom_it_was_arranged(
    suffix: str, board: Path, vendor: Path, journalist: Path
) -> None:
    same = "Every figure is the same as in the board's report."

    assert f"arranged for the vendor. {same}" in page(vendor, suffix)
    assert f"arranged for journalists. {same}" in page(journalist, suffix)
    assert "arranged for" not in page(board, suffix)
    assert [facts(one, "manifest.json")["audience"] for one in (board, vendor, journalist)] == [
        "board",
        "vendor",
        "journalist",
    ]


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_vendor_reads_failed_checks_before_the_verdict(suffix: str, vendor: Path) -> None:
    text = page(vendor, suffix)
    failed = [check for check in facts(vendor)["checks"] if check["status"] == "failed"]

    assert failed
    assert text.index("Which data checks failed?") < text.index("Advice to the board")
    first = text[text.index("Which data checks failed?") : text.index("Advice to the board")].replace(
        "\\", ""
    )
    for check in failed:
        assert check["id"] in first
        for measure in check["refuses"]:
            assert measure in first


def test_a_vendor_finds_every_number_by_its_name(vendor: Path) -> None:
    listed = page(vendor).partition('id="vendor-numbers"')[2]
    shown = re.findall(r'<tr data-m="[^"]*">.*?<code>(.*?)</code></td></tr>', listed)
    names = [item["id"] for item in facts(vendor)["measurements"]]

    assert len(names) > 50
    assert {name.replace("&amp;", "&") for name in shown} == set(names)
    # B: 450 of 1,000 wrongly flagged
    row = re.search(rf'<tr data-m="{names.index("false_positive_rate/race=B")}">(.*?)</tr>', listed)
    assert row
    assert '<td class="n">0.45</td>' in row[1]
    assert "450 of 1,000" in row[1]


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_vendor_reads_how_to_reach_the_same_numbers(suffix: str, vendor: Path) -> None:
    last = page(vendor, suffix).partition("How to reproduce it")[2].replace("\\", "")
    found = facts(vendor)

    assert "auditkit run audit.toml --audience vendor" in last
    assert found["inputs"][0]["sha256"] in last
    assert found["policy"]["sha256"] in last
    assert f"seed {found['provenance']['seed']}" in last
    assert f"auditkit {found['provenance']['versions']['auditkit']}" in last
    assert "a required limit is not met" in last


def test_a_number_is_written_with_the_digits_that_count() -> None:
    # six digits that count: 1/3 = 0.333333..., and a p-value of 1e-12 is no zero
    assert exact(1 / 3, locale="en") == "0.333333"
    assert exact(1 / 3, locale="de") == "0,333333"
    assert exact(1e-12, locale="en") == "1E-12"
    assert exact(0.0, locale="en") == "0"


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_journalist_gets_a_sentence_with_range_and_source_and_what_not_to_conclude(
    suffix: str, journalist: Path
) -> None:
    first = page(journalist, suffix).partition("What can be quoted?")[2].partition("Advice to the board")[0]
    quote = re.search(r"B: of every 1,000 .*? 450 were flagged\..*?Source: audit of .*?\.", first, re.DOTALL)

    assert quote  # 450 and 200 of every 1,000, 2.25 times as often
    assert "The first figure is 2.25 times the second (plausible range" in quote[0]
    assert "auditkit 0.1.0" in first
    assert "Do not say that it cuts crime" in first
    assert "no audit can show that" in first


def test_no_withheld_figure_can_be_quoted(journalist: Path) -> None:
    first = page(journalist).partition("What can be quoted?")[2].partition("Advice to the board")[0]

    assert "withheld, because" not in first  # of C & D, 8 and 7 people were flagged


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Source: audit of Score <b>of</b> Lakeview (Example & Sons), version 1."),
        ("es", "Fuente: auditoría de Score <b>of</b> Lakeview (Example & Sons), versión 1."),
    ],
)
def test_every_chart_of_a_page_is_a_file_that_says_what_it_is_and_whose_in_its_language(
    language: str, source: str, journalist: Path, board: Path
) -> None:
    titles = re.findall(
        r'<svg\b[^>]*role="img".*?<title id="[^"]*">(.*?)</title>',
        page(journalist, language=language),
        re.DOTALL,
    )
    files = sorted((journalist / "charts").glob(f"*.{language}.svg"))
    drawn = [ET.fromstring(path.read_bytes()) for path in files]  # noqa: S314  # ours
    words = [" ".join(one.itertext()) for one in drawn]

    assert len(titles) > 5
    assert sorted(one.findtext(f"{SVG}title") or "" for one in drawn) == sorted(titles)
    assert all(one.findtext(f"{SVG}desc") for one in drawn)
    for text in words:
        said = " ".join(text.split())
        assert source in said
        assert "people.csv." in said
    assert [path.name for path in files] == sorted(
        path.name for path in (board / "charts").glob(f"*.{language}.svg")
    )
    assert not [path for path in (board / "charts").glob("*") if path.suffix != ".svg"]


def test_every_chart_is_also_drawn_as_png_of_1600_pixels_across(journalist: Path) -> None:
    pictures = sorted((journalist / "charts").glob("*.png"))

    assert [path.stem for path in pictures] == sorted(
        path.stem for path in (journalist / "charts").glob("*.svg")
    )
    for path in pictures:
        head = path.read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:24])  # PNG specification 11.2.2: IHDR
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert width == 1600
        assert height > 400


def test_the_words_of_a_chart_are_drawn(journalist: Path) -> None:
    from resvg_py import svg_to_bytes

    text = (journalist / "charts/false_positive_rate-race.en.svg").read_text(encoding="utf-8")
    silent = re.sub(r"<text\b.*?</text>", "", text)

    assert svg_to_bytes(svg_string=text) != svg_to_bytes(svg_string=silent)


def test_the_data_of_a_chart_are_a_table_that_names_each_figure(journalist: Path) -> None:
    found = {row["Group"]: row for row in rows(journalist, "chart_false_positive_rate-race.en")}

    assert (found["B"]["Rate"], found["B"]["People"]) == ("45.0%", "450 of 1,000")
    assert found["B"]["measurements"] == "false_positive_rate/race=B"
    assert {found["C & D"][column] for column in ("Rate", "Plausible range", "People")} == {"withheld"}
    charts = {path.stem for path in (journalist / "charts").glob("*.svg")}
    tables = {path.stem.removeprefix("chart_") for path in (journalist / "tables").glob("chart_*.csv")}
    assert tables == charts


def test_the_data_of_a_chart_are_in_each_language_of_the_report(journalist: Path) -> None:
    found = {row["Grupo"]: row for row in rows(journalist, "chart_false_positive_rate-race.es")}

    # Spanish: a comma before decimals and a space before the sign; the id stays
    assert (found["B"]["Tasa"], found["B"]["measurements"]) == ("45,0 %", "false_positive_rate/race=B")


@pytest.mark.parametrize(("language", "whose"), [("en", "Source: audit of"), ("es", "Fuente: auditoría de")])
def test_the_page_for_journalists_lists_its_charts_and_what_to_print_beside_them(
    language: str, whose: str, journalist: Path
) -> None:
    last = page(journalist, language=language).partition('id="publish"')[2]
    written = page(journalist, "md", language)
    markdown = written.replace("\\", "")
    charts = [path.name for path in (journalist / "charts").glob(f"*.{language}.*g")]
    attribution = (journalist / f"charts/attribution.{language}.txt").read_text(encoding="utf-8")

    assert len(charts) > 10
    for name in charts:
        assert f"<code>charts/{name}</code>" in last
        assert f"charts/{name}" in markdown
    assert not re.search(r"`[^`\n]*\\[^`\n]*`", written)  # between backticks a backslash would be seen
    assert f"{whose} Score <b>of</b> Lakeview (Example & Sons), " in attribution
    assert "Score &lt;b&gt;of&lt;/b&gt; Lakeview" in last
    assert f"tables/chart_false_positive_rate-race.{language}.csv" in last


def test_an_unknown_audience_is_refused_before_anything_is_written(tmp_path: Path, audit_file: Path) -> None:
    done = CliRunner().invoke(
        app, ["run", str(audit_file), "--out", str(tmp_path / "out"), "--audience", "judge"]
    )

    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match=r"there is no audience 'vendors'\. Did you mean 'vendor'\?"):
        run_audit(audit_file, out=tmp_path / "out", audience="vendors")  # type: ignore[arg-type]  # what a caller without types may give
    assert not (tmp_path / "out").exists()


def test_without_resvg_one_sentence_says_what_to_install(
    tmp_path: Path, audit_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def imported(name: str, *rest: Any) -> Any:
        if name == "resvg_py":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", imported)

    with pytest.raises(MissingExtraError, match=r"pip install 'auditkit\[png\]'"):
        run_audit(audit_file, out=tmp_path / "out", audience="journalist")
    assert not (tmp_path / "out").exists()


def test_where_no_font_has_the_letters_of_a_language_nothing_is_written(
    tmp_path: Path, audit_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # "español" has a letter that is drawn as one that no font has; "English" has none
    monkeypatch.setattr("auditkit.report.png.NOBODYS", "ñ")

    check_png(("en",))
    with pytest.raises(ReportError, match=r"no font that is installed has the letters of 'es' \(español\)"):
        run_audit(audit_file, out=tmp_path / "out", audience="journalist")
    assert not (tmp_path / "out").exists()
