"""Rendering a document to the files of a run folder."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from io import StringIO
from typing import Any

from babel import Locale

from auditkit.definitions.audience import Audience
from auditkit.report.chart_files import attribution, chart_files, chart_tables
from auditkit.report.languages import about, available_languages, check_languages, translations
from auditkit.report.numbers_page import numbers_page
from auditkit.report.page_script import page_script
from auditkit.report.pictures import Picture, pictures
from auditkit.report.quotes import quoted
from auditkit.report.templates import rendered
from auditkit.report.text import clean, spreadsheet
from auditkit.report.traces import by_place
from auditkit.report.view import Reader
from auditkit.report.writing import Writing
from auditkit.results.document import AuditDocument
from auditkit.results.loop_tables import Table
from auditkit.results.measurements import REASONS
from auditkit.results.tables import tables

__all__ = ["available_languages", "check_languages", "render"]


def render(document: AuditDocument, *, audience: Audience = "board") -> dict[str, bytes]:
    """Write every file of a report that is text, by path in the run folder.

    Parameters
    ----------
    document
        What may be published; nothing else is read.
    audience
        For whom sections are ordered and added; `audit.json` is the same for everyone.
    """
    files = {"audit.json": document.to_json().encode()}
    for language in document.languages:
        facts = _facts(document, language, audience=audience)
        catalogue = translations(language)
        writing = Writing(language, catalogue, "html", document.words.get(language, {}))
        page = rendered("report.html.j2", facts, writing=writing)
        drawn = pictures(page.decode())
        if audience == "journalist":  # its page lists the charts that it shows
            facts |= {"pictures": drawn, "attribution": attribution(facts, writing=writing)}
            page = rendered("report.html.j2", facts, writing=writing)
        files[f"report.{language}.html"] = page
        files[f"report.{language}.md"] = rendered(
            "report.md.j2", facts, writing=replace(writing, suffix="md")
        )
        files |= _charts(document, drawn, facts, writing=writing)
    pages = {name: file for name, file in files.items() if name.endswith((".html", ".svg"))}
    ids = (item.id for item in document.measurements)
    return files | by_place(pages, ids) | _csv_files(document, tables(document))


def _facts(document: AuditDocument, language: str, *, audience: Audience) -> dict[str, Any]:
    locale = Locale.parse(language)
    view = Reader(document, locale=language).view()
    return {
        "doc": document,
        "kind": _kind(document),
        "view": view,
        "reasons": REASONS,
        "spoken": about(language),
        "others": tuple(about(other) for other in document.languages if other != language),
        "audience": audience,
        "numbers": numbers_page(document, locale=language) if audience == "vendor" else None,
        "quoted": quoted(view),
        "pictures": (),
        "attribution": (),
        "script": page_script(),
        "decimal_sign": locale.number_symbols["latn"]["decimal"],
    }


def _kind(document: AuditDocument) -> str:
    """Say what the tool flags: person, place or alert; documents from before rejected data named it say it by what they hold."""
    held = "alert" if document.alerts else "place" if document.places else "person"
    return document.tool.kind or held


def _charts(
    document: AuditDocument, drawn: tuple[Picture, ...], facts: dict[str, Any], *, writing: Writing
) -> dict[str, bytes]:
    """Write the charts of one language; for journalists with the data behind each, and what to print beside them."""
    charts = chart_files(drawn, facts, writing=writing)
    if facts["audience"] != "journalist":
        return charts
    behind = _csv_files(document, chart_tables(drawn, language=writing.language))
    lines = "\n".join(attribution(facts, writing=writing)) + "\n"
    return charts | behind | {f"charts/attribution.{writing.language}.txt": lines.encode()}


def _csv_files(document: AuditDocument, written: Iterable[Table]) -> dict[str, bytes]:
    files = {}
    for table in written:
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        note = document.publication.note
        marked = () if note is None else (note,)
        writer.writerow(
            (*(spreadsheet(clean(name)) for name in table.columns), *("publication" for _ in marked))
        )
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
