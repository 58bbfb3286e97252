"""A report is whole in every language: its words, its word forms, its numbers, and the direction of its lines."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit import bundled, run_audit
from auditkit.errors import AuditKitError
from auditkit.report.catalogues import updated
from auditkit.report.dates import long_date
from auditkit.report.directions import in_its_language
from auditkit.report.languages import SOURCE, about, available_languages, catalogue_file, translations
from auditkit.report.messages import template
from auditkit.report.numbers import decimal, per_cent, signed, whole
from auditkit.report.placeholders import fault
from auditkit.report.writing import Writing

Write = Callable[..., Path]
CELLS = {"A": (800, 200, 500, 500), "B": (550, 450, 500, 500)}
TRANSLATED = tuple(language for language in available_languages() if language != SOURCE)


@pytest.fixture
def speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install a catalogue of a few messages: `speak("ar", {...}, {"X-Reviewed-By": ...})`."""
    source = bundled.ROOT
    root = tmp_path / "installation"
    root.mkdir()
    (root / "checks").symlink_to(source / "checks")
    (root / "report_templates").mkdir()
    for path in (source / "report_templates").glob("*.j2"):
        (root / "report_templates" / path.name).symlink_to(path)
    monkeypatch.setattr(bundled, "ROOT", root)

    def install(
        language: str, messages: dict[str, str], plurals: dict[tuple[str, str], list[str]], **header: str
    ) -> None:
        lines = {"Content-Type": "text/plain; charset=UTF-8", "Language": language, **header}
        text = 'msgid ""\nmsgstr ""\n' + "".join(f'"{key}: {value}\\n"\n' for key, value in lines.items())
        for one, other in messages.items():
            text += f'\n#: first.html.j2\nmsgid "{one}"\nmsgstr "{other}"\n'
        for (one, many), forms in plurals.items():
            said = "".join(f'msgstr[{at}] "{form}"\n' for at, form in enumerate(forms))
            text += f'\n#: first.html.j2\nmsgid "{one}"\nmsgid_plural "{many}"\n{said}'
        path = catalogue_file(language)
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")

    return install


# what catalogues must hold


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_that_claims_to_be_complete_has_every_message(language: str) -> None:
    catalogue, _ = updated(catalogue_file(language).read_text(encoding="utf-8"), language, template())
    missing = [
        str(one.id) for one in catalogue if one.id and (one.fuzzy or not one.string or not all(one.string))
    ]

    assert not about(language).complete or missing == []


def test_spanish_is_complete() -> None:
    assert about("es").complete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_keeps_the_places_of_values_and_holds_no_markup(language: str) -> None:
    catalogue, _ = updated(catalogue_file(language).read_text(encoding="utf-8"), language, template())

    assert {str(one.id): found for one in catalogue if one.id and (found := fault(one))} == {}


@pytest.mark.parametrize(
    ("translation", "complaint"),
    [
        ("%(tool)s ist gut", "differs from its message in %(limit)s"),
        ("%(tool)s, %(limit)s, %(n)s", "differs from its message in %(n)s"),
        ("%(tool)s, %(limit)s, 5 % und", "a % stands alone"),
        ("<b>%(tool)s</b>, %(limit)s", "holds markup"),
    ],
)
def test_a_translation_that_would_break_a_page_is_refused_with_its_message(
    translation: str, complaint: str, speak: Callable[..., None], tmp_path: Path, write_confusion: Write
) -> None:
    speak("de", {"%(tool)s meets %(limit)s": translation}, {})
    path = write_confusion(tmp_path / "audit", CELLS, report={"languages": ["de"]})

    with pytest.raises(AuditKitError, match=re.escape(complaint)) as refused:
        run_audit(path)
    assert "%(tool)s meets %(limit)s" in str(refused.value)


# what a page says about its language


