"""Rendering a document to the files of a run folder."""

import csv
from functools import lru_cache
from io import StringIO
from typing import Any

from auditkit.report.languages import about, available_languages, check_languages, translations
from auditkit.report.templates import rendered
from auditkit.report.text import clean, spreadsheet
from auditkit.report.view import Reader
from auditkit.report.writing import Writing
from auditkit.results.document import AuditDocument
from auditkit.results.measurements import REASONS
from auditkit.results.tables import tables

__all__ = ["available_languages", "check_languages", "render"]


def render(document: AuditDocument) -> dict[str, bytes]:
    """Write every file of a report, by path in the run folder.

    Parameters
    ----------
    document
        What may be published; nothing else is read.
    """
    files = {"audit.json": document.to_json().encode()}
    for language in document.languages:
        view = Reader(document, locale=language).view()
        facts: dict[str, Any] = {"doc": document, "view": view, "reasons": REASONS}
        facts["spoken"] = about(language)
        facts["others"] = tuple(about(other) for other in document.languages if other != language)
        catalogue = translations(language)
        for suffix in ("html", "md"):
            written = rendered(f"report.{suffix}.j2", facts, writing=Writing(language, catalogue, suffix))
            files[f"report.{language}.{suffix}"] = written
        if language == document.languages[0]:
            writing = Writing(language, catalogue, "html")
            for _, rate_tables in view.rates:
                for table in rate_tables:
                    if table.chart is not None:
                        drawn = rendered("chart.svg.j2", {**facts, "table": table}, writing=writing)
                        files[f"charts/{table.id}.svg"] = drawn
    return files | _csv_files(document)


def _csv_files(document: AuditDocument) -> dict[str, bytes]:
    files = {}
    for table in tables(document):
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        note = document.publication.note
        marked = () if note is None else (note,)
        writer.writerow((*table.columns, *("publication" for _ in marked)))
        for row in table.rows:
            writer.writerow((*map(_cell, row), *marked))
        files[f"tables/{table.name}.csv"] = text.getvalue().encode()
    return files


def _cell(cell: float | str | None) -> str:
    if cell is None:
        return ""
    return _text(cell) if isinstance(cell, str) else f"{cell:.12g}"


@lru_cache(maxsize=10_000)
def _text(cell: str) -> str:
    return spreadsheet(clean(cell))
