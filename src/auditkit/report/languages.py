"""Languages: one gettext catalogue each, read as it stands in `report_templates/locale`."""

from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from auditkit import bundled
from auditkit.errors import DefinitionError, Problem, closest, shown

SOURCE = "en"
"""The language of the messages themselves."""


def _folder() -> Path:
    return bundled.folder("report_templates") / "locale"


def _catalogue(language: str) -> Path:
    return _folder() / language / "LC_MESSAGES" / "auditkit.po"


def available_languages() -> tuple[str, ...]:
    """Every language with a catalogue, and the source language."""
    found = {path.parents[1].name for path in _folder().glob("*/LC_MESSAGES/auditkit.po")}
    return tuple(sorted({SOURCE, *found}))


def check_languages(wanted: tuple[str, ...]) -> None:
    """Refuse languages without a catalogue, before anything else is done."""
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


def translations(language: str) -> NullTranslations:
    """Compile a language's catalogue in memory; the source language needs none."""
    path = _catalogue(language)
    if not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)
