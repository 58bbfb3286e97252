"""Rendering a document to the files of a run folder."""

import csv
from collections.abc import Callable
from functools import cache
from gettext import NullTranslations
from io import StringIO
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from auditkit import bundled
from auditkit.report.languages import available_languages, check_languages, translations
from auditkit.report.numbers import decimal, per_cent, whole
from auditkit.report.text import clean, markdown, spreadsheet
from auditkit.report.view import Reader
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
        reader = Reader(document, locale=language)
        view = reader.view()
        facts: dict[str, Any] = {"doc": document, "view": view, "language": language, "reasons": REASONS}
        facts["direction"] = Locale.parse(language).text_direction
        templates = bundled.folder("report_templates")
        environments = {suffix: _environment(language, templates, suffix=suffix) for suffix in ("html", "md")}
        for suffix, environment in environments.items():
            files[f"report.{language}.{suffix}"] = (
                environment.get_template(f"report.{suffix}.j2").render(facts).encode()
            )
        if language == document.languages[0]:
            chart = environments["html"].get_template("chart.svg.j2")
            for _, rate_tables in view.rates:
                for table in rate_tables:
                    if table.chart is not None:
                        files[f"charts/{table.id}.svg"] = chart.render({**facts, "table": table}).encode()
    return files | _csv_files(document)


@cache
def _environment(language: str, templates: Path, *, suffix: str) -> Environment:
    """Make what renders the templates of a folder; kept, because compiling them takes as long as an audit."""
    escaped = _as_html if suffix == "html" else _as_markdown
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,  # `finalize` has escaped everything before, for HTML or for Markdown
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: escaped(value) if isinstance(value, str) else value,
    )
    catalogue = translations(language)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    translate = _gettext(catalogue, escaped)
    environment.globals |= {"_": translate, "gettext": translate}
    environment.globals["tr"] = (
        catalogue.gettext
    )  # for sentences from TOML files, which are no format strings
    environment.filters["whole"] = lambda value: whole(value, locale=language)
    environment.filters["decimal"] = lambda value: decimal(value, locale=language)
    environment.filters["per_cent"] = lambda value: per_cent(value, locale=language)
    return environment


def _as_html(value: object) -> Markup:
    return value if isinstance(value, Markup) else escape(clean(str(value)))


def _as_markdown(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(markdown(value))  # noqa: S704  # escaped just here


def _gettext(catalogue: NullTranslations, escaped: Callable[[object], Markup]) -> Callable[..., Markup]:
    """Translate a message; whatever is put into it is cleaned and escaped first."""

    def translate(message: str, **values: object) -> Markup:
        safe = {name: escaped(value) for name, value in values.items()}
        return Markup(catalogue.gettext(message)) % safe  # noqa: S704  # our own text, with escaped values

    return translate


def _csv_files(document: AuditDocument) -> dict[str, bytes]:
    files = {}
    for table in tables(document):
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        note = document.publication.note
        marked = () if note is None else (note,)
        writer.writerow((*table.columns, *("publication" for _ in marked)))
        for row in table.rows:
            cells = [spreadsheet(clean(cell)) if isinstance(cell, str) else _number(cell) for cell in row]
            writer.writerow([*cells, *marked])
        files[f"tables/{table.name}.csv"] = text.getvalue().encode()
    return files


def _number(cell: float | None) -> str:
    return "" if cell is None else f"{cell:.12g}"
