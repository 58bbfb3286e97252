"""Filling templates: what is written in a file is escaped for its format, and put into its language."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from auditkit import bundled
from auditkit.report.compiling import Compiled, Direct, EscapedOnce
from auditkit.report.dates import long_date
from auditkit.report.directions import in_its_language
from auditkit.report.languages import SOURCE, direction
from auditkit.report.numbers import decimal, per_cent, shortest, unsigned, whole, whole_per_cent
from auditkit.report.traces import counted, named, ranked, traced
from auditkit.report.writing import Writing


def rendered(template: str, facts: Mapping[str, Any], *, writing: Writing) -> bytes:
    """Fill a template with facts."""
    found = templates(bundled.folder("report_templates")).get_template(template)
    page = found.render(facts, writing=writing, language=writing.language)
    if writing.suffix == "html" and writing.language != SOURCE:
        page = in_its_language(page, direction=direction(writing.language))
    return page.encode()


@cache
def templates(folder: Path) -> Environment:
    """Read a folder of templates; each is compiled once, for every format and language, and again when its file changes."""
    environment = Environment(
        optimized=False,  # nothing worth it is constant, and looking for it takes a tenth of compiling
        loader=FileSystemLoader(folder),
        autoescape=True,  # `finalize` has escaped everything before, for HTML or for Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
        bytecode_cache=Compiled(str(Path(cache_from_source(__file__)).parent)),
    )
    environment.code_generator_class = EscapedOnce
    environment.context_class = Direct
    environment.globals |= {
        "_": _translated, "gettext": _translated, "_n": _counted, "tr": _said, "from_to": _from_to,
        "traced": traced, "named": named, "how_many": _how_many, "ranked": _ranked,
    }  # fmt: skip
    environment.filters |= {
        "deeper": _deeper,
        "whole": _in_language(whole),
        "decimal": _in_language(decimal),
        "per_cent": _in_language(per_cent),
        "whole_per_cent": _in_language(whole_per_cent),
        "shortest": _in_language(shortest),
        "unsigned": unsigned,
        "date": _in_language(long_date),
        "tr": _said,
        "word": _word,
        "listed": _listed,
        "clauses": _clauses,
    }
    return environment


@pass_context
def _finalized(context: Context, value: object) -> Markup:
    """Escape whatever a template shows; this is the only place where that happens."""
    if isinstance(value, Markup):
        return value
    if not isinstance(value, str):
        return escape(value)
    writing: Writing = context.parent[
        "writing"
    ]  # faster than context[...], and asked a hundred thousand times
    return writing.escaped(value)


@pass_context
def _translated(context: Context, message: str, /, **values: object) -> Markup:
    """Translate a message."""
    writing: Writing = context.parent["writing"]
    return writing.message(message, values)


@pass_context
def _counted(context: Context, one: str, many: str, number: object, /, **values: object) -> Markup:
    """Translate a message whose form depends on a number."""
    writing: Writing = context["writing"]
    return writing.counted(one, many, number, values)


@pass_context
def _how_many(context: Context, things: Iterable[object]) -> Markup:
    """Write how many things there are, in an element that names them."""
    writing: Writing = context["writing"]
    return counted(things, locale=writing.language, html=writing.suffix == "html")


@pass_context
def _ranked(context: Context, number: int, shown: object, rule: Literal["above", "known"]) -> Markup:
    """Write how many numbers like one lie above it, or are known, in an element that names it."""
    writing: Writing = context["writing"]
    return ranked(number, shown, rule, locale=writing.language, html=writing.suffix == "html")


@pass_context
def _deeper(context: Context, text: Markup) -> Markup:
    """Move every heading one level down, so that a part written on its own can stand on the page of a question."""
    if context["writing"].suffix == "md":
        return Markup(re.sub(r"(?m)^(#{2,5} )", r"#\1", text))  # noqa: S704  # headings of our own; other text is escaped
    return Markup(re.sub(r"(</?h)([2-5])\b", lambda head: f"{head[1]}{int(head[2]) + 1}", text))  # noqa: S704  # as above


@pass_context
def _said(context: Context, sentence: str) -> Markup:
    """Translate a sentence from a declaration or from code."""
    writing: Writing = context["writing"]
    return writing.said(sentence)


@pass_context
def _word(context: Context, text: str) -> Markup:
    """Translate what may be a word of ours, or a name from elsewhere."""
    writing: Writing = context["writing"]
    return writing.word(text)


@pass_context
def _from_to(context: Context, low: object, high: object) -> Markup:
    """Write a range, in the direction of the language."""
    writing: Writing = context["writing"]
    return Markup(f"{writing.put(low)} \N{EN DASH} {writing.put(high)}")  # noqa: S704  # both are escaped


@pass_context
def _listed(context: Context, items: Iterable[object]) -> Markup:
    """List names as the language does."""
    writing: Writing = context["writing"]
    return writing.listed(items)


@pass_context
def _clauses(context: Context, parts: Iterable[object]) -> Markup:
    """Join parts of a sentence as the language does."""
    writing: Writing = context["writing"]
    return writing.clauses(parts)


def _in_language(write: Callable[..., str]) -> Callable[[Context, Any], str]:
    @pass_context
    def written(context: Context, value: Any) -> str:
        return write(value, locale=context["writing"].language)

    return written
