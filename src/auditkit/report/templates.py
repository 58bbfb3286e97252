"""Filling templates: what is written in a file is escaped for its format, and put into its language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from auditkit import bundled
from auditkit.report.numbers import decimal, per_cent, shortest, whole
from auditkit.report.text import clean, markdown


@dataclass(frozen=True, slots=True)
class Writing:
    """How the text of one file is written."""

    language: str
    catalogue: NullTranslations
    suffix: Literal["html", "md"]

    def escaped(self, value: object) -> Markup:
        """Turn text into text of the file, whatever it holds; what is markup already stays."""
        if isinstance(value, Markup):
            return value
        return escape(clean(str(value))) if self.suffix == "html" else Markup(markdown(value))  # noqa: S704  # escaped just here


def rendered(template: str, facts: Mapping[str, Any], *, writing: Writing) -> bytes:
    """Fill a template with facts."""
    found = templates(bundled.folder("report_templates")).get_template(template)
    return found.render(facts, writing=writing, language=writing.language).encode()


@cache
def templates(folder: Path) -> Environment:
    """Read a folder of templates; each is compiled once, for every format and language, and again when its file changes."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,  # `finalize` has escaped everything before, for HTML or for Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals |= {"_": _translated, "gettext": _translated, "tr": _said}
    environment.filters |= {
        "deeper": _deeper,
        "whole": _in_language(whole),
        "decimal": _in_language(decimal),
        "per_cent": _in_language(per_cent),
        "shortest": _in_language(shortest),
    }
    return environment


@pass_context
def _finalized(context: Context, value: object) -> object:
    return context["writing"].escaped(value) if isinstance(value, str) else value


@pass_context
def _translated(context: Context, message: str, **values: object) -> Markup:
    """Translate a message; whatever is put into it is cleaned and escaped first."""
    writing: Writing = context["writing"]
    safe = {name: writing.escaped(value) for name, value in values.items()}
    return Markup(writing.catalogue.gettext(message)) % safe  # noqa: S704  # our own text, with escaped values


@pass_context
def _said(context: Context, sentence: str) -> str:
    """Translate a sentence from a TOML file, which is no format string."""
    return str(context["writing"].catalogue.gettext(sentence))


@pass_context
def _deeper(context: Context, text: Markup) -> Markup:
    """Move every heading one level down, so that a part written on its own can stand on the page of a question."""
    if context["writing"].suffix == "md":
        return Markup(re.sub(r"(?m)^(#{2,5} )", r"#\1", text))  # noqa: S704  # headings of our own; other text is escaped
    return Markup(re.sub(r"(</?h)([2-5])\b", lambda head: f"{head[1]}{int(head[2]) + 1}", text))  # noqa: S704


def _in_language(write: Callable[..., str]) -> Callable[[Context, float], str]:
    @pass_context
    def written(context: Context, value: float) -> str:
        return write(value, locale=context["writing"].language)

    return written
