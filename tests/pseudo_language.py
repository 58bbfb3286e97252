"""A made-up language in which every translation stands in ⟦ ⟧, so that a page shows what nobody can translate."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from auditkit import bundled
from auditkit.report.catalogues import updated, written
from auditkit.report.dates import long_date
from auditkit.report.messages import template
from auditkit.report.render import render
from auditkit.results.document import AuditDocument

CODE = "eo"
"""Babel knows it, and auditkit has no catalogue of it."""
OURS = frozenset(
    [
        "expected",
        "severity",
        "title",
        "why",
        "ask",
        "because",
        "needs",
        "topic",
        "caveats",
        "scope",
        "status",
        "verdict",
        "outcome_source",
        "allocator",
        "item",
        "lacks",
    ]
)
"""Keys of audit.json whose text auditkit wrote; all other text is names, labels and identifiers."""
SIGNS = re.compile(r"SHA-256|UTF-8|Windows-1252|\b(D\d+|PAI|PEI|WDQ)\b|\b[A-Z]\b|\.(csv|toml|json|parquet)\b")
"""Identifiers, file endings and abbreviations, which are the same in every language; a letter names a rule in a picture."""

WORD = re.compile(r"[^\W\d_]{2}")


def bracketed(message: str) -> str:
    """Translate a message: its words stand in brackets, and what is put into it outside them."""
    inside = re.sub(r"(%\(\w+\)s|\{[^}]*\})", r"⟧\1⟦", message)
    return f"⟦{inside}⟧".replace("⟦⟧", "")


@cache
def dictionary() -> str:
    """Write the catalogue of the language."""
    catalogue, header = updated("", CODE, template())
    for message in catalogue:
        if isinstance(message.id, str):
            message.string = bracketed(message.id)
        else:
            message.string = tuple(bracketed(one) for one in message.id)
    return written(catalogue, header | {"X-Complete": "yes"})


def speak(folder: Path, monkeypatch: Any) -> None:
    """Install the language, in a copy of the templates."""
    source = bundled.ROOT
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / "report_templates", folder / "report_templates")
    (folder / "checks").symlink_to(source / "checks")
    path = folder / f"report_templates/locale/{CODE}/LC_MESSAGES/auditkit.po"
    path.parent.mkdir(parents=True)
    path.write_text(dictionary(), encoding="utf-8")
    monkeypatch.setattr(bundled, "ROOT", folder)


def untranslated(document: AuditDocument) -> list[str]:
    """Render a document, and find words outside brackets that are nobody's name."""
    named = {*_names(json.loads(document.to_json())), long_date(document.provenance.created, locale=CODE)}
    if not (
        bundled.folder("checks/policies") / document.policy.file
    ).is_file():  # a board's own policy, in its own words
        named |= {text for one in document.findings for text in (one.why, one.scope, one.source)}
    names = sorted(filter(WORD.search, named), key=len, reverse=True)
    found = []
    for file, content in render(document.model_copy(update={"languages": (CODE,)})).items():
        if file.startswith("report"):
            for text in _outside(content.decode(), file):
                left = text
                for name in names:
                    left = left.replace(name, "")
                if WORD.search(SIGNS.sub("", left)):
                    found.append(f"{file}: {text}")
    return found


def _names(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner, key)
    elif isinstance(value, str) and key not in OURS and len(value) > 1:
        yield value
        yield from (part for part in re.split(r"[+|@~/=;:] ?", value) if len(part) > 1)


def _outside(page: str, file: str) -> Iterator[str]:
    """Texts outside brackets, in the order of the page: those between tags, then those of attributes that are read aloud."""
    if file.endswith(".html"):
        shown = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
        aloud = re.findall(r'(?:aria-label|alt|data-sort|data-hits|data-withheld)="([^"]*)"', page)
        page = html.unescape("\n".join([re.sub(r"<[^>]*>", "\n", shown), *aloud]))
    depth, text = 0, ""
    for letter in (page.replace("\\", "") if file.endswith(".md") else page) + "\n":
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        if letter in "⟦⟧\n" and text.strip():
            yield text.strip()
        text = "" if letter in "⟦⟧\n" else text + (letter if depth == 0 else "")
