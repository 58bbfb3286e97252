"""The last pass over a page in another language: what stayed English is marked, and names keep their direction."""

import re

from auditkit.report.text import ENGLISH_ENDS, ENGLISH_STARTS, ISOLATE, POP

_TAG = re.compile(r"(<[^>]*>)")
_PLAIN = re.compile(r"</?(title|desc|text|style|script)\b")
"""Elements that hold nothing but text."""
_BETWEEN = re.compile(rf'{ENGLISH_ENDS}((?:[^<>"\w{ISOLATE}{POP}]|\d)*){ENGLISH_STARTS}')
"""What may stand between two English sentences that are read as one text: no letters and no markup."""
_MARKS = re.compile(f"([{ENGLISH_STARTS}{ENGLISH_ENDS}])")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile(f"{ISOLATE}([^{ISOLATE}{POP}<>\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*){POP}")
"""A value set apart that has no letter of a right-to-left script."""
_MARK = "\u200e"
"""Keeps a sign with its number where lines run from right to left; a value set apart needs none."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def in_its_language(page: str, *, direction: str) -> str:
    """Say of untranslated text that it is English; set names apart where lines run from right to left.

    Messages that follow each other share one element, and messages inside others need none.

    Parameters
    ----------
    page
        HTML, in which untranslated messages stand between two marks.
    direction
        `ltr` or `rtl`.
    """
    if direction == "ltr" and ENGLISH_STARTS not in page:
        return page
    page = _LEFT_TO_RIGHT.sub(lambda value: value[0].replace(_MARK, ""), page)
    plain, written = False, _Page(names_apart=direction == "rtl")
    for at, part in enumerate(_TAG.split(_BETWEEN.sub(r"\1", page))):
        tag = at % 2 == 1
        if tag and _PLAIN.match(part):
            plain = not part.startswith("</")
        if tag or plain:
            written.parts.append(_MARKS.sub("", part))
        else:
            written.add(part)
    return "".join(written.parts)


class _Page:
    """A page as it is written, and how deep in English messages it is just now."""

    def __init__(self, *, names_apart: bool) -> None:
        self.names_apart = names_apart
        self.parts: list[str] = []
        self.deep = 0
        self.start = 0

    def add(self, text: str) -> None:
        """Write text that stands between two tags."""
        if ENGLISH_STARTS in text or ENGLISH_ENDS in text:
            for part in _MARKS.split(text):
                self.mark(part) if _MARKS.match(part) else self.parts.append(part)
        elif self.names_apart and not self.deep and _is_name(text):
            self.parts.append(_apart(text))
        else:
            self.parts.append(text)

    def mark(self, mark: str) -> None:
        """Open or close a message; the outermost becomes an element."""
        self.deep += 1 if mark == ENGLISH_STARTS else -1
        if mark == ENGLISH_STARTS and self.deep == 1:
            self.start = len(self.parts)
        if not self.deep:
            text, found = "".join(self.parts[self.start :]), 1
            while found:  # values within values; what runs from right to left stays set apart
                text, found = _LEFT_TO_RIGHT.subn(r"\1", text)
            self.parts[self.start :] = [f'<span lang="en" dir="ltr">{text}</span>']


def _is_name(part: str) -> bool:
    return bool(_LATIN.search(part)) and not _RIGHT_TO_LEFT.search(part)


def _apart(part: str) -> str:
    inner = part.strip()
    return part.replace(inner, f"<bdi>{inner}</bdi>", 1)