def test_a_page_says_that_nobody_reviewed_it_what_is_missing_and_where_the_others_are(
    speak: Callable[..., None], tmp_path: Path, write_confusion: Write
) -> None:
    note = "This translation has not yet been reviewed by a native speaker."
    speak("es", {note: "Nadie ha revisado esta traducción."}, {}, **{"X-Complete": "no"})
    speak("de", {}, {}, **{"X-Reviewed-By": "B. Schmidt", "X-Complete": "yes"})
    files = run_audit(
        write_confusion(tmp_path / "audit", CELLS, report={"languages": ["en", "es", "de"]})
    ).files
    english, spanish, german = (files[f"report.{code}.html"].decode() for code in ("en", "es", "de"))

    assert (
        '<p class="note">Nadie ha revisado esta traducción. <span lang="en" dir="ltr">What is not yet'
        in spanish
    )
    assert "Nadie ha revisado esta traducción." in files["report.es.md"].decode()
    assert note not in english + german
    assert '<a href="report.es.html" lang="es" hreflang="es" dir="ltr">español</a>' in english
    assert '<a href="report.en.html" lang="en" hreflang="en" dir="ltr">English</a>' in german
    assert "[Deutsch](report.de.md)" in files["report.en.md"].decode()


def test_what_is_not_translated_is_marked_as_english_but_never_inside_a_tag_or_a_picture() -> None:
    page = '<p title="\ue000Found\ue001">\ue000Found: \ue001x</p><title>\ue000T\ue001</title><svg><text>\ue000P\ue001</text></svg>'

    assert in_its_language(page, direction="ltr") == (
        '<p title="Found"><span lang="en" dir="ltr">Found: </span>x</p><title>T</title><svg><text>P</text></svg>'
    )


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        # messages that follow each other are one text, and one within another is part of it
        ("<p>\ue000One.\ue001 \ue000Two.\ue001</p>", "<p>[One. Two.]</p>"),
        ("<p>\ue000A \ue000b\ue001 c.\ue001 7, \ue000D.\ue001</p>", "<p>[A b c. 7, D.]</p>"),
        ("<p>\ue000A <b>\ue000b\ue001</b>\ue001</p>", "<p>[A <b>b</b>]</p>"),
        # words of the language, names and markup stand between
        ("<p>\ue000A\ue001 كلمة \ue000b\ue001</p>", "<p>[A] كلمة [b]</p>"),
        ("<p>\ue000A\ue001 Name \ue000b\ue001</p>", "<p>[A] Name [b]</p>"),
        ("<p>\ue000A\ue001<b>\ue000b\ue001</b></p>", "<p>[A]<b>[b]</b></p>"),
        # English keeps values in order by itself, except those that run from right to left
        ("<p>\ue000To \u2068\u2068-1.5\u200e%\u200e\u2069 to \u2068x\u2069\u2069.\ue001</p>", "<p>[To -1.5% to x.]</p>"),
        ("<p>\ue000\u2068كلمة\u2069: \u20685\u2069\ue001</p>", "<p>[\u2068كلمة\u2069: 5]</p>"),
        # in a line from right to left every value stays set apart; a sign inside it needs no mark of its own
        ("<p>كلمة \u2068-1.5\u200e%\u200e\u2069</p>", "<p>كلمة \u2068-1.5%\u2069</p>"),
        ("<td>1.5\u200e%\u200e</td>", "<td>1.5\u200e%\u200e</td>"),
    ],
)  # fmt: skip
def test_english_in_a_page_from_right_to_left_is_marked_in_one_piece(page: str, marked: str) -> None:
    shown = in_its_language(page, direction="rtl")

    assert shown.replace('<span lang="en" dir="ltr">', "[").replace("</span>", "]") == marked


# numbers, dates, word forms

FORMS = ["لا أحد", "شخص واحد", "شخصان", "%(n)s أشخاص", "%(n)s شخصًا", "%(n)s شخص"]
ARABIC = {0: "لا أحد", 1: "شخص واحد", 2: "شخصان", 3: "3 أشخاص", 10: "10 أشخاص", 11: "11 شخصًا", 99: "99 شخصًا",
    100: "100 شخص", 102: "102 شخص", 103: "103 أشخاص"}  # fmt: skip
"""Unicode CLDR, plural rules of Arabic: zero, one, two, few (3 to 10), many (11 to 99), other; by the last two digits."""


def test_arabic_takes_one_of_six_forms_by_the_count(speak: Callable[..., None]) -> None:
    six = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
    speak("ar", {}, {("%(n)s person", "%(n)s people"): FORMS}, **{"Plural-Forms": six})
    page = Writing("ar", translations("ar"), "html")

    def said(number: object) -> str:
        return re.sub("[\u2068\u2069]", "", page.counted("%(n)s person", "%(n)s people", number, {}))

    assert {count: said(count) for count in ARABIC} == ARABIC
    assert said(whole(3, locale="ar")) == "3 أشخاص"
    assert said(decimal(2.0, locale="ar", digits=1)) == "2.0 شخص"  # a fraction is no dual: CLDR, "other"


