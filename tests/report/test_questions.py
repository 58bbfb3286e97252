"""Each question that residents ask has its page, its short answer, and their own questions come first."""

import json
import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

import auditkit
from auditkit import bundled
from auditkit.definitions.questions import ABOUT
from auditkit.errors import DefinitionError
from tests.report.tracing import untraced

Write = Callable[..., Path]
AREAS, WEEKS = 200, 4
AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "recorded incidents", source = "call" }
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = { Black = "black", White = "white" }
reference.race = "White"
longitude = "lon"
latitude = "lat"
[contact]
decides = "The council"
appeal_to = "the oversight board"
answer_within_days = 30
[[question]]
asked_by = "meeting"
text = "Is a120 patrolled more?"
about = "neighbourhood"
area = "a120"
[[question]]
asked_by = "meeting"
text = "And <b>Elsewhere</b>?"
about = "neighbourhood"
area = "<b>Elsewhere</b>"
[[question]]
asked_by = "meeting"
text = "Will it be safer?"
about = "reduces_crime"
[[question]]
asked_by = "meeting"
text = "What of the weather?"
"""


def incidents(i: int) -> int:
    """Count incidents of an area, every week alike: most in the last 40 areas, few in the first area."""
    return 40 if i >= 160 else 4 if i == 0 else 10


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    """Audit 200 areas: 40 are flagged in none of four weeks, 40 in one, and so on up to 40 in all four."""
    folder = tmp_path_factory.mktemp("places")
    days = ("2019-01-07", "2019-01-14", "2019-01-21", "2019-01-28")
    records = [
        f"a{i:03},{day},{int(i // 40 > week)},{incidents(i)}"
        for week, day in enumerate(days)
        for i in range(AREAS)
    ]
    areas = []
    for i in range(AREAS):
        black = 500 if i >= 160 else 125
        areas.append(f"a{i:03},1000,{black},{1000 - black},{10 + 0.01 * (i % 20)},{50 + 0.01 * (i // 20)}")
    (folder / "records.csv").write_text("area,week,hot,n\n" + "\n".join(records) + "\n")
    (folder / "areas.csv").write_text("area,people,black,white,lon,lat\n" + "\n".join(areas) + "\n")
    (folder / "audit.toml").write_text(AUDIT)
    return auditkit.run_audit(folder / "audit.toml")


def page(audit: auditkit.Audit) -> str:
    return audit.files["report.en.html"].decode()


def plain(audit: auditkit.Audit) -> str:
    return audit.files["report.en.md"].decode().replace("\\", "")


def words(part: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part)))


def answer(audit: auditkit.Audit, name: str) -> str:
    found = re.search(rf'<h2 id="{name}">.*?<p class="answer".*?>(.*?)</p>', page(audit), re.DOTALL)
    assert found is not None
    return words(found[1])


def test_page_one_has_its_six_parts_before_anything_else(places: auditkit.Audit) -> None:
    headings = (
        "What we found", "How sure we are", "What we could not check", "What the board can do now",
        "If you live here and disagree",
    )  # fmt: skip
    for text in (words(page(places).split("<nav")[0]), plain(places).split("What residents asked")[0]):
        at = [text.index(heading) for heading in headings]
        assert at == sorted(at)
        assert "Purpose: names areas for patrols." in text
        assert "It is proposed, and not in use." in text
        assert "Turn to the oversight board; an answer is due within 30 days." in text
        assert "Ask the vendor:" in text


def test_each_question_is_a_page_in_the_same_order_in_both_formats(places: auditkit.Audit) -> None:
    html = page(places)
    anchors = re.findall(r'<section class="page" aria-labelledby="([^"]+)">', html)
    titles = [words(re.findall(rf'<h2 id="{name}">(.*?)</h2>', html)[0]) for name in anchors]

    assert anchors == ["asked", *(name.replace("_", "-") for name in ABOUT), "glossary", "method"]
    assert re.findall(r"(?m)^## (.+)$", plain(places))[5:] == titles  # five parts of page one stand before
    assert re.search(r"@media print\{[^@]*\.page\{break-before:page\}", html)
    assert all(f'href="#{name}"' in html for name in anchors)
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_residents_own_questions_are_answered_from_the_findings(places: auditkit.Audit) -> None:
    asked = page(places).split('<h2 id="asked">')[1].split("</section>")[0]
    first, elsewhere, crime, weather = asked.split("<h3>")[1:]

    # a120 is among the areas flagged in three weeks; the forty areas after a160 are flagged in four.
    assert "Flagged in 3 of 4 periods. Of 200 areas, 40 are flagged more often." in words(first)
    assert re.search(r'<a href="#(entry-\d+)">', first)
    assert "this audit has no area “<b>Elsewhere</b>”" in words(elsewhere)
    assert "<b>Elsewhere" not in page(places)
    assert "This audit does not show whether it does." in words(crime)
    assert 'href="#reduces-crime"' in crime
    assert "No direct answer: the audit file does not say which finding answers it" in words(weather)
    for told in ("Flagged in 3 of 4 periods.", "This audit does not show whether it does."):
        assert told in plain(places).split("## Is my neighbourhood flagged more?")[0]
    kept = json.loads(places.files["audit.json"])["questions"]
    assert [(one["about"], one["area"]) for one in kept[:1]] == [("neighbourhood", "a120")]


def test_short_answers_speak_in_natural_frequencies(places: auditkit.Audit) -> None:
    where, counting = answer(places, "neighbourhood"), answer(places, "better-than-counting")

    assert "Of 200 areas, 40 were never flagged and 40 were flagged every time." in where
    # Black residents: 40 x 500 of 40 x 500 + 160 x 125; white residents: 40 x 500 of 40 x 500 + 160 x 875.
    assert "Of every 1,000 Black residents, 500 live where it flags every time." in where
    assert "Of every 1,000 White residents, 125 live where it flags every time." in where
    # Before the first week nothing can be counted. In the other three: 40 areas x (1 + 2) weeks x 10 + 40 x 3 x 40 = 6,000
    # incidents where the tool flags, of 3 x (40 x 40 + 160 x 10 - 6) = 9,582.
    assert "Of every 1,000 recorded incidents, 626 lie in areas that the tool flagged." in counting


def test_every_neighbourhood_has_one_entry_and_the_page_stays_small(places: auditkit.Audit) -> None:
    entries = re.findall(
        r'<details id="(entry-\d+)"[^>]*><summary>(.*?)</summary><p data-m="[^"]+"[^>]*>(.*?)</p>',
        page(places),
    )

    assert len({anchor for anchor, _, _ in entries}) == AREAS
    assert [name for _, name, _ in entries] == [f"a{i:03}" for i in range(AREAS)]
    # Exact limits of a Poisson mean of 40 (Garwood): 28.58 and 54.47.
    assert "160.0 recorded incidents (plausible range 136.2 to 186.8)" in words(entries[199][2])
    assert "40.0 recorded incidents (plausible range 28.6 to 54.5)" in words(entries[1][2])
    assert "Of 200 areas, none is flagged more often." in re.sub("<[^>]+>", "", entries[199][2])
    assert "The policy sets no limit for single areas" in page(places)
    assert len(page(places)) < 1_000_000


def test_the_map_has_a_key_and_hatches_an_area_with_few_records(places: auditkit.Audit) -> None:
    hatched = re.findall(
        r'class="unsure" fill="url\(#map-unsure(\d)\)"[^>]*><title>(.*?)</title>', page(places)
    )

    # 16 incidents have exact limits of 9.15 and 25.98 (Garwood), more than twice apart; 40 have 28.58 and 54.47.
    assert hatched == [("0", "a000")]
    key = re.findall(r'<ul class="key">(.*?)</ul>', page(places))[0]
    assert re.findall(r'class="swatch (\w+)"', key) == ["s0", "s1", "s2", "s3", "s4", "hatched"]
    assert "never flagged" in key


def test_shades_are_ordered_in_grey_by_even_steps() -> None:
    style = bundled.folder("report_templates").joinpath("style.css.j2").read_text(encoding="utf-8")
    colours = [re.search(rf"\.a{shade}\{{fill:#(\w+)\}}", style) for shade in range(5)]
    grey = []
    for colour in colours:
        assert colour is not None
        digits = colour[1] if len(colour[1]) == 6 else "".join(2 * one for one in colour[1])
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
        grey.append(0.299 * red + 0.587 * green + 0.114 * blue)  # luma of ITU-R BT.601, as a grey copy has it

    assert all(before - after > 30 for before, after in pairwise(grey))


def test_who_is_wrongly_flagged_is_answered_with_direction_and_people(
    tmp_path: Path, write_confusion: Write
) -> None:
    cells = {"A": (800, 200, 500, 500), "B": (550, 450, 500, 500)}  # wrongly flagged: 20 % and 45 % of 1,000
    question = {"asked_by": "meeting", "text": "Are some wrongly flagged more?", "about": "wrongly_flagged"}
    audit = auditkit.run_audit(
        write_confusion(
            tmp_path, cells, groups={"race": {"column": "race", "reference": "A"}}, question=[question]
        )
    )

    said = answer(audit, "wrongly-flagged")
    assert said.startswith("Some more than others, by more than the limit allows. B: more often than A.")
    assert "450 were flagged. A: 200 of every 1,000." in said
    assert "about 250 fewer people would have been wrongly flagged" in said  # (0.45 - 0.20) x 1,000
    assert answer(audit, "asked") == said
    assert "Not checked: the records do not say where people live" in answer(audit, "neighbourhood")
    board = words(page(audit).split('<h2 id="now">')[1].split("</section>")[0])
    assert "Do not deploy it until these limits are met: Wrongly flagged (race)." in board
    assert "Which inputs make errors more common in some groups" in board


def test_rejected_data_are_an_answer_to_every_question(tmp_path: Path, write_audit: Write) -> None:
    rows = "".join(f"p1,{'AB'[i % 2]},{i % 3 == 0:d},{i % 2}\n" for i in range(60))  # one person, sixty times
    asked = [{"asked_by": "meeting", "text": "And?", "about": name} for name in ABOUT]
    audit = auditkit.run_audit(write_audit(tmp_path, "id,race,flagged,outcome\n" + rows, question=asked))

    said = words(page(audit))
    assert audit.document.measurements == ()
    assert "Send the data back with the failed checks, and ask for data that pass." in said
    assert (
        said.count("Cannot tell: the data checks refused the data") == 6
    )  # three pages, and where residents ask for them
    assert answer(audit, "records").startswith("No: the data checks refused the data")
    assert "“The table is not made of repeated people” is not so." in answer(audit, "records")
    assert "Can you give records of more people" not in page(audit).split("<nav")[0]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"about": "wrongly_flaged"}, "did you mean 'wrongly_flagged'?"),
        ({"about": "weather"}, "a question is about one of: 'neighbourhood'"),
        ({"about": "records", "area": "a1"}, "[[question]] area belongs to about = 'neighbourhood'"),
        ({"about": "neighbourhood", "area": "a1"}, "[[question]] area needs areas"),
    ],
)
def test_a_question_that_no_page_answers_is_refused(
    question: dict[str, str], said: str, tmp_path: Path, write_confusion: Write
) -> None:
    asked = {"asked_by": "meeting", "text": "Why?", **question}
    path = write_confusion(tmp_path, {"A": (8, 2, 5, 5), "B": (5, 4, 5, 5)}, question=[asked])

    with pytest.raises(DefinitionError, match=re.escape(said)):
        auditkit.run_audit(path)


def test_every_number_shown_leads_to_the_document(places: auditkit.Audit) -> None:
    assert untraced(places.document) == []
