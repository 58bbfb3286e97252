"""What a report on people shows besides rates and limits, and what it leaves away where nothing was measured."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from html import unescape
from pathlib import Path
from typing import Literal

import pytest

from auditkit import bundled, run_audit
from auditkit.measure.catalogue import measures
from auditkit.report import neighbourhood_page
from auditkit.report.lookup import Lookup
from auditkit.report.neighbourhood_page import neighbourhoods
from auditkit.report.render import render
from auditkit.report.templates import templates
from auditkit.report.writing import Writing
from auditkit.results.audit import Audit
from auditkit.results.measurements import REASONS
from tests.report.tracing import not_in_table, untraced, with_ids

Write = Callable[..., Path]
SECTIONS = ("scores", "elsewhere", "equal", "similar", "followed", "neighbourhoods")
LIMIT = 6
WARDS = [f"Ward {n:02}" for n in range(1, 9)] + ["<b>Dock</b> | East"]
# Of 60 people with a score of s, 5s of A and 3s of B have the outcome; on sex nothing depends.
EVENTS = {"A": 5, "B": 3}
EACH = 60


def people() -> Iterator[tuple[str, int, int, str, str, str]]:
    """Race, score, outcome, sex, charge and ward of each person."""
    for race, step in EVENTS.items():
        for score in range(1, 11):
            for place in range(EACH):
                with_outcome = int(place < step * score)
                ward = WARDS[-1] if score > LIMIT and place % 3 else WARDS[place % 8]
                yield race, score, with_outcome, "FM"[place % 2], "F*" if place % 3 else "M", ward


def table() -> str:
    rows = ["id,race,score,outcome,sex,charge,ward,scored,arrested"]
    for at, (race, score, outcome, sex, charge, ward) in enumerate(people()):
        scored = f"2020-{1 + at % 10:02d}-15"
        arrested = f"2020-{1 + at % 10:02d}-{20 + at % 8}" if outcome else ""
        rows.append(f'p{at},{race},{score},{outcome},{sex},{charge},"{ward}",{scored},{arrested}')
    return "\n".join(rows) + "\n"


RECORDS = {
    "score": "score",
    "decision": {"score_at_least": LIMIT},
    "outcome": {
        "column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest", "date": "arrested",
    },
    "time": "scored",
    "observed_until": dt.date(2020, 11, 30),
    "follow_up_days": 90,
    "strata": ["charge"],
    "area": "ward",
}  # fmt: skip
GROUPS = {"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex", "reference": "M"}}


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    folder = tmp_path_factory.mktemp("people")
    return run_audit(
        write_audit(folder, table(), records=RECORDS, groups=GROUPS, publication={"smallest_cell": 0})
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Audit:
    cells = {"A": (400, 100, 80, 120), "B": (300, 100, 80, 120)}
    return run_audit(write_confusion(tmp_path_factory.mktemp("plain"), cells))


def page(audit: Audit) -> str:
    return with_ids(audit.files)


def section(audit: Audit, name: str) -> str:
    return re.split(rf'<h[23] id="{name}">', page(audit))[1].split("</section>")[0]


def words(html: str) -> str:
    """Return the text of some HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def markdown(audit: Audit) -> str:
    return audit.files["report.en.md"].decode().replace("\\", "")


# What appears, and what does not


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_and_its_link_stand_only_where_something_was_measured(
    name: str, audit: Audit, plain: Audit
) -> None:
    for text, there in ((page(audit), True), (page(plain), False)):
        assert (f'<h3 id="{name}">' in text) is there or (name, there) == ("equal", False)
        assert (f'href="#{name}"' in text) is (f'<h3 id="{name}">' in text)


def test_a_confusion_matrix_is_enough_for_what_cannot_be_equal(plain: Audit) -> None:
    # A: 200 of 700 have the outcome, B: 200 of 600; all: PPV 240 / 440, FNR 160 / 400.
    odds = (200 / 440) / (240 / 440) * (240 / 400)
    forced = {f"{200 / 500 * odds:.1%}", f"{200 / 400 * odds:.1%}"}

    text = words(section(plain, "equal"))

    assert {"20.0%", "25.0%"} == forced
    assert "25.0% of the first group would be flagged and 20.0% of the second" in text
    assert "That excuses no gap" in text