def test_one_is_not_many_in_english() -> None:
    page = Writing("en", translations("en"), "html")

    assert page.counted("%(n)s day", "%(n)s days", 1, {}) == "1 day"
    assert page.counted("%(n)s day", "%(n)s days", 0, {}) == "0 days"
    assert page.counted("%(n)s day", "%(n)s days", whole(1200, locale="en"), {}) == "1,200 days"
    assert (
        page.counted("%(n)s point", "%(n)s points", decimal(1.0, locale="en", digits=1), {}) == "1.0 points"
    )
    assert page.counted("%(n)s day", "%(n)s days", "withheld", {}) == "withheld days"


def test_numbers_and_days_are_written_as_the_language_writes_them() -> None:
    # Unicode CLDR 47: Spanish and German write 44,8 % with a space that does not break; Persian has digits of its own.
    assert per_cent(0.448468, locale="es") == "44,8\xa0%"
    assert whole(7214, locale="fa") == "۷٬۲۱۴"  # noqa: RUF001  # these are the digits
    assert decimal(-1.5, locale="fa") == "\u200e\u2212۱٫۵۰"  # noqa: RUF001  # these are the digits
    assert signed(1.34, locale="ar") == "\u200e+1.3"
    assert whole(7214, locale="ar_EG") == "٧٬٢١٤"  # noqa: RUF001  # these are the digits
    assert long_date("2026-11-27", locale="es") == "27 de noviembre de 2026"
    assert long_date("2026-11-27", locale="ar") == "27 نوفمبر 2026"


def test_a_phrase_is_translated_with_what_fills_it(speak: Callable[..., None]) -> None:
    speak("es", {}, {})
    path = catalogue_file("es")
    pairs = {
        "at least {}": "al menos {}",
        "at least {} and at most {}": "de {} a {}",
        "{} days from {}": "{} días desde {}",
    }
    said = "".join(f'\n#: x.py\nmsgid "{one}"\nmsgstr "{other}"\n' for one, other in pairs.items())
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    page = Writing("es", translations("es"), "html")

    assert page.said("at least 0.95") == "al menos 0,95"
    assert page.said("at least 0.1% and at most 99.9%") == "de 0,1\xa0% a 99,9\xa0%"
    assert page.word("14 days from 2018-08-06") == "14 días desde 2018-08-06"
    assert page.word("North days from side") == "North días desde side"
    assert page.word("Any <b>name</b>") == "Any &lt;b&gt;name&lt;/b&gt;"


# lines that run from right to left


def test_values_are_set_apart_in_a_line_that_runs_from_right_to_left(
    speak: Callable[..., None], tmp_path: Path, write_confusion: Write
) -> None:
    speak("ar", {"Audit of %(tool)s": "تدقيق %(tool)s", "What we found": "ما وجدناه"}, {})
    tool = {"name": "Risk (score)\u202e\u2067 2"}
    files = run_audit(
        write_confusion(tmp_path / "audit", CELLS, tool=tool, report={"languages": ["ar"]})
    ).files
    page = files["report.ar.html"].decode()

    assert '<html lang="ar" dir="rtl">' in page
    assert "<title>تدقيق \u2068Risk (score) 2\u2069</title>" in page  # the vendor's own controls are gone
    assert ">ما وجدناه<" in page
    assert page.count("\u2068") == page.count("\u2069")
    assert not set(page) & {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\ue000", "\ue001"}
    assert "<bdi>A</bdi>" in page
    assert 'direction="ltr"' in next(
        content.decode() for name, content in files.items() if name.startswith("charts/")
    )


def test_a_language_that_runs_from_left_to_right_needs_no_marks(
    tmp_path: Path, write_confusion: Write
) -> None:
    page = run_audit(write_confusion(tmp_path / "audit", CELLS)).files["report.en.html"].decode()

    assert not set(page) & {"\u2066", "\u2067", "\u2068", "\u2069", "\ue000", "\ue001"}
    assert "<bdi>" not in page
