"""Every number that a report shows leads to audit.json; a wrong number, a wrong id and a missing id are each found."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.definitions.audience import AUDIENCES
from auditkit.report.render import render
from auditkit.results.audit import Audit
from tests.report.tracing import LANGUAGES, Tracer, at_pointer, evenly, plain, untraced, untraced_rows

Write = Callable[..., Path]
CELLS = {
    "A": (800, 200, 500, 500),
    "B": (550, 450, 500, 500),
    "25 - 45": (600, 300, 400, 400),
    "7": (70, 30, 50, 50),
}


def item(name: str, **numbers: Any) -> dict[str, Any]:
    """Make a measurement of a document; what is not given is null."""
    empty = dict.fromkeys(
        ("value", "interval", "interval_90", "interval_family", "bounds", "bounds_interval", "bounds_interval_90",
         "numerator", "denominator", "stratum", "against")
    )  # fmt: skip
    metric, _, group = name.partition("/")
    return {"id": name, "metric": metric, "dimension": "race", "group": {"race": group}, **empty, **numbers}


DOCUMENT = {
    "measurements": [
        item("rate/A", value=0.448468, interval=[0.4321, 0.4649], numerator=805, denominator=1795),
        item("rate_ratio/A", value=1.9121, interval=[1.63, None]),
        item("test/A", value=0.0004),
        item("gap/A", value=-0.125, interval=[-0.2, 0.031]),
    ],  # at places 0 to 3
    "policy": {"at_most": 0.8, "version": "2"},
    "areas": [{"name": "3rd Ward", "status": "open"}, {"name": "Age 18 - 25", "status": "shut"}],
    "checks": [{"status": "passed"}, {"status": "failed"}, {"status": "passed"}],
}


def found(page: str, *, language: str = "en") -> list[str]:
    """Return the numbers of a page that lead nowhere, each as it is written."""
    bad = Tracer(json.dumps(DOCUMENT), language=language).traced(page)[1]
    return [re.split(r"['\"]", one)[1] for one in bad]


@pytest.mark.parametrize(
    "page",
    [
        # 0.448468 is 44.8 %, 448 of every 1,000, and 0.45; its interval ends at 43.2 % and 46.5 %
        '<p data-m="0">44.8% (43.2% to 46.5%), 448 of 1,795, or 0.45; 805 of 1,795</p>',
        '<p data-m="0 1">44.8% is <b>1.91</b> times</p>',
        '<div data-m="1"><p>at least 1.6</p></div>',
        '<p data-m="2">p &lt;0.001</p>',
        '<p data-m="3">-12.5 (-20.0 to +3.1), or 12.5 fewer</p>',
        '<p data-from="/policy">at most 0.80, version 2</p>',
        '<p data-from="/areas">2 areas</p><p data-from="/checks">3 checks, 2 passed, 1 failed, 0 others</p>',
        '<p>Of <span data-m="0 1" data-count="these">2</span></p>',
        "<p>In the 3rd Ward, Age 18 - 25: nothing.</p>",
        "<p>Ties count half. A coin would reach 50.</p>",
        '<svg><text class="tick" x="0" y="9">0%</text><text class="tick" x="5" y="9">10%</text></svg>',
        "<style>p{top:7px}</style>",
    ],
)  # fmt: skip
def test_a_number_that_audit_json_has_is_traced(page: str) -> None:
    assert found(page) == []


@pytest.mark.parametrize(
    ("page", "strange"),
    [
        ('<p data-m="0">-44.8%</p>', ["44.8"]),  # the sign is wrong
        ('<p data-m="0">44.9% (43.2% to 46.6%)</p>', ["44.9", "46.6"]),  # a digit is wrong
        ('<p data-m="1">44.8%</p>', ["44.8"]),  # another measurement
        ("<p>44.8%</p>", ["44.8"]),  # none
        ('<p data-m="0">44.8% and <span data-m="2">805</span></p>', ["805"]),  # the nearest counts
        ('<p data-m="1">191</p>', ["191"]),  # a ratio is no percentage
        ('<p data-m="0">0.4%</p>', ["0.4"]),  # 44.8 %, not 0.448 %
        ('<p data-m="2">p &lt;0.0001</p>', ["0.0001"]),
        ('<p data-from="/policy/at_most">0.90</p>', ["0.90"]),
        ('<p data-from="/checks">4 checks</p>', ["4"]),
        ('<p>Of <span data-m="0 1" data-count="these">3</span></p>', ["3"]),
        ("<p>In the 4th Ward, Age 18 - 26: nothing.</p>", ["4", "18", "26"]),
        ("<p>Ties count half. A coin would reach 51.</p>", ["51"]),  # a message says 50
        ("<p>It would reach 50.</p>", ["50"]),  # no message says that
        ('<p aria-label="44.8%">A</p>', ["44.8"]),
        ("<svg><title>44.8%</title></svg>", ["44.8"]),
        ("<p>2</p>", ["2"]),
    ],
)
def test_a_number_that_audit_json_does_not_have_there_is_found(page: str, strange: list[str]) -> None:
    assert found(page) == strange


def test_marks_on_an_axis_must_lie_evenly() -> None:
    marks = '<text class="tick" x="{}" y="9">{}%</text>'
    even = "".join(marks.format(5 * at, 10 * at) for at in range(4))

    assert found(f"<svg>{even}</svg>") == []
    assert (
        len(Tracer(json.dumps(DOCUMENT), language="en").traced(f"<svg>{even.replace('20%', '21%')}</svg>")[1])
        == 1
    )
    assert evenly([(1.0, 0.0), (10.0, 3.0), (100.0, 6.0)])  # by their logarithms


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("es", "44,8%, 0,45, 1.795 y 448", "44.8%"),
        ("ar", "44.8%, 0.45, 1,795", "44,8%"),
        ("ar", "٤٤٫٨٪ ٠٫٤٥ ١٬٧٩٥ ٤٤٨", "٤٤٫٩٪"),  # noqa: RUF001  # Arabic digits are meant
    ],
)
def test_numbers_are_read_as_their_language_writes_them(language: str, good: str, bad: str) -> None:
    assert found(f'<p data-m="0">{good}</p>', language=language) == []
    assert found(f'<p data-m="0">{bad}</p>', language=language) != []


def test_a_pointer_leads_through_names_and_places() -> None:
    assert at_pointer({"a/b": [1, {"c": 2}]}, "/a~1b/1/c") == 2
    with pytest.raises((KeyError, IndexError, TypeError)):
        at_pointer(DOCUMENT, "/areas/5/name")


@pytest.mark.parametrize("place", ["4", "-4", "00", "+0", "0.0", "rate/A", "rate/B", "\u0660"])
def test_a_place_that_the_list_does_not_have_is_an_error(place: str) -> None:
    with pytest.raises((KeyError, IndexError)):
        found(f'<p data-m="{place}">44.8%</p>')


# A real page, and the same page tampered with


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> Audit:
    return run_audit(write_confusion(tmp_path_factory.mktemp("traced"), CELLS))


@pytest.fixture(scope="module")
def tracer(audit: Audit) -> Tracer:
    return Tracer(audit.files["audit.json"].decode(), language="en")


@pytest.fixture(scope="module")
def page(audit: Audit) -> str:
    return audit.files["report.en.html"].decode()


def test_every_number_of_a_small_audit_is_traced_for_every_reader_in_every_language_and_format(
    audit: Audit,
) -> None:
    assert {"en", "es", "ar"} <= {*LANGUAGES}
    assert untraced(audit.document, audiences=AUDIENCES) == []


def test_a_wrong_digit_is_found_nearly_wherever_it_stands(page: str, tracer: Tracer) -> None:
    """A changed digit can by chance be another number of the same measurement: an end of its interval, rounded."""
    shown = [*re.finditer(r'<td class="n"[^>]*>([^<]*\d[^<]*)</td>', page)]
    cells = [
        (found.start(1) + digit.start(), digit)
        for found in shown
        for digit in re.finditer(r"\d(?!.*\d)", found[1])
    ]
    missed = []
    for place, digit in cells[::3]:
        wrong = str((int(digit.group()) + 5) % 10)
        row = page.rfind("<tr", 0, place), page.find("</tr>", place)
        inside = page[row[0] : place] + wrong + page[place + 1 : row[1]] + "</tr>"
        if not tracer.traced(inside)[1]:
            missed.append(inside)

    assert len(cells[::3]) > 20
    assert len(missed) <= len(cells[::3]) / 20, missed


def test_a_wrong_id_is_found(page: str, tracer: Tracer) -> None:
    items = enumerate(tracer.measurements)
    places = [
        at for at, one in items if one["metric"] == "false_positive_rate" and one["dimension"] == "race"
    ]
    rows = [found for at in places for found in re.findall(rf'<tr data-m="{at}">.*?</tr>', page)]
    named = [re.findall(r'data-m="([^"]*)"', row)[0] for row in rows]

    assert len(rows) == len(CELLS)
    for row, own, other in zip(rows, named, [*named[1:], named[0]], strict=True):
        assert tracer.traced(row)[1] == []
        assert tracer.traced(row.replace(own, other))[1] != []


def test_a_missing_id_is_found(page: str, tracer: Tracer) -> None:
    without = re.sub(r' data-(m|from)="[^"]*"', "", page)

    assert len(tracer.traced(without)[1]) > 100


def test_a_wrong_number_is_found_in_markdown_charts_and_tables(
    audit: Audit, page: str, tracer: Tracer
) -> None:
    known = tracer.traced(page)[0]
    markdown = plain(audit.files["report.en.md"].decode())
    chart = next(data.decode() for name, data in audit.files.items() if name.endswith(".svg"))
    rows = audit.files["tables/measurements.csv"].decode()
    # A: 200 of 1,000 people without the outcome are flagged
    assert "20.0%" in markdown
    assert ">20.0%<" in chart
    assert ",0.2," in rows

    assert tracer.strange(markdown.replace("20.0%", "20.7%"), known) != []
    assert tracer.traced(chart.replace(">20.0%<", ">20.7%<"))[1] != []
    wrong = {**audit.files, "tables/measurements.csv": rows.replace(",0.2,", ",0.200000000007,").encode()}
    assert untraced_rows(audit.files["audit.json"].decode(), wrong) != []


@pytest.fixture(scope="module")
def behind(audit: Audit) -> str:
    """The table behind the chart of wrong flags."""
    files = render(audit.document, audience="journalist")
    return files["tables/chart_false_positive_rate-race.en.csv"].decode()


def test_a_wrong_digit_in_the_table_of_a_chart_is_found(behind: str, tracer: Tracer) -> None:
    # A: 200 of 1,000; 7: 30 of 100
    assert tracer.untraced_cells(behind) == []
    for shown, wrong in (
        ("20.0%", "20.7%"),
        ('"200 of 1,000"', '"201 of 1,000"'),
        ("30 of 100", "30 of 900"),
    ):
        assert shown in behind
        assert len(tracer.untraced_cells(behind.replace(shown, wrong, 1))) == 1


def test_swapped_ids_in_the_table_of_a_chart_are_found(behind: str, tracer: Tracer) -> None:
    a, b = "false_positive_rate/race=A", "false_positive_rate/race=B"
    swapped = behind.replace(a, "?").replace(b, a).replace("?", b)

    # the share, both ends of its range and the people: 4 cells of each row, and 2 ends in one
    assert len(tracer.untraced_cells(swapped)) >= 6


def test_a_missing_id_in_the_table_of_a_chart_is_found(behind: str, tracer: Tracer) -> None:
    assert len(tracer.untraced_cells(behind.replace("false_positive_rate/race=A", ""))) >= 4
    with pytest.raises(KeyError, match="race=Z"):
        tracer.untraced_cells(behind.replace("race=A", "race=Z"))


def test_withheld_numbers_leave_nothing_to_trace(audit: Audit) -> None:
    nothing = {
        "status": "withheld",
        **dict.fromkeys(
            ("value", "interval", "interval_90", "interval_family", "bounds", "numerator", "denominator")
        ),
    }
    items = audit.document.measurements
    hidden = tuple(one.model_copy(update=nothing) if one.dimension == "race" else one for one in items)
    document = audit.document.model_copy(update={"measurements": hidden})

    assert untraced(document, languages=("en",)) == []
    assert ">20.0%<" not in render(document)["report.en.html"].decode()
