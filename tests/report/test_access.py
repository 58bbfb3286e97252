"""Colours can be told apart, in light and dark, and tables that scroll can be scrolled by keyboard."""

import re

import pytest

from auditkit import bundled

TEMPLATES = bundled.folder("report_templates")
STYLE = (TEMPLATES / "style.css.j2").read_text(encoding="utf-8")
LIGHT = dict(re.findall(r"--(\w+):(#\w+)", STYLE.split("@media")[0]))
DARK = LIGHT | dict(re.findall(r"--(\w+):(#\w+)", STYLE.split("prefers-color-scheme:dark")[1].split("}}")[0]))
WORDS = ("ink", "soft", "link", "bad", "open", "good")


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * letter for letter in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    # White on black is 21 to 1 by definition; #767676 on white is known as the lightest grey that reaches 4.5.
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_stand_out_from_what_is_behind_them(palette: dict[str, str]) -> None:
    for behind in ("paper", "tint"):
        words = {name: contrast(palette[name], palette[behind]) for name in WORDS}
        assert {name: ratio for name, ratio in words.items() if ratio < 4.5} == {}  # WCAG 1.4.3
        assert contrast(palette["mark"], palette[behind]) >= 3  # WCAG 1.4.11


def test_every_table_that_scrolls_is_reached_by_keyboard_and_named() -> None:
    scrolling = {
        path.name for path in TEMPLATES.rglob("*.j2") if 'class="scroll"' in path.read_text(encoding="utf-8")
    }

    assert scrolling == {"scroll.j2"}, "open a table with `{% call scroll.table() %}caption{% endcall %}`"
    assert 'role="group" tabindex="0" aria-label=' in (TEMPLATES / "scroll.j2").read_text(encoding="utf-8")
