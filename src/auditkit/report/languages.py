"""Languages: one gettext catalogue each, read as it stands in `report_templates/locale`."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import IO

from babel import Locale, UnknownLocaleError

from auditkit import bundled
from auditkit.errors import DefinitionError, Problem, ReportError, closest, shown
from auditkit.report.placeholders import fault

SOURCE = "en"
"""The language of the messages themselves."""
_HEADER = re.compile(r'msgid ""\nmsgstr ""\n((?:".*"\n)+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What a catalogue says about itself."""

    code: str
    complete: bool
    """Whether it claims to translate every message (`X-Complete: yes`); the source language does."""
    reviewed_by: str | None
    """Who read it as a native speaker (`X-Reviewed-By`); None where nobody did. Nobody has to review the source language."""

    @property
    def tag(self) -> str:
        """The language as HTML names it, such as `pt-BR`."""
        return self.code.replace("_", "-")

    @property
    def direction(self) -> str:
        """Where a line starts: `ltr` on the left, `rtl` on the right."""
        return direction(self.code)

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return Locale.parse(self.code).get_display_name(self.code) or self.code


@cache
def direction(language: str) -> str:
    """Say where a line of a language starts: `ltr` on the left, `rtl` on the right."""
    return Locale.parse(language).text_direction


def _folder() -> Path:
    return bundled.folder("report_templates") / "locale"


def catalogue_file(language: str) -> Path:
    """Say where the catalogue of a language is, or would be."""
    return _folder() / language / "LC_MESSAGES" / "auditkit.po"


def available_languages() -> tuple[str, ...]:
    """Every language with a catalogue, and the source language."""
    found = {path.parents[1].name for path in _folder().glob("*/LC_MESSAGES/auditkit.po")}
    return tuple(sorted({SOURCE, *found}))


def known_locale(language: str) -> Locale:
    """Find what Babel knows of a language: its plurals, its digits and how it writes dates.

    Raises
    ------
    DefinitionError
        Where Babel knows no such language.
    """
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError, TypeError) as error:
        mend = "Give the code of a language, such as 'de', with a country where it matters, such as 'pt_BR'."
        raise DefinitionError(
            [Problem(where="language", found=f"nobody knows '{language}'.", mend=mend)]
        ) from error


def check_languages(wanted: tuple[str, ...]) -> None:
    """Refuse languages without a catalogue, or with one that would break a page, before anything else is done."""
    known = available_languages()
    problems = []
    for language in wanted:
        if language not in known:
            near = closest(language, known)
            hint = f"Did you mean '{near}'? " if near else ""
            mend = f"{hint}Languages: {shown(known)}. A language is one file in report_templates/locale."
            problems.append(
                Problem(where="[report] languages", found=f"there is no '{language}'.", mend=mend)
            )
    if problems:
        raise DefinitionError(problems)
    for language in wanted:
        translations(language)


def headers_of(text: str) -> dict[str, str]:
    r"""Read what a catalogue says about itself.

    >>> headers_of('msgid ""\nmsgstr ""\n"Language: es\\n"\n"X-Complete: yes\\n"\n')
    {'Language': 'es', 'X-Complete': 'yes'}
    """
    found = _HEADER.search(text)
    lines = [] if found is None else "".join(line[1:-1] for line in found[1].splitlines()).split(r"\n")
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines) if value}


def about(language: str) -> Language:
    """Say how far a language is translated, and who read it."""
    path = catalogue_file(language)
    if not path.is_file():
        return Language(code=language, complete=True, reviewed_by=None)
    header = headers_of(path.read_text(encoding="utf-8"))
    reader = header.get("X-Reviewed-By", "nobody")
    return Language(
        code=language, complete=header.get("X-Complete") == "yes", reviewed_by=None if reader == "nobody" else reader
    )  # fmt: skip


def _recogniser(phrase: str) -> re.Pattern[str]:
    """Match a phrase with its values; one at the start is a single word, so that names from elsewhere are not taken apart.

    >>> _recogniser("{} within {}").fullmatch("a1 within b 2").groups()
    ('a1', 'b 2')
    """
    words = re.sub(r"\{[^}]*\}", "\0", phrase)
    return re.compile(re.sub("^\0", r"(\\S+)", re.escape(words).replace("\\\0", "\0")).replace("\0", "(.+)"))


class Catalogue(GNUTranslations):
    """What is translated into a language; the rest stays English."""

    def __init__(self, file: IO[bytes], held: frozenset[str]) -> None:
        super().__init__(file)
        self.held = held
        """Messages with a translation that somebody has looked at; of those with a plural, the singular."""
        open_ended = (text for text in held if "{" in text)
        self.patterns = tuple(
            (_recogniser(text), text) for text in sorted(open_ended, key=lambda text: (-len(text), text))
        )
        """Phrases that leave values open, those with most words first, and what recognises them when they are filled."""

    def said(self, sentence: str) -> tuple[str, tuple[str, ...]] | None:
        """Translate a phrase, and return it with what fills it; None where there is no translation."""
        if sentence in self.held:
            return self.gettext(sentence), ()
        for pattern, text in self.patterns:
            if found := pattern.fullmatch(sentence):
                return re.sub(r"\{[^}]*\}", "{}", self.gettext(text)), found.groups()
        return None


def translations(language: str) -> NullTranslations:
    """Compile a language's catalogue in memory; the source language needs none."""
    path = catalogue_file(language)
    return _compiled(path, language, path.stat().st_mtime_ns) if path.is_file() else NullTranslations()


@lru_cache(maxsize=8)
def _compiled(path: Path, language: str, changed: int) -> Catalogue:  # noqa: ARG001  # read again when the file changes
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalogue = read_po(BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        mend = "A catalogue is a gettext file (.po) in UTF-8; `auditkit translate` writes one."
        raise ReportError(where=str(path), found=f"it cannot be read: {error}.", mend=mend) from error
    for message in catalogue:
        if message.id and (wrong := fault(message)):
            shown_id = message.id if isinstance(message.id, str) else message.id[0]
            found = f"the translation of “{shown_id}” cannot be used: {wrong}."
            raise ReportError(
                where=str(path), found=found, mend="Mend it, or leave it empty: then it stays English."
            )
    held = {
        one.id if isinstance(one.id, str) else one.id[0]
        for one in catalogue
        if one.id and one.string and not one.fuzzy and (isinstance(one.string, str) or all(one.string))
    }
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Catalogue(compiled, frozenset(held))
