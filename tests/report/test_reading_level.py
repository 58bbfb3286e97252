"""Reports are in plain words: what the templates and declarations say reads at grade 8 or below."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from auditkit import bundled
from tests.reading_level import NAME, body, grade, sentences, syllables

GRADE = 8


def templates() -> Iterator[str]:
    """Every sentence that templates write, with one mark in place of what is filled in."""
    for path in sorted(bundled.folder("report_templates").glob("*.j2")):
        for text in re.findall(r'_\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")):
            if text.endswith((".", "?", "!")):
                yield from sentences(re.sub(r"%\(\w+\)s", NAME, text))


def declarations() -> Iterator[str]:
    """What checks, policies and tool types say and ask."""
    for path in sorted(bundled.folder("checks").rglob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for block in (*content.get("check", ()), *content.get("limit", ())):
            yield from (one for key in ("why", "ask") for one in sentences(block.get(key, "")))
        yield from (one for caveat in content.get("caveats", ()) for one in sentences(caveat))


def test_the_grade_is_that_of_its_formula() -> None:
    # Six words of one syllable: 0.39 * 6 + 11.8 * 1 - 15.59. A name and a number change nothing but the length.
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45)
    assert grade(["The cat sat on the mat, 0 and 12.5%."]) == pytest.approx(0.39 * 7 + 11.8 - 15.59)
    # Two sentences of 2 words: police 2, matters 2; discrimination 5, hurts 1.
    assert grade(["Police matters.", "Discrimination hurts."]) == pytest.approx(
        0.39 * 2 + 11.8 * 10 / 4 - 15.59
    )


@pytest.mark.parametrize(("word", "count"), [("rate", 1), ("limit", 2), ("policy", 3), ("probability", 5)])
def test_syllables_are_those_of_a_dictionary(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_body_of_a_page_leaves_tables_and_names_out() -> None:
    page = "<h2>Head</h2><p>Of <b>Upper Town</b>, Town and Townsend.</p><table><tr><td><p>No.</p></td></tr></table>"

    assert body(page, ["Town", "Upper Town"]) == [f"Of {NAME} , {NAME} and Townsend."]


def test_what_templates_say_reads_at_grade_eight() -> None:
    said = list(templates())

    assert len(said) > 500
    assert grade(said) <= GRADE


def test_what_checks_and_policies_say_reads_at_grade_eight() -> None:
    said = list(declarations())

    assert len(said) > 100
    assert grade(said) <= GRADE
