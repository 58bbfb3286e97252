"""The messages of a report, gathered from templates, declarations and code."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auditkit import bundled

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "_n": (1, 2)}
"""Functions of templates, and which of their arguments are messages."""
DECLARED = {
    "title": "The title of a data check. It is quoted: Not so: “…”",
    "why": "Why a check or a limit matters.",
    "ask": "A question to the vendor.",
    "scope": "What a limit is meant for. It follows “Scope:” and has no full stop.",
    "source": "Where a limit comes from. It follows “Source:” and has no full stop.",
    "expected": "What a data check expects. It follows “Expected:” and has no full stop.",
    "caveats": "A caution that every report of this type of tool gives.",
    "feedback_needs": "Something the feedback test would need. It stands in a list and has no full stop.",
}
"""Keys of the TOML files whose text a report shows, each with a note for translators."""
MARKED = "Part of a sentence, or one by itself. Keep {} where a value goes."


class Message(NamedTuple):
    """One message, or the singular and the plural of one."""

    id: str | tuple[str, str]
    where: str
    """The file it stands in, as seen from the package or from the data folders."""
    notes: tuple[str, ...]
    """What translators should know."""


def messages() -> tuple[Message, ...]:
    """Gather every message of a report, in the order of files and of their lines."""
    return (*_of_templates(), *_of_declarations(), *_of_code())


def _of_templates() -> Iterator[Message]:
    from babel.messages.extract import extract

    for path in sorted(bundled.folder("report_templates").glob("*.j2")):
        with path.open("rb") as file:
            found = extract(
                "jinja2.ext:babel_extract", file, keywords=KEYWORDS, comment_tags=("Translators:",),
                options={"newstyle_gettext": "yes", "trim_blocks": "yes", "lstrip_blocks": "yes", "silent": "no"}, strip_comment_tags=True,
            )  # fmt: skip
            for _, message, notes, _ in found:
                text = message if isinstance(message, str) else (str(message[0]), str(message[1]))
                yield Message(text, path.name, tuple(str(note) for note in notes))


def _of_declarations() -> Iterator[Message]:
    for path in sorted(bundled.folder("checks").rglob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        where = path.relative_to(bundled.ROOT).as_posix()
        for block in (content, *content.get("check", ()), *content.get("limit", ())):
            yield from _declared(block, where, checks=path.parent.name == "data")


def _declared(block: Mapping[str, Any], where: str, *, checks: bool) -> Iterator[Message]:
    for key, note in DECLARED.items():
        if key not in block or (checks and key == "source"):  # sources of checks are not shown
            continue
        texts = block[key] if isinstance(block[key], list) else [block[key]]
        yield from (Message(text, where, (note,)) for text in texts)


def _of_code() -> Iterator[Message]:
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "phrase(" in text and path.name != "phrases.py":
            where = path.relative_to(PACKAGE).as_posix()
            yield from (Message(words, where, (MARKED,)) for words in marked(text, where))


def marked(code: str, where: str) -> Iterator[str]:
    """Find what is marked in a module.

    Raises
    ------
    ValueError
        Where something other than a literal is marked: nobody could find it without running the code.

    >>> list(marked("WHY = phrase('no outcomes')", "x.py"))
    ['no outcomes']
    """
    for node in ast.walk(ast.parse(code)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "phrase"):
            continue
        match node.args:
            case [ast.Constant(value=str(words))]:
                yield words
            case _:
                msg = f"{where}, line {node.lineno}: phrase() marks a literal, not {ast.unparse(node)}"
                raise ValueError(msg)


def template() -> "Catalog":
    """Every message once, without translations, in the order in which they are first met."""
    from babel.messages.catalog import Catalog

    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for message in messages():
        catalogue.add(
            message.id, locations=[(message.where, 0)], auto_comments=list(dict.fromkeys(message.notes))
        )
    return catalogue
