"""The PDF is tagged: its tree holds what the page holds, in its order, with names for pictures and heads for cells."""

import builtins
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from typer.testing import CliRunner

from auditkit import run_audit
from auditkit.cli.app import app
from auditkit.errors import MissingExtraError, ReportError
from auditkit.report.pdf import check_pdf, pdf_files
from auditkit.report.render import render
from auditkit.results.document import read_document
from tests.report.tracing import LANGUAGES, TOKEN, Tracer

Write = Callable[..., Path]
CELLS = {"A": (800, 200, 500, 500), "B": (550, 450, 500, 500)}


@pytest.fixture(scope="module")
def pango() -> None:
    """Draw PDF where Pango is installed; continuous integration has it."""
    try:
        check_pdf()
    except ReportError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PDF was drawn: {missing}")


@pytest.fixture(scope="module")
def run_folder(pango: None, tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Path:  # noqa: ARG001  # its signature is given
    folder = tmp_path_factory.mktemp("pdf")
    tool = {"name": "Score <b>of</b> Lakeview"}
    path = write_confusion(folder / "in", CELLS, tool=tool)
    done = CliRunner().invoke(app, ["run", str(path), "--out", str(folder / "run"), "--pdf", "--quiet"])
    assert done.exit_code == 0, done.output
    return folder / "run"


@pytest.fixture(scope="module")
def document(run_folder: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(run_folder / "report.en.pdf") as found:
        yield found


def elements(node: Any) -> Iterator[Any]:
    """Every element of a tag tree, in reading order."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from elements(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        yield from elements(node.get("/K"))


def test_the_pdf_says_that_it_is_tagged_and_names_its_language_and_title(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as facts:
        assert facts["pdfuaid:part"] == "1"
        assert facts["dc:title"] == "Audit of Score <b>of</b> Lakeview"
    assert document.Root.MarkInfo.Marked
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert str(document.Root.Lang) == "en"


def test_headings_tables_and_lists_of_the_page_are_tags_of_the_pdf(
    document: pikepdf.Pdf, run_folder: Path
) -> None:
    page = (run_folder / "report.en.html").read_text(encoding="utf-8")
    page = re.sub(r"<nav\b.*?</nav>", "", page, flags=re.DOTALL)  # a list of links within the screen's page
    tags = Counter(str(one.S)[1:] for one in elements(document.Root.StructTreeRoot.K))

    for tag, element in (
        ("H1", "h1"),
        ("H2", "h2"),
        ("H3", "h3"),
        ("TR", "tr"),
        ("LI", "li"),
        ("Figure", "svg"),
    ):
        assert tags[tag] >= len(re.findall(rf"<{element}\b", page)) > 0, tag
    assert tags["Table"] >= page.count("<table>")
    assert tags["Caption"] > 0


def test_every_picture_has_words_in_its_place_and_every_cell_its_heads(document: pikepdf.Pdf) -> None:
    found = list(elements(document.Root.StructTreeRoot.K))
    pictures = [one for one in found if one.S == "/Figure"]
    cells = [one for one in found if one.S == "/TD"]

    assert "Wrongly flagged, by race" in {str(one.Alt) for one in pictures}
    assert [one for one in pictures if not str(one.get("/Alt", ""))] == []
    assert [one for one in cells if not len(one.A.Headers)] == []


@pytest.fixture(scope="module")
def pdftotext() -> str:
    """Find what reads the text of a PDF; continuous integration has it."""
    found = shutil.which("pdftotext")
    if found is None:
        missing = "no PDF was read: apt-get install poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_shows_no_number_that_its_page_does_not_show(
    language: str, run_folder: Path, pdftotext: str, tmp_path: Path
) -> None:
    found = read_document(run_folder / "audit.json")
    name = f"report.{language}.html"
    page = render(found.model_copy(update={"languages": (language,)}))[name]
    path = tmp_path / "report.pdf"
    path.write_bytes(*pdf_files({name: page}).values())
    done = subprocess.run(
        [pdftotext, "-layout", path, "-"], capture_output=True, text=True, check=True
    )  # found above
    text = re.sub(r"(?m)^\s*\S*\d+\S* / \S*\d+\S*\s*$", "", done.stdout)  # the numbers of sheets
    text = re.sub(r"\[→\s+\d+\]", "", text)  # and where links lead

    tracer = Tracer((run_folder / "audit.json").read_text(encoding="utf-8"), language=language)
    known, strange = tracer.traced(page.decode())

    assert strange == []
    assert len(TOKEN.findall(text)) > 100
    assert tracer.strange(text, known) == []
    assert tracer.strange(text.replace("1", "8"), known) != []


def test_the_manifest_lists_the_pdf_and_drawing_it_again_changes_no_byte(run_folder: Path) -> None:
    written = (run_folder / "report.en.pdf").read_bytes()

    again = pdf_files({"report.en.html": (run_folder / "report.en.html").read_bytes()})

    assert again == {"report.en.pdf": written}
    assert '"report.en.pdf"' in (run_folder / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("pango")
def test_nothing_is_fetched_for_a_pdf(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    Image.new("RGB", (2, 2)).save(picture)
    page = f'<html lang="en"><head><title>x</title></head><body><img alt="x" src="{picture.as_uri()}"></body></html>'

    (drawn,) = pdf_files({"report.en.html": page.encode()}).values()

    with pikepdf.open(BytesIO(drawn)) as found:
        assert not found.pages[0].get_images()


@pytest.mark.parametrize(
    ("raised", "error", "advice"),
    [
        (ModuleNotFoundError("weasyprint"), MissingExtraError, r"pip install 'auditkit\[pdf\]'"),
        (OSError("libpango"), ReportError, "apt-get install libpango-1.0-0"),
    ],
)
def test_without_weasyprint_or_pango_one_sentence_says_what_to_install(
    raised: Exception, error: type[Exception], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def imported(name: str, *rest: Any) -> Any:
        if name == "weasyprint":
            raise raised
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", imported)

    with pytest.raises(error, match=advice):
        check_pdf()


def test_a_run_without_the_option_writes_no_pdf(tmp_path: Path, write_confusion: Write) -> None:
    audit = run_audit(write_confusion(tmp_path, CELLS))

    assert not [name for name in audit.files if name.endswith(".pdf")]
