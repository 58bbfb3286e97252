"""Templates are compiled once and kept beside compiled modules; a change to one is always seen."""

import sys
from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path

import pytest

from auditkit.report import templates
from auditkit.report.compiling import Compiled
from auditkit.report.templates import rendered
from auditkit.report.writing import Writing

WRITING = Writing("en", NullTranslations(), "html")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a folder of templates of one's own, and say where its compiled templates are kept."""
    (tmp_path / "data/report_templates").mkdir(parents=True)
    monkeypatch.setattr("auditkit.bundled.ROOT", tmp_path / "data")
    monkeypatch.setattr(templates, "cache_from_source", lambda _: str(tmp_path / "kept/module.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


def written(text: str, kept: Path, **facts: object) -> str:
    """Fill a template in a process that has compiled nothing yet."""
    templates.templates.cache_clear()
    (kept.parent / "data/report_templates/one.j2").write_text(text)
    return rendered("one.j2", facts, writing=WRITING).decode()


def test_a_kept_template_serves_again_and_a_changed_one_does_not(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert written("{{ _('first') }}", kept) == "first"
    (file,) = kept.iterdir()
    first = file.read_bytes()
    assert written("{{ _('second') }}", kept) == "second"
    assert file.read_bytes() != first

    monkeypatch.setattr(Compiled, "dump_bytecode", lambda *_: pytest.fail("compiled again"))
    assert written("{{ _('second') }}", kept) == "second"


def test_where_nothing_may_be_kept_templates_are_filled_all_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "cache_from_source", lambda _: str(kept / "no/such/folder/module.pyc"))
    assert written("{{ _('first') }}", kept) == "first"

    monkeypatch.setattr(templates, "cache_from_source", lambda _: str(kept / "module.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert written("{{ _('other') }}", kept) == "other"
    assert not kept.exists()


def test_a_template_is_compiled_once_for_every_language_and_format(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(Compiled, "dump_bytecode", lambda _, bucket: compiled.append(bucket.key))

    assert written("{{ _('first') }}", kept) == "first"
    for writing in (
        replace(WRITING, language="es"),
        replace(WRITING, language="ar"),
        replace(WRITING, suffix="md"),
    ):
        rendered("one.j2", {}, writing=writing)
    assert len(compiled) == 1


class Odd:
    """Something that nobody expected in a template."""

    def __str__(self) -> str:
        return "<b>&"


@pytest.mark.parametrize(
    "template",
    ["{{ odd }}", "{{ odd|string }}", "{% macro one() %}{{ odd }}{% endmacro %}{{ one() }}",
     "{% set kept %}{{ odd }}{% endset %}{{ kept }}", "{% filter deeper %}{{ odd }}{% endfilter %}"],
)  # fmt: skip
def test_whatever_a_template_shows_is_escaped_once(template: str, kept: Path) -> None:
    assert written(template, kept, odd=Odd()) == "&lt;b&gt;&amp;"
    assert written(template, kept, odd="<b>&") == "&lt;b&gt;&amp;"
    assert written(template, kept, odd=3) == "3"


@pytest.mark.parametrize("message", ["100 %", "%(absent)s", "%s"])
def test_a_message_with_a_stray_sign_or_an_unknown_placeholder_is_refused(message: str, kept: Path) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        written(f"{{{{ _('{message}', known=1) }}}}", kept)


def test_a_message_is_filled_with_what_is_escaped_and_two_signs_are_one(kept: Path) -> None:
    said = written("{{ _('%(a)s of 5%% and %(a)s, %(b)s', a='<i>', b=3) }}", kept)

    assert said == "&lt;i&gt; of 5% and &lt;i&gt;, 3"
