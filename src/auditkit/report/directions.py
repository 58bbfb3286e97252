"""The last pass over a page in another language: what stayed English is marked, and names keep their direction."""

import re

from auditkit.report.text import ENGLISH_ENDS, ENGLISH_STARTS

_TAG = re.compile(r"(<[^>]*>)")
_PLAIN = re.compile(r"</?(title|desc|text|style|script)\b")
"""Elements that hold nothing but text."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def in_its_language(page: str, *, direction: str) -> str:
    """Say of every untranslated message that it is English; set names apart where lines run from right to left.

    Parameters
    ----------
    page
        HTML, in which untranslated messages stand between two marks.
    direction
        `ltr` or `rtl`.
    """
    written: list[str] = []
    plain, english = False, 0
    for part in _TAG.split(page):
        if part.startswith("<"):
            plain = not part.startswith("</") if _PLAIN.match(part) else plain
            written.append(_unmarked(part))
        elif plain:
            written.append(_unmarked(part))
        else:
            named = direction == "rtl" and not english and ENGLISH_STARTS not in part and _is_name(part)
            english += part.count(ENGLISH_STARTS) - part.count(ENGLISH_ENDS)
            written.append(_apart(part) if named else _spans(part))
    return "".join(written)


def _unmarked(part: str) -> str:
    return part.replace(ENGLISH_STARTS, "").replace(ENGLISH_ENDS, "")


def _spans(part: str) -> str:
    return part.replace(ENGLISH_STARTS, '<span lang="en" dir="ltr">').replace(ENGLISH_ENDS, "</span>")


def _is_name(part: str) -> bool:
    return bool(_LATIN.search(part)) and not _RIGHT_TO_LEFT.search(part)


def _apart(part: str) -> str:
    inner = part.strip()
    return part.replace(inner, f"<bdi>{inner}</bdi>", 1)
