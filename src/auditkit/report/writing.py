"""How the text of one file is written: escaped for its format, in its language, and readable in its direction."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Literal

from babel.lists import format_list
from markupsafe import Markup, escape

from auditkit.report.codes import ACTIONS, KINDS, PERIODS, ROLES, SEVERITIES, SOURCES, STATUSES
from auditkit.report.languages import SOURCE, Catalogue, direction
from auditkit.report.numbers import Number, in_per_cent, shortest, whole
from auditkit.report.text import ENGLISH_ENDS, ENGLISH_STARTS, ISOLATE, POP, clean, markdown
from auditkit.results.phrases import phrase

OWN = frozenset((*SOURCES, *STATUSES, *PERIODS, *SEVERITIES, *KINDS, *ACTIONS))
"""Words of an audit file that mean the same in every audit."""
_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?%?")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SEMICOLON = phrase("; ")
"""Between parts of a sentence; it keeps its space."""
NOT_WHOLE = 100
"""Takes the form of a number that is no small count: 1.5, 1.0 or "withheld"; in Arabic, that of a hundred."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How the text of one file is written."""

    language: str
    catalogue: NullTranslations
    suffix: Literal["html", "md"]
    own: Mapping[str, str] = field(default_factory=dict)
    """Texts of the audit file in this language."""

    def escaped(self, value: object) -> Markup:
        """Turn text into text of the file, whatever it holds; what is markup already stays."""
        if isinstance(value, Markup):
            return value
        if isinstance(value, Number) and self.suffix == "html":
            return escape(value)  # our own: its signs may carry marks of direction
        return _escaped(self._in_own_words(str(value)) if self.own else str(value), self.suffix)

    def _in_own_words(self, text: str) -> str:
        """Say a text of the audit file as that file says it in this language; groups within groups part by part."""
        parts = [self.own.get(part) for part in text.split(", ")]
        return self.own.get(text) or (", ".join(filter(None, parts)) if all(parts) else text)

    def put(self, value: object) -> Markup:
        """Write a value inside a text: a count in the digits of the language, and nothing that reorders its line."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = whole(value, locale=self.language)
        text = self.escaped(value)
        if direction(self.language) == "ltr" or not text:
            return text
        return Markup(f"{ISOLATE}{text}{POP}")  # noqa: S704  # escaped above

    def message(self, message: str, values: Mapping[str, object]) -> Markup:
        """Translate a message; whatever is put into it is cleaned and escaped first."""
        return self._marked(self._filled(self.catalogue.gettext(message), values), message)

    def counted(self, one: str, many: str, number: object, values: Mapping[str, object]) -> Markup:
        """Translate a message whose form depends on a number.

        Parameters
        ----------
        one, many
            What it says of one, and of any other number.
        number
            A count, or a number as it was written before, which remembers its value.
        values
            Put into the message; the number itself is `n` where nothing else is given.
        """
        value = getattr(number, "value", number)
        exact = abs(value) if isinstance(value, int) else NOT_WHOLE
        text = self._filled(self.catalogue.ngettext(one, many, exact), {"n": number, **values})
        return self._marked(text, one)

    def _filled(self, message: str, values: Mapping[str, object]) -> Markup:
        if len(split := _split(message)) == 1:
            return split[0]
        parts = list(split)
        for at in range(1, len(parts), 2):
            parts[at] = self.put(values[parts[at]])
        return Markup("".join(parts))  # noqa: S704  # our own text, with escaped values

    def said(self, sentence: str) -> Markup:
        """Translate a sentence from a declaration or from code, which is no format string."""
        found = self._known(sentence)
        return self._mark(self.escaped(sentence)) if found is None else found

    def word(self, text: str) -> Markup:
        """Translate what may be a word of ours, or a name from elsewhere, which stays."""
        words = text.replace("_", " ")
        found = self._known(words)
        if found is not None:
            return found
        return self.escaped(words if words in OWN else text)

    def _known(self, sentence: str) -> Markup | None:
        found = self.catalogue.said(sentence) if isinstance(self.catalogue, Catalogue) else None
        if found is None:
            return None
        first, *others = found[0].split("{}")
        values = (self.put(self._filling(value)) for value in found[1])
        return self.escaped(first) + Markup().join(
            value + self.escaped(text) for value, text in zip(values, others, strict=False)
        )

    def _filling(self, text: str) -> str:
        """Write a number or a role in the language, where a value is one; English is what stages write."""
        if text in ROLES:
            return self._known(text) or text
        if not _NUMBER.fullmatch(text):
            return text
        number = shortest(float(text.rstrip("%").replace(",", "")), locale=self.language)
        return in_per_cent(number, self.language) if text.endswith("%") else number

    def listed(self, items: Iterable[object]) -> Markup:
        """List names as the language does, without an "and"."""
        texts = [str(self.put(item)) for item in items]
        try:
            joined = format_list(texts, style="unit", locale=self.language)
        except (KeyError, ValueError):  # Babel knows no lists in this language
            joined = ", ".join(texts)
        return Markup(joined)  # noqa: S704  # each was escaped above

    def clauses(self, parts: Iterable[object]) -> Markup:
        """Join parts of a sentence as the language does."""
        texts = [self.put(part) for part in parts]
        return self.escaped(self.catalogue.gettext(SEMICOLON)).join(texts)

    def _marked(self, text: Markup, message: str) -> Markup:
        known = not isinstance(self.catalogue, Catalogue) or message in self.catalogue.held
        return text if known else self._mark(text)

    def _mark(self, text: Markup) -> Markup:
        if self.suffix == "md" or self.language == SOURCE:
            return text
        return Markup(f"{ENGLISH_STARTS}{text}{ENGLISH_ENDS}")  # noqa: S704  # escaped before


@cache
def _split(message: str) -> tuple[Markup, ...]:
    """Take a message of ours apart: text stands at even places, the names of its placeholders between."""
    parts = _PLACEHOLDER.split(message)
    parts[::2] = [text % () for text in parts[::2]]  # %% is one per cent sign; any other % is an error
    return tuple(map(Markup, parts))


@lru_cache(maxsize=10_000)
def _escaped(text: str, suffix: Literal["html", "md"]) -> Markup:
    return escape(clean(text)) if suffix == "html" else Markup(markdown(text))  # noqa: S704  # escaped just here
