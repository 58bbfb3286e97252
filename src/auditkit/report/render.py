"""Rendering a document to the files of a run folder."""

import csv
from collections.abc import Callable
from gettext import NullTranslations
from io import StringIO
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

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
        for suffix in ("html", "md"):
            environment = _environment(language, suffix=suffix)
            files[f"report.{language}.{suffix}"] = (
                environment.get_template(f"report.{suffix}.j2").render(facts).encode()
            )
        if language == document.languages[0]:
            chart = _environment(language, suffix="html").get_template("chart.svg.j2")
            for _, rate_tables in view.rates:
                for table in rate_tables:
                    if table.chart is not None:
                        files[f"charts/{table.id}.svg"] = chart.render({**facts, "table": table}).encode()
    return files | _csv_files(document)


def _environment(language: str, *, suffix: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(bundled.folder("report_templates")),
        autoescape=True,  # in Markdown `finalize` has escaped everything before
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final_html if suffix == "html" else _final_markdown,
    )
    catalogue = translations(language)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.globals["tr"] = (
        catalogue.gettext
    )  # for sentences from TOML files, which are no format strings
    if suffix == "md":
        environment.globals |= {"_": _markdown_gettext(catalogue), "gettext": _markdown_gettext(catalogue)}
    environment.filters["whole"] = lambda value: whole(value, locale=language)
    environment.filters["decimal"] = lambda value: decimal(value, locale=language)
    environment.filters["per_cent"] = lambda value: per_cent(value, locale=language)
    return environment


def _final_html(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _final_markdown(value: object) -> object:
    """Escape whatever no template marked as its own text: in Markdown, too, the safe way is the default."""
    return _as_markdown(value) if isinstance(value, str) else value


def _as_markdown(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(markdown(value))  # noqa: S704  # escaped just here


def _markdown_gettext(catalogue: NullTranslations) -> Callable[..., Markup]:
    def translate(message: str, **values: object) -> Markup:
        escaped = {name: _as_markdown(value) for name, value in values.items()}
        return Markup(catalogue.gettext(message)) % escaped  # noqa: S704  # our own text, with escaped values

    return translate


def _csv_files(document: AuditDocument) -> dict[str, bytes]:
    files = {}
    for table in tables(document):
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        for row in table.rows:
            writer.writerow(
                [spreadsheet(clean(cell)) if isinstance(cell, str) else _number(cell) for cell in row]
            )
        files[f"tables/{table.name}.csv"] = text.getvalue().encode()
    return files


def _number(cell: float | None) -> str:
    return "" if cell is None else f"{cell:.12g}"