def test_the_report_says_where_fewer_ranges_hold_the_truth(audit: Audit) -> None:
    for text in (words(page(audit)), markdown(audit)):
        assert "Where fewer than two cases are expected, as few as" in text
        assert "Where areas far apart are alike" not in text


def test_numbers_on_some_people_stand_in_no_table_of_everyone(audit: Audit) -> None:
    rates = section(audit, "rates")
    table = rates.split("<caption>Wrongly flagged, by race")[1].split("</table>")[0]

    assert re.findall(r'data-m="([^"]+)"', table) == [
        "false_positive_rate/race=B",
        "false_positive_rate/race=A",
    ]
    assert "by area" not in rates


def test_the_spreadsheet_says_which_people_a_number_is_about(audit: Audit) -> None:
    rows = list(csv.DictReader(io.StringIO(audit.files["tables/measurements.csv"].decode())))
    wrong = [row for row in rows if row["metric"] == "false_positive_rate" and row["group"] == "race=B"]

    assert len({row["stratum"] for row in wrong}) == len(wrong) > 10
    assert [row["stratum"] for row in wrong].count("") == 1


# Scores


def test_a_score_that_means_less_in_one_group_is_said_to(audit: Audit) -> None:
    text = words(section(audit, "scores"))

    assert "B compared with A: at the same score, fewer were arrested again." in text
    assert "F compared with M: at the same score, no difference could be shown." in text
    assert "agree with records, not with what people did" in text


def test_how_well_scores_rank_is_said_in_pairs_of_people(audit: Audit) -> None:
    found = [(score, outcome) for _, score, outcome, *_ in people()]
    yes, no = ([score for score, outcome in found if outcome == kind] for kind in (1, 0))
    right = sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))  # Mann-Whitney

    assert f"In {100 * right:.0f} of 100 such pairs" in words(section(audit, "scores"))


def test_the_picture_of_scores_has_a_title_real_text_and_its_table(audit: Audit) -> None:
    part = section(audit, "scores")
    pictures = re.findall(r'<svg class="scores".*?</svg>', part, re.DOTALL)

    assert len(pictures) == 2
    for picture, dimension, group in zip(pictures, ("race", "sex"), ("B", "F"), strict=True):
        assert f"Share who were arrested again at each score, by {dimension}</title>" in picture
        assert "<desc" in picture
        assert f">{group}</text>" in picture
        assert picture.count("<circle") == 2 * (10 + 1)  # ten scores of two groups, and the legend
    figures = part.split("Every score, in figures")[1].split("</details>")[0]
    assert "58.3%" in figures  # 35 of 60 of A at score 7
    assert "35.0%" in figures  # 21 of 60 of B


def test_rates_at_other_limits_stand_beside_the_one_in_use(audit: Audit) -> None:
    part = section(audit, "elsewhere")
    rows = re.findall(r"<tr[^>]*><th scope=\"row\"[^>]*>(\d+)(.*?)</tr>", part)

    def wrongly(race: str, limit: int) -> str:
        without = {score: EACH - EVENTS[race] * score for score in range(1, 11)}
        return f"{sum(n for score, n in without.items() if score >= limit) / sum(without.values()):.1%}"

    assert [number for number, _ in rows] == [str(n) for n in range(2, 11)] * 2
    assert [number for number, row in rows if "in use" in row] == [str(LIMIT)] * 2
    for number, row in rows[:9]:
        assert f">{wrongly('A', int(number))}</td>" in row
        assert f">{wrongly('B', int(number))}</td>" in row
    assert "Nobody should choose a limit after seeing these results by group" in words(part)
    assert not_in_table(page(audit), "limits-race") == []


def test_where_every_figure_is_withheld_no_empty_table_stands_there(audit: Audit) -> None:
    nothing = {"status": "withheld", "value": None, "interval": None, "numerator": None, "denominator": None}
    hidden = tuple(
        item.model_copy(update=nothing) if item.stratum else item for item in audit.document.measurements
    )
    files = render(audit.document.model_copy(update={"measurements": hidden}))

    for text in (files[f"report.en.{suffix}"].decode() for suffix in ("html", "md")):
        assert "No figures by score can be shown" in text
        assert "Every score, in figures" not in text
        assert "Flagged from score" not in text
        assert "because it could give away a count of very few people" in words(text)


# Circumstances, follow-up, neighbourhoods


