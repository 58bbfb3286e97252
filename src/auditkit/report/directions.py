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
    parts = _TAG.split(_BETWEEN.sub(r"\1", page))
    plain, english = False, _English()
    for at, part in enumerate(parts):
        if at % 2:
            plain = not part.startswith("</") if _PLAIN.match(part) else plain
        if ENGLISH_STARTS in part or ENGLISH_ENDS in part:
            for text in _MARKS.split(part):
                if not _MARKS.match(text):
                    english.written.append(text)
                elif not (at % 2 or plain):
                    english.mark(text)
        elif at % 2 or plain or direction == "ltr" or english.deep or not _is_name(part):
            english.written.append(part)
        else:
            english.written.append(_apart(part))
    return "".join(english.written)


class _English:
    """A page as it is written, and how deep in English messages it is just now."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.deep = 0
        self.start = 0

    def mark(self, mark: str) -> None:
        """Open or close a message; the outermost becomes an element."""
        if mark == ENGLISH_STARTS:
            if not self.deep:
                self.start = len(self.written)
            self.deep += 1
            return
        self.deep -= 1
        if not self.deep:
            text = "".join(self.written[self.start :])
            found = 1
            while found:  # values within values; what runs from right to left stays set apart
                text, found = _LEFT_TO_RIGHT.subn(r"\1", text)
            self.written[self.start :] = [f'<span lang="en" dir="ltr">{text}</span>']


def _is_name(part: str) -> bool:
    return bool(_LATIN.search(part)) and not _RIGHT_TO_LEFT.search(part)


def _apart(part: str) -> str:
    inner = part.strip()
    return part.replace(inner, f"<bdi>{inner}</bdi>", 1)
