"""How hard a text is to read: Flesch-Kincaid grade, with syllables as a hyphenation dictionary finds them.

Names and numbers are left out of the grade: nobody can choose shorter ones. A sentence ends with a full stop, a
question mark or an exclamation mark. Where the length of sentences is counted, colons and semicolons end one as well.
"""

import re
from collections.abc import Iterable
from functools import cache
from html import unescape
from typing import Any

from pyphen import Pyphen

from auditkit.results.document import AuditDocument

NAME = "0"
"""Stands in a text for a name: one word of a sentence, and none of the grade."""
BLOCK = re.compile(r"<(p|li|dd|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)
ASIDE = re.compile(r"<(style|svg|table|nav|code)\b.*?</\1>|<span class=\"tag.*?</span>", re.DOTALL)


def grade(sentences: Iterable[str]) -> float:
    """Return the school grade whose pupils can read these sentences.

    References
    ----------
    Kincaid, Fishburne, Rogers and Chissom (1975), Derivation of new readability formulas, p. 14.
    """
    lists = [words for sentence in sentences if (words := re.findall(r"[A-Za-z][A-Za-z']*", sentence))]
    words = [word for found in lists for word in found]
    return 0.39 * len(words) / len(lists) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@cache
def syllables(word: str) -> int:
    """Count the syllables of an English word."""
    return len(_english().positions(word.lower())) + 1


@cache
def _english() -> Any:
    return Pyphen(lang="en_US", left=1, right=2)


def sentences(text: str, *, ends: str = ".!?") -> list[str]:
    """Split a text into its sentences."""
    return [one for one in re.split(rf"(?<=[{ends}])\s+", text.strip()) if one]


def body(page: str, names: Iterable[str]) -> list[str]:
    """Return the paragraphs and list items of a page, with one mark in place of each name."""
    longest = sorted({name for name in names if name}, key=len, reverse=True)
    named = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest))
    plain = [unescape(re.sub(r"<[^>]+>", " ", text)) for _, text in BLOCK.findall(ASIDE.sub(" ", page))]
    return [named.sub(NAME, re.sub(r"\s+", " ", text).strip()) for text in plain]


def names_in(document: AuditDocument) -> set[str]:
    """List the names that a document holds: groups, areas, the tool, its maker, limits and whoever decides."""
    tool, contact = document.tool, document.contact
    found = {tool.name, tool.vendor, tool.version, document.policy.name}
    found |= {finding.limit_id for finding in document.findings}
    for item in document.measurements:
        groups = (item.group or {}, item.against or {})
        found |= {name for group in groups for name in (*group, *group.values(), ", ".join(group.values()))}
    if document.places is not None:
        found |= {area.name for area in document.places.areas}
    if document.alerts is not None:
        found |= {area.name for area in document.alerts.areas}
    return found | ({contact.decides, contact.appeal_to} if contact else set())
