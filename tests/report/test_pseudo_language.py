"""Nothing that auditkit says is left untranslated, in any kind of audit."""

from pathlib import Path

import pytest

from auditkit import run_audit
from benchmarks.fuzz.outcomes import _write
from benchmarks.fuzz.worlds import sound
from tests.pseudo_language import bracketed, speak, untranslated


def test_values_stand_outside_the_brackets() -> None:
    assert bracketed("Found: %(found)s.") == "⟦Found: ⟧%(found)s⟦.⟧"
    assert bracketed("%(low)s to %(high)s") == "%(low)s⟦ to ⟧%(high)s"


@pytest.mark.parametrize("world", ["scores", "places", "alerts"])
def test_a_page_says_nothing_that_nobody_can_translate_and_forgotten_words_are_found(
    world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "audit").mkdir()
    _write(sound(world)[0], tmp_path / "audit")
    document = run_audit(tmp_path / "audit/audit.toml").document
    speak(tmp_path / "data", monkeypatch)

    assert untranslated(document) == []

    page = tmp_path / "data/report_templates/report.md.j2"
    page.write_text(page.read_text(encoding="utf-8") + "\nSome forgotten words\n", encoding="utf-8")
    assert untranslated(document) == ["report.eo.md: Some forgotten words"]
