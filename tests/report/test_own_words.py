"""Texts of an audit file are said in each language as the file says them there, and stay text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit import run_audit
from auditkit.errors import AuditKitError

Write = Callable[..., Path]
TABLE = """race,sex,tn,fp,fn,tp
A,F,80,20,50,50
A,M,80,20,50,50
B,F,55,45,50,50
B,M,55,45,50,50
"""
CONFUSION = {"tn": "tn", "fp": "fp", "fn": "fn", "tp": "tp"}
WORDS = {"Advises on supervision": "Aconseja <b>", "A": "los de la A", "F": "mujeres", "no such text": "nada"}


def audit(write: Write, folder: Path, **report: object) -> Path:
    return write(
        folder, TABLE, records={"id": None, "decision": None, "outcome": None, "confusion": CONFUSION},
        groups={"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex"}},
        intersections=[{"of": ["race", "sex"]}], report=report,
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("own")
    made = run_audit(audit(write_audit, folder, languages=["en", "es"], words={"es": WORDS})).files
    return {name: data.decode() for name, data in made.items()}


def test_names_and_purposes_are_said_in_the_words_of_that_language(files: dict[str, str]) -> None:
    page, text = files["report.es.html"], files["report.es.md"]

    assert "Propósito: Aconseja &lt;b&gt;." in page
    assert "Advises on supervision" not in page + text
    assert '<th scope="row">los de la A</th>' in page
    assert '<th scope="row">los de la A, mujeres</th>' in page, "each part of a group within groups"
    assert "los de la A, M" not in page, "no half of a name alone"
    assert r"Aconseja \<b\>" in text


def test_other_languages_and_data_keep_the_words_of_the_file(files: dict[str, str]) -> None:
    for name in ("report.en.html", "report.en.md", "tables/measurements.csv"):
        assert "los de la A" not in files[name]
    assert "Purpose: Advises on supervision." in files["report.en.html"]
    assert '"los de la A"' in files["audit.json"], "so that the report can be rendered again"


def test_words_in_a_language_that_the_report_lacks_are_refused(tmp_path: Path, write_audit: Write) -> None:
    path = audit(write_audit, tmp_path, languages=["en"], words={"es": WORDS})

    with pytest.raises(AuditKitError, match="words are given in 'es', but languages are 'en'"):
        run_audit(path)