def test_the_gap_stands_crude_and_within_circumstances(audit: Audit) -> None:
    cells = {(charge, race, flag): 0 for charge in ("F*", "M") for race in "AB" for flag in (0, 1)}
    for race, score, outcome, _, charge, _ in people():
        cells[charge, race, int(score >= LIMIT)] += not outcome
    above = below = 0.0
    for charge in ("F*", "M"):
        b1, b0, a1, a0 = (cells[charge, race, flag] for race in "BA" for flag in (1, 0))
        above, below = above + b1 * a0 / (a1 + a0 + b1 + b0), below + b0 * a1 / (a1 + a0 + b1 + b0)

    text = words(section(audit, "similar"))

    assert "People are alike here if they agree in: charge." in text
    assert f"Among people alike in these circumstances: {above / below:.2f} times" in text  # Mantel-Haenszel
    assert "can explain away the very gap that is in question" in text
    assert "2 of 2" in text


def test_rates_by_a_common_day_stand_beside_those_recorded(audit: Audit) -> None:
    text = words(section(audit, "followed"))

    assert "As recorded Followed to the end Everyone, by day 90" in text
    assert "had less time to be arrested again" in text


def test_an_area_that_differs_is_named_and_the_others_are_not_cleared(audit: Audit) -> None:
    part = section(audit, "neighbourhoods")
    flagged = part.split("<caption>Flagged at all: areas that differ")[1].split("</table>")[0]

    assert "&lt;b&gt;Dock&lt;/b&gt; | East" in flagged
    assert "100.0%" in flagged  # everybody scored there is flagged
    assert "An area that is not listed is not cleared" in words(part)
    assert "9 areas were screened" in words(part)
    assert "<b>Dock" not in page(audit)


