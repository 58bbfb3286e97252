"""Every message of a report is found, and catalogues follow the messages without losing a translation."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditkit import bundled
from auditkit.cli.app import app
from auditkit.errors import AuditKitError
from auditkit.report.catalogues import present, update
from auditkit.report.languages import headers_of
from auditkit.report.messages import marked


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose reports hold few messages."""
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "checks/data").mkdir(parents=True)
    (tmp_path / "report_templates/page.html.j2").write_text(
        '{# Translators: a heading #}\n{{ _("What we found") }}\n{{ _("Audit of %(tool)s", tool=x) }}\n',
        encoding="utf-8",
    )
    (tmp_path / "checks/data/ours.toml").write_text(
        '[[check]]\nid = "x"\ntitle = "Nobody is missing"\nsource = "methods D1"\n', encoding="utf-8"
    )
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    monkeypatch.setattr("auditkit.report.messages.PACKAGE", tmp_path / "src")
    (tmp_path / "src/judge").mkdir(parents=True)
    (tmp_path / "src/judge/why.py").write_text('WHY = phrase("no outcomes")\n', encoding="utf-8")
    return tmp_path


def test_catalogues_hold_the_present_messages() -> None:
    stale = [
        state.file.name
        for state in present()
        if not state.file.is_file() or state.file.read_text(encoding="utf-8") != state.text
    ]

    assert stale == [], "run `make messages`"


def test_messages_come_from_templates_declarations_and_code_with_notes_for_translators(small: Path) -> None:
    (listed,) = update()

    assert listed.file == small / "report_templates/locale/auditkit.pot"
    body = listed.file.read_text(encoding="utf-8").split("\n\n", 1)[1]
    assert body.split("\n\n") == [
        '#. a heading\n#: page.html.j2\nmsgid "What we found"\nmsgstr ""',
        '#: page.html.j2\n#, python-format\nmsgid "Audit of %(tool)s"\nmsgstr ""',
        '#. The title of a data check. It is quoted: Not so: “…”\n#: checks/data/ours.toml\nmsgid "Nobody is missing"\nmsgstr ""',
        '#. Part of a sentence, or one by itself. Keep {} where a value goes.\n#: judge/why.py\nmsgid "no outcomes"\nmsgstr ""\n',
    ]


def test_an_update_keeps_translations_marks_changed_messages_and_drops_unused_ones(small: Path) -> None:
    (state,) = update("de")
    text = state.file.read_text(encoding="utf-8").replace(
        '"X-Reviewed-By: nobody\\n"', '"X-Reviewed-By: B. Schmidt\\n"'
    )
    for english, german in {
        "What we found": "Was wir fanden", "Audit of %(tool)s": "Prüfung von %(tool)s", "no outcomes": "keine Ergebnisse",
    }.items():  # fmt: skip
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{german}"')
    state.file.write_text(text, encoding="utf-8")
    page = small / "report_templates/page.html.j2"
    changed = (
        page.read_text(encoding="utf-8")
        .replace("Audit of %(tool)s", "Audit of the tools")
        .replace('{{ _("What we found") }}', '{{ _("What we found") }}{{ _("What was found?") }}')
    )
    page.write_text(changed, encoding="utf-8")
    (small / "src/judge/why.py").unlink()

    _, german_state = update()

    after = german_state.file.read_text(encoding="utf-8")
    assert (german_state.messages, german_state.translated) == (4, 1)
    assert 'msgid "What we found"\nmsgstr "Was wir fanden"' in after
    assert '#, fuzzy\nmsgid "Audit of the tools"\nmsgstr "Prüfung von %(tool)s"' in after
    assert "keine Ergebnisse" not in after
    assert headers_of(after)["X-Reviewed-By"] == "B. Schmidt"
    assert update()[1].text == after


def test_a_catalogue_is_written_where_the_user_says(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine/pt.po"

    result = CliRunner().invoke(app, ["translate", "pt_BR", "--out", str(out)])

    assert (result.exit_code, result.stdout) == (0, f"{out}: 4 messages, 0 of them translated.\n")
    assert headers_of(out.read_text(encoding="utf-8"))["Plural-Forms"] == "nplurals=2; plural=(n > 1);"
    assert not (small / "report_templates/locale/pt_BR").exists()


def test_a_language_nobody_knows_and_a_broken_catalogue_are_refused(small: Path) -> None:
    with pytest.raises(AuditKitError, match="nobody knows 'klingon'"):
        update("klingon")
    broken = small / "broken.po"
    broken.write_text('msgid "x"\nwhat is this\n', encoding="utf-8")
    with pytest.raises(AuditKitError, match=r"catalogue of 'de'.*Mend that line"):
        update("de", out=broken)


def test_only_literals_are_marked() -> None:
    with pytest.raises(ValueError, match=r"x\.py, line 1: phrase\(\) marks a literal, not phrase\(WHY\)"):
        list(marked("phrase(WHY)", "x.py"))
