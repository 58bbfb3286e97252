"""Catalogues: started, and brought up to the present messages, without losing what is translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from auditkit import bundled
from auditkit.errors import ReportError
from auditkit.report.languages import SOURCE, available_languages, catalogue_file, headers_of, known_locale
from auditkit.report.messages import template

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

HEADER = {
    "Project-Id-Version": "auditkit",
    "Language": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "",
    "X-Complete": "no",
    "X-Reviewed-By": "nobody",
}
"""What a new catalogue says about itself; an existing one keeps what it says."""

PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
}
"""Word forms as Unicode CLDR has them, where Babel's own table gives the last two in the other order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueState:
    """One catalogue after an update."""

    file: Path
    messages: int
    translated: int
    """Of the messages, those that a report shows in the language."""
    text: str


def update(language: str | None = None, *, out: Path | None = None) -> tuple[CatalogueState, ...]:
    """Write the catalogue of a language, or of every language with the list of all messages.

    Raises
    ------
    ReportError
        Where a file cannot be read or written.
    DefinitionError
        Where nobody knows the language.
    """
    states = present() if language is None else (_of_language(language, out, template()),)
    for state in states:
        try:
            state.file.parent.mkdir(parents=True, exist_ok=True)
            state.file.write_text(state.text, encoding="utf-8")
        except OSError as error:
            found = f"the catalogue cannot be written ({error.strerror})."
            raise ReportError(
                where=str(state.file), found=found, mend="Name a file that you may write to, with --out."
            ) from error
    return states


def present() -> tuple[CatalogueState, ...]:
    """Make the list of all messages, and every catalogue as it should be now; nothing is written."""
    found = template()
    listed = CatalogueState(
        file=bundled.folder("report_templates") / "locale" / "auditkit.pot",
        messages=len(found), translated=0, text=written(found, HEADER),
    )  # fmt: skip
    return (listed, *(_of_language(code, None, found) for code in available_languages() if code != SOURCE))


def _of_language(language: str, out: Path | None, found: "Catalog") -> CatalogueState:
    known_locale(language)
    path = out or catalogue_file(language)
    before = next((file for file in (path, catalogue_file(language)) if file.is_file()), None)
    try:
        text = "" if before is None else before.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mend = "A catalogue is a gettext file (.po) in UTF-8."
        raise ReportError(where=str(before), found="it cannot be read as text.", mend=mend) from error
    catalogue, header = updated(text, language, found)
    done = sum(bool(one.id) and _translated(one.string) and not one.fuzzy for one in catalogue)
    return CatalogueState(file=path, messages=len(found), translated=done, text=written(catalogue, header))


def _translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) and (isinstance(string, str) or all(string or ()))


def updated(text: str, language: str, found: "Catalog") -> tuple["Catalog", dict[str, str]]:
    """Bring the text of a catalogue up to the present messages; return it with its header.

    Translations of messages that are still there stay. One whose message changed a little is kept and marked fuzzy: it is
    shown in English until somebody looks at it. What no message uses is dropped.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalogue = read_po(BytesIO(text.encode()), locale=language, abort_invalid=True)
    except PoFileError as error:
        mend = "Mend that line; a catalogue is a gettext file (.po)."
        raise ReportError(where=f"catalogue of '{language}'", found=f"{error}.", mend=mend) from error
    plural = PLURALS.get(language.partition("_")[0], catalogue.plural_forms.rstrip(";"))
    header = HEADER | {"Plural-Forms": f"{plural};"} | headers_of(text)
    catalogue.update(found, update_header_comment=False)
    for message in (
        catalogue
    ):  # a changed message comes with the flags of its predecessor, and perhaps without a translation
        if not message.python_format:
            message.flags.discard("python-format")
        if not _translated(message.string):
            message.flags.discard("fuzzy")
    return catalogue, header | {"Language": language}


def written(catalogue: "Catalog", header: Mapping[str, str]) -> str:
    """Write a catalogue the same way every time: files without line numbers, no dates, one line for each message."""
    from babel.messages.pofile import write_po

    for message in catalogue:
        message.locations = [(name, 0) for name in dict.fromkeys(name for name, _ in message.locations)]
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    lines = "".join(
        f'"{key}: {value}\\n"\n'
        for key, value in header.items()
        if value and (header["Language"] or key[0] != "X")
    )
    return f'msgid ""\nmsgstr ""\n{lines}\n{body.getvalue().decode().strip()}\n'