def test_areas_beyond_those_shown_are_counted(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Lookup(audit.document, locale="en")
    whole = neighbourhoods(look)
    monkeypatch.setattr(neighbourhood_page, "SHOWN", 1)
    monkeypatch.setattr(neighbourhood_page, "LISTED", 4)

    short = neighbourhoods(look)

    assert whole is not None
    assert short is not None
    assert (len(whole.areas), len(whole.more), len(short.areas), len(short.more)) == (9, 0, 4, 5)
    for before, after in zip(whole.screenings, short.screenings, strict=True):
        assert len(before.differ) == len(before.standing) == len(after.standing) + len(after.more)


# People, power and notes


def test_a_gap_is_said_in_people(audit: Audit) -> None:
    # Flagged of those without the outcome, scores 6 to 10: A 100 of 325, B 180 of 435.
    more = 180 - 435 * 100 / 325

    assert f"B: at the rate of A, about {more:.0f} fewer people would have been wrongly flagged" in words(
        section(audit, "rates")
    )


def test_errors_are_counted_for_every_thousand_people(audit: Audit) -> None:
    part = section(audit, "rates").split("<caption>Errors for every 1,000 people, by race")[1]

    assert '<td class="n">167</td>' in part  # 100 of 600 of A
    assert '<td class="n">300</td>' in part  # 180 of 600 of B


def test_every_verdict_short_of_outside_says_what_would_have_been_found(audit: Audit) -> None:
    limits = section(audit, "limits")
    open_ = [
        one
        for one in re.findall(r"<li data-m=.*?</li>", limits)
        if "Cannot tell" in one or "Within the limit" in one
    ]

    assert len(open_) > 2
    for one in open_:
        assert re.search(r"would have found a ratio of [\d.]+ or (more|less) 4 times in 5", one)
        assert re.search(r"To find a ratio of 1.25, each group needs [\d,]+ people", one)


# Policies


def with_policy(name: str, folder: Path, write_confusion: Write) -> Audit:
    cells = {"A": (400, 100, 80, 120), "B": (300, 300, 60, 140), "C": (12, 4, 3, 5)}
    return run_audit(write_confusion(folder, cells, publication={"smallest_cell": 0}), policy=name)


@pytest.mark.parametrize("name", ["journalist", "ll144_style"])
def test_a_policy_that_requires_nothing_gives_no_advice(
    name: str, tmp_path: Path, write_confusion: Write
) -> None:
    found = with_policy(name, tmp_path, write_confusion)

    for text in (words(page(found)), markdown(found)):
        assert "Advice to the board: No advice: this policy requires nothing" in text
        assert "Not ready" not in text


def test_the_four_fifths_rule_is_told_in_sentences(tmp_path: Path, write_confusion: Write) -> None:
    found = with_policy("four_fifths", tmp_path, write_confusion)

    text = words(section(found, "limits"))
    front = words(page(found).split("<nav")[0])
    assert "the number alone, without regard to chance" in text
    assert "The number alone was compared. Chance was not allowed for." in text
    assert (
        "one better decision is moved from the group with the highest rate to the one with the lowest" in text
    )
    # Not flagged: A 480 of 700, B 360 of 800, C 15 of 24; four fifths of 480 / 700 are 439 of 800.
    assert "79 people more with the better decision" in text
    assert "p-value is" in text
    assert "p-value is" not in front
    assert "Chance alone would rarely give so large a gap." in text


def test_every_measure_that_a_policy_may_limit_has_a_sentence(tmp_path: Path, write_audit: Write) -> None:
    limits = "\n".join(
        f"""
[[limit]]
id = "limit-{at}"
measure = "{measure}"
compare = "{compare}"
at_least = 0
required = false
scope = "tests"
source = "none"
why = "To see the sentence."
"""
        for at, measure in enumerate(measures())
        for compare in ["each" if at % 2 else "reference"]
    )
    (tmp_path / "all.toml").write_text(f'name = "all"\nversion = "1"\n{limits}')
    path = write_audit(tmp_path, table(), records=RECORDS, groups=GROUPS, policy={"use": "all.toml"})

    text = words(section(run_audit(path), "limits"))

    assert "None" not in text
    assert len(re.findall(r"The figure is|the figure is|times|apart|rate is", text)) > 100


# Words


@pytest.mark.parametrize("suffix", ["html", "md"])
@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_has_words(code: str, suffix: Literal["html", "md"], plain: Audit) -> None:
    template = templates(bundled.folder("report_templates")).from_string(
        '{% import "words.j2" as words with context %}{{ words.reason_words(code) }}'
    )

    writing = Writing("en", NullTranslations(), suffix)
    said = template.render({"doc": plain.document, "code": code, "writing": writing}).strip()

    assert len(said.split()) > 2
    assert "NE-" not in said


def test_repeated_people_are_named_where_ranges_are_explained(tmp_path: Path, write_audit: Write) -> None:
    rows = [f"p{at // 2},{'AB'[at % 4 // 2]},{int(at % 3 == 0)},{int(at % 5 == 0)}" for at in range(1200)]
    path = write_audit(
        tmp_path, "\n".join(["id,race,flagged,outcome", *rows]) + "\n", records={"id": None, "repeat": "id"}
    )

    assert "People stand in several rows. Ranges count people, not rows." in words(
        section(run_audit(path), "method")
    )


def test_the_name_of_a_circumstance_adds_no_markup(audit: Audit) -> None:
    hostile = "charge = <script>alert(1)</script> | [x](y)"
    measured = audit.document.measurements
    added = tuple(
        item.model_copy(update={"id": f"{item.id}@added", "stratum": hostile})
        for item in measured
        if (item.metric, item.dimension, item.stratum) == ("false_positive_rate", "race", None)
    )
    files = render(audit.document.model_copy(update={"measurements": (*measured, *added)}))

    html, text = (files[f"report.en.{suffix}"].decode() for suffix in ("html", "md"))
    assert "charge = &lt;script&gt;alert(1)&lt;/script&gt; | [x](y)" in html
    assert "<script>" not in html
    assert r"charge = \<script\>alert\(1\)\</script\> \| \[x\]\(y\)" in text


def messages() -> list[str]:
    """Every sentence of the templates, with one word in place of what is filled in."""
    folder = bundled.folder("report_templates")
    found = [
        text
        for path in sorted(folder.glob("*.j2"))
        for text in re.findall(r'_\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
    ]
    return [one for text in found for one in re.split(r"(?<=[.!?:;])\s+", re.sub(r"%\(\w+\)s", "X", text))]


def test_sentences_of_the_report_have_at_most_twenty_five_words() -> None:
    assert len(messages()) > 300
    assert [one for one in messages() if len(one.split()) > 25] == []


def test_the_report_promises_nothing() -> None:
    promises = r"\b(unbiased|neutral|objective(ly)?|is fair|proves?|proven|bias score)\b"

    assert [one for one in messages() if re.search(promises, one, flags=re.IGNORECASE)] == []


def test_every_number_shown_leads_to_the_document(audit: Audit) -> None:
    assert untraced(audit.document) == []
