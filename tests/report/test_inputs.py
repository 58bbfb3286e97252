"""The report says in plain words how each input was read, and above all what of it was assumed."""

import html
from gettext import NullTranslations
from typing import Any

import pytest

from auditkit import bundled
from auditkit.report.templates import templates
from auditkit.report.writing import Writing
from auditkit.results.input_records import InputFileRecord, InputPartRecord, ReadingRecord


def said(**keys: Any) -> str:
    """What the report says of an input, as plain text."""
    given = {
        "table": "records",
        "file": "people.csv",
        "format": "csv",
        "bytes": 1,
        "sha256": "ab",
        "rows": 1200,
        "columns": (),
    }
    template = templates(bundled.folder("report_templates")).from_string(
        '{% import "input_words.j2" as given with context %}{{ given.about(input) }} {{ given.hashed(input) }}'
    )
    writing = Writing("en", NullTranslations(), "html")
    return html.unescape(template.render(input=InputFileRecord(**{**given, **keys}), writing=writing))


@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        (
            {"reading": ReadingRecord(encoding="utf-8-sig", encoding_from="file", delimiter=";", header="line 1")},
            ("people.csv, 1,200 rows from CSV text. Its text is UTF-8. Its columns are separated by semicolons. "
            "Column names were taken from line 1. SHA-256"),
        ),
        (
            {"reading": ReadingRecord(encoding="windows-1252", encoding_from="assumed", compression="gzip")},
            ("people.csv, 1,200 rows from CSV text. It was packed with gzip. Nothing says how its text is written. "
            "It was read as Windows-1252; letters with accents may be wrong. SHA-256"),
        ),
        (
            {"reading": ReadingRecord(encoding="latin-1", encoding_from="declared", delimiter="\t")},
            ("people.csv, 1,200 rows from CSV text. Its text was read as Latin-1, as the audit file says. "
            "Its columns are separated by tabs. SHA-256"),
        ),
        (
            {"format": "excel", "reading": ReadingRecord(inside="sheet <b>", header="row 1")},
            "people.csv, 1,200 rows from an Excel workbook. Read was sheet <b>. Column names were taken from row 1. SHA-256",
        ),
        (
            {"reading": ReadingRecord(encoding="utf-8", encoding_from="file", compression="zip", inside="file export/people.csv")},
            ("people.csv, 1,200 rows from CSV text. It was packed with zip. Read was file export/people.csv. "
            "Its text is UTF-8. SHA-256"),
        ),
        (
            {"format": "duckdb", "reading": ReadingRecord(inside="view held now")},
            "people.csv, 1,200 rows from a DuckDB database. Read was view held now. SHA-256",
        ),
        (
            {"format": "geopackage", "reading": ReadingRecord(coordinates="New York (ftUS)", inside="layer beats")},
            ("people.csv, 1,200 rows from boundaries in a GeoPackage. Read was layer beats. "
            "Coordinates were changed from “New York (ftUS)” to longitude and latitude. SHA-256"),
        ),
        (
            {"format": "postgresql", "hashed": "rows"},
            "people.csv, 1,200 rows from a PostgreSQL server. SHA-256 of the rows in order of their text",
        ),
        (
            {
                "format": "parquet", "hashed": "files",
                "parts": (InputPartRecord(file="a", bytes=1, sha256="c", reading=ReadingRecord()),) * 2,
            },
            "people.csv, 1,200 rows from a Parquet file. It is 2 files, read as one table. SHA-256 of the list of files",
        ),
    ],
)  # fmt: skip
def test_every_reading_is_said(keys: dict[str, Any], sentences: str) -> None:
    assert said(**keys) == sentences
